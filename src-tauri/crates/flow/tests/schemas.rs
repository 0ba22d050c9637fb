//! The JSON Schemas of the files in `assets/schemas` are those of the types. `UPDATE=1` rewrites
//! them.

use std::path::Path;

use flow::file::{FlowFile, Layout};
use schemars::{Schema, schema_for};

fn check(name: &str, title: &str, mut schema: Schema) {
    schema.insert("title".to_owned(), title.into());
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/schemas").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(stored == text, "{name} is stale: UPDATE=1 cargo test -p flow --test schemas");
}

#[test]
fn the_schema_of_flow_files_is_up_to_date() {
    check("flow.schema.json", "A flow of Gantry", schema_for!(FlowFile));
}

#[test]
fn the_schema_of_layout_files_is_up_to_date() {
    check("layout.schema.json", "The layout of a flow of Gantry", schema_for!(Layout));
}
