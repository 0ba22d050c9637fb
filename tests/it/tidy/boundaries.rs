//! Who may know what: crates, modules and the page.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{File, Tree};
use super::{Findings, expect_found, expect_none};

/// Crates that only some may depend on by name.
const OWNED: &[(&[&str], &[&str], &str)] = &[
    (&["tauri", "tauri-build", "wry"], &["src-tauri/Cargo.toml"], "only the window knows Tauri"),
    (
        &["rusqlite", "rusqlite_migration"],
        &["src-tauri/crates/store/Cargo.toml"],
        "only the store speaks SQL",
    ),
    (
        &["reqwest", "hyper-util", "rustls"],
        &["src-tauri/crates/transport/Cargo.toml", "tests/Cargo.toml"],
        "only the transport opens connections",
    ),
];

/// Crates that read no clock, no file and no socket.
const PURE: &[&str] = &["data", "mapping", "flow", "import"];
/// Tells how long an evaluation has run, for its limit; nothing of it reaches a value.
const STOPWATCH: &str = "src-tauri/crates/mapping/src/stopwatch.rs";
const IMPURE_CRATES: &[&str] = &["tokio", "async-std", "smol", "reqwest", "rusqlite", "tempfile"];
const IMPURE_NAMES: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime",
    "std::time::Instant",
    "Instant::now",
    "tokio::",
    "Timestamp::now",
    "Zoned::now",
];

#[test]
fn each_outside_crate_stays_with_its_owner() {
    let tree = Tree::of_the_project();
    expect_none(&dependencies(&tree.files));
    expect_none(&reaches_the_window(tree.text("Cargo.lock").unwrap_or_default()));
}

#[test]
fn a_dependency_of_the_wrong_crate_is_found() {
    let sample = [
        File::sample("Cargo.toml", "[workspace.dependencies]\ntauri = \"2\"\n"),
        File::sample("src-tauri/Cargo.toml", "[dependencies]\ntauri = \"2\"\n"),
        File::sample("src-tauri/crates/api/Cargo.toml", "[dependencies]\ntauri.workspace = true\n"),
        File::sample(
            "src-tauri/crates/engine/Cargo.toml",
            "[dependencies]\nrusqlite = { workspace = true }\n# reqwest = \"1\"\n",
        ),
        File::sample("src-tauri/crates/flow/Cargo.toml", "[dependencies.tokio]\nversion = \"1\"\n"),
        File::sample(
            "src-tauri/crates/data/Cargo.toml",
            "[dependencies]\nserde = \"1\"\n[dev-dependencies]\ntempfile = \"3\"\n",
        ),
    ];
    expect_found(
        &dependencies(&sample),
        &[
            "src-tauri/crates/api/Cargo.toml: tauri",
            "src-tauri/crates/engine/Cargo.toml: rusqlite",
            "src-tauri/crates/flow/Cargo.toml: tokio",
        ],
    );
}

#[test]
fn a_way_to_the_window_through_another_crate_is_found() {
    let package = |name: &str, source: &str, needs: &str| {
        format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n{source}{needs}\n")
    };
    let outside = "source = \"registry\"\n";
    let lock = [
        package("gantry-desktop", "", "dependencies = [\n \"tauri\",\n]\n"),
        package("api", "", "dependencies = [\n \"innocent 1.0.0\",\n]\n"),
        package("cli", "", "dependencies = [\n \"api\",\n]\n"),
        package("data", "", ""),
        package("innocent", outside, "dependencies = [\n \"tauri 1.0.0 (registry)\",\n]\n"),
        package("tauri", outside, ""),
    ]
    .join("\n");
    expect_found(&reaches_the_window(&lock), &["api ", "cli "]);
}

#[test]
fn pure_crates_touch_nothing_outside() {
    expect_none(&impure(&Tree::of_the_project().files));
    let text = "//! Knows no std::fs.\nuse std::fs;\n#[cfg(test)]\nmod tests {\n    use std::net;\n}\n\
                fn now() { let t = SystemTime::now(); } // not std::net\n";
    let sample = [
        File::sample("src-tauri/crates/flow/src/a.rs", text),
        File::sample("src-tauri/crates/store/src/a.rs", text),
        File::sample("src-tauri/crates/data/tests/a.rs", text),
    ];
    expect_found(
        &impure(&sample),
        &["src-tauri/crates/flow/src/a.rs:2", "src-tauri/crates/flow/src/a.rs:7"],
    );
}

#[test]
fn only_the_store_speaks_sql() {
    expect_none(&sql(&Tree::of_the_project().files));
    let text = "fn a() { run(\"SELECT id FROM flows\"); }\n// SELECT x FROM y\nlet s = \"select a case\";\n";
    let sample = [
        File::sample("src-tauri/crates/api/src/a.rs", text),
        File::sample("src-tauri/crates/store/src/a.rs", text),
    ];
    expect_found(&sql(&sample), &["src-tauri/crates/api/src/a.rs:1"]);
}

#[test]
fn only_the_host_door_imports_tauri() {
    expect_none(&host_door(&Tree::of_the_project().files));
    let text = "import { invoke } from \"@tauri-apps/api/core\";\n";
    let sample = [
        File::sample("ui/src/host/tauri.ts", text),
        File::sample("ui/src/canvas/Canvas.tsx", text),
    ];
    expect_found(&host_door(&sample), &["ui/src/canvas/Canvas.tsx:1"]);
}

#[test]
fn inline_styles_hold_only_geometry() {
    expect_none(&inline_styles(&Tree::of_the_project().files));
    let text = "<div style={{ left: x, '--n': 2, height: `${row.color}px` }} />\n\
                <div style={{ width, color: \"red\" }} />\n\
                <div\n  style={{\n    top: 0,\n    margin: 4,\n  }}\n/>\n\
                <div style={geometry} />\n<div style={looks} />\n\
                <div style={full ? { flex: 1 } : { opacity: 0 }} />\n";
    let sample = [File::sample("ui/src/kit/A.tsx", text)];
    expect_found(
        &inline_styles(&sample),
        &[
            "ui/src/kit/A.tsx:2: color",
            "ui/src/kit/A.tsx:4: margin",
            "ui/src/kit/A.tsx:10: looks",
            "ui/src/kit/A.tsx:11: opacity",
        ],
    );
}

fn dependencies(files: &[File]) -> Findings {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        let named = product_dependencies(&file.text);
        for (crates, owners, why) in OWNED {
            let is_owner = owners.contains(&file.path.as_str());
            for name in crates.iter().filter(|name| !is_owner && named.contains(**name)) {
                findings.push(format!("{}: {name}: {why}", file.path));
            }
        }
        let is_pure =
            PURE.iter().any(|name| file.path == format!("src-tauri/crates/{name}/Cargo.toml"));
        for name in IMPURE_CRATES.iter().filter(|name| is_pure && named.contains(**name)) {
            findings.push(format!("{}: {name}: this crate is pure", file.path));
        }
    }
    findings
}

/// The names below `[dependencies]` and its kin; those for tests alone are left out.
fn product_dependencies(manifest: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut is_inside = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            let (section, name) = table.rsplit_once("dependencies.").unwrap_or((table, ""));
            is_inside = table.ends_with("dependencies") && !table.contains("dev-");
            if !name.is_empty() && !section.contains("dev-") {
                names.insert(name);
            }
        } else if is_inside && !line.starts_with('#') {
            names.extend(line.split(['=', '.', ' ']).next().filter(|name| !name.is_empty()));
        }
    }
    names
}

/// Members other than the window from which Cargo.lock leads to Tauri, however far.
fn reaches_the_window(lock: &str) -> Findings {
    let mut needs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut members = Vec::new();
    for package in lock.split("[[package]]").skip(1) {
        let Some(name) = package.split('"').nth(1) else { continue };
        if !package.contains("\nsource = ") {
            members.push(name);
        }
        let list = package.split_once("dependencies = [").map_or("", |(_, rest)| rest);
        let list = list.split(']').next().unwrap_or_default();
        let listed = list.split('"').skip(1).step_by(2);
        needs.entry(name).or_default().extend(listed.filter_map(|it| it.split(' ').next()));
    }
    let reaches = |member: &str| {
        let mut seen = BTreeSet::new();
        let mut open = vec![member];
        while let Some(name) = open.pop() {
            if seen.insert(name) {
                open.extend(needs.get(name).into_iter().flatten());
            }
        }
        ["tauri", "wry", "gtk", "webkit2gtk"].into_iter().find(|gui| seen.contains(gui))
    };
    members
        .into_iter()
        .filter(|member| *member != "gantry-desktop")
        .filter_map(|member| Some(format!("{member} depends on {}", reaches(member)?)))
        .collect()
}

fn impure(files: &[File]) -> Findings {
    let is_pure = |file: &&File| {
        PURE.iter().any(|name| file.path.starts_with(&format!("src-tauri/crates/{name}/src/")))
            && file.path != STOPWATCH
    };
    let sources = files.iter().filter(is_pure).filter(|file| !file.is_test());
    in_code(sources, |code| {
        let name = IMPURE_NAMES.iter().find(|name| code.contains(**name))?;
        Some(format!("{name}: this crate is pure; take it as an argument"))
    })
}

fn sql(files: &[File]) -> Findings {
    let is_elsewhere =
        |file: &&File| file.has_ending("rs") && !file.path.starts_with("src-tauri/crates/store/");
    let sources = files.iter().filter(is_elsewhere).filter(|file| !file.is_test());
    in_code(sources, |code| {
        let is_sql = (code.contains("\"SELECT ") && code.contains(" FROM "))
            || ["\"INSERT INTO ", "\"DELETE FROM ", "\"CREATE TABLE ", "\"UPDATE ", "\"PRAGMA "]
                .iter()
                .any(|start| code.contains(start));
        is_sql.then(|| "SQL: only the store speaks it".to_owned())
    })
}

fn host_door(files: &[File]) -> Findings {
    let sources = files
        .iter()
        .filter(|file| file.path.starts_with("ui/") && file.is_typescript())
        .filter(|file| !file.path.starts_with("ui/src/host/"));
    in_code(sources, |code| {
        code.contains("@tauri-apps/").then(|| "only ui/src/host talks to the window".to_owned())
    })
}

/// Runs a rule over each line of code: without comments at its end, without test modules.
fn in_code<'a>(
    files: impl Iterator<Item = &'a File>,
    rule: impl Fn(&str) -> Option<String>,
) -> Findings {
    let mut findings = Vec::new();
    for file in files {
        for (number, line) in file.product_lines() {
            let code = line.split("//").next().unwrap_or_default();
            if let Some(finding) = rule(code) {
                findings.push(format!("{}:{number}: {finding}", file.path));
            }
        }
    }
    findings
}

const GEOMETRY: &[&str] = &[
    "left",
    "top",
    "right",
    "bottom",
    "inset",
    "width",
    "height",
    "minWidth",
    "minHeight",
    "maxWidth",
    "maxHeight",
    "transform",
    "gridTemplateColumns",
    "gridTemplateRows",
    "gridColumn",
    "gridRow",
    "flex",
    "flex",
    "flexBasis",
    "flexDirection",
    "paddingLeft",
    "paddingInlineStart",
];

fn inline_styles(files: &[File]) -> Findings {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_ending("tsx") && !file.is_test()) {
        for (at, _) in file.text.match_indices("style={") {
            let number = file.text[..at].lines().count().max(1);
            let style = balanced(&file.text[at + "style=".len()..]);
            for key in style_keys(style) {
                let is_geometry =
                    GEOMETRY.contains(&key) || key.starts_with("--") || key == "geometry";
                if !is_geometry {
                    findings.push(format!(
                        "{}:{number}: {key}: an inline style is for geometry; the rest is a class",
                        file.path
                    ));
                }
            }
        }
    }
    findings
}

/// The text from its first brace to the one that closes it.
fn balanced(text: &str) -> &str {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..=at];
        }
    }
    text
}

/// The keys of all objects in `{{ a: 1, b }}` or `{c ? { a: 1 } : { b }}`, else the name in `{a}`.
fn style_keys(style: &str) -> Vec<&str> {
    let inside =
        style.strip_prefix('{').and_then(|it| it.strip_suffix('}')).unwrap_or(style).trim();
    let mut objects = Vec::new();
    let mut rest = inside;
    while let Some(start) = rest.find('{') {
        let object = balanced(&rest[start..]);
        objects.push(object.trim_start_matches('{').trim_end_matches('}'));
        rest = &rest[start + object.len()..];
    }
    if objects.is_empty() {
        return vec![inside.rsplit('.').next().unwrap_or(inside)];
    }
    objects.into_iter().flat_map(keys_of).collect()
}

fn keys_of(object: &str) -> Vec<&str> {
    let mut parts = vec![];
    let (mut depth, mut start) = (0, 0);
    for (at, c) in object.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&object[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&object[start..]);
    parts
        .into_iter()
        .map(|part| part.split(':').next().unwrap_or_default())
        .map(|key| key.trim().trim_start_matches("...").trim_matches(['"', '\'', '[', ']']))
        .filter(|key| !key.is_empty())
        .collect()
}
