//! What a word of a search could become.

use serde::{Deserialize, Serialize};

/// What the word of a search at the caret could become.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completions {
    /// The first character that is replaced, counted from 0.
    pub start: usize,
    /// The character behind the last one.
    pub end: usize,
    /// What can stand there, the likeliest first.
    pub items: Vec<Completion>,
}

/// One thing that can be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// What is written.
    pub text: String,
    /// What it is: `class`, `queue`, or what a field finds.
    pub about: String,
}
