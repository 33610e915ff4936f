//! Which page of the audit, as the page's address says it.

use super::query_string;
use crate::model::{AuditAction, AuditFilter, AuditId, parse_end, parse_time};

/// Which page of the audit. The filter's fields are text as typed; [`AuditQuery::filter`] reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    fields: Vec<(AuditField, String)>,
    /// Events behind this one.
    pub after: Option<AuditId>,
    /// The page that ends in front of this one.
    pub before: Option<AuditId>,
}

/// A field of the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AuditField {
    /// Part of who it was.
    Who,
    /// What was done.
    Action,
    /// Where.
    Place,
    /// Part of anything else.
    Text,
    /// Not before.
    From,
    /// Not after.
    To,
}

impl AuditField {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Who,
        Self::Action,
        Self::Place,
        Self::Text,
        Self::From,
        Self::To,
    ];

    /// The name in the address.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Who => "who",
            Self::Action => "action",
            Self::Place => "place",
            Self::Text => "text",
            Self::From => "from",
            Self::To => "to",
        }
    }
}

impl AuditQuery {
    /// Reads an address's query; what it does not know is left out.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let mut read = Self::default();
        for (name, value) in query_string::parse(query) {
            let value = value.trim();
            match name.as_str() {
                "after" => read.after = value.parse().ok(),
                "before" => read.before = value.parse().ok(),
                name => {
                    if let Some(field) = AuditField::ALL
                        .into_iter()
                        .find(|field| field.name() == name)
                    {
                        read.set(field, value);
                    }
                }
            }
        }
        read
    }

    /// The query again, with a leading `?`, or nothing.
    #[must_use]
    pub fn to_text(&self) -> String {
        let places = [("after", self.after), ("before", self.before)]
            .map(|(name, id)| (name, id.map(|id| id.to_string())));
        let places = places
            .iter()
            .filter_map(|(name, id)| Some((*name, id.as_deref()?)));
        query_string::write(self.pairs().chain(places))
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(field, value)| (field.name(), value.as_str()))
    }

    /// What was typed for a field; empty if nothing.
    #[must_use]
    pub fn get(&self, field: AuditField) -> &str {
        self.fields
            .iter()
            .find(|(set, _)| *set == field)
            .map_or("", |(_, value)| value.as_str())
    }

    /// Whether anything is filtered.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.fields.is_empty()
    }

    /// Whether it is the first page.
    #[must_use]
    pub fn is_first_page(&self) -> bool {
        self.after.is_none() && self.before.is_none()
    }

    /// The first page with one field changed; empty takes it away.
    #[must_use]
    pub fn with(&self, field: AuditField, value: &str) -> Self {
        let mut query = self.page(None, None);
        query.set(field, value.trim());
        query
    }

    /// The same events, from another place on.
    #[must_use]
    pub fn page(&self, after: Option<AuditId>, before: Option<AuditId>) -> Self {
        Self {
            fields: self.fields.clone(),
            after,
            before,
        }
    }

    /// What to ask for.
    ///
    /// # Errors
    /// Which field is wrong, and what to write instead.
    pub fn filter(&self) -> Result<AuditFilter, String> {
        let text = |field| self.get(field).to_owned();
        let action = match self.get(AuditField::Action) {
            "" => None,
            name => Some(
                AuditAction::named(name)
                    .ok_or("action: there is no such action: choose one of the list")?,
            ),
        };
        let time = |field: AuditField, read: fn(&str) -> Result<_, String>| match self.get(field) {
            "" => Ok(None),
            text => read(text)
                .map(Some)
                .map_err(|problem| format!("{}: {problem}", field.name())),
        };
        Ok(AuditFilter {
            who: text(AuditField::Who),
            action,
            place: text(AuditField::Place),
            text: text(AuditField::Text),
            from: time(AuditField::From, parse_time)?,
            to: time(AuditField::To, parse_end)?,
        })
    }

    /// The address of the file of all that is asked for; nothing if the filter cannot be read.
    #[must_use]
    pub fn export_address(&self, format: &str) -> Option<String> {
        let AuditFilter { from, to, .. } = self.filter().ok()?;
        let times =
            [("from", from), ("to", to)].map(|(name, at)| (name, at.map(|at| at.to_string())));
        let times = times
            .iter()
            .filter_map(|(name, at)| Some((*name, at.as_deref()?)));
        let texts = self
            .pairs()
            .filter(|(name, _)| !matches!(*name, "from" | "to"));
        let query = query_string::write(texts.chain(times).chain([("format", format)]));
        Some(format!("/api/v1/audit/export{query}"))
    }

    fn set(&mut self, field: AuditField, value: &str) {
        self.fields.retain(|(set, _)| *set != field);
        if !value.is_empty() {
            self.fields.push((field, value.to_owned()));
            self.fields.sort_by_key(|(field, _)| *field);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AuditField, AuditQuery};
    use crate::model::AuditAction;
    use proptest::prelude::*;

    #[test]
    fn the_address_says_everything() {
        let text = "?who=ada&action=pause_queue&place=mail&text=a%26b&from=2026-11-24&to=2026-11-24&after=5-1";
        let query = AuditQuery::parse(text.trim_start_matches('?'));
        assert_eq!(query.to_text(), text);
        let filter = query.filter().unwrap();
        assert_eq!(filter.action, Some(AuditAction::PauseQueue));
        assert_eq!(filter.to.unwrap().to_string(), "2026-11-24T23:59:59.999Z");
        assert_eq!(
            query.export_address("csv").unwrap(),
            "/api/v1/audit/export?who=ada&action=pause_queue&place=mail&text=a%26b&from=2026-11-24T00:00:00.000Z&to=2026-11-24T23:59:59.999Z&format=csv"
        );
        assert_eq!(query.with(AuditField::Text, "").get(AuditField::Text), "");
        assert!(query.with(AuditField::Who, "bob").is_first_page());
        for wrong in ["from=soon", "action=teleport"] {
            let query = AuditQuery::parse(wrong);
            assert!(query.filter().is_err() && query.export_address("csv").is_none());
        }
    }

    proptest! {
        #[test]
        fn any_query_is_read_and_written_alike(text in "\\PC*") {
            let query = AuditQuery::parse(&text);
            prop_assert_eq!(AuditQuery::parse(query.to_text().trim_start_matches('?')), query);
        }
    }
}
