//! What scripts ask of an operation.

use super::{
    error::{Answer, Problem},
    query::said,
    request::MomentBody,
};
use crate::job::parse_time;
use crate::model::{
    Action, Canary, Change, EntryId, JobFilter, OperationRequest, Place, Selection, Timestamp,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ChangeBody {
    /// Put failed jobs into their queues now.
    Retry,
    /// Put scheduled jobs into their queues now.
    Enqueue,
    /// Remove them.
    Delete,
    /// Move them to the dead set.
    Kill,
    /// Change their time: `at`, `spread_seconds`.
    Reschedule,
    /// Into another queue: `queue`.
    Move,
    /// Replace one value: `path`, `value`.
    Edit,
}

/// One place or several.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "read for the document only")]
pub(super) enum PlacesBody {
    /// `scheduled`, `retries`, `dead` or `queue:NAME`.
    One(String),
    /// Several of those.
    Several(Vec<String>),
}

/// Which jobs of the places are meant; every part must hold.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FilterBody {
    /// A search, such as `class:PublishPhoto error:Timeout`.
    filter: Option<String>,
    /// Class as shown, whole.
    class: Option<String>,
    /// Queue, whole.
    queue: Option<String>,
    /// Error class, whole, or part of the error message, in upper or lower case.
    error: Option<String>,
    /// Part of the job's text, in upper or lower case.
    text: Option<String>,
    /// One of the tags, whole.
    tag: Option<String>,
    /// Due, died or enqueued not before.
    #[schema(value_type = Option<MomentBody>)]
    from: Option<Box<RawValue>>,
    /// Not after.
    #[schema(value_type = Option<MomentBody>)]
    to: Option<Box<RawValue>>,
}

/// A few jobs are tried first.
#[derive(Clone, Copy, Debug, Deserialize, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CanaryBody {
    /// How many, 1 to 200.
    pub(super) jobs: u32,
    /// How long to wait for what becomes of them.
    pub(super) wait_seconds: u32,
    /// How many of a hundred must have succeeded for the operation to go on.
    pub(super) percent: u32,
}

/// What to do, to which jobs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OperationRequestBody {
    /// What to do.
    action: ChangeBody,
    /// Where the jobs are.
    #[schema(value_type = Option<PlacesBody>)]
    from: Option<Box<RawValue>>,
    /// Which of them; all unless said. Also as a text: a search, such as `class:PublishPhoto error:Timeout`.
    #[schema(value_type = Option<FilterBody>)]
    filter: Option<Box<RawValue>>,
    /// Only these, by their `id`s, 1 to 1000; then `from` and `filter` must not be given.
    entries: Option<Vec<String>>,
    /// For `reschedule`: the new time.
    #[schema(value_type = Option<MomentBody>)]
    at: Option<Box<RawValue>>,
    /// For `reschedule`: each job gets a time from `at` to so many seconds later.
    spread_seconds: Option<u32>,
    /// For `move`: the queue.
    queue: Option<String>,
    /// For `edit`: a field (`retry`), or something in the arguments as they are shown (`args.0.user_id`).
    path: Option<String>,
    /// For `edit`: the new value.
    #[schema(value_type = Option<serde_json::Value>)]
    #[serde(default, deserialize_with = "given")]
    value: Option<Box<RawValue>>,
    /// Most jobs a second; as fast as the store can without others noticing, unless said.
    rate: Option<u32>,
    /// For `retry` and `enqueue`: try a few first.
    canary: Option<CanaryBody>,
    /// Why, at most 500 characters.
    reason: Option<String>,
    /// Jobs that came later are not meant; `before` of a preview, or a time. Now, unless said.
    #[schema(value_type = Option<MomentBody>)]
    before: Option<Box<RawValue>>,
}

/// `null` is a value, too.
fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(from).map(Some)
}

impl OperationRequestBody {
    /// As the engine wants it.
    pub(super) fn request(self) -> Answer<OperationRequest> {
        self.only_what_is_meant()?;
        let change = self.change()?;
        Ok(OperationRequest {
            change,
            selection: Selection {
                places: places(self.from.as_deref())?,
                filter: filter(self.filter.as_deref())?,
                entries: entries(self.entries.as_deref())?,
            },
            before: time("before", self.before.as_deref())?,
            rate: self.rate,
            canary: self.canary.map(|canary| Canary {
                jobs: canary.jobs,
                wait_seconds: canary.wait_seconds,
                percent: canary.percent,
            }),
            reason: self.reason,
        })
    }

    /// Nothing that this action would leave aside.
    fn only_what_is_meant(&self) -> Answer<()> {
        use ChangeBody::{Edit, Move, Reschedule};
        let action = self.action;
        for (field, is_given, only) in [
            ("at", self.at.is_some(), Reschedule),
            (
                "spread_seconds",
                self.spread_seconds.is_some_and(|seconds| seconds != 0),
                Reschedule,
            ),
            ("queue", self.queue.is_some(), Move),
            ("path", self.path.is_some(), Edit),
            ("value", self.value.is_some(), Edit),
        ] {
            if is_given && action != only {
                let name = match only {
                    Move => "move",
                    Edit => "edit",
                    _ => "reschedule",
                };
                return Err(Problem::field(
                    field,
                    format!("only `{name}` takes `{field}`"),
                ));
            }
        }
        if self.entries.is_some() {
            for (field, is_given) in [
                ("from", self.from.is_some()),
                ("filter", self.filter.is_some()),
            ] {
                if is_given {
                    return Err(Problem::field(
                        field,
                        format!("`entries` and `{field}` exclude each other"),
                    ));
                }
            }
        }
        Ok(())
    }

    fn change(&self) -> Answer<Change> {
        let needs = |field: &'static str, what: &str| Problem::field(field, what.to_owned());
        Ok(match self.action {
            ChangeBody::Retry => Change::Act(Action::Retry),
            ChangeBody::Enqueue => Change::Act(Action::Enqueue),
            ChangeBody::Delete => Change::Act(Action::Delete),
            ChangeBody::Kill => Change::Act(Action::Kill),
            ChangeBody::Reschedule => Change::Act(Action::Reschedule {
                at: time("at", self.at.as_deref())?
                    .ok_or_else(|| needs("at", "`reschedule` needs `at`: a time such as `2026-11-23T21:51:41Z`, or seconds since 1970"))?,
                spread_seconds: self.spread_seconds.unwrap_or_default(),
            }),
            ChangeBody::Move => Change::MoveTo {
                queue: self
                    .queue
                    .clone()
                    .ok_or_else(|| needs("queue", "`move` needs `queue`: the name of one"))?,
            },
            ChangeBody::Edit => Change::Edit {
                path: self.path.clone().ok_or_else(|| {
                    needs("path", "`edit` needs `path`: a field, or `args.0` for the first argument")
                })?,
                value: self
                    .value
                    .as_ref()
                    .map(|value| value.get().to_owned())
                    .ok_or_else(|| needs("value", "`edit` needs `value`: any JSON"))?,
            },
        })
    }
}

fn places(from: Option<&RawValue>) -> Answer<Vec<Place>> {
    let Some(from) = from else {
        return Ok(Vec::new());
    };
    let texts = match serde_json::from_str::<String>(from.get()) {
        Ok(one) => vec![one],
        Err(_) => serde_json::from_str::<Vec<String>>(from.get()).map_err(|_| {
            Problem::field(
                "from",
                "`from` must be a place (`scheduled`, `retries`, `dead` or `queue:NAME`) or an array of such",
            )
        })?,
    };
    texts
        .iter()
        .map(|text| {
            text.parse().map_err(|error: crate::model::PlaceError| {
                Problem::field("from", error.to_string())
            })
        })
        .collect()
}

fn filter(filter: Option<&RawValue>) -> Answer<JobFilter> {
    let Some(text) = filter.map(RawValue::get).filter(|text| *text != "null") else {
        return Ok(JobFilter::default());
    };
    if text.starts_with('"') {
        let query = serde_json::from_str(text)
            .map_err(|error| Problem::field("filter", format!("`filter` is no text: {error}")))?;
        return Ok(JobFilter {
            query: Some(query),
            ..JobFilter::default()
        });
    }
    let body: FilterBody = serde_json::from_str(text)
        .map_err(|error| Problem::field("filter", format!("`filter` is no filter: {error}")))?;
    Ok(JobFilter {
        query: body.filter,
        class: said(body.class),
        queue: said(body.queue),
        error: said(body.error),
        text: said(body.text),
        tag: said(body.tag),
        from: time("filter.from", body.from.as_deref())?,
        to: time("filter.to", body.to.as_deref())?,
    })
}

fn entries(texts: Option<&[String]>) -> Answer<Vec<EntryId>> {
    let Some(texts) = texts else {
        return Ok(Vec::new());
    };
    if texts.is_empty() {
        return Err(Problem::field(
            "entries",
            "`entries` names none: leave it out to mean all jobs of `from`",
        ));
    }
    texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            text.parse().map_err(|error: crate::model::EntryIdError| {
                Problem::field(format!("entries[{index}]"), error.to_string())
            })
        })
        .collect()
}

fn time(field: &'static str, value: Option<&RawValue>) -> Answer<Option<Timestamp>> {
    value
        .map(RawValue::get)
        .filter(|text| *text != "null")
        .map(|text| {
            parse_time(text).ok_or_else(|| {
                Problem::field(
                    field,
                    format!("`{field}` is no time: write it as `2026-11-23T21:51:41Z`, or in seconds since 1970"),
                )
            })
        })
        .transpose()
}
