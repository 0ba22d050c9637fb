//! A load of HTTP posts over kept connections, as cheap as it can be: it shares the machine with
//! what is measured.

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Posts `body` to `url` so many times, `at_once` connections wide. Each answer must be a 200.
pub(crate) fn post(url: &str, body: &str, calls: usize, at_once: usize) -> Result<()> {
    let rest = url.strip_prefix("http://").context("not an http URL")?;
    let (host, path) = rest.split_once('/').context("no path")?;
    let request = format!(
        "POST /{path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut tasks = JoinSet::new();
        for n in 0..at_once {
            let share = calls / at_once + usize::from(n < calls % at_once);
            tasks.spawn(one(host.to_owned(), request.clone().into_bytes(), share));
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Ok(())
    })
}

async fn one(host: String, request: Vec<u8>, calls: usize) -> Result<()> {
    let mut stream = TcpStream::connect(&host).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(8 * 1024);
    for _ in 0..calls {
        stream.write_all(&request).await?;
        buffer.clear();
        let end = loop {
            if stream.read_buf(&mut buffer).await? == 0 {
                bail!("the server closed the connection");
            }
            if let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = std::str::from_utf8(&buffer[..end])?.to_ascii_lowercase();
        if !head.starts_with("http/1.1 200") {
            bail!("the server answered {}", String::from_utf8_lossy(&buffer));
        }
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .context("an answer without content-length")?
            .trim()
            .parse()?;
        while buffer.len() < end + length {
            if stream.read_buf(&mut buffer).await? == 0 {
                bail!("the server closed the connection in an answer");
            }
        }
    }
    Ok(())
}
