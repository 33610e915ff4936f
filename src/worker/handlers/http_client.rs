//! The connections that handlers share, and failures of jobs whose endpoint does not answer.

use super::TIMEOUT;
use crate::{
    http_client::{self, ClientError, HttpClient},
    worker::JobError,
};
use hyper_util::client::legacy::Error as ClientFailure;
use std::{collections::HashMap, time::Duration};

/// The clients of one worker: handlers share connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct HttpClients {
    /// By the time that connecting may take, and whether over TLS.
    clients: HashMap<(Duration, bool), HttpClient>,
}

impl HttpClients {
    /// A client that gives up connecting after this time, over TLS if it `is_secure`.
    pub(super) fn client(
        &mut self,
        connect_timeout: Duration,
        is_secure: bool,
    ) -> Result<HttpClient, ClientError> {
        let key = (connect_timeout, is_secure);
        if let Some(client) = self.clients.get(&key) {
            return Ok(client.clone());
        }
        let client = http_client::connect(connect_timeout, is_secure)?;
        self.clients.insert(key, client.clone());
        Ok(client)
    }
}

/// Why there is no answer.
pub(super) fn unanswered(error: &ClientFailure, endpoint: &str) -> JobError {
    let why = http_client::unanswered(error, endpoint);
    JobError::new(why.class, why.message).with_trace([])
}

/// The answer did not come within the handler's timeout.
pub(super) fn timed_out(endpoint: &str, timeout: Duration) -> JobError {
    let timeout = humantime::format_duration(timeout);
    JobError::new(
        TIMEOUT,
        format!("{endpoint} did not answer within {timeout}"),
    )
    .with_trace([])
}
