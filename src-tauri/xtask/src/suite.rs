//! `cargo xtask test` and `check`: every check and test, in order, up to the first that fails.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::app::executable;
use crate::command::Cmd;
use crate::counts::Counts;
use crate::steps::Steps;
use crate::{generate, machine, pages};

/// All crates with the window as the tests drive it: the same set for clippy, build and tests, so
/// that cargo compiles nothing twice.
pub(crate) const EVERYTHING: &[&str] = &["--workspace", "--features", "gantry-desktop/automation"];

const E2E: &str = "tests/e2e";

const TYPES: &[&str] = &["tsc", "--noEmit"];
const BIOME: &[&str] = &["biome", "ci", "--colors=off", "."];

/// Runs everything.
pub(crate) fn test(root: &Path) -> ExitCode {
    let mut steps = Steps::new();
    run_all(root, &mut steps);
    if steps.close() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs the checks that need no test to run: formatting, lints and types.
pub(crate) fn check(root: &Path) -> ExitCode {
    let mut steps = Steps::new();
    let set_up = || -> Result<()> {
        machine::ready_for_window(root)?;
        pages::build(root)?;
        pages::install(root, E2E)
    };
    let _ = steps.work("set-up", "cargo xtask check", || set_up().map(|()| nothing_counted()))
        && steps.run("rustfmt", &rustfmt(root))
        && steps.run("clippy", &clippy(root))
        && steps.run("types of the pages", &ui(root, TYPES))
        && steps.run("biome", &ui(root, BIOME))
        && steps.run("types and form of the e2e", &e2e_check(root));
    if steps.close() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Returns early at the first step that fails.
fn run_all(root: &Path, steps: &mut Steps) -> bool {
    let programs = RefCell::new(None);
    let built = steps
        .work("set-up", "cargo xtask test", || set_up(root).map(|()| nothing_counted()))
        && steps.run("rustfmt", &rustfmt(root))
        && steps.run("clippy", &clippy(root))
        && steps.work("build", &build(root).to_string(), || {
            *programs.borrow_mut() = Some(Programs::build(root)?);
            Ok(nothing_counted())
        });
    let tested = built
        && steps.run_uncounted("generated files", &generate::check(root))
        && rust_tests(root, steps)
        && steps.run("types of the pages", &ui(root, TYPES))
        && steps.run("biome", &ui(root, BIOME))
        && steps.run("knip", &ui(root, &["knip"]))
        && steps.run("tests of the pages", &ui(root, &["vitest", "run"]))
        && steps.run("types and form of the e2e", &e2e_check(root));
    let Some(programs) = programs.into_inner().filter(|_| tested) else {
        return false;
    };
    steps.run("browser", &e2e(root, "browser", &programs)) && window(root, steps, &programs)
}

fn set_up(root: &Path) -> Result<()> {
    machine::ready_for_tests(root)?;
    pages::build(root)?;
    pages::install(root, E2E)
}

/// One of the tools that `ui` has among its packages.
fn ui(root: &Path, tool: &[&str]) -> Cmd {
    Cmd::npm(root, "ui", &[&["exec", "--offline", "--"], tool].concat())
}

fn e2e_check(root: &Path) -> Cmd {
    Cmd::npm(root, E2E, &["run", "check"])
}

fn rustfmt(root: &Path) -> Cmd {
    Cmd::cargo(root, &["fmt", "--all", "--check"])
}

fn clippy(root: &Path) -> Cmd {
    Cmd::cargo(
        root,
        &[&["clippy", "--all-targets"], EVERYTHING, &["--", "-D", "warnings"]].concat(),
    )
}

fn build(root: &Path) -> Cmd {
    Cmd::cargo(root, &[&["build", "--all-targets"], EVERYTHING].concat())
}

fn rust_tests(root: &Path, steps: &mut Steps) -> bool {
    let has_nextest = Cmd::cargo(root, &["nextest", "--version"]).succeeds();
    let unit = if has_nextest {
        Cmd::cargo(root, &[&["nextest", "run", "--no-fail-fast"], EVERYTHING].concat())
    } else {
        Cmd::cargo(root, &[&["test", "--all-targets", "--no-fail-fast"], EVERYTHING].concat())
    };
    // Snapshots are compared here and never rewritten, whatever the machine's settings say.
    steps.run("Rust tests", &unit.with("INSTA_UPDATE", "no"))
        && steps
            .run("examples in docs", &Cmd::cargo(root, &[&["test", "--doc"], EVERYTHING].concat()))
}

fn e2e(root: &Path, project: &str, programs: &Programs) -> Cmd {
    let program = |path: &Path| path.display().to_string();
    Cmd::npm(root, E2E, &["run", project])
        .with("GANTRY_BIN", program(&programs.gantry))
        .with("GANTRY_DESKTOP_BIN", program(&programs.desktop))
}

fn window(root: &Path, steps: &mut Steps, programs: &Programs) -> bool {
    if cfg!(target_os = "linux") {
        return steps.run("window", &e2e(root, "window", programs));
    }
    steps.skip("window", "only WebKitGTK's window can be driven; Linux tests it");
    true
}

/// The two hosts, built as the tests drive them.
struct Programs {
    gantry: PathBuf,
    desktop: PathBuf,
}

impl Programs {
    fn build(root: &Path) -> Result<Self> {
        let format = "--message-format=json-render-diagnostics".to_owned();
        let messages = build(root).args(&[format]).output()?;
        let find = |bin| executable(&messages, bin);
        match (find("gantry"), find("gantry-desktop")) {
            (Some(gantry), Some(desktop)) => Ok(Self { gantry, desktop }),
            _ => bail!("cargo did not say where it put gantry and gantry-desktop"),
        }
    }
}

fn nothing_counted() -> (Counts, Option<String>) {
    (Counts::default(), None)
}
