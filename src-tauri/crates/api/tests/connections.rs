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
