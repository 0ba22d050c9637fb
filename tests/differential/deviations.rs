//! Where Gantry comes to something else than the npm package, and why it shall.

use serde_json::Value as Json;

use crate::outcome::{Outcome, is_hole, is_same};

/// A class of deviations.
pub(crate) struct Deviation {
    pub(crate) name: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) holds: fn(source: &str, theirs: &Outcome, ours: &Outcome) -> bool,
}

pub(crate) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "holes in lists",
        reason: "JavaScript keeps undefined in a list and writes null for it; here nothing takes no place",
        holds: |_, theirs, ours| {
            let Outcome::Unwritable(theirs) = theirs else { return false };
            let filled = without_holes(theirs);
            match ours {
                Outcome::Nothing => filled == Json::Array(Vec::new()),
                Outcome::Value(ours) => is_one(&filled, ours),
                _ => false,
            }
        },
    },
    Deviation {
        name: "keys that look like numbers",
        reason: "JavaScript puts them before all others, in rising order; here keys keep the order they came in",
        holds: |source, theirs, ours| {
            let lists = ["$keys(", "$each(", "$spread(", ".*"];
            let Some((theirs, ours)) = values(theirs, ours) else { return false };
            lists.iter().any(|name| source.contains(name)) && sorted(theirs) == sorted(ours)
        },
    },
    Deviation {
        name: "irregular groups of digits",
        reason: "a number with fewer digits than its picture is cut up there, 12 as #-##-000 to --12; here separators stand between digits only",
        holds: |source, _, _| source.contains("\"#-##-000\"") || source.contains("\"##,##0\""),
    },
    Deviation {
        name: "an empty match behind the last one asked for",
        reason: "the package looks for one match more than its limit and stops at an empty one; here a limit is enough",
        holds: |_, theirs, ours| theirs.is_error("D1004") && matches!(ours, Outcome::Value(_)),
    },
    Deviation {
        name: "the first of several errors",
        reason: "the package evaluates the members of an object side by side and tells the error that comes up first; here it is the first in the text",
        holds: |source, theirs, ours| {
            let is_coded = |one: &Outcome| matches!(one, Outcome::Error(code) if code.len() == 5);
            source.contains("\": ") && is_coded(theirs) && is_coded(ours)
        },
    },
    Deviation {
        name: "the last digit of a power",
        reason: "V8 has an approximation of its own for powers; here they are exact to the last bit but one",
        holds: |source, theirs, ours| {
            let is_near = |left: f64, right: f64| (left - right).abs() <= left.abs() * 1e-14;
            let Some((theirs, ours)) = values(theirs, ours) else { return false };
            source.contains("$power(") && is_same(theirs, ours, &is_near)
        },
    },
    Deviation {
        name: "a rounding to half a decimal",
        reason: "$round to a number of decimals that is no whole one gives NaN there; here its fraction is cut",
        holds: |source, theirs, ours| {
            let is_unwritable = matches!(theirs, Outcome::Unwritable(_));
            source.contains("$round(") && is_unwritable && matches!(ours, Outcome::Value(_))
        },
    },
    Deviation {
        name: "NaN and Infinity on the way",
        reason: "both are refused in other places: there when a sign is turned, here when a function or a result takes them",
        holds: |source, theirs, ours| {
            let is_told =
                |one: &Outcome| ["D1001", "D1002", "D3061"].iter().any(|code| one.is_error(code));
            source.contains(['/', '%']) && (is_told(theirs) || is_told(ours))
        },
    },
    Deviation {
        name: "functions that are compared",
        reason: "a function is equal to itself there; here to nothing, as it is no value",
        holds: |source, _, _| source.contains("($sum) = ($sum)"),
    },
    Deviation {
        name: "a number for a date",
        reason: "$toMillis takes 1390.54 there, because JavaScript reads a month and a day from it; here it is no timestamp",
        holds: |_, theirs, ours| ours.is_error("D3110") && matches!(theirs, Outcome::Value(_)),
    },
    Deviation {
        name: "digits that are kept",
        reason: "a number that nothing computed with is written as it came in, 3.0 as 3.0",
        holds: |source, theirs, ours| {
            let Some((theirs, ours)) = values(theirs, ours) else { return false };
            let (theirs, ours) = (theirs.to_string(), ours.to_string());
            let is_text = source.contains("$string") || source.contains('&');
            is_text && (ours.replace(".0", "") == theirs || source.contains("$length("))
        },
    },
];

fn values<'v>(theirs: &'v Outcome, ours: &'v Outcome) -> Option<(&'v Json, &'v Json)> {
    match (theirs, ours) {
        (Outcome::Value(theirs), Outcome::Value(ours)) => Some((theirs, ours)),
        _ => None,
    }
}

fn is_equal(left: f64, right: f64) -> bool {
    left.total_cmp(&right).is_eq()
}

/// The same value; a list of one is its element.
fn is_one(left: &Json, right: &Json) -> bool {
    let alone = left.as_array().filter(|items| items.len() == 1).map(|items| &items[0]);
    is_same(left, right, &is_equal) || alone.is_some_and(|left| is_same(left, right, &is_equal))
}

fn without_holes(value: &Json) -> Json {
    match value {
        Json::Array(items) => {
            items.iter().filter(|item| !is_hole(item)).map(without_holes).collect()
        }
        Json::Object(members) => {
            let members = members.iter().map(|(key, value)| (key.clone(), without_holes(value)));
            Json::Object(members.collect())
        }
        _ => value.clone(),
    }
}

/// The texts of a list's elements, in order; of anything else its text.
fn sorted(value: &Json) -> Vec<String> {
    let mut texts: Vec<String> = match value {
        Json::Array(items) => items.iter().map(Json::to_string).collect(),
        other => vec![other.to_string()],
    };
    texts.sort();
    texts
}
