//! Rules: the simple expressions that a business user builds from pills and menus. A rule is
//! written as JSONata and read back from it; whatever else an expression does is no rule.

mod menu;
mod read;
mod write;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use ts_rs::TS;

pub use menu::{MenuEntry, MenuGroup, MenuParam, ParamKind, menu};
pub use write::path_name;

/// A simple expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Rule {
    /// A field: `customer.name`, `$item.no`, `$vars.shop`, `$node("orders").id`.
    Path {
        /// The path, as JSONata.
        path: String,
    },
    /// A fixed value: a text, a number, true, false, null, or an object of these.
    Constant {
        /// The value.
        #[ts(type = "unknown")]
        value: Json,
    },
    /// Texts one after the other; a part without a value is left out.
    Concat {
        /// The parts, two or more.
        parts: Vec<Rule>,
    },
    /// A value that goes through functions of the menu, one after the other.
    Chain {
        /// What it begins with; no chain itself.
        of: Box<Rule>,
        /// The functions, one or more, the first one first.
        steps: Vec<Step>,
    },
    /// Two numbers added, subtracted, multiplied or divided.
    Math {
        /// What is done.
        op: MathOp,
        /// The first number.
        left: Box<Rule>,
        /// The second number.
        right: Box<Rule>,
    },
    /// Two values compared: yes or no.
    Compare {
        /// How they are compared.
        op: CompareOp,
        /// The first value.
        left: Box<Rule>,
        /// The second value.
        right: Box<Rule>,
    },
    /// Whether all of these hold.
    All {
        /// The tests, two or more.
        parts: Vec<Rule>,
    },
    /// Whether one of these holds.
    Any {
        /// The tests, two or more.
        parts: Vec<Rule>,
    },
    /// One value or another, by a test.
    If {
        /// The test.
        test: Box<Rule>,
        /// The value where it holds.
        then: Box<Rule>,
        /// The value where it does not; nothing without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        otherwise: Option<Box<Rule>>,
    },
    /// A list made of a list, entry by entry: `lines.(price * quantity)`.
    Each {
        /// The list, a path.
        list: String,
        /// What is made of an entry; its paths begin at the entry.
        rule: Box<Rule>,
    },
}

/// A function of the menu, as a step of a chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Step {
    /// Its name in the menu: `upper`.
    pub function: String,
    /// Its further arguments, by the params of the menu's entry. Those at the end that may be left
    /// out are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Rule>>", optional)]
    pub args: Vec<Rule>,
}

/// What is done with two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MathOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CompareOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `in`
    In,
}

impl MathOp {
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

impl CompareOp {
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::In => "in",
        }
    }
}

#[cfg(test)]
mod tests;
