//! Why a job failed.

use std::{error::Error, fmt, panic::Location, time::Duration};

/// What a handler answers.
pub type JobResult = Result<(), JobError>;

/// What is to become of a failed job, when it is not what its `retry` field says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RetryChoice {
    /// Sidekiq's back-off: `count⁴ + 15` seconds and some jitter.
    #[default]
    Default,
    /// After exactly this time; no jitter is added.
    After(Duration),
    /// No more retries: straight to the dead set.
    Kill,
    /// No more retries, and the job is not kept.
    Discard,
}

/// Why a job failed: what the job's error fields say afterwards.
///
/// Any error becomes one by `?`; its class is then the error's type, its trace the place of the `?` and the chain of causes.
/// (So that this can be, a `JobError` is itself no [`std::error::Error`].)
///
/// # Examples
///
/// ```
/// use jobdeck::worker::{JobError, Trace};
///
/// fn parse(text: &str) -> Result<u32, JobError> {
///     let number: u32 = text.trim().parse().trace("shop::parse")?;
///     if number == 0 {
///         return Err(JobError::new("shop::NothingToDo", "the number is 0").kill());
///     }
///     Ok(number)
/// }
///
/// let error = parse("x").unwrap_err();
/// assert_eq!(error.class(), "core::num::error::ParseIntError");
/// assert_eq!(error.message(), "invalid digit found in string");
/// assert!(error.trace()[0].starts_with("shop::parse at "));
/// assert_eq!(parse("0").unwrap_err().class(), "shop::NothingToDo");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobError {
    class: String,
    message: String,
    frames: Vec<Frame>,
    causes: Vec<String>,
    choice: Option<RetryChoice>,
    keeps_trace: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Frame {
    /// A place in the source, and the function if known.
    Here {
        function: Option<String>,
        place: String,
    },
    /// A line as it is.
    Line(String),
}

impl JobError {
    /// An error of this class (for people: which kind of failure), raised where this is called.
    #[must_use]
    #[track_caller]
    pub fn new(class: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            class: class.into(),
            message: message.into(),
            frames: vec![Frame::Here {
                function: None,
                place: place(Location::caller()),
            }],
            causes: Vec::new(),
            choice: None,
            keeps_trace: false,
        }
    }

    /// An error of this class that no place in the source has raised.
    pub(super) fn without_place(class: &str, message: String) -> Self {
        Self::from_panic(message, Vec::new()).with_class(class)
    }

    /// From a panic: its lines replace the trace.
    pub(super) fn from_panic(message: String, lines: Vec<String>) -> Self {
        Self {
            class: "Panic".to_owned(),
            message,
            frames: lines.into_iter().map(Frame::Line).collect(),
            causes: Vec::new(),
            choice: None,
            keeps_trace: false,
        }
    }

    /// The same error under another class.
    #[must_use]
    pub fn with_class(mut self, class: impl Into<String>) -> Self {
        self.class = class.into();
        self
    }

    /// The same error with another message.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// The same error with these lines as its trace, in place of where it was raised: what another program wrote about it. They are kept
    /// with the job although it does not ask for a trace, unless its `backtrace` is `false`.
    #[must_use]
    pub fn with_trace(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.frames = lines.into_iter().map(Frame::Line).collect();
        self.causes.clear();
        self.keeps_trace = true;
        self
    }

    /// Whether the trace is kept although the job does not ask for one.
    pub(super) fn keeps_trace(&self) -> bool {
        self.keeps_trace
    }

    /// No more retries: straight to the dead set.
    #[must_use]
    pub fn kill(self) -> Self {
        self.choose(RetryChoice::Kill)
    }

    /// No more retries, and the job is not kept.
    #[must_use]
    pub fn discard(self) -> Self {
        self.choose(RetryChoice::Discard)
    }

    /// If there is a retry left: after exactly this time.
    #[must_use]
    pub fn retry_after(self, delay: Duration) -> Self {
        self.choose(RetryChoice::After(delay))
    }

    fn choose(mut self, choice: RetryChoice) -> Self {
        self.choice = Some(choice);
        self
    }

    /// The error's class.
    #[must_use]
    pub fn class(&self) -> &str {
        &self.class
    }

    /// The error's message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What is to become of the job, if the error says so; it goes before the class's own rule.
    #[must_use]
    pub fn choice(&self) -> Option<RetryChoice> {
        self.choice
    }

    /// The trace's lines: places in the source, innermost first, then the causes.
    #[must_use]
    pub fn trace(&self) -> Vec<String> {
        let frames = self.frames.iter().map(ToString::to_string);
        frames.chain(self.causes.iter().cloned()).collect()
    }

    /// Adds another error as the cause of this one; what is kept of its trace is kept of this one's.
    pub(super) fn caused_by(mut self, cause: &Self) -> Self {
        self.keeps_trace |= cause.keeps_trace;
        self.causes.push(format!("caused by: {cause}"));
        self.causes.extend(cause.trace());
        self
    }

    fn add_frame(&mut self, function: &str, location: &Location<'_>) {
        let place = place(location);
        // The conversion into a `JobError` on this very line has left the place without the function.
        if matches!(self.frames.last(), Some(Frame::Here { function: None, place: last }) if *last == place)
        {
            self.frames.pop();
        }
        self.frames.push(Frame::Here {
            function: Some(function.to_owned()),
            place,
        });
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.class, self.message)
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here {
                function: Some(function),
                place,
            } => write!(formatter, "{function} at {place}"),
            Self::Here {
                function: None,
                place,
            } => write!(formatter, "at {place}"),
            Self::Line(line) => formatter.write_str(line),
        }
    }
}

fn place(location: &Location<'_>) -> String {
    format!("{}:{}", location.file(), location.line())
}

impl<E: Error> From<E> for JobError {
    #[track_caller]
    fn from(error: E) -> Self {
        let causes = std::iter::successors(error.source(), |&cause| cause.source())
            .map(|cause| format!("caused by: {cause}"))
            .collect();
        let class = std::any::type_name::<E>();
        Self {
            causes,
            ..Self::new(class.split('<').next().unwrap_or(class), error.to_string())
        }
    }
}

/// Adds the current function to an error's trace.
pub trait Trace<T> {
    /// On an error: adds `function` and the place of this call to its trace.
    ///
    /// # Errors
    /// The error itself.
    #[track_caller]
    fn trace(self, function: &str) -> Result<T, JobError>;
}

impl<T, E: Into<JobError>> Trace<T> for Result<T, E> {
    #[track_caller]
    fn trace(self, function: &str) -> Result<T, JobError> {
        match self {
            Ok(value) => Ok(value),
            Err(error) => {
                let mut error: JobError = error.into();
                error.add_frame(function, Location::caller());
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{JobError, RetryChoice, Trace};
    use std::{error::Error, fmt, time::Duration};

    #[derive(Debug)]
    struct Outer(std::num::ParseIntError);

    impl fmt::Display for Outer {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("the number cannot be read")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    fn outer() -> Result<i32, Outer> {
        "x".parse().map_err(Outer)
    }

    #[test]
    fn an_error_tells_type_place_and_causes() {
        let run = || -> Result<(), JobError> {
            outer()?;
            Ok(())
        };
        let line = line!() - 3;
        let error = run().unwrap_err();
        assert!(error.class().ends_with("::Outer"), "{}", error.class());
        assert_eq!(error.message(), "the number cannot be read");
        assert_eq!(
            error.trace(),
            [
                format!("at {}:{line}", file!()),
                "caused by: invalid digit found in string".to_owned()
            ]
        );
    }

    #[test]
    fn functions_on_the_way_are_listed_innermost_first() {
        let inner = || outer().trace("shop::inner");
        let line = line!() - 1;
        let error = inner().trace("shop::handler").unwrap_err();
        let trace = error.trace();
        assert_eq!(trace[0], format!("shop::inner at {}:{line}", file!()));
        assert!(trace[1].starts_with("shop::handler at "), "{trace:?}");
        assert_eq!(trace.len(), 3);
    }

    #[test]
    fn an_error_can_say_what_becomes_of_its_job() {
        let error = JobError::new("A", "b");
        assert_eq!(error.choice(), None);
        assert_eq!(error.clone().kill().choice(), Some(RetryChoice::Kill));
        assert_eq!(error.clone().discard().choice(), Some(RetryChoice::Discard));
        let delay = Duration::from_secs(7);
        assert_eq!(
            error.retry_after(delay).choice(),
            Some(RetryChoice::After(delay))
        );
    }
}
