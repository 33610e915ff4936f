//! The top frame of the application's own code, without what a deploy changes.

use crate::job;

/// Most characters of a frame that are kept.
const KEPT_CHARACTERS: usize = 300;

/// Shortest part of a path that is a release's name: a time or a commit.
const RELEASE: usize = 7;

/// The top own frame of a trace (its JSON text as stored), if there is one.
pub(super) fn top(trace: &str) -> Option<String> {
    job::own_frame(trace).map(|line| plain(&line))
}

/// A frame without its number, line and column, quotes, and the name of a release in its path.
fn plain(line: &str) -> String {
    let line = line.trim();
    // Rust numbers its frames: `12: album::publish`.
    let unnumbered = line.trim_start_matches(|character: char| character.is_ascii_digit());
    let line = match unnumbered.strip_prefix(": ") {
        Some(rest) if unnumbered.len() < line.len() => rest.trim_start(),
        _ => line,
    };
    let mut text = String::with_capacity(line.len());
    for (at, part) in line.split(':').enumerate() {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let behind = &part[digits..];
        let is_position = at > 0 && digits > 0 && !behind.starts_with(char::is_alphanumeric);
        if is_position {
            text.push_str(behind);
            continue;
        }
        if at > 0 {
            text.push_str(if part.starts_with("in ") { " " } else { ":" });
        }
        text.push_str(part);
    }
    text.retain(|character| !matches!(character, '`' | '\''));
    if text.contains('/') {
        text = text
            .split('/')
            .map(|part| if is_release(part) { "…" } else { part })
            .collect::<Vec<_>>()
            .join("/");
    }
    job::cut(&text, KEPT_CHARACTERS)
}

fn is_release(part: &str) -> bool {
    part.len() >= RELEASE
        && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        && part.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{plain, top};
    use proptest::prelude::*;

    #[test]
    fn a_deploy_changes_no_frame() {
        for (line, expected) in [
            (
                "app/jobs/flaky_job.rb:12:in `perform'",
                "app/jobs/flaky_job.rb in perform",
            ),
            (
                "app/models/photo.rb:3:in 'Photo#publish'",
                "app/models/photo.rb in Photo#publish",
            ),
            (
                "/srv/releases/20261125034222/app/a.rb:1:in `block (2 levels) in x'",
                "/srv/releases/…/app/a.rb in block (2 levels) in x",
            ),
            (
                "   3: album::publish::upload at src/publish.rs:40:9",
                "album::publish::upload at src/publish.rs",
            ),
            (
                "at work (/srv/app/src/index.js:10:5)",
                "at work (/srv/app/src/index.js)",
            ),
            ("File \"/app/x.py\", line 3", "File \"/app/x.py\", line 3"),
            ("12", "12"),
        ] {
            assert_eq!(plain(line), expected);
        }
    }

    #[test]
    fn the_first_own_frame_is_taken() {
        assert_eq!(
            top(r#"["/gems/a.rb:1:in 'b'","app/c.rb:2:in 'd'","app/e.rb:3:in 'f'"]"#).as_deref(),
            Some("app/c.rb in d")
        );
        assert_eq!(top(r#"["/gems/a.rb:1:in 'b'"]"#), None);
        assert_eq!(top("null"), None);
        assert_eq!(top("\"nonsense\""), None);
    }

    proptest! {
        #[test]
        fn any_line_is_a_frame(line in "\\PC*") {
            let _ = plain(&line);
        }

        #[test]
        fn other_lines_of_a_file_are_the_same(one in 1u32.., other in 1u32..) {
            let frame = |line: u32| plain(&format!("app/jobs/a.rb:{line}:in 'b'"));
            prop_assert_eq!(frame(one), frame(other));
        }
    }
}
