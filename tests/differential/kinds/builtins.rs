//! Expressions by the functions they call.

use crate::expressions::{Scope, Writer};

pub(super) fn texts(writer: &mut Writer, scope: &Scope) -> String {
    let text = writer.text(scope, 2);
    let number = writer.number(scope, 1);
    match writer.random.below(17) {
        0 => format!("$split({text}, \"-\")"),
        1 => format!("$split({text}, \"\", {})", writer.random.below(5)),
        2 => format!("$join({}, \"|\")", writer.texts(scope, 1)),
        3 => format!("$join({})", writer.texts(scope, 1)),
        4 => format!("$length({text})"),
        5 => format!("$substring({text}, {number})"),
        6 => format!("$substring({text}, {}, {number})", writer.random.below(7) as i32 - 3),
        7 => format!("$pad({text}, {})", writer.random.below(40) as i32 - 20),
        8 => format!("$contains({text}, {})", writer.text(scope, 0)),
        9 => format!("$substringBefore({text}, {})", writer.text(scope, 0)),
        10 => format!("$substringAfter({text}, {})", writer.text(scope, 0)),
        11 => format!(
            "$replace({text}, {}, \"*\", {})",
            writer.text(scope, 0),
            writer.random.below(3)
        ),
        12 => format!("$string({})", writer.any(scope, 1)),
        13 => format!("$string({}, true)", writer.object(scope, 1, 3)),
        14 => format!("$trim(\"  \" & {text} & \"\\t\\n x \")"),
        15 => format!("$lowercase({text}) & $uppercase({text})"),
        _ => text,
    }
}

pub(super) fn numbers(writer: &mut Writer, scope: &Scope) -> String {
    let number = writer.number(scope, 3);
    match writer.random.below(9) {
        0 => format!("$round({number}, {})", writer.random.below(6) as i32 - 2),
        1 => format!("$formatBase({number}, {})", writer.random.between(2, 36)),
        2 => format!("$formatBase({number})"),
        3 => format!(
            "$number(\"{}\")",
            writer.pick(&[
                "12", "-3.5", "1e5", "0x1F", "0b101", "0o17", "007", " 1", "1.", ".5", "1e400"
            ])
        ),
        4 => format!("$power({number}, {})", writer.pick(&["2", "0.5", "-1", "10"])),
        5 => format!("$string({number})"),
        6 => {
            let name = writer.pick(&["$sum", "$max", "$min", "$average", "$count"]);
            format!("{name}({})", writer.numbers(scope, 2))
        }
        _ => number,
    }
}

pub(super) fn number_pictures(writer: &mut Writer, scope: &Scope) -> String {
    let number = match writer.random.below(3) {
        0 => writer.pick(&[
            "0",
            "0.005",
            "1.005",
            "-0.5",
            "1234567.891",
            "1e10",
            "0.1 + 0.2",
            "-1e-7",
            "99.995",
            "2.5",
            "1e21",
        ]),
        _ => writer.number(scope, 1),
    };
    let picture = writer.pick(&[
        "#,##0.00",
        "0.00",
        "0",
        "#",
        "000",
        "#0.###",
        "#,###",
        "0.0%",
        "#0\u{2030}",
        "0.000e0",
        "#0.0e00",
        "$#,##0.00",
        "#,##0.00;(#,##0.00)",
        "#,##0.00 EUR",
        "0000.0",
        "#.##",
        "0.0#",
        "\u{661}",
        "#,#0.0",
        "",
        "#;#;#",
        "0.0.0",
        "0%%",
        "abc",
        "0,.0",
        "0,",
        "#,,0",
        "0#",
        "0.#0",
        "0e0%",
        "0a0",
        "##,##0",
    ]);
    if writer.random.percent(15) {
        let options = writer.pick(&[
            "{\"decimal-separator\": \",\", \"grouping-separator\": \".\"}",
            "{\"minus-sign\": \"~\"}",
            "{\"percent\": \"pct\"}",
            "{}",
        ]);
        let picture = writer.pick(&["#.##0,00", "0", "#0,0", "0.0%"]);
        return format!("$formatNumber({number}, \"{picture}\", {options})");
    }
    format!("$formatNumber({number}, \"{picture}\")")
}

pub(super) fn integer_pictures(writer: &mut Writer, scope: &Scope) -> String {
    let number = match writer.random.below(3) {
        0 => writer.random.below(5000).to_string(),
        1 => {
            writer.pick(&["0", "1", "11", "12", "100", "1000000", "123456789", "1.9", "-7", "1e15"])
        }
        _ => writer.number(scope, 1),
    };
    let picture = writer.pick(&[
        "#,##0", "00", "w", "I", "0000", "0,000", "A", "0", "000", "Ww", "0", "000", "#,##0",
        "0;o", "w", "Ww", "W", "w;o", "I", "i", "A", "a", "W;o", "\u{661}", "Ww;o", "0\u{661}",
        "\u{3b1}", "0,000;o",
    ]);
    let picture = if writer.random.percent(1) { "#-##-000".to_owned() } else { picture };
    match writer.random.below(5) {
        0 => {
            let (text, picture) = writer.random.pick(&[
                &("\"twelve thousand, four hundred and seventy-six\"", "w"),
                &("\"MCMXCIX\"", "I"),
                &("\"1,234\"", "#,##0"),
                &("\"aab\"", "a"),
                &("\"42nd\"", "0;o"),
                &("\"007\"", "000"),
                &("\"twentieth\"", "w;o"),
            ]);
            format!("$parseInteger({text}, \"{picture}\")")
        }
        1 => {
            let picture = writer.pick(&["w", "000", "#,##0", "0;o", "A"]);
            format!("$parseInteger($formatInteger({number}, \"{picture}\"), \"{picture}\")")
        }
        _ => format!("$formatInteger({number}, \"{picture}\")"),
    }
}

pub(super) fn dates(writer: &mut Writer, scope: &Scope) -> String {
    let millis = match writer.random.below(4) {
        0 => "1521801216617".into(),
        1 => (writer.random.next() % 4_000_000_000_000).to_string(),
        2 => writer.pick(&["0", "-1", "951782400000", "1104537599999", "253402300799999"]),
        _ => format!("$toMillis({})", writer.date_field(scope)),
    };
    let picture = writer.pick(&[
        "[Y0001]-[M01]-[D01]",
        "[D]/[M]/[Y]",
        "[D1o] [MNn] [Y]",
        "[FNn], [D] [MNn,3-3] [Y01]",
        "[H01]:[m01]:[s01].[f001][Z]",
        "[h]:[m] [P]",
        "[h#1][PN]",
        "[X0001]-W[W01]-[F1]",
        "[d001]",
        "[w] [x]",
        "[YI]",
        "[Yw] [Dwo]",
        "[Y,2]",
        "[Y9,999,*]",
        "[F] [F0] [FN,*-3]",
        "[[x]] [C]",
        "[xNn] [z]",
        "[M01",
        "[q]",
        "[YN]",
        "[Z0000] [Z01:01t]",
        "[M#1] [ma] [E]",
    ]);
    let zone = writer.pick(&["+0100", "-0500", "+0530", "0000", "+1245"]);
    match writer.random.below(11) {
        0 => format!("$toMillis({})", writer.date_field(scope)),
        1 => format!("$fromMillis({millis})"),
        2 => format!("$fromMillis({millis}, \"{picture}\", \"{zone}\")"),
        3 => format!("$fromMillis({millis}, $$.missing, \"{zone}\")"),
        4 => {
            let (text, picture) = writer.random.pick(&[
                &("23/3/2018", "[D]/[M]/[Y]"),
                &("2018-03-23 10:33", "[Y]-[M]-[D] [H]:[m]"),
                &("Friday, 23rd March 2018", "[FNn], [D1o] [MNn] [Y]"),
                &("20180323", "[Y0001][M01][D01]"),
                &("2018-082", "[Y0001]-[d001]"),
                &("1:02 pm 5/6/2019", "[h]:[m] [P] [D]/[M]/[Y]"),
                &("2018-03-23T10:33:36.617+01:00", "[Y]-[M]-[D]T[H]:[m]:[s].[f][Z]"),
                &("not a date", "[Y]-[M]-[D]"),
                &("2018 10", "[Y] [H]"),
                &("MMXX", "[YI]"),
            ]);
            format!("$toMillis(\"{text}\", \"{picture}\")")
        }
        5 => {
            let picture = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001]";
            format!("$toMillis($fromMillis({millis}, \"{picture}\"), \"{picture}\")")
        }
        6 => {
            let (one, other) = (writer.date_field(scope), writer.date_field(scope));
            format!("($toMillis({one}) - $toMillis({other})) / 86400000")
        }
        7 => {
            let list = writer.objects(scope, 0);
            let field = writer.date_field(&list.inside);
            format!("{}.$fromMillis($toMillis({field}), \"{picture}\")", list.text)
        }
        _ => format!("$fromMillis({millis}, \"{picture}\")"),
    }
}

pub(super) fn lists(writer: &mut Writer, scope: &Scope) -> String {
    let (numbers, texts) = (writer.numbers(scope, 1), writer.texts(scope, 1));
    let list = writer.objects(scope, 1);
    let any = writer.any(scope, 1);
    match writer.random.below(14) {
        0 => format!("$append({numbers}, {texts})"),
        1 => format!("$append({any}, {numbers})"),
        2 => format!("$distinct({texts})"),
        3 => format!("$distinct({}.{})", list.text, writer.any_field(&list.inside)),
        4 => format!("$reverse({numbers})"),
        5 => format!("$count({any})"),
        6 => format!("$zip({numbers}, {texts})"),
        7 => format!("[{numbers}, {texts}]"),
        8 => format!("[[{numbers}], {any}]"),
        9 => format!("$sort({texts})"),
        10 => format!("$exists({}[5])", list.text),
        11 => format!("$append({}, {any})", list.text),
        12 => format!("({any})[0]"),
        _ => format!("[{numbers}]"),
    }
}

pub(super) fn objects(writer: &mut Writer, scope: &Scope) -> String {
    let (one, other) = (writer.object(scope, 1, 3), writer.object(scope, 1, 2));
    let list = writer.objects(scope, 1);
    let field = writer.any_field(&list.inside);
    let name = field.split('.').next().unwrap_or_default().trim_matches('`').to_owned();
    match writer.random.below(12) {
        0 => format!("$keys({one})"),
        1 => format!("$keys({})", list.text),
        2 => format!("$lookup({}, \"{name}\")", list.text),
        3 => format!("$merge([{one}, {other}])"),
        4 => format!("$merge({})", list.text),
        5 => format!("$spread({one})"),
        6 => format!("$spread({})", list.text),
        7 => format!("{one}.{}", writer.pick(&["id", "name", "`a b`", "total", "*"])),
        8 => format!(
            "$sift({}, function($v, $k) {{ $k = \"{name}\" or $type($v) = \"number\" }})",
            list.text
        ),
        9 => format!("{}.$keys()", list.text),
        10 => format!("$type({field})"),
        _ => one,
    }
}

pub(super) fn patterns(writer: &mut Writer, scope: &Scope) -> String {
    let text = writer.text(scope, 1);
    let pattern = writer.pick(&[
        "/\\d+/",
        "/[a-z]+/i",
        "/^\\w+/",
        "/\\s+/",
        "/(\\w)(\\w*)/",
        "/([^@]+)@(.+)/",
        "/o/i",
        "/[aeiou]/",
        "/-/",
        "/(?<=-)\\d/",
        "/(.)\\1/",
        "/a|e|i/",
        "/\\bh/i",
        "/[^a-z0-9]/i",
        "/(?:r|s)(t)?/",
        "/\\d(?=\\d)/",
        "/$/",
        "/x*/",
        "/,\\s*/",
        "/^(.*?)-(.*)$/",
        "/./",
        "/[\\u00e0-\\u00ff]/",
        "/\\//",
    ]);
    match writer.random.below(10) {
        0 => format!("$match({text}, {pattern})"),
        1 => format!("$match({text}, {pattern}, {})", writer.random.below(3)),
        2 => {
            let by = writer.pick(&["_", "$1", "<$0>", "$2$1", "$$", "$", "", "$9", "$12", "a$"]);
            format!("$replace({text}, {pattern}, \"{by}\")")
        }
        3 => format!(
            "$replace({text}, {pattern}, function($m) {{ $uppercase($m.match) & $string($m.index) }})"
        ),
        4 => format!("$replace({text}, {pattern}, \"-\", {})", writer.random.below(3)),
        5 => format!("$split({text}, {pattern})"),
        6 => format!("$split({text}, {pattern}, {})", writer.random.below(3)),
        7 => {
            let list = writer.objects(scope, 0);
            let field = writer.text_field(&list.inside);
            format!("{}[$contains($string({field}), {pattern})].{field}", list.text)
        }
        8 => format!("$match({text}, {pattern}).groups"),
        _ => format!("$contains({text}, {pattern})"),
    }
}

pub(super) fn coercions(writer: &mut Writer, scope: &Scope) -> String {
    let any = match writer.random.below(3) {
        0 => writer.pick(&[
            "\"\"",
            "\"0\"",
            "0",
            "[]",
            "[0]",
            "[[]]",
            "[0, 1]",
            "{}",
            "{\"a\": 0}",
            "null",
            "missing",
            "[null]",
            "\"false\"",
            "[\"\"]",
            "[[1]]",
            "-0",
            "1e300 * 1",
            "function($x) { $x }",
            "$sum",
            "[missing]",
            "\" \"",
        ]),
        _ => writer.any(scope, 1),
    };
    match writer.random.below(13) {
        0 => format!("$boolean({any})"),
        1 => format!("$not({any})"),
        2 => format!("$string({any})"),
        3 => format!("$number({any})"),
        4 => format!("\"<\" & {any} & \">\""),
        5 => format!("$type({any})"),
        6 => format!("$exists({any})"),
        7 => format!("({any}) ? \"yes\" : \"no\""),
        8 => format!("[{any}]"),
        9 => format!("({any}) and true"),
        10 => format!("({any}) = ({any})"),
        11 => format!("$length($string({any}))"),
        _ => format!("$count({any})"),
    }
}

pub(super) fn encodings(writer: &mut Writer, scope: &Scope) -> String {
    let text = writer.text(scope, 1);
    match writer.random.below(9) {
        0 => format!("$base64encode({text})"),
        1 => format!("$base64decode($base64encode({text}))"),
        2 => format!("$encodeUrl({text})"),
        3 => format!("$encodeUrlComponent({text})"),
        4 => format!("$decodeUrl($encodeUrl({text}))"),
        5 => format!("$decodeUrlComponent({text})"),
        6 => format!("\"https://example.org/?q=\" & $encodeUrlComponent({text})"),
        7 => format!(
            "$eval(\"1 + \" & {})",
            writer.pick(&["\"2\"", "\"$count(orders)\"", "\"(\"", "\"\\\"a\\\"\""])
        ),
        _ => format!(
            "$base64decode({})",
            writer.pick(&["\"aGVsbG8=\"", "\"aGVsbG8\"", "\"%\"", "\"w6k=\""])
        ),
    }
}
