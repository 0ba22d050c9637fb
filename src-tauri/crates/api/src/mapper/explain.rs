//! Where one value of one item came from: the row that made it, the source fields that the row
//! reads, and what was read there. One step of the way; the nodes before are asked for theirs.

use std::sync::Arc;

use data::{Path, Segment, Value};
use engine::map::InEntry;
use flow::id::NodeId;
use mapping::{Expression, Names, Target};

use super::preview::surroundings;
use super::reach::absolute;
use super::types::{ExplainAsk, Explained, ExplainedSource, MapRow, SourceRead};
use super::{Place, rows, samples};
use crate::App;
use crate::expressions::AtItem;
use crate::opened::inputs;
use crate::types::{ApiError, Code};

/// Says where a value came from.
pub async fn explain(app: &Arc<App>, ask: ExplainAsk) -> Result<Explained, ApiError> {
    let place = Place::of(app, &ask.flow, &ask.node).await?;
    let path = Path::parse(&ask.to).map_err(|error| {
        ApiError::new(Code::Invalid, format!("Nothing can stand there: {error}."))
    })?;
    let params = rows::read(place.spec());
    let entered = samples::entering(app, &place, ask.run.as_ref(), u64::MAX).await?;
    let found = entered.and_then(|entered| {
        let sample = entered.samples.into_iter().find(|sample| sample.item == ask.item)?;
        Some((entered.run, sample))
    });
    let (run, sample) = found.ok_or_else(|| {
        let words = format!("The item {} was not kept, so its sources cannot be told.", ask.item);
        ApiError::new(Code::NotFound, words)
    })?;
    let surroundings = surroundings(app, &place, &run, &params.rows).await?;
    let fed_by: Vec<NodeId> =
        inputs(&place.graph, place.at).into_iter().map(|source| source.node).collect();
    let work = move || {
        let names = AtItem { surroundings: &surroundings, item: &sample.item };
        let way = way(&params.rows, rows::FIELDS, path.segments());
        let mut told = match way.last() {
            Some(_) => made(&way, &sample.value, &names),
            None if params.keep => kept(&path, &sample.value),
            None => None,
        }?;
        for source in &mut told.sources {
            if source.nodes.is_empty() && !source.path.starts_with('$') {
                source.nodes.clone_from(&fed_by);
            }
        }
        Some(told)
    };
    let told = tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)?;
    told.ok_or_else(|| {
        let words = format!("No row makes \"{}\", or its expression has no result here.", ask.to);
        ApiError::new(Code::NotFound, words)
    })
}

/// A row on the way to a value, and which of its entries the value stands in.
struct OnWay<'r> {
    key: String,
    row: &'r MapRow,
    entry: Option<usize>,
}

/// The rows on the way to a value, the one that makes it last; empty where no row makes it.
fn way<'r>(rows: &'r [MapRow], at: &str, segments: &[Segment]) -> Vec<OnWay<'r>> {
    for (index, row) in rows.iter().enumerate() {
        let Ok(to) = Path::parse(&row.to) else { continue };
        let Some(rest) = segments.strip_prefix(to.segments()) else { continue };
        let key = format!("{at}/{index}");
        let (entry, inner) = match (&row.fields, rest) {
            (Some(fields), [Segment::Index(entry), inner @ ..]) => {
                (Some(*entry), way(fields, &format!("{key}/fields"), inner))
            }
            _ => (None, Vec::new()),
        };
        return std::iter::once(OnWay { key, row, entry }).chain(inner).collect();
    }
    Vec::new()
}

/// What the last row of a way was made from. `at` is where the value of each row around it stands.
fn made(way: &[OnWay<'_>], item: &Value, names: &dyn Names) -> Option<Explained> {
    let (last, around) = way.split_last()?;
    let within: Vec<String> = around.iter().map(|on| on.row.from.clone()).collect();
    let mut entries = vec![Entry { place: String::new(), value: item.clone() }];
    for on in around {
        entries.push(entry(on, &entries, names)?);
    }
    let expression = Expression::parse(&last.row.from).ok()?;
    let reads = in_names(&entries, names, |value, names| expression.trace(value, names).ok())?;
    let inner = entries.last()?;
    let sources = expression.explain().sources.into_iter().map(|source| {
        let path = absolute(&source, &within);
        let found = outside(&source, &entries, names).unwrap_or_else(|| {
            let is_here = |read: &&mapping::Read| is_at(&read.path, &source);
            let here = reads.iter().filter(is_here);
            here.map(|read| placed(&inner.place, &read.path, &read.value)).collect()
        });
        ExplainedSource { nodes: named(&source), path, reads: found }
    });
    Some(Explained {
        key: Some(last.key.clone()),
        from: last.row.from.clone(),
        rule: mapping::rule::Rule::read(&last.row.from),
        sources: sources.collect(),
    })
}

/// A field that was kept as it was.
fn kept(path: &Path, item: &Value) -> Option<Explained> {
    let value = path.get(item)?.clone();
    let place = path.to_string();
    let reads = vec![SourceRead { path: place.clone(), value }];
    let sources = vec![ExplainedSource { path: place, nodes: Vec::new(), reads }];
    Some(Explained { key: None, from: String::new(), rule: None, sources })
}

/// What the rows of a level are evaluated for, and where it stands in the item.
#[derive(Clone)]
struct Entry {
    place: String,
    value: Value,
}

/// Calls `work` with the innermost value and the names that are in reach there.
fn in_names<T>(
    entries: &[Entry],
    names: &dyn Names,
    work: impl FnOnce(&Value, &dyn Names) -> T,
) -> T {
    match entries {
        [whole, .., outer, inner] => {
            work(&inner.value, &InEntry::new(names, &whole.value, &outer.value))
        }
        [whole, inner] => work(&inner.value, &InEntry::new(names, &whole.value, &whole.value)),
        [whole] => work(&whole.value, names),
        [] => work(&Value::null(), names),
    }
}

/// The entry of a list that a row goes through, with its place.
fn entry(on: &OnWay<'_>, entries: &[Entry], names: &dyn Names) -> Option<Entry> {
    let expression = Expression::parse(&on.row.from).ok()?;
    let list = in_names(entries, names, |value, names| expression.eval(value, names).ok())??;
    let listed = list.as_list().unwrap_or(std::slice::from_ref(&list));
    let value = listed.get(on.entry?)?.clone();
    // Of equal entries the first ones were the first in the list that they were taken from.
    let n_equal = listed[..on.entry?].iter().filter(|other| **other == value).count();
    let base = entries.last()?;
    let source = expression.explain().sources.into_iter().next().unwrap_or_default();
    let found = Expression::parse(&source).ok().and_then(|source| {
        let path = Path::parse(source.source()).ok()?;
        let at = path.get(&base.value)?;
        let Some(list) = at.as_list() else { return Some(path.to_string()) };
        let mut equal = list.iter().enumerate().filter(|(_, other)| **other == value);
        Some(path.index(equal.nth(n_equal)?.0).to_string())
    });
    let place = joined(&base.place, &found.unwrap_or(source));
    Some(Entry { place, value })
}

/// The values of a source that is not in the entry: `$item.no`, `$node("a").b`, `$vars.shop`.
fn outside(source: &str, entries: &[Entry], names: &dyn Names) -> Option<Vec<SourceRead>> {
    if !source.starts_with('$') {
        return None;
    }
    let expression = Expression::parse(source).ok()?;
    let base = match source.split_once('.') {
        Some(("$item", rest)) => Some((entries.first()?, rest)),
        Some(("$outer", rest)) => Some((entries.iter().rev().nth(1)?, rest)),
        _ => None,
    };
    if let Some((base, rest)) = base {
        let reads = Expression::parse(rest).ok()?.trace(&base.value, names).ok()?;
        return Some(
            reads.iter().map(|read| placed(&base.place, &read.path, &read.value)).collect(),
        );
    }
    let value = in_names(entries, names, |value, names| expression.eval(value, names).ok())?;
    Some(value.into_iter().map(|value| SourceRead { path: source.to_owned(), value }).collect())
}

/// The node that a source names.
fn named(source: &str) -> Vec<NodeId> {
    let references = Expression::parse(source).map(|found| found.references().to_vec());
    let node = |to: &Target| match to {
        Target::Node(id) => Some(NodeId::from(id.as_str())),
        _ => None,
    };
    references.unwrap_or_default().iter().filter_map(|found| node(&found.to)).collect()
}

fn placed(base: &str, path: &str, value: &Value) -> SourceRead {
    SourceRead { path: joined(base, path), value: value.clone() }
}

fn joined(base: &str, path: &str) -> String {
    match (base, path) {
        ("", path) => path.to_owned(),
        (base, "$") => base.to_owned(),
        (base, path) if path.starts_with('[') => format!("{base}{path}"),
        (base, path) => format!("{base}.{path}"),
    }
}

/// Whether a place is that of a source: `lines[0].price` is one of `lines.price`.
fn is_at(place: &str, source: &str) -> bool {
    let mut plain = String::with_capacity(place.len());
    let mut depth = 0_usize;
    for c in place.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            c if depth == 0 && c != '"' => plain.push(c),
            _ => {}
        }
    }
    let source = source.replace('`', "");
    plain == source
        || plain.strip_prefix(&source).is_some_and(|rest| rest.starts_with('.'))
        || source.strip_prefix(&plain).is_some_and(|rest| rest.starts_with('.'))
}
