//! The JSON Schemas of the files in `assets/schemas` are those of the types. `UPDATE=1` rewrites
//! them.

use std::io;
use std::path::Path;

use flow::file::{FlowFile, Layout};
use schemars::{Schema, schema_for};

fn check(name: &str, title: &str, mut schema: Schema) -> io::Result<()> {
    schema.insert("title".to_owned(), title.into());
    let text = serde_json::to_string_pretty(&schema)? + "\n";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/schemas");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(name), &text)?;
    }
    let stored = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    // A checkout on Windows may have other line ends.
    let is_fresh = stored.replace("\r\n", "\n") == text;
    assert!(is_fresh, "{name} is stale: UPDATE=1 cargo test -p flow --test schemas");
    Ok(())
}

#[test]
fn the_schema_of_flow_files_is_up_to_date() -> io::Result<()> {
    check("flow.schema.json", "A flow of Gantry", schema_for!(FlowFile))
}

#[test]
fn the_schema_of_layout_files_is_up_to_date() -> io::Result<()> {
    check("layout.schema.json", "The layout of a flow of Gantry", schema_for!(Layout))
}
