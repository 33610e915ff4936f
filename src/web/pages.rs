//! The pages and their server functions.

use super::{AppState, auth::Door, headers, renderers::on_one_thread};
use crate::api::{Environment, FoundOnce, StoresHere, respond::wants_page};
use crate::app::{App, shell};
use crate::model::BasePath;
use axum::{
    Router,
    body::{self, Body},
    extract::{Request, State},
    http::{Method, StatusCode, Uri, request::Parts, uri::PathAndQuery},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{
    AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list,
    render_app_async_with_context,
};
use leptos_router::location::RequestUrl;
use std::sync::LazyLock;

/// Largest form that a page may send.
const FORM_BYTES: usize = 2 * 1024 * 1024;

/// The addresses of the pages, asked for once: while they are being listed, no resource of any page in the process loads, and a page
/// whose resource begins just then would wait forever (leptos-rs/leptos#4773).
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));

/// Every page of the application, and the server functions under `/api/ui`.
pub(super) fn router(state: &AppState) -> Router<AppState> {
    Router::new()
        .leptos_routes_with_context(
            state,
            ROUTES.clone(),
            context(state.clone()),
            document(state.clone()),
        )
        .layer(middleware::from_fn(|request: Request, next: Next| {
            on_one_thread(next.run(request))
        }))
        .layer(middleware::from_fn(limit_form))
}

/// The addresses of all pages.
pub(super) fn paths() -> impl Iterator<Item = String> {
    ROUTES.iter().map(|route| route.path().to_owned())
}

/// Takes a form in before its server function sees it: that one could not tell a form that is too large from a fault, because the
/// size may be known only at the end.
async fn limit_form(request: Request, next: Next) -> Response {
    let (parts, form) = request.into_parts();
    match body::to_bytes(form, FORM_BYTES).await {
        Ok(form) => next.run(Request::from_parts(parts, Body::from(form))).await,
        Err(_) => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "This form is larger than 2 MB: tick fewer jobs at a time.\n",
        )
            .into_response(),
    }
}

/// The page that says that there is no such page; for programs, a short text.
pub(super) async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    if !wants_page(request.headers()) {
        return (StatusCode::NOT_FOUND, "There is nothing at this address.\n").into_response();
    }
    let render = render_app_async_with_context(context(state.clone()), document(state));
    let mut response = on_one_thread(async move { render(request).await }).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// The page at the address to which a form was sent that no server function takes; it finds in its context what came of that.
pub(super) async fn page_with<T: Clone + Send + Sync + 'static>(
    state: AppState,
    parts: Parts,
    outcome: T,
) -> Response {
    let mut request = Request::from_parts(parts, Body::empty());
    // It is made as if it was asked for.
    *request.method_mut() = Method::GET;
    let context = context(state.clone());
    let context = move || {
        context();
        provide_context(outcome.clone());
    };
    let render = render_app_async_with_context(context, document(state));
    on_one_thread(async move { render(request).await }).await
}

/// What pages and server functions find in their context: the door, the live data, and the policy that lets the page's own scripts run.
fn context(state: AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        // Where there is no request, nobody asks.
        let parts = use_context::<Parts>();
        if let Some(parts) = &parts {
            provide_base_path(&state.full_path(), &parts.uri);
        }
        let extensions = parts.map(|parts| parts.extensions);
        let Door(admin) = Door::of(&state, &extensions.unwrap_or_default());
        provide_context(admin);
        provide_context(state.live.clone());
        provide_context(state.groups.clone());
        provide_context(StoresHere {
            base: state.base_path.clone(),
            name: state.sign.as_ref().map(|sign| sign.name.clone()),
            all: state.side_by_side.clone(),
        });
        provide_context(FoundOnce::default());
        if let Some(name) = &state.environment {
            provide_context(Environment { name: name.clone() });
        }
        if let Some(response) = use_context::<ResponseOptions>() {
            headers::allow_page(&response);
        }
    }
}

/// Pages write their links below the base path, and the router finds them there, as in the browser.
fn provide_base_path(base: &BasePath, uri: &Uri) {
    if !base.is_empty() {
        let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        // The server is of no matter to the router; this is its own word for any.
        let address = format!("http://leptos.dev{}", base.address(path));
        provide_context(RequestUrl::new(&address));
        provide_context(base.clone());
    }
}

fn document(
    state: AppState,
) -> impl Fn() -> leptos::prelude::AnyView + Clone + Send + Sync + 'static {
    use leptos::prelude::IntoAny;
    let site = state.assets.site(state.base_path.as_str());
    move || shell(state.leptos_options.clone(), site.clone()).into_any()
}
