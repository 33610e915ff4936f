//! What came of an action, in words.

use crate::model::{ActionOutcome, ActionReport, Verb};

/// What came of an action, in one sentence: `12 retried, 1 was gone meanwhile.`
#[must_use]
pub fn act_notice(report: &ActionReport) -> String {
    let done = report.done();
    let gone = report
        .outcomes
        .iter()
        .filter(|(_, outcome)| *outcome == ActionOutcome::Gone)
        .count();
    let refusals = report
        .outcomes
        .iter()
        .filter_map(|(_, outcome)| match outcome {
            ActionOutcome::Refused(reason) => Some(reason.as_str()),
            ActionOutcome::Done | ActionOutcome::Gone => None,
        });
    let mut parts = Vec::new();
    if done > 0 {
        parts.push(format!("{done} {}", done_word(report.verb)));
    }
    match gone {
        0 => {}
        1 => parts.push("1 was gone meanwhile".to_owned()),
        gone => parts.push(format!("{gone} were gone meanwhile")),
    }
    if let Some(reason) = refusals.clone().next() {
        parts.push(format!("{} not possible: {reason}", refusals.count()));
    }
    let sentence = parts.join(", ");
    if sentence.ends_with('.') {
        sentence
    } else {
        format!("{sentence}.")
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

#[cfg(test)]
mod tests {
    use super::act_notice;
    use crate::model::{ActionOutcome, ActionReport, EntryId, Verb};

    #[test]
    fn outcomes_are_told_in_one_sentence() {
        use ActionOutcome::{Done, Gone, Refused};
        let id: EntryId = format!("dead~1~{}", "a".repeat(40)).parse().unwrap();
        let sentence = |outcomes: &[ActionOutcome]| {
            act_notice(&ActionReport {
                verb: Verb::Retry,
                outcomes: outcomes
                    .iter()
                    .map(|outcome| (id.clone(), outcome.clone()))
                    .collect(),
                operation: None,
            })
        };
        assert_eq!(sentence(&[Done, Done]), "2 retried.");
        assert_eq!(
            sentence(&[Done, Gone, Done]),
            "2 retried, 1 was gone meanwhile."
        );
        assert_eq!(sentence(&[Gone, Gone]), "2 were gone meanwhile.");
        assert_eq!(
            sentence(&[Refused("no queue.".into()), Refused("other".into())]),
            "2 not possible: no queue."
        );
    }
}
