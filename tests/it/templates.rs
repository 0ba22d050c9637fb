//! Each template runs offline, against the sample systems in this process, and comes to the same
//! counts every time.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::sync::Arc;
use std::time::Duration;

use api::serve::Server;
use api::types::{RunView, UiEvent};
use api::{App, AppOptions, flows, runs};
use flow::id::NodeId;
use flow::run::RunStatus;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

struct Bench {
    app: Arc<App>,
    folder: TempDir,
}

async fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let options = AppOptions { data_dir: Some(folder.path().to_owned()), ..AppOptions::default() };
    Bench { app: App::open(options).await.unwrap(), folder }
}

impl Bench {
    /// Makes a flow of a template.
    async fn create(&self, template: &str) {
        let create = flows::Create { name: String::new(), template: Some(template.into()) };
        let view = flows::create(&self.app, create).await.unwrap();
        assert_eq!(view.flow.id.as_str(), template);
        assert_eq!(view.findings.diagnostics, [], "{template} has nothing to mend");
    }

    /// Runs a flow to its end, and opens the run.
    async fn run(&self, flow: &str) -> RunView {
        let mut events = self.app.subscribe();
        let run = runs::start(&self.app, runs::Start::of(flow)).await.unwrap().id;
        let end = async {
            while let Some(batch) = events.next().await {
                let is_end = |event: &UiEvent| matches!(event, UiEvent::RunFinished { run: r } if r.id == run);
                if batch.iter().any(is_end) {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), end).await.expect("the run comes to its end");
        runs::open(&self.app, runs::Which { run }).await.unwrap()
    }
}

/// Runs a template; `expect` has the items that leave some of its nodes.
async fn check(template: &str, status: RunStatus, expect: &[(&str, u64)]) -> Bench {
    let bench = bench().await;
    bench.create(template).await;
    let view = bench.run(template).await;
    assert_eq!(view.run.status, status, "{}", view.run.summary);
    for (node, items_out) in expect {
        let counts = view.nodes[&NodeId::from(*node)].counts;
        assert_eq!(counts.items_out, *items_out, "{template}: {node} of {:?}", view.nodes);
    }
    bench
}

#[tokio::test]
async fn the_sample_flow_groups_the_large_orders() {
    let bench =
        check("welcome", RunStatus::Ok, &[("orders", 260), ("shape", 53), ("countries", 9)]).await;
    // The shop is busy at every 25th call: after four more runs it was, and nothing is missing.
    for _ in 0..4 {
        let view = bench.run("welcome").await;
        assert_eq!((view.run.status, view.run.items), (RunStatus::Ok, 9));
    }
    bench.app.close().await;
}

#[tokio::test]
async fn orders_reach_the_erp_and_refused_ones_are_listed() {
    let expect = [("orders", 260), ("created", 197), ("refused", 6)];
    let bench = check("orders-to-erp", RunStatus::Ok, &expect).await;
    // The second run finds the same orders there: the ERP answers as before, or refuses duplicates.
    let view = bench.run("orders-to-erp").await;
    assert_eq!(view.run.status, RunStatus::Ok, "{}", view.run.summary);
    bench.app.close().await;
}

#[tokio::test]
async fn customers_are_enriched_and_unknown_ones_are_listed() {
    let expect = [("customers", 80), ("card", 72), ("unknown", 8)];
    check("customer-enrichment", RunStatus::Ok, &expect).await.app.close().await;
}

#[tokio::test]
async fn payments_are_matched_missing_or_different() {
    let expect =
        [("payments", 203), ("invoices", 188), ("pair", 203), ("differs", 7), ("missing", 15)];
    check("payment-reconciliation", RunStatus::Ok, &expect).await.app.close().await;
}

#[tokio::test]
async fn orders_fan_out_to_two_systems() {
    let expect = [("orders", 260), ("tell", 31), ("one", 73), ("keep", 73)];
    check("orders-to-two-systems", RunStatus::Ok, &expect).await.app.close().await;
}

#[tokio::test]
async fn edi_orders_reach_the_erp_and_the_others_are_listed() {
    let expect =
        [("read", 4), ("customer", 4), ("check", 3), ("created", 2), ("wrong", 1), ("unknown", 1)];
    check("edi-order-to-erp", RunStatus::Ok, &expect).await.app.close().await;
}

#[tokio::test]
async fn rejected_rows_of_a_file_are_written_beside_it() {
    let expect = [("rows", 10), ("send", 10), ("reject", 3)];
    let bench = check("contacts-from-file", RunStatus::Ok, &expect).await;
    let rejects = bench.folder.path().join("samples/rejected-contacts.csv");
    let rejects = std::fs::read_to_string(rejects).unwrap();
    assert_eq!(rejects.lines().count(), 4, "{rejects}");
    assert!(rejects.contains("email is not an email address"), "{rejects}");
    bench.app.close().await;
}

#[tokio::test]
async fn only_changed_customers_are_copied() {
    let expect = [("customers", 44), ("put", 44), ("mark", 1)];
    check("changed-customers", RunStatus::Ok, &expect).await.app.close().await;
}

#[tokio::test]
async fn an_order_by_webhook_is_checked_and_answered() {
    let bench = bench().await;
    bench.create("order-webhook").await;
    let server = Server::bind_hooks(Arc::clone(&bench.app), Some(0)).await.unwrap();
    let url = server.url();
    let mut serving = tokio::task::JoinSet::new();
    serving.spawn(server.run(CancellationToken::new()));
    let order = r#"{"number": "SO-1", "lines": [{"quantity": 5, "price": 120}]}"#;
    let answer = post(&url, "/hooks/order-webhook/orders", order).await;
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    let expect = r#"{"reference":"SO-1","parcels":2,"articles":5,"express":true}"#;
    assert!(answer.ends_with(expect), "{answer}");
    let answer = post(&url, "/hooks/order-webhook/orders", "{}").await;
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    bench.app.close().await;
}

async fn post(url: &str, path: &str, body: &str) -> String {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let n_bytes = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {n_bytes}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
