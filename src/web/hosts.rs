//! The names under which the server may be asked.
//!
//! Without a log-in, what protects a server on loopback is that only this machine reaches it. A foreign page can get around that by
//! letting its own name point to 127.0.0.1 (DNS rebinding): then the browser takes it for the same site. The name gives it away.

use axum::{
    extract::{Request, State},
    http::{StatusCode, header::HOST},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, PoisonError, RwLock},
};

/// The names under which the server may be asked. Cheap to clone; all clones change together.
#[derive(Clone, Debug)]
pub struct Hosts(Arc<RwLock<Rule>>);

#[derive(Clone, Debug)]
enum Rule {
    Any,
    /// Addresses, `localhost`, and these.
    Local(Arc<[String]>),
}

impl Hosts {
    /// Under any name.
    #[must_use]
    pub fn any() -> Self {
        Self::new(Rule::Any)
    }

    /// For a server on `address`: under the names given, if any; on loopback under its own (an IP address, `localhost`) too; otherwise under any.
    #[must_use]
    pub fn for_address(address: SocketAddr, names: &[String]) -> Self {
        if names.is_empty() && !address.ip().is_loopback() {
            return Self::any();
        }
        Self::new(Rule::Local(
            names.iter().map(|name| name.to_lowercase()).collect(),
        ))
    }

    fn new(rule: Rule) -> Self {
        Self(Arc::new(RwLock::new(rule)))
    }

    /// From now on those count that count in the other one, here and in every clone.
    pub fn replace(&self, other: &Self) {
        let rule = other.rule();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = rule;
    }

    fn rule(&self) -> Rule {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether the server may be asked under this name, as it stands in the `Host` header.
    #[must_use]
    pub fn allows(&self, host: &str) -> bool {
        let Rule::Local(names) = self.rule() else {
            return true;
        };
        let name = without_port(host).to_lowercase();
        let is_address = name
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>()
            .is_ok();
        is_address || name == "localhost" || name.ends_with(".localhost") || names.contains(&name)
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // The colons of an address in brackets are its own.
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    }
}

/// Lets a request pass only under an allowed name.
pub(super) async fn guard(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(HOST)
        .map(|host| host.to_str().unwrap_or("?"))
        .or(request
            .uri()
            .authority()
            .map(axum::http::uri::Authority::as_str));
    match host {
        Some(host) if !hosts.allows(host) => {
            tracing::warn!(host, "refused a request under a name that is not allowed");
            let reason = format!(
                "Refused: Jobdeck is not to be asked as `{}`. If that is its name, add it to `server.hosts` in the configuration.\n",
                without_port(host)
            );
            super::rest::refusal(
                request.uri().path(),
                StatusCode::MISDIRECTED_REQUEST,
                "host",
                &reason,
            )
            .into_response()
        }
        _ => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use super::Hosts;

    #[test]
    fn on_loopback_only_own_names_are_allowed() {
        let hosts = Hosts::for_address(
            ([127, 0, 0, 1], 8080).into(),
            &["Jobs.example.com".to_owned()],
        );
        for host in [
            "127.0.0.1:8080",
            "localhost:8080",
            "LOCALHOST",
            "[::1]:8080",
            "jobs.example.com",
            "jobs.example.com:443",
            "app.localhost:8080",
        ] {
            assert!(hosts.allows(host), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "",
            "xlocalhost",
        ] {
            assert!(!hosts.allows(host), "{host}");
        }
    }

    #[test]
    fn elsewhere_any_name_is_allowed_unless_names_are_given() {
        let everywhere = ([0, 0, 0, 0], 8080).into();
        assert!(Hosts::for_address(everywhere, &[]).allows("jobs.example.com"));
        let one = Hosts::for_address(everywhere, &["jobs.example.com".to_owned()]);
        assert!(one.allows("jobs.example.com"));
        assert!(!one.allows("other.example.com"));
    }
}
