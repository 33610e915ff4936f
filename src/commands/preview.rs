//! What would be changed, in lines.

use super::{jobs::row, operation_run::Words, output};
use crate::model::OperationPreview;
use std::time::Duration;

/// How long a preview counts.
pub(super) const BUDGET: Duration = Duration::from_secs(10);

/// How a preview is told.
pub(super) struct Found<'words> {
    /// What would be done, to which jobs.
    pub(super) words: &'words str,
    /// What those that are looked at are called.
    pub(super) jobs: &'words str,
    /// What those that match do: `match`, `would wait`.
    pub(super) verb: &'words str,
    /// Whether it is told what each becomes.
    pub(super) becomes: bool,
}

impl Found<'_> {
    /// On standard output.
    pub(super) fn show(&self, preview: &OperationPreview) {
        let Self { jobs, verb, .. } = self;
        output::line(self.words);
        let (matched, scanned, total) = (preview.matched, preview.scanned, preview.total);
        output::line(if preview.complete {
            format!("{matched} of {total} {jobs} {verb}")
        } else {
            format!("{matched} {jobs} {verb} so far ({scanned} of {total} looked at)")
        });
        for sample in &preview.samples {
            output::line(format_args!("  {}", row(&sample.entry)));
            if self.becomes {
                output::line(format_args!("    {}", sample.in_words()));
            }
        }
        Words(&preview.refused).print();
        for warning in &preview.warnings {
            output::line(format_args!("warning: {warning}"));
        }
    }
}
