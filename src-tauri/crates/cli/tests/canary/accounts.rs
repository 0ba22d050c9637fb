//! A connection for every way to sign in, each with the canary in all of its secrets.

use serde_json::{Value as Json, json};

use crate::search::CANARY;

pub(crate) struct Account {
    pub(crate) id: &'static str,
    pub(crate) spec: Json,
    /// The secrets that a user sets.
    pub(crate) slots: &'static [&'static str],
    /// Whether a user has to say yes.
    pub(crate) asks: bool,
    /// Whether its calls carry a secret that the system can read.
    pub(crate) shows: bool,
    /// Whether its calls must be SOAP.
    pub(crate) soap: bool,
}

/// What a user types in for a secret. What goes into a header can have no letter but ASCII.
pub(crate) fn value(id: &str, slot: &str) -> String {
    match slot {
        "client_certificate" => {
            format!("-----BEGIN CERTIFICATE-----\n{CANARY}\n-----END CERTIFICATE-----\n")
        }
        "password" | "proxy_password" => format!("{id}\"<&%41 {CANARY} \u{e9}\\n"),
        _ => format!("{id}-{slot}-{CANARY}-0123456789abcdef"),
    }
}

#[expect(clippy::too_many_lines, reason = "a table: one line for each way to sign in")]
pub(crate) fn accounts(base: &str) -> Vec<Account> {
    let account = |id: &'static str, auth: Json, slots: &'static [&'static str]| Account {
        id,
        spec: json!({
            "id": id, "environment": "dev", "name": id, "base_url": format!("{base}/{id}"),
            "auth": auth, "circuit": { "failures": 0 }, "limits": { "learn": false },
            "probe": { "path": "/e403" },
        }),
        slots,
        asks: false,
        shows: true,
        soap: false,
    };
    let oauth = |id: &'static str, more: Json, slots: &'static [&'static str]| {
        let mut auth = json!({
            "type": "oauth2", "token_url": format!("{base}/{id}/token"), "client_id": "app",
            "authorize_url": format!("{base}/{id}/authorize"),
            "device_url": format!("{base}/{id}/device"), "scopes": ["read"],
        });
        for (key, value) in more.as_object().unwrap() {
            auth[key] = value.clone();
        }
        account(id, auth, slots)
    };
    let key = |place: &str, name: &str| json!({ "type": "api_key", "place": place, "name": name, "prefix": "" });
    let jwt = json!({ "algorithm": "HS256", "issuer": "app", "subject": "app" });
    let session = |id: &str, path: &str| {
        json!({ "type": "session", "user": "ada", "header": "X-Place", "prefix": "",
                "login": { "path": format!("{base}/{id}/{path}"), "method": "POST",
                           "content_type": "application/json",
                           "body": "{\"user\":\"{user}\",\"word\":\"{password}\"}" },
                "token": { "type": "path", "path": "session" } })
    };
    let sigv4 = |place: &str| {
        json!({ "type": "sigv4", "access_key_id": "AKIDEXAMPLE", "region": "eu-central-1",
                "service": "execute-api", "place": place })
    };
    let ws = |kind: &str| json!({ "type": "ws_security", "user": "ada", "password": kind });
    let basic = json!({ "type": "basic", "user": "ada" });
    let mut csrf = account("csrf", basic.clone(), &["password"]);
    csrf.spec["csrf"] = json!({ "path": "/csrf" });
    csrf.spec["cookies"] = json!(true);
    let mut mtls = account(
        "mtls",
        json!({ "type": "bearer" }),
        &["token", "client_certificate", "client_passphrase"],
    );
    mtls.spec["tls"] = json!({ "client_certificate": true });
    let mut proxy = account("proxy", json!({ "type": "bearer" }), &["token", "proxy_password"]);
    proxy.spec["proxy"] = json!({ "url": base, "user": "ada" });
    let hidden = |account: Account| Account { shows: false, ..account };
    let asking = |account: Account| Account { asks: true, ..account };
    let soap = |account: Account| Account { soap: true, ..account };
    vec![
        account("key-header", key("header", "X-Place"), &["key"]),
        account("key-query", key("query", "place"), &["key"]),
        account("key-cookie", key("cookie", "place"), &["key"]),
        account(
            "headers",
            json!({ "type": "headers", "names": ["X-App", "X-User"] }),
            &["X-App", "X-User"],
        ),
        account("basic", basic, &["password"]),
        account("bearer", json!({ "type": "bearer" }), &["token"]),
        hidden(account("digest", json!({ "type": "digest", "user": "ada" }), &["password"])),
        oauth(
            "client-basic",
            json!({ "grant": "client_credentials", "client_auth": "basic" }),
            &["client_secret"],
        ),
        oauth(
            "client-post",
            json!({ "grant": "client_credentials", "client_auth": "post" }),
            &["client_secret"],
        ),
        oauth(
            "client-jwt",
            json!({ "grant": "client_credentials", "client_auth": "client_secret_jwt" }),
            &["client_secret"],
        ),
        oauth(
            "password",
            json!({ "grant": "password", "user": "ada", "client_auth": "none" }),
            &["password"],
        ),
        oauth(
            "jwt-bearer",
            json!({ "grant": "jwt_bearer", "client_auth": "none", "jwt": jwt.clone() }),
            &["private_key"],
        ),
        asking(oauth(
            "code",
            json!({ "grant": "authorization_code", "client_auth": "post" }),
            &["client_secret"],
        )),
        asking(oauth("device", json!({ "grant": "device_code", "client_auth": "none" }), &[])),
        hidden(oauth(
            "refused",
            json!({ "grant": "client_credentials", "client_auth": "post",
            "token_url": format!("{base}/refused/token-fails") }),
            &["client_secret"],
        )),
        hidden(account(
            "jwt",
            json!({ "type": "jwt", "algorithm": "HS256", "issuer": "app" }),
            &["private_key"],
        )),
        hidden(account(
            "oauth1",
            json!({ "type": "oauth1", "consumer_key": "app", "token": "t" }),
            &["consumer_secret", "token_secret"],
        )),
        account("sigv4-header", sigv4("header"), &["secret_access_key", "session_token"]),
        account("sigv4-query", sigv4("query"), &["secret_access_key", "session_token"]),
        soap(account("ws-text", ws("text"), &["password"])),
        soap(hidden(account("ws-digest", ws("digest"), &["password"]))),
        account("session", session("session", "login"), &["password"]),
        hidden(account(
            "session-refused",
            session("session-refused", "login-fails"),
            &["password"],
        )),
        csrf,
        hidden(mtls),
        hidden(proxy),
    ]
}
