//! `gantry eval`: one expression over one document. Not over many items: that is a flow.

use std::io::IsTerminal as _;
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
        // Nothing is no JSON; a person is told so, a program gets none.
        Ok(None) if std::io::stderr().is_terminal() => {
            output::complain("The expression finds no value.");
        }
        Ok(None) => {}
        Err(fault) => {
            output::complain(&told(&fault, &args.expression));
            return Ok(End::Failed);
        }
    }
    Ok(End::Ok)
}

/// A fault with its place: the line that it begins on, and marks under what it is about.
fn told(fault: &Fault, expression: &str) -> String {
    let place = fault.span.as_ref().map(|span| place(expression, span.start, span.end));
    format!("{}: {}{}", fault.code, fault.message, place.unwrap_or_default())
}

fn place(expression: &str, start: u32, end: u32) -> String {
    let (start, end) = (start as usize, end as usize);
    let mut before = 0;
    let lines: Vec<&str> = expression.split('\n').collect();
    for (n, line) in lines.iter().enumerate() {
        let length = line.chars().count();
        if start > before + length && n + 1 < lines.len() {
            before += length + 1;
            continue;
        }
        let column = start - before;
        let marks = "^".repeat(end.min(before + length).saturating_sub(start).max(1));
        let of_line = if lines.len() > 1 { format!("line {}, ", n + 1) } else { String::new() };
        let gap = " ".repeat(column);
        return format!(" ({of_line}column {})\n  {line}\n  {gap}{marks}", column + 1);
    }
    String::new()
}

fn read(path: &Path) -> Result<Value, Refusal> {
    let bytes = source::bytes(path)?;
    let name = match path.to_str() {
        Some("-") => "Standard input".into(),
        _ => path.display().to_string(),
    };
    data::json::read(&bytes, &Limits::default())
        .map_err(|cause| Refusal::usage(format!("{name} is not JSON: {cause}.")))
}
