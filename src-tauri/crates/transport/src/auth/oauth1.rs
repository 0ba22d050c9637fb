//! OAuth 1.0a with HMAC-SHA256 (RFC 5849), as NetSuite's token-based authentication wants it. Not
//! how a token is got: it was given out by hand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use http::header;
use percent_encoding::{percent_decode, percent_encode};
use sha2::Sha256;
use url::{Position, Url};
use vault::Secret;

use super::place::{self, escaped};
use crate::error::Kind;
use crate::outgoing::Outgoing;
use crate::request::Body;
use crate::spec::OAuth1Spec;

/// Signs the call, its query and a form in its body included. `nonce` is a text that was never
/// used before. Returns what was made of the secrets.
///
/// # Errors
/// [`Kind::SignIn`], where there is no consumer key.
pub(crate) fn sign(
    call: &mut Outgoing,
    spec: &OAuth1Spec,
    consumer_secret: &Secret,
    token_secret: Option<&Secret>,
    nonce: &str,
) -> Result<Vec<Secret>, Kind> {
    if spec.consumer_key.is_empty() {
        return Err(Kind::SignIn(
            "The connection's OAuth 1.0a sign-in has no consumer key: enter it.".to_owned(),
        ));
    }
    let timestamp = (call.at / 1000).to_string();
    let mut params = vec![
        ("oauth_consumer_key", spec.consumer_key.as_str()),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", &timestamp),
        ("oauth_version", "1.0"),
    ];
    if !spec.token.is_empty() {
        params.push(("oauth_token", &spec.token));
    }
    let signature = signature(&base_string(call, &params), consumer_secret, token_secret);
    params.push(("oauth_signature", signature.reveal()));

    let mut parts: Vec<String> = Vec::new();
    if !spec.realm.is_empty() {
        // The realm is a text in quotes, not encoded and not signed (RFC 5849 § 3.5.1).
        let realm = spec.realm.replace('\\', "\\\\").replace('"', "\\\"");
        parts.push(format!("realm=\"{realm}\""));
    }
    parts.extend(params.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))));
    let value = Secret::new(format!("OAuth {}", parts.join(", ")));
    place::header(call, "authorization", &value)?;
    Ok(vec![value, Secret::new(escaped(signature.reveal())), signature])
}

/// RFC 5849 § 3.4.2, with SHA-256.
fn signature(base: &str, consumer_secret: &Secret, token_secret: Option<&Secret>) -> Secret {
    let token_secret = token_secret.map_or("", Secret::reveal);
    let key =
        Secret::new(format!("{}&{}", escaped(consumer_secret.reveal()), escaped(token_secret)));
    let mut mac = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes())
        .expect("an HMAC takes keys of any length");
    mac.update(base.as_bytes());
    Secret::new(STANDARD.encode(mac.finalize().into_bytes()))
}

/// What is signed (RFC 5849 § 3.4.1).
fn base_string(call: &Outgoing, oauth: &[(&str, &str)]) -> String {
    let mut params: Vec<(String, String)> =
        oauth.iter().map(|(name, value)| (escaped(name), escaped(value))).collect();
    params.extend(form(call.url.query().unwrap_or("").as_bytes()));
    if let (Body::Bytes(bytes), true) = (&call.body, is_form(call)) {
        params.extend(form(bytes));
    }
    params.sort();
    let params: Vec<String> =
        params.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let method = call.method.as_str().to_ascii_uppercase();
    format!("{method}&{}&{}", escaped(&base_uri(&call.url)), escaped(&params.join("&")))
}

/// The address without query and user, which [`Url`] keeps in lower case and without the scheme's
/// own port.
fn base_uri(url: &Url) -> String {
    let (scheme, rest) = (url.scheme(), &url[Position::BeforeHost..Position::AfterPath]);
    format!("{scheme}://{rest}")
}

fn is_form(call: &Outgoing) -> bool {
    let value = call.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = value.unwrap_or("").split(';').next().unwrap_or("").trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The parameters of a form, encoded anew. Byte by byte, for not every form is UTF-8.
fn form(bytes: &[u8]) -> Vec<(String, String)> {
    let anew = |part: &[u8]| {
        let spaced: Vec<u8> = part.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
        let plain: Vec<u8> = percent_decode(&spaced).collect();
        percent_encode(&plain, place::RESERVED).to_string()
    };
    let pairs = bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => (anew(&pair[..at]), anew(&pair[at + 1..])),
            None => (anew(pair), String::new()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::auth::place::tests::call;

    fn post(url: &str, form: &str) -> Outgoing {
        let mut call = call(url);
        call.method = Method::POST;
        let form_type = "application/x-www-form-urlencoded; charset=utf-8";
        call.headers.insert("content-type", form_type.parse().unwrap());
        call.body = Body::Bytes(form.to_owned().into());
        call
    }

    /// The example of RFC 5849 § 3.4.1.1, with the port of § 3.4.1.2.
    #[test]
    fn the_base_string_is_that_of_the_rfc() {
        let call =
            post("http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", "c2&a3=2+q");
        let oauth = [
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
        ];
        let expect = "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da\
            %26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2\
            %26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp\
            %3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7";
        assert_eq!(base_string(&call, &oauth), expect);
        let other = base_string(&self::call("https://h:8443/a"), &[]);
        assert_eq!(other, "GET&https%3A%2F%2Fh%3A8443%2Fa&");
    }

    /// The example of Twitter's "Creating a signature", whose base string holds for any HMAC.
    #[test]
    fn the_base_string_is_that_of_twitter() {
        let call = post(
            "https://api.twitter.com/1.1/statuses/update.json?include_entities=true",
            "status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21",
        );
        let oauth = [
            ("oauth_consumer_key", "xvz1evFS4wEEPTGEFPHBog"),
            ("oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1318622958"),
            ("oauth_token", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),
            ("oauth_version", "1.0"),
        ];
        let expect = "POST&https%3A%2F%2Fapi.twitter.com%2F1.1%2Fstatuses%2Fupdate.json&include_\
            entities%3Dtrue%26oauth_consumer_key%3Dxvz1evFS4wEEPTGEFPHBog%26oauth_nonce%3DkYjzVBB8Y0\
            ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp\
            %3D1318622958%26oauth_token%3D370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb%26oauth\
            _version%3D1.0%26status%3DHello%2520Ladies%2520%252B%2520Gentlemen%252C%2520a%2520signed\
            %2520OAuth%2520request%2521";
        assert_eq!(base_string(&call, &oauth), expect);
    }

    /// The key and base string that oauthlib's tests sign with HMAC-SHA256.
    #[test]
    fn the_signature_is_that_of_oauthlib() {
        let base = "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da\
            %26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2\
            %26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp\
            %3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7";
        let consumer = Secret::new("ECrDNoq1VYzzzzzzzzzyAK7TwZNtPnkqatqZZZZ");
        let token = Secret::new("just-a-string    asdasd");
        let signature = signature(base, &consumer, Some(&token));
        assert_eq!(signature.reveal(), "wdfdHUKXHbOnOGZP8WFAWMSAmWzN3EVBWWgXGlC/Eo4=");
    }

    #[test]
    fn a_call_to_netsuite_names_its_realm_and_signs_its_query() {
        let spec = OAuth1Spec {
            consumer_key: "ck".to_owned(),
            token: "tk".to_owned(),
            realm: "123456_SB1".to_owned(),
        };
        let url = "https://123456-sb1.restlets.api.netsuite.com/app/site/hosting/restlet.nl\
            ?script=6&deploy=1&customParam=some%20value";
        let mut call = call(url);
        let masked =
            sign(&mut call, &spec, &Secret::new("cs"), Some(&Secret::new("ts")), "n1").unwrap();
        let base = "GET&https%3A%2F%2F123456-sb1.restlets.api.netsuite.com%2Fapp%2Fsite%2Fhosting\
            %2Frestlet.nl&customParam%3Dsome%2520value%26deploy%3D1%26oauth_consumer_key%3Dck\
            %26oauth_nonce%3Dn1%26oauth_signature_method%3DHMAC-SHA256%26oauth_timestamp\
            %3D1440938160%26oauth_token%3Dtk%26oauth_version%3D1.0%26script%3D6";
        let signature = signature(base, &Secret::new("cs"), Some(&Secret::new("ts")));
        let expect = format!(
            "OAuth realm=\"123456_SB1\", oauth_consumer_key=\"ck\", oauth_nonce=\"n1\", \
             oauth_signature_method=\"HMAC-SHA256\", oauth_timestamp=\"1440938160\", \
             oauth_version=\"1.0\", oauth_token=\"tk\", oauth_signature=\"{}\"",
            escaped(signature.reveal())
        );
        assert_eq!(call.headers["authorization"], expect.as_str());
        assert_eq!(call.url.as_str(), url);
        assert!(masked.contains(&signature));
        let none = OAuth1Spec { consumer_key: String::new(), ..spec };
        assert!(sign(&mut call, &none, &Secret::new("cs"), None, "n").is_err());
    }
}
