//! The names of all settings, in the file and in the environment.

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the file: `section.key`.
    pub key: &'static str,
    /// The environment variable that sets it.
    pub variable: &'static str,
    pub(super) kind: Kind,
}

impl Setting {
    /// The section of the file that holds it.
    pub(super) fn section(&self) -> &'static str {
        self.key.split_once('.').map_or("", |(section, _)| section)
    }
}

/// How the text of an environment variable is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Switch,
    /// Items with commas between them.
    List,
}

/// Every setting there is.
pub const SETTINGS: &[Setting] = &[
    setting("server.listen", "JOBDECK_LISTEN", Kind::Text),
    setting("server.hosts", "JOBDECK_HOSTS", Kind::List),
    setting("server.environment", "JOBDECK_ENVIRONMENT", Kind::Text),
    setting(
        "server.insecure_no_auth",
        "JOBDECK_INSECURE_NO_AUTH",
        Kind::Switch,
    ),
    setting(
        "server.tls_certificate",
        "JOBDECK_TLS_CERTIFICATE",
        Kind::Text,
    ),
    setting("server.tls_key", "JOBDECK_TLS_KEY", Kind::Text),
    setting("auth.session_idle", "JOBDECK_SESSION_IDLE", Kind::Text),
    setting(
        "auth.session_lifetime",
        "JOBDECK_SESSION_LIFETIME",
        Kind::Text,
    ),
    setting(
        "auth.secure_cookies",
        "JOBDECK_SECURE_COOKIES",
        Kind::Switch,
    ),
    setting("auth.proxy_header", "JOBDECK_PROXY_HEADER", Kind::Text),
    setting(
        "auth.proxy_addresses",
        "JOBDECK_PROXY_ADDRESSES",
        Kind::List,
    ),
    setting("auth.proxy_role", "JOBDECK_PROXY_ROLE", Kind::Text),
    setting(
        "auth.proxy_groups_header",
        "JOBDECK_PROXY_GROUPS_HEADER",
        Kind::Text,
    ),
    setting("auth.proxy_roles", "JOBDECK_PROXY_ROLES", Kind::List),
    setting(
        "limits.connections",
        "JOBDECK_LIMITS_CONNECTIONS",
        Kind::Number,
    ),
    setting(
        "limits.connections_per_address",
        "JOBDECK_LIMITS_CONNECTIONS_PER_ADDRESS",
        Kind::Number,
    ),
    setting(
        "limits.streams_per_user",
        "JOBDECK_LIMITS_STREAMS_PER_USER",
        Kind::Number,
    ),
    setting(
        "limits.requests_per_second",
        "JOBDECK_LIMITS_REQUESTS_PER_SECOND",
        Kind::Number,
    ),
    setting("store.url", "JOBDECK_STORE", Kind::Text),
    setting("store.url_file", "JOBDECK_STORE_FILE", Kind::Text),
    setting("store.key_prefix", "JOBDECK_KEY_PREFIX", Kind::Text),
    setting("store.time_unit", "JOBDECK_TIME_UNIT", Kind::Text),
    setting("worker.enabled", "JOBDECK_WORKER", Kind::Switch),
    setting("worker.queues", "JOBDECK_WORKER_QUEUES", Kind::List),
    setting(
        "worker.concurrency",
        "JOBDECK_WORKER_CONCURRENCY",
        Kind::Number,
    ),
    setting(
        "worker.shutdown_timeout",
        "JOBDECK_WORKER_SHUTDOWN_TIMEOUT",
        Kind::Text,
    ),
    setting(
        "worker.only_known_classes",
        "JOBDECK_WORKER_ONLY_KNOWN_CLASSES",
        Kind::Switch,
    ),
    setting(
        "worker.max_retries",
        "JOBDECK_WORKER_MAX_RETRIES",
        Kind::Number,
    ),
    setting(
        "worker.max_payload",
        "JOBDECK_WORKER_MAX_PAYLOAD",
        Kind::Text,
    ),
    setting(
        "worker.cancel_grace",
        "JOBDECK_WORKER_CANCEL_GRACE",
        Kind::Text,
    ),
    setting("log.filter", "JOBDECK_LOG", Kind::Text),
    setting("log.format", "JOBDECK_LOG_FORMAT", Kind::Text),
    setting("live.interval", "JOBDECK_LIVE_INTERVAL", Kind::Text),
    setting("operations.undo_kept", "JOBDECK_UNDO_KEPT", Kind::Text),
    setting(
        "redaction.exports",
        "JOBDECK_REDACTION_EXPORTS",
        Kind::Switch,
    ),
    setting("redaction.keys", "JOBDECK_REDACTION_KEYS", Kind::List),
];

const fn setting(key: &'static str, variable: &'static str, kind: Kind) -> Setting {
    Setting {
        key,
        variable,
        kind,
    }
}

/// The candidate that looks most like `wrong`, if any looks like it at all.
pub(super) fn nearest<'a>(
    wrong: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| {
            let likeness = strsim::normalized_damerau_levenshtein(
                &wrong.to_lowercase(),
                &candidate.to_lowercase(),
            );
            (likeness, candidate)
        })
        .filter(|(likeness, _)| *likeness >= 0.4)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}
