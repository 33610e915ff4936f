//! Commands that do one thing and end, and what they say when it cannot be done.

use super::*;

#[tokio::test]
async fn help_and_version_are_there_for_every_command() {
    let place = Place::new();
    let help = place.run(&["--help"]).await.done();
    for command in [
        "serve",
        "worker",
        "demo",
        "enqueue",
        "jobs",
        "operations",
        "failures",
        "deploy-mark",
        "check",
        "bench",
        "health",
        "completions",
    ] {
        assert!(
            help.contains(&format!("\n  {command}")),
            "{command}: {help}"
        );
        let own = place.run(&[command, "--help"]).await.done();
        assert!(own.contains("Usage: jobdeck"), "{own}");
    }
    assert!(
        place
            .run(&["--version"])
            .await
            .done()
            .starts_with("jobdeck 0.")
    );
}

#[tokio::test]
async fn wrong_usage_ends_with_2_and_says_what_is_wrong() {
    let place = Place::new();
    for (arguments, text) in [
        (&["sreve"][..], "serve"),
        (&["serve", "--prot", "1"], "--prot"),
        (&["enqueue"], "<CLASS>"),
        (&["enqueue", "A", "--in", "soon"], "`30s`"),
        (&["enqueue", "A", "--in", "5m", "--at", "1"], "--at"),
        (&["enqueue", "A", "--retry", "maybe"], "`true`"),
        (&["enqueue", "A", "--count", "0"], "--count"),
        (&["jobs", "list", "morgue"], "queue:NAME"),
        (&["jobs", "reschedule", "a"], "--in"),
        (&[], "jobdeck --help"),
        (&["serve", "--prot", "1"], "see `jobdeck serve --help`"),
        (&["enqueue", ""], "CLASS: it is empty"),
        (
            &["enqueue", "A", "--at", "99999999999999999"],
            "before the year 10000",
        ),
        (
            &["enqueue", "A", "--in", "100000y"],
            "before the year 10000",
        ),
        (&["worker", "--queue", "a", "--queue", "a"], "named twice"),
        (&["check", "--log", "jobdeck=loud"], "log.filter"),
    ] {
        place.run(arguments).await.failed(2, text);
    }
    place
        .run(&["enqueue", "A", "--args", "{}"])
        .await
        .failed(2, "--args");
    place
        .run(&["enqueue", "A", "--args", "[1"])
        .await
        .failed(2, "--args");
    place
        .run(&["check", "--store", "mysql://x"])
        .await
        .failed(2, "sqlite:");
    place
        .run(&["check", "--config", "none.toml"])
        .await
        .failed(2, "none.toml");
    place
        .run(&["serve", "--listen", "8080"])
        .await
        .failed(2, "--listen");
}

#[tokio::test]
async fn an_unknown_setting_is_named_with_its_line_and_the_nearest_one() {
    let place = Place::new();
    std::fs::write(
        place.path().join("jobdeck.toml"),
        "[store]\nulr = 'sqlite:a.db'\n",
    )
    .expect("written");
    place.run(&["check"]).await.failed(
        2,
        "jobdeck.toml:2: there is no setting `store.ulr`; did you mean `store.url`?",
    );
}

#[tokio::test]
async fn check_says_what_is_in_force_and_makes_nothing() {
    let place = Place::new();
    let other = place.path().join("other.toml");
    std::fs::write(
        &other,
        "[server]\nhosts = ['jobs.internal']\nenvironment = 'staging'\n[worker]\nqueues = ['a=2', 'b']\n",
    )
    .expect("written");
    let run = place
        .command(&["check"])
        .env("JOBDECK_CONFIG", &other)
        .output()
        .await
        .expect("it runs");
    let said = Run::from(run).done();
    for text in [
        "configuration: ",
        "other.toml",
        "hosts: jobs.internal",
        "environment: staging",
        "queues a=2, b",
        "not there yet",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
    assert!(
        !place.path().join("jobdeck.db").exists(),
        "a check makes no store"
    );
    place
        .run(&["check", "--store", "sqlite:no/such/folder/a.db"])
        .await
        .failed(1, "no folder");
    // What `serve` and `worker` would refuse.
    for (variable, value, text) in [
        ("JOBDECK_WORKER_QUEUES", "a,a", "named twice"),
        ("JOBDECK_LOG", "jobdeck::store=loud", "log.filter"),
    ] {
        for command in ["check", "serve"] {
            let run = place
                .command(&[command])
                .env(variable, value)
                .env("JOBDECK_LISTEN", "127.0.0.1:0")
                .output()
                .await
                .expect("it runs");
            Run::from(run).failed(2, text);
        }
    }
}

#[tokio::test]
async fn periodic_jobs_are_checked_before_anything_runs() {
    let place = Place::new();
    let configure = |text: &str| {
        std::fs::write(place.path().join("jobdeck.toml"), text).expect("written");
    };
    configure(
        "[[periodic]]\ncron = '0 7 * * *'\ntimezone = 'Europe/Berlin'\nclass = 'SendDigest'\n\n\
         [[periodic]]\ncron = '0 0 0 1 1 * 2020'\nclass = 'Once'\n",
    );
    let said = place.run(&["check"]).await.done();
    let next = said
        .lines()
        .find_map(|line| {
            line.strip_prefix("periodic: SendDigest (`0 7 * * *` in Europe/Berlin), next at ")
        })
        .unwrap_or_else(|| panic!("{said}"));
    assert!(
        next.ends_with("T06:00:00.000Z") || next.ends_with("T05:00:00.000Z"),
        "{next}"
    );
    assert!(
        said.contains("periodic: Once (`0 0 0 1 1 * 2020` in UTC), comes no more"),
        "{said}"
    );
    for (table, text) in [
        (
            "cron = '0 25 * * *'",
            "jobdeck.toml:3: `periodic.cron`: `0 25 * * *` is no cron expression",
        ),
        (
            "cron = '@daily'\ntimezone = 'Berlin'",
            "jobdeck.toml:4: `periodic.timezone`: there is no time zone `Berlin`; did you mean `Europe/Berlin`?",
        ),
        (
            "cron = '@daily'\nmised = 'all'",
            "jobdeck.toml:4: there is no setting `periodic.mised`; did you mean `missed`?",
        ),
    ] {
        configure(&format!("[[periodic]]\nclass = 'A'\n{table}\n"));
        for command in ["check", "serve", "worker"] {
            place.run(&[command]).await.failed(2, text);
        }
    }
    assert!(!place.path().join("jobdeck.db").exists());
}

#[tokio::test]
async fn jobs_are_enqueued_listed_and_changed() {
    let place = Place::new();
    let jids = place
        .run(&[
            "enqueue",
            "PublishPhoto",
            "--args",
            r#"[1, "ü"]"#,
            "--queue",
            "photos",
            "--tag",
            "album",
            "--count",
            "3",
        ])
        .await
        .done();
    let jids: Vec<&str> = jids.lines().collect();
    assert_eq!(jids.len(), 3);
    assert!(jids.iter().all(|jid| jid.len() == 24), "{jids:?}");
    assert!(
        place.path().join("jobdeck.db").exists(),
        "the default store is a file here"
    );

    let list = place
        .run(&["jobs", "list", "queue:photos", "--json"])
        .await
        .done();
    let list: Value = serde_json::from_str(&list).expect("JSON");
    assert_eq!(list["total"], 3);
    assert_eq!(list["entries"][0]["args"], serde_json::json!([1, "ü"]));
    assert_eq!(list["entries"][0]["tags"], serde_json::json!(["album"]));

    for (search, count) in [("class:publish* album", 3), ("arg.0:2", 0)] {
        let found = place
            .run(&["jobs", "list", "queue:photos", search])
            .await
            .done();
        assert_eq!(found.lines().count(), count, "{found}");
    }
    let found = place
        .run(&[
            "jobs",
            "list",
            "class:PublishPhoto -tag:vip",
            "--limit",
            "2",
        ])
        .await
        .done();
    assert_eq!(found.lines().count(), 3, "{found}");
    assert!(found.contains("more: --after '"), "{found}");
    let found = place
        .run(&[
            "jobs",
            "search",
            "publishphoto",
            "ü",
            "--in",
            "queue",
            "--json",
        ])
        .await
        .done();
    let last = found.lines().last().expect("a line");
    let last: Value = serde_json::from_str(last).expect("JSON");
    assert_eq!(
        (&last["complete"], &last["found"]),
        (&true.into(), &3.into())
    );
    place
        .run(&["jobs", "list", "queue:photos", "album", "klass:A"])
        .await
        .failed(2, "at character 7: `klass` is no field of a job");

    place.run(&["jobs", "kill", jids[0]]).await.done();
    let dead = place.run(&["jobs", "list", "dead"]).await.done();
    assert!(dead.contains("PublishPhoto [1,\"ü\"]"), "{dead}");
    let id = dead.split_whitespace().next().expect("an id").to_owned();
    place
        .run(&["jobs", "reschedule", &id, "--in", "1h"])
        .await
        .done();
    let again = place.run(&["jobs", "delete", &id]).await;
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.output.contains("not there any more"), "{again:?}");
    let shown = place.run(&["jobs", "show", jids[0], "--json"]).await.done();
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["locations"][0]["entry"]["in"], "retries");
    place.run(&["jobs", "delete", jids[0]]).await.done();
    place
        .run(&["jobs", "show", jids[0]])
        .await
        .failed(1, "is in no queue and no set");

    place
        .run(&["enqueue", "A", "--in", "5m", "--retry", "false"])
        .await
        .done();
    let check = place.run(&["check"]).await.done();
    assert!(
        check.contains("2 jobs, 1 scheduled, 0 to retry, 0 dead"),
        "{check}"
    );
}

#[tokio::test]
async fn a_store_that_cannot_be_used_is_one_clear_line() {
    let place = Place::new();
    std::fs::write(
        place.path().join("jobdeck.db"),
        "this is a text and no database, whatever its name says",
    )
    .expect("written");
    place.run(&["check"]).await.failed(1, "jobdeck.db");
    // Taken and let go: nobody listens there.
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = socket.local_addr().expect("an address").port();
    drop(socket);
    let url = format!("redis://user:hunter2@127.0.0.1:{port}/0");
    let run = place.run(&["check", "--store", &url]).await;
    assert!(!run.error.contains("hunter2"), "{run:?}");
    assert_eq!(
        (run.code, run.error.lines().count()),
        (Some(1), 1),
        "{run:?}"
    );
    assert!(run.error.contains(&port.to_string()), "{run:?}");
}

#[tokio::test]
async fn completions_are_printed_for_every_shell() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.run(&["completions", shell]).await.done();
        assert!(script.contains("enqueue"), "{shell}");
    }
}
