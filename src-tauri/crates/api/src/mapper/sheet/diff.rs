//! What an edited sheet changes in a mapping. A row that cannot be taken is told with its cell, and
//! stays as it is.

use std::collections::{HashMap, HashSet};

use engine::map::Mapper;
use mapping::Expression;

use super::super::rows::{FIELDS, fields};
use super::super::types::{ColumnChange, MapRow, RefusedCell, RowChange};
use super::cells::{Flat, Labels, editable, flat, to_default};
use super::table::{COLUMNS, DEFAULT, MISSING, NOTE, RULE, SOURCE, Sheet, SheetRow, TARGET, TYPE};
use super::{as_source, sources_of};
use crate::mapper::reach::reach;

/// What a sheet changes, and the rows that come of it.
#[derive(Debug, Default)]
pub(super) struct Diff {
    pub(super) changes: Vec<RowChange>,
    pub(super) same: u32,
    pub(super) refused: Vec<RefusedCell>,
    pub(super) rows: Vec<MapRow>,
}

/// A change to one row.
struct Op {
    change: RowChange,
    /// The row as it shall be, without the rows inside it; none where it is taken out.
    row: Option<MapRow>,
    /// The cell that stands for it.
    cell: String,
}

impl Op {
    fn target(&self) -> &str {
        match &self.change {
            RowChange::Added { target, .. }
            | RowChange::Removed { target, .. }
            | RowChange::Changed { target, .. } => target,
        }
    }
}

/// Compares a sheet with the rows of a mapping. Only changes of the fields in `accept` are made,
/// where there is one; all are told.
pub(super) fn diff(
    rows: &[MapRow],
    sheet: &Sheet,
    labels: &Labels,
    accept: Option<&[String]>,
) -> Diff {
    let known: HashMap<String, Flat<'_>> =
        flat(rows).into_iter().map(|row| (row.target.clone(), row)).collect();
    let mut reading = Reading { known: &known, labels, sheet, seen: HashMap::new() };
    let mut diff = Diff::default();
    let mut ops = Vec::new();
    let mut named = HashSet::new();
    for row in &sheet.rows {
        if let Some(target) = sheet.cell(row, TARGET).filter(|target| !target.is_empty()) {
            named.insert(target.to_owned());
        }
        match reading.row(row) {
            Ok(None) => {}
            Ok(Some(Read::Same)) => diff.same += 1,
            Ok(Some(Read::Op(op))) => ops.push(*op),
            Err(refused) => diff.refused.push(refused),
        }
    }
    for row in flat(rows) {
        if !named.contains(&row.target) {
            let change =
                RowChange::Removed { target: row.target.clone(), row: without_inner(row.row) };
            ops.push(Op { change, row: None, cell: String::new() });
        }
    }
    settle(rows, ops, accept, &mut diff);
    diff
}

/// Makes the changes; one that does not fit the other rows is refused.
fn settle(rows: &[MapRow], mut ops: Vec<Op>, accept: Option<&[String]>, diff: &mut Diff) {
    // A list comes before what stands in it.
    ops.sort_by_key(|op| op.target().matches("[].").count());
    let is_accepted =
        |op: &Op| accept.is_none_or(|accept| accept.iter().any(|target| target == op.target()));
    loop {
        let mut made = rows.to_vec();
        let mut misfit = None;
        for (at, op) in ops.iter().enumerate().filter(|(_, op)| is_accepted(op)) {
            if let Err(message) = apply(&mut made, op) {
                misfit = Some((at, message));
                break;
            }
        }
        if misfit.is_none() {
            misfit = clash(&made, &ops);
        }
        match misfit {
            None => {
                diff.rows = made;
                break;
            }
            Some((at, message)) => {
                let op = ops.remove(at);
                diff.refused.push(RefusedCell { cell: op.cell, message });
            }
        }
    }
    diff.changes.extend(ops.into_iter().map(|op| op.change));
}

/// The change that makes rows which do not go together, such as `customer` and `customer.name`.
fn clash(made: &[MapRow], ops: &[Op]) -> Option<(usize, String)> {
    let fields = fields(made, FIELDS, &mut Vec::new());
    let placed =
        fields.into_iter().enumerate().map(|(index, field)| (format!("{FIELDS}/{index}"), field));
    let problem = Mapper::new(placed, false).err()?;
    let keys = keys(made, FIELDS);
    let row = flat(made).into_iter().zip(&keys).rev().find(|(_, key)| {
        problem.key.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with('/'))
    });
    let target = row.map(|(row, _)| row.target);
    let at = ops.iter().position(|op| op.row.is_some() && target.as_deref() == Some(op.target()));
    // What does not fit may be an old row beside a new one.
    let at = at.or_else(|| ops.iter().rposition(|op| op.row.is_some()))?;
    Some((at, problem.message))
}

/// The keys of all rows, in the order of `flat`.
fn keys(rows: &[MapRow], at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let key = format!("{at}/{index}");
        let inner = row.fields.as_deref().map(|fields| keys(fields, &format!("{key}/fields")));
        found.push(key);
        found.extend(inner.into_iter().flatten());
    }
    found
}

fn without_inner(row: &MapRow) -> MapRow {
    MapRow { fields: row.fields.as_ref().map(|_| Vec::new()), ..row.clone() }
}

/// What a row of a sheet comes to.
enum Read {
    Same,
    Op(Box<Op>),
}

struct Reading<'a> {
    known: &'a HashMap<String, Flat<'a>>,
    labels: &'a Labels,
    sheet: &'a Sheet,
    /// Where each target was met.
    seen: HashMap<String, String>,
}

impl Reading<'_> {
    fn row(&mut self, row: &SheetRow) -> Result<Option<Read>, RefusedCell> {
        let sheet = self.sheet;
        let cell = |column| sheet.cell(row, column);
        let refuse = |column, message| RefusedCell { cell: sheet.place(row, column), message };
        let target = cell(TARGET).unwrap_or_default();
        if target.is_empty() {
            if [RULE, SOURCE, TYPE, NOTE].into_iter().all(|at| cell(at).unwrap_or("").is_empty()) {
                return Ok(None);
            }
            let message = "The row names no target field. Write one, or clear the row.";
            return Err(refuse(TARGET, message.to_owned()));
        }
        let place = sheet.place(row, TARGET);
        if let Some(before) = self.seen.insert(target.to_owned(), place.clone()) {
            let message = format!("\"{target}\" stands in {before} already. Keep one of the rows.");
            return Err(refuse(TARGET, message));
        }
        let known = self.known.get(target);
        let to = field_name(target).map_err(|message| refuse(TARGET, message))?;
        let mut made = match known {
            Some(known) => without_inner(known.row),
            None => {
                MapRow { to, fields: target.ends_with("[]").then(Vec::new), ..MapRow::default() }
            }
        };
        if let Some(text) = cell(TYPE) {
            made.kind = self.labels.to_type(text).map_err(|message| refuse(TYPE, message))?;
        }
        if let Some(text) = cell(MISSING) {
            made.missing =
                self.labels.to_policy(text).map_err(|message| refuse(MISSING, message))?;
        }
        if let Some(text) = cell(DEFAULT) {
            made.default = to_default(text);
        }
        if let Some(text) = cell(NOTE) {
            text.clone_into(&mut made.note);
        }
        let within = known.map(|known| known.within.clone()).unwrap_or_else(|| self.within(target));
        self.rule(row, known, &within, &mut made)?;
        Ok(Some(self.compared(target, known, made, place)))
    }

    /// Takes over the rule, or a source that was written in its place.
    fn rule(
        &self,
        row: &SheetRow,
        known: Option<&Flat<'_>>,
        within: &[String],
        made: &mut MapRow,
    ) -> Result<(), RefusedCell> {
        let (rule, source) = (self.sheet.cell(row, RULE), self.sheet.cell(row, SOURCE));
        let refuse = |column, message| RefusedCell { cell: self.sheet.place(row, column), message };
        let before = known.map_or("", |known| known.row.from.as_str());
        let rule = rule.unwrap_or(before);
        let is_kept = rule == before.trim();
        if !is_kept {
            rule.clone_into(&mut made.from);
        }
        let sources = sources_of(before, within).join(", ");
        let new_source =
            source.filter(|source| is_kept && !source.is_empty() && *source != sources);
        if let Some(source) = new_source {
            let is_plain = before.trim().is_empty() || as_source(before, within).is_some();
            if !is_plain || as_source(source, &[]).is_none() {
                let message = format!(
                    "What the field is made of stands in the column {}. Change it there.",
                    COLUMNS[RULE]
                );
                return Err(refuse(SOURCE, message));
            }
            made.from = reach(source, &lists_of(source, within), within).text;
        }
        if made.from.trim().is_empty() {
            return Ok(());
        }
        let column = if new_source.is_some() { SOURCE } else { RULE };
        Expression::parse(&made.from).map(|_| ()).map_err(|fault| {
            let place = fault.span.map(|span| format!(" (at character {})", span.start + 1));
            refuse(column, format!("{}{}", fault.message, place.unwrap_or_default()))
        })
    }

    /// What the rows around a new target are made from.
    fn within(&self, target: &str) -> Vec<String> {
        let ends = target.match_indices("[].").map(|(at, _)| &target[..at + 2]);
        ends.filter_map(|list| self.known.get(list)).map(|list| list.row.from.clone()).collect()
    }

    fn compared(&self, target: &str, known: Option<&Flat<'_>>, made: MapRow, cell: String) -> Read {
        let target = target.to_owned();
        let Some(known) = known else {
            let change = RowChange::Added { target, row: made.clone() };
            return Read::Op(Box::new(Op { change, row: Some(made), cell }));
        };
        let cells = |row: &MapRow| {
            let flat = Flat { row, ..known.clone() };
            editable(&flat, self.labels, &sources_of(&row.from, &known.within))
        };
        let (before, after) = (cells(known.row), cells(&made));
        // The sources follow from the rule.
        let changed = [TYPE, MISSING, DEFAULT, RULE, NOTE].into_iter();
        let changed = changed.filter(|at| before[*at].trim() != after[*at].trim());
        let columns: Vec<ColumnChange> = changed
            .map(|at| ColumnChange {
                column: COLUMNS[at].to_owned(),
                before: before[at].clone(),
                after: after[at].clone(),
            })
            .collect();
        if columns.is_empty() {
            return Read::Same;
        }
        let change = RowChange::Changed { target, columns };
        Read::Op(Box::new(Op { change, row: Some(made), cell }))
    }
}

/// The lists that a source path stands in, as far as the rows around the target tell.
fn lists_of(source: &str, within: &[String]) -> Vec<String> {
    let mut lists = Vec::new();
    for n in 1..=within.len() {
        let list = crate::mapper::reach::absolute("$", &within[..n]);
        if source.starts_with(&format!("{list}.")) || source == list {
            lists.push(list);
        }
    }
    lists
}

/// The name of the field itself: `sku` of `positions[].sku`.
fn field_name(target: &str) -> Result<String, String> {
    let last = target.rsplit("[].").next().unwrap_or_default();
    let name = last.strip_suffix("[]").unwrap_or(last);
    match data::Path::parse(name) {
        Ok(path) if !path.is_root() => Ok(name.to_owned()),
        Ok(_) => Err("The row names no target field.".to_owned()),
        Err(error) => Err(format!("\"{name}\" cannot be the name of a field: {error}.")),
    }
}

/// Makes a change.
fn apply(rows: &mut Vec<MapRow>, op: &Op) -> Result<(), String> {
    let target = op.target();
    let (list, _) = match target.rfind("[].") {
        Some(at) => (Some(&target[..at + 2]), &target[at + 3..]),
        None => (None, target),
    };
    let rows = match list {
        None => rows,
        Some(list) => match inner(rows, list) {
            Some(rows) => rows,
            // With its list a row is gone too.
            None if op.row.is_none() => return Ok(()),
            None => {
                return Err(format!(
                    "There is no row \"{list}\" for the list that \"{target}\" stands in. Add that row first."
                ));
            }
        },
    };
    let last = target.rsplit("[].").next().unwrap_or_default();
    let (name, is_list) = match last.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (last, false),
    };
    let at = rows.iter().position(|row| row.to == name && row.fields.is_some() == is_list);
    match (&op.row, at) {
        (Some(made), Some(at)) => {
            let fields = rows[at].fields.take();
            rows[at] = MapRow { fields, ..made.clone() };
        }
        (Some(made), None) => rows.push(made.clone()),
        (None, Some(at)) => {
            rows.remove(at);
        }
        (None, None) => {}
    }
    Ok(())
}

/// The rows inside a list: `positions[]`, `positions[].parts[]`.
fn inner<'r>(rows: &'r mut [MapRow], list: &str) -> Option<&'r mut Vec<MapRow>> {
    let (name, rest) = match list.split_once("[].") {
        Some((name, rest)) => (name, Some(rest)),
        None => (list.strip_suffix("[]")?, None),
    };
    let row = rows.iter_mut().find(|row| row.to == name && row.fields.is_some())?;
    let fields = row.fields.as_mut()?;
    match rest {
        Some(rest) => inner(fields, rest),
        None => Some(fields),
    }
}

#[cfg(test)]
mod tests;
