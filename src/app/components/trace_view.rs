//! An error trace: the application's own frames bright, library frames dimmed.

use super::CopyButton;
use crate::app::format;
use crate::model::TraceLine;
use leptos::prelude::*;

/// Frames shown at once; the rest unfolds.
const MOST_LINES: usize = 200;

/// An error trace with a copy button and a wrap switch (which is plain CSS).
#[component]
pub fn TraceView(
    /// The frames, innermost first.
    lines: Vec<TraceLine>,
    /// Error class and message, for what is copied.
    headline: String,
) -> impl IntoView {
    let own = lines.iter().filter(|line| line.own).count();
    let about = about(own, lines.len());
    let copied = lines.iter().fold(headline, |mut text, line| {
        text.push('\n');
        text.push_str(&line.text);
        text
    });
    let mut shown = lines;
    let hidden = shown.split_off(shown.len().min(MOST_LINES));
    let more = (!hidden.is_empty()).then(|| {
        view! {
            <details class="trace-more">
                <summary>{format!("{} more frames", format::count(hidden.len() as u64))}</summary>
                <ol class="trace-lines">{frames(hidden)}</ol>
            </details>
        }
    });
    view! {
        <section class="trace" aria-label="Error trace">
            <div class="trace-bar">
                <h3>"Trace"</h3>
                <span class="quiet">{about}</span>
                <label class="trace-wrap">
                    <input type="checkbox" autocomplete="off"/>
                    "Wrap lines"
                </label>
                <CopyButton text=copied what="error and trace"/>
            </div>
            <div class="trace-box" tabindex="0" role="group" aria-label="Frames, innermost first">
                <ol class="trace-lines">{frames(shown)}</ol>
                {more}
            </div>
        </section>
    }
}

fn frames(lines: Vec<TraceLine>) -> impl IntoView {
    lines
        .into_iter()
        .map(|line| {
            let class = if line.own { "frame frame-own" } else { "frame" };
            view! { <li class=class>{line.text}</li> }
        })
        .collect_view()
}

/// How much of it is one's own.
fn about(own: usize, all: usize) -> String {
    let frames = format::counted(all as u64, "frame", "frames");
    match own {
        0 => format!("{frames}, none of the application's own"),
        own if own == all => frames,
        own => format!("{frames}, {} of the application's own", format::count(own as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::about;

    #[test]
    fn own_frames_are_counted() {
        assert_eq!(about(0, 1), "1 frame, none of the application's own");
        assert_eq!(about(2, 9), "9 frames, 2 of the application's own");
        assert_eq!(about(3, 3), "3 frames");
    }
}
