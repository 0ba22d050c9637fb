//! Reads sources of any format, as a whole or record by record.

use std::io::{Cursor, Read};

use data::csv::{CsvOptions, Dialect, Trim};
use data::edi::{self, edifact, x12};
use data::xml::{ElementPath, Prefixes};
use data::{Charset, Limits, Value, csv, fixed, form, hl7, json, xlsx, xml, yaml};

use super::{CsvSettings, EdiSettings, Format, Hl7Settings, XlsxSettings, XmlSettings, words};

/// So much of a source is looked at to find out how it is written.
const SAMPLE_BYTES: u64 = 16 << 10;

/// Records one by one; after an error none follows that could be trusted.
pub(in super::super) struct Records(Box<dyn Iterator<Item = Result<Value, String>> + Send>);

impl Iterator for Records {
    type Item = Result<Value, String>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl Records {
    fn of<E: std::fmt::Display>(
        records: impl Iterator<Item = Result<Value, E>> + Send + 'static,
    ) -> Self {
        Self(Box::new(records.map(|record| record.map_err(words))))
    }

    /// Of a list its entries, of anything else itself.
    fn entries(value: &Value) -> Self {
        let entries = value.as_list().unwrap_or(std::slice::from_ref(value));
        let entries: Vec<Value> = entries.to_vec();
        Self(Box::new(entries.into_iter().map(Ok)))
    }
}

impl Format {
    /// Reads a text as one value.
    ///
    /// # Errors
    /// What is wrong with it, with its place; no sentence yet.
    pub(in super::super) fn read(&self, text: &str, limits: &Limits) -> Result<Value, String> {
        let bytes = text.as_bytes();
        match self {
            Self::Json(_) => json::read(bytes, limits).map_err(words),
            Self::Xml(xml) => {
                xml::read(bytes, &xml.options(Some(Charset::UTF_8)), limits).map_err(words)
            }
            Self::Yaml => yaml::read(bytes, &yaml::Options::default(), limits).map_err(words),
            Self::Form(form) => {
                form::read(bytes, &form::Options { nested: form.nested }, limits).map_err(words)
            }
            Self::X12(edi) => x12::read(bytes, &edi.options(), limits).map_err(words),
            Self::Edifact(edi) => edifact::read(bytes, &edi.options(), limits).map_err(words),
            Self::Hl7(hl7) => hl7::read(bytes, &hl7.options(), limits).map_err(words),
            Self::Ndjson | Self::Csv(_) | Self::Fixed(_) | Self::Xlsx(_) => {
                Ok(Value::from(self.records_of(text, limits)?.collect::<Result<Vec<_>, _>>()?))
            }
        }
    }

    /// Reads a text record by record.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(in super::super) fn records_of(
        &self,
        text: &str,
        limits: &Limits,
    ) -> Result<Records, String> {
        match self {
            Self::Json(_) | Self::Xml(_) | Self::Form(_) => {
                Ok(Records::entries(&self.read(text, limits)?))
            }
            Self::Xlsx(xlsx) => xlsx.records(&bytes_of_base64(text)?, limits),
            _ => {
                let source = Cursor::new(text.as_bytes().to_vec());
                self.records(source, Some(Charset::UTF_8), None, *limits)
            }
        }
    }

    /// Reads a source record by record, in memory that does not grow with it where the format
    /// allows: JSON documents, workbooks and forms are read as a whole.
    ///
    /// `at` is the way to the records of an XML document.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(in super::super) fn records(
        &self,
        mut source: impl Read + Send + 'static,
        charset: Option<Charset>,
        at: Option<ElementPath>,
        limits: Limits,
    ) -> Result<Records, String> {
        Ok(match self {
            Self::Ndjson => Records::of(json::Items::new(source, json::Format::Lines, limits)),
            Self::Csv(csv) => csv.records(source, charset)?,
            Self::Yaml => {
                let items = yaml::Items::new(source, yaml::Options { charset }, limits);
                return documents(items.map_err(words)?);
            }
            Self::Fixed(fixed) => {
                let mut layout = fixed.ready()?;
                layout.charset = layout.charset.or(charset.map(|set| set.name().to_owned()));
                Records::of(fixed::Items::new(source, layout, limits).map_err(words)?)
            }
            Self::X12(edi) => messages(x12::interchanges(source, &edi.options(), &limits)),
            Self::Edifact(edi) => messages(edifact::interchanges(source, &edi.options(), &limits)),
            Self::Hl7(hl7) => Records::of(hl7::messages(source, &hl7.options(), &limits)),
            Self::Xml(xml) => {
                let options = xml.options(charset);
                if let Some(path) = at {
                    Records::of(xml::Items::new(source, path, options, limits).map_err(words)?)
                } else {
                    Records::entries(&xml::read_from(source, &options, &limits).map_err(words)?)
                }
            }
            Self::Xlsx(xlsx) => xlsx.records(&whole(&mut source, &limits)?, &limits)?,
            Self::Json(_) | Self::Form(_) => {
                let text = String::from_utf8(whole(&mut source, &limits)?).map_err(words)?;
                Records::entries(&self.read(&text, &limits)?)
            }
        })
    }
}

fn whole(source: &mut impl Read, limits: &Limits) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let n_most = limits.bytes as u64;
    source.take(n_most.saturating_add(1)).read_to_end(&mut bytes).map_err(words)?;
    if bytes.len() > limits.bytes {
        return Err(format!("it is longer than {n_most} bytes"));
    }
    Ok(bytes)
}

fn bytes_of_base64(text: &str) -> Result<Vec<u8>, String> {
    use base64::Engine as _;
    let plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(plain);
    bytes.map_err(|error| format!("a workbook as a text must be Base64: {error}"))
}

/// The documents of a source; of one that is a list alone, its entries.
fn documents<E: std::fmt::Display + Send + 'static>(
    mut items: impl Iterator<Item = Result<Value, E>> + Send + 'static,
) -> Result<Records, String> {
    let Some(first) = items.next().transpose().map_err(words)? else {
        return Ok(Records::entries(&Value::list([])));
    };
    match items.next() {
        None => Ok(Records::entries(&first)),
        Some(second) => Ok(Records::of([Ok(first), second].into_iter().chain(items))),
    }
}

/// The messages of interchanges, each with the envelope that it came in.
fn messages<E: std::fmt::Display>(
    interchanges: impl Iterator<Item = Result<Value, E>> + Send + 'static,
) -> Records {
    let of_one = |interchange: Result<Value, E>| match interchange {
        Ok(interchange) => edi::messages(&interchange).map(Ok).collect(),
        Err(error) => vec![Err(words(error))],
    };
    Records(Box::new(interchanges.flat_map(of_one)))
}

impl CsvSettings {
    fn records(
        &self,
        mut source: impl Read + Send + 'static,
        charset: Option<Charset>,
    ) -> Result<Records, String> {
        let mut sample = Vec::new();
        source.by_ref().take(SAMPLE_BYTES).read_to_end(&mut sample).map_err(words)?;
        let options = self.options(&sample, charset);
        let source = Cursor::new(sample).chain(source);
        Ok(Records::of(csv::Reader::new(source, options).map_err(words)?))
    }

    /// What is not said is found out by the beginning of the source.
    pub(in super::super) fn options(&self, sample: &[u8], charset: Option<Charset>) -> CsvOptions {
        let found = Dialect::detect(sample);
        CsvOptions {
            delimiter: self.delimiter.and_then(|letter| u8::try_from(letter).ok()),
            header: self.header,
            trim: if self.trim { Trim::All } else { Trim::None },
            charset: charset.or(Some(found.charset)),
            // Without a separator of one's own the quote is guessed for the one that was found.
            quote: if self.delimiter.is_none() { found.quote } else { b'"' },
            ..CsvOptions::default()
        }
    }
}

impl XmlSettings {
    fn options(&self, charset: Option<Charset>) -> xml::Options {
        xml::Options {
            // What is no path was told when the node was looked at.
            lists: self.lists.iter().filter_map(|path| path.parse().ok()).collect(),
            prefixes: if self.drop_prefixes { Prefixes::Drop } else { Prefixes::Keep },
            charset,
            ..xml::Options::default()
        }
    }
}

impl EdiSettings {
    fn options(&self) -> edi::Options {
        edi::Options { shape: !self.segments, strict: self.strict }
    }
}

impl Hl7Settings {
    fn options(&self) -> hl7::Options {
        hl7::Options { strict: self.strict }
    }
}

impl XlsxSettings {
    fn records(&self, bytes: &[u8], limits: &Limits) -> Result<Records, String> {
        let options = xlsx::Options { sheet: self.sheet.clone(), ..xlsx::Options::default() };
        Ok(Records::entries(&xlsx::read(bytes, &options, limits).map_err(words)?))
    }
}

/// Whether what a format reads as a whole is a list whatever is in it.
pub(in super::super) fn is_list(format: &Format) -> bool {
    !matches!(format, Format::Json(_) | Format::Xml(_) | Format::Yaml | Format::Form(_))
}
