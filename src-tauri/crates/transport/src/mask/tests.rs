//! Whatever form a secret has in a text, it is not in what is shown.

use proptest::prelude::*;

use super::*;

fn check(text: &str, expect: &str) {
    assert_eq!(mask_text(text), expect);
}

#[test]
fn what_stands_under_a_secret_name_is_hidden() {
    check(r#"{"user":"a","password" : "p\"q","n":1}"#, r#"{"user":"a","password" : "••••","n":1}"#);
    check(r#"{"access_token":"abc"#, r#"{"access_token":"••••""#);
    check(r#"{"pin":1,"secret":1234}"#, r#"{"pin":1,"secret":"••••"}"#);
    check(r#"{"nextPageToken":"abc","token":null}"#, r#"{"nextPageToken":"abc","token":null}"#);
    check(
        r#"{"tokens": ["abc", 12 ,"d"],"secrets":[],"a":["b"]}"#,
        r#"{"tokens": ["••••", "••••","••••"],"secrets":[],"a":["b"]}"#,
    );
    check(r#"{"secret":{"a":"b","token":"c"}}"#, r#"{"secret":{"a":"b","token":"••••"}}"#);
    check("client_id=a&client_secret=b", "client_id=a&client_secret=••••");
    check("<w:Password Type='x'>p</w:Password><a/>", "<w:Password Type='x'>••••</w:Password><a/>");
    check(
        r#"<login user="a" wsse:password='p' x="y"><b/></login>"#,
        r#"<login user="a" wsse:password='••••' x="y"><b/></login>"#,
    );
    check(
        "GET / HTTP/1.1\r\nAuthorization: Bearer x\r\n",
        "GET / HTTP/1.1\r\nAuthorization: ••••\r\n",
    );
    for cut in [r#"{"token"#, r#"{"token":"#, r#"{"tokens":["#, "<password", "<a b="] {
        check(cut, cut);
    }
}

#[test]
fn a_secret_is_hidden_wherever_it_shows_up_again() {
    let mut masks = Masks::new(&[Secret::new("vault-value")]);
    masks.learn_header("Authorization", "Basic dXNlcjpjYW5hcnk=");
    masks.learn_header("Cookie", "a=first; b=second-one");
    masks.learn_url(&"https://h/?api_key=k%20ey1&page=2".parse().unwrap());
    for echo in
        ["canary", "dXNlcjpjYW5hcnk=", "k ey1", "k+ey1", "k%20ey1", "vault-value", "second-one"]
    {
        assert_eq!(masks.values_in(&format!("a {echo} b")), "a •••• b");
    }
    let url = "https://u:canary@h/p?page=2&key=abc&x=vault-value#f".parse().unwrap();
    assert_eq!(masks.url(&url), "https://u:••••@h/p?page=2&key=••••&x=••••#f");
}

#[test]
fn headers_and_sentences_show_no_secret_of_an_address() {
    let masks = Masks::default();
    assert_eq!(
        masks.header("location", "https://h/cb?code=1&access_token=abc#id_token=d.e.f&state=s"),
        "https://h/cb?code=1&access_token=••••#id_token=••••&state=s"
    );
    assert_eq!(
        masks.sentence("It was sent on to \"https://h/?sig=abc\", which is not allowed."),
        "It was sent on to \"https://h/?sig=••••\", which is not allowed."
    );
    assert_eq!(masks.header("x-api-key", "abc"), "••••");
    assert_eq!(masks.header("x-page", "abc"), "abc");
}

#[test]
fn a_secret_that_a_cut_text_begins_is_hidden_too() {
    let masks = Masks::new(&[Secret::new("correct horse battery")]);
    let cut = |text| masks.shown_body(text, Cut::Yes).into_owned();
    assert_eq!(cut("a correct horse ba"), "a ••••");
    assert_eq!(cut("a corr"), "a ••••");
    assert_eq!(cut("a cor"), "a cor");
    assert_eq!(masks.body("a correct horse ba"), "a correct horse ba");
}

#[test]
fn what_a_connection_used_once_is_hidden_in_its_later_calls() {
    let taint = Taint::default();
    Masks::with(Some(&taint), &[Secret::new("first-token")]);
    for call in 0..200 {
        // Each call has a signature of its own, which nothing carries again.
        let signature = Secret::new(format!("signature-{call}"));
        let masks = Masks::with(Some(&taint), &[Secret::new("first-token"), signature]);
        assert_eq!(masks.values_in("first-token"), "••••");
        assert_eq!(masks.values_in(&format!("signature-{call}")), "••••");
    }
    let masks = Masks::with(Some(&taint), &[]);
    assert_eq!(masks.values_in("first-token signature-199"), "•••• ••••");
    assert!(masks.sets.len() <= 17, "{} sets", masks.sets.len());
}

#[test]
fn secrets_that_lie_over_each_other_are_both_hidden() {
    let many: Vec<_> = (0..20).map(|at| Secret::new(format!("other-{at}"))).collect();
    for more in [&[][..], &many] {
        let mut secrets = vec![Secret::new("abcdef"), Secret::new("defghi"), Secret::new("cdef")];
        secrets.extend(more.iter().cloned());
        let masks = Masks { sets: vec![Arc::new(Known::of(secrets))], ..Masks::default() };
        assert_eq!(masks.values_in("x abcdefghi y"), "x •••• y");
        assert_eq!(masks.values_in("x cdefghi y abcdef"), "x •••• y ••••");
    }
}

/// How systems write a value out, in their own ways.
fn written(value: &str, form: usize) -> String {
    let percent = |keep: &str, upper: bool| -> String {
        let byte = |byte: u8| match byte {
            b if b.is_ascii_alphanumeric() || keep.as_bytes().contains(&b) => {
                char::from(b).to_string()
            }
            b if upper => format!("%{b:02X}"),
            b => format!("%{b:02x}"),
        };
        value.bytes().map(byte).collect()
    };
    let hex = |upper: bool| -> String {
        let digits = |byte: u8| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
        value.bytes().map(digits).collect()
    };
    let packed = |before: &str, url: bool| {
        let whole = format!("{before}{value}tail");
        if url {
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(whole)
        } else {
            STANDARD.encode(whole)
        }
    };
    let json = |text: &str| {
        let quoted = serde_json::to_string(text).unwrap();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let ascii_json = || -> String {
        let units = value.encode_utf16().map(|unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04X}"),
        });
        units.collect()
    };
    let xml = |names: bool| -> String {
        let letter = |c: char| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' if names => "&quot;".to_owned(),
            '\'' if names => "&apos;".to_owned(),
            '"' | '\'' => format!("&#{};", u32::from(c)),
            c if !c.is_ascii() && !names => format!("&#x{:X};", u32::from(c)),
            c => c.to_string(),
        };
        value.chars().map(letter).collect()
    };
    let form_encoded =
        || url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>();
    match form {
        0 => value.to_owned(),
        1 => percent("-_.~", true),
        2 => percent("-_.~", false),
        3 => percent("-_.!~*'()", true),
        4 => form_encoded(),
        5 => hex(true),
        6 => hex(false),
        7..=9 => packed(&"user"[..form - 7], false),
        10..=12 => packed(&"user"[..form - 10], true),
        13 => json(value),
        14 => json(value).replace('/', "\\/"),
        15 => ascii_json(),
        16 => xml(true),
        17 => xml(false),
        18 => json(&json(value)),
        19 => url::form_urlencoded::byte_serialize(packed("u", false).as_bytes()).collect(),
        20 => json(&form_encoded()),
        _ => value.bytes().map(|byte| ["%", &format!("{byte:02x}")].concat()).collect(),
    }
}

const FORMS: usize = 22;

proptest! {
    #[test]
    fn no_form_of_a_secret_is_in_what_is_shown(
        value in "[ -~äöü€😀\n]{6,40}",
        before in "[ -~]{0,30}",
        behind in "[ -~]{0,30}",
        others in proptest::collection::vec("[a-z]{8,12}", 0..8),
        form in 0..FORMS,
    ) {
        let echo = written(&value, form);
        // What stands beside it must not make another escape of its first or last letter.
        let text = format!("{before} {echo} {behind}");
        let mut secrets: Vec<_> = others.iter().map(Secret::new).collect();
        secrets.push(Secret::new(value.clone()));
        for masks in [
            Masks::new(&secrets),
            Masks { sets: vec![Arc::new(Known::of(secrets.clone()))], ..Masks::default() },
        ] {
            let shown = masks.values_in(&text);
            prop_assert!(!shown.contains(&value), "{shown}");
            // Of base64, what the value alone determines.
            let whole_echo = match form {
                7..=12 => {
                    let skip = [0, 2, 3][(form - 7) % 3];
                    let whole = (((form - 7) % 3 + value.len()) * 8) / 6;
                    echo[skip..whole].to_owned()
                }
                19 => "nothing to compare with".to_owned(),
                _ => echo.clone(),
            };
            prop_assert!(!shown.contains(&whole_echo), "{shown} has {whole_echo}");
        }
    }

    #[test]
    fn texts_without_a_secret_stay_as_they_are(text in "[ -~äöü\n]{0,200}") {
        let masks = Masks::new(&[Secret::new("not in there: ß"), Secret::new("ßßßß")]);
        prop_assert!(matches!(masks.text(&text), Cow::Borrowed(_)));
        let shown = masks.bytes(text.as_bytes());
        prop_assert_eq!(shown.as_ref(), text.as_bytes());
    }
}
