//! `gantry check`: what is wrong with flows, with places. What is looked for is `flow`'s.

use std::path::PathBuf;

use api::types::Findings;
use clap::Args;
use flow::diagnostic::{Diagnostic, Severity};

use crate::source::{self, Source};
use crate::{End, Outcome, open, output};

/// Which flows are looked at.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Flow files, or ids of flows in the database.
    #[arg(required = true)]
    flows: Vec<String>,
}

impl CheckArgs {
    pub(crate) fn needs_database(&self) -> bool {
        self.flows.iter().any(|flow| matches!(Source::of(flow), Source::Id(_)))
    }
}

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Least {
    /// Everything.
    All,
    /// What keeps a flow from running.
    Errors,
}

/// Checks files, which takes no database.
pub(crate) fn files(args: &CheckArgs) -> Outcome {
    let catalogue = api::catalogue();
    let mut end = End::Ok;
    for name in &args.flows {
        let text = source::read_text(name.as_ref())?;
        end = worse(end, one(name, &text, &catalogue));
    }
    Ok(end)
}

/// Checks files and flows of the database.
pub(crate) async fn flows(args: &CheckArgs, data_dir: Option<PathBuf>) -> Outcome {
    let app = open(data_dir).await?;
    let mut end = End::Ok;
    for name in &args.flows {
        let text = match Source::of(name) {
            Source::File(path) => source::read_text(&path)?,
            Source::Id(id) => {
                let which = api::flows::Which { flow: id.into() };
                api::flows::export(&app, which).await?.flow
            }
        };
        end = worse(end, one(name, &text, app.catalogue()));
    }
    app.close().await;
    Ok(end)
}

fn worse(one: End, other: End) -> End {
    if other == End::Ok { one } else { other }
}

fn one(name: &str, text: &str, catalogue: &flow::catalogue::Catalogue) -> End {
    let file = match flow::file::read(text) {
        Ok(file) => file,
        Err(cause) => {
            output::complain(&format!("{name}: {cause}"));
            return End::Usage;
        }
    };
    let findings = api::check(&file, catalogue);
    tell(name, &findings, Least::All);
    if has_errors(&findings) {
        return End::Usage;
    }
    if findings.diagnostics.is_empty() {
        output::complain(&format!("{name}: nothing to mend"));
    }
    End::Ok
}

pub(crate) fn has_errors(findings: &Findings) -> bool {
    findings.diagnostics.iter().any(|found| found.severity == Severity::Error)
}

/// Tells what was found, a line each.
pub(crate) fn tell(name: &str, findings: &Findings, least: Least) {
    for found in &findings.diagnostics {
        if least == Least::All || found.severity == Severity::Error {
            output::complain(&line(name, found));
        }
    }
}

fn line(name: &str, found: &Diagnostic) -> String {
    let severity = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let mut place = String::new();
    if let Some(node) = &found.at.node {
        place = format!(" at {node}");
    }
    if let Some(key) = &found.at.key {
        place = format!("{place} {key}");
    }
    if let Some(wire) = &found.at.wire {
        place = format!("{place} wire {wire}");
    }
    if let Some((start, end)) = found.at.span {
        place = format!("{place} [{start}..{end}]");
    }
    format!("{name}: {severity}[{}]{place}: {}", found.code, found.message)
}
