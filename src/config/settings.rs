//! Every setting, once: its names, what it means, and what holds unless it is said. What reads settings, `jobdeck settings`, the example and
//! `docs/SETTINGS.md` all go by this list (after a change of it: `make docs`).

use super::setting::{
    Kind::{Duration, List, Number, Size, Switch, Text},
    Secrecy, Setting, setting,
};

/// Every setting there is, section by section.
pub const SETTINGS: &[Setting] = &[
    setting("server.listen", "JOBDECK_LISTEN", Text)
        .flags("`--listen`")
        .default("\"127.0.0.1:8080\"")
        .means(
            "address and port; beyond this machine it takes a log-in (users, tokens, a proxy, a provider), or `insecure_no_auth`",
        ),
    setting("server.base_path", "JOBDECK_BASE_PATH", Text)
        .flags("`--base-path`")
        .unset("none", "\"/jobs\"")
        .means("the path below which everything is served, as a proxy passes it on; `/healthz`, `/readyz` and `/metrics` answer at the root as well"),
    setting("server.hosts", "JOBDECK_HOSTS", List)
        .default("[]")
        .live()
        .means(
            "names under which it may be asked, besides IP addresses and `localhost`; without any: on loopback no other name, elsewhere any. Needed behind a proxy on the same machine",
        ),
    setting("server.environment", "JOBDECK_ENVIRONMENT", Text)
        .unset("none", "\"production\"")
        .means("a word in the header, so that nobody takes production for a test"),
    setting("server.insecure_no_auth", "JOBDECK_INSECURE_NO_AUTH", Switch)
        .flags("`--insecure-no-auth`")
        .default("false")
        .means(
            "listen beyond this machine although nobody is asked who they are: whoever reaches it may do everything",
        ),
    setting("server.tls_certificate", "JOBDECK_TLS_CERTIFICATE", Text)
        .flags("`--tls-certificate`")
        .unset("none", "\"/etc/jobdeck/tls.pem\"")
        .means("TLS: the PEM file with the certificate, and those between it and its root; read again when it changes"),
    setting("server.tls_key", "JOBDECK_TLS_KEY", Text)
        .flags("`--tls-key`")
        .unset("none", "\"/etc/jobdeck/tls.key\"")
        .means("the PEM file with the private key of the certificate"),
    setting("server.public_url", "JOBDECK_PUBLIC_URL", Text)
        .unset("none", "\"https://jobs.example.com\"")
        .live()
        .means("the address under which people reach the pages, with the base path if there is one: messages about alerts have a link then"),
    setting("auth.session_idle", "JOBDECK_SESSION_IDLE", Duration)
        .default("\"8h\"")
        .live()
        .means("how long a session lasts without a request, from `1m`"),
    setting("auth.session_lifetime", "JOBDECK_SESSION_LIFETIME", Duration)
        .default("\"7d\"")
        .live()
        .means("how long a session lasts at most, up to `90d`"),
    setting("auth.secure_cookies", "JOBDECK_SECURE_COOKIES", Switch)
        .default("false")
        .means("whether browsers send the session by TLS only: set it behind a proxy with TLS; with `server.tls_certificate` they always do"),
    setting("auth.proxy_addresses", "JOBDECK_PROXY_ADDRESSES", List)
        .unset("none", "[\"10.0.0.5\", \"10.1.0.0/16\"]")
        .means(
            "addresses and networks of proxies: only from these `X-Forwarded-For`, `X-Forwarded-Proto` and the next are believed",
        ),
    setting("auth.proxy_header", "JOBDECK_PROXY_HEADER", Text)
        .unset("none", "\"X-Forwarded-User\"")
        .means("the header in which they name the user; needs `auth.proxy_addresses`"),
    setting("auth.proxy_role", "JOBDECK_PROXY_ROLE", Text)
        .unset("none", "\"viewer\"")
        .means("what everybody may do whom they name; without it only members of groups come in"),
    setting("auth.proxy_groups_header", "JOBDECK_PROXY_GROUPS_HEADER", Text)
        .unset("none", "\"X-Forwarded-Groups\"")
        .means("the header in which they name the user's groups, with commas between them"),
    setting("auth.proxy_roles", "JOBDECK_PROXY_ROLES", List)
        .unset("none", "{ ops = \"operator\" }")
        .means("what members of groups may do; in the variable `ops=operator`"),
    setting("auth.oidc.issuer", "JOBDECK_OIDC_ISSUER", Text)
        .unset("none", "\"https://login.example.com\"")
        .means("the provider, exactly as it calls itself: `/.well-known/openid-configuration` behind it says the rest"),
    setting("auth.oidc.client_id", "JOBDECK_OIDC_CLIENT_ID", Text)
        .unset("none", "\"jobdeck\"")
        .means("the name under which the provider knows Jobdeck"),
    setting("auth.oidc.client_secret", "JOBDECK_OIDC_CLIENT_SECRET", Text)
        .unset("none", "\"what the provider has given\"")
        .shown(Secrecy::Hidden)
        .means("Jobdeck's secret at the provider; a public client has none"),
    setting(
        "auth.oidc.client_secret_file",
        "JOBDECK_OIDC_CLIENT_SECRET_FILE",
        Text,
    )
    .unset("none", "\"/run/secrets/jobdeck-oidc\"")
    .in_place_of("auth.oidc.client_secret")
    .means("a file that holds the secret"),
    setting("auth.oidc.scopes", "JOBDECK_OIDC_SCOPES", List)
        .default("[\"profile\", \"email\"]")
        .means("what the provider is asked for besides `openid`; some tell groups only if they are asked for `groups`"),
    setting("auth.oidc.user_claim", "JOBDECK_OIDC_USER_CLAIM", Text)
        .default("\"preferred_username\"")
        .means("what the provider says that is the user's name here: `email`, `sub`"),
    setting("auth.oidc.groups_claim", "JOBDECK_OIDC_GROUPS_CLAIM", Text)
        .default("\"groups\"")
        .means("what it says that holds the user's groups; dots lead into it, such as `realm_access.roles`"),
    setting("auth.oidc.roles", "JOBDECK_OIDC_ROLES", List)
        .unset("none", "{ ops = \"operator\" }")
        .means("what members of groups may do; in the variable `ops=operator`"),
    setting("auth.oidc.role", "JOBDECK_OIDC_ROLE", Text)
        .unset("none", "\"viewer\"")
        .means("what everybody may do who logs in there; without it only members of those groups come in"),
    setting("auth.oidc.label", "JOBDECK_OIDC_LABEL", Text)
        .default("\"single sign-on\"")
        .means("what the button on the log-in page says behind `Log in with`"),
    setting("auth.oidc.redirect_url", "JOBDECK_OIDC_REDIRECT_URL", Text)
        .unset(
            "the address under which Jobdeck was asked, with `/login/oidc/callback`",
            "\"https://jobs.example.com/jobs/login/oidc/callback\"",
        )
        .means("where the provider sends people back to, with the base path if there is one; it must be registered there"),
    setting("limits.connections", "JOBDECK_LIMITS_CONNECTIONS", Number)
        .default("512")
        .means("connections at a time, 10 to 100000; the system must allow as many open files"),
    setting(
        "limits.connections_per_address",
        "JOBDECK_LIMITS_CONNECTIONS_PER_ADDRESS",
        Number,
    )
    .default("128")
    .means(
        "of these, from one address; this machine and `auth.proxy_addresses` are not counted; `0`: any number, as for the next two",
    ),
    setting("limits.streams_per_user", "JOBDECK_LIMITS_STREAMS_PER_USER", Number)
        .default("64")
        .means(
            "live pages, searches and exports at a time, of one user or token, or of one address where nobody is asked",
        ),
    setting("limits.requests_per_second", "JOBDECK_LIMITS_REQUESTS_PER_SECOND", Number)
        .default("100")
        .means("of one user or token, or from one address; five times as many may come at once"),
    setting("store.url", "JOBDECK_STORE", Text)
        .flags("`--store`")
        .default("\"sqlite:jobdeck.db\"")
        .shown(Secrecy::Address)
        .means(
            "where the jobs are: `sqlite:PATH`, `redis://USER:PASSWORD@HOST:6379/0`, `rediss://` (TLS), `redis+unix:///PATH` or `redis-sentinel://`. The variable `REDIS_URL` is read as well, below `JOBDECK_STORE`",
        ),
    setting("store.url_file", "JOBDECK_STORE_FILE", Text)
        .unset("none", "\"/run/secrets/jobdeck-store\"")
        .in_place_of("store.url")
        .means("a file that holds the address"),
    setting("store.key_prefix", "JOBDECK_KEY_PREFIX", Text)
        .flags("`--key-prefix`")
        .unset("none", "\"myapp\"")
        .means("Redis: an old key namespace, which stands before every key with a colon"),
    setting("store.time_unit", "JOBDECK_TIME_UNIT", Text)
        .default("\"auto\"")
        .means(
            "how the times of jobs are written: `seconds` (every version of Sidekiq reads them right), `milliseconds` (Sidekiq 8 only), or `auto`: as the Sidekiq processes alive read them (a worker asks at its start)",
        ),
    setting("worker.enabled", "JOBDECK_WORKER", Switch)
        .flags("`--worker`, `--no-worker`")
        .unset("on SQLite, and with handlers", "true")
        .means("whether `jobdeck serve` also enqueues what is due and works"),
    setting("worker.queues", "JOBDECK_WORKER_QUEUES", List)
        .flags("`--queue`")
        .default("[\"default\"]")
        .means(
            "queues to fetch from, in this order; with weights (`critical=3`) they are asked at random. Where a capsule has the queue `default`, unless said: none",
        ),
    setting("worker.concurrency", "JOBDECK_WORKER_CONCURRENCY", Number)
        .flags("`--concurrency`")
        .default("10")
        .means("jobs at a time, 1 to 1000"),
    setting(
        "worker.shutdown_timeout",
        "JOBDECK_WORKER_SHUTDOWN_TIMEOUT",
        Duration,
    )
    .default("\"25s\"")
    .means("time for running jobs to end when the worker stops; then they are handed back"),
    setting("worker.cancel_grace", "JOBDECK_WORKER_CANCEL_GRACE", Duration)
        .default("\"10s\"")
        .means("time for a running job that somebody cancels to end by itself; then it is aborted"),
    setting(
        "worker.only_known_classes",
        "JOBDECK_WORKER_ONLY_KNOWN_CLASSES",
        Switch,
    )
    .default("false")
    .means(
        "leave jobs of classes without a handler in their queues, for other processes; otherwise they fail, as in Sidekiq",
    ),
    setting("worker.max_retries", "JOBDECK_WORKER_MAX_RETRIES", Number)
        .default("25")
        .means("retries of a job whose `retry` is `true`, 0 to 1000"),
    setting("worker.max_payload", "JOBDECK_WORKER_MAX_PAYLOAD", Size)
        .default("\"16 MiB\"")
        .means(
            "the largest job that is run, `1 KiB` to `512 MiB`; a larger one goes to the dead set at once, with an error that names both sizes",
        ),
    setting("log.filter", "JOBDECK_LOG", Text)
        .flags("`--log`")
        .default("\"info\"")
        .live()
        .means(
            "which messages: a level (`error`, `warn`, `info`, `debug`, `trace`), or a filter such as `info,jobdeck::store=debug`",
        ),
    setting("log.format", "JOBDECK_LOG_FORMAT", Text)
        .default("\"text\"")
        .means("`text`, or `json` with one object a line; on standard error"),
    setting("otlp.endpoint", "JOBDECK_OTLP_ENDPOINT", Text)
        .unset("none", "\"http://localhost:4318\"")
        .means("the collector's address for OTLP over HTTP (protobuf), before `/v1/traces` and `/v1/logs`; of `serve` and `worker`"),
    setting("otlp.headers_file", "JOBDECK_OTLP_HEADERS_FILE", Text)
        .unset("none", "\"/run/secrets/jobdeck-otlp\"")
        .means("a file of headers that go with it, one `name: value` a line, such as `Authorization: Bearer …`"),
    setting("otlp.service_name", "JOBDECK_OTLP_SERVICE_NAME", Text)
        .default("\"jobdeck\"")
        .means("what this service is called there"),
    setting("otlp.traces", "JOBDECK_OTLP_TRACES", Switch)
        .default("true")
        .means("whether traces of requests and of jobs that run here are sent"),
    setting("otlp.logs", "JOBDECK_OTLP_LOGS", Switch)
        .default("true")
        .means("whether the log is sent, with `log.filter`"),
    setting("otlp.sampled", "JOBDECK_OTLP_SAMPLED", Number)
        .default("100")
        .means("how many traces of a hundred are sent, 0 to 100; whoever asks with a `traceparent` has decided already"),
    setting("live.interval", "JOBDECK_LIVE_INTERVAL", Duration)
        .default("\"1s\"")
        .live()
        .means("time between two readings of the store while somebody watches, `100ms` to `5s`"),
    setting("operations.undo_kept", "JOBDECK_UNDO_KEPT", Duration)
        .default("\"24h\"")
        .live()
        .means(
            "how long what an operation has changed is kept in the store, so that it can be undone, `1m` to `30d`",
        ),
    setting("audit.kept", "JOBDECK_AUDIT_KEPT", Duration)
        .default("\"90d\"")
        .live()
        .means(
            "how long what was changed, and by whom, is kept in the store, `1d` to `3650d`; 100 000 events at most",
        ),
    setting("redaction.exports", "JOBDECK_REDACTION_EXPORTS", Switch)
        .default("true")
        .live()
        .means(
            "whether jobs that are exported over HTTP lose their secrets; those that had some cannot be imported again",
        ),
    setting("redaction.pages", "JOBDECK_REDACTION_PAGES", Switch)
        .default("true")
        .live()
        .means("whether jobs on pages, in REST and in live streams lose their secrets"),
    setting("redaction.keys", "JOBDECK_REDACTION_KEYS", List)
        .default("[]")
        .live()
        .means("names of secrets beside the usual ones (`password`, `token`, `api_key` and more), such as `iban`"),
    setting("redaction.paths", "JOBDECK_REDACTION_PATHS", List)
        .default("[]")
        .live()
        .means(
            "places in jobs whose values are secrets, such as `args.0.email`; or of some classes only, `Billing::* args.1`; a star is any one name or number, in a class any text",
        ),
    setting("redaction.patterns", "JOBDECK_REDACTION_PATTERNS", List)
        .default("[]")
        .live()
        .means("regular expressions of secrets in any text; in the variable none may have a comma"),
];

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
