//! Expressions by the language's own forms.

use crate::documents::Kind;
use crate::expressions::{Scope, Writer};

pub(super) fn path(writer: &mut Writer, scope: &Scope) -> String {
    let list = writer.objects(scope, 0);
    let field = writer.any_field(&list.inside);
    match writer.random.below(9) {
        0 => writer.any_field(scope),
        1 => format!("{}.{field}[]", list.text),
        2 => format!("$.{}.{field}", list.text),
        3 => format!("$$.{}.{field}", list.text),
        4 => format!("[{}.{field}]", list.text),
        5 => format!("{}.[{field}]", list.text),
        6 => format!("({}).({field})", list.text),
        7 => format!("{}.\"constant\"", list.text),
        _ => format!("{}.{field}", list.text),
    }
}

pub(super) fn predicate(writer: &mut Writer, scope: &Scope) -> String {
    let list = writer.objects(scope, 1);
    let test = writer.flag(&list.inside, 2);
    let field = writer.any_field(&list.inside);
    let index = writer.pick(&["0", "-1", "1", "2", "-2", "0", "-1", "2.7"]);
    let index = if writer.random.percent(4) {
        writer.pick(&["[-1, 0]", "[0..1]", "[0..2]", "$count($$.missing)"])
    } else {
        index
    };
    match writer.random.below(7) {
        0 => format!("{}[{test}].{field}", list.text),
        1 => format!("{}[{test}][{index}]", list.text),
        2 => format!("{}[{index}].{field}", list.text),
        3 => format!("({}.{field})[{index}]", list.text),
        4 => format!("{}.{field}[{index}]", list.text),
        5 => format!("$count({}[{test}])", list.text),
        _ => format!("{}[{test}]", list.text),
    }
}

pub(super) fn sort(writer: &mut Writer, scope: &Scope) -> String {
    let list = writer.objects(scope, 1);
    let key = writer.sort_key(&list.inside);
    let field = writer.any_field(&list.inside);
    let (one, other) = (writer.number_field(&list.inside), writer.text_field(&list.inside));
    match writer.random.below(6) {
        0 => format!("{}^({key})", list.text),
        1 => format!("$sort({}, function($l, $r) {{ $l.{one} > $r.{one} }}).{field}", list.text),
        2 => format!("$sort({}.{other})", list.text),
        3 => format!("$sort({})", writer.numbers(scope, 1)),
        4 => format!("{}^({key})[0].{field}", list.text),
        _ => format!("{}^({key}).{field}", list.text),
    }
}

pub(super) fn group(writer: &mut Writer, scope: &Scope) -> String {
    let list = writer.objects(scope, 1);
    let key = writer.key_field(&list.inside);
    let value = match writer.random.below(5) {
        0 => format!("$sum({})", writer.number_field(&list.inside)),
        1 => "$count($)".into(),
        2 => writer.object(&list.inside, 1, 2),
        3 => format!("$join({}, \",\")", writer.text_field(&list.inside)),
        _ => writer.any_field(&list.inside),
    };
    match writer.random.below(4) {
        0 => format!("{}{{{key} & \"\": {value}, \"all\": $count($)}}", list.text),
        1 => format!(
            "$each({}{{$string({key}): {value}}}, function($v, $k) {{ {{\"k\": $k, \"v\": $v}} }})",
            list.text
        ),
        2 => format!("$keys({}{{$string({key}): {value}}})", list.text),
        _ => format!("{}{{$string({key}): {value}}}", list.text),
    }
}

pub(super) fn mapping(writer: &mut Writer, scope: &Scope) -> String {
    let list = writer.objects(scope, 1);
    let members = writer.random.between(2, 6);
    let object = writer.object(&list.inside, 2, members);
    match writer.random.below(5) {
        0 => format!("[{}.{object}]", list.text),
        1 => {
            let outer = writer.object(scope, 1, 2);
            format!("$merge([{outer}, {{\"items\": {}.{object}}}])", list.text)
        }
        2 => {
            let object = writer.object(&list.inside.of("$v"), 2, 3);
            format!(
                "$map({}, function($v, $i) {{ $merge([{object}, {{\"at\": $i}}]) }})",
                list.text
            )
        }
        3 => writer.object(scope, 2, 5),
        _ => format!("{}.{object}", list.text),
    }
}

pub(super) fn conditional(writer: &mut Writer, scope: &Scope) -> String {
    let test = writer.flag(scope, 2);
    let (yes, no) = (writer.any(scope, 1), writer.any(scope, 1));
    let any = writer.any_field(scope);
    match writer.random.below(6) {
        0 => format!("{test} ? {yes}"),
        1 => format!("{any} ? {yes} : {no}"),
        2 => format!("{any} ?: {no}"),
        3 => format!("{any} ?? {no}"),
        4 => format!("({test}) ? ({yes}) : {any} ? ({no}) : \"else\""),
        _ => format!("{test} ? {yes} : {no}"),
    }
}

pub(super) fn join(writer: &mut Writer, scope: &Scope) -> String {
    let is_list = |kind: Kind| matches!(kind, Kind::List(_));
    let lists: Vec<_> = scope.fields.iter().filter(|field| is_list(field.kind)).collect();
    let (outer, other) = (lists[0], lists[1 % lists.len()]);
    let (Kind::List(inside), Kind::List(other_inside)) = (outer.kind, other.kind) else {
        return "1".into();
    };
    let (inside, other_inside) = (Scope::root(inside), Scope::root(other_inside));
    let inner = inside.fields.iter().find(|field| is_list(field.kind)).map(|field| field.name);
    let inner = inner.unwrap_or("lines");
    let (field, other_field) = (writer.any_field(&inside), writer.any_field(&other_inside));
    let (key, other_key) = (writer.text_field(&inside), writer.text_field(&other_inside));
    let (outer, other) = (outer.name, other.name);
    match writer.random.below(9) {
        0 => format!("{outer}#$i.{{\"at\": $i, \"is\": {field}}}"),
        1 => format!("{outer}.{inner}#$i[$i = 0].%.{key}"),
        2 => format!("{outer}.{inner}.{{\"of\": %.{key}, \"n\": $count($)}}"),
        3 => format!(
            "{outer}@$o.{other}@$p[$p.{other_key} != $o.{key}].{{\"o\": $o.{key}, \"p\": $p.{other_field}}}"
        ),
        4 => format!("{outer}@$o.{inner}.{{\"o\": $o.{key}}}"),
        5 => format!("{outer}@$o#$i.{other}@$p#$j[$i = $j].[$i, $o.{key}, $p.{other_key}]"),
        6 => format!("{outer}.{inner}[%.{key} = \"open\" or true].%.%.{other}.{other_field}"),
        7 => format!("{outer}^({key})#$i.($i & \":\" & $string({key}))"),
        _ => format!("{outer}#$i[$i < 2].{inner}#$j.[$i, $j]"),
    }
}

pub(super) fn range(writer: &mut Writer, scope: &Scope) -> String {
    let (from, to) = (writer.random.below(5) as i32 - 2, writer.random.below(9) as i32 - 1);
    let list = writer.objects(scope, 0).text;
    match writer.random.below(7) {
        0 => format!("[{from}..{to}]"),
        1 => format!("[{from}..{to}].($ * $)"),
        2 => format!("[1..$count({list})].(\"n\" & $)"),
        3 => format!("[0..3, {from}, \"x\", {to}..9]"),
        4 => format!("[{from}..{to}][$ % 2 = 0]"),
        5 => format!("$sum([{from}..{to}])"),
        _ => format!("[{from}..{}]", writer.number(scope, 0)),
    }
}

pub(super) fn transform(writer: &mut Writer, scope: &Scope) -> String {
    let Some(list) = writer.lists(scope) else { return "$".into() };
    let value = writer.any(&list.inside, 1);
    let field = writer.path(&list.inside, |kind| !matches!(kind, Kind::Object(_)));
    let field = field.unwrap_or_default();
    let name = field.split('.').next().unwrap_or_default().trim_matches('`').to_owned();
    let list = list.text;
    match writer.random.below(5) {
        0 => format!("$ ~> |{list}|{{\"added\": {value}}}|"),
        1 => format!("$ ~> |{list}|{{\"added\": 1}}, [\"{name}\"]|"),
        2 => format!("$ ~> |{list}|{{\"{name}\": {value}}}, \"missing\"|"),
        3 => format!("{list} ~> |$|{{}}, [\"{name}\"]|"),
        _ => format!("$ ~> |{list}[0]|{{\"first\": true}}|"),
    }
}

pub(super) fn lambda(writer: &mut Writer, scope: &Scope) -> String {
    let (number, text) = (writer.number(scope, 1), writer.text(scope, 1));
    let list = writer.numbers(scope, 1);
    match writer.random.below(10) {
        0 => format!("function($x) {{ $x * 2 }}({number})"),
        1 => format!("($f := function($a, $b) {{ $a & \"/\" & $b }}; $f({text}, {number}))"),
        2 => format!("($f := function($n) {{ $n <= 1 ? 1 : $n * $f($n - 1) }}; $f(5) + {number})"),
        3 => {
            format!("($add := function($a, $b) {{ $a + $b }}; $inc := $add(1, ?); {list}.$inc($))")
        }
        4 => format!("{text} ~> $uppercase() ~> $substring(0, 3)"),
        5 => format!("($chain := $trim ~> $lowercase; $chain({text}))"),
        6 => format!(
            "($f := \u{3bb}($x) {{ $exists($x) ? $x : \"none\" }}; $f({}))",
            writer.any_field(scope)
        ),
        7 => format!("($f := function($x)<n:n> {{ $x + 1 }}; $f({number}))"),
        8 => format!("($k := 3; $f := function($x) {{ $x * $k }}; $k := 4; $map({list}, $f))"),
        _ => format!("($f := function($x)<s-:s> {{ $x & \"!\" }}; $f({text}))"),
    }
}

pub(super) fn higher_order(writer: &mut Writer, scope: &Scope) -> String {
    let list = writer.objects(scope, 1);
    let inside = list.inside.of("$v");
    let (flag, any) = (writer.flag(&inside, 1), writer.any(&inside, 1));
    let number = writer.number_field(&inside);
    let numbers = writer.numbers(scope, 1);
    let list = list.text;
    match writer.random.below(13) {
        0 => format!("$map({list}, function($v) {{ {any} }})"),
        1 => format!("$map({list}, function($v, $i, $a) {{ $i & \"/\" & $count($a) }})"),
        2 => format!("$filter({list}, function($v, $i) {{ $i > 0 and {flag} }})"),
        3 => format!("$reduce({numbers}, function($p, $c) {{ $p + $c }})"),
        4 => format!("$reduce({numbers}, function($p, $c) {{ $p + $c }}, 10)"),
        5 => format!("$reduce({list}, function($p, $v) {{ $p + {number} }}, 0)"),
        6 => format!("$single({list}, function($v) {{ {flag} }})"),
        7 => format!(
            "$each({}, function($v, $k) {{ $k & \"=\" & $string($v) }})",
            writer.object(scope, 1, 3)
        ),
        8 => format!(
            "$sift({}, function($v, $k) {{ $v != 5 and $k != \"id\" }})",
            writer.object(scope, 1, 3)
        ),
        9 => format!("$map({numbers}, $string)"),
        10 => format!("$map({numbers}, $round(?, 1))"),
        11 => format!("$zip({numbers}, {}, [1, 2, 3])", writer.texts(scope, 1)),
        _ => format!("$filter({numbers}, function($n) {{ $n > 1 }}) ~> $sum()"),
    }
}

pub(super) fn block(writer: &mut Writer, scope: &Scope) -> String {
    let (one, two) = (writer.number(scope, 1), writer.number(scope, 1));
    let list = writer.objects(scope, 1);
    let field = writer.number_field(&list.inside);
    match writer.random.below(5) {
        0 => format!("($a := {one}; $b := {two}; $a + $b)"),
        1 => format!(
            "($rows := {}; {{\"n\": $count($rows), \"sum\": $sum($rows.{field})}})",
            list.text
        ),
        2 => format!("($a := {one}; ($a := 2; $b := $a); [$a, $b])"),
        3 => {
            format!("{}.($n := {field}; $n > 10 ? {{\"big\": $n}} : {{\"small\": $n}})", list.text)
        }
        _ => format!("($t := {}; /* a note */ $t & $t; $uppercase($t))", writer.text(scope, 1)),
    }
}

pub(super) fn wildcard(writer: &mut Writer, scope: &Scope) -> String {
    let list = writer.objects(scope, 0);
    let field = writer.path(&list.inside, |_| true).unwrap_or_default();
    match writer.random.below(6) {
        0 => format!("{}.*", list.text),
        1 => format!("**.{field}"),
        2 => format!("$count({}.**)", list.text),
        3 => format!("*.{field}"),
        4 => format!("{}.*[$type($) = \"string\"]", list.text),
        _ => format!("$distinct(**.{field})"),
    }
}

pub(super) fn comparison(writer: &mut Writer, scope: &Scope) -> String {
    let (left, right) = (writer.any(scope, 1), writer.any(scope, 1));
    let sign = writer.pick(&["=", "!=", "<", ">", "<=", ">=", "in", "and", "or"]);
    match writer.random.below(3) {
        0 => format!("({left}) {sign} ({right})"),
        1 => {
            let left = writer.number(scope, 2);
            let right = writer.number(scope, 1);
            format!("({left}) {sign} ({right})")
        }
        _ => {
            let left = writer.text(scope, 1);
            format!("({left}) {sign} {}", writer.texts(scope, 1))
        }
    }
}

pub(super) fn error(writer: &mut Writer, scope: &Scope) -> String {
    let (any, other) = (writer.any(scope, 1), writer.any(scope, 1));
    let (number, text) = (writer.number(scope, 1), writer.text(scope, 1));
    match writer.random.below(22) {
        0 => format!("({any}) + ({other})"),
        1 => format!("({any}) * ({text})"),
        2 => format!("-({any})"),
        3 => format!("$unknown({any})"),
        4 => format!("{number} / 0"),
        5 => format!("$number({text})"),
        6 => format!("$sum({any})"),
        7 => format!("$uppercase({any})"),
        8 => format!("$substring({any}, {other})"),
        9 => format!("$error(\"stop \" & $string({number}))"),
        10 => format!("$assert({}, \"not so\")", writer.flag(scope, 1)),
        11 => format!("[{any}..{other}]"),
        12 => format!("({any}) < ({other})"),
        13 => format!("{{ {any}: 1 }}"),
        14 => format!("({any})({number})"),
        15 => format!("$sqrt(-1 - $abs({number}))"),
        16 => format!("$map({any}, {other})"),
        17 => format!("$toMillis({text})"),
        18 => format!("{text} ~> {number}"),
        19 => writer.pick(&[
            "(",
            "1 +",
            "[1, ",
            "{\"a\": }",
            "a.b[",
            "\"open",
            "/a",
            "1 2",
            ")",
            "a ~>",
            "$x :=",
            "@",
            "a[1]]",
            "`b",
            "1..2",
            "? 1",
            "function(x){1}",
            "\"\\q\"",
            "a := 1",
            "%",
            "{a:1",
            "/a(/",
            "#$i",
            "*.",
            "a.%.%",
        ]),
        20 => format!("$round({any}, {other})"),
        _ => format!("$join({any}, {other})"),
    }
}
