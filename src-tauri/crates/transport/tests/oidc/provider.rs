//! Starts the certified OpenID provider that lies beside the checkout, from a copy of its own.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A provider at work; it ends with this.
pub(crate) struct Provider {
    server: Child,
    pub(crate) port: u16,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Provider {
    /// Starts it, with tokens that hold for so many seconds. None, with words, where it is not
    /// there.
    #[expect(clippy::disallowed_methods, reason = "the server that is called here is a program")]
    pub(crate) fn start(token_seconds: u32) -> Option<Self> {
        let folder = match copy() {
            Ok(folder) => folder,
            Err(why) => {
                println!("skipped: {why}");
                return None;
            }
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Command::new("node")
            .arg("server.mjs")
            .current_dir(folder)
            .env("PORT", port.to_string())
            .env("ACCESS_TTL", token_seconds.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(server) = server else {
            println!("skipped: Node.js is not there");
            return None;
        };
        let provider = Self { server, port };
        for _ in 0..400 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(provider);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        println!("skipped: the provider did not start");
        None
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// A copy of the server with what it needs, made once for all tests: nothing is written beside the
/// original.
#[expect(clippy::disallowed_methods, reason = "its packages are fetched by a program")]
fn copy() -> Result<PathBuf, String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let shared = std::env::var_os("GANTRY_SHARED").map(PathBuf::from).or_else(|| {
        [root.join("../shared"), root.join("../../shared")].into_iter().find(|p| p.is_dir())
    });
    let original = shared.map(|shared| shared.join("servers/oidc"));
    let original = original.filter(|folder| folder.join("server.mjs").is_file());
    let original = original.ok_or("../shared/servers/oidc is not there")?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oidc");
    fs::create_dir_all(&folder).unwrap();
    // Tests run in processes of their own, and only one of them is to fetch.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    for name in ["package.json", "server.mjs"] {
        fs::copy(original.join(name), folder.join(name)).unwrap();
    }
    if !folder.join("node_modules/oidc-provider").is_dir() {
        let fetched = Command::new("npm")
            .args(["install", "--no-audit", "--no-fund"])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !fetched.is_ok_and(|status| status.success()) {
            return Err("npm could not fetch the provider's packages".to_owned());
        }
    }
    Ok(folder)
}
