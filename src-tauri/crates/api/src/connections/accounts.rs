//! The connections that flows find in the environment in use. No other environment's is ever taken
//! in its place: what is missing is said.

use std::collections::HashMap;

use flow::diagnostic::{At, Diagnostic, Severity};
use flow::file::{FlowFile, NodeSpec};
use flow::id::ConnectionId;
use serde_json::Value as Json;
use store::{ConnectionRow, Store};
use transport::spec::{ConnectionSpec, Environment};

use super::health::environment_words;
use super::read_spec;
use super::used::named_in;
use crate::App;
use crate::types::{ApiError, Code};

/// The setting that names the environment in use.
pub(crate) const ENVIRONMENT: &str = "environment";

/// All connections, and the environment in use.
#[derive(Debug)]
pub(crate) struct Accounts {
    /// The environment's name; values for `$env` may have further ones than connections.
    pub(crate) name: String,
    rows: Vec<ConnectionRow>,
}

/// The connections that a flow names.
#[derive(Debug, Default)]
pub(crate) struct FlowAccounts {
    pub(crate) found: Vec<ConnectionSpec>,
    /// One for each node that names a connection which is not there.
    pub(crate) problems: Vec<Diagnostic>,
}

impl App {
    /// The name of the environment in use: what the host was opened with, else the setting, else
    /// `dev`.
    pub(crate) fn environment_name(&self, settings: &HashMap<String, String>) -> String {
        let set = || {
            let json: Json = serde_json::from_str(settings.get(ENVIRONMENT)?).ok()?;
            json.as_str().filter(|name| !name.is_empty()).map(str::to_owned)
        };
        let chosen = self.environment.clone().or_else(set);
        chosen.unwrap_or_else(|| Environment::default().name().to_owned())
    }

    /// The environment in use, as connections know it.
    ///
    /// # Errors
    /// Where it is none of the three.
    pub async fn environment(&self) -> Result<Environment, ApiError> {
        let settings = self.read(Store::settings).await?.into_iter().collect();
        let name = self.environment_name(&settings);
        Environment::of_name(&name).ok_or_else(|| {
            let words = format!(
                "There are connections for dev, test and production only, and the environment in \
                 use is \"{name}\": choose one of the three."
            );
            ApiError::new(Code::Invalid, words)
        })
    }

    /// All connections, and the environment in use.
    pub(crate) async fn accounts(&self) -> Result<Accounts, ApiError> {
        let (settings, rows) =
            self.read(|store: &Store| Ok((store.settings()?, store.connections()?))).await?;
        let name = self.environment_name(&settings.into_iter().collect());
        Ok(Accounts { name, rows })
    }

    /// All connections, and the environment of this name.
    pub(crate) async fn accounts_of(&self, name: String) -> Result<Accounts, ApiError> {
        Ok(Accounts { name, rows: self.read(Store::connections).await? })
    }
}

impl Accounts {
    /// The connections that a flow names, and what is missing.
    pub(crate) fn of(&self, file: &FlowFile) -> FlowAccounts {
        let mut accounts = FlowAccounts::default();
        for (id, nodes) in named_in(file) {
            let nodes: Vec<&NodeSpec> = nodes.into_iter().filter(|node| !node.disabled).collect();
            if nodes.is_empty() {
                continue;
            }
            match self.get(id) {
                Ok(spec) => accounts.found.push(spec),
                Err(Missing { code, words }) => {
                    accounts.problems.extend(nodes.into_iter().map(|node| Diagnostic {
                        severity: Severity::Error,
                        code: code.to_owned(),
                        message: words.clone(),
                        at: At {
                            node: Some(node.id.clone()),
                            key: Some("/connection".to_owned()),
                            ..At::default()
                        },
                    }));
                }
            }
        }
        accounts
    }

    fn get(&self, id: &ConnectionId) -> Result<ConnectionSpec, Missing> {
        let Some(environment) = Environment::of_name(&self.name) else {
            let words = format!(
                "There are connections for dev, test and production only, and the environment in \
                 use is \"{}\": choose one of the three, so that \"{id}\" can be found.",
                self.name
            );
            return Err(Missing { code: "connection.environment", words });
        };
        let of_id = || self.rows.iter().filter(|row| row.name.id == id.as_str());
        if let Some(row) = of_id().find(|row| row.name.environment == environment.name()) {
            return read_spec(row)
                .map_err(|error| Missing { code: "connection.unread", words: error.message });
        }
        let others: Vec<&str> = of_id()
            .filter_map(|row| Environment::of_name(&row.name.environment))
            .map(environment_words)
            .collect();
        Err(Missing { code: "connection.missing", words: missing(id, environment, &others) })
    }
}

/// Why a connection is not there.
struct Missing {
    code: &'static str,
    words: String,
}

fn missing(id: &ConnectionId, environment: Environment, others: &[&str]) -> String {
    let here = environment_words(environment);
    if others.is_empty() {
        return format!(
            "There is no connection \"{id}\": make it under Connections, or choose another one."
        );
    }
    format!(
        "The connection \"{id}\" is not set up for {here}, only for {}: duplicate it to {here} \
         under Connections, or choose another environment.",
        others.join(" and ")
    )
}
