//! Forms: pairs, brackets, parts and files, and the way back.

mod common;

use data::{
    FaultKind, Limits, Value,
    form::{self, Options, multipart},
    json,
};
use proptest::prelude::*;

fn value(text: &str) -> Value {
    json::read(text.as_bytes(), &Limits::default()).expect("JSON")
}

fn read(text: &str, nested: bool) -> Result<Value, form::Error> {
    form::read(text.as_bytes(), &Options { nested }, &Limits::default())
}

#[test]
fn pairs_become_members() {
    let table = [
        ("", "{}"),
        ("a=1&b=&c", r#"{"a":"1","b":"","c":""}"#),
        ("a=1&b=2&a=3", r#"{"a":["1","3"],"b":"2"}"#),
        ("na+me=%C3%A4%26%3d+%2B\r\n", r#"{"na me":"ä&= +"}"#),
        ("a=1&&=x", r#"{"a":"1","":"x"}"#),
        ("a%5Bb%5D=c&d[]=e", r#"{"a[b]":"c","d[]":"e"}"#),
    ];
    for (source, expected) in table {
        let value = read(source, false).unwrap();
        assert_eq!(value.to_string(), expected, "{source}");
        let written = form::to_string(&value, &Options::default()).unwrap();
        assert_eq!(read(&written, false).unwrap(), value, "{source}");
    }
}

#[test]
fn brackets_become_members_within() {
    let table = [
        ("a[b]=c&a[d][e]=f", r#"{"a":{"b":"c","d":{"e":"f"}}}"#),
        ("a[]=1&a[]=2", r#"{"a":["1","2"]}"#),
        ("a[0][x]=1&a[0][y]=2&a[1][x]=3", r#"{"a":[{"x":"1","y":"2"},{"x":"3"}]}"#),
        ("a[1]=x", r#"{"a":{"1":"x"}}"#),
        ("[a]=x&b[=y&c]=z", r#"{"[a]":"x","b[":"y","c]":"z"}"#),
        ("a=1&a=2", r#"{"a":["1","2"]}"#),
    ];
    for (source, expected) in table {
        let value = read(source, true).unwrap();
        assert_eq!(value.to_string(), expected, "{source}");
        let written = form::to_string(&value, &Options { nested: true }).unwrap();
        assert_eq!(read(&written, true).unwrap(), value, "{source}");
    }
    let error = read("a=1&a[b]=2", true).unwrap_err();
    assert_eq!(error.to_string(), "pair 2: `a[b]` is both a text and something with parts");
}

#[test]
fn broken_pairs_and_values_without_form_are_named() {
    let error = read("a=1&b=100%", false).unwrap_err();
    assert_eq!(error.to_string(), "pair 2: a `%` without two hex digits in `100%`; write `%25`");
    let error = read("a=%ff", false).unwrap_err();
    assert_eq!(error.to_string(), "pair 1: `%ff` is not UTF-8");
    let write = |text: &str| {
        form::to_string(&value(text), &Options::default()).map_err(|error| error.to_string())
    };
    assert_eq!(write(r#"{"a":1.50,"b":null,"c":[true,"x"]}"#), Ok("a=1.50&c=true&c=x".into()));
    assert_eq!(
        write(r#"{"a":{"b":1}}"#),
        Err("`a`: a object stands where a form has text; map it to a text, or let names be nested"
            .replace("a object", "an object"))
    );
    assert_eq!(
        write("[1]"),
        Err("a form has names, and the value is a list; map it to an object first".into())
    );
    let limits = Limits { bytes: 10, ..Limits::default() };
    let error = form::read(b"aaaaaaaaaaaaaaa", &Options::default(), &limits).unwrap_err();
    assert_eq!(error.kind, FaultKind::Limit);
}

const BODY: &str = "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA\r\nB\r\n\
--b\r\ncontent-disposition: form-data; name=f; filename=\"a \\\"b\\\".txt\"\r\nContent-Type: text/plain\r\n\r\nhi\r\n\
--b  \r\nContent-Disposition: form-data; name=\"f\"; filename=x; filename*=UTF-8''%e2%82%ac.bin\r\nContent-Type: application/octet-stream\r\n\r\n\r\n\
--b\r\nContent-Disposition: form-data; name=\"j\"\r\nContent-Type: application/json\r\nContent-Transfer-Encoding: base64\r\n\r\nW10=\r\n--b--\r\nepilogue";

#[test]
fn parts_become_members() {
    let options = multipart::Options { boundary: Some("b".into()) };
    let read = multipart::read(BODY.as_bytes(), &options, &Limits::default()).unwrap();
    let expected = r#"{"title":"A\r\nB","f":[{"name":"f","filename":"a \"b\".txt","type":"text/plain","text":"hi"},{"name":"f","filename":"€.bin","type":"application/octet-stream","base64":""}],"j":{"name":"j","type":"application/json","text":"[]"}}"#;
    assert_eq!(read.to_string(), expected);
    let mut body = Vec::new();
    multipart::write(&read, &multipart::Options::default(), &mut body).unwrap();
    let again = multipart::read(&body, &multipart::Options::default(), &Limits::default()).unwrap();
    assert_eq!(again, read);
    let header = multipart::content_type("x y");
    assert_eq!(multipart::boundary(&header).as_deref(), Some("x y"));
    assert_eq!(multipart::boundary("text/plain; boundary=x"), None);
}

#[test]
fn parts_of_any_type_are_read() {
    let options = multipart::Options { boundary: Some("b".into()) };
    let parts = multipart::read_parts(BODY.as_bytes(), &options, &Limits::default()).unwrap();
    let expected = r#"{"headers":{"content-disposition":"form-data; name=\"j\"","content-type":"application/json","content-transfer-encoding":"base64"},"type":"application/json","text":"[]"}"#;
    assert_eq!(parts.as_list().unwrap().len(), 4);
    assert_eq!(parts.at(3).unwrap().to_string(), expected);
}

#[test]
fn broken_parts_are_named() {
    let table = [
        ("x", "the body does not begin with `--` and a boundary; is it multipart?"),
        (
            "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1",
            "part 1: the body ends before the boundary that closes it",
        ),
        (
            "--b\r\nContent-Type: text/plain\r\n\r\n1\r\n--b--",
            "part 1: it has no name; a form's parts have the header `Content-Disposition: form-data; name=…`",
        ),
        (
            "--b\r\nContent-Disposition: form-data; name=a\r\n--b--",
            "part 1: no blank line ends its headers",
        ),
        ("--b\r\nhello\r\n\r\n1\r\n--b--", "part 1: `hello` is no header; a colon is missing"),
    ];
    for (source, expected) in table {
        let options = multipart::Options::default();
        let error = multipart::read(source.as_bytes(), &options, &Limits::default()).unwrap_err();
        assert_eq!(error.to_string(), expected, "{source}");
    }
    let options = multipart::Options { boundary: Some("q".into()) };
    let error = multipart::read(BODY.as_bytes(), &options, &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "`--q` stands on no line; is it the boundary of this body?");
    let options = multipart::Options { boundary: Some("b".into()) };
    let error = multipart::write(&value(r#"{"a":"x--b"}"#), &options, &mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "part 1: the content holds the boundary; choose another");
}

fn any_form() -> impl Strategy<Value = Value> {
    let text = ".{0,12}".prop_map(Value::from);
    let texts = prop::collection::vec(text.clone(), 2..4).prop_map(Value::from);
    let member = ("[^\\[\\]\\\\]{1,8}", prop_oneof![text, texts]);
    prop::collection::vec(member, 0..6).prop_map(Value::object)
}

fn any_nested() -> impl Strategy<Value = Value> {
    let leaf = ".{0,6}".prop_map(Value::from);
    let inner = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Value::from),
            prop::collection::vec(("[a-zä=&%+ ]{1,4}", inner), 1..4).prop_map(Value::object),
        ]
    });
    prop::collection::vec(("[a-z]{1,4}", inner), 0..4).prop_map(Value::object)
}

proptest! {
    #[test]
    fn forms_are_equal_after_writing_and_reading(value in any_form(), inner in any_nested()) {
        let written = form::to_string(&value, &Options::default()).unwrap();
        prop_assert_eq!(&read(&written, false).unwrap(), &value);
        let written = form::to_string(&inner, &Options { nested: true }).unwrap();
        prop_assert_eq!(&read(&written, true).unwrap(), &inner);
        let mut body = Vec::new();
        multipart::write(&value, &multipart::Options::default(), &mut body).unwrap();
        if !value.as_object().unwrap().is_empty() {
            let options = multipart::Options::default();
            prop_assert_eq!(&multipart::read(&body, &options, &Limits::default()).unwrap(), &value);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "(--b|\r\n|\n|[a:;=\"%*'-]|Content-Disposition: form-data; name=)*") {
        let limits = Limits::default();
        let boundary = multipart::Options { boundary: Some("b".into()) };
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            let _ = form::read(bytes, &Options { nested: true }, &limits);
            let _ = multipart::read(bytes, &multipart::Options::default(), &limits);
            let _ = multipart::read(bytes, &boundary, &limits);
        }
    }
}
