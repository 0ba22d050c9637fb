//! What is sent to log in, and what is taken from the answer.

use proptest::prelude::*;

use super::*;
use crate::auth::place::tests::call;
use crate::spec::LoginSpec;

fn spec(content_type: &str, body: &str, token: TokenFrom) -> SessionSpec {
    SessionSpec {
        user: "anna".to_owned(),
        login: LoginSpec {
            method: "post".to_owned(),
            path: "/login".to_owned(),
            content_type: content_type.to_owned(),
            body: body.to_owned(),
        },
        token,
        header: "Authorization".to_owned(),
        prefix: "AR-JWT ".to_owned(),
        seconds: Some(3600),
    }
}

fn filled(content_type: &str, template: &str, password: &str) -> String {
    let filled = fill(template, Syntax::of(content_type), "an\"na", &Secret::new(password));
    filled.reveal().to_owned()
}

#[test]
fn name_and_password_are_written_as_the_type_wants_it() {
    let json = "application/json";
    let body = r#"{"a\"":"{user}","b":{password},"c":"x{password}y{other}"}"#;
    assert_eq!(
        filled(json, body, "p\"\\\n{user}"),
        r#"{"a\"":"an\"na","b":"p\"\\\n{user}","c":"xp\"\\\n{user}y{other}"}"#
    );
    let xml = "<u a=\"{user}\">{password}</u>";
    let expect = "<u a=\"an&quot;na\">&lt;&amp;&gt;&apos;</u>";
    assert_eq!(filled("text/xml; charset=utf-8", xml, "<&>'"), expect);
    assert_eq!(filled("application/soap+xml", xml, "<&>'"), expect);
    let form = "application/x-www-form-urlencoded";
    assert_eq!(
        filled(form, "u={user}&p={password}", "a&b=c d+é"),
        "u=an%22na&p=a%26b%3Dc+d%2B%C3%A9"
    );
    assert_eq!(filled("text/plain", "{user}:{password}", "a&b"), "an\"na:a&b");
}

#[test]
fn the_login_call_goes_behind_the_base_url_and_masks_what_it_carries() {
    let connection = ConnectionSpec::new("bmc", "https://h/api/");
    let form = "application/x-www-form-urlencoded";
    let login = spec(form, "username={user}&password={password}", TokenFrom::Body);
    let (call, masked) = login_call(&connection, &login, &Secret::new("p&ss"), 7).unwrap();
    assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", "https://h/api/login"));
    let Body::Bytes(body) = &call.body else { panic!() };
    assert_eq!(body, "username=anna&password=p%26ss");
    assert_eq!((&call.headers["content-type"], call.at), (&HeaderValue::from_static(form), 7));
    assert!(masked.contains(&Secret::new("p%26ss")));

    let mut get = login.clone();
    get.login.method = "GET".to_owned();
    get.login.path = "https://login.h/in?u={user}&p={password}".to_owned();
    get.login.body = String::new();
    let (call, _) = login_call(&connection, &get, &Secret::new("p&ss"), 7).unwrap();
    assert_eq!(call.url.as_str(), "https://login.h/in?u=anna&p=p%26ss");
    assert!(matches!(call.body, Body::Empty) && !call.headers.contains_key("content-type"));
    get.login.method = "G ET".to_owned();
    assert!(login_call(&connection, &get, &Secret::new("p"), 7).is_err());
}

#[test]
fn the_token_is_taken_from_where_it_stands() {
    let url: Url = "https://h/login".parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("x-token", " t1 ".parse().unwrap());
    headers.append(header::SET_COOKIE, "sid=c1; Path=/".parse().unwrap());
    let check = |token: TokenFrom, body: &str, expect: Option<&str>| {
        let spec = spec("application/json", "", token);
        let session = of_answer(&spec, &url, (200, &headers, body.as_bytes()), 1000);
        let told = session.as_ref().ok().and_then(|session| session.token.as_ref());
        assert_eq!(told.map(Secret::reveal), expect, "{body} {session:?}");
        session
    };
    let path = |path: &str| TokenFrom::Path { path: path.to_owned() };
    let header = |name: &str| TokenFrom::Header { name: name.to_owned() };
    check(TokenFrom::Body, "eyJ.x.y\n", Some("eyJ.x.y")).unwrap();
    check(TokenFrom::Body, "\"quoted\"", Some("quoted")).unwrap();
    check(path("$.data[0].SessionId"), r#"{"data":[{"SessionId":"s1"}]}"#, Some("s1")).unwrap();
    check(path("id"), r#"{"id":12}"#, Some("12")).unwrap();
    check(header("X-Token"), "", Some("t1")).unwrap();
    let session = check(TokenFrom::Cookies, "{}", None).unwrap();
    let jar = Jar::default();
    session.fill(&jar);
    let mut next = call("https://h/a");
    jar.sign(&mut next).unwrap();
    assert_eq!(next.headers["cookie"], "sid=c1");
    assert_eq!(session.secrets(), [Secret::new("c1")]);

    for (token, body) in [
        (TokenFrom::Body, ""),
        (TokenFrom::Body, "<html>\n</html>"),
        (path("token"), r#"{"error":"x"}"#),
        (path("token"), r#"{"token":null}"#),
        (path("token"), "<html>"),
        (header("X-Other"), "{}"),
    ] {
        let error = check(token, body, None).unwrap_err();
        assert!(matches!(error, Kind::SignIn(reason) if reason.contains("no token")));
    }
}

#[test]
fn a_login_that_is_refused_is_said_with_the_next_step() {
    let url: Url = "https://h:8443/login".parse().unwrap();
    let check = |status: u16, headers: &HeaderMap, expect: Result<(), &str>| {
        let spec = spec("application/json", "", TokenFrom::Cookies);
        let told = of_answer(&spec, &url, (status, headers, b"{}"), 0);
        match (told, expect) {
            (Ok(_), Ok(())) => {}
            (Err(Kind::SignIn(reason)), Err(part)) => {
                assert!(reason.contains(part) && reason.contains("h:8443"), "{reason}");
            }
            (told, expect) => panic!("{status}: {told:?}, not {expect:?}"),
        }
    };
    let (none, cookie) = (
        HeaderMap::new(),
        HeaderMap::from_iter([(header::SET_COOKIE, HeaderValue::from_static("a=b"))]),
    );
    check(200, &cookie, Ok(()));
    check(302, &cookie, Ok(()));
    check(302, &none, Err("302"));
    check(200, &none, Err("no cookie was set"));
    check(401, &cookie, Err("check the user's name and the password"));
    check(404, &none, Err("check the login call's path"));
    check(503, &none, Err("try again later"));
}

#[test]
fn a_session_is_kept_whole_and_begun_anew_at_four_fifths() {
    let login = spec("application/json", "", TokenFrom::Body);
    let url = "https://h/login".parse().unwrap();
    let cookie =
        HeaderMap::from_iter([(header::SET_COOKIE, HeaderValue::from_static("a=b; Path=/"))]);
    let session = of_answer(&login, &url, (200, &cookie, b"t0ken"), 1_000_000).unwrap();
    assert_eq!(Session::read(&session.written()), Some(session.clone()));
    assert_eq!(Session::read(&Secret::new("{}")), None);
    assert!(!format!("{session:?}").contains("t0ken"));
    assert!(session.is_fresh(1_000_000 + 2_879_999) && !session.is_fresh(1_000_000 + 2_880_000));
    assert!(session.is_valid(1_000_000 + 3_599_999) && !session.is_valid(1_000_000 + 3_600_000));

    let mut next = call("https://h/a");
    let masked = sign(&mut next, &login, &session).unwrap();
    assert_eq!(next.headers["authorization"], "AR-JWT t0ken");
    assert_eq!(masked, [Secret::new("AR-JWT t0ken")]);
    let mut bare = call("https://h/a");
    let by_cookies = SessionSpec { header: String::new(), ..login };
    assert_eq!(sign(&mut bare, &by_cookies, &session), Ok(vec![]));
    assert!(bare.headers.is_empty());
}

proptest! {
    /// No password can end the place that it stands in.
    #[test]
    fn any_password_comes_back_as_it_was(user in "\\PC{0,20}", password in any::<String>()) {
        let secret = Secret::new(password.clone());
        let json = fill(r#"{"u":"{user}","p":{password}}"#, Syntax::Json, &user, &secret);
        let json: Value = serde_json::from_str(json.reveal()).unwrap();
        prop_assert_eq!(json["u"].as_str(), Some(user.as_str()));
        prop_assert_eq!(json["p"].as_str(), Some(password.as_str()));
        let form = fill("u={user}&p={password}&x=1", Syntax::Form, &user, &secret);
        let pairs: Vec<_> = url::form_urlencoded::parse(form.reveal().as_bytes()).collect();
        prop_assert_eq!(pairs.len(), 3);
        prop_assert_eq!((&*pairs[0].1, &*pairs[1].1), (user.as_str(), password.as_str()));
        let xml = fill("<a>{password}</a>", Syntax::Xml, &user, &secret);
        let inner = &xml.reveal()[3..xml.reveal().len() - 4];
        prop_assert_eq!(quick_xml::escape::unescape(inner).unwrap(), password);
    }
}
