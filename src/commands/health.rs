//! `jobdeck health`: asks a running server, for containers that have no other program to ask with.

use super::{Failure, output, serve::reachable};
use crate::config::Sources;
use clap::Args;
use std::time::Duration;

/// Longest time that a probe waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// Ask a running server whether it and its store are well
///
/// Ends with 0 if they are. For the health check of a container.
#[derive(Debug, Args)]
pub(super) struct Health {
    /// Address of the server [default: where the settings let it listen, http://127.0.0.1:8080 without any].
    #[arg(value_name = "URL")]
    url: Option<String>,
}

impl Health {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let server = match self.url {
            Some(url) => url,
            None => {
                let config = Sources::of_process().load()?;
                format!("http://{}", reachable(config.server.listen))
            }
        };
        let url = format!("{}/readyz", server.trim_end_matches('/'));
        let address = reqwest::Url::parse(&url)
            .map_err(|error| Failure::usage(format!("`{server}` is no address: {error}")))?;
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .no_proxy()
            .build()
            .map_err(|error| Failure::new(error.to_string()))?;
        let unreachable = |error: reqwest::Error| {
            Failure::new(format!("{url} does not answer: {}", root(&error)))
        };
        let response = client.get(address).send().await.map_err(unreachable)?;
        let status = response.status();
        let text = response.text().await.map_err(unreachable)?;
        if status.is_success() {
            output::line(text);
            Ok(())
        } else {
            Err(Failure::new(format!("{url} answers {status}: {text}")))
        }
    }
}

/// The innermost cause, which says most: `connection refused`.
fn root(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
