//! A payload taken apart for display.

use super::json;
use crate::model::JsonNode;

/// Nesting that is taken apart. A level of objects is three levels of nesting in the tree's own JSON, and its reader (serde_json) takes 128.
const MOST_LEVELS: usize = 32;

/// Nodes that are made: more is of no use on a page, and a cost for the browser.
const MOST_NODES: usize = 20_000;

/// What stands in place of what is left out.
const LEFT_OUT: &str = "…";

/// The JSON text taken apart, numbers as written, or nothing if it is no JSON.
///
/// What is nested deeper than 32 levels stays in one piece, as it is written; behind 20 000 nodes a `…` stands for the rest.
#[must_use]
pub(crate) fn tree(text: &str) -> Option<JsonNode> {
    let text = json::check(text).ok()?;
    let mut reader = Reader {
        text,
        position: 0,
        nodes: MOST_NODES,
    };
    Some(reader.node(0))
}

/// The compact JSON text of a node.
pub(super) fn write(node: &JsonNode, json: &mut String) {
    match node {
        JsonNode::Literal(text) => json.push_str(text),
        JsonNode::Text(text) => json.push_str(&json::quoted(text)),
        JsonNode::Array(elements) => {
            json.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                write(element, json);
            }
            json.push(']');
        }
        JsonNode::Object(members) => {
            json.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                json.push_str(&json::quoted(name));
                json.push(':');
                write(value, json);
            }
            json.push('}');
        }
    }
}

/// Walks over text that is known to be JSON.
struct Reader<'a> {
    text: &'a str,
    position: usize,
    nodes: usize,
}

impl<'a> Reader<'a> {
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b':') = bytes.get(self.position) {
            self.position += 1;
        }
        bytes.get(self.position).copied()
    }

    fn node(&mut self, level: usize) -> JsonNode {
        self.nodes = self.nodes.saturating_sub(1);
        match self.peek() {
            Some(b'"') => JsonNode::Text(unquoted(self.take_string())),
            Some(b'[' | b'{') if level >= MOST_LEVELS => {
                JsonNode::Literal(self.take_container().to_owned())
            }
            Some(b'[') => self.array(level),
            Some(b'{') => self.object(level),
            _ => JsonNode::Literal(self.take_literal().to_owned()),
        }
    }

    fn array(&mut self, level: usize) -> JsonNode {
        let whole = self.position;
        self.position += 1;
        let mut elements = Vec::new();
        while !matches!(self.peek(), None | Some(b']')) {
            if self.nodes == 0 {
                elements.push(JsonNode::Literal(LEFT_OUT.to_owned()));
                self.skip_container_from(whole);
                return JsonNode::Array(elements);
            }
            elements.push(self.node(level + 1));
        }
        self.position += 1;
        JsonNode::Array(elements)
    }

    fn object(&mut self, level: usize) -> JsonNode {
        let whole = self.position;
        self.position += 1;
        let mut members = Vec::new();
        while !matches!(self.peek(), None | Some(b'}')) {
            if self.nodes == 0 {
                members.push((LEFT_OUT.to_owned(), JsonNode::Literal(LEFT_OUT.to_owned())));
                self.skip_container_from(whole);
                return JsonNode::Object(members);
            }
            let name = unquoted(self.take_string());
            members.push((name, self.node(level + 1)));
        }
        self.position += 1;
        JsonNode::Object(members)
    }

    fn take(&mut self, length: usize) -> &'a str {
        let end = self.position.saturating_add(length).min(self.text.len());
        let taken = self.text.get(self.position..end).unwrap_or_default();
        self.position = end;
        taken
    }

    fn take_string(&mut self) -> &'a str {
        let rest = self.text.get(self.position..).unwrap_or_default();
        self.take(json::string_end(rest))
    }

    fn take_literal(&mut self) -> &'a str {
        let rest = self.text.get(self.position..).unwrap_or_default();
        let length = rest
            .find([',', ']', '}', ' ', '\t', '\n', '\r'])
            .unwrap_or(rest.len());
        // Never nothing, so that every loop ends.
        self.take(length.max(1))
    }

    /// The array or object that begins here, without recursion.
    fn take_container(&mut self) -> &'a str {
        let start = self.position;
        let mut open = 0_usize;
        loop {
            match self.peek() {
                None => break,
                Some(b'"') => {
                    self.take_string();
                }
                Some(b'[' | b'{') => {
                    open += 1;
                    self.position += 1;
                }
                Some(b']' | b'}') => {
                    open = open.saturating_sub(1);
                    self.position += 1;
                    if open == 0 {
                        break;
                    }
                }
                Some(_) => {
                    self.take_literal();
                }
            }
        }
        self.text.get(start..self.position).unwrap_or_default()
    }

    fn skip_container_from(&mut self, start: usize) {
        self.position = start;
        self.take_container();
    }
}

fn unquoted(json: &str) -> String {
    json::string(json).map_or_else(|| json.to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::{MOST_NODES, tree, write};
    use crate::model::JsonNode;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_order_stay() {
        let node =
            tree(r#" { "b" : 1.0 , "a":[12345678901234567890,1E5,null,"caf\u00e9"],"b":{} } "#);
        let literal = |text: &str| JsonNode::Literal(text.to_owned());
        assert_eq!(
            node,
            Some(JsonNode::Object(vec![
                ("b".to_owned(), literal("1.0")),
                (
                    "a".to_owned(),
                    JsonNode::Array(vec![
                        literal("12345678901234567890"),
                        literal("1E5"),
                        literal("null"),
                        JsonNode::Text("café".to_owned()),
                    ])
                ),
                ("b".to_owned(), JsonNode::Object(vec![])),
            ]))
        );
        assert_eq!(tree("{"), None);
        assert_eq!(tree(""), None);
        assert_eq!(tree("-1.5e3"), Some(literal("-1.5e3")));
    }

    #[test]
    fn what_is_too_deep_or_too_much_is_kept_short_and_crosses_the_wire() {
        let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        let node = tree(&deep).expect("JSON");
        let mut back = String::new();
        write(&node, &mut back);
        assert_eq!(back, deep);
        let wire = serde_json::to_string(&node).expect("a tree");
        assert_eq!(
            serde_json::from_str::<JsonNode>(&wire).expect("within the reader's limit"),
            node
        );

        let wide = format!("[[{}1],2]", "1,".repeat(100_000));
        let Some(JsonNode::Array(outer)) = tree(&wide) else {
            panic!("an array")
        };
        let [JsonNode::Array(inner), JsonNode::Literal(rest)] = outer.as_slice() else {
            panic!("two elements")
        };
        assert_eq!(rest, "…");
        assert_eq!(inner.len(), MOST_NODES - 1);
    }

    proptest! {
        #[test]
        fn a_tree_says_what_the_text_says(text in "\\PC{0,4}", number: f64, flag: bool) {
            let value = serde_json::json!([{"a": text, "b": [number, flag, {"c": null}]}, [], {}]);
            let mut back = String::new();
            write(&tree(&value.to_string()).expect("JSON"), &mut back);
            prop_assert_eq!(back, value.to_string());
        }

        #[test]
        fn any_text_is_a_tree_or_nothing(text in "[\\[\\]{}:,\"\\\\a1 ]{0,30}") {
            prop_assert_eq!(tree(&text).is_some(), serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok());
        }
    }
}
