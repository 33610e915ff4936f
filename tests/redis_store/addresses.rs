//! Ways to a server: password, user, database, socket, Sentinels; and ways that lead to none.

use super::{open, queue, raw};
use crate::support::{RedisServer, Watched, attempt, fill_queue, wait_until};
use jobdeck::{
    model::Order,
    store::{Start, StoreError},
};
use tokio::{io::AsyncWriteExt, net::TcpListener};

/// The error of the first call; never with the password in it.
async fn error_of(url: &str) -> StoreError {
    let store = open(url).await;
    let error = store.overview().await.unwrap_err();
    for text in [
        error.to_string(),
        format!("{error:?}"),
        format!("{store:?}"),
    ] {
        assert!(!text.contains("secret"), "{text}");
    }
    error
}

/// The answer of a server that may be closing its connections just now.
fn assert_unusable(error: &StoreError, word: &str) {
    assert!(matches!(error, StoreError::Unusable { .. }), "{error:?}");
    assert!(error.to_string().contains(word), "{error}");
}

#[tokio::test]
async fn a_password_is_given_in_the_address() {
    let server = RedisServer::start_with(&["--requirepass", "secret"]).await;
    let port = server.port();
    let store = open(&server.url()).await;
    store.overview().await.unwrap();
    assert_eq!(
        store.info().await.unwrap().address,
        format!("redis://127.0.0.1:{port}")
    );
    assert_unusable(
        &error_of(&format!("redis://127.0.0.1:{port}")).await,
        "redis://USER:PASSWORD@HOST",
    );
    assert_unusable(
        &error_of(&format!("redis://127.0.0.1:{port}/3")).await,
        "redis://USER:PASSWORD@HOST",
    );
    assert_unusable(
        &error_of(&format!("redis://:secret2@127.0.0.1:{port}")).await,
        "user and password",
    );
}

#[tokio::test]
async fn a_user_may_be_limited_to_what_is_needed() {
    let server = RedisServer::start().await;
    let mut connection = server.connection().await;
    fill_queue(&mut connection, "default", 3).await;
    let _: () = raw(
        &mut connection,
        &[
            "ACL",
            "SETUSER",
            "deck",
            "on",
            ">p@ss:secret/",
            "~*",
            "+@all",
            "-@admin",
            "-@dangerous",
        ],
    )
    .await;
    let port = server.port();
    let store = open(&format!("redis://deck:p%40ss%3Asecret%2F@127.0.0.1:{port}")).await;
    assert_eq!(store.overview().await.unwrap().enqueued, 3);
    assert_eq!(
        store.info().await.unwrap().version,
        "",
        "INFO is not permitted"
    );
    store.clear_queue("default").await.unwrap();

    let _: () = raw(&mut connection, &["ACL", "SETUSER", "deck", "-unlink"]).await;
    let error = store.clear_queue("default").await.unwrap_err();
    assert_unusable(&error, "ACL");
}

#[tokio::test]
async fn a_server_without_info_is_used_as_it_is() {
    let server = RedisServer::start_with(&["--rename-command", "INFO", ""]).await;
    let store = open(&server.url()).await;
    assert_eq!(store.overview().await.unwrap().enqueued, 0);
    assert_eq!(store.info().await.unwrap().version, "");
}

#[tokio::test]
async fn a_database_and_a_socket_are_named_in_the_address() {
    let server = RedisServer::start().await;
    let mut connection = server.connection().await;
    let _: () = raw(&mut connection, &["SELECT", "3"]).await;
    fill_queue(&mut connection, "default", 3).await;
    let port = server.port();
    let socket = server.socket().display().to_string();
    for (url, enqueued) in [
        (format!("redis://127.0.0.1:{port}"), 0),
        (format!("redis://127.0.0.1:{port}/3"), 3),
        (format!("redis+unix://{socket}"), 0),
        (format!("redis+unix://{socket}?db=3"), 3),
        (format!("unix://{socket}?db=3"), 3),
    ] {
        let store = open(&url).await;
        assert_eq!(store.overview().await.unwrap().enqueued, enqueued, "{url}");
        let info = store.info().await.unwrap();
        assert!(info.version.contains(char::is_numeric), "{info:?}");
    }
    assert_unusable(
        &error_of(&format!("redis://127.0.0.1:{port}/999")).await,
        "database",
    );
    let gone = error_of("redis+unix:///nowhere/redis.sock").await;
    assert!(matches!(gone, StoreError::Unavailable { .. }), "{gone:?}");
}

#[tokio::test]
async fn the_master_is_found_by_sentinels_also_after_a_failover() {
    let master = RedisServer::start().await;
    fill_queue(&mut master.connection().await, "default", 3).await;
    let mut watched = Watched::around(master).await;
    let url = watched.url();
    let store = open(&url).await;
    assert_eq!(store.overview().await.unwrap().enqueued, 3);
    assert_eq!(store.info().await.unwrap().address, url);

    watched.master.kill();
    let error = store.overview().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    wait_until("a change reaches the new master", async || {
        let _ = store.clear_queue("default").await;
        attempt(&watched.replica, &["LLEN", "queue:default"]).await == Some(0)
    })
    .await;
    let left = store
        .slice(&queue("default"), &Start::Edge, Order::Ascending, 10)
        .await
        .unwrap();
    assert_eq!(left.total, 0);
}

#[tokio::test]
async fn sentinels_that_cannot_help_say_why() {
    let master = RedisServer::start().await;
    let sentinel = RedisServer::start_sentinel("main", &master).await;
    let port = sentinel.port();
    assert_unusable(
        &error_of(&format!("redis-sentinel://127.0.0.1:{port}/other")).await,
        "no master `other`",
    );
    assert_unusable(
        &error_of(&format!("redis://127.0.0.1:{port}")).await,
        "redis-sentinel://",
    );
    let gone = error_of("redis-sentinel://:secret@127.0.0.1:1/main").await;
    assert!(matches!(gone, StoreError::Unavailable { .. }), "{gone:?}");
    assert!(gone.to_string().contains("no Sentinel answers"), "{gone}");
}

#[tokio::test]
async fn another_kind_of_server_is_no_redis() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    assert_unusable(
        &error_of(&format!("redis://127.0.0.1:{port}")).await,
        "Redis server",
    );
    let secure = error_of(&format!("rediss://:secret@127.0.0.1:{port}")).await;
    assert_unusable(&secure, "TLS");
}

#[tokio::test]
async fn a_replica_refuses_changes_and_says_so() {
    let master = RedisServer::start().await;
    let replica =
        RedisServer::start_with(&["--replicaof", "127.0.0.1", &master.port().to_string()]).await;
    let store = open(&replica.url()).await;
    store.overview().await.unwrap();
    let error = store.clear_queue("default").await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("replica"), "{error}");
}
