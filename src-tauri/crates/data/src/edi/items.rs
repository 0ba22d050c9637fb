//! Messages as items of their own, each with the envelope it came in, and back into interchanges.

use super::message::SEGMENTS;
use crate::{Object, Value};

/// The members of an interchange that go with each of its messages.
const OF_INTERCHANGE: [&str; 3] = ["interchange", "delimiters", "charset"];
const GROUP: &str = "group";

/// The messages of an interchange one by one, each with `interchange`, `delimiters` and `group`.
///
/// A list of such messages can be written like an interchange: those that follow one another with
/// the same envelope come into one.
pub fn messages(interchange: &Value) -> impl Iterator<Item = Value> + '_ {
    let list = |value: &Value, key: &str| -> Vec<Value> {
        value.get(key).and_then(Value::as_list).unwrap_or_default().to_vec()
    };
    let of_groups = list(interchange, "groups").into_iter().flat_map(move |group| {
        let header = group.get(GROUP).cloned();
        list(&group, "messages").into_iter().map(move |message| (header.clone(), message))
    });
    let alone = list(interchange, "messages").into_iter().map(|message| (None, message));
    alone.chain(of_groups).map(|(group, message)| {
        let envelope = OF_INTERCHANGE
            .iter()
            .filter_map(|key| Some((key.to_string(), interchange.get(key)?.clone())));
        let members = message.as_object().into_iter().flatten();
        let members = members.map(|(key, value)| (key.as_str().to_owned(), value.clone()));
        let group = group.map(|group| (GROUP.to_owned(), group));
        Value::object(envelope.chain(group).chain(members))
    })
}

/// Whether a value is a message with its envelope, not an interchange.
pub(super) fn is_message(value: &Value) -> bool {
    let has = |key: &str| value.get(key).is_some();
    (has("type") || has(SEGMENTS)) && !has("groups") && !has("messages")
}

/// Puts messages that follow one another into interchanges; what is no message stays.
///
/// `has_groups` says whether a message without a group gets one by its type.
pub(super) fn gather(values: &[Value], has_groups: bool) -> Vec<Value> {
    let mut gathered = Vec::with_capacity(values.len());
    let mut at = 0;
    while at < values.len() {
        let first = &values[at];
        if !is_message(first) {
            gathered.push(first.clone());
            at += 1;
            continue;
        }
        let goes_along = |value: &&Value| {
            is_message(value)
                && OF_INTERCHANGE.iter().all(|key| value.get(key) == first.get(key))
                && (has_groups || value.get(GROUP).is_some() == first.get(GROUP).is_some())
        };
        let n_messages = values[at..].iter().take_while(goes_along).count();
        gathered.push(interchange(&values[at..at + n_messages], has_groups));
        at += n_messages;
    }
    gathered
}

fn interchange(messages: &[Value], has_groups: bool) -> Value {
    let first = &messages[0];
    let mut members: Vec<(&str, Value)> = Vec::new();
    for key in OF_INTERCHANGE {
        members.extend(first.get(key).map(|value| (key, value.clone())));
    }
    if !has_groups && first.get(GROUP).is_none() {
        members.push(("messages", messages.iter().map(bare).collect()));
        return Value::object(members);
    }
    let is_same = |a: &Value, b: &Value| {
        a.get(GROUP) == b.get(GROUP) && (a.get(GROUP).is_some() || a.get("type") == b.get("type"))
    };
    let groups = messages.chunk_by(is_same).map(|chunk| {
        let header = chunk[0].get(GROUP).map(|group| (GROUP, group.clone()));
        let messages = chunk.iter().map(bare).collect();
        Value::object(header.into_iter().chain([("messages", messages)]))
    });
    members.push(("groups", groups.collect()));
    Value::object(members)
}

/// The message without its envelope.
fn bare(message: &Value) -> Value {
    let Some(object) = message.as_object() else { return message.clone() };
    let is_own = |(key, _): &(&crate::Key, &Value)| {
        key.as_str() != GROUP && !OF_INTERCHANGE.contains(&key.as_str())
    };
    Object::new(object.iter().filter(is_own).map(|(key, value)| (key.clone(), value.clone())))
        .into()
}
