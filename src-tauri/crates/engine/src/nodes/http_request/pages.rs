//! How an API gives its lists page by page: the kinds of it in the params, and what the next page
//! is. Not the calls.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use data::{Path, Value};
use flow::run::ErrorClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use transport::{HeaderMap, Url};

use super::call::{Call, plain};
use super::link;
use crate::step::{StepError, StepResult};

/// How the API gives its list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum PageParams {
    /// By page number.
    Page {
        /// The query parameter with the number.
        param: String,
        /// The number of the first page.
        #[serde(default = "one")]
        start: u64,
        /// The query parameter that says how many items a page has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size_param: Option<String>,
        /// How many items a page has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<u64>,
        /// Which page is the last.
        #[serde(default)]
        stop: Stop,
        /// The path to the number of all items in the answer: when so many have come, it is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<String>,
        /// The path to the number of pages in the answer: when so many have come, it is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total_pages: Option<String>,
        /// The most pages that are asked for; if there are more, it is an error.
        #[serde(default = "max_pages")]
        max_pages: u32,
        /// The pause before each further page, in milliseconds.
        #[serde(default)]
        delay_ms: u64,
    },
    /// By the number of items to pass over.
    Offset {
        /// The query parameter with the number of items to pass over.
        param: String,
        /// The number for the first page.
        #[serde(default)]
        start: u64,
        /// The query parameter that says how many items a page has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit_param: Option<String>,
        /// How many items a page has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u64>,
        /// Which page is the last.
        #[serde(default)]
        stop: Stop,
        /// The path to the number of all items in the answer: when so many have come, it is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<String>,
        /// The most pages that are asked for; if there are more, it is an error.
        #[serde(default = "max_pages")]
        max_pages: u32,
        /// The pause before each further page, in milliseconds.
        #[serde(default)]
        delay_ms: u64,
    },
    /// By a cursor that each answer gives for the next page.
    Cursor {
        /// The query parameter, or the key in the body, that takes the cursor.
        param: String,
        /// The path to the cursor in the answer. Where there is none, the page is the last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        path: Option<String>,
        /// The path to the cursor in the last item of a page, where the API pages by it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_item: Option<String>,
        /// The path to a value in the answer that says whether there is more: `has_more`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        more: Option<String>,
        /// Where the cursor goes.
        #[serde(default, rename = "where")]
        place: Place,
        /// The most pages that are asked for; if there are more, it is an error.
        #[serde(default = "max_pages")]
        max_pages: u32,
        /// The pause before each further page, in milliseconds.
        #[serde(default)]
        delay_ms: u64,
    },
    /// By the header `Link` with `rel="next"`.
    Link {
        /// Whether the next page may be at another host; credentials are not sent there.
        #[serde(default)]
        other_hosts: bool,
        /// The most pages that are asked for; if there are more, it is an error.
        #[serde(default = "max_pages")]
        max_pages: u32,
        /// The pause before each further page, in milliseconds.
        #[serde(default)]
        delay_ms: u64,
    },
    /// By the next page's URL in the answer.
    NextUrl {
        /// The path to the URL in the answer. Where there is none, the page is the last.
        path: String,
        /// Whether the next page may be at another host; credentials are not sent there.
        #[serde(default)]
        other_hosts: bool,
        /// The most pages that are asked for; if there are more, it is an error.
        #[serde(default = "max_pages")]
        max_pages: u32,
        /// The pause before each further page, in milliseconds.
        #[serde(default)]
        delay_ms: u64,
    },
}

/// Which page is the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stop {
    /// The first one without items: one more call, and safe where the API gives smaller pages than
    /// it was asked for.
    #[default]
    Empty,
    /// The first one with fewer items than its size.
    Short,
}

/// Where a cursor goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Place {
    /// Into the URL's query.
    #[default]
    Query,
    /// Into the JSON that is sent.
    Body,
}

/// What the next page is found from.
pub(super) struct Facts<'a> {
    pub(super) headers: &'a HeaderMap,
    pub(super) url: &'a Url,
    /// The whole answer, where a rule looks into it.
    pub(super) document: &'a Value,
    pub(super) items: &'a [Value],
}

/// Goes through the pages of one list.
#[derive(Debug)]
pub(super) struct Pager {
    rule: PageParams,
    /// Where the page that comes next is; the API's first one without it.
    at: Option<Value>,
    n_pages: u32,
    n_items: u64,
    pages: HashSet<u64>,
    places: HashSet<String>,
    host: String,
}

impl Pager {
    /// A pager before the first page.
    pub(super) fn new(rule: PageParams, host: String) -> Self {
        let at = match &rule {
            PageParams::Page { start, .. } | PageParams::Offset { start, .. } => {
                Some(Value::from(*start))
            }
            _ => None,
        };
        let (pages, places) = (HashSet::new(), HashSet::new());
        Self { rule, at, n_pages: 0, n_items: 0, pages, places, host }
    }

    /// Pages so far.
    pub(super) fn n_pages(&self) -> u32 {
        self.n_pages
    }

    /// Makes the call for the page that comes next.
    pub(super) fn call(&self, first: &Call) -> StepResult<Call> {
        let mut call = first.clone();
        match &self.rule {
            PageParams::Page { size_param, size, .. } => {
                set_size(&mut call, size_param.as_ref(), *size);
            }
            PageParams::Offset { limit_param, limit, .. } => {
                set_size(&mut call, limit_param.as_ref(), *limit);
            }
            _ => {}
        }
        let Some(at) = &self.at else { return Ok(call) };
        match &self.rule {
            PageParams::Cursor { param, place: Place::Body, .. } => {
                call.set_body(param, at.clone())?;
            }
            PageParams::Page { param, .. }
            | PageParams::Offset { param, .. }
            | PageParams::Cursor { param, .. } => call.set_query(param, &plain(at)),
            PageParams::Link { .. } | PageParams::NextUrl { .. } => {
                let text = plain(at);
                let url = Url::parse(&text).map_err(|_| self.odd_url(&text))?;
                if !is_same_origin(&url, &first.url) {
                    call.headers.retain(|(name, _)| !transport::is_secret_name(name));
                }
                call.url = url;
            }
        }
        Ok(call)
    }

    /// Finds where the page after this one is; null where this one is the last.
    pub(super) fn next(&self, facts: &Facts<'_>) -> StepResult<Value> {
        let n_items = facts.items.len() as u64;
        let so_far = self.n_items + n_items;
        let number = self.at.as_ref().and_then(Value::as_i64).unwrap_or(0);
        let is_last = match &self.rule {
            PageParams::Page { stop, size, total, total_pages, .. } => {
                let pages = u64::from(self.n_pages) + 1;
                n_items == 0
                    || is_short(*stop, n_items, *size)
                    || reached(facts, total.as_deref(), so_far)?
                    || reached(facts, total_pages.as_deref(), pages)?
            }
            PageParams::Offset { stop, limit, total, .. } => {
                n_items == 0
                    || is_short(*stop, n_items, *limit)
                    || reached(facts, total.as_deref(), so_far)?
            }
            _ => false,
        };
        if is_last {
            return Ok(Value::default());
        }
        match &self.rule {
            PageParams::Page { .. } => Ok(Value::from(number + 1)),
            PageParams::Offset { .. } => Ok(Value::from(number + n_items as i64)),
            PageParams::Cursor { path, last_item, more, .. } => {
                next_cursor(facts, path.as_deref(), last_item.as_deref(), more.as_deref())
            }
            PageParams::Link { other_hosts, .. } => match link::target(facts.headers, "next") {
                Some(text) => self.next_url(facts, &text, *other_hosts),
                None => Ok(Value::default()),
            },
            PageParams::NextUrl { path, other_hosts, .. } => match at_path(facts.document, path)? {
                Some(url) => self.next_url(facts, &plain(&url), *other_hosts),
                None => Ok(Value::default()),
            },
        }
    }

    /// Takes a page as done; whether another one follows.
    pub(super) fn advance(&mut self, items: &[Value], next: Value) -> StepResult<bool> {
        self.n_pages += 1;
        self.n_items += items.len() as u64;
        if !items.is_empty() && !self.pages.insert(hash(items)) {
            return Err(self.same_page("its items were on an earlier page"));
        }
        if next.is_null() {
            return Ok(false);
        }
        if !self.places.insert(plain(&next)) {
            return Err(self.same_page("it names a next page that was read before"));
        }
        let max_pages = self.rule.max_pages();
        if self.n_pages >= max_pages {
            let host = &self.host;
            let message = format!("{host} has more than {max_pages} pages, which is the limit.");
            return Err(StepError::terminal(ErrorClass::Stopped, message)
                .advice("Raise max_pages, or ask for larger pages or for less.")
                .key("/params/pages/max_pages"));
        }
        self.at = Some(next);
        Ok(true)
    }

    /// The pause before the page that comes next, in milliseconds.
    pub(super) fn delay_ms(&self) -> u64 {
        if self.n_pages == 0 { 0 } else { self.rule.delay_ms() }
    }

    fn next_url(&self, facts: &Facts<'_>, text: &str, other_hosts: bool) -> StepResult<Value> {
        let url = facts.url.join(text.trim()).map_err(|_| self.odd_url(text))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(self.odd_url(text));
        }
        if !other_hosts && !is_same_origin(&url, facts.url) {
            let to = url.host_str().unwrap_or("");
            let message = format!(
                "The next page of {} is at another address, {}://{to}, which is not allowed here.",
                self.host,
                url.scheme()
            );
            return Err(StepError::terminal(ErrorClass::Answer, message)
                .advice("If that address is right, allow other hosts in the node's paging.")
                .key("/params/pages/other_hosts"));
        }
        Ok(Value::from(url.as_str()))
    }

    fn same_page(&self, why: &str) -> StepError {
        let message = format!(
            "{} sent the same page twice: page {} is not new, {why}.",
            self.host, self.n_pages
        );
        StepError::terminal(ErrorClass::Answer, message)
            .advice(
                "Check how the API pages: the parameter's name, and where the first page begins.",
            )
            .key("/params/pages")
    }

    fn odd_url(&self, text: &str) -> StepError {
        let shown: String = text.split(['?', '#']).next().unwrap_or("").chars().take(200).collect();
        let message = format!("The next page of {} has no usable URL: \"{shown}\".", self.host);
        StepError::terminal(ErrorClass::Answer, message).key("/params/pages")
    }
}

impl PageParams {
    /// Whether the next page is found by looking into the answer besides its items.
    pub(super) fn looks_into_answer(&self) -> bool {
        match self {
            Self::Page { total, total_pages, .. } => total.is_some() || total_pages.is_some(),
            Self::Offset { total, .. } => total.is_some(),
            Self::Cursor { path, more, .. } => path.is_some() || more.is_some(),
            Self::Link { .. } => false,
            Self::NextUrl { .. } => true,
        }
    }

    /// A word for the card: `by page`.
    pub(super) fn summary(&self) -> &'static str {
        match self {
            Self::Page { .. } => "by page",
            Self::Offset { .. } => "by offset",
            Self::Cursor { .. } => "by cursor",
            Self::Link { .. } => "by link",
            Self::NextUrl { .. } => "by next URL",
        }
    }

    /// What is wrong with it: the key, and a sentence.
    pub(super) fn problem(&self) -> Option<(&'static str, String)> {
        let needed =
            |key, text: &str| text.is_empty().then(|| (key, "A name is needed.".to_owned()));
        let paths: [(&'static str, Option<&String>); 3] = match self {
            Self::Page { param, total, total_pages, stop, size, .. } => {
                if let Some(problem) = needed("param", param) {
                    return Some(problem);
                }
                if *stop == Stop::Short && size.is_none() {
                    return Some((
                        "size",
                        "To stop at a short page, its size is needed.".to_owned(),
                    ));
                }
                [("total", total.as_ref()), ("total_pages", total_pages.as_ref()), ("", None)]
            }
            Self::Offset { param, total, stop, limit, .. } => {
                if let Some(problem) = needed("param", param) {
                    return Some(problem);
                }
                if *stop == Stop::Short && limit.is_none() {
                    return Some((
                        "limit",
                        "To stop at a short page, its size is needed.".to_owned(),
                    ));
                }
                [("total", total.as_ref()), ("", None), ("", None)]
            }
            Self::Cursor { param, path, last_item, more, .. } => {
                if let Some(problem) = needed("param", param) {
                    return Some(problem);
                }
                if path.is_none() && last_item.is_none() {
                    let message =
                        "Say where the cursor stands: in the answer, or in the last item.";
                    return Some(("path", message.to_owned()));
                }
                [
                    ("path", path.as_ref()),
                    ("last_item", last_item.as_ref()),
                    ("more", more.as_ref()),
                ]
            }
            Self::Link { .. } => return None,
            Self::NextUrl { path, .. } => [("path", Some(path)), ("", None), ("", None)],
        };
        paths.into_iter().find_map(|(key, path)| {
            let error = Path::parse(path?).err()?;
            Some((key, format!("This is no path: {error}.")))
        })
    }

    fn max_pages(&self) -> u32 {
        match self {
            Self::Page { max_pages, .. }
            | Self::Offset { max_pages, .. }
            | Self::Cursor { max_pages, .. }
            | Self::Link { max_pages, .. }
            | Self::NextUrl { max_pages, .. } => *max_pages,
        }
    }

    fn delay_ms(&self) -> u64 {
        match self {
            Self::Page { delay_ms, .. }
            | Self::Offset { delay_ms, .. }
            | Self::Cursor { delay_ms, .. }
            | Self::Link { delay_ms, .. }
            | Self::NextUrl { delay_ms, .. } => *delay_ms,
        }
    }
}

fn set_size(call: &mut Call, param: Option<&String>, size: Option<u64>) {
    if let (Some(param), Some(size)) = (param, size) {
        call.set_query(param, &size.to_string());
    }
}

fn is_short(stop: Stop, n_items: u64, size: Option<u64>) -> bool {
    stop == Stop::Short && size.is_some_and(|size| n_items < size)
}

fn reached(facts: &Facts<'_>, path: Option<&str>, so_far: u64) -> StepResult<bool> {
    let Some(path) = path else { return Ok(false) };
    let total = at_path(facts.document, path)?;
    let number = total.as_ref().and_then(|total| match total.as_str() {
        Some(text) => text.trim().parse().ok(),
        None => total.as_f64(),
    });
    Ok(number.is_some_and(|number| so_far as f64 >= number))
}

fn next_cursor(
    facts: &Facts<'_>,
    path: Option<&str>,
    last_item: Option<&str>,
    more: Option<&str>,
) -> StepResult<Value> {
    if let Some(more) = more {
        let more = at_path(facts.document, more)?;
        if !more.is_some_and(|more| more.as_bool() != Some(false) && plain(&more) != "0") {
            return Ok(Value::default());
        }
    }
    let found = match (path, last_item, facts.items.last()) {
        (Some(path), _, _) => at_path(facts.document, path)?,
        (None, Some(path), Some(item)) => at_path(item, path)?,
        (None, _, _) => None,
    };
    let cursor =
        found.filter(|cursor| cursor.as_bool() != Some(false) && !plain(cursor).is_empty());
    Ok(cursor.unwrap_or_default())
}

/// The value at a path, if there is one that is not null or an empty text.
fn at_path(document: &Value, path: &str) -> StepResult<Option<Value>> {
    let path = Path::parse(path).map_err(|error| {
        let message = format!("\"{path}\" is no path: {error}.");
        StepError::terminal(ErrorClass::Validation, message).key("/params/pages")
    })?;
    let found = path.get(document).filter(|v| !v.is_null() && v.as_str() != Some(""));
    Ok(found.cloned())
}

fn is_same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host() == b.host()
        && a.port_or_known_default() == b.port_or_known_default()
}

fn hash(items: &[Value]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for item in items {
        item.to_string().hash(&mut hasher);
    }
    hasher.finish()
}

fn one() -> u64 {
    1
}

fn max_pages() -> u32 {
    1000
}
