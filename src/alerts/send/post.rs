//! Posts JSON. Redirects are not followed: what is sent is for the address in the settings, and for nobody else.

use super::{PATIENCE, ReceiverError};
use crate::http_client::{self, HttpClient, unanswered};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Uri,
    header::{CONTENT_TYPE, USER_AGENT},
};
use http_body_util::Full;
use std::fmt;

/// An address that takes JSON.
#[derive(Clone)]
pub(super) struct Endpoint {
    client: HttpClient,
    uri: Uri,
    /// For people: the rest may be a secret.
    shown: String,
}

/// What an address says, in so far as it can be known without trying.
fn parsed(url: &str) -> Result<(Uri, bool, String), ReceiverError> {
    let wrong = |why: &str| {
        ReceiverError(format!(
            "{why}: write `https://HOST/PATH`, or `http://…` within a network that you trust"
        ))
    };
    let uri: Uri = url.trim().parse().map_err(|_| wrong("it is no address"))?;
    let is_secure = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(wrong("it is no address of HTTP")),
    };
    let Some(authority) = uri.authority().filter(|it| !it.host().is_empty()) else {
        return Err(wrong("it has no host"));
    };
    if authority.as_str().contains('@') {
        return Err(ReceiverError(
                "it has a user or password in it: put a token into a file, and name that with `token_file`".to_owned(),
            ));
    }
    let scheme = if is_secure { "https" } else { "http" };
    let shown = format!("{scheme}://{authority}");
    Ok((uri, is_secure, shown))
}

/// Whether something can be posted to this address.
///
/// # Errors
/// What is wrong with it, and what to write instead.
pub fn check_address(url: &str) -> Result<(), ReceiverError> {
    parsed(url).map(drop)
}

impl Endpoint {
    /// The one at this address.
    pub(super) fn new(url: &str) -> Result<Self, ReceiverError> {
        let (uri, is_secure, shown) = parsed(url)?;
        let client = http_client::connect(PATIENCE, is_secure)
            .map_err(|error| ReceiverError(error.to_string()))?;
        Ok(Self { client, uri, shown })
    }

    /// Posts this; an answer of success is one.
    pub(super) async fn post(&self, headers: HeaderMap, body: Vec<u8>) -> Result<(), String> {
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let own = request.headers_mut();
        own.extend(headers);
        own.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("jobdeck/", env!("CARGO_PKG_VERSION"))),
        );
        own.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let answer = self.client.request(request).await;
        let answer = answer.map_err(|error| unanswered(&error, &self.shown).message)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        Err(format!("{} answered {status}", self.shown))
    }
}

/// Without what may be secret.
impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}
