use super::*;

fn codes(source: &str) -> Vec<(String, std::ops::Range<u32>)> {
    let faults = parse(source).1;
    faults.into_iter().map(|fault| (fault.code, fault.span.unwrap_or_default())).collect()
}

#[test]
fn operators_bind_as_jsonata_says() {
    let tree = parse("a + b * c.d[0] & 'x'").0;
    let ExprKind::Binary(Operator::Concat, left, _) = tree.kind else { panic!("no &") };
    let ExprKind::Binary(Operator::Add, _, right) = left.kind else { panic!("no +") };
    let ExprKind::Binary(Operator::Multiply, _, right) = right.kind else { panic!("no *") };
    assert!(matches!(right.kind, ExprKind::Dot(..)));
}

#[test]
fn an_expression_knows_its_place() {
    let source = " $sum(lines.price) > 10 ";
    let tree = parse(source).0;
    assert_eq!(&source[tree.span.start as usize..tree.span.end as usize], "$sum(lines.price) > 10");
    assert_eq!(&source[tree.at.start as usize..tree.at.end as usize], ">");
    let ExprKind::Binary(_, left, _) = &tree.kind else { panic!("no >") };
    assert_eq!(&source[left.span.start as usize..left.span.end as usize], "$sum(lines.price)");
}

#[test]
fn a_fault_tells_its_place_and_reading_goes_on() {
    assert_eq!(codes("a + "), [("S0207".to_owned(), 4..4)]);
    assert_eq!(codes("(a"), [("S0203".to_owned(), 2..2)]);
    assert_eq!(codes("{'a': ), 'b': ]}")[0], ("S0211".to_owned(), 6..7));
    assert_eq!(codes("a b"), [("S0201".to_owned(), 2..3)]);
    assert_eq!(codes("1 := 2")[0], ("S0212".to_owned(), 0..1));
    assert_eq!(codes("a !b")[0].0, "S0204");
    let (tree, faults) = parse("{'a': b +, 'c': d}");
    assert_eq!(faults.len(), 1);
    let ExprKind::Object(pairs) = tree.kind else { panic!("no object") };
    assert_eq!(pairs.len(), 2);
}

#[test]
fn nesting_without_end_is_refused() {
    for source in [
        "(".repeat(100_000),
        "[".repeat(100_000),
        "-".repeat(100_000),
        "a.".repeat(100_000) + "a",
        "1+".repeat(100_000) + "1",
        "function(){".repeat(50_000),
        "a[".repeat(50_000),
    ] {
        let faults = parse(&source).1;
        assert_eq!(faults[0].code, "G0009", "{}", &source[..10]);
    }
}
