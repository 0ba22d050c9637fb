//! `gantry cassette`: what was recorded, looked into, taken in and handed over. Not the recording:
//! see `run`.

use std::path::PathBuf;

use api::App;
use api::cassettes::{self, CassetteSummary, Export, Import, Which};
use api::settings::Nothing;
use clap::{Args, Subcommand};

use crate::{End, Outcome, Refusal, open, output, source};

/// Why what is told can be written as JSON.
const TEXT_KEYS: &str = "its keys are texts";

/// Which cassettes.
#[derive(Debug, Args)]
pub(crate) struct CassetteArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists cassettes and mocks, the newest first.
    List {
        /// As JSON lines.
        #[arg(long)]
        json: bool,
    },
    /// Shows the calls of a cassette, or the text of a mock.
    Show {
        /// The name.
        name: String,
        /// One call with what was sent and answered, counted from 1.
        #[arg(long, value_name = "N")]
        call: Option<u32>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Takes a cassette, a HAR file or a mock in, without the secrets in it.
    Import {
        /// The file; `-` reads standard input.
        file: PathBuf,
        /// The name it gets; the file's own without it.
        #[arg(long)]
        name: Option<String>,
    },
    /// Writes a cassette to be handed over, without personal data.
    Export {
        /// The name.
        name: String,
        /// The file; standard output without it.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Leaves personal data in it.
        #[arg(long)]
        with_personal: bool,
    },
    /// Deletes a cassette or a mock.
    Delete {
        /// The name.
        name: String,
    },
}

pub(crate) async fn cassettes(args: CassetteArgs, data_dir: Option<PathBuf>) -> Outcome {
    let app = open(data_dir).await?;
    let outcome = done(&app, args.what).await;
    app.close().await;
    outcome.map(|()| End::Ok)
}

async fn done(app: &App, what: What) -> Result<(), Refusal> {
    match what {
        What::List { json } => list(&cassettes::list(app, Nothing {}).await?, json)?,
        What::Show { name, call: Some(n), .. } => {
            let call = n.saturating_sub(1);
            let exchange = cassettes::call(app, cassettes::OfCall { name, call }).await?;
            output::say(&serde_json::to_string_pretty(&exchange).expect(TEXT_KEYS))?;
        }
        What::Show { name, call: None, json } => {
            let view = cassettes::open(app, Which { name }).await?;
            match (&view.text, json) {
                (_, true) => output::say(&serde_json::to_string_pretty(&view).expect(TEXT_KEYS))?,
                (Some(text), false) => output::say(text.trim_end())?,
                (None, false) => show(&view.calls)?,
            }
        }
        What::Import { file, name } => {
            let text = source::read_text(&file)?;
            let name = name.unwrap_or_else(|| cassettes::name_of(&file));
            let taken = cassettes::import(app, Import { name, text }).await?;
            output::say(&format!("\"{}\" was taken in.", taken.name))?;
        }
        What::Export { name, out, with_personal } => {
            let file = cassettes::export(app, Export { name, with_personal }).await?;
            match out {
                None => output::say(file.text.trim_end())?,
                Some(path) => std::fs::write(&path, file.text).map_err(|cause| {
                    Refusal::failed(format!("{} cannot be written: {cause}.", path.display()))
                })?,
            }
        }
        What::Delete { name } => cassettes::delete(app, Which { name }).await?,
    }
    Ok(())
}

fn list(list: &[CassetteSummary], json: bool) -> Result<(), Refusal> {
    if json {
        for cassette in list {
            let line = serde_json::to_string(cassette).expect(TEXT_KEYS);
            output::say(&line)?;
        }
        return Ok(());
    }
    let heads = ["name", "calls", "size", "flow", ""];
    let rows: Vec<Vec<String>> = list
        .iter()
        .map(|cassette| {
            vec![
                cassette.name.clone(),
                cassette.calls.map_or_else(|| "mock".to_owned(), |calls| calls.to_string()),
                format!("{} KB", cassette.bytes.div_ceil(1024)),
                cassette.flow.clone(),
                if cassette.unfinished { "unfinished" } else { "" }.to_owned(),
            ]
        })
        .collect();
    Ok(output::say(output::aligned(&heads.map(str::to_owned), &rows).trim_end())?)
}

fn show(calls: &[cassettes::CassetteCall]) -> Result<(), Refusal> {
    let heads = ["", "call", "status", "took", "bytes", "step"];
    let rows: Vec<Vec<String>> = calls
        .iter()
        .enumerate()
        .map(|(at, call)| {
            vec![
                (at + 1).to_string(),
                format!("{} {}", call.method, call.url),
                call.status.map_or_else(|| "failed".to_owned(), |status| status.to_string()),
                format!("{} ms", call.took_ms),
                call.bytes.to_string(),
                call.step.clone().unwrap_or_default(),
            ]
        })
        .collect();
    Ok(output::say(output::aligned(&heads.map(str::to_owned), &rows).trim_end())?)
}
