//! `gantry resume`: a run whose process ended goes on where it was; and the table of what a run has
//! written. What is known of it is `api`'s.

use std::path::PathBuf;

use api::App;
use api::durable::{Decide, WriteDecision, WriteEntry, WriteState, WritesView};
use api::runs::{List, Which};
use clap::Args;
use flow::id::RunId;
use flow::run::RunStatus;

use crate::run::{OutputArgs, end_of, run_to_end};
use crate::{Outcome, Refusal, open, output};

/// Which run goes on, and where its items go.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// The run, as `gantry runs list --status interrupted` shows it.
    #[arg(required_unless_present = "last", conflicts_with = "last")]
    run: Option<String>,
    /// The last run that was interrupted.
    #[arg(long)]
    last: bool,
    /// Makes the writes again of which nobody knows whether they were made.
    #[arg(long, conflicts_with = "unknown_done")]
    repeat_unknown: bool,
    /// Takes the writes for done of which nobody knows whether they were made.
    #[arg(long)]
    unknown_done: bool,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) async fn resume(args: ResumeArgs, data_dir: Option<PathBuf>) -> Outcome {
    let app = open(data_dir).await?;
    let run = match &args.run {
        Some(run) => run.as_str().into(),
        None => last(&app).await?,
    };
    if let Some(decision) = args.decision() {
        let decide = Decide { run: run.clone(), decision, steps: None };
        api::durable::decide(&app, decide).await?;
    }
    let view = api::durable::writes(&app, Which { run: run.clone() }).await?;
    let undecided: Vec<&WriteEntry> = view.writes.iter().filter(|w| is_undecided(w)).collect();
    if !undecided.is_empty() {
        for line in table(&undecided) {
            output::complain(&line);
        }
        let n = undecided.len();
        let words = format!(
            "Nobody knows whether {} made when the program ended. Look in the system, then resume \
             with --repeat-unknown to make {} again, or with --unknown-done to go on without.",
            if n == 1 { "this write was".to_owned() } else { format!("these {n} writes were") },
            if n == 1 { "it" } else { "them" },
        );
        return Err(Refusal::usage(words));
    }
    let (flow, mut launch) = app.resuming(&run).await?;
    let met = launch.met.clone();
    args.output.prepare(&mut launch);
    let outcome = run_to_end(&app, &flow, launch, &args.output).await;
    let told = met.finish().await;
    app.close().await;
    Ok(end_of(&flow.file.name, &outcome?, &told?))
}

impl ResumeArgs {
    fn decision(&self) -> Option<WriteDecision> {
        match (self.repeat_unknown, self.unknown_done) {
            (true, _) => Some(WriteDecision::Repeat),
            (_, true) => Some(WriteDecision::Done),
            _ => None,
        }
    }
}

async fn last(app: &App) -> Result<RunId, Refusal> {
    let list = List { status: Some(RunStatus::Interrupted), limit: 1, ..List::default() };
    let found = api::runs::list(app, list).await?.into_iter().next();
    let none = || Refusal::usage("No run was interrupted: there is nothing to resume.");
    found.map(|run| run.id).ok_or_else(none)
}

/// Shows what a run has written.
pub(crate) async fn show_writes(app: &App, run: &str, json: bool) -> Result<(), Refusal> {
    let view: WritesView = api::durable::writes(app, Which { run: run.into() }).await?;
    if json {
        let json = serde_json::to_string_pretty(&view).expect("writes have texts as keys");
        return Ok(output::say(&json)?);
    }
    let WritesView { done, not_done, unknown, writes } = &view;
    output::say(&format!("{done} done, {not_done} not done, {unknown} unknown"))?;
    for line in table(&writes.iter().collect::<Vec<_>>()) {
        output::say(&line)?;
    }
    Ok(())
}

fn table(writes: &[&WriteEntry]) -> Vec<String> {
    if writes.is_empty() {
        return Vec::new();
    }
    let heads = ["state", "what", "node", "item", "at"].map(str::to_owned);
    let rows: Vec<Vec<String>> = writes
        .iter()
        .map(|write| {
            let at = jiff::Timestamp::from_millisecond(write.at);
            vec![
                state(write).to_owned(),
                write.about.clone(),
                write.node.to_string(),
                write.item.clone(),
                at.map(|at| at.strftime("%F %T UTC").to_string()).unwrap_or_default(),
            ]
        })
        .collect();
    vec![output::aligned(&heads, &rows)]
}

fn state(write: &WriteEntry) -> &'static str {
    match (write.state, write.decision) {
        (WriteState::Done, _) => "done",
        (WriteState::NotDone, _) => "not done",
        (WriteState::Unknown, None) => "unknown",
        (WriteState::Unknown, Some(WriteDecision::Repeat)) => "unknown, to be repeated",
        (WriteState::Unknown, Some(WriteDecision::Done)) => "unknown, taken for done",
    }
}

fn is_undecided(write: &WriteEntry) -> bool {
    write.state == WriteState::Unknown && write.decision.is_none()
}
