//! JSON taken apart for display, every number exactly as it was written.

use serde::{Deserialize, Serialize};

/// A JSON value for display: order and repeated keys kept, numbers as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", content = "v")]
pub enum JsonNode {
    /// `null`, `true`, `false`, or a number's own digits.
    #[serde(rename = "l")]
    Literal(String),
    /// A string, unescaped.
    #[serde(rename = "s")]
    Text(String),
    /// An array.
    #[serde(rename = "a")]
    Array(Vec<JsonNode>),
    /// An object, in stored order.
    #[serde(rename = "o")]
    Object(Vec<(String, JsonNode)>),
}
