//! What is wrong with settings that types alone do not tell.

use super::{Config, ConfigError, Problem, oidc};
use bytesize::ByteSize;
use std::time::Duration;

/// Looks at settings as a whole; `place` tells where one was said.
///
/// # Errors
/// All that is wrong with them.
pub(super) fn check(config: &Config, place: &impl Fn(&str) -> String) -> Result<(), ConfigError> {
    let mut problems = Vec::new();
    let mut demand = |key: &str, holds: bool, reason: &str| {
        if !holds {
            problems.push(Problem::new(place(key), format!("`{key}`: {reason}")));
        }
    };
    demand(
        "store.url",
        !config.store.url.is_empty(),
        "it is empty: name a store, such as `sqlite:jobdeck.db`",
    );
    demand(
        "worker.concurrency",
        (1..=1000).contains(&config.worker.concurrency),
        "it must be from 1 to 1000",
    );
    demand(
        "worker.max_retries",
        config.worker.max_retries <= 1000,
        "it must be from 0 to 1000",
    );
    demand(
        "worker.max_payload",
        (ByteSize::kib(1)..=ByteSize::mib(512)).contains(&config.worker.max_payload),
        "it must be from `1 KiB` to `512 MiB`",
    );
    demand(
        "worker.queues",
        !(config.worker.queues.is_empty() && config.capsules.is_empty()),
        "name at least one queue",
    );
    demand(
        "live.interval",
        (Duration::from_millis(100)..=Duration::from_secs(5)).contains(&config.live.interval),
        // Pages take a stream that says nothing for eight seconds for broken.
        "it must be from `100ms` to `5s`",
    );
    demand(
        "operations.undo_kept",
        (Duration::from_secs(60)..=Duration::from_secs(30 * 86_400))
            .contains(&config.operations.undo_kept),
        "it must be from `1m` to `30d`",
    );
    demand(
        "audit.kept",
        (Duration::from_secs(86_400)..=Duration::from_secs(3_650 * 86_400))
            .contains(&config.audit.kept),
        "it must be from `1d` to `3650d`",
    );
    demand(
        "auth.session_idle",
        config.auth.session_idle >= Duration::from_secs(60),
        "it must be at least `1m`",
    );
    demand(
        "auth.session_lifetime",
        (config.auth.session_idle..=Duration::from_secs(90 * 86_400))
            .contains(&config.auth.session_lifetime),
        "it must be from `auth.session_idle` to `90d`",
    );
    let auth = &config.auth;
    demand(
        "auth.proxy_header",
        auth.proxy_header.is_none() || !auth.proxy_addresses.is_empty(),
        "anybody can write a header: name the proxy's addresses in `auth.proxy_addresses`",
    );
    demand(
        "auth.proxy_header",
        auth.proxy_header.is_none()
            || auth.proxy_role.is_some()
            || auth.proxy_groups_header.is_some() && !auth.proxy_roles.is_empty(),
        "nobody would have a role: set `auth.proxy_role`, or `auth.proxy_groups_header` and `auth.proxy_roles`",
    );
    for (key, name) in [
        ("auth.proxy_header", &auth.proxy_header),
        ("auth.proxy_groups_header", &auth.proxy_groups_header),
    ] {
        let is_name = |name: &String| http::HeaderName::try_from(name).is_ok();
        demand(
            key,
            name.as_ref().is_none_or(is_name),
            "it is no name of a header, such as `X-Forwarded-User`",
        );
    }
    for (key, is_set) in [
        ("auth.proxy_role", auth.proxy_role.is_some()),
        (
            "auth.proxy_groups_header",
            auth.proxy_groups_header.is_some(),
        ),
        ("auth.proxy_roles", !auth.proxy_roles.is_empty()),
    ] {
        demand(
            key,
            !is_set || auth.proxy_header.is_some(),
            "it is of no use without `auth.proxy_header`",
        );
    }
    oidc::check(&auth.oidc, &config.server.base_path, &mut demand);
    for (key, is_set, other, other_is_set) in [
        (
            "server.tls_certificate",
            config.server.tls_certificate.is_some(),
            "server.tls_key",
            config.server.tls_key.is_some(),
        ),
        (
            "server.tls_key",
            config.server.tls_key.is_some(),
            "server.tls_certificate",
            config.server.tls_certificate.is_some(),
        ),
    ] {
        demand(
            key,
            !is_set || other_is_set,
            &format!("TLS needs `{other}` as well"),
        );
    }
    demand(
        "server.public_url",
        config.server.public_url.as_ref().is_none_or(|url| {
            let url = url.parse::<http::Uri>().ok();
            let scheme = url.as_ref().and_then(http::Uri::scheme_str);
            matches!(scheme, Some("http" | "https"))
        }),
        "it must be an address such as `https://jobs.example.com`",
    );
    demand(
        "limits.connections",
        (10..=100_000).contains(&config.limits.connections),
        "it must be from 10 to 100000",
    );
    for (key, number) in [
        (
            "limits.connections_per_address",
            config.limits.connections_per_address,
        ),
        ("limits.streams_per_user", config.limits.streams_per_user),
        (
            "limits.requests_per_second",
            config.limits.requests_per_second,
        ),
    ] {
        demand(
            key,
            number <= 100_000,
            "it must be from 1 to 100000, or 0 for any number",
        );
    }
    let wrong = config.otlp.wrong_endpoint();
    demand("otlp.endpoint", wrong.is_none(), wrong.unwrap_or_default());
    demand(
        "otlp.sampled",
        config.otlp.sampled <= 100,
        "it must be from 0 to 100",
    );
    demand(
        "redaction.keys",
        config
            .redaction
            .keys
            .iter()
            .all(|key| key.chars().any(char::is_alphanumeric)),
        "each name must have a letter or digit",
    );
    if let Err((key, error)) = config.redaction.redactor() {
        demand(key, false, &error.to_string());
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ConfigError(problems))
    }
}
