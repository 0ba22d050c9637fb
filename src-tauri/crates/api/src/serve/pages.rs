//! The designer's own files, as they were built into the program. Not what they show.

use std::borrow::Cow;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Site;

/// A file of the designer.
#[derive(Debug, Clone)]
pub struct Page {
    /// What is in it.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type.
    pub media_type: String,
}

/// Finds a file of the designer by its path, such as `index.html`.
pub type Pages = fn(path: &str) -> Option<Page>;

/// The pages may load nothing from elsewhere and be framed by nobody.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                      font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) async fn page(State(site): State<Site>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, "Pages can only be read.").into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    let wanted = if path.is_empty() { "index.html" } else { path };
    // The designer's own addresses, such as /flows/welcome, are all the one page.
    let found = (site.pages)(wanted).or_else(|| {
        let is_file = wanted.rsplit('/').next().is_some_and(|name| name.contains('.'));
        if is_file { None } else { (site.pages)("index.html") }
    });
    let Some(page) = found else { return absent(wanted) };
    let is_named_by_content = path.starts_with("assets/");
    let keep = if is_named_by_content { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = page.bytes.into_response();
    let headers = response.headers_mut();
    if let Ok(media_type) = HeaderValue::from_str(&page.media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let cookie = site.guard.set_cookie(request.uri().query());
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

fn absent(path: &str) -> Response {
    if path != "index.html" {
        return (StatusCode::NOT_FOUND, "There is no such file.").into_response();
    }
    let words = "<!doctype html><meta charset=utf-8><title>Gantry</title>\
        <h1>The designer was not built into this program</h1>\
        <p>Its commands answer all the same. To build it in, run <code>cargo xtask serve</code>, or \
        <code>npm ci &amp;&amp; npm run build</code> in the folder <code>ui</code>, and build \
        <code>gantry</code> again.</p>";
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], words).into_response()
}
