//! Cassettes and mocks: listed, looked into, taken in and handed over. They are files in the data
//! folder, so that they can be handed over without Gantry too. Not how they are played: see `meet`.

use std::path::{Path, PathBuf};

use flow::run::{Exchange, Timestamp};
use serde::{Deserialize, Serialize};
use transport::cassette::{self, Cassette, CassetteError};
use transport::{Mock, RecordedCall};
use ts_rs::TS;

use crate::App;
use crate::settings::Nothing;
use crate::types::{ApiError, Code, TextFile};

/// How a mock's file name ends.
const MOCK: &str = ".mock.json";

/// The longest name.
const MAX_NAME_CHARS: usize = 80;

/// The largest file that is taken in.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// A cassette or a mock.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Which {
    /// Its name.
    pub name: String,
}

/// A call of a cassette.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct OfCall {
    /// The cassette's name.
    pub name: String,
    /// The call's place in it, counted from 0.
    pub call: u32,
}

/// A file to be taken in.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Import {
    /// The name it gets.
    pub name: String,
    /// The text of a cassette, of a HAR file of any program, or of a mock.
    pub text: String,
}

/// A cassette to be handed over.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// Whether personal data stays in it; it is hidden otherwise.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub with_personal: bool,
}

/// A new name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Rename {
    /// The name it has.
    pub name: String,
    /// The name it gets.
    pub to: String,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CassetteKind {
    /// Recorded calls.
    Cassette,
    /// Rules for answers.
    Mock,
}

/// A cassette or a mock in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CassetteSummary {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: CassetteKind,
    /// How large its file is.
    pub bytes: u64,
    /// When it was last written.
    pub saved_at: Timestamp,
    /// The flow that it was recorded of; empty where it was not.
    pub flow: String,
    /// How many calls it holds; none for a mock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub calls: Option<u32>,
    /// Whether its recording is under way, or was broken off.
    pub unfinished: bool,
    /// Whether personal data was hidden.
    pub personal_hidden: bool,
}

/// A cassette with its calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CassetteView {
    /// What the list tells.
    pub cassette: CassetteSummary,
    /// Its calls, in order.
    pub calls: Vec<CassetteCall>,
    /// The text of a mock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<String>,
}

/// A call of a cassette in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CassetteCall {
    /// The step that made it; none for calls of a connection itself and in files of other programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub step: Option<String>,
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The status; none where there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub status: Option<u16>,
    /// When it left.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The size of the answer's body.
    pub bytes: u64,
}

/// All cassettes and mocks, the newest first.
pub async fn list(app: &App, _: Nothing) -> Result<Vec<CassetteSummary>, ApiError> {
    let folder = app.cassettes_dir();
    blocking(move || {
        let Ok(files) = std::fs::read_dir(&folder) else { return Ok(Vec::new()) };
        let mut names: Vec<String> = files
            .flatten()
            .filter_map(|file| {
                let name = file.file_name().to_string_lossy().into_owned();
                let name = name.strip_suffix(".part").unwrap_or(&name);
                let own = name.strip_suffix(cassette::EXTENSION).or(name.strip_suffix(MOCK));
                own.map(str::to_owned)
            })
            .collect();
        names.sort();
        names.dedup();
        // One that cannot be read is in the list all the same, so that it can be deleted.
        let mut list: Vec<_> = names.iter().flat_map(|name| summary(&folder, name)).collect();
        list.sort_by_key(|summary| std::cmp::Reverse(summary.saved_at));
        Ok(list)
    })
    .await
}

/// A cassette with its calls, or a mock with its text.
pub async fn open(app: &App, which: Which) -> Result<CassetteView, ApiError> {
    let folder = app.cassettes_dir();
    blocking(move || {
        let summary = summary(&folder, &which.name)?;
        if summary.kind == CassetteKind::Mock {
            let text = read(&mock_file(&folder, &which.name))?;
            return Ok(CassetteView { cassette: summary, calls: Vec::new(), text: Some(text) });
        }
        let cassette = Cassette::read(&cassette::file_in(&folder, &which.name)).map_err(invalid)?;
        let calls = cassette.entries.iter().map(|entry| {
            let RecordedCall { status, bytes } = entry.told();
            CassetteCall {
                step: entry.step.clone(),
                method: entry.asked.method.clone(),
                url: entry.asked.url.clone(),
                status,
                at: entry.at,
                took_ms: entry.took_ms,
                bytes,
            }
        });
        Ok(CassetteView { calls: calls.collect(), cassette: summary, text: None })
    })
    .await
}

/// One call of a cassette with what was sent and answered.
pub async fn call(app: &App, which: OfCall) -> Result<Exchange, ApiError> {
    let folder = app.cassettes_dir();
    blocking(move || {
        let path = cassette::file_in(&folder, &which.name);
        let cassette = Cassette::read(&path).map_err(|error| missing(&path, error))?;
        cassette.entries.get(which.call as usize).map(cassette::Entry::exchange).ok_or_else(|| {
            let words = format!("The cassette \"{}\" has no call {}.", which.name, which.call + 1);
            ApiError::new(Code::NotFound, words)
        })
    })
    .await
}

/// Takes a file in. Secrets in it are hidden before anything is written.
pub async fn import(app: &App, import: Import) -> Result<CassetteSummary, ApiError> {
    let folder = app.cassettes_dir();
    blocking(move || {
        let name = checked(&import.name)?;
        if import.text.len() > MAX_BYTES {
            let words = "The file is larger than 256 MB. Take out of it what is not needed.";
            return Err(ApiError::new(Code::Invalid, words));
        }
        refuse_taken(&folder, name)?;
        if is_mock(&import.text) {
            Mock::parse(name, &import.text, &folder).map_err(invalid)?;
            std::fs::create_dir_all(&folder)
                .and_then(|()| std::fs::write(mock_file(&folder, name), &import.text))
                .map_err(|cause| not_written(name, &cause))?;
        } else {
            let mut cassette = Cassette::parse(&import.text).map_err(invalid)?.redacted();
            cassette.sort();
            cassette.write(&cassette::file_in(&folder, name)).map_err(invalid)?;
        }
        summary(&folder, name)
    })
    .await
}

/// Hands a cassette over, without personal data unless it is asked for.
pub async fn export(app: &App, export: Export) -> Result<TextFile, ApiError> {
    let folder = app.cassettes_dir();
    blocking(move || {
        let summary = summary(&folder, &export.name)?;
        if summary.kind == CassetteKind::Mock {
            let text = read(&mock_file(&folder, &export.name))?;
            return Ok(TextFile { name: format!("{}{MOCK}", export.name), text });
        }
        let cassette =
            Cassette::read(&cassette::file_in(&folder, &export.name)).map_err(invalid)?;
        let cassette = if export.with_personal { cassette } else { cassette.without_personal() };
        let name = format!("{}{}", export.name, cassette::EXTENSION);
        Ok(TextFile { name, text: cassette.to_har() })
    })
    .await
}

/// Gives a cassette or a mock another name.
pub async fn rename(app: &App, rename: Rename) -> Result<CassetteSummary, ApiError> {
    let folder = app.cassettes_dir();
    blocking(move || {
        let to = checked(&rename.to)?;
        let is = summary(&folder, &rename.name)?;
        refuse_taken(&folder, to)?;
        let file_of = |name: &str| match is.kind {
            CassetteKind::Mock => mock_file(&folder, name),
            CassetteKind::Cassette => cassette::file_in(&folder, name),
        };
        if is.unfinished && is.kind == CassetteKind::Cassette {
            let words =
                "Its recording is not over. Wait until the run is, or open it and export it.";
            return Err(ApiError::new(Code::Invalid, words));
        }
        std::fs::rename(file_of(&rename.name), file_of(to))
            .map_err(|cause| not_written(to, &cause))?;
        summary(&folder, to)
    })
    .await
}

/// Deletes a cassette or a mock, and what an interrupted recording of it left.
pub async fn delete(app: &App, which: Which) -> Result<(), ApiError> {
    let folder = app.cassettes_dir();
    blocking(move || {
        let is = summary(&folder, &which.name)?;
        let path = match is.kind {
            CassetteKind::Mock => mock_file(&folder, &which.name),
            CassetteKind::Cassette => cassette::file_in(&folder, &which.name),
        };
        cassette::delete(&path).map_err(invalid)
    })
    .await
}

/// The name of a cassette's, a HAR's or a mock's file.
pub fn name_of(path: &Path) -> String {
    let name = cassette::name_of(path);
    safe_name(name.strip_suffix(".har").or(name.strip_suffix(".json")).unwrap_or(&name))
}

/// The file that somebody names: by its path, or by its name in the data folder.
pub(crate) fn file_of(folder: &Path, given: &str, is_new: bool) -> Result<PathBuf, ApiError> {
    let path = Path::new(given);
    let has_ending = path.extension().is_some_and(|ending| {
        ["har", "json", "part"].iter().any(|known| ending.eq_ignore_ascii_case(known))
    });
    if has_ending || path.components().count() > 1 {
        return Ok(path.to_owned());
    }
    let name = checked(given)?;
    let mock = mock_file(folder, name);
    let is_mock = !is_new && mock.exists() && !cassette::file_in(folder, name).exists();
    Ok(if is_mock { mock } else { cassette::file_in(folder, name) })
}

/// The newest cassette that was recorded of a flow.
pub(crate) fn newest_of(folder: &Path, flow: &str) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder).ok()?.flatten().map(|file| file.path());
    let own = files.filter(|path| {
        path.to_string_lossy().ends_with(cassette::EXTENSION)
            && cassette::glance(path).is_ok_and(|glance| glance.about.flow == flow)
    });
    own.max_by_key(|path| path.metadata().and_then(|meta| meta.modified()).ok())
}

/// A name that a file can have, made of any text.
pub(crate) fn safe_name(text: &str) -> String {
    let safe = |c: char| if is_allowed(c) { c } else { '-' };
    let name: String = text.trim().chars().map(safe).take(MAX_NAME_CHARS).collect();
    let name = name.trim_matches(|c: char| c == '.' || c.is_whitespace()).to_owned();
    if name.is_empty() { "cassette".to_owned() } else { name }
}

fn is_allowed(c: char) -> bool {
    !c.is_control() && !matches!(c, '/' | '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

fn checked(name: &str) -> Result<&str, ApiError> {
    let name = name.trim();
    let is_good = !name.is_empty()
        && !name.starts_with('.')
        && !name.ends_with('.')
        && name.chars().count() <= MAX_NAME_CHARS
        && name.chars().all(is_allowed);
    if is_good {
        return Ok(name);
    }
    let words = format!(
        "\"{name}\" cannot be a name: it takes 1 to {MAX_NAME_CHARS} letters that files may have, \
         without a dot at either end."
    );
    Err(ApiError::new(Code::Invalid, words))
}

fn summary(folder: &Path, name: &str) -> Result<CassetteSummary, ApiError> {
    let name = checked(name)?;
    let (path, mock) = (cassette::file_in(folder, name), mock_file(folder, name));
    let unfinished = cassette::is_unfinished(&path);
    let is_mock = !path.exists() && !unfinished;
    let kind = if is_mock { CassetteKind::Mock } else { CassetteKind::Cassette };
    let file = if is_mock { &mock } else { &path };
    let glance = cassette::glance(file).map_err(|error| missing(file, error))?;
    let is_cassette = kind == CassetteKind::Cassette;
    Ok(CassetteSummary {
        name: name.to_owned(),
        kind,
        bytes: glance.bytes,
        saved_at: glance.saved_at,
        flow: glance.about.flow,
        calls: is_cassette.then_some(glance.n_calls),
        unfinished,
        personal_hidden: glance.about.personal_hidden,
    })
}

fn mock_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{MOCK}"))
}

fn is_mock(text: &str) -> bool {
    let json: Result<serde_json::Value, _> = serde_json::from_str(text);
    json.is_ok_and(|json| json.get("mock").is_some())
}

fn refuse_taken(folder: &Path, name: &str) -> Result<(), ApiError> {
    let path = cassette::file_in(folder, name);
    if path.exists() || mock_file(folder, name).exists() || cassette::is_unfinished(&path) {
        let words = format!("There is a cassette or a mock \"{name}\" already. Use another name.");
        return Err(ApiError::new(Code::Invalid, words));
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, ApiError> {
    std::fs::read_to_string(path).map_err(|cause| {
        ApiError::new(Code::NotFound, format!("{} cannot be read: {cause}.", path.display()))
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it goes into map_err")]
fn invalid(error: CassetteError) -> ApiError {
    ApiError::new(Code::Invalid, error.to_string())
}

fn missing(path: &Path, error: CassetteError) -> ApiError {
    if path.exists() {
        return invalid(error);
    }
    let words = format!("There is no cassette \"{}\".", cassette::name_of(path));
    ApiError::new(Code::NotFound, words)
}

fn not_written(name: &str, cause: &std::io::Error) -> ApiError {
    ApiError::new(Code::Storage, format!("\"{name}\" cannot be written: {cause}."))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)?
}
