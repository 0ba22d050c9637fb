//! `gantry runs`: what was run, and what came of it.

use std::path::PathBuf;

use api::history::Retention;
use api::runs::{Errors, List, Which};
use api::types::RunSummary;
use clap::{Args, Subcommand, ValueEnum};
use flow::run::{NodeStatus, RunStatus};

use crate::{End, Outcome, open, output};

/// Which runs.
#[derive(Debug, Args)]
pub(crate) struct RunsArgs {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists runs, the newest first.
    List(ListArgs),
    /// Writes the calls of a run as an HTTP Archive (HAR), for browsers and other tools.
    Har {
        /// The run.
        run: String,
        /// The file; the standard output without it.
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Shows what a run has written: what is done, what is not, and what nobody knows.
    Writes {
        /// The run.
        run: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Forgets old runs, as the settings say how long they are kept, or by these bounds once.
    Prune(PruneArgs),
    /// Shows one run: its nodes and its errors.
    Show {
        /// The run.
        run: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args, Default)]
struct PruneArgs {
    /// Those that began so many days ago or earlier.
    #[arg(long)]
    days: Option<u32>,
    /// Those that come after so many newer ones of their flow.
    #[arg(long)]
    runs: Option<u64>,
    /// The oldest, until the database has no more than so many megabytes.
    #[arg(long)]
    mb: Option<u64>,
}

#[derive(Debug, Args, Default)]
struct ListArgs {
    /// Only those of this flow.
    #[arg(long, value_name = "ID")]
    flow: Option<String>,
    /// Only those that ended like this.
    #[arg(long, value_enum)]
    status: Option<Status>,
    /// Only those with words that begin like these, in their name, their outcome or their items.
    #[arg(long)]
    text: Option<String>,
    /// Only those that this started: `manual`, `webhook`.
    #[arg(long)]
    trigger: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 20)]
    limit: u32,
    /// As JSON lines.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Status {
    Running,
    Interrupted,
    Ok,
    OkWithRejects,
    Failed,
    Cancelled,
}

impl From<Status> for RunStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Running => Self::Running,
            Status::Interrupted => Self::Interrupted,
            Status::Ok => Self::Ok,
            Status::OkWithRejects => Self::OkWithRejects,
            Status::Failed => Self::Failed,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

pub(crate) async fn runs(args: RunsArgs, data_dir: Option<PathBuf>) -> Outcome {
    let app = open(data_dir).await?;
    let what =
        args.what.unwrap_or_else(|| What::List(ListArgs { limit: 20, ..ListArgs::default() }));
    match what {
        What::List(args) => {
            let list = List {
                flow: args.flow.map(Into::into),
                status: args.status.map(Into::into),
                limit: args.limit,
                text: args.text,
                trigger: args.trigger,
                ..List::default()
            };
            list_runs(&api::runs::list(&app, list).await?, args.json)?;
        }
        What::Prune(PruneArgs { days, runs, mb }) => {
            let retention = match (days, runs, mb) {
                (None, None, None) => api::history::retention(&app).await?,
                _ => Retention { days, runs, mb },
            };
            let pruned = api::history::prune(&app, retention).await?;
            output::say(&format!("{} runs forgotten, {} left.", pruned.runs, pruned.left))?;
        }
        What::Har { run, out } => {
            let har = api::runs::har(&app, Which { run: run.into() }).await?;
            match out {
                Some(file) => std::fs::write(&file, har.text)?,
                None => output::say(har.text.trim_end())?,
            }
        }
        What::Writes { run, json } => crate::resume::show_writes(&app, &run, json).await?,
        What::Show { run, json } => {
            let which = Which { run: run.as_str().into() };
            let view = api::runs::open(&app, which).await?;
            if json {
                let json = serde_json::to_string_pretty(&view).expect("a run has texts as keys");
                output::say(&json)?;
            } else {
                show(&view)?;
                let errors = Errors { run: run.into(), limit: 20 };
                for error in api::runs::errors(&app, errors).await? {
                    let item = error.item.map(|item| format!(" {item}")).unwrap_or_default();
                    output::say(&format!(
                        "{}{item}: {} {}",
                        error.node, error.message, error.advice
                    ))?;
                }
            }
        }
    }
    app.close().await;
    Ok(End::Ok)
}

fn list_runs(runs: &[RunSummary], json: bool) -> std::io::Result<()> {
    if json {
        for run in runs {
            output::say(&serde_json::to_string(run).expect("a run has texts as keys"))?;
        }
        return Ok(());
    }
    let heads = ["run", "flow", "started", "status", "took", "items", "rejected", "summary"];
    let rows: Vec<Vec<String>> = runs
        .iter()
        .map(|run| {
            vec![
                run.id.to_string(),
                run.flow.to_string(),
                moment(run.started_at),
                status(run.status).to_owned(),
                run.took_ms.map(|ms| format!("{ms} ms")).unwrap_or_default(),
                run.items.to_string(),
                run.rejected.to_string(),
                run.summary.clone(),
            ]
        })
        .collect();
    output::say(output::aligned(&heads.map(str::to_owned), &rows).trim_end())
}

fn show(view: &api::types::RunView) -> std::io::Result<()> {
    let run = &view.run;
    output::say(&format!("{} ({}), started {}", run.flow_name, run.flow, moment(run.started_at)))?;
    let took = run.took_ms.map(|ms| format!(" in {ms} ms")).unwrap_or_default();
    output::say(&format!("{}{took}: {}\n", status(run.status), run.summary))?;
    let heads = ["node", "status", "in", "out", "rejected", "busy"];
    let rows: Vec<Vec<String>> = api::templates::all_nodes(&view.flow.nodes)
        .filter_map(|node| Some((node, view.nodes.get(&node.id)?)))
        .map(|(node, run)| {
            vec![
                node.id.to_string(),
                run.status.map_or("running", node_status).to_owned(),
                run.counts.items_in.to_string(),
                run.counts.items_out.to_string(),
                run.counts.rejected.to_string(),
                format!("{} ms", run.counts.busy_us / 1000),
            ]
        })
        .collect();
    output::say(&output::aligned(&heads.map(str::to_owned), &rows))
}

fn moment(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map(|at| at.strftime("%F %T UTC").to_string())
        .unwrap_or_default()
}

fn status(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Queued => "waiting for its turn",
        RunStatus::Running => "running",
        RunStatus::Paused => "paused",
        RunStatus::Interrupted => "interrupted",
        RunStatus::Ok => "ok",
        RunStatus::OkWithRejects => "ok, with rejects",
        RunStatus::Failed => "failed",
        RunStatus::Cancelled => "stopped",
    }
}

fn node_status(status: NodeStatus) -> &'static str {
    match status {
        NodeStatus::Ok => "ok",
        NodeStatus::Rejects => "rejects",
        NodeStatus::Failed => "failed",
        NodeStatus::Cancelled => "stopped",
        NodeStatus::Skipped => "not reached",
    }
}
