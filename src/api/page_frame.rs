//! What the frame around every page depends on: theme, environment, a word about what was just done.

use super::{ApiError, StoreLink};
use crate::model::Actor;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    Auto,
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
}

impl Theme {
    /// Name in the cookie, the form and the document.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of this name; the system's, when it is none.
    #[must_use]
    pub fn named(name: Option<&str>) -> Self {
        match name {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::Auto,
        }
    }

    /// The theme that the switch changes to.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }
}

/// The environment that a server shows in its header, so that nobody takes production for a test. Provided in context by the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Name: `production`, `staging`.
    pub name: String,
}

/// What the frame around every page depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageFrame {
    /// As the operator chose.
    pub theme: Theme,
    /// What a plain form post has just done.
    pub notice: Option<String>,
    /// The environment, when one is configured.
    pub environment: Option<Environment>,
    /// Who asks.
    pub actor: Option<Actor>,
    /// The stores of this server that whoever asks may see, if it has several.
    pub stores: Vec<StoreLink>,
}

/// What the frame of the requested page depends on.
///
/// # Errors
/// None of its own.
#[server(prefix = "/api/ui", endpoint = "page_frame", input = GetUrl)]
pub async fn get_page_frame() -> Result<PageFrame, ApiError> {
    use super::{StoresHere, respond};
    let here = StoresHere::of_request();
    let signs = here.all.signs().filter(|sign| StoresHere::shows(sign));
    Ok(PageFrame {
        stores: signs
            .map(|sign| StoreLink {
                address: here.base.address(&sign.path()),
                is_here: here.name.as_ref() == Some(&sign.name),
                sign: sign.clone(),
            })
            .collect(),
        theme: Theme::named(respond::cookie(THEME_COOKIE).as_deref()),
        notice: respond::take_notice(),
        environment: use_context::<Environment>(),
        actor: respond::actor(),
    })
}

/// Remembers the theme for a year.
///
/// # Errors
/// None of its own.
#[server(prefix = "/api/ui", endpoint = "theme")]
pub async fn set_theme(
    /// The theme from now on.
    theme: Theme,
) -> Result<Theme, ApiError> {
    let base = super::StoresHere::of_request().base;
    super::respond::set_cookie_below(&base, THEME_COOKIE, theme.name(), 365 * 24 * 60 * 60);
    Ok(theme)
}

/// The cookie with the theme, which only the server sees.
pub const THEME_COOKIE: &str = "jobdeck_theme";
