//! Where an export is.

use super::{ListQuery, query_string};
use crate::model::{Place, Set};

/// Formats of an export: name in the address, and word.
pub const EXPORT_FORMATS: [(&str, &str); 2] = [("ndjson", "NDJSON"), ("csv", "CSV")];

/// The format of this name.
#[must_use]
pub fn export_format(name: &str) -> Option<&'static str> {
    EXPORT_FORMATS
        .into_iter()
        .map(|(known, _)| known)
        .find(|known| *known == name)
}

/// The address of the file of all jobs of these places (none: everywhere) that a list's filter shows. Nothing if the filter cannot be read.
#[must_use]
pub fn export_address(places: &[Place], query: &ListQuery, format: &str) -> Option<String> {
    let any = Place::Set(Set::Dead);
    let filter = query.to_request(&any).ok()?.filter;
    let places: Vec<String> = places.iter().map(ToString::to_string).collect();
    let (since, until) = (
        filter.from.map(|at| at.to_string()),
        filter.to.map(|at| at.to_string()),
    );
    let fields = [
        ("filter", &filter.query),
        ("class", &filter.class),
        ("queue", &filter.queue),
        ("error", &filter.error),
        ("text", &filter.text),
        ("tag", &filter.tag),
        ("since", &since),
        ("until", &until),
    ];
    let pairs = places
        .iter()
        .map(|place| ("from", place.as_str()))
        .chain(
            fields
                .iter()
                .filter_map(|(name, value)| Some((*name, value.as_deref()?))),
        )
        .chain([("format", format)]);
    Some(format!("/api/v1/export{}", query_string::write(pairs)))
}

/// The address of the file of what an operation has changed.
#[must_use]
pub fn operation_export_address(id: &str, format: &str) -> String {
    let query = query_string::write([("format", format)]);
    format!(
        "/api/v1/operations/{}/export{query}",
        query_string::encode(id)
    )
}

#[cfg(test)]
mod tests {
    use super::export_address;
    use crate::api::ListQuery;
    use crate::model::{Place, Set};

    #[test]
    fn the_address_says_what_the_list_shows() {
        let query = ListQuery::parse("filter=a%26b&class=A&from=2026-11-24&to=2026-11-24&after=x");
        let address = export_address(&[Place::Set(Set::Dead)], &query, "csv");
        assert_eq!(
            address.as_deref(),
            Some(
                "/api/v1/export?from=dead&filter=a%26b&class=A&since=2026-11-24T00:00:00.000Z&until=2026-11-24T23:59:59.999Z&format=csv"
            )
        );
        assert_eq!(
            export_address(&[], &ListQuery::parse("from=soon"), "csv"),
            None
        );
    }
}
