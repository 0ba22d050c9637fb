//! `gantry approvals` and `gantry signal`: what runs wait for, and how they are given it.

use std::path::PathBuf;

use api::inbox::{Decide, InboxAsk, InboxItem, Signal, decide, list, signal};
use clap::{Args, Subcommand};
use data::Value;

use crate::{End, Outcome, Refusal, open, output};

/// Which requests, and what is to become of them.
#[derive(Debug, Args)]
pub(crate) struct ApprovalsArgs {
    #[command(subcommand)]
    what: Option<What>,
    /// As JSON lines.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Approves a request; its run goes on.
    Approve(AnswerArgs),
    /// Rejects a request.
    Reject(AnswerArgs),
}

#[derive(Debug, Args)]
struct AnswerArgs {
    /// The request's number.
    id: u64,
    /// A note for those who look at it later.
    #[arg(long, default_value = "")]
    note: String,
    /// The item as it is to go on, as JSON; as it was without it.
    #[arg(long, value_name = "JSON")]
    value: Option<String>,
}

/// A signal for runs that wait for it.
#[derive(Debug, Args)]
pub(crate) struct SignalArgs {
    /// The signal's name.
    name: String,
    /// The run; all that wait for the signal without it.
    #[arg(long)]
    run: Option<String>,
    /// What the signal brings, as JSON.
    #[arg(long, value_name = "JSON")]
    value: Option<String>,
}

pub(crate) async fn approvals(args: ApprovalsArgs, data_dir: Option<PathBuf>) -> Outcome {
    let app = open(data_dir).await?;
    match args.what {
        None => show(&list(&app, InboxAsk::default()).await?, args.json)?,
        Some(What::Approve(answer)) => {
            let value = json(answer.value.as_deref())?;
            let item =
                decide(&app, Decide { id: answer.id, approve: true, value, note: answer.note });
            output::complain(&format!("Approved: {}", asked(&item.await?)));
        }
        Some(What::Reject(answer)) => {
            let item = Decide { id: answer.id, approve: false, value: None, note: answer.note };
            output::complain(&format!("Rejected: {}", asked(&decide(&app, item).await?)));
        }
    }
    app.close().await;
    Ok(End::Ok)
}

pub(crate) async fn send(args: SignalArgs, data_dir: Option<PathBuf>) -> Outcome {
    let app = open(data_dir).await?;
    let value = json(args.value.as_deref())?;
    let given = Signal { run: args.run.map(Into::into), name: args.name.clone(), value };
    let n_runs = signal(&app, given).await?;
    app.close().await;
    if n_runs == 0 {
        let words = format!("No run waits for {}. Name the run to keep it for.", args.name);
        return Err(Refusal::failed(words));
    }
    output::complain(&match n_runs {
        1 => "1 run has it.".to_owned(),
        n => format!("{n} runs have it."),
    });
    Ok(End::Ok)
}

/// Reads a value that was given as JSON.
pub(crate) fn json(text: Option<&str>) -> Result<Option<Value>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let value = data::json::read(text.as_bytes(), &data::Limits::default());
    value.map(Some).map_err(|cause| Refusal::usage(format!("{text} is no JSON: {cause}.")))
}

fn asked(item: &InboxItem) -> &str {
    item.question.as_deref().unwrap_or(&item.signal)
}

fn show(items: &[InboxItem], is_json: bool) -> std::io::Result<()> {
    if is_json {
        for item in items {
            output::say(&serde_json::to_string(item).expect("a request has texts as keys"))?;
        }
        return Ok(());
    }
    if items.is_empty() {
        return output::say("Nothing is waited for.");
    }
    let heads = ["id", "flow", "node", "item", "waits for"];
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| {
            let (flow, node) = (item.flow.to_string(), item.node_name.clone());
            vec![item.id.to_string(), flow, node, item.item.clone(), asked(item).to_owned()]
        })
        .collect();
    output::say(output::aligned(&heads.map(str::to_owned), &rows).trim_end())
}
