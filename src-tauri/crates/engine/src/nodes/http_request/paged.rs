//! Makes the calls of one item, as steps: one call, page after page, or the parts of one large
//! answer. Not what a page is: see `pages`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use data::Value;
use flow::run::Exchange;
use futures::future::BoxFuture;
use transport::{Request, Response, header};

use super::Plan;
use super::answer::{Live, Read};
use super::call::Call;
use super::failure::{self, Refusal};
use super::pages::{Facts, Pager};
use crate::node::Pages;
use crate::step::{StepContext, StepError, StepResult};

/// How much of a refusal's body is read for its message.
const REFUSAL_BYTES: usize = 64 * 1024;

/// What the first call came to.
pub(super) enum First {
    /// One value that is no list.
    One(Value),
    /// The first items of a list.
    Items(Vec<Value>),
}

/// The calls of one item.
pub(super) struct Calls {
    plan: Arc<Plan>,
    first: Call,
    pager: Option<Pager>,
    /// The first page, which was read to know what the answer is.
    ready: Option<Vec<Value>>,
    live: Option<Box<Live>>,
    /// Parts of a large answer so far, and the items in them.
    n_parts: u32,
    n_items: u64,
    is_over: bool,
}

/// What a step found, besides what it recorded.
#[derive(Default)]
struct Found {
    live: Option<Box<Live>>,
}

impl Calls {
    pub(super) fn new(plan: Arc<Plan>, first: Call) -> Self {
        let host = Plan::system(&first);
        let pager = plan.params.pages.clone().map(|rule| Pager::new(rule, host));
        Self { plan, first, pager, ready: None, live: None, n_parts: 0, n_items: 0, is_over: false }
    }

    /// Makes the first call.
    pub(super) async fn first(&mut self, cx: &dyn StepContext) -> StepResult<First> {
        match self.page(cx).await? {
            Record::One(value) => {
                self.is_over = true;
                Ok(First::One(value))
            }
            Record::Items(items) => Ok(First::Items(items)),
        }
    }

    /// Gives a page back, to be the first that [`Pages::next`] gives.
    pub(super) fn put_back(&mut self, items: Vec<Value>) {
        self.ready = Some(items);
    }

    /// The next page's items, which are none after the last.
    async fn page(&mut self, cx: &dyn StepContext) -> StepResult<Record> {
        let call = match &self.pager {
            Some(pager) => pager.call(&self.first)?,
            None => self.first.clone(),
        };
        let part = match &self.pager {
            Some(pager) if pager.n_pages() > 0 => {
                pause(pager.delay_ms(), pager.n_pages(), cx).await?;
                format!("page/{}", pager.n_pages())
            }
            _ => "call".to_owned(),
        };
        let found = Mutex::new(Found::default());
        let recorded = {
            let (plan, pager, call, found) = (&*self.plan, self.pager.as_ref(), &call, &found);
            cx.step_as(&part, plan.work(call), |attempt| -> BoxFuture<'_, StepResult<Value>> {
                Box::pin(call_once(plan, pager, call, found, attempt, cx))
            })
            .await?
        };
        self.live = found.into_inner().unwrap_or_else(PoisonError::into_inner).live;
        let record = Record::read(&recorded);
        match (&mut self.pager, &record) {
            (Some(pager), Record::Items(items)) => {
                let next = recorded.get("next").cloned().unwrap_or_default();
                self.is_over = !pager.advance(items, next)?;
            }
            (_, Record::Items(items)) => {
                self.n_items = items.len() as u64;
                self.n_parts = 1;
                self.is_over = recorded.get("more").is_none();
            }
            (_, Record::One(_)) => self.is_over = true,
        }
        Ok(record)
    }

    /// The next part of a large answer.
    async fn part(&mut self, cx: &dyn StepContext) -> StepResult<Vec<Value>> {
        let part = format!("part/{}", self.n_parts);
        let live = tokio::sync::Mutex::new(self.live.take());
        let recorded = {
            let (plan, call, n_items, live) = (&*self.plan, &self.first, self.n_items, &live);
            cx.step(&part, |attempt| -> BoxFuture<'_, StepResult<Value>> {
                Box::pin(async move {
                    let mut place = live.lock().await;
                    let items = read_part(plan, call, &mut place, n_items, attempt, cx).await;
                    // What was given out cannot be taken back, so this is not tried again.
                    let items = items.map_err(failure::for_good)?;
                    Ok(Value::object([("items", Value::from(items))]))
                })
            })
            .await?
        };
        self.live = live.into_inner();
        self.n_parts += 1;
        match Record::read(&recorded) {
            Record::Items(items) => {
                self.n_items += items.len() as u64;
                self.is_over = items.is_empty();
                Ok(items)
            }
            Record::One(_) => Ok(Vec::new()),
        }
    }
}

#[async_trait]
impl Pages for Calls {
    async fn next(&mut self, cx: &dyn StepContext) -> StepResult<Option<Vec<Value>>> {
        if let Some(items) = self.ready.take() {
            return Ok(Some(items));
        }
        while !self.is_over {
            let items = if self.pager.is_none() {
                self.part(cx).await?
            } else {
                match self.page(cx).await? {
                    Record::Items(items) => items,
                    Record::One(value) => vec![value],
                }
            };
            // A page without items may still name a next one.
            if !items.is_empty() {
                return Ok(Some(items));
            }
        }
        Ok(None)
    }
}

/// Waits between two pages.
async fn pause(pause_ms: u64, n_pages: u32, cx: &dyn StepContext) -> StepResult<()> {
    if pause_ms == 0 {
        return Ok(());
    }
    let key = cx.key(&format!("delay/{n_pages}"));
    tokio::select! {
        () = cx.cancel().cancelled() => Err(StepError::Cancelled),
        done = cx.sleep(key, Duration::from_millis(pause_ms)) => done,
    }
}

/// What a step recorded.
enum Record {
    One(Value),
    Items(Vec<Value>),
}

impl Record {
    fn read(recorded: &Value) -> Self {
        match recorded.get("items").and_then(Value::as_list) {
            Some(items) => Self::Items(items.to_vec()),
            None => Self::One(recorded.get("one").cloned().unwrap_or_default()),
        }
    }
}

/// One try of a call: sends it, and reads the answer.
async fn call_once(
    plan: &Plan,
    pager: Option<&Pager>,
    call: &Call,
    found: &Mutex<Found>,
    attempt: u32,
    cx: &dyn StepContext,
) -> StepResult<Value> {
    let told = Told::default();
    let result = async {
        let answer = send(plan, call, attempt, cx, &told).await?;
        let (headers, url) = (answer.headers.clone(), answer.url.clone());
        let mut place = Some(answer);
        match plan.reading(call).read(&mut place, cx).await? {
            Read::One(value) => Ok(Value::object([("one", value)])),
            Read::Part { items, live } => {
                found.lock().unwrap_or_else(PoisonError::into_inner).live = Some(live);
                Ok(Value::object([("items", Value::from(items)), ("more", Value::from(true))]))
            }
            Read::List { items, document } => {
                let next = match pager {
                    None => Value::default(),
                    Some(pager) => {
                        let (headers, url, document) = (&headers, &url, &document);
                        pager.next(&Facts { headers, url, document, items: &items })?
                    }
                };
                Ok(Value::object([("items", Value::from(items)), ("next", next)]))
            }
        }
    }
    .await;
    told.report(cx);
    result
}

async fn read_part(
    plan: &Plan,
    call: &Call,
    place: &mut Option<Box<Live>>,
    n_items: u64,
    attempt: u32,
    cx: &dyn StepContext,
) -> StepResult<Vec<Value>> {
    let reading = plan.reading(call);
    if let Some(live) = place {
        return reading.read_on(live).await;
    }
    // After a restart nothing is left of the answer: it is asked for again, up to the place where
    // the run was.
    let told = Told::default();
    let answer = send(plan, call, attempt, cx, &told).await;
    let read = match answer {
        Ok(answer) => reading.read(&mut Some(answer), cx).await,
        Err(error) => Err(error),
    };
    told.report(cx);
    match read? {
        Read::Part { items, mut live } => {
            let n_read = items.len() as u64;
            let rest = if n_read >= n_items {
                items.into_iter().skip(n_items as usize).collect()
            } else {
                live.skip(&reading, n_items - n_read).await?
            };
            *place = Some(live);
            Ok(rest)
        }
        Read::List { items, .. } => Ok(items.into_iter().skip(n_items as usize).collect()),
        Read::One(_) => Ok(Vec::new()),
    }
}

/// Sends one call; any answer but a success is an error.
async fn send(
    plan: &Plan,
    call: &Call,
    attempt: u32,
    cx: &dyn StepContext,
    told: &Told,
) -> StepResult<Response> {
    let repeat = plan.repeat(call);
    let request = request(plan, call, attempt, cx, told);
    let sent = cx.services().transport.send(request, cx.cancel()).await;
    let mut answer = sent.map_err(|error| failure::of_transport(&error, repeat))?;
    if answer.is_success() || answer.status == 304 {
        return Ok(answer);
    }
    let mut n_bytes = 0;
    // Whatever of the body can be had is shown; that it breaks off changes nothing.
    while let Ok(Some(piece)) = answer.body.chunk().await {
        n_bytes += piece.len();
        if n_bytes > REFUSAL_BYTES {
            break;
        }
    }
    let refusal = Refusal {
        system: &Plan::system(call),
        connection: call.connection.as_ref().map(|connection| connection.spec.name.as_str()),
        status: answer.status,
        retry_after: failure::retry_after(answer.status, &answer.headers, cx.now()),
        repeat,
        exchange: answer.exchange(),
    };
    Err(refusal.into_error())
}

fn request(plan: &Plan, call: &Call, attempt: u32, cx: &dyn StepContext, told: &Told) -> Request {
    let mut request = Request::new(call.method.clone(), call.url.as_str());
    let (body, content_type) = call.body.wire();
    request.headers.clone_from(&call.headers);
    let mut set = |name: &str, value: String| {
        if !call.has_header(name) {
            request.headers.push((name.to_owned(), value));
        }
    };
    if let Some(content_type) = content_type {
        set(header::CONTENT_TYPE.as_str(), content_type);
    }
    set(header::ACCEPT.as_str(), "application/json, */*;q=0.8".to_owned());
    if let Some(rule) = &plan.params.idempotency {
        set(&rule.header, super::idempotency_key(&cx.key("call").to_string()));
    }
    request.body = body;
    request.timeout = plan.timeout;
    request.attempt = attempt;
    request.at = cx.now();
    request.max_body = plan.params.max_mb.map(|mb| u64::from(mb) << 20);
    request.observe = Some(told.observe());
    request.connection.clone_from(&call.connection);
    request.conduct = Arc::new(cx.conduct());
    if !request.conduct.mode.is_live() || request.conduct.faults.is_some() {
        request.step = Some(format!("{}/{}", cx.node(), cx.item_key()));
    }
    request.is_keyed = plan.params.idempotency.is_some();
    request
}

/// The calls of one try, until they are reported.
#[derive(Default, Clone)]
struct Told(Arc<Mutex<Vec<Exchange>>>);

impl Told {
    fn observe(&self) -> transport::Observe {
        let told = Arc::clone(&self.0);
        Arc::new(move |exchange| {
            told.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
        })
    }

    fn report(&self, cx: &dyn StepContext) {
        let told = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for exchange in told {
            cx.report(exchange);
        }
    }
}
