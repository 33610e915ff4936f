//! What a running process does when it is told to read its configuration anew.

use super::{watched::Watched, *};
use reqwest::StatusCode;

/// A server, its configuration, and somebody who asks it.
struct Scene {
    place: Place,
    server: Watched,
    address: String,
    http: reqwest::Client,
}

impl Scene {
    /// A server with this configuration.
    async fn start(text: &str) -> Self {
        let place = Place::new();
        let path = place.path().join("jobdeck.toml");
        std::fs::write(path, text).expect("it is written");
        Self::at(place).await
    }

    /// A server without a configuration.
    async fn without_file() -> Self {
        Self::at(Place::new()).await
    }

    async fn at(place: Place) -> Self {
        let command = place.command(&["serve", "--listen", "127.0.0.1:0", "--no-worker"]);
        let mut server = Watched::start(command);
        let address = server.address().await;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self {
            place,
            server,
            address,
            http,
        }
    }

    /// Writes another configuration, and has it read; the next line of the log that holds `expected`.
    async fn reload(&mut self, text: &str, expected: &str) -> String {
        let path = self.place.path().join("jobdeck.toml");
        std::fs::write(path, text).expect("it is written");
        self.server.signal("HUP");
        self.server.logged(expected).await
    }

    /// What the answer to a program's question is.
    async fn ask(&self, path: &str, token: &str) -> StatusCode {
        let request = self.http.get(format!("{}{path}", self.address));
        let answer = request.bearer_auth(token).send().await;
        answer.expect("an answer").status()
    }

    /// What comes of somebody's change.
    async fn change(&self, token: &str) -> StatusCode {
        let request = self.http.post(format!("{}/api/v1/jobs", self.address));
        let body = serde_json::json!({"class": "A", "args": []});
        let answer = request.bearer_auth(token).json(&body).send().await;
        answer.expect("an answer").status()
    }

    /// The cookie of a new session; nothing when the log-in was refused.
    async fn log_in(&self, name: &str, password: &str) -> Option<String> {
        let request = self.http.post(format!("{}/login", self.address));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("name={name}&password={password}"));
        let answer = request.send().await.expect("an answer");
        let cookie = answer.headers().get("set-cookie")?.to_str().ok()?;
        Some(cookie.split(';').next()?.to_owned())
    }

    /// What the answer to somebody's question is who is logged in.
    async fn look(&self, cookie: &str) -> StatusCode {
        let request = self.http.get(format!("{}/queues", self.address));
        let answer = request.header("cookie", cookie).send().await;
        answer.expect("an answer").status()
    }

    /// What the answer under another name is.
    async fn ask_as(&self, host: &str) -> StatusCode {
        let request = self.http.get(format!("{}/healthz", self.address));
        let answer = request.header("host", host).send().await;
        answer.expect("an answer").status()
    }
}

/// A new token, and its hash.
async fn token(place: &Place) -> (String, String) {
    let said = place.run(&["new-token"]).await.done();
    let value = |name: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(name));
        line.expect("a line").trim().trim_matches('"').to_owned()
    };
    (value("token: "), value("hash = "))
}

/// The hash of a password.
async fn hash(place: &Place, password: &str) -> String {
    use tokio::io::AsyncWriteExt as _;
    let mut command = place.command(&["hash-password"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().expect("it runs");
    let mut input = process.stdin.take().expect("its input");
    let line = format!("{password}\n");
    input.write_all(line.as_bytes()).await.expect("it reads");
    drop(input);
    let output = process.wait_with_output().await.expect("it ends");
    let text = String::from_utf8(output.stdout).expect("text");
    text.trim().to_owned()
}

#[tokio::test]
async fn tokens_hosts_and_the_log_count_at_once_and_what_does_not_is_named() {
    let (one, hash) = token(&Place::new()).await;
    let table = |role: &str| format!("[tokens.ci]\nhash = '{hash}'\nrole = '{role}'\n");
    let mut scene = Scene::start(&table("viewer")).await;
    assert_eq!(scene.change(&one).await, StatusCode::FORBIDDEN);
    assert_eq!(
        scene.ask_as("jobs.example.com").await,
        StatusCode::MISDIRECTED_REQUEST
    );

    let more = format!(
        "{}[server]\nhosts = ['jobs.example.com']\nlisten = '127.0.0.1:1'\nenvironment = 'production'\n[live]\ninterval = '2s'\n[capsules.photos]\nqueues = ['photos']\n",
        table("operator")
    );
    let taken = scene.reload(&more, "taken up").await;
    for name in ["server.hosts", "live.interval", "tokens.ci"] {
        assert!(taken.contains(name), "{taken}");
    }
    let waiting = scene.server.logged("next start").await;
    for name in ["server.environment", "capsules.photos"] {
        assert!(waiting.contains(name), "{waiting}");
    }
    // Given as a flag, it has not changed.
    assert!(!waiting.contains("server.listen"), "{waiting}");
    assert!(!waiting.contains("tokens"), "{waiting}");
    assert_eq!(scene.change(&one).await, StatusCode::CREATED);
    assert_eq!(scene.ask_as("jobs.example.com").await, StatusCode::OK);

    // What is left out ends; what was said of the log counts from the next line on.
    let less = format!(
        "{}[log]\nfilter = 'warn'\n",
        table("operator").replace("ci", "other")
    );
    let path = scene.place.path().join("jobdeck.toml");
    std::fs::write(path, less).expect("it is written");
    scene.server.signal("HUP");
    wait_until("the name is not allowed any more", async || {
        scene.ask_as("jobs.example.com").await == StatusCode::MISDIRECTED_REQUEST
    })
    .await;
    scene
        .reload(
            "[tokens]\n[log]\nfilter = 'info'\n",
            "no users and tokens any more",
        )
        .await;
    scene.server.logged("taken up").await;
    assert_eq!(scene.ask("/api/v1/overview", "").await, StatusCode::OK);
    assert_eq!(scene.server.stop().await, Some(0));
}

#[tokio::test]
async fn a_broken_file_changes_nothing_and_is_told_with_its_place() {
    let (one, hash) = token(&Place::new()).await;
    let good = format!("[tokens.ci]\nhash = '{hash}'\nrole = 'viewer'\n");
    let mut scene = Scene::start(&good).await;
    for (text, place) in [
        ("[tokens.ci]\nhash = 'abc'\n".to_owned(), "jobdeck.toml:2: "),
        (format!("{good}[log]\nfilter = 'x=y=z'\n"), "log.filter"),
        (
            format!("{good}[users.ada]\nrole = 'admin'\npassword_hash_file = '/nowhere/ada'\n"),
            "jobdeck.toml:6: `users.ada.password_hash_file`: /nowhere/ada: it cannot be read",
        ),
        ("[tokens\n".to_owned(), "jobdeck.toml:1: "),
    ] {
        let line = scene.reload(&text, "stays in force").await;
        assert!(line.contains(place) && line.contains("ERROR"), "{line}");
        assert_eq!(scene.ask("/api/v1/overview", &one).await, StatusCode::OK);
        let unknown = scene.ask("/api/v1/overview", "nobody").await;
        assert_eq!(unknown, StatusCode::UNAUTHORIZED);
    }
    // One that is gone would leave nobody who is asked.
    std::fs::remove_file(scene.place.path().join("jobdeck.toml")).expect("it was there");
    scene.server.signal("HUP");
    let line = scene.server.logged("stays in force").await;
    assert!(line.contains("jobdeck.toml: cannot be read"), "{line}");
    let unknown = scene.ask("/api/v1/overview", "nobody").await;
    assert_eq!(unknown, StatusCode::UNAUTHORIZED);
    // And it still takes up what is right.
    scene.reload(&good, "read anew").await;
    assert_eq!(scene.server.stop().await, Some(0));
}

#[tokio::test]
async fn a_file_that_came_later_must_not_be_lost_either() {
    let mut scene = Scene::without_file().await;
    let (one, hash) = token(&Place::new()).await;
    let text = format!("[tokens.ci]\nhash = '{hash}'\nrole = 'viewer'\n");
    scene.reload(&text, "taken up").await;
    assert_eq!(scene.ask("/api/v1/overview", &one).await, StatusCode::OK);
    std::fs::remove_file(scene.place.path().join("jobdeck.toml")).expect("it was there");
    scene.server.signal("HUP");
    scene.server.logged("stays in force").await;
    let unknown = scene.ask("/api/v1/overview", "nobody").await;
    assert_eq!(unknown, StatusCode::UNAUTHORIZED);
    assert_eq!(scene.server.stop().await, Some(0));
}

#[tokio::test]
async fn sessions_end_with_their_users() {
    let place = Place::new();
    let (ada, bob) = (hash(&place, "one").await, hash(&place, "two").await);
    let user = |name: &str, hash: &str| {
        format!("[users.{name}]\npassword_hash = '{hash}'\nrole = 'viewer'\n")
    };
    let both = format!("{}{}", user("ada", &ada), user("bob", &bob));
    let mut scene = Scene::start(&both).await;
    let ada_s = scene.log_in("ada", "one").await.expect("a session");
    let bob_s = scene.log_in("bob", "two").await.expect("a session");
    assert_eq!(scene.look(&ada_s).await, StatusCode::OK);
    assert_eq!(scene.look(&bob_s).await, StatusCode::OK);

    scene.reload(&user("ada", &ada), "logged out").await;
    assert_eq!(scene.look(&bob_s).await, StatusCode::SEE_OTHER);
    assert_eq!(scene.look(&ada_s).await, StatusCode::OK);
    assert!(scene.log_in("bob", "two").await.is_none());

    // Another password.
    scene.reload(&user("ada", &bob), "logged out").await;
    assert_eq!(scene.look(&ada_s).await, StatusCode::SEE_OTHER);
    assert!(scene.log_in("ada", "two").await.is_some());
    assert_eq!(scene.server.stop().await, Some(0));
}

#[tokio::test]
async fn a_worker_reads_its_configuration_anew_too() {
    let place = Place::new();
    let write = |text: &str| {
        std::fs::write(place.path().join("jobdeck.toml"), text).expect("it is written");
    };
    write("[log]\nfilter = 'warn'\n");
    let mut worker = Watched::start(place.command(&["worker"]));
    worker.logged("no handlers").await;
    write(
        "[log]\nfilter = 'info'\n[worker]\nconcurrency = 3\n[redaction]\nkeys = ['iban']\n[live]\ninterval = '2s'\n",
    );
    worker.signal("HUP");
    let taken = worker.logged("taken up").await;
    assert!(
        taken.contains("log.filter") && taken.contains("redaction.keys"),
        "{taken}"
    );
    // A worker has no use for it.
    assert!(!taken.contains("live.interval"), "{taken}");
    let waiting = worker.logged("next start").await;
    assert!(waiting.contains("worker.concurrency"), "{waiting}");
    assert_eq!(worker.stop().await, Some(0));
}
