//! `gantry secrets`: sets and clears the secrets of connections, and says which are set. Never what
//! they are: nothing gives a secret back.

use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;

use api::connections::{self, SetSecret, Which};
use api::secrets::GivenSecret;
use api::settings::Nothing;
use api::types::Code;
use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use crate::{End, Outcome, Refusal, open, output};

/// What to do with secrets. Where there is no keyring they are in an encrypted file of the data
/// folder, whose passphrase GANTRY_PASSPHRASE_FILE (a file) or GANTRY_PASSPHRASE gives.
#[derive(Debug, Args)]
pub(crate) struct SecretsArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Says which secrets of which connections are set. Never what they are.
    List {
        /// Only those of this connection, such as shop@test.
        connection: Option<String>,
        /// As JSON lines.
        #[arg(long)]
        json: bool,
    },
    /// Sets a secret to what standard input holds; a line's end behind it is no part of it.
    Set {
        /// The connection and its environment, such as shop@test.
        connection: String,
        /// The secret, such as client_secret; "gantry secrets list" names them.
        secret: String,
    },
    /// Forgets a secret.
    Clear {
        /// The connection and its environment, such as shop@test.
        connection: String,
        /// The secret, such as client_secret.
        secret: String,
    },
}

/// More than this is no secret, but a file that was mistaken for one.
const MOST_BYTES: u64 = 1024 * 1024;

pub(crate) async fn secrets(args: SecretsArgs, data_dir: Option<PathBuf>) -> Outcome {
    match args.what {
        What::List { connection, json } => list(connection.as_deref(), json, data_dir).await,
        What::Set { connection, secret } => {
            let which = which(&connection)?;
            let value = read()?;
            change(which, secret, Some(value), data_dir).await
        }
        What::Clear { connection, secret } => {
            change(which(&connection)?, secret, None, data_dir).await
        }
    }
}

async fn list(connection: Option<&str>, json: bool, data_dir: Option<PathBuf>) -> Outcome {
    let only = connection.map(which).transpose()?;
    let app = open(data_dir).await?;
    let all = connections::list(&app, Nothing {}).await?;
    let all = all.into_iter().map(|one| Which { id: one.id, environment: one.environment });
    let mut n_listed = 0;
    for which in all.filter(|one| only.as_ref().is_none_or(|only| one == only)) {
        let view = connections::open(&app, which).await?;
        for state in view.slots {
            let owner = view.spec.owner();
            let how = match (state.is_set, state.slot.required) {
                (true, _) => "set",
                (false, true) => "missing",
                (false, false) => "not set",
            };
            n_listed += 1;
            if json {
                let line = json!({
                    "connection": owner, "secret": state.slot.name, "label": state.slot.label,
                    "is_set": state.is_set, "required": state.slot.required,
                });
                output::say(&line.to_string())?;
            } else {
                output::say(&format!("{owner:<24} {:<20} {how}", state.slot.name))?;
            }
        }
    }
    match (n_listed, connection) {
        (0, Some(name)) => Err(Refusal::usage(format!(
            "There is no connection {name} with secrets. \"gantry secrets list\" names those that have some."
        ))),
        (0, None) => {
            output::complain("No connection has secrets.");
            Ok(End::Ok)
        }
        _ => Ok(End::Ok),
    }
}

async fn change(
    which: Which,
    slot: String,
    value: Option<GivenSecret>,
    data_dir: Option<PathBuf>,
) -> Outcome {
    let app = open(data_dir).await?;
    let Which { id, environment } = which;
    let view = connections::open(&app, Which { id: id.clone(), environment }).await?;
    if !view.slots.iter().any(|state| state.slot.name == slot) {
        let names: Vec<_> = view.slots.iter().map(|state| state.slot.name.as_str()).collect();
        let words = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        return Err(Refusal::usage(format!(
            "The connection {} has no secret \"{slot}\". It has: {words}.",
            view.spec.owner()
        )));
    }
    let is_set = value.is_some();
    let set = SetSecret { id, environment, slot: slot.clone(), value };
    connections::secret(&app, set).await.map_err(|error| {
        let is_locked = error.code == Code::Locked;
        let refusal = Refusal::from(error);
        let how =
            if is_locked { " Name a file that holds it in GANTRY_PASSPHRASE_FILE." } else { "" };
        Refusal { words: format!("{}{how}", refusal.words), ..refusal }
    })?;
    let done = if is_set { "is set" } else { "is forgotten" };
    output::complain(&format!("{slot} of {} {done}.", view.spec.owner()));
    Ok(End::Ok)
}

/// Reads `shop@test`.
fn which(text: &str) -> Result<Which, Refusal> {
    let refused = || {
        Refusal::usage(format!(
            "\"{text}\" names no connection: write its id and its environment, such as shop@test (dev, test or production)."
        ))
    };
    let (id, environment) = text.rsplit_once('@').ok_or_else(refused)?;
    if id.is_empty() {
        return Err(refused());
    }
    let which = json!({ "id": id, "environment": environment });
    serde_json::from_value(which).map_err(|_| refused())
}

/// Reads a secret from standard input, where neither a list of processes nor the shell's history
/// shows it.
fn read() -> Result<GivenSecret, Refusal> {
    let mut input = io::stdin().lock();
    if input.is_terminal() {
        return Err(Refusal::usage(
            "The secret is read from standard input, so that the screen does not show it: gantry secrets set shop@test client_secret < file",
        ));
    }
    let mut text = String::new();
    input.by_ref().take(MOST_BYTES + 1).read_to_string(&mut text).map_err(|cause| {
        Refusal::usage(format!("The secret on standard input is no text: {cause}."))
    })?;
    if text.len() as u64 > MOST_BYTES {
        return Err(Refusal::usage("What standard input holds is too long for a secret (1 MB)."));
    }
    // A key in PEM keeps its lines; only what `echo` adds goes.
    if text.ends_with('\n') {
        text.truncate(text.len() - 1);
        text.truncate(text.strip_suffix('\r').map_or(text.len(), str::len));
    }
    if text.is_empty() {
        return Err(Refusal::usage(
            "Standard input is empty. \"gantry secrets clear\" forgets a secret.",
        ));
    }
    serde_json::from_value(Json::String(text))
        .map_err(|_| Refusal::usage("The secret on standard input is no text."))
}
