//! Holds the evaluator against the npm package `jsonata`: thousands of expressions, made from a
//! seed, evaluated by both over the same documents in one run. Skips where Node or the package is
//! missing.
//!
//! `GANTRY_DEVIATIONS=FILE` writes every deviation to a file, `GANTRY_SEED=N` makes other
//! expressions, `GANTRY_EXPRESSIONS=FILE` takes them from the lines of a file.

#![allow(clippy::print_stdout, reason = "the agreement by kind is told on every run")]
#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

mod deviations;
mod documents;
mod expressions;
mod kinds;
mod outcome;
mod random;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use data::Value;
use mapping::{Expression, Fault, Names};
use serde_json::{Value as Json, json};

use deviations::DEVIATIONS;
use documents::{DOMAINS, document};
use expressions::{Scope, Writer};
use kinds::KINDS;
use outcome::Outcome;

const N_EXPRESSIONS: usize = 24_000;
/// Documents of each domain.
const N_DOCUMENTS: usize = 8;
const SEED: u64 = 20_260_401;
/// The share that has to agree.
const GOAL: f64 = 0.999;

struct Case {
    kind: &'static str,
    on: usize,
    source: String,
}

struct NoNames;

impl Names for NoNames {
    fn get(&self, _: &str) -> Option<Value> {
        None
    }

    fn node(&self, id: &str) -> Result<Value, Fault> {
        Err(Fault::new("G0005", format!("There is no node \"{id}\".")))
    }

    fn now_ms(&self) -> Option<i64> {
        Some(1_700_000_000_000)
    }

    fn seed(&self) -> Option<u64> {
        Some(1)
    }
}

#[test]
fn mapping_expressions_come_to_what_the_npm_package_comes_to() {
    let folder = folder();
    if !folder.join("../e2e/node_modules/jsonata").is_dir() {
        println!("skipped: the npm package jsonata is missing (cd tests/e2e && npm ci)");
        return;
    }
    let seed = std::env::var("GANTRY_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    let (documents, mut cases) = made(seed);
    if let Some(file) = std::env::var_os("GANTRY_EXPRESSIONS") {
        let text = std::fs::read_to_string(file).unwrap();
        let case = |line: &str| Case { kind: "own", on: 0, source: line.to_owned() };
        cases = text.lines().map(case).collect();
    }
    let Some(theirs) = start(&folder, &documents, &cases) else {
        println!("skipped: node is missing");
        return;
    };
    let ours = evaluate(&documents, &cases);
    let theirs = theirs.wait_with_output().unwrap();
    assert!(theirs.status.success(), "{}", String::from_utf8_lossy(&theirs.stderr));
    let theirs: Vec<Outcome> =
        String::from_utf8_lossy(&theirs.stdout).lines().map(Outcome::read).collect();
    assert_eq!(theirs.len(), cases.len(), "every expression has an answer");
    report(&cases, &theirs, &ours);
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("differential")
}

fn made(seed: u64) -> (Vec<Json>, Vec<Case>) {
    let mut writer = Writer::new(seed);
    let mut documents = Vec::new();
    for domain in DOMAINS {
        documents.extend((0..N_DOCUMENTS).map(|_| document(domain, &mut writer.random)));
    }
    let all: usize = KINDS.iter().map(|kind| kind.share).sum();
    let mut cases = Vec::new();
    for kind in KINDS {
        for _ in 0..=(N_EXPRESSIONS * kind.share / all) {
            let on = writer.random.below(documents.len());
            let source = (kind.write)(&mut writer, &Scope::root(DOMAINS[on / N_DOCUMENTS]));
            cases.push(Case { kind: kind.name, on, source });
        }
    }
    (documents, cases)
}

/// Starts Node on all of it; `None` where there is no Node.
#[expect(clippy::disallowed_methods, reason = "the other evaluator is a program of its own")]
fn start(folder: &Path, documents: &[Json], cases: &[Case]) -> Option<Child> {
    let mut node = Command::new("node")
        .arg(folder.join("evaluate.mjs"))
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = String::new();
    for document in documents {
        writeln!(input, "{}", json!({ "document": document })).unwrap();
    }
    for case in cases {
        writeln!(input, "{}", json!({ "on": case.on, "source": case.source })).unwrap();
    }
    let mut stdin = node.stdin.take().unwrap();
    // Node reads all before it writes any, so that nothing waits for the other.
    stdin.write_all(input.as_bytes()).unwrap();
    Some(node)
}

fn evaluate(documents: &[Json], cases: &[Case]) -> Vec<Outcome> {
    let documents: Vec<Value> = documents
        .iter()
        .map(|document| {
            data::json::read(document.to_string().as_bytes(), &data::Limits::default()).unwrap()
        })
        .collect();
    let one = |case: &Case| {
        let result = Expression::parse(&case.source)
            .and_then(|expression| expression.eval(&documents[case.on], &NoNames));
        match result {
            Ok(None) => Outcome::Nothing,
            Ok(Some(value)) => Outcome::Value(serde_json::to_value(&value).unwrap()),
            Err(fault) => Outcome::Error(fault.code),
        }
    };
    let outcomes = cases.iter().map(|case| {
        catch_unwind(AssertUnwindSafe(|| one(case)))
            .unwrap_or_else(|_| Outcome::Error("panic".into()))
    });
    outcomes.collect()
}

fn report(cases: &[Case], theirs: &[Outcome], ours: &[Outcome]) {
    let mut by_kind: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut by_class: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unlisted = Vec::new();
    let mut dump = String::new();
    let mut n_same = 0;
    let mut n_errors = 0;
    for ((case, theirs), ours) in cases.iter().zip(theirs).zip(ours) {
        let (all, same) = by_kind.entry(case.kind).or_default();
        *all += 1;
        n_errors += usize::from(matches!(theirs, Outcome::Error(_)));
        if theirs.agrees(ours) {
            *same += 1;
            n_same += 1;
            continue;
        }
        let known = DEVIATIONS.iter().find(|known| (known.holds)(&case.source, theirs, ours));
        let text = format!(
            "[{}] document {}: {}\n    npm    {}\n    Gantry {}",
            known.map_or(case.kind, |known| known.name),
            case.on,
            case.source,
            theirs.shown(),
            ours.shown()
        );
        writeln!(dump, "{text}").unwrap();
        match known {
            Some(known) => *by_class.entry(known.name).or_default() += 1,
            None => unlisted.push(text),
        }
    }
    if let Some(file) = std::env::var_os("GANTRY_DEVIATIONS") {
        std::fs::write(file, dump).unwrap();
    }
    println!("| kind | expressions | agree | share |\n|---|---|---|---|");
    for (kind, (all, same)) in &by_kind {
        println!("| {kind} | {all} | {same} | {:.2} % |", 100.0 * *same as f64 / *all as f64);
    }
    let share = f64::from(n_same) / cases.len() as f64;
    println!("| all | {} | {n_same} | {:.3} % |", cases.len(), 100.0 * share);
    println!("{n_errors} of them are errors. Deviations, by class:");
    for known in DEVIATIONS {
        let count = by_class.get(known.name).copied().unwrap_or_default();
        println!("{count} {}: {}", known.name, known.reason);
    }
    let shown: Vec<&String> = unlisted.iter().take(40).collect();
    println!("{} without a reason:", unlisted.len());
    for text in shown {
        println!("{text}");
    }
    assert!(share >= GOAL, "{:.3} % agree, {} % are asked for", 100.0 * share, 100.0 * GOAL);
    assert!(unlisted.is_empty(), "{} deviations have no reason in deviations.rs", unlisted.len());
}
