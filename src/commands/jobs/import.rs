//! `jobdeck jobs import`.

use crate::{
    admin::ImportRequest,
    commands::{
        Failure,
        bar::bar,
        options::{Common, admin, settings_and_store},
        output, signals,
    },
    export::Format,
    model::{ImportReport, Place},
    web::script,
};
use clap::Args;
use std::{fs::File, io::Read, path::PathBuf};

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
        let bar = bar(None, self.json);
        let told = |report: &ImportReport| {
            bar.set_message(report.in_words(|number| number.to_string()));
            bar.set_position(report.line);
        };
        let stop = signals::shutdown()?;
        let admin = admin(&config, store);
        let report = admin.import_until(&stop, &request, file, told).await?;
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
        output::line(format_args!("  line {}: {}", problem.line, problem.reason));
    }
    let more = report.untold();
    if more > 0 {
        output::line(format_args!("  … and {more} more"));
    }
    for warning in report.warnings() {
        output::line(&warning);
    }
}

fn verdict(report: &ImportReport) -> Result<(), Failure> {
    if report.is_clean() {
        return Ok(());
    }
    let checked = report.only_checked;
    Err(Failure::new(match (&report.stopped, report.broken) {
        (Some(_), _) if checked => "the file was not looked through to its end".to_owned(),
        (Some(_), _) => "the file was not imported to its end".to_owned(),
        (None, 0) => "the file seems to be cut off".to_owned(),
        (None, broken) if checked => {
            format!("{broken} lines cannot be imported; the others can, or are there already")
        }
        (None, broken) => {
            format!("{broken} lines could not be imported; the others are, or were there already")
        }
    }))
}
