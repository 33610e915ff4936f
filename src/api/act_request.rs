//! What a form asks to be done to entries, read and checked.

use crate::model::parse_time;
use crate::model::{Action, EntryId, Timestamp, Verb};

/// Most entries of one call; larger changes are operations of their own.
pub const MOST_ENTRIES: usize = 1_000;

/// How far back a typed time may lie and still be taken for "now": what filling in a form takes.
const GRACE_MILLISECONDS: i64 = 120_000;

/// A usual choice of a new time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Name in forms: `reschedule:NAME`.
    pub name: &'static str,
    /// Words on the button.
    pub label: &'static str,
    /// From now, seconds.
    pub delay_seconds: u32,
    /// Each entry at a random time of so many seconds after that; 0: as the form's field for the spread says.
    pub spread_seconds: u32,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::new("5m", "in 5 min", 300, 0),
        Self::new("1h", "in 1 h", 3_600, 0),
        Self::new("tomorrow", "tomorrow, this time", 86_400, 0),
        Self::new("spread", "spread over 30 min", 0, 1_800),
    ];

    const fn new(
        name: &'static str,
        label: &'static str,
        delay_seconds: u32,
        spread_seconds: u32,
    ) -> Self {
        Self {
            name,
            label,
            delay_seconds,
            spread_seconds,
        }
    }

    /// The value of the button that asks for it.
    #[must_use]
    pub fn verb(self) -> String {
        format!("{}:{}", Verb::Reschedule.name(), self.name)
    }
}

/// Choices of the spread, minutes; 0: all at the same time.
pub const SPREAD_MINUTES: [u32; 6] = [0, 5, 15, 30, 60, 240];

/// What a form asks to be done to entries.
#[derive(Clone, Debug, PartialEq)]
pub struct ActRequest {
    /// What.
    pub action: Action,
    /// To which; none twice.
    pub entries: Vec<EntryId>,
}

impl ActRequest {
    /// Reads a form: `verb` is a verb's name or a preset's, `only` (a verb, a space, an entry) goes before both, `at` and
    /// `spread` (minutes) are for rescheduling.
    ///
    /// # Errors
    /// What is wrong or missing, and what to do.
    pub fn read(
        verb: &str,
        entries: &[String],
        only: &str,
        at: &str,
        spread: &str,
        now: Timestamp,
    ) -> Result<Self, String> {
        let (verb, entries) = match only.split_once(' ') {
            Some((verb, entry)) => (verb, vec![entry]),
            None if only.is_empty() => (verb, entries.iter().map(String::as_str).collect()),
            None => return Err(format!("`{}` names no entry", shown(only))),
        };
        let action = read_action(verb, at, spread, now)?;
        if entries.is_empty() {
            return Err("No job is selected: tick at least one.".to_owned());
        }
        if entries.len() > MOST_ENTRIES {
            return Err(format!(
                "{} jobs are too many for one step: take {MOST_ENTRIES} at most.",
                entries.len()
            ));
        }
        let mut read: Vec<EntryId> = Vec::with_capacity(entries.len());
        for text in entries {
            let id: EntryId = text.parse().map_err(|error| format!("{error}"))?;
            if !read.contains(&id) {
                read.push(id);
            }
        }
        // Of jobs of several places each for which it means nothing is left as it is, and told.
        let is_possible = |id: &&EntryId| Verb::for_place(&id.place).contains(&action.verb());
        if let (Some(first), None) = (read.first(), read.iter().find(is_possible)) {
            return Err(format!(
                "`{}` means nothing for a job in `{}`.",
                action.verb().name(),
                first.place
            ));
        }
        Ok(Self {
            action,
            entries: read,
        })
    }
}

fn read_action(verb: &str, at: &str, spread: &str, now: Timestamp) -> Result<Action, String> {
    let (name, preset) = match verb.split_once(':') {
        Some((name, preset)) => (name, Some(preset)),
        None => (verb, None),
    };
    if name == Verb::Reschedule.name() {
        return match preset {
            Some(preset) => preset_action(preset, spread, now),
            None => typed_action(at, spread, now),
        };
    }
    match verb {
        "retry" => Ok(Action::Retry),
        "enqueue" => Ok(Action::Enqueue),
        "kill" => Ok(Action::Kill),
        "delete" => Ok(Action::Delete),
        _ => Err(format!(
            "`{}` is no action: use retry, enqueue, reschedule, kill or delete.",
            shown(verb)
        )),
    }
}

fn preset_action(name: &str, spread: &str, now: Timestamp) -> Result<Action, String> {
    let preset = Preset::ALL
        .into_iter()
        .find(|preset| preset.name == name)
        .ok_or_else(|| format!("`{}` is no choice of a time.", shown(name)))?;
    Ok(Action::Reschedule {
        at: now.plus_milliseconds(i64::from(preset.delay_seconds) * 1_000),
        // A choice with a spread in its name means that one.
        spread_seconds: match preset.spread_seconds {
            0 => read_spread(spread)?,
            seconds => seconds,
        },
    })
}

fn typed_action(at: &str, spread: &str, now: Timestamp) -> Result<Action, String> {
    if at.trim().is_empty() {
        return Err("No time is given: choose when the jobs are to run.".to_owned());
    }
    let at = parse_time(at)?;
    if at < now.plus_milliseconds(-GRACE_MILLISECONDS) {
        return Err(format!(
            "{at} has passed: choose a time to come, or let the jobs run now."
        ));
    }
    Ok(Action::Reschedule {
        at,
        spread_seconds: read_spread(spread)?,
    })
}

/// Seconds of a spread that is written in minutes.
fn read_spread(text: &str) -> Result<u32, String> {
    match text.trim() {
        "" => Ok(0),
        text => text
            .parse()
            .ok()
            .filter(|minutes: &u32| *minutes <= 7 * 24 * 60)
            .map(|minutes| minutes * 60)
            .ok_or_else(|| {
                format!(
                    "`{}` is no number of minutes to spread over (0 to 10080).",
                    shown(text)
                )
            }),
    }
}

/// So much of foreign text as an error may repeat.
fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::{ActRequest, MOST_ENTRIES, Preset};
    use crate::model::{Action, Timestamp};
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_795_469_606_286);

    fn entry(place: &str, digit: char) -> String {
        format!("{place}~1795.5~{}", digit.to_string().repeat(40))
    }

    fn read(verb: &str, entries: &[String], at: &str, spread: &str) -> Result<ActRequest, String> {
        ActRequest::read(verb, entries, "", at, spread, NOW)
    }

    #[test]
    fn ticked_rows_and_a_verb_are_an_action() {
        let entries = [entry("dead", 'a'), entry("dead", 'b'), entry("dead", 'a')];
        let request = read("retry", &entries, "", "").unwrap();
        assert_eq!(request.action, Action::Retry);
        assert_eq!(request.entries.len(), 2);
    }

    #[test]
    fn of_several_places_one_is_enough_for_which_it_means_something() {
        let entries = [entry("queue:a", 'a'), entry("dead", 'b')];
        assert_eq!(read("retry", &entries, "", "").unwrap().entries.len(), 2);
        let problem = read("enqueue", &entries, "", "").unwrap_err();
        assert!(problem.contains("means nothing for a job in `queue:a`"));
    }

    #[test]
    fn a_row_s_own_button_leaves_the_ticked_rows_alone() {
        let ticked = [entry("dead", 'a')];
        let only = format!("delete {}", entry("queue:a b", 'c'));
        let request = ActRequest::read("retry", &ticked, &only, "", "", NOW).unwrap();
        assert_eq!(request.action, Action::Delete);
        assert_eq!(request.entries[0].to_string(), entry("queue:a b", 'c'));
    }

    #[test]
    fn times_are_chosen_or_typed() {
        let entries = [entry("retries", 'a')];
        assert_eq!(
            read("reschedule:1h", &entries, "nonsense", "")
                .unwrap()
                .action,
            Action::Reschedule {
                at: NOW.plus_milliseconds(3_600_000),
                spread_seconds: 0
            }
        );
        assert_eq!(
            read("reschedule", &entries, "2026-11-24T10:00Z", "30")
                .unwrap()
                .action,
            Action::Reschedule {
                at: Timestamp(1_795_514_400_000),
                spread_seconds: 1_800
            }
        );
        for preset in Preset::ALL {
            assert!(read(&preset.verb(), &entries, "", "").is_ok());
        }
    }

    #[test]
    fn a_chosen_spread_is_kept_by_the_usual_choices() {
        let entries = [entry("dead", 'a')];
        let spread = |verb, spread| match read(verb, &entries, "", spread).unwrap().action {
            Action::Reschedule { spread_seconds, .. } => spread_seconds,
            other => panic!("{other:?}"),
        };
        assert_eq!(spread("reschedule:1h", "60"), 3_600);
        assert_eq!(spread("reschedule:1h", "0"), 0);
        assert_eq!(spread("reschedule:spread", "0"), 1_800);
        assert_eq!(spread("reschedule:spread", "60"), 1_800);
        assert!(read("reschedule:1h", &entries, "", "-1").is_err());
    }

    #[test]
    fn what_is_wrong_is_said() {
        let entries = [entry("retries", 'a')];
        let problem =
            |verb, entries: &[String], at, spread| read(verb, entries, at, spread).unwrap_err();
        assert!(problem("retry", &[], "", "").contains("No job is selected"));
        assert!(problem("explode", &entries, "", "").contains("`explode` is no action"));
        assert!(problem("", &entries, "", "").contains("is no action"));
        assert!(problem("reschedule", &entries, "", "").contains("No time is given"));
        assert!(problem("reschedule", &entries, "soon", "").contains("`soon` is no time"));
        assert!(problem("reschedule", &entries, "2020-01-01T00:00", "").contains("has passed"));
        assert!(problem("reschedule", &entries, "2026-11-24T10:00", "-1").contains("minutes"));
        assert!(problem("reschedule:never", &entries, "", "").contains("`never`"));
        assert!(problem("retry", &["nonsense".to_owned()], "", "").contains("entry id"));
        assert!(problem("kill", &[entry("dead", 'a')], "", "").contains("means nothing"));
        let many: Vec<String> = (0..=MOST_ENTRIES).map(|_| entry("dead", 'a')).collect();
        assert!(problem("retry", &many, "", "").contains("too many"));
    }

    proptest! {
        #[test]
        fn any_form_is_an_action_or_an_error(verb in "\\PC*", entry in "\\PC*", only in "\\PC*", at in "\\PC*", spread in "\\PC*") {
            let _ = ActRequest::read(&verb, &[entry], &only, &at, &spread, NOW);
        }
    }
}
