//! `[alerts.NAME]`: rules that watch, and say who is told.

use super::{
    NamedStoreConfig, Problem, ReceiverConfig, groups,
    named::{self, At, Named, key_of},
    quiet,
    section::{Key, key},
    settings::nearest,
};
use crate::{
    alerts::Rule,
    model::{AlertSeverity, AlertWatch, Limit, NamePattern},
};
use std::{borrow::Cow, time::Duration};
use toml::{Spanned, de::DeValue};

/// The section that holds the rules.
pub(super) const SECTION: &str = "alerts";

const SEVERITY: Key = key(
    "severity",
    "`\"warning\"`",
    "\"critical\"",
    "`info`, `warning` or `critical`: what is critical stands on every page until somebody acknowledges it",
);
const REPEAT: Key = key(
    "repeat",
    "told once",
    "\"1h\"",
    "after which time those who were told are told again, from `1m`, until somebody acknowledges it",
);
const FOR: Key = key(
    "for",
    "`\"0s\"`",
    "\"5m\"",
    "for how long that must be so, up to `24h`",
);

const STORES: Key = key(
    "stores",
    "all",
    "[\"emails\"]",
    "of several stores those that it is about: names of `[stores.NAME]`; stars stand for any text",
);

/// What a rule about queues can be told.
pub(super) const QUEUE_KEYS: &[Key] = &[
    key(
        "when",
        "needed",
        "\"latency\"",
        "`latency` (how long the job that is next to run has waited), `depth` (jobs in the queue) or `no_process` (no process fetches from it)",
    ),
    key(
        "queue",
        "needed",
        "\"mail*\"",
        "the queue; stars stand for any text, and each queue that fits has an alert of its own, the first 100 by name",
    ),
    key(
        "above",
        "needed, but for `no_process`",
        "\"5m\"",
        "the limit: a duration for `latency`, a number of jobs for `depth`",
    ),
    FOR,
    SEVERITY,
    REPEAT,
    key(
        "to",
        "nobody: the page alone shows it",
        "[\"ops\", \"duty\"]",
        "who is told: names of `[receivers.NAME]`",
    ),
    STORES,
    quiet::QUIET,
    quiet::TIMEZONE,
    quiet::CRITICAL,
];

/// What a rule about the whole store can be told.
pub(super) const STORE_KEYS: &[Key] = &[
    key(
        "when",
        "needed",
        "\"failures\"",
        "`failures` (runs that failed), `dead_growth` (by how much the dead set has grown) or `throughput_zero` (nothing was run although a job waits)",
    ),
    key(
        "above",
        "needed, but for `throughput_zero`",
        "100",
        "the limit: a number of failures, or of jobs",
    ),
    key(
        "within",
        "`\"1m\"`; `\"1h\"` for `dead_growth`",
        "\"1m\"",
        "how far it looks back, `10s` to `24h`",
    ),
    FOR,
    SEVERITY,
    REPEAT,
    key(
        "to",
        "nobody: the page alone shows it",
        "[\"chat\"]",
        "who is told: names of `[receivers.NAME]`",
    ),
    STORES,
    quiet::QUIET,
    quiet::TIMEZONE,
    quiet::CRITICAL,
];

/// How the kinds are written, for who has written another one.
const WHEN: &str =
    "`latency`, `depth`, `no_process`, `failures`, `dead_growth` or `throughput_zero`";

/// Longest name.
const NAME_CHARACTERS: usize = 60;

/// Longest time.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertConfig {
    /// Where it stands: `jobdeck.toml:12`.
    pub place: String,
    /// What it says.
    pub rule: Rule,
    /// Of several stores those that it is about.
    stores: Limit,
    /// Where those stand.
    stores_at: String,
    /// Where its receivers stand.
    receivers_at: String,
}

impl AlertConfig {
    /// Whether it is about the store of this name, or about one that has none.
    #[must_use]
    pub fn is_about(&self, store: Option<&str>) -> bool {
        store.is_none_or(|name| self.stores.includes(name))
    }
}

/// Reads the section; adds what is wrong to `problems`.
pub(super) fn read(
    section: (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>),
    at: At<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<AlertConfig> {
    named::read(SECTION, "NAME", section, at, problems, |reader| {
        let place = reader.place.clone();
        let receivers_at = reader.place_of("to");
        let stores_at = reader.place_of("stores");
        let stores = stores(reader);
        rule(reader).map(|rule| AlertConfig {
            place,
            rule,
            stores,
            stores_at,
            receivers_at,
        })
    })
}

/// Names stores that there are not.
pub(super) fn check_stores(
    alerts: &[AlertConfig],
    stores: &[NamedStoreConfig],
    problems: &mut Vec<Problem>,
) {
    if stores.is_empty() {
        return;
    }
    let names = || stores.iter().map(|store| store.sign.name.as_str());
    for alert in alerts {
        for pattern in alert.stores.patterns() {
            if names().any(|name| pattern.matches(name)) {
                continue;
            }
            let key = key_of(SECTION, &alert.rule.name, "stores");
            let hint = nearest(&pattern.to_string(), names())
                .map(|known| format!("; did you mean `{known}`?"))
                .unwrap_or_default();
            problems.push(Problem::new(
                &alert.stores_at,
                format!("`{key}`: there is no store `{pattern}`{hint}"),
            ));
        }
    }
}

/// Names receivers that there are not.
pub(super) fn check_receivers(
    alerts: &[AlertConfig],
    receivers: &[ReceiverConfig],
    problems: &mut Vec<Problem>,
) {
    let names = || receivers.iter().map(|receiver| receiver.name.as_str());
    for alert in alerts {
        for to in &alert.rule.to {
            if names().any(|name| name == to) {
                continue;
            }
            let hint = match nearest(to, names()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!(
                    "write `[{}]`, with `kind` and where it is, below",
                    key_of("receivers", to, "")
                ),
            };
            let key = key_of(SECTION, &alert.rule.name, "to");
            problems.push(Problem::new(
                alert.receivers_at.clone(),
                format!("`{key}`: there is no receiver `{to}`; {hint}"),
            ));
        }
    }
}

fn stores(reader: &mut Named<'_>) -> Limit {
    let what = "a list of names, such as `[\"main\"]`";
    let names = reader.value("stores", what, |value| {
        named::texts(value).filter(|names| !names.is_empty())
    });
    names
        .and_then(|names| groups::patterns(reader, "stores", &names))
        .unwrap_or_else(Limit::none)
}

fn rule(reader: &mut Named<'_>) -> Option<Rule> {
    check_name(reader);
    let watch = watch(reader)?;
    let queues = if watch.is_of_queue() {
        reader.check_keys_of("about the whole store", QUEUE_KEYS, STORE_KEYS);
        queue(reader)
    } else {
        reader.check_keys_of("about queues", STORE_KEYS, QUEUE_KEYS);
        NamePattern::new("*").ok()
    };
    let above = above(reader, watch);
    let within = within(reader, watch);
    let held_for = span(reader, "for", Duration::ZERO..=LONGEST, "`0s` to `24h`");
    let repeat = span(
        reader,
        "repeat",
        Duration::from_secs(60)..=7 * LONGEST,
        "`1m` to `7d`",
    );
    let severity = severity(reader);
    let to = receivers(reader);
    let (quiet, zone) = quiet::read(reader);
    Some(Rule {
        name: reader.name.to_owned(),
        watch,
        queues: queues?,
        above: above?,
        within,
        held_for: held_for.unwrap_or_default(),
        severity,
        repeat,
        to,
        quiet,
        zone,
    })
}

/// A name stands in messages and addresses.
pub(super) fn check_name(reader: &mut Named<'_>) {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    let length = reader.name.chars().count();
    if !(1..=NAME_CHARACTERS).contains(&length) || !reader.name.chars().all(is_plain) {
        reader.wrong(format!(
            "a name has 1 to {NAME_CHARACTERS} letters, digits and `-_.`"
        ));
    }
}

fn watch(reader: &mut Named<'_>) -> Option<AlertWatch> {
    if !reader.has("when") {
        // Perhaps it is only misspelt.
        let all: Vec<Key> = QUEUE_KEYS.iter().chain(STORE_KEYS).copied().collect();
        reader.check_keys(&all);
        reader.wrong(format!("it watches nothing: set `when` to {WHEN}"));
        return None;
    }
    reader.value("when", WHEN, |value| AlertWatch::named(value.as_str()?))
}

fn queue(reader: &mut Named<'_>) -> Option<NamePattern> {
    if !reader.has("queue") {
        reader.wrong(
            "it has no queue: name one, such as `queue = \"mail\"`, or several, `queue = \"mail*\"`",
        );
        return None;
    }
    reader.parsed(
        "queue",
        "a name such as `\"mail\"` or `\"mail*\"`",
        NamePattern::new,
    )
}

fn above(reader: &mut Named<'_>, watch: AlertWatch) -> Option<f64> {
    if !watch.has_limit() {
        if reader.has("above") {
            reader.wrong_key(
                "above",
                format!("`{}` has no limit: remove it", watch.name()),
            );
        }
        return Some(0.0);
    }
    let is_time = watch == AlertWatch::Latency;
    let what = if is_time {
        "a duration such as `\"5m\"`"
    } else {
        "a number from 0 on, such as `100`"
    };
    if !reader.has("above") {
        reader.wrong(format!("it has no limit: set `above` to {what}"));
        return None;
    }
    reader.value("above", what, |value| {
        if is_time {
            let span = humantime::parse_duration(value.as_str()?).ok()?;
            return Some(span.as_secs_f64());
        }
        named::whole(value).map(f64::from)
    })
}

fn within(reader: &mut Named<'_>, watch: AlertWatch) -> Duration {
    if !watch.has_span() {
        return Duration::ZERO;
    }
    let usual = match watch {
        AlertWatch::DeadGrowth => Duration::from_secs(3_600),
        _ => Duration::from_secs(60),
    };
    let least = Duration::from_secs(10);
    span(reader, "within", least..=LONGEST, "`10s` to `24h`").unwrap_or(usual)
}

fn span(
    reader: &mut Named<'_>,
    key: &str,
    bounds: std::ops::RangeInclusive<Duration>,
    what: &str,
) -> Option<Duration> {
    let what = format!("a duration from {what}, such as `\"5m\"`");
    reader.value(key, &what, |value| {
        let span = humantime::parse_duration(value.as_str()?).ok()?;
        bounds.contains(&span).then_some(span)
    })
}

fn severity(reader: &mut Named<'_>) -> AlertSeverity {
    let what = "`info`, `warning` or `critical`";
    let severity = reader.value("severity", what, |value| {
        AlertSeverity::named(value.as_str()?)
    });
    severity.unwrap_or_default()
}

fn receivers(reader: &mut Named<'_>) -> Vec<String> {
    let what = "a list of receivers, such as `[\"ops\"]`";
    let mut names = reader.value("to", what, named::texts).unwrap_or_default();
    names.sort();
    names.dedup();
    names
}
