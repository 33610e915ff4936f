//! Several stores: served side by side, checked, and chosen by name.

use super::*;
use crate::support::Jobdeck;
use serde_json::json;

const FILE: &str = "[stores.main]\nurl = \"sqlite:main.db\"\nlabel = \"Main shop\"\n\
    [stores.emails]\nurl = \"sqlite:emails.db\"\nworker = true\n\
    [handlers.Greet]\ncommand = [\"true\"]\n";

fn place(more: &str) -> Place {
    let place = Place::new();
    std::fs::write(place.path().join("jobdeck.toml"), format!("{FILE}{more}")).expect("written");
    place
}

#[tokio::test]
async fn commands_are_about_the_first_or_the_one_that_is_named() {
    let place = place("");
    place.run(&["enqueue", "First"]).await.done();
    place
        .run(&["enqueue", "Second", "--store", "emails"])
        .await
        .done();
    for (arguments, class, other) in [
        (
            &["jobs", "list", "queue:default", "--json"][..],
            "First",
            "Second",
        ),
        (
            &["jobs", "list", "queue:default", "--json", "--store", "main"],
            "First",
            "Second",
        ),
        (
            &[
                "jobs",
                "list",
                "queue:default",
                "--json",
                "--store",
                "emails",
            ],
            "Second",
            "First",
        ),
    ] {
        let found = place.run(arguments).await.done();
        assert!(
            found.contains(class) && !found.contains(other),
            "{arguments:?}: {found}"
        );
    }
    place
        .run(&["jobs", "list", "dead", "--store", "email"])
        .await
        .failed(2, "did you mean `emails`?");
    place
        .run(&["enqueue", "A", "--store", "main", "--store", "emails"])
        .await
        .failed(2, "give `--store` once");
    let settings = place.run(&["settings"]).await.done();
    assert!(settings.contains("stores.emails"), "{settings}");
}

#[tokio::test]
async fn serve_has_each_store_below_its_name_and_works_where_it_is_told_to() {
    let place = place("");
    let file = place.path().join("jobdeck.toml");
    let main = format!("sqlite:{}", place.path().join("main.db").display());
    let emails = format!("sqlite:{}", place.path().join("emails.db").display());
    let text = std::fs::read_to_string(&file).expect("a file");
    let text = text
        .replace("sqlite:main.db", &main)
        .replace("sqlite:emails.db", &emails);
    std::fs::write(&file, text).expect("written");
    let file = file.display().to_string();
    let server = Jobdeck::serve(&["--config", &file]).await;
    for base in ["/s/main", "/s/emails"] {
        server
            .post(
                &format!("{base}/api/v1/jobs"),
                &json!({"class": "Greet", "args": []}),
            )
            .await;
    }
    // Its handlers are for both: the first one is embedded, the second one is told to.
    for base in ["", "/s/emails"] {
        wait_until("the job has run", async || {
            server.get(&format!("{base}/api/v1/overview")).await["processed"] == 1
        })
        .await;
    }
    let stores = server.get("/api/v1/stores").await;
    let names: Vec<&Value> = stores["stores"]
        .as_array()
        .expect("stores")
        .iter()
        .map(|it| &it["label"])
        .collect();
    assert_eq!(names, ["Main shop", "emails"]);
    let page = server.page("/s/emails/stores").await;
    assert!(
        page.contains("Main shop") && page.contains("2 stores"),
        "{page}"
    );
}

#[tokio::test]
async fn serve_takes_stores_by_their_addresses_too() {
    let place = Place::new();
    let url = |name: &str| format!("sqlite:{}", place.path().join(name).display());
    let (one, other) = (url("one.db"), format!("mail={}", url("other.db")));
    let server = Jobdeck::serve(&["--no-worker", "--store", &one, "--store", &other]).await;
    server
        .post("/s/mail/api/v1/jobs", &json!({"class": "A", "args": []}))
        .await;
    assert_eq!(server.get("/s/mail/api/v1/overview").await["enqueued"], 1);
    assert_eq!(server.get("/s/one/api/v1/overview").await["enqueued"], 0);
    assert_eq!(server.get("/api/v1/overview").await["enqueued"], 0);
}

#[tokio::test]
async fn check_tells_of_each_store_also_when_one_does_not_answer() {
    let place = place("[stores.gone]\nurl = \"redis://127.0.0.1:1\"\n");
    place
        .run(&["enqueue", "A", "--store", "emails"])
        .await
        .done();
    let run = place.run(&["check"]).await;
    for line in [
        "store main: sqlite:main.db, not there yet",
        "store emails: sqlite:emails.db (SQLite",
        "found emails: 1 queues with 1 jobs",
    ] {
        assert!(run.output.contains(line), "{line}: {}", run.output);
    }
    run.failed(1, "store gone: redis://127.0.0.1:1 does not answer");
}

#[tokio::test]
async fn check_says_that_a_store_is_a_read_only_replica() {
    let place = Place::new();
    let master = RedisServer::start().await;
    let port = master.port().to_string();
    let replica = RedisServer::start_with(&["--replicaof", "127.0.0.1", &port]).await;
    let found = place
        .run(&["check", "--store", &replica.url()])
        .await
        .done();
    assert!(
        found.contains("it answers; a read-only replica: all can be looked at"),
        "{found}"
    );
    let found = place.run(&["check", "--store", &master.url()]).await.done();
    assert!(!found.contains("replica"), "{found}");
}
