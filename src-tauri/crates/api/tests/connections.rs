//! Connections and their secrets, as a UI calls them.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::sync::Arc;

use api::types::{ApiError, Code};
use api::{App, AppOptions, dispatch};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use vault::{SecretKey, Vault};

struct Host {
    app: Arc<App>,
    vault: Arc<Vault>,
    _folder: TempDir,
}

async fn host() -> Host {
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::memory());
    let options = AppOptions {
        data_dir: Some(folder.path().to_owned()),
        vault: Some(Arc::clone(&vault)),
        ..AppOptions::default()
    };
    Host { app: App::open(options).await.unwrap(), vault, _folder: folder }
}

impl Host {
    async fn try_call(&self, name: &str, args: Json) -> Result<Json, ApiError> {
        let answer = dispatch(&self.app, name, args.to_string().as_bytes()).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    async fn call(&self, name: &str, args: Json) -> Json {
        self.try_call(name, args).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    async fn refused(&self, name: &str, args: Json) -> ApiError {
        self.try_call(name, args).await.expect_err(name)
    }

    fn secret(&self, owner: &str, slot: &str) -> Option<String> {
        let secret = self.vault.get(&SecretKey::new(owner, slot)).unwrap();
        secret.map(|secret| secret.reveal().to_owned())
    }
}

/// A system that lets in who shows the key, and says who that is.
async fn system() -> String {
    use axum::extract::Request;
    use axum::http::StatusCode;
    use axum::response::IntoResponse;

    let answer = async |request: Request| {
        let key = request.headers().get("x-key").and_then(|value| value.to_str().ok());
        match (key, request.uri().path()) {
            (_, "/token") => {
                let tokens = json!({ "access_token": "given-access", "token_type": "Bearer",
                                     "refresh_token": "given-refresh", "expires_in": 3600,
                                     "scope": "api:read" });
                let kind = [("content-type", "application/json")];
                (StatusCode::OK, kind, tokens.to_string()).into_response()
            }
            (Some("right"), "/me") => {
                let me = json!({ "user": { "name": "Ada" }, "env": "sandbox", "scope": "read write",
                                 "echo": "right" });
                let limits = [("x-ratelimit-remaining", "4832"), ("x-ratelimit-limit", "5000")];
                (StatusCode::OK, limits, me.to_string()).into_response()
            }
            (Some("right"), "/orders") => (StatusCode::OK, "[]".to_owned()).into_response(),
            (Some("right"), _) => StatusCode::NOT_FOUND.into_response(),
            _ => StatusCode::UNAUTHORIZED.into_response(),
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut serving = tokio::task::JoinSet::new();
    serving.spawn(async move {
        axum::serve(listener, axum::Router::new().fallback(answer)).await.unwrap();
    });
    // It lives as long as the test's runtime.
    serving.detach_all();
    url
}

fn shop() -> Json {
    json!({ "id": "shop", "environment": "test", "name": "Shop", "base_url": "https://shop.example",
            "auth": { "type": "api_key", "place": "header", "name": "X-Key", "prefix": "" } })
}

#[tokio::test]
async fn a_connection_is_made_changed_and_forgotten_with_its_secrets() {
    let host = host().await;
    let made = host.call("connections.save", json!({ "spec": shop() })).await;
    assert_eq!(made["health"]["state"], "missing_secrets");
    assert_eq!(made["slots"][0]["is_set"], false);
    let at = json!({ "id": "shop", "environment": "test" });
    let set = host
        .call(
            "connections.secret",
            json!({ "id": "shop", "environment": "test", "slot": "key", "value": "s3cret-value" }),
        )
        .await;
    assert_eq!(
        (&set["slots"][0]["is_set"], &set["health"]["state"]),
        (&json!(true), &json!("ready"))
    );
    assert!(!set.to_string().contains("s3cret-value"));

    // Under another id and in another environment it has its secrets still.
    let mut spec = shop();
    spec["id"] = json!("store");
    spec["environment"] = json!("production");
    let moved = host.call("connections.save", json!({ "spec": spec, "was": at })).await;
    assert_eq!(moved["slots"][0]["is_set"], true);
    assert_eq!(host.secret("store@production", "key").as_deref(), Some("s3cret-value"));
    assert_eq!(host.secret("shop@test", "key"), None);
    assert_eq!(host.refused("connections.open", at.clone()).await.code, Code::NotFound);

    // A copy elsewhere has none.
    let copy = host
        .call(
            "connections.duplicate",
            json!({ "id": "store", "environment": "production", "to": "dev" }),
        )
        .await;
    assert_eq!(copy["slots"][0]["is_set"], false);
    assert_eq!(copy["environments"], json!(["dev", "production"]));
    let taken = host
        .refused(
            "connections.duplicate",
            json!({ "id": "store", "environment": "production", "to": "dev" }),
        )
        .await;
    assert!(taken.message.contains("already"), "{taken}");

    // What it does not need any more is not kept.
    let production = json!({ "id": "store", "environment": "production" });
    let mut spec = moved["spec"].clone();
    spec["auth"] = json!({ "type": "none" });
    host.call("connections.save", json!({ "spec": spec, "was": production })).await;
    assert_eq!(host.secret("store@production", "key"), None);

    host.call(
        "connections.secret",
        json!({ "id": "store", "environment": "dev", "slot": "key", "value": "other" }),
    )
    .await;
    host.call("connections.delete", json!({ "id": "store", "environment": "dev" })).await;
    assert_eq!(host.secret("store@dev", "key"), None);
    let list = host.call("connections.list", json!({})).await;
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["auth"], "None");
}

#[tokio::test]
async fn a_secret_that_is_refused_is_not_told() {
    let host = host().await;
    host.call("connections.save", json!({ "spec": shop() })).await;
    for value in [json!(918_273), json!(["918273"]), json!({ "918273": true })] {
        let args = json!({ "id": "shop", "environment": "test", "slot": "key", "value": value });
        let error = host.refused("connections.secret", args).await;
        assert_eq!(error.code, Code::Invalid);
        assert!(!error.message.contains("918273"), "{error}");
    }
    let args = json!({ "id": "shop", "environment": "test", "slot": "nonsense", "value": "x" });
    assert!(host.refused("connections.secret", args).await.message.contains("Shop"));
}

#[tokio::test]
async fn what_cannot_be_a_connection_is_refused_in_words() {
    let host = host().await;
    let check = async |key: &str, value: &str, says: &str| {
        let mut spec = shop();
        spec[key] = json!(value);
        let error = host.refused("connections.save", json!({ "spec": spec })).await;
        assert!(error.message.contains(says), "{key}: {error}");
    };
    check("name", " ", "needs a name").await;
    check("id", "Shop One", "small letters").await;
    check("base_url", "shop.example", "https://").await;
    check("base_url", "https://me:pw@shop.example", "Basic").await;
    let mut spec = shop();
    spec["id"] = json!("");
    let made = host.call("connections.save", json!({ "spec": spec })).await;
    assert_eq!(made["spec"]["id"], "shop");
}

#[tokio::test]
async fn a_test_tells_who_we_are_and_what_is_left() {
    let host = host().await;
    let mut spec = shop();
    spec["base_url"] = json!(system().await);
    spec["probe"] =
        json!({ "path": "/me", "account": "user.name", "environment": "env", "scopes": "scope" });
    let at = json!({ "id": "shop", "environment": "test" });
    host.call("connections.save", json!({ "spec": spec })).await;
    let set =
        |value: &str| json!({ "id": "shop", "environment": "test", "slot": "key", "value": value });
    host.call("connections.secret", set("wrong")).await;
    let tested = host.call("connections.test", at.clone()).await;
    assert_eq!(tested["ok"], false);
    assert_eq!(tested["message"], "Shop refused the key (401).");
    assert!(tested["advice"].as_str().unwrap().starts_with("Check the key"), "{tested}");
    let view = host.call("connections.open", at.clone()).await;
    assert_eq!(view["health"]["state"], "broken");
    assert!(view["health"]["since"].is_number());

    host.call("connections.secret", set("right")).await;
    let tested = host.call("connections.test", at.clone()).await;
    let expected =
        json!([true, "Ada", "sandbox", ["read", "write"], "4832 of 5000 calls are left"]);
    let found = ["ok", "account", "environment", "scopes", "quota"].map(|key| &tested[key]);
    assert_eq!(json!(found), expected, "{tested}");
    assert!(!tested.to_string().contains("right"), "the key is masked, echoed too: {tested}");
    let view = host.call("connections.open", at.clone()).await;
    assert_eq!((&view["health"]["state"], &view["tested"]), (&json!("ready"), &tested));
    let list = host.call("connections.list", json!({})).await;
    assert_eq!(list[0]["account"], "Ada");

    // A system that is not there is told with what to do, and a change forgets the test.
    spec["base_url"] = json!("http://127.0.0.1:1");
    let saved = host.call("connections.save", json!({ "spec": spec, "was": at })).await;
    assert_eq!(saved["tested"], Json::Null);
    let tested = host.call("connections.test", at).await;
    assert_eq!(tested["ok"], false);
    assert!(tested["message"].as_str().unwrap().contains("127.0.0.1"), "{tested}");
}

fn flow(method: &str) -> Json {
    json!({ "gantry": 1, "id": "orders", "name": "Orders",
        "nodes": [
            { "id": "start", "type": "trigger.manual" },
            { "id": "get", "type": "http.request", "name": "Get orders", "connection": "shop",
              "params": { "method": method, "url": "/orders" } } ],
        "wires": [{ "from": "start", "to": "get" }] })
}

impl Host {
    async fn run(&self, args: Json) -> Json {
        let mut events = self.app.subscribe();
        let run = self.call("runs.start", args).await;
        loop {
            let batch = tokio::time::timeout(std::time::Duration::from_secs(20), events.next());
            for event in batch.await.unwrap().unwrap() {
                let event = serde_json::to_value(&event).unwrap();
                if event["type"] == "run_finished" && event["run"]["id"] == run["id"] {
                    return event["run"].clone();
                }
            }
        }
    }

    async fn add_shop(&self, url: &str, environment: &str) {
        let mut spec = shop();
        spec["base_url"] = json!(url);
        spec["environment"] = json!(environment);
        self.call("connections.save", json!({ "spec": spec })).await;
        let args =
            json!({ "id": "shop", "environment": environment, "slot": "key", "value": "right" });
        self.call("connections.secret", args).await;
    }

    async fn set_environment(&self, name: &str) {
        self.call("settings.set", json!({ "key": "environment", "value": name })).await;
    }
}

#[tokio::test]
async fn a_flow_finds_its_connection_in_the_environment_in_use_and_in_no_other() {
    let host = host().await;
    let url = system().await;
    let view = host.call("flows.import", json!({ "text": flow("GET").to_string() })).await;
    let found = &view["findings"]["diagnostics"];
    assert_eq!(found[0]["code"], "connection.missing", "{found}");
    assert_eq!(found[0]["at"], json!({ "node": "get", "key": "/connection" }));
    assert!(found[0]["message"].as_str().unwrap().contains("make it under Connections"));

    host.add_shop(&url, "test").await;
    let refused = host.refused("runs.start", json!({ "flow": "orders" })).await;
    assert_eq!(refused.code, Code::Broken);
    assert!(refused.message.contains("is not set up for development, only for test"), "{refused}");

    host.set_environment("test").await;
    let run = host.run(json!({ "flow": "orders" })).await;
    assert_eq!(run["status"], "ok", "{run}");
    let view = host.call("connections.open", json!({ "id": "shop", "environment": "test" })).await;
    assert_eq!(view["flows"], json!([{ "flow": "orders", "name": "Orders" }]));

    host.set_environment("staging").await;
    let refused = host.refused("runs.start", json!({ "flow": "orders" })).await;
    assert!(refused.message.contains("dev, test and production"), "{refused}");
}

#[tokio::test]
async fn a_run_that_writes_to_production_is_confirmed_first() {
    let host = host().await;
    let url = system().await;
    for environment in ["test", "production"] {
        host.add_shop(&url, environment).await;
    }
    host.call("flows.import", json!({ "text": flow("POST").to_string() })).await;
    host.set_environment("production").await;
    let refused = host.refused("runs.start", json!({ "flow": "orders" })).await;
    assert_eq!(refused.code, Code::Confirm);
    assert!(refused.message.contains("\"Get orders\" (POST at Shop)"), "{refused}");
    let run = host.run(json!({ "flow": "orders", "confirmed": true })).await;
    assert_eq!(run["status"], "ok", "{run}");
    // Elsewhere, and for what only reads, nobody is asked.
    host.set_environment("test").await;
    host.run(json!({ "flow": "orders" })).await;
    host.set_environment("production").await;
    host.call("flows.delete", json!({ "flow": "orders" })).await;
    host.call("flows.import", json!({ "text": flow("GET").to_string() })).await;
    host.run(json!({ "flow": "orders" })).await;
}

#[tokio::test]
async fn an_exported_flow_names_its_connection_and_has_nothing_of_it() {
    let host = host().await;
    host.add_shop("https://shop.example", "dev").await;
    host.call("flows.import", json!({ "text": flow("GET").to_string() })).await;
    let exported = host.call("flows.export", json!({ "flow": "orders" })).await.to_string();
    assert!(exported.contains("shop"));
    assert!(!exported.contains("right") && !exported.contains("shop.example"), "{exported}");
}

/// Comes back from the browser as the system would send it: to the address that it was given.
async fn come_back(asked: &Json, with: &str) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let url = transport::Url::parse(asked["url"].as_str().unwrap()).unwrap();
    let param = |name: &str| {
        let found = url.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned()).unwrap()
    };
    let back = transport::Url::parse(&param("redirect_uri")).unwrap();
    let address = format!("127.0.0.1:{}", back.port().unwrap());
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let path = format!("{}?{with}&state={}", back.path(), param("state"));
    let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_user_says_yes_in_the_browser_and_takes_it_back() {
    let host = host().await;
    let url = system().await;
    let mut spec = shop();
    spec["auth"] = json!({ "type": "oauth2", "grant": "authorization_code", "client_id": "gantry",
        "client_auth": "none", "authorize_url": format!("{url}/authorize"),
        "token_url": format!("{url}/token"), "scopes": ["api:read", "offline_access"] });
    let at = json!({ "id": "shop", "environment": "test" });
    let made = host.call("connections.save", json!({ "spec": spec })).await;
    assert_eq!(
        (&made["health"]["state"], &made["asks_user"]),
        (&json!("needs_sign_in"), &json!(true))
    );

    // The first question is given up by the second one.
    let first = host.call("connections.consent", at.clone()).await;
    let asked = host.call("connections.consent", at.clone()).await;
    assert_eq!(asked["scopes_in_words"], json!(["Read api", "Stay signed in when you are away"]));
    let of = |asked: &Json| json!({ "consent": asked["consent"] });
    let gone = host.refused("connections.consent.wait", of(&first)).await;
    assert_eq!(gone.code, Code::NotFound);

    let waiting = host.call("connections.consent.wait", of(&asked));
    let (view, ()) = tokio::join!(waiting, come_back(&asked, "code=abc"));
    assert_eq!(view["health"]["state"], "ready", "{view}");
    assert!(!view.to_string().contains("given-"), "{view}");
    assert!(host.secret("shop@test", "tokens").unwrap().contains("given-refresh"));

    let view = host.call("connections.disconnect", at.clone()).await;
    assert_eq!(view["health"]["state"], "needs_sign_in");
    assert_eq!(host.secret("shop@test", "tokens"), None);

    let asked = host.call("connections.consent", at.clone()).await;
    let waiting = host.refused("connections.consent.wait", of(&asked));
    let (refused, ()) = tokio::join!(waiting, come_back(&asked, "error=access_denied"));
    assert!(refused.message.contains("declined"), "{refused}");

    let asked = host.call("connections.consent", at).await;
    host.call("connections.consent.cancel", of(&asked)).await;
    assert_eq!(host.refused("connections.consent.wait", of(&asked)).await.code, Code::NotFound);
}

/// The paths of the fields of a kind, those inside others included.
fn fields_of(fields: &Json, kind: &str, at: &str, found: &mut Vec<String>) {
    for field in fields.as_array().into_iter().flatten() {
        let path = format!("{at}/{}", field["key"].as_str().unwrap());
        if field["kind"]["type"] == kind {
            found.push(path.clone());
        }
        fields_of(&field["kind"]["fields"], kind, &path, found);
        for option in field["kind"]["options"].as_array().into_iter().flatten() {
            let inside = format!("{path}:{}", option["value"].as_str().unwrap());
            fields_of(&option["fields"], kind, &inside, found);
        }
    }
}

#[tokio::test]
async fn the_form_of_a_connection_has_an_input_for_each_of_its_parts() {
    let form = host().await.call("connections.form", json!({})).await;
    let all = |kind: &str| {
        let mut found = Vec::new();
        fields_of(&form, kind, "", &mut found);
        found
    };
    // Claims may be anything; all the rest has a shape.
    assert_eq!(all("json"), ["/auth:oauth2/jwt/claims", "/auth:jwt/claims"]);
    assert_eq!(all("variants"), ["/auth", "/auth:session/token"]);
    assert_eq!(all("pairs"), ["/auth:oauth2/extra", "/headers"]);
    let environment = form.as_array().unwrap().iter().find(|field| field["key"] == "environment");
    let options = environment.unwrap()["kind"]["options"].as_array().unwrap().clone();
    assert_eq!(
        options.iter().map(|option| &option["label"]).collect::<Vec<_>>(),
        ["Development", "Test", "Production"]
    );
    let groups = all("group");
    for group in ["/limits", "/circuit", "/tls", "/proxy", "/expired", "/csrf", "/probe", "/caps"] {
        assert!(groups.iter().any(|found| found == group), "{group}: {groups:?}");
    }
}
