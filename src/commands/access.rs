//! Who may come in to the server, and whether it may be reached without anybody being asked.

use super::Failure;
use crate::{
    auth::{Auth, SessionLimits, Token, User},
    config::{Config, ConfigError, TokenConfig, UserConfig},
};
use std::net::SocketAddr;

/// Who may come in, as the configuration says.
pub(super) fn auth(config: &Config) -> Result<Auth, ConfigError> {
    let Accounts {
        users,
        tokens,
        limits,
    } = accounts(config)?;
    Ok(Auth::new(users, tokens, limits, config.auth.secure_cookies))
}

/// Who may come in, and how long sessions last.
pub(super) struct Accounts {
    pub(super) users: Vec<User>,
    pub(super) tokens: Vec<Token>,
    pub(super) limits: SessionLimits,
}

impl Accounts {
    /// Whether there is nobody, so that nobody is asked who they are.
    pub(super) fn is_empty(&self) -> bool {
        self.users.is_empty() && self.tokens.is_empty()
    }
}

/// The same before it is in force; reads the files that hold hashes.
pub(super) fn accounts(config: &Config) -> Result<Accounts, ConfigError> {
    let users: Result<Vec<_>, _> = config.users.iter().map(UserConfig::user).collect();
    let tokens: Result<Vec<_>, _> = config.tokens.iter().map(TokenConfig::token).collect();
    let limits = SessionLimits {
        idle: config.auth.session_idle,
        lifetime: config.auth.session_lifetime,
    };
    Ok(Accounts {
        users: users?,
        tokens: tokens?,
        limits,
    })
}

/// Refuses to be reached from elsewhere without a log-in (`is_open`), unless that is said to be meant.
pub(super) fn check(config: &Config, address: SocketAddr, is_open: bool) -> Result<(), Failure> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    if !is_open {
        if !config.auth.secure_cookies {
            tracing::warn!(
                %address,
                "sessions go over the network as they are: put a proxy with TLS in front, and set `auth.secure_cookies = true`"
            );
        }
        return Ok(());
    }
    if config.server.insecure_no_auth {
        tracing::warn!(
            %address,
            "listening beyond this machine without a log-in: whoever reaches this address can read, change and delete every job"
        );
        return Ok(());
    }
    Err(Failure::new(format!(
        "{address} can be reached from other machines, and nobody is asked who they are: set up a user in the configuration \
         (`[users.NAME]`, with a hash from `jobdeck hash-password`), listen on 127.0.0.1, or, where whoever reaches it may do everything, \
         say `--insecure-no-auth`"
    )))
}
