//! Whether a token is a program's.

use super::secret::digest;
use crate::model::{Actor, Role, Scope, Timestamp};
use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};
use subtle::ConstantTimeEq as _;

/// A token of a program, by its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    name: String,
    role: Role,
    scope: Scope,
    hash: [u8; 32],
    expires: Option<Timestamp>,
}

impl Token {
    /// A token by the hex of its SHA-256, which is good until `expires`. Nothing when that is no such hex.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        role: Role,
        hex: &str,
        expires: Option<Timestamp>,
    ) -> Option<Self> {
        Some(Self {
            name: name.into(),
            role,
            scope: Scope::all(),
            hash: from_hex(hex)?,
            expires,
        })
    }

    /// The same, limited to this.
    #[must_use]
    pub fn within(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }
}

/// Without the hash.
impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Token")
            .field("name", &self.name)
            .field("role", &self.role)
            .field("scope", &self.scope)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.trim().as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(bytes)
}

/// All tokens.
#[derive(Debug, Default)]
pub struct Tokens(RwLock<Arc<[Token]>>);

impl Tokens {
    pub(super) fn new(tokens: Vec<Token>) -> Self {
        Self(RwLock::new(tokens.into()))
    }

    /// From now on there are these.
    pub(super) fn replace(&self, tokens: Vec<Token>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = tokens.into();
    }

    fn known(&self) -> Arc<[Token]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whose token this is. Every one is compared, whatever the others said.
    pub(super) fn find(&self, token: &str, now: Timestamp) -> Option<Actor> {
        let hash = digest(token);
        let all = self.known();
        let mut found = None;
        for known in all.iter() {
            if bool::from(known.hash.ct_eq(&hash)) {
                found = Some(known);
            }
        }
        found
            .filter(|token| token.expires.is_none_or(|expires| now < expires))
            .map(|token| Actor::token(&token.name, token.role).within(token.scope.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::hash_text;

    fn token(name: &str, expires: Option<Timestamp>) -> Token {
        Token::new(name, Role::Operator, &hash_text(name), expires).expect("a token")
    }

    #[test]
    fn a_token_is_known_until_it_expires() {
        let tokens = Tokens::new(vec![token("a", None), token("b", Some(Timestamp(1_000)))]);
        let find = |text, now| tokens.find(text, Timestamp(now));
        assert_eq!(find("a", 5_000), Some(Actor::token("a", Role::Operator)));
        assert_eq!(find("b", 999), Some(Actor::token("b", Role::Operator)));
        assert_eq!(find("b", 1_000), None);
        assert_eq!(find("c", 0), None);
        assert_eq!(find("", 0), None);
        // The hash opens nothing.
        assert_eq!(find(&hash_text("a"), 0), None);
    }

    #[test]
    fn what_is_no_hash_is_no_token() {
        let whole = hash_text("a");
        assert!(Token::new("a", Role::Viewer, &whole.to_uppercase(), None).is_some());
        for text in [
            "",
            "abc",
            &whole[1..],
            &format!("{whole}0"),
            &whole.replace(&whole[..1], "g"),
        ] {
            assert!(
                Token::new("a", Role::Viewer, text, None).is_none(),
                "{text}"
            );
        }
        assert!(!format!("{:?}", token("a", None)).contains("hash"));
    }
}
