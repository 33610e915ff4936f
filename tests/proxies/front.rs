//! A real proxy in front of Jobdeck, with its file of `examples/`: own port, own folder, gone when dropped.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::Value;
use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};
use tempfile::TempDir;
use tokio::{
    net::{TcpSocket, TcpStream},
    process::{Child, Command},
};
use tokio_rustls::TlsConnector;

/// The name that it has in both examples.
pub(super) const NAME: &str = "jobs.example.com";
/// Where people sit: no address of a proxy.
pub(super) const CLIENT: &str = "127.0.0.9";

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Nginx,
    Caddy,
}

pub(super) struct Front {
    port: u16,
    trusted: CertificateDer<'static>,
    _folder: TempDir,
    _process: Child,
}

impl Front {
    /// Starts one in front of this address, and waits until it takes connections.
    pub(super) async fn start(kind: Kind, jobdeck: &str) -> Self {
        // Another process may take the port between our looking and the proxy's binding: then the next one.
        for _ in 0..10 {
            let folder = tempfile::tempdir().expect("a folder");
            let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).expect("made");
            let (certificate, key) = (folder.path().join("tls.pem"), folder.path().join("tls.key"));
            std::fs::write(&certificate, made.cert.pem()).expect("written");
            std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
            let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
            let port = free.local_addr().expect("an address").port();
            drop(free);
            let mut command = match kind {
                Kind::Nginx => nginx(folder.path(), port, jobdeck, &certificate, &key),
                Kind::Caddy => caddy(folder.path(), port, jobdeck, &certificate, &key),
            };
            let mut process = command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .kill_on_drop(true)
                .spawn()
                .unwrap_or_else(|error| {
                    panic!("{kind:?} cannot be run: {error}; type: scripts/setup tests")
                });
            let mut has_ended = false;
            crate::support::wait_until("the proxy listens", async || {
                has_ended = process.try_wait().expect("it is a child").is_some();
                has_ended || TcpStream::connect(("127.0.0.1", port)).await.is_ok()
            })
            .await;
            if !has_ended {
                return Self {
                    port,
                    trusted: CertificateDer::from_pem_slice(made.cert.pem().as_bytes())
                        .expect("PEM"),
                    _folder: folder,
                    _process: process,
                };
            }
        }
        panic!("{kind:?} could not be started");
    }

    /// The origin of the pages that it shows.
    pub(super) fn origin(&self) -> String {
        format!("https://{NAME}:{}", self.port)
    }

    /// What it answers, asked over a connection of its own.
    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Response<Incoming> {
        let socket = TcpSocket::new_v4().expect("a socket");
        let client: IpAddr = CLIENT.parse().expect("an address");
        socket.bind((client, 0).into()).expect("it is this machine");
        let to: SocketAddr = ([127, 0, 0, 1], self.port).into();
        let socket = socket.connect(to).await.expect("it takes connections");
        let mut roots = RootCertStore::empty();
        roots.add(self.trusted.clone()).expect("a certificate");
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let socket = TlsConnector::from(Arc::new(config))
            .connect(ServerName::try_from(NAME).expect("a name"), socket)
            .await
            .expect("it has the certificate that it was given");
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket))
            .await
            .expect("it speaks HTTP");
        tokio::spawn(connection);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", format!("{NAME}:{}", self.port));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).expect("a request");
        sender.send_request(request).await.expect("an answer")
    }

    /// Status, place where it leads, and text.
    pub(super) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> (u16, String, String) {
        let response = self.send(method, path, headers, body).await;
        let status = response.status().as_u16();
        let location = response.headers().get("location");
        let location = location.map(|location| location.to_str().expect("text").to_owned());
        let body = response.into_body().collect().await.expect("a body");
        let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        (status, location.unwrap_or_default(), text)
    }

    /// The JSON at a path.
    pub(super) async fn json(&self, path: &str) -> Value {
        let (status, _, text) = self.ask("GET", path, &[], "").await;
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }
}

/// The example with what differs here. Each of the texts stands there, or the example has changed.
fn example(path: &str, changes: &[(&str, String)]) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(path);
    let text = std::fs::read_to_string(file).expect("the example");
    changes.iter().fold(text, |text, (there, here)| {
        assert_eq!(text.matches(there).count(), 1, "`{there}` in {path}");
        text.replace(there, here)
    })
}

fn nginx(folder: &Path, port: u16, jobdeck: &str, certificate: &Path, key: &Path) -> Command {
    let changes = [
        ("server 127.0.0.1:8080;", format!("server {jobdeck};")),
        ("listen 443 ssl;", format!("listen 127.0.0.1:{port} ssl;")),
        (
            "/etc/nginx/tls/jobs.example.com.pem",
            certificate.display().to_string(),
        ),
        (
            "/etc/nginx/tls/jobs.example.com.key",
            key.display().to_string(),
        ),
    ];
    std::fs::write(
        folder.join("jobdeck.conf"),
        example("nginx/jobdeck.conf", &changes),
    )
    .expect("written");
    // One process, in the foreground, with nothing outside of the folder.
    let around = "daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log stderr error;\nevents {}\nhttp {\n\
        access_log off;\nclient_body_temp_path body;\nproxy_temp_path proxy;\nfastcgi_temp_path fastcgi;\n\
        uwsgi_temp_path uwsgi;\nscgi_temp_path scgi;\ninclude jobdeck.conf;\n}\n";
    std::fs::write(folder.join("nginx.conf"), around).expect("written");
    let mut command = Command::new(program("JOBDECK_NGINX", "usr/sbin/nginx"));
    command
        .arg("-p")
        .arg(folder)
        .args(["-e", "stderr", "-c", "nginx.conf"]);
    command
}

fn caddy(folder: &Path, port: u16, jobdeck: &str, certificate: &Path, key: &Path) -> Command {
    let site = format!(
        "https://{NAME}:{port} {{\n\tbind 127.0.0.1\n\ttls {} {}\n",
        certificate.display(),
        key.display()
    );
    let changes = [
        ("\njobs.example.com {\n", format!("\n{site}")),
        (
            "reverse_proxy 127.0.0.1:8080 {",
            format!("reverse_proxy {jobdeck} {{"),
        ),
    ];
    // Nothing but this port: no administration, no redirects from another.
    let around =
        "{\n\tadmin off\n\tauto_https disable_redirects\n\tlog {\n\t\tlevel ERROR\n\t}\n}\n";
    let file = folder.join("Caddyfile");
    std::fs::write(
        &file,
        format!("{around}{}", example("caddy/Caddyfile", &changes)),
    )
    .expect("written");
    let mut command = Command::new(program("JOBDECK_CADDY", "usr/bin/caddy"));
    for variable in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env(variable, folder);
    }
    command
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(file);
    command
}

/// The program that a variable names, or that of the system, or that which `scripts/setup tests` has unpacked.
fn program(variable: &str, path: &str) -> PathBuf {
    if let Some(program) = std::env::var_os(variable) {
        return program.into();
    }
    let of_system = Path::new("/").join(path);
    if of_system.exists() {
        return of_system;
    }
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/proxies")
        .join(path);
    if unpacked.exists() {
        return unpacked;
    }
    Path::new(path)
        .file_name()
        .map(PathBuf::from)
        .unwrap_or_default()
}
