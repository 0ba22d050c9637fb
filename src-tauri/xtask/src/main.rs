//! The README's commands: `cargo xtask app`, `test`, `check`, `gen` and `bench`.
//!
//! Knows how to set a machine up and in which order to call the tools. Knows nothing of Gantry
//! itself, and needs next to no crates, so that it compiles in seconds on a fresh machine.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "this crate is no part of the product: its work is to start programs and say so"
)]

mod app;
mod command;
mod counts;
mod generate;
mod machine;
mod pages;
mod peers;
mod steps;
mod suite;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask app [ARGS]   set up what is missing, build and open the designer on a sample flow
cargo xtask serve [ARGS] the same designer in a browser, without a window
cargo xtask test         set up what is missing and run every check and test
cargo xtask check        the fast part of it: formatting, lints and types
cargo xtask gen          write the generated files anew: bindings, schemas, snapshots of them
cargo xtask bench [ARGS] build with optimisation and measure; --peers: against Node-RED";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let verb = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let root = workspace_root();

    let outcome = match verb.as_str() {
        "app" => app::open(&root, &rest),
        "serve" => app::serve(&root, &rest),
        "test" => return suite::test(&root),
        "check" => return suite::check(&root),
        "gen" => generate::rewrite(&root),
        "bench" => app::bench(&root, &rest),
        "" | "help" | "--help" | "-h" => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        other => {
            println!("There is no `cargo xtask {other}`. There are:\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };

    match outcome {
        Ok(code) => code,
        Err(error) => {
            println!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the folder of the workspace's `Cargo.toml`, two above this crate's own.
///
/// Asked when it runs: two checkouts with one build folder share what was compiled.
fn workspace_root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR");
    let manifest = manifest.map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    manifest.ancestors().nth(2).expect("the crate is in src-tauri/xtask").to_path_buf()
}
