//! Jobs that an HTTP endpoint does.

use super::{
    HandlerError, HttpClients, LONGEST, Rate, cancelled, facts,
    http_answer::judge,
    http_client::{timed_out, unanswered},
    limits::Limits,
    signature::Secret,
};
use crate::{
    http_client::{ClientError, HttpClient},
    job,
    worker::{JobContext, JobError, JobResult, handler::Handler},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures::FutureExt;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Uri,
    header::{
        AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING, USER_AGENT,
    },
};
use http_body_util::{BodyExt, Full};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use reqwest::Url;
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::time::{Instant, timeout_at};

/// Bytes of an answer that are read.
const MOST_READ: usize = 64 * 1024;
/// What a header cannot carry as it is, and the sign that says so.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'%');
/// The same for the first part of what is signed, whose parts are told apart by dots.
const ESCAPED_ID: &AsciiSet = &ESCAPED.add(b'.');
/// The headers that hold the [`facts`].
const FACTS: [&str; 5] = [
    "jobdeck-jid",
    "jobdeck-class",
    "jobdeck-queue",
    "jobdeck-attempt",
    "jobdeck-deadline",
];
/// Headers that say what is sent, or how.
const OUR_OWN: [HeaderName; 4] = [CONTENT_TYPE, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION];

/// Jobs of a class that an HTTP endpoint does: each is sent to it by POST, as stored. `docs/HANDLERS.md` says what is sent with it and
/// what the answers mean.
///
/// # Examples
///
/// ```
/// use jobdeck::worker::HttpHandler;
/// use std::time::Duration;
///
/// # fn example() -> Result<HttpHandler, jobdeck::worker::HandlerError> {
/// HttpHandler::new("https://app.internal/jobs")?
///     .secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?
///     .timeout(Duration::from_secs(20))
///     .concurrency(5)
///     .rate("100/s".parse()?)
///     .header("X-Tenant", "shop")
/// # }
/// # assert!(example().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpHandler {
    endpoint: Uri,
    /// The endpoint for people to read: without a password and parameters.
    shown: String,
    headers: HeaderMap,
    secret: Option<Secret>,
    timeout: Duration,
    connect_timeout: Duration,
    concurrency: Option<usize>,
    rate: Option<Rate>,
}

impl HttpHandler {
    /// How long a job may take unless said otherwise.
    pub const TIMEOUT: Duration = Duration::from_secs(60);
    /// How long connecting may take unless said otherwise.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

    /// Sends jobs to this address (`http` or `https`; a user and a password in it are sent as basic authorisation).
    ///
    /// # Errors
    /// When it is no such address.
    pub fn new(url: &str) -> Result<Self, HandlerError> {
        let wrong = |reason: &str| {
            HandlerError::new(format!(
                "the address cannot be used ({reason}): write it as `https://app.internal/jobs`"
            ))
        };
        let mut url = Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(&format!("`{}` is not HTTP", url.scheme())));
        }
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization(&url) {
            headers.insert(AUTHORIZATION, value);
        }
        // These fail only on addresses without a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_fragment(None);
        let endpoint = url
            .as_str()
            .parse()
            .map_err(|error: http::uri::InvalidUri| wrong(&error.to_string()))?;
        url.set_query(None);
        Ok(Self {
            endpoint,
            shown: url.into(),
            headers,
            secret: None,
            timeout: Self::TIMEOUT,
            connect_timeout: Self::CONNECT_TIMEOUT,
            concurrency: None,
            rate: None,
        })
    }

    /// Signs what is sent, so that the endpoint can tell who sent it: `whsec_` and a key in base64, or a key as plain text.
    ///
    /// # Errors
    /// When it is empty, or no base64.
    pub fn secret(mut self, secret: &str) -> Result<Self, HandlerError> {
        self.secret = Some(Secret::new(secret)?);
        Ok(self)
    }

    /// Sends this header, too.
    ///
    /// # Errors
    /// When the name or the value is none that a header can have, or the header is one that this handler sets.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, HandlerError> {
        let parsed = HeaderName::try_from(name)
            .map_err(|_| HandlerError::new(format!("`{name}` is no name of a header")))?;
        let is_ours = OUR_OWN.contains(&parsed)
            || ["jobdeck-", "webhook-"]
                .iter()
                .any(|ours| parsed.as_str().starts_with(ours));
        if is_ours {
            return Err(HandlerError::new(format!(
                "the header `{name}` is set by Jobdeck itself"
            )));
        }
        let mut value = HeaderValue::try_from(value).map_err(|_| {
            HandlerError::new(format!("the value of the header `{name}` cannot be sent"))
        })?;
        value.set_sensitive(true);
        self.headers.insert(parsed, value);
        Ok(self)
    }

    /// How long a job may take, from connecting to the end of the answer; [`HttpHandler::TIMEOUT`] unless said.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(LONGEST);
        self
    }

    /// How long connecting may take, TLS included; [`HttpHandler::CONNECT_TIMEOUT`] unless said.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout.min(LONGEST);
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

    /// The endpoint for people to read: without a password and parameters.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.shown
    }

    /// Host and port, to try whether somebody is there.
    pub(super) fn address(&self) -> (&str, u16) {
        let host = self.endpoint.host().unwrap_or_default();
        let port = if self.is_secure() { 443 } else { 80 };
        (
            host.trim_start_matches('[').trim_end_matches(']'),
            self.endpoint.port_u16().unwrap_or(port),
        )
    }

    fn is_secure(&self) -> bool {
        self.endpoint.scheme_str() == Some("https")
    }

    /// This handler, ready to run jobs.
    pub(in crate::worker) fn into_handler(
        self,
        clients: &mut HttpClients,
    ) -> Result<Handler, ClientError> {
        let sender = Arc::new(Sender {
            client: clients.client(self.connect_timeout, self.is_secure())?,
            limits: Limits::new(self.concurrency, self.rate),
            handler: self,
        });
        Ok(Arc::new(move |context| {
            let sender = Arc::clone(&sender);
            async move { sender.run(&context).await }.boxed()
        }))
    }
}

/// User and password of an address as a header.
fn authorization(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut plain: Vec<u8> = percent_decode_str(url.username()).collect();
    plain.push(b':');
    plain.extend(percent_decode_str(url.password().unwrap_or_default()));
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(plain))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// A handler with its connections.
struct Sender {
    handler: HttpHandler,
    client: HttpClient,
    limits: Limits,
}

impl Sender {
    async fn run(&self, context: &JobContext) -> JobResult {
        let cancellation = context.cancellation();
        let send = async {
            let _slot = self.limits.enter().await;
            self.send(context).await
        };
        tokio::select! {
            biased;
            () = cancellation.cancelled() => Err(cancelled()),
            result = send => result,
        }
    }

    async fn send(&self, context: &JobContext) -> JobResult {
        let HttpHandler { shown, timeout, .. } = &self.handler;
        let until = Instant::now() + *timeout;
        let answer = timeout_at(until, self.client.request(self.request(context)?))
            .await
            .map_err(|_| timed_out(shown, *timeout))?
            .map_err(|error| unanswered(&error, shown))?;
        let (head, mut body) = answer.into_parts();
        let mut read = Vec::new();
        // The status is the answer. What else is said may end half-way, or never.
        let _ = timeout_at(until, async {
            while let Some(Ok(frame)) = body.frame().await {
                if let Some(data) = frame.data_ref() {
                    let room = MOST_READ - read.len();
                    read.extend_from_slice(&data[..data.len().min(room)]);
                    if data.len() >= room {
                        break;
                    }
                }
            }
        })
        .await;
        judge(head.status, &head.headers, &read, SystemTime::now())
    }

    fn request(&self, context: &JobContext) -> Result<Request<Full<Bytes>>, JobError> {
        let handler = &self.handler;
        let body = context.job().raw().clone();
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = handler.endpoint.clone();
        let headers = request.headers_mut();
        headers.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("jobdeck/", env!("CARGO_PKG_VERSION"))),
        );
        headers.extend(handler.headers.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in FACTS.into_iter().zip(facts(context, handler.timeout)) {
            let value = utf8_percent_encode(&value, ESCAPED).to_string();
            headers.insert(name, HeaderValue::try_from(value)?);
        }
        if let Some(secret) = &handler.secret {
            let id = message_id(&context.jid(), &body);
            let timestamp = job::now().0.div_euclid(1000);
            let signature = secret.sign(&id, timestamp, &body);
            headers.insert("webhook-id", HeaderValue::try_from(id)?);
            headers.insert("webhook-timestamp", HeaderValue::from(timestamp));
            headers.insert("webhook-signature", HeaderValue::try_from(signature)?);
        }
        Ok(request)
    }
}

/// What names the job to its receiver, the same in every attempt: the jid; of a job without one, its text's digest.
fn message_id(jid: &str, body: &[u8]) -> String {
    if jid.is_empty() {
        return job::digest(body);
    }
    utf8_percent_encode(jid, ESCAPED_ID).to_string()
}

#[cfg(test)]
mod tests {
    use super::{HttpHandler, message_id};
    use http::header::AUTHORIZATION;

    #[test]
    fn an_address_s_password_is_sent_and_not_shown() {
        let handler =
            HttpHandler::new("https://ada:s%40fe@app.test/jobs?key=1#top").expect("an address");
        assert_eq!(handler.endpoint(), "https://app.test/jobs");
        assert_eq!(handler.endpoint.to_string(), "https://app.test/jobs?key=1");
        assert_eq!(handler.headers[AUTHORIZATION], "Basic YWRhOnNAZmU=");
        assert_eq!(handler.address(), ("app.test", 443));
        let handler = handler
            .secret("a secret word")
            .and_then(|handler| handler.header("X-Key", "hidden"))
            .expect("it can be sent");
        let shown = format!("{handler:?}");
        for hidden in ["YWRhOnN", "s%40fe", "secret word", "hidden"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
        let local = HttpHandler::new("http://[::1]:8000").expect("an address");
        assert_eq!(local.address(), ("::1", 8000));
    }

    #[test]
    fn what_cannot_be_an_endpoint_or_a_header_is_refused() {
        for wrong in [
            "",
            "app.internal/jobs",
            "ftp://a.test/",
            "https://",
            "http://a b/",
        ] {
            let error = HttpHandler::new(wrong).expect_err(wrong).to_string();
            assert!(error.contains("https://app.internal/jobs"), "{error}");
        }
        let handler = HttpHandler::new("http://a.test/").expect("an address");
        for (name, value) in [
            ("", "x"),
            ("a b", "x"),
            ("X-A", "two\nlines"),
            ("Content-Type", "text/plain"),
            ("Jobdeck-Jid", "x"),
            ("webhook-id", "x"),
        ] {
            assert!(handler.clone().header(name, value).is_err(), "{name}");
        }
    }

    #[test]
    fn a_message_is_named_by_its_jid() {
        assert_eq!(message_id("a1b2", b""), "a1b2");
        assert_eq!(message_id("a.b%é\n", b""), "a%2Eb%25%C3%A9%0A");
        assert_eq!(
            message_id("", b"abc"),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
    }
}
