//! The keyring as it is: a Secret Service of its own, in a session and a home of its own. Runs
//! where `dbus-run-session` and `gnome-keyring-daemon` are, and says so where it skips.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use vault::{KeeperKind, Secret, SecretKey, Vault, VaultOptions};

/// Set for the process inside the session: what it has to do there.
const TASK: &str = "GANTRY_TEST_SESSION";

fn key(slot: &str) -> SecretKey {
    SecretKey::new("shop@test", slot)
}

/// Not a test by itself: it is what the processes inside of sessions do.
#[test]
fn inside_of_a_session() {
    let Ok(task) = std::env::var(TASK) else { return };
    let folder = std::env::var("GANTRY_TEST_FOLDER").unwrap();
    let vault = Vault::open(VaultOptions::new(&folder));
    let long = "0123456789\n".repeat(6000);
    match task.as_str() {
        "keep" => {
            assert_eq!(vault.state().unwrap().keeper, KeeperKind::Keyring);
            assert_eq!(vault.get(&key("password")), Ok(None));
            vault.set(&key("password"), Secret::new("päss\nword")).unwrap();
            vault.set(&key("private_key"), Secret::new(&*long)).unwrap();
            vault.set(&key("gone"), Secret::new("gone")).unwrap();
            vault.delete(&key("gone")).unwrap();
            assert_eq!(vault.get(&key("gone")), Ok(None));
            // Entries of another data folder are others.
            let other = tempfile::tempdir().unwrap();
            let elsewhere = Vault::open(VaultOptions::new(other.path()));
            elsewhere.set(&key("x"), Secret::new("x")).unwrap();
            assert_eq!(elsewhere.get(&key("password")), Ok(None));
        }
        "read" => {
            assert_eq!(vault.get(&key("password")), Ok(Some(Secret::new("päss\nword"))));
            assert_eq!(vault.get(&key("private_key")), Ok(Some(Secret::new(long))));
            let began = Instant::now();
            for _ in 0..1000 {
                vault.get(&key("password")).unwrap();
            }
            assert!(began.elapsed().as_millis() < 200, "reading asks the keyring each time");
        }
        "locked" => {
            let refused = vault.get(&key("password")).unwrap_err().to_string();
            assert!(refused.contains("locked"), "{refused}");
            assert!(refused.contains("GANTRY_VAULT=file"), "{refused}");
            let state = vault.state().unwrap();
            assert!(state.locked && state.keeper == KeeperKind::Keyring, "{state:?}");
            assert!(vault.set(&key("password"), Secret::new("new")).is_err());
        }
        task => unreachable!("no task {task}"),
    }
    println!("done: {task}");
}

#[test]
fn a_keyring_keeps_secrets_and_a_locked_one_is_not_taken_for_an_empty_one() {
    if !there("dbus-run-session") || !there("gnome-keyring-daemon") {
        println!("skipped: there is no dbus-run-session, or no gnome-keyring-daemon");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let open = r#"eval "$(printf %s pw | gnome-keyring-daemon --unlock --components=secrets | sed 's/^/export /')"; exec "$0" "$@""#;
    let shut = r#"exec "$0" "$@""#;
    for (task, script) in [("keep", open), ("read", open), ("locked", shut)] {
        let output = session(home.path(), task, script);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains(&format!("done: {task}")),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    // Nothing of it is in the data folder but who has it.
    let names: Vec<_> = std::fs::read_dir(home.path().join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "vault.lock")
        .collect();
    assert_eq!(names, ["vault.json"]);
}

fn there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[expect(clippy::disallowed_methods, reason = "a session is processes of its own")]
fn session(home: &Path, task: &str, script: &str) -> Output {
    let runtime = home.join("runtime");
    std::fs::create_dir_all(&runtime).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&runtime, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    Command::new("dbus-run-session")
        .args(["--", "sh", "-c", script])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "inside_of_a_session", "--nocapture"])
        .env(TASK, task)
        .env("GANTRY_TEST_FOLDER", home.join("data"))
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", &runtime)
        .env("XDG_DATA_HOME", home.join("share"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap()
}
