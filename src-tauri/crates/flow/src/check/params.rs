//! Checks a node's params by the fields of its type. Not by code of the type: what that says is
//! merged in at the end.

use mapping::{Expression, Fault, JsonTemplate, Template};
use serde_json::{Map, Value as Json};

use super::words::{did_you_mean, kind_of, one_of};
use super::{Checker, at_node};
use crate::diagnostic::{At, Severity};
use crate::field::{Field, FieldKind, Variant};
use crate::pointer::join;

impl Checker<'_> {
    /// The params of a node.
    pub(super) fn params(&mut self, node: usize) {
        let Some(kind) = self.kind(node) else { return };
        let n_before = self.found.len();
        self.fields(node, &kind.info.fields, &self.specs[node].params, "/params", &[]);
        let told: Vec<String> = self.found[n_before..]
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .filter_map(|found| found.at.key.clone())
            .collect();
        for problem in std::mem::take(&mut self.inspections[node].problems) {
            // A form field that is missing makes the params as a whole unreadable: once is enough.
            let is_known =
                told.iter().any(|key| is_within(key, &problem.key) || is_within(&problem.key, key));
            if !is_known {
                self.tell_at(node, &problem.key, Severity::Error, "param.invalid", problem.message);
            }
        }
    }

    /// The members of an object by the fields that it should have. `others` are keys that it may
    /// have besides.
    fn fields(
        &mut self,
        node: usize,
        fields: &[Field],
        values: &Map<String, Json>,
        at: &str,
        others: &[&str],
    ) {
        for field in fields {
            let key = join(at, &field.key);
            match values.get(&field.key).filter(|value| !value.is_null()) {
                Some(value) if field.required && is_blank(value) => {
                    self.missing(node, field, &key, values);
                }
                Some(value) => self.value(node, &field.kind, value, &key, &field.label),
                None if field.required => self.missing(node, field, &key, values),
                None => {}
            }
        }
        let is_known =
            |key: &str| others.contains(&key) || fields.iter().any(|field| field.key == key);
        for key in values.keys().filter(|key| !is_known(key)) {
            let message = format!(
                "\"{}\" has no param \"{key}\".{} It is kept, and has no effect.",
                self.title(node),
                did_you_mean(key, fields.iter().map(|field| field.key.as_str()))
            );
            self.tell_at(node, &join(at, key), Severity::Warning, "param.unknown", message);
        }
    }

    fn missing(&mut self, node: usize, field: &Field, key: &str, beside: &Map<String, Json>) {
        let example = match &field.example {
            Some(example) => format!(", such as {example}"),
            None => String::new(),
        };
        // A row of a table is known by what it makes.
        let of = match beside.get("to").and_then(Json::as_str) {
            Some(to) if !to.is_empty() && field.key != "to" => format!(" of \"{to}\""),
            _ => String::new(),
        };
        let message = format!("\"{}\"{of} needs a value{example}.", field.label);
        self.tell_at(node, key, Severity::Error, "param.missing", message);
    }

    fn value(&mut self, node: usize, kind: &FieldKind, value: &Json, at: &str, label: &str) {
        match (kind, value) {
            (FieldKind::Text { .. }, Json::String(_)) | (FieldKind::Bool, Json::Bool(_)) => {}
            (FieldKind::Expression, Json::String(source)) => match Expression::parse(source) {
                Ok(expression) => {
                    self.references(node, at, expression.references());
                    for fault in expression.check() {
                        self.doubt(node, at, fault);
                    }
                }
                Err(fault) => self.syntax(node, at, fault),
            },
            (FieldKind::Template { .. } | FieldKind::File { .. }, Json::String(source)) => {
                match Template::parse(source) {
                    Ok(template) => self.references(node, at, template.references()),
                    Err(fault) => self.syntax(node, at, fault),
                }
            }
            // A template may be a plain number, yes or no.
            (FieldKind::Template { .. }, Json::Number(_) | Json::Bool(_)) => {}
            (FieldKind::Json, value) => self.json(node, value, at),
            (FieldKind::Number { integer, min, max }, Json::Number(number)) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                self.number(node, at, label, number, *integer, (*min, *max));
            }
            (FieldKind::Choice { options }, value) => {
                let stored = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let values = || options.iter().map(|option| option.value.as_str());
                if values().all(|value| value != stored) {
                    self.no_choice(node, at, label, &stored, values());
                }
            }
            (FieldKind::Variants { tag, options }, Json::Object(fields)) => {
                self.variant(node, tag, options, fields, at, label);
            }
            // A variant without fields may be written as its name alone.
            (FieldKind::Variants { options, .. }, Json::String(name))
                if options
                    .iter()
                    .any(|option| option.value == *name && option.fields.is_empty()) => {}
            (FieldKind::Group { fields }, Json::Object(values)) => {
                self.fields(node, fields, values, at, &[]);
            }
            (FieldKind::Rows { columns }, Json::Array(rows)) => {
                for (index, row) in rows.iter().enumerate() {
                    let at = join(at, &index.to_string());
                    match row {
                        Json::Object(values) => self.fields(node, columns, values, &at, &[]),
                        other => self.wrong_type(node, &at, label, "an object in each row", other),
                    }
                }
            }
            (FieldKind::List { of }, Json::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(node, of, item, &join(at, &index.to_string()), label);
                }
            }
            (FieldKind::Pairs, Json::Object(pairs)) => {
                for (name, value) in pairs {
                    self.pair(node, value, &join(at, name), name);
                }
            }
            (kind, value) => self.wrong_type(node, at, label, wanted(kind), value),
        }
    }

    fn pair(&mut self, node: usize, value: &Json, at: &str, name: &str) {
        let kind = FieldKind::Template { multiline: false };
        match value {
            Json::Null => {}
            // A name may have several values, as the parameters of a URL do.
            Json::Array(several) => {
                for (index, value) in several.iter().enumerate() {
                    self.value(node, &kind, value, &join(at, &index.to_string()), name);
                }
            }
            one => self.value(node, &kind, one, at, name),
        }
    }

    fn json(&mut self, node: usize, value: &Json, at: &str) {
        match JsonTemplate::parse(value.clone()) {
            Ok(template) => {
                for (below, reference) in template.references() {
                    self.references(node, &format!("{at}{below}"), std::slice::from_ref(reference));
                }
            }
            Err((below, fault)) => self.syntax(node, &format!("{at}{below}"), fault),
        }
    }

    fn number(
        &mut self,
        node: usize,
        at: &str,
        label: &str,
        number: f64,
        is_integer: bool,
        (min, max): (Option<f64>, Option<f64>),
    ) {
        if is_integer && number.fract() != 0.0 {
            let message = format!("\"{label}\" needs a whole number.");
            self.tell_at(node, at, Severity::Error, "param.type", message);
        } else if let Some(min) = min.filter(|min| number < *min) {
            let message = format!("\"{label}\" must be at least {min}.");
            self.tell_at(node, at, Severity::Error, "param.range", message);
        } else if let Some(max) = max.filter(|max| number > *max) {
            let message = format!("\"{label}\" must be at most {max}.");
            self.tell_at(node, at, Severity::Error, "param.range", message);
        }
    }

    fn variant(
        &mut self,
        node: usize,
        tag: &str,
        options: &[Variant],
        fields: &Map<String, Json>,
        at: &str,
        label: &str,
    ) {
        let key = join(at, tag);
        let Some(Json::String(name)) = fields.get(tag) else {
            let values = options.iter().map(|option| option.value.as_str());
            let message = format!("\"{label}\" needs a \"{tag}\": {}.", one_of(values));
            return self.tell_at(node, &key, Severity::Error, "param.missing", message);
        };
        let Some(option) = options.iter().find(|option| option.value == *name) else {
            let values = options.iter().map(|option| option.value.as_str());
            return self.no_choice(node, &key, label, name, values);
        };
        self.fields(node, &option.fields, fields, at, &[tag]);
    }

    fn no_choice<'n>(
        &mut self,
        node: usize,
        at: &str,
        label: &str,
        stored: &str,
        values: impl Iterator<Item = &'n str>,
    ) {
        let values: Vec<&str> = values.collect();
        let message = format!(
            "\"{label}\" cannot be \"{stored}\".{} Choose {}.",
            did_you_mean(stored, values.iter().copied()),
            one_of(values.iter().copied())
        );
        self.tell_at(node, at, Severity::Error, "param.choice", message);
    }

    fn wrong_type(&mut self, node: usize, at: &str, label: &str, wanted: &str, value: &Json) {
        let message = format!("\"{label}\" needs {wanted}, and this is {}.", kind_of(value));
        self.tell_at(node, at, Severity::Error, "param.type", message);
    }

    fn syntax(&mut self, node: usize, key: &str, fault: Fault) {
        let at = self.at_fault(node, key, &fault);
        self.tell(Severity::Error, "expression.syntax", at, fault.message);
    }

    /// A part that can be read and will fail: a warning, as it may stand where it is never reached.
    fn doubt(&mut self, node: usize, key: &str, fault: Fault) {
        let at = self.at_fault(node, key, &fault);
        self.tell(Severity::Warning, "expression.fails", at, fault.message);
    }

    fn at_fault(&self, node: usize, key: &str, fault: &Fault) -> At {
        At {
            key: Some(key.to_owned()),
            span: fault.span.as_ref().map(|span| (span.start, span.end)),
            ..at_node(self.specs[node])
        }
    }
}

/// Whether a pointer is another, or leads to something inside it.
fn is_within(key: &str, whole: &str) -> bool {
    key.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_blank(value: &Json) -> bool {
    value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn wanted(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text { .. } | FieldKind::Template { .. } => "a text",
        FieldKind::Expression => "an expression, written as a text",
        FieldKind::Number { integer: true, .. } => "a whole number",
        FieldKind::Number { .. } => "a number",
        FieldKind::Bool => "true or false",
        FieldKind::Choice { .. } => "one of its choices",
        FieldKind::Variants { .. } | FieldKind::Group { .. } => "an object",
        FieldKind::Rows { .. } | FieldKind::List { .. } => "a list",
        FieldKind::Pairs => "an object of names and values",
        FieldKind::Json => "any JSON",
        FieldKind::File { .. } => "the path of a file",
    }
}
