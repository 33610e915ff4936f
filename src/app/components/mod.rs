//! What two pages or more use.

mod confirm;
mod count;
mod icon;
mod notice;
mod page_title;
mod state_badge;
mod time;

pub use confirm::Confirm;
pub use count::Count;
pub use icon::{Icon, IconName};
pub use notice::{ActionNotice, ErrorNotice, Notice, NoticeKind};
pub use page_title::PageTitle;
pub use state_badge::{JobState, StateBadge};
pub use time::{Elapsed, Time};
