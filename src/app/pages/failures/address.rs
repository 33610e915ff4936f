//! What the address of the list of failure groups asks for.

use crate::app::address::value;
use crate::model::{FailureGroup, GroupFilter, GroupOrder, GroupQuery, Trends};

/// The page.
pub(in crate::app::pages) const PAGE: &str = "/failures";

/// Over which time trends are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::app::pages) enum Span {
    Hour,
    #[default]
    Day,
    Week,
}

impl Span {
    pub(in crate::app::pages) const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    /// The name in addresses, and on the page.
    pub(in crate::app::pages) fn name(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    /// In words, behind "in".
    pub(in crate::app::pages) fn in_words(self) -> &'static str {
        match self {
            Self::Hour => "the last hour",
            Self::Day => "the last 24 hours",
            Self::Week => "the last seven days",
        }
    }

    pub(in crate::app::pages) fn of(self, trends: &Trends) -> Vec<u64> {
        match self {
            Self::Hour => trends.hour.clone(),
            Self::Day => trends.day.clone(),
            Self::Week => trends.week.clone(),
        }
    }
}

/// What the list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::app::pages) struct Asked {
    pub(super) query: GroupQuery,
    pub(super) span: Span,
}

impl Asked {
    /// What is not understood is as if it were not there.
    pub(super) fn read(search: &str) -> Self {
        let named = |name: &str| value(search, name).unwrap_or_default();
        let (order, state, span) = (named("order"), named("state"), named("span"));
        let limit = named("limit").parse().unwrap_or(0);
        Self {
            query: GroupQuery {
                order: GroupOrder::ALL
                    .into_iter()
                    .find(|known| known.name() == order)
                    .unwrap_or_default(),
                filter: GroupFilter::ALL
                    .into_iter()
                    .find(|known| known.name() == state)
                    .unwrap_or_default(),
                limit,
            },
            span: Span::ALL
                .into_iter()
                .find(|known| known.name() == span)
                .unwrap_or_default(),
        }
    }

    /// Its address.
    pub(super) fn href(self) -> String {
        let mut parts = Vec::new();
        let usual = Self::default();
        if self.query.order != usual.query.order {
            parts.push(format!("order={}", self.query.order.name()));
        }
        if self.query.filter != usual.query.filter {
            parts.push(format!("state={}", self.query.filter.name()));
        }
        if self.span != usual.span {
            parts.push(format!("span={}", self.span.name()));
        }
        if self.query.limit != 0 {
            parts.push(format!("limit={}", self.query.limit));
        }
        if parts.is_empty() {
            PAGE.to_owned()
        } else {
            format!("{PAGE}?{}", parts.join("&"))
        }
    }
}

/// The address of a group's page.
pub(in crate::app::pages) fn group_path(group: &FailureGroup) -> String {
    format!("{PAGE}/{}", group.digest)
}

#[cfg(test)]
mod tests {
    use super::{Asked, Span};
    use crate::model::{GroupFilter, GroupOrder, GroupQuery};

    #[test]
    fn an_address_is_what_was_asked() {
        for order in GroupOrder::ALL {
            for filter in GroupFilter::ALL {
                for span in Span::ALL {
                    for limit in [0, 200] {
                        let asked = Asked {
                            query: GroupQuery {
                                order,
                                filter,
                                limit,
                            },
                            span,
                        };
                        let href = asked.href();
                        let search = href.split_once('?').map_or("", |(_, search)| search);
                        assert_eq!(Asked::read(search), asked);
                    }
                }
            }
        }
        assert_eq!(
            Asked::read("order=x&state=&span=9y&limit=-1"),
            Asked::default()
        );
    }
}
