//! Where settings come from, and how they become one [`Config`].

use super::{
    Config, ConfigError, DEFAULT_FILE, InForce, Loaded, NamedStoreConfig, Problem, Setting,
    check::check,
    file::File,
    groups, secret_file,
    setting::{Kind, UnlessSaid},
    settings::{SETTINGS, nearest},
    stores::{self, Asked},
};
use figment::{
    Figment, Profile,
    providers::Serialized,
    value::{Dict, Value},
};
use std::{cmp::Ordering, path::PathBuf};

/// Where settings come from, each over those below it.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Settings given as flags: `section.key`, the flag as typed (for messages), the value.
    pub flags: Vec<(&'static str, &'static str, Value)>,
    /// The environment.
    pub environment: Vec<(String, String)>,
    /// The file that was asked for; without one, [`DEFAULT_FILE`] is read if it is there.
    pub file: Option<PathBuf>,
    /// A section that the environment and the file have no say in.
    pub sealed: Option<&'static str>,
    /// Whether `--store` may be given more than once.
    pub takes_several_stores: bool,
}

impl Sources {
    /// This process's environment, and no flags.
    #[must_use]
    pub fn of_process() -> Self {
        Self {
            // What is no UTF-8 cannot be one of our settings.
            environment: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            ..Self::default()
        }
    }

    /// Adds a flag, if it was given.
    #[must_use]
    pub fn flag(
        mut self,
        key: &'static str,
        flag: &'static str,
        value: Option<impl Into<Value>>,
    ) -> Self {
        if let Some(value) = value {
            self.flags.push((key, flag, value.into()));
        }
        self
    }

    /// Leaves out what the environment and the file say of a section.
    #[must_use]
    pub fn seal(mut self, section: &'static str) -> Self {
        self.sealed = Some(section);
        self
    }

    /// The file that [`Sources::load`] reads, if there is one.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        self.asked()
            .or_else(|| Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists()))
    }

    /// The settings.
    ///
    /// # Errors
    /// Everything that is wrong with them: an unreadable file, an unknown name, a value that is not understood.
    pub fn load(&self) -> Result<Config, ConfigError> {
        self.load_with_places().map(|loaded| loaded.config)
    }

    /// The settings, with where each was said.
    ///
    /// # Errors
    /// As [`Sources::load`].
    pub fn load_with_places(&self) -> Result<Loaded, ConfigError> {
        self.load_over(self.read_file()?)
    }

    /// The settings as they would be if their file held this text.
    ///
    /// # Errors
    /// As [`Sources::load`].
    pub fn load_text(&self, text: &str) -> Result<Loaded, ConfigError> {
        let path = self.asked().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
        self.load_over(File::parse(&path, text)?)
    }

    fn load_over(&self, mut file: File) -> Result<Loaded, ConfigError> {
        if let Some(section) = self.sealed {
            file.table.remove(section);
            if section == "store" {
                file.stores.clear();
            }
        }
        let (environment, mut problems) = self.read_environment(&file);
        let mut figment = Figment::from(Serialized::from(&file.table, Profile::Default));
        for (setting, _, value) in &environment {
            figment = figment.merge(Serialized::from(
                nested(setting.key, value.clone()),
                Profile::Default,
            ));
        }
        for (key, _, value) in &self.flags {
            figment = figment.merge(Serialized::from(
                nested(key, value.clone()),
                Profile::Default,
            ));
        }
        let place = |key: &str| self.place(key, &environment, &file);
        match figment.extract::<Config>() {
            Ok(mut config) if problems.is_empty() => {
                self.read_secret(&mut config, &environment, &file)?;
                config.stores = self.stores(&config, &environment, &file)?;
                if let Some(first) = config.stores.first() {
                    config.store = first.store.clone();
                }
                let is_said = self.rank("worker.queues", &environment, &file) > 0;
                if !is_said && file.capsules.iter().any(|it| it.serves("default")) {
                    config.worker.queues.clear();
                }
                config.capsules.clone_from(&file.capsules);
                check(&config, &place)?;
                groups::check(&file.groups, &config)?;
                config.groups.clone_from(&file.groups);
                config.users.clone_from(&file.users);
                config.tokens.clone_from(&file.tokens);
                config.handlers.clone_from(&file.handlers);
                config.periodic.clone_from(&file.periodic);
                config.alerts.clone_from(&file.alerts);
                config.receivers.clone_from(&file.receivers);
                let values = SETTINGS.iter().map(|setting| {
                    let said = figment.find_value(setting.key).ok();
                    let said_by = self.said_by(setting, &config, &environment, &file);
                    InForce::new(setting, said.as_ref(), said_by, &config)
                });
                Ok(Loaded {
                    values: values.collect(),
                    named: file.named,
                    config,
                })
            }
            Ok(_) => Err(ConfigError(problems)),
            Err(errors) => {
                problems.extend(errors.into_iter().map(|error| {
                    let key = error.path.join(".");
                    Problem::new(place(&key), format!("`{key}`: {}", error.kind))
                }));
                Err(ConfigError(problems))
            }
        }
    }

    fn read_file(&self) -> Result<File, ConfigError> {
        let asked = self.asked();
        let path = asked.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
        match std::fs::read_to_string(&path) {
            Ok(text) => File::parse(&path, &text),
            Err(error) if asked.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                Ok(File::default())
            }
            Err(error) => Err(ConfigError::one(
                path.display().to_string(),
                format!("cannot be read: {error}"),
            )),
        }
    }

    /// The file that a flag or the environment names.
    fn asked(&self) -> Option<PathBuf> {
        self.file
            .clone()
            .or_else(|| self.variable("JOBDECK_CONFIG").map(PathBuf::from))
    }

    fn read_environment(
        &self,
        file: &File,
    ) -> (Vec<(&'static Setting, &str, Value)>, Vec<Problem>) {
        let mut values = Vec::new();
        let mut problems = Vec::new();
        for setting in SETTINGS {
            if self
                .sealed
                .is_some_and(|section| setting.key.split('.').next() == Some(section))
            {
                continue;
            }
            let variables = if setting.key == "store.url" && file.stores.is_empty() {
                // Sidekiq's own; ours says it more clearly.
                &["JOBDECK_STORE", "REDIS_URL"][..]
            } else {
                std::slice::from_ref(&setting.variable)
            };
            let Some((variable, text)) = variables
                .iter()
                .find_map(|variable| Some((*variable, self.variable(variable)?)))
            else {
                continue;
            };
            match typed(setting.kind, text) {
                Ok(value) => values.push((setting, variable, value)),
                Err(reason) => problems.push(Problem::new(variable, reason)),
            }
        }
        problems.extend(
            self.environment
                .iter()
                .filter_map(|(name, _)| misspelt(name)),
        );
        (values, problems)
    }

    /// An empty variable counts as none.
    fn variable(&self, name: &str) -> Option<&str> {
        self.environment
            .iter()
            .find(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Puts the address from `store.url_file` in its place. The two are one setting: what stands higher hides what stands below.
    fn read_secret(
        &self,
        config: &mut Config,
        environment: &[(&'static Setting, &str, Value)],
        file: &File,
    ) -> Result<(), ConfigError> {
        let Some(path) = &config.store.url_file else {
            return Ok(());
        };
        let said = self.place("store.url_file", environment, file);
        let rank = |key| self.rank(key, environment, file);
        match rank("store.url").cmp(&rank("store.url_file")) {
            Ordering::Greater => {
                config.store.url_file = None;
                return Ok(());
            }
            Ordering::Equal => {
                let other = self.place("store.url", environment, file);
                return Err(ConfigError::one(
                    said,
                    format!("`store.url` is set as well (by {other}): remove one of them"),
                ));
            }
            Ordering::Less => {}
        }
        let text = secret_file::read(path).map_err(|reason| {
            let reason = format!("`store.url_file`: {}: {reason}", path.display());
            ConfigError::one(&said, reason)
        })?;
        text.trim().clone_into(&mut config.store.url);
        Ok(())
    }

    /// The stores that have names.
    fn stores(
        &self,
        config: &Config,
        environment: &[(&'static Setting, &str, Value)],
        file: &File,
    ) -> Result<Vec<NamedStoreConfig>, ConfigError> {
        let flags = self.flags.iter().filter(|(key, ..)| *key == "store.url");
        let said = |place, value: &'_ Value| Some((place, value.as_str()?.to_owned()));
        let mut asked: Vec<(&str, String)> = flags
            .filter_map(|(_, flag, value)| said(*flag, value))
            .collect();
        if asked.len() > 1 && !self.takes_several_stores {
            let reason = "it is about one store: give `--store` once";
            return Err(ConfigError::one("--store", reason));
        }
        if asked.is_empty() {
            let variable = environment
                .iter()
                .find(|(setting, ..)| setting.key == "store.url");
            asked.extend(variable.and_then(|(_, name, value)| said(*name, value)));
        }
        let by_file = self.rank("store.url_file", environment, file) > 1;
        let known: &[_] = if by_file && asked.is_empty() {
            &[]
        } else {
            &file.stores
        };
        let asked: Vec<Asked<'_>> = asked
            .iter()
            .map(|(place, text)| Asked { place, text })
            .collect();
        let mut stores = stores::chosen(known, &asked, &config.store)?;
        for store in &mut stores {
            store.settle(config.server.environment.as_ref());
        }
        if !file.stores.is_empty() {
            self.refuse_useless(environment, file, &stores)?;
        }
        Ok(stores)
    }

    /// What would have no say where stores have names is not left out without a word, unless it says what holds anyway.
    fn refuse_useless(
        &self,
        environment: &[(&'static Setting, &str, Value)],
        file: &File,
        stores: &[NamedStoreConfig],
    ) -> Result<(), ConfigError> {
        let is_usual = |key: &str, setting: &Setting| {
            let name = key.rsplit('.').next().unwrap_or_default();
            let said = file.table.get("store").and_then(|store| store.get(name));
            match setting.unless_said {
                UnlessSaid::Value(value) => said.is_some_and(|said| said.to_string() == value),
                UnlessSaid::Words(..) => false,
            }
        };
        let is_of_file = |store: &NamedStoreConfig| {
            file.stores
                .iter()
                .any(|known| known.sign.name == store.sign.name)
        };
        for setting in SETTINGS {
            let key = setting.key;
            if !key.starts_with("store.") {
                continue;
            }
            let by_file = file.place(key).filter(|_| !is_usual(key, setting));
            let is_choice = matches!(key, "store.url" | "store.url_file");
            let by_other = self.rank(key, environment, file) > 1
                && !is_choice
                && stores.iter().any(is_of_file);
            let place = match by_file {
                Some(place) => place.to_owned(),
                None if by_other => self.place(key, environment, file),
                None => continue,
            };
            let reason = format!(
                "`{key}` has no say where there is `[stores.NAME]`: set it for one of those"
            );
            return Err(ConfigError::one(place, reason));
        }
        Ok(())
    }

    /// How high the source of a setting stands: a flag above the environment, that above the file.
    fn rank(&self, key: &str, environment: &[(&'static Setting, &str, Value)], file: &File) -> u8 {
        if self.flags.iter().any(|(known, ..)| *known == key) {
            3
        } else if environment.iter().any(|(setting, ..)| setting.key == key) {
            2
        } else {
            u8::from(file.place(key).is_some())
        }
    }

    /// Where a setting was said, for people; nothing when it was not.
    fn said_by(
        &self,
        setting: &Setting,
        config: &Config,
        environment: &[(&'static Setting, &str, Value)],
        file: &File,
    ) -> Option<String> {
        if setting.key == "store.url"
            && let Some(path) = &config.store.url_file
        {
            let place = self.place("store.url_file", environment, file);
            return Some(format!("{}, named by {place}", path.display()));
        }
        let is_said = self.rank(setting.key, environment, file) > 0;
        is_said.then(|| self.place(setting.key, environment, file))
    }

    /// Where the value of a setting comes from, for messages.
    fn place(
        &self,
        key: &str,
        environment: &[(&'static Setting, &str, Value)],
        file: &File,
    ) -> String {
        if let Some((_, flag, _)) = self.flags.iter().rfind(|(known, ..)| *known == key) {
            return (*flag).to_owned();
        }
        if let Some((_, variable, _)) = environment.iter().find(|(setting, ..)| setting.key == key)
        {
            return (*variable).to_owned();
        }
        file.place(key).unwrap_or("the settings").to_owned()
    }
}

/// A variable that is none of ours but looks like a misspelt one. (Others may begin with `JOBDECK_` with good reason: Kubernetes sets
/// `JOBDECK_PORT` and more in every container beside a service of this name.)
fn misspelt(name: &str) -> Option<Problem> {
    if !name.starts_with("JOBDECK_") || name == "JOBDECK_CONFIG" {
        return None;
    }
    let known = nearest(name, SETTINGS.iter().map(|setting| setting.variable))?;
    let is_near = name != known && strsim::damerau_levenshtein(name, known) <= 2;
    is_near.then(|| {
        Problem::new(
            name,
            format!("there is no such variable; did you mean `{known}`?"),
        )
    })
}

fn typed(kind: Kind, text: &str) -> Result<Value, String> {
    match kind {
        Kind::Text | Kind::Duration | Kind::Size => Ok(Value::from(text)),
        Kind::Number => text
            .trim()
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| format!("`{text}` is no whole number")),
        Kind::Switch => match text.trim() {
            "true" | "1" | "yes" | "on" => Ok(Value::from(true)),
            "false" | "0" | "no" | "off" => Ok(Value::from(false)),
            _ => Err(format!("`{text}` is neither `true` nor `false`")),
        },
        Kind::List => Ok(text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(Value::from)
            .collect::<Vec<_>>()
            .into()),
    }
}

/// `{section: {key: value}}`, with as many sections around as the key names.
fn nested(key: &str, value: Value) -> Dict {
    match key.split_once('.') {
        Some((section, key)) => Dict::from([(section.to_owned(), nested(key, value).into())]),
        None => Dict::from([(key.to_owned(), value)]),
    }
}
