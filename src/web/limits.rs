//! How much one may ask for, so that the others still are answered.

use super::{client_address::ClientAddress, rest, seldom::Seldom, tally::Entry, tally::Tally};
use crate::model::{Actor, Via};
use axum::{
    body::{Body, HttpBody},
    http::{Extensions, HeaderValue, StatusCode, header::RETRY_AFTER},
    response::Response,
};
use bytes::Bytes;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use http_body_util::BodyExt;
use hyper::body::Frame;
use std::{
    fmt,
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// So many seconds' worth of requests may come at once: a page loads much, then nothing.
const BURST: u32 = 5;
/// After so many requests what is known of those who have not asked for a while is forgotten.
const SWEEP: u32 = 4_096;
/// Who has too many streams open comes back after that: one may have ended.
const STREAMS_RETRY: Duration = Duration::from_secs(5);

/// How much one may ask for. 0 stands for any number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// Connections at a time from one address (of IPv6: one network). This machine and trusted proxies count in `connections` only.
    pub connections_per_address: usize,
    /// Streams at a time for one user or token; for one address where nobody is asked who they are.
    pub streams_per_user: usize,
    /// Requests a second of one user or token, or from one address; five times as many may come at once.
    pub requests_per_second: u32,
    /// Until the first request of a connection has said all of its headers.
    pub first_headers: Duration,
    /// Until a further one has, counted from the end of the last.
    pub next_headers: Duration,
    /// As long may a client read nothing of what it is sent.
    pub stalled_reader: Duration,
}

/// No number, only times.
impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 0,
            connections_per_address: 0,
            streams_per_user: 0,
            requests_per_second: 0,
            first_headers: Duration::from_secs(10),
            // Longer than proxies keep connections (nginx: 60 s), or one of them sends a request into a connection that is just being closed.
            next_headers: Duration::from_secs(75),
            stalled_reader: Duration::from_secs(30),
        }
    }
}

/// Whose requests and streams are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Asker {
    Known(String),
    Network(IpAddr),
}

/// Looks at the limits of those who ask.
pub struct Limiter {
    limits: Limits,
    rates: Option<DefaultKeyedRateLimiter<Asker>>,
    since_sweep: AtomicU32,
    streams: Tally<Asker>,
    told: Seldom,
}

impl Limiter {
    /// With these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let rates = NonZeroU32::new(limits.requests_per_second).map(|rate| {
            let burst = rate.saturating_mul(NonZeroU32::new(BURST).unwrap_or(rate));
            RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst))
        });
        Self {
            rates,
            since_sweep: AtomicU32::new(0),
            streams: Tally::new(limits.streams_per_user),
            told: Seldom::default(),
            limits,
        }
    }

    /// The limits.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// One more request of this one; else the answer that says how long to wait.
    pub(super) fn request(&self, path: &str, asker: Option<&Asker>) -> Result<(), Box<Response>> {
        let (Some(rates), Some(asker)) = (&self.rates, asker) else {
            return Ok(());
        };
        if self.since_sweep.fetch_add(1, Ordering::Relaxed) >= SWEEP {
            self.since_sweep.store(0, Ordering::Relaxed);
            rates.retain_recent();
        }
        let Err(until) = rates.check_key(asker) else {
            return Ok(());
        };
        let wait = until.wait_time_from(DefaultClock::default().now());
        tracing::debug!(%asker, "asks too often");
        let most = self.limits.requests_per_second;
        let message = format!(
            "Too many requests: {most} a second are answered (`limits.requests_per_second`). Wait a moment, then try again.\n"
        );
        Err(Box::new(too_many(
            path,
            "too_many_requests",
            &message,
            wait,
        )))
    }

    /// Counts an answer that goes on, until it ends; refuses it when the one who asks has too many of them.
    pub(super) fn stream(&self, path: &str, asker: Option<Asker>, response: Response) -> Response {
        // What has an end says where it is.
        let is_stream = response.body().size_hint().exact().is_none();
        let Some(asker) = asker.filter(|_| is_stream) else {
            return response;
        };
        let Some(entry) = self.streams.enter(asker.clone()) else {
            if self.told.is_time() {
                tracing::warn!(%asker, "has too many streams open; another one was refused");
            }
            let most = self.limits.streams_per_user;
            let message = format!(
                "Too many streams: {most} at a time are sent (`limits.streams_per_user`). Close one, a tab for example.\n"
            );
            return too_many(path, "too_many_streams", &message, STREAMS_RETRY);
        };
        response.map(|body| counted(body, entry))
    }
}

/// The same body; with it goes what counts it.
fn counted(body: Body, entry: Entry<Asker>) -> Body {
    Body::new(body.map_frame(move |frame: Frame<Bytes>| {
        let _ = &entry;
        frame
    }))
}

impl Asker {
    /// Whoever has asked; nothing when that may be anybody.
    pub(super) fn of(extensions: &Extensions) -> Option<Self> {
        match extensions.get::<Actor>() {
            Some(actor)
                if matches!(
                    actor.via,
                    Via::Session | Via::Oidc | Via::Proxy | Via::Token
                ) =>
            {
                Some(Self::Known(actor.to_string()))
            }
            _ => ClientAddress::of(extensions)
                .and_then(ClientAddress::network)
                .map(Self::Network),
        }
    }
}

impl fmt::Display for Asker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(name) => formatter.write_str(name),
            Self::Network(address) => address.fmt(formatter),
        }
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Limiter")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// A refusal with the time after which it may be different.
pub(super) fn too_many(path: &str, code: &'static str, message: &str, wait: Duration) -> Response {
    let mut response = rest::refusal(path, StatusCode::TOO_MANY_REQUESTS, code, message);
    retry_after(&mut response, wait);
    response
}

/// Says in an answer after which time it may be different.
pub(super) fn retry_after(response: &mut Response, wait: Duration) {
    if let Ok(seconds) = HeaderValue::try_from(seconds(wait).to_string()) {
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
}

/// Whole seconds, one at least: what is waited for is over then.
pub(super) fn seconds(wait: Duration) -> u128 {
    wait.as_millis().div_ceil(1_000).max(1)
}
