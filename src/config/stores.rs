//! `[stores.NAME]`: several stores, each with a name, a label and a colour; and which of them are meant.

use super::{
    Config, ConfigError, Problem, StoreConfig, TimeUnitChoice,
    named::{self, At, Named},
    secret_file,
    section::{Key, key},
    settings::nearest,
};
use crate::model::{StoreColor, StoreSign};
use std::borrow::Cow;
use toml::{Spanned, de::DeValue};

/// The section that holds the stores.
pub(super) const SECTION: &str = "stores";

/// What a store can be told.
pub(super) const KEYS: &[Key] = &[
    key(
        "url",
        "needed",
        "\"redis://redis.example.com:6379/1\"",
        "its address, as in `store.url`",
    ),
    key(
        "url_file",
        "none",
        "",
        "a file that holds the address, in place of `url`",
    ),
    key(
        "label",
        "its name",
        "\"E-mails\"",
        "what it is called on pages, and in messages about alerts",
    ),
    key(
        "environment",
        "`server.environment`",
        "\"production\"",
        "a word in the header of its pages",
    ),
    key(
        "color",
        "by the environment",
        "\"violet\"",
        "`red`, `amber`, `green`, `blue`, `violet` or `grey`",
    ),
    key(
        "key_prefix",
        "none",
        "\"old\"",
        "Redis: the old key namespace, as in `store.key_prefix`",
    ),
    key(
        "time_unit",
        "`\"auto\"`",
        "\"auto\"",
        "how the times of jobs are written, as in `store.time_unit`",
    ),
    key(
        "worker",
        "`false`; of the first one as with one store",
        "false",
        "whether `serve` works on it as well; `worker.enabled` goes over it for the first one, and if it is `false` for all",
    ),
];

/// Longest name.
const NAME_CHARACTERS: usize = 40;
/// Longest label and environment.
const LABEL_CHARACTERS: usize = 60;

/// One of several stores.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedStoreConfig {
    /// How it is told from the others.
    pub sign: StoreSign,
    /// Where it was said: `jobdeck.toml:12`, `--store`.
    pub place: String,
    /// Where its jobs are.
    pub store: StoreConfig,
    /// Whether `serve` works on it as well, if that was said.
    pub works: Option<bool>,
    has_color: bool,
}

impl NamedStoreConfig {
    /// It is of this environment, unless it has said one of its own, and has its colour, unless it has said one.
    pub(super) fn settle(&mut self, environment: Option<&String>) {
        let own = &mut self.sign.environment;
        if own.is_none() {
            *own = environment.cloned();
        }
        if let Some(environment) = own.as_ref().filter(|_| !self.has_color) {
            self.sign.color = StoreColor::of_environment(environment);
        }
    }
}

/// Where a store was asked for by a flag or a variable, and what was written there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) place: &'a str,
    pub(super) text: &'a str,
}

/// Reads `[stores]`, in the order of the file; adds what is wrong to `problems`.
pub(super) fn read(
    section: (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>),
    at: At<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<NamedStoreConfig> {
    let mut stores = named::read(SECTION, "NAME", section, at, problems, |reader| {
        reader.check_keys(KEYS);
        let position = reader.position;
        one(reader).map(|store| (position, store))
    });
    stores.sort_by_key(|(position, _)| *position);
    stores.into_iter().map(|(_, store)| store).collect()
}

fn one(reader: &mut Named<'_>) -> Option<NamedStoreConfig> {
    if !is_name(reader.name) {
        reader.wrong(format!(
            "a name has 1 to {NAME_CHARACTERS} letters from a to z, digits, `-` and `_`: it stands in addresses"
        ));
    }
    let url = url(reader);
    let label = label_of(reader, "label");
    let environment = label_of(reader, "environment");
    let color = reader.value("color", COLORS, |value| StoreColor::named(value.as_str()?));
    let time_unit = reader.value(
        "time_unit",
        "`auto`, `seconds` or `milliseconds`",
        |value| match value.as_str()? {
            "auto" => Some(TimeUnitChoice::Auto),
            "seconds" => Some(TimeUnitChoice::Seconds),
            "milliseconds" => Some(TimeUnitChoice::Milliseconds),
            _ => None,
        },
    );
    let works = reader.value("worker", "`true` or `false`", |value| match value {
        DeValue::Boolean(works) => Some(*works),
        _ => None,
    });
    let (url, url_file) = url?;
    Some(NamedStoreConfig {
        sign: StoreSign {
            name: reader.name.to_owned(),
            label: label.unwrap_or_else(|| reader.name.to_owned()),
            color: color.unwrap_or_default(),
            environment,
        },
        has_color: color.is_some(),
        place: reader.place.clone(),
        store: StoreConfig {
            url,
            url_file: url_file.map(Into::into),
            key_prefix: reader.text("key_prefix"),
            time_unit: time_unit.unwrap_or_default(),
        },
        works,
    })
}

const COLORS: &str = "`red`, `amber`, `green`, `blue`, `violet` or `grey`";

/// The address, and the file that holds it, if one does. Nothing when there is none.
fn url(reader: &mut Named<'_>) -> Option<(String, Option<String>)> {
    let said = reader.text("url");
    let file = reader.text("url_file");
    match (reader.has("url"), reader.has("url_file")) {
        (true, true) => {
            reader.wrong_key("url_file", "`url` is set as well: remove one of them");
            return None;
        }
        (false, false) => {
            reader.wrong("it has no address: set `url`, such as `\"redis://localhost:6379/1\"`");
            return None;
        }
        (true, false) => {}
        (false, true) => {
            let path = file?;
            return match secret_file::read(path.as_ref()) {
                Ok(text) => Some((text.trim().to_owned(), Some(path))),
                Err(reason) => {
                    reader.wrong_key("url_file", format!("{path}: {reason}"));
                    None
                }
            };
        }
    }
    let url = said?;
    if url.is_empty() {
        reader.wrong_key("url", "it is empty: name a store, such as `sqlite:jobs.db`");
        return None;
    }
    Some((url, None))
}

fn label_of(reader: &mut Named<'_>, key: &str) -> Option<String> {
    let text = reader.text(key)?;
    let length = text.chars().count();
    if !(1..=LABEL_CHARACTERS).contains(&length) || text.trim().is_empty() {
        let reason = format!("it must have 1 to {LABEL_CHARACTERS} characters");
        reader.wrong_key(key, reason);
        return None;
    }
    Some(text)
}

fn is_name(name: &str) -> bool {
    (1..=NAME_CHARACTERS).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The stores that are meant: those of the file, unless a flag or a variable asks for others, by name or by address. None where there is one
/// without a name, which `single` holds.
pub(super) fn chosen(
    known: &[NamedStoreConfig],
    asked: &[Asked<'_>],
    single: &StoreConfig,
) -> Result<Vec<NamedStoreConfig>, ConfigError> {
    match asked {
        [] => return Ok(known.to_vec()),
        [one] if by_name(known, one.text).is_none() && given_name(one.text).is_none() => {
            // Without a scheme it is meant to be a name, if there are any.
            if !known.is_empty() && !one.text.contains(':') {
                return Err(ConfigError::one(one.place, unknown(known, one.text)));
            }
            return Ok(Vec::new());
        }
        _ => {}
    }
    let mut stores: Vec<NamedStoreConfig> = Vec::new();
    for one in asked {
        let wrong = |reason: String| Err(ConfigError::one(one.place, reason));
        let store = match by_name(known, one.text) {
            Some(store) => store.clone(),
            None => {
                let (name, url) = match given_name(one.text) {
                    Some((name, url)) => (name.to_owned(), url),
                    None if !one.text.contains(':') => return wrong(unknown(known, one.text)),
                    None => (free_name(&stores, one.text), one.text),
                };
                of_address(name, url, one.place, single)
            }
        };
        if stores
            .iter()
            .any(|other| other.sign.name == store.sign.name)
        {
            return wrong(format!(
                "there are two stores `{}`: name one of them differently, as `NAME=URL`",
                store.sign.name
            ));
        }
        stores.push(store);
    }
    Ok(stores)
}

fn by_name<'a>(known: &'a [NamedStoreConfig], name: &str) -> Option<&'a NamedStoreConfig> {
    known.iter().find(|store| store.sign.name == name)
}

/// The parts of `NAME=URL`.
fn given_name(text: &str) -> Option<(&str, &str)> {
    text.split_once('=').filter(|(name, _)| is_name(name))
}

fn unknown(known: &[NamedStoreConfig], name: &str) -> String {
    let names = || known.iter().map(|store| store.sign.name.as_str());
    let hint = match nearest(name, names()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None if known.is_empty() => {
            ": write its address, such as `redis://localhost:6379/0`".to_owned()
        }
        None => format!(": there are {}", names().collect::<Vec<_>>().join(", ")),
    };
    format!("there is no store `{name}`{hint}")
}

fn of_address(name: String, url: &str, place: &str, single: &StoreConfig) -> NamedStoreConfig {
    NamedStoreConfig {
        sign: StoreSign {
            label: name.clone(),
            name,
            ..StoreSign::default()
        },
        place: place.to_owned(),
        store: StoreConfig {
            url: url.to_owned(),
            url_file: None,
            ..single.clone()
        },
        works: None,
        has_color: false,
    }
}

/// A name for a store that has none: from its file or its host, and none that another one has.
fn free_name(stores: &[NamedStoreConfig], url: &str) -> String {
    let place = match url.split_once("://") {
        Some((_, rest)) => rest.rsplit_once('@').map_or(rest, |(_, rest)| rest),
        None => url
            .split_once(':')
            .map_or(url, |(_, path)| path)
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".db"),
    };
    let place = place.split(['?', '#']).next().unwrap_or_default();
    let mut name: String = place
        .chars()
        .map(|letter| {
            let is_plain = letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
            if is_plain { letter } else { '-' }
        })
        .take(NAME_CHARACTERS - 4)
        .collect();
    name = name.trim_matches('-').to_owned();
    if name.is_empty() {
        "store".clone_into(&mut name);
    }
    let is_taken = |name: &str| stores.iter().any(|store| store.sign.name == name);
    let others = (2..).map(|number: u32| format!("{name}-{number}"));
    std::iter::once(name.clone())
        .chain(others)
        .find(|name| !is_taken(name))
        .unwrap_or(name)
}

impl Config {
    /// The settings as they are for one of the stores, as if there was no other.
    #[must_use]
    pub fn of_store(&self, one: &NamedStoreConfig) -> Self {
        let first = self.stores.first();
        let is_first = first.is_some_and(|first| first.sign.name == one.sign.name);
        let mut config = self.clone();
        config.store = one.store.clone();
        if one.sign.environment.is_some() {
            config.server.environment.clone_from(&one.sign.environment);
        }
        config.server.public_url = self
            .server
            .public_url
            .as_ref()
            .map(|url| format!("{}{}", url.trim_end_matches('/'), one.sign.path()));
        config.worker.enabled = match one.works {
            // Said for the process: nowhere.
            _ if self.worker.enabled == Some(false) => Some(false),
            // The flag and the variable stand above the file.
            _ if is_first && self.worker.enabled.is_some() => self.worker.enabled,
            Some(works) => Some(works),
            None if is_first => None,
            None => Some(false),
        };
        config.stores = vec![one.clone()];
        config
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, NamedStoreConfig, chosen, of_address};
    use crate::config::StoreConfig;

    fn known() -> Vec<NamedStoreConfig> {
        let single = StoreConfig::default();
        ["main", "emails"]
            .map(|name| {
                of_address(
                    name.to_owned(),
                    "redis://example.com",
                    "jobdeck.toml:1",
                    &single,
                )
            })
            .to_vec()
    }

    fn names(known: &[NamedStoreConfig], asked: &[&str]) -> Result<Vec<String>, String> {
        let asked: Vec<_> = asked
            .iter()
            .map(|text| Asked {
                place: "--store",
                text,
            })
            .collect();
        let stores = chosen(known, &asked, &StoreConfig::default());
        let names = |stores: Vec<NamedStoreConfig>| {
            let names = stores.into_iter().map(|store| store.sign.name);
            names.collect()
        };
        stores.map(names).map_err(|error| error.to_string())
    }

    #[test]
    fn those_of_the_file_are_meant_unless_others_are_asked_for() {
        assert_eq!(
            names(&known(), &[]),
            Ok(vec!["main".to_owned(), "emails".to_owned()])
        );
        assert_eq!(names(&known(), &["emails"]), Ok(vec!["emails".to_owned()]));
        assert_eq!(names(&known(), &["redis://other"]), Ok(Vec::new()));
        assert_eq!(names(&[], &[]), Ok(Vec::new()));
        assert_eq!(names(&[], &["sqlite:a.db"]), Ok(Vec::new()));
        assert_eq!(names(&[], &["a=sqlite:a.db"]), Ok(vec!["a".to_owned()]));
    }

    #[test]
    fn stores_without_a_name_get_one() {
        let asked = [
            "redis://user:secret@redis.example.com:6379/1",
            "sqlite:/var/lib/jobs.db",
            "sqlite:jobs.db",
            "photos=redis://localhost",
            "sqlite:/",
        ];
        assert_eq!(
            names(&[], &asked),
            Ok([
                "redis-example-com-6379-1",
                "jobs",
                "jobs-2",
                "photos",
                "store"
            ]
            .map(str::to_owned)
            .to_vec())
        );
    }

    #[test]
    fn what_is_no_store_says_so() {
        for (asked, word) in [
            (&["email"][..], "did you mean `emails`?"),
            (&["somewhere"], "there are main, emails"),
            (&["main", "main"], "there are two stores `main`"),
            (&["main", "nowhere"], "no store `nowhere`"),
        ] {
            let error = names(&known(), asked).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
