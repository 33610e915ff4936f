//! What a list is asked for.

use super::error::{Answer, Problem};
use crate::job::parse_time;
use crate::model::{Cursor, JobFilter, Order, PageRequest, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

/// Most entries of a page.
const MOST: u32 = 500;

/// Which entries of a list, and how many.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// A search in words: `class:PublishPhoto error:Timeout`.
    filter: Option<String>,
    /// Class as shown, whole.
    class: Option<String>,
    /// Queue, whole.
    queue: Option<String>,
    /// Error class, whole, or part of the error message, in upper or lower case.
    error: Option<String>,
    /// Part of the entry's text, in upper or lower case, as it is stored or as JSON means it. Coded error traces are not searched.
    text: Option<String>,
    /// One of the tags, whole.
    tag: Option<String>,
    /// Due, died or enqueued not before: RFC 3339, or seconds since 1970.
    from: Option<String>,
    /// Not after.
    to: Option<String>,
    /// Most entries to return, 1 to 500; 50 unless said.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// The page behind this cursor: `next` of another page.
    after: Option<String>,
    /// The page before this cursor: `previous` of another page.
    before: Option<String>,
    /// `ascending` (`asc`): next due or next to run first; `descending` (`desc`). Unless said: descending for the dead set, ascending elsewhere.
    order: Option<String>,
}

impl ListQuery {
    /// What the store is asked for.
    pub(super) fn request(self, usual_order: Order) -> Answer<PageRequest> {
        let limit = match self.limit.as_deref().map(str::parse) {
            None => 0,
            Some(Ok(limit @ 1..=MOST)) => limit,
            Some(_) => {
                return Err(Problem::query(
                    "limit",
                    format!("`limit` must be a number from 1 to {MOST}"),
                ));
            }
        };
        let order = match self.order.as_deref() {
            None => usual_order,
            Some("ascending" | "asc") => Order::Ascending,
            Some("descending" | "desc") => Order::Descending,
            Some(_) => {
                return Err(Problem::query(
                    "order",
                    "`order` must be `ascending` or `descending`",
                ));
            }
        };
        if self.after.is_some() && self.before.is_some() {
            return Err(Problem::query(
                "before",
                "`after` and `before` exclude each other",
            ));
        }
        Ok(PageRequest {
            filter: JobFilter {
                class: said(self.class),
                queue: said(self.queue),
                error: said(self.error),
                text: said(self.text),
                tag: said(self.tag),
                from: time("from", self.from)?,
                to: time("to", self.to)?,
                query: said(self.filter),
            },
            order,
            after: said(self.after).map(Cursor),
            before: said(self.before).map(Cursor),
            limit,
        })
    }
}

/// `?class=` is the same as no class, as forms send it.
pub(super) fn said(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.is_empty())
}

pub(super) fn time(field: &'static str, value: Option<String>) -> Answer<Option<Timestamp>> {
    said(value)
        .map(|text| {
            moment(&text).ok_or_else(|| {
                Problem::query(
                    field,
                    format!("`{text}` is no time: write it as `2026-11-23T21:51:41Z`, or in seconds since 1970"),
                )
            })
        })
        .transpose()
}

/// A point in time as scripts write it: RFC 3339, or seconds since 1970.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    let json = serde_json::Value::from(text.trim()).to_string();
    parse_time(&json)
}

#[cfg(test)]
mod tests {
    use super::moment;
    use crate::model::Timestamp;

    #[test]
    fn a_time_is_rfc_3339_or_seconds() {
        for text in [
            "2026-11-23T21:33:26.286Z",
            " 2026-11-23T22:33:26.286+01:00 ",
            "1795469606.286",
            "1795469606286",
        ] {
            assert_eq!(moment(text), Some(Timestamp(1_795_469_606_286)), "{text}");
        }
        for text in ["", "tomorrow", "\"", "2026-13-01T00:00:00Z", "NaN"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
