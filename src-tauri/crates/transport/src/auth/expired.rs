//! Whether an answer says that what let the call in has run out: by its status, a header, or what
//! stands in its body. Not what is done about it.

use serde_json::Value;

use crate::error::TransportError;
use crate::response::Response;
use crate::spec::ExpiredRule;

/// How much of a body is looked into.
const MAX_LOOK: usize = 64 * 1024;

/// Whether an answer says so, by the connection's rule; by 401 without one.
///
/// # Errors
/// What broke the answer off while it was looked into.
pub(super) async fn is_expired(
    rule: Option<&ExpiredRule>,
    answer: &mut Response,
) -> Result<bool, TransportError> {
    let Some(rule) = rule else { return Ok(answer.status == 401) };
    let by_status = match rule.statuses.as_slice() {
        [] => answer.status == 401,
        statuses => statuses.contains(&answer.status),
    };
    if by_status || by_header(rule, answer) {
        return Ok(true);
    }
    // Files and streams are not waited for.
    if rule.body_path.is_empty() || !answer.media_type().contains("json") {
        return Ok(false);
    }
    let head = answer.body.peek(MAX_LOOK).await?;
    Ok(by_body(rule, &head))
}

fn by_header(rule: &ExpiredRule, answer: &Response) -> bool {
    if rule.header.is_empty() {
        return false;
    }
    let wanted = rule.header_contains.to_lowercase();
    answer
        .headers
        .get_all(rule.header.as_str())
        .iter()
        .any(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase().contains(&wanted))
}

/// A body that is longer than what is looked into says nothing: such answers are data.
fn by_body(rule: &ExpiredRule, head: &[u8]) -> bool {
    let Ok(body) = serde_json::from_slice::<Value>(head) else { return false };
    let Some(found) = at_path(&body, &rule.body_path) else { return false };
    let text = match found {
        Value::Null => return false,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    rule.body_equals.is_empty() || text == rule.body_equals
}

/// What stands at a path such as `error.code`, `errors[0].code` or `$.error`.
pub(super) fn at_path<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let path = path.trim().trim_start_matches('$');
    let steps = path.split(['.', '[', ']']).map(|step| step.trim_matches(['"', '\'']));
    steps.filter(|step| !step.is_empty()).try_fold(value, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_tells_by_its_path_and_text() {
        let check = |path: &str, equals: &str, body: &str, expect: bool| {
            let rule = ExpiredRule {
                body_path: path.to_owned(),
                body_equals: equals.to_owned(),
                ..ExpiredRule::default()
            };
            assert_eq!(by_body(&rule, body.as_bytes()), expect, "{path} {equals} {body}");
        };
        check("error.code", "190", r#"{"error":{"code":190}}"#, true);
        check("error.code", "190", r#"{"error":{"code":"190"}}"#, true);
        check("error.code", "190", r#"{"error":{"code":1900}}"#, false);
        check("$.errors[0]['code']", "gone", r#"{"errors":[{"code":"gone"}]}"#, true);
        check("error", "", r#"{"error":"x"}"#, true);
        check("error", "", r#"{"error":null}"#, false);
        check("error", "", r#"{"data":1}"#, false);
        check("error", "", "<html>", false);
    }
}
