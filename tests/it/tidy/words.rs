//! What no file of the project says.

use super::tree::{File, Tree};
use super::{Findings, expect_found, expect_none};

/// This file has to name the words.
const SELF: &str = "tests/it/tidy/words.rs";

/// Words of how the project is made rather than of what it is.
const OF_THE_MAKING: &[&str] = &[
    "subagent",
    "sub-agent",
    "coding agent",
    "claude",
    "co-authored-by",
    "/work/",
    "worktree",
    "brief.md",
    "as an ai",
    "the brief says",
    "my task",
    "another developer's branch",
];

/// Tests that are there and do not run.
const SWITCHED_OFF: &[&str] = &["#[ignore", "it.skip(", "test.skip(", "describe.skip(", ".only("];

const NOT_YET: &[&str] = &["TODO", "FIXME", "XXX"];

#[test]
fn files_speak_of_the_product() {
    let tree = Tree::of_the_project();
    expect_none(&of_the_making(&tree.files));
    expect_none(&unfinished(&tree.files));
    expect_none(&switched_off(&tree.files));
}

#[test]
fn words_that_do_not_belong_are_found() {
    let sample = [
        File::sample("README.md", "A designer.\nWritten by a SubAgent.\n"),
        File::sample("a.rs", "// see /work/plan\n"),
        File::sample("b.rs", "// how it works/ends\n"),
    ];
    expect_found(&of_the_making(&sample), &["README.md:2", "a.rs:1"]);
}

#[test]
fn work_left_open_needs_a_link() {
    let sample = [
        File::sample(
            "a.rs",
            "// TODO: later\n// TODO(https://example.org/1): later\nlet x = MASTODON;\n",
        ),
        File::sample("b.ts", "// FIXME\n"),
        File::sample("c.md", "TODO\n"),
    ];
    expect_found(&unfinished(&sample), &["a.rs:1", "b.ts:1"]);
}

#[test]
fn a_test_that_does_not_run_is_found() {
    let sample = [
        File::sample("a.rs", "#[test]\n#[ignore = \"slow\"]\nfn a() {}\n"),
        File::sample("b.test.ts", "test.skip(\"a\", () => {});\nawait page.only();\n"),
    ];
    expect_found(&switched_off(&sample), &["a.rs:2", "b.test.ts:1", "b.test.ts:2"]);
}

fn of_the_making(files: &[File]) -> Findings {
    in_lines(files.iter().filter(|file| !file.is_generated()), |line| {
        let line = line.to_lowercase();
        let word = OF_THE_MAKING.iter().find(|word| line.contains(**word))?;
        Some(format!("\"{word}\" is not about the product"))
    })
}

fn unfinished(files: &[File]) -> Findings {
    let sources = files.iter().filter(|file| file.has_ending("rs") || file.is_typescript());
    in_lines(sources, |line| {
        let is_word = |word: &str| line.split(|c: char| !c.is_alphanumeric()).any(|it| it == word);
        let word = NOT_YET.iter().find(|word| is_word(word) && !line.contains("http"))?;
        Some(format!("{word} without a link to where it is followed up"))
    })
}

fn switched_off(files: &[File]) -> Findings {
    let sources = files.iter().filter(|file| file.has_ending("rs") || file.is_typescript());
    in_lines(sources, |line| {
        let word = SWITCHED_OFF.iter().find(|word| line.contains(**word))?;
        Some(format!("{word}: a test runs or is not there"))
    })
}

fn in_lines<'a>(
    files: impl Iterator<Item = &'a File>,
    rule: impl Fn(&str) -> Option<String>,
) -> Findings {
    let mut findings = Vec::new();
    for file in files.filter(|file| file.path != SELF) {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(finding) = rule(line) {
                findings.push(format!("{}:{}: {finding}", file.path, index + 1));
            }
        }
    }
    findings
}
