//! How much one may ask for: `[limits]`.

use serde::Deserialize;

/// How much one may ask for: `[limits]`. 0 stands for any number, but not of connections.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Connections at a time (`limits.connections`, `JOBDECK_LIMITS_CONNECTIONS`). Default: 512; from 10 to 100000.
    pub connections: u32,
    /// Connections at a time from one address, of IPv6 from one network (`limits.connections_per_address`,
    /// `JOBDECK_LIMITS_CONNECTIONS_PER_ADDRESS`). This machine and `auth.proxy_addresses` are not counted. Default:
    /// 128.
    pub connections_per_address: u32,
    /// Streams at a time of one user or token, or to one address where nobody is asked who they are (`limits.streams_per_user`,
    /// `JOBDECK_LIMITS_STREAMS_PER_USER`): live pages, searches, exports. Default: 64.
    pub streams_per_user: u32,
    /// Requests a second of one user or token, or from one address (`limits.requests_per_second`, `JOBDECK_LIMITS_REQUESTS_PER_SECOND`); five
    /// times as many may come at once. Default: 100.
    pub requests_per_second: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            connections: 512,
            connections_per_address: 128,
            streams_per_user: 64,
            requests_per_second: 100,
        }
    }
}
