//! What a list shows, as the page's address says it: filter, direction, page.

use super::query_string;
use crate::model::{
    Cursor, JobFilter, Order, PageRequest, Place, Set, Timestamp, parse_end, parse_time,
};

/// What a list shows, as the page's address says it. Everything is text as typed; [`ListQuery::to_request`] checks it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// The filter's fields that are set, with what was typed, in the order of [`Field::ALL`].
    filters: Vec<(Field, String)>,
    /// Whether the list is shown against its usual direction.
    pub reversed: bool,
    /// Cursor to go on behind.
    pub after: Option<String>,
    /// Cursor to end in front of.
    pub before: Option<String>,
    /// Rows a page; nothing for the usual number.
    pub limit: Option<u32>,
    /// Entries that earlier pages of this search looked through, for running totals.
    pub searched: u64,
    /// Matches that earlier pages of this search showed.
    pub found: u64,
}

/// A field of the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// A search in words.
    Filter,
    /// Part of the stored text.
    Text,
    /// Shown class.
    Class,
    /// Queue name.
    Queue,
    /// Error class, or part of the message.
    Error,
    /// One of the tags.
    Tag,
    /// Not before.
    From,
    /// Not after.
    To,
}

impl Field {
    /// All of them, the usual one first.
    pub const ALL: [Self; 8] = [
        Self::Filter,
        Self::Text,
        Self::Class,
        Self::Queue,
        Self::Error,
        Self::Tag,
        Self::From,
        Self::To,
    ];

    /// The name in the address.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Text => "text",
            Self::Class => "class",
            Self::Queue => "queue",
            Self::Error => "error",
            Self::Tag => "tag",
            Self::From => "from",
            Self::To => "to",
        }
    }
}

/// Numbers of rows a page that can be chosen.
pub const PAGE_SIZES: [u32; 4] = [25, 50, 100, 250];

/// Rows a page without a choice.
pub const PAGE_SIZE: u32 = 50;

impl ListQuery {
    /// Reads an address's query; what it does not know is left out.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let mut read = Self::default();
        for (name, value) in query_string::parse(query) {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match name.as_str() {
                "order" => read.reversed = value == "reversed",
                "after" => read.after = Some(value.to_owned()),
                "before" => read.before = Some(value.to_owned()),
                "limit" => read.limit = value.parse().ok().map(|limit: u32| limit.clamp(1, 500)),
                "searched" => read.searched = value.parse().unwrap_or(0),
                "found" => read.found = value.parse().unwrap_or(0),
                _ => {
                    if let Some(field) = Field::ALL.into_iter().find(|field| field.name() == name) {
                        read.set(field, value);
                    }
                }
            }
        }
        if read.limit == Some(PAGE_SIZE) {
            read.limit = None;
        }
        read
    }

    /// The query again, with a leading `?`, or nothing.
    #[must_use]
    pub fn to_text(&self) -> String {
        let limit = self.limit.map(|limit| limit.to_string());
        let searched = self.searched.to_string();
        let found = self.found.to_string();
        let counted = self.searched > 0;
        let rest = [
            ("order", self.reversed.then_some("reversed")),
            ("limit", limit.as_deref()),
            ("searched", counted.then_some(searched.as_str())),
            ("found", counted.then_some(found.as_str())),
            ("after", self.after.as_deref()),
            ("before", self.before.as_deref()),
        ];
        let filters = self
            .filters
            .iter()
            .map(|(field, value)| (field.name(), value.as_str()));
        let rest = rest
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        query_string::write(filters.chain(rest))
    }

    /// What was typed for a field; empty if nothing.
    #[must_use]
    pub fn get(&self, field: Field) -> &str {
        self.filters
            .iter()
            .find(|(set, _)| *set == field)
            .map_or("", |(_, value)| value.as_str())
    }

    /// The fields that are set.
    #[must_use]
    pub fn filters(&self) -> &[(Field, String)] {
        &self.filters
    }

    /// Whether anything is filtered.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.filters.is_empty()
    }

    /// Whether this is the first page.
    #[must_use]
    pub fn is_first_page(&self) -> bool {
        self.after.is_none() && self.before.is_none()
    }

    /// The first page with one field changed; empty takes it away.
    #[must_use]
    pub fn with(&self, field: Field, value: &str) -> Self {
        let mut query = self.first_page();
        query.set(field, value.trim());
        query
    }

    /// The first page of the same list.
    #[must_use]
    pub fn first_page(&self) -> Self {
        Self {
            after: None,
            before: None,
            searched: 0,
            found: 0,
            ..self.clone()
        }
    }

    /// The first page without any filter.
    #[must_use]
    pub fn unfiltered(&self) -> Self {
        Self {
            filters: Vec::new(),
            ..self.first_page()
        }
    }

    /// The first page in the other direction.
    #[must_use]
    pub fn turned(&self) -> Self {
        Self {
            reversed: !self.reversed,
            ..self.first_page()
        }
    }

    /// The first page with another number of rows.
    #[must_use]
    pub fn sized(&self, limit: u32) -> Self {
        Self {
            limit: (limit != PAGE_SIZE).then_some(limit),
            ..self.first_page()
        }
    }

    /// The page behind a cursor, with what was looked through and found so far.
    #[must_use]
    pub fn next_page(&self, cursor: &Cursor, searched: u64, found: u64) -> Self {
        Self {
            after: Some(cursor.0.clone()),
            searched,
            found,
            ..self.first_page()
        }
    }

    /// The page in front of a cursor.
    #[must_use]
    pub fn previous_page(&self, cursor: &Cursor) -> Self {
        Self {
            before: Some(cursor.0.clone()),
            ..self.first_page()
        }
    }

    /// The direction in which the list of this place is shown.
    #[must_use]
    pub fn order(&self, place: &Place) -> Order {
        let usual = usual_order(place);
        if self.reversed {
            usual.reversed()
        } else {
            usual
        }
    }

    /// What to ask the store for.
    ///
    /// # Errors
    /// Which field is wrong, and what to write instead.
    pub fn to_request(&self, place: &Place) -> Result<PageRequest, String> {
        let text = |field| Some(self.get(field).to_owned()).filter(|text| !text.is_empty());
        let time = |field: Field, read: fn(&str) -> Result<Timestamp, String>| {
            text(field)
                .map(|text| read(&text))
                .transpose()
                .map_err(|problem| format!("{}: {problem}", field.name()))
        };
        Ok(PageRequest {
            filter: JobFilter {
                class: text(Field::Class),
                queue: text(Field::Queue),
                error: text(Field::Error),
                text: text(Field::Text),
                tag: text(Field::Tag),
                from: time(Field::From, parse_time)?,
                to: time(Field::To, parse_end)?,
                query: text(Field::Filter),
            },
            order: self.order(place),
            after: self.after.clone().map(Cursor),
            before: self.before.clone().map(Cursor),
            limit: self.limit.unwrap_or(PAGE_SIZE),
        })
    }

    fn set(&mut self, field: Field, value: &str) {
        self.filters.retain(|(set, _)| *set != field);
        if !value.is_empty() {
            self.filters.push((field, value.to_owned()));
            self.filters.sort_by_key(|(field, _)| *field);
        }
    }
}

/// What comes first without a choice: what is due next, what runs next, what died last.
#[must_use]
pub fn usual_order(place: &Place) -> Order {
    match place {
        Place::Set(Set::Dead) => Order::Descending,
        Place::Set(Set::Scheduled | Set::Retries) | Place::Queue(_) => Order::Ascending,
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, ListQuery};
    use crate::model::{Cursor, Order, Place, Set};
    use proptest::prelude::*;

    #[test]
    fn a_form_s_empty_fields_are_no_filter() {
        let query = ListQuery::parse("text=&class=+&queue=&from=&limit=50");
        assert_eq!(query, ListQuery::default());
        assert_eq!(query.to_text(), "");
    }

    #[test]
    fn the_address_says_everything() {
        let query = ListQuery::parse(
            "filter=a+-b:%22c%22&class=PublishPhoto&error=100%25&order=reversed&after=12~a&limit=100&searched=380000&found=7&notice=x",
        );
        assert_eq!(query.get(Field::Filter), "a -b:\"c\"");
        assert_eq!(query.get(Field::Class), "PublishPhoto");
        assert_eq!(query.get(Field::Error), "100%");
        assert_eq!(query.order(&Place::Set(Set::Dead)), Order::Ascending);
        assert_eq!(ListQuery::parse(&query.to_text()), query);
        assert!(!query.to_text().contains("notice"));
    }

    #[test]
    fn a_changed_filter_starts_at_the_first_page() {
        let query = ListQuery::parse("class=A&after=c&searched=5&found=1");
        let changed = query.with(Field::Queue, "mail");
        assert_eq!(changed.to_text(), "?class=A&queue=mail");
        assert_eq!(changed.with(Field::Class, "").to_text(), "?queue=mail");
        assert_eq!(
            query.next_page(&Cursor("d".into()), 9, 2).to_text(),
            "?class=A&searched=9&found=2&after=d"
        );
        assert_eq!(
            query.previous_page(&Cursor("b".into())).to_text(),
            "?class=A&before=b"
        );
        assert_eq!(query.turned().to_text(), "?class=A&order=reversed");
    }

    #[test]
    fn a_day_as_the_end_holds_the_whole_day() {
        let place = Place::Set(Set::Dead);
        let request = ListQuery::parse("from=2026-11-24&to=2026-11-24")
            .to_request(&place)
            .unwrap();
        assert_eq!(
            request.filter.from.unwrap().to_string(),
            "2026-11-24T00:00:00.000Z"
        );
        assert_eq!(
            request.filter.to.unwrap().to_string(),
            "2026-11-24T23:59:59.999Z"
        );
        assert_eq!(request.order, Order::Descending);
        assert_eq!(request.limit, 50);
    }

    #[test]
    fn a_wrong_time_is_named() {
        let problem = ListQuery::parse("to=soon")
            .to_request(&Place::Set(Set::Retries))
            .unwrap_err();
        assert!(problem.starts_with("to: `soon`"), "{problem}");
    }

    proptest! {
        #[test]
        fn any_query_is_read_and_written_alike(text in "\\PC*") {
            let query = ListQuery::parse(&text);
            prop_assert_eq!(ListQuery::parse(&query.to_text()), query);
        }
    }
}
