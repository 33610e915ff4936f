//! The head of a job's page: what it is, where it is now, and what can be done to it there.

use super::JobView;
use super::reveal;
use super::sight::Sight;
use crate::api::Act;
use crate::app::address::link;
use crate::app::components::{
    CopyButton, Elapsed, Icon, IconName, JobState, Notice, NoticeKind, PageTitle, StateBadge, Time,
    VerbButtons, menu, picker_to_utc,
};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{JobLocation, Place, Set, Timestamp, Verb, Whereabouts, visible_start};
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Id of the form that holds the entry; buttons elsewhere name it.
const FORM: &str = "job";
/// Where the form is posted to.
const ACT_PATH: &str = <Act as ServerFn>::PATH;
/// Characters of a name that are shown.
const NAME_CHARACTERS: usize = 200;

/// What the head shows that seldom changes.
#[derive(Clone, Debug, Default, PartialEq)]
struct Name {
    jid: String,
    queue: String,
    tags: Vec<String>,
    malformed: Option<String>,
}

/// What the head shows of a run: the rest changes all the time, or is large.
#[derive(Clone, Debug, PartialEq)]
struct Run {
    process: String,
    thread: String,
    started_at: Option<Timestamp>,
    owner_gone: bool,
}

/// Where the job is.
#[derive(Clone, Debug, PartialEq)]
enum Where {
    Gone { cut_off: bool },
    Running(Run),
    Stored(Place, Option<Timestamp>),
}

/// Title, place, name, actions.
pub(super) fn head(job: JobView) -> AnyView {
    let title = Signal::derive(move || {
        job.location
            .with(|location| location.as_ref().map(title).unwrap_or_default())
    });
    let name = Memo::new(move |_| {
        job.location
            .with(|location| location.as_ref().map(name).unwrap_or_default())
    });
    let place = Memo::new(move |_| {
        let gone = job.sight.with(|sight| match sight {
            Sight::Gone(_, search) => Some(Where::Gone {
                cut_off: search.is_cut_off(),
            }),
            _ => None,
        });
        gone.or_else(|| {
            job.location
                .with(|location| location.as_ref().map(whereabouts))
        })
    });
    let spoken = Memo::new(move |_| place.with(|place| place.as_ref().map(spoken)));
    let jid = Signal::derive(move || name.with(|name| name.jid.clone()));
    view! {
        <PageTitle title>
            {move || place.with(|place| place.as_ref().map(badge))}
            <p class="headline job-where">{move || place.get().map(told)}</p>
            // Told when it moves. What stands in the line above changes every second.
            <span class="visually-hidden" role="status">{move || spoken.get()}</span>
        </PageTitle>
        <div class="job-name">
            {move || name.with(labels)}
            <span class="job-id" hidden=move || jid.with(String::is_empty)>
                <span class="muted">"jid "</span>
                <code>{move || visible_start(&jid.get(), NAME_CHARACTERS)}</code>
                <CopyButton text=jid what="job id"/>
            </span>
        </div>
        {move || name.with(|name| name.malformed.clone()).map(malformed)}
        {reveal::reveal(job)}
        {actions(job)}
    }
    .into_any()
}

fn title(location: &JobLocation) -> String {
    match (&location.entry.malformed, location.entry.class.as_str()) {
        (Some(_), _) => "Malformed entry".to_owned(),
        (None, "") => "Job without class".to_owned(),
        (None, class) => visible_start(class, NAME_CHARACTERS),
    }
}

fn name(location: &JobLocation) -> Name {
    let entry = &location.entry;
    Name {
        jid: entry.jid.clone(),
        queue: entry.queue.clone(),
        tags: entry.tags.clone(),
        malformed: entry.malformed.clone(),
    }
}

fn whereabouts(location: &JobLocation) -> Where {
    match &location.whereabouts {
        Whereabouts::Running(run) => Where::Running(Run {
            process: run.process.clone(),
            thread: run.thread.clone(),
            started_at: run.started_at(),
            owner_gone: run.owner_gone,
        }),
        Whereabouts::Stored => {
            let entry = &location.entry;
            let at = match entry.id.place {
                Place::Set(_) => entry.at,
                Place::Queue(_) => entry.enqueued_at.or(entry.created_at),
            };
            Where::Stored(entry.id.place.clone(), at)
        }
    }
}

/// The state as a badge. What is gone has none: whether it finished or was deleted is not known.
fn badge(place: &Where) -> AnyView {
    let state = match place {
        Where::Gone { .. } => {
            return view! { <span class="badge muted"><Icon name=IconName::Processed/>"gone"</span> }
                .into_any();
        }
        Where::Running(run) if run.owner_gone => {
            return view! {
                <span class="badge state-paused"><Icon name=IconName::Failed/>"owner gone"</span>
            }
            .into_any();
        }
        Where::Running(_) => JobState::Running,
        Where::Stored(place, _) => JobState::of_place(place),
    };
    view! { <StateBadge state/> }.into_any()
}

/// State and place, for who hears the page.
fn spoken(place: &Where) -> String {
    match place {
        Where::Gone { cut_off: false } => "The job left.".to_owned(),
        Where::Gone { cut_off: true } => "The job is not found any more.".to_owned(),
        Where::Running(run) => {
            let process = visible_start(&run.process, NAME_CHARACTERS);
            if run.owner_gone {
                format!("The job is in flight, and its process {process} is gone.")
            } else {
                format!("The job runs on {process}.")
            }
        }
        Where::Stored(Place::Queue(queue), _) => {
            format!(
                "The job is in queue {}.",
                visible_start(queue, NAME_CHARACTERS)
            )
        }
        Where::Stored(Place::Set(set), _) => match set {
            Set::Scheduled => "The job is scheduled.",
            Set::Retries => "The job waits for its next try.",
            Set::Dead => "The job is dead.",
        }
        .to_owned(),
    }
}

/// Where it is, in words.
fn told(place: Where) -> AnyView {
    match place {
        Where::Gone { cut_off: false } => {
            "It left: it finished, or somebody deleted it. Below is how it was seen last.".into_any()
        }
        Where::Gone { cut_off: true } => {
            "Not found any more, but the store is too large to look at all of it. Below is how it was seen last."
                .into_any()
        }
        Where::Running(run) => running(&run),
        Where::Stored(Place::Queue(queue), at) => waiting(queue, at),
        Where::Stored(Place::Set(set), at) => {
            let words = match set {
                Set::Scheduled => "runs ",
                Set::Retries => "next try ",
                Set::Dead => "died ",
            };
            let since = at.map(|at| view! { <Time at=at/> });
            view! { {words} {since} }.into_any()
        }
    }
}

fn running(run: &Run) -> AnyView {
    let process = visible_start(&run.process, NAME_CHARACTERS);
    let thread = visible_start(&run.thread, NAME_CHARACTERS);
    if run.owner_gone {
        return view! { "in flight, of " <span class="mono">{process}</span> ", which is gone" }
            .into_any();
    }
    let Some(started_at) = run.started_at else {
        // Nothing of it in what its process has told: it has only just been fetched.
        return view! { "on " <a class="mono" href=link("/processes")>{process}</a> }.into_any();
    };
    view! {
        "for " <Elapsed since=started_at/> " on " <a class="mono" href=link("/processes")>{process}</a>
        <span class="muted">", thread " <span class="mono">{thread}</span></span>
    }
    .into_any()
}

fn waiting(queue: String, at: Option<Timestamp>) -> AnyView {
    let live = use_live();
    let href = format::queue_path(&queue);
    let shown = visible_start(&queue, NAME_CHARACTERS);
    let is_paused = live.select(move |snapshot| {
        let queues = &snapshot.overview.queues;
        queues
            .iter()
            .any(|other| other.name == queue && other.paused)
    });
    let since = at.map(|at| view! { ", enqueued " <Time at=at/> });
    view! {
        "in " <a href=link(href)>{shown}</a> {since}
        <span class="state-paused" hidden=move || !is_paused.get()>
            ". The queue is paused: nothing takes it from there."
        </span>
    }
    .into_any()
}

/// Queue and tags.
fn labels(name: &Name) -> AnyView {
    let queue = (!name.queue.is_empty()).then(|| {
        let href = format::queue_path(&name.queue);
        let shown = visible_start(&name.queue, NAME_CHARACTERS);
        view! { <a class="chip" href=link(href) title="Queue">{shown}</a> }
    });
    let tags = name
        .tags
        .iter()
        .map(|tag| {
            let shown = visible_start(tag, NAME_CHARACTERS);
            view! { <span class="chip chip-tag" title="Tag">{shown}</span> }
        })
        .collect_view();
    view! { {queue} {tags} }.into_any()
}

fn malformed(reason: String) -> AnyView {
    view! {
        <Notice kind=NoticeKind::Warning>
            "This entry cannot be read as a job: " {visible_start(&reason, 500)}
            ". It is shown as it is stored. No worker can run it; it can be deleted, or moved out of the way."
        </Notice>
    }
    .into_any()
}

/// What can be done to the job where it is.
fn actions(job: JobView) -> AnyView {
    let submit = move |event: SubmitEvent| {
        // Read as the server would; if that failed, the browser posts the form itself.
        let Ok(mut act) = Act::from_event(&event) else {
            return;
        };
        event.prevent_default();
        menu::close_menus(None);
        act.at = picker_to_utc(&act.at);
        job.act(act);
    };
    let ask = Callback::new(move |verb| job.ask(verb));
    let is_malformed = Memo::new(move |_| {
        job.location.with(|location| {
            location
                .as_ref()
                .is_some_and(|location| location.entry.malformed.is_some())
        })
    });
    let buttons = move || {
        job.place.get().map(|place| {
            let except: &[Verb] = if is_malformed.get() {
                &[Verb::Retry, Verb::Enqueue]
            } else {
                &[]
            };
            let busy = job.action.pending();
            view! { <VerbButtons place form=FORM busy ask except/> }.into_any()
        })
    };
    view! {
        <form id=FORM class="job-actions" method="post" action=link(ACT_PATH) on:submit=submit>
            // Enter in a field must not press the first verb.
            <button type="submit" disabled hidden></button>
            <input type="hidden" name=crate::app::components::ENTRIES value=move || job.id.get()/>
            {buttons}
            {super::cancel::actions(job)}
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::{Where, spoken};
    use crate::model::{Set, Timestamp};

    #[test]
    fn what_is_spoken_does_not_change_with_the_time() {
        let dead = |at| spoken(&Where::Stored(Set::Dead.into(), Some(Timestamp(at))));
        assert_eq!(dead(1), dead(2));
        assert_eq!(dead(1), "The job is dead.");
    }
}
