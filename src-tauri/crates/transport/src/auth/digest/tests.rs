//! The examples of the RFCs, and what systems do besides.

use bytes::Bytes;
use http::Method;
use proptest::prelude::*;

use super::*;
use crate::auth::place::tests::call;

fn asked(lines: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(header::WWW_AUTHENTICATE, line.parse().unwrap());
    }
    headers
}

/// Answers a challenge, and returns the parameters of the answer.
fn answered(
    url: &str,
    lines: &[&str],
    user: &str,
    password: &str,
    client_nonce: &str,
) -> HashMap<String, String> {
    let challenges = Challenges::default();
    let mut call = call(url);
    assert!(challenges.learn(&call, 401, &asked(lines)).unwrap());
    let masked = challenges.sign(&mut call, user, &Secret::new(password), client_nonce).unwrap();
    let value = String::from_utf8(call.headers["authorization"].as_bytes().to_vec()).unwrap();
    assert_eq!(masked[0].reveal(), value);
    params(value.strip_prefix("Digest ").unwrap())
}

const RFC_7616: &str = "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=ALG, \
    nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
    opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

#[test]
fn the_examples_of_rfc_7616_are_answered_as_it_says() {
    let client_nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    for (algorithm, expect) in [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ] {
        let line = format!("Digest {}", RFC_7616.replace("ALG", algorithm));
        let url = "http://www.example.org/dir/index.html";
        let params = answered(url, &[&line], "Mufasa", "Circle of Life", client_nonce);
        assert_eq!(params["response"], expect);
        assert_eq!(params["nc"], "00000001");
        assert_eq!(params["uri"], "/dir/index.html");
        assert_eq!(params["qop"], "auth");
        assert_eq!(params["opaque"], "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS");
    }
}

/// RFC 7616 § 3.9.2, with the corrections of erratum 4897: SHA-512-256 with a hashed name.
#[test]
fn a_name_is_hashed_where_the_system_wants_that() {
    let line = "Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256, \
        nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", \
        opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\", charset=UTF-8, userhash=true";
    let params = answered(
        "http://api.example.org/doe.json",
        &[line],
        "J\u{e4}s\u{f8}n Doe",
        "Secret, or not?",
        "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
    );
    assert_eq!(
        params["username"],
        "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"
    );
    assert_eq!(
        params["response"],
        "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"
    );
    assert_eq!(params["userhash"], "true");
}

#[test]
fn the_examples_of_the_older_rfcs_are_answered_as_they_say() {
    let nonce = "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
        opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
    // RFC 2617 § 3.5.
    let line = format!("Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", {nonce}");
    let url = "http://www.nowhere.org/dir/index.html";
    let params = answered(url, &[&line], "Mufasa", "Circle Of Life", "0a4f113b");
    assert_eq!(params["response"], "6629fae49393a05397450978507c4ef1");
    // RFC 2069 § 2.4, with its erratum 749.
    let line = format!("digest realm=\"testrealm@host.com\", {nonce}");
    let params = answered(url, &[&line], "Mufasa", "CircleOfLife", "x");
    assert_eq!(params["response"], "1949323746fe6a43ef61f9606e7febea");
    assert!(!params.contains_key("nc") && !params.contains_key("cnonce"));
}

#[test]
fn the_strongest_of_several_challenges_is_answered() {
    let (md5, sha) = (RFC_7616.replace("ALG", "MD5"), RFC_7616.replace("ALG", "SHA-256"));
    let token = "ABC, Basic realm=\"a, Digest b\"";
    let url = "http://h/";
    let one_line = format!("Negotiate {token}, Digest {md5}, Digest {sha}, Digest algorithm=X");
    for lines in [
        vec![one_line.as_str()],
        vec![&format!("Digest {sha}"), &format!("Digest {md5}"), "Basic realm=\"x\""],
    ] {
        let params = answered(url, &lines, "u", "p", "c");
        assert_eq!(params["algorithm"], "SHA-256");
    }
}

#[test]
fn a_body_is_signed_only_where_nothing_else_is_offered() {
    let line = "Digest realm=\"r\", qop=\"auth-int\", nonce=\"n\"";
    let challenges = Challenges::default();
    let mut post = call("http://h/a?b=c");
    post.method = Method::POST;
    post.body = Body::Bytes(Bytes::from_static(b"body"));
    assert!(challenges.learn(&post, 401, &asked(&[line])).unwrap());
    let secret = Secret::new("p");
    let masked = challenges.sign(&mut post, "u", &secret, "c").unwrap();
    let hash = |text: &str| Algorithm::Md5.hex(text.as_bytes());
    let what = hash(&format!("POST:/a?b=c:{}", hash("body")));
    let expect = hash(&format!("{}:n:00000001:c:auth-int:{what}", hash("u:r:p")));
    assert_eq!(masked[1].reveal(), expect);
    post.body = Body::File("a.txt".into());
    let error = challenges.sign(&mut post, "u", &secret, "c");
    assert!(matches!(error, Err(Kind::SignIn(reason)) if reason.contains("auth-int")));
}

#[test]
fn only_the_first_call_goes_out_unsigned() {
    let challenges = Challenges::default();
    let password = Secret::new("p");
    let line = "Digest realm=\"r\", qop=\"auth\", algorithm=MD5-sess, nonce=\"n1\"";
    let sign = |call: &mut Outgoing, client_nonce: &str| {
        challenges.sign(call, "u", &password, client_nonce).unwrap();
        let value = call.headers.get("authorization").map(|value| value.to_str().unwrap());
        value.map(|value| params(value.strip_prefix("Digest ").unwrap())).unwrap_or_default()
    };
    let mut first = call("http://h/a");
    assert!(sign(&mut first, "c1").is_empty());
    assert!(challenges.learn(&first, 401, &asked(&[line])).unwrap());
    assert_eq!(sign(&mut first, "c1")["nc"], "00000001");
    let mut second = call("http://h/b");
    let params = sign(&mut second, "c2");
    // The nonce of a session stays the one that it began with.
    assert_eq!((params["nc"].as_str(), params["cnonce"].as_str()), ("00000002", "c1"));
    // Elsewhere nothing is known, so nothing is sent.
    assert!(sign(&mut call("http://other/a"), "c3").is_empty());
    assert!(sign(&mut call("https://h/a"), "c3").is_empty());

    // It has run out: once more with the new one.
    let stale = line.replace("n1", "n2").replace("qop", "stale=TRUE, qop");
    assert!(challenges.learn(&second, 401, &asked(&[&stale])).unwrap());
    assert_eq!(sign(&mut second, "c4")["nonce"], "n2");
    // The system names the next one in advance.
    let mut info = HeaderMap::new();
    info.insert("authentication-info", "rspauth=\"x\", nextnonce=\"n3\"".parse().unwrap());
    assert!(!challenges.learn(&second, 200, &info).unwrap());
    let mut third = call("http://h/c");
    assert_eq!(
        (&*sign(&mut third, "c5")["nonce"], &*sign(&mut third, "c5")["nc"]),
        ("n3", "00000002")
    );
}

#[test]
fn a_password_that_is_refused_is_not_sent_again() {
    let challenges = Challenges::default();
    let line = |nonce: &str| format!("Digest realm=\"r\", qop=\"auth\", nonce=\"{nonce}\"");
    let mut call = call("http://h/a");
    assert!(challenges.learn(&call, 401, &asked(&[&line("n1")])).unwrap());
    challenges.sign(&mut call, "u", &Secret::new("wrong"), "c").unwrap();
    assert!(!challenges.learn(&call, 401, &asked(&[&line("n2")])).unwrap());
    // Another way in is no challenge of this kind, and an unknown one is said.
    assert!(!challenges.learn(&call, 401, &asked(&["Basic realm=\"r\""])).unwrap());
    assert!(!challenges.learn(&call, 401, &HeaderMap::new()).unwrap());
    let unknown = asked(&["Digest realm=\"r\", nonce=\"n\", algorithm=SHA3"]);
    assert!(matches!(challenges.learn(&call, 401, &unknown), Err(Kind::SignIn(_))));
}

proptest! {
    /// What a stranger sends breaks nothing.
    #[test]
    fn any_line_can_be_read(line in "\\PC*") {
        challenges(&line);
        challenges(&format!("Digest {line}"));
    }

    #[test]
    fn what_is_quoted_is_read_again(text in "\\PC*") {
        let found = params(&format!("a=1, realm={}, b=\"2\"", quoted(&text)));
        prop_assert_eq!(&found["realm"], &text);
        prop_assert_eq!(&found["b"], "2");
    }
}
