//! `file.write`: writes the items that arrive to one file, which is there as a whole or not at all.
//! Not the bytes of the formats: see `file_write/sink`.

mod sink;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Example, Family, Inspection, NodeInfo, Port, Problem};
use flow::run::ErrorClass;
use futures::future::BoxFuture;
use mapping::Template;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::sink::{Layout, Sink};
use super::file_read::{Format, file_error};
use super::formats::{self, EdiSettings, FixedSettings, Hl7Settings, XlsxSettings, XmlSettings};
use crate::catalogue::{items_port, node_info, words};
use crate::item::Chunk;
use crate::lineage::Sets;
use crate::node::{Behaviour, Gather, Gathering, NodeType, Setup};
use crate::outbox::Outbox;
use crate::step::{StepContext, StepError, StepResult, StepWork};

/// Params of `file.write`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The file; expressions in it may use `$vars`, `$env` and `$run`, but no items, as all go to
    /// one file. A relative path begins at the flow's folder on the command line, at the
    /// workspace's elsewhere. Folders that are missing are made.
    #[schemars(title = "File")]
    path: Template,
    /// How the items are written.
    #[serde(default)]
    format: Format,
    /// What happens to a file that is there.
    #[serde(default)]
    #[schemars(title = "If the file is there")]
    mode: Mode,
    /// How a CSV file is written.
    #[serde(default)]
    #[schemars(title = "CSV settings", extend("x-advanced" = true))]
    csv: CsvParams,
    /// How an XML file is written.
    #[serde(default)]
    #[schemars(title = "XML settings", extend("x-advanced" = true))]
    xml: XmlParams,
    /// Where the columns of a fixed-width file stand: `{"records": [{"columns": [{"name": "sku",
    /// "start": 1, "length": 6}]}]}`; or `"nacha"` for ACH files.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    #[schemars(title = "Fixed-width layout", extend("format" = "json", "x-advanced" = true))]
    layout: serde_json::Value,
    /// The sheet of an Excel workbook; `Sheet1` without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Sheet", extend("x-advanced" = true))]
    sheet: Option<String>,
}

/// How an XML file is written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct XmlParams {
    /// The element around all; `items` without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Root element")]
    root: Option<String>,
    /// The element for each item; `item` without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Element of an item")]
    item: Option<String>,
    /// Whether it is written on many lines, for people to read.
    #[schemars(title = "On many lines")]
    indent: bool,
}

/// What happens to a file that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// It is replaced, once all items are written.
    #[default]
    #[schemars(title = "Replace it")]
    Replace,
    /// Items are added at its end; not for JSON, XML and Excel.
    #[schemars(title = "Add to its end")]
    Append,
}

/// How a CSV file is written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CsvParams {
    /// The letter between the columns; a comma without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Separator")]
    delimiter: Option<char>,
    /// The columns in their order; other fields of the items are left out. Without it the columns
    /// are the fields of the first item, and an item with further fields is an error.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    columns: Vec<String>,
}

const NO_APPENDING: &str =
    "Nothing can be added to an XML document or a workbook; choose another format.";

pub(crate) struct FileWrite;

impl NodeType for FileWrite {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "save", "store", "csv", "json", "ndjson", "xml", "yaml", "excel", "xlsx", "edi",
                "export", "disk",
            ]),
            outputs: vec![
                items_port("out"),
                Port {
                    about: "One item when the file is complete: its path, items and bytes."
                        .to_owned(),
                    ..items_port("written")
                },
            ],
            writes: true,
            examples: vec![Example {
                title: "Write a CSV file".to_owned(),
                params: json!({ "path": "out/orders.csv", "csv": { "columns": ["id", "total"] } }),
                input: vec![json!({ "id": 1, "total": 9.5, "note": "left out" })],
                output: None,
                ..Example::default()
            }],
            ..node_info(
                "file.write",
                "Write file",
                "Writes items to a file.",
                "Writes all items that arrive to one file: JSON, NDJSON, CSV, XML, YAML, fixed width, \
                 EDI (each item a message with its envelope, or an interchange), HL7 (each item a message) or Excel. They are written \
                 to a file beside it, which takes the place of the old one at the end: if the run \
                 fails or is stopped, the old file stays as it was. What is appended is taken back \
                 in that case.\n\nItems pass on by *out* as they are written; *written* gives one item \
                 at the end, `{path, items, bytes}`. In CSV, lists and objects within an item are \
                 written as JSON.",
                Family::File,
                "file-output",
                Consumes::Gather,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let path = params.path.source();
        let mut problems = Vec::new();
        let mut add = |key: &str, message: &str| {
            problems.push(Problem { key: format!("/params/{key}"), message: message.to_owned() });
        };
        if path.trim().is_empty() {
            add("path", "Say which file is written.");
        }
        if params.mode == Mode::Append {
            match params.format {
                Format::Json => {
                    add("mode", "Nothing can be added to a JSON document; choose NDJSON or CSV.");
                }
                Format::Xml | Format::Xlsx => add("mode", NO_APPENDING),
                _ => {}
            }
        }
        if params.csv.delimiter.is_some_and(|letter| !letter.is_ascii()) {
            add("csv/delimiter", "The letter between columns must be an ASCII one.");
        }
        if params.format == Format::Fixed {
            let layout = FixedSettings { layout: params.layout.clone() };
            problems.extend(formats::Format::Fixed(layout).problems("/params"));
        }
        let verb = if params.mode == Mode::Append { "appends to" } else { "writes" };
        let summary = if path.trim().is_empty() { String::new() } else { format!("{verb} {path}") };
        Inspection { summary, problems, ..Inspection::default() }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        if let Some(problem) = Self::inspect(&params).problems.into_iter().next() {
            return Err(problem);
        }
        Ok(Behaviour::Gather(Box::new(Writer { params: Arc::new(params) })))
    }
}

struct Writer {
    params: Arc<Params>,
}

impl Gather for Writer {
    fn open(&self, _: &[&str]) -> Box<dyn Gathering> {
        Box::new(Writing { params: Arc::clone(&self.params), sink: None, path: PathBuf::new() })
    }
}

/// One file being written.
struct Writing {
    params: Arc<Params>,
    path: PathBuf,
    sink: Option<Sink>,
}

impl Writing {
    /// Does something with the file on a thread that may block.
    async fn with_sink<T, F>(&mut self, cx: &dyn StepContext, work: F) -> StepResult<T>
    where
        T: Send + 'static,
        F: FnOnce(Sink) -> std::io::Result<(Option<Sink>, T)> + Send + 'static,
    {
        let opened = self.sink.take();
        let mut was_bytes = None;
        if opened.is_none() {
            self.path = self.find_path(cx)?;
            if self.params.mode == Mode::Append {
                was_bytes = self.was_bytes(cx).await?;
            }
        }
        let (path, params) = (self.path.clone(), Arc::clone(&self.params));
        let done = tokio::task::spawn_blocking(move || {
            let sink = match opened {
                Some(sink) => sink,
                None => Sink::open(&path, layout(&params, &path)?, params.mode, was_bytes)?,
            };
            work(sink)
        });
        let done = done.await.map_err(|error| {
            let message = format!("Writing a file broke off: {error}.");
            StepError::terminal(ErrorClass::Internal, message)
        })?;
        let (sink, result) = done.map_err(|error| file_error("written", &self.path, &error))?;
        self.sink = sink;
        Ok(result)
    }

    /// How large the file was before the run: what a run that was killed has appended is cut off
    /// by it when the run goes on.
    async fn was_bytes(&self, cx: &dyn StepContext) -> StepResult<Option<u64>> {
        let path = &self.path;
        let known = cx
            .step_as("before", StepWork::FIRST, |_| -> BoxFuture<'_, StepResult<Value>> {
                let path = path.clone();
                Box::pin(async move {
                    let size = tokio::task::spawn_blocking(move || std::fs::metadata(path));
                    // Whatever is wrong with the file is told when it is opened.
                    let size = size.await.ok().and_then(Result::ok).map_or(0, |meta| meta.len());
                    Ok(Value::from(size))
                })
            })
            .await?;
        Ok(known.as_i64().and_then(|bytes| u64::try_from(bytes).ok()))
    }

    fn find_path(&self, cx: &dyn StepContext) -> StepResult<PathBuf> {
        let nothing = Value::object::<&str>([]);
        let path = self.params.path.text(&nothing, cx.names()).map_err(|fault| {
            StepError::fault(&fault, "/params/path")
                .advice("All items go to one file, so its path cannot depend on an item.")
        })?;
        Ok(cx.services().path(&path))
    }
}

#[async_trait]
impl Gathering for Writing {
    async fn take(
        &mut self,
        _: usize,
        chunk: Chunk,
        cx: &dyn StepContext,
        out: &mut Outbox<'_>,
    ) -> StepResult<()> {
        let values: Vec<Value> = chunk.iter().map(|item| item.value.clone()).collect();
        let refused = self
            .with_sink(cx, move |mut sink| {
                let refused = sink.write(&values)?;
                Ok((Some(sink), refused))
            })
            .await?;
        if refused.is_empty() {
            return out.send(0, chunk).await;
        }
        let mut written = Chunk::new();
        let mut refused = refused.into_iter().peekable();
        for (index, item) in chunk.into_iter().enumerate() {
            match refused.next_if(|(at, _)| *at == index) {
                None => written.push(item),
                Some((_, why)) => {
                    out.send(0, std::mem::take(&mut written)).await?;
                    let error = StepError::terminal(ErrorClass::Validation, why)
                        .advice(
                            "Map the items to what the file holds first, or change its settings.",
                        )
                        .key("/params/format");
                    out.reject(&item, error).await?;
                }
            }
        }
        out.send(0, written).await
    }

    async fn finish(&mut self, cx: &dyn StepContext, out: &mut Outbox<'_>) -> StepResult<()> {
        // The file takes its place in a step, so that it does so once.
        let (n_items, n_bytes) = {
            let this = tokio::sync::Mutex::new(&mut *self);
            let this = &this;
            let done = cx
                .step("commit", |_| -> BoxFuture<'_, StepResult<Value>> {
                    Box::pin(async move {
                        let mut this = this.lock().await;
                        let (items, bytes) =
                            this.with_sink(cx, |sink| Ok((None, sink.commit()?))).await?;
                        Ok(Value::list([Value::from(items), Value::from(bytes)]))
                    })
                })
                .await?;
            let number = |at| done.at(at).cloned().unwrap_or_default();
            (number(0), number(1))
        };
        if self.params.mode == Mode::Append && self.sink.is_some() {
            // The run goes on after the file was complete: what was cut off is there again.
            self.with_sink(cx, |sink| Ok((None, sink.commit()?))).await?;
        }
        if self.path.as_os_str().is_empty() {
            self.path = self.find_path(cx)?;
        }
        let written = Value::object([
            ("path", Value::from(self.path.to_string_lossy().as_ref())),
            ("items", n_items),
            ("bytes", n_bytes),
        ]);
        out.send_made(1, vec![written], Sets::of([Vec::new()])).await
    }
}

impl Params {
    /// The format with its settings; none for those that have a layout of their own.
    fn other(&self, format: Format) -> Option<formats::Format> {
        let XmlParams { root, item, indent } = self.xml.clone();
        Some(match format {
            Format::Auto | Format::Json | Format::Ndjson | Format::Csv => return None,
            Format::Xml => {
                formats::Format::Xml(XmlSettings { root, item, indent, ..XmlSettings::default() })
            }
            Format::Yaml => formats::Format::Yaml,
            Format::Fixed => formats::Format::Fixed(FixedSettings { layout: self.layout.clone() }),
            Format::X12 => formats::Format::X12(EdiSettings::default()),
            Format::Edifact => formats::Format::Edifact(EdiSettings::default()),
            Format::Hl7 => formats::Format::Hl7(Hl7Settings::default()),
            Format::Xlsx => formats::Format::Xlsx(XlsxSettings { sheet: self.sheet.clone() }),
        })
    }
}

fn layout(params: &Params, path: &std::path::Path) -> std::io::Result<Layout> {
    let ending = path.extension().map(|end| end.to_string_lossy().to_ascii_lowercase());
    let ending = ending.as_deref().unwrap_or("");
    let format = match params.format {
        Format::Auto => Format::of_ending(ending).unwrap_or(Format::Json),
        given => given,
    };
    let unsupported = |why: &str| Err(std::io::Error::new(std::io::ErrorKind::Unsupported, why));
    if let Some(other) = params.other(format) {
        if params.mode == Mode::Append && matches!(format, Format::Xml | Format::Xlsx) {
            return unsupported("nothing can be added to an XML document or a workbook");
        }
        return Ok(Layout::Other(other));
    }
    let own = if ending == "tsv" { b'\t' } else { b',' };
    Ok(match format {
        Format::Csv => Layout::Csv {
            delimiter: params.csv.delimiter.and_then(|c| u8::try_from(c).ok()).unwrap_or(own),
            columns: params.csv.columns.clone(),
        },
        Format::Ndjson => Layout::Lines,
        Format::Json | Format::Auto if params.mode == Mode::Append => {
            return unsupported("nothing can be added to a JSON document; choose NDJSON or CSV");
        }
        _ => Layout::List,
    })
}
