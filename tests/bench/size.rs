//! A million items of 1 KB from a file through six nodes (map, filter, lookup, branch, batch,
//! group) with history on, against two programs by hand: CPU, items per CPU second and peak memory.
//!
//! The programs by hand do the same work on the same file in one thread: read a line, parse it, make
//! the new record, filter, look up, branch, gather 500, add up by country. `typed` has a struct for
//! the fields that it needs and leaves out the rest, as serde does: it can do this one job only.
//! `dynamic` keeps every record as a `serde_json::Value` with its fields in order and its numbers as
//! they were written, as Gantry does: it could be given another flow as data.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{Bench, flows, same_groups};

/// Rows of the table that items are looked up in.
const CUSTOMERS: usize = 1_000;

/// Items of one batch.
const BATCH: usize = 500;

const COUNTRIES: [&str; 8] = ["DE", "FR", "IT", "ES", "NL", "PL", "US", "JP"];

/// Record `n`, about 1,000 bytes; the same for the same `n`.
fn record(n: usize) -> String {
    let country = COUNTRIES[n * 7 % COUNTRIES.len()];
    let customer = n * 31 % CUSTOMERS;
    let cents = n * 7_919 % 40_000;
    let tax = cents * 19 / 119;
    let line = |k: usize| {
        let price = (n + k * 17) % 9_000 + 100;
        format!(
            r#"{{"sku":"SKU-{:05}","name":"Article number {:05} of the catalogue","qty":{},"price":{}.{:02}}}"#,
            (n * 13 + k) % 90_000,
            (n * 13 + k) % 90_000,
            (n + k) % 9 + 1,
            price / 100,
            price % 100
        )
    };
    format!(
        r#"{{"id":{n},"number":"SO-{n:08}","channel":"web","status":"paid","created":"2026-{:02}-{:02}T10:00:00Z","updated":"2026-{:02}-{:02}T17:30:00Z","currency":"EUR","country":"{country}","total":{}.{:02},"tax":{}.{:02},"shipping":4.95,"weight":{}.5,"gift":false,"coupon":null,"customer":{{"id":{customer},"name":"Customer number {customer} & Sons","email":"buyer{customer}@shop.example","phone":"+49 30 1234{customer:04}","group":"retail"}},"billing":{{"street":"Long Street {}","zip":"{:05}","city":"Berlin","country":"{country}"}},"delivery":{{"street":"Harbour Road {}","zip":"{:05}","city":"Hamburg","country":"{country}"}},"lines":[{},{},{}],"tags":["spring","returning","newsletter"],"note":"Please leave the parcel with the neighbours if nobody opens the door, thank you."}}"#,
        n % 12 + 1,
        n % 28 + 1,
        n % 12 + 1,
        n % 28 + 1,
        cents / 100,
        cents % 100,
        tax / 100,
        tax % 100,
        n % 30,
        n % 200,
        n % 99_999,
        n % 300,
        n % 88_888,
        line(0),
        line(1),
        line(2)
    )
}

fn write_records(path: &Path, n_items: usize) -> Result<()> {
    let mut file = std::io::BufWriter::with_capacity(1 << 20, File::create(path)?);
    for n in 0..n_items {
        writeln!(file, "{}", record(n))?;
    }
    Ok(file.flush()?)
}

fn tier(customer: usize) -> &'static str {
    ["gold", "silver", "basic", "blocked"][customer % 16 / 5]
}

fn manager(customer: usize) -> String {
    format!("Manager {}", customer % 40)
}

/// The flow; it reads the file so many times over.
fn flow(path: &str, times: usize) -> String {
    let files: Vec<Value> = (0..times).map(|_| json!({ "path": path })).collect();
    let customers: Vec<Value> = (0..CUSTOMERS)
        .map(|id| json!({ "id": id, "tier": tier(id), "manager": manager(id) }))
        .collect();
    let field = |to: &str, from: &str| json!({ "to": to, "from": from });
    let nodes = [
        json!({ "id": "start", "type": "trigger.manual" }),
        json!({ "id": "files", "type": "data.table", "params": { "rows": files } }),
        json!({ "id": "orders", "type": "file.read", "params": { "path": "{{ path }}", "format": "ndjson" } }),
        json!({ "id": "shape", "type": "data.map", "params": { "fields": [
            field("orderNo", "number"), field("customer", "customer.name"),
            field("customerNo", "customer.id"), field("city", "delivery.city"),
            field("country", "country"), field("total", "total"), field("net", "total - tax"),
            field("lines", "lines") ] } }),
        json!({ "id": "big", "type": "data.filter", "params": { "where": "total > 20" } }),
        json!({ "id": "customers", "type": "data.lookup", "params": {
            "table": { "type": "inline", "rows": customers },
            "keys": [{ "column": "id", "from": "customerNo" }],
            "add": [{ "column": "tier" }, { "column": "manager" }] } }),
        json!({ "id": "ways", "type": "flow.branch", "params": { "cases": [
            { "name": "served", "when": "tier != 'blocked'" }] } }),
        json!({ "id": "batch", "type": "data.batch", "params": { "count": BATCH } }),
        json!({ "id": "groups", "type": "data.group", "params": {
            "by": ["$[0].country"], "fields": [
                field("count", "$count($)"), field("total", "$sum(total)") ] } }),
    ];
    let wires = [
        ("start", "files"),
        ("files", "orders"),
        ("orders", "shape"),
        ("shape", "big"),
        ("big.kept", "customers"),
        ("customers", "ways"),
        ("ways.served", "batch"),
        ("batch", "groups"),
    ];
    flows::flow("size", &nodes, &wires)
}

/// Measures it with so many items, and with ten times as many.
pub(crate) fn suite(bench: &Bench) -> Result<()> {
    let n_items: usize =
        std::env::var("BENCH_ITEMS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let path = bench.folder.join("records.ndjson");
    write_records(&path, n_items)?;
    let n_bytes = path.metadata()?.len() as usize / n_items;
    let path = path.to_string_lossy().into_owned();
    for times in [1, 10] {
        let flow = bench.flow("size", &flow(&path, times))?;
        let ours = bench.run(&flow, &[]).finish()?.ok("the flow failed")?;
        let n_items = n_items * times;
        let what = format!("{n_items} items of {n_bytes} bytes through 6 nodes");
        println!(
            "| {what} (peak memory, time) | {:.0} MB, {:.1} s | | | 150 MB |",
            ours.spent.peak_rss as f64 / 1e6,
            ours.spent.wall_us as f64 / 1e6
        );
        if times > 1 {
            continue;
        }
        for by_hand in ["dynamic", "typed"] {
            let hand = bench.floor(&["size", by_hand, &path]).finish()?.ok("the floor failed")?;
            same_groups(&ours.stdout, &hand.stdout)?;
            let per_second = |cpu_us: u64| n_items as f64 / cpu_us as f64 * 1e3;
            let (us, them) = (per_second(ours.spent.cpu_us), per_second(hand.spent.cpu_us));
            println!(
                "| {what}, against the {by_hand} program (1,000 items per CPU second) | {us:.1} | \
                 {them:.1} | {:.0} % | 60 % |",
                us / them * 100.0
            );
        }
    }
    Ok(())
}

/// Runs one of the programs by hand.
pub(crate) fn floor(name: &str, path: &str) -> Result<()> {
    let source = BufReader::with_capacity(64 << 10, File::open(path).context("no file")?);
    match name {
        "dynamic" => dynamic(source),
        "typed" => typed(source),
        _ => bail!("there is no floor {name}"),
    }
}

/// What a group of batches comes to; its key is no plain path, so Gantry calls it `key1`.
#[derive(Default)]
struct Group {
    count: u64,
    total: f64,
}

fn print(groups: indexmap::IndexMap<String, Group>) {
    for (country, Group { count, total }) in groups {
        println!("{}", json!({ "key1": country, "count": count, "total": total }));
    }
}

fn dynamic(mut source: BufReader<File>) -> Result<()> {
    let customers: HashMap<String, Map<String, Value>> = (0..CUSTOMERS)
        .map(|id| {
            let mut row = Map::new();
            row.insert("tier".to_owned(), tier(id).into());
            row.insert("manager".to_owned(), manager(id).into());
            (id.to_string(), row)
        })
        .collect();
    let mut groups: indexmap::IndexMap<String, Group> = indexmap::IndexMap::new();
    let mut batch = Vec::with_capacity(BATCH);
    let mut add = |batch: &mut Vec<Value>| {
        let Some(country) = batch.first().and_then(|first| first["country"].as_str()) else {
            return;
        };
        let group = groups.entry(country.to_owned()).or_default();
        group.count += 1;
        group.total += batch.iter().filter_map(|item| item["total"].as_f64()).sum::<f64>();
        batch.clear();
    };
    let mut line = String::new();
    while source.read_line(&mut line)? > 0 {
        let mut order: Value = serde_json::from_str(&line)?;
        line.clear();
        let net = order["total"].as_f64().context("no total")?
            - order["tax"].as_f64().context("no tax")?;
        let mut made = Map::with_capacity(10);
        made.insert("orderNo".to_owned(), order["number"].take());
        made.insert("customer".to_owned(), order["customer"]["name"].take());
        made.insert("customerNo".to_owned(), order["customer"]["id"].take());
        made.insert("city".to_owned(), order["delivery"]["city"].take());
        made.insert("country".to_owned(), order["country"].take());
        made.insert("total".to_owned(), order["total"].take());
        made.insert("net".to_owned(), net.into());
        made.insert("lines".to_owned(), order["lines"].take());
        if made["total"].as_f64().is_none_or(|total| total <= 20.0) {
            continue;
        }
        let Some(row) = customers.get(&made["customerNo"].to_string()) else {
            bail!("there is no customer {}", made["customerNo"]);
        };
        for (name, value) in row {
            made.insert(name.clone(), value.clone());
        }
        if made["tier"] != "blocked" {
            batch.push(Value::Object(made));
            if batch.len() == BATCH {
                add(&mut batch);
            }
        }
    }
    add(&mut batch);
    print(groups);
    Ok(())
}

#[derive(Deserialize)]
struct Order {
    number: String,
    country: String,
    total: f64,
    tax: f64,
    customer: Customer,
    delivery: Delivery,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Customer {
    id: u64,
    name: String,
}

#[derive(Deserialize)]
struct Delivery {
    city: String,
}

#[derive(Serialize, Deserialize)]
struct Line {
    sku: String,
    name: String,
    qty: u64,
    price: f64,
}

/// The record that is made; what nothing reads is held all the same.
struct Made {
    _order_no: String,
    _customer: String,
    customer_no: u64,
    _city: String,
    country: String,
    total: f64,
    _net: f64,
    _lines: Vec<Line>,
    tier: String,
    _manager: String,
}

fn typed(mut source: BufReader<File>) -> Result<()> {
    let customers: HashMap<u64, (String, String)> =
        (0..CUSTOMERS).map(|id| (id as u64, (tier(id).to_owned(), manager(id)))).collect();
    let mut groups: indexmap::IndexMap<String, Group> = indexmap::IndexMap::new();
    let mut batch: Vec<Made> = Vec::with_capacity(BATCH);
    let mut add = |batch: &mut Vec<Made>| {
        let Some(first) = batch.first() else { return };
        let group = groups.entry(first.country.clone()).or_default();
        group.count += 1;
        group.total += batch.iter().map(|item| item.total).sum::<f64>();
        std::hint::black_box(&*batch);
        batch.clear();
    };
    let mut line = String::new();
    while source.read_line(&mut line)? > 0 {
        let order: Order = serde_json::from_str(&line)?;
        line.clear();
        let mut made = Made {
            _order_no: order.number,
            _customer: order.customer.name,
            customer_no: order.customer.id,
            _city: order.delivery.city,
            country: order.country,
            total: order.total,
            _net: order.total - order.tax,
            _lines: order.lines,
            tier: String::new(),
            _manager: String::new(),
        };
        if made.total <= 20.0 {
            continue;
        }
        let Some((tier, manager)) = customers.get(&made.customer_no) else {
            bail!("there is no customer {}", made.customer_no);
        };
        made.tier.clone_from(tier);
        made._manager.clone_from(manager);
        if made.tier != "blocked" {
            batch.push(made);
            if batch.len() == BATCH {
                add(&mut batch);
            }
        }
    }
    add(&mut batch);
    print(groups);
    Ok(())
}
