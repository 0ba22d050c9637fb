//! `gantry eval`: one expression over one document. Not over many items: that is a flow.

use std::path::{Path, PathBuf};

use clap::Args;
use data::{Limits, Value};
use mapping::{Expression, Fault, Names};

use crate::{End, Outcome, Refusal, output, source};

/// What is evaluated, and over what.
#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    /// The JSONata expression.
    expression: String,
    /// The document, as JSON; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

/// The clock and the dice of this program: there is no run that could give others.
struct Surroundings;

impl Names for Surroundings {
    fn get(&self, name: &str) -> Option<Value> {
        matches!(name, "vars" | "env" | "run").then(|| Value::object::<&str>([]))
    }

    fn node(&self, id: &str) -> Result<Value, Fault> {
        mapping::NoNames.node(id)
    }

    fn now_ms(&self) -> Option<i64> {
        Some(jiff::Timestamp::now().as_millisecond())
    }

    fn seed(&self) -> Option<u64> {
        use std::hash::{BuildHasher, RandomState};
        Some(RandomState::new().hash_one(0))
    }
}

pub(crate) fn eval(args: &EvalArgs) -> Outcome {
    let document = match &args.input {
        Some(path) => read(path)?,
        None => Value::default(),
    };
    let result = Expression::parse(&args.expression)
        .and_then(|expression| expression.eval(&document, &Surroundings));
    match result {
        Ok(Some(value)) => output::say(&data::json::to_string_pretty(&value))?,
        Ok(None) => {}
        Err(fault) => {
            output::complain(&told(&fault, &args.expression));
            return Ok(End::Failed);
        }
    }
    Ok(End::Ok)
}

fn told(fault: &Fault, expression: &str) -> String {
    let place = fault.span.as_ref().map(|span| {
        let (start, end) = (span.start as usize, span.end as usize);
        let marked = "^".repeat(end.saturating_sub(start).max(1));
        format!(" (at {start})\n  {expression}\n  {}{marked}", " ".repeat(start))
    });
    format!("{}: {}{}", fault.code, fault.message, place.unwrap_or_default())
}

fn read(path: &Path) -> Result<Value, Refusal> {
    let bytes = source::bytes(path)?;
    data::json::read(&bytes, &Limits::default())
        .map_err(|cause| Refusal::usage(format!("{} is not JSON: {cause}.", path.display())))
}
