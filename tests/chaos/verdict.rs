//! What the journal says at the end: see the top of `tests/chaos.rs`.

use crate::{
    journal::{Attempt, Execution, Journal, MOST_UNHEARD},
    work,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) attempts: usize,
    pub(crate) executions: usize,
    /// Executions that were cut off before their end.
    pub(crate) cut_off: usize,
    /// Executions that came to their end, and were repeated all the same.
    pub(crate) repeated: usize,
    /// What must not be.
    pub(crate) faults: Vec<String>,
}

impl Verdict {
    /// Fails when there is something that must not be.
    pub(crate) fn assert_right(&self) {
        let (faults, count) = (&self.faults, self.faults.len());
        assert!(
            count == 0,
            "{count} faults: {:#?}",
            &faults[..count.min(10)]
        );
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} attempts of jobs, {} executions: {} were cut off, {} ended without the store hearing of it",
            self.attempts, self.executions, self.cut_off, self.repeated
        )
    }
}

/// Attempts that these jobs must have ended and have not; the dead ones are none of them.
pub(crate) fn missing(
    journal: &Journal,
    numbers: impl Iterator<Item = u64>,
    dead: &BTreeSet<String>,
) -> Vec<Attempt> {
    numbers
        .flat_map(work::attempts)
        .filter(|attempt| !journal.done.contains(attempt) && !dead.contains(&attempt.0))
        .collect()
}

/// Judges a journal to which nothing is added any more. Dead jobs need not have come to their end.
pub(crate) fn judge(journal: &Journal, dead: &BTreeSet<String>) -> Verdict {
    let mut verdict = Verdict {
        attempts: journal.executions.len(),
        ..Verdict::default()
    };
    let mut unheard: BTreeMap<u64, usize> = BTreeMap::new();
    for (attempt, executions) in &journal.executions {
        verdict.executions += executions.len();
        for pair in executions.windows(2) {
            let (earlier, later) = (&pair[0], &pair[1]);
            if let Err(fault) = is_right(journal, earlier, later) {
                let fault = format!("{attempt:?}: {fault}: {earlier:?}, {later:?}");
                verdict.faults.push(fault);
            }
            match earlier.ends {
                Some(_) => {
                    verdict.repeated += 1;
                    *unheard.entry(earlier.life).or_default() += 1;
                }
                None => verdict.cut_off += 1,
            }
        }
        let ended = executions.iter().any(|execution| execution.ends.is_some());
        if !ended && !dead.contains(&attempt.0) {
            let fault = format!("{attempt:?} has begun and never ended: it is lost");
            verdict.faults.push(fault);
        }
    }
    for (life, count) in unheard {
        if count > MOST_UNHEARD {
            let fault = format!("{count} executions of life {life} had ended, and were repeated");
            verdict.faults.push(fault);
        }
    }
    verdict
}

/// Whether an attempt may be executed once more.
fn is_right(journal: &Journal, earlier: &Execution, later: &Execution) -> Result<(), &'static str> {
    let told = journal.told.get(&earlier.life);
    let cause = told.or(journal.over.get(&earlier.life));
    if cause.is_none_or(|cause| *cause > later.begins) {
        return Err("executed twice although the first one's process lived");
    }
    if earlier.ends.is_some() && told.is_some() {
        return Err("executed twice although it had ended in a process that stopped in order");
    }
    Ok(())
}
