//! In what order the queues stand.

use crate::app::components::Sorting;
use crate::model::QueueSummary;

/// By which column the queues are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SortKey {
    Name,
    Size,
    Latency,
}

pub(super) type QueueSorting = Sorting<SortKey>;

impl SortKey {
    fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Size => "size",
            Self::Latency => "latency",
        }
    }

    /// Names are read from A, numbers from the highest.
    fn first_descending(self) -> bool {
        self != Self::Name
    }

    /// The address that sorts by this column, or turns its order when it is sorted by it already.
    pub(super) fn href(self, descending: Option<bool>) -> String {
        let descending = descending.map_or(self.first_descending(), |descending| !descending);
        let order = if descending { "desc" } else { "asc" };
        format!("/queues?sort={}&order={order}", self.name())
    }
}

/// What the address asks for; by name when it asks for nothing that is known.
pub(super) fn sorting(sort: Option<&str>, order: Option<&str>) -> QueueSorting {
    let key = match sort {
        Some("size") => SortKey::Size,
        Some("latency") => SortKey::Latency,
        _ => SortKey::Name,
    };
    let descending = match order {
        Some("asc") => false,
        Some("desc") => true,
        _ => key.first_descending(),
    };
    Sorting { key, descending }
}

/// The queues' names in this order; equal ones by name.
pub(super) fn sorted_names(queues: &[QueueSummary], sorting: QueueSorting) -> Vec<String> {
    let mut queues: Vec<&QueueSummary> = queues.iter().collect();
    queues.sort_by(|one, other| {
        let order = match sorting.key {
            SortKey::Name => one.name.cmp(&other.name),
            SortKey::Size => one.size.cmp(&other.size),
            SortKey::Latency => one.latency_seconds.total_cmp(&other.latency_seconds),
        };
        let order = if sorting.descending {
            order.reverse()
        } else {
            order
        };
        order.then_with(|| one.name.cmp(&other.name))
    });
    queues.into_iter().map(|queue| queue.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(name: &str, size: u64, latency_seconds: f64) -> QueueSummary {
        QueueSummary {
            name: name.to_owned(),
            size,
            latency_seconds,
            paused: false,
        }
    }

    #[test]
    fn queues_are_sorted_as_the_address_asks() {
        let queues = [queue("b", 5, 1.0), queue("a", 5, 9.0), queue("c", 7, 0.0)];
        let names = |sort, order| sorted_names(&queues, sorting(sort, order)).join("");
        assert_eq!(names(None, None), "abc");
        assert_eq!(names(Some("name"), Some("desc")), "cba");
        assert_eq!(names(Some("size"), None), "cab");
        assert_eq!(names(Some("size"), Some("asc")), "abc");
        assert_eq!(names(Some("latency"), None), "abc");
        assert_eq!(names(Some("nonsense"), Some("nonsense")), "abc");
    }

    #[test]
    fn a_second_click_turns_the_order() {
        assert_eq!(SortKey::Size.href(None), "/queues?sort=size&order=desc");
        assert_eq!(
            SortKey::Size.href(Some(true)),
            "/queues?sort=size&order=asc"
        );
        assert_eq!(SortKey::Name.href(None), "/queues?sort=name&order=asc");
    }
}
