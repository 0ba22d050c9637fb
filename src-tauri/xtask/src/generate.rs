//! `cargo xtask gen`: writes the generated files anew.
//!
//! Each generated file belongs to a test that compares it with what the code says; with `UPDATE=1`
//! the same test writes it. Such tests are known by a word in their name.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::command::Cmd;
use crate::steps::timed;
use crate::suite::EVERYTHING;

const WORDS: &[&str] = &["generated", "bindings", "schema", "templates"];

/// Runs the tests that own generated files with `UPDATE=1`.
pub(crate) fn rewrite(root: &Path) -> Result<ExitCode> {
    timed("Generated files", || check(root).with("UPDATE", "1").run())?;
    Ok(ExitCode::SUCCESS)
}

/// The same tests, comparing only.
pub(crate) fn check(root: &Path) -> Cmd {
    Cmd::cargo(root, &[&["test", "--quiet", "--all-targets"], EVERYTHING, &["--"], WORDS].concat())
}
