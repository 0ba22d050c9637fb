//! `gantry import-flow`: a flow file goes into the database, with its layout where one lies beside.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::{End, Outcome, open, output};

/// Which file.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The flow file.
    file: PathBuf,
}

pub(crate) async fn import(args: ImportArgs, data_dir: Option<PathBuf>) -> Outcome {
    let text = crate::source::read_text(&args.file)?;
    let layout = std::fs::read_to_string(layout_path(&args.file)).ok();
    let app = open(data_dir).await?;
    let import = api::flows::Import { text, layout };
    let view = api::flows::import(&app, import).await?;
    app.close().await;
    output::say(view.flow.id.as_str())?;
    // A flow names its connections and brings none along.
    let missing = view.findings.diagnostics.iter().filter(|d| d.code.starts_with("connection."));
    let mut told: Vec<&str> = missing.map(|found| found.message.as_str()).collect();
    told.dedup();
    told.into_iter().for_each(output::complain);
    Ok(End::Ok)
}

/// The layout file beside a flow file.
fn layout_path(flow: &Path) -> PathBuf {
    let name = flow.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let id = name.strip_suffix(".flow.json").or_else(|| name.strip_suffix(".json"));
    flow.with_file_name(format!("{}.layout.json", id.unwrap_or(&name)))
}
