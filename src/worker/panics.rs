//! A handler's panic is a failure of its job, with the place where it happened.

use super::{JobError, JobResult};
use futures::future::BoxFuture;
use std::{
    any::Any,
    backtrace::Backtrace,
    cell::{Cell, RefCell},
    mem,
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    pin::Pin,
    sync::Once,
    task::{Context, Poll},
};

/// What this thread polls.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Polling {
    /// No handler: panics are not ours.
    Elsewhere,
    /// A handler.
    Handler {
        /// Whether its job asks for a trace: taking one is slow.
        wants_trace: bool,
    },
}

/// What the panic hook saw.
struct Report {
    place: String,
    backtrace: Option<Backtrace>,
}

thread_local! {
    static POLLING: Cell<Polling> = const { Cell::new(Polling::Elsewhere) };
    static REPORT: RefCell<Option<Report>> = const { RefCell::new(None) };
}

/// Puts a hook before the program's own that notes where a handler panicked; panics elsewhere go to the program's own as before.
pub(super) fn install_hook() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| match POLLING.get() {
            Polling::Elsewhere => previous(info),
            Polling::Handler { wants_trace } => {
                REPORT.replace(Some(report(info, wants_trace)));
            }
        }));
    });
}

fn report(info: &PanicHookInfo<'_>, wants_trace: bool) -> Report {
    Report {
        place: info.location().map_or_else(
            || "unknown".to_owned(),
            |location| format!("{}:{}", location.file(), location.line()),
        ),
        backtrace: wants_trace.then(Backtrace::force_capture),
    }
}

/// Runs code of the program's; its panic becomes a [`JobError`] of class `Panic`.
pub(super) fn catch<T>(wants_trace: bool, code: impl FnOnce() -> T) -> Result<T, JobError> {
    let before = POLLING.replace(Polling::Handler { wants_trace });
    // What the code worked on is not used again after a panic, so nobody sees a state that it left half-done.
    let result = panic::catch_unwind(AssertUnwindSafe(code)).map_err(|payload| {
        let error = to_error(payload.as_ref(), REPORT.take());
        // Even what was thrown may panic when it is dropped: then it is left where it is.
        if let Err(second) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            mem::forget(second);
        }
        error
    });
    POLLING.set(before);
    result
}

/// Runs a handler's future; a panic becomes a [`JobError`] of class `Panic`, also one of a value that is dropped at the end.
pub(super) struct CatchPanic {
    /// Nothing when it has ended.
    handler: Option<BoxFuture<'static, JobResult>>,
    wants_trace: bool,
}

impl CatchPanic {
    pub(super) fn new(handler: BoxFuture<'static, JobResult>, wants_trace: bool) -> Self {
        Self {
            handler: Some(handler),
            wants_trace,
        }
    }

    fn let_go(&mut self) -> JobResult {
        let handler = self.handler.take();
        catch(self.wants_trace, || drop(handler))
    }
}

impl Drop for CatchPanic {
    fn drop(&mut self) {
        if let Err(error) = self.let_go() {
            tracing::warn!(%error, "a handler that was stopped panicked");
        }
    }
}

impl Future for CatchPanic {
    type Output = JobResult;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<JobResult> {
        let wants_trace = self.wants_trace;
        let Some(handler) = self.handler.as_mut() else {
            return Poll::Pending;
        };
        let result = match catch(wants_trace, || poll_handler(handler, context)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(result)) => result,
            Err(error) => Err(error),
        };
        // What went wrong first is what is told.
        Poll::Ready(result.and(self.let_go()))
    }
}

fn to_error(payload: &(dyn Any + Send), report: Option<Report>) -> JobError {
    let message = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a value that is no text".to_owned());
    let Some(Report { place, backtrace }) = report else {
        return JobError::from_panic(message, Vec::new());
    };
    let mut lines = backtrace.map_or_else(Vec::new, |backtrace| frames(&backtrace.to_string()));
    if lines.is_empty() {
        lines.push(format!("panicked at {place}"));
    }
    JobError::from_panic(format!("{message} ({place})"), lines)
}

/// Where the frames of the handler end; its name is looked for in backtraces.
#[inline(never)]
fn poll_handler(
    handler: &mut BoxFuture<'static, JobResult>,
    context: &mut Context<'_>,
) -> Poll<JobResult> {
    handler.as_mut().poll(context)
}

/// The frames of a backtrace between the panic machinery and [`poll_handler`], as `FUNCTION at FILE:LINE`; none without symbols.
///
/// Reads the text of [`Backtrace`]: a line `N: FUNCTION`, then perhaps a line `at FILE:LINE:COLUMN`. There is no other access to its
/// frames in stable Rust; a text of another form yields fewer lines, nothing worse.
fn frames(backtrace: &str) -> Vec<String> {
    let mut frames: Vec<String> = Vec::new();
    for line in backtrace.lines().map(str::trim) {
        if let Some(place) = line.strip_prefix("at ") {
            if let Some(frame) = frames.last_mut() {
                let place = place.strip_prefix("./").unwrap_or(place);
                let place = place
                    .rsplit_once(':')
                    .map_or(place, |(front, _column)| front);
                frame.push_str(" at ");
                frame.push_str(place);
            }
        } else if let Some((number, function)) = line.split_once(": ")
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            if function.contains("poll_handler") {
                break;
            }
            frames.push(function.to_owned());
        }
    }
    let is_machinery = |frame: &String| {
        [
            "core::panicking::",
            "std::panicking::",
            "__rustc::",
            "rust_begin_unwind",
        ]
        .iter()
        .any(|prefix| frame.starts_with(prefix))
    };
    let start = frames
        .iter()
        .rposition(is_machinery)
        .map_or(0, |last| last + 1);
    frames.split_off(start)
}

#[cfg(test)]
mod tests {
    use super::{CatchPanic, install_hook};
    use crate::worker::JobError;
    use futures::FutureExt;
    use std::{
        pin::Pin,
        task::{Context, Poll},
    };

    async fn panic_of(
        wants_trace: bool,
        handler: impl Future<Output = ()> + Send + 'static,
    ) -> JobError {
        install_hook();
        let handler = handler.map(Ok).boxed();
        CatchPanic::new(handler, wants_trace).await.unwrap_err()
    }

    #[tokio::test]
    async fn a_panic_tells_its_message_and_place() {
        let error = panic_of(false, async { panic!("no photo {}", 7) }).await;
        let line = line!() - 1;
        assert_eq!(error.class(), "Panic");
        assert_eq!(error.message(), format!("no photo 7 ({}:{line})", file!()));
        assert_eq!(error.trace(), [format!("panicked at {}:{line}", file!())]);
    }

    #[tokio::test]
    async fn a_panic_after_an_await_is_caught_too() {
        let error = panic_of(false, async {
            tokio::task::yield_now().await;
            let empty: Vec<u32> = Vec::new();
            let index = empty.len() + 3;
            let _ = empty[index];
        })
        .await;
        assert!(
            error
                .message()
                .starts_with("index out of bounds: the len is 0 but the index is 3"),
            "{error}"
        );
    }

    /// Ends well, and panics when it is dropped.
    struct Bomb(bool);

    impl Future for Bomb {
        type Output = Result<(), JobError>;

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
            if self.0 {
                Poll::Ready(Ok(()))
            } else {
                Poll::Pending
            }
        }
    }

    impl Drop for Bomb {
        #[expect(clippy::panic, reason = "that is what it is for")]
        fn drop(&mut self) {
            panic!("boom");
        }
    }

    #[tokio::test]
    async fn a_panic_of_what_is_dropped_is_caught_too() {
        install_hook();
        let error = CatchPanic::new(Bomb(true).boxed(), false)
            .await
            .unwrap_err();
        assert!(error.message().starts_with("boom (src/worker/panics.rs:"));
        // One that is stopped half-way.
        let mut stopped = CatchPanic::new(Bomb(false).boxed(), false);
        assert!((&mut stopped).now_or_never().is_none());
        drop(stopped);
    }

    #[inline(never)]
    fn develop(shade: u8) {
        assert!(shade < 10, "too dark");
    }

    #[tokio::test]
    async fn the_trace_holds_the_handlers_frames_and_nothing_of_the_machinery() {
        let error = panic_of(true, async { develop(std::hint::black_box(200)) }).await;
        let trace = error.trace();
        assert!(
            trace[0].contains("develop at src/worker/panics.rs:"),
            "{trace:#?}"
        );
        assert!(
            trace.iter().all(|line| !line.contains("panicking")),
            "{trace:#?}"
        );
        assert!(trace.len() < 6, "{trace:#?}");
    }
}
