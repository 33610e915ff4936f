//! Searching jobs: the words of a search, and whether a job is one that they mean.
//!
//! [`Query`] is what a person wrote, taken apart (`parser.rs`); [`Matcher`] is asked about one entry after the other. docs/SEARCH.md is the
//! contract for people. Nothing here reads a store.

mod arguments;
mod caret;
mod condition;
mod field;
mod glob;
mod matcher;
mod parser;
mod prefilter;
mod query;
mod reader;
mod span;
mod text;
mod traces;
mod value;
mod word;

pub use crate::model::QueryError;
pub use caret::{Caret, quoted};
pub use field::Field;
pub use matcher::Matcher;
pub use query::Query;
