//! Suggestions for fields that are not mapped yet. How names are compared is `mapping::suggest`'s.

use std::sync::Arc;

use engine::map::FieldType;
use mapping::suggest::{Candidate, FieldFacts, FieldKind, pair};

use super::Place;
use super::reach::reach;
use super::rows;
use super::samples;
use super::sources;
use super::targets;
use super::types::{
    MapRow, SourceField, SourceTree, SuggestAsk, SuggestedSource, Suggestion, ValueKind,
};
use crate::App;
use crate::types::ApiError;

/// Suggests sources for target fields.
pub async fn suggest(app: &Arc<App>, ask: SuggestAsk) -> Result<Vec<Suggestion>, ApiError> {
    let place = Place::of(app, &ask.flow, &ask.node).await?;
    let entered = samples::entering(app, &place, ask.run.as_ref(), samples::MANY).await?;
    let trees = sources::trees(app, &place, entered.as_ref()).await?;
    let targets = match ask.targets {
        Some(targets) => targets,
        None => open_targets(app, &place),
    };
    let work = move || suggestions(&trees, &targets);
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)
}

/// The fields that nothing is mapped to yet.
fn open_targets(app: &App, place: &Place) -> Vec<MapRow> {
    let mut targets = rows::read(place.spec()).rows;
    for target in targets::wanted(app, place).0 {
        if targets.iter().all(|row| row.to != target.to) {
            targets.push(MapRow { to: target.to, kind: target.kind, ..MapRow::default() });
        }
    }
    targets
}

/// Suggestions for all rows without an expression, those inside lists included.
fn suggestions(trees: &[SourceTree], targets: &[MapRow]) -> Vec<Suggestion> {
    // Earlier nodes offer what the item may have lost; the item itself comes first.
    let item: Vec<&SourceTree> = trees.iter().take(1).collect();
    let mut found = level(&item, targets, &[], &[]);
    let is_left = |row: &&MapRow| {
        row.from.trim().is_empty()
            && found.iter().all(|suggestion| suggestion.to.first() != Some(&row.to))
    };
    let left: Vec<MapRow> = targets.iter().filter(is_left).cloned().collect();
    let earlier: Vec<&SourceTree> =
        trees.iter().skip(1).filter(|tree| tree.out_of_reach.is_none()).collect();
    found.extend(level(&earlier, &left, &[], &[]));
    let order = |suggestion: &Suggestion| {
        targets.iter().position(|row| Some(&row.to) == suggestion.to.first())
    };
    found.sort_by_key(|suggestion| (order(suggestion), suggestion.to.len()));
    found
}

/// Suggestions for the rows of one object: the item's, or an entry's.
fn level(
    trees: &[&SourceTree],
    targets: &[MapRow],
    around: &[String],
    within: &[String],
) -> Vec<Suggestion> {
    let mut sources = Vec::new();
    for tree in trees {
        offered(&tree.fields, &mut Vec::new(), within, &mut sources);
    }
    let open: Vec<&MapRow> = targets.iter().filter(|row| row.from.trim().is_empty()).collect();
    let wanted: Vec<FieldFacts> = open.iter().map(|row| of_row(row)).collect();
    let facts: Vec<FieldFacts> = sources.iter().map(|(facts, _)| facts.clone()).collect();
    let mut found = Vec::new();
    let mut lists: Vec<(MapRow, String)> = targets
        .iter()
        .filter(|row| row.fields.is_some() && !row.from.trim().is_empty())
        .map(|row| (row.clone(), row.from.clone()))
        .collect();
    for pairing in pair(&facts, &wanted) {
        let row = open[pairing.target];
        let told = |candidate: &Candidate| {
            let field = sources[candidate.source].1;
            SuggestedSource {
                from: reach(&field.path, &field.lists, within).text,
                source: field.path.clone(),
                score: candidate.score,
                reason: candidate.reason.clone(),
                for_each: row.fields.is_some() || of_objects(field),
            }
        };
        let best = told(&pairing.best);
        if row.fields.is_some() {
            lists.push((row.clone(), best.from.clone()));
        }
        let to = around.iter().cloned().chain([row.to.clone()]).collect();
        found.push(Suggestion { to, best, others: pairing.others.iter().map(told).collect() });
    }
    for (row, from) in lists {
        let around: Vec<String> = around.iter().cloned().chain([row.to.clone()]).collect();
        let within: Vec<String> = within.iter().cloned().chain([from]).collect();
        found.extend(level(trees, row.fields.as_deref().unwrap_or_default(), &around, &within));
    }
    found
}

fn of_objects(field: &SourceField) -> bool {
    field.kind == ValueKind::List && field.entries == Some(ValueKind::Object)
}

/// The fields that can be reached as one value from inside these lists.
fn offered<'s>(
    fields: &'s [SourceField],
    names: &mut Vec<String>,
    within: &[String],
    found: &mut Vec<(FieldFacts, &'s SourceField)>,
) {
    for field in fields {
        names.push(field.name.clone());
        if !reach(&field.path, &field.lists, within).several {
            let samples = field.examples.iter().map(|example| match example.as_str() {
                Some(text) => text.to_owned(),
                None => example.to_string(),
            });
            let facts = FieldFacts {
                path: names.clone(),
                kind: if of_objects(field) { FieldKind::Rows } else { kind(field.kind) },
                format: field.format.clone(),
                samples: samples.collect(),
            };
            found.push((facts, field));
        }
        offered(&field.fields, names, within, found);
        names.pop();
    }
}

fn of_row(row: &MapRow) -> FieldFacts {
    let (kind, _) = targets::value_kinds(row.kind, row.fields.is_some());
    let format = match row.kind {
        FieldType::Date | FieldType::DateDmy | FieldType::DateMdy => Some("date".to_owned()),
        FieldType::DateTime => Some("date-time".to_owned()),
        _ => None,
    };
    let path = row.to.split('.').map(str::to_owned).collect();
    let kind = if row.fields.is_some() { FieldKind::Rows } else { self::kind(kind) };
    FieldFacts { path, kind, format, samples: Vec::new() }
}

fn kind(kind: ValueKind) -> FieldKind {
    match kind {
        ValueKind::Text => FieldKind::Text,
        ValueKind::Number | ValueKind::Integer => FieldKind::Number,
        ValueKind::Boolean => FieldKind::Boolean,
        ValueKind::Date | ValueKind::DateTime => FieldKind::Date,
        ValueKind::List => FieldKind::List,
        ValueKind::Object => FieldKind::Object,
        ValueKind::Null | ValueKind::Mixed | ValueKind::Unknown => FieldKind::Unknown,
    }
}
