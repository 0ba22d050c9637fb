//! The system that the measured programs call: pages of orders, customers, a slow lookup, creates.

use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{get, post};

use crate::data;

#[derive(serde::Deserialize)]
struct Page {
    page: usize,
}

/// Serves until it is ended.
pub(crate) fn serve() -> Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let app = Router::new()
            .route("/orders", get(orders).merge(post(create)))
            .route("/customers/{id}", get(customer))
            .route("/limited/{id}", get(limited))
            .route("/slow/{id}", get(slow));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        Ok(axum::serve(listener, app).await?)
    })
}

fn json(text: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text)
}

async fn orders(Query(Page { page }): Query<Page>) -> impl IntoResponse {
    let first = (page.max(1) - 1) * 100;
    let n_orders = if page > 100 { 0 } else { 100 };
    let orders: Vec<String> = (first..first + n_orders).map(data::order).collect();
    json(format!(r#"{{"page":{page},"orders":[{}]}}"#, orders.join(",")))
}

async fn create() -> impl IntoResponse {
    json(r#"{"created":true,"ref":"ERP-77"}"#.to_owned())
}

async fn customer(Path(id): Path<u64>) -> impl IntoResponse {
    json(format!(r#"{{"id":{id},"tier":"gold","manager":"Ada Lovelace","country":"DE"}}"#))
}

/// A customer, with the headers by which many APIs tell of their limits.
async fn limited(path: Path<u64>) -> impl IntoResponse {
    let limits = [
        ("x-ratelimit-limit", "1000000"),
        ("x-ratelimit-remaining", "999999"),
        ("x-ratelimit-reset", "1"),
    ];
    (limits, customer(path).await)
}

async fn slow(Path(id): Path<u64>) -> impl IntoResponse {
    tokio::time::sleep(Duration::from_millis(20)).await;
    json(format!(r#"{{"id":{id},"tier":"gold"}}"#))
}
