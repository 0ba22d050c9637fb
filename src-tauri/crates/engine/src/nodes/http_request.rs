//! `http.request`: calls an HTTP API once per item, or for a list, page by page. Not the connection
//! (that is the transport's), and not the retries (those are the step's).

mod answer;
mod body;
mod call;
mod failure;
mod link;
mod paged;
mod pages;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use data::{Limits, Path, Value};
use flow::catalogue::{Consumes, Example, Family, Inspection, NodeInfo, Problem};
use flow::file::NodeSpec;
use indexmap::IndexMap;
use mapping::{Expression, Template};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::answer::Reading;
use self::body::BodyParams;
use self::call::Call;
use self::failure::Repeat;
use self::paged::{Calls, First};
use self::pages::PageParams;
use crate::catalogue::{items_port, node_info, words};
use crate::item::Item;
use crate::node::{Answer, Behaviour, Each, NodeType, Pages, Setup};
use crate::step::{Effect, StepContext, StepResult, StepWork};

/// Params of `http.request`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// GET reads; the others may change something at the system.
    #[serde(default)]
    method: Method,
    /// The address that is called, with expressions where it depends on the item:
    /// `{{ $vars.shop }}/orders/{{ id }}`. With a connection, what begins with a slash goes behind
    /// its base URL: `/orders/{{ id }}`.
    url: Template,
    /// What is added to the address behind the question mark. A value that gives nothing is left
    /// out, a list gives the name several times.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(title = "Query parameters")]
    query: IndexMap<String, Template>,
    /// What is told beside the content, such as `accept` or an API key.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    headers: IndexMap<String, Template>,
    /// The content of the request; none for most GET requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<BodyParams>,
    /// The path to the list in the answer, such as `data.orders`. Without it, an answer that is a
    /// list gives its entries, and any other answer is one item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "List in the answer")]
    items: Option<String>,
    /// How the API gives its list page by page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pages: Option<PageParams>,
    /// The key under which the answer is added to the incoming item. Without it the answer takes
    /// the item's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Add the answer to the item as", extend("x-advanced" = true))]
    into: Option<String>,
    /// Sends a key with each call by which the system knows a repeated call again, so that a write
    /// can be tried again safely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Key for repeated calls", extend("x-advanced" = true))]
    idempotency: Option<Idempotency>,
    /// An expression over the whole answer that is true where it is an error after all, for APIs
    /// that answer errors with 200: `ok = false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Treat as an error when", extend("x-advanced" = true))]
    fail_when: Option<Expression>,
    /// The largest answer that is read, in megabytes when unpacked; 256 without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(title = "Largest answer (MB)", extend("x-advanced" = true))]
    max_mb: Option<u32>,
}

/// What is done at the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Method {
    /// Reads.
    #[default]
    #[schemars(title = "GET")]
    Get,
    /// Makes something new, or starts an action.
    #[schemars(title = "POST")]
    Post,
    /// Replaces something.
    #[schemars(title = "PUT")]
    Put,
    /// Changes parts of something.
    #[schemars(title = "PATCH")]
    Patch,
    /// Deletes something.
    #[schemars(title = "DELETE")]
    Delete,
    /// Reads the headers only.
    #[schemars(title = "HEAD")]
    Head,
    /// Asks what can be done.
    #[schemars(title = "OPTIONS")]
    Options,
}

/// How the system knows a repeated call again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Idempotency {
    /// The header that takes the key. The key is the same for each try of the same call, also
    /// after the run was resumed, and where another run repeats it.
    #[serde(default = "idempotency_header")]
    #[schemars(title = "Header with the key")]
    header: String,
}

pub(crate) struct HttpRequest;

impl NodeType for HttpRequest {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["api", "rest", "call", "fetch", "get", "post", "url", "web", "json"]),
            inputs: vec![items_port("in")],
            outputs: vec![items_port("out")],
            writes: true,
            examples: examples(),
            ..node_info(
                "http.request",
                "HTTP request",
                "Calls an API and gives its answer as items.",
                DOCS,
                Family::System,
                "globe",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        Inspection {
            summary: summary(params),
            problems: problems(params, false),
            ..Inspection::default()
        }
    }

    fn inspect_node(spec: &NodeSpec, params: &Params) -> Inspection {
        let problems = problems(params, spec.connection.is_some());
        Inspection { summary: summary(params), problems, ..Inspection::default() }
    }

    fn build(params: Params, setup: &Setup<'_>) -> Result<Behaviour, Problem> {
        if let Some(problem) = problems(&params, setup.spec.connection.is_some()).into_iter().next()
        {
            return Err(problem);
        }
        let items = params.items.as_deref().and_then(|path| Path::parse(path).ok());
        // The node's own limit ends a try a little before the step's would, so that a write that
        // takes too long is told as what it is: of unknown outcome.
        let timeout = setup.spec.timeout_ms.map(|ms| Duration::from_millis(ms - ms / 20));
        let plan = Plan { params, items, timeout };
        Ok(Behaviour::Each(Box::new(Caller { plan: Arc::new(plan) })))
    }
}

/// A node ready to run.
struct Plan {
    params: Params,
    items: Option<Path>,
    timeout: Option<Duration>,
}

struct Caller {
    plan: Arc<Plan>,
}

#[async_trait]
impl Each for Caller {
    async fn call(&self, item: &Item, cx: &dyn StepContext) -> StepResult<Answer> {
        let call = Call::fill(&self.plan.params, &item.value, cx)?;
        let mut calls = Calls::new(Arc::clone(&self.plan), call);
        let first = calls.first(cx).await?;
        let Some(key) = &self.plan.params.into else {
            return Ok(match first {
                First::One(value) => Answer::One(value),
                First::Items(items) => {
                    calls.put_back(items);
                    Answer::Pages(Box::new(calls))
                }
            });
        };
        let added = match first {
            First::One(value) => value,
            First::Items(mut items) => {
                while let Some(page) = calls.next(cx).await? {
                    items.extend(page);
                }
                Value::from(items)
            }
        };
        Ok(Answer::One(match item.value.as_object() {
            Some(object) => object.with(key.as_str(), added).into(),
            None => Value::object([(key.as_str(), added)]),
        }))
    }
}

impl Plan {
    /// Who is called, as messages name it.
    fn system(call: &Call) -> String {
        if let Some(connection) = &call.connection {
            return connection.spec.name.clone();
        }
        match (call.url.host_str(), call.url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or("the system").to_owned(),
        }
    }

    fn repeat(&self, call: &Call) -> Repeat {
        let is_keyed = self.params.idempotency.is_some();
        if call.method.is_idempotent() || is_keyed { Repeat::Safe } else { Repeat::Unsafe }
    }

    /// What a call is to the journal.
    fn work(&self, call: &Call) -> StepWork {
        if call.method.is_safe() {
            return StepWork::READS;
        }
        let effect = match self.repeat(call) {
            Repeat::Safe => Effect::Repeatable,
            Repeat::Unsafe => Effect::Writes,
        };
        let mut shown = call.url.clone();
        // A query may hold what is not to be kept.
        shown.set_query(None);
        let about = format!("{} {shown}", call.method);
        StepWork { effect, content: call.content(), about }
    }

    fn reading(&self, call: &Call) -> Reading {
        let pages = self.params.pages.as_ref();
        Reading {
            system: Self::system(call),
            items: self.items.clone(),
            needs_json: self.items.is_some() || pages.is_some(),
            needs_document: pages.is_some_and(PageParams::looks_into_answer)
                || self.params.fail_when.is_some(),
            may_stream: pages.is_none() && self.params.into.is_none(),
            repeat: self.repeat(call),
            fail_when: self.params.fail_when.clone(),
            is_get: self.params.method == Method::Get,
            limits: limits(&self.params, call),
        }
    }
}

/// How deep and large the JSON of an answer may be, by the caps of the node and the connection.
fn limits(params: &Params, call: &Call) -> Limits {
    // What has to be held as one piece, where nobody allows more: a bomb stays small.
    const MAX_HELD: usize = 48 << 20;
    let caps = call.connection.as_ref().map(|connection| &connection.spec.caps);
    let depth = caps.and_then(|caps| caps.json_depth).map(|depth| depth as usize);
    let allowed_mb = params.max_mb.or(caps.and_then(|caps| caps.body_mb));
    let held = allowed_mb.map_or(MAX_HELD, |mb| MAX_HELD.max((mb as usize) << 20));
    let limits = Limits::default();
    Limits {
        depth: depth.unwrap_or(limits.depth).min(Limits::MAX_DEPTH),
        bytes: held.min(limits.bytes),
        text: held.min(limits.text),
    }
}

impl Method {
    fn wire(self) -> transport::Method {
        match self {
            Self::Get => transport::Method::GET,
            Self::Post => transport::Method::POST,
            Self::Put => transport::Method::PUT,
            Self::Patch => transport::Method::PATCH,
            Self::Delete => transport::Method::DELETE,
            Self::Head => transport::Method::HEAD,
            Self::Options => transport::Method::OPTIONS,
        }
    }
}

/// The key of a call as a header can carry it. A key that is too long, or has letters that headers
/// may not have, goes as its digest: equal keys stay equal.
fn idempotency_key(key: &str) -> String {
    const MAX_KEY_LEN: usize = 200;
    if key.len() <= MAX_KEY_LEN && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return key.to_owned();
    }
    // FNV-1a over 128 bits: the same in every version and on every machine.
    let digest = key.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    format!("gantry-{digest:032x}")
}

fn summary(params: &Params) -> String {
    let url = params.url.source();
    let url = url.trim();
    if url.is_empty() {
        return String::new();
    }
    let method = params.method.wire();
    let paging = params.pages.as_ref().map(|p| format!(", {}", p.summary())).unwrap_or_default();
    let into = params.into.as_ref().map(|key| format!(", into {key}")).unwrap_or_default();
    format!("{method} {}{paging}{into}", short_url(url))
}

/// The URL without its scheme, host and query: what tells two calls of one system apart.
fn short_url(url: &str) -> String {
    let base_end = match (url.starts_with("{{"), url.find("}}")) {
        (true, Some(end)) => Some(end + 2),
        _ => url.find("://").map(|at| url[at + 3..].find('/').map_or(url.len(), |n| at + 3 + n)),
    };
    let rest = base_end.map_or(url, |end| &url[end..]);
    let path = rest.split('?').next().unwrap_or(rest);
    if path.is_empty() { url.to_owned() } else { path.to_owned() }
}

fn problems(params: &Params, has_base: bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |key: String, message: String| problems.push(Problem { key, message });
    let url = params.url.source();
    let is_path = url.trim().is_empty() || url.trim().starts_with(['/', '?']);
    if url.trim().is_empty() && !has_base {
        add("/params/url".to_owned(), "Say which address is called.".to_owned());
    } else if params.url.is_literal() && !(has_base && is_path) {
        let is_web = transport::Url::parse(url.trim())
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_web {
            let message = if has_base {
                "This is no address: begin it with a slash, to go behind the connection's base URL, \
                 or with https://."
            } else if is_path {
                "This is a path without a host: choose a connection, or begin with https://."
            } else {
                "This is no whole URL: it must begin with https:// or http://."
            };
            add("/params/url".to_owned(), message.to_owned());
        }
    }
    if let Some(error) = params.items.as_deref().and_then(|path| Path::parse(path).err()) {
        add("/params/items".to_owned(), format!("This is no path: {error}."));
    }
    if let Some((key, message)) = params.pages.as_ref().and_then(PageParams::problem) {
        add(format!("/params/pages/{key}"), message);
    }
    if params.into.as_deref().is_some_and(|key| key.trim().is_empty()) {
        add("/params/into".to_owned(), "Name the key, or leave it out.".to_owned());
    }
    let names = params.headers.keys().chain(params.idempotency.iter().map(|rule| &rule.header));
    for name in names {
        if transport::header::HeaderName::from_bytes(name.trim().as_bytes()).is_err() {
            let message = format!("\"{name}\" is no header's name.");
            add("/params/headers".to_owned(), message);
        }
    }
    problems
}

fn idempotency_header() -> String {
    "Idempotency-Key".to_owned()
}

const DOCS: &str = "\
Calls an HTTP API, once for each item that comes in; address, query, headers and body may depend \
on the item.

**What comes out.** With *Items* set, the entries of the list at that path. Without it, a JSON list \
gives its entries and any other JSON is one item. What is no JSON (text, XML, files) and answers \
without content give one item `{status, headers, body}`; the body of a file is in Base64, with \
`encoding: \"base64\"`. With *Into* set, the answer is added to the incoming item under that key: \
so a lookup enriches each item.

**Pages.** *Pages* says how the API gives long lists. Pages are asked for as they are needed. The \
same page twice is an error, and so are more pages than the limit; the items until then are kept. A \
next page is only asked for at the same address, unless other hosts are allowed.

**Errors.** A call that reads, or that carries an idempotency key, is tried again after a broken \
connection, a timeout, 408, 425, 500, 502 and 504, as often as the node's retry rules say; any call \
after 429 and 503. `Retry-After` is kept to. A write that broke off without a key is not repeated: \
its outcome is unknown. Other statuses from 400 on are errors with what the system said.

**Large answers.** Up to 16 MB, nothing is given out before the answer has arrived whole. In larger \
lists the items go on as they come, so memory stays flat.";

fn examples() -> Vec<Example> {
    let example = |title: &str, params| Example {
        title: title.to_owned(),
        params,
        input: vec![json!({})],
        output: None,
        ..Example::default()
    };
    vec![
        example(
            "All orders, page by page",
            json!({
                "url": "{{ $vars.shop }}/orders",
                "items": "orders",
                "pages": { "type": "page", "param": "page" }
            }),
        ),
        example(
            "Send each order, safe to repeat",
            json!({
                "method": "POST",
                "url": "{{ $vars.erp }}/orders",
                "headers": { "X-Source": "gantry" },
                "body": { "type": "json", "value": { "number": "{{ orderNo }}", "total": "{{ total }}" } },
                "idempotency": { "header": "Idempotency-Key" }
            }),
        ),
        example(
            "Look up each order's customer",
            json!({ "url": "{{ $vars.crm }}/customers/{{ customerId }}", "into": "customer" }),
        ),
    ]
}
