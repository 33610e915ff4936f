//! Choosing which running jobs are shown.

use crate::api::RunningFilter;
use crate::app::address::link;
use crate::app::format;
use crate::app::live::use_live;
use crate::model::RunningJob;
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Event, HtmlSelectElement};
use leptos_router::hooks::use_navigate;

/// The values to choose from: those of the jobs, and the chosen one even when no job has it now.
fn choices(
    jobs: &[RunningJob],
    value: fn(&RunningJob) -> &String,
    chosen: Option<&String>,
) -> Vec<String> {
    let mut choices: Vec<String> = jobs.iter().map(value).chain(chosen).cloned().collect();
    choices.sort();
    choices.dedup();
    choices
}

/// A choice a column. Applies at once; without JavaScript by its button.
#[component]
pub(super) fn FilterBar(filter: Memo<RunningFilter>) -> impl IntoView {
    let hydrated = use_live().is_hydrated();
    let navigate = use_navigate();
    let submit = move |event: SubmitEvent| {
        // Every field has a default, so reading cannot fail; if it did, the browser sends the form itself.
        let Ok(asked) = RunningFilter::from_event(&event) else {
            return;
        };
        event.prevent_default();
        navigate(&asked.path(), Default::default());
    };
    view! {
        <form class="toolbar" method="get" action=link("/running") aria-label="Filter" on:submit=submit>
            <Choice
                name="class"
                label="Class"
                value=|job| &job.class
                chosen=Memo::new(move |_| filter.with(|filter| filter.class.clone()))
            />
            <Choice
                name="queue"
                label="Queue"
                value=|job| &job.queue
                chosen=Memo::new(move |_| filter.with(|filter| filter.queue.clone()))
            />
            <Choice
                name="process"
                label="Process"
                value=|job| &job.process
                chosen=Memo::new(move |_| filter.with(|filter| filter.process.clone()))
            />
            <button class="button" type="submit" hidden=move || hydrated.get()>"Filter"</button>
            <Show when=move || filter.with(|filter| !filter.is_empty())>
                <a class="button button-quiet" href=link("/running")>"Show all"</a>
            </Show>
        </form>
    }
}

#[component]
fn Choice(
    name: &'static str,
    label: &'static str,
    value: fn(&RunningJob) -> &String,
    chosen: Memo<Option<String>>,
) -> impl IntoView {
    let live = use_live();
    let choices = Memo::new(move |_| {
        let chosen = chosen.get();
        live.snapshot()
            .with(|snapshot| choices(&snapshot.running, value, chosen.as_ref()))
    });
    let apply = |event: Event| {
        let form = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok())
            .and_then(|select| select.form());
        if let Some(form) = form {
            // Fails only for a form that is gone.
            let _ = form.request_submit();
        }
    };
    view! {
        <label>
            {label}
            <select name=name on:change=apply>
                <option value="" selected=move || chosen.with(Option::is_none)>"all"</option>
                <For each=move || choices.get() key=String::clone let:choice>
                    <option
                        value=choice.clone()
                        selected={
                            let choice = choice.clone();
                            move || chosen.with(|chosen| chosen.as_ref() == Some(&choice))
                        }
                    >
                        {format::seen(&choice)}
                    </option>
                </For>
            </select>
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_value_stays_a_choice() {
        let chosen = "gone".to_owned();
        assert_eq!(choices(&[], |job| &job.class, Some(&chosen)), ["gone"]);
        assert!(choices(&[], |job| &job.class, None).is_empty());
    }
}
