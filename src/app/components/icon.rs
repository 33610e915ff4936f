//! Small drawings, each beside a word or with one for screen readers.

use leptos::prelude::*;

/// A drawing on a grid of 16 units, in the text's colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconName {
    /// A trend line.
    Overview,
    /// Stacked lines.
    Enqueued,
    /// A triangle to the right.
    Running,
    /// A clock.
    Scheduled,
    /// An arrow that turns back.
    Retrying,
    /// A cross in a circle.
    Dead,
    /// A tick.
    Processed,
    /// An exclamation mark in a triangle.
    Failed,
    /// Two bars.
    Paused,
    /// A sheet of a calendar.
    Periodic,
    /// A bell.
    Alerts,
    /// A chip.
    Processes,
    /// Lines that an arrow runs through.
    Operations,
    /// A sheet with lines, ticked.
    Audit,
    /// Two chests.
    Stores,
    /// A magnifying glass.
    Search,
    /// A keyboard.
    Keyboard,
    /// A half-filled circle.
    Theme,
    /// A bin.
    Delete,
    /// Three dots.
    More,
    /// A cross.
    Close,
    /// Two sheets.
    Copy,
    /// A square.
    Stop,
    /// An i in a circle.
    Info,
    /// A closed lock.
    Locked,
}

impl IconName {
    /// The lines to draw.
    fn path(self) -> &'static str {
        match self {
            Self::Overview => "M1.5 11 5 7l3 3 6.5-7",
            Self::Enqueued => "M2 4h12M2 8h12M2 12h8",
            Self::Running => "M4.5 2.8 12.8 8l-8.3 5.2z",
            Self::Scheduled => "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M8 4.5V8l2.4 1.6",
            Self::Retrying => "M13.4 6.4A5.7 5.7 0 1 0 13.7 9M13.8 2.6v3.9H9.9",
            Self::Dead => {
                "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6"
            }
            Self::Processed => "M2.5 8.5 6.2 12l7.3-8",
            Self::Failed => "M8 2 14.6 13.6H1.4zM8 6.4v3.4M8 11.5v.6",
            Self::Paused => "M5 3v10M11 3v10",
            Self::Periodic => "M2.5 3.6h11v10h-11zM2.5 6.8h11M5.4 1.8v3M10.6 1.8v3",
            Self::Alerts => "M3 12h10M4.2 12V7.4a3.8 3.8 0 0 1 7.6 0V12M8 1.8v1.6M6.6 14.2h2.8",
            Self::Processes => {
                "M4.5 4.5h7v7h-7zM6.3 1.8v2.7M9.7 1.8v2.7M6.3 11.5v2.7M9.7 11.5v2.7M1.8 6.3h2.7M1.8 9.7h2.7M11.5 6.3h2.7M11.5 9.7h2.7"
            }
            Self::Operations => "M2 4h12M2 8h5M2 12h5M9.5 10h4.5M11.8 7.6 14.2 10l-2.4 2.4",
            Self::Audit => "M3 1.8h10v12.4H3zM5.4 5h5.2M5.4 7.6h5.2M5.4 10.9l1.2 1.1 2.2-2.3",
            Self::Stores => "M1.8 2.6h5v10.8h-5zM9.2 2.6h5v10.8h-5zM3.6 5.4h1.4M11 5.4h1.4",
            Self::Search => "M7 2.2a4.8 4.8 0 1 0 0 9.6 4.8 4.8 0 0 0 0-9.6M10.6 10.6l3.6 3.6",
            Self::Keyboard => "M1.8 4.2h12.4v7.6H1.8zM4.2 6.6h.6M7.7 6.6h.6M11.2 6.6h.6M5 9.4h6",
            Self::Theme => {
                "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8v12.4M8 4.6h4.8M8 8h6M8 11.4h4.8"
            }
            Self::Delete => "M2.5 4.2h11M6.2 4V2.4h3.6V4M4 4.4l.7 9.2h6.6l.7-9.2M6.7 7v4M9.3 7v4",
            Self::More => "M3 8h.2M7.9 8h.2M12.8 8h.2",
            Self::Close => "M3.5 3.5l9 9M12.5 3.5l-9 9",
            Self::Copy => "M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3",
            Self::Stop => "M3.5 3.5h9v9h-9z",
            Self::Locked => "M3.5 7.2h9v6.6h-9zM5.3 7V5a2.7 2.7 0 0 1 5.4 0v2",
            Self::Info => "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M8 7.2v4M8 4.8v.4",
        }
    }
}

/// A drawing; hidden from screen readers, so a word must stand beside it.
#[component]
pub fn Icon(
    /// Which.
    name: IconName,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
            <path d=name.path()></path>
        </svg>
    }
}
