//! What a handler tells of its run: progress, and a log.

use std::collections::VecDeque;

/// Lines of a job's log that are kept: the last ones.
pub(super) const MOST_LINES: usize = 200;
/// Characters of a line that are kept.
const LINE_CHARACTERS: usize = 2_000;
/// Characters of a progress message that are kept.
const MESSAGE_CHARACTERS: usize = 200;

/// What a run has told since it was last asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Report {
    /// Percent done (0 to 100) and what is being done.
    pub(super) progress: Option<(f64, String)>,
    /// New lines of the log, the oldest first; at most [`MOST_LINES`].
    pub(super) lines: VecDeque<String>,
}

impl Report {
    pub(super) fn progress(&mut self, percent: f64, message: &str) {
        let percent = if percent.is_nan() { 0.0 } else { percent };
        let message = message.chars().take(MESSAGE_CHARACTERS).collect();
        self.progress = Some((percent.clamp(0.0, 100.0), message));
    }

    pub(super) fn log(&mut self, text: &str) {
        for line in text.lines() {
            if self.lines.len() == MOST_LINES {
                self.lines.pop_front();
            }
            self.lines
                .push_back(line.chars().take(LINE_CHARACTERS).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_LINES, Report};

    #[test]
    fn a_log_keeps_its_last_lines_and_cuts_long_ones() {
        let mut report = Report::default();
        for number in 0..MOST_LINES + 5 {
            report.log(&format!("line {number}"));
        }
        report.log(&format!("two\n{}", "é".repeat(3_000)));
        assert_eq!(report.lines.len(), MOST_LINES);
        assert_eq!(report.lines[0], "line 7");
        assert_eq!(report.lines[MOST_LINES - 2], "two");
        assert_eq!(report.lines[MOST_LINES - 1].chars().count(), 2_000);
    }

    #[test]
    fn progress_is_a_percentage_whatever_the_handler_says() {
        let mut report = Report::default();
        for (told, kept) in [(-3.0, 0.0), (41.5, 41.5), (1e9, 100.0), (f64::NAN, 0.0)] {
            report.progress(told, "photos");
            assert_eq!(report.progress, Some((kept, "photos".to_owned())));
        }
    }
}
