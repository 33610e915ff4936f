//! What systemd is told (`sd_notify`): ready, reloading, stopping, how it goes, and that the process lives. Without systemd, nothing.

use sd_notify::NotifyState;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Time between two looks at how it goes.
const LOOK: Duration = Duration::from_secs(5);

/// How a process goes.
#[derive(Clone, Debug)]
pub(super) struct Health {
    /// Whether its loops go on: if not, the watchdog gets nothing, and systemd ends the process.
    pub(super) is_alive: bool,
    /// What keeps it from its work, if anything: no reason to end it.
    pub(super) trouble: Option<String>,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            is_alive: true,
            trouble: None,
        }
    }
}

/// It does what it is for, which `status` says.
pub(super) fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// It reads its configuration anew.
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::debug!(%error, "there is no monotonic clock"),
    }
}

/// It could not, for this reason, and goes on with the old one.
pub(super) fn ready_as_before(reason: &str) {
    let status = format!("The configuration was not taken up: {reason}");
    ready(&status);
}

/// It ends what it is at.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("Stopping")]);
}

/// Feeds the watchdog while the process lives, and says when something keeps it from its work, until `shutdown`. `status` holds as long as
/// nothing does.
pub(super) async fn attend(
    status: String,
    health: impl Fn() -> Health,
    shutdown: CancellationToken,
) {
    if std::env::var_os("NOTIFY_SOCKET").is_none() {
        return;
    }
    let watchdog = sd_notify::watchdog_enabled();
    // Twice within its time, and once more.
    let step = watchdog.map_or(LOOK, |time| LOOK.min(time / 3));
    let mut steps = interval(step.max(Duration::from_millis(1)));
    steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = None;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => {
                stopping();
                return;
            }
            _ = steps.tick() => {}
        }
        let Health { is_alive, trouble } = health();
        if watchdog.is_some() && is_alive {
            tell(&[NotifyState::Watchdog]);
        }
        // Said again at each look: a reload tells systemd that all is well.
        if trouble.is_some() || told.is_some() {
            let words = match &trouble {
                Some(trouble) => format!("The store does not answer: {trouble}"),
                None => status.clone(),
            };
            tell(&[NotifyState::Status(&words)]);
            told = trouble;
        }
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd cannot be told");
    }
}
