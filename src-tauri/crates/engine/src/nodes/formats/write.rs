//! Writes values in any format, as a whole or record by record.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use data::edi::{edifact, x12};
use data::{Value, csv, fixed, form, hl7, json, xlsx, xml, yaml};

use super::{Format, XlsxSettings, XmlSettings, words};

impl Format {
    /// Writes a value as a text; a workbook as Base64.
    ///
    /// # Errors
    /// Why it cannot be, with the place in the value; no sentence yet.
    pub(in super::super) fn write(&self, value: &Value) -> Result<String, String> {
        let mut bytes = Vec::new();
        let entries = value.as_list().unwrap_or(std::slice::from_ref(value));
        match self {
            Self::Json(json) if json.indent => return Ok(json::to_string_pretty(value)),
            Self::Json(_) => return Ok(json::to_string(value)),
            Self::Ndjson => {
                for entry in entries {
                    json::write(entry, &mut bytes).map_err(words)?;
                    bytes.push(b'\n');
                }
            }
            Self::Csv(settings) => {
                let delimiter = settings.delimiter.and_then(|c| u8::try_from(c).ok());
                csv::write(value, delimiter.unwrap_or(b','), &mut bytes).map_err(words)?;
                if !settings.header {
                    drop_header(&mut bytes, value, delimiter.unwrap_or(b','))?;
                }
            }
            Self::Xml(settings) => {
                return xml::to_string(value, &settings.write_options()).map_err(words);
            }
            Self::Yaml => return Ok(yaml::to_string(value)),
            Self::Fixed(settings) => {
                fixed::write(value, &settings.ready()?, &mut bytes).map_err(words)?;
            }
            Self::Form(settings) => {
                let options = form::Options { nested: settings.nested };
                return form::to_string(value, &options).map_err(words);
            }
            Self::X12(_) => bytes = x12::write(&in_utf8(value)).map_err(words)?,
            Self::Edifact(_) => bytes = edifact::write(&in_utf8(value)).map_err(words)?,
            Self::Hl7(_) => bytes = hl7::write(value).map_err(words)?,
            Self::Xlsx(settings) => {
                use base64::Engine as _;
                let book = xlsx::write(entries, &settings.sheet_options()).map_err(words)?;
                return Ok(base64::engine::general_purpose::STANDARD.encode(book));
            }
        }
        String::from_utf8(bytes).map_err(words)
    }
}

/// Takes the row of names off again.
fn drop_header(bytes: &mut Vec<u8>, value: &Value, delimiter: u8) -> Result<(), String> {
    let entries = value.as_list().unwrap_or(std::slice::from_ref(value));
    let mut seen = std::collections::HashSet::new();
    let objects = entries.iter().filter_map(Value::as_object);
    let keys = objects.flat_map(data::Object::keys).filter(|key| seen.insert((*key).clone()));
    let header = csv::Writer::with_columns(Vec::new(), delimiter, keys.cloned())
        .and_then(csv::Writer::finish)
        .map_err(words)?;
    if bytes.starts_with(&header) {
        bytes.drain(..header.len());
    }
    Ok(())
}

/// Interchanges that are written as texts: their characters are those of the text.
fn in_utf8(value: &Value) -> Value {
    let one = |value: &Value| match value.as_object() {
        Some(object) => Value::from(object.with("charset", Value::from("utf-8"))),
        None => value.clone(),
    };
    value.as_list().map_or_else(|| one(value), |list| list.iter().map(one).collect())
}

impl XmlSettings {
    fn write_options(&self) -> xml::WriteOptions {
        let usual = xml::WriteOptions::default();
        xml::WriteOptions {
            root: self.root.clone().filter(|root| !root.is_empty()),
            item: self.item.clone().filter(|item| !item.is_empty()).unwrap_or(usual.item),
            indent: self.indent.then_some(2),
            ..xml::WriteOptions::default()
        }
    }
}

impl XlsxSettings {
    fn sheet_options(&self) -> xlsx::SheetOptions {
        xlsx::SheetOptions::new(self.sheet.as_deref().unwrap_or("Sheet1"))
    }
}

/// Writes record after record, and gives the bytes out as they come.
pub(in super::super) struct Encoder {
    kind: Kind,
    ready: Buffer,
}

enum Kind {
    Xml(xml::Writer<Buffer>),
    Yaml(Buffer),
    Fixed(fixed::Writer<Buffer>),
    /// Messages that follow each other come into one interchange, so they are kept to the end.
    X12(Vec<Value>, Buffer),
    Edifact(Vec<Value>, Buffer),
    Hl7(Buffer),
    Xlsx(Box<xlsx::Writer>, Buffer),
}

/// Bytes that both a writer and the encoder have at hand.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Buffer {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.write_all(bytes).map_err(words)
    }
}

impl Encoder {
    /// An encoder of a format; none of those that files have writers of their own for.
    ///
    /// # Errors
    /// A setting that cannot be followed.
    pub(in super::super) fn new(format: &Format) -> Result<Option<Self>, String> {
        let ready = Buffer::default();
        let kind = match format {
            Format::Json(_) | Format::Ndjson | Format::Csv(_) | Format::Form(_) => return Ok(None),
            Format::Xml(settings) => {
                Kind::Xml(xml::Writer::new(ready.clone(), settings.write_options()))
            }
            Format::Yaml => Kind::Yaml(ready.clone()),
            Format::Fixed(settings) => {
                let layout = settings.ready()?;
                Kind::Fixed(fixed::Writer::new(ready.clone(), layout).map_err(words)?)
            }
            Format::X12(_) => Kind::X12(Vec::new(), ready.clone()),
            Format::Edifact(_) => Kind::Edifact(Vec::new(), ready.clone()),
            Format::Hl7(_) => Kind::Hl7(ready.clone()),
            Format::Xlsx(settings) => {
                let mut writer = xlsx::Writer::new();
                writer.sheet(settings.sheet_options()).map_err(words)?;
                Kind::Xlsx(Box::new(writer), ready.clone())
            }
        };
        Ok(Some(Self { kind, ready }))
    }

    /// Writes one record.
    ///
    /// # Errors
    /// Why it has no form in the format; the next one can be written all the same.
    pub(in super::super) fn write(&mut self, value: &Value) -> Result<(), String> {
        match &mut self.kind {
            Kind::Xml(writer) => writer.write(value).map_err(words),
            Kind::Yaml(out) => yaml::write_all([value], out).map_err(words),
            Kind::Fixed(writer) => writer.write(value).map_err(words),
            Kind::X12(kept, _) => {
                // It is written once to see whether it can be, while it can still be refused alone.
                x12::write(value).map_err(words)?;
                kept.push(value.clone());
                Ok(())
            }
            Kind::Edifact(kept, _) => {
                edifact::write(value).map_err(words)?;
                kept.push(value.clone());
                Ok(())
            }
            Kind::Hl7(out) => out.put(&hl7::write(value).map_err(words)?),
            Kind::Xlsx(writer, _) => writer.write(value).map_err(words),
        }
    }

    /// The bytes that are ready by now.
    pub(in super::super) fn take(&self) -> Vec<u8> {
        self.ready.take()
    }

    /// The last bytes.
    ///
    /// # Errors
    /// Why there is no whole file.
    pub(in super::super) fn finish(self) -> Result<Vec<u8>, String> {
        match self.kind {
            Kind::Xml(writer) => drop(writer.finish().map_err(words)?),
            Kind::Fixed(writer) => drop(writer.finish().map_err(words)?),
            Kind::Xlsx(writer, mut out) => out.put(&writer.finish().map_err(words)?)?,
            Kind::X12(kept, mut out) => {
                out.put(&x12::write(&Value::from(kept)).map_err(words)?)?;
            }
            Kind::Edifact(kept, mut out) => {
                out.put(&edifact::write(&Value::from(kept)).map_err(words)?)?;
            }
            Kind::Yaml(_) | Kind::Hl7(_) => {}
        }
        Ok(self.ready.take())
    }
}
