//! Who may come in to the server, and whether it may be reached without anybody being asked.

use super::Failure;
use crate::{
    auth::{Auth, ProxyUsers, SessionLimits},
    config::{AuthConfig, Config, ConfigError, TokenConfig, UserConfig},
};
use http::HeaderName;
use std::net::SocketAddr;

/// Who may come in, as the configuration says.
pub(super) fn auth(config: &Config) -> Result<Auth, ConfigError> {
    let users: Result<Vec<_>, _> = config.users.iter().map(UserConfig::user).collect();
    let tokens: Result<Vec<_>, _> = config.tokens.iter().map(TokenConfig::token).collect();
    let limits = SessionLimits {
        idle: config.auth.session_idle,
        lifetime: config.auth.session_lifetime,
    };
    Ok(Auth::new(
        users?,
        tokens?,
        limits,
        config.auth.secure_cookies || config.server.tls().is_some(),
    )
    .with_proxy(proxy(&config.auth)))
}

/// Whom a proxy may name. What is no name of a header was refused with the settings.
fn proxy(config: &AuthConfig) -> Option<ProxyUsers> {
    let header = |name: &Option<String>| HeaderName::try_from(name.as_deref()?).ok();
    Some(ProxyUsers {
        header: header(&config.proxy_header)?,
        groups_header: header(&config.proxy_groups_header),
        roles: config.proxy_roles.clone(),
        role: config.proxy_role,
    })
}

/// Refuses to be reached from elsewhere without a log-in, unless that is said to be meant.
pub(super) fn check(config: &Config, address: SocketAddr, auth: &Auth) -> Result<(), Failure> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    if !auth.is_open() {
        if !auth.secure_cookies() {
            tracing::warn!(
                %address,
                "sessions go over the network as they are: set `server.tls_certificate`, or put a proxy with TLS in front and set `auth.secure_cookies = true`"
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
         (`[users.NAME]`, with a hash from `jobdeck hash-password`), let a proxy name them (`auth.proxy_header`), listen on 127.0.0.1, or, where whoever reaches it may do everything, \
         say `--insecure-no-auth`"
    )))
}
