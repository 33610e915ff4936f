//! How deep JSON is nested: what a job holds may be nested so deep that programs cannot read an answer with it in one piece.

/// Levels within a value that every reader of JSON takes; many stop at 100 or 128 in all.
const DEEPEST: usize = 64;

/// Whether a valid JSON text is nested too deep for many readers.
pub(super) fn is_too_deep(json: &str) -> bool {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => {
                bytes.next();
            }
            b'[' | b'{' if !in_string => {
                depth += 1;
                if depth > DEEPEST {
                    return true;
                }
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_too_deep;

    #[test]
    fn only_brackets_outside_of_texts_count() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!is_too_deep(&nested(64)));
        assert!(is_too_deep(&nested(65)));
        assert!(!is_too_deep(&format!("[{}]", vec!["[]"; 100].join(","))));
        assert!(!is_too_deep(&format!(r#"["\"{}"]"#, "[".repeat(100))));
    }
}
