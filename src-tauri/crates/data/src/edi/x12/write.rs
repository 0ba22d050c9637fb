//! Writes interchanges as X12.

use super::{
    TABLES,
    read::{GS, ISA, ST},
    tables::GROUPS,
};
use crate::{
    Object, Value,
    edi::{
        EdiError, charset,
        element::{Segment, SegmentWriter, read_elements},
        envelope,
        error::Trail,
        items, message,
        named::{self, Field},
        source::Separators,
    },
};

/// What an interchange may have; warnings are of its reading.
const MEMBERS: [&str; 7] =
    ["interchange", "delimiters", "charset", "services", "groups", "trailer", "warnings"];

/// Writes an interchange, or a list of them, as [`read`](super::read) gives them; or messages that
/// have their envelope with them, as [`messages`](crate::edi::messages) gives them.
///
/// Of a new one these are needed: `sender`, `receiver`, `date` and `time` of `interchange`, and for
/// each message its `type`. Control numbers are counted up where there are none, counts are made,
/// the rest is what is usual: version 00401, `*`, `:` and `~`, a line break after each segment.
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
            for (at, interchange) in items::gather(list, true).iter().enumerate() {
                write_interchange(interchange, &Trail::default().index(at), &mut out)?;
            }
        }
    }
    Ok(out)
}

fn write_interchange(value: &Value, trail: &Trail<'_>, out: &mut Vec<u8>) -> Result<(), EdiError> {
    let interchange = message::object(value, trail)?;
    envelope::check_members(interchange, &MEMBERS, trail)?;
    let header_trail = trail.key("interchange");
    let Some(header) = interchange.get("interchange") else {
        return Err(header_trail.error("is missing; it names `sender` and `receiver`"));
    };
    let header = message::object(header, &header_trail)?;
    let delimiters = interchange.get("delimiters").and_then(Value::as_object);
    let separators = separators(header, delimiters)?;
    let line_end = envelope::line_end(delimiters, if delimiters.is_some() { "" } else { "\n" })?;
    let charset = envelope::charset(interchange)?.unwrap_or(charset::UTF_8);
    let mut writer = SegmentWriter::new(separators, &line_end, charset);

    let isa = isa(header, separators, &header_trail)?;
    let isa_texts: Vec<&str> = isa.iter().map(String::as_str).collect();
    writer.write_raw("ISA", &isa_texts, &header_trail)?;
    let services_trail = trail.key("services");
    for (at, service) in message::items(interchange, "services").iter().enumerate() {
        let trail = services_trail.index(at);
        writer.write(&Segment::from_value(service, &trail)?, &trail)?;
    }
    let groups = message::items(interchange, "groups");
    for (at, group) in groups.iter().enumerate() {
        write_group(&mut writer, group, at, &isa, &trail.key("groups").index(at))?;
    }
    let trailer = envelope::trailer("IEA", interchange, groups.len(), &isa[12], trail)?;
    writer.write(&trailer, trail)?;
    let wrap = delimiters.and_then(|delimiters| delimiters.get("wrap")).and_then(Value::as_i64);
    match usize::try_from(wrap.unwrap_or(0)).unwrap_or(0) {
        0 => out.append(&mut writer.out),
        width => {
            for line in writer.out.chunks(width) {
                out.extend_from_slice(line);
                out.push(b'\n');
            }
        }
    }
    Ok(())
}

fn separators(header: &Object, delimiters: Option<&Object>) -> Result<Separators, EdiError> {
    let names_standard = header.get("standard").is_some_and(|value| !value.is_null());
    // Before version 00402 there are no repetitions.
    let version = header.get("version").and_then(Value::as_str).unwrap_or("00401");
    let usual = (delimiters.is_none() && version >= "00402").then_some(b'^');
    let repetition = envelope::optional_delimiter(delimiters, "repetition")?.or(usual);
    let separators = Separators {
        element: envelope::delimiter(delimiters, "element", b'*')?,
        component: envelope::delimiter(delimiters, "component", b':')?,
        repetition: repetition.filter(|_| !names_standard),
        release: None,
        terminator: envelope::delimiter(delimiters, "segment", b'~')?,
    };
    envelope::check_delimiters(separators)?;
    Ok(separators)
}

/// The elements of the `ISA`, each as long as it must be.
fn isa(
    header: &Object,
    separators: Separators,
    trail: &Trail<'_>,
) -> Result<Vec<String>, EdiError> {
    let known = || ISA.map(|(name, _)| name).join(", ");
    let is_known = |key: &str| ISA.iter().any(|(name, _)| *name == key);
    named::check_keys(header, trail, is_known, known)?;
    let mut elements = Vec::with_capacity(ISA.len());
    for (name, width) in ISA {
        let given = header.get(name).filter(|value| !value.is_null());
        let text = match (name, given) {
            ("component", _) => char::from(separators.component).to_string(),
            ("standard", None) => {
                separators.repetition.map_or("U".to_owned(), |byte| char::from(byte).to_string())
            }
            (_, Some(value)) => {
                envelope::text(value).ok_or_else(|| trail.key(name).error("must be a text"))?
            }
            ("authorization" | "security", None) => String::new(),
            ("authorization_qualifier" | "security_qualifier", None) => "00".to_owned(),
            ("sender_qualifier" | "receiver_qualifier", None) => "ZZ".to_owned(),
            ("version", None) => "00401".to_owned(),
            ("control", None) => "1".to_owned(),
            ("acknowledge", None) => "0".to_owned(),
            ("usage", None) => "P".to_owned(),
            _ => return Err(trail.key(name).error("is missing")),
        };
        let n_chars = text.chars().count();
        if n_chars > width {
            return Err(trail.key(name).error(format!("is longer than {width} characters")));
        }
        let separator = text
            .bytes()
            .find(|byte| separators.contains(*byte) && !matches!(name, "component" | "standard"));
        if let Some(byte) = separator {
            let shown = char::from(byte).escape_default();
            return Err(trail.key(name).error(format!("contains the separator `{shown}`")));
        }
        let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        elements.push(if name == "control" && is_number {
            format!("{text:0>width$}")
        } else {
            format!("{text:<width$}")
        });
    }
    Ok(elements)
}

fn write_group(
    writer: &mut SegmentWriter,
    group: &Value,
    at: usize,
    isa: &[String],
    trail: &Trail<'_>,
) -> Result<(), EdiError> {
    let group = message::object(group, trail)?;
    envelope::check_members(group, &["group", "messages", "trailer"], trail)?;
    let messages = message::items(group, "messages");
    let empty = Object::new::<&str>([]);
    let header_trail = trail.key("group");
    let header = match group.get("group") {
        None => &empty,
        Some(header) => message::object(header, &header_trail)?,
    };
    let is_known =
        |key: &str| key == named::ELEMENTS || GS.iter().any(|field| field.keys().contains(&key));
    let known = || GS.iter().flat_map(Field::keys).copied().collect::<Vec<_>>().join(", ");
    named::check_keys(header, &header_trail, is_known, known)?;
    let first = messages.first().and_then(Value::as_object);
    let kind = first.map(|first| message::kind(first, &trail.key("messages").index(0)));
    let kind = kind.transpose()?.unwrap_or_default();
    let code = GROUPS.iter().find(|(message, _)| *message == kind).map(|(_, code)| *code);
    if code.is_none() && header.get("code").is_none() && header.get("elements").is_none() {
        return Err(header_trail
            .key("code")
            .error(format!("is missing, and there is no usual one for messages of type {kind}")));
    }
    let usual = [
        ("code", code.unwrap_or_default().to_owned()),
        ("sender", isa[5].trim_end().to_owned()),
        ("receiver", isa[7].trim_end().to_owned()),
        ("date", format!("20{}", isa[8])),
        ("time", isa[9].clone()),
        ("control", (at + 1).to_string()),
        ("agency", "X".to_owned()),
        ("version", format!("{}0", isa[11])),
    ];
    let segment = envelope::header("GS", &GS, header, &usual, &header_trail)?;
    writer.write(&segment, &header_trail)?;
    for (at, message) in messages.iter().enumerate() {
        write_message(writer, message, at, &trail.key("messages").index(at))?;
    }
    let control = segment.elements.get(5).and_then(envelope::text).unwrap_or_default();
    let trailer = envelope::trailer("GE", group, messages.len(), &control, trail)?;
    writer.write(&trailer, trail)
}

fn write_message(
    writer: &mut SegmentWriter,
    value: &Value,
    at: usize,
    trail: &Trail<'_>,
) -> Result<(), EdiError> {
    let object = message::object(value, trail)?;
    let usual = [("control", format!("{:04}", at + 1))];
    let given = object.get("header").filter(|header| !header.is_null());
    let header = if let Some(elements) = given {
        let elements = read_elements(elements, &trail.key("header"))?;
        Segment { tag: "ST".to_owned(), elements }
    } else {
        message::kind(object, trail)?;
        let keys = ["type", "control", "version"].into_iter();
        let names = Object::new(keys.filter_map(|key| Some((key, object.get(key)?.clone()))));
        envelope::header("ST", &ST, &names, &usual, trail)?
    };
    writer.write(&header, trail)?;
    let segments = message::segments(&TABLES, object, trail)?;
    for (at, segment) in segments.iter().enumerate() {
        if write_segment(writer, segment, trail).is_err() {
            // Its path is worked out only now that it is told.
            let path = message::path_of(&TABLES, object, at);
            write_segment(writer, segment, &trail.key(&path))?;
        }
    }
    let control = header.elements.get(1).and_then(envelope::text).unwrap_or_default();
    let trailer = envelope::trailer("SE", object, segments.len() + 2, &control, trail)?;
    writer.write(&trailer, trail)
}

fn write_segment(
    writer: &mut SegmentWriter,
    segment: &Segment,
    trail: &Trail<'_>,
) -> Result<(), EdiError> {
    match (segment.tag.as_str(), segment.elements.as_slice()) {
        ("BIN", [_, data]) => write_binary(writer, "BIN", None, data, trail),
        ("BDS", [filter, _, data]) => write_binary(writer, "BDS", Some(filter), data, trail),
        _ => writer.write(segment, trail),
    }
}

/// Writes a segment whose data may hold any byte, as many as it says.
fn write_binary(
    writer: &mut SegmentWriter,
    tag: &str,
    filter: Option<&Value>,
    data: &Value,
    trail: &Trail<'_>,
) -> Result<(), EdiError> {
    let Some(data) = data.as_str() else {
        return Err(trail.error("has data that are no text"));
    };
    let n_bytes = writer.encode(data, trail)?.len().to_string();
    match filter.map(envelope::text) {
        None => writer.write_raw(tag, &[&n_bytes, data], trail),
        Some(filter) => {
            writer.write_raw(tag, &[&filter.unwrap_or_default(), &n_bytes, data], trail)
        }
    }
}
