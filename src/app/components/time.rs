//! Points in time and spans that go on.

use crate::app::{format, live::use_live};
use crate::model::Timestamp;
use leptos::prelude::*;
use leptos::web_sys::js_sys::Date;

/// A point in time: absolute UTC from the server, told from now in the browser; absolute and local on hover.
#[component]
pub fn Time(
    /// When.
    #[prop(into)]
    at: Signal<Timestamp>,
) -> impl IntoView {
    let live = use_live();
    let clock = live.clock();
    let hydrated = live.is_hydrated();
    view! {
        <time
            datetime=move || at.get().to_string()
            title=move || absolute(at.get(), hydrated.get())
        >
            {move || match clock.get() {
                Some(now) => format::relative(now, at.get()),
                None => format::utc(at.get()),
            }}
        </time>
    }
}

/// A point in time that is read to the second: UTC, absolute and local on hover.
#[component]
pub fn UtcTime(
    /// When.
    #[prop(into)]
    at: Signal<Timestamp>,
    /// Whether the day is left out, because it is today.
    #[prop(optional)]
    clock: bool,
) -> impl IntoView {
    let hydrated = use_live().is_hydrated();
    view! {
        <time
            datetime=move || at.get().to_string()
            title=move || absolute(at.get(), hydrated.get())
        >
            {move || {
                if clock { format!("{} UTC", format::utc_clock(at.get())) } else { format::utc(at.get()) }
            }}
        </time>
    }
}

/// How long something has been going on: ticks in the browser.
#[component]
pub fn Elapsed(
    /// When it began.
    #[prop(into)]
    since: Signal<Timestamp>,
) -> impl IntoView {
    let live = use_live();
    let hydrated = live.is_hydrated();
    view! {
        <time
            datetime=move || since.get().to_string()
            title=move || {
                let since = since.get();
                format!("since {}", absolute(since, hydrated.get()))
            }
        >
            {move || {
                format::duration((live.now().seconds() - since.get().seconds()).max(0.0).floor())
            }}
        </time>
    }
}

/// A time to the second: in the browser's zone once the page is taken over, UTC before that. Either says which.
#[must_use]
pub fn absolute(at: Timestamp, hydrated: bool) -> String {
    if hydrated { local(at) } else { format::utc(at) }
}

/// The time in the browser's zone, to the second: `2026-11-23 22:33:26 (UTC+01:00)`. Only in the browser.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "exact for any time that a date object can hold"
)]
fn local(at: Timestamp) -> String {
    let date = Date::new(&(at.0 as f64).into());
    // Minutes to add to local time to get UTC.
    let offset_minutes = -(date.get_timezone_offset() as i64);
    let shifted = at.plus_milliseconds(offset_minutes.saturating_mul(60_000));
    let text = format::utc(shifted);
    let text = text.trim_end_matches(" UTC");
    format!("{text} ({})", zone(offset_minutes))
}

/// `UTC`, `UTC+01:00`, `UTC-03:30`.
fn zone(offset_minutes: i64) -> String {
    if offset_minutes == 0 {
        return "UTC".to_owned();
    }
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    let minutes = offset_minutes.unsigned_abs();
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::zone;

    #[test]
    fn zones_are_told_by_their_distance() {
        assert_eq!(zone(0), "UTC");
        assert_eq!(zone(60), "UTC+01:00");
        assert_eq!(zone(-210), "UTC-03:30");
    }
}
