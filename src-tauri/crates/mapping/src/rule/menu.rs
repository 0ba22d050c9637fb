//! The functions that a rule can use, in business words, with how each is written as JSONata. A
//! table: what a function does is JSONata's.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
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
    /// A value that it is shown with; none where it is shown with no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub example_in: Option<Json>,
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

/// An entry of the table.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) params: &'static [Param],
    group: MenuGroup,
    label: &'static str,
    about: &'static str,
    takes: &'static str,
    gives: &'static str,
    /// As JSON, and so are those of the params.
    example_in: &'static str,
    example_out: &'static str,
}

/// An argument in the table.
pub(super) struct Param {
    pub(super) optional: bool,
    label: &'static str,
    kind: ParamKind,
    example: &'static str,
}

/// The functions of the menu, in its order.
pub fn menu() -> Vec<MenuEntry> {
    let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
    let param = |param: &Param| MenuParam {
        label: param.label.to_owned(),
        kind: param.kind,
        optional: param.optional,
        example: json(param.example),
    };
    let entry = |entry: &Entry| MenuEntry {
        name: entry.name.to_owned(),
        label: entry.label.to_owned(),
        about: entry.about.to_owned(),
        group: entry.group,
        params: entry.params.iter().map(param).collect(),
        takes: entry.takes.split_whitespace().map(str::to_owned).collect(),
        gives: entry.gives.to_owned(),
        example_in: serde_json::from_str(entry.example_in).ok(),
        example_out: json(entry.example_out),
    };
    TABLE.iter().map(entry).collect()
}

/// The entry of that name.
pub(super) fn find(name: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.name == name)
}

/// The entry that is written in that form.
pub(super) fn written_as(form: Form) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.form == form)
}

/// The entry that calls JSONata's function of that name.
pub(super) fn called(name: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| matches!(entry.form, Form::Call(known) if known == name))
}

/// How a function of the menu is written.
pub(super) fn form(name: &str) -> Option<Form> {
    find(name).map(|entry| entry.form)
}

use Form as F;
use MenuGroup as G;
use ParamKind as K;

const fn f(
    group: MenuGroup,
    name: &'static str,
    form: Form,
    label: &'static str,
    about: &'static str,
    takes: &'static str,
    gives: &'static str,
    example_in: &'static str,
    example_out: &'static str,
    params: &'static [Param],
) -> Entry {
    Entry { name, form, params, group, label, about, takes, gives, example_in, example_out }
}

const fn p(label: &'static str, kind: ParamKind, example: &'static str) -> Param {
    Param { optional: false, label, kind, example }
}

const fn o(label: &'static str, kind: ParamKind, example: &'static str) -> Param {
    Param { optional: true, label, kind, example }
}

#[rustfmt::skip]
const TABLE: &[Entry] = &[
    f(G::Empty, "if_missing", F::IfMissing, "If there is no value, use", "Another value where the field is not there; null stays null", "", "any", "", r#""unknown""#, &[p("Value", K::Value, r#""unknown""#)]),
    f(G::Empty, "if_empty", F::IfEmpty, "If empty, use", "Another value where there is none, or an empty text, 0 or no", "", "any", r#""""#, r#""unknown""#, &[p("Value", K::Value, r#""unknown""#)]),
    f(G::Text, "upper", F::Call("uppercase"), "Capitals", "The text in capitals", "text", "text", r#""ada""#, r#""ADA""#, &[]),
    f(G::Text, "lower", F::Call("lowercase"), "Small letters", "The text in small letters", "text", "text", r#""ADA""#, r#""ada""#, &[]),
    f(G::Text, "trim", F::Call("trim"), "Without blanks around it", "No blanks before and behind, single ones inside", "text", "text", r#""  Ada  King ""#, r#""Ada King""#, &[]),
    f(G::Text, "first_letters", F::First, "The first characters", "So many characters from the beginning", "text", "text", r#""DE-4711""#, r#""DE""#, &[p("How many", K::Number, "2")]),
    f(G::Text, "last_letters", F::Last, "The last characters", "So many characters at the end", "text", "text", r#""DE-4711""#, r#""4711""#, &[p("How many", K::Number, "4")]),
    f(G::Text, "part", F::Call("substring"), "A part of the text", "From a character on, the first one is 0; to the end without a length", "text", "text", r#""DE-4711""#, r#""47""#, &[p("From", K::Number, "3"), o("How many", K::Number, "2")]),
    f(G::Text, "before", F::Call("substringBefore"), "What stands before", "The text up to the first mark", "text", "text", r#""ada@example.com""#, r#""ada""#, &[p("Mark", K::Text, r#""@""#)]),
    f(G::Text, "after", F::Call("substringAfter"), "What stands after", "The text behind the first mark", "text", "text", r#""ada@example.com""#, r#""example.com""#, &[p("Mark", K::Text, r#""@""#)]),
    f(G::Text, "replace", F::Call("replace"), "Replace text", "Each occurrence of a text replaced by another", "text", "text", r#""49 30 1234""#, r#""49-30-1234""#, &[p("Find", K::Text, r#"" ""#), p("Replace by", K::Text, r#""-""#)]),
    f(G::Text, "pad_start", F::PadStart, "Fill up in front", "The text filled up in front to a width", "text", "text", r#""4711""#, r#""00004711""#, &[p("Width", K::Number, "8"), p("With", K::Text, r#""0""#)]),
    f(G::Text, "pad_end", F::Call("pad"), "Fill up behind", "The text filled up behind to a width", "text", "text", r#""AB""#, r#""AB..""#, &[p("Width", K::Number, "4"), p("With", K::Text, r#"".""#)]),
    f(G::Text, "split", F::Call("split"), "Split into a list", "The parts between the separators", "text", "list", r#""red,blue""#, r#"["red", "blue"]"#, &[p("Separator", K::Text, r#"",""#)]),
    f(G::Text, "contains", F::Call("contains"), "Contains", "Whether a text occurs in it", "text", "boolean", r#""urgent order""#, "true", &[p("Text", K::Text, r#""urgent""#)]),
    f(G::Text, "length", F::Call("length"), "Length", "How many characters the text has", "text", "number", r#""ada""#, "3", &[]),
    f(G::Number, "round", F::Call("round"), "Round", "Rounded to so many digits; halves go to the even neighbour", "number", "number", "19.989", "19.99", &[o("Digits", K::Number, "2")]),
    f(G::Number, "round_down", F::Call("floor"), "Round down", "The next whole number below", "number", "number", "19.9", "19", &[]),
    f(G::Number, "round_up", F::Call("ceil"), "Round up", "The next whole number above", "number", "number", "19.1", "20", &[]),
    f(G::Number, "abs", F::Call("abs"), "Without its sign", "The number without a minus", "number", "number", "-5", "5", &[]),
    f(G::Number, "number_format", F::Call("formatNumber"), "Write a number as", "The number as a text, by a picture", "number", "text", "1234.5", r#""1,234.50""#, &[p("How", K::NumberPicture, r##""#,##0.00""##)]),
    f(G::Date, "date_write", F::WriteDate, "Write a date as", "A date in another look, from one such as 2026-03-01", "date", "text", r#""2026-03-01""#, r#""01.03.2026""#, &[p("How", K::DatePicture, r#""[D01].[M01].[Y0001]""#)]),
    f(G::Date, "date_read", F::ReadDate, "Read a date written as", "A date and time such as 2026-03-01T00:00:00.000Z, from a date in another look", "text", "date", r#""01.03.2026""#, r#""2026-03-01T00:00:00.000Z""#, &[p("How it is written", K::DatePicture, r#""[D01].[M01].[Y0001]""#)]),
    f(G::Date, "date_change", F::ChangeDate, "Change how a date is written", "From one look to another", "text", "text", r#""01.03.2026""#, r#""2026-03-01""#, &[p("How it is written", K::DatePicture, r#""[D01].[M01].[Y0001]""#), p("How it shall be written", K::DatePicture, r#""[Y0001]-[M01]-[D01]""#)]),
    f(G::List, "sum", F::Call("sum"), "Sum", "All numbers of the list together", "list", "number", "[1, 2, 3]", "6", &[]),
    f(G::List, "count", F::Call("count"), "Count", "How many entries there are", "list", "number", r#"["a", "b"]"#, "2", &[]),
    f(G::List, "average", F::Call("average"), "Average", "The mean of the numbers", "list", "number", "[1, 2, 3]", "2", &[]),
    f(G::List, "smallest", F::Call("min"), "Smallest", "The smallest number", "list", "number", "[3, 1, 2]", "1", &[]),
    f(G::List, "largest", F::Call("max"), "Largest", "The largest number", "list", "number", "[3, 1, 2]", "3", &[]),
    f(G::List, "first", F::At(0), "First entry", "The first entry of the list", "list", "any", r#"["a", "b"]"#, r#""a""#, &[]),
    f(G::List, "last", F::At(-1), "Last entry", "The last entry of the list", "list", "any", r#"["a", "b"]"#, r#""b""#, &[]),
    f(G::List, "join", F::Call("join"), "Join into a text", "The texts of the list as one", "list", "text", r#"["red", "blue"]"#, r#""red, blue""#, &[o("Between them", K::Text, r#"", ""#)]),
    f(G::List, "distinct", F::Call("distinct"), "Without repetitions", "Each entry once", "list", "list", r#"["a", "b", "a"]"#, r#"["a", "b"]"#, &[]),
    f(G::List, "sort", F::Call("sort"), "In order", "The entries from the smallest on", "list", "list", "[2, 1]", "[1, 2]", &[]),
    f(G::List, "reverse", F::Call("reverse"), "From the end", "The entries in reverse order", "list", "list", "[1, 2]", "[2, 1]", &[]),
    f(G::Convert, "to_text", F::Call("string"), "As a text", "The value as a text", "", "text", "17", r#""17""#, &[]),
    f(G::Convert, "to_number", F::Call("number"), "As a number", "The number that a text holds", "text", "number", r#""19.90""#, "19.9", &[]),
    f(G::Convert, "to_yes_no", F::Call("boolean"), "As yes or no", "No for what is empty, 0 or false", "", "boolean", r#""x""#, "true", &[]),
    f(G::Convert, "not", F::Call("not"), "Not", "The opposite of a yes or no", "", "boolean", "true", "false", &[]),
    f(G::Convert, "exists", F::Call("exists"), "Is there", "Whether there is a value at all", "", "boolean", r#""x""#, "true", &[]),
    f(G::Convert, "code_list", F::Before("lookup"), "Look up in a code list", "The meaning of a code; nothing for one that is not in the list", "text", "any", r#""DE""#, r#""Germany""#, &[p("Codes", K::Pairs, r#"{ "DE": "Germany", "FR": "France" }"#)]),
    f(G::Convert, "url_part", F::Call("encodeUrlComponent"), "Fit for a part of a URL", "The text with what a URL cannot hold escaped", "text", "text", r#""a b""#, r#""a%20b""#, &[]),
];
