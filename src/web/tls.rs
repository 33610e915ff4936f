//! The server's certificate: read from its files, and read again when they have changed.

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use std::{
    fmt,
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// Time between two looks at the files.
const INTERVAL: Duration = Duration::from_secs(5);

/// A certificate with its key, in use.
#[derive(Debug)]
pub struct Tls {
    files: Files,
    /// The files as they were when they were read.
    seen: Option<[Stamp; 2]>,
    config: Arc<ServerConfig>,
    current: Arc<Current>,
    interval: Duration,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{path}: it cannot be read: {error}")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's reason.
        error: io::Error,
    },
    /// The certificate's file has none.
    #[error(
        "{0}: there is no certificate inside: it must be PEM, with `-----BEGIN CERTIFICATE-----`"
    )]
    NoCertificate(String),
    /// The key's file has none.
    #[error(
        "{0}: there is no private key inside: it must be PEM, with `-----BEGIN PRIVATE KEY-----`, and not encrypted"
    )]
    NoKey(String),
    /// They do not go together, or are of a kind that is not understood.
    #[error(
        "{certificate} and {key}: {error} (the server's own certificate must stand before those of authorities)"
    )]
    Unfit {
        /// The certificate's file.
        certificate: String,
        /// The key's file.
        key: String,
        /// What is wrong.
        error: rustls::Error,
    },
}

/// Where certificate and key are.
#[derive(Clone, Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

/// What tells that a file has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    size: u64,
    seconds: i64,
    nanoseconds: i64,
}

/// What new connections get.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl Tls {
    /// Reads certificate and key, PEM files both.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let files = Files {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        };
        let provider = Arc::new(ring::default_provider());
        // Before they are read: what is written meanwhile is seen afterwards.
        let seen = files.stamps();
        let current = Arc::new(Current(RwLock::new(Arc::new(files.read(&provider)?))));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| files.unfit(error))?
            .with_no_client_auth()
            .with_cert_resolver(current.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            files,
            seen,
            config: Arc::new(config),
            current,
            interval: INTERVAL,
        })
    }

    /// Looks at the files so often, in place of every five seconds.
    #[must_use]
    pub fn looking_every(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// The server's own certificate, as it is sent.
    #[must_use]
    pub fn certificate(&self) -> Option<CertificateDer<'static>> {
        let current = self.current.get();
        current.cert.first().map(|own| own.clone().into_owned())
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.clone())
    }

    /// Reads the files again whenever they have changed, until `shutdown`. As long as they cannot be used, what was read before is.
    pub(super) async fn watch(mut self, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(self.interval) => {}
                () = shutdown.cancelled() => return,
            }
            let stamps = self.files.stamps();
            if stamps == self.seen {
                continue;
            }
            match self.files.read(self.config.crypto_provider()) {
                Ok(read) => {
                    self.current.set(read);
                    tracing::info!(certificate = %self.files.certificate.display(), "the certificate was read again");
                }
                Err(error) => {
                    tracing::error!(%error, "the new certificate cannot be used; the one before it stays in use");
                }
            }
            self.seen = stamps;
        }
    }
}

/// For people: its file, and how many certificates it holds.
impl fmt::Display for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.current.get().cert.len();
        let certificates = if count == 1 {
            "certificate"
        } else {
            "certificates"
        };
        write!(
            formatter,
            "{}, {count} {certificates}, and the key fits",
            self.files.certificate.display()
        )
    }
}

impl Files {
    fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
        let text = contents(&self.certificate)?;
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&text)
            .collect::<Result<_, _>>()
            .unwrap_or_default();
        if chain.is_empty() {
            return Err(TlsError::NoCertificate(shown(&self.certificate)));
        }
        let key = PrivateKeyDer::from_pem_slice(&contents(&self.key)?)
            .map_err(|_| TlsError::NoKey(shown(&self.key)))?;
        CertifiedKey::from_der(chain, key, provider).map_err(|error| self.unfit(error))
    }

    fn unfit(&self, error: rustls::Error) -> TlsError {
        TlsError::Unfit {
            certificate: shown(&self.certificate),
            key: shown(&self.key),
            error,
        }
    }

    /// Nothing while one of them is not there.
    fn stamps(&self) -> Option<[Stamp; 2]> {
        let stamp = |path: &Path| fs::metadata(path).map(|metadata| Stamp::of(&metadata)).ok();
        Some([stamp(&self.certificate)?, stamp(&self.key)?])
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            inode: metadata.ino(),
            size: metadata.size(),
            // Of any change, also of who may read it.
            seconds: metadata.ctime(),
            nanoseconds: metadata.ctime_nsec(),
        }
    }
}

impl Current {
    fn get(&self) -> Arc<CertifiedKey> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, read: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.get())
    }
}

fn contents(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|error| TlsError::Unreadable {
        path: shown(path),
        error,
    })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::{Tls, TlsError};
    use std::{fs, path::PathBuf};
    use tempfile::TempDir;

    /// A folder with a certificate and its key.
    fn pair() -> (TempDir, PathBuf, PathBuf) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let certificate = folder.path().join("certificate.pem");
        let key = folder.path().join("key.pem");
        fs::write(&certificate, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        (folder, certificate, key)
    }

    #[test]
    fn what_is_wrong_is_told_with_its_file() {
        let (_folder, certificate, key) = pair();
        let (_other_folder, _, other_key) = pair();
        let absent = certificate.with_file_name("absent.pem");
        assert!(Tls::open(&certificate, &key).is_ok());
        let error = |certificate, key| Tls::open(certificate, key).map(drop).unwrap_err();
        for (certificate, key) in [(&absent, &key), (&certificate, &absent)] {
            let error = error(certificate, key);
            assert!(matches!(error, TlsError::Unreadable { .. }), "{error}");
            assert!(error.to_string().contains("absent.pem"), "{error}");
        }
        let error_text = error(&certificate, &other_key).to_string();
        assert!(error_text.contains("key.pem") && error_text.contains("certificate.pem"));
        // Each in the place of the other.
        assert!(matches!(error(&key, &key), TlsError::NoCertificate(_)));
        assert!(matches!(
            error(&certificate, &certificate),
            TlsError::NoKey(_)
        ));
        // Half of it.
        let text = fs::read_to_string(&certificate).unwrap();
        fs::write(&certificate, &text[..text.len() / 2]).unwrap();
        assert!(matches!(
            error(&certificate, &key),
            TlsError::NoCertificate(_)
        ));
    }
}
