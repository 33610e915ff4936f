//! Several stores on one server: each at its own address, the first at the root as well, and none hurts another.

use super::{
    access::{PASSWORD, auth},
    crawl::{addresses, crawl, fill},
    *,
};
use jobdeck::{
    auth::{Auth, SessionLimits, Token, hash_text},
    model::{BasePath, Limit, NamePattern, Role, Scope, StoreColor, StoreSign},
};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const PAGE: (&str, &str) = ("accept", "text/html");

fn sign(name: &str, label: &str, color: StoreColor) -> StoreSign {
    StoreSign {
        name: name.to_owned(),
        label: label.to_owned(),
        color,
        environment: None,
    }
}

/// Two stores that answer, and one whose Redis is not there.
struct Several {
    /// What is asked, which is about the first store at the root.
    site: Site,
    emails: SharedStore,
    _folder: TempDir,
}

impl Several {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut AppState)) -> Self {
        let mut site = Site::new().await;
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("emails.db").display());
        let emails = open(&url).await;
        let lost = Site::lost().await;
        let live = |store: &SharedStore| {
            Live::start(
                store.clone(),
                SamplerOptions::default(),
                site.shutdown.clone(),
            )
        };
        let stores = [
            (
                sign("main", "Main shop", StoreColor::Red),
                &site.store,
                site.live.clone(),
            ),
            (
                sign("emails", "E-mails & <b>", StoreColor::Violet),
                &emails,
                live(&emails),
            ),
            (
                sign("gone", "Archive", StoreColor::Blue),
                &lost.store,
                live(&lost.store),
            ),
        ];
        let stores = stores.map(|(sign, store, live)| (sign, Admin::new(store.clone()), live));
        let mut state =
            AppState::with_stores(stores.into(), site.shutdown.clone()).expect("there are stores");
        state.hosts = Hosts::for_address(([127, 0, 0, 1], 8080).into(), &[]);
        change(&mut state);
        site.router = router(state);
        Self {
            site,
            emails,
            _folder: folder,
        }
    }

    async fn enqueue(&self, base: &str, class: &str) {
        let path = format!("{base}/api/v1/jobs");
        let job = json!({"class": class, "args": []});
        let answer = self.site.post(&path, &job).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    }

    /// The classes of the jobs that wait.
    async fn classes(&self, base: &str) -> Vec<String> {
        let path = format!("{base}/api/v1/queues/default/jobs");
        let entries = self.site.entries(&path).await;
        let classes = entries.iter().map(|entry| entry["class"].as_str());
        classes
            .map(|class| class.expect("a class").to_owned())
            .collect()
    }
}

#[tokio::test]
async fn each_store_has_an_address_and_the_first_is_at_the_root() {
    let several = Several::new().await;
    several.enqueue("", "AtTheRoot").await;
    several.enqueue("/s/main", "ByName").await;
    several.enqueue("/s/emails", "Mail").await;
    for base in ["", "/s/main"] {
        assert_eq!(
            several.classes(base).await,
            ["AtTheRoot", "ByName"],
            "{base}"
        );
    }
    assert_eq!(several.classes("/s/emails").await, ["Mail"]);
    let page = several.site.page("/s/emails/queues/default").await;
    assert!(
        page.text.contains("Mail") && !page.text.contains("ByName"),
        "{}",
        page.text
    );
    assert!(
        page.text.contains(r#" data-base="/s/emails""#),
        "{}",
        page.text
    );
    assert!(
        page.text.contains(r#"data-color="violet""#),
        "{}",
        page.text
    );
    // What is called by others is written as it is.
    assert!(
        page.text.contains("E-mails &amp; &lt;b&gt;"),
        "{}",
        page.text
    );
    for path in [
        "/s/nowhere",
        "/s/nowhere/dead",
        "/s",
        "/s/",
        "/s/emailsx/dead",
    ] {
        let answer = several.site.page(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let document = several
        .site
        .get("/s/emails/api/v1/openapi.json")
        .await
        .json();
    assert_eq!(document["servers"][0]["url"], "/s/emails/api/v1");
}

#[tokio::test]
async fn no_page_of_a_store_leads_to_another_but_the_switcher() {
    let several = Several::new().await;
    // The same server, about the second store.
    let site = Site {
        store: several.emails.clone(),
        live: Live::start(
            several.emails.clone(),
            SamplerOptions::default(),
            several.site.shutdown.clone(),
        ),
        router: several.site.router.clone(),
        shutdown: several.site.shutdown.clone(),
        _folder: tempfile::tempdir().expect("a folder"),
    };
    fill(&site, "/s/emails").await;
    let more = [
        "/no/such/page",
        "/login",
        "/search?q=class:A1",
        "/search?q=%28",
        "/jobs?jid=gone",
        "/processes?confirm=stop&process=host:1:a",
    ];
    let own: BasePath = "/s/emails".parse().expect("a path");
    let is_right = |address: &str| {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let is_of_all = path.starts_with("/pkg/") || path == "/favicon.svg";
        let is_other = |base: &str| {
            let page = path.strip_prefix(base);
            page.is_some_and(|page| !page.get(1..).unwrap_or_default().contains('/'))
        };
        own.behind(path).is_some() || is_of_all || is_other("/s/main") || is_other("/s/gone")
    };
    crawl(&site, "/s/emails", &more, is_right).await;
}

#[tokio::test]
async fn the_switcher_leads_to_the_same_list_of_the_others() {
    let several = Several::new().await;
    for (path, expected) in [
        ("/s/emails/dead?filter=a", ["/s/main/dead", "/s/gone/dead"]),
        ("/queues/default", ["/s/emails/queues", "/s/gone/queues"]),
        ("/", ["/s/main", "/s/emails"]),
    ] {
        let page = several.site.page(path).await;
        let addresses = addresses(&page.text);
        for address in expected {
            assert!(
                addresses.iter().any(|it| it == address),
                "{path}: {address}"
            );
        }
    }
    // One store alone needs none.
    let alone = Site::new().await.page("/").await;
    assert!(!alone.text.contains("store-switcher"), "{}", alone.text);
    assert!(!alone.text.contains("All stores"), "{}", alone.text);
}

#[tokio::test]
async fn all_stores_stand_side_by_side_and_a_lost_one_says_why() {
    let several = Several::new().await;
    several.enqueue("", "A").await;
    several.enqueue("/s/emails", "B").await;
    several.enqueue("/s/emails", "B").await;
    // Until it is known that the third does not answer.
    let mut stores = Value::Null;
    support::wait_until("the lost store is known to be lost", async || {
        stores = several.site.get("/api/v1/stores").await.json()["stores"].clone();
        stores[2]["state"] == "lost" && stores[1]["numbers"]["enqueued"] == 2
    })
    .await;
    assert_eq!(stores[0]["name"], "main");
    assert_eq!(stores[0]["path"], "/s/main");
    assert_eq!(stores[0]["numbers"]["enqueued"], 1);
    assert_eq!(stores[1]["label"], "E-mails & <b>");
    let reason = stores[2]["reason"].as_str().expect("a reason");
    assert!(reason.contains("does not answer"), "{reason}");
    assert_eq!(stores[2]["numbers"], Value::Null);
    for base in ["", "/s/emails", "/s/gone"] {
        let page = several.site.page(&format!("{base}/stores")).await;
        assert_eq!(page.status, StatusCode::OK, "{base}: {}", page.text);
        for words in [
            "Main shop",
            "3 stores, 1 lost",
            "does not answer",
            "without Archive",
        ] {
            let main = page.text.split("<main").nth(1).unwrap_or_default();
            assert!(main.contains(words), "{base}: {words}: {main}");
        }
    }
    // The others do not suffer from it.
    assert_eq!(several.site.page("/s/emails/").await.status, StatusCode::OK);
    let lost = several.site.get("/s/gone/api/v1/queues").await;
    assert_eq!(lost.status, StatusCode::SERVICE_UNAVAILABLE);
    let ready = several.site.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK, "{}", ready.text);
    let states = ready.json()["stores"].clone();
    assert_eq!(
        (&states[0]["name"], &states[0]["state"]),
        (&json!("main"), &json!("connected"))
    );
    assert_eq!(
        (&states[2]["name"], &states[2]["state"]),
        (&json!("gone"), &json!("lost"))
    );
    let own = several.site.get("/s/gone/readyz").await;
    assert_eq!(own.status, StatusCode::SERVICE_UNAVAILABLE, "{}", own.text);
    assert_eq!(
        several.site.get("/s/main/readyz").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn metrics_are_told_of_each_store_and_described_once() {
    let several = Several::new().await;
    several.enqueue("", "A").await;
    several.enqueue("/s/emails", "B").await;
    let text = several.site.get("/metrics").await.text;
    for line in [
        r#"jobdeck_queue_jobs{store="main",queue="default"} 1"#,
        r#"jobdeck_queue_jobs{store="emails",queue="default"} 1"#,
        r#"jobdeck_store_up{store="emails"} 1"#,
        r#"jobdeck_store_up{store="gone"} 0"#,
        r#"jobdeck_set_jobs{store="emails",set="dead"} 0"#,
    ] {
        assert!(text.lines().any(|it| it == line), "{line}: {text}");
    }
    let described: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("# TYPE"))
        .collect();
    let once: std::collections::BTreeSet<&str> = described.iter().copied().collect();
    assert_eq!(once.len(), described.len(), "{text}");
    // At a store's own address it is about that one.
    let own = several.site.get("/s/emails/metrics").await.text;
    assert!(!own.contains(r#"store="main""#), "{own}");
}

#[tokio::test]
async fn who_is_logged_in_is_so_at_every_store() {
    let base = "/tools/jobs";
    let several = Several::with(|state| {
        state.base_path = base.parse().expect("a base path");
        state.auth = Arc::new(auth(false));
    })
    .await;
    let asked = several
        .site
        .page("/tools/jobs/s/emails/dead?filter=a")
        .await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    let login = asked.header("location").to_owned();
    assert_eq!(
        login,
        "/tools/jobs/s/emails/login?next=%2Fdead%3Ffilter%3Da"
    );
    let sent = format!(
        "name={}&password={}&next=%2Fdead%3Ffilter%3Da",
        Role::Admin.name(),
        PASSWORD.replace(' ', "+")
    );
    let path = "/tools/jobs/s/emails/login";
    let came = several
        .site
        .ask(Method::POST, path, &[FORM, PAGE], &sent)
        .await;
    assert_eq!(
        came.header("location"),
        "/tools/jobs/s/emails/dead?filter=a"
    );
    let cookie = came.header("set-cookie").to_owned();
    assert!(cookie.contains("; Path=/tools/jobs; "), "{cookie}");
    let cookie = cookie.split(';').next().expect("a cookie");
    let headers = [FORM, PAGE, ("cookie", cookie)];
    for path in [
        "/tools/jobs",
        "/tools/jobs/s/main/dead",
        "/tools/jobs/s/emails/dead",
    ] {
        let page = several.site.ask(Method::GET, path, &headers, "").await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        // The files are the same for all, and are loaded once.
        let files = addresses(&page.text);
        let mut files = files.iter().filter(|address| address.contains("/pkg/"));
        assert!(
            files.all(|file| file.starts_with("/tools/jobs/pkg/")),
            "{path}"
        );
    }
    // What is chosen for one counts for all; what was done is told where it was done.
    let theme = several
        .site
        .ask(
            Method::POST,
            "/tools/jobs/s/emails/api/ui/theme",
            &headers,
            "theme=dark",
        )
        .await;
    assert!(
        theme.header("set-cookie").contains("; Path=/tools/jobs;"),
        "{:?}",
        theme.headers
    );
    let nobody = several.site.get("/tools/jobs/s/emails/api/v1/queues").await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn who_is_limited_to_some_stores_is_shown_no_other() {
    let limit = |names: &[&str]| {
        let patterns = names
            .iter()
            .map(|name| NamePattern::new(name).expect("a pattern"));
        Scope {
            stores: Limit::to(patterns),
            ..Scope::all()
        }
    };
    let token = |name: &str, names: &[&str]| {
        Token::new(name, Role::Admin, &hash_text(name), None)
            .expect("a token")
            .within(limit(names))
    };
    let tokens = vec![
        token("mailer", &["email*"]),
        token("shop", &["main", "gone"]),
        token("nowhere", &["other"]),
    ];
    let auth = Auth::new(Vec::new(), tokens, SessionLimits::default(), false);
    let several = Several::with(|state| state.auth = Arc::new(auth)).await;
    let ask = async |method: Method, name: &str, path: &str, body: &str| {
        let bearer = format!("Bearer {name}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        several.site.ask(method, path, &headers, body).await
    };
    let job = r#"{"class":"A","args":[]}"#;
    for (name, base, expected) in [
        ("mailer", "/s/emails", StatusCode::CREATED),
        ("mailer", "/s/main", StatusCode::FORBIDDEN),
        ("mailer", "", StatusCode::FORBIDDEN),
        ("shop", "", StatusCode::CREATED),
        ("shop", "/s/main", StatusCode::CREATED),
        ("shop", "/s/emails", StatusCode::FORBIDDEN),
        ("nowhere", "/s/emails", StatusCode::FORBIDDEN),
    ] {
        let path = format!("{base}/api/v1/jobs");
        let answer = ask(Method::POST, name, &path, job).await;
        assert_eq!(answer.status, expected, "{name} at {path}: {}", answer.text);
        let read = ask(Method::GET, name, &format!("{base}/api/v1/overview"), "").await;
        assert_eq!(
            read.status == StatusCode::OK,
            expected == StatusCode::CREATED,
            "{name} at {path}: {}",
            read.text
        );
        if expected == StatusCode::FORBIDDEN {
            assert_eq!(answer.code(), "forbidden");
        }
    }
    // What is about all of them is about those that are theirs.
    let stores = ask(Method::GET, "mailer", "/api/v1/stores", "")
        .await
        .json();
    assert_eq!(stores["stores"].as_array().map(Vec::len), Some(1));
    assert_eq!(stores["stores"][0]["name"], "emails");
    let metrics = ask(Method::GET, "mailer", "/metrics", "").await.text;
    assert!(
        metrics.contains(r#"store="emails""#) && !metrics.contains(r#"store="main""#),
        "{metrics}"
    );
    let none = ask(Method::GET, "nowhere", "/api/v1/stores", "")
        .await
        .json();
    assert_eq!(none["stores"], json!([]));
}

#[tokio::test]
async fn people_are_led_to_the_first_store_that_is_theirs() {
    let names = [NamePattern::new("email*").expect("a pattern")];
    let several = Several::with(|state| {
        let [user, ..] = super::access::users();
        let user = user.within(Scope {
            stores: Limit::to(names),
            ..Scope::all()
        });
        let auth = Auth::new(vec![user], Vec::new(), SessionLimits::default(), false);
        state.auth = Arc::new(auth);
    })
    .await;
    let cookie = several.site.cookie(Role::ALL[0]).await;
    let headers = [PAGE, ("cookie", cookie.as_str())];
    let page = async |path: &str| several.site.ask(Method::GET, path, &headers, "").await;
    let first = page("/").await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    assert_eq!(first.header("location"), "/s/emails");
    for path in [
        "/dead",
        "/s/main",
        "/s/main/queues",
        "/s/gone",
        "/api/ui/stores",
        "/live",
    ] {
        let answer = page(path).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert!(!answer.text.contains("Archive"), "{path}: {}", answer.text);
    }
    let own = page("/s/emails/stores").await;
    assert_eq!(own.status, StatusCode::OK);
    for other in ["Main shop", "Archive", "store-switcher"] {
        assert!(!own.text.contains(other), "{other}: {}", own.text);
    }
}
