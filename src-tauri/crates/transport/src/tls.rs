//! Which certificates are trusted and shown on secure connections, and what is known of one that
//! was made. Not the connections: see `socket`. There is no way to trust everything.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use flow::run::TlsFacts;
use p12_keystore::Pkcs12Archive;
use pkcs8::{EncryptedPrivateKeyInfoRef, SecretDocument};
use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;
use vault::Secret;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use zeroize::Zeroizing;

use crate::phases;

/// How many systems' certificates are kept as read; a pool rarely has more systems.
const MAX_READ: usize = 32;

/// A certificate of ours with its key.
pub(crate) struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// Makes what a pool needs for secure connections: the computer's own trust store, these
/// authorities besides, and our certificate where there is one.
///
/// # Errors
/// Why the trust store, an authority or our certificate cannot be used.
pub(crate) fn config(
    extra: Vec<CertificateDer<'static>>,
    identity: Option<Identity>,
) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let platform = Verifier::new_with_extra_roots(extra.iter().cloned(), Arc::clone(&provider))
        .map_err(|error| error.to_string())?;
    let trust = Trust { platform, own: extra, provider: Arc::clone(&provider) };
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(trust));
    let own = match identity {
        Some(Identity { chain, key }) => {
            let own = CertifiedKey::from_der(chain, key, &provider);
            let own =
                own.map_err(|error| format!("the client certificate cannot be used ({error})"))?;
            Some(Arc::new(own))
        }
        None => None,
    };
    let mut config = builder.with_client_cert_resolver(Arc::new(Asked { own }));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Reads certificate authorities from PEM.
///
/// # Errors
/// What is wrong with the text.
pub(crate) fn authorities(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = read.map_err(|error| format!("it is no certificate in PEM ({error})"))?;
    if found.is_empty() {
        return Err("it has no -----BEGIN CERTIFICATE----- in it".to_owned());
    }
    for der in &found {
        X509Certificate::from_der(der).map_err(|_| "what is in it is no certificate".to_owned())?;
    }
    Ok(found)
}

/// Reads a certificate of ours: PEM with certificates and key, or a PFX file in Base64.
///
/// # Errors
/// What is wrong with it; never what is in it.
pub(crate) fn identity(text: &Secret, passphrase: Option<&Secret>) -> Result<Identity, String> {
    let passphrase = passphrase.map_or("", Secret::reveal);
    if text.reveal().contains("-----BEGIN") {
        of_pem(text.reveal(), passphrase)
    } else {
        of_pfx(text.reveal(), passphrase)
    }
}

fn of_pem(text: &str, passphrase: &str) -> Result<Identity, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let chain = chain.map_err(|_| "its certificate is no PEM".to_owned())?;
    if chain.is_empty() {
        return Err("it has a key but no certificate: put both into one text".to_owned());
    }
    let key = match between(text, "ENCRYPTED PRIVATE KEY") {
        Some(block) => decrypted(block, passphrase)?,
        None if text.contains("Proc-Type: 4,ENCRYPTED") => {
            return Err("its key is encrypted the old way; write it anew with \
                        `openssl pkcs8 -topk8`"
                .to_owned());
        }
        None => PrivateKeyDer::from_pem_slice(text.as_bytes())
            .map_err(|_| "it has a certificate but no private key that can be read".to_owned())?,
    };
    Ok(Identity { chain, key })
}

/// The block of PEM with this label.
fn between<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let start = text.find(&format!("-----BEGIN {label}-----"))?;
    let end_line = format!("-----END {label}-----");
    let end = start + text[start..].find(&end_line)? + end_line.len();
    Some(&text[start..end])
}

fn decrypted(block: &str, passphrase: &str) -> Result<PrivateKeyDer<'static>, String> {
    if passphrase.is_empty() {
        return Err("its key is encrypted, and no passphrase is set".to_owned());
    }
    let (_, packed) =
        SecretDocument::from_pem(block).map_err(|_| "its key is no PEM".to_owned())?;
    let packed = EncryptedPrivateKeyInfoRef::try_from(packed.as_bytes())
        .map_err(|_| "its key is encrypted in a way that is not known here".to_owned())?;
    let key = packed
        .decrypt(passphrase)
        .map_err(|_| "the passphrase does not open its key".to_owned())?;
    Ok(PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into())
}

fn of_pfx(text: &str, passphrase: &str) -> Result<Identity, String> {
    let packed: Zeroizing<String> =
        Zeroizing::new(text.chars().filter(|c| !c.is_ascii_whitespace()).collect());
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(packed.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| "it is neither PEM nor a PFX file in Base64".to_owned())?;
    let archive = Pkcs12Archive::from_pkcs12(&bytes, passphrase).map_err(|error| {
        use p12_keystore::error::Error;
        match error {
            Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => {
                "the passphrase does not open the PFX file".to_owned()
            }
            _ => "it is no PFX file that can be read here".to_owned(),
        }
    })?;
    let key = archive.keys.first().ok_or("the PFX file has no private key")?;
    // The certificate that goes with the key bears its id; the others lead up to an authority.
    let id = key.local_key_id.as_ref().map(|id| id.0.as_slice());
    let own = archive.certs.iter().position(|c| id.is_some() && c.local_key_id.as_deref() == id);
    let mut certs: Vec<_> =
        archive.certs.iter().map(|c| CertificateDer::from(c.cert.as_der().to_vec())).collect();
    if certs.is_empty() {
        return Err("the PFX file has no certificate".to_owned());
    }
    certs.swap(0, own.unwrap_or(0));
    let key = PrivatePkcs8KeyDer::from(key.key.as_der().to_vec());
    Ok(Identity { chain: certs, key: key.into() })
}

/// Shows our certificate, where there is one, and notes that it was asked for: a system that gets
/// none often just closes the connection.
#[derive(Debug)]
struct Asked {
    own: Option<Arc<CertifiedKey>>,
}

impl ResolvesClientCert for Asked {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        phases::certificate_is_asked();
        self.own.clone()
    }

    fn has_certs(&self) -> bool {
        self.own.is_some()
    }
}

/// Trusts whom the computer trusts, and whom the connection trusts.
#[derive(Debug)]
struct Trust {
    platform: Verifier,
    own: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl Trust {
    /// Whether the user gave this very certificate as one to trust, and it is for that host now.
    ///
    /// Boxes in a company's network often show a certificate that signed itself. The standard way
    /// refuses those even as an authority of their own, for an authority may not be a server.
    fn knows(
        &self,
        end_entity: &CertificateDer<'_>,
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<bool, Error> {
        if !self.own.iter().any(|own| own == end_entity) {
            return Ok(false);
        }
        let bad = |_| Error::InvalidCertificate(CertificateError::BadEncoding);
        let (_, read) = X509Certificate::from_der(end_entity).map_err(bad)?;
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        if now > read.validity().not_after.timestamp() {
            return Err(Error::InvalidCertificate(CertificateError::Expired));
        }
        if now < read.validity().not_before.timestamp() {
            return Err(Error::InvalidCertificate(CertificateError::NotValidYet));
        }
        let parsed = rustls::server::ParsedCertificate::try_from(end_entity)?;
        rustls::client::verify_server_name(&parsed, name)?;
        Ok(true)
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.knows(end_entity, server_name, now)? {
            return Ok(ServerCertVerified::assertion());
        }
        let verdict = self.platform.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        verdict.map_err(|error| plainer(error, end_entity))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        false
    }
}

/// A certificate that nobody but itself vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the certificate signed itself")]
pub(crate) struct SelfSigned;

/// Tells a certificate that signed itself from one that somebody unknown signed.
fn plainer(error: Error, end_entity: &CertificateDer<'_>) -> Error {
    let nobody_known = match &error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => true,
        // An authority that is its own server.
        Error::InvalidCertificate(CertificateError::Other(other)) => {
            other.to_string().contains("CaUsedAsEndEntity")
        }
        _ => false,
    };
    let is_own = || {
        X509Certificate::from_der(end_entity).is_ok_and(|(_, read)| read.subject() == read.issuer())
    };
    if nobody_known && is_own() {
        let reason = rustls::OtherError(Arc::new(SelfSigned));
        return Error::InvalidCertificate(CertificateError::Other(reason));
    }
    error
}

/// The certificates that systems have shown, as read: reading one for each call would cost more
/// than the rest of what is told.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    read: Mutex<Vec<(Vec<u8>, TlsFacts)>>,
}

impl Shown {
    /// What is known of the secure connection that an answer came over.
    pub(crate) fn facts(&self, answer: &reqwest::Response) -> Option<TlsFacts> {
        let info = answer.extensions().get::<reqwest::tls::TlsInfo>()?;
        let version = match info.version() {
            Some(reqwest::tls::Version::TLS_1_3) => "TLS 1.3",
            Some(reqwest::tls::Version::TLS_1_2) => "TLS 1.2",
            _ => "",
        };
        let certificate = info.peer_certificate().map(|der| self.read(der)).unwrap_or_default();
        Some(TlsFacts { version: version.to_owned(), ..certificate })
    }

    fn read(&self, der: &[u8]) -> TlsFacts {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, facts)) = read.iter().find(|(known, _)| known == der) {
            return facts.clone();
        }
        let facts = facts_of(der);
        if read.len() == MAX_READ {
            read.remove(0);
        }
        read.push((der.to_vec(), facts.clone()));
        facts
    }
}

fn facts_of(der: &[u8]) -> TlsFacts {
    let Ok((_, read)) = X509Certificate::from_der(der) else { return TlsFacts::default() };
    TlsFacts {
        version: String::new(),
        subject: read.subject().to_string(),
        issuer: read.issuer().to_string(),
        expires: Some(read.validity().not_after.timestamp() * 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// For `box.example.test`, from 2026-11-22 to 2026-12-22; it signed itself.
    const BOX: &str = "-----BEGIN CERTIFICATE-----\n\
MIIBqDCCAU6gAwIBAgIUW0I7+1e001aPE5ZlIr7w6sy8aGowCgYIKoZIzj0EAwIw\n\
GzEZMBcGA1UEAwwQYm94LmV4YW1wbGUudGVzdDAeFw0yNjExMjIyMzQyMTJaFw0y\n\
NjEyMjIyMzQyMTJaMBsxGTAXBgNVBAMMEGJveC5leGFtcGxlLnRlc3QwWTATBgcq\n\
hkjOPQIBBggqhkjOPQMBBwNCAAR9Cfk72rxWMssh2bvVc2Xthfo3A5DtZnUCnJgU\n\
d7SNOhhkzo5ufYKq2vV8Bil1h9OmtKK2Skv0SiYJqTHrkZ+ko3AwbjAdBgNVHQ4E\n\
FgQUSvpzB0toypiLC8mLEr4wNvmDpPYwHwYDVR0jBBgwFoAUSvpzB0toypiLC8mL\n\
Er4wNvmDpPYwDwYDVR0TAQH/BAUwAwEB/zAbBgNVHREEFDASghBib3guZXhhbXBs\n\
ZS50ZXN0MAoGCCqGSM49BAMCA0gAMEUCIAvxqqJoPs179zi3iLNoAvd5clh4RzfT\n\
kR30kpNkbUO0AiEAycaLMmO7vi4+dHgw8yevK1eFydX6pXjHb96TTk2yvww=\n\
-----END CERTIFICATE-----";

    /// 2026-12-01.
    const NOW: u64 = 1_796_083_200;

    fn verdict(own: &str, name: &'static str, at: u64) -> Result<bool, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let shown = authorities(BOX.as_bytes()).unwrap().remove(0);
        let own = if own.is_empty() { Vec::new() } else { authorities(own.as_bytes()).unwrap() };
        let platform =
            Verifier::new_with_extra_roots([shown.clone()], Arc::clone(&provider)).unwrap();
        let trust = Trust { platform, own, provider };
        let name = ServerName::try_from(name).unwrap();
        let at = UnixTime::since_unix_epoch(Duration::from_secs(at));
        trust.knows(&shown, &name, at).map_err(|error| format!("{error:?}"))
    }

    #[test]
    fn a_certificate_that_the_user_gave_is_trusted_for_its_name_and_its_time_only() {
        let name = "box.example.test";
        assert_eq!(verdict(BOX, name, NOW), Ok(true));
        assert_eq!(verdict("", name, NOW), Ok(false));
        let day = 24 * 60 * 60;
        assert!(verdict(BOX, name, NOW + 60 * day).unwrap_err().contains("Expired"));
        assert!(verdict(BOX, name, NOW - 60 * day).unwrap_err().contains("NotValidYet"));
        assert!(verdict(BOX, "other.example.test", NOW).unwrap_err().contains("NotValidForName"));
    }

    #[test]
    fn what_is_shown_of_a_certificate_is_read_from_it() {
        let der = authorities(BOX.as_bytes()).unwrap().remove(0);
        let facts = facts_of(&der);
        assert_eq!(facts.subject, "CN=box.example.test");
        assert_eq!(facts.issuer, facts.subject);
        assert_eq!(facts.expires, Some(1_797_982_932_000));
        assert!(authorities(b"no PEM").is_err());
    }

    #[test]
    fn what_is_wrong_with_a_certificate_of_ours_is_said_without_what_is_in_it() {
        let refused = |text: &str, passphrase: Option<&str>| {
            let passphrase = passphrase.map(Secret::new);
            identity(&Secret::new(text), passphrase.as_ref()).err().unwrap()
        };
        assert!(refused(BOX, None).contains("no private key"));
        assert!(refused("canary", None).contains("neither PEM nor a PFX"));
        assert!(refused("Y2FuYXJ5", Some("canary")).contains("no PFX file"));
        let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n\
                      -----END ENCRYPTED PRIVATE KEY-----\n";
        assert!(refused(&format!("{BOX}\n{locked}"), None).contains("no passphrase is set"));
    }
}
