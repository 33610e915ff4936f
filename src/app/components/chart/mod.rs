//! Charts of the last minutes, drawn as SVG by attributes only.

pub mod scale;

use super::{JobState, UtcTime};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, PointerEvent};
use scale::{HEIGHT, Point, WIDTH, Window, nearest, nice_top, paths, y};

/// A line over the last minutes. The unfinished end is dashed; the pointer shows the values of one moment in all charts that share a cursor.
#[component]
pub fn Chart(
    /// What it shows: `Jobs enqueued`.
    title: &'static str,
    /// How: `all queues`.
    how: &'static str,
    /// The state whose colour it has.
    state: JobState,
    /// Finished values, oldest first.
    #[prop(into)]
    points: Signal<Vec<Point>>,
    /// The value since the last finished one.
    #[prop(into)]
    unfinished: Signal<Option<f64>>,
    /// The span of time shown.
    #[prop(into)]
    window: Signal<Window>,
    /// A value with its unit.
    format: fn(f64) -> String,
    /// Where the pointer is, as a share of the width; shared by neighbouring charts.
    cursor: RwSignal<Option<f64>>,
) -> impl IntoView {
    let top = Memo::new(move |_| {
        let highest = points.with(|points| {
            points
                .iter()
                .filter_map(|(_, value)| *value)
                .chain(unfinished.get())
                .fold(0.0, f64::max)
        });
        nice_top(highest)
    });
    let drawn = Memo::new(move |_| points.with(|points| paths(points, window.get(), top.get())));
    let open_end = move || {
        let (at, value) = points.with(|points| points.last().copied())?;
        let (window, top) = (window.get(), top.get());
        Some(format!(
            "M{:.1} {:.1}L{WIDTH} {:.1}",
            window.x_inside(at),
            y(value?, top),
            y(unfinished.get()?, top)
        ))
    };
    let pointed = Memo::new(move |_| {
        let at = window.get().time_at(cursor.get()?);
        points.with(|points| nearest(points, at))
    });
    let reading = move || match pointed.get() {
        Some((_, value)) => value.map_or_else(|| "no value".to_owned(), format),
        None => unfinished
            .get()
            .or_else(|| points.with(|points| points.last().and_then(|(_, value)| *value)))
            .map_or_else(|| "–".to_owned(), format),
    };
    let when = move || match pointed.get() {
        Some((at, _)) => view! { "at " <UtcTime at=Signal::stored(at) clock=true/> }.into_any(),
        None => how.into_any(),
    };
    let follow = move |event: PointerEvent| {
        let width = event
            .current_target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .map_or(0, |element| element.client_width());
        if width > 0 {
            let share = f64::from(event.offset_x()) / f64::from(width);
            cursor.set(Some(share.clamp(0.0, 1.0)));
        }
    };
    let cursor_path = move || {
        pointed
            .get()
            .filter(|(at, _)| window.get().shows(*at))
            .map(|(at, _)| format!("M{:.1} 0V{HEIGHT}", window.get().x_inside(at)))
    };
    let middle = HEIGHT / 2.0;
    view! {
        <figure class=format!("chart {}", state.class())>
            <figcaption class="chart-head">
                <span class="chart-title">{title}</span>
                <span class="chart-how">{when}</span>
                <span class="chart-value">{reading}</span>
            </figcaption>
            <div
                class="chart-plot"
                on:pointermove=follow
                on:pointerleave=move |_| cursor.set(None)
            >
                <svg
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    preserveAspectRatio="none"
                    role="img"
                    aria-label=format!("{title}, {how}, over the last ten minutes; the values are in the table below the charts")
                >
                    <path class="chart-grid" d=format!("M0 0H{WIDTH}M0 {middle}H{WIDTH}")></path>
                    <path class="chart-base" d=format!("M0 {HEIGHT}H{WIDTH}")></path>
                    <path class="chart-area" d=move || drawn.with(|(_, area)| area.clone())></path>
                    <path class="chart-line" d=move || drawn.with(|(line, _)| line.clone())></path>
                    <path class="chart-open" d=move || open_end().unwrap_or_default()></path>
                    <path class="chart-cursor" d=move || cursor_path().unwrap_or_default()></path>
                </svg>
                <span class="chart-top" aria-hidden="true">{move || format(top.get())}</span>
                <span class="chart-middle" aria-hidden="true">{move || format(top.get() / 2.0)}</span>
            </div>
            <div class="chart-axis" aria-hidden="true">
                <span>"−10 min"</span>
                <span>"−5 min"</span>
                <span>"now"</span>
            </div>
        </figure>
    }
}
