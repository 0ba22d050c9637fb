//! Measures Gantry against hand-written Rust in one run: CPU, peak memory and time as ratios.
//! Not a test: it prints, it never fails on a slow machine.
//!
//! `cargo xtask bench` builds the command line in release and starts this. The floors run as
//! processes of their own (`bench floor NAME`), as Gantry does, so that both are measured alike.

#![allow(clippy::print_stdout, reason = "what it measured is what it prints")]

mod data;
mod floor;
mod flows;
mod load;
mod mapping;
mod measure;
mod peers;
mod size;
mod transport;
mod upstream;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use measure::{Program, Spent};

/// The allocator of the command line, for all contenders alike.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["upstream"] => upstream::serve(),
        ["floor", "size", name, path] => size::floor(name, path),
        ["floor", name, rest @ ..] => floor::run(name, rest),
        ["contend", name, orders] => mapping::run(name, orders),
        ["calls", name, upstream, at_once] => transport::run(name, upstream, at_once),
        [] => suite(),
        only => suite_of(only),
    }
}

fn suite() -> Result<()> {
    suite_of(&[
        "mapping",
        "transport",
        "webhook",
        "pages",
        "file",
        "size",
        "lookups",
        "durable",
        "start",
        "idle",
    ])
}

fn suite_of(parts: &[&str]) -> Result<()> {
    let gantry = gantry()?;
    let folder = tempfile::tempdir()?;
    let bench = Bench { gantry, own: std::env::current_exe()?, folder: folder.path().to_owned() };
    println!("| what | Gantry | floor | ratio | goal |");
    println!("|---|---|---|---|---|");
    for part in parts {
        match *part {
            "mapping" => mapping::suite(&bench.own, &bench.folder)?,
            "transport" => bench.transport()?,
            "webhook" => bench.webhooks()?,
            "pages" => bench.pages()?,
            "file" => bench.file()?,
            "size" => size::suite(&bench)?,
            "peers" => peers::suite(&bench)?,
            "lookups" => bench.lookups()?,
            "durable" => bench.durable()?,
            "start" => bench.start()?,
            "idle" => bench.idle()?,
            other => bail!(
                "there is no part {other}: mapping, transport, webhook, pages, file, size, \
                 lookups, durable, start, idle, peers"
            ),
        }
    }
    Ok(())
}

/// The release build of the command line, beside this program.
fn gantry() -> Result<PathBuf> {
    let path = match std::env::var_os("GANTRY_BIN") {
        Some(path) => path.into(),
        None => std::env::current_exe()?
            .with_file_name(format!("gantry{}", std::env::consts::EXE_SUFFIX)),
    };
    if !path.exists() {
        bail!("{} is not there: cargo build --release -p gantry", path.display());
    }
    Ok(path)
}

struct Bench {
    gantry: PathBuf,
    own: PathBuf,
    folder: PathBuf,
}

impl Bench {
    fn floor(&self, args: &[&str]) -> Program {
        Program::new(&self.own).args(&["floor"]).args(args)
    }

    fn upstream(&self) -> Result<(measure::Server, String)> {
        let server = Program::new(&self.own).args(&["upstream"]).serve()?;
        let url = server.url.clone();
        Ok((server, url))
    }

    fn flow(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.folder.join(format!("{name}.flow.json"));
        std::fs::write(&path, text)?;
        Ok(path)
    }

    fn run(&self, flow: &Path, args: &[&str]) -> Program {
        let data = self.folder.join("data");
        Program::new(&self.gantry)
            .args(&["--data-dir", &data.to_string_lossy(), "run", &flow.to_string_lossy()])
            .args(args)
    }

    /// Calls through the transport: CPU of the calling process for each.
    fn transport(&self) -> Result<()> {
        let (_upstream, upstream) = self.upstream()?;
        transport::suite(&self.own, &upstream)
    }

    /// Webhook flows: CPU of the serving process for each call, at 1 and 32 at once.
    fn webhooks(&self) -> Result<()> {
        let (_upstream, upstream) = self.upstream()?;
        let cases = [
            ("webhook, map of 5 paths, answer", "map", flows::webhook_map_paths(), 20_000),
            (
                "webhook, map of 5 expressions, answer",
                "map",
                flows::webhook_map_expressions(),
                5_000,
            ),
            ("webhook, GET, merge, POST, answer", "chain", flows::webhook_chain(&upstream), 5_000),
        ];
        let data = self.folder.join("hooks");
        for (_, _, text, _) in &cases {
            let flow = self.flow(&flows::id(text)?, text)?;
            let done = Program::new(&self.gantry)
                .args(&[
                    "--data-dir",
                    &data.to_string_lossy(),
                    "import-flow",
                    &flow.to_string_lossy(),
                ])
                .finish()?;
            done.ok("a flow could not be imported")?;
        }
        for at_once in [1, 32] {
            for (what, floor, text, calls) in &cases {
                let ours = Program::new(&self.gantry)
                    .args(&["--data-dir", &data.to_string_lossy(), "serve", "--port", "0"])
                    .serve()?;
                let url = format!("{}/hooks/{}/call", ours.url, flows::id(text)?);
                let ours = measure_calls(&ours, &url, *calls, at_once)?;
                let hand = self.floor(&[floor, &upstream]).serve()?;
                let hand = measure_calls(&hand, &format!("{}/call", hand.url), *calls, at_once)?;
                row(&format!("{what}, {at_once} at once (CPU per call)"), ours, hand, "2.0");
            }
        }
        Ok(())
    }

    /// 100 pages of 100 orders, mapped, filtered and grouped.
    fn pages(&self) -> Result<()> {
        let (_upstream, upstream) = self.upstream()?;
        let cases = [
            ("paths", flows::pages(&upstream, false)),
            ("expressions", flows::pages(&upstream, true)),
        ];
        for (fields, text) in cases {
            let flow = self.flow("pages", &text)?;
            let ours = self.run(&flow, &[]).finish()?.ok("the flow failed")?;
            let hand = self.floor(&["pages", &upstream]).finish()?.ok("the floor failed")?;
            same_groups(&ours.stdout, &hand.stdout)?;
            row(
                &format!("100 pages of 100 orders, map of {fields}, filter, group (CPU)"),
                ours.spent.cpu_us,
                hand.spent.cpu_us,
                "2.0",
            );
        }
        Ok(())
    }

    /// 1,000,000 items from a file, mapped, filtered and grouped: CPU and peak memory.
    fn file(&self) -> Result<()> {
        let n_items =
            std::env::var("BENCH_ITEMS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
        let path = self.folder.join("orders.ndjson");
        data::write_orders(&path, n_items)?;
        let path = path.to_string_lossy().into_owned();
        let hand = self.floor(&["file", &path]).finish()?.ok("the floor failed")?;
        for (fields, expressions) in [("paths", false), ("expressions", true)] {
            let flow = self.flow("file", &flows::file(&path, expressions))?;
            let ours = self.run(&flow, &[]).finish()?.ok("the flow failed")?;
            same_groups(&ours.stdout, &hand.stdout)?;
            let what = format!("{n_items} items of a file, map of {fields}, filter, group");
            row(&format!("{what} (CPU)"), ours.spent.cpu_us, hand.spent.cpu_us, "apart");
            memory_row(&format!("{what} (peak memory)"), ours.spent, "150 MB");
        }
        Ok(())
    }

    /// Six calls for each item, two of them writes with a key: with all steps kept for going on,
    /// against the same without, and with no history at all.
    fn durable(&self) -> Result<()> {
        let (_upstream, upstream) = self.upstream()?;
        let flow = self.flow("durable", &flows::six_calls(&upstream))?;
        let items = self.folder.join("six.ndjson");
        let n_items = 3_000;
        std::fs::write(
            &items,
            (0..n_items).fold(String::new(), |rows, n| rows + &format!("{{\"id\":{n}}}\n")),
        )?;
        let items = items.to_string_lossy().into_owned();
        let cpu_us = |further: &[&str]| -> Result<u64> {
            let args = [&["--input", &items], further].concat();
            // The better of three: others use the machine too.
            let mut least = u64::MAX;
            for _ in 0..3 {
                let spent = self.run(&flow, &args).finish()?.ok("the flow failed")?.spent;
                least = least.min(spent.cpu_us);
            }
            Ok(least)
        };
        let kept = cpu_us(&[])?;
        let forgotten = cpu_us(&["--no-resume"])?;
        let bare = cpu_us(&["--no-history"])?;
        let what = format!("{n_items} items through 6 calls, steps kept");
        row(&format!("{what}, against not kept (CPU)"), kept, forgotten, "1.3");
        row(&format!("{what}, against no history (CPU)"), kept, bare, "apart");
        Ok(())
    }

    /// 1,000 lookups of 20 ms each, 64 at once, against the ideal time.
    fn lookups(&self) -> Result<()> {
        let (_upstream, upstream) = self.upstream()?;
        let flow = self.flow("lookups", &flows::lookups(&upstream))?;
        let ours = self.run(&flow, &[]).finish()?.ok("the flow failed")?;
        let ideal_us = 1_000_u64.div_ceil(64) * 20_000;
        row(
            "1,000 lookups of 20 ms, 64 at once (time, against the ideal)",
            ours.spent.wall_us,
            ideal_us,
            "1.3",
        );
        Ok(())
    }

    /// CPU of `gantry run` on a flow of three nodes.
    fn start(&self) -> Result<()> {
        let flow = self.flow("three", &flows::three())?;
        self.run(&flow, &[]).finish()?.ok("the flow failed")?;
        let mut best = u64::MAX;
        for _ in 0..10 {
            best = best.min(self.run(&flow, &[]).finish()?.ok("the flow failed")?.spent.cpu_us);
        }
        println!(
            "| cold start of `gantry run`, three nodes (CPU, best of 10) | {:.1} ms | | | 60 ms |",
            best as f64 / 1e3
        );
        Ok(())
    }

    /// Memory of `gantry serve` when nothing happens.
    fn idle(&self) -> Result<()> {
        let data = self.folder.join("idle");
        let server = Program::new(&self.gantry)
            .args(&["--data-dir", &data.to_string_lossy(), "serve", "--port", "0"])
            .serve()?;
        std::thread::sleep(std::time::Duration::from_secs(2));
        let spent = server.spent().context("the server ended")?;
        println!("| idle `gantry serve` (memory) | {:.1} MB | | | 40 MB |", spent.rss as f64 / 1e6);
        Ok(())
    }
}

/// CPU of the serving process for one call, in nanoseconds, after a warm-up.
fn measure_calls(server: &measure::Server, url: &str, calls: usize, at_once: usize) -> Result<u64> {
    load::post(url, data::ORDER, calls / 10, at_once)?;
    let before = server.spent().context("the server ended")?;
    load::post(url, data::ORDER, calls, at_once)?;
    let after = server.spent().context("the server ended")?;
    Ok((after.cpu_us - before.cpu_us) * 1_000 / calls as u64)
}

/// Both programs must have come to the same groups, or the figures compare nothing.
fn same_groups(ours: &str, floor: &str) -> Result<()> {
    let read = |text: &str| -> Result<Vec<(String, u64, i64)>> {
        let mut groups = text
            .lines()
            .map(|line| {
                let group: serde_json::Value = serde_json::from_str(line)?;
                let cents = (group["total"].as_f64().context("no total")? * 100.0).round() as i64;
                let count = group["count"].as_f64().context("no count")? as u64;
                let key = group.get("country").or(group.get("key1")).and_then(|key| key.as_str());
                Ok((key.context("no country")?.to_owned(), count, cents))
            })
            .collect::<Result<Vec<_>>>()?;
        groups.sort();
        Ok(groups)
    };
    let (ours, floor) = (read(ours)?, read(floor)?);
    if ours.is_empty() || ours != floor {
        bail!("the results differ: {ours:?} and {floor:?}");
    }
    Ok(())
}

fn row(what: &str, ours: u64, floor: u64, goal: &str) {
    let (unit, scale) = if floor.max(ours) < 1_000_000 { ("µs", 1e3) } else { ("ms", 1e6) };
    let is_time_us = what.contains("(CPU)") || what.contains("(time");
    let (unit, scale) = if is_time_us { ("ms", 1e3) } else { (unit, scale) };
    println!(
        "| {what} | {:.1} {unit} | {:.1} {unit} | {:.2} | {goal} |",
        ours as f64 / scale,
        floor as f64 / scale,
        ours as f64 / floor as f64
    );
}

fn memory_row(what: &str, spent: Spent, goal: &str) {
    println!("| {what} | {:.0} MB | | | {goal} |", spent.peak_rss as f64 / 1e6);
}
