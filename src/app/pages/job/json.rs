//! JSON as a tree that folds, every number as it was written. Plain `<details>`, so it folds without JavaScript.

use super::markup::{Markup, Shown};
use crate::model::JsonNode;

/// A list that takes no more characters than this stays on its line.
const LINE_CHARACTERS: usize = 88;
/// Characters of a string that are shown at once; the rest unfolds.
const MOST_CHARACTERS: usize = 600;
/// Members of a list that are shown at once; the rest unfolds.
const MOST_MEMBERS: usize = 100;
/// Levels that are unfolded at first.
const OPEN_LEVELS: usize = 4;
/// What stands for what was too much to take apart.
const LEFT_OUT: &str = "…";

/// A value as a tree, unfolded as far as it is read at once.
pub(super) fn tree(node: &JsonNode) -> String {
    tree_open(node, OPEN_LEVELS)
}

/// A value as a tree with so many levels unfolded at first.
pub(super) fn tree_open(node: &JsonNode, open_levels: usize) -> String {
    let mut markup = Markup::default();
    markup.tag("<div class=\"json\">");
    write(&mut markup, node, open_levels);
    markup.tag("</div>");
    markup.finish()
}

/// The value of a member; the last one counts when a name is there more than once.
pub(super) fn member<'a>(node: Option<&'a JsonNode>, name: &str) -> Option<&'a JsonNode> {
    match node {
        Some(JsonNode::Object(members)) => {
            let mut members = members.iter().rev();
            members
                .find(|(member, _)| member == name)
                .map(|(_, value)| value)
        }
        _ => None,
    }
}

fn write(markup: &mut Markup, node: &JsonNode, open_levels: usize) {
    let inside = open_levels.saturating_sub(1);
    match node {
        JsonNode::Literal(text) if text == LEFT_OUT => {
            markup.tag("<em class=\"muted\">… too much for a tree: the raw text has the rest</em>");
        }
        JsonNode::Literal(text) => {
            let is_number = text.starts_with(|first: char| first.is_ascii_digit() || first == '-');
            markup
                .tag(if is_number {
                    "<span class=\"json-number\">"
                } else {
                    "<span class=\"json-word\">"
                })
                .long_text(text, Shown::Line, MOST_CHARACTERS)
                .tag("</span>");
        }
        JsonNode::Text(text) => {
            markup
                .tag("<span class=\"json-text\">&quot;")
                .long_text(text, Shown::Json, MOST_CHARACTERS)
                .tag("&quot;</span>");
        }
        JsonNode::Array(items) if fits(node, &mut LINE_CHARACTERS.clone()) => {
            markup.tag("[");
            for (index, item) in items.iter().enumerate() {
                markup.tag(if index > 0 { ", " } else { "" });
                write(markup, item, inside);
            }
            markup.tag("]");
        }
        JsonNode::Object(members) if fits(node, &mut LINE_CHARACTERS.clone()) => {
            markup.tag("{");
            for (index, (name, value)) in members.iter().enumerate() {
                markup.tag(if index > 0 { ", " } else { "" });
                name_of(markup, name);
                write(markup, value, inside);
            }
            markup.tag("}");
        }
        JsonNode::Array(items) => {
            open(markup, open_levels > 0, items.len(), "[");
            markup.tag(" … ]</span></summary><ol start=\"0\">");
            rows(markup, items, |markup, item| write(markup, item, inside));
            markup.tag("</ol><span class=\"json-close\">]</span></details>");
        }
        JsonNode::Object(members) => {
            open(markup, open_levels > 0, members.len(), "{");
            markup.tag(" … }</span></summary><ul>");
            rows(markup, members, |markup, (name, value)| {
                name_of(markup, name);
                write(markup, value, inside);
            });
            markup.tag("</ul><span class=\"json-close\">}</span></details>");
        }
    }
}

/// The line that folds and unfolds a list.
fn open(markup: &mut Markup, is_open: bool, length: usize, bracket: &'static str) {
    markup
        .tag(if is_open {
            "<details open><summary>"
        } else {
            "<details><summary>"
        })
        .tag(bracket)
        .tag("<span class=\"json-hint\"> ")
        .count(length)
        .tag(if length == 1 { " item" } else { " items" })
        .tag("</span><span class=\"json-folded\">");
}

fn rows<T>(markup: &mut Markup, members: &[T], each: impl Fn(&mut Markup, &T)) {
    for (index, member) in members.iter().enumerate() {
        if index == MOST_MEMBERS {
            markup
                .tag("<li class=\"json-rest\"><details class=\"rest\"><summary>show all ")
                .count(members.len())
                .tag("</summary><ol start=\"100\">");
        }
        markup.tag("<li>");
        each(markup, member);
        markup.tag("</li>");
    }
    if members.len() > MOST_MEMBERS {
        markup.tag("</ol></details></li>");
    }
}

fn name_of(markup: &mut Markup, name: &str) {
    markup
        .tag("<span class=\"json-name\">&quot;")
        .long_text(name, Shown::Json, MOST_CHARACTERS)
        .tag("&quot;</span>: ");
}

/// Whether a value fits on what is left of a line.
fn fits(node: &JsonNode, left: &mut usize) -> bool {
    let mut take = |length: usize| {
        let is_there = *left >= length;
        *left = left.saturating_sub(length);
        is_there
    };
    match node {
        JsonNode::Literal(text) => text != LEFT_OUT && take(text.len() + 2),
        JsonNode::Text(text) => take(text.len() + 4),
        JsonNode::Array(items) => take(2) && items.iter().all(|item| fits(item, left)),
        JsonNode::Object(members) => {
            take(2)
                && members
                    .iter()
                    .all(|(name, value)| fits_name(name, left) && fits(value, left))
        }
    }
}

fn fits_name(name: &str, left: &mut usize) -> bool {
    let length = name.len() + 4;
    let is_there = *left >= length;
    *left = left.saturating_sub(length);
    is_there
}

#[cfg(test)]
mod tests {
    use super::{member, tree, tree_open};
    use crate::model::JsonNode;

    fn literal(text: &str) -> JsonNode {
        JsonNode::Literal(text.to_owned())
    }

    /// What a reader reads, without the tags.
    fn read(node: &JsonNode) -> String {
        let html = tree(node);
        let mut text = String::new();
        let mut inside = false;
        for character in html.chars() {
            match character {
                '<' => inside = true,
                '>' => inside = false,
                other if !inside => text.push(other),
                _ => {}
            }
        }
        text.replace("&quot;", "\"")
    }

    #[test]
    fn what_is_short_stays_on_its_line() {
        let node = JsonNode::Array(vec![
            literal("12345678901234567890"),
            literal("1.0"),
            JsonNode::Object(vec![("a".into(), JsonNode::Text("b\"\n".into()))]),
            JsonNode::Array(vec![]),
        ]);
        assert_eq!(
            read(&node),
            r#"[12345678901234567890, 1.0, {"a": "b\"\n"}, []]"#
        );
        assert!(!tree(&node).contains("<details"));
    }

    #[test]
    fn what_is_long_folds_and_has_all_its_members() {
        let node = JsonNode::Array(
            (0..250)
                .map(|number| literal(&number.to_string()))
                .collect(),
        );
        let html = tree(&node);
        assert_eq!(html.matches("json-number").count(), 250);
        assert!(html.contains("<details open>") && html.contains("show all 250"));
        let deep = (0..40).fold(JsonNode::Text("x".repeat(90)), |node, _| {
            JsonNode::Object(vec![("a".into(), node)])
        });
        assert_eq!(tree(&deep).matches("<details open>").count(), 4);
        assert_eq!(tree_open(&deep, 1).matches("<details open>").count(), 1);
    }

    #[test]
    fn what_was_left_out_is_said() {
        assert!(tree(&JsonNode::Array(vec![literal("…")])).contains("the raw text has the rest"));
    }

    #[test]
    fn of_members_with_one_name_the_last_counts() {
        let node = JsonNode::Object(vec![("a".into(), literal("1")), ("a".into(), literal("2"))]);
        assert_eq!(member(Some(&node), "a"), Some(&literal("2")));
        assert_eq!(member(Some(&node), "b"), None);
        assert_eq!(member(None, "a"), None);
    }
}
