use engine::map::{FieldType, Missing};
use serde_json::json;

use super::super::table::{Table, read};
use super::super::{markdown, table};
use super::*;
use crate::mapper::sheet;

fn rows() -> Vec<MapRow> {
    serde_json::from_value(json!([
        { "to": "orderNo", "from": "id", "type": "text" },
        { "to": "customer.name", "from": "buyer.first & ' ' & buyer.last" },
        { "to": "positions", "from": "lines", "fields": [
            { "to": "article", "from": "sku", "note": "as in the catalogue" },
            { "to": "amount", "from": "qty * price", "type": "decimal", "missing": "default", "default": 0 }
        ] }
    ]))
    .unwrap()
}

fn labels() -> Labels {
    Labels::named(
        &[
            (FieldType::Any, "Any"),
            (FieldType::Text, "Text"),
            (FieldType::Decimal, "Amount"),
            (FieldType::Integer, "Integer"),
        ],
        &[(Missing::Omit, "Leave the field out"), (Missing::Default, "Use the default value")],
    )
}

fn exported() -> Table {
    sheet::table(&rows(), &labels(), None)
}

/// The diff of the exported sheet after an edit, once by way of each format.
#[track_caller]
fn check(edit: impl Fn(&mut Vec<[String; 9]>), accept: Option<&[String]>, look: impl Fn(&Diff)) {
    let mut table = exported();
    edit(&mut table.rows);
    for bytes in [markdown::write("Shape", &table).into_bytes(), table.to_xlsx("Shape").unwrap()] {
        look(&diff(&rows(), &read(&bytes).unwrap(), &labels(), accept));
    }
}

fn told(diff: &Diff) -> Vec<String> {
    let line = |change: &RowChange| match change {
        RowChange::Added { target, .. } => format!("+ {target}"),
        RowChange::Removed { target, .. } => format!("- {target}"),
        RowChange::Changed { target, columns } => {
            let columns: Vec<String> = columns
                .iter()
                .map(|c| format!("{}: {} -> {}", c.column, c.before, c.after))
                .collect();
            format!("~ {target} {}", columns.join(", "))
        }
    };
    diff.changes.iter().map(line).collect()
}

#[test]
fn a_sheet_that_nobody_edited_changes_nothing() {
    check(
        |_| {},
        None,
        |diff| {
            assert_eq!((told(diff).len(), diff.same, diff.refused.len()), (0, 5, 0));
            assert_eq!(diff.rows, rows());
        },
    );
}

#[test]
fn edits_of_all_kinds_are_told_and_made() {
    let edit = |rows: &mut Vec<[String; 9]>| {
        rows[0][table::TYPE] = "integer".to_owned();
        rows[0][table::SOURCE] = "order.number".to_owned();
        rows[3][table::RULE] = "$uppercase(sku)".to_owned();
        rows[4][table::DEFAULT] = "none".to_owned();
        rows.remove(1);
        let mut new: [String; 9] = Default::default();
        "positions[].colour".clone_into(&mut new[table::TARGET]);
        "lines.colour".clone_into(&mut new[table::SOURCE]);
        "ask the shop".clone_into(&mut new[table::NOTE]);
        rows.push(new);
    };
    check(edit, None, |diff| {
        assert_eq!(
            told(diff),
            [
                "~ orderNo Type: Text -> Integer, Rule: id -> order.number",
                "- customer.name",
                "~ positions[].article Rule: sku -> $uppercase(sku)",
                "~ positions[].amount Default: 0 -> none",
                "+ positions[].colour",
            ]
            .map(str::to_owned)
            .into_iter()
            .collect::<Vec<_>>()
        );
        let made = serde_json::to_value(&diff.rows).unwrap();
        assert_eq!(
            made,
            json!([
                { "to": "orderNo", "from": "order.number", "type": "integer" },
                { "to": "positions", "from": "lines", "fields": [
                    { "to": "article", "from": "$uppercase(sku)", "note": "as in the catalogue" },
                    { "to": "amount", "from": "qty * price", "type": "decimal", "missing": "default", "default": "none" },
                    { "to": "colour", "from": "colour", "note": "ask the shop" }
                ] }
            ])
        );
    });
}

#[test]
fn only_accepted_changes_are_made() {
    let edit = |rows: &mut Vec<[String; 9]>| {
        rows[0][table::NOTE] = "a".to_owned();
        rows[1][table::NOTE] = "b".to_owned();
    };
    let accept = ["customer.name".to_owned()];
    check(edit, Some(&accept), |diff| {
        assert_eq!(diff.changes.len(), 2);
        assert_eq!((diff.rows[0].note.as_str(), diff.rows[1].note.as_str()), ("", "b"));
    });
}

#[test]
fn what_cannot_be_taken_is_told_with_its_cell_and_stays() {
    let mut table = exported();
    table.rows[0][table::TYPE] = "Colour".to_owned();
    table.rows[1][table::RULE] = "$uppercase(".to_owned();
    table.rows[2][table::TARGET] = "customer[]".to_owned();
    let mut twice = table.rows[3].clone();
    twice[table::NOTE] = "again".to_owned();
    table.rows.push(twice);
    let mut clash: [String; 9] = Default::default();
    "orderNo.x".clone_into(&mut clash[table::TARGET]);
    "id".clone_into(&mut clash[table::RULE]);
    table.rows.push(clash);
    let bytes = table.to_xlsx("Shape").unwrap();
    let diff = diff(&rows(), &read(&bytes).unwrap(), &labels(), None);
    let refused: Vec<(&str, &str)> = diff
        .refused
        .iter()
        .map(|refused| (refused.cell.as_str(), refused.message.as_str()))
        .collect();
    assert_eq!(refused[0].0, "B2");
    assert!(refused[0].1.contains("\"Colour\""), "{refused:?}");
    assert_eq!(refused[1].0, "F3");
    assert_eq!(
        refused[2],
        ("A7", "\"positions[].article\" stands in A5 already. Keep one of the rows.")
    );
    assert!(refused.iter().any(|(cell, _)| *cell == "A8"), "{refused:?}");
    assert_eq!(diff.rows[0], rows()[0]);
    assert_eq!(diff.rows[1], rows()[1]);
}

#[test]
fn another_sheet_is_refused_with_what_to_do() {
    let error = read(b"| A | B |\n| --- | --- |\n| 1 | 2 |\n").unwrap_err();
    assert!(error.message.contains("no column \"Target\""), "{error}");
    assert!(read(b"PK\x03\x04 and no workbook").is_err());
}
