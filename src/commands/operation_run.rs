//! Works on an operation to its end, and says how far it is.

use super::{Failure, bar::bar, output, signals};
use crate::{
    admin::{Admin, AdminError, OperationRunner},
    model::{Operation, OperationState},
    web::script,
};
use indicatif::{HumanDuration, ProgressBar};
use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

/// How often it is looked how far it is.
const LOOK: Duration = Duration::from_millis(200);

/// How often that is said where no bar can be drawn.
const SAY: Duration = Duration::from_secs(5);

/// Leaves an operation that was begun to others, or works on it to its end.
pub(super) async fn follow(
    admin: &Admin,
    operation: Operation,
    detach: bool,
    json: bool,
) -> Result<(), Failure> {
    if detach {
        begun(operation, json);
        return Ok(());
    }
    finish(admin, operation, json).await
}

/// Says that an operation was begun, and where it goes on.
fn begun(operation: Operation, json: bool) {
    if json {
        output::line(script::operation_json(operation));
        return;
    }
    output::line(heading(&operation));
    output::line(format_args!(
        "It goes on in any `jobdeck serve` of this store; `jobdeck operations show {}` says how far it is.",
        operation.id
    ));
}

/// Works on it until it is over or paused, or a signal comes; then it is left to others.
async fn finish(admin: &Admin, operation: Operation, json: bool) -> Result<(), Failure> {
    let operation = work(admin, operation, json).await?;
    let verdict = verdict(&operation);
    if json {
        output::line(script::operation_json(operation));
    } else {
        summary(&operation);
    }
    verdict
}

/// The same without the last words; answers how it stands then.
pub(super) async fn work(
    admin: &Admin,
    operation: Operation,
    json: bool,
) -> Result<Operation, Failure> {
    let shutdown = signals::shutdown()?;
    let id = operation.id.as_str();
    let mut teller = Teller::new(&operation, json);
    let runner = OperationRunner::new(admin.clone());
    {
        let work = runner.finish(id, &shutdown);
        tokio::pin!(work);
        loop {
            tokio::select! {
                result = &mut work => {
                    result.map_err(AdminError::from)?;
                    break;
                }
                () = tokio::time::sleep(LOOK) => {
                    // A store that does not answer for a moment is the work's own trouble.
                    if let Ok(operation) = admin.operation(id).await {
                        teller.tell(&operation);
                    }
                }
            }
        }
    }
    teller.end();
    Ok(admin.operation(id).await?)
}

/// What was done, in lines.
pub(super) fn summary(operation: &Operation) {
    let progress = &operation.progress;
    let mut line = format!("{}: {} done", operation.state.name(), progress.done);
    if progress.gone > 0 {
        line.push_str(&format!(", {} gone meanwhile", progress.gone));
    }
    if progress.refused_total() > 0 {
        line.push_str(&format!(", {} left as they are", progress.refused_total()));
    }
    output::line(line);
    Words(&progress.refused).print();
    if let Some(message) = &operation.message {
        output::line(message);
    }
    if operation.can_be_undone() {
        let until = operation
            .kept
            .until
            .map(|until| format!(" until {until}"))
            .unwrap_or_default();
        output::line(format_args!(
            "To undo it{until}: jobdeck operations undo {}",
            operation.id
        ));
    }
}

/// Reasons with how many jobs, a line each.
pub(super) struct Words<'reasons>(pub(super) &'reasons [(String, u64)]);

impl Words<'_> {
    /// On standard output.
    pub(super) fn print(&self) {
        for (reason, count) in self.0 {
            output::line(format_args!("  {count} × {reason}"));
        }
    }
}

/// Whether all was done; else what is left, and what to do.
pub(super) fn verdict(operation: &Operation) -> Result<(), Failure> {
    let id = &operation.id;
    let refused = operation.progress.refused_total();
    match operation.state {
        OperationState::Done if refused == 0 => Ok(()),
        OperationState::Done => Err(Failure::new(format!(
            "{refused} jobs could not be changed and are as they were; `jobdeck operations show {id}` says why"
        ))),
        OperationState::Stopped => Err(Failure::new(format!(
            "operation {id} was stopped before its end{}",
            if operation.can_be_undone() {
                format!("; what it has changed can be undone: `jobdeck operations undo {id}`")
            } else {
                String::new()
            }
        ))),
        OperationState::Paused => Err(Failure::new(format!(
            "operation {id} is paused; `jobdeck operations resume {id}` goes on with it, `jobdeck operations stop {id}` ends it"
        ))),
        OperationState::Running | OperationState::Waiting => Err(Failure::new(format!(
            "operation {id} is not over: it goes on in any `jobdeck serve` of this store, or here with `jobdeck operations resume {id}`; `jobdeck operations stop {id}` ends it"
        ))),
    }
}

/// Says how far an operation is: with a bar on a terminal, in lines elsewhere, not at all when JSON is wanted.
struct Teller {
    bar: ProgressBar,
    lines: bool,
    said: Instant,
}

impl Teller {
    fn new(operation: &Operation, json: bool) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        if !json {
            output::line(heading(operation));
        }
        Self {
            bar: bar(Some(operation.plan.total), json),
            lines: !json && !is_terminal,
            said: Instant::now(),
        }
    }

    fn tell(&mut self, operation: &Operation) {
        let progress = &operation.progress;
        let mut words = format!("{} done", progress.done);
        if progress.rate >= 1.0 {
            words.push_str(&format!(", {:.0} a second", progress.rate));
        }
        if operation.state == OperationState::Waiting {
            words.push_str(", waiting for what becomes of the first");
        } else if let Some(left) = progress.seconds_left.filter(|left| left.is_finite()) {
            // Negative or huge: nothing that a clock can show.
            if let Ok(left) = Duration::try_from_secs_f64(left) {
                words.push_str(&format!(", {} left", HumanDuration(left)));
            }
        }
        if self.lines && self.said.elapsed() >= SAY {
            self.said = Instant::now();
            output::line(format_args!(
                "{} of {} looked at, {words}",
                progress.scanned, operation.plan.total
            ));
        }
        self.bar.set_position(progress.scanned);
        self.bar.set_message(words);
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}

fn heading(operation: &Operation) -> String {
    format!("operation {}: {}", operation.id, operation.words)
}
