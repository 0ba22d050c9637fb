//! Hides personal data in a cassette: fields that are named like it, and values that look like it.
//! Not secrets: those never get into a cassette.

use std::sync::LazyLock;

use bytes::Bytes;
use regex::Regex;
use serde_json::Value;
use sha2::{Digest, Sha256};
use vault::MASK;

use super::{Cassette, Entry, Outcome, Sent, hex};

/// What the name of a field with personal data has in it, letters and digits only.
const PARTS: [&str; 22] = [
    "email",
    "phone",
    "mobile",
    "firstname",
    "lastname",
    "fullname",
    "givenname",
    "familyname",
    "middlename",
    "surname",
    "street",
    "addressline",
    "address1",
    "address2",
    "birthdate",
    "birthday",
    "dateofbirth",
    "iban",
    "passport",
    "nationalid",
    "ipaddress",
    "taxid",
];

/// What such a name is as a whole.
const WHOLE: [&str; 8] = ["mail", "tel", "fax", "dob", "ssn", "vatid", "username", "zip"];

/// What an object is called in which `name` is a person's.
const PEOPLE: [&str; 9] = [
    "customer",
    "person",
    "contact",
    "user",
    "recipient",
    "employee",
    "owner",
    "billing",
    "shipping",
];

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}").expect("it is valid")
});

static IBAN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
        .expect("it is valid")
});

static CARD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[0-9](?:[ -]?[0-9]){12,18}\b").expect("it is valid"));

static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"person-[0-9a-f]{10}@example\.invalid|hidden-[0-9a-f]{10}").expect("it is valid")
});

/// Hides personal data; equal values get equal stand-ins within one call of this function.
pub(super) fn hide(cassette: &Cassette) -> Cassette {
    let hider = Hider::new();
    let mut about = cassette.about.clone();
    about.personal_hidden = true;
    let hidden = |entry: &Entry| {
        let mut entry = entry.clone();
        hider.entry(&mut entry);
        entry
    };
    Cassette { about, entries: cassette.entries.iter().map(hidden).collect() }
}

/// A text in which stand-ins are dots, so that they fit whatever they stand for.
pub(super) fn as_masks(text: &str) -> std::borrow::Cow<'_, str> {
    HIDDEN.replace_all(text, MASK)
}

/// Makes stand-ins.
pub(crate) struct Hider {
    /// Known to nobody, so that no stand-in can be found out by trying values.
    salt: [u8; 16],
}

impl Hider {
    pub(crate) fn new() -> Self {
        let mut salt = [0; 16];
        // Without the system's randomness, stand-ins could be guessed, so there are none then: all
        // values get the same one.
        let is_random = getrandom::fill(&mut salt).is_ok();
        debug_assert!(is_random, "the system gives random bytes");
        Self { salt }
    }

    pub(crate) fn entry(&self, entry: &mut Entry) {
        entry.asked.url = self.url(&entry.asked.url);
        for (_, value) in &mut entry.asked.headers {
            *value = self.found_in(value);
        }
        match &mut entry.asked.body {
            Sent::Bytes(bytes) => *bytes = self.body(bytes),
            Sent::Parts(parts) => {
                for part in parts {
                    let is_named = is_personal_name(&part.name);
                    part.value = part.value.as_ref().map(|text| self.value_of(text, is_named));
                }
            }
            Sent::Nothing | Sent::File { .. } => {}
        }
        if let Outcome::Answer(answer) = &mut entry.outcome {
            for (_, value) in &mut answer.headers {
                *value = self.found_in(value);
            }
            let hidden = self.body(&answer.body);
            if hidden.len() != answer.body.len() {
                super::redact::set_length(&mut answer.headers, hidden.len());
            }
            answer.body = hidden;
        }
    }

    fn url(&self, text: &str) -> String {
        let Some((path, query)) = text.split_once('?') else { return self.found_in(text) };
        let pairs = query.split('&').map(|pair| {
            let Some((name, _)) = pair.split_once('=') else { return pair.to_owned() };
            let mut decoded = url::form_urlencoded::parse(pair.as_bytes());
            let Some((plain, value)) = decoded.next() else { return pair.to_owned() };
            let hidden = self.value_of(&value, is_personal_name(&plain));
            if hidden == value {
                return pair.to_owned();
            }
            let encoded: String = url::form_urlencoded::byte_serialize(hidden.as_bytes()).collect();
            format!("{name}={encoded}")
        });
        format!("{}?{}", self.found_in(path), pairs.collect::<Vec<_>>().join("&"))
    }

    fn body(&self, bytes: &Bytes) -> Bytes {
        let Ok(text) = std::str::from_utf8(bytes) else { return bytes.clone() };
        if text.trim_start().starts_with(['{', '['])
            && let Ok(before) = serde_json::from_str::<Value>(text)
        {
            let mut json = before.clone();
            self.json(&mut json, false, false);
            return if json == before { bytes.clone() } else { Bytes::from(json.to_string()) };
        }
        let hidden = if text.trim_start().starts_with('<') {
            self.xml(text)
        } else if text.contains('=') && !text.contains(char::is_whitespace) {
            self.url(&format!("?{text}"))[1..].to_owned()
        } else {
            self.found_in(text)
        };
        if hidden == text { bytes.clone() } else { Bytes::from(hidden) }
    }

    fn json(&self, value: &mut Value, is_named: bool, is_person: bool) {
        match value {
            Value::Object(object) => {
                for (key, value) in object.iter_mut() {
                    let name = letters(key);
                    let names_person = PEOPLE.iter().any(|part| name.contains(part));
                    let is_named = is_personal_name(key) || (is_person && name == "name");
                    self.json(value, is_named, names_person || (is_person && !value.is_array()));
                }
            }
            Value::Array(list) => {
                for value in list {
                    self.json(value, is_named, is_person);
                }
            }
            Value::String(text) => *text = self.value_of(text, is_named),
            Value::Number(number) if is_named => {
                let digest = self.digest(&number.to_string());
                *value =
                    Value::from(u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]));
            }
            Value::Number(_) | Value::Bool(_) | Value::Null => {}
        }
    }

    /// The texts of elements; attributes are looked at for what values look like only.
    fn xml(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(end) = rest.find('>') {
            let (tag, behind) = rest.split_at(end + 1);
            out.push_str(tag);
            let value_end = behind.find('<').unwrap_or(behind.len());
            let (value, after) = behind.split_at(value_end);
            let name = tag.rsplit('<').next().unwrap_or("").split([' ', '>', '/']).next();
            let name = name.unwrap_or("").rsplit(':').next().unwrap_or("");
            let is_named = is_personal_name(name) && !value.trim().is_empty();
            out.push_str(&self.value_of(value, is_named));
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn value_of(&self, text: &str, is_named: bool) -> String {
        if text.is_empty() || text.contains(MASK) || HIDDEN.is_match(text) {
            return text.to_owned();
        }
        if !is_named {
            return self.found_in(text);
        }
        if EMAIL.is_match(text) { self.person(text) } else { self.hidden(text) }
    }

    /// A text in which what looks like personal data is hidden.
    fn found_in(&self, text: &str) -> String {
        // Most texts have none of the letters that these need.
        if text.len() < 5 || !text.bytes().any(|byte| byte == b'@' || byte.is_ascii_digit()) {
            return text.to_owned();
        }
        let text = EMAIL.replace_all(text, |found: &regex::Captures<'_>| {
            if HIDDEN.is_match(&found[0]) { found[0].to_owned() } else { self.person(&found[0]) }
        });
        let text = IBAN.replace_all(&text, |found: &regex::Captures<'_>| {
            if is_iban(&found[0]) { self.hidden(&found[0]) } else { found[0].to_owned() }
        });
        let text = CARD.replace_all(&text, |found: &regex::Captures<'_>| {
            if is_card(&found[0]) { self.hidden(&found[0]) } else { found[0].to_owned() }
        });
        text.into_owned()
    }

    fn person(&self, text: &str) -> String {
        format!("person-{}@example.invalid", self.mark(&text.to_lowercase()))
    }

    fn hidden(&self, text: &str) -> String {
        format!("hidden-{}", self.mark(text))
    }

    fn mark(&self, text: &str) -> String {
        hex(&self.digest(text)[..5])
    }

    fn digest(&self, text: &str) -> [u8; 32] {
        Sha256::new().chain_update(self.salt).chain_update(text).finalize().into()
    }
}

fn is_personal_name(name: &str) -> bool {
    let name = letters(name);
    PARTS.iter().any(|part| name.contains(part)) || WHOLE.contains(&name.as_str())
}

fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether the check digits are right (ISO 13616: modulo 97 is 1).
fn is_iban(text: &str) -> bool {
    let compact: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
    if !(15..=34).contains(&compact.len()) {
        return false;
    }
    let rotated = compact[4..].iter().chain(&compact[..4]);
    let rest = rotated.fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    rest == 1
}

/// Whether the check digit is right (ISO/IEC 7812, Luhn).
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> =
        text.bytes().filter(u8::is_ascii_digit).map(|b| u32::from(b - b'0')).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match at % 2 {
            0 => *digit,
            _ if *digit > 4 => digit * 2 - 9,
            _ => digit * 2,
        })
        .sum();
    // A number of equal digits is none, and neither is a moment in milliseconds.
    sum.is_multiple_of(10) && digits.len() > 13 && digits.iter().any(|digit| digit != &digits[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> String {
        String::from_utf8(Hider::new().body(&Bytes::copy_from_slice(text.as_bytes())).to_vec())
            .unwrap()
    }

    #[test]
    fn what_is_personal_is_hidden_and_nothing_else() {
        let hidden = body(
            r#"{"id":17,"name":"Desk","customer":{"name":"Ann Lee","email":"ann@x.org","city":"Bonn"},
                "note":"write to ann@x.org or pay DE89 3704 0044 0532 0130 00","card":"4111 1111 1111 1111",
                "order":"DE89370400440532013001"}"#,
        );
        let json: Value = serde_json::from_str(&hidden).unwrap();
        for gone in ["Ann", "ann@", "3704 0044", "4111"] {
            assert!(!hidden.contains(gone), "{gone} in {hidden}");
        }
        assert_eq!((json["name"].as_str(), json["id"].as_u64()), (Some("Desk"), Some(17)));
        assert_eq!(json["order"].as_str(), Some("DE89370400440532013001"));
        assert_eq!(json["customer"]["city"].as_str(), Some("Bonn"));
        // What was equal is equal, so that joins come out the same.
        let email = json["customer"]["email"].as_str().unwrap();
        assert!(json["note"].as_str().unwrap().contains(email));
        assert!(as_masks(email) == MASK);
    }

    #[test]
    fn forms_and_xml_are_looked_through_too() {
        let form = body("first_name=Ann&page=2&to=a%40b.org");
        assert!(
            form.starts_with("first_name=hidden-") && form.contains("&page=2&to=person-"),
            "{form}"
        );
        let xml = body("<c:Phone>0228 1</c:Phone><n>7</n>");
        assert!(
            xml.starts_with("<c:Phone>hidden-") && xml.ends_with("</c:Phone><n>7</n>"),
            "{xml}"
        );
    }

    #[test]
    fn hiding_twice_changes_nothing_more() {
        let once = body(r#"{"email":"a@b.org","phone":"1","note":"a@b.org"}"#);
        assert_eq!(body(&once), once);
    }
}
