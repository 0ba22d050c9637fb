//! The rules that every hop is held to before it leaves: where it may go, over what, and with
//! whose credentials. Not where it is sent on to: see `redirect`, whose hops come by here again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::error::Kind;
use crate::outgoing::Outgoing;
use crate::request::Request;
use crate::spec::{AuthSpec, ConnectionSpec};

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

/// Checks a hop that is about to leave, wherever it was led: the flow's hosts, no address that
/// clouds keep for their machines, and no http but to this computer and where the user allows it.
///
/// # Errors
/// [`Kind::AgainstRules`], with the setting that would allow it.
pub(crate) fn check(out: &Outgoing, request: &Request) -> Result<(), Kind> {
    let url = &out.url;
    check_scheme(url).map_err(Kind::BadRequest)?;
    let flow_hosts = request.conduct.hosts.as_deref();
    let spec = request.connection.as_ref().map(|connection| &connection.spec);
    // Where a connection signs in was said by whoever set it up, not by the flow.
    if let Some(hosts) = flow_hosts
        && !is_listed(hosts, url)
        && !spec.is_some_and(|spec| is_at_sign_in(spec, url))
    {
        return Err(not_in_flow(hosts, url));
    }
    let is_own = spec.is_some_and(|spec| is_own_host(spec, url));
    let is_named = is_own || flow_hosts.is_some();
    if is_for_machines(url) && !is_named {
        return Err(Kind::AgainstRules {
            reason: format!(
                "The call to {} is refused: at such addresses clouds keep the credentials of their \
                 machines.",
                host_of(url)
            ),
            advice: "If it is a system of yours, make a connection with this base URL.".to_owned(),
        });
    }
    if !out.credentials.is_empty() && spec.is_some_and(|spec| !is_own_host(spec, url)) {
        return Err(foreign(spec, url));
    }
    if url.scheme() == "http" && !may_be_plain(url, spec, flow_hosts) {
        return Err(plain(spec, url));
    }
    Ok(())
}

/// Checks that a call with a connection goes to one of the connection's hosts: what lets it in is
/// sent nowhere else.
///
/// # Errors
/// [`Kind::AgainstRules`].
pub(crate) fn check_own(spec: &ConnectionSpec, url: &Url) -> Result<(), Kind> {
    let keeps_cookies = spec.cookies || spec.csrf.is_some();
    let has_nothing_to_keep = spec.headers.is_empty() && spec.slots().is_empty() && !keeps_cookies;
    if has_nothing_to_keep || is_own_host(spec, url) {
        Ok(())
    } else {
        Err(foreign(Some(spec), url))
    }
}

/// Whether a URL is at one of the connection's hosts: that of its base URL, or a listed one.
pub(crate) fn is_own_host(spec: &ConnectionSpec, url: &Url) -> bool {
    // Asked several times for each call, most of which go below the base URL as it is written.
    if begins_with(url.as_str(), spec.base_url.trim().trim_end_matches('/')) {
        return true;
    }
    // Whether http will do is another question, so a missing port is the same for both schemes.
    let is_base = Url::parse(spec.base_url.trim()).is_ok_and(|base| {
        base.host() == url.host() && (base.port() == url.port() || is_default_of_both(&base, url))
    });
    is_base || is_listed(&spec.hosts, url)
}

/// Whether a whole URL begins with a base that names its scheme and host, up to the end of the host
/// or of a part of the path.
fn begins_with(url: &str, base: &str) -> bool {
    let has_host = base
        .split_once("://")
        .is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with(['/', '?', '#', '\\']));
    // The host of a URL that was read has none of these letters, so all of it stands in the base.
    has_host
        && url
            .strip_prefix(base)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

fn is_default_of_both(one: &Url, other: &Url) -> bool {
    let port = |url: &Url| url.port_or_known_default();
    matches!((port(one), port(other)), (Some(80 | 443), Some(80 | 443)))
}

/// Whether a URL's host is in a list of hosts: `files.example.com`, `files.example.com:8443`,
/// `*.example.com` for every host below, `http://erp.lan` for http only.
pub(crate) fn is_listed(hosts: &[String], url: &Url) -> bool {
    hosts.iter().any(|pattern| fits(pattern, url))
}

fn fits(pattern: &str, url: &Url) -> bool {
    let pattern = pattern.trim().to_ascii_lowercase();
    let rest = match pattern.split_once("://") {
        Some((scheme, _)) if scheme != url.scheme() => return false,
        Some((_, rest)) => rest,
        None => pattern.as_str(),
    };
    let rest = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse::<u16>().ok()),
        _ => (rest, None),
    };
    if port.is_some() && port != url.port_or_known_default() {
        return false;
    }
    let Some(name) = url.host_str() else { return false };
    let name = name.trim_end_matches('.');
    match host.strip_prefix("*.") {
        Some(above) => name
            .strip_suffix(above)
            .is_some_and(|below| below.len() > 1 && below.ends_with('.') && !above.is_empty()),
        None => name.eq_ignore_ascii_case(host),
    }
}

/// Whether a call may go there over http: to this computer always, elsewhere where the user allows
/// it for the connection, or writes the flow's host with `http://`.
fn may_be_plain(url: &Url, spec: Option<&ConnectionSpec>, flow_hosts: Option<&[String]>) -> bool {
    let in_flow = || {
        let hosts = flow_hosts.into_iter().flatten();
        hosts.filter(|host| host.trim().starts_with("http://")).any(|host| fits(host, url))
    };
    is_loopback(url)
        || spec.is_some_and(|spec| {
            spec.allow_http && (is_own_host(spec, url) || is_at_sign_in(spec, url))
        })
        || in_flow()
}

/// Whether a URL is at a host where the connection signs in.
pub(crate) fn is_at_sign_in(spec: &ConnectionSpec, url: &Url) -> bool {
    let places: Vec<&str> = match &spec.auth {
        AuthSpec::Oauth2(oauth) => {
            vec![&oauth.authorize_url, &oauth.token_url, &oauth.device_url]
        }
        AuthSpec::Session(session) => vec![&session.login.path],
        _ => Vec::new(),
    };
    places.into_iter().filter_map(|text| Url::parse(text.trim()).ok()).any(|at| {
        at.host() == url.host() && at.port_or_known_default() == url.port_or_known_default()
    })
}

fn not_in_flow(hosts: &[String], url: &Url) -> Kind {
    let listed = if hosts.is_empty() {
        "it lists none".to_owned()
    } else {
        format!("it lists {}", hosts.join(", "))
    };
    Kind::AgainstRules {
        reason: format!(
            "The call to {} is refused: the flow may only reach the hosts that it lists, and \
             {listed}.",
            host_of(url)
        ),
        advice: "If the flow is to reach it, add it to the hosts in the flow's settings."
            .to_owned(),
    }
}

fn foreign(spec: Option<&ConnectionSpec>, url: &Url) -> Kind {
    let name = spec.map_or("", |spec| spec.name.as_str());
    Kind::AgainstRules {
        reason: format!(
            "The call goes to {}, which is not a host of the connection {name}: its credentials \
             are sent nowhere else.",
            host_of(url)
        ),
        advice: format!(
            "If it is the same system, add {} to the connection under Other hosts; otherwise take \
             the connection off the node.",
            url.host_str().unwrap_or("the host")
        ),
    }
}

fn plain(spec: Option<&ConnectionSpec>, url: &Url) -> Kind {
    let host = host_of(url);
    let advice = match spec {
        Some(spec) => format!(
            "Use https. If the system has none, tick *Allow http without encryption* in the \
             connection {}.",
            spec.name
        ),
        None => "Use https. If the system has none, make a connection for it and tick *Allow http \
                 without encryption* there."
            .to_owned(),
    };
    Kind::AgainstRules {
        reason: format!(
            "The call to {host} would go over http, where everybody on the way can read and change \
             it."
        ),
        advice,
    }
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

/// Whether an address is this computer's or of the own network.
pub(crate) fn is_inside_ip(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_inside_v4(ip),
        IpAddr::V6(ip) => is_inside_v6(ip),
    }
}

/// Whether an address is one that is valid on the cable only, where clouds answer their machines.
pub(crate) fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => {
            ip.to_ipv4_mapped().map_or(ip.is_unicast_link_local(), |ip| ip.is_link_local())
        }
    }
}

/// Whether a host is one at which clouds give their machines their credentials.
fn is_for_machines(url: &Url) -> bool {
    // Besides the link-local ones: AWS over IPv6, Alibaba Cloud and Oracle Cloud, by their docs.
    const ALSO: [&str; 6] = [
        "[fd00:ec2::254]",
        "100.100.100.200",
        "192.0.0.192",
        "metadata.google.internal",
        "metadata",
        "instance-data.ec2.internal",
    ];
    let ip = match url.host() {
        Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        _ => None,
    };
    let name = url.host_str().unwrap_or("").trim_end_matches('.');
    ip.is_some_and(is_link_local) || ALSO.contains(&name)
}

fn is_inside_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    // Addresses that providers share among customers (RFC 6598) are no public ones either.
    let is_shared = a == 100 && (64..128).contains(&b);
    ip.is_loopback() || ip.is_private() || ip.is_link_local() || a == 0 || is_shared
}

fn is_inside_v6(ip: Ipv6Addr) -> bool {
    ip.to_ipv4_mapped().map_or_else(
        || {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
        },
        is_inside_v4,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::Arc;

    use http::{HeaderMap, HeaderName, Method};
    use vault::Vault;

    use crate::conduct::Conduct;
    use crate::connection::Connections;
    use crate::request::Body;

    fn out(url: &str) -> Outgoing {
        Outgoing {
            method: Method::GET,
            url: read_url(url).unwrap(),
            headers: HeaderMap::new(),
            body: Body::Empty,
            at: 0,
            credentials: Vec::new(),
            is_led_here: false,
        }
    }

    fn request(spec: Option<ConnectionSpec>, hosts: Option<&[&str]>) -> Request {
        let mut request = Request::new(Method::GET, "");
        let vault = Arc::new(Vault::memory());
        request.connection = spec.map(|spec| Connections::default().get(&spec, &vault));
        let hosts = hosts.map(|hosts| hosts.iter().map(|&host| host.to_owned()).collect());
        request.conduct = Arc::new(Conduct { hosts, ..Conduct::default() });
        request
    }

    #[track_caller]
    fn allowed(url: &str, request: &Request, expect: bool) {
        let verdict = check(&out(url), request);
        assert_eq!(verdict.is_ok(), expect, "{url}: {verdict:?}");
        if let Err(Kind::AgainstRules { reason, advice }) = verdict {
            assert!(reason.ends_with('.') && advice.ends_with('.'), "{reason} {advice}");
        }
    }

    #[test]
    fn a_url_below_its_base_is_known_without_reading_the_base() {
        for (url, base, expect) in [
            ("http://shop/a", "http://shop", true),
            ("http://shop:1/v2/a?b", "http://shop:1/v2", true),
            ("http://shop.evil/a", "http://shop", false),
            ("http://shop:12/a", "http://shop:1", false),
            ("http://shop@evil/a", "http://shop", false),
            ("http://evil/a", "http:", false),
            ("http://evil/a", "http://", false),
            ("http://evil/a", "", false),
            ("https://shop/a", "http://shop", false),
        ] {
            assert_eq!(begins_with(url, base), expect, "{url} {base}");
        }
    }

    #[test]
    fn https_is_a_must_but_for_this_computer_and_where_the_user_allows_http() {
        let anyone = request(None, None);
        allowed("http://127.0.0.1:8080/a", &anyone, true);
        allowed("http://[::1]/a", &anyone, true);
        allowed("http://localhost/a", &anyone, true);
        allowed("https://example.com/a", &anyone, true);
        allowed("http://example.com/a", &anyone, false);
        allowed("http://erp.lan/a", &anyone, false);
        allowed("http://erp.lan/a", &request(None, Some(&["http://erp.lan"])), true);
        allowed("http://erp.lan/a", &request(None, Some(&["erp.lan"])), false);
        let mut spec = ConnectionSpec::new("erp", "http://erp.lan:8000/api");
        allowed("http://erp.lan:8000/a", &request(Some(spec.clone()), None), false);
        spec.allow_http = true;
        allowed("http://erp.lan:8000/a", &request(Some(spec.clone()), None), true);
        allowed("http://other.lan/a", &request(Some(spec), None), false);
    }

    #[test]
    fn a_flow_reaches_the_hosts_that_it_lists_only() {
        let flow = request(None, Some(&["api.example.com", "*.cdn.example.com", "b.com:8443"]));
        allowed("https://api.example.com/a", &flow, true);
        allowed("https://API.example.com./a", &flow, true);
        allowed("https://x.cdn.example.com/a", &flow, true);
        allowed("https://x.y.cdn.example.com/a", &flow, true);
        allowed("https://cdn.example.com/a", &flow, false);
        allowed("https://evilcdn.example.com/a", &flow, false);
        allowed("https://example.com/a", &flow, false);
        allowed("https://b.com/a", &flow, false);
        allowed("https://b.com:8443/a", &flow, true);
        allowed("https://api.example.com.evil.com/a", &flow, false);
        allowed("https://a.com/a", &request(None, Some(&[])), false);
    }

    #[test]
    fn credentials_go_to_the_hosts_of_their_connection_only() {
        let mut spec = ConnectionSpec::new("shop", "https://api.shop.com/v2");
        spec.auth = AuthSpec::Bearer;
        spec.hosts = vec!["files.shop.com".to_owned()];
        for (url, expect) in [
            ("https://api.shop.com/x", true),
            ("https://files.shop.com/x", true),
            ("https://api.shop.com:8443/x", false),
            ("https://shop.com/x", false),
            ("https://api.shop.com.evil.com/x", false),
        ] {
            let at = read_url(url).unwrap();
            assert_eq!(check_own(&spec, &at).is_ok(), expect, "{url}");
            let mut signed = out(url);
            signed.credentials = vec![HeaderName::from_static("x-key")];
            let request = request(Some(spec.clone()), None);
            assert_eq!(check(&signed, &request).is_ok(), expect, "{url}");
        }
    }

    #[test]
    fn what_clouds_keep_for_their_machines_is_not_called() {
        let anyone = request(None, None);
        for url in [
            "https://169.254.169.254/latest/meta-data",
            "https://2852039166/",
            "https://[::ffff:169.254.169.254]/",
            "https://[fe80::1]/",
            "https://metadata.google.internal/",
        ] {
            allowed(url, &anyone, false);
        }
        let own = ConnectionSpec::new("box", "https://169.254.10.1");
        allowed("https://169.254.10.1/x", &request(Some(own), None), true);
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
