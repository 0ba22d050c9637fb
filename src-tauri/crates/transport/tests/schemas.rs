//! The JSON Schema of connection files in `assets/schemas` is that of the type. `UPDATE=1` rewrites
//! it.

use std::io;
use std::path::Path;

use schemars::schema_for;
use transport::spec::ConnectionSpec;

#[test]
fn the_schema_of_connection_files_is_up_to_date() -> io::Result<()> {
    let mut schema = schema_for!(ConnectionSpec);
    schema.insert("title".to_owned(), "A connection of Gantry".into());
    let text = serde_json::to_string_pretty(&schema)? + "\n";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/schemas");
    let path = folder.join("connection.schema.json");
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
