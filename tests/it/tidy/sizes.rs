//! How long a file or a React component may be.

use super::tree::{File, Tree};
use super::{Findings, expect_found, expect_none};

const RUST_FILE: usize = 600;
const TYPESCRIPT_FILE: usize = 400;
const CANVAS: usize = 200;
const COMPONENT: usize = 200;

/// Files that may be longer, because they are tables of data.
const TABLES: &[&str] = &[];

#[test]
fn no_file_and_no_component_is_too_long() {
    let tree = Tree::of_the_project();
    expect_none(&files(&tree.files));
    expect_none(&components(&tree.files));
}

#[test]
fn long_files_are_found() {
    let rust = |n_lines: usize| "fn a() {}\n".repeat(n_lines);
    let with_tests = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", rust(600), rust(900));
    let sample = [
        File::sample("src-tauri/crates/x/src/long.rs", &rust(601)),
        File::sample("src-tauri/crates/x/src/tests_left_out.rs", &with_tests),
        File::sample("src-tauri/crates/x/tests/suite.rs", &rust(2000)),
        File::sample("ui/src/model/long.ts", &"x;\n".repeat(401)),
        File::sample("ui/src/model/right.ts", &"x;\n".repeat(400)),
        File::sample("ui/src/bindings/Long.ts", &"x;\n".repeat(4000)),
        File::sample("ui/src/canvas/Canvas.tsx", &"x;\n".repeat(201)),
    ];
    expect_found(
        &files(&sample),
        &["src-tauri/crates/x/src/long.rs", "ui/src/model/long.ts", "ui/src/canvas/Canvas.tsx"],
    );
}

#[test]
fn long_components_are_found() {
    let body = |n_lines: usize| "  x;\n".repeat(n_lines);
    let text = format!(
        "export function Long() {{\n{}}}\nexport function Right() {{\n{}}}\nfunction helps() {{\n{}}}\n\
         export const Kept = memo(function Kept() {{\n{}}});\n",
        body(199),
        body(198),
        body(300),
        body(250),
    );
    let sample = [File::sample("ui/src/kit/All.tsx", &text)];
    expect_found(
        &components(&sample),
        &["ui/src/kit/All.tsx:1: Long", "ui/src/kit/All.tsx:704: Kept"],
    );
}

fn files(files: &[File]) -> Findings {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| !file.is_generated()) {
        if TABLES.contains(&file.path.as_str()) {
            continue;
        }
        let (n_lines, limit) = if file.has_ending("rs") && !file.is_test() {
            (file.product_lines().len(), RUST_FILE)
        } else if file.path.ends_with("canvas/Canvas.tsx") {
            (file.text.lines().count(), CANVAS)
        } else if file.is_typescript() {
            (file.text.lines().count(), TYPESCRIPT_FILE)
        } else {
            continue;
        };
        if n_lines > limit {
            findings.push(format!("{}: {n_lines} lines, {limit} at most: split it", file.path));
        }
    }
    findings
}

/// A component is a function whose name begins with a capital, from its line to the brace that
/// ends it in the first column, as the formatter puts it.
fn components(files: &[File]) -> Findings {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_ending("tsx")) {
        let mut open: Option<(&str, usize)> = None;
        for (index, line) in file.text.lines().enumerate() {
            if let Some(name) = component_name(line) {
                open = Some((name, index));
            }
            let Some((name, start)) = open.filter(|_| line.starts_with('}')) else {
                continue;
            };
            let n_lines = index - start + 1;
            if n_lines > COMPONENT {
                findings.push(format!(
                    "{}:{}: {name} has {n_lines} lines, {COMPONENT} at most: split it",
                    file.path,
                    start + 1
                ));
            }
            open = None;
        }
    }
    findings
}

fn component_name(line: &str) -> Option<&str> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let line = line.strip_prefix("default ").unwrap_or(line);
    let rest = line.strip_prefix("function ").or_else(|| line.strip_prefix("const "))?;
    let end = rest.find(|c: char| !c.is_alphanumeric())?;
    let name = &rest[..end];
    let is_function =
        line.starts_with("function ") || line.contains("=>") || line.contains("memo(");
    (is_function && name.starts_with(|c: char| c.is_ascii_uppercase())).then_some(name)
}
