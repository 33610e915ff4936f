//! `jobdeck jobs import`.

use crate::{
    admin::ImportRequest,
    commands::{
        Failure,
        options::{Common, admin, settings_and_store},
        output::{self, printable},
    },
    export::Format,
    model::{ImportReport, Place},
    web::script,
};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};
use std::{
    fs::File,
    io::{IsTerminal, Read},
    path::PathBuf,
};

/// Put the jobs of an exported file back where they were
///
/// Broken lines, and jobs that are in their set already, are told by number; the rest is imported. A queue may have a job twice: do not import
/// the same queue twice.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The file; - for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Put all jobs there: scheduled, retries, dead or queue:NAME [default: where each was].
    #[arg(long, value_name = "PLACE")]
    to: Option<Place>,
    /// Say what would come of it, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// ndjson or csv [default: the file's first byte tells].
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// As JSON, the form that REST answers.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

impl Import {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let file: Box<dyn Read + Send> = if self.file.as_os_str() == "-" {
            Box::new(std::io::stdin())
        } else {
            let file = File::open(&self.file).map_err(|error| {
                Failure::usage(format!("{} cannot be read: {error}", self.file.display()))
            })?;
            Box::new(file)
        };
        let (config, store) = settings_and_store(&self.common).await?;
        let request = ImportRequest {
            to: self.to,
            only_check: self.dry_run,
            format: self.format,
        };
        let target = if self.json || !std::io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let told = |report: &ImportReport| {
            bar.set_message(report.in_words(|number| number.to_string()));
            bar.set_position(report.line);
        };
        let report = admin(&config, store).import(&request, file, told).await?;
        bar.finish_and_clear();
        let verdict = verdict(&report);
        if self.json {
            output::line(script::import_json(report));
        } else {
            show(&report);
        }
        verdict
    }
}

fn show(report: &ImportReport) {
    output::line(report.in_words(|number| number.to_string()));
    for problem in &report.problems {
        output::line(printable(&format!(
            "  line {}: {}",
            problem.line, problem.reason
        )));
    }
    let told = u64::try_from(report.problems.len()).unwrap_or(u64::MAX);
    let more = (report.broken + report.there).saturating_sub(told);
    if more > 0 {
        output::line(format_args!("  … and {more} more"));
    }
    for warning in report.warnings() {
        output::line(printable(&warning));
    }
}

fn verdict(report: &ImportReport) -> Result<(), Failure> {
    if report.is_clean() {
        return Ok(());
    }
    Err(Failure::new(match (&report.stopped, report.broken) {
        (Some(_), _) => "the file was not imported to its end".to_owned(),
        (None, 0) => "the file seems to be cut off".to_owned(),
        (None, broken) => format!("{broken} lines could not be imported; the others are"),
    }))
}
