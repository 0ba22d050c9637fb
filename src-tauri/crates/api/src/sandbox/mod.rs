//! Sample systems on one loopback port, for the templates and for trying things out: a shop, a CRM
//! and an ERP with made-up, always equal data. Not a mock of any real product.

mod crm;
mod erp;
mod names;
mod pages;
mod seed;
mod shop;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The key that the ERP asks for in `x-api-key`.
pub const API_KEY: &str = "demo-key";

/// How the sample systems behave.
#[derive(Debug, Clone, Copy, Default)]
pub struct SandboxOptions {
    /// The port on loopback; 0 takes a free one.
    pub port: u16,
    /// How long each answer is held back.
    pub latency: Duration,
}

/// The sample systems, serving. They stop when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    _serving: JoinSet<()>,
}

impl Sandbox {
    /// Makes the data and serves it.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(options: SandboxOptions) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let router = router(options.latency);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the sample systems stopped");
            }
        });
        Ok(Self { address, _serving: serving })
    }

    /// Where they are: `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port on loopback.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

/// The systems and what they offer, for people.
pub const OVERVIEW: &[(&str, &str)] = &[
    (
        "/shop/orders",
        "orders, paged by page and per_page, with updated_since; busy at every 25th call",
    ),
    ("/shop/products", "products, paged by offset and limit"),
    ("/shop/customers", "customers, paged by cursor"),
    ("/shop/payments", "payments, paged by a Link header"),
    ("/crm/contacts", "contacts, paged by next_url; by id and by email"),
    ("/crm/companies", "companies, paged by offset and limit; by id"),
    ("/erp/customers", "customers of the ERP; needs x-api-key: demo-key"),
    ("/erp/sales-orders", "sales orders, checked and remembered; needs x-api-key: demo-key"),
    ("/erp/invoices", "invoices, paged by page; needs x-api-key: demo-key"),
    ("/erp/stock", "stock by product; needs x-api-key: demo-key"),
    ("/hooks-echo", "answers with what it was sent"),
];

struct World {
    seed: seed::Seed,
    latency: Duration,
    order_calls: AtomicU64,
    shipments: Mutex<Vec<Json>>,
    crm: Mutex<crm::Crm>,
    erp: Mutex<erp::Erp>,
}

type Shared = State<Arc<World>>;

fn router(latency: Duration) -> Router {
    let seed = seed::Seed::new();
    let world = Arc::new(World {
        latency,
        order_calls: AtomicU64::new(0),
        shipments: Mutex::default(),
        crm: Mutex::new(crm::Crm::new(&seed)),
        erp: Mutex::new(erp::Erp::new(&seed)),
        seed,
    });
    Router::new()
        .route("/", any(overview))
        .route("/hooks-echo", any(echo))
        .nest("/shop", shop::router())
        .nest("/crm", crm::router())
        .nest("/erp", erp::router().layer(middleware::from_fn(ask_for_key)))
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(Arc::clone(&world), hold_back))
        .with_state(world)
}

async fn overview() -> Response {
    let list: Vec<Json> =
        OVERVIEW.iter().map(|(path, about)| json!({ "path": path, "about": about })).collect();
    ok(&json!({ "systems": list }))
}

/// Says what came in: for trying out what a flow sends.
async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let headers: serde_json::Map<String, Json> = headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()))
        .collect();
    let body = serde_json::from_slice(&body)
        .unwrap_or_else(|_| Json::from(String::from_utf8_lossy(&body).into_owned()));
    ok(&json!({
        "method": method.as_str(), "path": uri.path(), "query": uri.query(),
        "headers": headers, "body": body,
    }))
}

async fn not_found(uri: Uri) -> Response {
    let message = format!("there is nothing at {}; see / for what there is", uri.path());
    fail(StatusCode::NOT_FOUND, "not_found", &message)
}

async fn hold_back(State(world): Shared, request: Request, next: Next) -> Response {
    if !world.latency.is_zero() {
        tokio::time::sleep(world.latency).await;
    }
    next.run(request).await
}

async fn ask_for_key(request: Request, next: Next) -> Response {
    let given = request.headers().get("x-api-key").map(HeaderValue::as_bytes);
    match given {
        Some(key) if key == API_KEY.as_bytes() => next.run(request).await,
        Some(_) => fail(StatusCode::UNAUTHORIZED, "wrong_key", "the x-api-key is not known"),
        None => fail(
            StatusCode::UNAUTHORIZED,
            "no_key",
            "the header x-api-key is missing; for this sample system it is demo-key",
        ),
    }
}

/// Every 25th call finds the shop busy, so that waiting and trying again can be seen.
fn busy(world: &World) -> Option<Response> {
    let call = world.order_calls.fetch_add(1, Ordering::Relaxed) + 1;
    if !call.is_multiple_of(25) {
        return None;
    }
    let message = "too many calls, come back in a second";
    let mut response = fail(StatusCode::TOO_MANY_REQUESTS, "busy", message);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    Some(response)
}

fn ok(body: &Json) -> Response {
    answer(StatusCode::OK, body)
}

fn answer(status: StatusCode, body: &Json) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn fail(status: StatusCode, code: &str, message: &str) -> Response {
    answer(status, &json!({ "error": { "code": code, "message": message } }))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
