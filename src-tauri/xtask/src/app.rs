//! `cargo xtask app`: from a fresh clone to the open designer, in a window or in a browser.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::command::Cmd;
use crate::steps::{announce, timed};
use crate::{machine, pages, peers};

/// The sample that is opened first; it runs without any network.
const SAMPLE: &str = "--open-sample";

/// A window that ends before this with an error could not be shown at all.
const SHOWN_AFTER: Duration = Duration::from_secs(10);

/// Opens the designer in its window, or says why not and serves it to a browser.
pub(crate) fn open(root: &Path, arguments: &[String]) -> Result<ExitCode> {
    if !machine::has_display() {
        announce("No display here (neither DISPLAY nor WAYLAND_DISPLAY is set): no window");
        return serve(root, arguments);
    }
    if let Err(error) = machine::ready_for_window(root) {
        announce(&format!("The window cannot be built on this machine.\n    {error:#}"));
        return serve(root, arguments);
    }
    pages::build(root)?;
    let window = timed("The window (the first time takes minutes)", || {
        build(root, "gantry-desktop", "gantry-desktop")
    })?;

    announce("Gantry is open; close its window or press Ctrl+C to end");
    let started = Instant::now();
    let status = Cmd::new(root, window, &[SAMPLE]).args(arguments).spawn()?.wait()?;
    if !status.success() && started.elapsed() < SHOWN_AFTER {
        announce(&format!("The window did not open ({status}); serving it to a browser instead"));
        return serve(root, arguments);
    }
    Ok(exit_code(status))
}

/// Serves the designer to a browser and says where, until Ctrl+C.
pub(crate) fn serve(root: &Path, arguments: &[String]) -> Result<ExitCode> {
    pages::build(root)?;
    let gantry = timed("The command line (the first time takes minutes)", || {
        build(root, "gantry", "gantry")
    })?;
    announce("Gantry is served; open the address below in a browser, press Ctrl+C to end");
    let status = Cmd::new(root, gantry, &["serve", SAMPLE]).args(arguments).spawn()?.wait()?;
    Ok(exit_code(status))
}

/// Builds the command line and the measuring program with optimisation, and measures.
pub(crate) fn bench(root: &Path, arguments: &[String]) -> Result<ExitCode> {
    let gantry = timed("The command line, optimised", || build(root, "gantry", "gantry"))?;
    let mut command = Cmd::cargo(root, &["run", "--release", "-p", "tests", "--bin", "bench"])
        .with("GANTRY_BIN", gantry.display().to_string());
    let mut parts: Vec<String> = arguments.to_vec();
    if let Some(flag) = parts.iter().position(|part| part == "--peers") {
        let target = gantry.ancestors().nth(2).unwrap_or(root);
        match peers::node_red(root, target) {
            Ok(script) => {
                "peers".clone_into(&mut parts[flag]);
                command = command.with("NODE_RED", script.display().to_string());
            }
            Err(why) => {
                announce(&format!("Skipped: Node-RED is not measured against. {why:#}"));
                parts.remove(flag);
                if parts.is_empty() {
                    return Ok(ExitCode::SUCCESS);
                }
            }
        }
    }
    let arguments = [vec!["--".to_owned()], parts].concat();
    let status = command.args(&arguments).spawn()?.wait()?;
    Ok(exit_code(status))
}

/// Builds one program with optimisation and returns where cargo put it.
fn build(root: &Path, package: &str, bin: &str) -> Result<PathBuf> {
    let format = "--message-format=json-render-diagnostics";
    let command = Cmd::cargo(root, &["build", "--release", "--package", package, "--bin", bin]);
    let messages = command.args(&[format.to_owned()]).output()?;
    let Some(path) = executable(&messages, bin) else {
        bail!("cargo built {bin} and did not say where it is");
    };
    Ok(path)
}

/// Finds a program in cargo's messages: right with any target folder, profile and triple.
pub(crate) fn executable(messages: &str, bin: &str) -> Option<PathBuf> {
    messages.lines().rev().find_map(|line| {
        let (_, rest) = line.split_once(r#""executable":""#)?;
        let (path, _) = rest.split_once('"')?;
        let path = PathBuf::from(path.replace(r"\\", r"\"));
        (path.file_stem()? == bin).then_some(path)
    })
}

fn exit_code(status: std::process::ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_where_cargo_says() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","executable":null,"fresh":true}"#,
            "\n",
            r#"{"reason":"compiler-artifact","executable":"/t/release/gantry","fresh":true}"#,
            "\n",
            r#"{"reason":"compiler-artifact","executable":"/t/release/deps/gantry-1a2b","fresh":true}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(executable(messages, "gantry"), Some(PathBuf::from("/t/release/gantry")));
        assert_eq!(executable(messages, "gantry-desktop"), None);
    }
}
