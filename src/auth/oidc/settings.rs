//! What is said of the provider in the configuration.

use crate::auth::GroupRoles;
use crate::model::BasePath;
use openidconnect::url::{Host, Url};
use std::fmt;

/// A provider at which people log in, and what that makes them here.
#[derive(Clone, PartialEq, Eq)]
pub struct OidcSettings {
    /// The provider, exactly as it calls itself.
    pub issuer: String,
    /// The name under which it knows Jobdeck.
    pub client_id: String,
    /// Jobdeck's secret there; a public client has none.
    pub client_secret: Option<String>,
    /// What it is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// What holds the user's name.
    pub user_claim: String,
    /// What holds the user's groups.
    pub groups_claim: String,
    /// What members of groups, and everybody, may do.
    pub groups: GroupRoles,
    /// What the button says.
    pub label: String,
    /// Where the provider sends people back to, where that is not the address under which Jobdeck was asked.
    pub redirect_url: Option<String>,
}

impl OidcSettings {
    /// Whether the provider is this machine itself, which can be asked without TLS.
    pub(super) fn is_plain(&self) -> bool {
        self.issuer.starts_with("http://")
    }

    /// The claims without which it cannot be said who somebody is or what they may do.
    pub(super) fn needed(&self) -> impl Iterator<Item = &str> {
        let groups = (!self.groups.roles.is_empty()).then_some(self.groups_claim.as_str());
        groups.into_iter().chain([self.user_claim.as_str()])
    }
}

/// Without the secret.
impl fmt::Debug for OidcSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OidcSettings")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("groups", &self.groups)
            .finish_non_exhaustive()
    }
}

/// Whether this can be a provider: who stands between here and there could let in whom they like, so it is asked over TLS.
///
/// # Errors
/// What is wrong with it.
pub fn check_issuer(text: &str) -> Result<(), String> {
    let url = Url::parse(text)
        .map_err(|_| format!("`{text}` is no address: write it as `https://login.example.com`"))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(
            "it must have no `?` and no `#`: name the provider as it calls itself".to_owned(),
        );
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "it must hold no user and no password: set `auth.oidc.client_secret`".to_owned(),
        );
    }
    match (url.scheme(), url.host()) {
        ("https", _) => Ok(()),
        ("http", Some(host)) if is_this_machine(&host) => Ok(()),
        _ => Err(format!(
            "`{text}` must begin with `https://`: without TLS whoever stands in between could log in as anybody"
        )),
    }
}

/// Where Jobdeck is told of the end of a log-in.
pub const CALLBACK: &str = "/login/oidc/callback";

/// Whether the provider can send people back to this address, of a Jobdeck that is below `base`.
///
/// # Errors
/// What is wrong with it.
pub fn check_redirect(text: &str, base: &BasePath) -> Result<(), String> {
    let callback = base.address(CALLBACK);
    let is_right = Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && url.path() == callback
            && url.query().is_none()
            && url.fragment().is_none()
    });
    if is_right {
        return Ok(());
    }
    Err(format!(
        "`{text}` does not lead back to Jobdeck: write it as `https://jobs.example.com{callback}`"
    ))
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::{BasePath, check_issuer, check_redirect};

    #[test]
    fn a_provider_is_asked_over_tls_unless_it_is_this_machine() {
        for text in [
            "https://login.example.com",
            "https://login.example.com/realms/a/",
            "http://127.0.0.1:5556/dex",
            "http://localhost:8080",
            "http://[::1]",
        ] {
            assert_eq!(check_issuer(text), Ok(()), "{text}");
        }
        for (text, words) in [
            ("login.example.com", "is no address"),
            ("http://login.example.com", "must begin with `https://`"),
            ("http://127.0.0.1.example.com", "must begin with `https://`"),
            ("file:///etc/passwd", "must begin with `https://`"),
            ("https://login.example.com?a=b", "no `?`"),
            ("https://a:b@login.example.com", "no user"),
        ] {
            let told = check_issuer(text).expect_err(text);
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn the_way_back_is_the_one_that_there_is() {
        assert_eq!(
            check_redirect(
                "https://jobs.example.com/login/oidc/callback",
                &BasePath::default()
            ),
            Ok(())
        );
        let base: BasePath = "/jobs".parse().unwrap();
        assert_eq!(
            check_redirect("https://example.com/jobs/login/oidc/callback", &base),
            Ok(())
        );
        let told = check_redirect("https://example.com/login/oidc/callback", &base).unwrap_err();
        assert!(told.contains("/jobs/login/oidc/callback"), "{told}");
        for text in [
            "",
            "https://jobs.example.com",
            "https://jobs.example.com/login/oidc/callback/",
            "https://jobs.example.com/login/oidc/callback?a=b",
            "/login/oidc/callback",
            "ftp://jobs.example.com/login/oidc/callback",
        ] {
            assert!(
                check_redirect(text, &BasePath::default()).is_err(),
                "{text}"
            );
        }
    }
}
