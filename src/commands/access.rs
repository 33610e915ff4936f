//! Who may come in to the server, and whether it may be reached without anybody being asked.

use super::Failure;
use crate::{
    auth::{Auth, GroupRoles, Oidc, ProxyUsers, SessionLimits, Token, User},
    config::{Config, ConfigError, TokenConfig, UserConfig},
};
use http::HeaderName;
use std::net::SocketAddr;

/// Who may come in, as the configuration says.
pub(super) fn auth(config: &Config) -> Result<Auth, Failure> {
    let Accounts {
        users,
        tokens,
        proxy,
        limits,
        has_provider: _,
    } = accounts(config)?;
    Ok(Auth::new(users, tokens, limits, secure_cookies(config))
        .with_proxy(proxy)
        .with_oidc(oidc(config)?))
}

/// The provider at which people log in, if one is named. It is asked for nothing yet.
fn oidc(config: &Config) -> Result<Option<Oidc>, Failure> {
    let settings = config.auth.oidc.settings()?.map(|mut settings| {
        settings.groups.scopes = config.group_scopes();
        settings
    });
    let oidc = settings.map(Oidc::new).transpose();
    oidc.map_err(|error| Failure::new(format!("no OpenID Connect: {}", error.for_the_log())))
}

/// Who may come in, and how long sessions last.
pub(super) struct Accounts {
    pub(super) users: Vec<User>,
    pub(super) tokens: Vec<Token>,
    /// Whom a proxy may name.
    pub(super) proxy: Option<ProxyUsers>,
    pub(super) limits: SessionLimits,
    /// Whether people log in at a provider.
    has_provider: bool,
}

impl Accounts {
    /// Whether there is nobody, so that nobody is asked who they are.
    pub(super) fn is_empty(&self) -> bool {
        self.users.is_empty()
            && self.tokens.is_empty()
            && self.proxy.is_none()
            && !self.has_provider
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
        proxy: proxy(config),
        limits,
        has_provider: config.auth.oidc.issuer.is_some(),
    })
}

/// Whom a proxy may name. What is no name of a header was refused with the settings.
fn proxy(config: &Config) -> Option<ProxyUsers> {
    let auth = &config.auth;
    let header = |name: &Option<String>| HeaderName::try_from(name.as_deref()?).ok();
    Some(ProxyUsers {
        header: header(&auth.proxy_header)?,
        groups_header: header(&auth.proxy_groups_header),
        groups: GroupRoles {
            roles: auth.proxy_roles.clone(),
            scopes: config.group_scopes(),
            role: auth.proxy_role,
        },
    })
}

/// Whether browsers send the cookie of a session by TLS only.
fn secure_cookies(config: &Config) -> bool {
    config.auth.secure_cookies || config.server.tls().is_some()
}

/// Refuses to be reached from elsewhere without a log-in (`is_open`), unless that is said to be meant.
pub(super) fn check(config: &Config, address: SocketAddr, is_open: bool) -> Result<(), Failure> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    if !is_open {
        if !secure_cookies(config) {
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
         (`[users.NAME]`, with a hash from `jobdeck hash-password`), let a provider or a proxy say who they are (`auth.oidc.issuer`, `auth.proxy_header`), listen on 127.0.0.1, or, where whoever reaches it may do everything, \
         say `--insecure-no-auth`"
    )))
}
