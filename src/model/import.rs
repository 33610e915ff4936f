//! What came of an import.

use serde::{Deserialize, Serialize};

/// Lines that are told of at most; all are counted.
pub const PROBLEMS_TOLD: usize = 100;

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportReport {
    /// Whether it was only looked at what would come of it.
    pub only_checked: bool,
    /// Jobs that were put where they belong.
    pub imported: u64,
    /// Jobs that were there already.
    pub there: u64,
    /// Lines that cannot be imported.
    pub broken: u64,
    /// The first lines that were not imported, and why.
    pub problems: Vec<ImportProblem>,
    /// The last line that is dealt with.
    pub line: u64,
    /// Whether the file's last line says that it is whole; nothing where the file says nothing.
    pub is_whole: Option<bool>,
    /// Why the import ended before the end of the file.
    pub stopped: Option<String>,
    /// The last of the lines behind `line` of which nobody knows whether they were imported: the store failed while it put them.
    pub unknown_until: Option<u64>,
}

/// A line that was not imported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportProblem {
    /// The line, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

impl ImportReport {
    /// Notes that a line was not imported.
    pub fn note(&mut self, line: u64, reason: impl Into<String>) {
        if self.problems.len() < PROBLEMS_TOLD {
            self.problems.push(ImportProblem {
                line,
                reason: reason.into(),
            });
        }
    }

    /// Lines that were not imported beyond those that are told of.
    #[must_use]
    pub fn untold(&self) -> u64 {
        let told = u64::try_from(self.problems.len()).unwrap_or(u64::MAX);
        (self.broken + self.there).saturating_sub(told)
    }

    /// Whether every line was imported, or was there already.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.broken == 0 && self.stopped.is_none() && self.is_whole != Some(false)
    }

    /// `12 400 jobs imported, 3 were there already, 2 lines left out`.
    #[must_use]
    pub fn in_words(&self, number: impl Fn(u64) -> String) -> String {
        let counted = |count: u64, one: &str, many: &str| {
            format!("{} {}", number(count), if count == 1 { one } else { many })
        };
        let verb = if self.only_checked {
            "can be imported"
        } else {
            "imported"
        };
        let mut words = format!("{} {verb}", counted(self.imported, "job", "jobs"));
        if self.there > 0 {
            let was = if self.only_checked { "is" } else { "was" };
            let were = if self.only_checked { "are" } else { "were" };
            words.push_str(&format!(
                ", {} there already",
                counted(self.there, was, were)
            ));
        }
        if self.broken > 0 {
            words.push_str(&format!(
                ", {} left out",
                counted(self.broken, "line", "lines")
            ));
        }
        words
    }

    /// What is to be known beside the counts: where it stopped, whether the file is whole.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(reason) = &self.stopped {
            warnings.push(format!("It stopped behind line {}: {reason}.", self.line));
            warnings.extend(self.advice());
        } else if self.is_whole == Some(false) {
            warnings.push(
                "The file does not end as an export does: it may be cut off, and jobs at its end missing."
                    .to_owned(),
            );
        }
        warnings
    }

    /// How to go on with a file that was imported in part.
    fn advice(&self) -> Option<String> {
        if self.only_checked {
            return None;
        }
        let again = "Import the file again: what is in a set already stays as it is; jobs of queues would be there twice, so take out";
        match (self.line, self.unknown_until) {
            (0, None) => None,
            (line, None) => Some(format!("{again} the lines up to {line} first.")),
            (line, Some(last)) => Some(format!(
                "The lines {} to {last} may be imported, too, or none of them: look into their queues. {again} what is there first.",
                line + 1
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ImportReport, PROBLEMS_TOLD};

    #[test]
    fn a_report_that_stopped_says_how_to_go_on_if_something_was_changed() {
        let mut report = ImportReport {
            only_checked: true,
            line: 500,
            stopped: Some("no answer".to_owned()),
            ..ImportReport::default()
        };
        let stopped = "It stopped behind line 500: no answer.";
        assert_eq!(report.warnings(), [stopped]);
        report.only_checked = false;
        let [_, advice] = &report.warnings()[..] else {
            panic!("{report:?}");
        };
        assert!(advice.starts_with("Import the file again"), "{advice}");
        assert!(advice.contains("up to 500 first"), "{advice}");
        report.unknown_until = Some(900);
        let [_, advice] = &report.warnings()[..] else {
            panic!("{report:?}");
        };
        assert!(
            advice.starts_with("The lines 501 to 900 may be imported, too, or none of them:"),
            "{advice}"
        );
        report.unknown_until = None;
        report.line = 0;
        assert_eq!(report.warnings(), ["It stopped behind line 0: no answer."]);
    }

    #[test]
    fn the_first_problems_are_told_and_all_are_counted_in_words() {
        let mut report = ImportReport {
            imported: 1,
            there: 2,
            broken: 150,
            ..ImportReport::default()
        };
        for line in 0..150 {
            report.note(line, "x");
        }
        assert_eq!(report.problems.len(), PROBLEMS_TOLD);
        assert_eq!(report.untold(), 52);
        assert_eq!(
            report.in_words(|number| number.to_string()),
            "1 job imported, 2 were there already, 150 lines left out"
        );
    }
}
