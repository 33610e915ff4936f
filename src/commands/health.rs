//! `jobdeck health`: asks a running server, for containers that have no other program to ask with.

use super::{
    Failure, output,
    own_certificate::OwnCertificate,
    serve::{self, reachable},
};
use crate::{config::Sources, web::Tls};
use bytes::Bytes;
use clap::Args;
use http::Uri;
use http_body_util::{BodyExt, Empty};
use hyper_rustls::{ConfigBuilderExt, HttpsConnectorBuilder};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::{sync::Arc, time::Duration};

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
        let (server, trusted) = match self.url {
            Some(url) => (url, Trusted::Authorities),
            None => own_server()?,
        };
        let url = format!("{}/readyz", server.trim_end_matches('/'));
        let address: Uri = url
            .parse()
            .map_err(|error| Failure::usage(format!("`{server}` is no address: {error}")))?;
        if !matches!(address.scheme_str(), Some("http" | "https")) {
            return Err(Failure::usage(format!(
                "`{server}` is no address: it begins with `http://` or `https://`"
            )));
        }
        let is_secure = address.scheme_str() == Some("https");
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(is_secure.then_some(trusted))?)
            .https_or_http()
            .enable_http1()
            .build();
        let client = Client::builder(TokioExecutor::new()).build::<_, Empty<Bytes>>(connector);
        let asking = async {
            let response = client.get(address).await.map_err(|error| root(&error))?;
            let status = response.status();
            let body = response.into_body().collect().await;
            let body = body.map_err(|error| root(&error))?.to_bytes();
            Ok((status, String::from_utf8_lossy(&body).into_owned()))
        };
        let unreachable = |reason: String| Failure::new(format!("{url} does not answer: {reason}"));
        let (status, text) = tokio::time::timeout(PATIENCE, asking)
            .await
            .map_err(|_| unreachable(format!("not within {} s", PATIENCE.as_secs())))?
            .map_err(unreachable)?;
        if status.is_success() {
            output::line(text.trim_end());
            Ok(())
        } else {
            Err(Failure::new(format!("{url} answers {status}: {text}")))
        }
    }
}

/// Whom TLS trusts.
enum Trusted {
    /// The system's authorities.
    Authorities,
    /// The certificate that the settings name: it need not be for this machine's own address.
    Own(Tls),
}

/// Where the settings let the server listen.
fn own_server() -> Result<(String, Trusted), Failure> {
    let config = Sources::of_process().load()?;
    let address = reachable(config.server.listen);
    Ok(match serve::tls(&config)? {
        None => (format!("http://{address}"), Trusted::Authorities),
        Some(tls) => (format!("https://{address}"), Trusted::Own(tls)),
    })
}

/// Without TLS nobody need be trusted: a system without authorities can do without them.
fn tls(trusted: Option<Trusted>) -> Result<ClientConfig, Failure> {
    let failed = |error: &dyn std::error::Error| Failure::new(format!("no TLS: {error}"));
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?;
    let config = match trusted {
        None => config.with_root_certificates(RootCertStore::empty()),
        Some(Trusted::Authorities) => config.with_native_roots().map_err(|error| failed(&error))?,
        Some(Trusted::Own(tls)) => {
            let certificate = tls
                .certificate()
                .ok_or_else(|| Failure::new("no TLS: there is no certificate"))?;
            let own = OwnCertificate {
                certificate,
                provider,
            };
            config
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(own))
        }
    };
    Ok(config.with_no_client_auth())
}

/// The innermost cause, which says most: `connection refused`.
fn root(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
