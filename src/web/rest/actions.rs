//! Acting on entries.

use super::{
    ActionBody,
    error::{Answer, ErrorBody, Problem},
    extract::Json,
    request::ActionRequest,
};
use crate::job::parse_time;
use crate::model::{Action, ActionOutcome, EntryId, Verb};
use crate::web::auth::Door;
use axum::http::StatusCode;

/// Most entries of one action.
const MOST: usize = 1000;

/// Do something to entries. Says for each whether this call did it, or why not.
#[utoipa::path(post, path = "/actions", tag = "jobs", request_body = ActionRequest, responses(
    (status = 200, body = ActionBody),
    (status = 409, description = "None of the entries is there any more", body = ErrorBody),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn act(
    Door(admin): Door,
    Json(request): Json<ActionRequest>,
) -> Answer<axum::Json<ActionBody>> {
    let action = action(&request)?;
    if request.entries.is_empty() || request.entries.len() > MOST {
        return Err(Problem::field(
            "entries",
            format!(
                "`entries` must hold from 1 to {MOST} ids, not {}",
                request.entries.len()
            ),
        ));
    }
    let entries = request
        .entries
        .iter()
        .enumerate()
        .map(|(index, id)| {
            id.parse::<EntryId>()
                .map_err(|error| Problem::field(format!("entries[{index}]"), error.to_string()))
        })
        .collect::<Answer<Vec<_>>>()?;
    let admin = admin.because(request.reason.as_deref())?;
    let report = admin.act(action, &entries).await?;
    let all_gone = report
        .outcomes
        .iter()
        .all(|(_, outcome)| *outcome == ActionOutcome::Gone);
    if all_gone {
        let message = match &request.entries[..] {
            [_] => "the entry is not there any more: it has moved, ran, or was deleted".to_owned(),
            several => format!(
                "none of the {} entries is there any more: they have moved, ran, or were deleted",
                several.len()
            ),
        };
        return Err(Problem::new(StatusCode::CONFLICT, "gone", message));
    }
    Ok(axum::Json(report.into()))
}

fn action(request: &ActionRequest) -> Answer<Action> {
    let is_reschedule = request.action == Verb::Reschedule;
    if !is_reschedule && (request.at.is_some() || request.spread_seconds != 0) {
        return Err(Problem::field(
            "at",
            "only `reschedule` takes `at` and `spread_seconds`",
        ));
    }
    Ok(match request.action {
        Verb::Retry => Action::Retry,
        Verb::Enqueue => Action::Enqueue,
        Verb::Kill => Action::Kill,
        Verb::Delete => Action::Delete,
        Verb::Reschedule => {
            let at = request
                .at
                .as_ref()
                .and_then(|at| parse_time(at.get()))
                .ok_or_else(|| {
                    Problem::field(
                        "at",
                        "`reschedule` needs `at`: a time such as `2026-11-23T21:51:41Z`, or seconds since 1970",
                    )
                })?;
            Action::Reschedule {
                at,
                spread_seconds: request.spread_seconds,
            }
        }
    })
}
