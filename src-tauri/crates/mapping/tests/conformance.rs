//! JSONata's own test suite, where it is at hand: `conformance/jsonata` below `../shared` beside the
//! checkout, or below `GANTRY_SHARED`. Skips where it is not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use data::Value;
use mapping::{Expression, Fault, Names};
use serde_json::Value as Json;

/// Cases that are known to come out otherwise, and why.
const KNOWN: &[(&str, &str)] = &[
    ("descendent-operator/case016", "an item is always there, null here"),
    ("encoding/case001", "an item is always there, null here"),
    ("encoding/case003", "an item is always there, null here"),
    ("function-string/case022", "an item is always there, null here"),
    ("function-trim/case002", "an item is always there, null here"),
    ("transform/case022", "an item is always there, null here"),
    ("errors/case009", "the quotation mark that is missing is told first"),
    ("function-tomillis/parseDateTime.json#28", "the evaluator fills up dates by its own clock"),
];

/// A case's bindings, of which an expression here can reach three names only.
struct Bindings;

impl Names for Bindings {
    fn get(&self, _: &str) -> Option<Value> {
        None
    }

    fn node(&self, id: &str) -> Result<Value, Fault> {
        Err(Fault::new("G0005", format!("There is no node \"{id}\".")))
    }

    fn now_ms(&self) -> Option<i64> {
        Some(1_700_000_000_000)
    }

    fn seed(&self) -> Option<u64> {
        Some(1)
    }
}

fn suite() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let shared = std::env::var_os("GANTRY_SHARED").map_or(beside, PathBuf::from);
    Some(shared.join("conformance/jsonata")).filter(|suite| suite.is_dir())
}

fn read(path: &Path) -> Option<Json> {
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}

/// The cases below a folder, by group and file.
fn cases(suite: &Path) -> BTreeMap<String, Json> {
    let entries = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let mut cases = BTreeMap::new();
    for file in entries(&suite.join("groups")).iter().flat_map(|group| entries(group)) {
        let is_json = file.extension().is_some_and(|extension| extension == "json");
        let Some(json) = is_json.then(|| read(&file)).flatten() else { continue };
        let name = file.strip_prefix(suite.join("groups")).unwrap_or(&file).display().to_string();
        let list = json.as_array().cloned().unwrap_or_else(|| vec![json]);
        for (index, mut case) in list.into_iter().enumerate() {
            if let Some(beside) = case.get("expr-file").and_then(Json::as_str) {
                let source = std::fs::read_to_string(file.with_file_name(beside));
                case["expr"] = source.unwrap_or_default().into();
            }
            cases.insert(format!("{name}#{index}"), case);
        }
    }
    cases
}

/// What is wrong with a case, if anything.
fn check(case: &Json, suite: &Path) -> Result<(), String> {
    let item = match case.get("dataset").and_then(Json::as_str) {
        Some(name) => read(&suite.join(format!("datasets/{name}.json"))).unwrap_or_default(),
        None => case.get("data").cloned().unwrap_or_default(),
    };
    let source = case["expr"].as_str().unwrap_or_default();
    let result = Expression::parse(source)
        .and_then(|expression| expression.eval(&Value::from_serde(&item), &Bindings));
    let code = case.get("code").or_else(|| case.get("error")?.get("code")).and_then(Json::as_str);
    match (result, code) {
        (Err(fault), Some(code)) if fault.code == code => Ok(()),
        (Err(fault), Some(code)) => Err(format!("{} instead of {code}", fault.code)),
        (Ok(value), Some(code)) => Err(format!("{value:?} instead of {code}")),
        (Err(fault), None) => Err(format!("{}: {}", fault.code, fault.message)),
        (Ok(None), None) if case.get("result").is_none() => Ok(()),
        (Ok(value), None) => {
            let wanted = case.get("result").map(Value::from_serde);
            // Compared as the numbers and keys that they are, whatever their order and digits.
            let same = match (&value, &wanted) {
                (Some(value), Some(wanted)) => is_alike(&value.to_serde(), &wanted.to_serde()),
                _ => false,
            };
            if same { Ok(()) } else { Err(format!("{value:?} instead of {wanted:?}")) }
        }
    }
}

fn is_alike(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_alike(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            let has =
                |(key, value): (&String, &Json)| b.get(key).is_some_and(|b| is_alike(value, b));
            a.len() == b.len() && a.iter().all(has)
        }
        _ => a == b,
    }
}

#[test]
fn jsonatas_own_cases_come_out_as_they_should() {
    let Some(suite) = suite() else {
        println!("skipped: JSONata's test suite is not at hand");
        return;
    };
    let mut n_cases = 0;
    let mut wrong = Vec::new();
    for (name, case) in cases(&suite) {
        // Bindings of their own, and limits of their own, are not what an expression here has.
        let has_bindings = case["bindings"].as_object().is_some_and(|names| !names.is_empty());
        let has_limits = ["timelimit", "depth"].iter().any(|key| case.get(key).is_some());
        if has_bindings || has_limits {
            continue;
        }
        n_cases += 1;
        if let Err(why) = check(&case, &suite) {
            wrong.push(format!("{name}: {}\n    {why}", case["expr"]));
        }
    }
    let n_wrong = wrong.len();
    println!("{} of {n_cases} cases come out as they should", n_cases - n_wrong);
    let is_known = |line: &String| KNOWN.iter().any(|(name, _)| line.starts_with(name));
    let unknown: Vec<String> = wrong.into_iter().filter(|line| !is_known(line)).collect();
    assert!(unknown.is_empty(), "{n_wrong} of {n_cases}:\n{}", unknown.join("\n"));
}
