//! Writes interchanges as EDIFACT.

use super::{
    TABLES,
    read::{UNB, UNG, UNH},
};
use crate::{
    Object, Value,
    edi::{
        EdiError,
        charset::Charset,
        element::{Segment, SegmentWriter, read_elements},
        envelope,
        error::Trail,
        items, message,
        named::{self, Field},
        source::Separators,
    },
};

/// What an interchange may have; warnings are of its reading.
const MEMBERS: [&str; 8] = [
    "interchange",
    "delimiters",
    "charset",
    "services",
    "messages",
    "groups",
    "trailer",
    "warnings",
];

/// Writes an interchange, or a list of them, as [`read`](super::read) gives them; or messages that
/// have their envelope with them, as [`messages`](crate::edi::messages) gives them.
///
/// Of a new one these are needed: `sender.id`, `receiver.id`, `sent.date` and `sent.time` of
/// `interchange`, and for each message its `type`. Control numbers are counted up where there are
/// none, counts are made, the rest is what is usual: `UNA:+.? '`, syntax UNOC version 3, messages
/// of D.96A, a line break after each segment.
///
/// # Errors
/// [`EdiError::Write`] with the way to the member that cannot be written.
pub fn write(value: &Value) -> Result<Vec<u8>, EdiError> {
    let mut out = Vec::new();
    match value.as_list() {
        None if !items::is_message(value) => {
            write_interchange(value, &Trail::default(), &mut out)?;
        }
        list => {
            let list = list.unwrap_or(std::slice::from_ref(value));
            for (at, interchange) in items::gather(list, false).iter().enumerate() {
                write_interchange(interchange, &Trail::default().index(at), &mut out)?;
            }
        }
    }
    Ok(out)
}

fn write_interchange(value: &Value, trail: &Trail<'_>, out: &mut Vec<u8>) -> Result<(), EdiError> {
    let interchange = message::object(value, trail)?;
    envelope::check_members(interchange, &MEMBERS, trail)?;
    let delimiters = interchange.get("delimiters").and_then(Value::as_object);
    let separators = separators(delimiters)?;
    let line_end = envelope::line_end(delimiters, if delimiters.is_some() { "" } else { "\n" })?;
    let header_trail = trail.key("interchange");
    let unb = unb(interchange, &header_trail)?;
    let syntax = unb.elements.first();
    let syntax = syntax.and_then(|syntax| syntax.at(0)).or(syntax).and_then(Value::as_str);
    let declared = Charset::of_edifact(syntax.unwrap_or_default());
    let charset = envelope::charset(interchange)?.unwrap_or(declared);
    let mut writer = SegmentWriter::new(separators, &line_end, charset);

    let has_una = delimiters.and_then(|delimiters| delimiters.get("una")).and_then(Value::as_bool);
    if has_una.unwrap_or(true) {
        let decimal = envelope::delimiter(delimiters, "decimal", b'.')?;
        writer.out.extend_from_slice(b"UNA");
        writer.out.extend_from_slice(&[
            separators.component,
            separators.element,
            decimal,
            separators.release.unwrap_or(b' '),
            separators.repetition.unwrap_or(b' '),
            separators.terminator,
        ]);
        writer.out.extend_from_slice(line_end.as_bytes());
    }
    writer.write(&unb, &header_trail)?;
    let services_trail = trail.key("services");
    for (at, service) in message::items(interchange, "services").iter().enumerate() {
        let trail = services_trail.index(at);
        writer.write(&Segment::from_value(service, &trail)?, &trail)?;
    }
    let messages = message::items(interchange, "messages");
    let groups = message::items(interchange, "groups");
    if !messages.is_empty() && !groups.is_empty() {
        return Err(trail.key("messages").error("cannot stand beside `groups`; put them into one"));
    }
    write_messages(&mut writer, messages, &trail.key("messages"))?;
    for (at, group) in groups.iter().enumerate() {
        write_group(&mut writer, group, at, &unb, &trail.key("groups").index(at))?;
    }
    let control = unb.elements.get(4).and_then(envelope::text).unwrap_or_default();
    let n_parts = messages.len() + groups.len();
    let trailer = envelope::trailer("UNZ", interchange, n_parts, &control, trail)?;
    writer.write(&trailer, trail)?;
    out.append(&mut writer.out);
    Ok(())
}

fn separators(delimiters: Option<&Object>) -> Result<Separators, EdiError> {
    let usual = delimiters.is_none().then_some(b'?');
    let separators = Separators {
        element: envelope::delimiter(delimiters, "element", b'+')?,
        component: envelope::delimiter(delimiters, "component", b':')?,
        repetition: envelope::optional_delimiter(delimiters, "repetition")?,
        release: envelope::optional_delimiter(delimiters, "release")?.or(usual),
        terminator: envelope::delimiter(delimiters, "segment", b'\'')?,
    };
    envelope::check_delimiters(separators)?;
    Ok(separators)
}

fn unb(interchange: &Object, trail: &Trail<'_>) -> Result<Segment, EdiError> {
    let Some(header) = interchange.get("interchange") else {
        return Err(trail.error("is missing; it names `sender` and `receiver`"));
    };
    let header = message::object(header, trail)?;
    check_names(&UNB, header, trail)?;
    if header.get(named::ELEMENTS).is_none() {
        for key in ["sender", "receiver", "sent"] {
            if header.get(key).is_none_or(Value::is_null) {
                return Err(trail.key(key).error("is missing"));
            }
        }
    }
    let mut header = header.clone();
    if header.get("syntax").is_none() && header.get(named::ELEMENTS).is_none() {
        let syntax = Value::object([("id", Value::from("UNOC")), ("version", "3".into())]);
        header = header.with("syntax", syntax);
    }
    let usual = [("control", "1".to_owned())];
    envelope::header("UNB", &UNB, &header, &usual, trail)
}

fn write_group(
    writer: &mut SegmentWriter,
    group: &Value,
    at: usize,
    unb: &Segment,
    trail: &Trail<'_>,
) -> Result<(), EdiError> {
    let group = message::object(group, trail)?;
    envelope::check_members(group, &["group", "messages", "trailer"], trail)?;
    let messages = message::items(group, "messages");
    let header_trail = trail.key("group");
    let mut header = match group.get("group") {
        None => Object::new::<&str>([]),
        Some(header) => message::object(header, &header_trail)?.clone(),
    };
    check_names(&UNG, &header, &header_trail)?;
    if header.get(named::ELEMENTS).is_none() {
        // What the interchange says holds for its groups.
        for (key, place) in [("sender", 1), ("receiver", 2), ("sent", 3)] {
            if let (None, Some(value)) = (header.get(key), unb.elements.get(place)) {
                header =
                    header.with(key, value.at(0).filter(|_| place < 3).unwrap_or(value).clone());
            }
        }
    }
    let first = messages.first().and_then(Value::as_object);
    let kind = first.map(|first| message::kind(first, &trail.key("messages").index(0)));
    let usual = [
        ("code", kind.transpose()?.unwrap_or_default()),
        ("control", (at + 1).to_string()),
        ("agency", "UN".to_owned()),
    ];
    let segment = envelope::header("UNG", &UNG, &header, &usual, &header_trail)?;
    writer.write(&segment, &header_trail)?;
    write_messages(writer, messages, &trail.key("messages"))?;
    let control = segment.elements.get(4).and_then(envelope::text).unwrap_or_default();
    let trailer = envelope::trailer("UNE", group, messages.len(), &control, trail)?;
    writer.write(&trailer, trail)
}

fn write_messages(
    writer: &mut SegmentWriter,
    messages: &[Value],
    trail: &Trail<'_>,
) -> Result<(), EdiError> {
    for (at, message) in messages.iter().enumerate() {
        let trail = trail.index(at);
        let object = message::object(message, &trail)?;
        let header = unh(object, at, &trail)?;
        writer.write(&header, &trail)?;
        let segments = message::segments(&TABLES, object, &trail)?;
        for (at, segment) in segments.iter().enumerate() {
            if writer.write(segment, &trail).is_err() {
                // Its path is worked out only now that it is told.
                let path = message::path_of(&TABLES, object, at);
                writer.write(segment, &trail.key(&path))?;
            }
        }
        let control = header.elements.first().and_then(envelope::text).unwrap_or_default();
        let trailer = envelope::trailer("UNT", object, segments.len() + 2, &control, &trail)?;
        writer.write(&trailer, &trail)?;
    }
    Ok(())
}

fn unh(object: &Object, at: usize, trail: &Trail<'_>) -> Result<Segment, EdiError> {
    if let Some(elements) = object.get("header").filter(|header| !header.is_null()) {
        let elements = read_elements(elements, &trail.key("header"))?;
        return Ok(Segment { tag: "UNH".to_owned(), elements });
    }
    message::kind(object, trail)?;
    let keys = UNH.iter().flat_map(|field| field.keys().iter().copied());
    let names = Object::new(keys.filter_map(|key| Some((key, object.get(key)?.clone()))));
    let mut usual = vec![("control", (at + 1).to_string())];
    if object.get("version").is_none() && object.get("control").is_none() {
        let version = [("version", "D"), ("release", "96A"), ("agency", "UN")];
        usual.extend(version.map(|(key, value)| (key, value.to_owned())));
    }
    envelope::header("UNH", &UNH, &names, &usual, trail)
}

fn check_names(fields: &[Field], object: &Object, trail: &Trail<'_>) -> Result<(), EdiError> {
    let names: Vec<&str> = fields.iter().flat_map(|field| field.keys().iter().copied()).collect();
    let is_known = |key: &str| names.contains(&key) || key == named::ELEMENTS;
    named::check_keys(object, trail, is_known, || names.join(", "))
}
