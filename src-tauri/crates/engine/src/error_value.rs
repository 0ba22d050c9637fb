//! An error as an item: what leaves a node by its error port. Not which items do: see `emitter`.

use data::Value;
use flow::run::{ErrorClass, Exchange, ItemError, Snippet, Try};

/// What an item on an error port looks like: `{ error, item, lineage, request, response, tries }`.
///
/// `request` and `response` are those of the last call, secrets masked, bodies up to what is kept
/// of them; both are null where nothing was called. `tries` has one entry for each try.
pub(crate) fn error_value(error: &ItemError) -> Value {
    let exchange = error.exchange.as_deref();
    let mut about = vec![
        ("class", Value::from(class_name(error.class))),
        ("message", Value::from(&error.message)),
        ("advice", Value::from(&error.advice)),
        ("attempts", Value::from(error.attempts)),
    ];
    if let Some(status) = exchange.and_then(|exchange| exchange.status) {
        about.push(("status", Value::from(u32::from(status))));
    }
    Value::object([
        ("error", Value::object(about)),
        ("item", error.value.clone().unwrap_or_default()),
        ("lineage", Value::from(error.item.as_ref())),
        ("request", exchange.map(request).unwrap_or_default()),
        ("response", exchange.and_then(response).unwrap_or_default()),
        ("tries", error.tries.iter().map(one_try).collect()),
    ])
}

fn request(exchange: &Exchange) -> Value {
    Value::object([
        ("method", Value::from(&exchange.method)),
        ("url", Value::from(&exchange.url)),
        ("headers", headers(&exchange.request_headers)),
        ("body", body(exchange.request_body.as_ref())),
    ])
}

fn response(exchange: &Exchange) -> Option<Value> {
    let status = exchange.status?;
    Some(Value::object([
        ("status", Value::from(u32::from(status))),
        ("headers", headers(&exchange.response_headers)),
        ("body", body(exchange.response_body.as_ref())),
        ("took_ms", Value::from(exchange.took_ms)),
    ]))
}

fn headers(list: &[(String, String)]) -> Value {
    Value::object(list.iter().map(|(name, value)| (name.as_str(), Value::from(value))))
}

/// A body as data where it is JSON, so that a node behind can name its fields; as text otherwise.
fn body(snippet: Option<&Snippet>) -> Value {
    let Some(snippet) = snippet else { return Value::null() };
    let whole = (!snippet.cut).then(|| serde_json::from_str(&snippet.text).ok()).flatten();
    whole.unwrap_or_else(|| Value::from(&snippet.text))
}

fn one_try(tried: &Try) -> Value {
    Value::object([
        ("at", Value::from(tried.at)),
        ("took_ms", Value::from(tried.took_ms)),
        ("class", Value::from(class_name(tried.class))),
        ("message", Value::from(&tried.message)),
        ("status", tried.status.map_or_else(Value::null, |status| Value::from(u32::from(status)))),
        ("wait_ms", tried.wait_ms.map_or_else(Value::null, Value::from)),
    ])
}

/// The class as flows write it: `not_found`.
pub(crate) fn class_name(class: ErrorClass) -> String {
    match serde_json::to_value(class) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_carries_the_item_the_call_and_each_try() {
        let snippet = |text: &str| Some(Snippet { text: text.into(), bytes: 9, cut: false });
        let exchange = Exchange {
            method: "POST".into(),
            url: "http://erp/orders".into(),
            request_headers: vec![("authorization".into(), "•••".into())],
            request_body: snippet(r#"{"id":7}"#),
            status: Some(422),
            response_body: snippet("no such customer"),
            took_ms: 5,
            ..Exchange::default()
        };
        let tried = Try {
            at: 1,
            took_ms: 5,
            class: ErrorClass::Server,
            message: "It answered 503.".into(),
            status: Some(503),
            wait_ms: Some(100),
        };
        let error = ItemError {
            node: "send".into(),
            class: ErrorClass::NotFound,
            message: "There is none.".into(),
            advice: "Look.".into(),
            key: None,
            item: Some("orders:0/3".into()),
            value: Some(serde_json::from_str(r#"{"id":7}"#).unwrap()),
            attempts: 2,
            tries: vec![tried],
            exchange: Some(Box::new(exchange)),
        };
        let json = serde_json::to_value(error_value(&error)).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "error": { "class": "not_found", "message": "There is none.", "advice": "Look.",
                           "attempts": 2, "status": 422 },
                "item": { "id": 7 },
                "lineage": "orders:0/3",
                "request": { "method": "POST", "url": "http://erp/orders",
                             "headers": { "authorization": "•••" }, "body": { "id": 7 } },
                "response": { "status": 422, "headers": {}, "body": "no such customer", "took_ms": 5 },
                "tries": [{ "at": 1, "took_ms": 5, "class": "server", "message": "It answered 503.",
                            "status": 503, "wait_ms": 100 }],
            })
        );
    }
}
