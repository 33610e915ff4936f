//! How far an operation has come, as it is written down with each step.

use crate::model::{Cursor, OperationProgress};
use serde::{Deserialize, Serialize};

/// Reasons that are told apart; the others are counted together.
const REASONS: usize = 20;

/// What the reasons that are not told apart are called.
const OTHER_REASONS: &str = "other reasons";

/// How far an operation has come. It goes on from here, whoever goes on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Mark {
    /// Which of the places, or of the ticked entries, is next.
    pub(super) at: usize,
    /// Behind which entry of that place.
    pub(super) after: Option<Cursor>,
    /// Times that the place has been gone through already, and jobs that the latest time has changed.
    pub(super) passes: u32,
    /// Jobs that this pass has changed.
    pub(super) pass_changed: u64,
    /// Of an operation that undoes: chunks from this one on are done with.
    pub(super) below: Option<u64>,
    /// Entries looked at.
    pub(super) scanned: u64,
    /// Of those, the ones that are meant.
    pub(super) matched: u64,
    /// Ticked entries that were gone when they were looked up.
    pub(super) gone: u64,
    /// Left as they are, and why.
    pub(super) refused: Vec<(String, u64)>,
    /// Milliseconds at work.
    pub(super) busy_ms: u64,
    /// The few that were tried first: their job ids.
    pub(super) tried: Vec<String>,
    /// When it is looked at what became of them, milliseconds since the epoch.
    pub(super) tried_until: Option<i64>,
    /// Whether they did well.
    pub(super) tried_well: bool,
}

impl Mark {
    /// The mark of a record; the beginning, if it has none yet.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// As it is written down.
    pub(super) fn write(&self) -> String {
        // Plain fields only: it cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// One more job that stays as it is.
    pub(super) fn refuse(&mut self, reason: &str, count: u64) {
        let known = self.refused.iter_mut().find(|(known, _)| known == reason);
        if let Some((_, so_far)) = known {
            *so_far += count;
        } else if self.refused.len() < REASONS {
            self.refused.push((reason.to_owned(), count));
        } else if let Some((last, so_far)) = self.refused.last_mut() {
            OTHER_REASONS.clone_into(last);
            *so_far += count;
        }
    }

    /// For people.
    pub(super) fn progress(&self, done: u64, gone: u64, total: u64) -> OperationProgress {
        let seconds = seconds(self.busy_ms);
        let per_second = |count: u64| {
            if self.busy_ms == 0 {
                0.0
            } else {
                amount(count) / seconds
            }
        };
        let scanning = per_second(self.scanned);
        let mut refused = self.refused.clone();
        refused.sort_by(|(_, one), (_, other)| other.cmp(one));
        OperationProgress {
            scanned: self.scanned,
            matched: self.matched,
            done,
            gone: gone + self.gone,
            refused,
            rate: per_second(done),
            seconds_left: (scanning > 0.0)
                .then(|| amount(total.saturating_sub(self.scanned)) / scanning),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "for rates, which need no more than 50 bits"
)]
pub(super) fn amount(count: u64) -> f64 {
    count as f64
}

fn seconds(milliseconds: u64) -> f64 {
    amount(milliseconds) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::{Mark, REASONS};

    #[test]
    fn a_mark_is_read_as_it_is_written() {
        let mark = Mark {
            at: 2,
            scanned: 17,
            tried: vec!["a".to_owned()],
            ..Mark::default()
        };
        assert_eq!(Mark::read(&mark.write()), Ok(mark));
        assert_eq!(Mark::read(""), Ok(Mark::default()));
        assert!(Mark::read("{").is_err());
    }

    #[test]
    fn many_different_reasons_are_counted_together() {
        let mut mark = Mark::default();
        for number in 0..100 {
            mark.refuse(&format!("reason {number}"), 1);
        }
        assert_eq!(mark.refused.len(), REASONS);
        let progress = mark.progress(0, 0, 0);
        assert_eq!(progress.refused_total(), 100);
        assert_eq!(progress.refused[0].0, "other reasons");
    }

    #[test]
    fn the_time_left_follows_from_what_was_looked_at() {
        let mark = Mark {
            scanned: 1_000,
            busy_ms: 2_000,
            ..Mark::default()
        };
        let progress = mark.progress(400, 0, 4_000);
        assert_eq!(progress.rate, 200.0);
        assert_eq!(progress.seconds_left, Some(6.0));
        assert_eq!(Mark::default().progress(0, 0, 10).seconds_left, None);
    }
}
