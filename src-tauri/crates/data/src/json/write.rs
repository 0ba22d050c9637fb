//! Writes values as JSON, compact or indented by two spaces.
//! Numbers go out with the digits they came with, members in their order.

use std::io;

use crate::{
    number::Number,
    value::{Repr, Value},
};

/// Writes a value as compact JSON.
pub fn to_string(value: &Value) -> String {
    let mut out = Vec::with_capacity(64);
    write_value(value, &mut out);
    String::from_utf8(out).expect("texts are UTF-8 and the rest is ASCII")
}

/// Writes a value as JSON indented by two spaces.
pub fn to_string_pretty(value: &Value) -> String {
    let mut out = Vec::with_capacity(256);
    write_indented(value, 0, &mut out);
    String::from_utf8(out).expect("texts are UTF-8 and the rest is ASCII")
}

/// Writes a value as compact JSON to `out`, in one call.
pub fn write(value: &Value, out: &mut impl io::Write) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(256);
    write_value(value, &mut buffer);
    out.write_all(&buffer)
}

/// Writes a value as JSON indented by two spaces to `out`, in one call.
pub fn write_pretty(value: &Value, out: &mut impl io::Write) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(256);
    write_indented(value, 0, &mut buffer);
    out.write_all(&buffer)
}

pub(crate) fn write_value(value: &Value, out: &mut Vec<u8>) {
    match &value.0 {
        Repr::List(list) => {
            out.push(b'[');
            for (at, item) in list.items().iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_value(item, out);
            }
            out.push(b']');
        }
        Repr::Object(object) => {
            out.push(b'{');
            for (at, (key, value)) in object.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(key.quoted().as_bytes());
                write_value(value, out);
            }
            out.push(b'}');
        }
        _ => write_scalar(value, out),
    }
}

fn write_indented(value: &Value, depth: usize, out: &mut Vec<u8>) {
    match &value.0 {
        Repr::List(list) if !list.items().is_empty() => {
            out.push(b'[');
            for (at, item) in list.items().iter().enumerate() {
                start_line(at, depth + 1, out);
                write_indented(item, depth + 1, out);
            }
            start_line(0, depth, out);
            out.push(b']');
        }
        Repr::Object(object) if !object.is_empty() => {
            out.push(b'{');
            for (at, (key, value)) in object.iter().enumerate() {
                start_line(at, depth + 1, out);
                out.extend_from_slice(key.quoted().as_bytes());
                out.push(b' ');
                write_indented(value, depth + 1, out);
            }
            start_line(0, depth, out);
            out.push(b'}');
        }
        _ => write_value(value, out),
    }
}

fn start_line(at: usize, depth: usize, out: &mut Vec<u8>) {
    if at > 0 {
        out.push(b',');
    }
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}

#[inline]
fn write_scalar(value: &Value, out: &mut Vec<u8>) {
    match &value.0 {
        Repr::Bool(true) => out.extend_from_slice(b"true"),
        Repr::Bool(false) => out.extend_from_slice(b"false"),
        Repr::Text(text) => write_text(text, out),
        Repr::Int(int) => out.extend_from_slice(itoa::Buffer::new().format(*int).as_bytes()),
        _ => match value.as_number() {
            Some(number) => Number::write(&number, out),
            None => out.extend_from_slice(b"null"),
        },
    }
}

/// Writes a text in quotes with the escapes that JSON demands, and no others.
pub(crate) fn write_text(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    let mut start = 0;
    while let Some(at) = super::parse::find_special(bytes, start) {
        out.extend_from_slice(&bytes[start..at]);
        let b = bytes[at];
        match b {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', b]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0C => out.extend_from_slice(b"\\f"),
            _ => {
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
            }
        }
        start = at + 1;
    }
    out.extend_from_slice(&bytes[start..]);
    out.push(b'"');
}
