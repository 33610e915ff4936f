//! What can be sent over a connection: a command, a pipeline, a script with its arguments.

use ::redis::{
    Cmd, Pipeline, RedisResult, Script, ScriptInvocation, Value, aio::MultiplexedConnection,
};

/// Something to send and to wait for.
pub(super) trait Request: Sync {
    /// Sends it and waits for the answer, which holds errors of its own if it is that of a pipeline that ignores them.
    fn send(
        &self,
        connection: &mut MultiplexedConnection,
    ) -> impl Future<Output = RedisResult<Value>> + Send;
}

impl Request for Cmd {
    async fn send(&self, connection: &mut MultiplexedConnection) -> RedisResult<Value> {
        self.query_async(connection).await
    }
}

impl Request for Pipeline {
    async fn send(&self, connection: &mut MultiplexedConnection) -> RedisResult<Value> {
        self.query_async(connection).await
    }
}

impl Request for ScriptInvocation<'_> {
    async fn send(&self, connection: &mut MultiplexedConnection) -> RedisResult<Value> {
        self.invoke_async(connection).await
    }
}

/// Makes the server remember a script; the answer is its digest.
pub(super) struct Load<'script>(pub(super) &'script Script);

impl Request for Load<'_> {
    async fn send(&self, connection: &mut MultiplexedConnection) -> RedisResult<Value> {
        let digest = self.0.prepare_invoke().load_async(connection).await?;
        Ok(Value::SimpleString(digest))
    }
}
