//! The parts of a job's page below its head.

use super::JobView;
use super::facts::{facts, is_encrypted};
use super::history::{events, timeline};
use super::json::{member, tree, tree_open};
use super::markup::{Markup, Shown};
use super::{report, trace};
use crate::app::components::CopyButton;
use crate::model::JobLocation;
use leptos::prelude::*;

/// Progress, error, log, arguments, times, fields, payload.
pub(super) fn parts(job: JobView) -> AnyView {
    let error = Part {
        id: "error",
        title: "Error",
        what: "error and trace",
        html: html(job, trace::error),
        copied: copied(job, trace::plain),
    };
    let arguments = Part {
        id: "arguments",
        title: "Arguments",
        what: "arguments",
        html: html(job, arguments),
        copied: copied(job, |location| location.entry.args.clone()),
    };
    let payload = Part {
        id: "payload",
        title: "Payload",
        what: "payload",
        html: html(job, payload),
        copied: copied(job, |location| location.payload.clone()),
    };
    let facts = html(job, facts);
    let events = Memo::new(move |_| {
        job.location
            .with(|location| location.as_ref().map(events).unwrap_or_default())
    });
    let is_gone = move || job.is_gone.get().to_string();
    view! {
        <div class="job-parts" data-gone=is_gone>
            <div class="job-main-parts">
                {report::progress(job)} {part(error)} {report::log(job)} {part(arguments)} {part(payload)}
            </div>
            <aside class="job-side" aria-label="History and fields">
                <section class="panel" id="times">
                    <div class="panel-head"><h2>"History"</h2></div>
                    {move || timeline(events.get())}
                </section>
                <section class="panel" id="fields">
                    <div class="panel-head"><h2>"Fields"</h2></div>
                    <div inner_html=move || facts.get()></div>
                </section>
            </aside>
        </div>
    }
    .into_any()
}

/// A part that is one piece of HTML: nothing in it changes but with the job, so what the reader has opened stays open.
#[derive(Clone, Copy)]
struct Part {
    id: &'static str,
    title: &'static str,
    what: &'static str,
    html: Memo<String>,
    copied: Signal<String>,
}

fn html(job: JobView, write: fn(&JobLocation) -> String) -> Memo<String> {
    Memo::new(move |_| {
        job.location
            .with(|location| location.as_ref().map(write).unwrap_or_default())
    })
}

fn copied(job: JobView, text: fn(&JobLocation) -> String) -> Signal<String> {
    Signal::derive(move || {
        job.location
            .with(|location| location.as_ref().map(text).unwrap_or_default())
    })
}

fn part(part: Part) -> AnyView {
    let Part {
        id,
        title,
        what,
        html,
        copied,
    } = part;
    view! {
        <section class="panel job-part" id=id hidden=move || html.with(String::is_empty)>
            <div class="panel-head">
                <h2>{title}</h2>
                <span class="panel-more"><CopyButton text=copied what/></span>
            </div>
            <div class="job-part-body" inner_html=move || html.get()></div>
        </section>
    }
    .into_any()
}

/// The arguments as shown, and as stored where that is something else.
fn arguments(location: &JobLocation) -> String {
    let stored = member(location.tree.as_ref(), "args");
    let Some(shown) = location.args.as_ref().or(stored) else {
        return if location.entry.malformed.is_some() {
            String::new()
        } else {
            "<p class=\"empty-small\">The payload has no arguments.</p>".to_owned()
        };
    };
    let mut html = tree(shown);
    let Some(stored) = stored.filter(|_| location.args.is_some()) else {
        return html;
    };
    if is_encrypted(location) {
        html.push_str(
            "<p class=\"empty-small\">The last argument is encrypted. The key is the application’s: here and in the payload there is only what it wrote.</p>",
        );
    }
    html.push_str("<details class=\"as-stored\"><summary>As the payload has them</summary>");
    html.push_str(&tree(stored));
    html.push_str("</details>");
    html
}

/// The whole payload as a tree, then its text as it is stored: open at once when it is no job, because there is nothing else to see.
fn payload(location: &JobLocation) -> String {
    // The arguments have a part of their own: here they fold, and all fields are seen at once.
    let tree = location.tree.as_ref().map(|tree| tree_open(tree, 1));
    tree.unwrap_or_default() + &raw(location)
}

fn raw(location: &JobLocation) -> String {
    let mut markup = Markup::default();
    let is_open = location.entry.malformed.is_some();
    markup
        .tag(if is_open {
            "<details class=\"raw\" open>"
        } else {
            "<details class=\"raw\">"
        })
        .tag("<summary>Raw text, ")
        .count(location.payload.chars().count())
        .tag(" characters</summary>");
    if location.escaped.is_some() {
        markup.tag("<p class=\"empty-small\">Not all bytes are UTF-8: those that are not stand as <code>\\xNN</code>, backslashes as <code>\\\\</code>. What is copied has a � for each of them.</p>");
    }
    let text = location.escaped.as_ref().unwrap_or(&location.payload);
    markup
        .tag("<pre class=\"raw-text\" tabindex=\"0\" role=\"group\" aria-label=\"Payload\">")
        .long_text(text, Shown::Lines, 20_000)
        .tag("</pre></details>");
    markup.finish()
}

#[cfg(test)]
mod tests {
    use super::{arguments, payload};
    use crate::app::pages::job::sample::stored;
    use crate::model::{JsonNode, Set};

    #[test]
    fn arguments_are_shown_unwrapped_and_as_stored() {
        let literal = |text: &str| JsonNode::Array(vec![JsonNode::Literal(text.to_owned())]);
        let mut location = stored(Set::Dead.into());
        assert!(arguments(&location).contains("no arguments"));
        location.tree = Some(JsonNode::Object(vec![("args".to_owned(), literal("7"))]));
        assert!(!arguments(&location).contains("As the payload"));
        location.args = Some(literal("8"));
        let html = arguments(&location);
        assert!(html.contains(">8<") && html.contains(">7<") && html.contains("As the payload"));
        assert!(!html.contains("encrypted"));
        location
            .extras
            .push(("encrypt".to_owned(), "true".to_owned()));
        assert!(arguments(&location).contains("encrypted"));
    }

    #[test]
    fn a_payload_is_a_tree_with_its_text_below() {
        let mut location = stored(Set::Dead.into());
        assert!(payload(&location).starts_with("<details class=\"raw\">"));
        location.tree = Some(JsonNode::Object(vec![(
            "bid".to_owned(),
            JsonNode::Literal("12345678901234567890".to_owned()),
        )]));
        let html = payload(&location);
        let tree = html.find("json-number\">12345678901234567890<");
        assert!(
            tree.is_some() && tree < html.find("class=\"raw\""),
            "{html}"
        );
    }

    #[test]
    fn a_payload_cannot_leave_its_box() {
        let mut location = stored(Set::Dead.into());
        location.payload = "</pre><script>".to_owned();
        assert!(payload(&location).contains("&lt;/pre&gt;&lt;script&gt;"));
        location.escaped = Some("\\xff</pre>".to_owned());
        assert!(payload(&location).contains("\\xff&lt;/pre&gt;"));
    }
}
