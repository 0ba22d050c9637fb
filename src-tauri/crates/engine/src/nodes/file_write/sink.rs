//! The file under `file.write`: where bytes go until they count, and how items become bytes. Not
//! when items come.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use data::{Value, csv, json};
use tempfile::NamedTempFile;

use super::super::formats::{Encoder, Format};
use super::Mode;

/// How items are written.
#[derive(Debug, Clone)]
pub(super) enum Layout {
    /// A JSON list.
    List,
    /// A JSON value on each line.
    Lines,
    /// Rows of columns; those of the first item where none are given.
    Csv { delimiter: u8, columns: Vec<String> },
    /// As a format has it that writes record by record.
    Other(Format),
}

/// A file being written.
pub(super) struct Sink {
    place: Place,
    layout: Layout,
    encoder: Option<Encoder>,
    /// The columns of a CSV file, once they are known, and whether others are refused.
    columns: Vec<String>,
    is_strict: bool,
    n_items: u64,
    n_bytes: u64,
}

/// Items of a chunk that were not written: the place in the chunk, and why.
pub(super) type Refused = Vec<(usize, String)>;

/// Where the bytes go until they count.
enum Place {
    /// A file beside the other one, whose place it takes at the end.
    Beside { file: BufWriter<NamedTempFile>, path: PathBuf },
    /// The end of the file itself.
    AtEnd(Appended),
}

/// What is appended to a file; it is cut off again unless all went well.
struct Appended {
    file: BufWriter<File>,
    was_bytes: u64,
    is_done: bool,
}

impl Sink {
    /// Opens a file; folders that are missing are made. Of one that is appended to, what is behind
    /// `was_bytes` is left by an earlier part of the run, and is cut off.
    pub(super) fn open(
        path: &Path,
        layout: Layout,
        mode: Mode,
        was_bytes: Option<u64>,
    ) -> io::Result<Self> {
        if path.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut columns = match &layout {
            Layout::Csv { columns, .. } => columns.clone(),
            Layout::List | Layout::Lines | Layout::Other(_) => Vec::new(),
        };
        let is_strict = columns.is_empty();
        let encoder = match &layout {
            Layout::Other(format) => Encoder::new(format).map_err(io::Error::other)?,
            _ => None,
        };
        let place = match mode {
            Mode::Replace => Place::beside(path, folder)?,
            Mode::Append => {
                if let Some(was_bytes) = was_bytes {
                    cut_off(path, was_bytes)?;
                }
                if let (Layout::Csv { delimiter, .. }, true) = (&layout, path.exists()) {
                    columns = own_columns(path, *delimiter)?.unwrap_or(columns);
                }
                Place::at_end(path)?
            }
        };
        let mut sink = Self { place, layout, encoder, columns, is_strict, n_items: 0, n_bytes: 0 };
        if !sink.columns.is_empty() && sink.is_at_start() {
            sink.write_header()?;
        }
        Ok(sink)
    }

    /// Writes items; those that the layout has no place for are given back with the reason.
    pub(super) fn write(&mut self, values: &[Value]) -> io::Result<Refused> {
        let mut bytes = Vec::new();
        let mut refused = Refused::new();
        if let Some(encoder) = &mut self.encoder {
            for (index, value) in values.iter().enumerate() {
                if let Err(why) = encoder.write(value) {
                    refused.push((index, format!("The item cannot be written: {why}.")));
                }
            }
            bytes = encoder.take();
        }
        match self.layout.clone() {
            Layout::Other(_) => {}
            Layout::Csv { delimiter, .. } => self.write_rows(values, delimiter, &mut refused)?,
            Layout::Lines => {
                for value in values {
                    json::write(value, &mut bytes)?;
                    bytes.push(b'\n');
                }
            }
            Layout::List => {
                for (index, value) in values.iter().enumerate() {
                    let is_first = self.n_items == 0 && index == 0;
                    bytes.extend_from_slice(if is_first { b"[\n" } else { b",\n" });
                    json::write(value, &mut bytes)?;
                }
            }
        }
        self.put(&bytes)?;
        self.n_items += (values.len() - refused.len()) as u64;
        Ok(refused)
    }

    /// Makes what was written count; gives the items and bytes.
    pub(super) fn commit(mut self) -> io::Result<(u64, u64)> {
        if matches!(self.layout, Layout::List) {
            let end: &[u8] = if self.n_items == 0 { b"[]\n" } else { b"\n]\n" };
            self.put(end)?;
        }
        if let Some(encoder) = self.encoder.take() {
            let end = encoder.finish().map_err(io::Error::other)?;
            self.put(&end)?;
        }
        let counts = (self.n_items, self.n_bytes);
        match self.place {
            Place::AtEnd(mut appended) => {
                appended.file.flush()?;
                appended.file.get_ref().sync_all()?;
                appended.is_done = true;
            }
            Place::Beside { file, path } => {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.as_file().sync_all()?;
                file.persist(&path).map_err(|error| error.error)?;
            }
        }
        Ok(counts)
    }

    fn write_rows(
        &mut self,
        values: &[Value],
        delimiter: u8,
        refused: &mut Refused,
    ) -> io::Result<()> {
        if self.columns.is_empty() {
            let first = values.iter().find_map(Value::as_object);
            let keys = first.map(data::Object::keys).unwrap_or_default();
            self.columns = keys.iter().map(|key| key.as_str().to_owned()).collect();
            if !self.columns.is_empty() && self.is_at_start() {
                self.write_header()?;
            }
        }
        // A writer always begins with the header, which is there already.
        let header = header(delimiter, &self.columns)?;
        let mut rows = csv::Writer::with_columns(
            Vec::new(),
            delimiter,
            self.columns.iter().map(String::as_str),
        )
        .map_err(of_csv)?;
        for (index, value) in values.iter().enumerate() {
            if let Some(why) = self.why_refused(value) {
                refused.push((index, why));
                continue;
            }
            rows.write(value).map_err(of_csv)?;
        }
        let bytes = rows.finish().map_err(of_csv)?;
        self.put(&bytes[header.len()..])
    }

    fn why_refused(&self, value: &Value) -> Option<String> {
        let Some(object) = value.as_object() else {
            return Some(format!(
                "CSV takes items with named fields, and this one is a {}.",
                value.kind()
            ));
        };
        if !self.is_strict {
            return None;
        }
        let is_unknown = |key: &&data::Key| !self.columns.iter().any(|own| own == key.as_str());
        let unknown = object.keys().iter().find(is_unknown)?;
        Some(format!(
            "The file has no column for the field \"{}\": its columns are those of the first item.",
            unknown.as_str()
        ))
    }

    fn write_header(&mut self) -> io::Result<()> {
        let Layout::Csv { delimiter, .. } = self.layout else { return Ok(()) };
        let header = header(delimiter, &self.columns)?;
        self.put(&header)
    }

    fn is_at_start(&self) -> bool {
        let was_bytes = match &self.place {
            Place::Beside { .. } => 0,
            Place::AtEnd(appended) => appended.was_bytes,
        };
        was_bytes + self.n_bytes == 0
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.n_bytes += bytes.len() as u64;
        match &mut self.place {
            Place::Beside { file, .. } => file.write_all(bytes),
            Place::AtEnd(appended) => appended.file.write_all(bytes),
        }
    }
}

impl Place {
    fn beside(path: &Path, folder: &Path) -> io::Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let prefix = format!(".{name}.");
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".part");
        #[cfg(unix)]
        let builder = {
            use std::os::unix::fs::PermissionsExt as _;
            // As an ordinary new file, less what the user's mask takes off; the old file's, if any.
            let old = fs::metadata(path).map(|meta| meta.permissions());
            builder.permissions(old.unwrap_or_else(|_| fs::Permissions::from_mode(0o666)))
        };
        let file = builder.tempfile_in(folder)?;
        Ok(Self::Beside { file: BufWriter::new(file), path: path.to_owned() })
    }

    fn at_end(path: &Path) -> io::Result<Self> {
        // Read too, to see whether the last line is complete.
        let mut file =
            OpenOptions::new().create(true).read(true).write(true).truncate(false).open(path)?;
        let was_bytes = file.seek(SeekFrom::End(0))?;
        let mut appended = Appended { file: BufWriter::new(file), was_bytes, is_done: false };
        if was_bytes > 0 {
            let mut last = [0];
            let file = appended.file.get_mut();
            file.seek(SeekFrom::End(-1))?;
            io::Read::read_exact(file, &mut last)?;
            if last != *b"\n" {
                appended.file.write_all(b"\n")?;
            }
        }
        Ok(Self::AtEnd(appended))
    }
}

/// Takes off what stands behind the first bytes of a file.
fn cut_off(path: &Path, was_bytes: u64) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(meta) if meta.len() > was_bytes => {
            OpenOptions::new().write(true).open(path)?.set_len(was_bytes)
        }
        _ => Ok(()),
    }
}

impl Drop for Appended {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        // What is still in the buffer goes first, or it would be written behind the cut.
        let _ = self.file.flush();
        if let Err(error) = self.file.get_ref().set_len(self.was_bytes) {
            tracing::warn!(%error, "what was appended to a file could not be taken back");
        }
    }
}

/// The columns of a CSV file that is there; none of an empty one.
fn own_columns(path: &Path, delimiter: u8) -> io::Result<Option<Vec<String>>> {
    let options = csv::CsvOptions { delimiter: Some(delimiter), ..csv::CsvOptions::default() };
    let mut rows = csv::Reader::new(File::open(path)?, options).map_err(io::Error::other)?;
    let _ = rows.next();
    let names = rows.columns().map(|keys| keys.iter().map(|key| key.as_str().to_owned()).collect());
    Ok(names.filter(|names: &Vec<String>| !names.is_empty()))
}

fn header(delimiter: u8, columns: &[String]) -> io::Result<Vec<u8>> {
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    csv::Writer::with_columns(Vec::new(), delimiter, columns.iter().map(String::as_str))
        .and_then(csv::Writer::finish)
        .map_err(of_csv)
}

fn of_csv(error: csv::WriteError) -> io::Error {
    match error {
        csv::WriteError::Write(error) => error,
        error => io::Error::other(error),
    }
}
