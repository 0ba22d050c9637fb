//! The way of values into the evaluator and back. Not their meaning.

use data::Value;
use jsonata_core::value::JValue;
use serde_json::{Map, Number, Value as Json};

use crate::Fault;

/// Above this, whole numbers are written as the evaluator's own digits.
const EXACT_F64: f64 = 9_007_199_254_740_992.0;

/// The value as the evaluator takes it.
pub(crate) fn into_engine(value: &Value) -> JValue {
    serde_json::to_value(value).map(JValue::from).unwrap_or(JValue::Null)
}

/// The evaluator's result; none where it is nothing.
///
/// # Errors
/// `G0006` for a function, `G0007` for a number that JSON cannot write.
pub(crate) fn from_engine(result: &JValue) -> Result<Option<Value>, Fault> {
    match result {
        JValue::Undefined => Ok(None),
        JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => Err(Fault::new(
            "G0006",
            "The expression gives a function, not a value. Call it with parentheses behind its name.",
        )),
        other => {
            let json = to_json(other)?;
            serde_json::from_value(json)
                .map(Some)
                .map_err(|error| Fault::new("G0007", format!("The result is no JSON: {error}.")))
        }
    }
}

fn to_json(value: &JValue) -> Result<Json, Fault> {
    Ok(match value {
        JValue::Bool(value) => Json::Bool(*value),
        JValue::Number(value) => number(*value)?,
        JValue::String(text) => Json::String(text.to_string()),
        JValue::Array(items) => Json::Array(items.iter().map(to_json).collect::<Result<_, _>>()?),
        JValue::Object(fields) => {
            let mut map = Map::new();
            for (key, value) in fields.iter() {
                // As JSON.stringify does, functions inside an object are left out.
                if !value.is_function() && !value.is_undefined() {
                    map.insert(key.clone(), to_json(value)?);
                }
            }
            Json::Object(map)
        }
        _ => Json::Null,
    })
}

fn number(value: f64) -> Result<Json, Fault> {
    if value.trunc() == value && value.abs() <= EXACT_F64 {
        return Ok(Json::from(value as i64));
    }
    Number::from_f64(value).map(Json::Number).ok_or_else(|| {
        Fault::new("G0007", "The result is not a number that JSON can write. Check for a division by zero.")
    })
}
