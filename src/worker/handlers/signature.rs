//! Signatures by the convention of [Standard Webhooks](https://www.standardwebhooks.com), so that there are verifiers in every language.

use super::HandlerError;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// What a secret begins with whose rest is the key in base64.
const ENCODED: &str = "whsec_";

/// What both sides know; shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Vec<u8>);

impl Secret {
    /// `whsec_` and a key in base64, or else the key itself as text.
    pub(crate) fn new(text: &str) -> Result<Self, HandlerError> {
        let text = text.trim();
        let key = match text.strip_prefix(ENCODED) {
            Some(encoded) => STANDARD.decode(encoded).map_err(|_| {
                HandlerError::new("what stands behind `whsec_` in the secret is no base64")
            })?,
            None => text.as_bytes().to_vec(),
        };
        if key.is_empty() {
            return Err(HandlerError::new(
                "the secret is empty: make one with `openssl rand -base64 32`, and put `whsec_` before it",
            ));
        }
        Ok(Self(key))
    }

    /// The signature of a message that was sent at this time (seconds since 1970).
    pub(crate) fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        // A key of any length will do.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn the_signature_is_the_convention_s() {
        // The example of the specification's own libraries.
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        assert_eq!(
            secret.sign(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                br#"{"test": 2432232314}"#
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_secret_is_text_or_base64_and_never_shown() {
        let plain = Secret::new("a long word\n").expect("a secret");
        let encoded = Secret::new("whsec_YSBsb25nIHdvcmQ=").expect("a secret");
        assert_eq!(plain, encoded);
        assert_eq!(format!("{plain:?}"), "Secret(…)");
        for wrong in ["", " ", "whsec_", "whsec_%"] {
            assert!(Secret::new(wrong).is_err(), "{wrong}");
        }
    }
}
