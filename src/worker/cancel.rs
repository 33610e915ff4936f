//! Runs that somebody wants to end: asked first, then aborted.

use super::{JobError, run::Run};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

/// The class of the error that a job dies with whose run was cancelled.
const CLASS: &str = "Jobdeck::Cancelled";

/// Asks a run to end; when it has not ended by itself after `grace`, it is aborted. Nothing more happens when it was asked before.
pub(super) fn cancel(run: &Arc<Run>, grace: Duration) {
    if run.is_cancelled() {
        return;
    }
    tracing::info!(
        class = run.job.handler_class(),
        jid = run.job.jid(),
        "a running job is cancelled"
    );
    run.cancellation().cancel();
    let run = Arc::clone(run);
    tokio::spawn(async move {
        sleep(grace).await;
        run.overdue.notify_one();
    });
}

/// Why a cancelled job is dead. `answer`: the error of its handler, when it ended by itself.
pub(super) fn error(answer: Option<&JobError>) -> JobError {
    let error = |message| JobError::without_place(CLASS, message);
    match answer {
        Some(answer) => error(format!(
            "cancelled by request while it ran; it ended with {answer}"
        ))
        .caused_by(answer),
        // Nothing is known of where it stood; the trace of an earlier failure must not stand for that.
        None => error(
            "cancelled by request while it ran; it did not end by itself in time, and was aborted"
                .to_owned(),
        )
        .with_trace([]),
    }
}

#[cfg(test)]
mod tests {
    use super::error;
    use crate::worker::JobError;

    #[test]
    fn the_error_says_how_the_run_ended() {
        let aborted = error(None);
        assert_eq!(aborted.class(), "Jobdeck::Cancelled");
        assert!(aborted.message().contains("aborted"), "{aborted}");
        assert!(aborted.trace().is_empty());
        let answer = JobError::new("shop::Stopped", "after page 3");
        let ended = error(Some(&answer));
        assert!(
            ended.message().ends_with("shop::Stopped: after page 3"),
            "{ended}"
        );
        let trace = ended.trace();
        assert_eq!(trace[0], "caused by: shop::Stopped: after page 3");
        assert_eq!(trace[1], answer.trace()[0]);
    }

    #[test]
    fn what_another_program_has_told_is_kept_and_an_old_trace_is_not() {
        assert!(error(None).keeps_trace());
        assert!(!error(Some(&JobError::new("shop::Stopped", "after page 3"))).keeps_trace());
        let told = JobError::new("Cancelled", "the run was cancelled")
            .with_trace(["stopped at page 3".to_owned()]);
        let ended = error(Some(&told));
        assert!(ended.keeps_trace());
        assert_eq!(ended.trace()[1], "stopped at page 3");
    }
}
