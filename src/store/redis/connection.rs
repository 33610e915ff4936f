//! One shared connection that comes back by itself.

use super::{
    address::{Address, Target},
    failure::{failure, server_error},
    request::Request,
    sentinel, server,
};
use crate::store::{StoreCost, StoreError, StoreResult, cost::Meter};
use ::redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, FromRedisValue, ProtocolVersion, PushInfo,
    RedisError, RedisResult, Value, aio::MultiplexedConnection, cmd,
};
use std::{
    convert::Infallible,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::Notify, time::timeout};

/// Longest a call may take altogether: a lost store is known within two seconds.
const LONGEST: Duration = Duration::from_millis(1_900);
/// Longest for a connection to be made.
const CONNECT: Duration = Duration::from_millis(900);
/// Longest for an answer.
const ANSWER: Duration = Duration::from_millis(1_000);
/// A connection that was not used for so long is asked whether it still lives before it carries a change.
const IDLE: Duration = Duration::from_millis(500);

/// A connection shared by all callers. It is made at the first call and again after it was lost; callers that come while it is being
/// made wait for that one.
pub(super) struct Link {
    address: Address,
    /// Who is told when the server sends word of a change, if it is asked to do so.
    word: Option<Arc<Notify>>,
    slot: Mutex<Slot>,
    meter: Meter,
    connecting: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Slot {
    live: Option<Live>,
    /// Connections made so far.
    count: u64,
    /// The server's name and version, once it has told.
    server: Option<String>,
    /// Whether the server sends word of changes.
    sends_word: bool,
    /// When the last attempt to connect failed, and why.
    failed: Option<(Instant, StoreError)>,
}

#[derive(Clone)]
struct Live {
    connection: MultiplexedConnection,
    number: u64,
    used: Instant,
}

impl Link {
    /// A connection to be made when it is first needed.
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            word: None,
            slot: Mutex::default(),
            meter: Meter::default(),
            connecting: tokio::sync::Mutex::new(()),
        }
    }

    /// As `new`; the server is asked to send word when something changes that was read over this connection.
    pub(super) fn watching(address: Address, word: Arc<Notify>) -> Self {
        Self {
            word: Some(word),
            ..Self::new(address)
        }
    }

    /// Whether the server, when it was connected last, agreed to send word.
    pub(super) fn sends_word(&self) -> bool {
        self.slot().sends_word
    }

    /// The address without secrets.
    pub(super) fn shown(&self) -> &str {
        &self.address.shown
    }

    /// The number of the connection that the next request goes over, unless that breaks. Connects if there is none.
    pub(super) async fn connection(&self) -> StoreResult<u64> {
        self.live().await.map(|live| live.number)
    }

    /// The server's name and version; empty when it does not tell. Connects if that is not known yet.
    pub(super) async fn server(&self) -> StoreResult<String> {
        if self.slot().server.is_none() {
            self.limited(async { self.live().await.map(drop) }).await?;
        }
        Ok(self.slot().server.clone().unwrap_or_default())
    }

    /// Asks for something. A connection that breaks meanwhile is replaced, and the question asked once more.
    pub(super) async fn read<T: FromRedisValue>(&self, request: &impl Request) -> StoreResult<T> {
        self.ask(request, false).await
    }

    /// Changes something: sent once only, for an answer that got lost says nothing about the change.
    pub(super) async fn change<T: FromRedisValue>(&self, request: &impl Request) -> StoreResult<T> {
        self.ask(request, true).await
    }

    /// As `change`; also says whether the change may have been made although there is an error.
    pub(super) async fn change_once<T: FromRedisValue>(
        &self,
        request: &impl Request,
    ) -> (bool, StoreResult<T>) {
        let sent = AtomicBool::new(false);
        let marked = Marked {
            request,
            sent: &sent,
        };
        let result = self.ask(&marked, true).await;
        (sent.load(Ordering::Relaxed), result)
    }

    /// The store's error for one of the library's.
    pub(super) fn failure(&self, error: &RedisError) -> StoreError {
        failure(error, self.shown())
    }

    async fn ask<T: FromRedisValue>(&self, request: &impl Request, change: bool) -> StoreResult<T> {
        let asked = self.meter.ask(request.commands());
        asked.answered(self.limited(self.attempt(request, change)).await)
    }

    /// What was asked over it.
    pub(super) fn cost(&self) -> StoreCost {
        self.meter.cost()
    }

    async fn limited<T>(&self, work: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
        match timeout(LONGEST, work).await {
            Ok(result) => result,
            Err(_) => Err(StoreError::Unavailable {
                address: self.shown().to_owned(),
                reason: "no answer in time".to_owned(),
            }),
        }
    }

    async fn attempt<T: FromRedisValue>(
        &self,
        request: &impl Request,
        change: bool,
    ) -> StoreResult<T> {
        let mut again = true;
        loop {
            let mut live = self.live().await?;
            if change && live.used.elapsed() > IDLE {
                let alive: RedisResult<String> =
                    cmd("PING").query_async(&mut live.connection).await;
                if let Err(error) = alive
                    && error.is_io_error()
                {
                    self.forget(live.number);
                    if again && error.is_connection_dropped() {
                        again = false;
                        continue;
                    }
                    return Err(self.failure(&error));
                }
            }
            let error = match request.send(&mut live.connection).await {
                Ok(value) => {
                    if holds_demotion(&value) {
                        self.forget(live.number);
                    } else {
                        self.used(live.number);
                    }
                    return T::from_redis_value(value).map_err(|error| self.failure(&error.into()));
                }
                Err(error) => error,
            };
            let demoted = is_demotion(&error);
            if demoted || error.is_io_error() || error.is_unrecoverable_error() {
                self.forget(live.number);
            }
            if again && (demoted || (!change && error.is_connection_dropped())) {
                again = false;
                continue;
            }
            return Err(self.failure(&error));
        }
    }

    async fn live(&self) -> StoreResult<Live> {
        let arrived = Instant::now();
        if let Some(live) = self.slot().live.clone() {
            return Ok(live);
        }
        let _guard = self.connecting.lock().await;
        {
            let slot = self.slot();
            if let Some(live) = &slot.live {
                return Ok(live.clone());
            }
            // The attempt that this call has waited for has failed: no second one of the same moment.
            if let Some((at, error)) = &slot.failed
                && *at >= arrived
            {
                return Err(error.clone());
            }
        }
        let made = match timeout(CONNECT, self.connect()).await {
            Ok(made) => made,
            Err(_) => Err(StoreError::Unavailable {
                address: self.shown().to_owned(),
                reason: "it does not accept a connection in time".to_owned(),
            }),
        };
        let mut slot = self.slot();
        let now = Instant::now();
        match made {
            Ok((connection, server)) => {
                slot.count += 1;
                let live = Live {
                    connection,
                    number: slot.count,
                    used: now,
                };
                slot.live = Some(live.clone());
                slot.server = Some(server);
                slot.failed = None;
                Ok(live)
            }
            Err(error) => {
                slot.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }

    async fn connect(&self) -> StoreResult<(MultiplexedConnection, String)> {
        let (info, sentinels) = match &self.address.target {
            Target::Server(info) => (info.clone(), false),
            Target::Sentinels {
                sentinels,
                name,
                master,
            } => (
                sentinel::resolve(sentinels, name, master, self.shown()).await?,
                true,
            ),
        };
        let mut connection = match &self.word {
            None => open(info).await.map_err(|error| self.failure(&error))?,
            Some(word) => self.open_watching(info, word).await?,
        };
        if sentinels {
            sentinel::check_master(&mut connection, self.shown()).await?;
        }
        let server = self.describe(&mut connection).await?;
        Ok((connection, server))
    }

    /// A connection over which the server sends word, or a plain one if it cannot do that or does not let us.
    async fn open_watching(
        &self,
        info: ConnectionInfo,
        word: &Arc<Notify>,
    ) -> StoreResult<MultiplexedConnection> {
        let settings = info.redis_settings().clone();
        let resp3 = info
            .clone()
            .set_redis_settings(settings.set_protocol(ProtocolVersion::RESP3));
        let word = Arc::clone(word);
        let listener = move |_: PushInfo| {
            word.notify_waiters();
            Ok::<(), Infallible>(())
        };
        let config = limits().set_push_sender(listener);
        let watching = async {
            let mut connection = Client::open(resp3)?
                .get_multiplexed_async_connection_with_config(&config)
                .await?;
            let on: RedisResult<()> = cmd("CLIENT")
                .arg("TRACKING")
                .arg("ON")
                .query_async(&mut connection)
                .await;
            on.map(|()| connection)
        };
        let made: RedisResult<MultiplexedConnection> = watching.await;
        let refusal = match made {
            Ok(connection) => {
                self.slot().sends_word = true;
                return Ok(connection);
            }
            Err(error) if error.is_io_error() => return Err(self.failure(&error)),
            Err(error) => error,
        };
        // A proxy, an old server, or a user without the right: then it has to be asked.
        let connection = open(info).await.map_err(|error| self.failure(&error))?;
        tracing::info!(
            error = %self.failure(&refusal),
            "the server does not send word of new jobs: idle workers look for them up to every 5 to 100 ms (the right `client|tracking` would end that)"
        );
        self.slot().sends_word = false;
        Ok(connection)
    }

    /// Whether the server will do. One that does not tell its version is taken as it is: hosts forbid the command.
    async fn describe(&self, connection: &mut MultiplexedConnection) -> StoreResult<String> {
        let info: RedisResult<String> = cmd("INFO").arg("server").query_async(connection).await;
        match info {
            Ok(info) => server::describe(&info).map_err(|reason| StoreError::Unusable {
                address: self.shown().to_owned(),
                reason,
            }),
            Err(error) => match server_error(&error) {
                Some((code, _)) if code == "NOPERM" || code == "ERR" => Ok(String::new()),
                _ => Err(self.failure(&error)),
            },
        }
    }

    /// Whether the server is a replica that takes no changes. One that does not tell is taken for none.
    pub(super) async fn is_read_only_replica(&self) -> StoreResult<bool> {
        let info: StoreResult<String> = self.read(cmd("INFO").arg("replication")).await;
        match info {
            Ok(info) => Ok(server::is_read_only_replica(&info)),
            Err(error @ StoreError::Unavailable { .. }) => Err(error),
            Err(_) => Ok(false),
        }
    }

    fn used(&self, number: u64) {
        if let Some(live) = &mut self.slot().live
            && live.number == number
        {
            live.used = Instant::now();
        }
    }

    fn forget(&self, number: u64) {
        let mut slot = self.slot();
        if slot.live.as_ref().is_some_and(|live| live.number == number) {
            slot.live = None;
        }
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a server has refused a change because it is a replica: the master of yesterday after a failover. Its name may lead to
/// another server by now, and Sentinels name another one; a new connection will tell.
pub(super) fn is_demotion(error: &RedisError) -> bool {
    server_error(error).is_some_and(|(code, _)| code == "READONLY")
}

/// Whether one of the answers to a pipeline is such a refusal.
fn holds_demotion(answer: &Value) -> bool {
    let Value::Array(answers) = answer else {
        return false;
    };
    answers.iter().any(
        |answer| matches!(answer, Value::ServerError(error) if is_demotion(&error.clone().into())),
    )
}

/// A request that notes that it is being sent.
struct Marked<'request, R> {
    request: &'request R,
    sent: &'request AtomicBool,
}

impl<R: Request> Request for Marked<'_, R> {
    fn commands(&self) -> usize {
        self.request.commands()
    }

    async fn send(&self, connection: &mut MultiplexedConnection) -> RedisResult<Value> {
        self.sent.store(true, Ordering::Relaxed);
        self.request.send(connection).await
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Link").field(&self.shown()).finish()
    }
}

/// A new connection with our limits.
pub(super) async fn open(info: ::redis::ConnectionInfo) -> RedisResult<MultiplexedConnection> {
    Client::open(info)?
        .get_multiplexed_async_connection_with_config(&limits())
        .await
}

fn limits() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(ANSWER))
}
