//! How many connections there are, and whose.

use super::{
    Limits, TrustedProxies, headers, health, limits, rest,
    seldom::Seldom,
    tally::{Entry, Tally},
};
use crate::auth::network;
use axum::{
    Router, extract::Request, http::StatusCode, middleware, response::Response, routing::get,
};
use std::{net::IpAddr, time::Duration};

/// Connections beyond the most that are told so, and on which health is still answered.
const SPARE: usize = 32;
/// Of those, from one address.
const SPARE_PER_ADDRESS: usize = 4;
/// Who was told so comes back after that.
const RETRY: Duration = Duration::from_secs(1);

/// Counts connections.
#[derive(Debug)]
pub(super) struct Connections {
    all: Tally<()>,
    by_address: Tally<IpAddr>,
    spare: Tally<()>,
    spare_by_address: Tally<IpAddr>,
    proxies: TrustedProxies,
    told: Seldom,
}

/// What becomes of a connection.
#[derive(Debug)]
pub(super) enum Admission {
    /// It is served as long as it holds this.
    Served(Held),
    /// It is told that there are too many.
    Full(Full, Held),
    /// There is not even time for that.
    Dropped,
}

/// A place among the connections.
#[derive(Debug)]
pub(super) struct Held {
    _all: Entry<()>,
    _by_address: Option<Entry<IpAddr>>,
}

/// What there are too many of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// Connections.
    All,
    /// Connections from this address.
    Address,
}

impl Connections {
    pub(super) fn new(limits: &Limits, proxies: TrustedProxies) -> Self {
        Self {
            all: Tally::new(limits.connections),
            by_address: Tally::new(limits.connections_per_address),
            spare: Tally::new(SPARE),
            spare_by_address: Tally::new(SPARE_PER_ADDRESS),
            proxies,
            told: Seldom::default(),
        }
    }

    /// One more, from this address.
    pub(super) fn admit(&self, address: IpAddr) -> Admission {
        // Behind a proxy is everybody.
        let counted = network(address).filter(|_| !self.proxies.includes(address));
        let full = match held(&self.all, &self.by_address, counted) {
            Ok(held) => return Admission::Served(held),
            Err(full) => full,
        };
        self.tell(full, address);
        match held(&self.spare, &self.spare_by_address, counted) {
            Ok(held) => Admission::Full(full, held),
            Err(_) => Admission::Dropped,
        }
    }

    fn tell(&self, full: Full, address: IpAddr) {
        if !self.told.is_time() {
            return;
        }
        match full {
            Full::All => tracing::warn!(
                "there are as many connections as `limits.connections` allows; further ones are refused"
            ),
            Full::Address => tracing::warn!(
                %address,
                "this address has as many connections as `limits.connections_per_address` allows; further ones are refused"
            ),
        }
    }
}

fn held(
    all: &Tally<()>,
    by_address: &Tally<IpAddr>,
    counted: Option<IpAddr>,
) -> Result<Held, Full> {
    let by_address = match counted {
        None => None,
        Some(address) => Some(by_address.enter(address).ok_or(Full::Address)?),
    };
    Ok(Held {
        _all: all.enter(()).ok_or(Full::All)?,
        _by_address: by_address,
    })
}

/// What is said on a connection beyond the most: health, and to all else that there are too many.
pub(super) fn refusing(full: Full) -> Router {
    let refused = move |request: Request| async move { refusal(full, request.uri().path()) };
    Router::new()
        .route("/healthz", get(health::alive))
        .fallback(refused)
        .layer(middleware::from_fn(headers::secure))
}

fn refusal(full: Full, path: &str) -> Response {
    const CODE: &str = "too_many_connections";
    match full {
        Full::Address => {
            let message = "Too many connections from your address (`limits.connections_per_address`). Close some.\n";
            limits::too_many(path, CODE, message, RETRY)
        }
        Full::All => {
            let message = "Jobdeck has as many connections as it may have (`limits.connections`). Try again.\n";
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let mut response = rest::refusal(path, status, CODE, message);
            limits::retry_after(&mut response, RETRY);
            response
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Admission, Connections, Full};
    use crate::web::{Limits, TrustedProxies};
    use std::net::IpAddr;

    fn connections() -> Connections {
        let limits = Limits {
            connections: 3,
            connections_per_address: 2,
            ..Limits::default()
        };
        Connections::new(
            &limits,
            TrustedProxies::new(&["10.0.0.1/32".parse().unwrap()]),
        )
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_leaves_room_for_others() {
        let connections = connections();
        let mut open = vec![
            connections.admit(ip("192.0.2.1")),
            connections.admit(ip("192.0.2.1")),
        ];
        let third = connections.admit(ip("192.0.2.1"));
        assert!(
            matches!(third, Admission::Full(Full::Address, _)),
            "{third:?}"
        );
        open.push(connections.admit(ip("192.0.2.2")));
        assert!(
            open.iter().all(|it| matches!(it, Admission::Served(_))),
            "{open:?}"
        );
        let fourth = connections.admit(ip("192.0.2.3"));
        assert!(
            matches!(fourth, Admission::Full(Full::All, _)),
            "{fourth:?}"
        );
        open.clear();
        assert!(matches!(
            connections.admit(ip("192.0.2.1")),
            Admission::Served(_)
        ));
    }

    #[test]
    fn this_machine_and_trusted_proxies_may_have_all_of_them() {
        for address in ["127.0.0.1", "::1", "10.0.0.1", "::ffff:10.0.0.1"] {
            let connections = connections();
            let open: Vec<_> = (0..3).map(|_| connections.admit(ip(address))).collect();
            assert!(
                open.iter().all(|it| matches!(it, Admission::Served(_))),
                "{address}"
            );
        }
    }

    #[test]
    fn what_is_beyond_the_most_is_told_so_but_not_without_end() {
        let connections = connections();
        let open: Vec<_> = (0..3).map(|_| connections.admit(ip("127.0.0.1"))).collect();
        let told: Vec<_> = (0..4).map(|_| connections.admit(ip("192.0.2.1"))).collect();
        // `limits.connections_per_address` is counted first, so the first two were over the most of all.
        assert!(
            told.iter()
                .all(|it| matches!(it, Admission::Full(Full::All, _))),
            "{told:?}"
        );
        assert!(matches!(
            connections.admit(ip("192.0.2.1")),
            Admission::Dropped
        ));
        assert!(matches!(
            connections.admit(ip("192.0.2.2")),
            Admission::Full(..)
        ));
        drop(open);
    }
}
