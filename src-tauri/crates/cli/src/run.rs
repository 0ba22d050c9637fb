//! `gantry run`: a flow from its start to its end, its items on standard output. How it runs is the
//! engine's.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::{App, AppOptions, GoingOn, History, Launch, Meeting, ReadyFlow, Row, RunMode};
use clap::{Args, ValueEnum};
use data::Value;
use engine::{Output, RunOutcome};
use flow::id::NodeId;
use flow::run::RunStatus;
use indexmap::IndexMap;

use crate::output::{self, Format, Items};
use crate::progress::Progress;
use crate::source::{self, Source};
use crate::{End, Outcome, Refusal, check};

/// Chunks of items that may wait to be written; then the flow waits.
const WAITING: usize = 4;

/// Which flow is run, on what, and where its items go.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// A flow file, or the id of a flow in the database.
    flow: String,
    /// The start items: a JSON list, JSON lines or CSV; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Sets one of the flow's vars; the value is JSON where it can be read as such, else a text.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    vars: Vec<String>,
    /// The environment: whose connections the flow finds (dev, test, production), and which values
    /// of the settings it reads as `$env`.
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Confirms what the flow writes to production systems.
    #[arg(long, short)]
    yes: bool,
    /// How systems are met.
    #[arg(long, value_enum, default_value_t = Mode::Live)]
    mode: Mode,
    /// The cassette that is recorded or replayed, or the mock: a file, or a name in the data
    /// folder. Without it a recording gets a name of its own, and a replay takes the flow's newest.
    #[arg(long, value_name = "FILE")]
    cassette: Option<String>,
    /// A replay takes calls that differ for the same, and tells in what.
    #[arg(long)]
    lenient: bool,
    /// Keeps personal data out of a recording.
    #[arg(long)]
    hide_personal: bool,
    /// Switches a fault on: 429@3, 503x5@2, timeout@4, slow:200, cut@4, duplicate@3, expire@2,
    /// reset@5, schema:total=sum; with ,node=ID or ,host=NAME behind it where only those are meant.
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<api::Fault>,
    /// Meets the calls of a node in another way: --node-mode send=dry-run.
    #[arg(long = "node-mode", value_name = "ID=MODE", value_parser = node_mode)]
    node_modes: Vec<(String, Mode)>,
    #[command(flatten)]
    output: OutputArgs,
    /// Keeps nothing of the run in the database.
    #[arg(long)]
    no_history: bool,
    /// Keeps nothing to go on with, should the program end before the run does.
    #[arg(long)]
    no_resume: bool,
}

/// Where the items of a run go.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Writes the items to a file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How items are written; a table on a terminal, JSON lines elsewhere.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The items of this node, instead of those that leave the last nodes.
    #[arg(long, value_name = "ID")]
    node: Option<String>,
}

impl OutputArgs {
    /// Asks a run for the items.
    pub(crate) fn prepare(&self, launch: &mut Launch) {
        launch.outputs = Some(WAITING);
        launch.outputs_of = self.node.as_deref().map(Into::into);
    }

    fn format(&self) -> Format {
        match (self.format, &self.out) {
            (Some(format), _) => format,
            (None, Some(path)) => Format::of_file(path),
            (None, None) => Format::fitting(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// Every call is made.
    Live,
    /// Calls are made and kept in a cassette.
    Record,
    /// Answers come from a cassette.
    Replay,
    /// Answers are made by the rules of a mock.
    Mock,
    /// Calls that read are made, those that write are held back.
    DryRun,
}

impl From<Mode> for RunMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Live => Self::Live,
            Mode::Record => Self::Record,
            Mode::Replay => Self::Replay,
            Mode::Mock => Self::Mock,
            Mode::DryRun => Self::DryRun,
        }
    }
}

impl RunArgs {
    /// How the run's calls are to be met.
    fn meeting(&self) -> Meeting {
        let node_modes = self.node_modes.iter();
        Meeting {
            mode: self.mode.into(),
            cassette: self.cassette.clone(),
            lenient: self.lenient,
            hide_personal: self.hide_personal,
            faults: self.faults.clone(),
            node_modes: node_modes.map(|(id, mode)| (id.as_str().into(), (*mode).into())).collect(),
        }
    }
}

fn node_mode(text: &str) -> Result<(String, Mode), String> {
    let pair = text.split_once('=').map(|(id, mode)| (id.to_owned(), Mode::from_str(mode, false)));
    match pair {
        Some((id, Ok(mode))) => Ok((id, mode)),
        _ => {
            Err("write ID=MODE, with live, record, replay, mock or dry-run as the mode".to_owned())
        }
    }
}

pub(crate) async fn run(args: RunArgs, data_dir: Option<PathBuf>) -> Outcome {
    let input = match &args.input {
        Some(path) => source::items(path)?,
        None => Vec::new(),
    };
    let vars = vars(&args.vars)?;
    let source = Source::of(&args.flow);
    let options = AppOptions {
        data_dir,
        base_dir: base_dir(&source),
        environment: args.env.clone(),
        history: if args.no_history { History::None } else { History::Kept },
        ..AppOptions::default()
    };
    let app = App::open(options).await?;
    let flow = match &source {
        Source::File(path) => app.ready_file(&source::read_text(path)?).await?,
        Source::Id(id) => app.ready(&id.as_str().into()).await?,
    };
    refuse_unknown(&vars, &flow)?;
    let findings = api::check(&flow.file, app.catalogue());
    if check::has_errors(&findings) {
        check::tell(&args.flow, &findings, check::Least::Errors);
        return Ok(End::Usage);
    }
    let mut launch = Launch { trigger: "command line", input, vars, ..Launch::default() };
    if args.no_resume {
        launch.going_on = GoingOn::Never;
    }
    args.output.prepare(&mut launch);
    if !args.yes
        && let Some(refusal) = flow.unconfirmed(&launch.target, &args.meeting())
    {
        confirm(&refusal.message)?;
    }
    let met = app.meet(&flow, &args.meeting()).await?;
    launch.met = met.clone();
    let outcome = run_to_end(&app, &flow, launch, &args.output).await;
    // What was recorded is kept, whatever came of the run.
    let told = met.finish().await;
    app.close().await;
    Ok(end_of(&flow.file.name, &outcome?, &told?))
}

/// Says what came of a run.
pub(crate) fn end_of(flow: &str, outcome: &RunOutcome, told: &[String]) -> End {
    output::complain(&format!("{flow}: {}", outcome.summary));
    for sentence in told {
        output::complain(sentence);
    }
    match outcome.status {
        RunStatus::Ok => End::Ok,
        RunStatus::OkWithRejects => End::Rejects,
        _ => End::Failed,
    }
}

/// Asks on the terminal; where there is none, the flow is not run.
fn confirm(words: &str) -> Result<(), Refusal> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let words = format!("{words} Add --yes, or run it with the mode dry-run.");
        return Err(Refusal::usage(words));
    }
    output::ask(&format!("{words} Begin? [y/N] "))?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Refusal::usage("Nothing was run.")),
    }
}

/// Relative paths in a flow file begin beside it; those of a flow in the database where it lies.
fn base_dir(source: &Source) -> Option<PathBuf> {
    match source {
        Source::File(path) => Some(match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        }),
        Source::Id(_) => None,
    }
}

/// Lets a run go to its end, and its items to where they are wanted.
pub(crate) async fn run_to_end(
    app: &Arc<App>,
    flow: &ReadyFlow,
    launch: Launch,
    args: &OutputArgs,
) -> Result<RunOutcome, Refusal> {
    let mut items = Items::new(sink(args.out.as_deref())?, args.format());
    let mut progress = Progress::new(&flow.file.name);
    let mut events = progress.is_shown().then(|| app.subscribe());
    let (_, mut handle, _place) = app.launch(flow, launch, Row::Later).await?;
    let cancel = handle.cancellation();
    let mut outputs = handle.outputs.take();
    let only = args.node.as_deref().map(NodeId::from);
    let stopped = crate::serve::until_stopped();
    tokio::pin!(stopped);
    let mut is_stopped = false;
    let written = loop {
        tokio::select! {
            output = next(&mut outputs) => match output {
                Some(output) => if let Err(error) = write(&mut items, &output, only.as_ref()) {
                    cancel.cancel();
                    break Err(error);
                },
                None => break Ok(()),
            },
            batch = next_events(&mut events) => progress.take(&batch),
            () = &mut stopped, if !is_stopped => {
                is_stopped = true;
                cancel.cancel();
            }
        }
    };
    drop(outputs);
    let outcome = handle.wait().await;
    progress.finish();
    match written.and_then(|()| items.finish()) {
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(outcome),
        Err(error) => Err(error.into()),
        Ok(()) => Ok(outcome),
    }
}

async fn next(outputs: &mut Option<tokio::sync::mpsc::Receiver<Output>>) -> Option<Output> {
    match outputs {
        Some(outputs) => outputs.recv().await,
        None => None,
    }
}

async fn next_events(events: &mut Option<api::Subscription>) -> Vec<api::types::UiEvent> {
    match events {
        Some(events) => match events.next().await {
            Some(batch) => batch,
            None => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}

fn write(
    items: &mut Items<Box<dyn Write + Send>>,
    output: &Output,
    only: Option<&NodeId>,
) -> io::Result<()> {
    let is_wanted = match only {
        Some(node) => output.node == *node,
        None => output.port != flow::check::ERROR_PORT,
    };
    if !is_wanted {
        return Ok(());
    }
    for item in &output.items {
        items.write(&item.value)?;
    }
    // Whoever reads along sees each chunk as it comes.
    items.flush()
}

fn sink(path: Option<&Path>) -> Result<Box<dyn Write + Send>, Refusal> {
    Ok(match path {
        None => Box::new(BufWriter::new(io::stdout())),
        Some(path) => {
            let file = File::create(path).map_err(|cause| {
                Refusal::usage(format!("{} cannot be written: {cause}.", path.display()))
            })?;
            Box::new(BufWriter::new(file))
        }
    })
}

fn vars(given: &[String]) -> Result<IndexMap<String, Value>, Refusal> {
    given
        .iter()
        .map(|pair| {
            let Some((name, text)) = pair.split_once('=') else {
                let words = format!("--var {pair} has no value; write --var NAME=VALUE.");
                return Err(Refusal::usage(words));
            };
            let value = data::json::read(text.as_bytes(), &data::Limits::default());
            Ok((name.to_owned(), value.unwrap_or_else(|_| Value::from(text))))
        })
        .collect()
}

/// A var that the flow does not have is a slip of the pen.
fn refuse_unknown(vars: &IndexMap<String, Value>, flow: &ReadyFlow) -> Result<(), Refusal> {
    let Some(unknown) = vars.keys().find(|name| !flow.file.vars.contains_key(*name)) else {
        return Ok(());
    };
    let known: Vec<&str> = flow.file.vars.keys().map(String::as_str).collect();
    let known = match known.as_slice() {
        [] => "it has none".to_owned(),
        known => format!("it has {}", known.join(", ")),
    };
    Err(Refusal::usage(format!("The flow has no var {unknown}; {known}.")))
}
