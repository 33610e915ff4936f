//! The handlers of the settings file, for a worker.

use super::Failure;
use crate::{
    config::{Config, HandlerConfig, HandlerKind},
    worker::{WorkerBuilder, WorkerError},
};
use futures::future::join_all;

/// The worker with the handlers of the settings.
pub(super) fn register(
    mut builder: WorkerBuilder,
    config: &Config,
) -> Result<WorkerBuilder, Failure> {
    for handler in &config.handlers {
        builder = match handler.handler()? {
            HandlerKind::Http(http) => builder.http_handler(&handler.class, http),
            HandlerKind::Command(command) => builder.command_handler(&handler.class, command),
        };
    }
    Ok(builder)
}

/// What is wrong with a worker, and where that stands in the settings.
pub(super) fn failure(error: &WorkerError, config: &Config) -> Failure {
    match error {
        WorkerError::NoTls { class, .. } => {
            let place = config
                .handlers
                .iter()
                .find(|handler| handler.class == *class)
                .map_or("`worker`", |handler| handler.place.as_str());
            Failure::new(format!("{place}: {error}"))
        }
        _ => Failure::usage(format!("`worker`: {error}")),
    }
}

/// Whether each handler can be made: the files that the settings name must be there.
pub(super) fn check(config: &Config) -> Result<(), Failure> {
    for handler in &config.handlers {
        handler.handler()?;
    }
    Ok(())
}

/// What each handler does, a line each.
pub(super) fn described(config: &Config) -> Vec<String> {
    config.handlers.iter().map(line).collect()
}

fn line(handler: &HandlerConfig) -> String {
    let class = &handler.class;
    match handler.kind() {
        HandlerKind::Http(http) => format!("handler: {class}, by {}", http.endpoint()),
        HandlerKind::Command(command) => {
            let words: Vec<&str> = command.words().collect();
            let words = shlex::try_join(words.iter().copied()).unwrap_or_else(|_| words.join(" "));
            format!("handler: {class}, by the command {words}")
        }
    }
}

/// What keeps handlers from working now, each with its place: nothing that would not heal by itself.
pub(super) async fn troubles(handlers: &[HandlerConfig]) -> Vec<String> {
    let all = handlers.iter().map(|handler| async {
        let trouble = match handler.kind() {
            HandlerKind::Http(http) => http.trouble().await?,
            HandlerKind::Command(command) => command.trouble()?,
        };
        let HandlerConfig { class, place, .. } = handler;
        Some(format!(
            "{place}: {trouble}; until that is put right, jobs of {class} fail"
        ))
    });
    join_all(all).await.into_iter().flatten().collect()
}

/// Warns of what keeps handlers from working, as soon as that is known: nothing waits for endpoints that do not answer.
pub(super) fn warn(config: &Config) {
    let handlers = config.handlers.clone();
    tokio::spawn(async move {
        for trouble in troubles(&handlers).await {
            tracing::warn!("{trouble}");
        }
    });
}
