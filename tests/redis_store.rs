//! What only the Redis store has: real dumps, lost servers, addresses.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::needless_pass_by_value,
    clippy::large_futures,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails"
)]

mod support;

use support::RedisServer;

#[tokio::test]
async fn server_keeps_its_data_over_a_restart() {
    let mut server = RedisServer::start().await;
    let mut connection = server.connection().await;
    support::load_fixture(&mut connection, "sidekiq-8", "").await;
    server.restart().await;
    let mut connection = server.connection().await;
    let dead: u64 = redis::cmd("ZCARD")
        .arg("dead")
        .query_async(&mut connection)
        .await
        .unwrap();
    assert!(dead > 0);
}
