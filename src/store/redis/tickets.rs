//! Calls of `fetch` whose answer never arrived.
//!
//! A fetch takes jobs out of their queues before its answer is on the way. If the answer gets lost (connection broken, caller gone),
//! the jobs would stay in the in-progress hash of a process that knows nothing of them. So every call has a ticket, from which the
//! leases of its jobs are made (`TICKET:NUMBER`, from 1 on); the next fetches of the process name the lost tickets and get those jobs
//! first, as many at a time as they ask for. A lost call that has not been carried out by then takes nothing any more: the store sees to
//! that. When very many are lost, the calls take nothing new until they have asked for those.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Most lost tickets of a process, after which its calls have none.
const MOST: usize = 32;

/// The tickets of everyone who fetches through a store: a process's capsules.
#[derive(Debug)]
pub(super) struct Tickets {
    random: u32,
    next: AtomicU64,
    lost: Mutex<HashMap<String, Vec<Lost>>>,
}

/// A call whose answer never arrived.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lost {
    pub(super) ticket: String,
    /// The number of its first job that has not been answered yet.
    pub(super) next: usize,
    /// Most jobs that it may have taken.
    pub(super) limit: usize,
}

impl Default for Tickets {
    fn default() -> Self {
        Self {
            random: rand::random(),
            next: AtomicU64::new(0),
            lost: Mutex::default(),
        }
    }
}

impl Tickets {
    /// A new ticket. Unless the call says how it ended, it counts as lost when dropped.
    pub(super) fn start<'store>(&'store self, identity: &'store str, limit: usize) -> Call<'store> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let lost = self.all().get(identity).cloned().unwrap_or_default();
        let ticket = if lost.len() < MOST {
            format!("{}{number:08x}", self.origin())
        } else {
            String::new()
        };
        Call {
            tickets: self,
            identity,
            ticket,
            limit,
            lost,
            ended: false,
        }
    }

    /// What all tickets of this store begin with.
    pub(super) fn origin(&self) -> String {
        format!("{:08x}", self.random)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Vec<Lost>>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One call on its way.
pub(super) struct Call<'store> {
    tickets: &'store Tickets,
    identity: &'store str,
    /// Empty when the call is to take nothing new.
    pub(super) ticket: String,
    limit: usize,
    /// The lost tickets that this call asks for.
    pub(super) lost: Vec<Lost>,
    ended: bool,
}

impl Call<'_> {
    /// Most jobs that it takes.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// The answer has arrived, with these leases.
    pub(super) fn answered<'lease>(mut self, leases: impl Iterator<Item = &'lease str>) {
        self.ended = true;
        if self.lost.is_empty() {
            return;
        }
        // The number of each ticket's last job in the answer.
        let mut found: HashMap<&str, usize> = HashMap::new();
        for (ticket, number) in leases.filter_map(|lease| lease.split_once(':')) {
            if let Ok(number) = number.parse() {
                found.insert(ticket, number);
            }
        }
        let mut all = self.tickets.all();
        let Some(lost) = all.get_mut(self.identity) else {
            return;
        };
        lost.retain_mut(|lost| {
            if !self.lost.iter().any(|asked| asked.ticket == lost.ticket) {
                return true;
            }
            if let Some(last) = found.get(lost.ticket.as_str()) {
                lost.next = last + 1;
                return lost.next <= lost.limit;
            }
            // An answer that holds the jobs of others may have had no room for these. Otherwise there are none, and will be none.
            self.lost
                .iter()
                .any(|asked| found.contains_key(asked.ticket.as_str()))
        });
        if lost.is_empty() {
            all.remove(self.identity);
        }
    }

    /// The call was never sent.
    pub(super) fn not_sent(mut self) {
        self.ended = true;
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if self.ended || self.ticket.is_empty() {
            return;
        }
        let mut all = self.tickets.all();
        let lost = all.entry(self.identity.to_owned()).or_default();
        lost.push(Lost {
            ticket: self.ticket.clone(),
            next: 1,
            limit: self.limit,
        });
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Call").field(&self.ticket).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Tickets;

    #[test]
    fn a_call_without_an_end_is_asked_for_until_its_jobs_are_found() {
        let tickets = Tickets::default();
        let lost = tickets.start("a", 5);
        let ticket = lost.ticket.clone();
        drop(lost);
        assert!(tickets.start("b", 5).lost.is_empty());

        let call = tickets.start("a", 5);
        assert_eq!((&call.lost[0].ticket, call.lost[0].limit), (&ticket, 5));
        let answer = [format!("{ticket}:0001"), format!("{ticket}:0003")];
        call.answered(answer.iter().map(String::as_str));

        let call = tickets.start("a", 5);
        assert_eq!(call.lost[0].next, 4, "it may have taken two more");
        call.answered(std::iter::empty());

        let call = tickets.start("a", 5);
        assert!(call.lost.is_empty());
        call.not_sent();
        assert!(tickets.start("a", 5).lost.is_empty());
    }

    #[test]
    fn a_call_whose_jobs_had_no_room_in_an_answer_is_asked_for_again() {
        let tickets = Tickets::default();
        let lost = [tickets.start("a", 2), tickets.start("a", 2)];
        let names = [lost[0].ticket.clone(), lost[1].ticket.clone()];
        drop(lost);
        let left = |answer: &[String]| {
            tickets
                .start("a", 2)
                .answered(answer.iter().map(String::as_str));
            let call = tickets.start("a", 2);
            let left: Vec<(String, usize)> = call
                .lost
                .iter()
                .map(|lost| (lost.ticket.clone(), lost.next))
                .collect();
            call.not_sent();
            left
        };
        let [first, second] = &names;
        assert_eq!(
            left(&[format!("{first}:0001")]),
            [(first.clone(), 2), (second.clone(), 1)]
        );
        assert_eq!(left(&[format!("{first}:0002")]), [(second.clone(), 1)]);
        let both = [format!("{second}:0001"), format!("{second}:0002")];
        assert!(left(&both).is_empty());
    }

    #[test]
    fn a_call_that_was_not_carried_out_when_it_was_asked_for_never_is() {
        let tickets = Tickets::default();
        drop(tickets.start("a", 5));
        tickets.start("a", 5).answered(std::iter::empty());
        assert!(tickets.start("a", 5).lost.is_empty());
    }

    #[test]
    fn lost_calls_do_not_pile_up() {
        let tickets = Tickets::default();
        for _ in 0..1000 {
            drop(tickets.start("a", 1));
        }
        let call = tickets.start("a", 1);
        assert_eq!(call.lost.len(), super::MOST);
        assert!(call.ticket.is_empty(), "it may take nothing new");
        call.answered(std::iter::empty());
        let call = tickets.start("a", 1);
        assert!(call.lost.is_empty() && !call.ticket.is_empty());
    }
}
