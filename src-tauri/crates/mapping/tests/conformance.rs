//! JSONata's own test suite, where it is at hand: `conformance/jsonata` below `../shared` beside the
//! checkout, or below `GANTRY_SHARED`. Skips where it is not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use data::Value;
use mapping::{Expression, Fault, Limits, Names};
use serde_json::Value as Json;

/// Cases that are known to come out otherwise, and why.
const KNOWN: &[(&str, &str)] = &[];

/// A case's bindings.
struct Bindings<'a>(&'a Json);

impl Names for Bindings<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        self.0.get(name).map(Value::from_serde)
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

/// The cases below a folder, by group and file; one that cannot be read stands as null.
///
/// JSON with half a surrogate pair in it has no text in Rust.
fn cases(suite: &Path) -> BTreeMap<String, Json> {
    let entries = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let mut cases = BTreeMap::new();
    for file in entries(&suite.join("groups")).iter().flat_map(|group| entries(group)) {
        let is_json = file.extension().is_some_and(|extension| extension == "json");
        if !is_json {
            continue;
        }
        let json = read(&file).unwrap_or_default();
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
        Some(name) => read(&suite.join(format!("datasets/{name}.json"))),
        None => case.get("data").cloned(),
    };
    let item = item.as_ref().map(Value::from_serde);
    let source = case["expr"].as_str().unwrap_or_default();
    let limit = |key: &str| case.get(key).and_then(Json::as_u64);
    let limits = Limits {
        time: Duration::from_millis(limit("timelimit").unwrap_or(10_000)),
        // The suite counts parts that stand in one another, three to a call.
        depth: limit("depth").map_or(2_000, |depth| depth as u32 / 3),
        ..Limits::default()
    };
    let names = Bindings(&case["bindings"]);
    let result = Expression::parse(source)
        .and_then(|expression| expression.eval_within(item.as_ref(), &names, &limits));
    let code = case.get("code").or_else(|| case.get("error")?.get("code")).and_then(Json::as_str);
    match (result, code) {
        (Err(fault), Some(code)) if fault.code == code => Ok(()),
        // What the suite's own runner says where a limit of its is reached.
        (Err(fault), Some("U1001")) if ["D1011", "D1012"].contains(&&*fault.code) => Ok(()),
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
    let mut groups: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut unreadable = Vec::new();
    for (name, case) in cases(&suite) {
        let group = name.split('/').next().unwrap_or_default().to_owned();
        let (n_passed, n_cases) = groups.entry(group).or_default();
        *n_cases += 1;
        if case.is_null() {
            unreadable.push(name);
            continue;
        }
        match check(&case, &suite) {
            Ok(()) => *n_passed += 1,
            Err(why) => wrong.push(format!("{name}: {}\n    {why}", case["expr"])),
        }
    }
    for (group, (n_passed, n_cases)) in &groups {
        println!("{n_passed:>4}/{n_cases:<4} {group}");
    }
    let n_passed: usize = groups.values().map(|(n_passed, _)| n_passed).sum();
    let n_cases: usize = groups.values().map(|(_, n_cases)| n_cases).sum();
    println!("{n_passed} of {n_cases} cases come out as they should");
    println!(
        "{} hold half a surrogate pair, which no text here can: {unreadable:?}",
        unreadable.len()
    );
    assert!(unreadable.len() <= 2, "cases that cannot be read: {unreadable:?}");
    let is_known = |line: &String| KNOWN.iter().any(|(name, _)| line.starts_with(name));
    let unknown: Vec<String> = wrong.into_iter().filter(|line| !is_known(line)).collect();
    assert!(unknown.is_empty(), "{} are wrong:\n{}", unknown.len(), unknown.join("\n"));
}
