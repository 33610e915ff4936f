//! Whether a server carries out transactions, as far as is known.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long that holds: a user may be given other rights meanwhile.
const GOOD: Duration = Duration::from_secs(10);

/// Whether the server behind a connection carries out transactions for this user, as far as is known.
#[derive(Debug, Default)]
pub(super) struct Transactions(Mutex<Option<Known>>);

#[derive(Clone, Copy, Debug)]
struct Known {
    /// Which of the connections that were made so far was asked: another one may lead to another server.
    connection: u64,
    at: Instant,
    answer: bool,
}

impl Transactions {
    /// What is known of the server behind this connection.
    pub(super) fn known(&self, connection: u64) -> Option<bool> {
        let known = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.filter(|it| it.connection == connection && it.at.elapsed() < GOOD);
        known.map(|known| known.answer)
    }

    /// What it has answered.
    pub(super) fn learn(&self, connection: u64, answer: bool) {
        let known = Known {
            connection,
            at: Instant::now(),
            answer,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }
}

#[cfg(test)]
mod tests {
    use super::Transactions;

    #[test]
    fn another_connection_is_asked_itself() {
        let transactions = Transactions::default();
        assert_eq!(transactions.known(1), None);
        transactions.learn(1, true);
        assert_eq!(transactions.known(1), Some(true));
        assert_eq!(transactions.known(2), None);
        transactions.learn(2, false);
        assert_eq!(transactions.known(2), Some(false));
    }
}
