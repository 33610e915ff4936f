//! Values among a job's arguments.

use super::{glob::Glob, text::fold};
use crate::model::JsonNode;

/// Whether a value under `path` (folded keys; none: any value) is what is looked for.
///
/// The path may begin at the list of arguments itself (`0` is the first argument), or at an object at any depth.
pub(super) fn hold(arguments: &JsonNode, path: &[String], wanted: &Glob) -> bool {
    if path.is_empty() {
        return is_anywhere(arguments, wanted);
    }
    is_at(arguments, path, wanted) || is_below(arguments, path, wanted)
}

/// Whether any value is what is looked for.
fn is_anywhere(node: &JsonNode, wanted: &Glob) -> bool {
    match node {
        JsonNode::Array(elements) => elements.iter().any(|element| is_anywhere(element, wanted)),
        JsonNode::Object(members) => members.iter().any(|(_, value)| is_anywhere(value, wanted)),
        JsonNode::Text(_) | JsonNode::Literal(_) => is_value(node, wanted),
    }
}

/// Whether an object in `node`, at any depth, has the value at the path.
fn is_below(node: &JsonNode, path: &[String], wanted: &Glob) -> bool {
    match node {
        JsonNode::Array(elements) => elements
            .iter()
            .any(|element| is_below(element, path, wanted)),
        JsonNode::Object(members) => {
            is_at(node, path, wanted)
                || members
                    .iter()
                    .any(|(_, value)| is_below(value, path, wanted))
        }
        JsonNode::Text(_) | JsonNode::Literal(_) => false,
    }
}

/// Whether `node` has the value at the path that begins here.
fn is_at(node: &JsonNode, path: &[String], wanted: &Glob) -> bool {
    let Some((key, rest)) = path.split_first() else {
        return match node {
            // A list is what one of its elements is.
            JsonNode::Array(elements) => elements.iter().any(|element| is_value(element, wanted)),
            _ => is_value(node, wanted),
        };
    };
    match node {
        JsonNode::Array(elements) => key
            .parse()
            .ok()
            .and_then(|index: usize| elements.get(index))
            .is_some_and(|element| is_at(element, rest, wanted)),
        JsonNode::Object(members) => members
            .iter()
            .any(|(name, value)| fold(name) == *key && is_at(value, rest, wanted)),
        JsonNode::Text(_) | JsonNode::Literal(_) => false,
    }
}

fn is_value(node: &JsonNode, wanted: &Glob) -> bool {
    match node {
        JsonNode::Text(text) | JsonNode::Literal(text) => wanted.is(&fold(text)),
        JsonNode::Array(_) | JsonNode::Object(_) => false,
    }
}
