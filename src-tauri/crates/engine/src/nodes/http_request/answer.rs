//! Reads an answer's body: JSON item by item as it arrives, anything else as one value. Not the
//! status, which was looked at before.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data::json::{Format, JsonError, JsonErrorKind, Push};
use data::{Limits, Path, Value};
use flow::run::ErrorClass;
use mapping::Expression;
use transport::Response;

use super::failure::{self, Repeat};
use crate::item::CHUNK_ITEMS;
use crate::step::{StepContext, StepError, StepResult};

/// Up to so many bytes an answer is given out only once it has arrived whole; above it, its items
/// go on as they come.
const HELD_BYTES: u64 = 16 << 20;

/// The same by the number of its items: many small ones take far more room than their text.
const HELD_ITEMS: usize = 200_000;

/// The most items of a list that has to be held as a whole.
const MAX_ITEMS: usize = 2_000_000;

/// How an answer is to be read.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    /// Who answers, for messages.
    pub(super) system: String,
    /// The path to the list.
    pub(super) items: Option<Path>,
    /// Whether nothing but JSON is of use.
    pub(super) needs_json: bool,
    /// Whether something besides the items is needed of the answer.
    pub(super) needs_document: bool,
    /// Whether items of a large answer may go on before its end.
    pub(super) may_stream: bool,
    pub(super) repeat: Repeat,
    /// Tells of a document that it is an error after all.
    pub(super) fail_when: Option<Expression>,
    /// Whether the call asked for something, so that an empty answer is odd.
    pub(super) is_get: bool,
    /// How deep and large JSON may be.
    pub(super) limits: Limits,
}

/// What an answer comes to.
pub(super) enum Read {
    /// One value.
    One(Value),
    /// A list, and the whole document where that is needed.
    List { items: Vec<Value>, document: Value },
    /// The first items of a list that is still arriving.
    Part { items: Vec<Value>, live: Box<Live> },
}

/// A list that is still arriving.
pub(super) struct Live {
    response: Response,
    push: Push,
}

/// What the body is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    /// JSON if it looks like it and is valid, text otherwise.
    MaybeJson,
    Lines,
    Text,
    Binary,
}

impl Reading {
    /// Reads an answer.
    pub(super) async fn read(
        &self,
        response: &mut Option<Response>,
        cx: &dyn StepContext,
    ) -> StepResult<Read> {
        let Some(mut answer) = response.take() else { return Err(StepError::Cancelled) };
        let result = self.read_kind(&mut answer, cx).await;
        match result {
            Ok(Some(read)) => {
                *response = Some(answer);
                Ok(read)
            }
            Ok(None) => self.read_list_or_document(answer, response, cx).await,
            Err(error) => Err(error),
        }
    }

    /// Reads on in a list; an empty page is its end.
    pub(super) async fn read_on(&self, live: &mut Live) -> StepResult<Vec<Value>> {
        let mut items = Vec::new();
        while items.len() < CHUNK_ITEMS {
            if !self.pump(live, &mut items).await? {
                break;
            }
        }
        Ok(items)
    }

    /// Reads what is no JSON; none where it is.
    async fn read_kind(
        &self,
        answer: &mut Response,
        cx: &dyn StepContext,
    ) -> StepResult<Option<Read>> {
        if matches!(answer.status, 204 | 205 | 304) {
            return Ok(Some(self.empty(answer)));
        }
        match self.kind(answer) {
            Kind::Json | Kind::Lines => Ok(None),
            Kind::MaybeJson => {
                let text = self.text(answer).await?;
                if text.trim().is_empty() {
                    return Ok(Some(self.empty(answer)));
                }
                let looks_like_it = text.trim_start().starts_with(['{', '[']);
                let json = data::json::read(text.as_bytes(), &self.limits);
                Ok(Some(match json {
                    Ok(document) if looks_like_it => self.of_document(answer, document, cx)?,
                    _ => Read::One(whole(answer, Value::from(text))),
                }))
            }
            Kind::Text => {
                let text = self.text(answer).await?;
                let body = if text.is_empty() { Value::default() } else { Value::from(text) };
                Ok(Some(Read::One(whole(answer, body))))
            }
            Kind::Binary => {
                let bytes = answer.bytes().await.map_err(|e| self.broken(&e))?;
                if bytes.is_empty() {
                    return Ok(Some(self.empty(answer)));
                }
                let value = whole(answer, Value::from(STANDARD.encode(&bytes)));
                let value = value.as_object().map(|o| o.with("encoding", Value::from("base64")));
                Ok(Some(Read::One(value.map(Value::from).unwrap_or_default())))
            }
        }
    }

    async fn read_list_or_document(
        &self,
        mut answer: Response,
        done: &mut Option<Response>,
        cx: &dyn StepContext,
    ) -> StepResult<Read> {
        let Some(first) = self.first_piece(&mut answer).await? else {
            if answer.body.seen() == 0 && !self.is_get {
                let read = self.empty(&answer);
                *done = Some(answer);
                return Ok(read);
            }
            return Err(self.unusable(&mut answer, "it is empty"));
        };
        let begins_with = first.iter().copied().find(|byte| !byte.is_ascii_whitespace());
        if begins_with == Some(b'<') {
            return Err(self.unusable(&mut answer, "that is a web page or XML, not JSON"));
        }
        let is_lines = self.kind(&answer) == Kind::Lines;
        let format = match &self.items {
            _ if is_lines => Format::Lines,
            Some(path) if !self.needs_document => Format::Elements(path.clone()),
            None if begins_with == Some(b'[') && !self.needs_document => {
                Format::Elements(Path::root())
            }
            _ => Format::Document,
        };
        let is_document = format == Format::Document;
        let mut push = Push::new(format, self.limits);
        let mut items = Vec::new();
        push.push(&first);
        drop(first);
        let mut live = Live { response: answer, push };
        self.drain(&mut live, &mut items)?;
        loop {
            if !self.pump(&mut live, &mut items).await? {
                break;
            }
            let is_long = live.response.body.seen() > HELD_BYTES || items.len() > HELD_ITEMS;
            if self.may_stream && !is_document && is_long {
                return Ok(Read::Part { items, live: Box::new(live) });
            }
            if items.len() > MAX_ITEMS {
                let what = format!("it is a list of more than {MAX_ITEMS} items");
                return Err(self.unusable(&mut live.response, &what).advice(
                    "Ask for less at once, by pages or with a filter. A list that is neither \
                     paged nor added to an item is read item by item, however long it is.",
                ));
            }
        }
        let mut answer = live.response;
        let read = if is_document {
            let document = items.pop().unwrap_or_default();
            self.of_document(&mut answer, document, cx)?
        } else {
            Read::List { items, document: Value::default() }
        };
        *done = Some(answer);
        Ok(read)
    }

    /// The first piece that is more than space; none at the end.
    async fn first_piece(&self, answer: &mut Response) -> StepResult<Option<Vec<u8>>> {
        let mut first = Vec::new();
        while let Some(piece) = answer.body.text_chunk().await.map_err(|e| self.broken(&e))? {
            first.extend_from_slice(&piece);
            if !first.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some(first));
            }
        }
        Ok(None)
    }

    /// Reads one piece more; whether there was one.
    async fn pump(&self, live: &mut Live, items: &mut Vec<Value>) -> StepResult<bool> {
        let piece = live.response.body.text_chunk().await.map_err(|e| self.broken(&e))?;
        match &piece {
            Some(piece) => live.push.push(piece),
            None => live.push.finish(),
        }
        self.drain(live, items)?;
        Ok(piece.is_some())
    }

    fn drain(&self, live: &mut Live, items: &mut Vec<Value>) -> StepResult<()> {
        while let Some(item) = live.push.next() {
            items.push(item.map_err(|error| self.not_json(&mut live.response, &error))?);
        }
        Ok(())
    }

    fn of_document(
        &self,
        answer: &mut Response,
        document: Value,
        cx: &dyn StepContext,
    ) -> StepResult<Read> {
        if let Some(rule) = &self.fail_when {
            let verdict = rule.eval(&document, cx.names());
            let verdict = verdict.map_err(|f| StepError::fault(&f, "/params/fail_when"))?;
            if verdict.and_then(|value| value.as_bool()) == Some(true) {
                let error = failure::of_rule(&self.system, answer.status, answer.exchange());
                return Err(error.key("/params/fail_when"));
            }
        }
        let list = match &self.items {
            None => document.as_list().map(<[Value]>::to_vec),
            Some(path) => {
                let found = path.get(&document);
                let list = found.and_then(Value::as_list).ok_or_else(|| match found {
                    Some(other) => format!("`{path}` in it is no list but a {}", other.kind()),
                    None => format!("it has no list at `{path}`"),
                });
                Some(list.map_err(|what| self.unusable(answer, &what))?.to_vec())
            }
        };
        match list {
            Some(items) => Ok(Read::List { items, document }),
            None if self.needs_json => {
                Err(self.unusable(answer, "it is no list; say under items where the list is in it"))
            }
            None => Ok(Read::One(document)),
        }
    }

    /// What an empty answer comes to: no items where items are wanted, the status otherwise.
    fn empty(&self, answer: &Response) -> Read {
        if self.needs_json {
            return Read::List { items: Vec::new(), document: Value::default() };
        }
        Read::One(whole(answer, Value::default()))
    }

    async fn text(&self, answer: &mut Response) -> StepResult<String> {
        answer.text().await.map_err(|error| self.broken(&error))
    }

    fn kind(&self, answer: &Response) -> Kind {
        let media_type = answer.media_type();
        let is_json = media_type.ends_with("/json") || media_type.ends_with("+json");
        match media_type.as_str() {
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonlines"
            | "application/jsonlines" => Kind::Lines,
            _ if is_json || self.needs_json => Kind::Json,
            "" | "text/plain" | "text/javascript" | "application/javascript" => Kind::MaybeJson,
            "application/xml"
            | "application/x-www-form-urlencoded"
            | "application/yaml"
            | "application/graphql" => Kind::Text,
            other if other.starts_with("text/") || other.ends_with("+xml") => Kind::Text,
            _ => Kind::Binary,
        }
    }

    fn broken(&self, error: &transport::TransportError) -> StepError {
        failure::of_transport(error, self.repeat)
    }

    fn not_json(&self, answer: &mut Response, error: &JsonError) -> StepError {
        match &error.kind {
            // The JSON is in order, so a line and a column in it would help nobody.
            kind @ (JsonErrorKind::NotAList { .. } | JsonErrorKind::Missing { .. }) => {
                let what = format!("the list is not where it should be: {kind}");
                self.unusable(answer, &what).advice(
                    "Look at the whole answer under Raw for the path to its list, and write that \
                     path as \"List in the answer\".",
                )
            }
            kind => {
                let advice = match kind {
                    JsonErrorKind::TooLong { .. } => Some(
                        "Write the path to its list as \"List in the answer\", so that it is read \
                         item by item; or allow a larger answer in the node.",
                    ),
                    JsonErrorKind::TooDeep { .. } => Some(
                        "If the system really nests so deep, allow it in the connection under Caps.",
                    ),
                    _ => None,
                };
                let what = format!("that is not the JSON that is expected: {error}");
                let refused = self.unusable(answer, &what);
                advice.into_iter().fold(refused, StepError::advice)
            }
        }
    }

    fn unusable(&self, answer: &mut Response, what: &str) -> StepError {
        answer.body.reject(what);
        let media_type = answer.media_type();
        let exchange = answer.exchange();
        let error = failure::of_answer(&self.system, answer.status, &media_type, what, exchange);
        if self.items.is_some() { error.key("/params/items") } else { error }
    }
}

impl Live {
    /// Passes over items that were given out before a restart; gives those that came with the last
    /// of them.
    pub(super) async fn skip(&mut self, reading: &Reading, n_items: u64) -> StepResult<Vec<Value>> {
        let mut n_left = n_items;
        loop {
            let mut items = Vec::new();
            let goes_on = reading.pump(self, &mut items).await?;
            if items.len() as u64 >= n_left {
                return Ok(items.split_off(n_left as usize));
            }
            n_left -= items.len() as u64;
            if !goes_on {
                let message = format!(
                    "{} gives fewer items than before the run was resumed, so it cannot go on.",
                    reading.system
                );
                return Err(StepError::terminal(ErrorClass::Answer, message));
            }
        }
    }
}

/// An answer as one value.
fn whole(answer: &Response, body: Value) -> Value {
    let names = answer.headers.keys();
    let headers = Value::object(names.map(|name| {
        let values = answer.headers.get_all(name).iter();
        let text: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        (name.as_str().to_owned(), Value::from(text.join(", ")))
    }));
    Value::object([
        ("status", Value::from(u32::from(answer.status))),
        ("headers", headers),
        ("body", body),
    ])
}
