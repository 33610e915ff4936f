//! From values to lines: pure rules of charts and sparklines.

use crate::model::Timestamp;
use std::fmt::Write as _;

/// Width of a chart's grid; it is stretched to the width of its place.
pub const WIDTH: f64 = 600.0;
/// Height of a chart's grid.
pub const HEIGHT: f64 = 100.0;

/// A value at a time; nothing where it is not known.
pub type Point = (Timestamp, Option<f64>);

/// The span of time that a chart shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Right edge.
    pub end: Timestamp,
    /// Length, seconds.
    pub seconds: f64,
}

impl Window {
    /// Where a time stands on the grid, 0 (left edge) to [`WIDTH`].
    #[must_use]
    pub fn x(self, at: Timestamp) -> f64 {
        WIDTH * (1.0 - (self.end.seconds() - at.seconds()) / self.seconds)
    }

    /// The time at a share of the width, 0 to 1.
    #[must_use]
    pub fn time_at(self, share: f64) -> Timestamp {
        Timestamp::from_seconds(self.end.seconds() - self.seconds * (1.0 - share))
    }
}

/// The top of an axis from 0: the smallest of 1, 2, 2.5, 5 times a power of ten that is not below the highest value; 1 when all is 0.
#[must_use]
pub fn nice_top(highest: f64) -> f64 {
    if !highest.is_finite() || highest <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(highest.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|step| step * power)
        .find(|top| *top >= highest * 0.999_999)
        .unwrap_or(highest)
}

/// Where a value stands on the grid, [`HEIGHT`] (0) to 0 (the top of the axis).
#[must_use]
pub fn y(value: f64, top: f64) -> f64 {
    HEIGHT * (1.0 - (value / top).clamp(0.0, 1.0))
}

/// The line through the points (broken where a value is missing), and the area under it.
#[must_use]
pub fn paths(points: &[Point], window: Window, top: f64) -> (String, String) {
    let (mut line, mut area) = (String::new(), String::new());
    let shown = |point: &&Point| window.x(point.0) >= -WIDTH * 0.05;
    let mut run: Vec<(f64, f64)> = Vec::new();
    for (at, value) in points.iter().filter(shown) {
        if let Some(value) = value {
            run.push((window.x(*at).max(0.0), y(*value, top)));
        } else {
            draw(&mut run, &mut line, &mut area);
        }
    }
    draw(&mut run, &mut line, &mut area);
    (line, area)
}

/// Adds a run of neighbouring points to both paths. Writing to a string cannot fail.
fn draw(run: &mut Vec<(f64, f64)>, line: &mut String, area: &mut String) {
    if let (Some(first), Some(last)) = (run.first().copied(), run.last().copied()) {
        let _ = write!(area, "M{:.1} {HEIGHT}", first.0);
        for (index, (x, y)) in run.iter().enumerate() {
            let _ = write!(line, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' });
            let _ = write!(area, "L{x:.1} {y:.1}");
        }
        if run.len() == 1 {
            // A point alone is seen as a dash.
            line.push_str("h1");
        }
        let _ = write!(area, "L{:.1} {HEIGHT}Z", last.0);
    }
    run.clear();
}

/// The point whose time is nearest.
#[must_use]
pub fn nearest(points: &[Point], at: Timestamp) -> Option<Point> {
    points
        .iter()
        .min_by_key(|(time, _)| time.0.abs_diff(at.0))
        .copied()
}

/// The line of a sparkline on a grid of `width` by `height`: the newest value at the right edge, `most` values to the left one.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "drawn to a tenth of a pixel")]
pub fn sparkline(sizes: &[u64], most: usize, width: f64, height: f64) -> String {
    let top = sizes.iter().copied().max().unwrap_or(0).max(1) as f64;
    let step = width / (most.max(2) - 1) as f64;
    let left = width - step * sizes.len().saturating_sub(1) as f64;
    let mut path = String::new();
    for (index, size) in sizes.iter().enumerate() {
        let x = left + step * index as f64;
        // Half a unit of room, so that the stroke is not cut at the edges.
        let y = 0.5 + (height - 1.0) * (1.0 - *size as f64 / top);
        // Writing to a string cannot fail.
        let _ = write!(path, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' });
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    const WINDOW: Window = Window {
        end: Timestamp(1_000_000),
        seconds: 600.0,
    };

    #[test]
    fn an_axis_ends_at_a_round_number_above_the_highest_value() {
        for (highest, top) in [
            (0.0, 1.0),
            (f64::NAN, 1.0),
            (0.3, 0.5),
            (1.0, 1.0),
            (2.2, 2.5),
            (7.0, 10.0),
            (1234.0, 2000.0),
            (1_000_000.0, 1_000_000.0),
        ] {
            assert!((nice_top(highest) - top).abs() < 1e-9, "{highest}");
        }
    }

    #[test]
    fn a_missing_value_breaks_the_line() {
        let points = [
            (at(400.0), Some(0.0)),
            (at(700.0), Some(10.0)),
            (at(800.0), None),
            (at(1000.0), Some(5.0)),
        ];
        let (line, area) = paths(&points, WINDOW, 10.0);
        assert_eq!(line, "M0.0 100.0L300.0 0.0M600.0 50.0h1");
        assert_eq!(area.matches('Z').count(), 2);
        assert_eq!(paths(&[], WINDOW, 1.0), (String::new(), String::new()));
    }

    #[test]
    fn what_is_too_old_is_not_drawn() {
        let (line, _) = paths(&[(at(0.0), Some(1.0))], WINDOW, 1.0);
        assert_eq!(line, "");
    }

    #[test]
    fn the_cursor_takes_the_nearest_point() {
        let points = [(at(400.0), Some(1.0)), (at(405.0), None)];
        assert_eq!(nearest(&points, at(402.0)), Some(points[0]));
        assert_eq!(nearest(&points, at(999.0)), Some(points[1]));
        assert_eq!(nearest(&[], at(1.0)), None);
        assert_eq!(WINDOW.time_at(0.5), at(700.0));
    }

    #[test]
    fn a_sparkline_ends_at_the_right_edge() {
        assert_eq!(sparkline(&[0, 2], 3, 100.0, 21.0), "M50.0 20.5L100.0 0.5");
        assert_eq!(sparkline(&[], 3, 100.0, 21.0), "");
        assert_eq!(sparkline(&[0], 3, 100.0, 21.0), "M100.0 20.5");
    }
}
