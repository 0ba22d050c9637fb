//! Answers calls from a cassette. Not how two calls are held against each other: see
//! `cassette::compare`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use flow::run::{AnswerFrom, Phases};
use futures::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use vault::MASK;

use super::miss::{Miss, Nearest};
use crate::cassette::{
    About, Answer, Cassette, CassetteError, Difference, Entry, Failure, Look, Outcome, Redactor,
};
use crate::error::Kind;
use crate::wire::{WireAnswer, WireBytes, WireCall, WireError};

/// What a masked credential is in a replay: signers and cookie jars take ASCII only.
const STAND_IN: &str = "masked";

/// The pieces that a body is given in.
const PIECE_BYTES: usize = 64 * 1024;

/// The most notices that are kept.
const MAX_NOTICES: usize = 200;

/// How exactly calls must be those of the cassette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// Exactly those, each as often as it was recorded, in the order of its step.
    #[default]
    Strict,
    /// In any order and as often as they are asked for, the last answer again and again; a query, a
    /// body or a host that differs is noticed, but answered.
    Lenient,
}

/// Plays a cassette.
pub struct Player {
    name: String,
    about: About,
    strictness: Strictness,
    from: AnswerFrom,
    entries: Vec<Played>,
    by_step: HashMap<String, Vec<usize>>,
    /// Calls of no step, by method and path.
    loose: HashMap<(String, String), Vec<usize>>,
    state: Mutex<State>,
}

struct Played {
    entry: Entry,
    look: Look,
}

#[derive(Default)]
struct State {
    /// How often each entry was given.
    n_given: Vec<u32>,
    /// How many of its calls each step has made.
    n_made: HashMap<String, usize>,
    n_calls: u64,
    notices: Vec<String>,
}

/// What came of a replay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// How many calls were answered.
    pub n_calls: u64,
    /// The recorded calls that nobody asked for.
    pub unused: Vec<String>,
    /// The calls that were answered although they differ, and in what.
    pub notices: Vec<String>,
}

impl std::fmt::Debug for Player {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Player").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Player {
    /// Plays the cassette in a file.
    ///
    /// # Errors
    /// As [`Cassette::read`].
    pub fn open(path: &Path, strictness: Strictness) -> Result<Arc<Self>, CassetteError> {
        let name = crate::cassette::name_of(path);
        Ok(Arc::new(Self::new(&name, Cassette::read(path)?, strictness)))
    }

    /// Plays a cassette; `name` is what misses call it.
    pub fn new(name: &str, mut cassette: Cassette, strictness: Strictness) -> Self {
        cassette.sort();
        let entries: Vec<Played> = cassette
            .entries
            .into_iter()
            .map(|entry| Played { look: Look::of(&entry.asked), entry })
            .collect();
        let mut by_step: HashMap<String, Vec<usize>> = HashMap::new();
        let mut loose: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (at, played) in entries.iter().enumerate() {
            if let Some(step) = &played.entry.step {
                by_step.entry(step.clone()).or_default().push(at);
            } else {
                let key = (played.look.method.clone(), played.look.path.clone());
                loose.entry(key).or_default().push(at);
            }
        }
        let state = State { n_given: vec![0; entries.len()], ..State::default() };
        Self {
            name: name.to_owned(),
            about: cassette.about,
            strictness,
            from: AnswerFrom::Cassette,
            entries,
            by_step,
            loose,
            state: Mutex::new(state),
        }
    }

    /// What is known of the recording: a replay takes its time and its seed.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// What came of it so far.
    pub fn report(&self) -> Report {
        let state = self.state();
        let unused = self.entries.iter().zip(&state.n_given).filter(|(_, n)| **n == 0);
        Report {
            n_calls: state.n_calls,
            unused: unused.map(|(played, _)| told(&played.entry)).collect(),
            notices: state.notices.clone(),
        }
    }

    /// The same cassette as the examples of a mock.
    pub(super) fn into_examples(mut self) -> Self {
        self.from = AnswerFrom::Mock;
        self.strictness = Strictness::Lenient;
        self
    }

    /// Answers a call.
    pub(super) async fn meet(&self, call: &WireCall<'_>) -> Result<WireAnswer, WireError> {
        let asked = Redactor { masks: call.masks }.asked(call.out).await;
        let look = Look::of(&asked);
        let step = call.request.step.as_deref();
        match self.find(step, &look) {
            Ok(at) => match &self.entries[at].entry.outcome {
                Outcome::Failed { failure, sent } => {
                    Err(WireError { kind: failure.kind(), sent: *sent })
                }
                Outcome::Answer(answer) => Ok(wire_answer(answer, self.from, step.is_none())),
            },
            Err(nearest) => {
                let call = format!("{} {}", asked.method, asked.url);
                Err(missed(Miss { source: self.name.clone(), call, nearest }))
            }
        }
    }

    /// The entry that answers a call, or what comes closest.
    fn find(&self, step: Option<&str>, look: &Look) -> Result<usize, Option<Nearest>> {
        let mut state = self.state();
        let at = match self.strictness {
            Strictness::Strict => self.find_exact(step, look, &mut state)?,
            Strictness::Lenient => self.find_alike(step, look, &mut state)?,
        };
        state.n_given[at] += 1;
        state.n_calls += 1;
        Ok(at)
    }

    fn find_exact(
        &self,
        step: Option<&str>,
        look: &Look,
        state: &mut State,
    ) -> Result<usize, Option<Nearest>> {
        if let Some((step, own)) = step.and_then(|step| Some((step, self.by_step.get(step)?))) {
            let made = state.n_made.entry(step.to_owned()).or_default();
            let Some(at) = own.get(*made) else {
                return Err(own.last().map(|at| self.nearest(*at, look)));
            };
            let nearest = self.nearest(*at, look);
            if !nearest.differences.is_empty() {
                return Err(Some(nearest));
            }
            *made += 1;
            return Ok(*at);
        }
        let key = (look.method.clone(), look.path.clone());
        let own = self.loose.get(&key).map_or(&[][..], Vec::as_slice);
        let is_same = |at: &&usize| self.differences(**at, look).is_empty();
        if let Some(at) = own.iter().filter(|at| state.n_given[**at] == 0).find(is_same) {
            return Ok(*at);
        }
        // How often a token is asked for depends on the time of the day, so calls of connections
        // are answered as often as they are made, whatever they sign themselves with.
        if step.is_none()
            && let Some(at) = own.iter().rev().find(is_same).or(own.last())
        {
            return Ok(*at);
        }
        // Calls whose path was masked stand under no key.
        let mut rest = self.loose.values().flatten();
        let masked = rest.find(|at| state.n_given[**at] == 0 && is_same(at));
        masked.copied().ok_or_else(|| self.closest(step, look))
    }

    /// The entry that differs least; of those that differ as little, the step's own, then the first
    /// that was not given yet, then the last.
    fn find_alike(
        &self,
        step: Option<&str>,
        look: &Look,
        state: &mut State,
    ) -> Result<usize, Option<Nearest>> {
        let alike = self.entries.iter().enumerate().filter_map(|(at, played)| {
            let differences = self.differences(at, look);
            let is_elsewhere =
                differences.iter().any(|found| matches!(found.place.as_str(), "method" | "path"));
            let is_other_step = played.entry.step.as_deref() != step;
            let is_given = state.n_given[at] > 0;
            let turn = if is_given { -(at as i64) } else { at as i64 };
            let rank = (differences.len(), is_other_step, is_given, turn);
            (!is_elsewhere).then_some((at, differences, rank))
        });
        let best = alike.min_by_key(|(_, _, rank)| *rank);
        let Some((at, differences, _)) = best else { return Err(self.closest(step, look)) };
        if !differences.is_empty() && state.notices.len() < MAX_NOTICES {
            let differences: Vec<String> = differences.iter().map(ToString::to_string).collect();
            let entry = told(&self.entries[at].entry);
            state.notices.push(format!("{entry} answered a call with {}.", differences.join("; ")));
        }
        Ok(at)
    }

    fn differences(&self, at: usize, look: &Look) -> Vec<Difference> {
        self.entries[at].look.differences(look, &self.about.ignore)
    }

    fn nearest(&self, at: usize, look: &Look) -> Nearest {
        Nearest { call: told(&self.entries[at].entry), differences: self.differences(at, look) }
    }

    /// The recorded call that is most like a call.
    fn closest(&self, step: Option<&str>, look: &Look) -> Option<Nearest> {
        let weight = |at: usize| {
            let played = &self.entries[at];
            let weigh = |found: &Difference| match found.place.as_str() {
                "method" => 8,
                "path" => 4 * segments_apart(&played.look.path, &look.path),
                "host" => 6,
                _ => 2,
            };
            let apart: usize = self.differences(at, look).iter().map(weigh).sum();
            apart + usize::from(played.entry.step.as_deref() != step)
        };
        let at = (0..self.entries.len()).min_by_key(|at| weight(*at))?;
        let mut nearest = self.nearest(at, look);
        let recorded = &self.entries[at].entry.step;
        if nearest.differences.is_empty() && recorded.as_deref() != step {
            let now = step.map(str::to_owned);
            let place = "step".to_owned();
            nearest.differences.push(Difference { place, recorded: recorded.clone(), now });
        }
        Some(nearest)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn segments_apart(a: &str, b: &str) -> usize {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split('/').collect(), b.split('/').collect());
    let apart = a.iter().zip(&b).filter(|(a, b)| a != b).count();
    apart + a.len().abs_diff(b.len())
}

/// A recorded call as messages name it.
fn told(entry: &Entry) -> String {
    let step = entry.step.as_ref().map(|step| format!(" ({step})")).unwrap_or_default();
    format!("{} {}{step}", entry.asked.method, entry.asked.url)
}

/// What comes of a call that there is no answer for. It never left.
pub(super) fn missed(miss: Miss) -> WireError {
    WireError::unsent(Kind::NotRecorded(Box::new(miss)))
}

/// An answer as it comes from the wire. In those that a connection itself asked for, something that
/// signs calls stands in the place of tokens.
pub(super) fn wire_answer(answer: &Answer, from: AnswerFrom, is_of_connection: bool) -> WireAnswer {
    let mut headers = HeaderMap::new();
    for (name, value) in &answer.headers {
        let value = HeaderValue::from_str(&value.replace(MASK, STAND_IN));
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), value) {
            headers.append(name, value);
        }
    }
    let body = match std::str::from_utf8(&answer.body) {
        Ok(text) if is_of_connection && text.contains(MASK) => {
            Bytes::from(text.replace(MASK, STAND_IN))
        }
        _ => answer.body.clone(),
    };
    WireAnswer {
        status: StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        version: version(&answer.version),
        headers,
        body: pieces(body, answer.broke.as_ref().map(Failure::kind)),
        from,
        phases: Phases::default(),
        tls: None,
    }
}

/// A body in pieces, and what breaks it off behind them.
pub(crate) fn pieces(body: Bytes, broke: Option<Kind>) -> WireBytes {
    let n_pieces = body.len().div_ceil(PIECE_BYTES);
    let whole = (0..n_pieces).map(move |at| {
        let start = at * PIECE_BYTES;
        Ok(body.slice(start..body.len().min(start + PIECE_BYTES)))
    });
    Box::pin(stream::iter(whole.chain(broke.map(Err))))
}

fn version(text: &str) -> Version {
    match text.to_ascii_lowercase().as_str() {
        "http/1.0" => Version::HTTP_10,
        "http/2.0" | "http/2" | "h2" => Version::HTTP_2,
        "http/3.0" | "http/3" | "h3" => Version::HTTP_3,
        _ => Version::HTTP_11,
    }
}
