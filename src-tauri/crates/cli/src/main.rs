//! The command line: runs, checks and serves flows without a window. Every command is one file;
//! what it does is `api`'s.

mod cassettes;
mod catalogue;
mod check;
mod connections;
mod eval;
mod import;
mod inbox;
mod output;
mod pages;
mod parked;
mod progress;
mod resume;
mod run;
mod runs;
mod sandbox;
mod secrets;
mod serve;
mod source;
mod state;

use std::path::PathBuf;
use std::process::ExitCode;

use api::{App, AppOptions};
use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

/// Runs make and drop many small things, on other threads than they were made on; the system's own
/// allocator takes a quarter of a webhook's time for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Gantry runs flows between APIs, files and data.
#[derive(Debug, Parser)]
#[command(name = "gantry", version, max_term_width = 100)]
struct Args {
    /// The folder of the database; without it the platform's data folder.
    #[arg(long, global = true, value_name = "DIR", env = "GANTRY_DATA_DIR")]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a flow; the items that leave it go to standard output.
    Run(run::RunArgs),
    /// Lets a run go on whose program ended: what it has done is not done again.
    Resume(resume::ResumeArgs),
    /// Says what is wrong with flows, with places.
    Check(check::CheckArgs),
    /// Evaluates a JSONata expression over a document.
    Eval(eval::EvalArgs),
    /// Lists all node types.
    Catalogue(catalogue::CatalogueArgs),
    /// Serves the designer to a browser, and takes webhooks.
    Serve(serve::ServeArgs),
    /// Lists the accounts at systems that flows name, shows, adds or tests one.
    Connections(connections::ConnectionsArgs),
    /// Lists past runs, or shows one.
    Runs(runs::RunsArgs),
    /// Lists items that failed and wait, mends them and tries them again.
    Parked(parked::ParkedArgs),
    /// Lists what runs wait for, approves and rejects it.
    Approvals(inbox::ApprovalsArgs),
    /// Gives runs a signal that they wait for.
    Signal(inbox::SignalArgs),
    /// Lists, sets and resets what flows remember from run to run.
    State(state::StateArgs),
    /// Sets the secrets of connections, and says which are set.
    Secrets(secrets::SecretsArgs),
    /// Lists, shows, takes in and hands over recorded calls and mocks.
    Cassette(cassettes::CassetteArgs),
    /// Serves the sample systems that the templates talk to.
    Sandbox(sandbox::SandboxArgs),
    /// Takes a flow file into the database.
    #[command(name = "import-flow")]
    ImportFlow(import::ImportArgs),
}

/// How a command ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// All is well.
    Ok = 0,
    /// The run failed, or the answer is an error.
    Failed = 1,
    /// The flow or the arguments are not right.
    Usage = 2,
    /// The run came to its end, but items were rejected.
    Rejects = 3,
}

/// Why a command could not be done: a sentence, and what the shell sees.
#[derive(Debug)]
struct Refusal {
    words: String,
    end: End,
}

impl Refusal {
    fn usage(words: impl Into<String>) -> Self {
        Self { words: words.into(), end: End::Usage }
    }

    fn failed(words: impl Into<String>) -> Self {
        Self { words: words.into(), end: End::Failed }
    }
}

impl From<api::types::ApiError> for Refusal {
    fn from(error: api::types::ApiError) -> Self {
        use api::types::Code;
        let end = match error.code {
            Code::Storage | Code::Internal => End::Failed,
            _ => End::Usage,
        };
        Self { words: error.message, end }
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::failed(format!("Reading or writing broke off: {error}."))
    }
}

type Outcome = Result<End, Refusal>;

fn main() -> ExitCode {
    let args = Args::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn")),
        )
        .with_writer(std::io::stderr)
        .init();
    let end = match done(args) {
        Ok(end) => end,
        Err(refusal) => {
            output::complain(&refusal.words);
            refusal.end
        }
    };
    ExitCode::from(end as u8)
}

fn done(args: Args) -> Outcome {
    // What needs neither the database nor a socket needs no threads either.
    match args.command {
        Command::Eval(eval) => return eval::eval(&eval),
        Command::Catalogue(catalogue) => return catalogue::catalogue(&catalogue),
        Command::Check(check) if !check.needs_database() => return check::files(&check),
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|cause| Refusal::failed(format!("No threads could be started: {cause}.")))?;
    let data = args.data_dir;
    let outcome = runtime.block_on(async move {
        match args.command {
            Command::Run(run) => Box::pin(run::run(run, data)).await,
            Command::Resume(resume) => Box::pin(resume::resume(resume, data)).await,
            Command::Check(check) => check::flows(&check, data).await,
            Command::Serve(serve) => Box::pin(serve::serve(serve, data)).await,
            Command::Connections(connections) => {
                Box::pin(connections::connections(connections, data)).await
            }
            Command::Runs(runs) => runs::runs(runs, data).await,
            Command::Parked(args) => Box::pin(parked::parked(args, data)).await,
            Command::Approvals(args) => inbox::approvals(args, data).await,
            Command::Signal(args) => inbox::send(args, data).await,
            Command::State(args) => state::state(args, data).await,
            Command::Secrets(secrets) => secrets::secrets(secrets, data).await,
            Command::Cassette(args) => cassettes::cassettes(args, data).await,
            Command::Sandbox(sandbox) => sandbox::sandbox(&sandbox).await,
            Command::ImportFlow(import) => import::import(import, data).await,
            Command::Eval(_) | Command::Catalogue(_) => Ok(End::Ok),
        }
    });
    // A read of a terminal that nobody ends must not keep the program.
    runtime.shutdown_background();
    outcome
}

/// Opens the app on the database, without a sample flow.
async fn open(data_dir: Option<PathBuf>) -> Result<std::sync::Arc<App>, Refusal> {
    Ok(App::open(AppOptions { data_dir, ..AppOptions::default() }).await?)
}
