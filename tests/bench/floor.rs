//! The hand-written programs that Gantry is measured against: axum, reqwest and serde with typed
//! structs, as a Rust developer would write them for this one job.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

/// Runs the floor of that name.
pub(crate) fn run(name: &str, args: &[&str]) -> Result<()> {
    match (name, args) {
        ("map", _) => serve(Router::new().route("/call", post(map))),
        ("chain", [upstream]) => {
            let state = Arc::new(Chain { client: client()?, upstream: (*upstream).to_owned() });
            serve(Router::new().route("/call", post(chain)).with_state(state))
        }
        ("pages", [upstream]) => pages(upstream),
        ("file", [path]) => file(path),
        _ => bail!("there is no floor {name}"),
    }
}

fn serve(app: Router) -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        Ok(axum::serve(listener, app).await?)
    })
}

#[expect(clippy::disallowed_methods, reason = "the floor stands for a program without Gantry")]
fn client() -> Result<reqwest::Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().build()?)
}

#[derive(Deserialize)]
struct Call {
    id: u64,
    number: String,
    customer: Customer,
    country: String,
    total: f64,
}

#[derive(Deserialize)]
struct Customer {
    id: u64,
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mapped {
    order_no: String,
    customer: String,
    country: String,
    total: f64,
    id: u64,
}

async fn map(Json(call): Json<Call>) -> Json<Mapped> {
    Json(Mapped {
        order_no: call.number,
        customer: call.customer.name,
        country: call.country,
        total: call.total,
        id: call.id,
    })
}

struct Chain {
    client: reqwest::Client,
    upstream: String,
}

#[derive(Deserialize)]
struct Tier {
    tier: String,
    manager: String,
}

#[derive(Serialize)]
struct Create {
    number: String,
    total: f64,
    tier: String,
    manager: String,
}

#[derive(Serialize, Deserialize)]
struct Created {
    created: bool,
    #[serde(rename = "ref")]
    reference: String,
}

async fn chain(State(chain): State<Arc<Chain>>, Json(call): Json<Call>) -> Json<Created> {
    let tier: Tier = chain
        .client
        .get(format!("{}/customers/{}", chain.upstream, call.customer.id))
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .expect("the upstream answers")
        .json()
        .await
        .expect("the upstream sends a customer");
    let body =
        Create { number: call.number, total: call.total, tier: tier.tier, manager: tier.manager };
    let created: Created = chain
        .client
        .post(format!("{}/orders", chain.upstream))
        .json(&body)
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .expect("the upstream answers")
        .json()
        .await
        .expect("the upstream sends an order");
    Json(created)
}

#[derive(Deserialize)]
struct Page {
    orders: Vec<Order>,
}

#[derive(Deserialize)]
struct Order {
    id: u64,
    number: String,
    customer: Customer,
    country: String,
    total: f64,
}

#[derive(Serialize)]
struct Group {
    country: String,
    count: u64,
    total: f64,
}

#[derive(Default)]
struct Groups(BTreeMap<String, (u64, f64)>);

impl Groups {
    fn take(&mut self, order: Order) {
        let mapped = Mapped {
            order_no: order.number,
            customer: order.customer.name,
            country: order.country,
            total: order.total,
            id: order.id,
        };
        if mapped.total > 100.0 {
            std::hint::black_box(&mapped);
            let group = self.0.entry(mapped.country).or_default();
            group.0 += 1;
            group.1 += mapped.total;
        }
    }

    fn print(self) -> Result<()> {
        for (country, (count, total)) in self.0 {
            println!("{}", serde_json::to_string(&Group { country, count, total })?);
        }
        Ok(())
    }
}

fn pages(upstream: &str) -> Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let client = client()?;
        let mut groups = Groups::default();
        for page in 1.. {
            let url = format!("{upstream}/orders?page={page}");
            let page: Page = client.get(url).send().await?.error_for_status()?.json().await?;
            if page.orders.is_empty() {
                break;
            }
            page.orders.into_iter().for_each(|order| groups.take(order));
        }
        groups.print()
    })
}

fn file(path: &str) -> Result<()> {
    let mut groups = Groups::default();
    for line in BufReader::new(File::open(path).context("no file")?).lines() {
        groups.take(serde_json::from_str(&line?)?);
    }
    groups.print()
}
