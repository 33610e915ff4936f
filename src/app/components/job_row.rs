//! One job in a list: two lines, everything that is filtered by is a link, the rest opens the job.
#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use super::selection::ENTRIES;
use super::verb::{verb_consequence, verb_label};
use super::{Icon, IconName, Time};
use crate::api::{Field, ListQuery, query_string};
use crate::app::access::may;
use crate::app::address::link;
use crate::app::format;
use crate::model::{JobEntry, Place, Right, Set, Verb, visible_start};
use leptos::prelude::*;

/// Characters of the second line that are worth sending; a row shows what fits.
const LINE_CHARACTERS: usize = 280;

/// What a list's rows depend on besides their job.
#[derive(Clone, Debug, PartialEq)]
pub struct RowContext {
    /// The list's path.
    pub path: String,
    /// What is shown now; a chip adds to it.
    pub query: ListQuery,
    /// Where the entries stand.
    pub place: Place,
}

impl RowContext {
    fn filter_href(&self, field: Field, value: &str) -> String {
        format!("{}{}", self.path, self.query.with(field, value).to_text())
    }

    /// Whether the list has a column for the retry count.
    #[must_use]
    pub fn has_retries(&self) -> bool {
        self.place.set() != Some(Set::Scheduled)
    }
}

/// The address of a job's page; the entry makes it quick to find, and is the only way to one without a job id.
#[must_use]
pub fn entry_path(entry: &JobEntry) -> String {
    let id = entry.id.to_string();
    let hint = query_string::write([("entry", id.as_str())]);
    format::job_path_with(&entry.jid, &hint)
}

/// One job in a list. All that it does is done by its table: rows have no listeners of their own.
#[component]
pub fn JobRow(
    /// The job.
    entry: JobEntry,
    /// The list.
    context: RowContext,
) -> impl IntoView {
    let id = entry.id.to_string();
    let href = entry_path(&entry);
    let name = row_name(&entry);
    let time = match &context.place {
        Place::Set(_) => entry.at,
        Place::Queue(_) => entry.enqueued_at.or(entry.created_at),
    };
    let retries = context.has_retries().then(|| {
        let count = entry
            .retry_count
            .map_or_else(|| "–".to_owned(), |count| count.to_string());
        let class = if entry.retry_count.is_some() {
            "job-retries num"
        } else {
            "job-retries num zero"
        };
        view! { <td class=class>{count}</td> }
    });
    let menu = row_menu(&entry, &context, &id, &href, &name);
    let label = format!("Select {name}");
    let value = id.clone();
    let tick = may(Right::ChangeJobs).then(|| {
        view! {
            // The label makes the whole cell the target.
            <label>
                <input type="checkbox" name=ENTRIES value=value aria-label=label autocomplete="off"/>
            </label>
        }
    });
    view! {
        <tr class="job" data-entry=id>
            <td class="job-tick">{tick}</td>
            <td class="job-main">
                <div class="job-top">{top_line(&entry, &context)}</div>
                {second_line(&entry, href, &name)}
            </td>
            {retries}
            <td class="job-time num">{time.map(|at| view! { <Time at=at/> })}</td>
            <td class="job-more">{menu}</td>
        </tr>
    }
}

/// Class, queue, tags; and the arguments, when the second line has the error.
fn top_line(entry: &JobEntry, context: &RowContext) -> AnyView {
    let class = if entry.malformed.is_some() {
        view! { <span class="job-class job-malformed"><Icon name=IconName::Failed/>"Malformed"</span> }.into_any()
    } else if entry.class.is_empty() {
        view! { <span class="job-class muted">"no class"</span> }.into_any()
    } else {
        let href = context.filter_href(Field::Class, &entry.class);
        let title = format!("Only {}", entry.class);
        view! { <a class="job-class" href=link(href) title=title>{format::seen(&entry.class)}</a> }
            .into_any()
    };
    let shows_queue =
        context.place.queue_name() != Some(entry.queue.as_str()) && !entry.queue.is_empty();
    let queue = shows_queue.then(|| {
        let title = format!("Only queue {}", entry.queue);
        if context.place.queue_name().is_some() {
            // It stands in another queue than it says.
            view! { <span class="chip" title="Queue that the job itself names">{format::seen(&entry.queue)}</span> }.into_any()
        } else {
            let href = context.filter_href(Field::Queue, &entry.queue);
            view! { <a class="chip" href=link(href) title=title>{format::seen(&entry.queue)}</a> }.into_any()
        }
    });
    let tags = entry
        .tags
        .iter()
        .take(4)
        .map(|tag| {
            let href = context.filter_href(Field::Tag, tag);
            let title = format!("Only tag {tag}");
            view! { <a class="chip chip-tag" href=link(href) title=title>{format::seen(tag)}</a> }
        })
        .collect_view();
    let args = entry
        .error_class
        .is_some()
        .then(|| view! { <span class="job-args">{cut(&entry.args)}</span> });
    view! { {class} {queue} {tags} {args} }.into_any()
}

/// The error, or the arguments, or why it is no job and what it is instead. A link as large as the cell: all but the first line's
/// links opens the job.
fn second_line(entry: &JobEntry, href: String, name: &str) -> AnyView {
    let (error, text, class) = match (&entry.malformed, &entry.error_class) {
        (Some(reason), _) => (Some(reason.clone()), &entry.raw, "job-text mono"),
        (None, Some(class)) => (Some(class.clone()), &entry.error_message, "job-text"),
        (None, None) => (None, &None, "job-text mono"),
    };
    let text = match &error {
        Some(_) => cut(text.as_deref().unwrap_or_default()),
        None => cut(&entry.args),
    };
    view! {
        <a class="job-link" href=link(href)>
            <span class="visually-hidden">{format!("Open {name}: ")}</span>
            {error.map(|error| view! { <span class="job-error">{format::seen(&error)}</span> " " })}
            <span class=class>{text}</span>
        </a>
    }
    .into_any()
}

/// The same verbs as for ticked rows, for this one only, and the way to all jobs with its error. What needs a question leads to the job's page when there is no JavaScript.
fn row_menu(entry: &JobEntry, context: &RowContext, id: &str, href: &str, name: &str) -> AnyView {
    let same_error = entry.error_class.as_ref().map(|class| {
        let href = context.filter_href(Field::Error, class);
        view! { <a class="menu-item menu-apart" href=link(href)>{format!("Only {}", format::seen(class))}</a> }
    });
    let place = &entry.id.place;
    let is_possible =
        |verb: &&Verb| entry.malformed.is_none() || !matches!(verb, Verb::Retry | Verb::Enqueue);
    let may_act = may(Right::ChangeJobs);
    if !may_act && same_error.is_none() {
        return ().into_any();
    }
    let items = Verb::for_place(place)
        .iter()
        .filter(|_| may_act)
        .filter(is_possible)
        .map(|verb| {
            let title = verb_consequence(*verb, Some(place));
            let label = verb_label(*verb);
            match verb {
                Verb::Reschedule | Verb::Delete => {
                    let href = format!("{href}#{}", verb.name());
                    let class = if *verb == Verb::Delete { "menu-item menu-apart" } else { "menu-item" };
                    view! { <a class=class href=link(href) title=title data-ask=verb.name()>{label} "…"</a> }.into_any()
                }
                Verb::Retry | Verb::Enqueue | Verb::Kill => {
                    let value = format!("{} {id}", verb.name());
                    view! {
                        <button type="submit" class="menu-item" name="only" value=value title=title>{label}</button>
                    }
                    .into_any()
                }
            }
        })
        .collect_view();
    let label = format!("Actions for {name}");
    view! {
        <details class="menu row-menu" name="menu">
            <summary class="button button-quiet" aria-label=label>
                <Icon name=IconName::More/>
            </summary>
            <div class="menu-body menu-items">{items} {same_error}</div>
        </details>
    }
    .into_any()
}

/// What a screen reader calls the row.
fn row_name(entry: &JobEntry) -> String {
    let class = match (&entry.malformed, entry.class.as_str()) {
        (Some(_), _) => "malformed entry",
        (None, "") => "job",
        (None, class) => class,
    };
    if entry.jid.is_empty() {
        let digest = entry.id.digest.get(..8).unwrap_or_default();
        format::seen(&format!("{class} {digest}"))
    } else {
        format::seen(&format!("{class} {}", entry.jid))
    }
}

/// One line of a text, no longer than a row can show, in which everything is seen; where a line ends is a blank.
fn cut(text: &str) -> String {
    let blank = |character| matches!(character, '\n' | '\r' | '\t');
    let start: String = text
        .chars()
        .take(LINE_CHARACTERS + 1)
        .map(|character| if blank(character) { ' ' } else { character })
        .collect();
    visible_start(&start, LINE_CHARACTERS)
}

#[cfg(test)]
pub(super) mod tests {
    use super::{cut, entry_path, row_name};
    use crate::model::JobEntry;

    pub(in crate::app::components) fn entry(jid: &str, class: &str) -> JobEntry {
        JobEntry {
            id: format!("queue:a b~7~{}", "a".repeat(40)).parse().unwrap(),
            at: None,
            jid: jid.to_owned(),
            class: class.to_owned(),
            args: String::new(),
            queue: String::new(),
            created_at: None,
            enqueued_at: None,
            failed_at: None,
            retried_at: None,
            retry_count: None,
            error_class: None,
            error_message: None,
            tags: Vec::new(),
            size_bytes: 0,
            redacted: false,
            malformed: None,
            raw: None,
        }
    }

    #[test]
    fn a_job_is_found_by_its_id_or_by_its_entry() {
        let digest = "a".repeat(40);
        assert_eq!(
            entry_path(&entry("x/1", "A")),
            format!("/jobs/x%2F1?entry=queue:a%20b~7~{digest}")
        );
        assert_eq!(
            entry_path(&entry("", "A")),
            format!("/jobs?entry=queue:a%20b~7~{digest}")
        );
    }

    #[test]
    fn every_row_has_a_name() {
        assert_eq!(row_name(&entry("x1", "A")), "A x1");
        assert_eq!(row_name(&entry("", "")), "job aaaaaaaa");
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(cut("a\n\tb\u{202e}"), "a  b\\u202e");
        assert_eq!(cut(&"é".repeat(1_000)).chars().count(), 281);
    }
}
