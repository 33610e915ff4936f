//! JSON as a tree that folds, and as indented text. Numbers stay as they were written.

use crate::app::format;
use crate::model::JsonNode;
use leptos::prelude::*;

/// Above this many values a tree is not drawn: the raw text is quicker to read and to load.
const MOST_VALUES: usize = 3_000;
/// Deeper levels and longer lists than these are folded at first.
const OPEN_DEPTH: usize = 3;
const OPEN_LENGTH: usize = 60;
/// A longer string is cut in the tree; the raw text has it whole.
const MOST_CHARACTERS: usize = 4_000;

/// A JSON value as a tree.
#[component]
pub fn JsonView(
    /// The value.
    node: JsonNode,
) -> impl IntoView {
    let values = count_values(&node);
    if values > MOST_VALUES {
        return view! {
            <p class="quiet">
                {format!("{} values: too many to draw as a tree. The raw text below has all of them.", format::count(values as u64))}
            </p>
        }
        .into_any();
    }
    view! { <div class="json">{value(node, 0)}</div> }.into_any()
}

fn value(node: JsonNode, depth: usize) -> AnyView {
    match node {
        JsonNode::Literal(text) => {
            let class = if text.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
                "json-number"
            } else {
                "json-word"
            };
            view! { <span class=class>{text}</span> }.into_any()
        }
        JsonNode::Text(text) => view! { <span class="json-text">{quoted(&text)}</span> }.into_any(),
        JsonNode::Array(items) if items.is_empty() => "[]".into_any(),
        JsonNode::Object(members) if members.is_empty() => "{}".into_any(),
        JsonNode::Array(items) => {
            let length = items.len();
            let rows = items
                .into_iter()
                .map(|item| view! { <li>{value(item, depth + 1)}</li> })
                .collect_view();
            fold("[", "]", length, depth, view! { <ol start="0">{rows}</ol> }.into_any())
        }
        JsonNode::Object(members) => {
            let length = members.len();
            let rows = members
                .into_iter()
                .map(|(name, member)| {
                    view! {
                        <li>
                            <span class="json-name">{quoted(&name)}</span>
                            ": "
                            {value(member, depth + 1)}
                        </li>
                    }
                })
                .collect_view();
            fold("{", "}", length, depth, view! { <ul>{rows}</ul> }.into_any())
        }
    }
}

/// A list between brackets that folds.
fn fold(open: &'static str, close: &'static str, length: usize, depth: usize, rows: AnyView) -> AnyView {
    let is_open = depth < OPEN_DEPTH && (length <= OPEN_LENGTH || depth == 0);
    let hint = format!("{length} {close}");
    view! {
        <details open=is_open>
            <summary>{open} <span class="json-hint">{hint}</span></summary>
            {rows}
            <span class="json-close">{close}</span>
        </details>
    }
    .into_any()
}

fn count_values(node: &JsonNode) -> usize {
    match node {
        JsonNode::Literal(_) | JsonNode::Text(_) => 1,
        JsonNode::Array(items) => 1 + items.iter().map(count_values).sum::<usize>(),
        JsonNode::Object(members) => {
            1 + members.iter().map(|(_, member)| count_values(member)).sum::<usize>()
        }
    }
}

/// A string as JSON writes it, cut if it is very long.
fn quoted(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for (index, character) in text.chars().enumerate() {
        if index == MOST_CHARACTERS {
            written.push_str("\" … cut; see the raw text");
            return written;
        }
        match character {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            control if control.is_control() => {
                written.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => written.push(other),
        }
    }
    written.push('"');
    written
}

/// JSON text with line breaks and indentation, every value as written; lists that fit on a line stay on it. Text that is no JSON comes
/// out with all its characters, too.
#[must_use]
pub fn indented(json: &str) -> String {
    const LINE: usize = 80;
    let characters: Vec<char> = json.trim().chars().collect();
    if characters.len() <= LINE {
        return characters.into_iter().collect();
    }
    let mut text = String::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let mut index = 0;
    let new_line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.push_str(&"  ".repeat(depth.min(40)));
    };
    while let Some(&character) = characters.get(index) {
        match character {
            '"' => {
                let end = string_end(&characters, index);
                text.extend(&characters[index..end]);
                index = end;
                continue;
            }
            '[' | '{' => match short_list(&characters, index, LINE) {
                Some(end) => {
                    text.extend(&characters[index..end]);
                    index = end;
                    continue;
                }
                None => {
                    text.push(character);
                    depth += 1;
                    new_line(&mut text, depth);
                }
            },
            ']' | '}' => {
                depth = depth.saturating_sub(1);
                new_line(&mut text, depth);
                text.push(character);
            }
            ',' => {
                text.push(character);
                new_line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            space if space.is_ascii_whitespace() => {}
            other => text.push(other),
        }
        index += 1;
    }
    text
}

/// Behind the string that begins at `start`.
fn string_end(characters: &[char], start: usize) -> usize {
    let mut index = start + 1;
    while let Some(&character) = characters.get(index) {
        match character {
            '\\' => index += 2,
            '"' => return index + 1,
            _ => index += 1,
        }
    }
    characters.len()
}

/// Behind the list that begins at `start`, if it is no longer than a line.
fn short_list(characters: &[char], start: usize, line: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut index = start;
    while index < characters.len() && index - start <= line {
        match characters[index] {
            '"' => {
                index = string_end(characters, index);
                continue;
            }
            '[' | '{' => depth += 1,
            ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(index + 1);
                }
            }
            _ => {}
        }
        index += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{count_values, indented, quoted};
    use crate::model::JsonNode;
    use proptest::prelude::*;

    #[test]
    fn short_arguments_stay_on_a_line() {
        assert_eq!(indented("[1,\"a, b\",{\"x\":null}]"), "[1,\"a, b\",{\"x\":null}]");
    }

    #[test]
    fn long_arguments_are_indented_with_every_number_as_written() {
        let long = format!("[12345678901234567890,1.0,\"{}\",{{\"a\":[1,2]}}]", "x{[,:".repeat(20));
        let text = indented(&long);
        assert!(text.starts_with("[\n  12345678901234567890,\n  1.0,\n  \"x{[,:"), "{text}");
        assert!(text.ends_with("\",\n  {\"a\":[1,2]}\n]"), "{text}");
    }

    #[test]
    fn strings_are_shown_escaped() {
        assert_eq!(quoted("a\"\n\u{7}é"), "\"a\\\"\\n\\u0007é\"");
        assert!(quoted(&"x".repeat(5_000)).ends_with("raw text"));
    }

    #[test]
    fn every_value_counts() {
        let node = JsonNode::Array(vec![
            JsonNode::Literal("1".into()),
            JsonNode::Object(vec![("a".into(), JsonNode::Text("b".into()))]),
        ]);
        assert_eq!(count_values(&node), 4);
    }

    proptest! {
        #[test]
        fn nothing_but_space_is_added_or_lost(text in "\\PC{0,300}") {
            let bare = |text: &str| text.chars().filter(|character| !character.is_whitespace()).collect::<String>();
            prop_assert_eq!(bare(&indented(&text)), bare(&text));
        }
    }
}
