//! `file.read`: reads the records of a file of any format, in memory that does not grow with the
//! file where the format allows. Not the formats: those are `data`'s.

mod decoded;

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::UNIX_EPOCH;

use async_trait::async_trait;
use data::csv::CsvOptions;
use data::json::{Format as JsonFormat, Items};
use data::xml::{ElementPath, ElementPathError};
use data::{Charset, Limits, Path, Value, csv};
use flow::catalogue::{Consumes, Example, Family, Inspection, NodeInfo, Problem};
use flow::run::{ErrorClass, What};
use futures::future::BoxFuture;
use mapping::Template;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Mutex;

use self::decoded::{begins_list, decoded};
use super::formats::{
    self, CsvSettings, EdiSettings, FixedSettings, Hl7Settings, XlsxSettings, XmlSettings,
};
use crate::catalogue::{node_info, words};
use crate::item::{CHUNK_BYTES, CHUNK_ITEMS, Item};
use crate::node::{Answer, Behaviour, Each, NodeType, Pages, Setup};
use crate::step::{StepContext, StepError, StepResult, StepWork};

/// Params of `file.read`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The file. A relative path begins at the flow's folder on the command line, at the
    /// workspace's elsewhere.
    #[schemars(title = "File")]
    path: Template,
    /// What is in the file.
    #[serde(default)]
    format: Format,
    /// The path to the list in a JSON file, such as `data.orders`, or to the elements of an XML
    /// file, such as `/orders/order`. Without it, a file that is a list gives its entries, and any
    /// other is one item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "List in the file")]
    items: Option<String>,
    /// How a CSV file is written.
    #[serde(default)]
    #[schemars(title = "CSV settings", extend("x-advanced" = true))]
    csv: CsvParams,
    /// How an XML file is read.
    #[serde(default)]
    #[schemars(title = "XML settings", extend("x-advanced" = true))]
    xml: XmlParams,
    /// Where the columns of a fixed-width file stand: `{"records": [{"columns": [{"name": "sku",
    /// "start": 1, "length": 6}]}]}`; or `"nacha"` for ACH files.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    #[schemars(title = "Fixed-width layout", extend("format" = "json", "x-advanced" = true))]
    layout: serde_json::Value,
    /// The sheet of an Excel workbook; the first one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Sheet", extend("x-advanced" = true))]
    sheet: Option<String>,
    /// Whether EDI messages stay segments and elements; without it orders, shipments and invoices
    /// have names such as `lines.quantity`.
    #[serde(default)]
    #[schemars(title = "Keep EDI segments", extend("x-advanced" = true))]
    segments: bool,
    /// The charset, `latin1`, `utf-16` and others by their names on the web. Without it: UTF-8; for
    /// CSV and fixed width by the look of the file; for XML, EDI and HL7 as the file itself says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Character set", extend("x-advanced" = true))]
    charset: Option<String>,
}

/// What is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// By the end of its name, such as `.csv`, `.ndjson`, `.xml` or `.xlsx`; by how it begins where
    /// the name does not tell.
    #[default]
    #[schemars(title = "Find out")]
    Auto,
    /// One JSON document.
    #[schemars(title = "JSON")]
    Json,
    /// A JSON value on each line.
    #[schemars(title = "JSON lines (NDJSON)")]
    Ndjson,
    /// Rows with columns.
    #[schemars(title = "CSV")]
    Csv,
    /// Elements within each other; attributes are members that begin with `@`.
    #[schemars(title = "XML")]
    Xml,
    /// YAML documents.
    #[schemars(title = "YAML")]
    Yaml,
    /// Lines with columns at fixed places.
    #[schemars(title = "Fixed width")]
    Fixed,
    /// EDI as ANSI X12; each message is an item.
    #[schemars(title = "EDI X12")]
    X12,
    /// EDI as UN/EDIFACT; each message is an item.
    #[schemars(title = "EDI EDIFACT")]
    Edifact,
    /// HL7 v2; each message is an item.
    #[schemars(title = "HL7 v2")]
    Hl7,
    /// A sheet of an Excel workbook.
    #[schemars(title = "Excel (XLSX)")]
    Xlsx,
}

impl Format {
    /// What the end of a file's name says; none where it says nothing.
    pub(super) fn of_ending(ending: &str) -> Option<Self> {
        Some(match ending {
            "json" => Self::Json,
            "csv" | "tsv" => Self::Csv,
            "ndjson" | "jsonl" => Self::Ndjson,
            "xml" => Self::Xml,
            "yaml" | "yml" => Self::Yaml,
            "x12" => Self::X12,
            "edifact" => Self::Edifact,
            "hl7" => Self::Hl7,
            "xlsx" => Self::Xlsx,
            _ => return None,
        })
    }

    /// What the beginning of a file looks like; JSON where it looks like nothing.
    fn of_beginning(sample: &[u8]) -> Self {
        let text = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample).trim_ascii_start();
        let begins = |with: &[u8]| text.starts_with(with);
        match () {
            () if begins(b"PK\x03\x04") => Self::Xlsx,
            () if begins(b"ISA") => Self::X12,
            () if begins(b"UNA") || begins(b"UNB+") => Self::Edifact,
            () if begins(b"MSH|") || begins(b"FHS|") || begins(b"BHS|") => Self::Hl7,
            () if begins(b"<") => Self::Xml,
            () => Self::Json,
        }
    }
}

/// How an XML file is read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct XmlParams {
    /// Elements that are lists also where they come once: `/orders/order`, or `line` wherever it
    /// is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(title = "Always lists")]
    lists: Vec<String>,
    /// Whether prefixes such as `ns2:` and declarations of namespaces are dropped.
    #[schemars(title = "Drop prefixes")]
    drop_prefixes: bool,
}

/// How a CSV file is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CsvParams {
    /// The letter between the columns; found out from the first lines without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Separator")]
    delimiter: Option<char>,
    /// Whether the first row names the columns.
    #[schemars(title = "First row has the names")]
    header: bool,
    /// Whether spaces around names and values are dropped.
    #[schemars(title = "Drop spaces around values")]
    trim: bool,
}

impl Default for CsvParams {
    fn default() -> Self {
        Self { delimiter: None, header: true, trim: false }
    }
}

pub(crate) struct FileRead;

impl NodeType for FileRead {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "open", "load", "csv", "json", "ndjson", "xml", "yaml", "excel", "xlsx", "edi",
                "x12", "edifact", "hl7", "import", "disk", "lines",
            ]),
            examples: vec![
                Example {
                    title: "The rows of a CSV file".to_owned(),
                    params: json!({ "path": "orders.csv" }),
                    input: vec![json!({})],
                    output: None,
                    ..Example::default()
                },
                Example {
                    title: "A list inside a JSON file".to_owned(),
                    params: json!({ "path": "export.json", "items": "data.orders" }),
                    input: vec![json!({})],
                    output: None,
                    ..Example::default()
                },
            ],
            ..node_info(
                "file.read",
                "Read file",
                "Gives the records of a file as items.",
                "Reads a file for each item that comes in and gives its records: JSON, NDJSON, CSV, \
                 XML, YAML, fixed width, EDI (X12, EDIFACT), HL7 or Excel. The file is read as it is \
                 needed: it may be larger than memory. Excel workbooks, and XML without a path to \
                 its elements, are read as a whole.\n\nA CSV file's separator, quotes and charset are \
                 found by themselves. Fields of CSV rows and EDI messages are texts; say with a \
                 mapping which are numbers or dates. What is wrong in a file is told with its line \
                 and column.",
                Family::File,
                "file-input",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let path = params.path.source();
        let mut problems = Vec::new();
        let mut add = |key: &str, message: String| {
            problems.push(Problem { key: format!("/params/{key}"), message });
        };
        if path.trim().is_empty() {
            add("path", "Say which file is read.".to_owned());
        }
        if let Some(error) = params.items.as_deref().and_then(|items| Path::parse(items).err()) {
            add("items", format!("This is no path: {error}."));
        }
        if params.csv.delimiter.is_some_and(|letter| !letter.is_ascii()) {
            add("csv/delimiter", "The letter between columns must be an ASCII one.".to_owned());
        }
        if let Some(name) = &params.charset
            && transport::TextDecoder::named(name).is_err()
        {
            add("charset", format!("The charset \"{name}\" is not known."));
        }
        if params.format == Format::Fixed {
            let layout = FixedSettings { layout: params.layout.clone() };
            problems.extend(formats::Format::Fixed(layout).problems("/params"));
        }
        problems.extend(formats::Format::Xml(params.xml()).problems("/params/xml"));
        let summary = if path.trim().is_empty() { String::new() } else { format!("reads {path}") };
        Inspection { summary, problems, ..Inspection::default() }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        if let Some(problem) = Self::inspect(&params).problems.into_iter().next() {
            return Err(problem);
        }
        Ok(Behaviour::Each(Box::new(Opener { params: Arc::new(params) })))
    }
}

struct Opener {
    params: Arc<Params>,
}

#[async_trait]
impl Each for Opener {
    async fn call(&self, item: &Item, cx: &dyn StepContext) -> StepResult<Answer> {
        let path = self.params.path.text(&item.value, cx.names());
        let path = path.map_err(|fault| StepError::fault(&fault, "/params/path"))?;
        let path = cx.services().path(&path);
        let params = Arc::clone(&self.params);
        let records = FileRecords {
            params,
            path,
            open: Mutex::new(None),
            reach: Arc::default(),
            n_parts: 0,
            n_items: 0,
        };
        Ok(Answer::Pages(Box::new(records)))
    }
}

/// The records of one file.
struct FileRecords {
    params: Arc<Params>,
    path: PathBuf,
    open: Mutex<Option<Records>>,
    reach: Arc<OnceLock<Reach>>,
    n_parts: u32,
    n_items: u64,
}

#[async_trait]
impl Pages for FileRecords {
    async fn next(&mut self, cx: &dyn StepContext) -> StepResult<Option<Vec<Value>>> {
        if self.n_parts == 0 {
            self.refuse_changed(cx).await?;
        }
        let part = format!("part/{}", self.n_parts);
        let (params, path, open, n_items) = (&self.params, &self.path, &self.open, self.n_items);
        let reach = &self.reach;
        let found = cx
            .step_as(&part, StepWork::LOCAL, |_| -> BoxFuture<'_, StepResult<Value>> {
                let (params, path) = (Arc::clone(params), path.clone());
                let reach = Arc::clone(reach);
                Box::pin(async move {
                    let mut place = open.lock().await;
                    let records = place.take();
                    // Reading a disk blocks, so it happens on a thread that may.
                    let read = tokio::task::spawn_blocking(move || {
                        let mut records = match records {
                            Some(records) => records,
                            None => open_at(&params, &path, n_items, &reach)?,
                        };
                        let items = records.read(&path)?;
                        Ok((records, items))
                    });
                    let (records, items) = read.await.map_err(|error| {
                        let message = format!("Reading a file broke off: {error}.");
                        StepError::terminal(ErrorClass::Internal, message)
                    })??;
                    *place = Some(records);
                    Ok(Value::from(items))
                })
            })
            .await?;
        let items = found.as_list().unwrap_or_default().to_vec();
        self.n_parts += 1;
        self.n_items += items.len() as u64;
        if let Some(reach) = self.reach.get() {
            let done = if items.is_empty() { reach.bytes } else { reach.so_far() };
            cx.tell(What::Progress { node: cx.node().clone(), done, of: reach.bytes }).await?;
        }
        Ok(if items.is_empty() { None } else { Some(items) })
    }
}

/// How far a file has been read.
#[derive(Debug)]
struct Reach {
    file: File,
    /// The bytes of the file.
    bytes: u64,
}

impl Reach {
    /// The bytes that were read by now, what waits in buffers included.
    fn so_far(&self) -> u64 {
        (&self.file).stream_position().map_or(0, |at| at.min(self.bytes))
    }
}

impl FileRecords {
    /// Refuses a file that is not as it was when the run began: a run that goes on reads it again
    /// from its start, and counts on the same records.
    async fn refuse_changed(&self, cx: &dyn StepContext) -> StepResult<()> {
        let path = &self.path;
        let was = cx
            .step("file", |_| -> BoxFuture<'_, StepResult<Value>> { Box::pin(stamp(path.clone())) })
            .await?;
        if stamp(path.clone()).await? == was {
            return Ok(());
        }
        let message = format!(
            "The file {} was changed since the run began, so the run cannot go on where it was.",
            path.display()
        );
        Err(StepError::terminal(ErrorClass::File, message)
            .advice("Put the file back as it was and resume the run, or start a new one.")
            .key("/params/path"))
    }
}

/// What tells a file from the same file after a change: its size, and when it was written.
async fn stamp(path: PathBuf) -> StepResult<Value> {
    let read = tokio::task::spawn_blocking(move || {
        let meta = std::fs::metadata(&path).map_err(|error| file_error("read", &path, &error))?;
        let written = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let written = written.map(|since| since.as_nanos().to_string());
        Ok(Value::object([
            ("bytes", Value::from(meta.len())),
            ("written", Value::from(written.unwrap_or_default())),
        ]))
    });
    read.await.map_err(|error| {
        let message = format!("Reading a file broke off: {error}.");
        StepError::terminal(ErrorClass::Internal, message)
    })?
}

/// A file being read.
enum Records {
    Json(Box<Items<Box<dyn Read + Send>>>),
    Csv(Box<csv::Reader<Box<dyn Read + Send>>>),
    Other(formats::Records),
}

impl Records {
    /// The next records; none at the end.
    fn read(&mut self, path: &FilePath) -> StepResult<Vec<Value>> {
        let (mut items, mut n_bytes) = (Vec::new(), 0);
        while items.len() < CHUNK_ITEMS && n_bytes < CHUNK_BYTES {
            let Some(item) = self.next(path)? else { break };
            n_bytes += item.size();
            items.push(item);
        }
        Ok(items)
    }

    fn next(&mut self, path: &FilePath) -> StepResult<Option<Value>> {
        let broken = |error: String| {
            let message = format!("The file {} cannot be read: {error}.", path.display());
            StepError::terminal(ErrorClass::File, message)
                .advice(
                    "Correct the file at that place, or check the node's format and items path.",
                )
                .key("/params/path")
        };
        match self {
            Self::Json(items) => {
                items.next().transpose().map_err(|error| broken(error.to_string()))
            }
            Self::Csv(rows) => rows.next().transpose().map_err(|error| match error {
                csv::CsvError::Read(error) => file_error("read", path, &error),
                error => broken(error.to_string()),
            }),
            Self::Other(records) => records.next().transpose().map_err(broken),
        }
    }
}

/// Opens a file, and passes over what was read before a restart.
fn open_at(
    params: &Params,
    path: &FilePath,
    n_items: u64,
    reach: &OnceLock<Reach>,
) -> StepResult<Records> {
    let mut records =
        open(params, path, reach).map_err(|error| file_error("read", path, &error))?;
    for _ in 0..n_items {
        records.next(path)?;
    }
    Ok(records)
}

fn open(params: &Params, path: &FilePath, reach: &OnceLock<Reach>) -> io::Result<Records> {
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    // A second handle on the same place in the file: it tells how far the readers have come.
    let _ = reach.set(Reach { file: file.try_clone()?, bytes: about.len() });
    let ending = path.extension().map(|end| end.to_string_lossy().to_ascii_lowercase());
    let ending = ending.as_deref().unwrap_or("");
    let sample = beginning(&mut file)?;
    let format = match params.format {
        Format::Auto => Format::of_ending(ending).unwrap_or_else(|| Format::of_beginning(&sample)),
        given => given,
    };
    if let Some(other) = params.other(format) {
        return open_other(params, &other, file);
    }
    let is_list = format == Format::Json
        && params.items.is_none()
        && begins_list(params.charset.as_deref(), &mut file)?;
    let source = decoded(params.charset.as_deref(), file)?;
    let json_format = match (format, &params.items) {
        (Format::Csv, _) => {
            let rows = csv::Reader::new(source, csv_options(params, ending, &sample));
            return rows.map(|rows| Records::Csv(Box::new(rows))).map_err(io_error);
        }
        (Format::Ndjson, _) => JsonFormat::Lines,
        (_, Some(items)) => JsonFormat::Elements(Path::parse(items).unwrap_or_default()),
        (_, None) if is_list => JsonFormat::Elements(Path::root()),
        (_, None) => JsonFormat::Document,
    };
    Ok(Records::Json(Box::new(Items::new(source, json_format, Limits::default()))))
}

fn io_error(error: csv::CsvError) -> io::Error {
    match error {
        csv::CsvError::Read(error) => error,
        error => io::Error::other(error),
    }
}

/// What a file that cannot be used is to the run; `what` is `read` or `written`.
pub(super) fn file_error(what: &str, path: &FilePath, error: &io::Error) -> StepError {
    let path = path.display();
    let (message, advice) = match error.kind() {
        io::ErrorKind::NotFound => (
            format!("There is no file {path}."),
            "Check the path. A relative one begins at the flow's folder.",
        ),
        io::ErrorKind::PermissionDenied => (
            format!("The file {path} may not be {what}: permission is denied."),
            "Give this user the right to it, or choose another folder.",
        ),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => (
            format!("The file {path} cannot be {what}: there is no room left on the disk."),
            "Make room, or choose a folder on another disk.",
        ),
        io::ErrorKind::ReadOnlyFilesystem => (
            format!("The file {path} cannot be {what}: the disk is read-only."),
            "Choose a folder on another disk.",
        ),
        io::ErrorKind::IsADirectory => {
            (format!("{path} is a folder, not a file."), "Add the file's name to the path.")
        }
        _ => (
            format!("The file {path} cannot be {what}: {error}."),
            "Check the path, and that the disk is well.",
        ),
    };
    StepError::terminal(ErrorClass::File, message).advice(advice).key("/params/path")
}

fn csv_options(params: &Params, ending: &str, sample: &[u8]) -> CsvOptions {
    let CsvParams { delimiter, header, trim } = params.csv;
    let delimiter = delimiter.or((ending == "tsv").then_some('\t'));
    // What was decoded on the way is UTF-8 by now.
    let charset = params.charset.is_some().then_some(Charset::UTF_8);
    CsvSettings { delimiter, header, trim }.options(sample, charset)
}

impl Params {
    /// The format with its settings; none for those that are read here.
    fn other(&self, format: Format) -> Option<formats::Format> {
        let edi = || EdiSettings { segments: self.segments, strict: false };
        Some(match format {
            Format::Auto | Format::Json | Format::Ndjson | Format::Csv => return None,
            Format::Xml => formats::Format::Xml(self.xml()),
            Format::Yaml => formats::Format::Yaml,
            Format::Fixed => formats::Format::Fixed(FixedSettings { layout: self.layout.clone() }),
            Format::X12 => formats::Format::X12(edi()),
            Format::Edifact => formats::Format::Edifact(edi()),
            Format::Hl7 => formats::Format::Hl7(Hl7Settings::default()),
            Format::Xlsx => formats::Format::Xlsx(XlsxSettings { sheet: self.sheet.clone() }),
        })
    }

    fn xml(&self) -> XmlSettings {
        let XmlParams { lists, drop_prefixes } = self.xml.clone();
        XmlSettings { lists, drop_prefixes, ..XmlSettings::default() }
    }

    /// The way to the elements of an XML file: `orders.order` is `/orders/order` too.
    fn elements(&self) -> Result<Option<ElementPath>, String> {
        let Some(items) = self.items.as_deref().map(str::trim).filter(|items| !items.is_empty())
        else {
            return Ok(None);
        };
        let is_dotted = items.contains('.') && !items.contains('/');
        let path = if is_dotted { format!("/{}", items.replace('.', "/")) } else { items.into() };
        path.parse().map(Some).map_err(|error: ElementPathError| error.to_string())
    }
}

fn open_other(params: &Params, format: &formats::Format, file: File) -> io::Result<Records> {
    let at = match format {
        formats::Format::Xml(_) => params.elements().map_err(io::Error::other)?,
        _ => None,
    };
    let limits = Limits::default();
    let records = match (format, &params.charset) {
        (formats::Format::Xlsx(_), _) | (_, None) => format.records(file, None, at, limits),
        (_, Some(_)) => format.records(
            decoded(params.charset.as_deref(), file)?,
            Some(Charset::UTF_8),
            at,
            limits,
        ),
    };
    records.map(Records::Other).map_err(io::Error::other)
}

/// The first bytes of a file.
fn beginning(file: &mut File) -> io::Result<Vec<u8>> {
    let mut sample = Vec::new();
    file.try_clone()?.take(16 << 10).read_to_end(&mut sample)?;
    file.rewind()?;
    Ok(sample)
}
