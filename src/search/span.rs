//! From one number to another.

use super::value::{Comparison, Operator, When};
use crate::model::Timestamp;

/// From one number to another, both included; open where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
}

impl Span {
    pub(super) fn holds(self, number: i64) -> bool {
        self.from.is_none_or(|from| number >= from) && self.to.is_none_or(|to| number <= to)
    }

    /// What is in both.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            to: match (self.to, other.to) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            },
        }
    }

    /// The numbers that a comparison with `first` to `last` leaves.
    fn compared(operator: Operator, first: i64, last: i64) -> Self {
        let (from, to) = match operator {
            Operator::Is => (Some(first), Some(last)),
            Operator::Less => (None, Some(first.saturating_sub(1))),
            Operator::AtMost => (None, Some(last)),
            Operator::More => (Some(last.saturating_add(1)), None),
            Operator::AtLeast => (Some(first), None),
        };
        Self { from, to }
    }

    /// The milliseconds that a comparison with a time leaves.
    pub(super) fn of_time(comparison: &Comparison<When>, now: Timestamp) -> Self {
        let operator = comparison.operator;
        match comparison.value {
            When::Span(first, last) => Self::compared(operator, first.0, last.0),
            When::FromNow(length) => {
                let point = now.0.saturating_add(length);
                Self::compared(operator, point, point)
            }
            When::Ago(length) => {
                let point = now.0.saturating_sub(length);
                // What is less long ago is later.
                let turned = match operator {
                    Operator::Less => Operator::More,
                    Operator::AtMost => Operator::AtLeast,
                    Operator::More => Operator::Less,
                    Operator::AtLeast => Operator::AtMost,
                    Operator::Is => Operator::Is,
                };
                Self::compared(turned, point, point)
            }
        }
    }

    /// The numbers that a comparison leaves.
    pub(super) fn of_number(comparison: &Comparison<u64>) -> Self {
        let number = i64::try_from(comparison.value).unwrap_or(i64::MAX);
        Self::compared(comparison.operator, number, number)
    }
}

#[cfg(test)]
mod tests {
    use super::Span;
    use crate::model::Timestamp;
    use crate::search::value::{Comparison, Operator, When};

    fn times(operator: Operator, value: When) -> (Option<i64>, Option<i64>) {
        let comparison = Comparison {
            operator,
            value,
            text: String::new(),
        };
        let span = Span::of_time(&comparison, Timestamp(1_000));
        (span.from, span.to)
    }

    #[test]
    fn younger_is_later_and_a_day_is_from_its_first_to_its_last_moment() {
        assert_eq!(times(Operator::Less, When::Ago(100)), (Some(901), None));
        assert_eq!(times(Operator::AtLeast, When::Ago(100)), (None, Some(900)));
        assert_eq!(
            times(Operator::Less, When::FromNow(100)),
            (None, Some(1_099))
        );
        let day = When::Span(Timestamp(10), Timestamp(19));
        assert_eq!(times(Operator::Is, day), (Some(10), Some(19)));
        assert_eq!(times(Operator::Less, day), (None, Some(9)));
        assert_eq!(times(Operator::AtMost, day), (None, Some(19)));
        assert_eq!(times(Operator::More, day), (Some(20), None));
        assert_eq!(times(Operator::AtLeast, day), (Some(10), None));
    }

    #[test]
    fn two_spans_leave_what_is_in_both() {
        let span = |from, to| Span { from, to };
        let both = span(Some(1), None)
            .and(span(Some(3), Some(9)))
            .and(span(None, Some(7)));
        assert_eq!(both, span(Some(3), Some(7)));
        assert!(both.holds(3) && both.holds(7) && !both.holds(2) && !both.holds(8));
    }
}
