//! What is wrong with a search.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What is wrong with a search, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryError {
    /// What is wrong, and what to write instead.
    pub message: String,
    /// The first character that is wrong, counted from 0; as many as there are when something is missing at the end.
    pub start: usize,
    /// The character behind the last one that is wrong.
    pub end: usize,
}

impl QueryError {
    /// The text taken apart: what stands before the wrong part, that part, and what stands behind it.
    #[must_use]
    pub fn parts<'text>(&self, text: &'text str) -> [&'text str; 3] {
        let byte = |character: usize| {
            text.char_indices()
                .nth(character)
                .map_or(text.len(), |(byte, _)| byte)
        };
        let (start, end) = (byte(self.start), byte(self.end.max(self.start)));
        [&text[..start], &text[start..end], &text[end..]]
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "at character {}: {}",
            self.start.saturating_add(1),
            self.message
        )
    }
}

impl std::error::Error for QueryError {}

#[cfg(test)]
mod tests {
    use super::QueryError;

    #[test]
    fn the_wrong_part_is_cut_out_wherever_it_lies() {
        let error = |start, end| QueryError {
            message: "it is wrong".to_owned(),
            start,
            end,
        };
        assert_eq!(error(1, 3).parts("éèê!"), ["é", "èê", "!"]);
        assert_eq!(error(4, 4).parts("éèê!"), ["éèê!", "", ""]);
        assert_eq!(error(9, 2).parts("éèê!"), ["éèê!", "", ""]);
        assert_eq!(error(1, 3).to_string(), "at character 2: it is wrong");
    }
}
