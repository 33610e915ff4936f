//! An error and its trace: the application's own frames bright, library frames dim, long runs of them folded.

use super::markup::{Markup, Shown};
use crate::app::format;
use crate::model::{JobLocation, TraceLine};

/// Characters of a message that are shown at once; the rest unfolds.
const MOST_CHARACTERS: usize = 2_000;
/// Library frames in a row that are not worth folding.
const SHORT_RUN: usize = 3;

/// The error, its message and its trace; nothing when the job has not failed.
pub(super) fn error(location: &JobLocation) -> String {
    let entry = &location.entry;
    let mut markup = Markup::default();
    if entry.error_class.is_none()
        && entry.error_message.is_none()
        && location.trace.is_empty()
        && location.trace_problem.is_none()
    {
        return String::new();
    }
    markup
        .tag("<p class=\"error-class\">")
        .text(
            entry
                .error_class
                .as_deref()
                .unwrap_or("An error without class"),
            Shown::Line,
        )
        .tag("</p>");
    if let Some(message) = &entry.error_message {
        markup
            .tag("<p class=\"error-message\">")
            .long_text(message, Shown::Lines, MOST_CHARACTERS)
            .tag("</p>");
    }
    if let Some(problem) = &location.trace_problem {
        markup
            .tag("<p class=\"empty-small\">The stored trace cannot be read: ")
            .text(problem, Shown::Line)
            .tag(". The payload below has it as it is stored.</p>");
    } else if location.trace.is_empty() {
        markup.tag("<p class=\"empty-small\">No trace is stored. Sidekiq keeps one for jobs with <code>backtrace: true</code> (or a number of lines).</p>");
    } else {
        trace(&mut markup, &location.trace);
    }
    markup.finish()
}

/// Error and trace as plain text, to be copied.
pub(super) fn plain(location: &JobLocation) -> String {
    let entry = &location.entry;
    let mut text = entry.error_class.clone().unwrap_or_default();
    if let Some(message) = &entry.error_message {
        text.push_str(": ");
        text.push_str(message);
    }
    for line in &location.trace {
        text.push('\n');
        text.push_str(&line.text);
    }
    text
}

/// A trace alone.
pub(in crate::app::pages) fn trace_html(lines: &[TraceLine]) -> String {
    let mut markup = Markup::default();
    trace(&mut markup, lines);
    markup.finish()
}

fn trace(markup: &mut Markup, lines: &[TraceLine]) {
    markup
        .tag("<div class=\"trace\"><div class=\"trace-bar\"><h3>Trace</h3><span class=\"muted\">")
        .text(&about(lines), Shown::Line)
        .tag("</span><label class=\"trace-wrap\"><input type=\"checkbox\" autocomplete=\"off\">Wrap lines</label></div>")
        .tag("<div class=\"trace-box\" tabindex=\"0\" role=\"group\" aria-label=\"Frames, innermost first\"><ol class=\"trace-lines\">");
    let has_own = lines.iter().any(|line| line.own);
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        let run = lines[index..].iter().take_while(|line| !line.own).count();
        // Where it was raised is always shown.
        if has_own && index > 0 && run > SHORT_RUN {
            markup
                .tag("<li class=\"trace-library\"><details><summary>")
                .count(run)
                .tag(" frames of libraries</summary><ol class=\"trace-lines\">");
            lines[index..index + run]
                .iter()
                .for_each(|line| frame(markup, line));
            markup.tag("</ol></details></li>");
            index += run;
        } else {
            frame(markup, line);
            index += 1;
        }
    }
    markup.tag("</ol></div></div>");
}

fn frame(markup: &mut Markup, line: &TraceLine) {
    markup
        .tag(if line.own {
            "<li class=\"trace-frame trace-own\">"
        } else {
            "<li class=\"trace-frame\">"
        })
        .long_text(&line.text, Shown::Line, MOST_CHARACTERS)
        .tag("</li>");
}

/// How much of it is one's own.
fn about(lines: &[TraceLine]) -> String {
    let own = lines.iter().filter(|line| line.own).count();
    let frames = format::counted(lines.len() as u64, "frame", "frames");
    match own {
        0 => format!("{frames}, none of the application’s own"),
        own if own == lines.len() => frames,
        own => format!(
            "{frames}, {} of the application’s own",
            format::count(own as u64)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{Markup, about, trace};
    use crate::model::TraceLine;

    fn lines(kinds: &str) -> Vec<TraceLine> {
        kinds
            .chars()
            .map(|kind| TraceLine {
                text: format!("{kind}<x>"),
                own: kind == 'o',
            })
            .collect()
    }

    fn html(kinds: &str) -> String {
        let mut markup = Markup::default();
        trace(&mut markup, &lines(kinds));
        markup.finish()
    }

    #[test]
    fn own_frames_are_counted() {
        assert_eq!(about(&lines("l")), "1 frame, none of the application’s own");
        assert_eq!(
            about(&lines("olllllloll")),
            "10 frames, 2 of the application’s own"
        );
        assert_eq!(about(&lines("ooo")), "3 frames");
    }

    #[test]
    fn runs_of_library_frames_fold_behind_the_first_frame() {
        let html = html("lllllollloooollllll");
        assert_eq!(html.matches("frames of libraries").count(), 2);
        assert!(html.contains("4 frames of libraries") && html.contains("6 frames of libraries"));
        assert_eq!(html.matches("trace-frame trace-own").count(), 5);
        assert_eq!(html.matches("&lt;x&gt;").count(), 19);
    }

    #[test]
    fn a_trace_without_own_frames_is_shown_whole() {
        assert!(!html("llllllllll").contains("<details"));
    }
}
