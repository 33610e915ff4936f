//! For words in the log about what others do: whoever does it does it often.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Time between two words about the same.
const QUIET: Duration = Duration::from_secs(60);

/// Says whether something is to be told again: once a minute.
#[derive(Debug, Default)]
pub(super) struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    /// Whether it is time; then it is not for the next minute.
    pub(super) fn is_time(&self) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_time = told.is_none_or(|told| told.elapsed() >= QUIET);
        if is_time {
            *told = Some(Instant::now());
        }
        is_time
    }
}

#[cfg(test)]
mod tests {
    use super::Seldom;

    #[test]
    fn what_is_told_is_not_told_again_at_once() {
        let seldom = Seldom::default();
        assert!(seldom.is_time());
        assert!(!seldom.is_time());
    }
}
