use super::*;
use crate::{JsonTemplate, NoNames, Target};

fn item() -> Value {
    serde_json::from_str(
        r#"{"id": 12345678901234567890, "price": 19.90, "name": "Ada", "tags": ["a", 1], "none": null}"#,
    )
    .unwrap()
}

#[track_caller]
fn check(source: &str, expected: &str) {
    let value = Template::parse(source).unwrap().render(&item(), &NoNames).unwrap();
    assert_eq!(value.map_or_else(|| "nothing".to_owned(), |value| value.to_string()), expected);
}

#[test]
fn a_whole_expression_keeps_its_type_and_others_become_text() {
    check("{{ price }}", "19.90");
    check("{{tags}}", r#"["a",1]"#);
    check("{{ missing }}", "nothing");
    check(" {{ price }}", r#"" 19.90""#);
    check(
        "{{ name }}: {{ id }} {{ tags }} {{ none }}",
        r#""Ada: 12345678901234567890 [\"a\",1] null""#,
    );
    check("plain", r#""plain""#);
    check("", r#""""#);
}

#[test]
fn braces_of_expressions_and_texts_are_told_apart() {
    check(r#"{{ {"a": {"b": 1}} }}"#, r#"{"a":{"b":1}}"#);
    check(r#"{{{"a":{"b":1}}}}"#, r#"{"a":{"b":1}}"#);
    check("{{ '}}' & name }}", r#""}}Ada""#);
    check("{{ name /* }} */ }}!", r#""Ada!""#);
    check("a {{{{ b }} {{ name }}", r#""a {{ b }} Ada""#);
    check("{ {name} } }}", r#""{ {name} } }}""#);
}

#[test]
fn what_gives_nothing_in_a_text_is_named() {
    let template = Template::parse("ä {{ name }}/{{ missing.field }}").unwrap();
    let fault = template.render(&item(), &NoNames).unwrap_err();
    assert_eq!((fault.code.as_str(), fault.span), ("G0002", Some(15..30)));
    assert!(fault.message.starts_with("{{ missing.field }} gives nothing"), "{}", fault.message);
}

#[test]
fn faults_are_placed_in_the_whole_text() {
    let at = |source: &str| {
        let fault = Template::parse(source).unwrap_err();
        (fault.code, fault.span.unwrap())
    };
    assert_eq!(at("x {{ name"), ("G0001".to_owned(), 2..4));
    assert_eq!(at("ä {{ a b }}"), ("S0201".to_owned(), 7..8));
    assert_eq!(at("{{ 'open }}"), ("S0101".to_owned(), 3..11));
    let template = Template::parse("ä {{ $vars.x }}").unwrap();
    assert_eq!(template.references()[0].to, Target::Var("x".to_owned()));
    assert_eq!(template.references()[0].span, 5..12);
}

#[test]
fn templates_are_texts_or_plain_values_in_files() {
    let read = |json: &str| serde_json::from_str::<Template>(json);
    for json in ["\"a {{ b }}\"", "5", "true", "1.50"] {
        assert_eq!(serde_json::to_string(&read(json).unwrap()).unwrap(), json);
    }
    assert_eq!(read("1.50").unwrap().text(&item(), &NoNames).unwrap(), "1.50");
    assert_eq!(read("true").unwrap().render(&item(), &NoNames).unwrap(), Some(Value::from(true)));
    assert!(read("[]").is_err());
    assert!(read("\"{{\"").unwrap_err().to_string().contains("not closed"));
}

#[test]
fn any_json_may_hold_templates() {
    let source = r#"{"id": "{{ id }}", "gone": "{{ missing }}", "list": ["{{ missing }}", "{{ name }}!", 1.50], "fixed": {"a": "{{{{x"}}"#;
    let template: JsonTemplate = serde_json::from_str(source).unwrap();
    let value = template.render(&item(), &NoNames).unwrap().unwrap();
    assert_eq!(
        value.to_string(),
        r#"{"id":12345678901234567890,"list":["Ada!",1.50],"fixed":{"a":"{{x"}}"#
    );
    assert_eq!(
        serde_json::to_string(&template).unwrap(),
        source.replace("\": ", "\":").replace(", ", ",")
    );
    let wrong = serde_json::json!({"a/b": ["x", "{{ $vars.y }} {{"]});
    assert_eq!(JsonTemplate::parse(wrong).unwrap_err().0, "/a~1b/1");
    let template = JsonTemplate::parse(serde_json::json!({"a": ["{{ $vars.y }}"]})).unwrap();
    assert_eq!(template.references()[0].0, "/a/0");
    assert!(JsonTemplate::default().is_literal());
}
