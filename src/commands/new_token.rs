//! `jobdeck new-token`: a token for a program.

use super::{Failure, output};
use crate::auth::{hash_text, new_secret};
use clap::Args;

/// Make a token for a program, and print it with its hash for `[tokens.NAME]` in the configuration
///
/// The token is shown this once: the configuration holds only its hash.
#[derive(Debug, Args)]
pub(super) struct NewToken {}

impl NewToken {
    pub(super) fn run(self) -> Result<(), Failure> {
        let token = new_secret()
            .map_err(|error| Failure::new(format!("the system has no random numbers: {error}")))?;
        let hash = hash_text(&token);
        output::line(format_args!("token: {token}"));
        output::line(format_args!("hash = \"{hash}\""));
        Ok(())
    }
}
