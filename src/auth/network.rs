//! Which addresses are one and the same somebody.

use std::net::{IpAddr, Ipv6Addr};

/// What is counted in place of an address: of IPv6 the network, of which one customer has all addresses; nothing for this machine, which is
/// a proxy that everybody comes by.
#[must_use]
pub fn network(address: IpAddr) -> Option<IpAddr> {
    let address = address.to_canonical();
    match address {
        _ if address.is_loopback() => None,
        IpAddr::V4(_) => Some(address),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Some(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
        }
    }
}
