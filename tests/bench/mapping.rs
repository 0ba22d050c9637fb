//! One mapping of ten fields over 100,000 orders, by hand, by Gantry's expressions and by the other
//! evaluators: CPU of one thread. Each contender is a process of its own, so that memory and caches
//! are its own too.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use data::{Limits, Value, json};
use jsonata_core::Expression as Core;
use jsonata_core::value::JValue;
use mapping::{Expression, NoNames};
use serde_json::Value as Json;

use crate::mapping::floor::{Order, OverValues, typed};
use crate::measure::{Program, thread_cpu_ns};

mod floor;

const EXPRESSION: &str = include_str!("mapping/order.jsonata");
const N_ORDERS: usize = 100_000;
/// The slow ones take fewer; what is told is the time of one.
const N_ORDERS_SLOW: usize = 20_000;
const N_SAMPLES: usize = 20;

/// What a contender tells.
struct Told {
    ns: f64,
    sample: Vec<Json>,
    figure: f64,
}

/// Measures all contenders and prints a row for each comparison.
pub(crate) fn suite(own: &Path, folder: &Path) -> Result<()> {
    let orders = folder.join("orders-535.ndjson");
    write_orders(&orders)?;
    let run = |name: &str| contend(own, name, &orders);
    let (ours, by_hand) = (run("ours")?, run("values")?);
    let typed = run("typed")?;
    same(&ours, &by_hand)?;
    same(&ours, &typed)?;
    row(
        "mapping of 10 fields, value to value, against hand-written Rust over the same values",
        &ours,
        &by_hand,
        "70 %",
    );
    row("the same, against hand-written Rust over typed structs", &ours, &typed, "apart");
    let core = run("core")?;
    same(&ours, &core)?;
    times("the same, against jsonata-core", &ours, &core, "4x");
    match npm(&orders) {
        Ok(npm) => {
            same(&ours, &npm)?;
            times("the same, against npm jsonata on Node", &ours, &npm, "25x");
        }
        Err(error) => {
            println!("| the same, against npm jsonata on Node | | | skipped: {error:#} | 25x |");
        }
    }
    let (ours, by_hand) = (run("ours-text")?, run("typed-text")?);
    row(
        "mapping of 10 fields, NDJSON to NDJSON, against serde_json over typed structs",
        &ours,
        &by_hand,
        "80 %",
    );
    let (ours, by_hand) = (run("ours-regex")?, run("regex")?);
    row("$replace by a regular expression, against the regex crate alone", &ours, &by_hand, "33 %");
    let memory = run("memory")?;
    println!(
        "| 100,000 orders held as values (memory per byte of JSON) | {:.2} | | | 3 |",
        memory.figure
    );
    Ok(())
}

fn contend(own: &Path, name: &str, orders: &Path) -> Result<Told> {
    let done = Program::new(own).args(&["contend", name, &orders.to_string_lossy()]).finish()?;
    read(&done.ok(&format!("the contender {name} failed"))?.stdout)
}

fn npm(orders: &Path) -> Result<Told> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    if !folder.join("e2e/node_modules/jsonata").is_dir() {
        bail!("the package is missing (cd tests/e2e && npm ci)");
    }
    let file = |name: &str| folder.join("bench/mapping").join(name).to_string_lossy().into_owned();
    let count = N_ORDERS_SLOW.to_string();
    let args = [&file("npm.mjs"), &file("order.jsonata"), &*orders.to_string_lossy(), &count];
    let done = Program::new(Path::new("node")).args(&args).finish().context("node")?;
    read(&done.ok("the npm package failed")?.stdout)
}

fn read(stdout: &str) -> Result<Told> {
    let told: Json = serde_json::from_str(stdout.trim()).with_context(|| stdout.to_owned())?;
    Ok(Told {
        ns: told["ns"].as_f64().unwrap_or_default(),
        sample: told["sample"].as_array().cloned().unwrap_or_default(),
        figure: told["figure"].as_f64().unwrap_or_default(),
    })
}

/// All contenders must come to the same, or the figures compare nothing.
fn same(one: &Told, other: &Told) -> Result<()> {
    if one.sample.len() != N_SAMPLES || other.sample.len() != N_SAMPLES {
        bail!("a contender has no samples");
    }
    for (left, right) in one.sample.iter().zip(&other.sample) {
        if !is_same(left, right) {
            bail!("the results differ: {left} and {right}");
        }
    }
    Ok(())
}

fn is_same(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.as_f64() == right.as_f64(),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            let is_in = |(key, left): (&String, &Json)| {
                left.is_null() || right.get(key).is_some_and(|right| is_same(left, right))
            };
            left.iter().all(is_in)
        }
        _ => left == right,
    }
}

fn row(what: &str, ours: &Told, floor: &Told, goal: &str) {
    println!(
        "| {what} (items per CPU second) | {} | {} | {:.0} % | {goal} |",
        per_second(ours),
        per_second(floor),
        100.0 * floor.ns / ours.ns
    );
}

fn times(what: &str, ours: &Told, other: &Told, goal: &str) {
    println!(
        "| {what} (items per CPU second) | {} | {} | {:.1}x | {goal} |",
        per_second(ours),
        per_second(other),
        other.ns / ours.ns
    );
}

fn per_second(told: &Told) -> String {
    let whole = (1e9 / told.ns).round() as u64;
    let digits = whole.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Runs one contender and prints what it took.
pub(crate) fn run(name: &str, orders: &str) -> Result<()> {
    let text = std::fs::read_to_string(orders)?;
    match name {
        "ours" => ours(&text),
        "values" => by_hand(&text),
        "typed" => by_hand_typed(&text),
        "core" => core(&text),
        "ours-text" => ours_text(&text),
        "typed-text" => typed_text(&text),
        "ours-regex" => ours_regex(&text),
        "regex" => regex(&text),
        "memory" => memory(&text),
        "fields" => fields(&text),
        _ => bail!("there is no contender {name}"),
    }
}

fn values(text: &str) -> Result<Vec<Value>> {
    let items = json::Items::new(text.as_bytes(), json::Format::Lines, Limits::default());
    Ok(items.collect::<Result<_, _>>()?)
}

/// Maps every item once to warm up the first of them, and once for the clock.
fn clocked<T, R>(items: &[T], mut map: impl FnMut(&T) -> Result<R>) -> Result<f64> {
    for item in items.iter().take(2_000) {
        black_box(map(item)?);
    }
    let before = thread_cpu_ns()?;
    for item in items {
        black_box(map(item)?);
    }
    Ok((thread_cpu_ns()? - before) as f64 / items.len() as f64)
}

fn tell(ns: f64, sample: &[String]) {
    println!("{{\"ns\":{ns},\"sample\":[{}]}}", sample.join(","));
}

fn evaluated(expression: &Expression, item: &Value) -> Result<Value> {
    let result = expression.eval(item, &NoNames);
    result.map_err(|fault| anyhow::anyhow!("{fault}"))?.context("no result")
}

fn parsed(source: &str) -> Result<Expression> {
    Expression::parse(source).map_err(|fault| anyhow::anyhow!("{fault}"))
}

fn ours(text: &str) -> Result<()> {
    let (items, expression) = (values(text)?, parsed(EXPRESSION)?);
    let sample: Vec<String> = items
        .iter()
        .take(N_SAMPLES)
        .map(|item| Ok(json::to_string(&evaluated(&expression, item)?)))
        .collect::<Result<_>>()?;
    let ns = clocked(&items, |item| evaluated(&expression, item))?;
    tell(ns, &sample);
    Ok(())
}

fn by_hand(text: &str) -> Result<()> {
    let (items, floor) = (values(text)?, OverValues::new());
    let sample: Vec<String> = items
        .iter()
        .take(N_SAMPLES)
        .map(|item| Ok(json::to_string(&floor.map(item)?)))
        .collect::<Result<_>>()?;
    let ns = clocked(&items, |item| floor.map(item))?;
    tell(ns, &sample);
    Ok(())
}

fn by_hand_typed(text: &str) -> Result<()> {
    let items: Vec<Order> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let sample: Vec<String> = items
        .iter()
        .take(N_SAMPLES)
        .map(|item| Ok(serde_json::to_string(&typed(item)?)?))
        .collect::<Result<_>>()?;
    let ns = clocked(&items, typed)?;
    tell(ns, &sample);
    Ok(())
}

fn core(text: &str) -> Result<()> {
    let items = core_values(text, N_ORDERS_SLOW)?;
    let expression = Core::compile(EXPRESSION).map_err(|error| anyhow::anyhow!("{error}"))?;
    let map = |item: &JValue| {
        expression.evaluate(item).map_err(|error| anyhow::anyhow!("{}", error.message()))
    };
    let sample: Vec<String> = items
        .iter()
        .take(N_SAMPLES)
        .map(|item| Ok(map(item)?.to_json_string()?))
        .collect::<Result<_>>()?;
    let ns = clocked(&items, map)?;
    tell(ns, &sample);
    Ok(())
}

/// An empty buffer whose memory the system has handed out already: that is not what is measured.
fn room(n_bytes: usize) -> Vec<u8> {
    let mut out = vec![1; n_bytes];
    black_box(&mut out).clear();
    out
}

fn ours_text(text: &str) -> Result<()> {
    let expression = parsed(EXPRESSION)?;
    let mut out = room(text.len());
    let before = thread_cpu_ns()?;
    for item in json::Items::new(text.as_bytes(), json::Format::Lines, Limits::default()) {
        json::write(&evaluated(&expression, &item?)?, &mut out)?;
        out.push(b'\n');
    }
    let ns = (thread_cpu_ns()? - before) as f64 / N_ORDERS as f64;
    black_box(&out);
    tell(ns, &[]);
    Ok(())
}

fn typed_text(text: &str) -> Result<()> {
    let mut out = room(text.len());
    let before = thread_cpu_ns()?;
    for line in text.as_bytes().split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let order: Order = serde_json::from_slice(line)?;
        serde_json::to_writer(&mut out, &typed(&order)?)?;
        out.push(b'\n');
    }
    let ns = (thread_cpu_ns()? - before) as f64 / N_ORDERS as f64;
    black_box(&out);
    tell(ns, &[]);
    Ok(())
}

const PATTERN: &str = "[0-9]+";

fn ours_regex(text: &str) -> Result<()> {
    let items: Vec<Value> =
        text.lines().map(|line| Value::object([("text", Value::from(line))])).collect();
    let expression = parsed(&format!("$replace(text, /{PATTERN}/, \"#\")"))?;
    let ns = clocked(&items, |item| evaluated(&expression, item))?;
    tell(ns, &[]);
    Ok(())
}

fn regex(text: &str) -> Result<()> {
    let items: Vec<&str> = text.lines().collect();
    let regex = regex::Regex::new(PATTERN)?;
    let ns = clocked(&items, |item| Ok(regex.replace_all(item, "#").into_owned()))?;
    tell(ns, &[]);
    Ok(())
}

/// What each field of the mapping takes alone, to see where the time goes.
fn fields(text: &str) -> Result<()> {
    let items = values(text)?;
    let lines = EXPRESSION.lines().filter(|line| line.starts_with("  "));
    for line in lines.map(|line| line.trim().trim_end_matches(',')) {
        let expression = parsed(&format!("{{{line}}}"))?;
        let ns = clocked(&items, |item| evaluated(&expression, item))?;
        let core = core_ns(text, &format!("{{{line}}}"));
        let core = core.map_or_else(|error| format!("{error}"), |ns| format!("{ns:.0} ns"));
        println!("{ns:.0} ns, jsonata-core {core}: {line}");
    }
    Ok(())
}

/// Its own reader takes numbers for texts when serde_json keeps their digits.
fn core_values(text: &str, count: usize) -> Result<Vec<JValue>> {
    let line = |line| Ok(core_value(&serde_json::from_str(line)?));
    text.lines().take(count).map(line).collect()
}

fn core_value(value: &Json) -> JValue {
    match value {
        Json::Null => JValue::Null,
        Json::Bool(flag) => JValue::from(*flag),
        Json::Number(number) => number
            .as_i64()
            .map_or_else(|| JValue::from(number.as_f64().unwrap_or_default()), JValue::from),
        Json::String(text) => JValue::from(text.as_str()),
        Json::Array(items) => JValue::from(items.iter().map(core_value).collect::<Vec<_>>()),
        Json::Object(members) => {
            let members = members.iter().map(|(key, value)| (key.clone(), core_value(value)));
            JValue::from(members.collect::<indexmap::IndexMap<_, _>>())
        }
    }
}

fn core_ns(text: &str, source: &str) -> Result<f64> {
    let items = core_values(text, 2_000)?;
    let expression = Core::compile(source).map_err(|error| anyhow::anyhow!("{error}"))?;
    clocked(&items, |item| {
        expression.evaluate(item).map_err(|error| anyhow::anyhow!("{}", error.message()))
    })
}

/// What the values take beyond the text that they were read from.
fn memory(text: &str) -> Result<()> {
    let before = resident()?;
    let items = values(text)?;
    let after = resident()?;
    let figure = (after - before) as f64 / text.len() as f64;
    println!("{{\"figure\":{figure},\"items\":{}}}", black_box(&items).len());
    Ok(())
}

fn resident() -> Result<u64> {
    let spent = crate::measure::own().context("memory is known on Linux only")?;
    Ok(spent.rss)
}

/// Orders of about 535 bytes.
fn write_orders(path: &Path) -> Result<()> {
    use std::io::Write as _;
    const GROUPS: [&str; 4] = ["tools", "garden", "kitchen", "books"];
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    for n in 0..N_ORDERS {
        let line = |index: usize| {
            let seed = n * 31 + index * 17;
            format!(
                r#"{{"sku":"SKU-{:05}","group":"{}","text":"Article number {}","qty":{},"price":{}.{:02}}}"#,
                seed % 90_000,
                GROUPS[seed % 4],
                seed % 500,
                seed % 5 + 1,
                seed % 200,
                seed % 99 + 1
            )
        };
        let cents = (n * 7_919) % 900_000;
        writeln!(
            file,
            r#"{{"id":{n},"number":"{n:07}","customer":{{"id":{c},"name":"Customer number {c}","email":"c{c}@shop.example"}},"currency":"EUR","placed":"2026-{:02}-{:02}T10:{:02}:00Z","status":"{}","total":{}.{:02},"shipTo":{{"street":"Long Street {}","zip":"{:05}","city":"Berlin","country":"de"}},"lines":[{},{},{}]}}"#,
            n % 12 + 1,
            n % 28 + 1,
            n % 60,
            if n % 3 == 0 { "open" } else { "paid" },
            cents / 100,
            cents % 100,
            n % 300,
            n % 99_999,
            line(0),
            line(1),
            line(2),
            c = n % 5_000,
        )?;
    }
    file.flush()?;
    Ok(())
}
