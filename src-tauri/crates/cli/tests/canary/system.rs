//! A system that lets everybody in, gives out tokens with the canary, and says what it was told in
//! every form that it can think of: in headers, in the bodies of errors, in places to go on to.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;

use crate::search::{CANARY, forms};

/// The calls that were met, as `connection/path`, and those of them that carried the canary.
#[derive(Default)]
pub(crate) struct Met {
    pub(crate) all: BTreeSet<String>,
    pub(crate) with_canary: BTreeSet<String>,
}

pub(crate) struct System {
    pub(crate) url: String,
    met: Arc<Mutex<Met>>,
    _serving: tokio::task::JoinSet<()>,
}

impl System {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let met = Arc::new(Mutex::new(Met::default()));
        let (base, noted) = (url.clone(), Arc::clone(&met));
        let answer = move |request: Request| {
            let (base, noted) = (base.clone(), Arc::clone(&noted));
            async move { answer(request, &base, &noted).await }
        };
        let mut serving = tokio::task::JoinSet::new();
        serving.spawn(async move {
            axum::serve(listener, axum::Router::new().fallback(answer)).await.unwrap();
        });
        Self { url, met, _serving: serving }
    }

    pub(crate) fn met<T>(&self, look: impl FnOnce(&Met) -> T) -> T {
        look(&self.met.lock().unwrap())
    }
}

#[expect(clippy::too_many_lines, reason = "a table: one arm for each thing that a call can meet")]
async fn answer(request: Request, base: &str, met: &Mutex<Met>) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1024 * 1024).await.unwrap_or_default();
    let path = head.uri.path().trim_start_matches('/').to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let told = told(&head.uri.to_string(), &head.headers, &body);
    {
        let mut met = met.lock().unwrap();
        met.all.insert(path.clone());
        if forms().iter().any(|(_, form)| memchr::memmem::find(told.as_bytes(), form).is_some()) {
            met.with_canary.insert(path.clone());
        }
    }
    let (connection, what) = path.split_once('/').unwrap_or(("", &path));
    let echo = || echo(&told);
    let error = |status: u16| {
        let status = StatusCode::from_u16(status).unwrap();
        (status, [(header::CONTENT_TYPE, "application/json")], echo()).into_response()
    };
    let json = |value: serde_json::Value| {
        ([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
    };
    let param = |name: &str| {
        let find = |(key, value): (_, std::borrow::Cow<'_, str>)| {
            (key == name).then(|| value.into_owned())
        };
        form_urlencoded::parse(query.as_bytes()).find_map(find).unwrap_or_default()
    };
    let token = |kind: &str| format!("{kind}-{connection}-{CANARY}-{}", unique());
    match what {
        "token" => json(json!({
            "access_token": token("access"), "refresh_token": token("refresh"),
            "id_token": token("id"), "token_type": "Bearer", "expires_in": 3600, "scope": "read",
        })),
        "device" => json(json!({
            "device_code": token("device"), "user_code": "WDJB-MJHT", "expires_in": 60,
            "interval": 1, "verification_uri": format!("{base}/{connection}/verify"),
        })),
        "authorize" => {
            let place = format!(
                "{}?code={}&state={}",
                param("redirect_uri"),
                form_urlencoded::byte_serialize(token("code").as_bytes()).collect::<String>(),
                param("state")
            );
            (StatusCode::FOUND, [(header::LOCATION, place)]).into_response()
        }
        "login" => (
            [
                (header::SET_COOKIE, format!("sid={}; Path=/", token("cookie"))),
                (header::CONTENT_TYPE, "application/json".to_owned()),
            ],
            json!({ "session": token("session") }).to_string(),
        )
            .into_response(),
        "csrf" => ([("x-csrf-token", token("csrf"))], "").into_response(),
        "token-fails" => {
            let words = json!({ "error": "invalid_client", "error_description": told });
            (
                StatusCode::BAD_REQUEST,
                [(header::CONTENT_TYPE, "application/json")],
                words.to_string(),
            )
                .into_response()
        }
        "login-fails" => error(401),
        "digest" if head.headers.get(header::AUTHORIZATION).is_none() => {
            let asks = "Digest realm=\"r\", nonce=\"abc\", qop=\"auth\", algorithm=SHA-256";
            (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, asks)]).into_response()
        }
        "ok" | "post" | "digest" => {
            let heads = head.headers.iter().filter_map(|(_, value)| value.to_str().ok());
            let line: String = heads.collect::<Vec<_>>().join(", ");
            let headers = [
                ("x-echo", format!("{line} {query}")),
                ("x-echo-packed", STANDARD.encode(format!("a{line}{query}"))),
            ];
            (headers, "[{\"id\":1}]").into_response()
        }
        "redirect" => {
            let place = format!("{base}/{connection}/e404/{}?{query}&x=1", percent(&told));
            (StatusCode::FOUND, [(header::LOCATION, place)]).into_response()
        }
        "away" => {
            let place = base.replace("127.0.0.1", "localhost");
            let place = format!("{place}/away-from-{connection}/e500?told={}", percent(&told));
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, place)]).into_response()
        }
        "nowhere" => {
            let place = format!("ftp://h/{}?{query}", percent(&told));
            (StatusCode::FOUND, [(header::LOCATION, place)]).into_response()
        }
        "badjson" => {
            let body = format!("{{\"told\": {} oops", serde_json::to_string(&told).unwrap());
            ([(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        "html" => {
            let body = format!("<html><p>{}</p>", escape(&told));
            (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], body).into_response()
        }
        "cut" => {
            let pieces = [Ok(Bytes::from(format!("[{}", echo()))), Err("cut")];
            Body::from_stream(futures::stream::iter(pieces)).into_response()
        }
        "e429" => {
            let mut answer = error(429);
            answer.headers_mut().insert(header::RETRY_AFTER, "0".parse().unwrap());
            answer
        }
        "slow" => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            error(500)
        }
        other => {
            let status = other.strip_prefix('e').and_then(|rest| rest.get(..3));
            error(status.and_then(|text| text.parse().ok()).unwrap_or(404))
        }
    }
}

/// All of a call, as one text; the plain text of what Basic packs too.
fn told(url: &str, headers: &HeaderMap, body: &[u8]) -> String {
    let mut told = format!("{url}\n");
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let _ = writeln!(told, "{name}: {value}");
        let plain = value.strip_prefix("Basic ").and_then(|packed| STANDARD.decode(packed).ok());
        if let Some(plain) = plain {
            let _ = writeln!(told, "login {}", String::from_utf8_lossy(&plain));
        }
    }
    told.push_str(&String::from_utf8_lossy(body));
    told
}

/// What was told, in many forms. Each part has an end of its own, so that what hides a secret must
/// find each.
fn echo(told: &str) -> String {
    let hex = told.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    json!({
        "told": told,
        "percent": percent(told),
        "percent_small": percent(told).to_lowercase(),
        "form": form_urlencoded::byte_serialize(told.as_bytes()).collect::<String>(),
        "hex": hex,
        "capitals": hex.to_uppercase(),
        "packed": [STANDARD.encode(told), STANDARD.encode(format!("a{told}")),
                   STANDARD.encode(format!("ab{told}"))],
        "url_packed": [URL_SAFE_NO_PAD.encode(told), URL_SAFE_NO_PAD.encode(format!("a{told}")),
                       URL_SAFE_NO_PAD.encode(format!("ab{told}"))],
        "json": json!({ "told": told }).to_string(),
        "xml": escape(told),
    })
    .to_string()
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn unique() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
