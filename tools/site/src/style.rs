//! One style sheet from several.

use std::fs;
use std::path::Path;

/// Returns `main` with the local files that its `@import` lines name put in their places, and
/// without comments and indentation.
///
/// An import stands on a line of its own: `@import "tables.css";`, also with `url(…)` and with
/// `layer(name)` behind it.
///
/// # Errors
/// A file that cannot be read, or an import in another form: with its file and line.
pub(crate) fn bundle(main: &Path) -> Result<String, String> {
    let mut css = String::new();
    append(main, &mut css)?;
    Ok(css)
}

fn append(file: &Path, css: &mut String) -> Result<(), String> {
    let text = fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    for line in without_comments(&text).lines() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let Some(import) = line.strip_prefix("@import") else {
            css.push_str(line);
            css.push('\n');
            continue;
        };
        let (name, layer) = parse_import(import).ok_or_else(|| {
            format!("{}: cannot bundle `{line}`; write @import \"name.css\"; or @import \"name.css\" layer(name);", file.display())
        })?;
        if let Some(layer) = layer {
            css.push_str(&format!("@layer {layer} {{\n"));
        }
        append(&file.with_file_name(name), css)?;
        if layer.is_some() {
            css.push_str("}\n");
        }
    }
    Ok(())
}

/// Takes ` "name.css" layer(base);` apart into the name and the layer.
fn parse_import(import: &str) -> Option<(&str, Option<&str>)> {
    let import = import.trim().strip_suffix(';')?.trim();
    let (name, rest) = match import.strip_prefix("url(") {
        Some(url) => url.split_once(')')?,
        None => {
            let end = import.get(1..)?.find(['"', '\''])? + 2;
            import.split_at(end)
        }
    };
    let name = name.trim();
    let name = name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'))
        .or_else(|| name.strip_prefix('\'')?.strip_suffix('\''))?;
    let layer = match rest.trim() {
        "" => None,
        rest => Some(rest.strip_prefix("layer(")?.strip_suffix(')')?.trim()),
    };
    (!name.is_empty() && !name.contains("//")).then_some((name, layer))
}

/// Removes `/* … */`, but not within strings.
fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut quote = None;
    let mut rest = css;
    while let Some(character) = rest.chars().next() {
        if quote.is_none() && rest.starts_with("/*") {
            rest = rest
                .get(2..)
                .and_then(|inner| inner.split_once("*/"))
                .map_or("", |(_, after)| after);
            // A comment may be all that keeps two words apart.
            out.push(' ');
            continue;
        }
        let mut taken = character.len_utf8();
        match (quote, character) {
            (Some(_), '\\') => taken += rest.chars().nth(1).map_or(0, char::len_utf8),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        let (head, tail) = rest.split_at(taken);
        out.push_str(head);
        rest = tail;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_in_all_their_forms() {
        assert_eq!(parse_import(r#" "a.css";"#), Some(("a.css", None)));
        assert_eq!(parse_import(" 'a.css' ;"), Some(("a.css", None)));
        assert_eq!(parse_import(r#" url("a.css");"#), Some(("a.css", None)));
        assert_eq!(
            parse_import(r#" "a.css" layer( base );"#),
            Some(("a.css", Some("base")))
        );
        assert_eq!(parse_import(r#" "a.css" screen;"#), None);
        assert_eq!(parse_import(r#" "https://example.com/a.css";"#), None);
        assert_eq!(parse_import(" a.css;"), None);
        assert_eq!(parse_import(""), None);
    }

    #[test]
    fn comments_go_and_strings_stay() {
        assert_eq!(without_comments("a{/* x */b:c}"), "a{ b:c}");
        assert_eq!(
            without_comments(r#"a::before{content:"/* ü \" */"}"#),
            r#"a::before{content:"/* ü \" */"}"#
        );
        assert_eq!(without_comments("a{}/* open"), "a{} ");
    }
}
