//! What a hold is to be, as the page's address says it.

use super::query_string;
use crate::model::{HoldRequest, Timestamp, parse_time};

/// Usual spans: name in the address, words, seconds.
pub const HOLD_SPANS: [(&str, &str, i64); 5] = [
    ("1h", "1 hour", 3_600),
    ("4h", "4 hours", 4 * 3_600),
    ("1d", "1 day", 86_400),
    ("7d", "7 days", 7 * 86_400),
    ("30d", "30 days", 30 * 86_400),
];

/// The span that is offered first.
const USUAL: &str = "4h";

/// What a hold is to be, as the page's address says it. Everything is text as typed; [`HoldForm::to_request`] checks it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldForm {
    /// Which retries, as a search.
    pub query: String,
    /// For how long: one of [`HOLD_SPANS`].
    pub span: String,
    /// Until when; in place of the span.
    pub at: String,
    /// Why.
    pub reason: String,
}

impl HoldForm {
    /// A new hold of these retries, nothing else said yet.
    #[must_use]
    pub fn of(query: &str) -> Self {
        Self {
            query: query.to_owned(),
            span: USUAL.to_owned(),
            ..Self::default()
        }
    }

    /// Reads an address's query; what it does not know is left out.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let mut form = Self::of("");
        for (name, value) in query_string::parse(query) {
            let value = value.trim().to_owned();
            match name.as_str() {
                "query" => form.query = value,
                "for" => form.span = value,
                "at" => form.at = value,
                "reason" => form.reason = value,
                _ => {}
            }
        }
        form
    }

    /// The query again, with a leading `?`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let pairs = [
            ("query", self.query.as_str()),
            ("for", self.span.as_str()),
            ("at", self.at.as_str()),
            ("reason", self.reason.as_str()),
        ];
        query_string::write(pairs.into_iter().filter(|(_, value)| !value.is_empty()))
    }

    /// The address of the page that asks for the details.
    #[must_use]
    pub fn address(&self) -> String {
        format!("/holds/new{}", self.to_text())
    }

    /// What is asked for; spans count from `now`.
    ///
    /// # Errors
    /// What is wrong or missing, and what to do.
    pub fn to_request(&self, now: Timestamp) -> Result<HoldRequest, String> {
        let until = if self.at.is_empty() {
            let span = HOLD_SPANS.iter().find(|(name, ..)| *name == self.span);
            let (_, _, seconds) = span.ok_or_else(|| {
                let span: String = self.span.chars().take(60).collect();
                format!("`{span}` is no span that can be chosen: give a time to hold until.")
            })?;
            now.plus_milliseconds(seconds * 1_000)
        } else {
            parse_time(&self.at)?
        };
        Ok(HoldRequest {
            query: self.query.clone(),
            until,
            reason: Some(self.reason.clone()).filter(|reason| !reason.is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::HoldForm;
    use crate::model::Timestamp;

    const NOW: Timestamp = Timestamp(1_795_470_000_500);

    #[test]
    fn the_address_says_which_and_until_when() {
        let form = HoldForm::parse("?query=group:00abcdef01234567&for=1h&reason=the%20gateway");
        assert_eq!(HoldForm::parse(&form.to_text()), form);
        let request = form.to_request(NOW).unwrap();
        assert_eq!(request.query, "group:00abcdef01234567");
        assert_eq!(request.until, NOW.plus_milliseconds(3_600_000));
        assert_eq!(request.reason.as_deref(), Some("the gateway"));
    }

    #[test]
    fn a_time_stands_in_place_of_the_span() {
        let form = HoldForm::parse("?query=class:A&for=1h&at=2026-12-01T10:00");
        let request = form.to_request(NOW).unwrap();
        assert_eq!(request.until.to_string(), "2026-12-01T10:00:00.000Z");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (query, part) in [
            ("?query=a&for=ever", "`ever`"),
            ("?query=a&at=soon", "soon"),
        ] {
            let problem = HoldForm::parse(query).to_request(NOW).unwrap_err();
            assert!(problem.contains(part), "{query}: {problem}");
        }
    }
}
