//! The rules that every call is held to before it leaves: schemes, and no credentials in clear
//! text beyond the own network. Not redirects: see `redirect`, which asks here again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::HeaderMap;
use url::{Host, Url};

use crate::error::Kind;
use crate::mask::is_secret_name;

/// Reads a call's URL.
///
/// # Errors
/// A sentence, where it is none that can be called.
pub(crate) fn read_url(text: &str) -> Result<Url, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("The URL is empty.".to_owned());
    }
    let url = Url::parse(text).map_err(|reason| {
        let shown: String = text.split(['?', '#']).next().unwrap_or("").chars().take(200).collect();
        match reason {
            url::ParseError::RelativeUrlWithoutBase => {
                format!("\"{shown}\" is not a whole URL: it must begin with https:// or http://.")
            }
            other => format!("\"{shown}\" is not a URL: {other}."),
        }
    })?;
    check_scheme(&url)?;
    Ok(url)
}

/// Checks a URL that a call is about to go to, with the headers it would carry.
pub(crate) fn check(url: &Url, headers: &HeaderMap) -> Result<(), Kind> {
    check_scheme(url).map_err(Kind::BadRequest)?;
    let has_credentials =
        url.password().is_some() || headers.keys().any(|name| is_secret_name(name.as_str()));
    if url.scheme() == "http" && has_credentials && !is_inside_host(url) {
        return Err(Kind::NotAllowed(format!(
            "The call to {} would send credentials in clear text over http.",
            host_of(url)
        )));
    }
    Ok(())
}

/// Whether a URL's host is this computer or one of the own network: a loopback, private or
/// link-local address, a name without a dot, or one under `.local`, `.internal`, `.lan`, `.test`
/// or `.localhost`.
pub fn is_inside_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => is_inside_v4(ip),
        Some(Host::Ipv6(ip)) => is_inside_v6(ip),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let ends = [".local", ".internal", ".lan", ".test", ".localhost", ".home.arpa"];
            !name.contains('.') || ends.iter().any(|end| name.ends_with(end))
        }
        None => false,
    }
}

/// Whether a URL's host is this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// The host as it is called in messages, with the port where it is not the scheme's own.
pub(crate) fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => "the system".to_owned(),
    }
}

fn check_scheme(url: &Url) -> Result<(), String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!(
            "The URL begins with {}://, and only https:// and http:// can be called.",
            url.scheme()
        ));
    }
    Ok(())
}

fn is_inside_v4(ip: Ipv4Addr) -> bool {
    ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
}

fn is_inside_v6(ip: Ipv6Addr) -> bool {
    ip.to_ipv4_mapped().map_or_else(
        || ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        is_inside_v4,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_leave_the_own_network_over_https_only() {
        let mut headers = HeaderMap::new();
        headers.insert("X-Api-Key", "k".parse().unwrap());
        let check =
            |url: &str, headers: &HeaderMap| check(&read_url(url).unwrap(), headers).is_ok();
        assert!(check("http://127.0.0.1:8080/a", &headers));
        assert!(check("http://[::1]/a", &headers));
        assert!(check("http://erp.lan/a", &headers));
        assert!(check("https://example.com/a", &headers));
        assert!(!check("http://example.com/a", &headers));
        assert!(!check("http://u:p@example.com/a", &HeaderMap::new()));
        assert!(check("http://example.com/a", &HeaderMap::new()));
    }

    #[test]
    fn only_whole_web_addresses_are_read() {
        for bad in
            ["", "orders", "/orders", "file:///etc/passwd", "ftp://a/b", "http://", "http://a b/"]
        {
            assert!(read_url(bad).is_err(), "{bad}");
        }
    }
}
