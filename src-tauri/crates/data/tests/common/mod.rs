//! What the tests of this crate share.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::print_stdout, reason = "a test that skips says so")]

use std::path::PathBuf;

use data::{Number, Value};
use proptest::prelude::*;

/// The folder of sample files beside the checkout, if it is there.
pub(crate) fn corpus(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("GANTRY_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared"));
    let path = root.join("corpus").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

fn any_number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        (-1000_i64..1000).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?"
            .prop_map(|text| Number::parse(&text).expect("made like a number").into()),
    ]
}

/// Values of all kinds, up to four levels deep.
pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::null()),
        any::<bool>().prop_map(Value::from),
        any_number(),
        ".{0,40}".prop_map(Value::from),
        "[\u{0}-\u{7f}]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec(("[a-e\"\\\\\n]{0,3}", inner.clone()), 0..8)
                .prop_map(Value::object),
            prop::collection::vec((".{0,20}", inner), 0..14).prop_map(Value::object),
        ]
    })
}
