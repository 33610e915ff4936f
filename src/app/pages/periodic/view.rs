//! What the page's address asks for, and how things are called on it.

use crate::app::address;
use crate::app::format;

/// The page.
pub(super) const PAGE: &str = "/periodic";

/// Why one enqueues nothing although nobody has paused it.
pub(super) const NOT_HELD: &str = "not in any running process’s configuration";

/// The periodic job that is looked at: `?job=NAME`.
pub(super) fn looked_at(search: &str) -> Option<String> {
    if address::value(search, "confirm").is_some() {
        return None;
    }
    address::value(search, "job")
}

/// The periodic job that is to be deleted: `?confirm=delete&job=NAME`.
pub(super) fn to_delete(search: &str) -> Option<String> {
    address::asked(search, "delete", "job")
}

/// The address that looks at this one.
pub(super) fn look_at(name: &str) -> String {
    format!("{PAGE}?job={}", format::url_encode(name))
}

/// The address that asks whether to delete this one.
pub(super) fn ask_to_delete(name: &str) -> String {
    format!("{PAGE}?confirm=delete&job={}", format::url_encode(name))
}

/// A policy for missed ticks in words.
pub(super) fn missed_in_words(missed: &str) -> &'static str {
    match missed {
        "skip" => "skipped",
        "once" => "made up for by one job",
        "all" => "each enqueued later, of the last day",
        _ => "not known to this version",
    }
}

#[cfg(test)]
mod tests {
    use super::{ask_to_delete, look_at, looked_at, to_delete};

    #[test]
    fn an_address_is_about_the_periodic_job_that_was_clicked() {
        for name in ["digest", "a%20b", "a b/c", "100%", "x&confirm=delete"] {
            let href = look_at(name);
            let (_, search) = href.split_once('?').unwrap();
            assert_eq!(looked_at(search).as_deref(), Some(name));
            assert_eq!(to_delete(search), None);
            let href = ask_to_delete(name);
            let (_, search) = href.split_once('?').unwrap();
            assert_eq!(to_delete(search).as_deref(), Some(name));
            assert_eq!(looked_at(search), None);
        }
        assert_eq!(looked_at(""), None);
        assert_eq!(to_delete("confirm=clear&job=a"), None);
    }
}
