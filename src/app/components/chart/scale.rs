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
    /// Where a time stands on the grid, 0 (left edge) to [`WIDTH`]; times outside stand beyond it.
    fn x(self, at: Timestamp) -> f64 {
        WIDTH * (1.0 - (self.end.seconds() - at.seconds()) / self.seconds)
    }

    /// Where a time stands on the grid, or the edge nearest to it.
    #[must_use]
    pub fn x_inside(self, at: Timestamp) -> f64 {
        self.x(at).clamp(0.0, WIDTH)
    }

    /// Whether a time is shown.
    #[must_use]
    pub fn shows(self, at: Timestamp) -> bool {
        (0.0..=WIDTH).contains(&self.x(at))
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

/// The line through the points (broken where a value is missing), and the area under it. Nothing is drawn beyond the frame: a line
/// that comes from before the left edge begins on it.
#[must_use]
pub fn paths(points: &[Point], window: Window, top: f64) -> (String, String) {
    let (mut line, mut area) = (String::new(), String::new());
    let mut run: Vec<(f64, f64)> = Vec::new();
    let mut before = None::<(f64, f64)>;
    for (at, value) in points {
        let here = value.map(|value| (window.x(*at), y(value, top)));
        match here {
            Some(here) if (0.0..=WIDTH).contains(&here.0) => {
                if let Some(before) = before.filter(|before| before.0 < 0.0 && here.0 > 0.0) {
                    let share = before.0 / (before.0 - here.0);
                    run.push((0.0, before.1 + (here.1 - before.1) * share));
                }
                run.push(here);
            }
            Some(_) => {}
            None => draw(&mut run, &mut line, &mut area),
        }
        before = here;
    }
    draw(&mut run, &mut line, &mut area);
    (line, area)
}

/// Adds a run of neighbouring points to both paths. Writing to a string cannot fail.
fn draw(run: &mut Vec<(f64, f64)>, line: &mut String, area: &mut String) {
    if let [(x, y)] = run[..] {
        // A point alone is seen as a dash.
        run.clear();
        let start = (x - 1.0).max(0.0);
        run.extend([(start, y), (start + 1.0, y)]);
    }
    if let (Some(first), Some(last)) = (run.first().copied(), run.last().copied()) {
        let _ = write!(area, "M{:.1} {HEIGHT}", first.0);
        for (index, (x, y)) in run.iter().enumerate() {
            let _ = write!(line, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' });
            let _ = write!(area, "L{x:.1} {y:.1}");
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

/// The line of a sparkline on a grid of `width` by `height`: the newest value at the right edge, `most` values to the left one; broken
/// where a value is missing.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "drawn to a tenth of a pixel")]
pub fn sparkline(sizes: &[Option<u64>], most: usize, width: f64, height: f64) -> String {
    let top = sizes.iter().flatten().copied().max().unwrap_or(0).max(1) as f64;
    let step = width / (most.max(2) - 1) as f64;
    let left = width - step * sizes.len().saturating_sub(1) as f64;
    let mut path = String::new();
    let mut is_drawing = false;
    for (index, size) in sizes.iter().enumerate() {
        if let Some(size) = size {
            let x = left + step * index as f64;
            // Half a unit of room, so that the stroke is not cut at the edges.
            let y = 0.5 + (height - 1.0) * (1.0 - *size as f64 / top);
            // Writing to a string cannot fail.
            let _ = write!(path, "{}{x:.1} {y:.1}", if is_drawing { 'L' } else { 'M' });
        }
        is_drawing = size.is_some();
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
        assert_eq!(line, "M0.0 100.0L300.0 0.0M599.0 50.0L600.0 50.0");
        assert_eq!(area.matches('Z').count(), 2);
        assert_eq!(paths(&[], WINDOW, 1.0), (String::new(), String::new()));
    }

    #[test]
    fn nothing_is_drawn_beyond_the_frame() {
        let alone = |seconds| paths(&[(at(seconds), Some(1.0))], WINDOW, 1.0).0;
        assert_eq!(alone(0.0), "");
        assert_eq!(alone(1005.0), "", "later than the window's end");
        assert_eq!(alone(400.0), "M0.0 0.0L1.0 0.0");
        let crossing = [
            (at(390.0), Some(0.0)),
            (at(410.0), Some(10.0)),
            (at(1200.0), Some(10.0)),
        ];
        let (line, area) = paths(&crossing, WINDOW, 10.0);
        assert_eq!(line, "M0.0 50.0L10.0 0.0");
        assert_eq!(area, "M0.0 100L0.0 50.0L10.0 0.0L10.0 100Z");
        assert!((WINDOW.x_inside(at(1200.0)) - WIDTH).abs() < 1e-9);
        assert!(WINDOW.shows(at(1000.0)) && !WINDOW.shows(at(1001.0)));
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
        assert_eq!(
            sparkline(&[Some(0), Some(2)], 3, 100.0, 21.0),
            "M50.0 20.5L100.0 0.5"
        );
        assert_eq!(sparkline(&[], 3, 100.0, 21.0), "");
        assert_eq!(
            sparkline(&[Some(2), None, Some(2)], 3, 100.0, 21.0),
            "M0.0 0.5M100.0 0.5"
        );
        assert_eq!(sparkline(&[Some(0)], 3, 100.0, 21.0), "M100.0 20.5");
    }
}
