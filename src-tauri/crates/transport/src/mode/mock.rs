//! Answers calls by rules, and by the calls of a cassette where no rule fits. Not the rules' written
//! form: see `rules`.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use data::Value;
use flow::run::AnswerFrom;
use mapping::NoNames;
use serde_json::json;
use url::Url;

use super::miss::{Miss, Nearest};
use super::replay::{Player, Strictness, missed, wire_answer};
use super::rules::{MockFile, Rule, fit};
use crate::cassette::{self, Answer, Asked, Cassette, CassetteError, Difference, Redactor, Sent};
use crate::error::Kind;
use crate::wire::{WireAnswer, WireCall, WireError};

/// Answers calls by rules.
pub struct Mock {
    name: String,
    rules: Vec<Rule>,
    examples: Option<Player>,
}

impl std::fmt::Debug for Mock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mock").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A call as rules see it.
struct Given {
    host: String,
    path: String,
    asked: Asked,
}

impl Mock {
    /// Reads a mock's file, or a cassette, whose calls then are the examples.
    ///
    /// # Errors
    /// What is wrong with the file, with the place in it.
    pub fn open(path: &Path) -> Result<Arc<Self>, CassetteError> {
        let name = cassette::name_of(path);
        let text = std::fs::read_to_string(path).map_err(|cause| {
            CassetteError(format!("The mock {} cannot be read: {cause}.", path.display()))
        })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let mock = Self::parse(&name, &text, folder);
        mock.map(Arc::new).map_err(|error| CassetteError(format!("{}: {error}", path.display())))
    }

    /// Reads a mock's text; the cassette that it names lies in the folder.
    ///
    /// # Errors
    /// What is wrong with it, with the place in it.
    pub fn parse(name: &str, text: &str, folder: &Path) -> Result<Self, CassetteError> {
        let json: Option<serde_json::Value> = serde_json::from_str(text).ok();
        if json.is_none_or(|json| json.get("log").is_some()) {
            let examples = Player::new(name, Cassette::parse(text)?, Strictness::Lenient);
            return Ok(Self::new(name, Vec::new(), Some(examples)));
        }
        let file: MockFile = serde_json::from_str(text)
            .map_err(|cause| CassetteError(format!("This is no mock: {cause}.")))?;
        if file.mock != 1 {
            let words = "This mock is of a newer Gantry. Update Gantry to read it.";
            return Err(CassetteError(words.to_owned()));
        }
        let examples = match &file.examples {
            None => None,
            Some(beside) => {
                let beside = folder.join(beside);
                let name = cassette::name_of(&beside);
                Some(Player::new(&name, Cassette::read(&beside)?, Strictness::Lenient))
            }
        };
        Ok(Self::new(name, file.rules, examples))
    }

    /// A mock of these rules; what none of them fits is answered by the examples.
    pub fn new(name: &str, rules: Vec<Rule>, examples: Option<Player>) -> Self {
        Self { name: name.to_owned(), rules, examples: examples.map(Player::into_examples) }
    }

    /// Answers a call.
    pub(super) async fn meet(&self, call: &WireCall<'_>) -> Result<WireAnswer, WireError> {
        let asked = Redactor { masks: call.masks }.asked(call.out).await;
        let given = Given::of(&call.out.url, asked);
        for (at, rule) in self.rules.iter().enumerate() {
            let bad = |fault: &mapping::Fault| {
                WireError::unsent(Kind::BadRequest(format!(
                    "Rule {} of the mock \"{}\" ({}) cannot be used: {}.",
                    at + 1,
                    self.name,
                    rule.path,
                    fault.message.trim_end_matches('.')
                )))
            };
            let Some(input) = rule.fits(&given).map_err(|fault| bad(&fault))? else { continue };
            if let Some(failure) = &rule.failure {
                return Err(WireError::sent(failure.kind()));
            }
            let answer = rule.answer(&input).map_err(|fault| bad(&fault))?;
            return Ok(wire_answer(&answer, AnswerFrom::Mock, call.request.step.is_none()));
        }
        if let Some(examples) = &self.examples {
            return examples.meet(call).await;
        }
        let Asked { method, url, .. } = &given.asked;
        let nearest = self.nearest(&given);
        Err(missed(Miss { source: self.name.clone(), call: format!("{method} {url}"), nearest }))
    }

    /// The rule that is most like a call.
    fn nearest(&self, given: &Given) -> Option<Nearest> {
        let differences = |rule: &Rule| {
            let mut found = Vec::new();
            let mut differ = |place: &str, recorded: &str, now: &str| {
                found.push(Difference {
                    place: place.to_owned(),
                    recorded: Some(recorded.to_owned()),
                    now: Some(now.to_owned()),
                });
            };
            if fit(&rule.path, &given.path).is_none() {
                differ("path", &rule.path, &given.path);
            }
            if let Some(method) = rule.method.as_deref().filter(|_| !rule.is_of_method(given)) {
                differ("method", method, &given.asked.method);
            }
            if let Some(host) = rule.host.as_deref().filter(|host| *host != given.host) {
                differ("host", host, &given.host);
            }
            if let (true, Some(when)) = (found.is_empty(), &rule.when) {
                found.push(Difference {
                    place: "when".to_owned(),
                    recorded: Some(when.source().to_owned()),
                    now: Some("false".to_owned()),
                });
            }
            found
        };
        let rule = self.rules.iter().min_by_key(|rule| {
            let paths_differ = fit(&rule.path, &given.path).is_none();
            (paths_differ, differences(rule).len())
        })?;
        let method = rule.method.as_deref().unwrap_or("*");
        Some(Nearest { call: format!("{method} {}", rule.path), differences: differences(rule) })
    }
}

impl Given {
    fn of(url: &Url, asked: Asked) -> Self {
        Self { host: crate::policy::host_of(url), path: url.path().to_owned(), asked }
    }

    /// What expressions and templates see.
    fn input(&self, params: &indexmap::IndexMap<String, String>) -> Value {
        let query = Url::parse(&self.asked.url).map_or_else(
            |_| serde_json::Map::new(),
            |url| url.query_pairs().map(|(name, value)| (name.into(), json!(value))).collect(),
        );
        let headers: serde_json::Map<String, serde_json::Value> = self
            .asked
            .headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), json!(value)))
            .collect();
        let body = match &self.asked.body {
            Sent::Bytes(bytes) => serde_json::from_slice(bytes)
                .unwrap_or_else(|_| json!(String::from_utf8_lossy(bytes))),
            Sent::Parts(parts) => {
                let fields = parts.iter().map(|part| (part.name.clone(), json!(part.value)));
                serde_json::Value::Object(fields.collect())
            }
            Sent::Nothing | Sent::File { .. } => serde_json::Value::Null,
        };
        let input = json!({
            "method": self.asked.method, "host": self.host, "path": self.path, "params": params,
            "query": query, "headers": headers, "body": body,
        });
        serde_json::from_value(input).unwrap_or_default()
    }
}

impl Rule {
    fn is_of_method(&self, given: &Given) -> bool {
        let method = self.method.as_deref();
        method.is_none_or(|own| own == "*" || own.eq_ignore_ascii_case(&given.asked.method))
    }

    /// What its templates see, where it fits a call.
    fn fits(&self, given: &Given) -> Result<Option<Value>, Box<mapping::Fault>> {
        let is_of_host = self.host.as_ref().is_none_or(|own| *own == given.host);
        if !self.is_of_method(given) || !is_of_host {
            return Ok(None);
        }
        let Some(params) = fit(&self.path, &given.path) else { return Ok(None) };
        let input = given.input(&params);
        let is_true = match &self.when {
            Some(when) => when.test(&input, &NoNames)?,
            None => true,
        };
        Ok(is_true.then_some(input))
    }

    fn answer(&self, input: &Value) -> Result<Answer, Box<mapping::Fault>> {
        let mut headers = Vec::with_capacity(self.headers.len() + 1);
        for (name, value) in &self.headers {
            headers.push((name.clone(), value.text(input, &NoNames)?));
        }
        let (body, media_type) = match (&self.json, &self.text) {
            (Some(json), _) => {
                let json = json.render(input, &NoNames)?.unwrap_or_default();
                (Bytes::from(json.to_string()), "application/json")
            }
            (None, Some(text)) => {
                (Bytes::from(text.text(input, &NoNames)?), "text/plain; charset=utf-8")
            }
            (None, None) => (Bytes::new(), ""),
        };
        let has_type = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if !media_type.is_empty() && !has_type {
            headers.push(("content-type".to_owned(), media_type.to_owned()));
        }
        let version = "HTTP/1.1".to_owned();
        Ok(Answer { status: self.status, version, headers, body, broke: None })
    }
}
