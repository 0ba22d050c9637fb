//! What does not meet a schema, in sentences. Not when it is told.

use data::Value;
use flow::catalogue::Problem;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as What};
use serde_json::Value as Json;

/// Longer texts are cut where a sentence shows them.
const SHOWN_CHARS: usize = 60;

/// More choices are not listed.
const SHOWN_CHOICES: usize = 12;

/// One thing that does not meet a schema.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failure {
    /// Where in the item, as a JSON pointer.
    at: String,
    /// A sentence with the place in it.
    pub(super) message: String,
    /// The schema's word for the rule, such as `minimum`.
    rule: String,
}

impl Failure {
    pub(super) fn of(error: &ValidationError<'_>) -> Self {
        let at = error.instance_path().as_str().to_owned();
        let subject = if at.is_empty() { "The item".to_owned() } else { at.clone() };
        let message = sentence(&subject, error);
        Self { at, message, rule: error.kind().keyword().to_owned() }
    }

    pub(super) fn to_value(&self) -> Value {
        Value::object([
            ("at", Value::from(&self.at)),
            ("message", Value::from(&self.message)),
            ("rule", Value::from(&self.rule)),
        ])
    }
}

/// Why a schema is none that can be used.
pub(super) fn schema_problem(error: &ValidationError<'_>) -> Problem {
    // The schema is what was checked there, so the place in it is that of the instance.
    let key = format!("/params/schema{}", error.instance_path().as_str());
    let message = if let What::Referencing(cause) = error.kind() {
        format!(
            "The schema refers to something that is not in it: {cause}. Schemas are not fetched; \
             put what is referred to under \"$defs\"."
        )
    } else {
        let place = error.instance_path().as_str();
        let subject = if place.is_empty() { "The schema" } else { place };
        format!("This is no JSON Schema: {}", sentence(subject, error))
    };
    Problem { key, message }
}

/// A sentence that begins with `subject`, the thing that does not meet its schema.
fn sentence(subject: &str, error: &ValidationError<'_>) -> String {
    let is = || shown(error.instance());
    match error.kind() {
        What::Type { kind } => format!("{subject} is {}, but must be {}.", is(), types(kind)),
        What::Required { property } => {
            format!("{subject} has no {}, which is required.", shown(property))
        }
        What::Enum { options } => {
            format!("{subject} is {}, but must be {}.", is(), choices(options))
        }
        What::Constant { expected_value } => {
            format!("{subject} is {}, but must be {}.", is(), shown(expected_value))
        }
        What::Minimum { limit } => {
            format!("{subject} is {}, but must be at least {limit}.", is())
        }
        What::Maximum { limit } => format!("{subject} is {}, but must be at most {limit}.", is()),
        What::ExclusiveMinimum { limit } => {
            format!("{subject} is {}, but must be more than {limit}.", is())
        }
        What::ExclusiveMaximum { limit } => {
            format!("{subject} is {}, but must be less than {limit}.", is())
        }
        What::MultipleOf { multiple_of } => {
            format!("{subject} is {}, but must be a multiple of {multiple_of}.", is())
        }
        What::Pattern { pattern } => {
            format!("{subject} is {}, which does not match the pattern {pattern}.", is())
        }
        What::Format { format } => format!("{subject} is {}, which is not {}.", is(), name(format)),
        What::ContentEncoding { content_encoding: what }
        | What::ContentMediaType { content_media_type: what } => {
            format!("{subject} is not {what}.")
        }
        What::BacktrackLimitExceeded { .. } | What::RegexEngineFailure { .. } => format!(
            "{subject} could not be compared with its pattern in reasonable time. Write the \
             pattern more simply."
        ),
        _ => sizes_and_parts(subject, error),
    }
}

fn sizes_and_parts(subject: &str, error: &ValidationError<'_>) -> String {
    let n_chars = || error.instance().as_str().map_or(0, |text| text.chars().count());
    let n_items = || error.instance().as_array().map_or(0, Vec::len);
    let n_fields = || error.instance().as_object().map_or(0, serde_json::Map::len);
    let wrong = |n: usize, unit: &str, bound: &str, limit: u64| {
        format!("{subject} has {n} {unit}, but must have at {bound} {limit}.")
    };
    match error.kind() {
        What::MinLength { limit } => wrong(n_chars(), "characters", "least", *limit),
        What::MaxLength { limit } => wrong(n_chars(), "characters", "most", *limit),
        What::MinItems { limit } => wrong(n_items(), "entries", "least", *limit),
        What::MaxItems { limit } => wrong(n_items(), "entries", "most", *limit),
        What::AdditionalItems { limit } => wrong(n_items(), "entries", "most", *limit as u64),
        What::MinProperties { limit } => wrong(n_fields(), "fields", "least", *limit),
        What::MaxProperties { limit } => wrong(n_fields(), "fields", "most", *limit),
        What::AdditionalProperties { unexpected } | What::UnevaluatedProperties { unexpected } => {
            format!("{subject} has {}, which the schema does not know.", listed(unexpected, "\""))
        }
        What::UnevaluatedItems { unexpected } => {
            format!("{subject} has {}, which the schema does not know.", listed(unexpected, ""))
        }
        What::UniqueItems => format!("{subject} has the same entry more than once."),
        What::Contains => format!("{subject} has no entry of the kind that it must contain."),
        What::FalseSchema => format!("{subject} must not be there."),
        What::Not { .. } => format!("{subject} is of the kind that the schema excludes."),
        What::OneOfMultipleValid { .. } => {
            format!("{subject} fits several of the alternatives, but must fit exactly one.")
        }
        What::AnyOf { context } | What::OneOfNotValid { context } => {
            let nearest =
                context.iter().filter(|branch| !branch.is_empty()).min_by_key(|b| b.len());
            let why = nearest.and_then(|branch| branch.first()).map(Failure::of);
            let why = why.map(|failure| format!(" The nearest: {}", failure.message));
            let n = context.len();
            format!("{subject} fits none of the {n} alternatives.{}", why.unwrap_or_default())
        }
        What::PropertyNames { error } => {
            format!(
                "{subject} has a field of a name that is not allowed: {}",
                shown(error.instance())
            ) + "."
        }
        // What is left has words of its own.
        _ => format!("{subject} does not meet the schema: {error}."),
    }
}

fn types(kind: &TypeKind) -> String {
    let names: Vec<&str> = match kind {
        TypeKind::Single(kind) => vec![with_article(kind.as_str())],
        TypeKind::Multiple(kinds) => kinds.iter().map(|kind| with_article(kind.as_str())).collect(),
    };
    names.join(" or ")
}

fn with_article(kind: &str) -> &str {
    match kind {
        "string" => "a text",
        "number" => "a number",
        "integer" => "a whole number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        other => other,
    }
}

/// A format's name with its article, as a user says it.
fn name(format: &str) -> String {
    match format {
        "date" => "a date such as 2026-01-31".to_owned(),
        "time" => "a time such as 13:45:00Z".to_owned(),
        "date-time" => "a date with time such as 2026-01-31T13:45:00Z".to_owned(),
        "duration" => "a duration such as P1DT2H".to_owned(),
        "email" | "idn-email" => "an e-mail address".to_owned(),
        "uri" | "iri" => "a URL".to_owned(),
        "uuid" => "a UUID".to_owned(),
        "ipv4" => "an IPv4 address".to_owned(),
        "ipv6" => "an IPv6 address".to_owned(),
        "hostname" | "idn-hostname" => "a host name".to_owned(),
        "regex" => "a regular expression".to_owned(),
        other => format!("of the format {other}"),
    }
}

fn choices(options: &Json) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    match options {
        [only] => shown(only),
        many => {
            let listed: Vec<String> = many.iter().take(SHOWN_CHOICES).map(shown).collect();
            let more = if many.len() > SHOWN_CHOICES { " …" } else { "" };
            format!("one of {}{more}", listed.join(", "))
        }
    }
}

fn listed(names: &[String], quote: &str) -> String {
    let listed: Vec<String> =
        names.iter().take(SHOWN_CHOICES).map(|name| format!("{quote}{name}{quote}")).collect();
    let more = if names.len() > SHOWN_CHOICES { " …" } else { "" };
    format!("{}{more}", listed.join(", "))
}

/// A value as a sentence shows it: small ones as JSON, large ones by what they are.
fn shown(value: &Json) -> String {
    match value {
        Json::Array(items) => match items.len() {
            0 => "an empty list".to_owned(),
            1 => "a list of 1 entry".to_owned(),
            n => format!("a list of {n} entries"),
        },
        Json::Object(_) => "an object".to_owned(),
        Json::String(text) if text.chars().count() > SHOWN_CHARS => {
            let begin: String = text.chars().take(SHOWN_CHARS).collect();
            format!("{}", Json::from(format!("{begin}…")))
        }
        other => other.to_string(),
    }
}
