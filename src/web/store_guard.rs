//! Who may come to which of several stores.

use super::{AppState, login, rest};
use crate::api::respond::wants_page;
use crate::model::{Actor, StoreSign};
use axum::{
    extract::Request,
    http::{Method, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};

/// The answer for somebody who may not come to the store that is asked for; nothing where they may. At the root, where the first store is, they
/// are led to the first one that is theirs. Who is limited to stores by name comes to none where the one that there is has no name.
pub(super) fn barred(state: &AppState, actor: &Actor, request: &Request) -> Option<Response> {
    let may_enter = match &state.sign {
        Some(sign) => actor.may_enter(&sign.name),
        None => actor.scope.stores.is_none(),
    };
    let path = request.uri().path();
    let is_at_root = state.own_path.is_empty();
    // What is about all stores shows to each those that are theirs; and whoever is in may leave.
    let is_of_all = is_at_root && state.sign.is_some() && OF_ALL.contains(&path);
    if may_enter || is_of_all || path == login::LOGOUT_PATH {
        return None;
    }
    let signs = state.stores.iter().map(|store| &store.sign);
    let own: Vec<&StoreSign> = signs.filter(|sign| actor.may_enter(&sign.name)).collect();
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if let Some(own) = own.first()
        && is_at_root
        && is_reading
        && path == "/"
    {
        return Some(Redirect::to(&own.path()).into_response());
    }
    if !is_reading {
        tracing::warn!(target: "jobdeck::audit", %actor, store = state.own_path, path, "refused: a store beyond the limit");
    }
    if wants_page(request.headers()) {
        return Some((StatusCode::FORBIDDEN, Html(way_out(state, &own))).into_response());
    }
    let hint = match own.first() {
        Some(own) => format!(
            "yours begin with `{}`",
            state.base_path.address(&own.path())
        ),
        None => "none of this server's is open to you".to_owned(),
    };
    let reason = format!("You may not come to this store: {hint}.\n");
    Some(rest::refusal(
        path,
        StatusCode::FORBIDDEN,
        "forbidden",
        &reason,
    ))
}

/// A page for people, with the way to the stores that are theirs, and out. Names of stores are plain ([`StoreSign::name`]), as base paths are.
fn way_out(state: &AppState, own: &[&StoreSign]) -> String {
    let links: String = own
        .iter()
        .map(|sign| {
            let address = state.base_path.address(&sign.path());
            format!("<li><a href=\"{address}\">{}</a></li>", sign.name)
        })
        .collect();
    let words = if own.is_empty() {
        "None of this server's stores is open to you."
    } else {
        "These are open to you:"
    };
    let log_out = state.base_path.address(login::LOGOUT_PATH);
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Not your store · Jobdeck</title></head><body>\
         <h1>You may not come to this store</h1><p>{words}</p><ul>{links}</ul>\
         <form method=\"post\" action=\"{log_out}\"><button>Log out</button></form></body></html>"
    )
}

/// What tells of all stores.
const OF_ALL: [&str; 2] = ["/metrics", "/api/v1/stores"];
