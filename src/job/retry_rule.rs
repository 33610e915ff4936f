//! The `retry` field.

/// How often a failed job is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryRule {
    /// The default count, 25 (`true`).
    Default,
    /// This many times (`N`); 0 dies at the first failure.
    Times(u32),
    /// Never, and not kept either (`false`).
    Never,
    /// The field is missing, or neither a boolean nor a count.
    Unset,
}

impl RetryRule {
    /// Retries by default.
    pub const DEFAULT_TIMES: u32 = 25;

    /// From the field's JSON text.
    #[must_use]
    pub fn from_json(json: Option<&str>) -> Self {
        match json {
            Some("true") => Self::Default,
            Some("false") => Self::Never,
            Some(text) => text.parse().map_or(Self::Unset, Self::Times),
            None => Self::Unset,
        }
    }

    /// As JSON text; `true` when unset.
    #[must_use]
    pub fn to_json(self) -> String {
        match self {
            Self::Default | Self::Unset => "true".to_owned(),
            Self::Never => "false".to_owned(),
            Self::Times(times) => times.to_string(),
        }
    }
}
