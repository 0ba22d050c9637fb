//! The address on this computer that the browser comes back to after a sign-in (RFC 8252 § 7.3):
//! one listener on 127.0.0.1, for one answer. Not what is done with the code.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;
use vault::Secret;

/// The longest head of a request that is read.
const MAX_HEAD: usize = 16 * 1024;

/// How long a browser may take to say what it wants; some open connections and say nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for the browser.
#[derive(Debug)]
pub(super) struct Loopback {
    listener: TcpListener,
    /// Where the browser comes back to.
    pub(super) url: Url,
}

/// What the browser came back with.
#[derive(Debug)]
pub(super) enum CameBack {
    /// The user said yes.
    Code(Secret),
    /// The system or the user said no.
    Refused {
        /// What is called `error`.
        code: String,
        /// What is called `error_description`.
        words: Option<String>,
    },
}

impl Loopback {
    /// Begins to listen, on any free port without one.
    pub(super) async fn listen(port: Option<u16>, path: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port.unwrap_or(0))).await?;
        let port = listener.local_addr()?.port();
        let path = path.trim().trim_start_matches('/');
        let url =
            Url::parse(&format!("http://127.0.0.1:{port}/{path}")).map_err(io::Error::other)?;
        Ok(Self { listener, url })
    }

    /// Waits until the browser comes back with an answer to the question that had this state.
    /// Anything else that calls is told that it is wrong here, and the wait goes on.
    pub(super) async fn wait(&self, state: &Secret) -> io::Result<CameBack> {
        // One place is enough: the first answer is the only one.
        let (tell, mut told) = mpsc::channel(1);
        let mut visits = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                Some(came) = told.recv() => {
                    // Whoever is being answered gets the page before the listener goes.
                    let _ = timeout(Duration::from_secs(1), visits.join_next()).await;
                    return Ok(came);
                }
                visit = self.listener.accept() => {
                    let (stream, _) = visit?;
                    let (tell, path) = (tell.clone(), self.url.path().to_owned());
                    let state = state.clone();
                    visits.spawn(async move {
                        let _ = timeout(PATIENCE, meet(stream, &path, &state, &tell)).await;
                    });
                }
                Some(_) = visits.join_next() => {}
            }
        }
    }
}

async fn meet(
    mut stream: TcpStream,
    path: &str,
    state: &Secret,
    tell: &mpsc::Sender<CameBack>,
) -> io::Result<()> {
    let Some(target) = read_target(&mut stream).await? else {
        return answer(&mut stream, "405 Method Not Allowed", &WRONG).await;
    };
    let Ok(url) = Url::parse("http://127.0.0.1").and_then(|base| base.join(&target)) else {
        return answer(&mut stream, "400 Bad Request", &WRONG).await;
    };
    if url.path() != path {
        return answer(&mut stream, "404 Not Found", &WRONG).await;
    }
    let value = |name: &str| {
        url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    };
    if !value("state").is_some_and(|told| is_same(&told, state.reveal())) {
        return answer(&mut stream, "400 Bad Request", &STRANGE).await;
    }
    let (page, came) = match (value("error"), value("code")) {
        (None, Some(code)) if !code.is_empty() => (&DONE, CameBack::Code(Secret::new(code))),
        (code, _) => {
            let code = code.unwrap_or_else(|| "no code".to_owned());
            (&REFUSED, CameBack::Refused { code, words: value("error_description") })
        }
    };
    let answered = answer(&mut stream, "200 OK", page).await;
    // A second answer finds the place taken, and is one too many.
    let _ = tell.try_send(came);
    answered
}

/// Reads what is asked for, where it is a GET.
async fn read_target(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut piece = [0; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let n_bytes = stream.read(&mut piece).await?;
        if n_bytes == 0 || head.len() + n_bytes > MAX_HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.extend_from_slice(&piece[..n_bytes]);
    }
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let mut words = line.split(' ');
    Ok(match (words.next(), words.next()) {
        (Some("GET"), Some(target)) if target.starts_with('/') => Some(target.to_owned()),
        _ => None,
    })
}

/// Compares without telling by its time how much of it is right.
fn is_same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// What the browser shows.
struct Page {
    title: &'static str,
    words: &'static str,
}

const DONE: Page =
    Page { title: "You are signed in", words: "You can close this window and go back to Gantry." };
const REFUSED: Page = Page {
    title: "The sign-in was not completed",
    words: "You can close this window. Gantry says why, and how to try again.",
};
const STRANGE: Page = Page {
    title: "This answer belongs to no sign-in that waits",
    words: "Nothing was changed. Close this window, and begin the sign-in in Gantry once more.",
};
const WRONG: Page =
    Page { title: "There is nothing here", words: "This address only waits for a sign-in." };

async fn answer(stream: &mut TcpStream, status: &str, page: &Page) -> io::Result<()> {
    let Page { title, words } = page;
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto;\
         padding:0 1.5rem;color-scheme:light dark}}</style><h1>{title}</h1><p>{words}</p></html>"
    );
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\
         Connection: close\r\n\r\n",
        html.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(html.as_bytes()).await?;
    stream.shutdown().await
}
