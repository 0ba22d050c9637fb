//! The sample shop: orders with lines, products, customers, payments.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value as Json, json};

use super::pages::{self, Query};
use super::{Shared, World, answer, busy, fail, lock, ok};

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/orders", get(orders))
        .route("/orders/{id}", get(order))
        .route("/orders/{id}/shipments", post(ship))
        .route("/shipments", get(shipments))
        .route("/products", get(products))
        .route("/customers", get(customers))
        .route("/customers/{id}", get(customer))
        .route("/payments", get(payments))
}

/// In pages by number.
async fn orders(State(world): Shared, query: Query) -> Response {
    if let Some(busy) = busy(&world) {
        return busy;
    }
    let found = pages::filter(&world.seed.orders, &query, &["status", "country", "currency"]);
    let page = pages::page(&found, &query);
    ok(&json!({
        "orders": page.items, "page": page.number, "pages": page.pages, "total": page.total,
    }))
}

async fn order(State(world): Shared, Path(id): Path<String>) -> Response {
    let found = world.seed.orders.iter().find(|order| order["number"] == *id || has_id(order, &id));
    match found {
        Some(order) => ok(order),
        None => fail(StatusCode::NOT_FOUND, "not_found", &format!("there is no order {id}")),
    }
}

async fn ship(State(world): Shared, Path(id): Path<String>, body: axum::Json<Json>) -> Response {
    let mut shipments = lock(&world.shipments);
    let shipment = json!({ "id": 1 + shipments.len(), "order": id, "details": body.0 });
    shipments.push(shipment.clone());
    answer(StatusCode::CREATED, &shipment)
}

async fn shipments(State(world): Shared) -> Response {
    ok(&json!({ "shipments": *lock(&world.shipments) }))
}

/// In pages by offset.
async fn products(State(world): Shared, query: Query) -> Response {
    let found = pages::filter(&world.seed.products, &query, &["sku"]);
    let (offset, items) = pages::offset(&found, &query);
    ok(&json!({ "items": items, "offset": offset, "total": found.len() }))
}

/// In pages by cursor.
async fn customers(State(world): Shared, query: Query) -> Response {
    let found = pages::filter(&world.seed.customers, &query, &["email"]);
    let size = pages::size(&query, "limit");
    let after: u64 = query
        .get("cursor")
        .and_then(|cursor| cursor.strip_prefix("after_")?.parse().ok())
        .unwrap_or_default();
    let mut rest = found.iter().filter(|c| c["id"].as_u64() > Some(after)).peekable();
    let items: Vec<_> = rest.by_ref().take(size).collect();
    let last = items.last().and_then(|customer| customer["id"].as_u64()).unwrap_or_default();
    let next = rest.peek().map(|_| format!("after_{last}"));
    ok(&json!({ "data": items, "next_cursor": next }))
}

async fn customer(State(world): Shared, Path(id): Path<String>) -> Response {
    match world.seed.customers.iter().find(|customer| has_id(customer, &id)) {
        Some(customer) => ok(customer),
        None => fail(StatusCode::NOT_FOUND, "not_found", &format!("there is no customer {id}")),
    }
}

/// In pages by a `Link` header (RFC 8288); the answer is a bare list.
async fn payments(State(world): Shared, headers: HeaderMap, query: Query) -> Response {
    let found = pages::filter(&world.seed.payments, &query, &["status", "method"]);
    let page = pages::page(&found, &query);
    let mut response = ok(&json!(page.items));
    if page.number < page.pages {
        let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
        let rest = pages::query_with(&query, "page", page.number + 1);
        let link = format!("<http://{host}/shop/payments?{rest}>; rel=\"next\"");
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    response
}

fn has_id(item: &Json, id: &str) -> bool {
    id.parse::<u64>().is_ok_and(|id| item["id"].as_u64() == Some(id))
}
