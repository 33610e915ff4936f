//! What there is to say about one setting.

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the file: `section.key`.
    pub key: &'static str,
    /// The environment variable that sets it.
    pub variable: &'static str,
    /// The flags of `serve` and `worker` that set it, in Markdown; none has none.
    pub flags: &'static str,
    /// What it means, in Markdown, as the rest of a sentence.
    pub meaning: &'static str,
    /// Whether a running process takes a new value up on `SIGHUP`; otherwise it counts from the next start.
    pub is_live: bool,
    pub(super) kind: Kind,
    pub(super) unless_said: UnlessSaid,
    pub(super) secrecy: Secrecy,
    /// The setting in whose place it stands: only one of both may be said.
    pub(super) stands_for: Option<&'static str>,
}

/// What holds as long as a setting is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnlessSaid {
    /// A value, as the file writes it.
    Value(&'static str),
    /// What these words say (Markdown); with an example of a value.
    Words(&'static str, &'static str),
}

/// How the text of an environment variable is read, and what people are told to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// `30s`, `5m`, `1h 30m`.
    Duration,
    /// `16 MiB`, `500 kB`, or a number of bytes.
    Size,
    Number,
    Switch,
    /// Items with commas between them.
    List,
}

impl Kind {
    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Duration => "duration",
            Self::Size => "size",
            Self::Number => "number",
            Self::Switch => "true or false",
            Self::List => "list",
        }
    }
}

/// How much of a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrecy {
    /// All of it.
    Open,
    /// All but the user and the password of an address.
    Address,
    /// Nothing of it.
    Hidden,
}

/// A setting that the list of settings goes on to describe.
pub(super) const fn setting(key: &'static str, variable: &'static str, kind: Kind) -> Setting {
    Setting {
        key,
        variable,
        flags: "",
        meaning: "",
        is_live: false,
        kind,
        unless_said: UnlessSaid::Words("none", ""),
        secrecy: Secrecy::Open,
        stands_for: None,
    }
}

impl Setting {
    /// The section of the file that holds it; one within another has both names: `auth.oidc`.
    pub(super) fn section(&self) -> &'static str {
        self.key.rsplit_once('.').map_or("", |(section, _)| section)
    }

    /// Its name within the section.
    pub(super) fn name(&self) -> &'static str {
        self.key.rsplit_once('.').map_or(self.key, |(_, name)| name)
    }

    /// It means this.
    pub(super) const fn means(mut self, meaning: &'static str) -> Self {
        self.meaning = meaning;
        self
    }

    /// Unless said, it has this value, as the file writes it.
    pub(super) const fn default(mut self, value: &'static str) -> Self {
        self.unless_said = UnlessSaid::Value(value);
        self
    }

    /// Unless said, what these words say holds; `example` is a value as the file writes it.
    pub(super) const fn unset(mut self, words: &'static str, example: &'static str) -> Self {
        self.unless_said = UnlessSaid::Words(words, example);
        self
    }

    /// These flags set it, too.
    pub(super) const fn flags(mut self, flags: &'static str) -> Self {
        self.flags = flags;
        self
    }

    /// `SIGHUP` is enough for a new value.
    pub(super) const fn live(mut self) -> Self {
        self.is_live = true;
        self
    }

    /// So much of it may be shown.
    pub(super) const fn shown(mut self, secrecy: Secrecy) -> Self {
        self.secrecy = secrecy;
        self
    }

    /// It stands in another one's place.
    pub(super) const fn in_place_of(mut self, key: &'static str) -> Self {
        self.stands_for = Some(key);
        self
    }
}
