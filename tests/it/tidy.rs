//! The house rules that a test can hold: sizes, boundaries between crates, words.
//!
//! Each rule is a function from files to findings, and is tried on a bad sample of its own, so that
//! a rule which finds nothing is known to look.

mod boundaries;
mod sizes;
mod tree;
mod words;

use std::collections::BTreeMap;

use tree::{File, Tree};

/// A broken rule: the file, the line where there is one, and what to do.
type Findings = Vec<String>;

/// Fails with all findings, each on a line.
#[track_caller]
fn expect_none(findings: &[String]) {
    assert!(findings.is_empty(), "{} findings\n{}", findings.len(), findings.join("\n"));
}

/// Fails unless a rule finds exactly the places that a bad sample has, told by their beginning.
#[track_caller]
fn expect_found(findings: &[String], places: &[&str]) {
    let right = findings.len() == places.len()
        && findings.iter().zip(places).all(|(finding, place)| finding.starts_with(place));
    assert!(right, "expected {places:#?}, found {findings:#?}");
}

#[test]
fn the_top_level_holds_only_what_the_layout_names() {
    expect_none(&top_level(&Tree::of_the_project().top));
    let bad = ["Cargo.toml", ".ci", "ui", "scripts", "notes.md"].map(str::to_owned);
    expect_found(&top_level(&bad), &["notes.md", "scripts"]);
}

fn top_level(names: &[String]) -> Findings {
    const ALLOWED: &[&str] = &[
        "Cargo.toml",
        "Cargo.lock",
        "LICENSE",
        "README.md",
        "assets",
        "flows",
        "src-tauri",
        "tests",
        "ui",
    ];
    // What is built is not part of the project; git does not see it.
    const BUILT: &[&str] = &["target"];
    let mut findings: Findings = names
        .iter()
        .filter(|name| !name.starts_with('.'))
        .filter(|name| !ALLOWED.contains(&name.as_str()) && !BUILT.contains(&name.as_str()))
        .map(|name| format!("{name}: the top level is for {}", ALLOWED.join(", ")))
        .collect();
    findings.sort();
    findings
}

#[test]
fn generated_list_of_migrations_only_ever_grows() {
    const LIST: &str = "tests/it/tidy/migrations.txt";
    let tree = Tree::of_the_project();
    let listed = tree.text(LIST).unwrap_or_default();
    if std::env::var_os("UPDATE").is_some() {
        tree.write(LIST, &listed_with_new(listed, &tree.files));
        return;
    }
    expect_none(&migrations(listed, &tree.files));
}

#[test]
fn a_changed_removed_or_unlisted_migration_is_found() {
    let file = |path: &str, text: &str| File::sample(path, text);
    let first = file("src-tauri/crates/store/migrations/001.sql", "CREATE TABLE a (b);");
    let listed = listed_with_new("", std::slice::from_ref(&first));
    expect_none(&migrations(&listed, std::slice::from_ref(&first)));

    let changed = file("src-tauri/crates/store/migrations/001.sql", "CREATE TABLE a (c);");
    expect_found(&migrations(&listed, &[changed]), &["src-tauri/crates/store/migrations/001.sql"]);
    expect_found(&migrations(&listed, &[]), &["src-tauri/crates/store/migrations/001.sql"]);

    let second = file("src-tauri/crates/store/migrations/002.sql", "CREATE TABLE d (e);");
    let two = [first, second];
    expect_found(&migrations(&listed, &two), &["src-tauri/crates/store/migrations/002.sql"]);
    assert!(listed_with_new(&listed, &two).starts_with(&listed), "what was listed stays");
}

fn migrations(listed: &str, files: &[File]) -> Findings {
    let mut there = migration_hashes(files);
    let mut findings = Vec::new();
    for (hash, path) in listed.lines().filter_map(|line| line.split_once(' ')) {
        match there.remove(path) {
            Some(now) if now == hash => {}
            Some(_) => findings.push(format!(
                "{path}: was changed, but databases out there have run it: undo this and add a \
                 migration"
            )),
            None => findings.push(format!("{path}: is gone, but databases out there have run it")),
        }
    }
    findings.extend(there.into_keys().map(|path| {
        format!("{path}: is new; `cargo xtask gen` puts it on the list, and from then on it stays")
    }));
    findings
}

fn listed_with_new(listed: &str, files: &[File]) -> String {
    let mut list = listed.to_owned();
    for (path, hash) in migration_hashes(files) {
        if !listed.lines().any(|line| line.ends_with(&format!(" {path}"))) {
            list.extend([hash.as_str(), " ", path, "\n"]);
        }
    }
    list
}

fn migration_hashes(files: &[File]) -> BTreeMap<&str, String> {
    files
        .iter()
        .filter(|file| file.path.contains("/migrations/") && file.has_ending("sql"))
        .map(|file| (file.path.as_str(), format!("{:016x}", fnv1a(file.text.as_bytes()))))
        .collect()
}

/// FNV-1a, 64 bits: the same everywhere and for ever, which the standard library's hash is not.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
