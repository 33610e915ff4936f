//! A provider: discovery, keys, a page where everybody is logged in already, tokens for codes, and what it says of users. What it says, and
//! how it lies, the tests say.

use super::*;
use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use rsa::{
    RsaPrivateKey,
    pkcs1v15::SigningKey,
    signature::{SignatureEncoding, Signer},
    traits::PublicKeyParts,
};
use serde_json::Map;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard},
    time::{SystemTime, UNIX_EPOCH},
};

/// The access token that it gives to everybody.
const ACCESS: &str = "access-token";

/// A provider on a socket of its own.
#[derive(Clone)]
pub(super) struct Provider {
    /// What it is called: where it is.
    pub(super) issuer: String,
    what: Arc<Mutex<What>>,
}

/// What it says, and how it lies.
pub(super) struct What {
    keys: Vec<Key>,
    codes: HashMap<String, Begun>,
    /// What it says of the one who is logged in, in the ID token; nothing where a value is `null`.
    pub(super) claims: Map<String, Value>,
    /// The same, where it is asked with the access token.
    pub(super) user_info: Option<Map<String, Value>>,
    /// Goes into the discovery.
    pub(super) discovery: Map<String, Value>,
    /// The head of ID tokens; that of its newest key otherwise.
    pub(super) head: Option<Value>,
    /// Signs with this key instead.
    pub(super) forger: Option<Key>,
    /// Signs with Jobdeck's secret instead.
    pub(super) signs_by_secret: bool,
    /// Goes into what the browser is sent back with.
    pub(super) answer: Map<String, Value>,
    /// Where tokens are asked for nothing works.
    pub(super) is_broken: bool,
    /// How often tokens were asked for.
    pub(super) exchanges: usize,
    /// How often discovery was asked for.
    pub(super) discoveries: usize,
    /// How Jobdeck said who it is.
    pub(super) said_by_body: Option<bool>,
}

struct Begun {
    nonce: String,
    challenge: String,
    callback: String,
}

/// A key.
pub(super) struct Key {
    pair: Pair,
    id: String,
}

enum Pair {
    /// Of ES256.
    Curve(Box<EcdsaKeyPair>),
    /// Of RS256.
    Rsa(Box<RsaPrivateKey>),
}

impl Key {
    /// Of RS256, as most providers have.
    pub(super) fn rsa(id: &str) -> Self {
        let made = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).expect("a key");
        Self {
            pair: Pair::Rsa(Box::new(made)),
            id: id.to_owned(),
        }
    }

    /// Of ES256.
    pub(super) fn new(id: &str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &random).expect("a key");
        Self {
            pair: Pair::Curve(Box::new(pair)),
            id: id.to_owned(),
        }
    }

    fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Curve(_) => "ES256",
            Pair::Rsa(_) => "RS256",
        }
    }

    fn public(&self) -> Value {
        let mut key = match &self.pair {
            Pair::Curve(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({
                    "kty": "EC", "crv": "P-256",
                    "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
                })
            }
            Pair::Rsa(pair) => json!({
                "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(pair.n().to_bytes_be()),
                "e": URL_SAFE_NO_PAD.encode(pair.e().to_bytes_be()),
            }),
        };
        key["use"] = json!("sig");
        key["alg"] = json!(self.algorithm());
        key["kid"] = json!(self.id);
        key
    }

    fn sign(&self, text: &str) -> String {
        match &self.pair {
            Pair::Curve(pair) => {
                let random = SystemRandom::new();
                let signature = pair.sign(&random, text.as_bytes()).expect("signed");
                URL_SAFE_NO_PAD.encode(signature)
            }
            Pair::Rsa(pair) => {
                let pair = SigningKey::<rsa::sha2::Sha256>::new(RsaPrivateKey::clone(pair));
                URL_SAFE_NO_PAD.encode(pair.sign(text.as_bytes()).to_vec())
            }
        }
    }
}

pub(super) fn seconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a time").as_secs()
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

impl Provider {
    pub(super) async fn new() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.expect("a port"))
    }

    /// On this socket, so that it can come later than those who ask for it.
    pub(super) fn on(listener: TcpListener) -> Self {
        let address = listener.local_addr().expect("an address");
        let provider = Self {
            issuer: format!("http://{address}"),
            what: Arc::new(Mutex::new(What {
                keys: vec![Key::new("first")],
                codes: HashMap::new(),
                claims: object(&json!({"preferred_username": "ada", "groups": ["ops"]})),
                user_info: None,
                discovery: Map::new(),
                head: None,
                forger: None,
                signs_by_secret: false,
                answer: Map::new(),
                is_broken: false,
                exchanges: 0,
                discoveries: 0,
                said_by_body: None,
            })),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub(super) fn what(&self) -> MutexGuard<'_, What> {
        self.what.lock().expect("no test has failed with it")
    }

    /// From now on this one is logged in.
    pub(super) fn is(&self, claims: &Value) {
        self.what().claims = object(claims);
    }

    /// From now on it has another key, and no longer the one before.
    pub(super) fn rotate(&self, key: Key) {
        self.what().keys = vec![key];
    }

    fn id_token(&self, nonce: &str) -> String {
        let what = self.what();
        let now = seconds();
        let mut claims = object(&json!({
            "iss": self.issuer, "aud": CLIENT, "sub": "u-1", "iat": now, "exp": now + 300, "nonce": nonce,
        }));
        claims.extend(what.claims.clone());
        claims.retain(|_, value| !value.is_null());
        let key = what.forger.as_ref().or(what.keys.last()).expect("a key");
        let own = what.keys.last().expect("a key");
        let head = what.head.clone();
        let head = head.unwrap_or_else(|| json!({"alg": own.algorithm(), "kid": own.id}));
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encoded(&head), encoded(&claims.into()));
        let signature = if what.signs_by_secret {
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
            URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, signed.as_bytes()))
        } else if head["alg"] == "none" {
            String::new()
        } else {
            key.sign(&signed)
        };
        format!("{signed}.{signature}")
    }
}

async fn discovery(State(provider): State<Provider>) -> Json<Value> {
    let issuer = &provider.issuer;
    let mut what = provider.what();
    what.discoveries += 1;
    let mut said = object(&json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "end_session_endpoint": format!("{issuer}/goodbye"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256"],
    }));
    said.extend(what.discovery.clone());
    said.retain(|_, value| !value.is_null());
    Json(said.into())
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    let keys: Vec<Value> = provider.what().keys.iter().map(Key::public).collect();
    Json(json!({"keys": keys}))
}

async fn authorize(
    State(provider): State<Provider>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Response {
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    assert_eq!(of("client_id"), CLIENT);
    assert_eq!(of("response_type"), "code");
    assert_eq!(of("code_challenge_method"), "S256");
    assert_eq!(of("scope"), "openid profile groups");
    let mut what = provider.what();
    let code = format!("code-{}", what.codes.len());
    let callback = of("redirect_uri");
    what.codes.insert(
        code.clone(),
        Begun {
            nonce: of("nonce"),
            challenge: of("code_challenge"),
            callback: callback.clone(),
        },
    );
    let mut answer = object(&json!({"code": code, "state": of("state")}));
    answer.extend(what.answer.clone());
    answer.retain(|_, value| !value.is_null());
    let mut back: reqwest::Url = callback.parse().expect("an address");
    for (name, value) in &answer {
        let value = value.as_str().expect("text");
        back.query_pairs_mut().append_pair(name, value);
    }
    Redirect::to(back.as_str()).into_response()
}

async fn token(
    State(provider): State<Provider>,
    headers: HeaderMap,
    Form(asked): Form<BTreeMap<String, String>>,
) -> Response {
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let refused = |error: &str| {
        let body = json!({"error": error, "error_description": "because\nit is so"});
        (axum::http::StatusCode::BAD_REQUEST, Json(body)).into_response()
    };
    let begun = {
        let mut what = provider.what();
        what.exchanges += 1;
        if what.is_broken {
            return axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let basic = headers.get("authorization").map(|said| {
            let said = said.to_str().expect("text");
            let said = said.strip_prefix("Basic ").expect("the usual way");
            String::from_utf8(STANDARD.decode(said).expect("base64")).expect("text")
        });
        what.said_by_body = Some(basic.is_none());
        let is_known = match basic {
            // Each half stands there as in a form (RFC 6749, 2.3.1).
            Some(said) => said == format!("{CLIENT}:hunter2+%26%2B%25%C3%BC"),
            None => of("client_id") == CLIENT && of("client_secret") == SECRET,
        };
        if !is_known {
            return refused("invalid_client");
        }
        what.codes.remove(&of("code"))
    };
    let Some(begun) = begun else {
        return refused("invalid_grant");
    };
    let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(of("code_verifier")));
    if of("grant_type") != "authorization_code"
        || of("redirect_uri") != begun.callback
        || proof != begun.challenge
    {
        return refused("invalid_grant");
    }
    Json(json!({
        "access_token": ACCESS, "token_type": "Bearer", "expires_in": 300,
        "id_token": provider.id_token(&begun.nonce),
    }))
    .into_response()
}

async fn user_info(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    let said = headers
        .get("authorization")
        .map(|said| said.as_bytes().to_vec());
    assert_eq!(said, Some(format!("Bearer {ACCESS}").into_bytes()));
    match provider.what().user_info.clone() {
        Some(claims) => Json(Value::from(claims)).into_response(),
        None => axum::http::StatusCode::NOT_FOUND.into_response(),
    }
}
