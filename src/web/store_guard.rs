//! Who may come to which of several stores.

use super::{AppState, login, rest};
use crate::model::Actor;
use axum::{
    extract::Request,
    http::{Method, StatusCode},
    response::{IntoResponse, Redirect, Response},
};

/// The answer for somebody who may not come to the store that is asked for; nothing where they may. At the root, where the first store is, they
/// are led to the first one that is theirs.
pub(super) fn barred(state: &AppState, actor: &Actor, request: &Request) -> Option<Response> {
    let sign = state.sign.as_ref()?;
    let path = request.uri().path();
    let is_at_root = state.own_path.is_empty();
    // What is about all stores shows to each those that are theirs; and whoever is in may leave.
    let is_of_all = is_at_root && OF_ALL.contains(&path);
    if actor.may_enter(&sign.name) || is_of_all || path == login::LOGOUT_PATH {
        return None;
    }
    let mut others = state.stores.iter().map(|store| &store.sign);
    let own = others.find(|sign| actor.may_enter(&sign.name));
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if let Some(own) = own.filter(|_| is_at_root && is_reading && path == "/") {
        return Some(Redirect::to(&own.path()).into_response());
    }
    let hint = match own {
        Some(own) => format!(
            "yours begin with `{}`",
            state.base_path.address(&own.path())
        ),
        None => "none of this server's is open to you".to_owned(),
    };
    let reason = format!("You may not come to the store `{}`: {hint}.\n", sign.name);
    Some(rest::refusal(
        path,
        StatusCode::FORBIDDEN,
        "forbidden",
        &reason,
    ))
}

/// What tells of all stores.
const OF_ALL: [&str; 2] = ["/metrics", "/api/v1/stores"];
