//! Commands that go on until they are stopped: serve, worker, demo.

use super::*;

/// A running server, and the line that it said.
struct Serving {
    process: Child,
    address: String,
}

impl Serving {
    async fn start(place: &Place, arguments: &[&str]) -> Self {
        Self::run(place.command(arguments)).await
    }

    async fn run(mut command: Command) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        timeout(PATIENCE, output.read_line(&mut line))
            .await
            .expect("in time")
            .expect("a line");
        let address = line
            .trim_end()
            .strip_prefix("Jobdeck is at ")
            .unwrap_or_else(|| panic!("`{line}`"))
            .to_owned();
        // The rest of the output is read to its end, so that the process never waits for a reader.
        tokio::spawn(async move {
            let mut rest = Vec::new();
            let _ = output.read_to_end(&mut rest).await;
        });
        Self { process, address }
    }

    /// Ends it as a service manager does; its exit code and its log.
    async fn stop(mut self) -> (Option<i32>, String) {
        terminate(&self.process);
        let mut log = String::new();
        let mut errors = self.process.stderr.take().expect("its log");
        let ended = timeout(PATIENCE, async {
            let _ = errors.read_to_string(&mut log).await;
            self.process.wait().await.expect("it ends")
        });
        let status = ended.await.expect("it ends in time");
        (status.code(), log)
    }
}

#[tokio::test]
async fn serve_says_where_it_is_answers_and_ends_cleanly() {
    let place = Place::new();
    let server = Serving::start(&place, &["serve", "--listen", "127.0.0.1:0"]).await;
    let health = place.run(&["health", &server.address]).await.done();
    assert!(health.contains("connected"), "{health}");

    // A second server finds the port taken.
    let listen = server.address.trim_start_matches("http://").to_owned();
    place
        .run(&["serve", "--listen", &listen])
        .await
        .failed(1, "--listen");

    // Without an address the probe asks where the settings let the server listen.
    let probe = place
        .command(&["health"])
        .env("JOBDECK_LISTEN", &listen)
        .output()
        .await
        .expect("it runs");
    assert!(Run::from(probe).done().contains("connected"));

    // An open stream does not keep it from ending.
    let stream = reqwest::get(format!("{}/live", server.address))
        .await
        .expect("a stream");
    let (code, log) = server.stop().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(
        !log.contains('\u{1b}'),
        "no colours where nobody sees them: {log}"
    );
    drop(stream);
    place
        .run(&["health", &format!("http://{listen}")])
        .await
        .failed(1, "does not answer");
}

#[tokio::test]
async fn serve_ends_when_it_is_told_to_though_nobody_reads_what_it_says() {
    let place = Place::new();
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["serve", "--listen", "127.0.0.1:0", "--log", "debug"],
        &["worker"],
    ] {
        let mut process = place
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        // Its log says that it has begun; from then on both ends are closed.
        let mut log = BufReader::new(process.stderr.take().expect("its log")).lines();
        let begun = timeout(PATIENCE, async {
            while let Some(line) = log.next_line().await.expect("a line") {
                if line.contains("worker started") {
                    return;
                }
            }
            panic!("it ended early");
        });
        begun.await.expect("in time");
        drop(log);
        drop(process.stdout.take());
        terminate(&process);
        let ended = timeout(PATIENCE, process.wait()).await;
        let status = ended.expect("it ends in time").expect("it ends");
        assert_eq!(status.code(), Some(0), "{arguments:?}");
    }
}

#[tokio::test]
async fn pages_of_a_server_under_cargo_leptos_listen_to_it() {
    let place = Place::new();
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0", "--no-worker"]);
    command
        .env("LEPTOS_WATCH", "true")
        .env("LEPTOS_RELOAD_PORT", "8081");
    let server = Serving::run(command).await;
    let page = reqwest::get(&server.address).await.expect("an answer");
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(policy.contains(" ws://127.0.0.1:8081"), "{policy}");
    let text = page.text().await.expect("text");
    assert!(
        text.contains("live_reload") && text.contains("(8081,"),
        "{text}"
    );
    server.stop().await;

    let server = Serving::start(&place, &["serve", "--listen", "127.0.0.1:0"]).await;
    let page = reqwest::get(&server.address).await.expect("an answer");
    let policy = page.headers()["content-security-policy"].to_str();
    assert!(!policy.expect("text").contains("ws:"));
    server.stop().await;
}

#[tokio::test]
async fn serve_answers_below_the_base_path_that_it_is_given() {
    let place = Place::new();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--base-path"];
    let server = Serving::start(&place, &[&serve[..], &["/tools/jobs/"]].concat()).await;
    let root = server.address.strip_suffix("/tools/jobs");
    let root = root.unwrap_or_else(|| panic!("{} says nothing of it", server.address));
    for (url, status) in [
        (format!("{}/queues", server.address), 200),
        (format!("{root}/queues"), 404),
    ] {
        let answer = reqwest::get(&url).await.expect("an answer");
        assert_eq!(answer.status(), status, "{url}");
    }
    // A probe may be told of it, and need not.
    for address in [server.address.as_str(), root] {
        let health = place.run(&["health", address]).await.done();
        assert!(health.contains("connected"), "{health}");
    }
    server.stop().await;
    let wrong = place.run(&[&serve[..], &["jobs"]].concat()).await;
    wrong.failed(
        2,
        "--base-path: `server.base_path`: `jobs` is no base path: begin it with a slash",
    );
}

#[tokio::test]
async fn on_sqlite_serve_enqueues_what_is_due() {
    let place = Place::new();
    let jid = place.run(&["enqueue", "A", "--in", "1s"]).await.done();
    let server = Serving::start(&place, &["serve", "--listen", "127.0.0.1:0"]).await;
    let url = format!("{}/api/v1/jobs/{}", server.address, jid.trim());
    let moved = timeout(PATIENCE, async {
        loop {
            let text = reqwest::get(&url)
                .await
                .expect("an answer")
                .text()
                .await
                .expect("text");
            if text.contains("\"in\":\"queue:default\"") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    moved.await.expect("it is enqueued");
    let (code, log) = server.stop().await;
    assert_eq!(code, Some(0), "{log}");
}

#[tokio::test]
async fn a_worker_alone_enqueues_what_is_due_and_leaves_the_rest() {
    let redis = RedisServer::start().await;
    let place = Place::new();
    let url = redis.url();
    let check = place.run(&["check", "--store", &url]).await.done();
    assert!(check.contains("it answers"), "{check}");
    let enqueue = async |arguments: &[&str]| {
        let mut all = vec!["enqueue", "A", "--store", &url];
        all.extend(arguments);
        place.run(&all).await.done().trim().to_owned()
    };
    let waiting = enqueue(&["--queue", "other"]).await;
    let due = enqueue(&["--in", "1s"]).await;
    let mut worker = place
        .command(&["worker", "--store", &url, "--queue", "other"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let place_of = async |jid: &str| {
        let shown = place
            .run(&["jobs", "show", jid, "--json", "--store", &url])
            .await
            .done();
        let shown: Value = serde_json::from_str(&shown).expect("JSON");
        shown["locations"][0]["entry"]["in"].clone()
    };
    wait_until("it is enqueued", async || {
        place_of(&due).await == "queue:default"
    })
    .await;
    assert_eq!(
        place_of(&waiting).await,
        "queue:other",
        "nobody here runs it"
    );

    terminate(&worker);
    let status = timeout(PATIENCE, worker.wait()).await.expect("in time");
    assert_eq!(status.expect("it ends").code(), Some(0));
    let after = place.run(&["check", "--store", &url]).await.done();
    assert!(after.contains("0 processes"), "{after}");
}

#[tokio::test]
async fn the_demo_says_how_a_refused_photo_gets_published() {
    let place = Place::new();
    let demo = Serving::start(
        &place,
        &["demo", "--listen", "127.0.0.1:0", "--speed", "50"],
    )
    .await;
    let address = &demo.address;
    let ask = async |path: &str| -> Value {
        let answer = reqwest::get(format!("{address}/api/v1{path}")).await;
        let text = answer.expect("an answer").text().await.expect("text");
        serde_json::from_str(&text).expect("JSON")
    };
    // It is tried four times, among many others.
    let refused = timeout(PATIENCE * 6, async {
        loop {
            let dead = ask("/sets/dead/jobs?error=gallery::PictureTooLarge").await;
            if let Some(jid) = dead["entries"][0]["jid"].as_str() {
                return ask(&format!("/jobs/{jid}")).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let job = refused.await.expect("a photo is refused");
    let (_, command) = job["locations"][0]["entry"]["error_message"]
        .as_str()
        .expect("a message")
        .split_once("publish the photo smaller: ")
        .expect("a way out");
    let shell = Command::new("sh")
        .args(["-c", command])
        .current_dir(place.path())
        .output()
        .await
        .expect("a shell");
    let jid = Run::from(shell).done();
    // It runs on the demo's own store, and ends: not in the dead set, but published.
    let published = timeout(PATIENCE * 6, async {
        loop {
            let job = ask(&format!("/jobs/{}", jid.trim())).await;
            if job["error"]["code"] == "not_found" {
                return;
            }
            let place = &job["locations"][0]["entry"]["in"];
            assert_ne!(place, "dead", "{job}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    published.await.expect("it is published");
    assert!(
        !place.path().join("jobdeck.db").exists(),
        "no other store is touched"
    );
    demo.stop().await;
}

#[tokio::test]
async fn listening_beyond_this_machine_without_a_log_in_is_refused_unless_it_is_meant() {
    let place = Place::new();
    let refused = place.run(&["serve", "--listen", "0.0.0.0:0"]).await;
    assert_eq!(refused.code, Some(1), "{}", refused.error);
    for words in ["[users.NAME]", "hash-password", "--insecure-no-auth"] {
        assert!(refused.error.contains(words), "{}", refused.error);
    }

    let open = ["serve", "--listen", "0.0.0.0:0", "--insecure-no-auth"];
    let server = Serving::start(&place, &open).await;
    assert!(
        server.address.starts_with("http://127.0.0.1:"),
        "{}",
        server.address
    );
    let (_, log) = server.stop().await;
    assert!(log.contains("without a log-in"), "{log}");
    let server = Serving::start(&place, &["serve", "--listen", "127.0.0.1:0"]).await;
    let (_, log) = server.stop().await;
    assert!(!log.contains("log-in"), "{log}");

    // With a token somebody is asked.
    let token = place.run(&["new-token"]).await.done();
    let hash = token
        .lines()
        .find(|line| line.starts_with("hash = "))
        .expect("a hash");
    let settings = format!("[tokens.ci]\nrole = \"viewer\"\n{hash}\n");
    std::fs::write(place.path().join("jobdeck.toml"), settings).expect("a file");
    let server = Serving::start(&place, &["serve", "--listen", "0.0.0.0:0"]).await;
    let queues = format!("{}/api/v1/queues", server.address);
    let client = reqwest::Client::new();
    let nobody = client.get(&queues).send().await.expect("an answer");
    assert_eq!(nobody.status(), 401);
    let secret = token
        .lines()
        .find_map(|line| line.strip_prefix("token: "))
        .expect("a token");
    let bearer = format!("Bearer {secret}");
    let known = client
        .get(&queues)
        .header("authorization", bearer)
        .send()
        .await;
    assert_eq!(known.expect("an answer").status(), 200);
    server.stop().await;
}

#[tokio::test]
async fn serve_answers_over_tls_with_the_certificate_that_it_is_given() {
    let place = Place::new();
    let write = |name: &str| {
        let made = rcgen::generate_simple_self_signed(["jobs.example".to_owned()]).expect("made");
        let (certificate, key) = (format!("{name}.pem"), format!("{name}-key.pem"));
        std::fs::write(place.path().join(&certificate), made.cert.pem()).expect("written");
        std::fs::write(place.path().join(&key), made.signing_key.serialize_pem()).expect("written");
        (certificate, key)
    };
    let ((certificate, key), (_, other_key)) = (write("own"), write("other"));
    let listen = ["serve", "--listen", "127.0.0.1:0"];
    let tls = ["--tls-certificate", &certificate, "--tls-key", &key];
    let server = Serving::start(&place, &[&listen[..], &tls].concat()).await;
    assert!(server.address.starts_with("https://"), "{}", server.address);

    // The probe trusts the server's own certificate, and no other.
    let health = async |key: &str, certificate: &str| {
        let output = place
            .command(&["health"])
            .env(
                "JOBDECK_LISTEN",
                server.address.trim_start_matches("https://"),
            )
            .env("JOBDECK_TLS_CERTIFICATE", certificate)
            .env("JOBDECK_TLS_KEY", key)
            .output()
            .await
            .expect("it runs");
        Run::from(output)
    };
    let answer = health(&key, &certificate).await.done();
    assert!(answer.contains("connected"), "{answer}");
    health(&other_key, "other.pem")
        .await
        .failed(1, "does not answer");
    let (code, log) = server.stop().await;
    assert_eq!(code, Some(0), "{log}");

    // What is wrong is told before anything is answered.
    let unfit = ["--tls-certificate", &certificate, "--tls-key", &other_key];
    let wrong = place.run(&[&listen[..], &unfit].concat()).await;
    wrong.failed(1, "other-key.pem");
    let absent = ["--tls-certificate", "absent.pem", "--tls-key", &key];
    let wrong = place.run(&[&listen[..], &absent].concat()).await;
    wrong.failed(1, "absent.pem: it cannot be read");
    let half = place
        .command(&["check"])
        .env("JOBDECK_TLS_CERTIFICATE", &certificate)
        .output()
        .await
        .expect("it runs");
    Run::from(half).failed(2, "server.tls_key");
}
