//! What the page tells the operator about what was done or could not be done.

use super::{Icon, IconName};
use crate::api::ApiError;
use crate::app::format;
use leptos::prelude::*;

/// What kind of news it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// Something was done.
    Done,
    /// Something needs attention.
    Warning,
    /// Something could not be done.
    Error,
}

impl NoticeKind {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Done => "notice notice-done",
            Self::Warning => "notice notice-warning",
            Self::Error => "notice notice-error",
        }
    }

    pub(super) fn icon(self) -> IconName {
        match self {
            Self::Done => IconName::Processed,
            Self::Warning => IconName::Info,
            Self::Error => IconName::Failed,
        }
    }
}

/// A line of news above the content.
#[component]
pub fn Notice(
    /// What kind.
    kind: NoticeKind,
    /// What is said.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=kind.class() role=if kind == NoticeKind::Error { "alert" } else { "status" }>
            <Icon name=kind.icon()/>
            <div class="notice-text">{children()}</div>
        </div>
    }
}

/// Why something could not be read or done.
#[component]
pub fn ErrorNotice(
    /// Why.
    error: ApiError,
) -> impl IntoView {
    view! { <Notice kind=NoticeKind::Error>{format::seen(&error.to_string())}</Notice> }
}
