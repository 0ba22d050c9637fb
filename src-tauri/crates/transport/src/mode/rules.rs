//! The rules of a mock as they are written down. Not how calls are answered by them: see `mock`.

use indexmap::IndexMap;
use mapping::{Expression, JsonTemplate, Template};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::cassette::Failure;

/// A mock: answers made by rules, the first that fits.
///
/// Expressions and templates see `{ method, host, path, params, query, headers, body }`: `params`
/// are the parts of the path that the rule names, headers have small letters.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MockFile {
    /// The version of this form: 1.
    #[schemars(extend("const" = 1))]
    pub mock: u32,
    /// What it stands for.
    #[serde(default)]
    pub about: String,
    /// The rules, the first that fits answers.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// A cassette beside this file that answers where no rule does.
    #[serde(default)]
    pub examples: Option<String>,
}

/// One rule of a mock.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is for.
    #[serde(default)]
    pub about: String,
    /// The method; any without it.
    #[serde(default)]
    pub method: Option<String>,
    /// The host, with its port where it has one; any without it.
    #[serde(default)]
    pub host: Option<String>,
    /// The path: `/orders/{id}`; `{name}` stands for one part, `*` at the end for any rest.
    pub path: String,
    /// An expression that must be true: `query.page = '2' and body.total > 100`.
    #[serde(default)]
    pub when: Option<Expression>,
    /// The status; 200 without it.
    #[serde(default = "ok")]
    pub status: u16,
    /// The headers; their values are templates.
    #[serde(default)]
    pub headers: IndexMap<String, Template>,
    /// The body as JSON; its texts are templates: `{ "id": "{{ params.id }}" }`.
    #[serde(default)]
    pub json: Option<JsonTemplate>,
    /// The body as a text, a template.
    #[serde(default)]
    pub text: Option<Template>,
    /// In place of an answer: how the call fails, such as `{ "kind": "reset" }`.
    #[serde(default)]
    pub failure: Option<Failure>,
}

fn ok() -> u16 {
    200
}

/// The parts of a path that a pattern names; none where it does not fit.
pub(super) fn fit(pattern: &str, path: &str) -> Option<IndexMap<String, String>> {
    let mut params = IndexMap::new();
    let mut parts = path.trim_matches('/').split('/');
    let patterns: Vec<&str> = pattern.trim_matches('/').split('/').collect();
    for (at, part) in patterns.iter().enumerate() {
        if *part == "*" && at + 1 == patterns.len() {
            return Some(params);
        }
        let given = parts.next()?;
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => {
                let plain = given.replace('+', "%2B");
                let decoded = url::form_urlencoded::parse(plain.as_bytes()).next();
                let decoded = decoded.map(|(text, _)| text.into_owned()).unwrap_or_default();
                params.insert(name.to_owned(), decoded);
            }
            None if *part == given => {}
            None => return None,
        }
    }
    parts.next().is_none().then_some(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_the_parts_of_a_path() {
        let check = |pattern, path, expect: Option<&str>| {
            let params = fit(pattern, path).map(|params| format!("{params:?}"));
            assert_eq!(params.as_deref(), expect, "{pattern} {path}");
        };
        check("/orders/{id}", "/orders/a%20b+c", Some(r#"{"id": "a b+c"}"#));
        check("/orders/{id}", "/orders/1/lines", None);
        check("/orders/{id}", "/orders", None);
        check("/orders/*", "/orders/1/lines", Some("{}"));
        check("/", "/", Some("{}"));
        check("/a", "/b", None);
    }
}
