//! Every grant, and every way in which an app proves that it is itself.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
    Ed25519KeyPair, KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaKeyPair,
    UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use transport::spec::{
    AuthSpec, ClientAuth, ConnectionSpec, Grant, JwtAlgorithm, JwtSpec, OAuth2Spec,
};
use transport::{Kind, Secret, SignedIn, TransportError};
use vault::{KeeperKind, SecretKey, Vault, VaultOptions};

use crate::browser::Browser;
use crate::fake::{Call, Fake};
use crate::provider::Provider;
use crate::{Account, auth, now, oauth2, words};

/// A key that is used nowhere else.
const RSA_KEY: &str = include_str!("rsa.pem");

#[tokio::test(flavor = "multi_thread")]
async fn client_credentials_work_whatever_the_app_proves_itself_by() {
    let Some(provider) = Provider::start(60) else { return };
    for (client, secret, proof) in [
        ("svc-basic", "svc-basic-secret", ClientAuth::Basic),
        ("svc-special", "p:a%20+/= &", ClientAuth::Basic),
        ("svc-post", "p@ss:w%rd +&=/~", ClientAuth::Post),
        ("svc-jwt", "a-32-byte-or-longer-shared-secret!!", ClientAuth::ClientSecretJwt),
    ] {
        let mut spec = oauth2(Grant::ClientCredentials, &provider.url("/token"), client, proof);
        spec.scopes = vec!["api:read".to_owned()];
        let account = Account::new(&provider.url(""), auth(spec), &[("client_secret", secret)]);
        let me = account.me().await;
        assert_eq!((&me["client"], &me["scope"]), (&json!(client), &json!("api:read")));
        account.me().await;
        assert_eq!((account.n_calls("/token"), account.n_calls("/api/me")), (1, 2));
        assert!(!account.tells(secret), "{client}");
        assert!(!account.tells(account.kept()["access_token"].as_str().unwrap()), "{client}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_told_in_the_systems_words_without_it() {
    let Some(provider) = Provider::start(60) else { return };
    let spec =
        oauth2(Grant::ClientCredentials, &provider.url("/token"), "svc-basic", ClientAuth::Basic);
    let account =
        Account::new(&provider.url(""), auth(spec.clone()), &[("client_secret", "wr0ng-one")]);
    let said = words(account.get("/api/me", now()).await, &["wr0ng-one"]);
    assert!(said.contains("gave no token: invalid_client"), "{said}");
    assert!(said.contains("Check the client id, the client secret"), "{said}");

    let account = Account::new(&provider.url(""), auth(spec), &[]);
    let said = words(account.get("/api/me", now()).await, &[]);
    assert!(said.starts_with("The connection \"shop\" (dev) has no client secret yet"), "{said}");
    assert_eq!(account.told.lock().unwrap().len(), 0, "nothing left without the secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_says_yes_in_the_browser() {
    let Some(provider) = Provider::start(60) else { return };
    for (client, secret, proof) in
        [("desktop", None, ClientAuth::None), ("web", Some("web-secret"), ClientAuth::Basic)]
    {
        let secrets: Vec<(&str, &str)> =
            secret.iter().map(|secret| ("client_secret", *secret)).collect();
        let account =
            Account::new(&provider.url(""), auth(code(&provider, client, proof)), &secrets);
        let said = words(account.get("/api/me", now()).await, &[]);
        assert!(
            said.starts_with("Nobody has signed in to the connection \"shop\" (dev)"),
            "{said}"
        );

        let (signed_in, page) = sign_in(&account, &mut Browser::default()).await;
        assert!(page.starts_with("200") && page.contains("You can close this window"), "{page}");
        let signed_in = signed_in.unwrap();
        assert!(signed_in.is_renewable && signed_in.expires_at.is_some(), "{signed_in:?}");
        let words: Vec<&str> = signed_in.scopes.iter().map(|scope| scope.words.as_str()).collect();
        assert!(words.contains(&"Read api"), "{words:?}");
        let me = account.me().await;
        assert_eq!((&me["client"], &me["sub"]), (&json!(client), &json!("ada")));
        let kept = account.kept();
        for secret in ["access_token", "refresh_token"] {
            assert!(!account.tells(kept[secret].as_str().unwrap()), "{secret} was told");
        }
        assert!(
            !format!("{:?}", account.connection).contains(kept["access_token"].as_str().unwrap())
        );
        assert!(transport::signed_in(&account.connection.spec, &account.vault).unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_sign_in_is_not_taken() {
    let Some(provider) = Provider::start(60) else { return };
    let spec = code(&provider, "desktop", ClientAuth::None);
    let account = Account::new(&provider.url(""), auth(spec), &[]);
    let consent = account.transport.consent(&account.connection, None, now()).await.unwrap();
    let url = transport::Url::parse(&consent.url).unwrap();
    let back = url.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    assert!(
        url.query_pairs().any(|(name, value)| name == "code_challenge_method" && value == "S256")
    );
    let cancel = CancellationToken::new();
    let yes = async {
        let mut browser = Browser::default();
        let wrong = browser.say_yes(&format!("{back}?code=stolen&state=guessed")).await;
        assert!(wrong.starts_with("400") && wrong.contains("belongs to no sign-in"), "{wrong}");
        let wrong = browser.say_yes(&format!("{back}x?code=stolen&state={state}")).await;
        assert!(wrong.starts_with("404"), "{wrong}");
        browser.say_yes(url.as_str()).await
    };
    let (signed_in, page) = tokio::join!(consent.wait(&cancel), yes);
    assert!(page.contains("You are signed in"), "{page}");
    signed_in.unwrap();
    account.me().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_a_silence_and_a_stop_end_the_wait() {
    let spec = OAuth2Spec {
        authorize_url: "http://127.0.0.1:9/auth".to_owned(),
        ..oauth2(Grant::AuthorizationCode, "http://127.0.0.1:9/token", "desktop", ClientAuth::None)
    };
    let account = Account::new("http://127.0.0.1:9", auth(spec), &[]);
    let begin = async || account.transport.consent(&account.connection, None, now()).await.unwrap();

    let consent = begin().await;
    let url = transport::Url::parse(&consent.url).unwrap();
    let pairs: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
    let no = format!(
        "{}?error=access_denied&error_description=Not+today.&state={}",
        pairs["redirect_uri"], pairs["state"]
    );
    let (mut browser, cancel) = (Browser::default(), CancellationToken::new());
    let (ended, page) = tokio::join!(consent.wait(&cancel), browser.say_yes(&no));
    assert!(page.contains("was not completed"), "{page}");
    let said = words(ended, &[]);
    assert!(said.contains("was declined: access_denied (Not today)"), "{said}");

    let consent = begin().await.patient_for(Duration::from_millis(30));
    let said = words(consent.wait(&CancellationToken::new()).await, &[]);
    assert!(said.contains("Nobody said yes"), "{said}");

    let (consent, cancel) = (begin().await, CancellationToken::new());
    cancel.cancel();
    let ended = consent.wait(&cancel).await;
    assert!(matches!(ended, Err(TransportError { kind: Kind::Cancelled, .. })), "{ended:?}");
}

#[tokio::test]
async fn nobody_is_asked_for_what_cannot_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let open = |passphrase: Option<&str>| {
        Vault::open(VaultOptions {
            keeper: Some(KeeperKind::File),
            passphrase: passphrase.map(Secret::new),
            work: 2,
            ..VaultOptions::new(folder.path())
        })
    };
    open(Some("correct horse")).set(&SecretKey::new("a", "b"), Secret::new("c")).unwrap();
    let mut oauth =
        oauth2(Grant::AuthorizationCode, "http://127.0.0.1:9/t", "desktop", ClientAuth::None);
    oauth.authorize_url = "http://127.0.0.1:9/auth".to_owned();
    let spec =
        ConnectionSpec { auth: auth(oauth), ..ConnectionSpec::new("shop", "http://127.0.0.1:9") };
    let account = Account::of(&spec, Arc::new(open(None)), &[]);
    let begun = account.transport.consent(&account.connection, None, now()).await;
    let said = words(begun, &[]);
    assert!(said.contains("locked: give the passphrase"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_says_yes_on_another_device() {
    let Some(provider) = Provider::start(60) else { return };
    let mut spec = oauth2(Grant::DeviceCode, &provider.url("/token"), "tv", ClientAuth::None);
    spec.device_url = provider.url("/device/auth");
    spec.scopes = vec!["openid".to_owned(), "api:read".to_owned()];
    let account = Account::new(&provider.url(""), auth(spec), &[]);
    let observe = Some(account.observe());
    let consent = account.transport.consent(&account.connection, observe, now()).await.unwrap();
    assert!(consent.user_code.as_ref().is_some_and(|code| code.len() >= 8), "{consent:?}");
    let url = consent.url.clone();
    let cancel = CancellationToken::new();
    let yes = async {
        // The first question comes before the user has said anything.
        while account.n_calls("/token") == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Browser::default().say_yes(&url).await
    };
    let (signed_in, page) = tokio::join!(consent.wait(&cancel), yes);
    assert!(page.starts_with("200"), "{page}");
    signed_in.unwrap();
    assert_eq!(account.me().await["client"], "tv");
    assert!(account.n_calls("/token") >= 2, "it asked until the user said yes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_and_what_the_system_wants_besides_are_sent_as_they_are() {
    let fake = Fake::start(|_: &Call| (200, "", token("t1"))).await;
    let mut spec = oauth2(Grant::Password, &fake.url("/token"), "app", ClientAuth::Post);
    spec.user = "ada".to_owned();
    spec.audience = "https://api.example.com".to_owned();
    spec.resource = "urn:x".to_owned();
    spec.extra.insert("tenant".to_owned(), "a b&c".to_owned());
    let secrets = [("client_secret", "cs+ &%"), ("password", "pä:ss +&%")];
    let account = Account::new(&fake.url(""), auth(spec), &secrets);
    account.get("/x", now()).await.unwrap();
    let call = fake.calls("/token").remove(0);
    for (name, value) in [
        ("grant_type", "password"),
        ("username", "ada"),
        ("password", "pä:ss +&%"),
        ("client_id", "app"),
        ("client_secret", "cs+ &%"),
        ("audience", "https://api.example.com"),
        ("resource", "urn:x"),
        ("tenant", "a b&c"),
    ] {
        assert_eq!(call.field(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(fake.calls("/x")[0].token(), "t1");
    assert!(!account.tells("pä:ss") && !account.tells("cs+"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_app_signs_is_verified_by_its_public_key() {
    let rsa_der = pem::parse(RSA_KEY);
    let rsa = RsaKeyPair::from_pkcs8(&rsa_der).unwrap();
    let random = ring::rand::SystemRandom::new();
    let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let ec_pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, ec.as_ref(), &random).unwrap();
    let ed = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
    let ed_pair = Ed25519KeyPair::from_pkcs8(ed.as_ref()).unwrap();
    let rsa_public = rsa.public().as_ref();
    let cases: [(JwtAlgorithm, String, &[u8], &'static dyn VerificationAlgorithm); 4] = [
        (JwtAlgorithm::RS256, RSA_KEY.to_owned(), rsa_public, &RSA_PKCS1_2048_8192_SHA256),
        (JwtAlgorithm::PS256, RSA_KEY.to_owned(), rsa_public, &RSA_PSS_2048_8192_SHA256),
        (
            JwtAlgorithm::ES256,
            pem::write(ec.as_ref()),
            ec_pair.public_key().as_ref(),
            &ECDSA_P256_SHA256_FIXED,
        ),
        (JwtAlgorithm::EdDSA, pem::write(ed.as_ref()), ed_pair.public_key().as_ref(), &ED25519),
    ];
    for (algorithm, key, public, verify) in cases {
        let public = UnparsedPublicKey::new(verify, public);
        let jwt = jwt_spec(algorithm);
        let fake = Fake::start(|_: &Call| (200, "", token("t1"))).await;
        let secrets = [("private_key", key.as_str())];

        // As the proof of who the app is.
        let proof = ClientAuth::PrivateKeyJwt;
        let mut spec = oauth2(Grant::ClientCredentials, &fake.url("/token"), "app", proof);
        spec.jwt = Some(JwtSpec { issuer: String::new(), subject: String::new(), ..jwt.clone() });
        Account::new(&fake.url(""), auth(spec.clone()), &secrets).get("/x", now()).await.unwrap();
        let call = fake.calls("/token").remove(0);
        let (header, claims) = verified(&call.field("client_assertion").unwrap(), &public);
        assert_eq!((&header["kid"], &header["alg"]), (&json!("k1"), &json!(algorithm)));
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!("app"), &json!("app")));
        assert_eq!(claims["aud"], json!(fake.url("/token")));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);

        // As what the token is given for (RFC 7523), with claims of the system's own.
        spec.grant = Grant::JwtBearer;
        spec.client_auth = ClientAuth::None;
        spec.jwt = Some(jwt.clone());
        Account::new(&fake.url(""), auth(spec), &secrets).get("/x", now()).await.unwrap();
        let call = fake.calls("/token").remove(1);
        let grant = call.field("grant_type").unwrap();
        assert_eq!(grant, "urn:ietf:params:oauth:grant-type:jwt-bearer");
        let (_, claims) = verified(&call.field("assertion").unwrap(), &public);
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!("svc@x"), &json!("ada")));
        assert_eq!(claims["box_sub_type"], "enterprise");
        assert!(claims.get("jti").is_none(), "a claim that is null is left out");

        // As the bearer token itself.
        Account::new(&fake.url(""), AuthSpec::Jwt(jwt), &secrets).get("/y", now()).await.unwrap();
        verified(&fake.calls("/y")[0].token(), &public);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_sign_is_told_with_what_to_do() {
    let check = async |algorithm: JwtAlgorithm, key: &str, expect: &str| {
        let auth = AuthSpec::Jwt(jwt_spec(algorithm));
        let account = Account::new("http://127.0.0.1:9", auth, &[("private_key", key)]);
        let said = words(account.get("/x", now()).await, &[key]);
        assert!(said.contains(expect), "{said}");
    };
    check(JwtAlgorithm::RS256, "not-a-key-at-all", "it is not PEM").await;
    check(JwtAlgorithm::ES256, RSA_KEY, "it is not EC").await;
    let old = "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----";
    check(JwtAlgorithm::ES256, old, "openssl pkcs8 -topk8").await;
    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMHcC\n-----END ENCRYPTED PRIVATE KEY-----";
    check(JwtAlgorithm::RS256, locked, "locked with a passphrase").await;
}

fn jwt_spec(algorithm: JwtAlgorithm) -> JwtSpec {
    serde_json::from_value(json!({
        "algorithm": algorithm,
        "key_id": "k1",
        "issuer": "svc@x",
        "subject": "ada",
        "seconds": 120,
        "claims": { "box_sub_type": "enterprise", "jti": null },
    }))
    .unwrap()
}

fn token(access: &str) -> String {
    json!({ "access_token": access, "token_type": "Bearer", "expires_in": 60 }).to_string()
}

fn verified(token: &str, public: &UnparsedPublicKey<&[u8]>) -> (Value, Value) {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    public.verify(message.as_bytes(), &bytes(signature)).unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let read = |text: &str| serde_json::from_slice(&bytes(text)).unwrap();
    (read(header), read(claims))
}

/// The spec of a sign-in in the browser.
pub(crate) fn code(provider: &Provider, client: &str, proof: ClientAuth) -> OAuth2Spec {
    let mut spec = oauth2(Grant::AuthorizationCode, &provider.url("/token"), client, proof);
    spec.authorize_url = provider.url("/auth");
    spec.scopes = ["openid", "offline_access", "api:read"].map(str::to_owned).to_vec();
    spec.extra.insert("prompt".to_owned(), "consent".to_owned());
    spec
}

/// Signs in, with the test as the browser; returns its last page too.
pub(crate) async fn sign_in(
    account: &Account,
    browser: &mut Browser,
) -> (Result<SignedIn, TransportError>, String) {
    let observe = Some(account.observe());
    let consent = account.transport.consent(&account.connection, observe, now()).await.unwrap();
    let url = consent.url.clone();
    let cancel = CancellationToken::new();
    Box::pin(async { tokio::join!(consent.wait(&cancel), browser.say_yes(&url)) }).await
}

/// PEM, as far as these tests need it.
mod pem {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    pub(super) fn parse(text: &str) -> Vec<u8> {
        let lines: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        STANDARD.decode(lines).unwrap()
    }

    pub(super) fn write(der: &[u8]) -> String {
        let body = STANDARD.encode(der);
        format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
    }
}
