//! A cassette while it is recorded: a line for each call as it ends, so that a program that is
//! killed leaves all of them behind; put in order and made one file at the end. Not what a line
//! holds: see `har`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::har::{self, Named};
use super::{About, Cassette, CassetteError, Entry, order};

/// What a journal's name has behind the cassette's.
pub(super) const PART: &str = ".part";

/// A cassette that is being recorded.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    part: PathBuf,
    file: File,
    about: About,
    lines: Vec<Line>,
    end: u64,
}

/// Where a call stands in the file.
#[derive(Debug)]
struct Line {
    step: Option<String>,
    n: u32,
    start: u64,
    bytes: u64,
}

impl Journal {
    /// Begins a recording. One that was interrupted under this name is kept under another.
    pub(crate) fn create(path: &Path, about: About) -> Result<Self, CassetteError> {
        let part = part_of(path);
        let fault = |cause: io::Error| {
            CassetteError(format!("The cassette {} cannot be written: {cause}.", path.display()))
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(fault)?;
        }
        let options =
            || File::options().read(true).write(true).create(true).truncate(false).open(&part);
        let mut file = options().map_err(fault)?;
        if file.try_lock().is_err() {
            let words = format!(
                "The cassette {} is being recorded right now. Wait until that run is over, or use \
                 another name.",
                path.display()
            );
            return Err(CassetteError(words));
        }
        if file.metadata().map_err(fault)?.len() > 0 {
            rescue(path, &part);
            file.set_len(0).map_err(fault)?;
            file.seek(SeekFrom::Start(0)).map_err(fault)?;
        }
        let first = json!({ "_gantry": about }).to_string() + "\n";
        file.write_all(first.as_bytes()).map_err(fault)?;
        let end = first.len() as u64;
        Ok(Self { path: path.to_owned(), part, file, about, lines: Vec::new(), end })
    }

    /// Keeps a call.
    pub(crate) fn append(&mut self, entry: &Entry) -> io::Result<()> {
        let line = har::entry(entry).to_string() + "\n";
        // One write for a line, which the system keeps when the program is killed.
        self.file.write_all(line.as_bytes())?;
        let bytes = line.len() as u64;
        self.lines.push(Line { step: entry.step.clone(), n: entry.n, start: self.end, bytes });
        self.end += bytes;
        Ok(())
    }

    /// How many calls were kept.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Where the cassette will be.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the cassette of what was kept: in the order of the steps, whatever order the calls
    /// ended in.
    ///
    /// A recording without a call leaves the cassette that was there before.
    pub(crate) fn finish(&mut self) -> Result<(), CassetteError> {
        if self.lines.is_empty() && self.path.exists() {
            return Ok(());
        }
        self.lines.sort_by(|a, b| order((a.step.as_deref(), a.n), (b.step.as_deref(), b.n)));
        let (file, lines, about) = (&mut self.file, &self.lines, &self.about);
        write_whole(&self.path, |out| {
            out.write_all(har::head(about).as_bytes())?;
            let mut named = Named::default();
            for (at, line) in lines.iter().enumerate() {
                let mut text = vec![0; line.bytes as usize];
                file.seek(SeekFrom::Start(line.start))?;
                file.read_exact(&mut text)?;
                let mut entry: Value = serde_json::from_slice(&text)?;
                named.shorten(&mut entry);
                out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *out, &entry)?;
            }
            out.write_all(har::TAIL.as_bytes())
        })?;
        // It would only be rescued once more.
        let _ = std::fs::remove_file(&self.part);
        Ok(())
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if self.lines.is_empty() {
            // There is nothing in it to be rescued.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// Whether a recording under this name was interrupted, or is under way.
pub fn is_unfinished(path: &Path) -> bool {
    part_of(path).exists()
}

/// Deletes a cassette, and what an interrupted recording of it left.
///
/// # Errors
/// Where it is being recorded, or the folder cannot be written.
pub fn delete(path: &Path) -> Result<(), CassetteError> {
    let fault =
        |cause: io::Error| CassetteError(format!("{} cannot be deleted: {cause}.", path.display()));
    let part = part_of(path);
    if let Ok(file) = File::options().write(true).open(&part) {
        if file.try_lock().is_err() {
            let words = "It is being recorded right now. Wait until that run is over.";
            return Err(CassetteError(words.to_owned()));
        }
        std::fs::remove_file(&part).map_err(fault)?;
    }
    if path.exists() { std::fs::remove_file(path).map_err(fault) } else { Ok(()) }
}

/// The journal of the cassette at this path.
pub(super) fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(PART);
    name.into()
}

/// Whether this is a journal itself.
pub(super) fn is_part(path: &Path) -> bool {
    path.as_os_str().to_string_lossy().ends_with(PART)
}

/// Reads what an interrupted recording left; the line that it was interrupted in is left out.
pub(super) fn read(part: &Path) -> Result<Cassette, CassetteError> {
    let fault = |cause: io::Error| {
        CassetteError(format!("The recording {} cannot be read: {cause}.", part.display()))
    };
    let mut about = About::default();
    let mut entries = Vec::new();
    let mut reader = BufReader::new(File::open(part).map_err(fault)?);
    let mut line = Vec::new();
    loop {
        line.clear();
        reader.read_until(b'\n', &mut line).map_err(fault)?;
        if line.last() != Some(&b'\n') {
            break;
        }
        let Ok(mut value) = serde_json::from_slice::<Value>(&line) else { break };
        match value.get_mut("_gantry") {
            Some(own) => about = serde_json::from_value(own.take()).unwrap_or_default(),
            None => entries.push(value),
        }
    }
    let text = json!({ "log": { "_gantry": about, "entries": entries } });
    let mut cassette = har::parse(&text.to_string())?;
    cassette.sort();
    Ok(cassette)
}

/// Makes a cassette of an interrupted recording before its journal is used again. That nothing of
/// it can be read is no reason to record nothing.
fn rescue(path: &Path, part: &Path) {
    let Ok(cassette) = read(part) else { return };
    if cassette.entries.is_empty() {
        return;
    }
    let name = path.to_string_lossy();
    let name = name.strip_suffix(super::EXTENSION).unwrap_or(&name);
    let free =
        (1..).map(|n| PathBuf::from(format!("{name} (interrupted {n}){}", super::EXTENSION)));
    let Some(to) = free.take(1000).find(|to| !to.exists()) else { return };
    if let Err(error) = cassette.write(&to) {
        tracing::warn!(%error, "an interrupted recording could not be kept");
    }
}

/// Writes a file beside its place and moves it there, so that it is never seen in part.
pub(super) fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), CassetteError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let done = || {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        let mut out = BufWriter::new(File::create(&beside)?);
        write(&mut out)?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        drop(file);
        std::fs::rename(&beside, path)
    };
    done().map_err(|cause| {
        let _ = std::fs::remove_file(&beside);
        CassetteError(format!("The cassette {} cannot be written: {cause}.", path.display()))
    })
}
