//! Every command, typed on both sides, and what joins the store, the engine and the transport.
//! Knows no window: a host opens an [`App`], hands commands to [`dispatch`] and shows what
//! [`App::subscribe`] tells.

mod app;
pub mod called;
pub mod cassettes;
pub mod commands;
pub mod connections;
pub mod durable;
mod error;
mod excerpt;
pub mod expressions;
pub mod flows;
pub mod history;
mod hub;
mod ids;
pub mod inbox;
mod keeper;
mod launch;
mod looks;
pub mod mapper;
mod meet;
pub mod network;
mod opened;
pub mod parked;
pub mod partial;
mod prepared;
mod reduce;
mod remembered;
pub mod runs;
pub mod sandbox;
pub mod secrets;
pub mod serve;
pub mod settings;
pub mod states;
pub mod tables;
pub mod templates;
pub mod timeline;
mod turns;
pub mod types;
mod waits;

use flow::catalogue::Catalogue;
use flow::check::Checked;
use flow::file::FlowFile;

pub use crate::app::{App, AppOptions, FirstFlow, History};
pub use crate::commands::dispatch;
pub use crate::hub::Subscription;
pub use crate::launch::{Ended, GoingOn, Launch, Row};
pub use crate::meet::{Meeting, Met, RunMode};
pub use crate::prepared::ReadyFlow;
pub use crate::reduce::RunState;
pub use crate::turns::Place;
pub use transport::Fault;

use crate::connections::Accounts;
use crate::types::{Findings, NodeFacts};

/// All node types, without an app.
pub fn catalogue() -> Catalogue {
    engine::catalogue::catalogue()
}

/// What looking at a flow brings.
pub fn check(file: &FlowFile, catalogue: &Catalogue) -> Findings {
    findings(&flow::check::check(file, catalogue))
}

/// What looking at a flow of the database brings, its connections included.
pub(crate) fn checked(app: &App, file: &FlowFile, accounts: &Accounts) -> Findings {
    let mut findings = check(file, &app.catalogue);
    findings.diagnostics.extend(accounts.of(file).problems);
    findings
}

pub(crate) fn findings(checked: &Checked) -> Findings {
    let nodes = checked.facts.iter().map(|(id, facts)| {
        let facts = NodeFacts {
            known: facts.known,
            title: facts.title.clone(),
            summary: facts.summary.clone(),
            inputs: facts.inputs.clone(),
            outputs: facts.outputs.clone(),
        };
        (id.clone(), facts)
    });
    Findings { diagnostics: checked.diagnostics.clone(), nodes: nodes.collect() }
}
