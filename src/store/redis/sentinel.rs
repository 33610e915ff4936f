//! Finds the master that Sentinels watch.

use super::{connection::open, failure::failure};
use crate::store::{StoreError, StoreResult};
use ::redis::{
    ConnectionAddr, ConnectionInfo, RedisResult, Value, aio::MultiplexedConnection, cmd,
};
use futures::{StreamExt, stream::FuturesUnordered};

/// Where the master is: the first answer of any Sentinel, all asked at once.
pub(super) async fn resolve(
    sentinels: &[ConnectionInfo],
    name: &str,
    master: &ConnectionInfo,
    shown: &str,
) -> StoreResult<ConnectionInfo> {
    let mut answers: FuturesUnordered<_> = sentinels
        .iter()
        .map(|sentinel| ask(sentinel, name))
        .collect();
    let mut unknown = false;
    let mut first_error = None;
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(Some((host, port))) => return Ok(at(master, host, port)),
            Ok(None) => unknown = true,
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    if unknown {
        return Err(StoreError::Unusable {
            address: shown.to_owned(),
            reason: format!("the Sentinels know no master `{name}`: check the name in the address"),
        });
    }
    Err(match first_error {
        Some(error) => match failure(&error, shown) {
            StoreError::Unavailable { address, reason } => StoreError::Unavailable {
                address,
                reason: format!("no Sentinel answers: {reason}"),
            },
            other => other,
        },
        None => StoreError::Unavailable {
            address: shown.to_owned(),
            reason: "no Sentinel answers".to_owned(),
        },
    })
}

async fn ask(sentinel: &ConnectionInfo, name: &str) -> RedisResult<Option<(String, u16)>> {
    let mut connection = open(sentinel.clone()).await?;
    cmd("SENTINEL")
        .arg("GET-MASTER-ADDR-BY-NAME")
        .arg(name)
        .query_async(&mut connection)
        .await
}

fn at(master: &ConnectionInfo, new_host: String, new_port: u16) -> ConnectionInfo {
    let mut addr = master.addr().clone();
    match &mut addr {
        ConnectionAddr::TcpTls { host, port, .. } => {
            *host = new_host;
            *port = new_port;
        }
        _ => addr = ConnectionAddr::Tcp(new_host, new_port),
    }
    master.clone().set_addr(addr)
}

/// Right after a failover the Sentinels may still name a server that is master no more.
pub(super) async fn check_master(
    connection: &mut MultiplexedConnection,
    shown: &str,
) -> StoreResult<()> {
    let role: RedisResult<Vec<Value>> = cmd("ROLE").query_async(connection).await;
    match role.as_deref().ok().and_then(<[Value]>::first) {
        Some(Value::BulkString(role)) if role != b"master" => Err(StoreError::Unavailable {
            address: shown.to_owned(),
            reason: "the Sentinels are changing the master".to_owned(),
        }),
        // A user may be forbidden to ask; changes will tell.
        _ => Ok(()),
    }
}
