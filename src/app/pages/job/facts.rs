//! What a job says of itself beside its arguments: rules, sizes, and every field that has no other place on the page.

use super::json::member;
use super::markup::{Markup, Shown};
use crate::app::format;
use crate::model::{JobLocation, JsonNode};

/// Characters of a value that are shown at once; the rest unfolds.
const MOST_CHARACTERS: usize = 400;

/// Names with their values, the page's own first, then the payload's other fields exactly as they are stored.
pub(super) fn facts(location: &JobLocation) -> String {
    let mut markup = Markup::default();
    markup.tag("<dl class=\"facts\">");
    if location.entry.malformed.is_none() {
        fact(&mut markup, "Retries", &retries(location));
        for (name, field) in [("Stored class", "class"), ("Wrapped class", "wrapped")] {
            if let Some(JsonNode::Text(class)) = member(location.tree.as_ref(), field)
                && *class != location.entry.class
            {
                fact(&mut markup, name, class);
            }
        }
    }
    fact(&mut markup, "Size", &size(location.entry.size_bytes));
    for (name, value) in &location.extras {
        markup.tag("<div><dt class=\"mono\">");
        markup.long_text(name, Shown::Line, MOST_CHARACTERS);
        markup.tag("</dt><dd class=\"mono\">");
        markup.long_text(value, Shown::Line, MOST_CHARACTERS);
        markup.tag("</dd></div>");
    }
    markup.tag("</dl>");
    markup.finish()
}

fn fact(markup: &mut Markup, name: &'static str, value: &str) {
    markup
        .tag("<div><dt>")
        .tag(name)
        .tag("</dt><dd>")
        .long_text(value, Shown::Line, MOST_CHARACTERS)
        .tag("</dd></div>");
}

/// How many were used, and how many there are.
fn retries(location: &JobLocation) -> String {
    let rule = &location.retry_rule;
    match location.entry.retry_count {
        None => format!("{rule}, none used"),
        // A retry by hand takes one off, and off zero it goes below.
        Some(count) if count < 0 => format!("{rule}, none used (retried by hand)"),
        Some(0) => format!("{rule}, none used yet"),
        Some(count) => format!("{rule}, {} used", format::count(count.unsigned_abs())),
    }
}

/// `312 bytes`, `1.5 MiB (1 600 123 bytes)`.
fn size(bytes: u64) -> String {
    let exact = format::counted(bytes, "byte", "bytes");
    if bytes < 10_240 {
        exact
    } else {
        format!("{} ({exact})", format::kibibytes(bytes / 1024))
    }
}

/// Whether the last argument is encrypted.
pub(super) fn is_encrypted(location: &JobLocation) -> bool {
    location
        .extras
        .iter()
        .any(|(name, value)| name == "encrypt" && value == "true")
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_exact_and_readable() {
        assert_eq!(size(312), "312 bytes");
        assert_eq!(
            size(1_600_123).replace(['\u{a0}', '\u{202f}'], " "),
            "1.5 MiB (1 600 123 bytes)"
        );
    }
}
