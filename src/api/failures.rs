//! Failure groups, and what an operator says about them.

use super::ApiError;
use crate::model::{FailureGroups, GroupDetail, GroupQuery};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The groups that are asked for.
///
/// # Errors
/// The store's.
#[server(prefix = "/api/ui", endpoint = "failures", input = GetUrl)]
pub async fn get_failures(
    /// Which, in which order.
    query: GroupQuery,
) -> Result<FailureGroups, ApiError> {
    use super::respond;
    let (admin, groups) = respond::groups_for_page()?;
    respond::once(format!("{query:?}"), async || {
        let list = groups.list(admin.limit(), &query).await;
        list.map_err(|error| respond::failed(error.into()))
    })
    .await
}

/// All of one group.
///
/// # Errors
/// [`ApiError::NotFound`] when the address is none of a group; the store's.
#[server(prefix = "/api/ui", endpoint = "failure_group", input = GetUrl)]
pub async fn get_failure_group(
    /// Its address.
    digest: String,
) -> Result<GroupDetail, ApiError> {
    use super::respond;
    let (admin, groups) = respond::groups_for_page()?;
    let digest = respond::group(&digest)?;
    respond::once(digest.to_string(), async || {
        let detail = groups.detail(admin.limit(), digest).await;
        detail.map_err(|error| respond::failed(error.into()))
    })
    .await
}

/// Opens, mutes or resolves a group; answers in words what was done.
///
/// # Errors
/// A state that is none; the store's.
#[server(prefix = "/api/ui", endpoint = "set_group_state")]
pub async fn set_group_state(
    /// Its address.
    digest: String,
    /// `open`, `resolved`, or `mute` and for how many hours: `mute-24`.
    state: String,
) -> Result<String, ApiError> {
    use super::respond;
    use crate::admin::GroupChange;
    use crate::model::GroupState;
    let admin = respond::admin()?;
    let digest = respond::group(&digest)?;
    let hours = state
        .strip_prefix("mute-")
        .and_then(|hours| hours.parse::<i64>().ok())
        .filter(|hours| (1..=24 * 366).contains(hours));
    let (state, done) = match (state.as_str(), hours) {
        ("open", _) => (GroupState::Open, "Opened again.".to_owned()),
        ("resolved", _) => (
            GroupState::Resolved,
            "Resolved: it opens by itself when it happens again.".to_owned(),
        ),
        (_, Some(hours)) => {
            let now = respond::now(&admin).await?;
            let until = now.plus_milliseconds(hours * 3_600_000);
            (GroupState::Muted { until }, format!("Muted until {until}."))
        }
        _ => {
            return Err(respond::invalid(
                "`state` must be `open`, `resolved`, or `mute-` and a number of hours",
            ));
        }
    };
    let change = GroupChange {
        state: Some(state),
        note: None,
    };
    admin
        .change_group(digest, change)
        .await
        .map_err(respond::failed)?;
    respond::notice(&done);
    Ok(done)
}

/// Writes a note about a group, or removes it; answers in words what was done.
///
/// # Errors
/// A note that is too long; the store's.
#[server(prefix = "/api/ui", endpoint = "set_group_note")]
pub async fn set_group_note(
    /// Its address.
    digest: String,
    /// The note; empty to remove it.
    #[server(default)]
    note: String,
) -> Result<String, ApiError> {
    use super::respond;
    use crate::admin::GroupChange;
    let digest = respond::group(&digest)?;
    let change = GroupChange {
        state: None,
        note: Some(note),
    };
    let kept = respond::admin()?
        .change_group(digest, change)
        .await
        .map_err(respond::failed)?;
    let done = if kept.note.is_empty() {
        "The note is removed."
    } else {
        "The note is kept."
    };
    respond::notice(done);
    Ok(done.to_owned())
}
