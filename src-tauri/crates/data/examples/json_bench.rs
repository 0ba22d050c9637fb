//! Measures the JSON reader beside `serde_json` on 100,000 generated orders.
//! Run it with `cargo run --release -p data --example json_bench`; it is no test.

#![allow(clippy::print_stdout, reason = "it prints what it measures")]

use std::{fmt::Write as _, hint::black_box, time::Instant};

use data::{
    Limits, Schema, Value,
    bin::{Decoder, encode},
    json::{self, Format, Items},
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Order {
    id: u64,
    number: String,
    customer: Customer,
    created_at: String,
    currency: String,
    total: f64,
    paid: bool,
    note: Option<String>,
    lines: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
struct Customer {
    id: u64,
    email: String,
}

#[derive(Serialize, Deserialize)]
struct Line {
    sku: String,
    qty: u32,
    price: f64,
}

const N_ORDERS: u32 = 100_000;
const N_ROUNDS: u32 = 10;

/// Nanoseconds this thread has been on a processor; the wall clock where the system tells nothing.
fn cpu_ns(start: Instant) -> u128 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .unwrap_or_else(|| start.elapsed().as_nanos())
}

fn resident_mb() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
    pages * 4096.0 / 1e6
}

fn generate() -> String {
    let mut text = String::new();
    for n in 0..N_ORDERS {
        let cents = n * 7919 % 100_000;
        let (sku, day, is_paid) = (n * 31 % 9973, n % 28 + 1, n % 3 != 0);
        let note = if n % 10 == 0 { "\"call before \\\"delivery\\\"\"" } else { "null" };
        let _ = writeln!(
            text,
            "{{\"id\":{n},\"number\":\"ORD-{n:08}\",\"customer\":{{\"id\":{},\"email\":\"customer{}@example.com\"}},\
             \"created_at\":\"2026-03-{day:02}T12:30:00Z\",\"currency\":\"EUR\",\"total\":{}.{:02},\"paid\":{is_paid},\
             \"note\":{note},\"lines\":[{{\"sku\":\"SKU-{sku:05}\",\"qty\":{},\"price\":{}.{:02}}}]}}",
            n % 5000,
            n % 5000,
            cents / 100,
            cents % 100,
            n % 9 + 1,
            cents / 300,
            cents % 100,
        );
    }
    text
}

/// The best of three batches, so that what else the machine does counts least; batches, because
/// some systems count in ticks of milliseconds.
fn measure(name: &str, n_bytes: usize, mut work: impl FnMut()) {
    let start = Instant::now();
    let best = (0..3)
        .map(|_| {
            let before = cpu_ns(start);
            for _ in 0..N_ROUNDS {
                work();
            }
            cpu_ns(start) - before
        })
        .min()
        .unwrap_or(1);
    let n_bytes = n_bytes as f64 * f64::from(N_ROUNDS);
    println!("{name:<44} {:8.1} MB per CPU second", n_bytes * 1e3 / best as f64);
}

fn measure_memory<T>(name: &str, read: impl FnOnce() -> T) -> T {
    let before = resident_mb();
    let kept = read();
    println!("{name:<44} {:8.1} MB held", resident_mb() - before);
    kept
}

fn main() {
    let lines = generate();
    let n_bytes = lines.len();
    let limits = Limits::default();
    println!("{N_ORDERS} orders, {n_bytes} bytes, {} a line", n_bytes / N_ORDERS as usize);
    let values: Vec<Value> = measure_memory("data::Value", || {
        Items::new(lines.as_bytes(), Format::Lines, limits).flatten().collect()
    });
    let typed: Vec<Order> = measure_memory("typed structs", || {
        lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    });
    let untyped: Vec<serde_json::Value> = measure_memory("serde_json::Value", || {
        lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    });
    measure_reading(&lines, limits);
    measure_the_rest(&values, &typed, &untyped, n_bytes);
}

fn measure_reading(lines: &str, limits: Limits) {
    let n_bytes = lines.len();
    let list = format!("{{\"total\":1,\"orders\":[{}]}}", lines.trim_end().replace('\n', ","));
    let path: data::Path = "orders".parse().unwrap_or_default();

    measure("lines: typed structs, serde_json", n_bytes, || {
        for line in lines.lines() {
            black_box(serde_json::from_str::<Order>(line).ok());
        }
    });
    measure("lines: serde_json::Value", n_bytes, || {
        for line in lines.lines() {
            black_box(serde_json::from_str::<serde_json::Value>(line).ok());
        }
    });
    measure("lines: data::json::Items", n_bytes, || {
        for value in Items::new(lines.as_bytes(), Format::Lines, limits) {
            black_box(value.ok());
        }
    });
    measure("list at a path: data::json::Items", n_bytes, || {
        let format = Format::Elements(path.clone());
        for value in Items::new(list.as_bytes(), format, limits) {
            black_box(value.ok());
        }
    });
    measure("whole document: data::json::read", n_bytes, || {
        black_box(json::read(list.as_bytes(), &limits).ok());
    });
    measure("whole document: serde_json::Value", n_bytes, || {
        black_box(serde_json::from_str::<serde_json::Value>(&list).ok());
    });
}

fn measure_the_rest(
    values: &[Value],
    typed: &[Order],
    untyped: &[serde_json::Value],
    n_bytes: usize,
) {
    let mut out = Vec::with_capacity(2 * n_bytes);
    measure("write: typed structs, serde_json", n_bytes, || {
        out.clear();
        for order in typed {
            let _ = serde_json::to_writer(&mut out, order);
        }
    });
    measure("write: serde_json::Value", n_bytes, || {
        out.clear();
        for value in untyped {
            let _ = serde_json::to_writer(&mut out, value);
        }
    });
    measure("write: data::json::write", n_bytes, || {
        out.clear();
        for value in values {
            let _ = json::write(value, &mut out);
        }
    });
    measure("size", n_bytes, || {
        black_box(values.iter().map(Value::size).sum::<usize>());
    });
    measure("schema", n_bytes, || {
        black_box(Schema::infer(values));
    });
    measure("bin: encode", n_bytes, || {
        out.clear();
        for value in values {
            encode(value, &mut out);
        }
    });
    measure("bin: decode", n_bytes, || {
        let mut decoder = Decoder::default();
        let mut rest = out.as_slice();
        while !rest.is_empty() {
            let Ok((value, n_bytes)) = decoder.decode(rest) else { return };
            black_box(value);
            rest = &rest[n_bytes..];
        }
    });
    measure("clone and drop", n_bytes, || {
        black_box(values.to_vec());
    });
}
