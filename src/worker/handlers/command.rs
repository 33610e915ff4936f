//! Jobs that a program on this machine does.

use super::{
    HandlerError, LONGEST, Rate, TIMEOUT, cancelled, facts,
    limits::Limits,
    output::{Tail, read_lines},
    process_group::ProcessGroup,
};
use crate::{
    job::cut,
    worker::{JobContext, JobError, JobResult, args, handler::Handler},
};
use futures::FutureExt;
use std::{
    collections::BTreeMap,
    io,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
    sync::oneshot,
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The exit status that asks for another try later: `EX_TEMPFAIL`.
const TRY_LATER: i32 = 75;
/// How long what a command has written is still read after its end, when processes that it left behind keep the pipes open.
const LINGER: Duration = Duration::from_secs(1);
/// Characters of an error's message.
const MESSAGE_CHARACTERS: usize = 1_000;
/// The variables that hold the [`facts`].
const VARIABLES: [&str; 5] = [
    "JOBDECK_JID",
    "JOBDECK_CLASS",
    "JOBDECK_QUEUE",
    "JOBDECK_ATTEMPT",
    "JOBDECK_DEADLINE",
];

/// Jobs of a class that a program does: it is started for each, without a shell, and reads the arguments as JSON. `docs/HANDLERS.md` says
/// what it is told and what its exit status means.
///
/// # Examples
///
/// ```
/// use jobdeck::worker::CommandHandler;
/// use std::time::Duration;
///
/// # fn example() -> Result<CommandHandler, jobdeck::worker::HandlerError> {
/// CommandHandler::new(["python3", "report.py"])?
///     .directory("/srv/reports")
///     .timeout(Duration::from_secs(600))
///     .concurrency(2)
///     .environment("LANG", "C.UTF-8")
/// # }
/// # assert!(example().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandHandler {
    pub(super) program: String,
    arguments: Vec<String>,
    pub(super) directory: Option<PathBuf>,
    pub(super) environment: BTreeMap<String, String>,
    timeout: Duration,
    grace: Duration,
    retry_in: Option<Duration>,
    concurrency: Option<usize>,
    rate: Option<Rate>,
}

impl CommandHandler {
    /// How long a job may take unless said otherwise.
    pub const TIMEOUT: Duration = Duration::from_secs(60 * 60);
    /// How long a command that is to end may take for it unless said otherwise.
    pub const GRACE: Duration = Duration::from_secs(5);

    /// Starts this program with these arguments.
    ///
    /// # Errors
    /// When no program is named.
    pub fn new(command: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, HandlerError> {
        let mut words = command.into_iter().map(Into::into);
        let program: String = words.next().unwrap_or_default();
        if program.is_empty() {
            return Err(HandlerError::new(
                "it names no program: write it as `[\"python3\", \"report.py\"]`",
            ));
        }
        Ok(Self {
            program,
            arguments: words.collect(),
            directory: None,
            environment: BTreeMap::new(),
            timeout: Self::TIMEOUT,
            grace: Self::GRACE,
            retry_in: None,
            concurrency: None,
            rate: None,
        })
    }

    /// Starts it in this directory; in the worker's own unless said. A program named with a slash, but not from the root, is looked for
    /// from here.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// Sets a variable of its environment, beside those of the worker's own.
    ///
    /// # Errors
    /// When a variable cannot have that name or value, or is one that this handler sets.
    pub fn environment(
        mut self,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Result<Self, HandlerError> {
        let (name, value) = (name.into(), value.into());
        if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
            return Err(HandlerError::new(format!(
                "`{name}` cannot be a variable of the environment"
            )));
        }
        if VARIABLES.contains(&name.as_str()) {
            return Err(HandlerError::new(format!(
                "the variable `{name}` is set by Jobdeck itself"
            )));
        }
        self.environment.insert(name, value);
        Ok(self)
    }

    /// How long a job may take before its command is ended; [`CommandHandler::TIMEOUT`] unless said.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(LONGEST);
        self
    }

    /// How long a command that is to end may take for it (from `SIGTERM` to `SIGKILL`); [`CommandHandler::GRACE`] unless said.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace.min(LONGEST);
        self
    }

    /// How long a job waits whose command ended with 75; Sidekiq's back-off unless said.
    #[must_use]
    pub fn retry_in(mut self, delay: Duration) -> Self {
        self.retry_in = Some(delay.min(LONGEST));
        self
    }

    /// How many jobs run at a time in this process, 1 at least; as many as the worker runs unless said.
    #[must_use]
    pub fn concurrency(mut self, jobs: usize) -> Self {
        self.concurrency = Some(jobs);
        self
    }

    /// How many jobs may begin within a time in this process; any number unless said.
    #[must_use]
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// The program and its arguments.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.program.as_str()).chain(self.arguments.iter().map(String::as_str))
    }

    /// This handler, ready to run jobs.
    pub(in crate::worker) fn into_handler(self, commands: &Commands) -> Handler {
        let runner = Arc::new(Runner {
            limits: Limits::new(self.concurrency, self.rate),
            handler: self,
            commands: commands.clone(),
        });
        Arc::new(move |context| {
            let runner = Arc::clone(&runner);
            async move { runner.run(&context).await }.boxed()
        })
    }
}

/// The commands of one worker that have not ended yet.
#[derive(Clone, Debug, Default)]
pub(in crate::worker) struct Commands {
    running: TaskTracker,
    hurry: CancellationToken,
}

impl Commands {
    /// Waits until all have ended; those that take longer than `patience` are killed. None may be started any more.
    pub(in crate::worker) async fn end(&self, patience: Duration) {
        self.running.close();
        if timeout(patience, self.running.wait()).await.is_err() {
            self.hurry.cancel();
            // Whatever is left after that is killed when this program ends.
            let _ = timeout(patience, self.running.wait()).await;
        }
    }
}

/// Why a command is no longer waited for.
enum End {
    Exited(io::Result<ExitStatus>),
    OutOfTime,
    Cancelled,
    /// The worker has given the job up.
    Abandoned,
}

/// A handler that starts commands.
struct Runner {
    handler: CommandHandler,
    limits: Limits,
    commands: Commands,
}

impl Runner {
    async fn run(self: Arc<Self>, context: &JobContext) -> JobResult {
        let cancellation = context.cancellation();
        let _slot = tokio::select! {
            biased;
            () = cancellation.cancelled() => return Err(cancelled()),
            slot = self.limits.enter() => slot,
        };
        let mut input = args::text(context.job())?.into_owned().into_bytes();
        input.push(b'\n');
        let child = self.start(context).map_err(|error| {
            let program = &self.handler.program;
            failure(
                "CommandNotStarted",
                format!("`{program}` cannot be started: {error}"),
                None,
            )
        })?;
        // Before anything else: whatever ends this program or the task below, the command ends with it.
        let group = ProcessGroup::of(&child);
        // A task of its own sees to the command's end, because this future may be dropped any time: that is what the guard tells.
        let abandoned = CancellationToken::new();
        let _guard = abandoned.clone().drop_guard();
        let (answer, answered) = oneshot::channel();
        let running = self.commands.running.clone();
        running.spawn(self.attend(child, group, input, context.clone(), abandoned, answer));
        answered.await?
    }

    fn start(&self, context: &JobContext) -> io::Result<Child> {
        let CommandHandler {
            program,
            arguments,
            directory,
            environment,
            timeout,
            ..
        } = &self.handler;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(environment)
            .envs(VARIABLES.into_iter().zip(facts(context, *timeout)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        if let Some(directory) = directory {
            command.current_dir(directory);
        }
        command.spawn()
    }

    /// Feeds and reads the command until it ends, or has to; answers what becomes of its job; ends who is left of its group.
    async fn attend(
        self: Arc<Self>,
        mut child: Child,
        mut group: ProcessGroup,
        input: Vec<u8>,
        context: JobContext,
        abandoned: CancellationToken,
        answer: oneshot::Sender<JobResult>,
    ) {
        let until = Instant::now() + self.handler.timeout;
        let tail = Arc::new(Mutex::new(Tail::default()));
        let mut feeding = JoinSet::new();
        if let Some(mut stdin) = child.stdin.take() {
            // A command that does not read its input has other reasons to know what it does.
            feeding.spawn(async move { drop(stdin.write_all(&input).await) });
        }
        let mut reading = JoinSet::new();
        if let Some(stdout) = child.stdout.take() {
            let context = context.clone();
            reading.spawn(read_lines(stdout, move |line| context.log(line)));
        }
        if let Some(stderr) = child.stderr.take() {
            let (context, tail) = (context.clone(), Arc::clone(&tail));
            reading.spawn(read_lines(stderr, move |line| {
                context.log(line);
                tail.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line);
            }));
        }
        let cancellation = context.cancellation();
        let end = tokio::select! {
            biased;
            status = child.wait() => End::Exited(status),
            () = abandoned.cancelled() => End::Abandoned,
            () = cancellation.cancelled() => End::Cancelled,
            () = sleep_until(until) => End::OutOfTime,
        };
        let grace = self.handler.grace;
        let has_exited = matches!(end, End::Exited(_));
        if has_exited {
            // Most leave nobody behind, and their number must not be kept while what they wrote is still read.
            group.notice_end();
        } else {
            group
                .end(&mut child, grace, self.commands.hurry.cancelled())
                .await;
        }
        let read = async { while reading.join_next().await.is_some() {} };
        let _ = timeout(LINGER, read).await;
        let result = self.judge(end, &tail.lock().unwrap_or_else(PoisonError::into_inner));
        // Nobody waits for the answer when the job was given up.
        let _ = answer.send(result);
        if has_exited {
            group
                .end(&mut child, grace, self.commands.hurry.cancelled())
                .await;
        }
    }

    fn judge(&self, end: End, tail: &Tail) -> JobResult {
        let status = match end {
            End::Exited(Ok(status)) => status,
            End::Exited(Err(error)) => {
                let message = format!("the command's end was not seen: {error}");
                return Err(failure("CommandLost", message, Some(tail)));
            }
            End::OutOfTime => {
                let timeout = humantime::format_duration(self.handler.timeout);
                let message = said(&format!("the command did not end within {timeout}"), tail);
                return Err(failure(TIMEOUT, message, Some(tail)));
            }
            End::Cancelled | End::Abandoned => {
                return Err(cancelled().with_trace(tail.lines()));
            }
        };
        if status.success() {
            return Ok(());
        }
        let Some(code) = status.code() else {
            let name = signal_name(status);
            let message = said(&format!("the command was ended by {name}"), tail);
            return Err(failure(format!("Signal {name}"), message, Some(tail)));
        };
        if code == TRY_LATER {
            let message = said("the command asks for another try later", tail);
            let error = failure("TryLater", message, Some(tail));
            return Err(match self.handler.retry_in {
                Some(delay) => error.retry_after(delay),
                None => error,
            });
        }
        let message = match tail.last_words() {
            Some(words) => cut(words, MESSAGE_CHARACTERS),
            None => format!("the command ended with exit status {code}"),
        };
        Err(failure(format!("ExitStatus {code}"), message, Some(tail)))
    }
}

/// What happened, and the command's last words.
fn said(what: &str, tail: &Tail) -> String {
    match tail.last_words() {
        Some(words) => cut(&format!("{what}: {words}"), MESSAGE_CHARACTERS),
        None => what.to_owned(),
    }
}

fn failure(class: impl Into<String>, message: impl Into<String>, tail: Option<&Tail>) -> JobError {
    JobError::new(class, message).with_trace(tail.into_iter().flat_map(Tail::lines))
}

/// `SIGSEGV`, or its number where the system has no name for it.
fn signal_name(status: ExitStatus) -> String {
    let number = status.signal().unwrap_or_default();
    // The standard library writes `signal: 11 (SIGSEGV) (core dumped)`.
    status
        .to_string()
        .split(['(', ')'])
        .find(|part| part.starts_with("SIG"))
        .map_or_else(|| number.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{CommandHandler, signal_name};
    use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

    #[test]
    fn signals_have_names() {
        assert_eq!(signal_name(ExitStatus::from_raw(9)), "SIGKILL");
        assert_eq!(signal_name(ExitStatus::from_raw(11 | 0x80)), "SIGSEGV");
        assert_eq!(signal_name(ExitStatus::from_raw(40)), "40");
    }

    #[test]
    fn a_command_names_a_program_and_variables_that_can_be() {
        for wrong in [&[][..], &[""], &["", "x"]] {
            assert!(
                CommandHandler::new(wrong.iter().copied()).is_err(),
                "{wrong:?}"
            );
        }
        let handler = CommandHandler::new(["sh", "-c", "true"]).expect("a command");
        assert_eq!(handler.words().collect::<Vec<_>>(), ["sh", "-c", "true"]);
        for (name, value) in [("", "x"), ("A=B", "x"), ("A", "\0"), ("JOBDECK_JID", "x")] {
            assert!(handler.clone().environment(name, value).is_err(), "{name}");
        }
    }
}
