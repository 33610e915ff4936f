//! Writes an export to where it goes, and says how far it is.

use super::{Failure, bar::bar, output, signals};
use crate::{
    admin::{ExportForm, ExportParts, ExportProgress},
    export::Format,
};
use clap::Args;
use indicatif::ProgressBar;
use std::{
    io::{ErrorKind, IsTerminal, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// As what an export is written, and where to.
#[derive(Debug, Args)]
pub(super) struct Target {
    /// ndjson (a JSON object a line) or csv [default: csv for a file that ends in .csv, else ndjson].
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Write to this file, which is there only when it is whole; else to standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Keep secrets (passwords, tokens, …), so that every job can be imported again.
    #[arg(long)]
    exact: bool,
}

impl Target {
    /// How the file is written.
    pub(super) fn form(&self) -> ExportForm {
        let is_table = |path: &PathBuf| {
            path.extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
        };
        let usual = if self.output.as_ref().is_some_and(is_table) {
            Format::Csv
        } else {
            Format::Ndjson
        };
        ExportForm {
            format: self.format.unwrap_or(usual),
            redact: !self.exact,
        }
    }

    /// Writes the pieces as they come. A file that is not whole is taken away again.
    pub(super) async fn write(&self, parts: ExportParts) -> Result<(), Failure> {
        let progress = match &self.output {
            None => {
                let mut output = std::io::stdout().lock();
                match write(parts, &mut output, self.bar()).await? {
                    Some(progress) => progress,
                    // A reader that has gone away (`| head`) wants no more.
                    None => return Ok(()),
                }
            }
            Some(path) => {
                let unwritable = |error: std::io::Error| {
                    Failure::new(format!("{} cannot be written: {error}", path.display()))
                };
                let folder = path
                    .parent()
                    .filter(|folder| !folder.as_os_str().is_empty())
                    .unwrap_or(Path::new("."));
                let mut file = NamedTempFile::new_in(folder).map_err(unwritable)?;
                let written = write(parts, &mut file, self.bar()).await?;
                // Its name tells that it is whole, also after a power cut.
                file.as_file().sync_all().map_err(unwritable)?;
                file.persist(path)
                    .map_err(|error| unwritable(error.error))?;
                let progress = written.unwrap_or_default();
                output::line(format_args!(
                    "{} jobs are exported to {}",
                    progress.jobs,
                    path.display()
                ));
                progress
            }
        };
        if progress.redacted > 0 {
            output::note(format_args!(
                "{} of {} jobs have lost secrets and cannot be imported again; --exact keeps them",
                progress.redacted, progress.jobs
            ));
        }
        Ok(())
    }

    /// Drawn on a terminal that does not show the file itself.
    fn bar(&self) -> ProgressBar {
        let is_seen = self.output.is_none() && std::io::stdout().is_terminal();
        bar(Some(0), is_seen)
    }
}

/// Writes all pieces; nothing when nobody reads them any more.
async fn write(
    mut parts: ExportParts,
    to: &mut impl Write,
    bar: ProgressBar,
) -> Result<Option<ExportProgress>, Failure> {
    let shutdown = signals::shutdown()?;
    let mut progress = ExportProgress::default();
    loop {
        let part = tokio::select! {
            part = parts.recv() => part,
            () = shutdown.cancelled() => {
                return Err(Failure::new(format!(
                    "interrupted: {} jobs were written, and the export is not whole",
                    progress.jobs
                )));
            }
        };
        let Some(part) = part else { break };
        let part = part?;
        if let Err(error) = to.write_all(&part.bytes) {
            if error.kind() == ErrorKind::BrokenPipe {
                return Ok(None);
            }
            return Err(Failure::new(format!(
                "the export cannot be written: {error}"
            )));
        }
        progress = part.progress;
        bar.set_length(progress.total);
        bar.set_position(progress.searched);
        bar.set_message(format!("{} jobs", progress.jobs));
    }
    bar.finish_and_clear();
    if !progress.complete {
        return Err(Failure::new("the export broke off before its end"));
    }
    match to.flush() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(format!(
            "the export cannot be written: {error}"
        ))),
        _ => Ok(Some(progress)),
    }
}
