//! How an alert goes on: from what a rule sees, and what was known. Pure: who carries it out is the watcher.

use super::{Rule, gauges::Reading};
use crate::model::{Alert, AlertEpisode, AlertEvent, AlertNotice, AlertState, Timestamp};
use std::time::Duration;

/// Longest time in which nobody looked that still counts as one in which the condition held.
const GAP: Duration = Duration::from_secs(60);

/// How often it is noted that a condition still holds while it does not for long enough.
const PENDING_NOTED: Duration = Duration::from_secs(15);

/// How often it is noted that an alert still fires.
const FIRING_NOTED: Duration = Duration::from_secs(60);

/// For how long a condition must be over, or for as long as it has to hold if that is shorter.
const CLEAR: Duration = Duration::from_secs(30);

/// An alert of whose rule nobody has said anything for so long is given up.
const FORGOTTEN: Duration = Duration::from_secs(15 * 60);

/// For how long it is tried to tell that an alert is over.
const TOLD: Duration = Duration::from_secs(24 * 60 * 60);

/// What is to be done about an alert.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Nothing.
    Stay,
    /// It becomes this; with what was over by that, if something was.
    Put(Box<Alert>, Option<Box<AlertEpisode>>),
    /// It is removed; with what was over by that, if it ever fired.
    End(Option<Box<AlertEpisode>>),
}

/// What is to be done about the alert of a rule that has seen this; `known` is the alert, if there is one, `clear_since` when the condition was
/// first seen to be over.
pub(super) fn step(
    rule: &Rule,
    reading: &Reading,
    now: Timestamp,
    known: Option<&Alert>,
    clear_since: &mut Option<Timestamp>,
) -> Step {
    // Another one has seen something newer.
    if known.is_some_and(|known| now < known.seen_at) {
        return Step::Stay;
    }
    match reading.is_wrong {
        None => known.map_or(Step::Stay, |known| tended(known, now)),
        Some(true) => {
            *clear_since = None;
            wrong(rule, reading, now, known)
        }
        Some(false) => right(rule, now, known, clear_since),
    }
}

/// What is to be done about an alert whose rule this process does not have: another may have it. It is given up when nobody has.
pub(super) fn without_rule(alert: &Alert, now: Timestamp) -> Step {
    if passed(alert.seen_at, now) < FORGOTTEN {
        return Step::Stay;
    }
    let episode = (alert.state == AlertState::Firing)
        .then(|| alert.episode(now))
        .flatten();
    Step::End(episode.map(|episode| {
        Box::new(AlertEpisode {
            is_forgotten: true,
            ..episode
        })
    }))
}

fn wrong(rule: &Rule, reading: &Reading, now: Timestamp, known: Option<&Alert>) -> Step {
    let Some(known) = known else {
        return begun(rule, reading, now, &Alert::default());
    };
    let mut alert = known.clone();
    tell(&mut alert, rule, reading, now);
    match known.state {
        AlertState::Resolved => begun(rule, reading, now, known),
        AlertState::Pending => {
            if passed(known.seen_at, now) > GAP {
                alert.since = now;
            }
            if passed(alert.since, now) >= rule.held_for {
                fire(&mut alert, rule, now);
            } else if passed(known.seen_at, now) < PENDING_NOTED {
                return Step::Stay;
            }
            put(alert)
        }
        AlertState::Firing => {
            let woken = alert.snoozed.as_ref().is_some_and(|it| it.until <= now);
            if woken {
                alert.snoozed = None;
            }
            let is_due = rule.repeat.is_some_and(|repeat| {
                passed(alert.notified_at.unwrap_or(alert.since), now) >= repeat
            });
            if (woken || is_due) && !alert.is_quiet(now) {
                // Who is still to be told the last time is told once.
                let waits = |to: &&String| alert.notices.iter().any(|it| it.receiver == **to);
                let to: Vec<String> = rule.to.iter().filter(|to| !waits(to)).cloned().collect();
                notify(&mut alert, &to, AlertEvent::Reminder, now);
                return put(alert);
            }
            if woken || passed(known.seen_at, now) >= FIRING_NOTED {
                return put(alert);
            }
            Step::Stay
        }
    }
}

fn right(
    rule: &Rule,
    now: Timestamp,
    known: Option<&Alert>,
    clear_since: &mut Option<Timestamp>,
) -> Step {
    let Some(known) = known else {
        *clear_since = None;
        return Step::Stay;
    };
    match known.state {
        // Somebody is still to be told that it was over before.
        AlertState::Pending if !known.notices.is_empty() => put(Alert {
            state: AlertState::Resolved,
            ..known.clone()
        }),
        AlertState::Resolved if is_told_of(known, now) => tended(known, now),
        AlertState::Pending | AlertState::Resolved => Step::End(None),
        AlertState::Firing => {
            let since = *clear_since.get_or_insert(now);
            if passed(since, now) < CLEAR.min(rule.held_for) {
                return Step::Stay;
            }
            *clear_since = None;
            resolve(known, now)
        }
    }
}

/// Somebody has the rule of an alert of which there is nothing new to say: others are not to give it up. How long something pends is counted
/// by when it was seen, so that stays.
fn tended(known: &Alert, now: Timestamp) -> Step {
    if known.state == AlertState::Pending || passed(known.seen_at, now) < FIRING_NOTED {
        return Step::Stay;
    }
    put(Alert {
        seen_at: now,
        ..known.clone()
    })
}

/// Whether somebody is still to be told that it is over. Who is not told within a day is a receiver that is there no more.
fn is_told_of(over: &Alert, now: Timestamp) -> bool {
    let since = over.resolved_at.unwrap_or(over.since);
    !over.notices.is_empty() && passed(since, now) < TOLD
}

/// It is over. Only those are told who were told that it fires.
fn resolve(known: &Alert, now: Timestamp) -> Step {
    let mut alert = known.clone();
    alert.state = AlertState::Resolved;
    alert.resolved_at = Some(now);
    alert.seen_at = now;
    alert.snoozed = None;
    alert.hush(now);
    let told = std::mem::take(&mut alert.told);
    notify(&mut alert, &told, AlertEvent::Resolved, now);
    let episode = known.episode(now).map(Box::new);
    if alert.notices.is_empty() {
        return Step::End(episode);
    }
    alert.version += 1;
    Step::Put(Box::new(alert), episode)
}

/// A new one, in the place of one that is over. Until it fires, those who are to be told of that end still are.
fn begun(rule: &Rule, reading: &Reading, now: Timestamp, over: &Alert) -> Step {
    let mut alert = Alert {
        id: rule.alert_id(&reading.queue),
        version: over.version,
        since: now,
        fired_at: over.fired_at,
        resolved_at: over.resolved_at,
        notices: over.notices.clone(),
        ..Alert::default()
    };
    tell(&mut alert, rule, reading, now);
    if rule.held_for.is_zero() {
        fire(&mut alert, rule, now);
    }
    put(alert)
}

/// What the rule says, and what it sees.
fn tell(alert: &mut Alert, rule: &Rule, reading: &Reading, now: Timestamp) {
    alert.rule.clone_from(&rule.name);
    alert.watch = rule.watch;
    alert.queue.clone_from(&reading.queue);
    alert.severity = rule.severity;
    alert.above = rule.above;
    alert.within_seconds = rule.within.as_secs();
    rule.zone.name().clone_into(&mut alert.timezone);
    alert.value = reading.value.unwrap_or(0.0);
    alert.seen_at = now;
}

fn fire(alert: &mut Alert, rule: &Rule, now: Timestamp) {
    alert.state = AlertState::Firing;
    alert.fired_at = Some(now);
    alert.resolved_at = None;
    alert.notices.clear();
    notify(alert, &rule.to, AlertEvent::Firing, now);
}

fn notify(alert: &mut Alert, to: &[String], event: AlertEvent, now: Timestamp) {
    alert.notified_at = Some(now);
    alert.notices.extend(to.iter().map(|receiver| AlertNotice {
        receiver: receiver.clone(),
        event,
        created_at: now,
        due_at: now,
        ..AlertNotice::default()
    }));
}

fn put(mut alert: Alert) -> Step {
    alert.version += 1;
    Step::Put(Box::new(alert), None)
}

fn passed(since: Timestamp, now: Timestamp) -> Duration {
    let milliseconds = now.0.saturating_sub(since.0);
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::{Step, step, without_rule};
    use crate::alerts::{Rule, gauges::Reading, tests::rule};
    use crate::model::{
        Acknowledgement, Alert, AlertEvent, AlertState, AlertWatch, Snooze, Timestamp,
    };
    use std::time::Duration;

    /// An alert of one rule as the seconds go by.
    struct Course {
        rule: Rule,
        alert: Option<Alert>,
        clear_since: Option<Timestamp>,
        over: usize,
    }

    impl Course {
        fn new() -> Self {
            let mut rule = rule(AlertWatch::Depth, "mail", 5.0);
            rule.held_for = Duration::from_secs(60);
            rule.to = vec!["ops".to_owned()];
            Self {
                rule,
                alert: None,
                clear_since: None,
                over: 0,
            }
        }

        /// What becomes of it at this second.
        fn at(&mut self, seconds: i64, is_wrong: Option<bool>) -> Option<AlertState> {
            let reading = Reading {
                queue: "mail".to_owned(),
                value: Some(9.0),
                is_wrong,
            };
            let now = Timestamp(seconds * 1_000);
            let before = self.alert.as_ref().map_or(0, |alert| alert.version);
            match step(
                &self.rule,
                &reading,
                now,
                self.alert.as_ref(),
                &mut self.clear_since,
            ) {
                Step::Stay => {}
                Step::Put(alert, episode) => {
                    assert_eq!(alert.version, before + 1);
                    self.over += usize::from(episode.is_some());
                    self.alert = Some(*alert);
                }
                Step::End(episode) => {
                    self.over += usize::from(episode.is_some());
                    self.alert = None;
                }
            }
            self.alert.as_ref().map(|alert| alert.state)
        }

        /// What is to be told, as if it had reached who was to be told it.
        fn told(&mut self) -> Vec<AlertEvent> {
            let Some(alert) = &mut self.alert else {
                return Vec::new();
            };
            let notices = std::mem::take(&mut alert.notices);
            for notice in &notices {
                alert.told.push(notice.receiver.clone());
            }
            alert.told.dedup();
            notices.into_iter().map(|notice| notice.event).collect()
        }

        fn fire(&mut self) {
            self.at(0, Some(true));
            self.at(30, Some(true));
            assert_eq!(self.at(60, Some(true)), Some(AlertState::Firing));
        }
    }

    #[test]
    fn it_fires_when_the_condition_has_held_for_long_enough_and_is_over_a_little_later() {
        let mut course = Course::new();
        assert_eq!(course.at(0, Some(false)), None);
        assert_eq!(course.at(5, Some(true)), Some(AlertState::Pending));
        assert_eq!(course.at(40, Some(true)), Some(AlertState::Pending));
        assert_eq!(course.at(64, Some(true)), Some(AlertState::Pending));
        assert_eq!(course.at(65, Some(true)), Some(AlertState::Firing));
        assert_eq!(course.told(), [AlertEvent::Firing]);
        assert_eq!(course.at(70, Some(true)), Some(AlertState::Firing));
        assert_eq!(course.told(), []);
        assert_eq!(course.at(75, Some(false)), Some(AlertState::Firing));
        assert_eq!(course.at(80, Some(true)), Some(AlertState::Firing));
        assert_eq!(course.at(85, Some(false)), Some(AlertState::Firing));
        assert_eq!(course.at(114, Some(false)), Some(AlertState::Firing));
        assert_eq!(course.at(115, Some(false)), Some(AlertState::Resolved));
        assert_eq!(course.told(), [AlertEvent::Resolved]);
        assert_eq!(course.over, 1);
    }

    #[test]
    fn what_is_over_before_its_time_has_never_been() {
        let mut course = Course::new();
        course.at(0, Some(true));
        assert_eq!(course.at(50, Some(false)), None);
        assert_eq!(course.over, 0);
    }

    #[test]
    fn what_nobody_saw_neither_fires_nor_ends_it() {
        let mut course = Course::new();
        course.at(0, Some(true));
        assert_eq!(course.at(59, None), Some(AlertState::Pending));
        // Nobody looked for longer than a minute: it begins anew.
        assert_eq!(course.at(500, Some(true)), Some(AlertState::Pending));
        assert_eq!(course.at(530, Some(true)), Some(AlertState::Pending));
        assert_eq!(course.at(560, Some(true)), Some(AlertState::Firing));
        assert_eq!(course.at(9_000, None), Some(AlertState::Firing));
    }

    #[test]
    fn reminders_come_until_somebody_knows() {
        let mut course = Course::new();
        course.rule.repeat = Some(Duration::from_secs(600));
        course.fire();
        assert_eq!(course.told(), [AlertEvent::Firing]);
        course.at(659, Some(true));
        assert_eq!(course.told(), []);
        course.at(660, Some(true));
        assert_eq!(course.told(), [AlertEvent::Reminder]);
        if let Some(alert) = &mut course.alert {
            alert.acknowledged = Some(Acknowledgement::default());
        }
        course.at(2_000, Some(true));
        assert_eq!(course.told(), []);
    }

    #[test]
    fn the_end_of_a_snooze_reminds() {
        let mut course = Course::new();
        course.fire();
        course.told();
        if let Some(alert) = &mut course.alert {
            alert.snoozed = Some(Snooze {
                by: "ada".to_owned(),
                until: Timestamp(900_000),
            });
        }
        course.at(899, Some(true));
        assert_eq!(course.told(), []);
        course.at(900, Some(true));
        assert_eq!(course.told(), [AlertEvent::Reminder]);
        course.at(905, Some(true));
        assert_eq!(course.told(), []);
    }

    #[test]
    fn who_was_not_told_that_it_fires_is_not_told_that_it_is_over() {
        let mut course = Course::new();
        course.fire();
        course.at(70, Some(false));
        assert_eq!(course.at(100, Some(false)), None);
        assert_eq!(course.over, 1);
    }

    #[test]
    fn what_begins_again_before_its_end_was_told_is_told_as_new() {
        let mut course = Course::new();
        course.fire();
        course.told();
        course.at(70, Some(false));
        assert_eq!(course.at(100, Some(false)), Some(AlertState::Resolved));
        assert_eq!(course.at(105, Some(true)), Some(AlertState::Pending));
        course.at(135, Some(true));
        assert_eq!(course.at(165, Some(true)), Some(AlertState::Firing));
        assert_eq!(course.told(), [AlertEvent::Firing]);
    }

    #[test]
    fn its_end_is_told_also_when_it_nearly_began_again() {
        let mut course = Course::new();
        course.fire();
        course.told();
        course.at(70, Some(false));
        assert_eq!(course.at(100, Some(false)), Some(AlertState::Resolved));
        assert_eq!(course.at(105, Some(true)), Some(AlertState::Pending));
        assert_eq!(course.at(110, Some(false)), Some(AlertState::Resolved));
        assert_eq!(course.told(), [AlertEvent::Resolved]);
        assert_eq!(course.at(115, Some(false)), None);
        assert_eq!(course.over, 1);
    }

    #[test]
    fn one_who_cannot_be_told_keeps_no_reminder_from_the_others() {
        let mut course = Course::new();
        course.rule.repeat = Some(Duration::from_secs(600));
        course.rule.to.push("away".to_owned());
        course.fire();
        if let Some(alert) = &mut course.alert {
            alert.notices.retain(|notice| notice.receiver == "away");
        }
        course.at(660, Some(true));
        let notices = course.alert.iter().flat_map(|alert| &alert.notices);
        let waiting: Vec<_> = notices.map(|it| (it.receiver.as_str(), it.event)).collect();
        assert_eq!(
            waiting,
            [("away", AlertEvent::Firing), ("ops", AlertEvent::Reminder)]
        );
    }

    #[test]
    fn an_alert_without_a_rule_is_given_up_after_a_while() {
        let mut course = Course::new();
        course.fire();
        let alert = course.alert.unwrap_or_default();
        assert_eq!(without_rule(&alert, Timestamp(900_000)), Step::Stay);
        let Step::End(Some(episode)) = without_rule(&alert, Timestamp(960_000)) else {
            panic!("it is kept");
        };
        assert!(episode.is_forgotten);
    }

    #[test]
    fn what_is_older_than_what_another_has_seen_changes_nothing() {
        let mut course = Course::new();
        course.rule.held_for = Duration::ZERO;
        assert_eq!(course.at(100, Some(true)), Some(AlertState::Firing));
        course.told();
        assert_eq!(course.at(99, Some(false)), Some(AlertState::Firing));
        assert_eq!(course.at(100, Some(false)), Some(AlertState::Resolved));
        assert_eq!(course.at(99, Some(true)), Some(AlertState::Resolved));
    }

    #[test]
    fn who_has_the_rule_keeps_others_from_giving_an_alert_up() {
        let mut course = Course::new();
        course.rule.held_for = Duration::ZERO;
        course.at(0, Some(true));
        course.told();
        // Nothing is known for an hour.
        for minute in 1..60 {
            course.at(minute * 60, None);
        }
        let now = Timestamp(3_600_000);
        let alert = course.alert.as_ref().unwrap();
        assert_eq!(without_rule(alert, now), Step::Stay);
        // That it is over waits for somebody who cannot be told, for a day.
        course.at(3_600, Some(false));
        for minute in 61..1_440 {
            course.at(minute * 60, Some(false));
        }
        let alert = course.alert.as_ref().unwrap();
        let now = Timestamp(1_440 * 60_000);
        assert_eq!(without_rule(alert, now), Step::Stay);
        assert_eq!(course.at(26 * 3_600, Some(false)), None);
    }
}
