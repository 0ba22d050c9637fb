//! The suite of AWS for its signature, and what it leaves out. The suite is test data beside the
//! checkout; where it is not there, its test says so and passes.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use serde::Deserialize;

use super::*;
use crate::auth::place::tests::call;

const KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

#[derive(Deserialize)]
struct Context {
    credentials: Keys,
    expiration_in_seconds: u64,
    normalize: bool,
    region: String,
    service: String,
    sign_body: bool,
    timestamp: String,
    #[serde(default)]
    omit_session_token: bool,
}

#[derive(Deserialize)]
struct Keys {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
}

/// A request as the suite writes it down: not encoded, and with folded headers.
struct Written {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Written {
    fn read(text: &str) -> Self {
        let text = text.replace("\r\n", "\n");
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let (line, rest) = head.split_once('\n').unwrap();
        let (method, rest_of_line) = line.split_once(' ').unwrap();
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in rest.lines() {
            match line.split_once(':') {
                Some((name, value)) if !line.starts_with(' ') => {
                    headers.push((name.to_ascii_lowercase(), value.to_owned()));
                }
                // A folded line goes on with a space (RFC 9112 § 5.2).
                _ => headers.last_mut().unwrap().1.extend([" ", line]),
            }
        }
        Self {
            method: method.parse().unwrap(),
            path: rest_of_line.strip_suffix(" HTTP/1.1").unwrap().to_owned(),
            headers,
            body: body.to_owned(),
        }
    }

    fn headers(&self) -> HeaderMap {
        let pairs = self.headers.iter().map(|(name, value)| {
            let name = name.parse::<HeaderName>().unwrap();
            (name, HeaderValue::from_bytes(value.trim().as_bytes()).unwrap())
        });
        pairs.fold(HeaderMap::new(), |mut map, (name, value)| {
            map.append(name, value);
            map
        })
    }

    fn query(&self) -> BTreeMap<String, String> {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }
}

fn suite() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let shared = std::env::var_os("GANTRY_SHARED").map(PathBuf::from);
    let places = [shared, Some(root.join("../shared")), Some(root.join("../../shared"))];
    let folder = places.into_iter().flatten().map(|place| place.join("corpus/auth/aws-sigv4"));
    folder.into_iter().find(|folder| folder.is_dir())
}

/// Signs a case, and says what is not as it should be.
fn check(folder: &std::path::Path, name: &str, place: SignaturePlace) -> Result<(), String> {
    let read = |what: &str| fs::read_to_string(folder.join(format!("{name}__{what}"))).unwrap();
    let form = if place == SignaturePlace::Header { "header" } else { "query" };
    let context: Context = serde_json::from_str(&read("context.json")).unwrap();
    let (written, expect) = (
        Written::read(&read("request.txt")),
        Written::read(&read(&format!("{form}-signed-request.txt"))),
    );
    let spec = SigV4Spec {
        access_key_id: context.credentials.access_key_id,
        region: context.region,
        service: context.service,
        place,
    };
    let rules = Rules {
        normalizes: context.normalize,
        // The paths of the suite are not encoded yet; the call's are once.
        encodes_twice: false,
        names_body: context.sign_body,
        token_after: context.omit_session_token,
    };
    let mut signed = call(&format!("https://example.amazonaws.com{}", written.path));
    signed.method = written.method.clone();
    signed.headers = written.headers();
    signed.body = Body::Bytes(Bytes::from(written.body.clone()));
    signed.at = context.timestamp.parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let payload = Payload::Hash(place::hex(&Sha256::digest(&written.body)));
    let expires = Duration::from_secs(context.expiration_in_seconds);
    let secret = Secret::new(context.credentials.secret_access_key);
    let token = context.credentials.token.map(Secret::new);
    let signature = read(&format!("{form}-signature.txt"));

    let has_dots = written.path.split(['?', '/']).any(|part| matches!(part, "." | ".."));
    if has_dots && !context.normalize {
        // No URL can have such a path, so the layer below is asked.
        let url = format!("https://example.amazonaws.com{}", written.path);
        let made = instructions(
            &written.method,
            &url,
            &written.headers(),
            &spec,
            rules,
            &payload,
            (signed.at, expires),
            &secret,
            token.as_ref(),
        );
        let (_, made) = made.map_err(|kind| format!("{kind:?}"))?;
        return (made == signature.trim()).then_some(()).ok_or(format!("signature {made}"));
    }
    let masked = sign_by(&mut signed, &spec, rules, &payload, expires, &secret, token.as_ref())
        .map_err(|kind| format!("{kind:?}"))?;
    let as_expected = [
        ("signature", masked[0].reveal() == signature.trim()),
        ("headers", signed.headers == expect.headers()),
        (
            "query",
            signed.url.query_pairs().into_owned().collect::<BTreeMap<_, _>>() == expect.query(),
        ),
        ("signature is masked", place == SignaturePlace::Query || masked.len() == 2),
    ];
    let wrong: Vec<&str> =
        as_expected.iter().filter(|(_, is)| !is).map(|(what, _)| *what).collect();
    wrong.is_empty().then_some(()).ok_or_else(|| format!("{wrong:?}: {signed:?}"))
}

#[test]
fn the_suite_of_aws_passes() {
    let Some(folder) = suite() else {
        println!("skipped: ../shared/corpus/auth/aws-sigv4 is not there");
        return;
    };
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix("__context.json").map(str::to_owned)
        })
        .collect();
    names.sort();
    let mut failed = Vec::new();
    for name in &names {
        for (place, form) in [(SignaturePlace::Header, "header"), (SignaturePlace::Query, "query")]
        {
            if let Err(wrong) = check(&folder, name, place) {
                failed.push(format!("{name} ({form}): {wrong}"));
            }
        }
    }
    println!(
        "AWS SigV4 suite: {} requests, {} cases (header and query), {} passes",
        names.len(),
        names.len() * 2,
        names.len() * 2 - failed.len()
    );
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(names.len() >= 19, "the suite is not whole: {names:?}");
}

fn spec(service: &str, place: SignaturePlace) -> SigV4Spec {
    SigV4Spec {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        region: "us-east-1".to_owned(),
        service: service.to_owned(),
        place,
    }
}

/// The examples of the S3 API Reference, "Authenticating Requests: Using the Authorization Header"
/// and "Using Query Parameters".
#[tokio::test]
async fn the_examples_of_s3_are_signed_as_its_reference_says() {
    let secret = Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let check = async |method: Method, path: &str, headers: &[(&str, &str)], body: &str, expect| {
        let mut call = call(&format!("https://examplebucket.s3.amazonaws.com/{path}"));
        call.method = method;
        call.at = 1_369_353_600_000;
        for (name, value) in headers {
            call.headers.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        if !body.is_empty() {
            call.body = Body::Bytes(Bytes::from(body.to_owned()));
        }
        let spec = spec("s3", SignaturePlace::Header);
        let masked = sign(&mut call, &spec, &secret, None).await.unwrap();
        assert_eq!(masked[0].reveal(), expect, "{path}");
        call
    };
    check(
        Method::GET,
        "test.txt",
        &[("range", "bytes=0-9")],
        "",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    )
    .await;
    let put = check(
        Method::PUT,
        "test$file.text",
        &[("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
        "Welcome to Amazon S3.",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    )
    .await;
    assert_eq!(put.url.path(), "/test%24file.text");
    check(
        Method::GET,
        "?lifecycle",
        &[],
        "",
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    )
    .await;
    check(
        Method::GET,
        "?max-keys=2&prefix=J",
        &[],
        "",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    )
    .await;

    let mut presigned = call("https://examplebucket.s3.amazonaws.com/test.txt");
    presigned.at = 1_369_353_600_000;
    let spec = spec("s3", SignaturePlace::Query);
    let rules = Rules::of("s3");
    let payload = payload(&presigned, spec.place, rules).await.unwrap();
    assert_eq!(payload, Payload::Unsigned);
    let day = Duration::from_hours(24);
    let masked = sign_by(&mut presigned, &spec, rules, &payload, day, &secret, None).unwrap();
    let expect = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    assert_eq!(masked[0].reveal(), expect);
}

#[tokio::test]
async fn a_call_that_is_signed_again_carries_one_signature() {
    for place in [SignaturePlace::Header, SignaturePlace::Query] {
        let mut call = call("https://h.example/a?b=1+2&c");
        let (secret, token) = (Secret::new(KEY), Secret::new("session"));
        sign(&mut call, &spec("execute-api", place), &secret, Some(&token)).await.unwrap();
        call.at += 1000;
        sign(&mut call, &spec("execute-api", place), &secret, None).await.unwrap();
        let again = call.clone();
        sign(&mut call, &spec("execute-api", place), &secret, None).await.unwrap();
        assert_eq!((&call.url, &call.headers), (&again.url, &again.headers));
        assert!(call.url.query().unwrap().starts_with("b=1%202&c"), "{}", call.url);
        assert!(!format!("{} {:?}", call.url, call.headers).contains("session"));
    }
}

#[tokio::test]
async fn a_file_is_hashed_unless_the_service_does_without() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    fs::write(&path, "Welcome to Amazon S3.").unwrap();
    let hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    let mut put = call("https://h/a");
    put.body = Body::File(path.clone());
    let check = async |call: &Outgoing, service: &str| {
        payload(call, SignaturePlace::Header, Rules::of(service)).await
    };
    assert_eq!(check(&put, "execute-api").await, Ok(Payload::Hash(hash.to_owned())));
    assert_eq!(check(&put, "s3").await, Ok(Payload::Unsigned));
    put.url.set_scheme("http").unwrap();
    assert_eq!(check(&put, "s3").await, Ok(Payload::Hash(hash.to_owned())));
    put.body = Body::Multipart(Vec::new());
    assert!(matches!(check(&put, "execute-api").await, Err(Kind::BadRequest(_))));
    put.body = Body::File(folder.path().join("none"));
    assert!(matches!(check(&put, "execute-api").await, Err(Kind::BodyFile(_))));
}

#[tokio::test]
async fn a_sign_in_without_region_is_refused_with_words() {
    let mut empty = spec("s3", SignaturePlace::Header);
    empty.region = " ".to_owned();
    let error = sign(&mut call("https://h/"), &empty, &Secret::new(KEY), None).await;
    assert!(matches!(error, Err(Kind::SignIn(reason)) if reason.contains("no region")));
}
