//! `[auth.oidc]`: people who log in at an OpenID Connect provider.

use super::{ConfigError, proxy, secret_file};
use crate::{
    auth::{GroupRoles, OidcSettings, check_issuer, check_redirect},
    model::{BasePath, Role},
};
use serde::Deserialize;
use std::{collections::BTreeMap, fmt, path::PathBuf};

/// People who log in at an OpenID Connect provider: `[auth.oidc]`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OidcConfig {
    /// The provider (`auth.oidc.issuer`, `JOBDECK_OIDC_ISSUER`), exactly as it calls itself. Default: none, nobody logs in that way.
    pub issuer: Option<String>,
    /// The name under which the provider knows Jobdeck (`auth.oidc.client_id`, `JOBDECK_OIDC_CLIENT_ID`).
    pub client_id: Option<String>,
    /// Jobdeck's secret there (`auth.oidc.client_secret`, `JOBDECK_OIDC_CLIENT_SECRET`). Default: none, for a public client.
    pub client_secret: Option<String>,
    /// The file that holds it (`auth.oidc.client_secret_file`, `JOBDECK_OIDC_CLIENT_SECRET_FILE`), in place of `client_secret`.
    pub client_secret_file: Option<PathBuf>,
    /// What is asked for besides `openid` (`auth.oidc.scopes`, `JOBDECK_OIDC_SCOPES` with commas). Default: `profile` and `email`.
    pub scopes: Vec<String>,
    /// What holds the user's name (`auth.oidc.user_claim`, `JOBDECK_OIDC_USER_CLAIM`). Default: `preferred_username`.
    pub user_claim: String,
    /// What holds the user's groups (`auth.oidc.groups_claim`, `JOBDECK_OIDC_GROUPS_CLAIM`). Default: `groups`.
    pub groups_claim: String,
    /// What members of groups may do (`auth.oidc.roles`, `JOBDECK_OIDC_ROLES` as `ops=operator,root=admin`); the highest counts. Default: none.
    #[serde(deserialize_with = "proxy::roles")]
    pub roles: BTreeMap<String, Role>,
    /// What everybody may do who logs in there (`auth.oidc.role`, `JOBDECK_OIDC_ROLE`). Default: nothing, only members of groups come in.
    pub role: Option<Role>,
    /// What the button on the log-in page says behind `Log in with` (`auth.oidc.label`, `JOBDECK_OIDC_LABEL`). Default: `single sign-on`.
    pub label: String,
    /// Where the provider sends people back to (`auth.oidc.redirect_url`, `JOBDECK_OIDC_REDIRECT_URL`). Default: from the address under which
    /// Jobdeck was asked.
    pub redirect_url: Option<String>,
}

impl Default for OidcConfig {
    fn default() -> Self {
        Self {
            issuer: None,
            client_id: None,
            client_secret: None,
            client_secret_file: None,
            scopes: vec!["profile".to_owned(), "email".to_owned()],
            user_claim: "preferred_username".to_owned(),
            groups_claim: "groups".to_owned(),
            roles: BTreeMap::new(),
            role: None,
            label: "single sign-on".to_owned(),
            redirect_url: None,
        }
    }
}

impl OidcConfig {
    /// What the log-in needs, with the secret that the file holds; nothing when nobody logs in that way. What groups are limited to is said
    /// elsewhere. The file is read only here: other commands need not be allowed to.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn settings(&self) -> Result<Option<OidcSettings>, ConfigError> {
        let (Some(issuer), Some(client_id)) = (&self.issuer, &self.client_id) else {
            return Ok(None);
        };
        let client_secret = match &self.client_secret_file {
            None => self.client_secret.clone(),
            Some(path) => Some(secret_file::read(path).map_err(|reason| {
                ConfigError::one(
                    "auth.oidc.client_secret_file",
                    format!("{}: {reason}", path.display()),
                )
            })?),
        };
        Ok(Some(OidcSettings {
            issuer: issuer.clone(),
            client_id: client_id.clone(),
            client_secret,
            scopes: self.scopes.clone(),
            user_claim: self.user_claim.clone(),
            groups_claim: self.groups_claim.clone(),
            groups: GroupRoles {
                roles: self.roles.clone(),
                scopes: BTreeMap::new(),
                role: self.role,
            },
            label: self.label.clone(),
            redirect_url: self.redirect_url.clone(),
        }))
    }
}

/// What types alone cannot say: `demand` takes a setting, whether what it says holds, and what is wrong otherwise.
pub(super) fn check(oidc: &OidcConfig, base: &BasePath, demand: &mut impl FnMut(&str, bool, &str)) {
    let is_text = |text: &String| !text.trim().is_empty();
    let wrong = |checked: Option<Result<(), String>>| checked.and_then(Result::err);
    let issuer = wrong(oidc.issuer.as_deref().map(check_issuer));
    demand(
        "auth.oidc.issuer",
        issuer.is_none(),
        issuer.as_deref().unwrap_or_default(),
    );
    let redirect = oidc.redirect_url.as_deref();
    let redirect = wrong(redirect.map(|text| check_redirect(text, base)));
    demand(
        "auth.oidc.redirect_url",
        redirect.is_none(),
        redirect.as_deref().unwrap_or_default(),
    );
    demand(
        "auth.oidc.issuer",
        oidc.issuer.is_none() || oidc.client_id.as_ref().is_some_and(is_text),
        "the provider must know who asks: set `auth.oidc.client_id` to the name under which Jobdeck is registered there",
    );
    demand(
        "auth.oidc.issuer",
        oidc.issuer.is_none() || oidc.role.is_some() || !oidc.roles.is_empty(),
        "nobody would have a role: set `auth.oidc.roles` (groups and their roles), or `auth.oidc.role` for everybody who logs in there",
    );
    demand(
        "auth.oidc.client_secret_file",
        oidc.client_secret_file.is_none() || oidc.client_secret.is_none(),
        "`auth.oidc.client_secret` is set as well: remove one of them",
    );
    demand(
        "auth.oidc.client_secret",
        oidc.client_secret.as_ref().is_none_or(is_text),
        "it is empty: set it to the secret that the provider has given, or leave it out for a public client",
    );
    for (key, text) in [
        ("auth.oidc.user_claim", &oidc.user_claim),
        ("auth.oidc.groups_claim", &oidc.groups_claim),
        ("auth.oidc.label", &oidc.label),
    ] {
        demand(
            key,
            is_text(text),
            "it is empty: leave it out for what holds otherwise",
        );
    }
    // RFC 6749: printable ASCII without blanks, quotes and backslashes.
    let is_scope = |scope: &String| {
        is_text(scope)
            && scope
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
    };
    demand(
        "auth.oidc.scopes",
        oidc.scopes.iter().all(is_scope),
        "a scope is one word without blanks and quotes, such as `groups`: write several as `[\"email\", \"groups\"]`",
    );
    for (key, is_set) in [
        ("auth.oidc.client_id", oidc.client_id.is_some()),
        ("auth.oidc.roles", !oidc.roles.is_empty()),
        ("auth.oidc.role", oidc.role.is_some()),
        ("auth.oidc.redirect_url", oidc.redirect_url.is_some()),
    ] {
        demand(
            key,
            !is_set || oidc.issuer.is_some(),
            "it is of no use without `auth.oidc.issuer`",
        );
    }
}

/// Without the secret.
impl fmt::Debug for OidcConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OidcConfig")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("client_secret_file", &self.client_secret_file)
            .field("scopes", &self.scopes)
            .field("user_claim", &self.user_claim)
            .field("groups_claim", &self.groups_claim)
            .field("roles", &self.roles)
            .field("role", &self.role)
            .field("label", &self.label)
            .field("redirect_url", &self.redirect_url)
            .finish_non_exhaustive()
    }
}
