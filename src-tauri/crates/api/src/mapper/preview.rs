//! What a mapping makes of the items of a run, told field by field, while it is being edited. The
//! engine's own rows are at work: the output is what a run gives.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::map::{FieldCoercion, FieldTrouble, FieldType, MapField, Mapper, Trace, TroubleKind};
use flow::run::Sample;
use mapping::Target;

use super::Place;
use super::rows::{self, FIELDS};
use super::samples::{self, Entered};
use super::types::{
    CoercionChip, CoercionView, FieldIssue, MapPreview, MapRow, PreviewAsk, PreviewItem,
    RowProblem, RowTotals,
};
use crate::App;
use crate::expressions::{AtItem, Surroundings};
use crate::opened::OpenRun;
use crate::types::{ApiError, PreviewError};

/// So many items are shown where nobody says otherwise.
const USUAL: u32 = 50;
/// More items than this are not looked at while editing.
const MOST: u32 = 200;

/// Shows what the mapping makes of the items that enter it.
pub async fn preview(app: &Arc<App>, ask: PreviewAsk) -> Result<MapPreview, ApiError> {
    let place = Place::of(app, &ask.flow, &ask.node).await?;
    let limit = ask.limit.unwrap_or(USUAL).min(MOST);
    let in_flow = rows::read(place.spec());
    let rows = ask.rows.unwrap_or(in_flow.rows);
    let keep = ask.keep.unwrap_or(in_flow.keep);
    let entered = samples::entering(app, &place, ask.run.as_ref(), u64::from(limit)).await?;
    let (mapper, problems) = mapper(&rows, keep);
    let Some(Entered { run, samples }) = entered else {
        return Ok(MapPreview { problems, ..MapPreview::default() });
    };
    let surroundings = surroundings(app, &place, &run, &rows).await?;
    let run = Some(run.row.id.clone());
    // A mapping of large items may take its time: not on a thread that serves.
    let look = move || told(&mapper, &rows, samples, &surroundings);
    let preview = tokio::task::spawn_blocking(look).await.map_err(ApiError::internal)?;
    Ok(MapPreview { run, problems, ..preview })
}

/// What the expressions of rows can reach besides the item.
pub(super) async fn surroundings(
    app: &App,
    place: &Place,
    run: &OpenRun,
    rows: &[MapRow],
) -> Result<Surroundings, ApiError> {
    let fields = rows::fields(rows, FIELDS, &mut Vec::new());
    let surroundings = Surroundings::of(app, &place.ready, run, named_nodes(rows)).await?;
    surroundings.with_tables(app, engine::map::tables_of(&fields)).await
}

/// The mapping of the rows that are right, and what is wrong with the others.
pub(super) fn mapper(rows: &[MapRow], keep: bool) -> (Mapper, Vec<RowProblem>) {
    let mut problems = Vec::new();
    let fields = rows::fields(rows, FIELDS, &mut problems);
    let mut placed: Vec<(String, MapField)> = fields
        .into_iter()
        .enumerate()
        .map(|(index, field)| (format!("{FIELDS}/{index}"), field))
        .collect();
    loop {
        match Mapper::new(placed.clone(), keep) {
            Ok(mapper) => return (mapper, problems),
            Err(problem) => {
                let n_before = placed.len();
                placed.retain(|(key, _)| !problem.key.starts_with(&format!("{key}/")));
                // A problem of no row would be told for ever.
                if placed.len() == n_before {
                    placed.clear();
                }
                let error =
                    PreviewError { code: "row".to_owned(), message: problem.message, span: None };
                problems.push(RowProblem { key: problem.key, error });
            }
        }
    }
}

/// The nodes that the rows ask for with `$node`.
fn named_nodes(rows: &[MapRow]) -> Vec<String> {
    let mut nodes = Vec::new();
    for row in rows {
        if let Ok(expression) = mapping::Expression::parse(&row.from) {
            for reference in expression.references() {
                if let Target::Node(id) = &reference.to
                    && !nodes.contains(id)
                {
                    nodes.push(id.clone());
                }
            }
        }
        for id in named_nodes(row.fields.as_deref().unwrap_or_default()) {
            if !nodes.contains(&id) {
                nodes.push(id);
            }
        }
    }
    nodes
}

fn told(
    mapper: &Mapper,
    rows: &[MapRow],
    samples: Vec<Sample>,
    surroundings: &Surroundings,
) -> MapPreview {
    let mut preview = MapPreview::default();
    let mut totals = Totals::of(rows);
    for (index, sample) in samples.into_iter().enumerate() {
        let names = AtItem { surroundings, item: &sample.item };
        let trace = mapper.trace(&sample.value, &names);
        totals.add(&trace);
        if trace.output.is_some() {
            preview.fine += 1;
        } else {
            preview.failing += 1;
            preview.failing_items.push(index as u32);
        }
        preview.items.push(PreviewItem {
            item: sample.item,
            input: sample.value,
            output: trace.output,
            troubles: trace.troubles.iter().map(issue).collect(),
            coercions: trace.coercions.into_iter().map(coercion).collect(),
        });
    }
    preview.rows = totals.finish();
    preview
}

fn entries(entries: &[usize]) -> Vec<u32> {
    entries.iter().map(|entry| *entry as u32).collect()
}

fn issue(trouble: &FieldTrouble) -> FieldIssue {
    let told = |code: &str, message: &String| PreviewError {
        code: code.to_owned(),
        message: message.clone(),
        span: None,
    };
    let error = match &trouble.error {
        TroubleKind::Fault(fault) => rows::error(fault),
        TroubleKind::Type { message, .. } => told("type", message),
        TroubleKind::Missing { message } => told("missing", message),
        TroubleKind::Item { message } => told("item", message),
    };
    FieldIssue { key: trouble.key.clone(), entries: entries(&trouble.entries), error }
}

fn coercion(coercion: FieldCoercion) -> CoercionView {
    CoercionView {
        key: coercion.key,
        entries: entries(&coercion.entries),
        before: coercion.from,
        after: coercion.to,
        loss: coercion.loss.map(str::to_owned),
    }
}

/// What happened at each row, over all items.
struct Totals {
    /// The type of each row.
    types: BTreeMap<String, FieldType>,
    rows: BTreeMap<String, RowTotals>,
}

impl Totals {
    fn of(rows: &[MapRow]) -> Self {
        let mut types = BTreeMap::new();
        types_of(rows, FIELDS, &mut types);
        Self { types, rows: BTreeMap::new() }
    }

    fn row(&mut self, key: &str) -> &mut RowTotals {
        self.rows.entry(key.to_owned()).or_insert_with(|| RowTotals {
            key: key.to_owned(),
            errors: 0,
            missing: 0,
            coercions: Vec::new(),
        })
    }

    fn add(&mut self, trace: &Trace) {
        for (key, _) in &trace.missed {
            self.row(key).missing += 1;
        }
        for trouble in trace.troubles.iter().filter(|trouble| !trouble.key.is_empty()) {
            self.row(&trouble.key).errors += 1;
            if let TroubleKind::Type { value, .. } = &trouble.error {
                let chip = self.chip(&trouble.key, value);
                if chip.refused == 0 {
                    chip.before = value.clone();
                    chip.after = None;
                }
                chip.refused += 1;
            }
        }
        for coercion in &trace.coercions {
            let chip = self.chip(&coercion.key, &coercion.from);
            let is_first = chip.count == 0 && chip.refused == 0;
            chip.count += 1;
            if is_first || (coercion.loss.is_some() && chip.lossy == 0 && chip.refused == 0) {
                chip.before = coercion.from.clone();
                chip.after = Some(coercion.to.clone());
            }
            if let Some(loss) = coercion.loss {
                chip.lossy += 1;
                chip.loss = Some(loss.to_owned());
            }
        }
    }

    /// The chip of values of this kind at a row.
    fn chip(&mut self, key: &str, value: &data::Value) -> &mut CoercionChip {
        let from = value.kind().name();
        let to = self.types.get(key).copied().unwrap_or_default();
        let chips = &mut self.row(key).coercions;
        let at = chips.iter().position(|chip| chip.from == from).unwrap_or_else(|| {
            chips.push(CoercionChip {
                from: from.to_owned(),
                to,
                to_name: to.name().to_owned(),
                count: 0,
                lossy: 0,
                refused: 0,
                loss: None,
                before: value.clone(),
                after: None,
            });
            chips.len() - 1
        });
        &mut chips[at]
    }

    fn finish(self) -> Vec<RowTotals> {
        self.rows.into_values().collect()
    }
}

fn types_of(rows: &[MapRow], at: &str, types: &mut BTreeMap<String, FieldType>) {
    for (index, row) in rows.iter().enumerate() {
        let key = format!("{at}/{index}");
        types_of(row.fields.as_deref().unwrap_or_default(), &format!("{key}/fields"), types);
        types.insert(key, row.kind);
    }
}
