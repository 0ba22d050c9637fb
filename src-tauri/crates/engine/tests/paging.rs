//! `http.request` page by page: every kind of paging, its ends and its guards.

#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "helpers of tests are tests too, and json! gives values"
)]

mod support;

use flow::run::{ErrorClass, RunStatus};
use serde_json::{Value as Json, json};
use support::{Got, Ran, Server, call, json_reply, reply};

/// A list of 5 rows.
fn rows(from: usize, n: usize) -> Vec<Json> {
    (from..(from + n).min(5)).map(|id| json!({ "id": id })).collect()
}

fn number(got: &Got, name: &str) -> usize {
    got.query(name).map_or(0, |text| text.parse().unwrap())
}

async fn get(server: &Server, pages: Json) -> Ran {
    let params =
        json!({ "url": format!("{}/rows?x=1", server.url), "items": "rows", "pages": pages });
    call(json!({ "params": params }), json!([{}])).await
}

fn check(ran: &Ran, server: &Server, lineages: &[&str], targets: &[&str]) {
    assert_eq!(ran.outcome.status, RunStatus::Ok, "{}", ran.told);
    let ids: Vec<_> = (0..5).map(|id| format!("{{\"id\":{id}}}")).collect();
    assert_eq!(ran.items, ids);
    assert_eq!(ran.lineages, lineages);
    assert_eq!(server.targets(), targets);
}

const BY_TWO: [&str; 5] = ["call:0/0", "call:0/1", "call:1/0", "call:1/1", "call:2/0"];

#[tokio::test]
async fn by_page_number() {
    let answer = |got: &Got| {
        json_reply(
            &json!({ "rows": rows((number(got, "page") - 1) * 2, 2), "total": 5, "pages": "3" }),
        )
    };
    let server = Server::start(answer);
    let ran =
        get(&server, json!({ "type": "page", "param": "page", "size_param": "n", "size": 2 }))
            .await;
    let targets: Vec<_> = (1..5).map(|page| format!("/rows?x=1&n=2&page={page}")).collect();
    check(&ran, &server, &BY_TWO, &targets.iter().map(String::as_str).collect::<Vec<_>>());
    for stop in [
        json!({ "stop": "short", "size": 2 }),
        json!({ "total": "total" }),
        json!({ "total_pages": "pages" }),
    ] {
        let server = Server::start(answer);
        let mut pages = json!({ "type": "page", "param": "page" });
        pages.as_object_mut().unwrap().extend(stop.as_object().unwrap().clone());
        let ran = get(&server, pages).await;
        check(
            &ran,
            &server,
            &BY_TWO,
            &["/rows?x=1&page=1", "/rows?x=1&page=2", "/rows?x=1&page=3"],
        );
    }
}

#[tokio::test]
async fn by_offset() {
    let server = Server::start(|got| json_reply(&json!({ "rows": rows(number(got, "skip"), 2) })));
    let ran = get(
        &server,
        json!({ "type": "offset", "param": "skip", "limit_param": "$top", "limit": 2 }),
    )
    .await;
    let targets = [0, 2, 4, 5].map(|skip| format!("/rows?x=1&%24top=2&skip={skip}"));
    check(&ran, &server, &BY_TWO, &targets.each_ref().map(String::as_str));
}

#[tokio::test]
async fn by_cursor_in_the_query_the_body_or_the_last_item() {
    let next = |at: usize| if at + 2 < 5 { json!(format!("c{}", at + 2)) } else { Json::Null };
    let server = Server::start(move |got| {
        let at = got.query("after").map_or(0, |cursor| cursor[1..].parse().unwrap());
        json_reply(&json!({ "rows": rows(at, 2), "meta": { "next": next(at) } }))
    });
    let ran =
        get(&server, json!({ "type": "cursor", "param": "after", "path": "meta.next" })).await;
    check(&ran, &server, &BY_TWO, &["/rows?x=1", "/rows?x=1&after=c2", "/rows?x=1&after=c4"]);

    let server = Server::start(move |got| {
        let body: Json = serde_json::from_slice(&got.body).unwrap();
        let at = body["after"].as_str().map_or(0, |cursor| cursor[1..].parse().unwrap());
        json_reply(&json!({ "rows": rows(at, 2), "next": next(at) }))
    });
    let params = json!({ "method": "POST", "url": server.url, "items": "rows",
        "body": { "type": "json", "value": { "q": 1 } },
        "pages": { "type": "cursor", "param": "after", "path": "next", "where": "body" } });
    let ran = call(json!({ "params": params }), json!([{}])).await;
    check(&ran, &server, &BY_TWO, &["/", "/", "/"]);
    assert_eq!(server.seen()[1].text(), r#"{"q":1,"after":"c2"}"#);

    let server = Server::start(|got| {
        let at = got.query("starting_after").map_or(0, |id| id.parse::<usize>().unwrap() + 1);
        json_reply(&json!({ "rows": rows(at, 2), "has_more": at + 2 < 5 }))
    });
    let pages = json!({ "type": "cursor", "param": "starting_after", "last_item": "id", "more": "has_more" });
    let ran = get(&server, pages).await;
    check(
        &ran,
        &server,
        &BY_TWO,
        &["/rows?x=1", "/rows?x=1&starting_after=1", "/rows?x=1&starting_after=3"],
    );
}

#[tokio::test]
async fn by_link_header_and_by_next_url() {
    let server = Server::start(|got| {
        let at = number(got, "at");
        let link = format!("</rows?at=0>; rel=\"first\", <?at={}>; rel=\"next\"", at + 2);
        let headers = [("Content-Type", "application/json"), ("Link", link.as_str())];
        let body = json!({ "rows": rows(at, 2) }).to_string();
        reply("200 OK", &headers[..if at + 2 < 5 { 2 } else { 1 }], body)
    });
    let ran = get(&server, json!({ "type": "link" })).await;
    check(&ran, &server, &BY_TWO, &["/rows?x=1", "/rows?at=2", "/rows?at=4"]);

    let server = Server::start(|got| {
        let at = number(got, "at");
        let next = if at + 2 < 5 {
            format!("http://{}/rows?at={}", got.header("host"), at + 2)
        } else {
            String::new()
        };
        json_reply(&json!({ "rows": rows(at, 2), "next": next }))
    });
    let ran = get(&server, json!({ "type": "next_url", "path": "next" })).await;
    check(&ran, &server, &BY_TWO, &["/rows?x=1", "/rows?at=2", "/rows?at=4"]);
}

#[tokio::test]
async fn a_next_page_elsewhere_needs_leave_and_gets_no_credentials() {
    let other = Server::start(|got| {
        json_reply(&json!({ "rows": rows(2, 3), "auth": got.header("authorization") }))
    });
    let next = other.url.clone();
    let server = Server::start(move |_| json_reply(&json!({ "rows": rows(0, 2), "next": next })));
    let node = |other_hosts: bool| {
        json!({ "params": { "url": server.url, "items": "rows", "headers": { "Authorization": "Bearer canary" },
            "pages": { "type": "next_url", "path": "next", "other_hosts": other_hosts } } })
    };
    let ran = call(node(false), json!([{}])).await;
    assert_eq!(ran.error().class, ErrorClass::Answer);
    assert!(ran.error().message.contains("another address"), "{}", ran.error().message);
    let ran = call(node(true), json!([{}])).await;
    assert_eq!((ran.items.len(), ran.outcome.status), (5, RunStatus::Ok));
    assert_eq!(other.seen()[0].header("authorization"), "");
}

#[tokio::test]
async fn the_same_page_twice_and_too_many_pages_are_errors_and_the_items_stay() {
    let same = Server::start(|_| json_reply(&json!({ "rows": rows(0, 2), "next": "c" })));
    let ran = get(&same, json!({ "type": "page", "param": "page" })).await;
    assert!(ran.error().message.contains("sent the same page twice"), "{}", ran.error().message);
    assert_eq!((ran.items.len(), same.seen().len()), (2, 2));

    let cursor =
        Server::start(|got| json_reply(&json!({ "rows": [{ "id": got.nth }], "next": "c" })));
    let ran = get(&cursor, json!({ "type": "cursor", "param": "after", "path": "next" })).await;
    assert!(ran.error().message.contains("sent the same page twice"), "{}", ran.error().message);
    assert_eq!(cursor.seen().len(), 2);

    let endless = Server::start(|got| json_reply(&json!({ "rows": [{ "id": got.nth }] })));
    let ran = get(&endless, json!({ "type": "page", "param": "page", "max_pages": 3 })).await;
    assert!(ran.error().message.contains("more than 3 pages"), "{}", ran.error().message);
    assert_eq!((ran.error().class, endless.seen().len()), (ErrorClass::Stopped, 3));
}

#[tokio::test]
async fn the_pages_before_a_broken_one_are_kept() {
    let server = Server::start(|got| match got.nth {
        0 | 1 => json_reply(&json!({ "rows": rows(got.nth * 2, 2) })),
        _ => reply("403 Forbidden", &[], ""),
    });
    let ran = get(&server, json!({ "type": "page", "param": "page" })).await;
    assert_eq!((ran.items.len(), ran.error().class), (4, ErrorClass::Auth));
}

#[tokio::test]
async fn no_page_is_asked_for_before_it_is_needed_and_pauses_are_kept() {
    let server =
        Server::start(|got| json_reply(&json!({ "rows": rows((number(got, "page") - 1) * 2, 2) })));
    let began = std::time::Instant::now();
    let ran = get(&server, json!({ "type": "page", "param": "page", "delay_ms": 50 })).await;
    assert_eq!(ran.items.len(), 5);
    assert!(began.elapsed().as_millis() >= 150);
}
