//! Random names that nobody can guess.

use crate::job::hexadecimal;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{TryRng, rngs::SysRng};
use sha2::{Digest as _, Sha256};

/// 256 random bits of the system, as text that is safe in a header.
///
/// # Errors
/// The system's, when it has none.
pub fn new_secret() -> Result<String, rand::rngs::SysError> {
    let mut bytes = [0_u8; 32];
    SysRng.try_fill_bytes(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The SHA-256 of a secret, which is all that is kept of it. A secret of 256 random bits needs no slower one.
#[must_use]
pub fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The same as the configuration has it, in hexadecimal digits.
#[must_use]
pub fn hash_text(secret: &str) -> String {
    hexadecimal(&digest(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_secrets_are_the_same_and_all_are_long() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 43);
        assert_ne!(digest(&one), digest(&other));
    }
}
