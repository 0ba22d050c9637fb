//! `http.request` against a server on loopback: methods, bodies, answers, errors, retries.

#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "helpers of tests are tests too, and json! gives values"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex};

use flow::run::{ErrorClass, RunStatus};
use serde_json::{Value as Json, json};
use support::{Got, Server, call, json_reply, reply};

fn echo(got: &Got) -> Vec<u8> {
    json_reply(&json!({
        "method": got.method,
        "target": got.target,
        "type": got.header("content-type"),
        "body": got.text(),
    }))
}

#[tokio::test]
async fn a_call_is_filled_in_for_each_item() {
    let server =
        Server::start(|got| json_reply(&json!({ "target": got.target, "x": got.header("x-a") })));
    let node = json!({ "params": {
        "url": format!("{}/orders/{{{{ id }}}}?a=1", server.url),
        "query": { "q": "{{ name }}", "gone": "{{ missing }}", "list": "{{ tags }}", "n": 5 },
        "headers": { "X-A": "{{ name }}!" },
    }});
    let ran = call(node, json!([{ "id": 1, "name": "ä&b c", "tags": ["x", "y"] }, { "id": 2, "name": "z", "tags": [] }])).await;
    assert_eq!(ran.outcome.status, RunStatus::Ok, "{}", ran.told);
    assert_eq!(server.targets()[0], "/orders/1?a=1&q=%C3%A4%26b%20c&list=x&list=y&n=5");
    assert_eq!(ran.items[1], r#"{"target":"/orders/2?a=1&q=z&n=5","x":"z!"}"#);
    assert_eq!(ran.exchanges.len(), 2);
    assert_eq!(ran.exchanges[0].status, Some(200));
}

#[tokio::test]
async fn every_kind_of_body_is_sent_as_it_should_be() {
    let server = Server::start(echo);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.bin"), b"\x00file").unwrap();
    let check = async |method: &str, body: serde_json::Value, kind: &str, expect: &str| {
        let node = json!({ "id": "call", "type": "http.request",
            "params": { "method": method, "url": server.url, "body": body } });
        let ran = support::run(
            &support::line(vec![node]),
            json!([{ "id": 7, "n": 1.50 }]),
            folder.path(),
        )
        .await;
        assert_eq!(ran.outcome.status, RunStatus::Ok, "{}", ran.told);
        let got = server.seen().pop().unwrap();
        assert_eq!(got.method, method);
        assert!(got.header("content-type").starts_with(kind), "{}", got.header("content-type"));
        let text = got.text();
        assert!(text == expect || kind.starts_with("multipart"), "{text}");
        text
    };
    let json_type = "application/json";
    check(
        "POST",
        json!({ "type": "json", "value": { "id": "{{ id }}", "t": "no {{ id }}" } }),
        json_type,
        r#"{"id":7,"t":"no 7"}"#,
    )
    .await;
    check("PUT", json!({ "type": "json" }), json_type, r#"{"id":7,"n":1.5}"#).await;
    check(
        "PATCH",
        json!({ "type": "form", "value": { "a": "{{ id }}", "b": "x y&z" } }),
        "application/x-www-form-urlencoded",
        "a=7&b=x+y%26z",
    )
    .await;
    check(
        "POST",
        json!({ "type": "xml", "value": "<id>{{ id }}</id>" }),
        "application/xml",
        "<id>7</id>",
    )
    .await;
    check(
        "POST",
        json!({ "type": "text", "value": "id {{ id }}", "content_type": "text/csv" }),
        "text/csv",
        "id 7",
    )
    .await;
    check(
        "DELETE",
        json!({ "type": "binary", "file": "a.bin", "content_type": "image/png" }),
        "image/png",
        "\0file",
    )
    .await;
    check("POST", json!({ "type": "binary", "value": "aGk=" }), "application/octet-stream", "hi")
        .await;
    let parts = json!({ "type": "multipart", "value": [
        { "name": "note", "value": "n {{ id }}" },
        { "name": "file", "file": "a.bin", "content_type": "image/png" },
    ] });
    let form = check("POST", parts, "multipart/form-data; boundary=", "").await;
    for part in [
        "name=\"note\"\r\n\r\nn 7\r\n",
        "name=\"file\"; filename=\"a.bin\"\r\nContent-Type: image/png\r\n\r\n\0file\r\n",
    ] {
        assert!(form.contains(part), "{form}");
    }
}

#[tokio::test]
async fn answers_of_every_kind_become_items() {
    let check =
        async |kind: &str, body: &'static [u8], params: serde_json::Value, expect: &[&str]| {
            let kind = kind.to_owned();
            let server = Server::start(move |_| {
                reply("200 OK", &[("Content-Type", &kind), ("X-A", "b")], body)
            });
            let mut params = params;
            params["url"] = json!(server.url);
            let ran = call(json!({ "params": params }), json!([{}])).await;
            assert_eq!(ran.outcome.status, RunStatus::Ok, "{}", ran.told);
            let items: Vec<_> =
                ran.items.iter().map(|item| item.split(r#""headers""#).next().unwrap()).collect();
            assert_eq!(items, expect);
            ran
        };
    let all = json!({});
    check(
        "application/json",
        br#"{"a":1e400,"id":9007199254740993}"#,
        all.clone(),
        &[r#"{"a":1e400,"id":9007199254740993}"#],
    )
    .await;
    let list =
        check("application/hal+json", b"[1,{\"a\":2}]", all.clone(), &["1", r#"{"a":2}"#]).await;
    assert_eq!(list.lineages, ["call:0/0", "call:0/1"]);
    check(
        "application/json; charset=ISO-8859-1",
        b"{\"n\":\"Gr\xf6\xdfe\"}",
        all.clone(),
        &[r#"{"n":"Größe"}"#],
    )
    .await;
    check(
        "application/json",
        br#"{"data":{"rows":[{"a":1},{"a":2}]},"more":true}"#,
        json!({ "items": "data.rows" }),
        &[r#"{"a":1}"#, r#"{"a":2}"#],
    )
    .await;
    check("text/plain", b"[1,2]", json!({ "items": "" }), &["1", "2"]).await;
    check(
        "application/x-ndjson",
        b"{\"a\":1}\n\n{\"a\":2}\n",
        all.clone(),
        &[r#"{"a":1}"#, r#"{"a":2}"#],
    )
    .await;
    check("", b"{\"a\":1}", all.clone(), &[r#"{"a":1}"#]).await;
    let text = check("text/plain", b"hello", all.clone(), &[r#"{"status":200,"#]).await;
    assert!(text.items[0].contains(r#""x-a":"b"},"body":"hello"}"#), "{}", text.items[0]);
    let xml = check("application/xml", b"<a/>", all.clone(), &[r#"{"status":200,"#]).await;
    assert!(xml.items[0].ends_with(r#""body":"<a/>"}"#));
    let png = check("image/png", b"\x89PNG", all.clone(), &[r#"{"status":200,"#]).await;
    assert!(
        png.items[0].ends_with(r#""body":"iVBORw==","encoding":"base64"}"#),
        "{}",
        png.items[0]
    );
}

#[tokio::test]
async fn an_answer_without_content_is_its_status() {
    let server = Server::start(|got| match got.method.as_str() {
        "DELETE" => b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(),
        "HEAD" => {
            b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\nContent-Type: application/json\r\n\r\n"
                .to_vec()
        }
        _ => reply("200 OK", &[("Content-Type", "application/json")], ""),
    });
    for (method, status) in [("DELETE", 204), ("HEAD", 200), ("POST", 200)] {
        let ran =
            call(json!({ "params": { "method": method, "url": server.url } }), json!([{}])).await;
        assert!(ran.items[0].starts_with(&format!(r#"{{"status":{status},"#)), "{}", ran.told);
        assert!(ran.items[0].ends_with(r#""body":null}"#));
    }
    let get = call(json!({ "params": { "url": server.url } }), json!([{}])).await;
    assert_eq!(get.error().class, ErrorClass::Answer);
    assert!(
        get.error().message.ends_with("answered 200 with application/json, but it is empty."),
        "{}",
        get.error().message
    );
}

#[tokio::test]
async fn an_answer_enriches_the_item_it_was_asked_for() {
    let server = Server::start(|got| match got.target.as_str() {
        "/1" => json_reply(&json!({ "name": "Ada" })),
        _ => json_reply(&json!([1, 2])),
    });
    let node =
        json!({ "params": { "url": format!("{}/{{{{ id }}}}", server.url), "into": "customer" } });
    let ran = call(node, json!([{ "id": 1 }, { "id": 2 }])).await;
    assert_eq!(
        ran.items,
        [r#"{"id":1,"customer":{"name":"Ada"}}"#, r#"{"id":2,"customer":[1,2]}"#]
    );
}

#[tokio::test]
async fn a_refusal_says_what_the_system_said() {
    let server = Server::start(|got| {
        let status = got.target.trim_start_matches('/').to_owned();
        reply(
            &format!("{status} X"),
            &[("Content-Type", "application/json")],
            r#"{"error":{"message":"the API key is not valid"}}"#,
        )
    });
    let host = server.url.trim_start_matches("http://").to_owned();
    let check = async |status: u16, class: ErrorClass, message: &str| {
        let ran =
            call(json!({ "params": { "url": format!("{}/{status}", server.url) } }), json!([{}]))
                .await;
        assert_eq!(ran.error().class, class);
        assert_eq!(
            ran.error().message,
            format!("{host} {message}: the API key is not valid ({status}).")
        );
        assert_eq!(ran.error().exchange.as_ref().unwrap().status, Some(status));
        assert!(!ran.error().advice.is_empty());
    };
    check(401, ErrorClass::Auth, "refused the request").await;
    check(404, ErrorClass::NotFound, "has nothing there").await;
    check(412, ErrorClass::Conflict, "refused the request").await;
    check(422, ErrorClass::Validation, "refused the request").await;
    check(500, ErrorClass::Server, "failed").await;
    let node = json!({ "connection": "shop", "params": { "url": format!("{}/401", server.url) } });
    let ran = call(node, json!([{}])).await;
    assert_eq!(ran.error().message, "Shop refused the request: the API key is not valid (401).");
    assert_eq!(ran.error().advice, "Check the connection *shop*.");
}

#[tokio::test]
async fn what_is_no_json_is_an_error_with_a_piece_of_it() {
    let server = Server::start(|got| match got.target.as_str() {
        "/html" => reply("200 OK", &[("Content-Type", "text/html")], "<html>Log in</html>"),
        "/broken" => reply("200 OK", &[("Content-Type", "application/json")], r#"{"items":[1,}"#),
        "/path" => json_reply(&json!({ "error": "quota" })),
        "/deep" => json_bytes(("[".repeat(200_000) + &"]".repeat(200_000)).as_bytes()),
        "/nan" => json_bytes(br#"{"items":[NaN]}"#),
        "/half" => json_bytes(br#"{"items":["\ud800"]}"#),
        "/bytes" => json_bytes(b"{\"items\":[\"\xff\"]}"),
        _ => reply("200 OK", &[("Content-Type", "application/json")], r#"{"items":[1,2]} x"#),
    });
    let check = async |path: &str, expect: &str| {
        let ran = call(
            json!({ "params": { "url": format!("{}{path}", server.url), "items": if path == "/deep" { "" } else { "items" } } }),
            json!([{}]),
        )
        .await;
        assert_eq!(ran.error().class, ErrorClass::Answer);
        let message = &ran.error().message;
        assert!(message.contains(expect), "{message}");
        assert!(ran.items.is_empty(), "nothing of it is used");
    };
    check("/html", "answered 200 with text/html, but that is a web page or XML, not JSON. It begins: <html>Log in</html>").await;
    check("/broken", "column 13. It begins: {\"items\":[1,}").await;
    check("/path", "nothing found at `items`").await;
    check("/trailing", "more text after the end").await;
    check("/deep", "more than 256 lists").await;
    check("/nan", "expected a value").await;
    check("/half", "half a character").await;
    check("/bytes", "is not valid UTF-8 text: see byte 11").await;
}

#[tokio::test]
async fn calls_that_may_be_repeated_are_and_others_are_not() {
    let retry = json!({ "tries": 3, "base_ms": 1, "max_ms": 5 });
    let check = async |params: serde_json::Value, status: &'static str, tries: usize| {
        let server = Server::start(move |_| reply(status, &[], ""));
        let mut params = params;
        params["url"] = json!(server.url);
        let ran = call(json!({ "params": params, "retry": retry }), json!([{}])).await;
        assert_eq!(ran.outcome.status, RunStatus::Failed);
        assert_eq!(server.seen().len(), tries, "{params} {status}");
        assert_eq!(ran.error().attempts as usize, tries);
        server.seen()
    };
    check(json!({}), "503 X", 3).await;
    check(json!({}), "500 X", 3).await;
    check(json!({}), "404 X", 1).await;
    check(json!({ "method": "PUT" }), "502 X", 3).await;
    check(json!({ "method": "POST" }), "429 X", 3).await;
    check(json!({ "method": "POST" }), "500 X", 1).await;
    check(json!({ "method": "PATCH" }), "504 X", 1).await;
    let keyed = check(json!({ "method": "POST", "idempotency": {} }), "500 X", 3).await;
    let keys: Vec<_> = keyed.iter().map(|got| got.header("Idempotency-Key").to_owned()).collect();
    assert_eq!(keys, vec!["r/call/start:0/0/call"; 3]);
}

#[tokio::test]
async fn an_error_with_status_200_is_one_where_the_node_says_so() {
    let server = Server::start(|got| match got.target.as_str() {
        "/bad" => json_reply(&json!({ "ok": false, "error": "invalid_auth" })),
        _ => json_reply(&json!({ "ok": true, "rows": [1] })),
    });
    let node = |path: &str| json!({ "connection": "chat", "params": { "url": format!("{}{path}", server.url), "items": "rows", "fail_when": "ok = false" } });
    assert_eq!(call(node("/good"), json!([{}])).await.items, ["1"]);
    let ran = call(node("/bad"), json!([{}])).await;
    assert_eq!(ran.error().message, "Chat refused the request: invalid_auth (200).");
    assert_eq!(ran.error().key.as_deref(), Some("/params/fail_when"));
}

#[tokio::test]
async fn a_broken_write_is_not_repeated_and_its_outcome_is_unknown() {
    let server = Server::start(|_| b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec());
    // The connection stays open, so the answer stops rather than breaks off.
    let node = |method: &str| {
        json!({ "params": { "method": method, "url": server.url }, "timeout_ms": 200,
            "retry": { "tries": 2, "base_ms": 1, "max_ms": 5 } })
    };
    let post = call(node("POST"), json!([{}])).await;
    assert_eq!(post.error().class, ErrorClass::UnknownOutcome, "{:?}", post.error());
    assert_eq!(server.seen().len(), 1);
    let get = call(node("GET"), json!([{}])).await;
    assert_eq!(get.error().class, ErrorClass::Timeout);
    assert_eq!(server.seen().len(), 3);
}

/// A system that reads a whole request and then does something else than answer.
fn breaks_off(how: &'static str) -> (String, Arc<Mutex<usize>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(0));
    let log = Arc::clone(&seen);
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in listener.incoming().flatten() {
            let mut got = Vec::new();
            while !got.windows(8).any(|bytes| bytes == br#""end":1}"#) {
                let mut bytes = [0; 1024];
                let n = stream.read(&mut bytes).unwrap();
                got.extend_from_slice(&bytes[..n]);
                if n == 0 {
                    break;
                }
            }
            *log.lock().unwrap() += 1;
            match how {
                "no answer" => open.push(stream),
                "cut head" => stream.write_all(b"HTTP/1.1 20").unwrap(),
                "cut body" => {
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{").unwrap();
                }
                _ => {}
            }
        }
    });
    (url, seen)
}

#[tokio::test]
async fn a_write_that_breaks_off_anywhere_after_it_left_is_not_repeated() {
    for how in ["close", "no answer", "cut head", "cut body"] {
        for (method, idempotency, tries, class) in [
            ("POST", Json::Null, 1, Some(ErrorClass::UnknownOutcome)),
            ("PATCH", Json::Null, 1, Some(ErrorClass::UnknownOutcome)),
            ("PUT", Json::Null, 3, None),
            ("POST", json!({}), 3, None),
        ] {
            let (url, seen) = breaks_off(how);
            let mut params = json!({ "method": method, "url": url, "body": { "type": "json", "value": { "end": 1 } } });
            if !idempotency.is_null() {
                params["idempotency"] = idempotency;
            }
            // The rules ask for more than is safe.
            let node = json!({ "params": params, "timeout_ms": 300, "retry": {
                "tries": 3, "base_ms": 1, "on": { "classes": ["unknown_outcome", "timeout", "connection"] } } });
            let ran = call(node, json!([{}])).await;
            assert_eq!(*seen.lock().unwrap(), tries, "{method}, {how}: {:?}", ran.error());
            match class {
                Some(class) => assert_eq!(ran.error().class, class, "{method}, {how}"),
                None => assert_ne!(ran.error().class, ErrorClass::UnknownOutcome, "{how}"),
            }
        }
    }
}

#[tokio::test]
async fn rules_choose_the_statuses_and_the_time_for_further_tries() {
    let tries = async |status: &'static str, retry: Json| {
        let server = Server::start(move |_| reply(status, &[], ""));
        let mut params = json!({ "url": server.url });
        if status.starts_with("50") {
            params["method"] = json!("POST");
        }
        call(json!({ "params": params, "retry": retry }), json!([{}])).await;
        server.seen().len()
    };
    let on = |statuses: Json| json!({ "tries": 3, "base_ms": 1, "on": { "statuses": statuses } });
    assert_eq!(tries("404 X", on(json!([404]))).await, 3);
    assert_eq!(tries("404 X", on(json!([503]))).await, 1);
    // A failed write is not safe to repeat, whatever the rules say; one that was put off is.
    assert_eq!(tries("500 X", on(json!([500, 503]))).await, 1);
    assert_eq!(tries("503 X", on(json!([500, 503]))).await, 3);
    let short =
        json!({ "tries": 9, "base_ms": 60, "factor": 1, "jitter": "none", "max_total_ms": 150 });
    let n = tries("429 X", short).await;
    assert!((2..=3).contains(&n), "{n}");
}

#[tokio::test]
async fn retry_after_is_kept_to_within_the_cap() {
    let server = Server::start(|got| match got.nth {
        0 => reply("429 X", &[("Retry-After", "1")], ""),
        1 => json_reply(&json!({ "ok": true })),
        _ => reply("429 X", &[("Retry-After", "Wed, 21 Oct 2099 07:28:00 GMT")], ""),
    });
    let node = json!({ "params": { "url": server.url }, "retry": { "tries": 3, "base_ms": 1, "max_ms": 2000 } });
    let began = std::time::Instant::now();
    let ran = call(node.clone(), json!([{}])).await;
    assert_eq!(ran.items, [r#"{"ok":true}"#]);
    assert!(began.elapsed().as_millis() >= 1000);
    let ran = call(node, json!([{}])).await;
    assert_eq!((ran.error().class, server.seen().len()), (ErrorClass::Limit, 3));
}

#[tokio::test]
async fn a_secret_is_in_nothing_that_is_told() {
    let server = Server::start(|got| {
        let echo =
            format!("{{\"error\":\"bad {} in {}\"}}", got.header("authorization"), got.target);
        reply("400 X", &[("Content-Type", "application/json"), ("Set-Cookie", "s=canary-4")], echo)
    });
    let node = json!({ "params": {
        "method": "POST",
        "url": format!("{}/?api_key=canary-1", server.url),
        "headers": { "Authorization": "Bearer canary-2", "X-Api-Key": "canary-3" },
        "body": { "type": "json", "value": { "password": "canary-5", "user": "u" } },
    }, "on_error": "skip" });
    let ran = call(node, json!([{}])).await;
    assert!(server.seen()[0].text().contains("canary-5"));
    assert_eq!(ran.outcome.status, RunStatus::OkWithRejects);
    assert!(ran.told.contains("bad Bearer ••••"), "{}", ran.told);
    assert!(!ran.told.contains("canary"), "{}", ran.told);
}

#[tokio::test]
async fn a_large_list_goes_on_as_it_arrives() {
    let body = {
        let mut body = String::from("{\"rows\":[");
        for id in 0..20_000 {
            body.push_str(if id > 0 { "," } else { "" });
            body.push_str(&json!({ "id": id, "text": "x".repeat(1100) }).to_string());
        }
        body + "]}"
    };
    assert!(body.len() > 20 << 20);
    let whole = std::sync::Arc::new(json_reply_text(&body));
    let cut = whole[..whole.len() - 3].to_vec();
    let answer = whole.clone();
    let server = Server::start(move |_| answer.to_vec());
    let ran = call(json!({ "params": { "url": server.url, "items": "rows" } }), json!([{}])).await;
    assert_eq!(ran.items.len(), 20_000);
    assert!(ran.items[19_999].starts_with(r#"{"id":19999,"#));
    assert_eq!(server.seen().len(), 1);
    // What breaks off is an error, even when much of it has gone on.
    let server = Server::start(move |_| cut.clone());
    let node = json!({ "params": { "url": server.url, "items": "rows" }, "timeout_ms": 3000 });
    let ran = call(node, json!([{}])).await;
    assert_eq!(ran.outcome.status, RunStatus::Failed);
    assert!(ran.items.len() > 10_000);
}

fn json_bytes(body: &[u8]) -> Vec<u8> {
    reply("200 OK", &[("Content-Type", "application/json")], body)
}

fn json_reply_text(body: &str) -> Vec<u8> {
    reply("200 OK", &[("Content-Type", "application/json")], body)
}
