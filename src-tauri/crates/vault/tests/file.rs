//! The file that a passphrase locks: what is kept survives a kill, several processes and a wrong
//! passphrase. Not the keyring's tests.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use vault::{KeeperKind, Secret, SecretKey, Vault, VaultError, VaultOptions};

/// Set for the process that a test starts, with the data folder.
const WRITES_IN: &str = "GANTRY_TEST_WRITES_IN";

fn locked(folder: &Path) -> Vault {
    let keeper = Some(KeeperKind::File);
    Vault::open(VaultOptions { keeper, work: 2, ..VaultOptions::new(folder) })
}

fn open(folder: &Path) -> Vault {
    let vault = locked(folder);
    vault.unlock(Secret::new("correct horse")).unwrap();
    vault
}

fn key(slot: &str) -> SecretKey {
    SecretKey::new("shop@test", slot)
}

fn bytes_of(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        all.extend(fs::read(entry.unwrap().path()).unwrap());
    }
    all
}

#[test]
fn what_is_kept_is_there_for_the_next_program_and_not_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let long = "4096 bits\n".repeat(6554);
    let texts = ["s3cret-value", "-----BEGIN KEY-----\nline\r\n\"quoted\" ü\n", &long, ""];
    let vault = open(folder.path());
    for (at, text) in texts.iter().enumerate() {
        vault.set(&key(&at.to_string()), Secret::new(*text)).unwrap();
    }
    drop(vault);
    let vault = open(folder.path());
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(vault.get(&key(&at.to_string())).unwrap(), Some(Secret::new(*text)));
    }
    let bytes = bytes_of(folder.path());
    for plain in ["s3cret-value", "BEGIN KEY", "4096 bits", "shop@test"] {
        assert!(!bytes.windows(plain.len()).any(|window| window == plain.as_bytes()), "{plain}");
    }
    vault.delete(&key("0")).unwrap();
    vault.delete(&key("0")).unwrap();
    assert!(!vault.has(&key("0")).unwrap());
    assert!(!open(folder.path()).has(&key("0")).unwrap());
}

#[test]
fn a_wrong_passphrase_is_said_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).set(&key("password"), Secret::new("p")).unwrap();
    let before = bytes_of(folder.path());

    let vault = locked(folder.path());
    assert!(vault.state().unwrap().locked);
    assert_eq!(vault.get(&key("password")), Err(VaultError::Locked));
    assert_eq!(vault.set(&key("password"), Secret::new("q")), Err(VaultError::Locked));
    assert_eq!(vault.unlock(Secret::new("wrong")), Err(VaultError::WrongPassphrase));
    assert_eq!(vault.get(&key("password")), Err(VaultError::WrongPassphrase));
    assert_eq!(vault.set(&key("password"), Secret::new("q")), Err(VaultError::WrongPassphrase));
    assert!(vault.state().unwrap().locked);
    assert_eq!(bytes_of(folder.path()), before);

    vault.unlock(Secret::new("correct horse")).unwrap();
    assert!(!vault.state().unwrap().locked);
    assert_eq!(vault.get(&key("password")).unwrap(), Some(Secret::new("p")));
}

#[test]
fn before_anything_is_kept_there_is_nothing_and_no_passphrase_is_needed_to_know() {
    let folder = tempfile::tempdir().unwrap();
    let vault = locked(folder.path());
    assert_eq!(vault.get(&key("password")), Ok(None));
    assert_eq!(vault.delete(&key("password")), Ok(()));
    assert_eq!(vault.set(&key("password"), Secret::new("p")), Err(VaultError::Locked));
    assert!(vault.unlock(Secret::new("")).is_err());
}

#[test]
fn only_the_user_may_read_the_files() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).set(&key("password"), Secret::new("p")).unwrap();
    #[cfg(unix)]
    for entry in fs::read_dir(folder.path()).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", entry.path().display());
    }
}

#[test]
fn a_damaged_file_is_said_and_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).set(&key("password"), Secret::new("p")).unwrap();
    let path = folder.path().join("vault.age");
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, &bytes).unwrap();
    let vault = locked(folder.path());
    let refused = vault.unlock(Secret::new("correct horse")).unwrap_err().to_string();
    assert!(refused.contains("vault.age is damaged"), "{refused}");
    assert!(vault.set(&key("password"), Secret::new("q")).is_err());
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn two_vaults_on_one_file_lose_nothing_of_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let vaults = [open(folder.path()), open(folder.path())];
    thread::scope(|scope| {
        for (who, vault) in vaults.iter().enumerate() {
            scope.spawn(move || {
                for at in 0..40 {
                    let key = key(&format!("{who}.{at}"));
                    vault.set(&key, Secret::new(format!("value {who}.{at}"))).unwrap();
                    assert!(vault.has(&key).unwrap());
                }
            });
        }
    });
    for vault in &vaults {
        for (who, at) in [(0, 0), (0, 39), (1, 0), (1, 39), (0, 17), (1, 23)] {
            let kept = vault.get(&key(&format!("{who}.{at}"))).unwrap();
            assert_eq!(kept, Some(Secret::new(format!("value {who}.{at}"))));
        }
    }
    // The same secret, changed by the one, is seen by the other at once.
    vaults[0].set(&key("token"), Secret::new("a")).unwrap();
    assert_eq!(vaults[1].get(&key("token")).unwrap(), Some(Secret::new("a")));
    vaults[1].set(&key("token"), Secret::new("b")).unwrap();
    assert_eq!(vaults[0].get(&key("token")).unwrap(), Some(Secret::new("b")));
}

/// Not a test by itself: it is what the process does that the next one kills.
#[test]
fn writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(WRITES_IN) else { return };
    let folder = Path::new(&folder);
    let vault = open(folder);
    for at in 0_u32.. {
        vault
            .set(&key("token"), Secret::new(format!("token {at} {}", "x".repeat(20_000))))
            .unwrap();
        // Said once it is kept: what was said must be found, or a later one.
        fs::write(folder.join("said"), at.to_string()).unwrap();
    }
}

#[test]
fn a_kill_at_any_moment_leaves_the_old_secret_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).set(&key("other"), Secret::new("stays")).unwrap();
    let mut kept = 0;
    for wait_ms in [130, 151, 177, 203, 236, 270] {
        let mut writer = writer(folder.path());
        thread::sleep(Duration::from_millis(wait_ms));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let vault = open(folder.path());
        assert_eq!(vault.get(&key("other")).unwrap(), Some(Secret::new("stays")));
        let said = fs::read_to_string(folder.path().join("said")).unwrap_or_default();
        let Ok(said) = said.parse::<u32>() else { continue };
        let token = vault.get(&key("token")).unwrap().unwrap();
        let (number, filler) = token.reveal()[6..].split_once(' ').unwrap();
        assert!(number.parse::<u32>().unwrap() >= said, "{said} was said, {number} is kept");
        assert_eq!(filler.len(), 20_000);
        kept += 1;
        fs::remove_file(folder.path().join("said")).unwrap();
    }
    assert!(kept > 0, "no process was quick enough to keep anything");
}

#[expect(clippy::disallowed_methods, reason = "who is killed has to be a process of its own")]
fn writer(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writes_until_it_is_killed"])
        .env(WRITES_IN, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn the_environment_comes_first_and_is_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).set(&key("password"), Secret::new("of the file")).unwrap();
    let name = vault::variable(&key("password"));
    assert_eq!(name, "GANTRY_SECRET_SHOP_TEST_PASSWORD");
    let variables = [(name.clone(), Secret::new("of the environment"))].into();
    let keeper = Some(KeeperKind::File);
    let options = VaultOptions { keeper, variables, work: 2, ..VaultOptions::new(folder.path()) };
    let vault = Vault::open(options);
    // It needs no passphrase either.
    assert_eq!(vault.get(&key("password")).unwrap(), Some(Secret::new("of the environment")));
    assert_eq!(vault.variable_of(&key("password")), Some(name.clone()));
    for refused in [
        vault.set(&key("password"), Secret::new("new")).unwrap_err(),
        vault.delete(&key("password")).unwrap_err(),
    ] {
        assert!(refused.to_string().contains(&name), "{refused}");
    }
    assert_eq!(vault.get(&key("other")), Err(VaultError::Locked));
}

#[test]
fn errors_and_states_say_nothing_of_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = Some(KeeperKind::File);
    let passphrase = Some(Secret::new("canary-1"));
    let options = VaultOptions { keeper, passphrase, work: 2, ..VaultOptions::new(folder.path()) };
    let shown = format!("{options:?}");
    let vault = Vault::open(options);
    vault.set(&key("password"), Secret::new("canary-2")).unwrap();
    let other = locked(folder.path());
    let refused = other.unlock(Secret::new("canary-3")).unwrap_err();
    let said = format!("{shown} {vault:?} {:?} {refused} {refused:?}", vault.state());
    assert!(!said.contains("canary"), "{said}");
}
