//! Connections to endpoints, and what goes wrong with them.

use super::TIMEOUT;
use crate::worker::JobError;
use bytes::Bytes;
use http::Uri;
use http_body_util::Full;
use hyper_rustls::{ConfigBuilderExt, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{
    client::legacy::{Client, Error as ClientFailure, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::{collections::HashMap, error::Error, io, sync::Arc, time::Duration};
use tokio::net::TcpStream;
use tower::{
    BoxError,
    timeout::{Timeout, error::Elapsed},
    util::BoxCloneSyncService,
};

/// How long a connection without requests is kept: less than the five seconds after which common servers close theirs, because a
/// request that meets such a closing is lost.
const IDLE: Duration = Duration::from_secs(4);

pub(crate) type HttpClient = Client<Connector, Full<Bytes>>;
/// Makes connections, in time.
pub(crate) type Connector =
    BoxCloneSyncService<Uri, MaybeHttpsStream<TokioIo<TcpStream>>, BoxError>;

/// Why no connection can be made at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no authorities to trust were found on this system ({0}): install its `ca-certificates`, or name a file of them in SSL_CERT_FILE"
)]
pub(crate) struct ClientError(String);

/// The clients of one worker: handlers share connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct HttpClients {
    /// By the time that connecting may take, and whether over TLS.
    clients: HashMap<(Duration, bool), HttpClient>,
}

impl HttpClients {
    /// A client that gives up connecting after this time. Whom to trust is read only if it `is_secure`: a system without authorities can
    /// do without TLS.
    pub(crate) fn client(
        &mut self,
        connect_timeout: Duration,
        is_secure: bool,
    ) -> Result<HttpClient, ClientError> {
        let key = (connect_timeout, is_secure);
        if let Some(client) = self.clients.get(&key) {
            return Ok(client.clone());
        }
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(is_secure)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(Connector::new(Timeout::new(connector, connect_timeout)));
        self.clients.insert(key, client.clone());
        Ok(client)
    }
}

fn tls(is_secure: bool) -> Result<ClientConfig, ClientError> {
    let failed = |error: &dyn Error| ClientError(error.to_string());
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?;
    let config = if is_secure {
        config.with_native_roots().map_err(|error| failed(&error))?
    } else {
        config.with_root_certificates(RootCertStore::empty())
    };
    Ok(config.with_no_client_auth())
}

/// Why there is no answer.
pub(crate) fn unanswered(error: &ClientFailure, endpoint: &str) -> JobError {
    let chain: Vec<&(dyn Error + 'static)> =
        std::iter::successors(Some(error as &(dyn Error + 'static)), |&error| {
            error.source()
        })
        .collect();
    let cause = chain.last().map(ToString::to_string).unwrap_or_default();
    let refused = |kind| {
        chain
            .iter()
            .filter_map(|error| error.downcast_ref::<io::Error>())
            .any(|error| error.kind() == kind)
    };
    let (class, message) = if chain.iter().any(|error| error.is::<Elapsed>()) {
        (
            "ConnectTimeout",
            format!("no connection to {endpoint} was made in time"),
        )
    } else if let Some(error) = chain.iter().find_map(|&error| tls_error(error)) {
        ("TlsError", format!("TLS with {endpoint} failed: {error}"))
    } else if chain.iter().any(|error| error.to_string() == "dns error") {
        (
            "UnknownHost",
            format!("the host of {endpoint} has no address: {cause}"),
        )
    } else if error.is_connect() {
        let class = if refused(io::ErrorKind::ConnectionRefused) {
            "ConnectionRefused"
        } else {
            "ConnectionFailed"
        };
        (class, format!("no connection to {endpoint}: {cause}"))
    } else {
        (
            "ConnectionLost",
            format!("the connection to {endpoint} was lost before the answer: {cause}"),
        )
    };
    JobError::new(class, message).with_trace([])
}

/// An error of TLS. Errors of input and output hold such a one inside, sometimes within one another, and do not name it as their source.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    error.downcast_ref().or_else(|| {
        let inside = error.downcast_ref::<io::Error>()?.get_ref()?;
        tls_error(inside)
    })
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
