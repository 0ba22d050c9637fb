//! `gantry parked`: items that failed and wait to be mended: listed by cause, shown, mended, tried
//! again, resolved, handed over. What becomes of them is `api`'s.

use std::path::PathBuf;

use api::App;
use api::durable::RetryVersion;
use api::parked::{
    Mend, ParkedAsk, ParkedGroup, ParkedItem, ParkedState, Resolve, RetryParked, export, groups,
    list, mend, resolve, retry,
};
use clap::{Args, Subcommand};
use flow::run::RunStatus;

use crate::inbox::json;
use crate::{End, Outcome, Refusal, open, output};

/// The most items that are listed or handed over at once.
const MOST: u32 = 1000;

/// What is to become of parked items; they are listed by cause without it.
#[derive(Debug, Args)]
pub(crate) struct ParkedArgs {
    #[command(subcommand)]
    what: Option<What>,
    /// Only those of this flow.
    #[arg(long, value_name = "ID")]
    flow: Option<String>,
    /// Only those of this run.
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// As JSON lines.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists the items one by one.
    List,
    /// Shows one item with all that is known of its failing, as JSON.
    Show {
        /// The item's number.
        id: u64,
    },
    /// Puts another value in the place of an item, as JSON.
    Mend {
        /// The item's number.
        id: u64,
        /// The value.
        value: String,
    },
    /// Tries items again from the node that they failed at.
    Retry(RetryArgs),
    /// Says that items need no more.
    Resolve {
        /// The items' numbers.
        #[arg(required = true)]
        ids: Vec<u64>,
        /// Why.
        #[arg(long)]
        note: String,
    },
    /// Writes the items to standard output, as JSON lines.
    Export,
}

#[derive(Debug, Args)]
struct RetryArgs {
    /// The items' numbers; all that are open without any.
    ids: Vec<u64>,
    /// With the flow as it was in the run, instead of as it is now.
    #[arg(long)]
    as_it_was: bool,
    /// Writes to production systems without asking.
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn parked(args: ParkedArgs, data_dir: Option<PathBuf>) -> Outcome {
    let app = open(data_dir).await?;
    let ask = ParkedAsk {
        flow: args.flow.map(Into::into),
        run: args.run.map(Into::into),
        limit: Some(MOST),
        ..ParkedAsk::default()
    };
    let open_ones = ParkedAsk { state: Some(ParkedState::Open), ..ask.clone() };
    let end = match args.what {
        None => show_groups(&groups(&app, ask).await?, args.json)?,
        Some(What::List) => show_items(&list(&app, open_ones).await?, args.json)?,
        Some(What::Show { id }) => {
            let item = one(&app, id).await?;
            output::say(&serde_json::to_string_pretty(&item).map_err(|error| {
                Refusal::failed(format!("The item cannot be shown: {error}."))
            })?)?;
            End::Ok
        }
        Some(What::Mend { id, value }) => {
            let value = json(Some(&value))?;
            mend(&app, Mend { id, value }).await?;
            output::complain(&format!(
                "{id} is mended. Try it again with gantry parked retry {id}."
            ));
            End::Ok
        }
        Some(What::Retry(given)) => try_again(&app, given, open_ones).await?,
        Some(What::Resolve { ids, note }) => {
            resolve(&app, Resolve { ids, note }).await?;
            End::Ok
        }
        Some(What::Export) => {
            output::say(export(&app, ask).await?.text.trim_end())?;
            End::Ok
        }
    };
    app.close().await;
    Ok(end)
}

/// The item of that number.
async fn one(app: &App, id: u64) -> Result<ParkedItem, Refusal> {
    let ask = ParkedAsk { before: Some(id + 1), limit: Some(1), ..ParkedAsk::default() };
    let found = list(app, ask).await?.into_iter().find(|item| item.id == id);
    found.ok_or_else(|| Refusal::usage(format!("There is no parked item {id}.")))
}

/// Tries items again and waits until the runs that do so are over.
async fn try_again(
    app: &std::sync::Arc<App>,
    args: RetryArgs,
    open_ones: ParkedAsk,
) -> Result<End, Refusal> {
    let ids = if args.ids.is_empty() {
        list(app, open_ones).await?.into_iter().map(|item| item.id).collect()
    } else {
        args.ids
    };
    if ids.is_empty() {
        output::complain("No item waits.");
        return Ok(End::Ok);
    }
    let version = if args.as_it_was { RetryVersion::Run } else { RetryVersion::Current };
    let mut events = app.subscribe();
    let runs = retry(app, RetryParked { ids, version, confirmed: args.yes }).await?;
    let mut waiting: Vec<_> = runs.into_iter().map(|run| run.id).collect();
    let mut end = End::Ok;
    while !waiting.is_empty() {
        let Some(batch) = events.next().await else { break };
        for event in batch {
            let api::types::UiEvent::RunFinished { run } = event else { continue };
            let Some(at) = waiting.iter().position(|id| *id == run.id) else { continue };
            waiting.swap_remove(at);
            output::complain(&format!("{}: {}", run.flow_name, run.summary));
            end = match (end, run.status) {
                (end, RunStatus::Ok) => end,
                (End::Ok | End::Rejects, RunStatus::OkWithRejects) => End::Rejects,
                _ => End::Failed,
            };
        }
    }
    Ok(end)
}

fn show_groups(groups: &[ParkedGroup], is_json: bool) -> std::io::Result<End> {
    if is_json {
        for group in groups {
            output::say(&serde_json::to_string(group).expect("a group has texts as keys"))?;
        }
        return Ok(End::Ok);
    }
    let waiting: Vec<&ParkedGroup> = groups.iter().filter(|group| group.open > 0).collect();
    if waiting.is_empty() {
        output::say("No item waits.")?;
        return Ok(End::Ok);
    }
    let heads = ["open", "flow", "node", "cause", "what it is"];
    let rows: Vec<Vec<String>> = waiting
        .iter()
        .map(|group| {
            let ParkedGroup { open, flow, node_name, message, verdict, .. } = group;
            vec![
                open.to_string(),
                flow.to_string(),
                node_name.clone(),
                message.clone(),
                verdict.clone(),
            ]
        })
        .collect();
    output::say(output::aligned(&heads.map(str::to_owned), &rows).trim_end())?;
    Ok(End::Ok)
}

fn show_items(items: &[ParkedItem], is_json: bool) -> std::io::Result<End> {
    if is_json {
        for item in items {
            output::say(&serde_json::to_string(item).expect("an item has texts as keys"))?;
        }
        return Ok(End::Ok);
    }
    if items.is_empty() {
        output::say("No item waits.")?;
        return Ok(End::Ok);
    }
    let heads = ["id", "flow", "node", "item", "cause"];
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| {
            vec![
                item.id.to_string(),
                item.flow.to_string(),
                item.node.to_string(),
                item.error.item.clone().unwrap_or_default(),
                item.error.message.clone(),
            ]
        })
        .collect();
    output::say(output::aligned(&heads.map(str::to_owned), &rows).trim_end())?;
    Ok(End::Ok)
}
