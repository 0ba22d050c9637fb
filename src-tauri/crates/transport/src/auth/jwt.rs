//! Tokens that we sign ourselves (RFC 7519): as bearer tokens, as an app's proof of who it is, and
//! as what a token is given for. Not those that a system gives out: see `tokens`.

use std::sync::Once;

use flow::run::Timestamp;
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, KeyUtils};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, AlgorithmFamily, EncodingKey, Header};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use serde_json::{Map, Value};
use signature::Signer;
use vault::Secret;

use super::secrets::PLACEHOLDER;
use crate::error::Kind;
use crate::spec::{JwtAlgorithm, JwtSpec};

/// Signs a token as it is written down, valid from `at` on. `audience` is for whom it is where the
/// spec does not say. Every token has an id of its own (`jti`).
///
/// # Errors
/// [`Kind::SignIn`], where the key is not one that the algorithm takes.
pub(crate) fn sign(
    spec: &JwtSpec,
    key: &Secret,
    audience: &str,
    at: Timestamp,
) -> Result<Secret, Kind> {
    let mut claims = Map::new();
    let mut set = |name: &str, text: &str| {
        if !text.is_empty() {
            claims.insert(name.to_owned(), Value::from(text));
        }
    };
    set("iss", &spec.issuer);
    set("sub", &spec.subject);
    set("aud", if spec.audience.is_empty() { audience } else { &spec.audience });
    let seconds = at.div_euclid(1000);
    claims.insert("iat".to_owned(), Value::from(seconds));
    claims.insert("exp".to_owned(), Value::from(seconds + i64::from(spec.seconds.max(1))));
    claims.insert("jti".to_owned(), Value::from(super::random_text(16)?));
    // What the user wrote has the last word: some systems want no `jti`, or another `sub`.
    for (name, value) in &spec.claims {
        if value.is_null() {
            claims.remove(name);
        } else {
            claims.insert(name.clone(), value.clone());
        }
    }
    encode(spec.algorithm, &spec.key_id, &claims, key)
}

/// Signs claims.
///
/// # Errors
/// [`Kind::SignIn`], where the key is not one that the algorithm takes.
pub(crate) fn encode(
    algorithm: JwtAlgorithm,
    key_id: &str,
    claims: &Map<String, Value>,
    key: &Secret,
) -> Result<Secret, Kind> {
    if key.reveal() == PLACEHOLDER {
        return Ok(Secret::new(PLACEHOLDER));
    }
    install_ring();
    let mut header = Header::new(wire(algorithm));
    header.kid = (!key_id.is_empty()).then(|| key_id.to_owned());
    let signed = encoding_key(algorithm, key)
        .and_then(|key| jsonwebtoken::encode(&header, claims, &key))
        .map_err(|_| Kind::SignIn(wrong_key(algorithm, key)))?;
    Ok(Secret::new(signed))
}

fn wire(algorithm: JwtAlgorithm) -> Algorithm {
    match algorithm {
        JwtAlgorithm::RS256 => Algorithm::RS256,
        JwtAlgorithm::RS384 => Algorithm::RS384,
        JwtAlgorithm::RS512 => Algorithm::RS512,
        JwtAlgorithm::PS256 => Algorithm::PS256,
        JwtAlgorithm::ES256 => Algorithm::ES256,
        JwtAlgorithm::ES384 => Algorithm::ES384,
        JwtAlgorithm::EdDSA => Algorithm::EdDSA,
        JwtAlgorithm::HS256 => Algorithm::HS256,
    }
}

fn encoding_key(
    algorithm: JwtAlgorithm,
    key: &Secret,
) -> Result<EncodingKey, jsonwebtoken::errors::Error> {
    let pem = key.reveal().trim().as_bytes();
    match wire(algorithm).family() {
        AlgorithmFamily::Hmac => Ok(EncodingKey::from_secret(key.reveal().as_bytes())),
        AlgorithmFamily::Rsa => EncodingKey::from_rsa_pem(pem),
        AlgorithmFamily::Ec => EncodingKey::from_ec_pem(pem),
        AlgorithmFamily::Ed => EncodingKey::from_ed_pem(pem),
    }
}

/// What to do about a key, without a word of what is in it.
fn wrong_key(algorithm: JwtAlgorithm, key: &Secret) -> String {
    let text = key.reveal();
    let (kind, make) = match wire(algorithm).family() {
        AlgorithmFamily::Rsa => ("an RSA key of 2048 to 4096 bits", "RSA"),
        AlgorithmFamily::Ec if algorithm == JwtAlgorithm::ES384 => {
            ("a key on the curve P-384", "EC")
        }
        AlgorithmFamily::Ec => ("a key on the curve P-256", "EC"),
        AlgorithmFamily::Ed => ("an Ed25519 key", "ED25519"),
        AlgorithmFamily::Hmac => ("a shared secret", "HMAC"),
    };
    let why = if !text.contains("-----BEGIN") {
        "it is not PEM, which begins with a line such as -----BEGIN PRIVATE KEY-----".to_owned()
    } else if text.contains("ENCRYPTED") {
        "it is locked with a passphrase: unlock it with `openssl pkey -in key.pem -out open.pem`"
            .to_owned()
    } else if text.contains("BEGIN EC PRIVATE KEY") {
        "it is in the older EC form: write it anew with `openssl pkcs8 -topk8 -nocrypt -in key.pem`"
            .to_owned()
    } else if text.contains("PUBLIC KEY") || text.contains("CERTIFICATE") {
        "it is the public part, and signing takes the private one".to_owned()
    } else {
        format!("it is not {make}, or is damaged")
    };
    format!("The private key cannot sign with {algorithm:?}, which takes {kind}: {why}.")
}

/// Lets `jsonwebtoken` sign with the cryptography that TLS uses here too.
fn install_ring() {
    static RING: CryptoProvider = CryptoProvider {
        signer_factory: signer,
        // Nothing is verified here: what we sign, the system verifies.
        verifier_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
        key_utils: KeyUtils::new_unimplemented(),
    };
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // One that stands already signs as well.
        let _ = RING.install_default();
    });
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the library calls it so")]
fn signer(
    algorithm: &Algorithm,
    key: &EncodingKey,
) -> Result<Box<dyn JwtSigner>, jsonwebtoken::errors::Error> {
    let rejected = |_| jsonwebtoken::errors::Error::from(ErrorKind::InvalidKeyFormat);
    let bytes = key.as_bytes();
    let random = SystemRandom::new();
    let rsa = |encoding: &'static dyn RsaEncoding| {
        RsaKeyPair::from_der(bytes).map(|pair| Key::Rsa(Box::new(pair), encoding))
    };
    let key = match algorithm {
        Algorithm::RS256 => rsa(&RSA_PKCS1_SHA256),
        Algorithm::RS384 => rsa(&RSA_PKCS1_SHA384),
        Algorithm::RS512 => rsa(&RSA_PKCS1_SHA512),
        Algorithm::PS256 => rsa(&RSA_PSS_SHA256),
        Algorithm::ES256 => {
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes, &random)
                .map(|pair| Key::Ec(Box::new(pair)))
        }
        Algorithm::ES384 => {
            EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, bytes, &random)
                .map(|pair| Key::Ec(Box::new(pair)))
        }
        Algorithm::EdDSA => {
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(bytes).map(|pair| Key::Ed(Box::new(pair)))
        }
        Algorithm::HS256 => Ok(Key::Hmac(ring::hmac::Key::new(ring::hmac::HMAC_SHA256, bytes))),
        _ => return Err(ErrorKind::InvalidAlgorithm.into()),
    };
    Ok(Box::new(Signing { algorithm: *algorithm, key: key.map_err(rejected)?, random }))
}

/// A key at work.
enum Key {
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
    Ec(Box<EcdsaKeyPair>),
    Ed(Box<Ed25519KeyPair>),
    Hmac(ring::hmac::Key),
}

struct Signing {
    algorithm: Algorithm,
    key: Key,
    random: SystemRandom,
}

impl Signer<Vec<u8>> for Signing {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        match &self.key {
            Key::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(*encoding, &self.random, message, &mut signature)
                    .map_err(|_| signature::Error::new())?;
                Ok(signature)
            }
            Key::Ec(pair) => {
                let signature = pair.sign(&self.random, message);
                Ok(signature.map_err(|_| signature::Error::new())?.as_ref().to_vec())
            }
            Key::Ed(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Key::Hmac(key) => Ok(ring::hmac::sign(key, message).as_ref().to_vec()),
        }
    }
}

impl JwtSigner for Signing {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
