//! `gantry connections`: the accounts at systems that flows name, in and out as JSON without their
//! secrets. Setting these is `gantry secrets`'.

use std::path::PathBuf;

use api::App;
use api::connections::{ConnectionSummary, HealthState, Save, SlotState, Which};
use api::types::Code;
use clap::{Args, Subcommand};
use transport::spec::{ConnectionSpec, Environment};

use crate::{End, Outcome, Refusal, open, output, source};

/// Which connections, and what is done with them.
#[derive(Debug, Args)]
pub(crate) struct ConnectionsArgs {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists all connections of all environments, and how they stand.
    List(ListArgs),
    /// Writes a connection as JSON, as `add` reads it; no secret is in it.
    Show(Named),
    /// Makes a connection of a JSON file; `-` reads standard input.
    Add {
        /// The file.
        file: PathBuf,
        /// Takes the place of a connection of that id in that environment; its secrets stay.
        #[arg(long)]
        replace: bool,
    },
    /// Makes the connection's test call, and says who we are there.
    Test {
        #[command(flatten)]
        named: Named,
        /// What came of it, as JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args, Default)]
struct ListArgs {
    /// As JSON lines.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Named {
    /// The connection's id, or with its environment: shop@test.
    id: String,
    /// Its environment: dev, test or production; the one in use without it.
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
}

pub(crate) async fn connections(args: ConnectionsArgs, data_dir: Option<PathBuf>) -> Outcome {
    let app = open(data_dir).await?;
    let outcome = match args.what.unwrap_or_else(|| What::List(ListArgs::default())) {
        What::List(args) => list(&app, args.json).await,
        What::Show(named) => show(&app, named).await,
        What::Add { file, replace } => add(&app, &file, replace).await,
        What::Test { named, json } => test(&app, named, json).await,
    };
    app.close().await;
    outcome
}

async fn list(app: &App, json: bool) -> Outcome {
    let list = api::connections::list(app, api::settings::Nothing {}).await?;
    if json {
        for each in &list {
            output::say(&to_json(each, serde_json::to_string))?;
        }
        return Ok(End::Ok);
    }
    let heads = ["connection", "environment", "state", "sign-in", "base URL", "account", "flows"];
    let row = |each: &ConnectionSummary| {
        vec![
            each.id.to_string(),
            each.environment.name().to_owned(),
            state(each.health.state).to_owned(),
            each.auth.clone(),
            each.base_url.clone(),
            each.account.clone().unwrap_or_default(),
            each.flows.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = list.iter().map(row).collect();
    output::say(output::aligned(&heads.map(str::to_owned), &rows).trim_end())?;
    Ok(End::Ok)
}

fn state(state: HealthState) -> &'static str {
    match state {
        HealthState::Ready => "ready",
        HealthState::Expiring => "runs out soon",
        HealthState::MissingSecrets => "lacks secrets",
        HealthState::NeedsSignIn => "needs a sign-in",
        HealthState::Broken => "broken",
        HealthState::Unknown => "not known",
    }
}

async fn show(app: &App, named: Named) -> Outcome {
    let view = api::connections::open(app, which(app, named).await?).await?;
    output::say(&to_json(&view.spec, serde_json::to_string_pretty))?;
    Ok(End::Ok)
}

async fn add(app: &App, file: &std::path::Path, replace: bool) -> Outcome {
    let text = source::read_text(file)?;
    // By way of a value, for the numbers in it: they are kept as written.
    let spec: ConnectionSpec = serde_json::from_str::<serde_json::Value>(&text)
        .and_then(serde_json::from_value)
        .map_err(|cause| {
            let name = file.display();
            Refusal::usage(format!("{name} is no connection: {cause}. See `connections show`."))
        })?;
    let which = Which { id: spec.id.clone(), environment: spec.environment };
    let was = match api::connections::open(app, which.clone()).await {
        Ok(old) if replace => {
            if old.spec.base_url != spec.base_url && old.slots.iter().any(|slot| slot.is_set) {
                output::complain(&format!(
                    "Its secrets stay, and go to {} from now on instead of {}.",
                    spec.base_url, old.spec.base_url
                ));
            }
            Some(which)
        }
        Ok(_) => {
            let words = format!(
                "There is a connection \"{}\" in {} already: --replace changes it.",
                which.id,
                which.environment.name()
            );
            return Err(Refusal::usage(words));
        }
        Err(error) if error.code == Code::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let view = api::connections::save(app, Save { spec, was }).await?;
    output::say(&format!("{}@{}", view.spec.id, view.spec.environment.name()))?;
    let absent = |state: &&SlotState| state.slot.required && !state.is_set;
    for state in view.slots.iter().filter(absent) {
        output::complain(&format!(
            "\"{}\" is missing: gantry secrets set {} {}",
            state.slot.label,
            view.spec.owner(),
            state.slot.name
        ));
    }
    if view.health.state == HealthState::NeedsSignIn {
        output::complain("Somebody has to say yes to it in the designer: press \"Connect\" there.");
    }
    Ok(End::Ok)
}

async fn test(app: &App, named: Named, json: bool) -> Outcome {
    let tested = api::connections::test(app, which(app, named).await?).await?;
    if json {
        output::say(&to_json(&tested, serde_json::to_string_pretty))?;
    } else {
        output::say(&tested.message)?;
        let facts = [
            ("account", tested.account.clone()),
            ("environment", tested.environment.clone()),
            ("scopes", (!tested.scopes.is_empty()).then(|| tested.scopes.join(", "))),
            ("quota", tested.quota.clone()),
            ("took", Some(format!("{} ms", tested.took_ms))),
        ];
        for (name, fact) in facts {
            if let Some(fact) = fact {
                output::say(&format!("{name}: {fact}"))?;
            }
        }
        if !tested.advice.is_empty() {
            output::complain(&tested.advice);
        }
    }
    Ok(if tested.ok { End::Ok } else { End::Failed })
}

async fn which(app: &App, named: Named) -> Result<Which, Refusal> {
    let (id, of_name) = match named.id.split_once('@') {
        Some((id, environment)) => (id.to_owned(), Some(environment.to_owned())),
        None => (named.id, None),
    };
    let environment = match named.env.or(of_name) {
        Some(name) => Environment::of_name(&name).ok_or_else(|| {
            let words = format!("There is no environment {name}: it is dev, test or production.");
            Refusal::usage(words)
        })?,
        None => app.environment().await?,
    };
    Ok(Which { id: id.into(), environment })
}

fn to_json<T>(value: &T, write: impl Fn(&T) -> serde_json::Result<String>) -> String {
    write(value).expect("a connection has texts as keys")
}
