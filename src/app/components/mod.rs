//! What two pages or more use.

pub mod chart;
mod confirm;
mod copy_button;
mod count;
mod icon;
mod json_view;
pub mod menu;
mod notice;
mod page_title;
mod sort_heading;
mod sparkline;
mod state_badge;
mod time;
mod time_field;
mod trace_view;

pub use chart::Chart;
pub use confirm::Confirm;
pub use copy_button::CopyButton;
pub use count::Count;
pub use icon::{Icon, IconName};
pub use json_view::{JsonView, indented};
pub use notice::{ActionNotice, ErrorNotice, Notice, NoticeKind};
pub use page_title::PageTitle;
pub use sort_heading::{SortHeading, Sorting};
pub use sparkline::Sparkline;
pub use state_badge::{JobState, StateBadge};
pub use time::{Elapsed, Time};
pub use time_field::{TimeField, picker_to_utc};
pub use trace_view::TraceView;
