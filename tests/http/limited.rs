//! Who is limited to queues: whatever is asked for, nothing of the others' jobs is told, and none of it is changed.
//!
//! The lists of what can be asked for are the server's own: a new address that is in none of the tables here fails a test.

#[path = "limited/changes.rs"]
mod changes;
#[path = "limited/ground.rs"]
mod ground;
#[path = "limited/reads.rs"]
mod reads;

use super::*;
use ground::{FOREIGN, OWN, QUEUE};
use jobdeck::{admin::HoldKeeper, model::Role};

/// What is asked for.
#[derive(Clone, Debug)]
struct Asked {
    method: Method,
    path: String,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

impl Asked {
    fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            headers: Vec::new(),
            body: String::new(),
        }
    }
}

/// Names of what there is, of both teams.
struct Names {
    /// Groups of failures.
    groups: Vec<String>,
    /// Operations and holds of those without a limit.
    foreign: Vec<String>,
    /// Addresses of the others' entries, in sets and in their queue.
    entries: Vec<String>,
}

/// A server over such a store, and one over Redis.
async fn grounds() -> (Vec<(Site, Names)>, RedisServer) {
    let redis = RedisServer::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut grounds = Vec::new();
    for mut site in [Site::new().await, Site::on(&redis.url(), folder).await] {
        site.changed(|state| state.auth = Arc::new(ground::auth()));
        ground::fill(&site).await;
        let names = prepare(&site).await;
        grounds.push((site, names));
    }
    (grounds, redis)
}

/// Has those without a limit do something: an operation, one that is paused, a hold, a word about a group of failures and a deploy.
async fn prepare(site: &Site) -> Names {
    let admin = site.as_token("admin");
    let groups = async || {
        let list = admin.json("/api/v1/failures?limit=100").await;
        let groups = list["groups"].as_array().expect("groups").clone();
        // There are three: of each team, and of both.
        let is_known = list["index"]["completeness"] == "exact" && groups.len() >= 3;
        (is_known, groups)
    };
    support::wait_until("the groups are known", async || groups().await.0).await;
    let groups: Vec<String> = groups()
        .await
        .1
        .iter()
        .map(|group| group["digest"].as_str().expect("an address").to_owned())
        .collect();
    for group in &groups {
        let path = format!("/api/v1/failures/{group}");
        let detail = admin.get(&path).await.text;
        if detail.contains(FOREIGN) {
            let body = json!({"note": "ask the giraffe"}).to_string();
            let said = admin.ask(Method::PUT, &path, &[], &body).await;
            assert_eq!(said.status, StatusCode::OK, "{}", said.text);
        }
    }
    let mut foreign = Vec::new();
    for (body, is_paused) in [
        (
            json!({"action": "reschedule", "at": "2101-01-01T00:00:00Z", "from": "scheduled", "filter": {"class": "giraffe::Job"}, "reason": "the giraffe is ill"}),
            false,
        ),
        (
            json!({"action": "delete", "from": "dead", "filter": {"class": "giraffe::Job"}}),
            true,
        ),
    ] {
        let begun = admin.post("/api/v1/operations", &body).await;
        assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.text);
        let id = begun.json()["id"].as_str().expect("a name").to_owned();
        if is_paused {
            let path = format!("/api/v1/operations/{id}/pause");
            let paused = admin.post(&path, &json!({})).await;
            assert_eq!(paused.status, StatusCode::OK, "{}", paused.text);
        } else {
            site.finish(&id).await;
        }
        foreign.push(id);
    }
    let hold = json!({"query": "class:g*", "seconds": 7_200, "reason": "the giraffe is ill"});
    let held = admin.post("/api/v1/holds", &hold).await;
    assert_eq!(held.status, StatusCode::CREATED, "{}", held.text);
    let held = held.json();
    foreign.push(held["hold"]["id"].as_str().expect("a name").to_owned());
    site.finish(held["operation"]["id"].as_str().expect("a name"))
        .await;
    let mark = admin.post("/api/v1/deploys", &json!({"name": "v1"})).await;
    assert_eq!(mark.status, StatusCode::CREATED, "{}", mark.text);
    let mut entries = Vec::new();
    for path in [
        "/api/v1/queues/zebra/jobs",
        "/api/v1/sets/dead/jobs",
        "/api/v1/sets/retries/jobs",
        "/api/v1/sets/scheduled/jobs",
    ] {
        for entry in admin.json(path).await["entries"]
            .as_array()
            .expect("entries")
        {
            if entry.to_string().to_lowercase().contains(FOREIGN) {
                entries.push(entry["id"].as_str().expect("an address").to_owned());
            }
        }
    }
    assert!(entries.len() >= 14, "{entries:?}");
    Names {
        groups,
        foreign,
        entries,
    }
}

/// Somebody who asks.
struct Asker<'site> {
    site: &'site Site,
    header: (&'static str, String),
}

impl Site {
    fn as_token(&self, name: &str) -> Asker<'_> {
        Asker {
            site: self,
            header: ("authorization", format!("Bearer {name}")),
        }
    }

    async fn as_user(&self, name: &str) -> Asker<'_> {
        let answer = self.log_in(name, access::PASSWORD, "/").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let cookie = answer.header("set-cookie").split(';').next();
        Asker {
            site: self,
            header: ("cookie", cookie.expect("a cookie").to_owned()),
        }
    }
}

impl Asker<'_> {
    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let (name, value) = &self.header;
        let mut all = vec![(*name, value.as_str())];
        all.extend(headers);
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            all.push(("content-type", "application/json"));
        }
        self.site.ask(method, path, &all, body).await
    }

    async fn asked(&self, asked: &Asked) -> Answer {
        let Asked {
            method,
            path,
            headers,
            body,
        } = asked;
        self.ask(method.clone(), path, headers, body).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], "").await
    }

    async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.json()
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, &[], &body.to_string()).await
    }

    /// The first event of a stream that never ends.
    async fn first_event(&self, path: &str) -> String {
        let (name, value) = &self.header;
        let request = Request::get(path)
            .header(header::HOST, "127.0.0.1:8080")
            .header(*name, value)
            .body(Body::empty())
            .expect("a request");
        let answer = self.site.router.clone().oneshot(request).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let mut pieces = answer.into_body().into_data_stream();
        let mut text = String::new();
        while !text.contains("\n\n") {
            let piece = pieces.next().await.expect("an event").expect("a piece");
            text.push_str(&String::from_utf8_lossy(&piece));
        }
        text
    }
}

/// What of the others' is in an answer.
fn foreign_in(asked: &Asked, text: &str) -> Option<String> {
    let small = text.to_lowercase();
    let around = |word: &str| {
        let at = small.find(word)?;
        let before = small[..at].char_indices().rev().nth(200);
        let from = before.map_or(0, |(at, _)| at);
        let around: String = small[from..].chars().take(400).collect();
        Some(format!("`{word}` at {asked:?}: …{around}…"))
    };
    // What was asked may be said again.
    let says_again = |word: &str| asked.path.contains(word) || asked.body.contains(word);
    let mut words = [FOREIGN, QUEUE].into_iter();
    words.find_map(|word| around(word).filter(|_| !says_again(word)))
}

const LIMITED: [Role; 2] = [Role::Operator, Role::Admin];

fn limited(role: Role) -> String {
    format!("limited-{}", role.name())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_has_a_word_of_jobs_beyond_the_limit() {
    let (grounds, _redis) = grounds().await;
    for (site, names) in &grounds {
        // Those without a limit have seen all of it: what the server remembers of that is nobody else's.
        let mut told = 0;
        for (programs, asked) in reads::all(site, names).await {
            let admin = if programs {
                site.as_token("admin")
            } else {
                site.as_user("admin").await
            };
            told += usize::from(admin.asked(&asked).await.text.contains(FOREIGN));
        }
        assert!(told > 30, "only {told} answers tell of the others' jobs");
        for role in LIMITED {
            let name = limited(role);
            let (token, user) = (site.as_token(&name), site.as_user(&name).await);
            let (mut own, mut told) = (0, Vec::new());
            for (programs, asked) in reads::all(site, names).await {
                let asker = if programs { &token } else { &user };
                let answer = asker.asked(&asked).await;
                assert_ne!(
                    answer.status,
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "{asked:?}: {}",
                    answer.text
                );
                told.extend(foreign_in(&asked, &answer.text));
                own += usize::from(answer.text.contains(OWN));
            }
            assert!(
                own > 20,
                "{name} is told of their own in {own} answers only"
            );
            for path in reads::STREAMS {
                let asker = if path.starts_with("/api/v1") {
                    &token
                } else {
                    &user
                };
                let text = asker.first_event(path).await;
                assert!(text.contains("mine"), "{path}: {text}");
                told.extend(foreign_in(&Asked::get(*path), &text));
            }
            assert!(
                told.is_empty(),
                "{name} is told of {}: {}",
                told.len(),
                told.join("\n")
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_beyond_the_limit_is_changed() {
    let (grounds, _redis) = grounds().await;
    for (site, names) in &grounds {
        let before = ground::state(site, &names.foreign).await;
        assert!(before.len() > 20, "{before:?}");
        let mut problems = Vec::new();
        for role in LIMITED {
            let name = limited(role);
            let (token, user) = (site.as_token(&name), site.as_user(&name).await);
            for (programs, asked) in changes::all(site, names).await {
                let asker = if programs { &token } else { &user };
                let answer = asker.asked(&asked).await;
                assert_ne!(
                    answer.status,
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "{asked:?}: {}",
                    answer.text
                );
                problems.extend(foreign_in(&asked, &answer.text));
                let now = ground::state(site, &names.foreign).await;
                if now != before {
                    let text = &answer.text;
                    panic!(
                        "{name} has changed something by {asked:?}: {text}\n{before:#?}\n{now:#?}"
                    );
                }
            }
            assert!(
                problems.is_empty(),
                "{name} is told {}",
                problems.join("\n")
            );
            // What they have begun is carried out.
            let records = site.store.operations().await.expect("operations");
            for record in records
                .iter()
                .filter(|record| record.plan.contains("limit"))
            {
                site.finish(&record.id).await;
            }
            assert_eq!(
                ground::state(site, &names.foreign).await,
                before,
                "by what {name} has begun"
            );
        }
        // A hold that is limited holds nothing else. Theirs is due before one's own, so it has been looked at when that is held.
        const DUE: f64 = 1_700_000_100.0;
        let due = |queue: &str, jid: &str, score| Destination::Set {
            set: Set::Retries,
            score,
            raw: format!(r#"{{"class":"A","args":[],"jid":"{jid}","queue":"{queue}"}}"#).into(),
        };
        let retries = [
            due(ground::QUEUE, "zebra-due", DUE),
            due("mine", "pony-due", DUE + 1.0),
        ];
        site.store.add(&retries).await.expect("they are added");
        let before = ground::state(site, &names.foreign).await;
        let keeper = HoldKeeper::new(Admin::new(site.store.clone()));
        let stop = CancellationToken::new();
        let kept = tokio::spawn(keeper.run(stop.clone()));
        support::wait_until("one's own retry is held", async || {
            let budget = std::time::Duration::from_secs(5);
            let found = site.store.find_jid("pony-due", budget).await;
            let entries = found.expect("an answer").entries;
            entries.iter().any(|entry| entry.id.position > DUE + 100.0)
        })
        .await;
        stop.cancel();
        kept.await.expect("it ends");
        assert_eq!(
            ground::state(site, &names.foreign).await,
            before,
            "by a hold"
        );
    }
}

#[tokio::test]
async fn verbs_that_reach_beyond_the_limit_are_not_drawn() {
    let site = Site::with(|state| state.auth = Arc::new(ground::auth())).await;
    ground::fill(&site).await;
    let (admin, limited) = (
        site.as_user("admin").await,
        site.as_user("limited-admin").await,
    );
    let page = async |asker: &Asker<'_>, path: &str| {
        let accept = [("accept", "text/html"), ("content-type", "text/html")];
        asker.ask(Method::GET, path, &accept, "").await
    };
    for (path, verb, is_limited_s) in [
        ("/", "href=\"/audit\"", false),
        ("/processes", "confirm=stop", false),
        ("/queues/mine", "set_queue_paused", true),
        ("/queues", "set_queue_paused", true),
        ("/queues/zebra", "set_queue_paused", false),
        ("/queues/zebra", "clear_queue", false),
        ("/dead", "jobs/act", true),
        ("/periodic", "run_periodic", true),
        ("/alerts", "acknowledge_alert", true),
        ("/import", "type=\"file\"", true),
        ("/", "Queues: mine*", true),
    ] {
        let answer = page(&limited, path).await;
        assert_eq!(
            answer.text.contains(verb),
            is_limited_s,
            "{path} {verb}: {}",
            answer.text
        );
        let is_forbidden = answer.status == StatusCode::FORBIDDEN;
        assert_eq!(
            is_forbidden,
            path.contains(QUEUE),
            "{path}: {}",
            answer.status
        );
        if !is_limited_s && verb != "clear_queue" {
            let whole = page(&admin, path).await;
            assert!(whole.text.contains(verb), "{path} {verb}: {}", whole.text);
        }
    }
    for (method, path, body) in [
        (Method::POST, "/api/v1/queues/zebra/pause", ""),
        (Method::DELETE, "/api/v1/queues/zebra", ""),
        (Method::GET, "/api/v1/queues/zebra/jobs", ""),
        (Method::GET, "/api/v1/export?from=queue:zebra", ""),
        (Method::GET, "/api/v1/audit", ""),
        (Method::POST, "/api/v1/deploys", r#"{"name":"v2"}"#),
        (Method::POST, "/api/v1/processes/host:1:a/stop", ""),
        (
            Method::POST,
            "/api/v1/jobs",
            r#"{"class":"A","args":[],"queue":"zebra"}"#,
        ),
        (
            Method::POST,
            "/api/v1/operations",
            r#"{"action":"delete","from":"queue:zebra"}"#,
        ),
    ] {
        let token = site.as_token("limited-admin");
        let answer = token.ask(method, path, &[], body).await;
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "{path}: {}",
            answer.text
        );
        assert_eq!(answer.code(), "forbidden");
        assert!(
            answer.text.contains("you are limited to queues: mine*"),
            "{}",
            answer.text
        );
    }
}
