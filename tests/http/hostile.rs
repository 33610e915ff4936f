//! Jobs as others may have written them: whatever they hold is shown exactly, harms nobody, and can be acted on.

use super::*;
use html5gum::{DefaultEmitter, Token, Tokenizer};
use jobdeck::model::{is_unseen, visible};
use support::HOSTILE;

/// Pages that show many.
const LISTS: [&str; 9] = [
    "/",
    "/queues",
    "/running",
    "/scheduled",
    "/retries",
    "/dead",
    "/processes",
    "/failures",
    "/search?q=alert",
];

fn encoded(name: &str) -> String {
    name.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A page as a browser reads it: nothing of what others wrote is an element, an attribute that runs, or an address that does.
/// Answers what is to be read on it.
fn read(page: &str, what: &str) -> String {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut words = String::new();
    let mut hidden = false;
    for Ok(token) in Tokenizer::new_with_emitter(page, emitter) {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                assert!(
                    !["img", "b", "i", "iframe", "object"].contains(&name.as_str()),
                    "{what}: <{name}>"
                );
                hidden = matches!(name.as_str(), "script" | "style");
                for (attribute, value) in &tag.attributes {
                    assert!(!attribute.starts_with(b"on"), "{what}: {attribute:?}");
                    assert!(
                        !value.value.starts_with(b"javascript:") || **attribute == *b"value",
                        "{what}: {attribute:?}"
                    );
                }
            }
            Token::EndTag(_) => hidden = false,
            Token::String(text) if !hidden => words.push_str(&String::from_utf8_lossy(&text.value)),
            _ => {}
        }
    }
    let hidden = |character: char| is_unseen(character) && !"\n\t".contains(character);
    if let Some(at) = words.find(hidden) {
        let around: String = words[at..].chars().take(40).collect();
        panic!("{what}: nobody sees all of {around:?}");
    }
    words
}

async fn on_redis() -> (RedisServer, Site) {
    let redis = RedisServer::start().await;
    let site = Site::on(&redis.url(), tempfile::tempdir().expect("a folder")).await;
    (redis, site)
}

#[tokio::test]
async fn whatever_a_queue_is_called_it_is_listed_read_paused_and_cleared() {
    let (redis, site) = on_redis().await;
    for name in HOSTILE {
        let job =
            json!({"class": name, "args": [name], "jid": name, "queue": name, "tags": [name]});
        let key = format!("queue:{name}");
        let _: i64 = redis.command(&["SADD", "queues", name]).await;
        let _: i64 = redis.command(&["LPUSH", &key, &job.to_string()]).await;
    }
    let listed = async || {
        let mut names: Vec<(String, u64)> = site
            .get("/api/v1/queues")
            .await
            .json()
            .as_array()
            .expect("queues")
            .iter()
            .map(|queue| {
                let name = queue["name"].as_str().expect("a name").to_owned();
                (name, queue["size"].as_u64().expect("a size"))
            })
            .collect();
        names.sort();
        names
    };
    let mut expected = HOSTILE.map(|name| (name.to_owned(), 1));
    expected.sort();
    assert_eq!(listed().await, expected);

    for name in HOSTILE {
        let path = format!("/api/v1/queues/{}", encoded(name));
        let entries = site.entries(&format!("{path}/jobs")).await;
        assert_eq!(entries.len(), 1, "{name:?}");
        for field in ["class", "jid", "queue"] {
            assert_eq!(entries[0][field], name, "{field}");
        }
        assert_eq!(
            (&entries[0]["args"][0], &entries[0]["tags"][0]),
            (&json!(name), &json!(name))
        );
        for page in [
            format!("/queues/{}", encoded(name)),
            format!("/jobs/{}", encoded(name)),
        ] {
            let page = site.page(&page).await;
            assert_eq!(page.status, StatusCode::OK, "{name:?}");
            let words = read(&page.text, name);
            assert!(words.contains(&*visible(name)), "{name:?} is in {words}");
        }
        let paused = site.post(&format!("{path}/pause"), &Value::Null).await;
        assert!(paused.status.is_success(), "{name:?}: {}", paused.text);
        let paused: bool = redis.command(&["SISMEMBER", "paused", name]).await;
        assert!(paused, "{name:?}");
    }
    for page in LISTS {
        let page = site.page(page).await;
        assert_eq!(page.status, StatusCode::OK);
        read(&page.text, "a page");
    }
    let gone = format!("/api/v1/queues/{}", encoded(HOSTILE[0]));
    let gone = site.ask(Method::DELETE, &gone, &[], "").await;
    assert!(gone.status.is_success(), "{}", gone.text);
    let left: Vec<_> = listed()
        .await
        .into_iter()
        .filter(|(_, size)| *size > 0)
        .collect();
    assert_eq!(left.len(), HOSTILE.len() - 1);
}

#[tokio::test]
async fn what_a_failed_job_says_is_text_on_every_page_and_in_every_file() {
    let (redis, site) = on_redis().await;
    for (number, text) in HOSTILE.iter().enumerate() {
        let job = json!({
            "class": format!("Class {text}"), "args": [{*text: text}], "jid": format!("{number:024}"), "queue": text,
            "error_class": text, "error_message": text, "error_backtrace": [text], "failed_at": 1_795_000_000.5,
            "retry_count": 3, "tags": [text], "wrapped": text,
        });
        for set in ["dead", "retry"] {
            let score = (1_795_000_000 + number).to_string();
            let _: i64 = redis
                .command(&["ZADD", set, &score, &job.to_string()])
                .await;
        }
    }
    for (number, text) in HOSTILE.iter().enumerate() {
        let path = format!("/jobs/{number:024}");
        let page = site.page(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{text:?}");
        let words = read(&page.text, text);
        assert!(words.contains(&*visible(text)), "{text:?} is in {words}");
        let job = site.get(&format!("/api/v1{path}")).await.json();
        let entry = &job["locations"][0]["entry"];
        assert_eq!(entry["error_message"], *text);
        assert_eq!(entry["args"][0][*text], *text);
    }
    for page in LISTS
        .into_iter()
        .chain(["/search?q=Class", "/dead?filter=error:*"])
    {
        let page = site.page(page).await;
        assert_eq!(page.status, StatusCode::OK);
        read(&page.text, "a page");
    }
    let groups = site.get("/api/v1/failures").await.json();
    for group in groups["groups"].as_array().expect("groups") {
        let page = format!("/failures/{}", group["digest"].as_str().expect("a digest"));
        let page = site.page(&page).await;
        assert_eq!(page.status, StatusCode::OK);
        read(&page.text, "a group");
    }
}

#[tokio::test]
async fn what_is_large_deep_or_no_text_at_all_is_listed_opened_and_deleted() {
    let (redis, site) = on_redis().await;
    let large = json!({"class": "Large", "args": ["x".repeat(10 << 20)], "jid": "large", "error_message": "y".repeat(1 << 20)}).to_string();
    let deep = format!(
        r#"{{"class":"Deep","jid":"deep","args":{}{}}}"#,
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    let mut connection = redis.connection().await;
    let long = json!({"class": "Long", "args": ["z".repeat(1 << 20)], "jid": "long"}).to_string();
    let members: [&[u8]; 8] = [
        large.as_bytes(),
        long.as_bytes(),
        deep.as_bytes(),
        b"{\"class\":\"Bytes \xff\xfe\",\"args\":[\"\xc0\xaf\"],\"jid\":\"bytes\"}",
        b"\xff\x00\x1b[2J",
        b"[]",
        b"{\"class\":{\"a\":1},\"args\":\"none\",\"jid\":[7]}",
        b"",
    ];
    for (score, member) in members.iter().enumerate() {
        let _: i64 = connection
            .zadd("dead", *member, score)
            .await
            .expect("it is added");
    }
    // A page ends early when what is on it is large.
    let mut entries = Vec::new();
    let mut next = String::new();
    loop {
        let page = site
            .get(&format!("/api/v1/sets/dead/jobs?after={}", encoded(&next)))
            .await
            .json();
        entries.extend(page["entries"].as_array().expect("entries").clone());
        match page["next"].as_str() {
            Some(cursor) => cursor.clone_into(&mut next),
            None => break,
        }
    }
    assert_eq!(entries.len(), members.len());
    let list = site.page("/dead").await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.text.len() < 2 << 20, "{} bytes", list.text.len());
    for entry in &entries {
        let id = entry["id"].as_str().expect("an id");
        // A page holds the job several times: one of 10 MB takes seconds where the program is not built for speed.
        if entry["size_bytes"].as_u64() < Some(5 << 20) {
            let page = site.page(&format!("/jobs?entry={}", encoded(id))).await;
            assert_eq!(page.status, StatusCode::OK, "{id}");
            assert!(page.text.contains("</html>"));
        }
        let done = site
            .post(
                "/api/v1/actions",
                &json!({"action": "delete", "entries": [id]}),
            )
            .await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    }
    let left: u64 = redis.command(&["ZCARD", "dead"]).await;
    assert_eq!(left, 0);
}

#[tokio::test]
async fn what_an_address_says_is_text_on_the_page_that_says_it_again() {
    let site = Site::new().await;
    for text in HOSTILE {
        let text = encoded(text);
        for page in [
            format!("/search?q={text}"),
            format!("/dead?filter={text}"),
            format!("/dead?class={text}&error={text}&tag={text}&from={text}"),
            format!("/queues/{text}?confirm=clear&queue={text}"),
            format!("/queues?confirm=clear&queue={text}"),
            format!("/jobs/{text}?entry={text}&pick={text}"),
            format!("/jobs?jid={text}"),
            format!("/running?process={text}"),
            format!("/failures/{text}"),
            format!("/failures?class={text}&queue={text}"),
            format!("/holds/new?query={text}&for={text}&at={text}&reason={text}"),
            format!("/operations/{text}"),
            format!("/operations/new?verb={text}&from={text}&filter={text}"),
            format!("/periodic?name={text}&confirm=delete"),
            format!("/audit?who={text}&what={text}&after={text}"),
            format!("/{text}"),
        ] {
            let answer = site.page(&page).await;
            assert!(answer.status.as_u16() < 500, "{page}: {}", answer.status);
            read(&answer.text, &page);
        }
    }
}
