//! The JSON Schemas of connection and mock files in `assets/schemas` are those of the types.
//! `UPDATE=1` rewrites them.

use std::io;
use std::path::Path;

use schemars::{Schema, schema_for};
use transport::MockFile;
use transport::spec::ConnectionSpec;

#[test]
fn the_schema_of_connection_files_is_up_to_date() -> io::Result<()> {
    check(schema_for!(ConnectionSpec), "A connection of Gantry", "connection.schema.json")
}

#[test]
fn the_schema_of_mocks_is_up_to_date() -> io::Result<()> {
    check(schema_for!(MockFile), "A mock of Gantry", "mock.schema.json")
}

fn check(mut schema: Schema, title: &str, name: &str) -> io::Result<()> {
    schema.insert("title".to_owned(), title.into());
    let text = serde_json::to_string_pretty(&schema)? + "\n";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/schemas");
    let path = folder.join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(&folder)?;
        std::fs::write(&path, &text)?;
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    // A checkout on Windows may have other line ends.
    let is_fresh = stored.replace("\r\n", "\n") == text;
    assert!(is_fresh, "it is stale: UPDATE=1 cargo test -p transport --test schemas");
    Ok(())
}
