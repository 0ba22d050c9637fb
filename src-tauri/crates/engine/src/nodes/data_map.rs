//! `data.map`: makes each item anew, field by field. Not how: see `data_map/rows`.

mod code_lists;
mod convert;
mod params;
mod rows;
mod shape;
mod trace;

use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Passage, Problem};
use mapping::Names;
use serde_json::json;

use self::code_lists::{CodeLists, WithTables};
pub use self::code_lists::{code_list, tables_in, tables_of};
pub use self::convert::{FieldType, loss};
pub use self::params::{MapField, Missing, Params};
pub use self::rows::InEntry;
use self::rows::{Rows, Unwatched, not_an_object};
pub use self::trace::{FieldCoercion, FieldTrouble, Mapper, Trace, TroubleKind};
use crate::catalogue::{example, node_info, words};
use crate::item::Item;
use crate::node::{Behaviour, NodeType, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::step::StepResult;

pub(crate) struct Map;

impl NodeType for Map {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words([
                "map",
                "transform",
                "set",
                "rename",
                "convert",
                "select",
                "fields",
                "shape",
            ]),
            examples: vec![
                example(
                    "Rename, convert and compute",
                    json!({ "fields": [
                        { "to": "orderNo", "from": "id", "type": "text" },
                        { "to": "customer.name", "from": "buyer.firstName & ' ' & buyer.lastName" },
                        { "to": "total", "from": "$sum(lines.(price * quantity))", "type": "number" }
                    ] }),
                    json!([{
                        "id": 17,
                        "buyer": { "firstName": "Ada", "lastName": "King" },
                        "lines": [{ "price": 2.5, "quantity": 2 }, { "price": 1, "quantity": 3 }]
                    }]),
                    json!([{ "orderNo": "17", "customer": { "name": "Ada King" }, "total": 8 }]),
                ),
                example(
                    "Keep the item and add a field",
                    json!({ "keep": true, "fields": [
                        { "to": "isLarge", "from": "total > 100" },
                        { "to": "note", "from": "remark", "missing": "default", "default": "none" }
                    ] }),
                    json!([{ "id": 1, "total": 250 }]),
                    json!([{ "id": 1, "total": 250, "isLarge": true, "note": "none" }]),
                ),
                example(
                    "Make a list for each entry of a list",
                    json!({ "fields": [
                        { "to": "order", "from": "id" },
                        { "to": "positions", "from": "lines[qty > 0]", "fields": [
                            { "to": "article", "from": "sku" },
                            { "to": "amount", "from": "qty * price", "type": "decimal" },
                            { "to": "note", "from": "remark", "missing": "empty" }
                        ] }
                    ] }),
                    json!([{
                        "id": 17,
                        "lines": [{ "sku": "A-1", "qty": 2, "price": 9.5 }, { "sku": "B-2", "qty": 0, "price": 1 }]
                    }]),
                    json!([{
                        "order": 17,
                        "positions": [{ "article": "A-1", "amount": 19, "note": "" }]
                    }]),
                ),
            ],
            ..node_info(
                "data.map",
                "Map fields",
                "Makes each item anew, field by field.",
                "Makes a new item of each item. Every row names a field (**to**), what it is made \
                 from (**from**, a path such as `customer.name` or any JSONata expression) and, \
                 where it matters, the **type** it must have.\n\nDots in the name make objects in \
                 objects. A value that cannot be turned into the type, such as `\"abc\"` into a \
                 number, rejects the item and names the field; the node's error policy says what \
                 becomes of it. Where the expression gives nothing, the field is left out unless \
                 **missing** says otherwise. `null` stays `null`.\n\nA row with **fields** makes a \
                 list: an object of these fields for each entry of what **from** gives, also where \
                 that is a single one. In them a path begins at the entry, `$item` is the whole \
                 item, and `$outer` what stands around the entry.\n\n`$lookup($tables.countries, code)` \
                 looks a value up in a local table by its first column.",
                Family::Data,
                "shuffle",
                Consumes::Each,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let n_fields = params.fields.len();
        let names: Vec<_> = params.fields.iter().take(3).map(|field| field.to.as_str()).collect();
        let more = if n_fields > 3 { format!(" and {} more", n_fields - 3) } else { String::new() };
        let verb = if params.keep { "adds" } else { "makes" };
        let summary = match n_fields {
            0 => String::new(),
            _ => format!("{verb} {}{more}", names.join(", ")),
        };
        let problems = Rows::of(params.fields.clone(), FIELDS).err();
        Inspection {
            summary,
            problems: problems.into_iter().collect(),
            passage: Passage::IN_PLACE,
            ..Inspection::default()
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        let tables = CodeLists::of(&params.fields);
        let rows = Rows::of(params.fields, FIELDS)?;
        Ok(Behaviour::Pure(Box::new(Mapping { rows, keep: params.keep, tables })))
    }
}

/// Where the rows stand in the node.
const FIELDS: &str = "/params/fields";

struct Mapping {
    rows: Rows,
    keep: bool,
    tables: CodeLists,
}

impl Pure for Mapping {
    fn apply(&self, item: &Item, cx: &PureContext<'_>, out: &mut Ports) -> StepResult<()> {
        let names = cx.names(&item.lineage);
        let value = match self.tables.value(cx)? {
            Some(tables) => self.made(&item.value, &WithTables { names: &names, tables: &tables }),
            None => self.made(&item.value, &names),
        }?;
        out.put(0, item.lineage.clone(), value);
        Ok(())
    }
}

impl Mapping {
    fn made(&self, item: &Value, names: &dyn Names) -> StepResult<Value> {
        match (self.keep, item.as_object()) {
            (false, _) => self.rows.object(item, names, &mut Unwatched),
            (true, Some(base)) => self.rows.object_onto(base, item, names, &mut Unwatched),
            (true, None) => Err(not_an_object(item)),
        }
    }
}

#[cfg(test)]
mod tests;
