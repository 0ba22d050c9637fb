//! The functions that a rule can use, in business words, with how each is written as JSONata. A
//! table: what a function does is JSONata's.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use ts_rs::TS;

/// A function of the menu.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MenuEntry {
    /// Its name in a rule: `upper`.
    pub name: String,
    /// What the user reads: `Capitals`.
    pub label: String,
    /// One line: what it gives.
    pub about: String,
    /// Where it stands in the menu.
    pub group: MenuGroup,
    /// What it takes besides the value before it.
    pub params: Vec<MenuParam>,
    /// The kinds of values that it takes: `text`, `number`, `date`, `list`; any without one.
    pub takes: Vec<String>,
    /// The kind of value that it gives.
    pub gives: String,
    /// A value that it is shown with.
    #[ts(type = "unknown")]
    pub example_in: Json,
    /// What it gives for that, with the arguments of the params' examples.
    #[ts(type = "unknown")]
    pub example_out: Json,
}

/// Where a function stands in the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MenuGroup {
    /// Where there is no value.
    Empty,
    /// Texts.
    Text,
    /// Numbers.
    Number,
    /// Dates and times.
    Date,
    /// Lists.
    List,
    /// Other kinds, code lists, tests.
    Convert,
}

/// An argument of a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MenuParam {
    /// What the user reads.
    pub label: String,
    /// What is typed in.
    pub kind: ParamKind,
    /// Whether it can be left out.
    pub optional: bool,
    /// What it is shown with, and begins with.
    #[ts(type = "unknown")]
    pub example: Json,
}

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ParamKind {
    /// A text.
    Text,
    /// A number.
    Number,
    /// Any value, or a field.
    Value,
    /// How a number is written: `#,##0.00`.
    NumberPicture,
    /// How a date is written: `[D01].[M01].[Y0001]`.
    DatePicture,
    /// A code list: codes with their meaning.
    Pairs,
}

/// How a function is written around its value: `#` is the value, `1` and `2` its arguments, `-1`
/// the first argument with a minus. What stands in square brackets may be left out with it.
pub(super) struct Written {
    pub(super) name: &'static str,
    pub(super) form: Form,
}

/// The shapes that functions are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `$name(value, arguments)`
    Call(&'static str),
    /// `$name(value, 0, argument)`
    First,
    /// `$name(value, -argument)`
    Last,
    /// `$pad(value, -width, char)`
    PadStart,
    /// `$name(argument, value)`
    Before(&'static str),
    /// `(value)[index]`
    At(i32),
    /// `value ?? argument`
    IfMissing,
    /// `value ?: argument`
    IfEmpty,
    /// `$fromMillis($toMillis(value), argument)`
    WriteDate,
    /// `$fromMillis($toMillis(value, argument))`
    ReadDate,
    /// `$fromMillis($toMillis(value, argument), argument)`
    ChangeDate,
}

pub(super) const WRITTEN: &[Written] = &[
    w("if_missing", Form::IfMissing),
    w("if_empty", Form::IfEmpty),
    w("upper", Form::Call("uppercase")),
    w("lower", Form::Call("lowercase")),
    w("trim", Form::Call("trim")),
    w("first_letters", Form::First),
    w("last_letters", Form::Last),
    w("part", Form::Call("substring")),
    w("before", Form::Call("substringBefore")),
    w("after", Form::Call("substringAfter")),
    w("replace", Form::Call("replace")),
    w("pad_start", Form::PadStart),
    w("pad_end", Form::Call("pad")),
    w("split", Form::Call("split")),
    w("contains", Form::Call("contains")),
    w("length", Form::Call("length")),
    w("round", Form::Call("round")),
    w("round_down", Form::Call("floor")),
    w("round_up", Form::Call("ceil")),
    w("abs", Form::Call("abs")),
    w("number_format", Form::Call("formatNumber")),
    w("date_write", Form::WriteDate),
    w("date_read", Form::ReadDate),
    w("date_change", Form::ChangeDate),
    w("sum", Form::Call("sum")),
    w("count", Form::Call("count")),
    w("average", Form::Call("average")),
    w("smallest", Form::Call("min")),
    w("largest", Form::Call("max")),
    w("first", Form::At(0)),
    w("last", Form::At(-1)),
    w("join", Form::Call("join")),
    w("distinct", Form::Call("distinct")),
    w("sort", Form::Call("sort")),
    w("reverse", Form::Call("reverse")),
    w("to_text", Form::Call("string")),
    w("to_number", Form::Call("number")),
    w("to_yes_no", Form::Call("boolean")),
    w("not", Form::Call("not")),
    w("exists", Form::Call("exists")),
    w("code_list", Form::Before("lookup")),
    w("url_part", Form::Call("encodeUrlComponent")),
];

const fn w(name: &'static str, form: Form) -> Written {
    Written { name, form }
}

/// How a function of the menu is written.
pub(super) fn form(name: &str) -> Option<Form> {
    WRITTEN.iter().find(|written| written.name == name).map(|written| written.form)
}

/// The functions of the menu, in its order.
pub fn menu() -> Vec<MenuEntry> {
    use MenuGroup as G;
    let mut all = Vec::with_capacity(WRITTEN.len());
    let mut add = |group,
                   name: &str,
                   label: &str,
                   about: &str,
                   takes: &str,
                   gives: &str,
                   example: (Json, Json),
                   params: Vec<MenuParam>| {
        all.push(MenuEntry {
            name: name.to_owned(),
            label: label.to_owned(),
            about: about.to_owned(),
            group,
            params,
            takes: takes.split_whitespace().map(str::to_owned).collect(),
            gives: gives.to_owned(),
            example_in: example.0,
            example_out: example.1,
        });
    };
    let none = Vec::new;
    add(
        G::Empty,
        "if_missing",
        "If there is no value, use",
        "Another value where the field is missing or null",
        "",
        "any",
        (json!(null), json!("unknown")),
        vec![value("Value", json!("unknown"))],
    );
    add(
        G::Empty,
        "if_empty",
        "If empty, use",
        "Another value where there is none, or an empty text, 0 or no",
        "",
        "any",
        (json!(""), json!("unknown")),
        vec![value("Value", json!("unknown"))],
    );
    add(
        G::Text,
        "upper",
        "Capitals",
        "The text in capitals",
        "text",
        "text",
        (json!("ada"), json!("ADA")),
        none(),
    );
    add(
        G::Text,
        "lower",
        "Small letters",
        "The text in small letters",
        "text",
        "text",
        (json!("ADA"), json!("ada")),
        none(),
    );
    add(
        G::Text,
        "trim",
        "Without blanks around it",
        "No blanks before and behind, single ones inside",
        "text",
        "text",
        (json!("  Ada  King "), json!("Ada King")),
        none(),
    );
    add(
        G::Text,
        "first_letters",
        "The first characters",
        "So many characters from the beginning",
        "text",
        "text",
        (json!("DE-4711"), json!("DE")),
        vec![count("How many", 2)],
    );
    add(
        G::Text,
        "last_letters",
        "The last characters",
        "So many characters at the end",
        "text",
        "text",
        (json!("DE-4711"), json!("4711")),
        vec![count("How many", 4)],
    );
    add(
        G::Text,
        "part",
        "A part of the text",
        "From a character on, the first one is 0; to the end without a length",
        "text",
        "text",
        (json!("DE-4711"), json!("47")),
        vec![count("From", 3), optional(count("How many", 2))],
    );
    add(
        G::Text,
        "before",
        "What stands before",
        "The text up to the first mark",
        "text",
        "text",
        (json!("ada@example.com"), json!("ada")),
        vec![text("Mark", "@")],
    );
    add(
        G::Text,
        "after",
        "What stands after",
        "The text behind the first mark",
        "text",
        "text",
        (json!("ada@example.com"), json!("example.com")),
        vec![text("Mark", "@")],
    );
    add(
        G::Text,
        "replace",
        "Replace text",
        "Each occurrence of a text replaced by another",
        "text",
        "text",
        (json!("49 30 1234"), json!("49-30-1234")),
        vec![text("Find", " "), text("Replace by", "-")],
    );
    add(
        G::Text,
        "pad_start",
        "Fill up in front",
        "The text filled up in front to a width",
        "text",
        "text",
        (json!("4711"), json!("00004711")),
        vec![count("Width", 8), text("With", "0")],
    );
    add(
        G::Text,
        "pad_end",
        "Fill up behind",
        "The text filled up behind to a width",
        "text",
        "text",
        (json!("AB"), json!("AB..")),
        vec![count("Width", 4), text("With", ".")],
    );
    add(
        G::Text,
        "split",
        "Split into a list",
        "The parts between the separators",
        "text",
        "list",
        (json!("red,blue"), json!(["red", "blue"])),
        vec![text("Separator", ",")],
    );
    add(
        G::Text,
        "contains",
        "Contains",
        "Whether a text occurs in it",
        "text",
        "boolean",
        (json!("urgent order"), json!(true)),
        vec![text("Text", "urgent")],
    );
    add(
        G::Text,
        "length",
        "Length",
        "How many characters the text has",
        "text",
        "number",
        (json!("ada"), json!(3)),
        none(),
    );
    add(
        G::Number,
        "round",
        "Round",
        "Rounded to so many digits; halves go to the even neighbour",
        "number",
        "number",
        (json!(19.989), json!(19.99)),
        vec![optional(count("Digits", 2))],
    );
    add(
        G::Number,
        "round_down",
        "Round down",
        "The next whole number below",
        "number",
        "number",
        (json!(19.9), json!(19)),
        none(),
    );
    add(
        G::Number,
        "round_up",
        "Round up",
        "The next whole number above",
        "number",
        "number",
        (json!(19.1), json!(20)),
        none(),
    );
    add(
        G::Number,
        "abs",
        "Without its sign",
        "The number without a minus",
        "number",
        "number",
        (json!(-5), json!(5)),
        none(),
    );
    add(
        G::Number,
        "number_format",
        "Write a number as",
        "The number as a text, by a picture",
        "number",
        "text",
        (json!(1234.5), json!("1,234.50")),
        vec![param("How", ParamKind::NumberPicture, json!("#,##0.00"))],
    );
    add(
        G::Date,
        "date_write",
        "Write a date as",
        "A date in another look, from one such as 2026-03-01",
        "date",
        "text",
        (json!("2026-03-01"), json!("01.03.2026")),
        vec![picture("How", "[D01].[M01].[Y0001]")],
    );
    add(
        G::Date,
        "date_read",
        "Read a date written as",
        "A date and time such as 2026-03-01T00:00:00.000Z, from a date in another look",
        "text",
        "date",
        (json!("01.03.2026"), json!("2026-03-01T00:00:00.000Z")),
        vec![picture("How it is written", "[D01].[M01].[Y0001]")],
    );
    add(
        G::Date,
        "date_change",
        "Change how a date is written",
        "From one look to another",
        "text",
        "text",
        (json!("01.03.2026"), json!("2026-03-01")),
        vec![
            picture("How it is written", "[D01].[M01].[Y0001]"),
            picture("How it shall be written", "[Y0001]-[M01]-[D01]"),
        ],
    );
    add(
        G::List,
        "sum",
        "Sum",
        "All numbers of the list together",
        "list",
        "number",
        (json!([1, 2, 3]), json!(6)),
        none(),
    );
    add(
        G::List,
        "count",
        "Count",
        "How many entries there are",
        "list",
        "number",
        (json!(["a", "b"]), json!(2)),
        none(),
    );
    add(
        G::List,
        "average",
        "Average",
        "The mean of the numbers",
        "list",
        "number",
        (json!([1, 2, 3]), json!(2)),
        none(),
    );
    add(
        G::List,
        "smallest",
        "Smallest",
        "The smallest number",
        "list",
        "number",
        (json!([3, 1, 2]), json!(1)),
        none(),
    );
    add(
        G::List,
        "largest",
        "Largest",
        "The largest number",
        "list",
        "number",
        (json!([3, 1, 2]), json!(3)),
        none(),
    );
    add(
        G::List,
        "first",
        "First entry",
        "The first entry of the list",
        "list",
        "any",
        (json!(["a", "b"]), json!("a")),
        none(),
    );
    add(
        G::List,
        "last",
        "Last entry",
        "The last entry of the list",
        "list",
        "any",
        (json!(["a", "b"]), json!("b")),
        none(),
    );
    add(
        G::List,
        "join",
        "Join into a text",
        "The texts of the list as one",
        "list",
        "text",
        (json!(["red", "blue"]), json!("red, blue")),
        vec![optional(text("Between them", ", "))],
    );
    add(
        G::List,
        "distinct",
        "Without repetitions",
        "Each entry once",
        "list",
        "list",
        (json!(["a", "b", "a"]), json!(["a", "b"])),
        none(),
    );
    add(
        G::List,
        "sort",
        "In order",
        "The entries from the smallest on",
        "list",
        "list",
        (json!([2, 1]), json!([1, 2])),
        none(),
    );
    add(
        G::List,
        "reverse",
        "From the end",
        "The entries in reverse order",
        "list",
        "list",
        (json!([1, 2]), json!([2, 1])),
        none(),
    );
    add(
        G::Convert,
        "to_text",
        "As a text",
        "The value as a text",
        "",
        "text",
        (json!(17), json!("17")),
        none(),
    );
    add(
        G::Convert,
        "to_number",
        "As a number",
        "The number that a text holds",
        "text",
        "number",
        (json!("19.90"), json!(19.9)),
        none(),
    );
    add(
        G::Convert,
        "to_yes_no",
        "As yes or no",
        "No for what is empty, 0 or false",
        "",
        "boolean",
        (json!("x"), json!(true)),
        none(),
    );
    add(
        G::Convert,
        "not",
        "Not",
        "The opposite of a yes or no",
        "",
        "boolean",
        (json!(true), json!(false)),
        none(),
    );
    add(
        G::Convert,
        "exists",
        "Is there",
        "Whether there is a value at all",
        "",
        "boolean",
        (json!("x"), json!(true)),
        none(),
    );
    add(
        G::Convert,
        "code_list",
        "Look up in a code list",
        "The meaning of a code; nothing for one that is not in the list",
        "text",
        "any",
        (json!("DE"), json!("Germany")),
        vec![param("Codes", ParamKind::Pairs, json!({ "DE": "Germany", "FR": "France" }))],
    );
    add(
        G::Convert,
        "url_part",
        "Fit for a part of a URL",
        "The text with what a URL cannot hold escaped",
        "text",
        "text",
        (json!("a b"), json!("a%20b")),
        none(),
    );
    all
}

fn param(label: &str, kind: ParamKind, example: Json) -> MenuParam {
    MenuParam { label: label.to_owned(), kind, optional: false, example }
}

fn value(label: &str, example: Json) -> MenuParam {
    param(label, ParamKind::Value, example)
}

fn text(label: &str, example: &str) -> MenuParam {
    param(label, ParamKind::Text, Json::from(example))
}

fn count(label: &str, example: u32) -> MenuParam {
    param(label, ParamKind::Number, Json::from(example))
}

fn picture(label: &str, example: &str) -> MenuParam {
    param(label, ParamKind::DatePicture, Json::from(example))
}

fn optional(param: MenuParam) -> MenuParam {
    MenuParam { optional: true, ..param }
}
