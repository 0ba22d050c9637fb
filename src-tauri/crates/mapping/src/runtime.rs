//! Reads and evaluates expressions with the evaluator crate, the only file besides `convert` that
//! names it. Its values belong to one thread, so that compiled expressions are kept per thread.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use data::Value;
use jsonata_core::Expression as Compiled;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError, EvaluatorOptions};
use jsonata_core::parser;
use jsonata_core::value::JValue;

use crate::convert::{Seen, from_engine, into_engine};
use crate::reference::{Reference, Target};
use crate::scan::{Token, span};
use crate::{Fault, Names};

/// The longest that one evaluation may take, in milliseconds.
const TIME_LIMIT_MS: u64 = 2_000;
/// The deepest that an evaluation may nest: a few hundred calls of a function by itself.
const DEPTH_LIMIT: usize = 2_000;
/// The longest list that an expression may make.
const LENGTH_LIMIT: usize = 1_000_000;
/// The most compiled expressions that a thread keeps.
const KEPT: usize = 512;

thread_local! {
    static COMPILED: RefCell<HashMap<u64, Rc<Compiled>>> = RefCell::new(HashMap::new());
}

/// What an evaluation needs to know of its expression.
pub(crate) struct Program<'a> {
    /// Tells expressions apart in the caches of the threads.
    pub(crate) id: u64,
    pub(crate) source: &'a str,
    pub(crate) references: &'a [Reference],
    /// Whether time, random numbers or `$eval` occur.
    pub(crate) impure: bool,
}

fn options() -> EvaluatorOptions {
    EvaluatorOptions {
        timeout_ms: Some(TIME_LIMIT_MS),
        cancel: None,
        max_stack_depth: Some(DEPTH_LIMIT),
        max_sequence_length: Some(LENGTH_LIMIT),
    }
}

/// Checks that a source can be read.
///
/// # Errors
/// What is wrong with it, with the token where reading stopped.
pub(crate) fn check(source: &str, tokens: &[Token<'_>]) -> Result<(), Fault> {
    let Err(error) = parser::parse(source) else { return Ok(()) };
    let text = error.to_string();
    // The parser tells no places. It reads from the left, one token ahead, so that the shortest
    // beginning with the same complaint ends with the token that is complained about.
    let fails_alike = |n_tokens: usize| {
        let end = tokens[n_tokens - 1].end;
        parser::parse(&source[..end]).is_err_and(|error| error.to_string() == text)
    };
    let (mut low, mut high) = (1, tokens.len().max(1));
    while low < high && !tokens.is_empty() {
        let middle = usize::midpoint(low, high);
        if fails_alike(middle) { high = middle } else { low = middle + 1 }
    }
    let (code, message) = split_code(&text);
    let code = code.unwrap_or("S0201");
    let ends_early = matches!(code, "S0203" | "S0207");
    let place = match tokens.get(high - 1) {
        Some(token) if !ends_early => token.start..token.end,
        _ => source.len()..source.len(),
    };
    let sentence = parse_sentence(code, message, &source[place.clone()]);
    Err(Fault::new(code, sentence).at(span(source, place.start, place.end)))
}

fn parse_sentence(code: &str, message: &str, token: &str) -> String {
    match code {
        "S0207" if token.is_empty() => {
            "The expression ends too early: something is missing at its end.".to_owned()
        }
        "S0203" => {
            "The expression ends too early: a bracket or a quotation mark is not closed.".to_owned()
        }
        "S0201" | "S0202" | "S0204" | "S0211" => {
            format!("`{token}` cannot stand here. Look at what comes before it.")
        }
        _ => sentence(message),
    }
}

/// Finds a JSONata code and what is said behind it.
fn split_code(text: &str) -> (Option<&str>, &str) {
    let is_code = |at: usize| {
        let bytes = &text.as_bytes()[at..];
        bytes.len() > 5
            && bytes[0].is_ascii_uppercase()
            && bytes[1..5].iter().all(u8::is_ascii_digit)
            && bytes[5] == b':'
    };
    match (0..text.len()).find(|at| is_code(*at)) {
        Some(at) => (Some(&text[at..at + 5]), text[at + 6..].trim()),
        None => (None, text),
    }
}

fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let mut out: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    out.push_str(chars.as_str().trim_end());
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    out
}

/// Evaluates an expression for an item.
///
/// # Errors
/// JSONata's own, a limit that was reached, or a name that cannot be resolved.
pub(crate) fn eval(
    program: &Program<'_>,
    item: &Value,
    names: &dyn Names,
) -> Result<Option<Value>, Fault> {
    let compiled = compiled(program)?;
    let mut seen = Seen::default();
    let input = into_engine(item, &mut seen);
    let refers = program.references.iter().any(|found| !matches!(found.to, Target::Unknown(_)));
    if !refers && !program.impure {
        return match compiled.evaluate_with_options(&input, options()) {
            Ok(result) => from_engine(&result, &seen),
            Err(error) => Err(fault(&error)),
        };
    }
    let failed: Failed = Rc::default();
    let context = context(program, names, &mut seen);
    let mut evaluator = Evaluator::with_options(context, options());
    register_node(&mut evaluator, program, names, &mut seen, &failed)?;
    if program.impure {
        register_clock(&mut evaluator, names, &failed)?;
        register_random(&mut evaluator, names, &failed)?;
    }
    match evaluator.evaluate(compiled.ast(), &input) {
        Ok(result) => from_engine(&result, &seen),
        Err(error) => Err(failed.take().unwrap_or_else(|| fault(&error))),
    }
}

/// A host function's own fault, which the evaluator would only carry as a text.
type Failed = Rc<Cell<Option<Fault>>>;

fn compiled(program: &Program<'_>) -> Result<Rc<Compiled>, Fault> {
    COMPILED.with_borrow_mut(|kept| {
        if let Some(compiled) = kept.get(&program.id) {
            return Ok(Rc::clone(compiled));
        }
        if kept.len() >= KEPT {
            kept.clear();
        }
        let compiled = Compiled::compile_with_options(program.source, options())
            .map(Rc::new)
            .map_err(|error| Fault::new("S0201", sentence(&error.to_string())))?;
        kept.insert(program.id, Rc::clone(&compiled));
        Ok(compiled)
    })
}

fn context(program: &Program<'_>, names: &dyn Names, seen: &mut Seen) -> Context {
    let mut context = Context::new();
    let mentions = |wanted: fn(&Target) -> bool| {
        program.impure || program.references.iter().any(|found| wanted(&found.to))
    };
    let mut bind = |name: &str| {
        if let Some(value) = names.get(name) {
            context.bind(name.to_owned(), into_engine(&value, seen));
        }
    };
    if mentions(|to| matches!(to, Target::Var(_) | Target::Vars)) {
        bind("vars");
    }
    if mentions(|to| matches!(to, Target::Env(_) | Target::Envs)) {
        bind("env");
    }
    if mentions(|to| matches!(to, Target::Run)) {
        bind("run");
    }
    context
}

fn register_node(
    evaluator: &mut Evaluator,
    program: &Program<'_>,
    names: &dyn Names,
    seen: &mut Seen,
    failed: &Failed,
) -> Result<(), Fault> {
    let mut found: HashMap<String, Result<JValue, Fault>> = HashMap::new();
    for reference in program.references {
        if let Target::Node(id) = &reference.to {
            found.entry(id.clone()).or_insert_with(|| match names.node(id) {
                Ok(value) => Ok(into_engine(&value, seen)),
                Err(fault) => Err(fault.at(reference.span.clone())),
            });
        }
    }
    let failed = Rc::clone(failed);
    let node = move |arguments: &[JValue]| {
        let id = arguments.first().and_then(JValue::as_str).unwrap_or_default();
        match found.get(id) {
            Some(Ok(value)) => Ok(value.clone()),
            Some(Err(fault)) => Err(refuse(&failed, fault.clone())),
            None => Err(refuse(&failed, crate::names::no_node(id))),
        }
    };
    evaluator.register_fn("node", node).map_err(|error| fault(&error))
}

fn register_clock(
    evaluator: &mut Evaluator,
    names: &dyn Names,
    failed: &Failed,
) -> Result<(), Fault> {
    let now = names.now_ms();
    let time = {
        let failed = Rc::clone(failed);
        move || {
            now.ok_or_else(|| {
                let message = "There is no clock here, so $now() and $millis() have no value.";
                refuse(&failed, Fault::new("G0003", message))
            })
        }
    };
    let millis = time.clone();
    evaluator
        .register_fn_override("millis", move |_: &[JValue]| Ok(JValue::from_f64(millis()? as f64)))
        .map_err(|error| fault(&error))?;
    evaluator
        .register_fn_override("now", move |arguments: &[JValue]| {
            let mut context = Context::new();
            context.bind("ms".to_owned(), JValue::from_f64(time()? as f64));
            for (name, value) in ["picture", "zone"].into_iter().zip(arguments) {
                context.bind(name.to_owned(), value.clone());
            }
            let ast = parser::parse("$fromMillis($ms, $picture, $zone)")
                .map_err(|error| EvaluatorError::EvaluationError(error.to_string()))?;
            Evaluator::with_context(context).evaluate(&ast, &JValue::Null)
        })
        .map_err(|error| fault(&error))
}

fn register_random(
    evaluator: &mut Evaluator,
    names: &dyn Names,
    failed: &Failed,
) -> Result<(), Fault> {
    let state = Rc::new(Cell::new(names.seed()));
    let next = {
        let failed = Rc::clone(failed);
        move || -> Result<f64, EvaluatorError> {
            let seed = state.get().ok_or_else(|| {
                let message = "There are no random numbers here, so $random() has no value.";
                refuse(&failed, Fault::new("G0003", message))
            })?;
            let (number, seed) = split_mix(seed);
            state.set(Some(seed));
            // The upper 53 bits make a number in 0..1, as many as an f64 holds.
            Ok((number >> 11) as f64 / (1_u64 << 53) as f64)
        }
    };
    let random = next.clone();
    evaluator
        .register_fn_override("random", move |_: &[JValue]| Ok(JValue::from_f64(random()?)))
        .map_err(|error| fault(&error))?;
    evaluator
        .register_fn_override("shuffle", move |arguments: &[JValue]| {
            let Some(list) = arguments.first().filter(|list| !list.is_undefined()) else {
                return Ok(JValue::Undefined);
            };
            let Some(items) = list.as_array() else {
                return Ok(JValue::array(vec![list.clone()]));
            };
            let mut items = items.clone();
            for last in (1..items.len()).rev() {
                items.swap(last, (next()? * (last + 1) as f64) as usize);
            }
            Ok(JValue::array(items))
        })
        .map_err(|error| fault(&error))
}

/// One step of SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators").
fn split_mix(seed: u64) -> (u64, u64) {
    let seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut number = seed;
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (number ^ (number >> 31), seed)
}

fn refuse(failed: &Failed, fault: Fault) -> EvaluatorError {
    let text = format!("{}: {}", fault.code, fault.message);
    failed.set(Some(fault));
    EvaluatorError::EvaluationError(text)
}

fn fault(error: &EvaluatorError) -> Fault {
    let (code, message) = split_code(error.message());
    let code = code.unwrap_or("D0000");
    let message = match code {
        "D1012" => format!(
            "The expression took longer than {TIME_LIMIT_MS} ms. Look for a function that never ends."
        ),
        "D1011" | "U1001" => {
            "The expression nests too deep. Look for a function that calls itself without an end."
                .to_owned()
        }
        "D2015" => format!("The expression makes a list of more than {LENGTH_LIMIT} entries."),
        _ => sentence(message),
    };
    Fault::new(code, message)
}
