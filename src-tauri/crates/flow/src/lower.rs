//! Lowers the JSON Schema of a params struct to the fields of its form. Not the form, and not the
//! check of values.
//!
//! What the schema is made of: doc comments are the help, `#[schemars(title = "…")]` the label (the
//! key in words without it), `example`, `range(min, max)` and serde's `default` as they are. Further
//! marks are set with `#[schemars(extend(…))]`:
//!
//! | mark | meaning |
//! |---|---|
//! | `"x-advanced" = true` | folded away at first |
//! | `"x-multiline" = true` | a text with several lines |
//! | `"x-hidden" = true` | not in the form |
//! | `"format" = "file"` or `"file-write"` | the path of a file |
//! | `"format" = "json"` | any JSON, whatever the type says |

use serde_json::{Map, Value as Json};

use crate::field::{ChoiceOption, Field, FieldKind, Variant};

/// Deeper than this, what a type holds is taken as any JSON: types may hold themselves.
const MAX_DEPTH: usize = 6;

impl Field {
    /// Lowers the schema of a params struct to the fields of its form, in the order of the struct.
    pub fn lower(schema: &schemars::Schema) -> Vec<Self> {
        let root = schema.as_value();
        let lowering = Lowering { root };
        root.as_object().map(|object| lowering.fields(object, None, 0)).unwrap_or_default()
    }
}

struct Lowering<'s> {
    root: &'s Json,
}

type Object = Map<String, Json>;

impl<'s> Lowering<'s> {
    /// The fields of an object's properties, but for the tag of a variant.
    fn fields(&self, object: &'s Object, tag: Option<&str>, depth: usize) -> Vec<Field> {
        let required: Vec<&str> = strings(object.get("required")).collect();
        let mut fields = Vec::new();
        // A variant that holds a struct has the struct's schema beside its tag.
        if let (Some(inner), true) = (self.referred(object), tag.is_some()) {
            fields = self.fields(inner, None, depth);
        }
        let properties = object.get("properties").and_then(Json::as_object);
        for (key, schema) in properties.into_iter().flatten() {
            let is_hidden = schema.get("x-hidden").is_some_and(|mark| *mark == true);
            if tag != Some(key.as_str()) && !is_hidden {
                fields.push(self.field(key, schema, required.contains(&key.as_str()), depth));
            }
        }
        fields
    }

    fn field(&self, key: &str, schema: &'s Json, is_required: bool, depth: usize) -> Field {
        let empty = &NOTHING;
        let outer = schema.as_object().unwrap_or(empty);
        let (inner, is_nullable) = self.resolve(outer);
        let mark = |name: &str| outer.get(name).or_else(|| inner.get(name));
        let default = mark("default").filter(|value| !value.is_null()).cloned();
        Field {
            key: key.to_owned(),
            // The title of a type is its name: only a title right here is a label.
            label: outer
                .get("title")
                .and_then(Json::as_str)
                .map_or_else(|| words(key), str::to_owned),
            help: mark("description").and_then(Json::as_str).map(paragraphs).unwrap_or_default(),
            required: is_required && !is_nullable && default.is_none(),
            advanced: mark("x-advanced").is_some_and(|mark| *mark == true),
            default,
            example: mark("examples").and_then(|examples| examples.get(0)).map(example),
            kind: self.kind(outer, depth),
        }
    }

    fn kind(&self, outer: &'s Object, depth: usize) -> FieldKind {
        let (schema, _) = self.resolve(outer);
        let is_marked = |name: &str| {
            outer.get(name).or_else(|| schema.get(name)).is_some_and(|mark| *mark == true)
        };
        let format = outer.get("format").or_else(|| schema.get("format")).and_then(Json::as_str);
        match format {
            Some("expression") => return FieldKind::Expression,
            Some("template") => {
                return FieldKind::Template { multiline: is_marked("x-multiline") };
            }
            Some("json-template" | "json") => return FieldKind::Json,
            Some("file") => return FieldKind::File { write: false },
            Some("file-write") => return FieldKind::File { write: true },
            _ => {}
        }
        if depth > MAX_DEPTH {
            return FieldKind::Json;
        }
        if let Some(kind) = self.choice(schema).or_else(|| self.variants(schema, depth)) {
            return kind;
        }
        match types(schema)[..] {
            ["string"] => FieldKind::Text { multiline: is_marked("x-multiline") },
            ["boolean"] => FieldKind::Bool,
            ["integer"] => number(outer, schema, true),
            ["number"] => number(outer, schema, false),
            ["array"] => self.list(schema, depth),
            ["object"] => self.object(schema, depth),
            _ => FieldKind::Json,
        }
    }

    fn list(&self, schema: &'s Object, depth: usize) -> FieldKind {
        let items = schema.get("items").and_then(Json::as_object).unwrap_or(&NOTHING);
        match self.kind(items, depth + 1) {
            FieldKind::Group { fields } => FieldKind::Rows { columns: fields },
            kind => FieldKind::List { of: Box::new(kind) },
        }
    }

    fn object(&self, schema: &'s Object, depth: usize) -> FieldKind {
        if schema.get("properties").is_some() {
            return FieldKind::Group { fields: self.fields(schema, None, depth + 1) };
        }
        let values = schema.get("additionalProperties").and_then(Json::as_object);
        match values.map(|values| self.kind(values, depth + 1)) {
            Some(FieldKind::Template { .. } | FieldKind::Text { .. }) => FieldKind::Pairs,
            _ => FieldKind::Json,
        }
    }

    /// A choice, where the schema is a list of texts.
    fn choice(&self, schema: &'s Object) -> Option<FieldKind> {
        let mut options = Vec::new();
        let one_of = schema.get("oneOf").and_then(Json::as_array);
        let alone = std::slice::from_ref(schema);
        let parts: Vec<&Object> = match one_of {
            Some(parts) => parts.iter().filter_map(Json::as_object).collect(),
            None => alone.iter().collect(),
        };
        for part in parts {
            let part = self.resolve(part).0;
            let help = part.get("description").filter(|_| one_of.is_some());
            let help = help.and_then(Json::as_str).map(paragraphs).unwrap_or_default();
            let title = part.get("title").filter(|_| one_of.is_some()).and_then(Json::as_str);
            let values: Vec<&str> = match part.get("const") {
                Some(value) => value.as_str().into_iter().collect(),
                None => strings(part.get("enum")).collect(),
            };
            if values.is_empty() {
                return None;
            }
            options.extend(values.into_iter().map(|value| ChoiceOption {
                value: value.to_owned(),
                label: title.map_or_else(|| words(value), str::to_owned),
                help: help.clone(),
            }));
        }
        Some(FieldKind::Choice { options })
    }

    /// Variants, where the schema is a list of objects told apart by one key.
    fn variants(&self, schema: &'s Object, depth: usize) -> Option<FieldKind> {
        let parts = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()?;
        let parts: Vec<&Object> = parts.iter().map(Json::as_object).collect::<Option<_>>()?;
        let tag = tag_of(parts.first()?)?;
        let mut options = Vec::new();
        for part in parts {
            let value = part.get("properties")?.get(tag)?.get("const")?.as_str()?;
            let title = part.get("title").and_then(Json::as_str);
            let help = part.get("description").and_then(Json::as_str);
            options.push(Variant {
                value: value.to_owned(),
                label: title.map_or_else(|| words(value), str::to_owned),
                help: help.map(paragraphs).unwrap_or_default(),
                fields: self.fields(part, Some(tag), depth + 1),
            });
        }
        Some(FieldKind::Variants { tag: tag.to_owned(), options })
    }

    /// Follows references and takes options apart; tells whether null is taken.
    fn resolve(&self, schema: &'s Object) -> (&'s Object, bool) {
        let mut schema = schema;
        let mut is_nullable = false;
        for _ in 0..16 {
            is_nullable |= has_null(schema);
            let next = match (self.referred(schema), schema.get("anyOf"), schema.get("allOf")) {
                (Some(referred), _, _) => Some(referred),
                (None, Some(Json::Array(parts)), _) => {
                    let is_null =
                        |part: &&Json| part.get("type").is_some_and(|kind| kind == "null");
                    let mut others = parts.iter().filter(|part| !is_null(part));
                    is_nullable |= parts.iter().any(|part| is_null(&part));
                    let first = others.next().and_then(Json::as_object);
                    first.filter(|_| others.next().is_none())
                }
                (None, None, Some(Json::Array(parts))) if parts.len() == 1 => parts[0].as_object(),
                _ => None,
            };
            match next {
                Some(next) => schema = next,
                None => break,
            }
        }
        (schema, is_nullable)
    }

    fn referred(&self, schema: &Object) -> Option<&'s Object> {
        let pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
        self.root.pointer(pointer)?.as_object()
    }
}

static NOTHING: std::sync::LazyLock<Object> = std::sync::LazyLock::new(Map::new);

/// The key whose value is fixed in a variant.
fn tag_of(variant: &Object) -> Option<&str> {
    let properties = variant.get("properties")?.as_object()?;
    let fixed = properties.iter().find(|(_, schema)| schema.get("const").is_some());
    fixed.map(|(key, _)| key.as_str())
}

fn strings(json: Option<&Json>) -> impl Iterator<Item = &str> {
    json.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
}

/// The types that a schema takes, null aside.
fn types(schema: &Object) -> Vec<&str> {
    let types: Vec<&str> = match schema.get("type") {
        Some(Json::String(one)) => vec![one],
        several => strings(several).collect(),
    };
    types.into_iter().filter(|kind| *kind != "null").collect()
}

fn has_null(schema: &Object) -> bool {
    // A template takes null for "nothing", which does not make its field optional.
    schema.get("format").is_none_or(|format| format != "template")
        && strings(schema.get("type")).any(|kind| kind == "null")
}

fn number(outer: &Object, schema: &Object, integer: bool) -> FieldKind {
    let bound = |name: &str| outer.get(name).or_else(|| schema.get(name)).and_then(Json::as_f64);
    FieldKind::Number { integer, min: bound("minimum"), max: bound("maximum") }
}

fn example(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

/// Joins the lines of a doc comment, but for its paragraphs and lists.
fn paragraphs(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().map(str::trim) {
        let begins = line.is_empty() || line.starts_with(['-', '*', '|']);
        if !out.is_empty() {
            out.push(if begins || out.ends_with('\n') { '\n' } else { ' ' });
        }
        out.push_str(line);
    }
    out.trim().to_owned()
}

/// Words that are written in capitals.
const CAPITALS: [&str; 14] = [
    "api", "csv", "html", "http", "https", "id", "ip", "json", "sql", "ssl", "tls", "url", "utf",
    "xml",
];

/// A key in words: `base_ms` is `Base ms`, `orderNo` is `Order no`, `url` is `URL`.
pub(crate) fn words(key: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut was_lower = false;
    for c in key.chars() {
        let is_break = !c.is_alphanumeric();
        if parts.is_empty() || is_break || (c.is_uppercase() && was_lower) {
            parts.push(String::new());
        }
        was_lower = c.is_lowercase() || c.is_numeric();
        if let (Some(part), false) = (parts.last_mut(), is_break) {
            part.push(c);
        }
    }
    parts.retain(|part| !part.is_empty());
    let mut words: Vec<String> = parts.iter().map(|part| word(part)).collect();
    if let Some(first) = words.first_mut() {
        let rest: String = first.chars().skip(1).collect();
        *first = first.chars().take(1).flat_map(char::to_uppercase).collect::<String>() + &rest;
    }
    words.join(" ")
}

fn word(part: &str) -> String {
    let lower = part.to_lowercase();
    let is_all_capitals = part.len() > 1 && part.chars().all(|c| !c.is_lowercase());
    if CAPITALS.contains(&lower.as_str()) || is_all_capitals { part.to_uppercase() } else { lower }
}

#[cfg(test)]
mod tests;
