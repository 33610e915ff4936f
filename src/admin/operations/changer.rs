//! What a change means for one entry.

use crate::admin::limits::refuse_beyond;
use crate::admin::plan::Planner;
use crate::holds::waiting_score;
use crate::job::{Job, TimeUnit, scattered};
use crate::model::{Action, Change, Limit, Place, Set, Timestamp};
use crate::store::{Destination, QueueEnd, StoredEntry, Target};

/// Says for each entry what a change does to it.
#[derive(Clone, Debug)]
pub(super) struct Changer<'plan> {
    pub(super) change: &'plan Change,
    /// The store's clock.
    pub(super) now: Timestamp,
    /// How the processes write times.
    pub(super) fleet_unit: Option<TimeUnit>,
    /// The queues beyond which no job goes.
    pub(super) limit: &'plan Limit,
}

/// What becomes of an entry.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Planned {
    /// It goes there.
    Goes(Target),
    /// It is so already.
    IsSo,
    /// It stays, and why.
    Stays(String),
}

impl Changer<'_> {
    pub(super) fn plan(&self, entry: &StoredEntry, job: &Job) -> Planned {
        let planned = match self.change {
            Change::Act(Action::Reschedule { at, spread_seconds }) => {
                self.reschedule(entry, job, *at, *spread_seconds)
            }
            Change::Act(action) => self.planner(*action).plan_read(entry, job).map(away),
            Change::MoveTo { queue } => move_to(entry, job, queue),
            Change::Edit { path, value } => edit(entry, job, path, value),
            Change::Hold { until } => Ok(hold(entry, *until)),
        };
        match planned {
            Ok(Planned::Goes(to)) => match refuse_beyond(&entry.id.place, job, &to, self.limit) {
                Ok(()) => Planned::Goes(to),
                Err(reason) => Planned::Stays(reason),
            },
            Ok(planned) => planned,
            Err(reason) => Planned::Stays(reason),
        }
    }

    fn planner(&self, action: Action) -> Planner {
        Planner {
            action,
            now: self.now,
            fleet_unit: self.fleet_unit,
        }
    }

    /// The time within the spread follows from the job's bytes: an entry that was rescheduled already, and is met again at its new time, is
    /// known by that.
    fn reschedule(
        &self,
        entry: &StoredEntry,
        job: &Job,
        at: Timestamp,
        spread_seconds: u32,
    ) -> Result<Planned, String> {
        let spread = u64::from(spread_seconds) * 1000 + 1;
        let share = i64::try_from(scattered(&entry.raw) % spread).unwrap_or(0);
        let at = at.plus_milliseconds(share);
        let action = Action::Reschedule {
            at,
            spread_seconds: 0,
        };
        let to = self.planner(action).plan_read(entry, job)?;
        let is_so = matches!(&to, Destination::Set { set, score, .. }
            if entry.id.place == Place::Set(*set) && Timestamp::from_seconds(*score) == Timestamp::from_seconds(entry.id.position));
        Ok(if is_so { Planned::IsSo } else { away(to) })
    }
}

fn away(to: Destination) -> Planned {
    Planned::Goes(Target::Away(to))
}

/// To the end of the hold, unless it is due later, or waits there already.
fn hold(entry: &StoredEntry, until: Timestamp) -> Planned {
    if entry.id.position >= until.seconds() {
        return Planned::IsSo;
    }
    away(Destination::Set {
        set: Set::Retries,
        score: waiting_score(until, &entry.raw),
        raw: entry.raw.clone(),
    })
}

fn move_to(entry: &StoredEntry, job: &Job, queue: &str) -> Result<Planned, String> {
    let here = entry.id.place.queue_name();
    let says = job.queue();
    if here == Some(queue) || (here.is_none() && says.as_deref() == Some(queue)) {
        return Ok(Planned::IsSo);
    }
    let name = serde_json::to_string(queue).map_err(|error| error.to_string())?;
    let job = job
        .edited(&[("queue", &name)])
        .map_err(|error| format!("the entry is no job: {error}"))?;
    let raw = job.raw().clone();
    Ok(Planned::Goes(match here {
        Some(_) => Target::Away(Destination::Queue {
            name: queue.to_owned(),
            raw,
            end: QueueEnd::Last,
        }),
        None => Target::Here(raw),
    }))
}

fn edit(entry: &StoredEntry, job: &Job, path: &str, value: &str) -> Result<Planned, String> {
    let edited = job
        .edited_at(path, value)
        .map_err(|error| error.to_string())?;
    Ok(if edited.raw() == &entry.raw {
        Planned::IsSo
    } else {
        Planned::Goes(Target::Here(edited.raw().clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::{Changer, Planned};
    use crate::job::Job;
    use crate::model::{
        Action, Change, Cursor, EntryId, Limit, NamePattern, Place, Set, Timestamp,
    };
    use crate::store::{Destination, QueueEnd, StoredEntry, Target};
    use bytes::Bytes;

    const NOW: Timestamp = Timestamp(1_795_470_000_500);

    fn plan(change: &Change, place: impl Into<Place>, position: f64, raw: &str) -> Planned {
        plan_within(&Limit::none(), change, place, position, raw)
    }

    fn plan_within(
        limit: &Limit,
        change: &Change,
        place: impl Into<Place>,
        position: f64,
        raw: &str,
    ) -> Planned {
        let entry = StoredEntry {
            id: EntryId {
                place: place.into(),
                position,
                digest: String::new(),
            },
            raw: Bytes::copy_from_slice(raw.as_bytes()),
            cursor: Cursor(String::new()),
        };
        let changer = Changer {
            change,
            now: NOW,
            fleet_unit: None,
            limit,
        };
        changer.plan(&entry, &Job::new(entry.raw.clone()))
    }

    #[test]
    fn a_job_that_is_met_again_at_its_new_time_is_left_there() {
        for spread_seconds in [0, 3600] {
            let at = NOW.plus_milliseconds(60_000);
            let change = Change::Act(Action::Reschedule { at, spread_seconds });
            let Planned::Goes(Target::Away(Destination::Set { set, score, raw })) =
                plan(&change, Set::Retries, 5.0, "{}")
            else {
                panic!("it goes into a set")
            };
            assert_eq!((set, &raw[..]), (Set::Retries, &b"{}"[..]));
            let latest = at.plus_milliseconds(i64::from(spread_seconds) * 1000);
            assert!((at.seconds()..=latest.seconds()).contains(&score));
            assert_eq!(plan(&change, Set::Retries, score, "{}"), Planned::IsSo);
        }
    }

    #[test]
    fn a_waiting_job_is_enqueued_elsewhere_later_and_one_in_a_queue_at_once() {
        let change = Change::MoveTo {
            queue: "low".to_owned(),
        };
        let (old, new) = (
            r#"{"class":"A","queue":"high"}"#,
            r#"{"class":"A","queue":"low"}"#,
        );
        let raw = Bytes::copy_from_slice(new.as_bytes());
        assert_eq!(
            plan(&change, Set::Retries, 5.0, old),
            Planned::Goes(Target::Here(raw.clone()))
        );
        assert_eq!(
            plan(&change, Place::Queue("high".to_owned()), 5.0, old),
            Planned::Goes(Target::Away(Destination::Queue {
                name: "low".to_owned(),
                raw,
                end: QueueEnd::Last
            }))
        );
        assert_eq!(plan(&change, Set::Retries, 5.0, new), Planned::IsSo);
        assert!(matches!(
            plan(&change, Set::Retries, 5.0, "rubbish"),
            Planned::Stays(_)
        ));
    }

    #[test]
    fn nothing_goes_beyond_the_limit() {
        let limit = Limit::to([NamePattern::new("mail*").unwrap()]);
        let mail = Place::Queue("mail".to_owned());
        let to = |queue: &str| Change::MoveTo {
            queue: queue.to_owned(),
        };
        let kill = Change::Act(Action::Kill);
        let own = r#"{"class":"A","args":[],"queue":"mail"}"#;
        let foreign = r#"{"class":"A","args":[],"queue":"photos"}"#;
        for (change, place, raw) in [
            (to("photos"), Set::Dead.into(), own),
            (to("photos"), mail.clone(), own),
            // It stands in the queue, and would be gone from it.
            (kill.clone(), mail.clone(), foreign),
        ] {
            let planned = plan_within(&limit, &change, place.clone(), 5.0, raw);
            assert!(
                matches!(&planned, Planned::Stays(reason) if reason.contains("beyond the limit (mail*)")),
                "{change:?} {place}: {planned:?}"
            );
        }
        for (change, place, raw) in [
            (to("mail_eu"), Place::from(Set::Dead), own),
            (to("mail_eu"), mail.clone(), foreign),
            (kill, mail.clone(), own),
            (Change::Act(Action::Delete), mail, foreign),
        ] {
            let planned = plan_within(&limit, &change, place.clone(), 5.0, raw);
            assert!(
                matches!(planned, Planned::Goes(_)),
                "{change:?} {place}: {planned:?}"
            );
        }
    }

    #[test]
    fn an_edit_that_changes_nothing_is_none() {
        let change = Change::Edit {
            path: "args.0".to_owned(),
            value: "2".to_owned(),
        };
        assert_eq!(
            plan(&change, Set::Dead, 5.0, r#"{"args":[2]}"#),
            Planned::IsSo
        );
        assert!(matches!(
            plan(&change, Set::Dead, 5.0, r#"{"args":[]}"#),
            Planned::Stays(reason) if reason.contains("args.0")
        ));
    }
}
