//! What there is to say about the sections of the file, and the keys of those whose tables people name themselves.

use super::{accounts, alerts, capsules, groups, handlers, periodic, receivers, stores};

/// What the section of some of the settings is about: the rest of a sentence. An unknown one is not about anything.
pub(super) fn subject(section: &str) -> &'static str {
    match section {
        "server" => "how the server is reached",
        "auth" => "sessions of those who log in",
        "auth.oidc" => {
            "people who log in at an OpenID Connect provider, each with the role of their groups"
        }
        "store" => "where the jobs are",
        "worker" => "what the worker runs",
        "log" => "what is logged",
        "otlp" => "where traces and logs are sent (OpenTelemetry)",
        "live" => "how fresh pages are",
        "operations" => "changes of many jobs",
        "limits" => "how much anybody may ask for",
        "audit" => "what was changed, and by whom",
        "redaction" => "what jobs lose that are shown or exported",
        _ => "",
    }
}

/// Tables that people name themselves, which stand in the file only.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    /// The section: `users`.
    pub(super) section: &'static str,
    /// How it is written: `[users.NAME]`.
    pub(super) header: &'static str,
    /// What stands in the example in its place: `[users.ada]`.
    pub(super) example: &'static str,
    /// What one of them is, in Markdown: the rest of a sentence.
    pub(super) meaning: &'static str,
    /// What it can be told.
    pub(super) keys: &'static [Key],
    /// Whether a running process takes changes up on `SIGHUP`.
    pub(super) is_live: bool,
}

/// What one of those tables can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: &'static str,
    /// What holds unless it is said, in Markdown.
    pub(super) default: &'static str,
    /// What it means, in Markdown: the rest of a sentence.
    pub(super) meaning: &'static str,
    /// A value as the file writes it; nothing for those that stand in another's place.
    pub(super) example: &'static str,
    /// Whether its value is shown to nobody.
    pub(super) is_secret: bool,
}

/// A key, with what holds unless it is said, and what it means.
pub(super) const fn key(
    name: &'static str,
    default: &'static str,
    example: &'static str,
    meaning: &'static str,
) -> Key {
    Key {
        name,
        default,
        meaning,
        example,
        is_secret: false,
    }
}

impl Key {
    /// Nobody is shown its value.
    pub(super) const fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }
}

/// All of them.
pub(super) const NAMED: &[Named] = &[
    Named {
        section: stores::SECTION,
        header: "[stores.NAME]",
        example: "[stores.emails]",
        meaning: "one of several stores, in place of `[store]`; the first one is also at the root",
        keys: stores::KEYS,
        is_live: false,
    },
    Named {
        section: accounts::USERS,
        header: "[users.NAME]",
        example: "[users.ada]",
        meaning: "somebody who logs in with a password",
        keys: accounts::USER_KEYS,
        is_live: true,
    },
    Named {
        section: accounts::TOKENS,
        header: "[tokens.NAME]",
        example: "[tokens.ci]",
        meaning: "a program that uses REST",
        keys: accounts::TOKEN_KEYS,
        is_live: true,
    },
    Named {
        section: groups::SECTION,
        header: "[groups.NAME]",
        example: "[groups.ops]",
        meaning: "a group of `auth.proxy_roles` or `auth.oidc.roles` whose members are limited",
        keys: groups::KEYS,
        is_live: false,
    },
    Named {
        section: capsules::SECTION,
        header: "[capsules.NAME]",
        example: "[capsules.photos]",
        meaning: "queues with a concurrency of their own: their jobs never wait for those of others",
        keys: capsules::KEYS,
        is_live: false,
    },
    Named {
        section: handlers::SECTION,
        header: "[handlers.CLASS]",
        example: "[handlers.PublishPhoto]",
        meaning: "an HTTP endpoint that does the jobs of a class, or of all that fit a pattern",
        keys: handlers::HTTP_KEYS,
        is_live: false,
    },
    Named {
        section: handlers::SECTION,
        header: "[handlers.CLASS]",
        example: "[handlers.\"Reports::*\"]",
        meaning: "a command that does the jobs of a class, or of all that fit a pattern",
        keys: handlers::COMMAND_KEYS,
        is_live: false,
    },
    Named {
        section: periodic::NAME,
        header: "[[periodic]]",
        example: "[[periodic]]",
        meaning: "a job that is enqueued by the calendar: by one process a tick, however many have it in their configuration",
        keys: periodic::KEYS,
        is_live: false,
    },
    Named {
        section: alerts::SECTION,
        header: "[alerts.NAME]",
        example: "[alerts.mail-latency]",
        meaning: "a rule that watches a queue, or each of several (docs/ALERTS.md)",
        keys: alerts::QUEUE_KEYS,
        is_live: true,
    },
    Named {
        section: alerts::SECTION,
        header: "[alerts.NAME]",
        example: "[alerts.many-failures]",
        meaning: "a rule that watches the whole store",
        keys: alerts::STORE_KEYS,
        is_live: true,
    },
    Named {
        section: receivers::SECTION,
        header: "[receivers.NAME]",
        example: "[receivers.ops]",
        meaning: "an address that is posted what is wrong, as JSON",
        keys: receivers::WEBHOOK_KEYS,
        is_live: true,
    },
    Named {
        section: receivers::SECTION,
        header: "[receivers.NAME]",
        example: "[receivers.chat]",
        meaning: "a channel of Slack, or of what takes the same (Mattermost, Rocket.Chat, Discord under `/slack`)",
        keys: receivers::SLACK_KEYS,
        is_live: true,
    },
    Named {
        section: receivers::SECTION,
        header: "[receivers.NAME]",
        example: "[receivers.duty]",
        meaning: "people who are told by e-mail",
        keys: receivers::EMAIL_KEYS,
        is_live: true,
    },
];
