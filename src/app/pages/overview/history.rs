//! The four charts of the last ten minutes, and the table behind them.

use crate::app::components::chart::scale::{Point, Window};
use crate::app::components::{Chart, JobState, UtcTime};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{HistoryPoint, Overview, Snapshot, StoreState, Timestamp};
use leptos::prelude::*;

/// Length of the history, seconds.
const SECONDS: f64 = 600.0;
/// Points in a row of the table: half a minute.
const ROW_POINTS: usize = 6;

/// Depth, latency, throughput and failures over the last ten minutes.
#[component]
pub(super) fn History() -> impl IntoView {
    let live = use_live();
    let history = live.select(|snapshot| snapshot.history.clone());
    let overview = live.select(|snapshot| snapshot.overview.clone());
    // While the store is lost time goes on: the points tell.
    let window = Signal::derive(move || Window {
        end: live.snapshot().with(newest_time),
        seconds: SECONDS,
    });
    let answers = live.select(|snapshot| snapshot.state == StoreState::Connected);
    let now = move |value: fn(&Overview) -> f64| {
        Signal::derive(move || answers.get().then(|| overview.with(value)))
    };
    let since_point = counters_since_point();
    let cursor = RwSignal::new(None);
    let series = move |value: fn(&HistoryPoint) -> Option<f64>| {
        Signal::derive(move || -> Vec<Point> {
            history.with(|history| {
                history
                    .iter()
                    .map(|point| (point.at, value(point)))
                    .collect()
            })
        })
    };
    view! {
        <section class="panel" aria-labelledby="history-title">
            <h2 id="history-title" class="visually-hidden">"The last ten minutes"</h2>
            <div class="charts">
                <Chart
                    title="Enqueued"
                    how="jobs in all queues"
                    state=JobState::Enqueued
                    points=series(|point| point.enqueued.map(as_float))
                    unfinished=now(|overview| as_float(overview.enqueued))
                    window
                    format=format::compact
                    cursor
                />
                <Chart
                    title="Latency"
                    how="longest wait of any queue"
                    state=JobState::Enqueued
                    points=series(|point| point.latency_seconds)
                    unfinished=now(highest_latency)
                    window
                    format=format::duration
                    cursor
                />
                <Chart
                    title="Processed"
                    how="a second, mean of 5 s"
                    state=JobState::Processed
                    points=series(|point| point.processed_per_second)
                    unfinished=Signal::derive(move || since_point.get().map(|(processed, _)| processed))
                    window
                    format=per_second
                    cursor
                />
                <Chart
                    title="Failed"
                    how="a second, mean of 5 s"
                    state=JobState::Failed
                    points=series(|point| point.failed_per_second)
                    unfinished=Signal::derive(move || since_point.get().map(|(_, failed)| failed))
                    window
                    format=per_second
                    cursor
                />
            </div>
            <details class="chart-table">
                <summary>"The charts as a table"</summary>
                <HistoryTable history/>
            </details>
        </section>
    }
}

/// When the newest thing was known or missed.
fn newest_time(snapshot: &Snapshot) -> Timestamp {
    let sampled_at = snapshot.overview.sampled_at;
    snapshot
        .history
        .last()
        .map_or(sampled_at, |point| sampled_at.max(point.at))
}

/// Rates since the last finished point: known as soon as this tab has seen a point end.
fn counters_since_point() -> Memo<Option<(f64, f64)>> {
    let live = use_live();
    let base = StoredValue::new(None::<(Timestamp, Overview)>);
    live.select(move |snapshot| {
        let point = snapshot.history.last()?.at;
        let now = &snapshot.overview;
        let known = base.with_value(|base| base.as_ref().map(|(at, _)| *at));
        if known != Some(point) {
            // The first point was there before this tab; where it began is not known.
            let first = known.is_none();
            base.set_value(Some((
                point,
                if first {
                    Overview::default()
                } else {
                    now.clone()
                },
            )));
            return None;
        }
        base.with_value(|base| rates(&base.as_ref()?.1, now))
    })
}

/// Executions and failures a second between two readings; nothing when they lie too close together, or the counters were reset.
fn rates(base: &Overview, now: &Overview) -> Option<(f64, f64)> {
    let seconds = now.sampled_at.seconds() - base.sampled_at.seconds();
    if base.sampled_at.0 == 0 || seconds < 1.9 {
        return None;
    }
    let processed = now.processed.checked_sub(base.processed)?;
    let failed = now.failed.checked_sub(base.failed)?;
    Some((as_float(processed) / seconds, as_float(failed) / seconds))
}

#[component]
fn HistoryTable(history: Memo<Vec<HistoryPoint>>) -> impl IntoView {
    let rows = move || {
        history
            .with(|history| table_rows(history))
            .into_iter()
            .map(|row| {
                let unknown = || "–".to_owned();
                let rate = |value: Option<f64>| value.map_or_else(unknown, format::rate);
                view! {
                    <tr>
                        <th scope="row"><UtcTime at=Signal::stored(row.at) clock=true/></th>
                        <td class="num">{row.enqueued.map_or_else(unknown, format::count)}</td>
                        <td class="num">{row.latency_seconds.map_or_else(unknown, format::duration)}</td>
                        <td class="num">{rate(row.processed_per_second)}</td>
                        <td class="num">{rate(row.failed_per_second)}</td>
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <div class="table-scroll">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Half a minute to"</th>
                        <th scope="col" class="num">"Enqueued at its end"</th>
                        <th scope="col" class="num">"Highest latency"</th>
                        <th scope="col" class="num">"Processed a second"</th>
                        <th scope="col" class="num">"Failed a second"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// Half minutes, newest first: depth at the end, highest latency, mean rates.
fn table_rows(history: &[HistoryPoint]) -> Vec<HistoryPoint> {
    history
        .rchunks(ROW_POINTS)
        .filter_map(|points| {
            let last = *points.last()?;
            Some(HistoryPoint {
                at: last.at,
                enqueued: last.enqueued,
                latency_seconds: points
                    .iter()
                    .filter_map(|point| point.latency_seconds)
                    .reduce(f64::max),
                processed_per_second: mean(
                    points.iter().filter_map(|point| point.processed_per_second),
                ),
                failed_per_second: mean(points.iter().filter_map(|point| point.failed_per_second)),
            })
        })
        .collect()
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// Highest latency of any queue, seconds.
pub(super) fn highest_latency(overview: &Overview) -> f64 {
    overview
        .queues
        .iter()
        .map(|queue| queue.latency_seconds)
        .fold(0.0, f64::max)
}

fn per_second(value: f64) -> String {
    format!("{}/s", format::rate(value))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "drawn, and shown to three digits"
)]
fn as_float(value: u64) -> f64 {
    value as f64
}

/// The mean rates of the last ten minutes, for the words beside the charts.
pub(super) fn mean_rates(snapshot: &Snapshot) -> (Option<f64>, Option<f64>) {
    let history = &snapshot.history;
    (
        mean(
            history
                .iter()
                .filter_map(|point| point.processed_per_second),
        ),
        mean(history.iter().filter_map(|point| point.failed_per_second)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(seconds: i64, processed: Option<f64>, latency_seconds: f64) -> HistoryPoint {
        HistoryPoint {
            at: Timestamp(seconds * 1000),
            processed_per_second: processed,
            latency_seconds: Some(latency_seconds),
            ..HistoryPoint::default()
        }
    }

    #[test]
    fn rows_are_half_minutes_with_the_newest_first() {
        let history: Vec<_> = (0..8)
            .map(|index| point(index * 5, (index != 7).then_some(2.0), 0.5))
            .collect();
        let rows = table_rows(&history);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].at, Timestamp(35_000));
        assert_eq!(rows[0].processed_per_second, Some(2.0));
        assert_eq!(rows[1].at, Timestamp(5_000));
        assert_eq!(
            table_rows(&[point(0, None, 1.0)])[0].processed_per_second,
            None
        );
        let lost = HistoryPoint::default();
        assert_eq!(table_rows(&[lost])[0].latency_seconds, None);
        let partly = [point(0, None, 1.0), lost];
        assert_eq!(table_rows(&partly)[0].latency_seconds, Some(1.0));
    }

    #[test]
    fn the_charts_end_at_the_newest_time_also_while_the_store_is_lost() {
        let mut snapshot = Snapshot {
            history: vec![point(10, None, 1.0)],
            ..Snapshot::default()
        };
        snapshot.overview.sampled_at = Timestamp(12_000);
        assert_eq!(newest_time(&snapshot), Timestamp(12_000));
        snapshot.history.push(point(35, None, 1.0));
        assert_eq!(newest_time(&snapshot), Timestamp(35_000));
        assert_eq!(newest_time(&Snapshot::default()), Timestamp(0));
    }

    #[test]
    fn an_unfinished_rate_needs_time_and_counters_that_go_up() {
        let reading = |seconds: i64, processed| Overview {
            sampled_at: Timestamp(seconds * 1000),
            processed,
            ..Overview::default()
        };
        assert_eq!(rates(&reading(10, 5), &reading(12, 25)), Some((10.0, 0.0)));
        assert_eq!(rates(&reading(10, 5), &reading(10, 25)), None);
        assert_eq!(rates(&reading(10, 5), &reading(12, 0)), None);
        assert_eq!(rates(&Overview::default(), &reading(12, 0)), None);
    }
}
