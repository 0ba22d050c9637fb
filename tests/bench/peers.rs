//! Gantry against Node-RED, both as servers of their own on loopback, one after the other: CPU for a
//! webhook call, CPU and memory for a file of items. `cargo xtask bench --peers` sets Node-RED up.
//!
//! Node-RED gets what speaks for it: connections that are kept, no editor, no telemetry, values
//! moved without expressions in the webhook flow, and the better of two ways to work on the file.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::measure::{Program, Server, Spent};
use crate::{Bench, data, flows, load};

/// Calls of the webhook that are measured; a tenth more before them.
const CALLS: usize = 5_000;

const AT_ONCE: usize = 32;

const ITEMS: usize = 100_000;

/// How long a tool may take for the file.
const PATIENCE: Duration = Duration::from_mins(10);

/// Measures both and prints the table; `NODE_RED` is the `red.js` to start.
pub(crate) fn suite(bench: &Bench) -> Result<()> {
    let red = std::env::var_os("NODE_RED").map(PathBuf::from);
    let red = red.context("NODE_RED is not set: `cargo xtask bench --peers` sets it up")?;
    calls(bench, &red)?;
    items(bench, &red)
}

/// Webhook, GET, map, POST, answer.
fn calls(bench: &Bench, red: &Path) -> Result<()> {
    let (_upstream, upstream) = bench.upstream()?;
    let flow = flows::webhook_chain(&upstream);
    let ours = serve(bench, "peers-calls", &flow)?;
    let hook = format!("{}/hooks/{}/call", ours.url, flows::id(&flow)?);
    let ours = Called::measure(&ours, &hook)?;
    let theirs = start(bench, red, "red-calls", &chain(&upstream))?;
    let theirs = Called::measure(&theirs, &format!("{}/call", theirs.url))?;
    let what = format!("webhook, GET, map, POST, answer, {AT_ONCE} at once");
    crate::row(&format!("{what} (CPU per call)"), ours.cpu_ns, theirs.cpu_ns, "<= 0.10");
    println!(
        "| the same, how much less CPU | {:.1}x | | | 10x |",
        ratio(theirs.cpu_ns, ours.cpu_ns)
    );
    memory(&what, ours.memory, theirs.memory);
    Ok(())
}

/// A file of items, mapped, filtered and grouped.
fn items(bench: &Bench, red: &Path) -> Result<()> {
    let path = bench.folder.join("peers.json");
    let lines = bench.folder.join("peers.ndjson");
    data::write_orders(&lines, ITEMS)?;
    // Without a last line break, behind which Node-RED would read one more, empty line.
    let text = std::fs::read_to_string(&lines)?;
    std::fs::write(&lines, text.trim_end())?;
    let list = text.trim_end().replace('\n', ",");
    std::fs::write(&path, format!("[{list}]"))?;

    let flow = flows::webhook_file(&path.to_string_lossy(), &out(bench, "ours"));
    let ours = serve(bench, "peers-items", &flow)?;
    let hook = format!("{}/hooks/{}/go", ours.url, flows::id(&flow)?);
    let (ours, made) = Worked::measure(&ours, &hook, &out(bench, "ours"))?;
    let ways = [
        ("the list in one message", list_flow(&path, &out(bench, "list"))),
        ("a message for each item", items_flow(&lines, &out(bench, "items"))),
    ];
    for ((way, nodes), name) in ways.into_iter().zip(["list", "items"]) {
        let server = start(bench, red, &format!("red-{name}"), &nodes)?;
        let url = format!("{}/go", server.url);
        let (theirs, theirs_made) = Worked::measure(&server, &url, &out(bench, name))?;
        if made != theirs_made {
            bail!("the results differ: {made:?} and {theirs_made:?}");
        }
        let what = format!("{ITEMS} items: map, filter, group ({way})");
        crate::row(&format!("{what} (CPU)"), ours.cpu_us, theirs.cpu_us, "<= 0.20");
        println!(
            "| the same, how much less CPU | {:.1}x | | | 5x |",
            ratio(theirs.cpu_us, ours.cpu_us)
        );
        memory(&what, ours.memory, theirs.memory);
    }
    Ok(())
}

fn ratio(more: u64, less: u64) -> f64 {
    more as f64 / less.max(1) as f64
}

fn out(bench: &Bench, name: &str) -> String {
    bench.folder.join(format!("peers-{name}.out")).to_string_lossy().into_owned()
}

/// A tool's memory: when nothing happened yet, and at its most.
#[derive(Clone, Copy)]
struct Memory {
    idle: u64,
    peak: u64,
}

fn memory(what: &str, ours: Memory, theirs: Memory) {
    let mb = |bytes: u64| bytes as f64 / 1e6;
    let more = |memory: Memory| memory.peak.saturating_sub(memory.idle);
    println!(
        "| {what} (peak memory) | {:.0} MB | {:.0} MB | {:.2} | |",
        mb(ours.peak),
        mb(theirs.peak),
        ours.peak as f64 / theirs.peak as f64
    );
    println!(
        "| the same, over the idle process | {:.1} MB ({:.0} idle) | {:.1} MB ({:.0} idle) | {:.2} | <= 0.10 |",
        mb(more(ours)),
        mb(ours.idle),
        mb(more(theirs)),
        mb(theirs.idle),
        more(ours) as f64 / more(theirs).max(1) as f64
    );
}

struct Called {
    cpu_ns: u64,
    memory: Memory,
}

impl Called {
    fn measure(server: &Server, url: &str) -> Result<Self> {
        let idle = spent(server)?.rss;
        load::post(url, data::ORDER, CALLS / 10, AT_ONCE)?;
        let before = spent(server)?;
        load::post(url, data::ORDER, CALLS, AT_ONCE)?;
        let after = spent(server)?;
        Ok(Self {
            cpu_ns: (after.cpu_us - before.cpu_us) * 1_000 / CALLS as u64,
            memory: Memory { idle, peak: after.peak_rss },
        })
    }
}

struct Worked {
    cpu_us: u64,
    memory: Memory,
}

/// What a tool made of the items: of each country the count, and the total in cents.
type Made = Vec<(String, u64, i64)>;

impl Worked {
    /// Starts the flow and waits until its result is in the file.
    fn measure(server: &Server, url: &str, out: &str) -> Result<(Self, Made)> {
        let before = spent(server)?;
        load::post(url, "{}", 1, 1)?;
        let began = Instant::now();
        let made = loop {
            let text = std::fs::read_to_string(out).unwrap_or_default();
            // A file that is still being written is no list yet.
            if let Ok(made) = made(&text) {
                break made;
            }
            if began.elapsed() > PATIENCE {
                bail!("there was no result in {out} within {} s", PATIENCE.as_secs());
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        // What follows the result belongs to the run: its last events, say.
        std::thread::sleep(Duration::from_millis(500));
        let after = spent(server)?;
        let memory = Memory { idle: before.rss, peak: after.peak_rss };
        Ok((Self { cpu_us: after.cpu_us - before.cpu_us, memory }, made))
    }
}

fn made(text: &str) -> Result<Made> {
    let groups: Vec<Value> = serde_json::from_str(text)?;
    let mut made = groups
        .iter()
        .map(|group| {
            let cents = (group["total"].as_f64().context("no total")? * 100.0).round() as i64;
            let count = group["count"].as_f64().context("no count")? as u64;
            Ok((group["country"].as_str().context("no country")?.to_owned(), count, cents))
        })
        .collect::<Result<Made>>()?;
    made.sort();
    if made.is_empty() {
        bail!("there are no groups");
    }
    Ok(made)
}

fn spent(server: &Server) -> Result<Spent> {
    server.spent().context("the server ended")
}

/// Starts `gantry serve` on a database of its own that has the flow.
fn serve(bench: &Bench, name: &str, flow: &str) -> Result<Server> {
    let data = bench.folder.join(name);
    let file = bench.flow(name, flow)?;
    let (data, file) = (data.to_string_lossy(), file.to_string_lossy());
    let import: [&str; 4] = ["--data-dir", &data, "import-flow", &file];
    Program::new(&bench.gantry).args(&import).finish()?.ok("the flow could not be imported")?;
    Program::new(&bench.gantry).args(&["--data-dir", &data, "serve", "--port", "0"]).serve()
}

/// Starts Node-RED in a folder of its own with these nodes, and waits until it takes calls.
fn start(bench: &Bench, red: &Path, name: &str, nodes: &Value) -> Result<Server> {
    let folder = bench.folder.join(name);
    std::fs::create_dir_all(&folder)?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let settings = json!({
        "flowFile": "flows.json", "uiHost": "127.0.0.1", "uiPort": port, "httpAdminRoot": false,
        "httpNodeRoot": "/", "credentialSecret": false, "diagnostics": { "enabled": false },
        "runtimeState": { "enabled": false }, "telemetry": { "enabled": false, "updateNotification": false },
        "externalModules": { "autoInstall": false, "palette": { "allowInstall": false } },
        "logging": { "console": { "level": "info", "metrics": false, "audit": false } },
    });
    let settings_file = folder.join("settings.js");
    std::fs::write(&settings_file, format!("module.exports = {settings};\n"))?;
    std::fs::write(folder.join("flows.json"), nodes.to_string())?;
    let (red, user_dir) = (red.to_string_lossy(), folder.to_string_lossy());
    let settings_file = settings_file.to_string_lossy();
    let args: [&str; 5] = [&red, "--userDir", &user_dir, "--settings", &settings_file];
    let server = Program::new(Path::new("node")).args(&args).serve()?;
    wait_for(port)?;
    // The flows start about when the port opens.
    std::thread::sleep(Duration::from_secs(2));
    Ok(server)
}

fn wait_for(port: u16) -> Result<()> {
    let began = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        if began.elapsed() > Duration::from_mins(1) {
            bail!("Node-RED does not take calls");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// A node on the one tab, wired to others.
fn node(id: &str, kind: &str, more: Value, to: &[&[&str]]) -> Value {
    let mut node = json!({ "id": id, "type": kind, "z": "tab", "x": 0, "y": 0, "wires": to });
    if let (Value::Object(node), Value::Object(more)) = (&mut node, more) {
        node.extend(more);
    }
    node
}

fn tab() -> Value {
    json!({ "id": "tab", "type": "tab", "label": "bench" })
}

fn hook(path: &str, to: &[&str]) -> Value {
    node("hook", "http in", json!({ "url": path, "method": "post" }), &[to])
}

fn change(id: &str, rules: &[Value], to: &str) -> Value {
    node(id, "change", json!({ "rules": rules }), &[&[to]])
}

fn set(property: &str, to: &str, kind: &str) -> Value {
    json!({ "t": "set", "p": property, "pt": "msg", "to": to, "tot": kind })
}

fn jsonata(id: &str, expression: &str, to: &str) -> Value {
    change(id, &[set("payload", expression, "jsonata")], to)
}

/// The webhook flow. Values are moved by path, which costs Node-RED least; only the address of the
/// GET, which takes a template, is an expression.
fn chain(upstream: &str) -> Value {
    let call = |id: &str, method: &str, url: &str, to: &str| {
        let more = json!({ "method": method, "url": url, "ret": "obj", "persist": true });
        node(id, "http request", more, &[&[to]])
    };
    let delete = json!({ "t": "delete", "p": "headers", "pt": "msg" });
    let get = [
        set("order", "payload", "msg"),
        set("url", &format!("'{upstream}/customers/' & payload.customer.id"), "jsonata"),
        delete.clone(),
        set("payload", "", "str"),
    ];
    let merge = [
        set("body", "{}", "json"),
        set("body.number", "order.number", "msg"),
        set("body.total", "order.total", "msg"),
        set("body.tier", "payload.tier", "msg"),
        set("body.manager", "payload.manager", "msg"),
        set("payload", "body", "msg"),
        delete.clone(),
        json!({ "t": "delete", "p": "url", "pt": "msg" }),
    ];
    json!([
        tab(),
        hook("/call", &["ask"]),
        change("ask", &get, "customer"),
        call("customer", "GET", "", "merge"),
        change("merge", &merge, "create"),
        call("create", "POST", &format!("{upstream}/orders"), "clean"),
        change("clean", &[delete], "answer"),
        node("answer", "http response", json!({ "statusCode": "200" }), &[]),
    ])
}

const SHAPE: &str = "{ 'orderNo': number, 'customer': customer.name, 'country': country, 'total': total, 'id': id }";

fn read(id: &str, path: &Path, format: &str, to: &str) -> Value {
    let more = json!({ "filename": path.to_string_lossy(), "filenameType": "str", "format": format,
        "encoding": "utf8", "allProps": false, "sendError": false });
    node(id, "file in", more, &[&[to]])
}

fn written(out: &str) -> Value {
    let more = json!({ "filename": out, "filenameType": "str", "appendNewline": false,
        "createDir": false, "overwriteFile": "true", "encoding": "utf8" });
    node("write", "file", more, &[&[]])
}

/// The list as one message, worked on by three expressions.
fn list_flow(path: &Path, out: &str) -> Value {
    json!([
        tab(),
        hook("/go", &["answer", "read"]),
        node("answer", "http response", json!({ "statusCode": "200" }), &[]),
        read("read", path, "utf8", "parse"),
        node("parse", "json", json!({ "property": "payload", "action": "obj" }), &[&["shape"]]),
        jsonata("shape", &format!("payload.{SHAPE}"), "big"),
        jsonata("big", "payload[total > 100]", "groups"),
        jsonata(
            "groups",
            "$each(payload{ country: { 'country': $[0].country, 'count': $count($), 'total': $sum(total) } }, function($v) { $v })",
            "write"
        ),
        written(out),
    ])
}

/// Each line as a message, put together again by a reduce.
fn items_flow(path: &Path, out: &str) -> Value {
    let rules = json!([{ "t": "jsonata_exp", "v": "payload.total > 100", "vt": "jsonata" }]);
    let keep = json!({ "property": "payload", "propertyType": "msg", "rules": rules,
        "checkall": "true", "repair": true, "outputs": 1 });
    let add = "$merge([$A, { payload.country: { 'country': payload.country, \
               'count': $sum([$lookup($A, payload.country).count, 1]), \
               'total': $sum([$lookup($A, payload.country).total, payload.total]) } }])";
    let join = json!({ "mode": "reduce", "build": "object", "property": "payload",
        "propertyType": "msg", "reduceRight": false, "reduceExp": add, "reduceInit": "{}",
        "reduceInitType": "json", "reduceFixup": "$each($A, function($v) { $v })" });
    json!([
        tab(),
        hook("/go", &["answer", "read"]),
        node("answer", "http response", json!({ "statusCode": "200" }), &[]),
        read("read", path, "lines", "parse"),
        node("parse", "json", json!({ "property": "payload", "action": "obj" }), &[&["shape"]]),
        jsonata("shape", &format!("payload.{SHAPE}"), "big"),
        node("big", "switch", keep, &[&["groups"]]),
        node("groups", "join", join, &[&["write"]]),
        written(out),
    ])
}
