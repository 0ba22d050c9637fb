//! The menus of the mapper, as the catalogue and the rules have them, so that the UI knows neither
//! JSONata nor the params of `data.map`.

use engine::map::{FieldType, Missing};
use flow::field::{ChoiceOption, Field, FieldKind};

use super::types::{MapperMenu, PolicyChoice, TableChoice, TypeChoice};
use crate::App;
use crate::settings::Nothing;
use crate::types::ApiError;

/// The functions of rules, the types of fields and the policies for missing values.
pub async fn menu(app: &App, _: Nothing) -> Result<MapperMenu, ApiError> {
    let tables = app.read(store::Store::tables).await?.into_iter().map(|table| {
        let path = format!("$tables.{}", mapping::rule::path_name(&table.name));
        TableChoice { name: table.name, path }
    });
    Ok(MapperMenu {
        functions: mapping::rule::menu(),
        types: types(app),
        policies: policies(app),
        tables: tables.collect(),
    })
}

/// The types that a field can have.
pub(super) fn types(app: &App) -> Vec<TypeChoice> {
    let choice = |option: ChoiceOption| {
        let value: FieldType = serde_json::from_value(option.value.into()).ok()?;
        Some(TypeChoice { value, label: option.label, help: option.help })
    };
    options(app, "type").into_iter().filter_map(choice).collect()
}

/// What can be done where there is no value.
pub(super) fn policies(app: &App) -> Vec<PolicyChoice> {
    let choice = |option: ChoiceOption| {
        let value: Missing = serde_json::from_value(option.value.into()).ok()?;
        Some(PolicyChoice { value, label: option.label, help: option.help })
    };
    options(app, "missing").into_iter().filter_map(choice).collect()
}

/// The choices of a column of the mapping's rows.
fn options(app: &App, key: &str) -> Vec<ChoiceOption> {
    let fields = app.catalogue.get(&super::MAP.into()).map(|map| &map.info.fields[..]);
    let rows = find(fields.unwrap_or_default(), "fields");
    let Some(FieldKind::Rows { columns }) = rows else { return Vec::new() };
    match find(columns, key) {
        Some(FieldKind::Choice { options }) => options.clone(),
        _ => Vec::new(),
    }
}

fn find<'f>(fields: &'f [Field], key: &str) -> Option<&'f FieldKind> {
    fields.iter().find(|field| field.key == key).map(|field| &field.kind)
}
