//! A user's name and password that do not travel themselves (RFC 7616, and 2617 and 2069 before
//! it). Not the first call, which goes out unsigned and is answered with a challenge.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, header};
use md5::Md5;
use sha2::digest::Digest;
use sha2::{Sha256, Sha512_256};
use url::Url;
use vault::Secret;

use super::place;
use crate::error::Kind;
use crate::outgoing::Outgoing;
use crate::request::Body;

/// The challenges that the systems of a connection gave, by origin, so that only the first call
/// costs a round trip.
#[derive(Debug, Default)]
pub(crate) struct Challenges {
    known: Mutex<HashMap<String, Challenge>>,
}

/// What a system wants to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// Whether the algorithm is a `-sess` one.
    is_session: bool,
    quality: Quality,
    hashes_user: bool,
    is_utf8: bool,
    is_stale: bool,
    /// How many calls were signed with it.
    count: u32,
    /// The client's nonce that its session began with.
    client_nonce: String,
}

/// How texts are hashed, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Md5,
    Sha256,
    Sha512_256,
}

/// What is protected (`qop`), the least wanted first: the body's hash is needed only by those that
/// offer nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Quality {
    /// As RFC 2069 has it.
    None,
    AuthInt,
    Auth,
}

impl Challenges {
    /// Signs the call, where its system has given a challenge before; leaves it as it is where
    /// not. `client_nonce` is a text that nobody can guess. Returns what was made of the password.
    ///
    /// # Errors
    /// [`Kind::SignIn`], where the system wants the body to be signed and it is a file.
    pub(crate) fn sign(
        &self,
        call: &mut Outgoing,
        user: &str,
        password: &Secret,
        client_nonce: &str,
    ) -> Result<Vec<Secret>, Kind> {
        let challenge = match self.known().get_mut(&origin(&call.url)) {
            Some(challenge) => {
                challenge.count += 1;
                if challenge.client_nonce.is_empty() {
                    client_nonce.clone_into(&mut challenge.client_nonce);
                }
                challenge.clone()
            }
            None => return Ok(Vec::new()),
        };
        // A session's key is made of the nonce that it began with, so that one stays.
        let client_nonce =
            if challenge.is_session { challenge.client_nonce.as_str() } else { client_nonce };
        let (value, response) = challenge.answer(call, user, password, client_nonce)?;
        place::header(call, "authorization", &value)?;
        Ok(vec![value, response])
    }

    /// Learns from the answer to a call. Returns whether the call is to be signed and sent once
    /// more: because it was not signed yet, or because the nonce has run out. A password that was
    /// refused is not sent again.
    ///
    /// # Errors
    /// [`Kind::SignIn`], where the system wants to be answered in a way that is not known here.
    pub(crate) fn learn(
        &self,
        call: &Outgoing,
        status: u16,
        headers: &HeaderMap,
    ) -> Result<bool, Kind> {
        let origin = origin(&call.url);
        if status != 401 {
            self.take_next_nonce(&origin, headers);
            return Ok(false);
        }
        let sent = call.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let sent_nonce = sent
            .filter(|text| {
                text.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("digest "))
            })
            .and_then(|text| params(&text[7..]).remove("nonce"));
        let Some(challenge) = best(headers)? else { return Ok(false) };
        let mut known = self.known();
        let held = known.get(&origin);
        let repeats = match &sent_nonce {
            None => true,
            // Somebody else's call has learned a newer one meanwhile.
            Some(sent) if held.is_some_and(|held| held.nonce != *sent && held.count > 0) => true,
            // One that was taken before and is not now has run out, whether it is said or not.
            Some(sent) => {
                challenge.is_stale || held.is_some_and(|held| held.nonce == *sent && held.count > 1)
            }
        };
        if held.is_none_or(|held| sent_nonce.is_none() || Some(&held.nonce) == sent_nonce.as_ref())
        {
            known.insert(origin, challenge);
        }
        Ok(repeats)
    }

    /// A system may name the nonce of the next call in advance (RFC 7616 § 3.5).
    fn take_next_nonce(&self, origin: &str, headers: &HeaderMap) {
        let Some(info) = headers.get("authentication-info").and_then(|info| info.to_str().ok())
        else {
            return;
        };
        let Some(next) = params(info).remove("nextnonce") else { return };
        if let Some(challenge) = self.known().get_mut(origin) {
            challenge.nonce = next;
            challenge.count = 0;
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Challenge>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Challenge {
    /// Reads one; none where it has no nonce, or an algorithm or quality that is not known here.
    fn read(mut params: HashMap<String, String>) -> Option<Self> {
        let named = params.remove("algorithm").unwrap_or_else(|| "MD5".to_owned());
        let named = named.to_ascii_uppercase();
        let (name, is_session) = match named.strip_suffix("-SESS") {
            Some(name) => (name, true),
            None => (named.as_str(), false),
        };
        let algorithm = match name {
            "MD5" => Algorithm::Md5,
            "SHA-256" => Algorithm::Sha256,
            "SHA-512-256" => Algorithm::Sha512_256,
            _ => return None,
        };
        let quality = match params.remove("qop") {
            None => Quality::None,
            Some(offered) => offered
                .split(',')
                .filter_map(|name| match name.trim().to_ascii_lowercase().as_str() {
                    "auth" => Some(Quality::Auth),
                    "auth-int" => Some(Quality::AuthInt),
                    _ => None,
                })
                .max()?,
        };
        let mut is = |name: &str, what: &str| {
            params.remove(name).is_some_and(|value| value.eq_ignore_ascii_case(what))
        };
        let (is_stale, hashes_user) = (is("stale", "true"), is("userhash", "true"));
        let is_utf8 = is("charset", "UTF-8");
        Some(Self {
            realm: params.remove("realm").unwrap_or_default(),
            nonce: params.remove("nonce")?,
            opaque: params.remove("opaque"),
            algorithm,
            is_session,
            quality,
            hashes_user,
            is_utf8,
            is_stale,
            count: 0,
            client_nonce: String::new(),
        })
    }

    /// The header's value for a call, and the response in it.
    fn answer(
        &self,
        call: &Outgoing,
        user: &str,
        password: &Secret,
        client_nonce: &str,
    ) -> Result<(Secret, Secret), Kind> {
        let hash = |text: &str| self.algorithm.hex(text.as_bytes());
        let uri = &call.url[url::Position::BeforePath..url::Position::AfterQuery];
        let (realm, nonce, method) = (&self.realm, &self.nonce, &call.method);
        let mut key = Secret::new(hash(&format!("{user}:{realm}:{}", password.reveal())));
        if self.is_session {
            key = Secret::new(hash(&format!("{}:{nonce}:{client_nonce}", key.reveal())));
        }
        let what = match self.quality {
            Quality::AuthInt => {
                hash(&format!("{method}:{uri}:{}", self.algorithm.hex(body_of(call)?)))
            }
            Quality::None | Quality::Auth => hash(&format!("{method}:{uri}")),
        };
        let key = key.reveal();
        let (quality, count) = (self.quality.name(), self.count);
        let response = match self.quality {
            Quality::None => hash(&format!("{key}:{nonce}:{what}")),
            _ => hash(&format!("{key}:{nonce}:{count:08x}:{client_nonce}:{quality}:{what}")),
        };

        let mut parts = vec![if self.hashes_user {
            format!("username={}", quoted(&hash(&format!("{user}:{realm}"))))
        } else if self.is_utf8 && !user.is_ascii() {
            format!("username*=UTF-8''{}", place::escaped(user))
        } else {
            format!("username={}", quoted(user))
        }];
        parts.push(format!("realm={}", quoted(realm)));
        parts.push(format!("uri={}", quoted(uri)));
        parts.push(format!("algorithm={}", self.algorithm.name(self.is_session)));
        parts.push(format!("nonce={}", quoted(nonce)));
        if self.quality != Quality::None {
            parts.push(format!("nc={count:08x}"));
            parts.push(format!("cnonce={}", quoted(client_nonce)));
            parts.push(format!("qop={quality}"));
        }
        parts.push(format!("response=\"{response}\""));
        if let Some(opaque) = &self.opaque {
            parts.push(format!("opaque={}", quoted(opaque)));
        }
        if self.hashes_user {
            parts.push("userhash=true".to_owned());
        }
        Ok((Secret::new(format!("Digest {}", parts.join(", "))), Secret::new(response)))
    }
}

impl Algorithm {
    fn hex(self, bytes: &[u8]) -> String {
        match self {
            Self::Md5 => place::hex(&Md5::digest(bytes)),
            Self::Sha256 => place::hex(&Sha256::digest(bytes)),
            Self::Sha512_256 => place::hex(&Sha512_256::digest(bytes)),
        }
    }

    fn name(self, is_session: bool) -> &'static str {
        match (self, is_session) {
            (Self::Md5, false) => "MD5",
            (Self::Md5, true) => "MD5-sess",
            (Self::Sha256, false) => "SHA-256",
            (Self::Sha256, true) => "SHA-256-sess",
            (Self::Sha512_256, false) => "SHA-512-256",
            (Self::Sha512_256, true) => "SHA-512-256-sess",
        }
    }
}

impl Quality {
    fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::AuthInt => "auth-int",
            Self::Auth => "auth",
        }
    }
}

fn body_of(call: &Outgoing) -> Result<&[u8], Kind> {
    match &call.body {
        Body::Empty => Ok(b""),
        Body::Bytes(bytes) => Ok(bytes),
        Body::File(_) | Body::Multipart(_) => Err(Kind::SignIn(
            "The system wants the body to be signed too (qop auth-int), and files are sent without \
             being read first: send the content as text, or have the system offer qop auth."
                .to_owned(),
        )),
    }
}

/// The strongest challenge that can be answered; none where the system asks for another way in.
fn best(headers: &HeaderMap) -> Result<Option<Challenge>, Kind> {
    let lines = headers.get_all(header::WWW_AUTHENTICATE).iter();
    let lines = lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned());
    let asked: Vec<_> = lines
        .flat_map(|line| challenges(&line))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("digest"))
        .collect();
    let n_asked = asked.len();
    let mut known: Vec<Challenge> =
        asked.into_iter().filter_map(|(_, params)| Challenge::read(params)).collect();
    known.sort_by_key(|challenge| challenge.algorithm);
    match known.pop() {
        None if n_asked > 0 => Err(Kind::SignIn(
            "The system asks for Digest sign-in in a way that is not known here: known are MD5, \
             SHA-256 and SHA-512-256, with qop auth and auth-int."
                .to_owned(),
        )),
        best => Ok(best),
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The challenges in a header's line (RFC 9110 § 11.6.1), each by its scheme and parameters.
fn challenges(line: &str) -> Vec<(String, HashMap<String, String>)> {
    let mut found: Vec<(String, HashMap<String, String>)> = Vec::new();
    for item in items(line) {
        let item = item.trim();
        let name_end = item.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(item.len());
        let rest = item[name_end..].trim_start();
        // "Digest realm=…" begins a challenge, "realm=…" and "realm = …" go on with one.
        if !rest.starts_with('=') {
            found.push((item[..name_end].to_owned(), HashMap::new()));
        }
        let param = if rest.starts_with('=') { item } else { rest };
        if let (Some((_, of)), Some((name, value))) = (found.last_mut(), param.split_once('=')) {
            of.entry(name.trim().to_ascii_lowercase()).or_insert_with(|| unquoted(value.trim()));
        }
    }
    found
}

/// The parameters of a line that has one scheme, or none.
fn params(line: &str) -> HashMap<String, String> {
    challenges(&format!("x {line}")).into_iter().flat_map(|(_, params)| params).collect()
}

/// Splits at the commas that stand in no quotes.
fn items(line: &str) -> Vec<&str> {
    let (mut items, mut start, mut in_quotes, mut escaped) = (Vec::new(), 0, false, false);
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_quotes => escaped = true,
            b'"' => in_quotes = !in_quotes,
            b',' if !in_quotes => {
                items.push(&line[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(&line[start..]);
    items.retain(|item| !item.trim().is_empty());
    items
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let (mut text, mut escaped) = (String::with_capacity(inner.len()), false);
    for char in inner.chars() {
        if char == '\\' && !escaped {
            escaped = true;
        } else {
            text.push(char);
            escaped = false;
        }
    }
    text
}

#[cfg(test)]
mod tests;
