use super::*;

fn pattern(source: &str, flags: &str) -> Pattern {
    Pattern::parse(source, flags).unwrap_or_else(|error| panic!("{source}: {error}"))
}

/// All matches of a pattern, each as its text.
fn found<'t>(source: &str, flags: &str, text: &'t str) -> Vec<&'t str> {
    let pattern = pattern(source, flags);
    pattern.spans(text).map(|span| span.unwrap()).map(|(start, end)| &text[start..end]).collect()
}

#[track_caller]
fn check(source: &str, flags: &str, text: &str, expected: &[&str]) {
    assert_eq!(found(source, flags, text), expected, "/{source}/{flags} in {text:?}");
}

#[test]
fn signs_mean_what_they_mean_in_javascript() {
    check(r"\d+", "", "a1 22 \u{663}", &["1", "22"]);
    check(r"\w+", "", "caf\u{e9} bar", &["caf", "bar"]);
    check(r"\s", "", "a\u{a0}b\u{feff}c\u{85}", &["\u{a0}", "\u{feff}"]);
    check(r"\bb", "", "\u{e9}b ab b", &["b", "b"]);
    check(r"\Bb", "", "\u{e9}b ab b", &["b"]);
    check(".+", "", "ab\rcd\u{2028}e", &["ab", "cd", "e"]);
    check("^a", "", "a\na", &["a"]);
    check("^a$", "m", "a\na\r\na", &["a", "a", "a"]);
    check("a$", "", "a\n", &[]);
    check("[^]", "", "\n", &["\n"]);
    check("[]", "", "a", &[]);
    check("[a-c\\d-]+", "", "ab-1 d", &["ab-1"]);
    check("[\\w-.]+", "", "a-b.c", &["a-b.c"]);
    check("[^\\W_]+", "", "ab_c!", &["ab", "c"]);
    check(r"[\b]", "", "a\u{8}", &["\u{8}"]);
    check(r"[&&~~\-\-[]+", "", "&~-[", &["&~-["]);
    check(r"\u0041\x42\103\cJ", "", "ABC\n", &["ABC\n"]);
    check(r"\0", "", "\0", &["\0"]);
    check(r"\p{L}\a\-\/", "", "p{L}a-/", &["p{L}a-/"]);
    check("a{,2}", "", "a{,2}", &["a{,2}"]);
    check("a{2}b{1,}c{0,1}?", "", "aabbc", &["aabb"]);
    check("x{", "", "x{", &["x{"]);
    check("a}]", "", "a}]", &["a}]"]);
    check("A+", "i", "aAa", &["aAa"]);
    check("a b#c", "", "a b#c", &["a b#c"]);
    check(r"\u{2}", "", "uu", &["uu"]);
}

#[test]
fn look_around_and_back_references_are_part_of_the_language() {
    check(r"\d+(?= EUR)", "", "10 USD 20 EUR", &["20"]);
    check(r"\d+(?! EUR)\b", "", "10 USD 20 EUR", &["10"]);
    check(r"(?<=\$)\d+", "", "$10 20", &["10"]);
    check(r"(?<!\$)\b\d+", "", "$10 20", &["20"]);
    check(r"(\w)\1", "", "hello aab", &["ll", "aa"]);
    check(r"(?<q>['\x22]).*?\k<q>", "", "a 'b' \"c'\"", &["'b'", "\"c'\""]);
    check(r"(?:(a)|b)\1", "", "ba aa", &["b", "aa"]);
    check(r"\1(a)", "", "aa", &["a", "a"]);
    check(r"(?=a)*b", "", "b", &["b"]);
    check(r"(A)\1", "i", "aA", &["aA"]);
}

#[test]
fn groups_are_told_also_where_they_took_no_part() {
    let pattern = pattern("(a)|(?<name>b)|(?=c)(c)", "");
    let text = "abc";
    let groups = |at| pattern.find_at(text, at).unwrap().unwrap().groups;
    assert_eq!(groups(0), [Some((0, 1)), None, None]);
    assert_eq!(groups(1), [None, Some((1, 2)), None]);
    assert_eq!(groups(2), [None, None, Some((2, 3))]);
    assert_eq!(pattern.n_groups(), 3);
}

#[test]
fn surrogate_pairs_are_one_character() {
    check(r"\uD83D\uDE00", "", "a\u{1F600}", &["\u{1F600}"]);
    check(r"[\uD800-\uDBFF][\uDC00-\uDFFF]", "", "a\u{1F600}b", &["\u{1F600}"]);
    check(r"[\uD83D\uDE00x]", "", "\u{1F600}x", &["\u{1F600}", "x"]);
    check(r"\uD83D", "", "\u{1F600}", &[]);
}

#[test]
fn what_is_no_pattern_is_told_with_its_place() {
    for (source, code) in [
        ("(", "G0023"),
        (")", "G0023"),
        ("[", "G0023"),
        ("*a", "G0023"),
        ("a**", "G0023"),
        ("a++", "G0023"),
        ("a{2,1}", "G0023"),
        ("[b-a]", "G0023"),
        ("(?a)", "G0023"),
        ("\\", "G0023"),
        ("(?<a", "G0023"),
        ("^*", "G0023"),
        ("(?<a>b)(?<a>c)", "G0023"),
        ("(?<a>b)\\k<c>", "G0023"),
        ("((a{1000}){1000}){1000}", "G0021"),
        ("a{1000000}", "G0021"),
        ("a{99999999999999999999}", "G0021"),
        ("(?=a)((b{1000}){1000}){1000}", "G0021"),
    ] {
        let error = Pattern::parse(source, "").err().map(|error| error.code);
        assert_eq!(error, Some(code), "{source}");
    }
    let deep = "(".repeat(100_000) + &")".repeat(100_000);
    assert_eq!(Pattern::parse(&deep, "").unwrap_err().code, "G0021");
    let deep = "(?=".repeat(1000) + &")".repeat(1000);
    assert_eq!(Pattern::parse(&deep, "").unwrap_err().code, "G0021");
}

#[test]
fn a_second_empty_match_is_an_error() {
    let codes = |source, text| {
        let found: Vec<_> =
            pattern(source, "").spans(text).map(|one| one.map_err(|error| error.code)).collect();
        found
    };
    assert_eq!(codes("x*", "ab"), [Ok((0, 0)), Err("D1004")]);
    assert_eq!(codes("b*", "ab"), [Ok((0, 0)), Err("D1004")]);
    assert_eq!(codes("a*", "ab"), [Ok((0, 1)), Err("D1004")]);
    assert_eq!(codes("$", "ab"), [Ok((2, 2))]);
    assert_eq!(codes("", ""), [Ok((0, 0))]);
}

#[test]
fn a_search_that_explodes_ends_at_its_limit() {
    let begun = std::time::Instant::now();
    for (source, text) in [
        (r"(a+)+\1b", "a".repeat(4000)),
        (r"(?=(a+)+b)c", "a".repeat(2_000)),
        (r"(?=.*x)y", "a".repeat(200_000)),
        (r"(a|aa)+(?!a)b", "a".repeat(4_000)),
    ] {
        let found = pattern(source, "").find_span_at(&text, 0);
        assert!(!matches!(found, Ok(Some(_))), "{source}");
    }
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    let long = "a".repeat(LONGEST_TEXT + 1);
    assert_eq!(pattern("(?=b)", "").is_match(&long).unwrap_err().code, "G0024");
}
