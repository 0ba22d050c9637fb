//! Acknowledgments: the answer to a message, made of its header.

use super::error::{Hl7Error, unwritable};
use crate::Value;

/// What an acknowledgment says. Source: HL7 table 0008.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AckCode {
    /// `AA`: the message was taken.
    Accept,
    /// `AE`: something in the message is wrong.
    Error,
    /// `AR`: the message was refused.
    Reject,
    /// `CA`: the message was stored (enhanced mode).
    CommitAccept,
    /// `CE`: the message could not be stored (enhanced mode).
    CommitError,
    /// `CR`: the message is not of a kind that is taken (enhanced mode).
    CommitReject,
}

impl AckCode {
    /// The code as it stands in MSA-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::Accept => "AA",
            Self::Error => "AE",
            Self::Reject => "AR",
            Self::CommitAccept => "CA",
            Self::CommitError => "CE",
            Self::CommitReject => "CR",
        }
    }
}

/// Makes the acknowledgment of a message, ready for [`write`](super::write).
///
/// Sender and receiver change places; the trigger, the processing id, the version and the
/// character set are those of the message. `control` identifies the answer and `now` is its time
/// as `YYYYMMDDHHMMSS`, both from outside; `text` says to people what was wrong.
///
/// # Errors
/// [`Hl7Error::Write`] when `message` has no `MSH`.
pub fn ack(
    message: &Value,
    code: AckCode,
    control: &str,
    now: &str,
    text: Option<&str>,
) -> Result<Value, Hl7Error> {
    let header = message.get("segments").and_then(|segments| segments.at(0));
    let header = header.filter(|first| first.get("tag").and_then(Value::as_str) == Some("MSH"));
    let Some(fields) = header.and_then(|header| header.get("fields")) else {
        return Err(unwritable("segments[0]", "must be the segment `MSH`, the message's header"));
    };
    let field = |number: usize| fields.at(number - 1).cloned().unwrap_or_else(|| "".into());
    let kind = field(9);
    let trigger = kind.at(1).cloned().unwrap_or_else(|| "".into());
    let kind = match trigger.as_str() {
        Some("") | None => Value::from("ACK"),
        Some(_) => Value::list(["ACK".into(), trigger, "ACK".into()]),
    };
    let mut msh = vec![field(1), field(2), field(5), field(6), field(3), field(4)];
    msh.extend([now.into(), "".into(), kind.clone(), control.into(), field(11), field(12)]);
    let charset = field(18);
    if charset.as_str() != Some("") {
        msh.extend(["", "", "", "", ""].map(Value::from));
        msh.push(charset);
    }
    let mut msa = vec![code.code().into(), field(10)];
    msa.extend(text.map(Value::from));
    let segment = |tag: &str, fields: Vec<Value>| {
        Value::object([("tag", Value::from(tag)), ("fields", fields.into())])
    };
    let mut members = vec![
        ("type", Value::from(if kind.as_str().is_some() { "ACK" } else { "ACK^" })),
        ("control", control.into()),
        ("segments", Value::list([segment("MSH", msh), segment("MSA", msa)])),
    ];
    if let Some(kind) = kind.as_list() {
        let component = field(2).as_str().and_then(|all| all.chars().next()).unwrap_or('^');
        let parts: Vec<&str> = kind.iter().filter_map(Value::as_str).collect();
        members[0].1 = parts.join(&component.to_string()).into();
    }
    for key in ["line_end", "charset"] {
        members.extend(message.get(key).map(|value| (key, value.clone())));
    }
    Ok(Value::object(members))
}
