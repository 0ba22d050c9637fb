//! Where the header goes, what stands in it, and that nothing else changes.

use http::Method;
use proptest::prelude::*;

use super::*;
use crate::auth::place::tests::call;

const NONCE: [u8; 16] = *b"0123456789abcdef";

fn spec(password: PasswordKind, seconds: u32) -> WsSecuritySpec {
    WsSecuritySpec { user: "Jürgen & Co".to_owned(), password, seconds }
}

fn post(message: impl Into<Bytes>) -> Outgoing {
    let mut call = call("https://h/soap");
    call.method = Method::POST;
    call.body = Body::Bytes(message.into());
    call
}

fn signed(message: impl Into<Bytes>, spec: &WsSecuritySpec) -> Result<Vec<u8>, Kind> {
    let mut call = post(message);
    sign(&mut call, spec, &Secret::new("p<ss"), NONCE)?;
    let Body::Bytes(bytes) = call.body else { panic!("the body is no message any more") };
    Ok(bytes.to_vec())
}

#[test]
fn the_header_goes_into_any_envelope() {
    let token = spec(PasswordKind::Text, 0);
    let check = |message: &str, before: &str, after: &str| {
        let signed = String::from_utf8(signed(message.to_owned(), &token).unwrap()).unwrap();
        let rest = signed.strip_prefix(before).unwrap_or_else(|| panic!("{signed}"));
        assert!(rest.starts_with("<wsse:Security "), "{signed}");
        let security = rest.strip_suffix(after).unwrap_or_else(|| panic!("{signed}"));
        assert!(security.ends_with("</wsse:Security>"), "{signed}");
        let soap = if message.contains(SOAP_1_2) { SOAP_1_2 } else { SOAP_1_1 };
        let understood = format!("xmlns:soap=\"{soap}\" soap:mustUnderstand=\"1\"");
        assert!(security.contains(&understood), "{security}");
    };
    let open = format!("<?xml version=\"1.0\"?>\n<!-- a > b --><s:Envelope xmlns:s='{SOAP_1_1}'>");
    let body = "<s:Body><Header><a/></Header></s:Body></s:Envelope>\n";
    check(&format!("{open} {body}"), &format!("{open} <s:Header>"), &format!("</s:Header>{body}"));
    check(
        &format!("{open}<s:Header a='1'><b:x xmlns:b='u'/>é</s:Header>{body}"),
        &format!("{open}<s:Header a='1'>"),
        &format!("<b:x xmlns:b='u'/>é</s:Header>{body}"),
    );
    check(
        &format!("{open}<s:Header a='/>' />{body}"),
        &format!("{open}<s:Header a='/>' >"),
        &format!("</s:Header>{body}"),
    );
    let open = format!("\u{feff}<Envelope xmlns=\"{SOAP_1_2}\">");
    let body = "<Body>ü</Body></Envelope>";
    check(&format!("{open}{body}"), &format!("{open}<Header>"), &format!("</Header>{body}"));
    check(
        &format!("{open}<Header></Header>{body}"),
        &format!("{open}<Header>"),
        &format!("</Header>{body}"),
    );
}

#[test]
fn what_is_no_envelope_is_refused_with_words() {
    let check = |message: &str, why: &str| {
        let error = signed(message.to_owned(), &spec(PasswordKind::Text, 0));
        let Err(Kind::SignIn(reason)) = error else { panic!("{message}: {error:?}") };
        assert!(reason.contains(why) && reason.ends_with('.'), "{reason}");
    };
    check("{}", "not a whole SOAP envelope");
    check("<a/>", "does not begin with a SOAP");
    check("<Envelope xmlns='urn:other'><Body/></Envelope>", "does not begin with a SOAP");
    check(&format!("<Envelope xmlns='{SOAP_1_1}'/>"), "does not begin with a SOAP");
    check(&format!("<Envelope xmlns='{SOAP_1_1}'>"), "not a whole SOAP envelope");
    check(&format!("<Envelope xmlns='{SOAP_1_1}'></Body>"), "not valid XML at byte");
    check(&format!("<Envelope xmlns='{SOAP_1_1}'><Header><a></Header>"), "not valid XML at byte");
    let twice = format!(
        "<Envelope xmlns='{SOAP_1_1}'><Header><a><b/></a><w:Security xmlns:w='{WSSE}'/></Header>\
         <Body/></Envelope>"
    );
    check(&twice, "has a WS-Security header already");
    check("<\0a\0", "UTF-16");
    let mut file = post("");
    file.body = Body::File("a.xml".into());
    assert!(sign(&mut file, &spec(PasswordKind::Text, 0), &Secret::new("p"), NONCE).is_err());
    let mut wsdl = call("https://h/soap?wsdl");
    assert_eq!(sign(&mut wsdl, &spec(PasswordKind::Text, 0), &Secret::new("p"), NONCE), Ok(vec![]));
}

#[test]
fn a_password_is_sent_as_text_or_as_its_digest() {
    let check = |kind, seconds, expect: &[&str], masked: &str| {
        let (header, secrets) =
            security(SOAP_1_1, &spec(kind, seconds), &Secret::new("p<ß"), NONCE, 1_440_938_160_000)
                .unwrap();
        for part in expect {
            assert!(header.contains(part), "{header}");
        }
        assert_eq!(secrets, [Secret::new(masked)]);
        assert!(header.is_ascii());
        header
    };
    let header = check(
        PasswordKind::Text,
        0,
        &[
            "<wsse:Username>J&#xFC;rgen &amp; Co</wsse:Username>",
            "#PasswordText\">p&lt;&#xDF;</wsse:Password></wsse:UsernameToken>",
        ],
        "p&lt;&#xDF;",
    );
    assert!(!header.contains("Timestamp") && !header.contains("Nonce"));
    let created = "2015-08-30T12:36:00.000Z";
    let digest = password_digest(&NONCE, created, &Secret::new("p<ß"));
    check(
        PasswordKind::Digest,
        300,
        &[
            &format!(
                "<wsu:Timestamp><wsu:Created>{created}</wsu:Created>\
                 <wsu:Expires>2015-08-30T12:41:00.000Z</wsu:Expires></wsu:Timestamp>"
            ),
            &format!("#PasswordDigest\">{digest}</wsse:Password>"),
            &format!(
                "#Base64Binary\">MDEyMzQ1Njc4OWFiY2RlZg==</wsse:Nonce><wsu:Created>{created}<"
            ),
        ],
        &digest,
    );
}

/// The values of zeep's tests.
#[test]
fn the_digest_is_that_of_the_profile() {
    let digest =
        password_digest(b"mocked-random", "2016-05-08T12:00:00+00:00", &Secret::new("geheim"));
    assert_eq!(digest, "hVicspAQSg70JNhe67OHqD9gexc=");
}

#[test]
fn a_length_that_was_set_is_set_anew() {
    let mut call = post(format!("<Envelope xmlns='{SOAP_1_1}'><Body/></Envelope>"));
    call.headers.insert(header::CONTENT_LENGTH, 1.into());
    sign(&mut call, &spec(PasswordKind::Digest, 300), &Secret::new("p"), NONCE).unwrap();
    let Body::Bytes(bytes) = &call.body else { panic!() };
    assert_eq!(call.headers["content-length"], bytes.len().to_string());
}

fn filler() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            Just(" \r\n\t".to_owned()),
            Just("<!-- <s:Header> -- >".replace("-- >", "-->")),
            Just("<?p <s:Body>?>".to_owned()),
        ],
        0..3,
    )
    .prop_map(|parts| parts.concat())
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[a-z é€\u{10348}]{0,12}".prop_map(String::into_bytes),
        Just(b"<![CDATA[<s:Header>]]>".to_vec()),
        Just(b"<x:y xmlns:x='u' a=\">\">&amp;&#10;</x:y>".to_vec()),
        // Latin 1.
        Just(vec![b'<', b'a', b'>', 0xe4, 0xf6, b'<', b'/', b'a', b'>']),
    ]
}

proptest! {
    #[test]
    fn every_other_byte_stays_as_it_is(
        mark in any::<bool>(),
        soap in prop_oneof![Just(SOAP_1_1), Just(SOAP_1_2)],
        prefix in prop_oneof![Just(""), Just("s:"), Just("soap:"), Just("wsse:")],
        fillers in prop::collection::vec(filler(), 5),
        headers in prop_oneof![Just(None), content().prop_map(Some)],
        is_short in any::<bool>(),
        body in content(),
    ) {
        let declared = if prefix.is_empty() { String::new() } else { format!(":{}", &prefix[..prefix.len() - 1]) };
        let mut message = if mark { BOM.to_vec() } else { Vec::new() };
        let mut push = |parts: &[&[u8]]| message.extend(parts.concat());
        push(&[fillers[0].trim_start().as_bytes(), format!("<{prefix}Envelope xmlns{declared}='{soap}'>").as_bytes(), fillers[1].as_bytes()]);
        match &headers {
            Some(content) if content.is_empty() && is_short => push(&[format!("<{prefix}Header />").as_bytes()]),
            Some(content) => push(&[format!("<{prefix}Header>").as_bytes(), content, format!("</{prefix}Header>").as_bytes()]),
            None => {}
        }
        push(&[fillers[2].as_bytes(), format!("<{prefix}Body>").as_bytes(), &body, format!("</{prefix}Body>").as_bytes()]);
        push(&[fillers[3].as_bytes(), format!("</{prefix}Envelope>").as_bytes(), fillers[4].as_bytes()]);

        let signed = signed(message.clone(), &spec(PasswordKind::Digest, 60)).unwrap();
        let start = signed.windows(15).position(|at| at == b"<wsse:Security ").unwrap();
        let end = signed.windows(16).position(|at| at == b"</wsse:Security>").unwrap() + 16;
        let (mut before, mut after) = (signed[..start].to_vec(), signed[end..].to_vec());
        let short = format!("<{prefix}Header />").into_bytes();
        if headers.is_none() {
            before.truncate(before.len() - format!("<{prefix}Header>").len());
            after.drain(..format!("</{prefix}Header>").len());
        } else if message.windows(short.len()).any(|at| at == short) && before.ends_with(b" >") {
            before.truncate(before.len() - 1);
            before.extend(b"/>");
            after.drain(..format!("</{prefix}Header>").len());
        }
        let others = [before, after].concat();
        prop_assert_eq!(String::from_utf8_lossy(&others), String::from_utf8_lossy(&message));
        // It is found again as what it is, so nobody signs twice.
        prop_assert!(find(&signed).is_err());
    }
}
