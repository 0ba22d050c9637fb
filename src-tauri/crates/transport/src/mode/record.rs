//! Makes calls, and keeps each with its answer in a cassette as it ends. Not how it is written
//! down: see `cassette`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use flow::run::Timestamp;
use futures::Stream;
use http::{HeaderMap, Method, StatusCode, Version, header};
use tokio::time::Instant;

use crate::body::Patience;
use crate::cassette::{
    About, Asked, CassetteError, Entry, Failure, Hider, Journal, MAX_KEPT_BYTES, Outcome,
    RawAnswer, Redactor, learn_body,
};
use crate::error::Kind;
use crate::mask::Masks;
use crate::request::Body;
use crate::wire::{WireAnswer, WireBytes, WireCall, WireError};

/// What becomes of personal data in a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Personal {
    /// It is kept: the cassette stays with whoever recorded it.
    #[default]
    Kept,
    /// It never gets into the file.
    Hidden,
}

/// Records the calls of a run.
pub struct Recorder {
    state: Mutex<State>,
    hider: Option<Hider>,
}

struct State {
    /// How many calls each step has made.
    n_calls: HashMap<Option<String>, u32>,
    journal: Journal,
    /// Why the file could not be written on.
    fault: Option<String>,
}

/// A cassette that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Where it is.
    pub path: PathBuf,
    /// How many calls are in it.
    pub n_calls: usize,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.state().journal.path().to_owned();
        f.debug_struct("Recorder").field("path", &path).finish_non_exhaustive()
    }
}

impl Recorder {
    /// Begins a recording. The file is there once [`Recorder::finish`] was called; until then, and
    /// where the program is killed before, a journal beside it holds what was recorded.
    ///
    /// # Errors
    /// Where the folder cannot be written, or the same cassette is being recorded.
    pub fn create(
        path: &Path,
        mut about: About,
        personal: Personal,
    ) -> Result<Arc<Self>, CassetteError> {
        about.personal_hidden = personal == Personal::Hidden;
        let journal = Journal::create(path, about)?;
        let state = State { n_calls: HashMap::new(), journal, fault: None };
        let hider = (personal == Personal::Hidden).then(Hider::new);
        Ok(Arc::new(Self { state: Mutex::new(state), hider }))
    }

    /// Ends the recording: the file is written, in the order of the steps.
    ///
    /// # Errors
    /// Where a call or the file could not be written.
    pub fn finish(&self) -> Result<Recorded, CassetteError> {
        let mut state = self.state();
        if let Some(fault) = state.fault.take() {
            return Err(CassetteError(fault));
        }
        state.journal.finish()?;
        Ok(Recorded { path: state.journal.path().to_owned(), n_calls: state.journal.len() })
    }

    /// Makes a call by `live`, and keeps it.
    pub(super) async fn meet(
        self: &Arc<Self>,
        call: &WireCall<'_>,
        live: impl Future<Output = Result<WireAnswer, WireError>>,
    ) -> Result<WireAnswer, WireError> {
        let mut masks = call.masks.clone();
        if let Body::Bytes(bytes) = &call.out.body {
            learn_body(&mut masks, bytes);
        }
        let asked = Redactor { masks: &masks }.asked(call.out).await;
        let kept = Kept {
            recorder: Arc::clone(self),
            n: self.next(call.request.step.as_ref()),
            step: call.request.step.clone(),
            at: call.out.at,
            began: Instant::now(),
            asked,
            masks,
        };
        let mut waiting = Waiting { kept: Some(kept), patience: call.patience };
        let answer = live.await;
        let Some(kept) = waiting.kept.take() else { return answer };
        match answer {
            Err(error) => {
                if let Some(failure) = Failure::of(&error.kind) {
                    kept.failed(failure, error.sent);
                }
                Err(error)
            }
            Ok(answer) => {
                let tee = Tee {
                    wire: answer.body,
                    method: call.out.method.clone(),
                    status: answer.status,
                    version: answer.version,
                    headers: answer.headers.clone(),
                    got: Vec::new(),
                    n_got: 0,
                    kept: Some(kept),
                    patience: call.patience,
                    waits_since: None,
                };
                Ok(WireAnswer { body: Box::pin(tee), ..answer })
            }
        }
    }

    fn next(&self, step: Option<&String>) -> u32 {
        let mut state = self.state();
        let n = state.n_calls.entry(step.cloned()).or_default();
        *n += 1;
        *n
    }

    fn keep(&self, mut entry: Entry) {
        if let Some(hider) = &self.hider {
            hider.entry(&mut entry);
        }
        let mut state = self.state();
        if let Err(cause) = state.journal.append(&entry)
            && state.fault.is_none()
        {
            let path = state.journal.path().display().to_string();
            tracing::warn!(%path, %cause, "a call could not be recorded");
            state.fault = Some(format!(
                "The cassette {path} is not whole: a call could not be written ({cause}). Make room \
                 on the disk and record the run again."
            ));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is under way.
struct Kept {
    recorder: Arc<Recorder>,
    step: Option<String>,
    n: u32,
    at: Timestamp,
    began: Instant,
    asked: Asked,
    masks: Masks,
}

impl Kept {
    fn failed(self, failure: Failure, sent: bool) {
        let failure = Redactor { masks: &self.masks }.failure(failure);
        self.ended(Outcome::Failed { failure, sent });
    }

    fn answered(mut self, raw: RawAnswer) {
        for (name, value) in &raw.headers {
            self.masks.learn_header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        }
        let answer = Redactor { masks: &self.masks }.answer(raw);
        self.ended(Outcome::Answer(answer));
    }

    fn ended(self, outcome: Outcome) {
        let took_ms = self.began.elapsed().as_millis() as u64;
        let Self { recorder, step, n, at, asked, .. } = self;
        recorder.keep(Entry { step, n, at, took_ms, asked, outcome });
    }
}

/// A call that waits for the head of its answer. Whoever waits for it gives up by letting go.
struct Waiting {
    kept: Option<Kept>,
    patience: Patience,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let Some(kept) = self.kept.take() else { return };
        let waited = kept.began.elapsed();
        // A run that was stopped says nothing of the system.
        match limit_reached(&self.patience, waited, waited) {
            Some(Failure::Idle { ms }) => kept.failed(Failure::NoAnswer { ms }, true),
            Some(failure) => kept.failed(failure, true),
            None => {}
        }
    }
}

/// Which limit makes somebody give up who has waited for so long, for the next byte and in all.
fn limit_reached(patience: &Patience, waited: Duration, in_all: Duration) -> Option<Failure> {
    let ms = |limit: Duration| limit.as_millis() as u64;
    // Timers ring a little late, never early.
    if waited >= patience.idle && patience.idle < patience.left {
        return Some(Failure::Idle { ms: ms(patience.idle) });
    }
    (in_all >= patience.left).then(|| Failure::Total { ms: ms(patience.total) })
}

/// A body that is kept as it passes.
struct Tee {
    wire: WireBytes,
    method: Method,
    status: StatusCode,
    version: Version,
    headers: HeaderMap,
    got: Vec<u8>,
    /// All bytes that passed, kept or not.
    n_got: usize,
    kept: Option<Kept>,
    patience: Patience,
    waits_since: Option<Instant>,
}

impl Stream for Tee {
    type Item = Result<Bytes, Kind>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.wire.as_mut().poll_next(cx);
        match &polled {
            Poll::Pending => {
                self.waits_since.get_or_insert_with(Instant::now);
            }
            Poll::Ready(Some(Ok(piece))) => {
                self.waits_since = None;
                self.n_got += piece.len();
                let room = MAX_KEPT_BYTES.saturating_sub(self.got.len()).min(piece.len());
                self.got.extend_from_slice(&piece[..room]);
            }
            Poll::Ready(Some(Err(kind))) => {
                let failure = Failure::of(kind);
                self.end(failure);
            }
            Poll::Ready(None) => self.end(None),
        }
        polled
    }
}

impl Tee {
    fn end(&mut self, broke: Option<Failure>) {
        let Some(kept) = self.kept.take() else { return };
        let is_whole = self.n_got == self.got.len();
        let too_large = || Failure::TooLarge { limit: MAX_KEPT_BYTES as u64 };
        let broke = if is_whole { broke } else { Some(too_large()) };
        kept.answered(RawAnswer {
            status: self.status,
            version: self.version,
            headers: std::mem::take(&mut self.headers),
            body: std::mem::take(&mut self.got),
            broke,
        });
    }

    /// How many bytes the body should have, where that is known.
    fn expected(&self) -> Option<u64> {
        if self.method == Method::HEAD || matches!(self.status.as_u16(), 100..200 | 204 | 304) {
            return Some(0);
        }
        self.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }
}

impl Drop for Tee {
    fn drop(&mut self) {
        let Some(kept) = &self.kept else { return };
        let (got, expected) = (self.n_got as u64, self.expected());
        if expected == Some(got) {
            return self.end(None);
        }
        let in_all = kept.began.elapsed();
        // Whoever reads may also have had enough of it; a replay then ends at the same place.
        let limit = self
            .waits_since
            .and_then(|since| limit_reached(&self.patience, since.elapsed(), in_all));
        self.end(Some(limit.unwrap_or(Failure::Cut { got, expected })));
    }
}
