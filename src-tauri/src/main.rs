//! The window: one of Gantry's two hosts, and the only crate that knows Tauri.
//!
//! Thin: it passes the designer's commands to `api` and `api`'s events to the designer. What the
//! designer can do is written in neither.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod backend;
mod commands;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use tauri::{Manager, RunEvent};
use tracing_subscriber::EnvFilter;

use crate::backend::Backend;

/// The variable by which anyone who can start Gantry could also drive its window.
const AUTOMATION: &str = "TAURI_WEBVIEW_AUTOMATION";

/// Gantry's designer in a window.
#[derive(Debug, Parser)]
#[command(name = "gantry-desktop", version)]
pub(crate) struct Args {
    /// The folder of the database; without it the platform's data folder.
    #[arg(long, value_name = "DIR", env = "GANTRY_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// A flow to open: its id, or a file to import.
    #[arg(long, value_name = "FLOW")]
    open: Option<String>,
    /// Open the sample flow, which runs without any network.
    #[arg(long, conflicts_with = "open")]
    open_sample: bool,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> anyhow::Result<()> {
    anyhow::ensure!(
        cfg!(feature = "automation") || std::env::var_os(AUTOMATION).is_none(),
        "{AUTOMATION} is set: with it another program could press every button in this window. \
         Remove it from the environment and start Gantry again"
    );

    let backend = tauri::async_runtime::block_on(Backend::open(args));
    tauri::Builder::default()
        .manage(backend)
        .invoke_handler(tauri::generate_handler![
            commands::call,
            commands::subscribe,
            commands::open_outside
        ])
        .setup(|app| Ok(window::open(app)?))
        .build(tauri::generate_context!())
        .context("the window could not be made")?
        .run(|app, event| {
            if let RunEvent::Exit = event {
                tauri::async_runtime::block_on(app.state::<Backend>().close());
            }
        });
    Ok(())
}
