//! The TypeScript types in `ui/src/bindings` are those of the Rust side. `UPDATE=1` rewrites them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ts_rs::{Config, TS};

fn export(out: &Path) {
    let config = Config::new().with_large_int("number").with_out_dir(out);
    macro_rules! export_all {
        ($($t:ty),* $(,)?) => { $(<$t as TS>::export_all(&config).expect("the folder can be written");)* };
    }
    use api::types::*;
    export_all!(
        ApiError,
        AppInfo,
        FlowSummary,
        TemplateSummary,
        FlowView,
        Applied,
        RunSummary,
        RunView,
        ItemsPage,
        Tap,
        NodeDetail,
        Preview,
        UiEvent,
        flow::catalogue::NodeInfo,
        flow::edit::Edit,
    );
}

fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries.map(|e| e.expect("the folder can be read")) {
        if entry.path().is_dir() {
            let inner = files(&entry.path());
            found.extend(
                inner.into_iter().map(|(p, text)| (Path::new(&entry.file_name()).join(p), text)),
            );
        } else {
            let text = fs::read_to_string(entry.path()).expect("a binding is text");
            found.insert(entry.file_name().into(), text);
        }
    }
    found
}

#[test]
fn the_bindings_are_those_of_the_rust_types() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/bindings");
    let fresh = tempfile::tempdir().expect("a temporary folder");
    export(fresh.path());
    if std::env::var_os("UPDATE").is_some() {
        let _ = fs::remove_dir_all(&committed);
        export(&committed);
    }
    let (committed, fresh) = (files(&committed), files(fresh.path()));
    assert!(!fresh.is_empty());
    for (path, text) in &fresh {
        assert_eq!(committed.get(path), Some(text), "{} is stale: UPDATE=1", path.display());
    }
    assert_eq!(committed.len(), fresh.len(), "a binding is left over: UPDATE=1");
}
