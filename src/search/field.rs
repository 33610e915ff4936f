//! The names that a search knows.

/// A name that stands before a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `class:`
    Class,
    /// `queue:`
    Queue,
    /// `error:`
    Error,
    /// `message:`
    Message,
    /// `jid:`
    Jid,
    /// `tag:`
    Tag,
    /// `group:`
    Group,
    /// `arg:`, `arg.KEY:`
    Argument,
    /// `in:`
    In,
    /// `at:`
    At,
    /// `failed:`
    Failed,
    /// `died:`
    Died,
    /// `created:`
    Created,
    /// `enqueued:`
    Enqueued,
    /// `attempts:`
    Attempts,
    /// `size:`
    Size,
}

impl Field {
    /// All of them, in the order in which they are named to people.
    pub const ALL: [Self; 16] = [
        Self::Class,
        Self::Queue,
        Self::Error,
        Self::Message,
        Self::Argument,
        Self::Tag,
        Self::Jid,
        Self::In,
        Self::Failed,
        Self::Died,
        Self::Created,
        Self::Enqueued,
        Self::At,
        Self::Attempts,
        Self::Group,
        Self::Size,
    ];

    /// The name as it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Queue => "queue",
            Self::Error => "error",
            Self::Message => "message",
            Self::Jid => "jid",
            Self::Tag => "tag",
            Self::Group => "group",
            Self::Argument => "arg",
            Self::In => "in",
            Self::At => "at",
            Self::Failed => "failed",
            Self::Died => "died",
            Self::Created => "created",
            Self::Enqueued => "enqueued",
            Self::Attempts => "attempts",
            Self::Size => "size",
        }
    }

    /// What it finds, in a few words.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Class => "the class, whole",
            Self::Queue => "the queue, whole",
            Self::Error => "the error's class, or part of its message",
            Self::Message => "part of the error's message",
            Self::Jid => "the job id",
            Self::Tag => "a tag, whole",
            Self::Group => "a group of failures, by its digits",
            Self::Argument => "an argument: arg.user_id:17",
            Self::In => "where: dead, retries, scheduled, queue",
            Self::At => "when it is due: at:<+1h",
            Self::Failed => "the latest failure: failed:<1h",
            Self::Died => "when it died: died:<1d",
            Self::Created => "when it was made: created:>7d",
            Self::Enqueued => "when it was enqueued: enqueued:<1h",
            Self::Attempts => "failures so far: attempts:>3",
            Self::Size => "bytes: size:>1mb",
        }
    }

    /// The field of this name, in either case.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|field| field.name().eq_ignore_ascii_case(name))
    }
}

/// What to say of a name that is not known: the nearest known one, or all of them.
pub(super) fn suggestion(wrong: &str, known: &[&str]) -> String {
    let wrong = wrong.to_lowercase();
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(&wrong, name);
    known
        .iter()
        .copied()
        .max_by(|one, other| likeness(one).total_cmp(&likeness(other)))
        .filter(|name| likeness(name) >= 0.5)
        .map_or_else(
            || format!("known are {}", listed(known)),
            |name| format!("did you mean `{name}`?"),
        )
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, suggestion};

    #[test]
    fn names_are_known_in_either_case_and_near_ones_are_named() {
        assert_eq!(Field::named("Class"), Some(Field::Class));
        assert_eq!(Field::named("klass"), None);
        let known = Field::ALL.map(Field::name);
        assert_eq!(suggestion("Klass", &known), "did you mean `class`?");
        assert!(
            suggestion("zzz", &known).starts_with("known are `class`, ")
                && suggestion("zzz", &known).ends_with(" and `size`")
        );
    }
}
