//! How the exporters reach the collector: with the client that everything else here uses, on the runtime that they were made on. They work
//! on threads of their own, which have none.

use crate::http_client::{self, HttpClient, unanswered};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use opentelemetry_http::HttpError;
use std::{fmt, time::Duration};
use tokio::runtime::Handle;

/// How long a connection may take to be made.
const CONNECTING: Duration = Duration::from_secs(5);
/// How long an answer may take in all.
const ANSWERING: Duration = Duration::from_secs(10);
/// Most of an answer that is read: it says little.
const MOST: usize = 64 << 10;

/// Where traces and logs are sent.
pub(super) struct Collector {
    client: HttpClient,
    runtime: Handle,
}

impl Collector {
    /// # Errors
    /// Why nothing can be sent over TLS; that there is no runtime here.
    pub(super) fn new(is_secure: bool) -> Result<Self, String> {
        Ok(Self {
            client: http_client::connect(CONNECTING, is_secure)
                .map_err(|error| error.to_string())?,
            runtime: Handle::try_current().map_err(|error| error.to_string())?,
        })
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Collector").finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl opentelemetry_http::HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let endpoint = request.uri().to_string();
        let sending = async move {
            let answer = client.request(request.map(Full::new)).await;
            let answer = answer.map_err(|error| unanswered(&error, &endpoint).message)?;
            let (parts, body) = answer.into_parts();
            let body = Limited::new(body, MOST).collect().await?.to_bytes();
            Ok(Response::from_parts(parts, body))
        };
        // Also the clock is the runtime's.
        let in_time = async { tokio::time::timeout(ANSWERING, sending).await };
        self.runtime.spawn(in_time).await??
    }
}
