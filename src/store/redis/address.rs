//! Addresses of Redis: one server, or the master that Sentinels name.

use crate::store::{StoreError, StoreResult};
use ::redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};

/// The port of a Sentinel when none is given.
const SENTINEL_PORT: u16 = 26_379;

/// A parsed address.
#[derive(Clone, Debug)]
pub(super) struct Address {
    /// What to connect to.
    pub(super) target: Target,
    /// The address without user, password and options, for people.
    pub(super) shown: String,
}

/// What to connect to.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// This server.
    Server(ConnectionInfo),
    /// The master of this name, wherever the Sentinels say that it is.
    Sentinels {
        /// The Sentinels.
        sentinels: Vec<ConnectionInfo>,
        /// The master's name.
        name: String,
        /// How to talk to the master: credentials, database, TLS; its host and port are replaced.
        master: ConnectionInfo,
    },
}

impl Address {
    /// Reads an address.
    pub(super) fn parse(url: &str) -> StoreResult<Self> {
        let wrong = |reason: String| StoreError::Address {
            address: shown_unparsed(url),
            reason,
        };
        let (scheme, rest) = url
            .split_once("://")
            .or_else(|| url.split_once(':'))
            .unwrap_or((url, ""));
        match scheme {
            "redis-sentinel" => sentinels("redis", rest).map_err(wrong),
            "rediss-sentinel" => sentinels("rediss", rest).map_err(wrong),
            _ => server(url).map_err(wrong),
        }
    }
}

/// An address that is not understood, without anything that might be a secret.
pub(in crate::store) fn shown_unparsed(url: &str) -> String {
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    let rest = rest.trim_start_matches('/');
    match rest.rsplit_once('@') {
        Some((_, rest)) => {
            let end = rest.find(['?', '#']).unwrap_or(rest.len());
            format!("{scheme}://…@{}", &rest[..end])
        }
        None if rest.is_empty() => scheme.chars().take(40).collect(),
        None => format!("{}:…", scheme.chars().take(40).collect::<String>()),
    }
}

fn server(url: &str) -> Result<Address, String> {
    let info = url
        .into_connection_info()
        .map_err(|error| explain(&error))?;
    let shown = shown(&info);
    Ok(Address {
        target: Target::Server(tuned(info)),
        shown,
    })
}

/// `[USER:PASSWORD@]HOST:PORT,HOST:PORT/MASTER[/DB][?sentinel_user=…&sentinel_password=…]`.
fn sentinels(scheme: &str, rest: &str) -> Result<Address, String> {
    const FORM: &str =
        "write `redis-sentinel://[USER:PASSWORD@]HOST:PORT,HOST:PORT/MASTER[/DATABASE]`";
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (credentials, rest) = match rest.rsplit_once('@') {
        Some((credentials, rest)) => (format!("{credentials}@"), rest),
        None => (String::new(), rest),
    };
    let mut parts = rest.trim_end_matches('/').split('/');
    let hosts: Vec<&str> = parts
        .next()
        .unwrap_or_default()
        .split(',')
        .filter(|host| !host.is_empty())
        .collect();
    let name = parts.next().unwrap_or_default();
    let database = parts.next().unwrap_or_default();
    let Some(first) = hosts.first() else {
        return Err(format!("no Sentinel is named: {FORM}"));
    };
    if name.is_empty() {
        return Err(format!("the master's name is missing: {FORM}"));
    }
    if parts.next().is_some() {
        return Err(format!("there is too much behind the database: {FORM}"));
    }
    let (mut user, mut password) = ("", "");
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sentinel_user", value)) => user = value,
            Some(("sentinel_password", value)) => password = value,
            _ => {
                return Err(
                    "an option is not known: only `sentinel_user` and `sentinel_password` are"
                        .to_owned(),
                );
            }
        }
    }
    let own = if user.is_empty() && password.is_empty() {
        String::new()
    } else {
        format!("{user}:{password}@")
    };
    let sentinels: Vec<ConnectionInfo> = hosts
        .iter()
        .map(|host| {
            let has_port = host
                .rsplit_once(':')
                .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
            let port = if has_port {
                String::new()
            } else {
                format!(":{SENTINEL_PORT}")
            };
            format!("{scheme}://{own}{host}{port}")
                .into_connection_info()
                .map(tuned)
                .map_err(|error| format!("the Sentinel `{host}`: {}", explain(&error)))
        })
        .collect::<Result<_, _>>()?;
    let master = format!("{scheme}://{credentials}{first}/{database}")
        .into_connection_info()
        .map_err(|error| explain(&error))?;
    let listed: Vec<String> = sentinels
        .iter()
        .map(|sentinel| sentinel.addr().to_string())
        .collect();
    let mut shown = format!("{scheme}-sentinel://{}/{name}", listed.join(","));
    if master.redis_settings().db() != 0 {
        shown.push_str(&format!("/{}", master.redis_settings().db()));
    }
    Ok(Address {
        target: Target::Sentinels {
            sentinels,
            name: name.to_owned(),
            master: tuned(master),
        },
        shown,
    })
}

/// Small commands are sent at once.
fn tuned(info: ConnectionInfo) -> ConnectionInfo {
    let settings = info.tcp_settings().clone().set_nodelay(true);
    info.set_tcp_settings(settings)
}

fn shown(info: &ConnectionInfo) -> String {
    let database = info.redis_settings().db();
    let text = match info.addr() {
        ConnectionAddr::Unix(path) => {
            let query = if database == 0 {
                String::new()
            } else {
                format!("?db={database}")
            };
            return format!("redis+unix://{}{query}", path.display());
        }
        ConnectionAddr::TcpTls { host, port, .. } => host_and_port("rediss", host, *port),
        ConnectionAddr::Tcp(host, port) => host_and_port("redis", host, *port),
        other => other.to_string(),
    };
    if database == 0 {
        text
    } else {
        format!("{text}/{database}")
    }
}

fn host_and_port(scheme: &str, host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("{scheme}://[{host}]:{port}")
    } else {
        format!("{scheme}://{host}:{port}")
    }
}

/// What is wrong with an address. The library's texts do not repeat the address itself.
fn explain(error: &::redis::RedisError) -> String {
    let text = error.to_string();
    let text = text.split(" - ").next().unwrap_or_default();
    format!(
        "{text}; write `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, with `rediss://` for TLS, or `redis+unix:///PATH[?db=DATABASE]` \
         (in user and password, percent-encode `@ : / # ? %`)"
    )
}

#[cfg(test)]
mod tests {
    use super::{Address, Target};

    fn shown(url: &str) -> String {
        Address::parse(url).unwrap().shown
    }

    #[test]
    fn addresses_are_shown_without_secrets() {
        assert_eq!(shown("redis://localhost"), "redis://localhost:6379");
        assert_eq!(
            shown("rediss://user:secret@example.com:7000/3"),
            "rediss://example.com:7000/3"
        );
        assert_eq!(shown("redis://[::1]:7000"), "redis://[::1]:7000");
        assert_eq!(
            shown("redis+unix:///run/redis.sock?db=2&pass=secret"),
            "redis+unix:///run/redis.sock?db=2"
        );
        assert_eq!(
            shown(
                "redis-sentinel://user:secret@one,two:7000/main/4?sentinel_password=other-secret"
            ),
            "redis-sentinel://one:26379,two:7000/main/4"
        );
    }

    #[test]
    fn sentinels_are_asked_without_the_masters_password() {
        let address =
            Address::parse("redis-sentinel://:secret@one:1,two:2/main/4?sentinel_password=other")
                .unwrap();
        let Target::Sentinels {
            sentinels,
            name,
            master,
        } = address.target
        else {
            panic!("Sentinels");
        };
        assert_eq!(name, "main");
        assert_eq!(sentinels.len(), 2);
        assert_eq!(sentinels[1].redis_settings().password(), Some("other"));
        assert_eq!(master.redis_settings().password(), Some("secret"));
        assert_eq!(master.redis_settings().db(), 4);
    }

    #[test]
    fn wrong_addresses_say_what_to_write_and_hold_no_password() {
        for url in [
            "redis://user:secret@host:port",
            "redis://user:secret@",
            "redis://:secret",
            "redis://user:secret@host/database",
            "redis-sentinel://user:secret@one",
            "redis-sentinel://user:secret@/main",
            "redis-sentinel://user:secret@one/main/x",
            "redis-sentinel://one/main?password=secret",
            "redis+unix://secret",
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(error.contains("redis"), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
