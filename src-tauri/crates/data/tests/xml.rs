//! XML: what elements become, what is refused and where, and the way back.

mod common;

use data::{
    FaultKind, Limits, Value, json,
    xml::{self, Items, Nulls, Options, Prefixes, WriteOptions, Writer},
};
use proptest::prelude::*;

fn read(text: &str) -> Result<Value, xml::Error> {
    xml::read(text.as_bytes(), &Options::default(), &Limits::default())
}

fn compact() -> WriteOptions {
    WriteOptions { declaration: false, ..WriteOptions::default() }
}

fn value(text: &str) -> Value {
    json::read(text.as_bytes(), &Limits::default()).expect("JSON")
}

#[test]
fn elements_become_members() {
    let table = [
        ("<a/>", r#"{"a":""}"#),
        ("<a>x</a>", r#"{"a":"x"}"#),
        ("<a> x\r\ny </a>", r#"{"a":" x\ny "}"#),
        ("<a n='1' m='2'/>", r#"{"a":{"@n":"1","@m":"2"}}"#),
        ("<a n='1'>x</a>", r##"{"a":{"@n":"1","#text":"x"}}"##),
        ("<a>\n <b>1</b>\n <b>2</b>\n <c/>\n</a>", r#"{"a":{"b":["1","2"],"c":""}}"#),
        (
            "<a><b>1</b><c>2</c><b>3</b></a>",
            r##"{"a":{"b":["1","3"],"c":"2","#order":["b","c","b"]}}"##,
        ),
        (
            "<p>Hi <b>x</b> you</p>",
            r##"{"p":{"#text":["Hi "," you"],"b":"x","#order":["#text","b","#text"]}}"##,
        ),
        ("<p>Hi <b>x</b></p>", r##"{"p":{"#text":"Hi ","b":"x"}}"##),
        ("<p><b>x</b> you</p>", r##"{"p":{"#text":" you","b":"x","#order":["b","#text"]}}"##),
        (
            "<p>a<b>1</b> <b>2</b></p>",
            r##"{"p":{"#text":["a"," "],"b":["1","2"],"#order":["#text","b","#text","b"]}}"##,
        ),
        ("<a>1 &lt; 2 &amp;&#65;&#x42;<![CDATA[<&]]></a>", r#"{"a":"1 < 2 &AB<&"}"#),
        ("<a>x<!-- no -->y<?php no?>z</a>", r#"{"a":"xyz"}"#),
        ("<a n=' &lt;\n&#10;&quot;'/>", r#"{"a":{"@n":" < \n\""}}"#),
        (
            "<n:a xmlns:n='urn:n' xmlns='urn:d'><n:b/></n:a>",
            r#"{"n:a":{"@xmlns:n":"urn:n","@xmlns":"urn:d","n:b":""}}"#,
        ),
        ("\u{feff}<?xml version='1.0'?><!DOCTYPE a SYSTEM 'x.dtd'><a/>\n", r#"{"a":""}"#),
        ("<a x:nil='true'/>", r#"{"a":{"@x:nil":"true"}}"#),
        (
            "<a xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><b i:nil='1'/><c i:nil='false'/></a>",
            r#"{"a":{"@xmlns:i":"http://www.w3.org/2001/XMLSchema-instance","b":null,"c":{"@i:nil":"false"}}}"#,
        ),
        ("<ä-1.b>ü</ä-1.b>", r#"{"ä-1.b":"ü"}"#),
    ];
    for (source, expected) in table {
        let read_value = read(source).unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!(read_value.to_string(), expected, "{source}");
        for indent in [None, Some(2)] {
            let options = WriteOptions { indent, ..WriteOptions::default() };
            let written = xml::to_string(&read_value, &options).unwrap();
            assert_eq!(read(&written).unwrap(), read_value, "{source}\n{written}");
        }
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let table = [
        ("", "line 1, column 1: there is no element, so this is no XML document"),
        (
            "{\"a\": 1}",
            "line 1, column 1: text stands before the first element; XML begins with `<`",
        ),
        ("<a>\n <b>\n </c></a>", "line 3, column 2: `</c>` stands where `</b>` is expected"),
        ("<a>\n <b>x", "line 2, column 2: the element `b` is never closed"),
        ("<a/><b/>", "line 1, column 5: `b` follows the end of `a`; XML has one root"),
        ("<a/>x", "line 1, column 5: text stands after the end of `a`"),
        ("</a>", "line 1, column 1: `</a>` closes an element that is not open"),
        ("<a n='1' n='2'/>", "line 1, column 1: `a` has the attribute `n` twice"),
        (
            "<a>&nbsp;</a>",
            "line 1, column 4: the entity `&nbsp;` is not known; write the character itself, or its number as `&#160;`",
        ),
        ("<a>&#0;</a>", "line 1, column 4: `&#0;` is no character of XML"),
        ("<a>&#xD800;</a>", "line 1, column 4: `&#xD800;` is no character of XML"),
        (
            "<a>R&D</a>",
            "line 1, column 5: a `&` begins no reference; write `&amp;` for the character",
        ),
        ("<a>\u{1}</a>", "line 1, column 4: the character U+0001 is not allowed in XML"),
        ("<1a/>", "line 1, column 1: `1a` is no name of an element"),
        (
            "<a>\n<b",
            "line 2, column 1: a tag that begins here is never closed by `>`; write `&lt;` for the character `<`",
        ),
        ("<a n='<'/>", "line 1, column 1: a `<` stands within an attribute; write `&lt;`"),
    ];
    for (source, expected) in table {
        let error = read(source).expect_err(source);
        assert_eq!(error.to_string(), expected, "{source}");
    }
}

#[test]
fn entities_and_bombs_are_refused() {
    let bomb = "<!DOCTYPE a [<!ENTITY x 'lol'><!ENTITY y '&x;&x;&x;'>]><a>&y;</a>";
    let outside = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>";
    let parameter = "<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://example.com/x.dtd'> %x;]><a/>";
    for source in [bomb, outside, parameter] {
        assert_eq!(read(source).unwrap_err().kind, FaultKind::Refused, "{source}");
    }
    let deep = "<a>".repeat(100_000);
    let error = read(&deep).unwrap_err();
    assert_eq!(error.kind, FaultKind::Limit);
    assert_eq!(error.problem, "more than 128 elements are within each other");
    let limits = Limits { bytes: 1000, text: 100, ..Limits::default() };
    for source in [
        format!("<a>{}</a>", "x".repeat(200)),
        format!("<a n='{}'/>", "x".repeat(200)),
        format!("<a>{}</a>", "<b/>".repeat(1000)),
        format!("<!--{}--><a/>", "x".repeat(2000)),
    ] {
        let error = xml::read(source.as_bytes(), &Options::default(), &limits).unwrap_err();
        assert_eq!(error.kind, FaultKind::Limit, "{error}");
    }
}

#[test]
fn charsets_are_told_by_mark_and_declaration() {
    let text = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\u{fc}</a>";
    let latin: Vec<u8> = text.chars().map(|c| c as u32 as u8).collect();
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    for bytes in [latin, utf16("\u{feff}<a>\u{fc}</a>"), utf16("<a>\u{fc}</a>")] {
        let read = xml::read(&bytes, &Options::default(), &Limits::default()).unwrap();
        assert_eq!(read.to_string(), r#"{"a":"ü"}"#);
    }
    let read = |bytes: &[u8]| xml::read(bytes, &Options::default(), &Limits::default());
    let error = read(b"<?xml version='1.0' encoding='klingon'?><a/>").unwrap_err();
    assert!(error.to_string().contains("charset `klingon`"), "{error}");
    let error = read(b"<a>\n<b>\xff</b></a>").unwrap_err();
    assert_eq!((error.kind, error.place.line()), (FaultKind::Charset, Some(2)), "{error}");
    let options = WriteOptions { charset: data::Charset::WINDOWS_1252, ..WriteOptions::default() };
    let mut out = Vec::new();
    xml::write(&value(r#"{"a":"ü€"}"#), &options, &mut out).unwrap();
    assert_eq!(read(&out).unwrap().to_string(), r#"{"a":"ü€"}"#);
    assert_eq!(out.len(), "<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>..</a>".len());
}

#[test]
fn options_make_lists_and_drop_prefixes() {
    let source = "<s:o xmlns:s='u'><s:l k='1'><x>1</x></s:l><y/></s:o>";
    let read = |options: &Options| {
        xml::read(source.as_bytes(), options, &Limits::default()).unwrap().to_string()
    };
    let drop = Options { prefixes: Prefixes::Drop, ..Options::default() };
    assert_eq!(read(&drop), r#"{"o":{"l":{"@k":"1","x":"1"},"y":""}}"#);
    for path in ["/o/l", "l", "//s:l", "/s:o/*"] {
        let lists = vec![path.parse().unwrap()];
        let read = read(&Options { lists, ..drop.clone() });
        let y = if path.ends_with('*') { r#"[""]"# } else { r#""""# };
        assert_eq!(read, format!(r#"{{"o":{{"l":[{{"@k":"1","x":"1"}}],"y":{y}}}}}"#), "{path}");
    }
    let always = read(&Options { always_lists: true, ..drop.clone() });
    assert_eq!(always, r#"{"o":{"l":[{"@k":"1","x":["1"]}],"y":[""]}}"#);
    assert!("a b".parse::<xml::ElementPath>().is_err());
}

#[test]
fn elements_at_a_path_are_read_one_by_one() {
    let source = format!(
        "<f xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><head><o>no</o></head>{}</f>",
        "<o><id>1</id><n i:nil='true'/></o>".repeat(1000)
    );
    let items = |path: &str| {
        Items::new(source.as_bytes(), path.parse().unwrap(), Options::default(), Limits::default())
            .unwrap()
            .collect::<Result<Vec<_>, _>>()
    };
    let read = items("/f/o").unwrap();
    assert_eq!((read.len(), read[999].to_string().as_str()), (1000, r#"{"id":"1","n":null}"#));
    assert_eq!(items("o").unwrap().len(), 1001);
    let error = items("/f/orders").unwrap_err();
    assert_eq!(error.to_string(), "no element is at `/f/orders`; check the names and their case");
    let broken = "<f><o>1</o>\n<o>2</o>\n<o>3</p></f>";
    let items = Items::new(
        broken.as_bytes(),
        "/f/o".parse().unwrap(),
        Options::default(),
        Limits::default(),
    );
    let items: Vec<_> = items.unwrap().collect();
    assert_eq!(items.len(), 3);
    assert_eq!(items[2].as_ref().unwrap_err().place.line(), Some(3));
}

#[test]
fn values_become_elements() {
    let write = |text: &str, options: &WriteOptions| {
        xml::to_string(&value(text), options).map_err(|error| error.to_string())
    };
    let ok = |text: &str| Ok(text.to_owned());
    assert_eq!(
        write(r#"{"a":{"b":[1,true],"c":null}}"#, &compact()),
        ok(
            "<a><b>1</b><b>true</b><c xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/></a>"
        )
    );
    let options = WriteOptions { nulls: Nulls::Omit, ..compact() };
    assert_eq!(write(r#"{"a":{"b":[null],"c":null}}"#, &options), ok("<a/>"));
    let options = WriteOptions { root: Some("r".into()), nulls: Nulls::Empty, ..compact() };
    assert_eq!(write("[1,null]", &options), ok("<r><item>1</item><item/></r>"));
    assert_eq!(write(r#"{"a":1,"b":{"@n":2}}"#, &options), ok(r#"<r><a>1</a><b n="2"/></r>"#));
    let options = WriteOptions { indent: Some(2), ..WriteOptions::default() };
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>\n  <b>\n    <c>1</c>\n  </b>\n  <d>x<e><f>y</f></e></d>\n</a>";
    assert_eq!(
        write(r##"{"a":{"b":{"c":1},"d":{"#text":"x","e":{"f":"y"}}}}"##, &options),
        ok(expected)
    );
    let table = [
        ("[1]", "XML has one root element, and the value is a list; name a root element"),
        (
            "{}",
            "XML has one root element, and the value is an object with 0 members; name a root element",
        ),
        (
            r#"{"a":{"b c":1}}"#,
            "`/a`: `b c` is no name of an element; rename the field to letters, digits, - _ and .",
        ),
        (r#"{"a":{"b":[[1]]}}"#, "`/a/b`: a list within a list has no form in XML; name its items"),
        (r#"{"a":{"@b":[1]}}"#, "`/a/@b`: a list stands where XML has text only"),
        (
            r#"{"a":"\u0001"}"#,
            "`/a`: the character U+0001 has no form in XML; remove it or encode the text",
        ),
    ];
    for (source, expected) in table {
        assert_eq!(write(source, &compact()), Err(expected.to_owned()), "{source}");
    }
}

#[test]
fn items_are_written_one_by_one() {
    let options = WriteOptions { root: Some("orders".into()), item: "order".into(), ..compact() };
    let mut writer = Writer::new(Vec::new(), options.clone());
    for text in [r#"{"id":1}"#, r#"{"id":2}"#] {
        writer.write(&value(text)).unwrap();
    }
    assert!(writer.write(&value(r#"{"a b":1}"#)).is_err());
    writer.write(&value("3")).unwrap();
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    let expected =
        "<orders><order><id>1</id></order><order><id>2</id></order><order>3</order></orders>";
    assert_eq!(text, expected);
    assert_eq!(Writer::new(Vec::new(), options).finish().unwrap(), b"<orders></orders>");
}

/// Documents as text: elements of few names, with attributes and text anywhere.
fn any_document() -> impl Strategy<Value = String> {
    let text = "[ a-cä\n]{0,6}|&amp;|&#13;|<!\\[CDATA\\[<x>\\]\\]>|<!--c-->".prop_map(|text| text);
    let attributes = "( p='[a&&[^&]x ]{0,3}')?( q:r='')?";
    let leaf = (text.clone(), attributes).prop_map(|(text, attributes)| (text, attributes));
    let element = leaf.prop_map(|(text, attributes)| format!("<e{attributes}>{text}</e>"));
    element.prop_recursive(4, 40, 6, move |inner| {
        let child = prop_oneof![inner, text.clone()];
        ("[abc]", attributes, prop::collection::vec(child, 0..6)).prop_map(
            |(name, attributes, children)| {
                format!("<{name}{attributes}>{}</{name}>", children.concat())
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn documents_are_equal_after_reading_and_writing(source in any_document()) {
        let first = read(&source).unwrap();
        for indent in [None, Some(1)] {
            let options = WriteOptions { indent, ..WriteOptions::default() };
            let written = xml::to_string(&first, &options).unwrap();
            prop_assert_eq!(&read(&written).unwrap(), &first, "{}", written);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[<>/a&;#x!\\[\\]='\" -]{0,60}") {
        let _ = xml::read(&bytes, &Options::default(), &Limits::default());
        let _ = read(&text);
        let _ = read(&format!("<a>{text}</a>"));
    }

    #[test]
    fn values_are_written_or_refused_and_never_garbled(value in common::any_value()) {
        let options = WriteOptions { root: Some("r".into()), ..WriteOptions::default() };
        if let Ok(text) = xml::to_string(&value, &options) {
            prop_assert!(read(&text).is_ok(), "{}", text);
        }
    }
}

#[test]
fn long_sources_of_odd_shape_are_read_in_good_time() {
    let start = std::time::Instant::now();
    let many = |n: usize, make: &dyn Fn(usize) -> String| (0..n).map(make).collect::<String>();
    let sources = [
        format!("<a{}/>", many(50_000, &|n| format!(" x{n}='1'"))),
        format!("<a>{}</a>", many(50_000, &|n| format!("<x{n}/>"))),
        format!("<a>{}</a>", many(50_000, &|n| format!("<x{}/>", n % 50))),
        format!("<a>{}</a>", "x<b/> ".repeat(50_000)),
        format!("<a>{}</a>", "&amp;".repeat(100_000)),
        format!("<a xmlns:x='u'{}/>", many(20_000, &|n| format!(" xmlns:x{n}='u'"))),
    ];
    for source in &sources {
        let value = read(source).unwrap();
        assert_eq!(read(&xml::to_string(&value, &compact()).unwrap()).unwrap(), value);
    }
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    let utf16 = WriteOptions { charset: data::Charset::named("utf-16le").unwrap(), ..compact() };
    let error = xml::write(&value(r#"{"a":"x"}"#), &utf16, &mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "UTF-16LE is read but not written; write UTF-8 instead");
}
