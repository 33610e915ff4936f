//! What two pages or more use.

pub mod chart;
mod confirm;
mod count;
mod icon;
mod notice;
mod page_title;
mod sort_heading;
mod sparkline;
mod state_badge;
mod time;

pub use chart::Chart;
pub use confirm::Confirm;
pub use count::Count;
pub use icon::{Icon, IconName};
pub use notice::{ActionNotice, ErrorNotice, Notice, NoticeKind};
pub use page_title::PageTitle;
pub use sort_heading::{SortHeading, Sorting};
pub use sparkline::Sparkline;
pub use state_badge::{JobState, StateBadge};
pub use time::{Elapsed, Time};
