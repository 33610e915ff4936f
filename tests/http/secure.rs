//! TLS, shaken hands for over real sockets: what a client sees of the certificate, of a new one, and of one that cannot be used.

use super::*;
use jobdeck::web::{Tls, serve_tls};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{fs, net::SocketAddr, path::Path, time::Duration};
use support::wait_until;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::TlsConnector;

const PATIENCE: Duration = Duration::from_secs(30);

/// A new certificate with its key, as PEM.
fn made() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    (made.cert.pem(), made.signing_key.serialize_pem())
}

/// As a program does it that must not be read half-written.
fn put(folder: &Path, name: &str, text: &str) {
    let new = folder.join("new");
    fs::write(&new, text).expect("written");
    fs::rename(new, folder.join(name)).expect("renamed");
}

struct SecurePort {
    address: SocketAddr,
    folder: TempDir,
    _site: Site,
}

impl SecurePort {
    async fn open((certificate, key): &(String, String)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        put(folder.path(), "certificate.pem", certificate);
        put(folder.path(), "key.pem", key);
        let tls = Tls::open(
            &folder.path().join("certificate.pem"),
            &folder.path().join("key.pem"),
        )
        .expect("it can be used")
        .looking_every(Duration::from_millis(10));
        let site = Site::new().await;
        let state = site.state();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(serve_tls(listener, tls, state, site.shutdown.clone()));
        Self {
            address,
            folder,
            _site: site,
        }
    }

    /// What is answered to a client that trusts only this certificate.
    async fn ask(&self, trusted: &str, request: &str) -> std::io::Result<String> {
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_slice(trusted.as_bytes()).expect("PEM");
        roots.add(certificate).expect("a certificate");
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let name = ServerName::try_from("localhost").expect("a name");
        let asking = async {
            let socket = TcpStream::connect(self.address).await?;
            let mut stream = TlsConnector::from(Arc::new(config))
                .connect(name, socket)
                .await?;
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
            Ok(String::from_utf8_lossy(&answer).into_owned())
        };
        timeout(PATIENCE, asking).await.expect("an answer in time")
    }

    async fn is_served(&self, trusted: &str) -> bool {
        let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let answer = self.ask(trusted, request).await;
        answer.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_used_and_a_broken_one_is_not() {
    let (first, second, third) = (made(), made(), made());
    let port = SecurePort::open(&first).await;
    assert!(port.is_served(&first.0).await);
    assert!(!port.is_served(&second.0).await);

    // The certificate alone does not go with the old key.
    put(port.folder.path(), "certificate.pem", &second.0);
    for _ in 0..20 {
        assert!(port.is_served(&first.0).await);
    }
    put(port.folder.path(), "key.pem", &second.1);
    wait_until("the new pair is used", async || {
        port.is_served(&second.0).await
    })
    .await;
    assert!(!port.is_served(&first.0).await);

    fs::remove_file(port.folder.path().join("key.pem")).expect("removed");
    put(port.folder.path(), "certificate.pem", "nonsense");
    for _ in 0..20 {
        assert!(port.is_served(&second.0).await);
    }
    put(port.folder.path(), "key.pem", &third.1);
    put(port.folder.path(), "certificate.pem", &third.0);
    wait_until("a good pair is used again", async || {
        port.is_served(&third.0).await
    })
    .await;
}

#[tokio::test]
async fn without_tls_nothing_is_answered() {
    let port = SecurePort::open(&made()).await;
    let mut plain = TcpStream::connect(port.address).await.expect("connected");
    plain
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .expect("sent");
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, plain.read_to_end(&mut answer))
        .await
        .expect("closed in time");
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1.1"));
}

#[tokio::test]
async fn a_page_that_came_without_tls_asks_for_no_change() {
    let pair = made();
    let port = SecurePort::open(&pair).await;
    for (origin, expected) in [("https", 200), ("http", 403)] {
        let request = format!(
            "POST /api/v1/queues/a/pause HTTP/1.1\r\nHost: localhost\r\nOrigin: {origin}://localhost\r\n\
             Content-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let answer = port.ask(&pair.0, &request).await.expect("an answer");
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {expected}")),
            "{origin}: {answer}"
        );
    }
}
