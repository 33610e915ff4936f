//! Takes up what has changed in the configuration when the process is told to by `SIGHUP`.

use super::{Failure, service, signals};
use crate::{
    config::{Change, Config, Loaded, Sources},
    telemetry,
};
use std::io::IsTerminal;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Reads the configuration anew at each `SIGHUP`.
pub(super) struct Reload {
    sources: Sources,
    /// What the process was started with: settings that count from the next start are those of this one.
    started: Loaded,
    /// What was taken up last.
    current: Loaded,
    hangups: Signal,
    has_terminal: bool,
    /// The sections of which this process takes up what counts at once; none: all.
    sections: &'static [&'static str],
}

impl Reload {
    /// From now on the signal ends the process no more.
    /// `sections`: of which it takes up what counts at once, or none for all.
    pub(super) fn new(
        mut sources: Sources,
        started: Loaded,
        sections: &'static [&'static str],
    ) -> Result<Self, Failure> {
        sources.file = sources.path();
        let hangups = signal(SignalKind::hangup())
            .map_err(|error| Failure::new(format!("signals cannot be listened to: {error}")))?;
        Ok(Self {
            sources,
            current: started.clone(),
            started,
            hangups,
            has_terminal: std::io::stderr().is_terminal(),
            sections,
        })
    }

    /// Takes up what has changed, until shutdown; `take_up` does it for all but the log, or says why it does nothing. `status` is what
    /// systemd is told when all is well.
    pub(super) async fn run(
        mut self,
        status: String,
        take_up: impl Fn(&Config) -> Result<(), Failure>,
        shutdown: CancellationToken,
    ) {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = self.hangups.recv() => {}
            }
            if self.has_terminal && !std::io::stderr().is_terminal() {
                // Its terminal was closed. Nobody meant it to go on without one.
                signals::terminate();
                return;
            }
            service::reloading();
            match self.reload(&take_up) {
                Ok(()) => service::ready(&status),
                Err(failure) => {
                    tracing::error!(
                        "the configuration was not taken up, the old one stays in force: {failure}"
                    );
                    service::ready_as_before(&failure.to_string());
                }
            }
        }
    }

    /// Whether it has a use for a setting.
    fn takes_up(&self, name: &str) -> bool {
        let section = name.split('.').next().unwrap_or_default();
        self.sections.is_empty() || self.sections.contains(&section)
    }

    fn reload(&mut self, take_up: &impl Fn(&Config) -> Result<(), Failure>) -> Result<(), Failure> {
        let mut sources = self.sources.clone();
        sources.file = sources.path();
        let newer = sources.load_with_places()?;
        telemetry::check(&newer.config.log).map_err(Failure::usage)?;
        take_up(&newer.config)?;
        telemetry::set_filter(&newer.config.log).map_err(Failure::usage)?;
        let mut taken = names(self.current.changes(&newer), true);
        taken.retain(|name| self.takes_up(name));
        let waiting = names(self.started.changes(&newer), false);
        if taken.is_empty() {
            tracing::info!(
                "the configuration was read anew; nothing that counts at once has changed"
            );
        } else {
            tracing::info!(
                changed = taken.join(", "),
                "the configuration was read anew, and taken up"
            );
        }
        if !waiting.is_empty() {
            tracing::warn!(
                changed = waiting.join(", "),
                "these changes of the configuration count from the next start"
            );
        }
        self.current = newer;
        // A file that was taken up must be there again: without it nobody would be asked who they are.
        self.sources = sources;
        Ok(())
    }
}

/// Those that count at once, or those that do not.
fn names(changes: Vec<Change>, at_once: bool) -> Vec<String> {
    let changes = changes.into_iter();
    let wanted = changes.filter(|change| change.is_live == at_once);
    wanted.map(|change| change.name).collect()
}
