//! Real systems: httpbin, node-soap, and moto, which checks AWS's signatures with AWS's own code.

use serde_json::json;
use transport::spec::ConnectionSpec;
use transport::{Body, Method};

use crate::{Account, auth};

/// The base URL of a server of `../shared/servers`, at the port that its README names or that is
/// set in the environment as `GANTRY_HTTPBIN` and so on.
fn server(name: &str, port: u16) -> Option<String> {
    let variable = format!("GANTRY_{}", name.to_ascii_uppercase());
    let port = std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(port);
    if std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        println!("skipped: {name} does not run at port {port}; see ../shared/servers/{name}");
        return None;
    }
    Some(format!("http://127.0.0.1:{port}"))
}

#[tokio::test]
async fn httpbin_lets_in_by_basic_bearer_and_cookies() {
    let Some(base) = server("httpbin", 18018) else { return };
    let basic = |user: &str| auth(&json!({ "type": "basic", "user": user }));
    let account = Account::new(&base, basic("jürgen"), &[("password", "p4ss:wörd")]);
    assert_eq!(account.get("/basic-auth/jürgen/p4ss:wörd").await.0, 200);
    assert_eq!(account.get("/basic-auth/other/p4ss").await.0, 401);

    let account =
        Account::new(&base, auth(&json!({ "type": "bearer" })), &[("token", "t0ken-abc")]);
    let (status, body) = account.get("/bearer").await;
    assert_eq!(status, 200);
    assert!(body.contains("t0ken-abc") && !account.tells("t0ken-abc"));

    let spec = ConnectionSpec { cookies: true, ..ConnectionSpec::new("web", &base) };
    let account = Account::of(&spec, &[]);
    let (_, body) = account.get("/cookies/set?sid=c00kie").await;
    assert!(body.contains("c00kie"), "{body}");
    account.get("/cookies/delete?sid").await;
    let (_, body) = account.get("/cookies").await;
    assert!(!body.contains("c00kie"), "{body}");
}

#[tokio::test]
async fn httpbin_lets_in_by_digest() {
    let Some(base) = server("httpbin", 18018) else { return };
    let mut n_cases = 0;
    for algorithm in ["MD5", "SHA-256"] {
        for quality in ["auth", "auth-int"] {
            // It tells by cookies how long a nonce holds, and refuses without.
            for stale_after in ["never", "2"] {
                let spec = ConnectionSpec {
                    auth: auth(&json!({ "type": "digest", "user": "anna" })),
                    cookies: true,
                    ..ConnectionSpec::new("bin", &base)
                };
                let account = Account::of(&spec, &[("password", "p4ss")]);
                let path = format!("/digest-auth/{quality}/anna/p4ss/{algorithm}/{stale_after}");
                for _ in 0..5 {
                    let (status, body) = account.get(&path).await;
                    assert_eq!(status, 200, "{path} {body}");
                }
                assert!(!account.tells("p4ss\""));
                let wrong = Account::of(&spec, &[("password", "wrong")]);
                assert_eq!(wrong.get(&path).await.0, 401, "{path}");
                n_cases += 1;
            }
        }
    }
    println!("httpbin: {n_cases} kinds of Digest, all let in and refused as they should");
}

#[tokio::test]
async fn node_soap_lets_in_by_ws_security() {
    let Some(base) = server("soap", 18010) else { return };
    let way = auth(&json!({ "type": "ws_security", "user": "svc", "password": "text" }));
    let sum = |soap: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><e:Envelope xmlns:e=\"{soap}\"><e:Body>\
             <Add xmlns=\"http://tempuri.org/\"><intA>40</intA><intB>2</intB></Add></e:Body>\
             </e:Envelope>"
        )
    };
    for (soap, content_type) in [
        ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml; charset=utf-8"),
        ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml; charset=utf-8"),
    ] {
        let call = async |account: &Account| {
            let request = account
                .request(Method::POST, "/secure")
                .header("Content-Type", content_type)
                .header("SOAPAction", "\"http://tempuri.org/Add\"")
                .body(Body::Bytes(sum(soap).into()));
            let mut answer = account.send(request).await.unwrap();
            (answer.status, answer.text().await.unwrap())
        };
        let account = Account::new(&base, way.clone(), &[("password", "svc-pass")]);
        let (status, body) = call(&account).await;
        assert_eq!(status, 200, "{body}");
        assert!(
            body.contains("<tns:AddResult>42</tns:AddResult>") || body.contains(">42<"),
            "{body}"
        );
        assert!(!account.tells("svc-pass"));
        let wrong = Account::new(&base, way.clone(), &[("password", "wrong")]);
        let (_, body) = call(&wrong).await;
        assert!(body.contains("Invalid username or password"), "{body}");
    }
}

/// What stands between two tags.
fn between<'a>(text: &'a str, tag: &str) -> &'a str {
    let rest = text.split(&format!("<{tag}>")).nth(1).unwrap_or_else(|| panic!("{text}"));
    rest.split('<').next().unwrap()
}

fn aws(service: &str, id: &str, place: &str) -> transport::spec::AuthSpec {
    auth(&json!({
        "type": "sigv4", "access_key_id": id, "region": "us-east-1", "service": service,
        "place": place,
    }))
}

#[tokio::test]
async fn moto_finds_our_aws_signatures_right() {
    let Some(base) = server("moto", 18021) else { return };
    let open = Account::new(&base, aws("iam", "any", "header"), &[("secret_access_key", "any")]);
    let admin = async |action: &str| {
        let request = open
            .request(Method::POST, "/")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(Body::Bytes(format!("{action}&Version=2010-05-08").into()));
        let mut answer = open.send(request).await.unwrap();
        assert_eq!(answer.status, 200);
        answer.text().await.unwrap()
    };
    let checks = async |after: &str| {
        let plain = Account::of(&ConnectionSpec::new("moto", &base), &[]);
        let request = plain
            .request(Method::POST, "/moto-api/reset-auth")
            .header("Content-Type", "text/plain")
            .body(Body::Bytes(after.to_owned().into()));
        assert_eq!(plain.send(request).await.unwrap().status, 200);
    };
    let user = format!("UserName=u{}", std::process::id());
    let policy =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let policy: String = url::form_urlencoded::byte_serialize(policy.as_bytes()).collect();
    admin(&format!("Action=CreateUser&{user}")).await;
    admin(&format!("Action=PutUserPolicy&{user}&PolicyName=all&PolicyDocument={policy}")).await;
    let keys = admin(&format!("Action=CreateAccessKey&{user}")).await;
    let (id, key) = (between(&keys, "AccessKeyId"), between(&keys, "SecretAccessKey"));

    checks("0").await;
    let outcome = signed_calls(&base, id, key).await;
    // Moto is for everybody, so it is left as it was.
    checks("1000000000").await;
    println!("moto checked {} calls", outcome.len());
    let wrong: Vec<_> = outcome.iter().filter(|(_, as_expected, _)| !as_expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Makes calls while every signature is checked; returns whether each was answered as it should.
async fn signed_calls(base: &str, id: &str, key: &str) -> Vec<(String, bool, String)> {
    let s3 = Account::new(base, aws("s3", id, "header"), &[("secret_access_key", key)]);
    let wrong = Account::new(base, aws("s3", id, "header"), &[("secret_access_key", "wrong")]);
    let sqs = Account::new(base, aws("sqs", id, "header"), &[("secret_access_key", key)]);
    let bucket = format!("/bucket-{}", std::process::id());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.txt");
    std::fs::write(&path, "streamed").unwrap();
    let bytes = |text: &'static str| Body::Bytes(text.into());
    let mut outcome = Vec::new();
    for (account, method, path, body, status) in [
        (&s3, Method::PUT, bucket.clone(), Body::Empty, 200),
        (&s3, Method::PUT, format!("{bucket}/a b+c(1)'ü$&=;~*!"), bytes("text"), 200),
        (&s3, Method::GET, format!("{bucket}/a b+c(1)'ü$&=;~*!"), Body::Empty, 200),
        (&s3, Method::PUT, format!("{bucket}/f/x//y"), Body::File(path.clone()), 200),
        (&s3, Method::GET, format!("{bucket}/f/x//y"), Body::Empty, 200),
        (
            &s3,
            Method::GET,
            format!("{bucket}?prefix=a+b&delimiter=/&list-type=2"),
            Body::Empty,
            200,
        ),
        (&wrong, Method::GET, format!("{bucket}/f/x//y"), Body::Empty, 403),
    ] {
        let what = format!("{method} {path}");
        let (got, answer) = account.call(method, &path, body).await;
        outcome.push((what, got == status, format!("{got} {answer}")));
    }
    // A service with the common rules. Moto writes the body anew before it checks its hash, so
    // that one has nothing in it that could be written in two ways.
    let action = "Action=ListQueues&Version=2012-11-05";
    let request = sqs
        .request(Method::POST, "/?x=a+b/c")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(bytes(action));
    let mut answer = sqs.send(request).await.unwrap();
    let got = answer.status;
    outcome.push(("SQS".to_owned(), got == 200, format!("{got} {}", answer.text().await.unwrap())));
    outcome
}
