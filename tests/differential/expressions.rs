//! Mapping expressions of the kinds that analysts write, made at random over a document's fields.
//! Values first; the kinds of whole expressions are in `kinds`.

use crate::documents::{Field, Kind};
use crate::random::Random;

/// Where an expression stands: the fields in reach, and how they are reached.
#[derive(Clone)]
pub(crate) struct Scope {
    prefix: String,
    pub(crate) fields: &'static [Field],
}

/// A list of objects and the scope inside each of them.
pub(crate) struct List {
    pub(crate) text: String,
    pub(crate) inside: Scope,
}

impl Scope {
    pub(crate) fn root(fields: &'static [Field]) -> Self {
        Self { prefix: String::new(), fields }
    }

    /// The same fields, reached through a variable.
    pub(crate) fn of(&self, variable: &str) -> Self {
        Self { prefix: format!("{variable}."), fields: self.fields }
    }
}

pub(crate) struct Writer {
    pub(crate) random: Random,
}

impl Writer {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed) }
    }

    pub(crate) fn pick(&mut self, of: &[&str]) -> String {
        self.random.pick(of).to_owned()
    }

    /// A path to a field of a kind, perhaps through objects; `None` where there is no such field.
    pub(crate) fn path(&mut self, scope: &Scope, is_wanted: fn(Kind) -> bool) -> Option<String> {
        let mut found = Vec::new();
        collect(scope.fields, &scope.prefix, is_wanted, &mut found);
        (!found.is_empty()).then(|| found.swap_remove(self.random.below(found.len())))
    }

    pub(crate) fn number_field(&mut self, scope: &Scope) -> String {
        self.path(scope, |kind| matches!(kind, Kind::Money | Kind::Count))
            .unwrap_or_else(|| "7".into())
    }

    pub(crate) fn text_field(&mut self, scope: &Scope) -> String {
        let is_text =
            |kind: Kind| matches!(kind, Kind::Text(_) | Kind::Code(_) | Kind::Digits | Kind::Date);
        self.path(scope, is_text).unwrap_or_else(|| "\"text\"".into())
    }

    /// A text to group by; most of them do not look like a number.
    pub(crate) fn key_field(&mut self, scope: &Scope) -> String {
        if self.random.percent(5) {
            return self.text_field(scope);
        }
        let is_key = |kind: Kind| matches!(kind, Kind::Text(_) | Kind::Code(_) | Kind::Date);
        self.path(scope, is_key).unwrap_or_else(|| "\"key\"".into())
    }

    pub(crate) fn flag_field(&mut self, scope: &Scope) -> String {
        self.path(scope, |kind| matches!(kind, Kind::Flag)).unwrap_or_else(|| "true".into())
    }

    pub(crate) fn date_field(&mut self, scope: &Scope) -> String {
        self.path(scope, |kind| matches!(kind, Kind::Date | Kind::Moment))
            .unwrap_or_else(|| "\"2018-03-23T10:33:36.617Z\"".into())
    }

    pub(crate) fn any_field(&mut self, scope: &Scope) -> String {
        if self.random.percent(6) {
            return format!("{}missing", scope.prefix);
        }
        self.path(scope, |_| true).unwrap_or_else(|| "missing".into())
    }

    pub(crate) fn texts_field(&mut self, scope: &Scope) -> String {
        let path = self.path(scope, |kind| matches!(kind, Kind::Texts(_)));
        path.unwrap_or_else(|| "[\"b\", \"a\", \"c\"]".into())
    }

    pub(crate) fn numbers_field(&mut self, scope: &Scope) -> String {
        if let Some(path) = self.path(scope, |kind| matches!(kind, Kind::Numbers)) {
            return path;
        }
        match self.lists(scope) {
            Some(list) => {
                let field = self.number_field(&list.inside);
                format!("{}.{field}", list.text)
            }
            None => "[3, 1.5, 2]".into(),
        }
    }

    /// A list of objects, at times of a list inside a list.
    pub(crate) fn lists(&mut self, scope: &Scope) -> Option<List> {
        let of: Vec<_> = scope
            .fields
            .iter()
            .filter_map(|field| match field.kind {
                Kind::List(inside) => Some((field.name, inside)),
                _ => None,
            })
            .collect();
        if of.is_empty() {
            return None;
        }
        let (name, inside) = of[self.random.below(of.len())];
        let list = List { text: format!("{}{name}", scope.prefix), inside: Scope::root(inside) };
        if self.random.percent(30) {
            if let Some(deeper) = self.lists(&list.inside) {
                let text = format!("{}.{}", list.text, deeper.text);
                return Some(List { text, inside: deeper.inside });
            }
        }
        Some(list)
    }

    /// A list, made shorter, sorted or turned around at times.
    pub(crate) fn objects(&mut self, scope: &Scope, depth: usize) -> List {
        let Some(list) = self.lists(scope) else {
            let inside = Scope::root(scope.fields);
            let text = match scope.prefix.trim_end_matches('.') {
                "" => "$".to_owned(),
                variable => variable.to_owned(),
            };
            return List { text, inside };
        };
        let List { text, inside } = list;
        let text = match self.random.below(if depth == 0 { 3 } else { 10 }) {
            3 => {
                let test = self.flag(&inside, depth - 1);
                format!("{text}[{test}]")
            }
            4 => {
                let key = self.sort_key(&inside);
                format!("{text}^({key})")
            }
            5 => format!("$reverse({text})"),
            6 => {
                let variable = self.pick(&["$v", "$line", "$x"]);
                let test = self.flag(&inside.of(&variable), depth - 1);
                format!("$filter({text}, function({variable}) {{ {test} }})")
            }
            7 => {
                let index = self.pick(&["0", "-1", "1", "[0..1]", "[1..5]", "0.9", "-2"]);
                format!("{text}[{index}]")
            }
            8 => format!("({text})"),
            _ => text,
        };
        List { text, inside }
    }

    pub(crate) fn sort_key(&mut self, inside: &Scope) -> String {
        let sign = self.pick(&["", "<", ">", ">"]);
        let key = if self.random.percent(50) {
            self.number_field(inside)
        } else {
            self.text_field(inside)
        };
        if self.random.percent(20) {
            let second = self.text_field(inside);
            return format!("{sign}{key}, {second}");
        }
        format!("{sign}{key}")
    }

    pub(crate) fn number(&mut self, scope: &Scope, depth: usize) -> String {
        if depth == 0 || self.random.percent(35) {
            return if self.random.percent(70) {
                self.number_field(scope)
            } else {
                self.pick(&[
                    "0", "1", "2", "3", "10", "0.5", "1.5", "-1", "100", "1e3", "12.345", "0.1",
                ])
            };
        }
        let next = depth - 1;
        match self.random.below(14) {
            0..=3 => {
                let (left, right) = (self.number(scope, next), self.number(scope, next));
                let sign = self.pick(&["+", "-", "*", "/", "%", "+", "*"]);
                format!("({left} {sign} {right})")
            }
            4 => {
                let (value, places) = (self.number(scope, next), self.random.below(4));
                format!("$round({value}, {places})")
            }
            5 => {
                let name = self.pick(&["$floor", "$ceil", "$abs", "$round"]);
                format!("{name}({})", self.number(scope, next))
            }
            6 => format!("$sqrt($abs({}))", self.number(scope, next)),
            7 => {
                let exponent = self.pick(&["2", "3", "0.5", "-1", "0"]);
                format!("$power({}, {exponent})", self.number(scope, next))
            }
            8 => format!("$length({})", self.text(scope, next)),
            9 => format!("$count({})", self.objects(scope, next).text),
            10 | 11 => {
                let name = self.pick(&["$sum", "$max", "$min", "$average"]);
                format!("{name}({})", self.numbers(scope, next))
            }
            12 => {
                let (test, yes, no) =
                    (self.flag(scope, next), self.number(scope, next), self.number(scope, next));
                format!("({test} ? {yes} : {no})")
            }
            _ => format!("-({})", self.number(scope, next)),
        }
    }

    /// A list of numbers.
    pub(crate) fn numbers(&mut self, scope: &Scope, depth: usize) -> String {
        if depth == 0 {
            return self.numbers_field(scope);
        }
        match self.random.below(6) {
            0 => self.numbers_field(scope),
            1 => {
                let list = self.objects(scope, depth - 1);
                let value = self.number(&list.inside, depth - 1);
                format!("{}.({value})", list.text)
            }
            2 => {
                let list = self.objects(scope, depth - 1);
                let value = self.number(&list.inside.of("$v"), depth - 1);
                format!("$map({}, function($v) {{ {value} }})", list.text)
            }
            3 => format!("[1..{}]", self.random.below(6)),
            4 => {
                let (one, other) = (self.number(scope, 0), self.number(scope, 0));
                format!("[{one}, {other}]")
            }
            _ => {
                let list = self.objects(scope, depth - 1);
                let field = self.number_field(&list.inside);
                format!("{}.{field}", list.text)
            }
        }
    }

    pub(crate) fn text(&mut self, scope: &Scope, depth: usize) -> String {
        if depth == 0 || self.random.percent(30) {
            return if self.random.percent(75) {
                self.text_field(scope)
            } else {
                self.pick(&[
                    "\"\"",
                    "\"a\"",
                    "\"Hello\"",
                    "'it\\'s'",
                    "\"x-y_z\"",
                    "\"\\u00e9\\n\"",
                    "\"10\"",
                ])
            };
        }
        let next = depth - 1;
        match self.random.below(13) {
            0..=2 => {
                let (left, right) = (self.text(scope, next), self.text(scope, next));
                let between = self.pick(&["", " & \" \"", " & \"-\"", " & \", \""]);
                format!("{left}{between} & {right}")
            }
            3 => {
                let name = self.pick(&["$uppercase", "$lowercase", "$trim"]);
                format!("{name}({})", self.text(scope, next))
            }
            4 => {
                let (start, length) = (self.random.below(6) as i32 - 2, self.random.below(5));
                format!("$substring({}, {start}, {length})", self.text(scope, next))
            }
            5 => {
                let name = self.pick(&["$substringBefore", "$substringAfter"]);
                let sign = self.pick(&["\"-\"", "\" \"", "\"@\"", "\"\"", "\"a\""]);
                format!("{name}({}, {sign})", self.text(scope, next))
            }
            6 => {
                let width = self.pick(&["5", "-8", "12", "0"]);
                let sign = self.pick(&["", ", \"0\"", ", \"ab\"", ", \"\""]);
                format!("$pad({}, {width}{sign})", self.text(scope, next))
            }
            7 => {
                let sign = self.pick(&["\", \"", "\"\"", "\";\""]);
                format!("$join({}, {sign})", self.texts(scope, next))
            }
            8 => format!("$string({})", self.number(scope, next)),
            9 => {
                let picture = self.pick(&["#,##0.00", "0.0", "000", "#0%", "$#,##0"]);
                format!("$formatNumber({}, \"{picture}\")", self.number(scope, next))
            }
            10 => {
                let (from, to) = (
                    self.pick(&["\"a\"", "\"-\"", "\" \"", "/[aeiou]/", "/\\d+/"]),
                    self.pick(&["\"_\"", "\"\"", "\"$\"", "\"<$0>\""]),
                );
                format!("$replace({}, {from}, {to})", self.text(scope, next))
            }
            11 => {
                let (test, yes, no) =
                    (self.flag(scope, next), self.text(scope, next), self.text(scope, next));
                format!("({test} ? {yes} : {no})")
            }
            _ => format!("({})", self.text(scope, next)),
        }
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, scope: &Scope, depth: usize) -> String {
        match self.random.below(4) {
            0 => self.texts_field(scope),
            1 => {
                let sign = self.pick(&["\" \"", "\"-\"", "\"\"", "/[, ]+/", "\",\""]);
                format!("$split({}, {sign})", self.text(scope, depth.saturating_sub(1)))
            }
            _ => {
                let list = self.objects(scope, depth.saturating_sub(1));
                let field = self.text_field(&list.inside);
                format!("{}.{field}", list.text)
            }
        }
    }

    pub(crate) fn flag(&mut self, scope: &Scope, depth: usize) -> String {
        if depth == 0 || self.random.percent(25) {
            return match self.random.below(3) {
                0 => self.flag_field(scope),
                1 => {
                    let sign = self.pick(&["<", ">", "<=", ">=", "=", "!="]);
                    let limit = self.pick(&["0", "1", "5", "100", "500.5"]);
                    format!("{} {sign} {limit}", self.number_field(scope))
                }
                _ => {
                    let text = self.pick(&["\"open\"", "\"DE\"", "\"Acme\"", "\"\"", "\"New\""]);
                    let sign = self.pick(&["=", "!="]);
                    format!("{} {sign} {text}", self.text_field(scope))
                }
            };
        }
        let next = depth - 1;
        match self.random.below(9) {
            0 | 1 => {
                let (left, right) = (self.number(scope, next), self.number(scope, next));
                let sign = self.pick(&["<", ">", "<=", ">=", "=", "!="]);
                format!("{left} {sign} {right}")
            }
            2 => {
                let (left, right) = (self.text(scope, next), self.text(scope, next));
                let sign = self.pick(&["=", "!=", "<", ">="]);
                format!("({left}) {sign} ({right})")
            }
            3 => {
                let sign = self.pick(&["and", "or"]);
                format!("({} {sign} {})", self.flag(scope, next), self.flag(scope, next))
            }
            4 => format!("$not({})", self.flag(scope, next)),
            5 => format!("$exists({})", self.any_field(scope)),
            6 => format!("{} in {}", self.text_field(scope), self.texts(scope, next)),
            7 => {
                let part = self.pick(&["\"a\"", "\"-1\"", "/^[A-Z]/", "/o$/i", "\"\""]);
                format!("$contains({}, {part})", self.text(scope, next))
            }
            _ => format!("$boolean({})", self.any_field(scope)),
        }
    }

    /// Anything with a value.
    pub(crate) fn any(&mut self, scope: &Scope, depth: usize) -> String {
        match self.random.below(9) {
            0 | 1 => self.number(scope, depth),
            2 | 3 => self.text(scope, depth),
            4 => self.flag(scope, depth),
            5 => self.any_field(scope),
            6 => self.pick(&["null", "[]", "{}", "\"5\"", "5", "true", "[1, \"a\", null]"]),
            7 => self.numbers(scope, depth.min(1)),
            _ => self.texts(scope, depth.min(1)),
        }
    }

    /// An object with a few members.
    pub(crate) fn object(&mut self, scope: &Scope, depth: usize, members: usize) -> String {
        let names = [
            "id", "name", "total", "date", "list", "flag", "city", "note", "key", "ref", "a b",
            "sum",
        ];
        let start = self.random.below(names.len());
        let members: Vec<String> = (0..members)
            .map(|index| {
                let name = names[(start + index) % names.len()];
                format!("\"{name}\": {}", self.any(scope, depth))
            })
            .collect();
        format!("{{{}}}", members.join(", "))
    }
}

fn collect(
    fields: &'static [Field],
    prefix: &str,
    is_wanted: fn(Kind) -> bool,
    found: &mut Vec<String>,
) {
    for field in fields {
        if is_wanted(field.kind) {
            found.push(format!("{prefix}{}", field.name));
        }
        if let Kind::Object(inside) = field.kind {
            collect(inside, &format!("{prefix}{}.", field.name), is_wanted, found);
        }
    }
}
