//! What came of an action, in words, and short enough for an address: a plain form post is told about it on the page that it returns to.

use super::query_string;
use crate::model::{ActionOutcome, ActionReport, Verb};

/// The name of the notice in an address.
pub const NOTICE: &str = "notice";

/// How many entries an action was done to, and how many not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActNotice {
    /// What was asked.
    pub verb: Verb,
    /// Done.
    pub done: u64,
    /// Not there any more.
    pub gone: u64,
    /// Refused.
    pub refused: u64,
    /// Why the first one was refused, when known.
    pub reason: Option<String>,
}

impl ActNotice {
    /// The numbers of a report.
    #[must_use]
    pub fn of(report: &ActionReport) -> Self {
        let mut notice = Self {
            verb: report.verb,
            done: 0,
            gone: 0,
            refused: 0,
            reason: None,
        };
        for (_, outcome) in &report.outcomes {
            match outcome {
                ActionOutcome::Done => notice.done += 1,
                ActionOutcome::Gone => notice.gone += 1,
                ActionOutcome::Refused(reason) => {
                    notice.refused += 1;
                    notice.reason.get_or_insert_with(|| reason.clone());
                }
            }
        }
        notice
    }

    /// The form for an address: `retry-12-1-0`. Numbers and a known verb only, so that no link can put words on the page.
    #[must_use]
    pub fn code(&self) -> String {
        format!("{}-{}-{}-{}", self.verb.name(), self.done, self.gone, self.refused)
    }

    /// The notice that an address carries, if it does.
    #[must_use]
    pub fn in_address(query: &str) -> Option<Self> {
        let pairs = query_string::parse(query);
        let (_, code) = pairs.iter().find(|(name, _)| name == NOTICE)?;
        let mut parts = code.splitn(4, '-');
        let name = parts.next()?;
        let verb = [
            Verb::Retry,
            Verb::Enqueue,
            Verb::Reschedule,
            Verb::Kill,
            Verb::Delete,
        ]
        .into_iter()
        .find(|verb| verb.name() == name)?;
        let mut number = || parts.next()?.parse::<u64>().ok();
        Some(Self {
            verb,
            done: number()?,
            gone: number()?,
            refused: number()?,
            reason: None,
        })
    }

    /// Whether everything was done as asked.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.gone == 0 && self.refused == 0
    }

    /// In words: `12 retried, 1 was gone meanwhile`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut parts = Vec::new();
        if self.done > 0 || self.is_complete() {
            parts.push(format!("{} {}", self.done, done_word(self.verb)));
        }
        match self.gone {
            0 => {}
            1 => parts.push("1 was gone meanwhile".to_owned()),
            gone => parts.push(format!("{gone} were gone meanwhile")),
        }
        match (self.refused, &self.reason) {
            (0, _) => {}
            (refused, Some(reason)) => parts.push(format!("{refused} not possible: {reason}")),
            (refused, None) => parts.push(format!("{refused} not possible")),
        }
        parts.join(", ")
    }
}

/// What happened, in one word or a few.
fn done_word(verb: Verb) -> &'static str {
    match verb {
        Verb::Retry => "retried",
        Verb::Enqueue => "enqueued",
        Verb::Reschedule => "rescheduled",
        Verb::Kill => "moved to the dead set",
        Verb::Delete => "deleted",
    }
}

/// The way back to the page that a form was posted from, with a notice on it: path and query only, whatever host the address names.
#[must_use]
pub fn way_back(referer: &str, notice: &ActNotice) -> String {
    let rest = referer
        .split_once("://")
        .map_or(referer, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = if path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') {
        path
    } else {
        "/"
    };
    let pairs = query_string::parse(query);
    let code = notice.code();
    let kept = pairs
        .iter()
        .filter(|(name, _)| name != NOTICE && name != "__err" && name != "__path")
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let query = query_string::write(kept.chain([(NOTICE, code.as_str())]));
    format!("{path}{query}")
}

#[cfg(test)]
mod tests {
    use super::{ActNotice, way_back};
    use crate::model::{ActionOutcome, ActionReport, EntryId, Verb};
    use proptest::prelude::*;

    fn report(outcomes: &[ActionOutcome]) -> ActionReport {
        let id: EntryId = format!("dead~1~{}", "a".repeat(40)).parse().unwrap();
        ActionReport {
            verb: Verb::Retry,
            outcomes: outcomes.iter().map(|outcome| (id.clone(), outcome.clone())).collect(),
        }
    }

    #[test]
    fn outcomes_are_told_in_one_sentence() {
        use ActionOutcome::{Done, Gone, Refused};
        let sentence = |outcomes: &[ActionOutcome]| ActNotice::of(&report(outcomes)).sentence();
        assert_eq!(sentence(&[Done, Done]), "2 retried");
        assert_eq!(sentence(&[Done, Gone, Done]), "2 retried, 1 was gone meanwhile");
        assert_eq!(sentence(&[Gone, Gone]), "2 were gone meanwhile");
        assert_eq!(sentence(&[Refused("no queue".into())]), "1 not possible: no queue");
    }

    #[test]
    fn the_address_carries_numbers_only() {
        let notice = ActNotice::of(&report(&[ActionOutcome::Done, ActionOutcome::Refused("x".into())]));
        let address = way_back("http://jobs.example:8080/dead?class=A%20B&notice=kill-1-1-1&__err=zzz#x", &notice);
        assert_eq!(address, "/dead?class=A%20B&notice=retry-1-0-1");
        let read = ActNotice::in_address(&address[5..]).unwrap();
        assert_eq!(read.sentence(), "1 retried, 1 not possible");
        assert_eq!(ActNotice::in_address("?notice=you-1-2-3"), None);
        assert_eq!(ActNotice::in_address("?notice=retry-1-2"), None);
    }

    #[test]
    fn the_way_back_never_leaves_this_host() {
        let notice = ActNotice::of(&report(&[]));
        for referer in ["", "nonsense", "http://evil.example", "//evil.example/x", "http://a//evil.example/", "/\\evil.example"] {
            let address = way_back(referer, &notice);
            assert!(address.starts_with("/?notice="), "{referer} → {address}");
        }
    }

    proptest! {
        #[test]
        fn any_referer_gives_a_way_back(referer in "\\PC*") {
            let address = way_back(&referer, &ActNotice::of(&report(&[])));
            prop_assert!(address.starts_with('/') && !address.starts_with("//"));
        }
    }
}
