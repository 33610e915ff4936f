//! From where a request was made.
//!
//! A proxy that is trusted says in `X-Forwarded-For` for whom it asks, and in `X-Forwarded-Proto` whether that one came by TLS. Anybody can
//! write these headers, so those of others are not looked at.

use super::AppState;
use crate::auth::network;
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{Extensions, HeaderMap, HeaderName},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The proxies whose word is taken.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

/// From where a request was made: it stands in the request's extensions. (Nowhere for a request that came by no socket.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientAddress {
    /// The address of whoever asks, or of the last proxy that said nothing about that.
    pub(crate) ip: IpAddr,
    /// Whether it is that of a trusted proxy, behind which anybody may be.
    is_proxy: bool,
}

/// Whether a request came by TLS, where that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BySecureWay(pub(super) bool);

impl TrustedProxies {
    /// The proxies with these addresses.
    #[must_use]
    pub fn new(addresses: &[IpNet]) -> Self {
        Self(addresses.into())
    }

    /// Whether this is the address of one.
    #[must_use]
    pub fn includes(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// From where a request of this peer comes in truth. Each proxy adds the address that asked it at the end, so what stands in front of an
    /// address that is no proxy's may be made up.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let mut ip = peer.to_canonical();
        let mut lines = headers.get_all(FORWARDED_FOR).iter().rev();
        while self.includes(ip) {
            let Some(line) = lines.next() else {
                return ClientAddress { ip, is_proxy: true };
            };
            for item in line.to_str().unwrap_or_default().rsplit(',') {
                let Some(before) = address(item.trim()) else {
                    return ClientAddress { ip, is_proxy: true };
                };
                ip = before;
                if !self.includes(ip) {
                    break;
                }
            }
        }
        ClientAddress {
            ip,
            is_proxy: false,
        }
    }

    /// Whether it came by TLS to the proxy, if that says so.
    fn is_secure(&self, peer: IpAddr, headers: &HeaderMap) -> Option<bool> {
        let said = headers.get_all(FORWARDED_PROTO).iter().next_back()?;
        let said = self.includes(peer).then(|| said.to_str().ok())??;
        let last = said.rsplit(',').next().unwrap_or_default().trim();
        match last {
            _ if last.eq_ignore_ascii_case("https") => Some(true),
            _ if last.eq_ignore_ascii_case("http") => Some(false),
            _ => None,
        }
    }
}

/// An address as proxies write it: some add the port, with brackets around IPv6.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse()
        .ok()
        .or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
        .map(|address: IpAddr| address.to_canonical())
}

impl ClientAddress {
    /// That of a request.
    pub(crate) fn of(extensions: &Extensions) -> Option<Self> {
        extensions.get().copied()
    }

    /// What is counted in its place; nothing where anybody may be behind it.
    pub(super) fn network(self) -> Option<IpAddr> {
        if self.is_proxy {
            return None;
        }
        network(self.ip)
    }
}

/// Leaves the address with the request.
pub(super) async fn find(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let peer = peer.ip();
        let address = state.proxies.client(peer, request.headers());
        let is_secure = state.proxies.is_secure(peer, request.headers());
        let extensions = request.extensions_mut();
        extensions.insert(address);
        if let Some(is_secure) = is_secure {
            extensions.insert(BySecureWay(is_secure));
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::{ClientAddress, TrustedProxies};
    use axum::http::{HeaderMap, HeaderName, HeaderValue};
    use std::net::IpAddr;

    fn proxies() -> TrustedProxies {
        TrustedProxies::new(&[
            "127.0.0.1/32".parse().unwrap(),
            "10.0.0.0/8".parse().unwrap(),
        ])
    }

    fn headers(name: &'static str, lines: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(line),
            );
        }
        headers
    }

    fn client(peer: &str, lines: &[&'static str]) -> (String, bool) {
        let peer: IpAddr = peer.parse().unwrap();
        let ClientAddress { ip, is_proxy } =
            proxies().client(peer, &headers("x-forwarded-for", lines));
        (ip.to_string(), is_proxy)
    }

    #[test]
    fn only_a_trusted_proxy_says_for_whom_it_asks() {
        let of = |peer, lines: &[&'static str]| client(peer, lines);
        let plain = |ip: &str| (ip.to_owned(), false);
        assert_eq!(of("192.0.2.1", &["203.0.113.9"]), plain("192.0.2.1"));
        assert_eq!(of("127.0.0.1", &["203.0.113.9"]), plain("203.0.113.9"));
        assert_eq!(
            of("::ffff:127.0.0.1", &["203.0.113.9"]),
            plain("203.0.113.9")
        );
        assert_eq!(of("10.1.2.3", &["[2001:db8::1]:443"]), plain("2001:db8::1"));
        assert_eq!(of("10.1.2.3", &["203.0.113.9:5000"]), plain("203.0.113.9"));
        // Through two proxies; what stands in front of the last stranger is made up.
        for lines in [
            &["1.1.1.1, 203.0.113.9, 10.9.9.9"][..],
            &["1.1.1.1", "203.0.113.9", "10.9.9.9"],
            &["nonsense, 203.0.113.9", "10.9.9.9"],
        ] {
            assert_eq!(of("127.0.0.1", lines), plain("203.0.113.9"), "{lines:?}");
        }
    }

    #[test]
    fn a_proxy_that_does_not_say_it_stands_for_anybody() {
        for lines in [&[][..], &["unknown"], &[""], &["10.0.0.7, unknown"]] {
            assert_eq!(client("127.0.0.1", lines), ("127.0.0.1".to_owned(), true));
        }
        assert_eq!(
            client("127.0.0.1", &["unknown, 10.0.0.7"]),
            ("10.0.0.7".to_owned(), true)
        );
        assert_eq!(
            client("127.0.0.1", &["10.0.0.7"]),
            ("10.0.0.7".to_owned(), true)
        );
    }

    #[test]
    fn whether_it_came_by_tls_only_a_trusted_proxy_says() {
        let secure = |peer: &str, lines: &[&'static str]| {
            proxies().is_secure(peer.parse().unwrap(), &headers("x-forwarded-proto", lines))
        };
        assert_eq!(secure("127.0.0.1", &["https"]), Some(true));
        assert_eq!(secure("127.0.0.1", &["http"]), Some(false));
        assert_eq!(secure("127.0.0.1", &["https, http"]), Some(false));
        assert_eq!(secure("127.0.0.1", &["http", "HTTPS"]), Some(true));
        assert_eq!(secure("127.0.0.1", &["ftp"]), None);
        assert_eq!(secure("127.0.0.1", &[]), None);
        assert_eq!(secure("192.0.2.1", &["https"]), None);
    }
}
