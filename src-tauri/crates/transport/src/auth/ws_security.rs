//! A user's name and password in the header of a SOAP message (OASIS Web Services Security
//! UsernameToken Profile 1.1.1). Not signatures and encryption by certificates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flow::run::Timestamp;
use http::header;
use quick_xml::escape::escape;
use quick_xml::events::Event;
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;
use sha1::{Digest as _, Sha1};
use vault::Secret;

use crate::error::Kind;
use crate::outgoing::Outgoing;
use crate::request::Body;
use crate::spec::{PasswordKind, WsSecuritySpec};

const SOAP_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_1_2: &str = "http://www.w3.org/2003/05/soap-envelope";
const WSSE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const WSU: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const PROFILE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
const BASE64: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Puts the header into the SOAP message that the call sends; every other byte of it stays as it
/// is. A call that sends nothing, such as one for the WSDL, is left as it is. `nonce` is 16 random
/// bytes. Returns what was made of the password.
///
/// # Errors
/// [`Kind::SignIn`], where what is sent is no SOAP message, or has such a header already.
pub(crate) fn sign(
    call: &mut Outgoing,
    spec: &WsSecuritySpec,
    password: &Secret,
    nonce: [u8; 16],
) -> Result<Vec<Secret>, Kind> {
    let message = match &call.body {
        Body::Empty => return Ok(Vec::new()),
        Body::Bytes(message) => message,
        Body::File(_) | Body::Multipart(_) => {
            return Err(refused("it is sent as a file; send it as text"));
        }
    };
    let place = find(message)?;
    let (header, masked) = security(place.soap, spec, password, nonce, call.at)?;
    let signed = Bytes::from(place.fill(message, &header));
    if call.headers.contains_key(header::CONTENT_LENGTH) {
        call.headers.insert(header::CONTENT_LENGTH, signed.len().into());
    }
    call.body = Body::Bytes(signed);
    Ok(masked)
}

/// Where the header goes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// The namespace of the SOAP version.
    soap: &'static str,
    /// The byte that it goes before.
    at: usize,
    /// What has to be made around it.
    around: Around,
}

/// What has to be made around the header.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Around {
    /// Nothing: it goes behind the tag that opens the headers.
    Nothing,
    /// The message has no headers: an element of this name goes around it.
    Headers(String),
    /// The headers of this name are an empty element, whose `/>` begins at `Place::at`.
    Open(String),
}

impl Place {
    fn fill(&self, message: &[u8], security: &str) -> Vec<u8> {
        let (before, after) = message.split_at(self.at);
        let (opens, closes, after) = match &self.around {
            Around::Nothing => (String::new(), String::new(), after),
            Around::Headers(name) => (format!("<{name}>"), format!("</{name}>"), after),
            Around::Open(name) => (">".to_owned(), format!("</{name}>"), &after[2..]),
        };
        let texts = [opens.as_bytes(), security.as_bytes(), closes.as_bytes()];
        [&[before], &texts[..], &[after]].concat().concat()
    }
}

/// Finds the place for the header.
fn find(message: &[u8]) -> Result<Place, Kind> {
    if message.contains(&0) {
        return Err(refused("its text is in UTF-16; send it as UTF-8"));
    }
    let n_marks = if message.starts_with(BOM) { BOM.len() } else { 0 };
    // Only the markup matters here, and that is ASCII in every charset that is left; so each byte
    // stays at its place, whatever the charset.
    let markup: String = message[n_marks..]
        .iter()
        .map(|byte| if byte.is_ascii() { char::from(*byte) } else { 'x' })
        .collect();
    let mut reader = NsReader::from_str(&markup);
    let mut seen = Seen::default();
    loop {
        let begins_at = reader.buffer_position() as usize;
        let event = reader.read_event();
        let event = event.map_err(|error| {
            let at = reader.error_position() as usize + n_marks;
            refused(&format!("it is not valid XML at byte {at}: {error}"))
        })?;
        let (name, is_empty) = match &event {
            Event::Start(start) => (start.name(), false),
            Event::Empty(start) => (start.name(), true),
            Event::End(_) => {
                if let Some(place) = seen.leave() {
                    return Ok(place);
                }
                continue;
            }
            Event::Eof => return Err(refused("it is not a whole SOAP envelope")),
            _ => continue,
        };
        let (bound, local) = reader.resolver().resolve_element(name);
        let element = Element {
            namespace: match bound {
                ResolveResult::Bound(Namespace(namespace)) => namespace,
                _ => "",
            },
            local: local.into_inner(),
            name: name.into_inner(),
            begins_at: begins_at + n_marks,
            ends_at: reader.buffer_position() as usize + n_marks,
            is_empty,
        };
        if let Some(place) = seen.enter(&element)? {
            return Ok(place);
        }
    }
}

/// One element's tag.
struct Element<'a> {
    namespace: &'a str,
    local: &'a str,
    name: &'a str,
    begins_at: usize,
    ends_at: usize,
    is_empty: bool,
}

/// What was seen of a message so far.
#[derive(Default)]
struct Seen {
    depth: usize,
    soap: Option<&'static str>,
    prefix: String,
    /// The place behind the tag that opens the headers.
    headers: Option<Place>,
}

impl Seen {
    /// Looks at an element's tag; returns the place, where it is known by that.
    fn enter(&mut self, element: &Element<'_>) -> Result<Option<Place>, Kind> {
        let Some(soap) = self.soap else {
            let known = [SOAP_1_1, SOAP_1_2].into_iter().find(|soap| *soap == element.namespace);
            let is_envelope = element.local == "Envelope" && !element.is_empty;
            self.soap = known.filter(|_| is_envelope);
            self.depth = 1;
            let prefix = element.name.strip_suffix(element.local).unwrap_or("");
            prefix.clone_into(&mut self.prefix);
            let wrong = "it does not begin with a SOAP 1.1 or 1.2 envelope that has a body";
            return self.soap.map(|_| None).ok_or_else(|| refused(wrong));
        };
        if self.depth == 1 {
            let is_headers = element.namespace == soap && element.local == "Header";
            let place = match (is_headers, element.is_empty) {
                (false, _) => {
                    let around = Around::Headers(format!("{}Header", self.prefix));
                    Place { soap, at: element.begins_at, around }
                }
                (true, true) => {
                    let around = Around::Open(element.name.to_owned());
                    Place { soap, at: element.ends_at - 2, around }
                }
                (true, false) => {
                    let place = Place { soap, at: element.ends_at, around: Around::Nothing };
                    // The headers are looked through for another of this kind first.
                    self.headers = Some(place);
                    self.depth = 2;
                    return Ok(None);
                }
            };
            return Ok(Some(place));
        }
        if self.depth == 2 && element.namespace == WSSE && element.local == "Security" {
            return Err(refused(
                "it has a WS-Security header already; take that out, or let the connection sign in \
                 in no way of its own",
            ));
        }
        self.depth += usize::from(!element.is_empty);
        Ok(None)
    }

    /// Leaves an element; returns the place, where those were the headers or the envelope.
    fn leave(&mut self) -> Option<Place> {
        self.depth = self.depth.saturating_sub(1);
        (self.depth == 1).then(|| self.headers.take()).flatten()
    }
}

/// The header, and what was made of the password.
fn security(
    soap: &str,
    spec: &WsSecuritySpec,
    password: &Secret,
    nonce: [u8; 16],
    at: Timestamp,
) -> Result<(String, Vec<Secret>), Kind> {
    let created = written(at)?;
    let timestamp = match spec.seconds {
        0 => String::new(),
        seconds => format!(
            "<wsu:Timestamp><wsu:Created>{created}</wsu:Created><wsu:Expires>{}</wsu:Expires>\
             </wsu:Timestamp>",
            written(at + i64::from(seconds) * 1000)?
        ),
    };
    let (shown, kind, proof) = match spec.password {
        PasswordKind::Text => (text(password.reveal()), "PasswordText", String::new()),
        PasswordKind::Digest => {
            let digest = password_digest(&nonce, &created, password);
            let nonce = STANDARD.encode(nonce);
            let proof = format!(
                "<wsse:Nonce EncodingType=\"{BASE64}\">{nonce}</wsse:Nonce>\
                 <wsu:Created>{created}</wsu:Created>"
            );
            (digest, "PasswordDigest", proof)
        }
    };
    let header = format!(
        "<wsse:Security xmlns:wsse=\"{WSSE}\" xmlns:wsu=\"{WSU}\" xmlns:soap=\"{soap}\" \
         soap:mustUnderstand=\"1\">{timestamp}<wsse:UsernameToken><wsse:Username>{}\
         </wsse:Username><wsse:Password Type=\"{PROFILE}#{kind}\">{shown}</wsse:Password>{proof}\
         </wsse:UsernameToken></wsse:Security>",
        text(&spec.user)
    );
    Ok((header, vec![Secret::new(shown)]))
}

/// `Base64(SHA-1(nonce + created + password))`, § 3.1 of the profile.
fn password_digest(nonce: &[u8], created: &str, password: &Secret) -> String {
    let mut hash = Sha1::new();
    hash.update(nonce);
    hash.update(created);
    hash.update(password.reveal());
    STANDARD.encode(hash.finalize())
}

fn written(at: Timestamp) -> Result<String, Kind> {
    let at = jiff::Timestamp::from_millisecond(at)
        .map_err(|_| refused("this computer's clock shows a time that cannot be written"))?;
    Ok(format!("{at:.3}"))
}

/// A text as XML, in ASCII, so that it fits into a message in any charset.
fn text(text: &str) -> String {
    escape(text)
        .chars()
        .map(|char| match char {
            char if char.is_ascii() => char.to_string(),
            char => format!("&#x{:X};", u32::from(char)),
        })
        .collect()
}

fn refused(why: &str) -> Kind {
    Kind::SignIn(format!("The message cannot be signed with WS-Security: {why}."))
}

#[cfg(test)]
mod tests;
