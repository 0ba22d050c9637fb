//! The ways in which the sample systems cut their lists into pages. Not how pages are followed:
//! that is the transport's.

use std::collections::HashMap;
use std::fmt::Write;

use jiff::Timestamp;
use serde_json::Value as Json;

/// A query of a URL.
pub(super) type Query = axum::extract::Query<HashMap<String, String>>;

/// A part of a list, by number of page.
pub(super) struct Page<'a> {
    pub(super) items: Vec<&'a Json>,
    pub(super) number: usize,
    pub(super) pages: usize,
    pub(super) total: usize,
}

pub(super) fn number(query: &Query, name: &str, absent: usize) -> usize {
    query.get(name).and_then(|text| text.parse().ok()).unwrap_or(absent)
}

/// How many items a page has: what is asked for, at most 100.
pub(super) fn size(query: &Query, name: &str) -> usize {
    number(query, name, 50).clamp(1, 100)
}

/// The items that changed at `updated_since` or later, and whose fields are as the query says.
pub(super) fn filter<'a>(items: &'a [Json], query: &Query, fields: &[&str]) -> Vec<&'a Json> {
    let since = query.get("updated_since").and_then(|text| moment(text));
    items
        .iter()
        .filter(|item| {
            since.is_none_or(|since| {
                item["updated_at"].as_str().and_then(moment).is_some_and(|at| at >= since)
            })
        })
        .filter(|item| {
            fields.iter().all(|field| {
                query.get(*field).is_none_or(|wanted| item[*field].as_str() == Some(wanted))
            })
        })
        .collect()
}

/// A point in time, or the start of a day in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| format!("{text}T00:00:00Z").parse().ok())
}

pub(super) fn page<'a>(items: &[&'a Json], query: &Query) -> Page<'a> {
    let size = size(query, "per_page");
    let page = number(query, "page", 1).max(1);
    Page {
        items: items.iter().copied().skip((page - 1) * size).take(size).collect(),
        number: page,
        pages: items.len().div_ceil(size),
        total: items.len(),
    }
}

pub(super) fn offset<'a>(items: &[&'a Json], query: &Query) -> (usize, Vec<&'a Json>) {
    let offset = number(query, "offset", 0);
    (offset, items.iter().copied().skip(offset).take(size(query, "limit")).collect())
}

/// The query with one name set anew, as a text for a next address.
pub(super) fn query_with(query: &Query, name: &str, value: usize) -> String {
    let mut others: Vec<_> = query.iter().filter(|(key, _)| *key != name).collect();
    others.sort();
    let mut text = format!("{name}={value}");
    for (key, value) in others {
        let escaped: String = value
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect();
        let _ = write!(text, "&{key}={escaped}");
    }
    text
}
