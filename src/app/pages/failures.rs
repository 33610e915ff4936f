//! What fails, by cause.

pub(super) mod address;
pub(super) mod age;
pub(super) mod row;

use crate::api::{ApiError, get_failures};
use crate::app::address::{link, use_own_search};
use crate::app::components::{ErrorNotice, PageTitle, UtcTime, after_first_reading, last_known};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{
    Completeness, FailureGroup, FailureGroups, GroupFilter, GroupOrder, GroupQuery,
};
use address::{Asked, Span};
use age::Age;
use leptos::prelude::*;
use row::GroupRow;

/// Seconds between two readings.
const REREAD_SECONDS: u64 = 2;

/// Groups that are shown more with each click.
const MORE: u32 = 200;

/// What was read, and what for.
type Read = Resource<Result<FailureGroups, ApiError>>;

/// The jobs of the retry and dead sets in groups of one cause.
#[component]
pub fn FailuresPage() -> impl IntoView {
    let beat = use_live().beat(REREAD_SECONDS);
    let search = use_own_search();
    let asked = Memo::new(move |_| search.with(|search| Asked::read(search)));
    let query = Memo::new(move |_| asked.with(|asked| asked.query));
    let read: Read = Resource::new(
        move || (query.get(), beat.get()),
        |(query, _)| get_failures(query),
    );
    let known = last_known(read);
    view! {
        <PageTitle title="Failures">
            <Transition>
                {after_first_reading(read, move || view! { <Summary known/> })}
            </Transition>
        </PageTitle>
        <Transition fallback=Loading>
            {after_first_reading(read, move || view! { <Body read known asked/> })}
        </Transition>
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! { <p class="loading">"Reading the failures …"</p> }
}

/// The number that matters: how many causes there are to look at.
#[component]
fn Summary(known: Memo<Option<FailureGroups>>) -> impl IntoView {
    let text = move || {
        known.with(|list| {
            list.as_ref().map(|list| {
                format!(
                    "{} open, of {}",
                    format::counted(list.in_state[0], "group", "groups"),
                    format::counted(list.entries, "failed job", "failed jobs")
                )
            })
        })
    };
    view! { <p class="headline">{text}</p> }
}

/// The list, which stays while it is read again.
#[component]
fn Body(read: Read, known: Memo<Option<FailureGroups>>, asked: Memo<Asked>) -> impl IntoView {
    let problem = Memo::new(move |_| read.get().and_then(Result::err));
    let is_known = Memo::new(move |_| known.with(Option::is_some));
    let list = Memo::new(move |_| known.get().unwrap_or_default());
    let index = Memo::new(move |_| list.with(|list| list.index.clone()));
    view! {
        {move || problem.get().map(|error| view! { <ErrorNotice error/> })}
        <Show when=move || is_known.get()>
            <Choices list asked/>
            <Age index/>
            <Deploy list/>
            <Groups list asked/>
            <Rest list asked/>
        </Show>
    }
}

/// Which groups, in which order, over which time: links, so that each choice has an address.
#[component]
fn Choices(list: Memo<FailureGroups>, asked: Memo<Asked>) -> impl IntoView {
    let states = GroupFilter::ALL.map(|filter| {
        let href = move || {
            let mut asked = asked.get();
            asked.query.filter = filter;
            asked.href()
        };
        let number = move || {
            list.with(|list| match filter {
                GroupFilter::Open => list.in_state[0],
                GroupFilter::Muted => list.in_state[1],
                GroupFilter::Resolved => list.in_state[2],
                GroupFilter::All => list.in_state.iter().sum(),
            })
        };
        let here = move || {
            asked
                .with(|asked| asked.query.filter == filter)
                .then_some("true")
        };
        view! {
            <a class="choice" href=move || link(href()) aria-current=here>
                {filter.name()} " " <span class="muted">{move || format::count(number())}</span>
            </a>
        }
    });
    let orders = GroupOrder::ALL.map(|order| {
        let href = move || {
            let mut asked = asked.get();
            asked.query.order = order;
            asked.href()
        };
        let here = move || {
            asked
                .with(|asked| asked.query.order == order)
                .then_some("true")
        };
        view! { <a class="choice" href=move || link(href()) aria-current=here>{order.name()}</a> }
    });
    let spans = Span::ALL.map(|span| {
        let href = move || {
            Asked {
                span,
                ..asked.get()
            }
            .href()
        };
        let here = move || asked.with(|asked| asked.span == span).then_some("true");
        view! { <a class="choice" href=move || link(href()) aria-current=here>{span.name()}</a> }
    });
    view! {
        <div class="toolbar group-choices">
            <nav class="choices" aria-label="Which groups">{states.into_iter().collect_view()}</nav>
            <nav class="choices" aria-label="Order">{orders.into_iter().collect_view()}</nav>
            <nav class="choices" aria-label="Trend">{spans.into_iter().collect_view()}</nav>
        </div>
    }
}

/// Since when groups are new.
#[component]
fn Deploy(list: Memo<FailureGroups>) -> impl IntoView {
    let deploy = Memo::new(move |_| list.with(|list| list.deploy.clone()));
    move || {
        deploy.get().map(|deploy| {
            let name = if deploy.name.is_empty() {
                String::new()
            } else {
                format!(" of {}", deploy.name)
            };
            view! {
                <p class="group-age muted">
                    {format!("New is what was first seen since the deploy{name} at ")}
                    <UtcTime at=Signal::stored(deploy.at)/> "."
                </p>
            }
        })
    }
}

/// The table, or why there is none.
#[component]
fn Groups(list: Memo<FailureGroups>, asked: Memo<Asked>) -> impl IntoView {
    let digests = Memo::new(move |_| {
        list.with(|list| {
            list.groups
                .iter()
                .map(|group| group.digest)
                .collect::<Vec<_>>()
        })
    });
    let entries = Memo::new(move |_| list.with(|list| list.entries));
    let none = Memo::new(move |_| digests.with(Vec::is_empty));
    let row = move |digest| {
        // A row that goes stays as it was until it is gone.
        let group = Memo::new(move |last: Option<&FailureGroup>| {
            list.with(|list| {
                let mut groups = list.groups.iter();
                groups
                    .find(|group| group.digest == digest)
                    .or(last)
                    .cloned()
                    .unwrap_or_default()
            })
        });
        view! { <GroupRow group entries asked/> }
    };
    view! {
        <Show when=move || !none.get() fallback=move || view! { <Nothing list asked/> }>
            <div class="table-scroll">
                <table class="table groups">
                    <thead>
                        <tr>
                            <th scope="col">"Cause"</th>
                            <th scope="col" class="num">"Jobs"</th>
                            <th scope="col" class="group-trend">
                                {move || format!("Last {}", asked.with(|asked| asked.span.name()))}
                            </th>
                            <th scope="col">"Course"</th>
                            <th scope="col">"Seen"</th>
                            <th scope="col" class="wide">"Queues"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || digests.get() key=|digest| *digest children=row/>
                    </tbody>
                </table>
            </div>
        </Show>
    }
}

/// What a list does not show.
#[component]
fn Rest(list: Memo<FailureGroups>, asked: Memo<Asked>) -> impl IntoView {
    let more = Memo::new(move |_| {
        list.with(|list| list.matching.saturating_sub(list.groups.len() as u64))
    });
    let href = move || {
        let mut asked = asked.get();
        asked.query.limit = asked.query.limit.max(100).saturating_add(MORE);
        asked.href()
    };
    let left_out = move || {
        list.with(|list| {
            (list.ungrouped > 0).then(|| {
                format!(
                    "{} more belong to no group: their messages are all different.",
                    format::counted(list.ungrouped, "failed job", "failed jobs")
                )
            })
        })
    };
    view! {
        <Show when=move || { more.get() > 0 }>
            <p class="group-more">
                <a class="button button-quiet" href=move || link(href()) data-noscroll="">
                    {move || format!("Show more ({} groups are not shown)", format::count(more.get()))}
                </a>
            </p>
        </Show>
        <p class="muted">{left_out}</p>
    }
}

/// Why no group is listed: nothing is known yet, nothing has failed, or none is in this state.
#[component]
fn Nothing(list: Memo<FailureGroups>, asked: Memo<Asked>) -> impl IntoView {
    let is_known = Memo::new(move |_| {
        list.with(|list| {
            !matches!(
                list.index.completeness,
                Completeness::Waiting | Completeness::Reading
            )
        })
    });
    let has_groups = Memo::new(move |_| list.with(|list| list.in_state.iter().any(|of| *of > 0)));
    move || match (is_known.get(), has_groups.get()) {
        (false, _) => view! { <Loading/> }.into_any(),
        (true, false) => view! {
            <div class="empty">
                <p class="empty-title">"Nothing fails."</p>
                <p>
                    "No job waits for a retry, and none is dead after a failure. "
                    "What fails from now on shows up here by itself, by cause."
                </p>
            </div>
        }
        .into_any(),
        (true, true) => {
            let all = Asked {
                query: GroupQuery {
                    filter: GroupFilter::All,
                    ..asked.get().query
                },
                ..asked.get()
            };
            view! {
                <div class="empty">
                    <p class="empty-title">
                        {move || format!("No group is {}.", asked.with(|asked| asked.query.filter.name()))}
                    </p>
                    <p><a href=link(all.href())>"Show all groups"</a></p>
                </div>
            }
            .into_any()
        }
    }
}
