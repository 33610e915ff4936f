//! `jobdeck hash-password`: what stands in the configuration in place of a password.

use super::{Failure, output};
use crate::auth::{LONGEST_PASSWORD, PasswordHash};
use clap::Args;
use std::io::{BufRead as _, IsTerminal as _};

/// Print the hash of a password, for `[users.NAME]` in the configuration
///
/// Asks for the password twice without showing it; without a terminal, reads it from the first line of standard input.
#[derive(Debug, Args)]
pub(super) struct HashPassword {}

impl HashPassword {
    pub(super) fn run(self) -> Result<(), Failure> {
        let password = if std::io::stdin().is_terminal() {
            asked()?
        } else {
            let mut line = String::new();
            std::io::stdin()
                .lock()
                .read_line(&mut line)
                .map_err(|error| Failure::new(format!("standard input cannot be read: {error}")))?;
            line.trim_end_matches(['\r', '\n']).to_owned()
        };
        if password.is_empty() {
            return Err(Failure::new("the password is empty: give one"));
        }
        if password.len() > LONGEST_PASSWORD {
            return Err(Failure::new(format!(
                "the password is too long: {LONGEST_PASSWORD} bytes at most"
            )));
        }
        let hash = PasswordHash::of(&password)
            .map_err(|error| Failure::new(format!("the password cannot be hashed: {error}")))?;
        output::line(hash);
        Ok(())
    }
}

fn asked() -> Result<String, Failure> {
    let ask = |prompt| {
        rpassword::prompt_password(prompt)
            .map_err(|error| Failure::new(format!("the password cannot be read: {error}")))
    };
    let password = ask("Password: ")?;
    if ask("Once more: ")? != password {
        return Err(Failure::new("the two are not the same: try again"));
    }
    Ok(password)
}
