//! A mapping as a sheet for the business, and an edited sheet as a change to accept. What the
//! formats look like: see `table` and `markdown`; what a sheet changes: see `diff`.

mod cells;
mod diff;
mod markdown;
mod table;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data::Value;
use mapping::{Expression, Names};

use self::cells::{Flat, Labels, flat};
use self::table::Table;
use super::preview::{mapper, surroundings};
use super::reach::absolute;
use super::types::{MapRow, SheetAsk, SheetDiff, SheetFile, SheetFormat, SheetGiven};
use super::{Place, rows, samples};
use crate::App;
use crate::expressions::{AtItem, Surroundings};
use crate::types::{ApiError, Code};

/// So many items are looked at for one that goes through.
const LOOKED_AT: u64 = 20;

/// Writes a mapping as a sheet.
pub async fn sheet_export(app: &Arc<App>, ask: SheetAsk) -> Result<SheetFile, ApiError> {
    let place = Place::of(app, &ask.flow, &ask.node).await?;
    let params = rows::read(place.spec());
    let labels = Labels::of(app);
    let title = place.title(app, place.at);
    let samples = Samples::of(app, &place, &ask, &params.rows, params.keep).await?;
    let name = format!("{}-{}", ask.flow, ask.node);
    let work = move || -> Result<SheetFile, ApiError> {
        let table = table(&params.rows, &labels, samples.as_ref());
        let (bytes, ending, media_type) = match ask.format {
            SheetFormat::Markdown => {
                (markdown::write(&title, &table).into_bytes(), "md", "text/markdown")
            }
            SheetFormat::Xlsx => (table.to_xlsx(&title)?, "xlsx", table::XLSX_TYPE),
        };
        Ok(SheetFile {
            name: format!("{name}.{ending}"),
            media_type: media_type.to_owned(),
            base64: STANDARD.encode(bytes),
        })
    };
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)?
}

/// Says what an edited sheet would change. Changes nothing: that is done by `flows.edit`.
pub async fn sheet_import(app: &Arc<App>, given: SheetGiven) -> Result<SheetDiff, ApiError> {
    let place = Place::of(app, &given.flow, &given.node).await?;
    let labels = Labels::of(app);
    let work = move || -> Result<SheetDiff, ApiError> {
        let bytes = STANDARD.decode(given.base64.trim().as_bytes()).map_err(|cause| {
            ApiError::new(Code::Invalid, format!("The sheet came over damaged: {cause}."))
        })?;
        let sheet = table::read(&bytes)?;
        let rows = rows::read(place.spec()).rows;
        let diff = diff::diff(&rows, &sheet, &labels, given.accept.as_deref());
        let edit = (diff.rows != rows).then(|| rows::edit(place.spec(), &diff.rows));
        Ok(SheetDiff { changes: diff.changes, same: diff.same, refused: diff.refused, edit })
    };
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)?
}

/// One item of the last run, on its way through the mapping.
struct Samples {
    item: String,
    input: Value,
    output: Option<Value>,
    surroundings: Surroundings,
}

impl Samples {
    async fn of(
        app: &App,
        place: &Place,
        ask: &SheetAsk,
        rows: &[MapRow],
        keep: bool,
    ) -> Result<Option<Self>, ApiError> {
        let entered = samples::entering(app, place, ask.run.as_ref(), LOOKED_AT).await?;
        let Some(entered) = entered else { return Ok(None) };
        let surroundings = surroundings(app, place, &entered.run, rows).await?;
        let (mapper, _) = mapper(rows, keep);
        let work = move || {
            let mut samples = entered.samples;
            let outputs: Vec<Option<Value>> = samples
                .iter()
                .map(|sample| {
                    let names = AtItem { surroundings: &surroundings, item: &sample.item };
                    mapper.trace(&sample.value, &names).output
                })
                .collect();
            // One that goes through shows more than the first one.
            let at = outputs.iter().position(Option::is_some).unwrap_or(0);
            let output = outputs.into_iter().nth(at).flatten();
            let sample = samples.swap_remove(at);
            Self { item: sample.item, input: sample.value, output, surroundings }
        };
        Ok(Some(tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)?))
    }

    /// The value of a source path.
    fn input(&self, path: &str) -> Option<Value> {
        let names = AtItem { surroundings: &self.surroundings, item: &self.item };
        Expression::parse(path).ok()?.eval(&self.input, &names as &dyn Names).ok()?
    }

    /// The value of a target; inside lists, of the first entry.
    fn output(&self, row: &Flat<'_>) -> Option<Value> {
        let mut value = self.output.clone()?;
        for name in &row.way {
            let path = data::Path::parse(name).ok()?;
            let entry = value.as_list().map(<[Value]>::first);
            value = path.get(entry.unwrap_or(Some(&value))?)?.clone();
        }
        Some(value)
    }
}

/// The rows as a table, with what became of one item.
fn table(rows: &[MapRow], labels: &Labels, samples: Option<&Samples>) -> Table {
    let mut table = Table::default();
    for row in flat(rows) {
        let reading = rows::reading(&row.row.from, &row.within);
        let inputs: Vec<String> = samples
            .into_iter()
            .flat_map(|samples| reading.sources.iter().filter_map(|path| samples.input(path)))
            .map(|value| cells::sample(&value))
            .collect();
        let output = samples.and_then(|samples| samples.output(&row));
        let mut cells = cells::editable(&row, labels, &reading.sources);
        cells[table::SAMPLE_IN] = inputs.join("; ");
        cells[table::SAMPLE_OUT] = output.map(|value| cells::sample(&value)).unwrap_or_default();
        table.rows.push(cells);
    }
    table
}

/// The paths that a row's text reads, as the source trees have them.
fn sources_of(text: &str, within: &[String]) -> Vec<String> {
    rows::reading(text, within).sources
}

/// Whether a text is one plain path, and what it is in the source trees.
fn as_source(text: &str, within: &[String]) -> Option<String> {
    let expression = Expression::parse(text).ok()?;
    expression.as_path()?;
    Some(absolute(text.trim(), within))
}
