//! The sample ERP: it checks what it is sent, says why it refuses, and remembers the rest.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::pages::{self, Query};
use super::seed::Seed;
use super::{Shared, World, answer, fail, lock, ok};

const CURRENCIES: &[&str] = &["EUR", "USD", "GBP"];

/// What the ERP remembers.
pub(super) struct Erp {
    customers: IndexMap<String, Json>,
    orders: IndexMap<String, Json>,
    stock: IndexMap<String, i64>,
    /// What was answered to a key that came with a write; the same key gets the same answer.
    answered: HashMap<String, Json>,
}

impl Erp {
    pub(super) fn new(seed: &Seed) -> Self {
        let customers = seed.customers.iter().take(30).map(|customer| {
            let number = format!("C-{}", customer["id"]);
            let known = json!({
                "customer_no": number, "name": customer["name"], "email": customer["email"],
                "country": customer["address"]["country"], "updated_at": customer["updated_at"],
            });
            (number, known)
        });
        let stock = seed.products.iter().enumerate().map(|(n, product)| {
            (product["sku"].as_str().unwrap_or_default().to_owned(), (n as i64 * 17) % 90)
        });
        Self {
            customers: customers.collect(),
            orders: IndexMap::new(),
            stock: stock.collect(),
            answered: HashMap::new(),
        }
    }
}

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/customers", get(customers))
        .route("/customers/{number}", get(customer).put(put_customer))
        .route("/sales-orders", get(orders).post(create_order))
        .route("/sales-orders/{number}", get(order))
        .route("/invoices", get(invoices))
        .route("/stock", get(stock_list))
        .route("/stock/{sku}", get(stock))
        .route("/stock/{sku}/reserve", post(reserve))
}

async fn customers(State(world): Shared, query: Query) -> Response {
    let all: Vec<Json> = lock(&world.erp).customers.values().cloned().collect();
    let found = pages::filter(&all, &query, &["country", "email"]);
    let page = pages::page(&found, &query);
    ok(&json!({ "customers": page.items, "pages": page.pages, "total": page.total }))
}

async fn customer(State(world): Shared, Path(number): Path<String>) -> Response {
    match lock(&world.erp).customers.get(&number) {
        Some(customer) => ok(customer),
        None => not_found("customer", &number),
    }
}

/// Makes the customer or changes it: the same call twice does no harm.
async fn put_customer(
    State(world): Shared,
    Path(number): Path<String>,
    body: axum::Json<Json>,
) -> Response {
    let mut customer = body.0;
    let reasons = missing(&customer, &["name", "email", "country"]);
    if !reasons.is_empty() {
        return refuse(&reasons);
    }
    customer["customer_no"] = json!(number);
    let before = lock(&world.erp).customers.insert(number, customer.clone());
    answer(if before.is_some() { StatusCode::OK } else { StatusCode::CREATED }, &customer)
}

async fn orders(State(world): Shared, query: Query) -> Response {
    let all: Vec<Json> = lock(&world.erp).orders.values().cloned().collect();
    let found = pages::filter(&all, &query, &["customer_no", "currency"]);
    let page = pages::page(&found, &query);
    ok(&json!({ "sales_orders": page.items, "pages": page.pages, "total": page.total }))
}

async fn order(State(world): Shared, Path(number): Path<String>) -> Response {
    match lock(&world.erp).orders.get(&number) {
        Some(order) => ok(order),
        None => not_found("sales order", &number),
    }
}

async fn create_order(
    State(world): Shared,
    headers: HeaderMap,
    body: axum::Json<Json>,
) -> Response {
    let mut order = body.0;
    let reasons = check_order(&order);
    if !reasons.is_empty() {
        return refuse(&reasons);
    }
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let number = order["order_no"].as_str().unwrap_or_default().to_owned();
    let mut erp = lock(&world.erp);
    if let Some(before) = key.as_ref().and_then(|key| erp.answered.get(key)) {
        return answer(StatusCode::CREATED, before);
    }
    if erp.orders.contains_key(&number) {
        let message = format!("there is a sales order {number} already");
        return fail(StatusCode::CONFLICT, "duplicate", &message);
    }
    order["erp_id"] = json!(500_001 + erp.orders.len());
    erp.orders.insert(number, order.clone());
    if let Some(key) = key {
        erp.answered.insert(key, order.clone());
    }
    answer(StatusCode::CREATED, &order)
}

fn check_order(order: &Json) -> Vec<String> {
    let mut reasons = missing(order, &["order_no", "customer_no", "currency"]);
    if order["currency"].as_str().is_some_and(|currency| !CURRENCIES.contains(&currency)) {
        reasons.push(format!("currency {} is not one of EUR, USD, GBP", order["currency"]));
    }
    match order["lines"].as_array().map(Vec::as_slice) {
        None | Some([]) => reasons.push("lines: an order has at least one line".to_owned()),
        Some(lines) => {
            for (n, line) in lines.iter().enumerate() {
                if line["sku"].as_str().is_none() {
                    reasons.push(format!("lines/{n}/sku is missing"));
                }
                if line["quantity"].as_f64().is_none_or(|quantity| quantity <= 0.0) {
                    reasons.push(format!("lines/{n}/quantity must be more than 0"));
                }
            }
        }
    }
    reasons
}

/// In pages by number.
async fn invoices(State(world): Shared, query: Query) -> Response {
    let found = pages::filter(&world.seed.invoices, &query, &["order_no", "currency"]);
    let page = pages::page(&found, &query);
    ok(&json!({
        "invoices": page.items, "page": page.number, "pages": page.pages, "total": page.total,
    }))
}

async fn stock_list(State(world): Shared) -> Response {
    let erp = lock(&world.erp);
    let all: Vec<Json> =
        erp.stock.iter().map(|(sku, n)| json!({ "sku": sku, "stock": n })).collect();
    ok(&json!({ "stock": all }))
}

async fn stock(State(world): Shared, Path(sku): Path<String>) -> Response {
    match lock(&world.erp).stock.get(&sku) {
        Some(n) => ok(&json!({ "sku": sku, "stock": n })),
        None => not_found("product", &sku),
    }
}

async fn reserve(
    State(world): Shared,
    Path(sku): Path<String>,
    body: axum::Json<Json>,
) -> Response {
    let wanted = body["quantity"].as_i64().unwrap_or_default();
    let mut erp = lock(&world.erp);
    let Some(n) = erp.stock.get_mut(&sku) else { return not_found("product", &sku) };
    if wanted <= 0 {
        return refuse(&["quantity must be more than 0".to_owned()]);
    }
    if *n < wanted {
        let message = format!("only {n} of {sku} are left, {wanted} were asked for");
        return fail(StatusCode::CONFLICT, "out_of_stock", &message);
    }
    *n -= wanted;
    ok(&json!({ "sku": sku, "reserved": wanted, "stock": *n }))
}

fn missing(item: &Json, fields: &[&str]) -> Vec<String> {
    fields
        .iter()
        .filter(|field| item[**field].as_str().is_none_or(|text| text.trim().is_empty()))
        .map(|field| format!("{field} is missing"))
        .collect()
}

fn refuse(reasons: &[String]) -> Response {
    let body = json!({ "error": {
        "code": "invalid", "message": reasons.join("; "), "reasons": reasons,
    } });
    answer(StatusCode::UNPROCESSABLE_ENTITY, &body)
}

fn not_found(what: &str, id: &str) -> Response {
    fail(StatusCode::NOT_FOUND, "not_found", &format!("there is no {what} {id}"))
}
