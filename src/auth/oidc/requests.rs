//! Questions to the provider. Where it sends elsewhere is not gone to, and what it sends is not read without end.

use super::{OidcError, OidcSettings};
use crate::http_client::{self, HttpClient, unanswered};
use bytes::Bytes;
use http::{HeaderValue, header::USER_AGENT, uri::Scheme};
use http_body_util::{BodyExt, Full, Limited};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use std::{pin::Pin, time::Duration};
use tokio::time::timeout;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Largest answer, bytes.
const LARGEST: usize = 1 << 20;

/// Asks the provider.
#[derive(Clone, Debug)]
pub(super) struct Requests {
    client: HttpClient,
    /// Whether it may be asked without TLS.
    is_plain: bool,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct NoAnswer(String);

impl Requests {
    pub(super) fn new(settings: &OidcSettings) -> Result<Self, OidcError> {
        let is_plain = settings.is_plain();
        let client = http_client::connect(CONNECT, !is_plain)
            .map_err(|error| OidcError::Unavailable(error.to_string()))?;
        Ok(Self { client, is_plain })
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let uri = request.uri();
        let host = uri.host().unwrap_or_default().to_owned();
        if uri.scheme() != Some(&Scheme::HTTPS) && !self.is_plain {
            return Err(NoAnswer(format!(
                "the provider names an address at {host} that is not `https://`"
            )));
        }
        let mut request = request.map(|body| Full::new(Bytes::from(body)));
        request
            .headers_mut()
            .insert(USER_AGENT, HeaderValue::from_static("jobdeck"));
        let asked = async {
            let response = self.client.request(request).await;
            let response = response.map_err(|error| NoAnswer(unanswered(&error, &host).message))?;
            let status = response.status();
            if status.is_server_error() {
                return Err(NoAnswer(format!("{host} answers {status}")));
            }
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, LARGEST).collect().await;
            let body = body.map_err(|error| {
                NoAnswer(format!("the answer of {host} did not come whole: {error}"))
            })?;
            Ok(HttpResponse::from_parts(parts, body.to_bytes().to_vec()))
        };
        timeout(PATIENCE, asked).await.unwrap_or_else(|_| {
            let patience = humantime::format_duration(PATIENCE);
            Err(NoAnswer(format!("{host} did not answer within {patience}")))
        })
    }
}

impl<'c> AsyncHttpClient<'c> for Requests {
    type Error = NoAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NoAnswer>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}
