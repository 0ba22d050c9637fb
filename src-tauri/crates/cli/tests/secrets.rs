//! `gantry secrets` as a shell sees it: what is set is said, never what it is.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use api::{App, AppOptions, dispatch};
use serde_json::{Value as Json, json};

struct Said {
    code: i32,
    out: String,
    err: String,
}

#[expect(clippy::disallowed_methods, reason = "the command line is a program of its own")]
fn gantry(folder: &Path, passphrase: Option<&str>, args: &[&str], input: &str) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gantry"));
    if let Some(passphrase) = passphrase {
        let path = folder.join("passphrase");
        std::fs::write(&path, format!("{passphrase}\n")).unwrap();
        command.env("GANTRY_PASSPHRASE_FILE", path);
    }
    let mut child = command
        .args(args)
        .env("GANTRY_DATA_DIR", folder)
        .env("GANTRY_VAULT", "file")
        .env("GANTRY_SECRET_SHOP_PRODUCTION_CLIENT_SECRET", "of-the-environment")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

async fn connection(folder: &Path, environment: &str) {
    let data_dir = Some(folder.to_owned());
    let app = App::open(AppOptions { data_dir, ..AppOptions::default() }).await.unwrap();
    let spec = json!({ "id": "shop", "environment": environment, "name": "Shop",
        "base_url": "https://shop.example", "auth": { "type": "oauth2", "client_id": "app",
        "grant": "client_credentials", "token_url": "https://shop.example/token" } });
    let args = json!({ "spec": spec }).to_string();
    dispatch(&app, "connections.save", args.as_bytes()).await.unwrap();
    app.close().await;
}

#[tokio::test]
async fn secrets_are_set_listed_and_cleared_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    connection(folder, "test").await;
    connection(folder, "production").await;
    let (set, clear) = (["secrets", "set", "shop@test", "client_secret"], ["secrets", "clear"]);

    let locked = gantry(folder, None, &set, "s3cret-value\n");
    assert_eq!(locked.code, 2, "{}", locked.err);
    assert!(locked.err.contains("GANTRY_PASSPHRASE_FILE"), "{}", locked.err);

    let said = gantry(folder, Some("right"), &set, "s3cret-value\n");
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
    assert!(said.err.contains("client_secret of shop@test is set"), "{}", said.err);
    let wrong = gantry(folder, Some("wrong"), &set, "other");
    assert!(wrong.code != 0 && wrong.err.contains("another"), "{}", wrong.err);

    let listed = gantry(folder, Some("right"), &["secrets", "list", "--json"], "");
    let lines: Vec<Json> =
        listed.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let is_set = |connection: &str, secret: &str| {
        let line = lines.iter().find(|l| l["connection"] == connection && l["secret"] == secret);
        line.map(|line| line["is_set"].clone())
    };
    assert_eq!(is_set("shop@test", "client_secret"), Some(json!(true)));
    assert_eq!(is_set("shop@test", "tokens"), Some(json!(false)));
    assert_eq!(is_set("shop@production", "client_secret"), Some(json!(true)), "{}", listed.out);

    let args = [&clear[..], &["shop@test", "client_secret"]].concat();
    assert_eq!(gantry(folder, Some("right"), &args, "").code, 0);
    let after = gantry(folder, Some("right"), &["secrets", "list", "shop@test"], "");
    assert!(after.out.contains("missing"), "{}", after.out);

    for (args, words) in [
        (&["secrets", "set", "shop", "client_secret"][..], "shop@test"),
        (&["secrets", "set", "shop@staging", "client_secret"], "shop@test"),
        (&["secrets", "set", "shop@test", "passwort"], "client_secret, tokens"),
        (&["secrets", "set", "shop@test", "tokens"], "connect"),
        (&["secrets", "set", "shop@production", "client_secret"], "GANTRY_SECRET_SHOP_PRODUCTION"),
        (&["secrets", "list", "store@test"], "store@test"),
    ] {
        let refused = gantry(folder, Some("right"), args, "s3cret-value");
        assert!(refused.code != 0 && refused.err.contains(words), "{args:?}: {}", refused.err);
        assert!(!refused.err.contains("s3cret-value"), "{}", refused.err);
    }
    let empty = gantry(folder, Some("right"), &set, "\n");
    assert!(empty.err.contains("is empty"), "{}", empty.err);
}
