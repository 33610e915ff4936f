//! What can be sent over a connection: a command, a pipeline, a script with its arguments.

use ::redis::{
    Cmd, FromRedisValue, Pipeline, RedisResult, Script, ScriptInvocation, Value,
    aio::MultiplexedConnection,
};

/// Something to send and to wait for.
pub(super) trait Request: Sync {
    /// Sends it and reads the answer.
    fn send<T: FromRedisValue>(
        &self,
        connection: &mut MultiplexedConnection,
    ) -> impl Future<Output = RedisResult<T>> + Send;
}

impl Request for Cmd {
    async fn send<T: FromRedisValue>(
        &self,
        connection: &mut MultiplexedConnection,
    ) -> RedisResult<T> {
        self.query_async(connection).await
    }
}

impl Request for Pipeline {
    async fn send<T: FromRedisValue>(
        &self,
        connection: &mut MultiplexedConnection,
    ) -> RedisResult<T> {
        self.query_async(connection).await
    }
}

impl Request for ScriptInvocation<'_> {
    async fn send<T: FromRedisValue>(
        &self,
        connection: &mut MultiplexedConnection,
    ) -> RedisResult<T> {
        let value: Value = self.invoke_async(connection).await?;
        Ok(T::from_redis_value(value)?)
    }
}

/// Makes the server remember a script; the answer is its digest.
pub(super) struct Load<'script>(pub(super) &'script Script);

impl Request for Load<'_> {
    async fn send<T: FromRedisValue>(
        &self,
        connection: &mut MultiplexedConnection,
    ) -> RedisResult<T> {
        let digest = self.0.prepare_invoke().load_async(connection).await?;
        Ok(T::from_redis_value(Value::SimpleString(digest))?)
    }
}
