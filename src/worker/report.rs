//! What a handler tells of its run: progress, and a log.

use crate::store::{LOG_BYTES, LOG_LINES};
use std::{collections::VecDeque, time::Instant};

/// Characters of a line that are kept.
const LINE_CHARACTERS: usize = 2_000;
/// Characters of a progress message that are kept.
const MESSAGE_CHARACTERS: usize = 200;

/// Something that was told, and when.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Told<T> {
    pub(super) at: Instant,
    pub(super) what: T,
}

impl<T> Told<T> {
    fn now(what: T) -> Self {
        Self {
            at: Instant::now(),
            what,
        }
    }
}

/// What a run has told since it was last asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Report {
    /// Percent done (0 to 100) and what is being done.
    pub(super) progress: Option<Told<(f64, String)>>,
    /// New lines of the log, the oldest first: no more than a log keeps.
    pub(super) lines: VecDeque<Told<String>>,
    line_bytes: usize,
}

impl Report {
    pub(super) fn progress(&mut self, percent: f64, message: &str) {
        let percent = if percent.is_nan() { 0.0 } else { percent };
        let message = message.chars().take(MESSAGE_CHARACTERS).collect();
        self.progress = Some(Told::now((percent.clamp(0.0, 100.0), message)));
    }

    pub(super) fn log(&mut self, text: &str) {
        for line in text.lines() {
            let line: String = line.chars().take(LINE_CHARACTERS).collect();
            self.line_bytes += line.len();
            self.lines.push_back(Told::now(line));
            while self.lines.len() > LOG_LINES || self.line_bytes > LOG_BYTES {
                let Some(oldest) = self.lines.pop_front() else {
                    break;
                };
                self.line_bytes -= oldest.what.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Report;
    use crate::store::{LOG_BYTES, LOG_LINES};

    #[test]
    fn a_log_keeps_its_last_lines_and_cuts_long_ones() {
        let mut report = Report::default();
        for number in 0..LOG_LINES + 5 {
            report.log(&format!("line {number}"));
        }
        report.log(&format!("two\n{}", "é".repeat(3_000)));
        assert_eq!(report.lines.len(), LOG_LINES);
        assert_eq!(report.lines[0].what, "line 7");
        assert_eq!(report.lines[LOG_LINES - 2].what, "two");
        assert_eq!(report.lines[LOG_LINES - 1].what.chars().count(), 2_000);
        for _ in 0..100 {
            report.log(&"é".repeat(2_000));
        }
        let bytes: usize = report.lines.iter().map(|line| line.what.len()).sum();
        assert!((LOG_BYTES - 4_000..=LOG_BYTES).contains(&bytes), "{bytes}");
    }

    #[test]
    fn progress_is_a_percentage_whatever_the_handler_says() {
        let mut report = Report::default();
        for (told, kept) in [(-3.0, 0.0), (41.5, 41.5), (1e9, 100.0), (f64::NAN, 0.0)] {
            report.progress(told, "photos");
            let progress = report.progress.clone().map(|told| told.what);
            assert_eq!(progress, Some((kept, "photos".to_owned())));
        }
    }
}
