//! One request, filled in for an item: its URL, headers and body, and what paging changes in them.
//! Not the sending.

use std::hash::Hasher as _;
use std::sync::Arc;

use data::Value;
use flow::run::ErrorClass;
use indexmap::IndexMap;
use mapping::{Names, Template};
use transport::{Connection, Method, Url};

use super::Params;
use super::body::{self, Filled};
use crate::run_scope::Fnv;
use crate::step::{StepContext, StepError, StepResult};

/// One request, filled in.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Filled,
    /// The account that it is made with.
    pub(super) connection: Option<Arc<Connection>>,
}

impl Call {
    /// Fills the params in for an item.
    pub(super) fn fill(params: &Params, item: &Value, cx: &dyn StepContext) -> StepResult<Self> {
        let names = cx.names();
        let connection = cx.connection()?.cloned();
        let url = params.url.text(item, names);
        let url = url.map_err(|fault| StepError::fault(&fault, "/params/url"))?;
        let mut url = read_url(&url, connection.as_deref())?;
        let query = render_pairs(&params.query, item, names, "/params/query")?;
        if !query.is_empty() {
            let added = encode_pairs(&query, ' ');
            let whole = match url.query() {
                None | Some("") => added,
                Some(own) => format!("{own}&{added}"),
            };
            url.set_query(Some(&whole));
        }
        Ok(Self {
            method: params.method.wire(),
            url,
            headers: render_pairs(&params.headers, item, names, "/params/headers")?,
            body: body::fill(params.body.as_ref(), item, names, cx.services())?,
            connection,
        })
    }

    /// Sets a parameter of the query, in place of what it was.
    pub(super) fn set_query(&mut self, name: &str, value: &str) {
        let own = self.url.query().unwrap_or("").to_owned();
        let is_other = |pair: &&str| {
            let mut decoded = url_pairs(pair);
            !pair.is_empty() && decoded.next().is_none_or(|(other, _)| other != name)
        };
        let mut pairs: Vec<String> = own.split('&').filter(is_other).map(str::to_owned).collect();
        pairs.push(encode_pairs(&[(name.to_owned(), value.to_owned())], ' '));
        self.url.set_query(Some(&pairs.join("&")));
    }

    /// Sets a key of the JSON that is sent.
    pub(super) fn set_body(&mut self, key: &str, value: Value) -> StepResult<()> {
        let object = match &self.body {
            Filled::Json(json) => json.as_object().cloned(),
            Filled::Empty => Some(data::Object::new(std::iter::empty::<(&str, Value)>())),
            Filled::Other { .. } => None,
        };
        let object = object.ok_or_else(|| {
            let message = "The cursor is to go into the body, but the body is no JSON object.";
            StepError::terminal(ErrorClass::Validation, message).key("/params/body")
        })?;
        self.body = Filled::Json(object.with(key, value).into());
        Ok(())
    }

    /// What is sent, as a number: the same call has the same, in every run.
    pub(super) fn content(&self) -> u64 {
        let mut hash = Fnv::default();
        hash.write(self.method.as_str().as_bytes());
        hash.write(self.url.as_str().as_bytes());
        for (name, value) in &self.headers {
            hash.write(name.as_bytes());
            hash.write(value.as_bytes());
        }
        match &self.body {
            Filled::Empty => {}
            Filled::Json(json) => hash.write(json.to_string().as_bytes()),
            Filled::Other { body, .. } => {
                if let transport::Body::Bytes(bytes) = body {
                    hash.write(bytes);
                }
            }
        }
        hash.finish()
    }

    /// Whether a header is among those that the params give.
    pub(super) fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(own, _)| own.trim().eq_ignore_ascii_case(name))
    }
}

/// Fills in names with values. A value that gives nothing is left out with its name; a list gives
/// the name several times.
pub(super) fn render_pairs(
    pairs: &IndexMap<String, Template>,
    item: &Value,
    names: &dyn Names,
    key: &str,
) -> StepResult<Vec<(String, String)>> {
    let mut filled = Vec::with_capacity(pairs.len());
    for (name, template) in pairs {
        let value = template
            .render(item, names)
            .map_err(|fault| StepError::fault(&fault, format!("{key}/{}", escape(name))))?;
        match value {
            None => {}
            Some(list) if list.as_list().is_some() => {
                let values = list.as_list().unwrap_or_default();
                filled.extend(values.iter().map(|value| (name.clone(), plain(value))));
            }
            Some(value) => filled.push((name.clone(), plain(&value))),
        }
    }
    Ok(filled)
}

/// Encodes names with values as in a query; `space` is `+` in forms and `%20` elsewhere.
pub(super) fn encode_pairs(pairs: &[(String, String)], space: char) -> String {
    let encode = |text: &str| {
        let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        // A plus of the text itself has become %2B.
        if space == '+' { encoded } else { encoded.replace('+', "%20") }
    };
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A value as it stands in a query or header: a text as it is, anything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None if value.is_null() => String::new(),
        None => value.to_string(),
    }
}

fn url_pairs(pair: &str) -> url::form_urlencoded::Parse<'_> {
    url::form_urlencoded::parse(pair.as_bytes())
}

fn read_url(text: &str, connection: Option<&Connection>) -> StepResult<Url> {
    if let Some(connection) = connection {
        return connection.spec.url(text).map_err(|why| {
            StepError::terminal(ErrorClass::Validation, why)
                .advice("Begin the URL with a slash, or give the connection a base URL.")
                .key("/params/url")
        });
    }
    Url::parse(text.trim()).map_err(|error| {
        let shown: String = text.split(['?', '#']).next().unwrap_or("").chars().take(200).collect();
        StepError::terminal(
            ErrorClass::Validation,
            format!("\"{shown}\" is not a whole URL: {error}."),
        )
        .advice("A URL begins with https:// or http:// and the host.")
        .key("/params/url")
    })
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(url: &str) -> Call {
        let url = url.parse().unwrap();
        Call {
            method: Method::GET,
            url,
            headers: Vec::new(),
            body: Filled::Empty,
            connection: None,
        }
    }

    #[test]
    fn a_query_parameter_is_set_in_place_of_what_it_was() {
        let mut call = call("http://h/p?a=1&page=1&b=x%20y&page=7");
        call.set_query("page", "2");
        assert_eq!(call.url.as_str(), "http://h/p?a=1&b=x%20y&page=2");
        call.set_query("$skip token", "a+b&c=d e/ü");
        assert!(call.url.as_str().ends_with("&%24skip%20token=a%2Bb%26c%3Dd%20e%2F%C3%BC"));
    }

    #[test]
    fn a_cursor_goes_into_a_json_body_only() {
        let mut call = call("http://h/");
        call.set_body("cursor", Value::from("x")).unwrap();
        assert_eq!(call.body.wire().1.as_deref(), Some("application/json"));
        call.body = Filled::Other { body: transport::Body::Empty, content_type: None };
        assert!(call.set_body("cursor", Value::from("x")).is_err());
    }
}
