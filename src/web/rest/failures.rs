//! Failure groups, and deploy marks.

use super::{
    error::{Answer, ErrorBody, Problem},
    extract::{Json as JsonBody, Path, Query},
    failure_body::{DeployBody, GroupDetailBody, GroupsBody, SaidBody},
    query::moment,
};
use crate::web::auth::Door;
use crate::{
    admin::{AdminError, GroupChange},
    groups::Groups,
    model::{GroupDigest, GroupFilter, GroupOrder, GroupQuery, GroupState},
};
use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Most groups of an answer.
const MOST: u32 = 1_000;

/// Which groups, and how many.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct GroupsQuery {
    /// `count` (most entries first; unless said), `newest` or `rising`.
    order: Option<String>,
    /// `open` (unless said), `muted`, `resolved` or `all`.
    state: Option<String>,
    /// Most groups to return, 1 to 1000; 100 unless said.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
}

impl GroupsQuery {
    fn query(&self) -> Answer<GroupQuery> {
        let order = self.order.as_deref().unwrap_or("count");
        let state = self.state.as_deref().unwrap_or("open");
        Ok(GroupQuery {
            order: GroupOrder::ALL
                .into_iter()
                .find(|known| known.name() == order)
                .ok_or_else(|| {
                    Problem::query("order", "`order` must be `count`, `newest` or `rising`")
                })?,
            filter: GroupFilter::ALL
                .into_iter()
                .find(|known| known.name() == state)
                .ok_or_else(|| {
                    Problem::query(
                        "state",
                        "`state` must be `open`, `muted`, `resolved` or `all`",
                    )
                })?,
            limit: match self.limit.as_deref().map(str::parse) {
                None => 0,
                Some(Ok(limit @ 1..=MOST)) => limit,
                Some(_) => {
                    return Err(Problem::query(
                        "limit",
                        format!("`limit` must be a number from 1 to {MOST}"),
                    ));
                }
            },
        })
    }
}

/// What to say about a group; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupChangeBody {
    /// `open`, `muted` or `resolved`.
    state: Option<String>,
    /// With `muted`: until when, RFC 3339.
    muted_until: Option<String>,
    /// Note; empty to remove it.
    note: Option<String>,
}

/// What was deployed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct NewDeployBody {
    /// A version, a commit; may be empty.
    name: String,
}

/// Groups of failures: entries of the retry and dead sets with the same class, error class, message (without what varies) and top frame.
#[utoipa::path(get, path = "/failures", tag = "failures", params(GroupsQuery), responses(
    (status = 200, body = GroupsBody),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn failures(
    Door(admin): Door,
    State(groups): State<Groups>,
    Query(query): Query<GroupsQuery>,
) -> Answer<Json<GroupsBody>> {
    Ok(Json(
        groups
            .list(admin.limit(), &query.query()?)
            .await
            .map_err(AdminError::from)?
            .into(),
    ))
}

/// A group with what a bounded number of its entries have in common.
#[utoipa::path(get, path = "/failures/{digest}", tag = "failures",
    params(("digest" = String, Path, description = "The group's address")),
    responses(
        (status = 200, body = GroupDetailBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn failure_group(
    Door(admin): Door,
    State(groups): State<Groups>,
    Path(digest): Path<String>,
) -> Answer<Json<GroupDetailBody>> {
    let detail = groups
        .detail(admin.limit(), parsed(&digest)?)
        .await
        .map_err(AdminError::from)?;
    Ok(Json(detail.into()))
}

/// Open, mute or resolve a group, or write a note about it. A resolved group opens by itself when it happens again.
#[utoipa::path(put, path = "/failures/{digest}", tag = "failures",
    params(("digest" = String, Path, description = "The group's address")),
    request_body = GroupChangeBody,
    responses(
        (status = 200, body = SaidBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn change_group(
    Door(admin): Door,
    Path(digest): Path<String>,
    JsonBody(body): JsonBody<GroupChangeBody>,
) -> Answer<Json<SaidBody>> {
    let digest = parsed(&digest)?;
    let until = body
        .muted_until
        .map(|text| {
            moment(&text).ok_or_else(|| {
                Problem::field("muted_until", "`muted_until` must be a time: RFC 3339")
            })
        })
        .transpose()?;
    let state = match (body.state.as_deref(), until) {
        (None, None) => None,
        (Some("open"), None) => Some(GroupState::Open),
        (Some("resolved"), None) => Some(GroupState::Resolved),
        (Some("muted"), Some(until)) => Some(GroupState::Muted { until }),
        (Some("muted"), None) => {
            return Err(Problem::field(
                "muted_until",
                "a muted group needs `muted_until`: RFC 3339",
            ));
        }
        (_, Some(_)) => {
            return Err(Problem::field(
                "muted_until",
                "`muted_until` goes with the state `muted` only",
            ));
        }
        (Some(_), None) => {
            return Err(Problem::field(
                "state",
                "`state` must be `open`, `muted` or `resolved`",
            ));
        }
    };
    let change = GroupChange {
        state,
        note: body.note,
    };
    Ok(Json(admin.change_group(digest, change).await?.into()))
}

/// Note that something was deployed now. Groups first seen after the newest mark are new.
#[utoipa::path(post, path = "/deploys", tag = "failures", request_body = NewDeployBody, responses(
    (status = 201, body = DeployBody),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn mark_deploy(
    Door(admin): Door,
    JsonBody(body): JsonBody<NewDeployBody>,
) -> Answer<(StatusCode, Json<DeployBody>)> {
    let mark = admin.mark_deploy(&body.name).await?;
    Ok((StatusCode::CREATED, Json(mark.into())))
}

/// The last 100 deploy marks, newest first.
#[utoipa::path(get, path = "/deploys", tag = "failures", responses(
    (status = 200, body = Vec<DeployBody>),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn deploys(Door(admin): Door) -> Answer<Json<Vec<DeployBody>>> {
    let marks = admin.deploys().await?;
    Ok(Json(marks.into_iter().map(DeployBody::from).collect()))
}

fn parsed(digest: &str) -> Answer<GroupDigest> {
    digest
        .parse()
        .map_err(|error: crate::model::GroupDigestError| Problem::not_found(error.to_string()))
}
