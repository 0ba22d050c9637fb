//! `gantry state`: what flows remember from run to run.

use std::path::PathBuf;

use api::states::{OfKey, SetState, StateEntry, StatesAsk, history, list, set};
use clap::{Args, Subcommand};

use crate::inbox::json;
use crate::{End, Outcome, Refusal, open, output};

/// Which values, and what is to become of them.
#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists the values of a flow, or of all.
    List {
        /// The flow.
        flow: Option<String>,
        /// As JSON lines.
        #[arg(long)]
        json: bool,
    },
    /// Prints a value.
    Get {
        /// The flow.
        flow: String,
        /// The value's name.
        key: String,
        /// What it has been too, the newest first.
        #[arg(long)]
        history: bool,
    },
    /// Sets a value.
    Set {
        /// The flow.
        flow: String,
        /// The value's name.
        key: String,
        /// The value, as JSON; a text where it is none.
        value: String,
    },
    /// Takes a value away: the flow begins as if it had never been set.
    Reset {
        /// The flow.
        flow: String,
        /// The value's name.
        key: String,
    },
}

pub(crate) async fn state(args: StateArgs, data_dir: Option<PathBuf>) -> Outcome {
    let app = open(data_dir).await?;
    match args.what {
        What::List { flow, json } => {
            let entries = list(&app, StatesAsk { flow: flow.map(Into::into) }).await?;
            show(&entries, json)?;
        }
        What::Get { flow, key, history: with_history } => {
            let of = OfKey { flow: flow.as_str().into(), key: key.clone() };
            let entries = history(&app, of).await?;
            let Some(newest) = entries.first() else {
                return Err(Refusal::failed(format!("The flow {flow} remembers no {key}.")));
            };
            let n_shown = if with_history { entries.len() } else { 1 };
            if newest.value.is_none() && !with_history {
                return Err(Refusal::failed(format!("The value {key} was reset.")));
            }
            for entry in &entries[..n_shown] {
                output::say(&told(entry))?;
            }
        }
        What::Set { flow, key, value } => {
            let value = json(Some(&value)).ok().flatten().unwrap_or_else(|| value.as_str().into());
            set(&app, SetState { flow: flow.into(), key, value: Some(value) }).await?;
        }
        What::Reset { flow, key } => {
            set(&app, SetState { flow: flow.into(), key, value: None }).await?;
        }
    }
    app.close().await;
    Ok(End::Ok)
}

fn told(entry: &StateEntry) -> String {
    entry.value.as_ref().map_or_else(|| "(reset)".to_owned(), ToString::to_string)
}

fn show(entries: &[StateEntry], is_json: bool) -> std::io::Result<()> {
    if is_json {
        for entry in entries {
            output::say(&serde_json::to_string(entry).expect("a value has texts as keys"))?;
        }
        return Ok(());
    }
    let heads = ["flow", "key", "value", "set by"];
    let by = |entry: &StateEntry| {
        entry.run.as_ref().map_or_else(|| "a person".to_owned(), ToString::to_string)
    };
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| vec![entry.flow.to_string(), entry.key.clone(), told(entry), by(entry)])
        .collect();
    output::say(output::aligned(&heads.map(str::to_owned), &rows).trim_end())
}
