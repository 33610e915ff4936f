//! What can be sent over a connection: a command, a pipeline, a script with its arguments.

use ::redis::{
    Cmd, ErrorKind, Pipeline, RedisResult, Script, ScriptInvocation, ServerErrorKind, Value,
    aio::MultiplexedConnection,
};

/// Something to send and to wait for.
pub(super) trait Request: Sync {
    /// How many commands it is.
    fn commands(&self) -> usize {
        1
    }

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
    fn commands(&self) -> usize {
        self.len()
    }

    async fn send(&self, connection: &mut MultiplexedConnection) -> RedisResult<Value> {
        self.query_async(connection).await
    }
}

impl Request for ScriptInvocation<'_> {
    async fn send(&self, connection: &mut MultiplexedConnection) -> RedisResult<Value> {
        self.invoke_async(connection).await
    }
}

/// A script with very many or very long arguments: an invocation of the library would copy each of them twice more.
pub(super) struct Call<'script> {
    script: &'script Script,
    command: Cmd,
}

impl<'script> Call<'script> {
    /// Its command, to which the arguments are still to be added: so many, and so many bytes of them, about.
    pub(super) fn new(
        script: &'script Script,
        keys: &[String],
        (arguments, bytes): (usize, usize),
    ) -> Self {
        let mut command = Cmd::with_capacity(keys.len() + arguments, bytes);
        command
            .arg("EVALSHA")
            .arg(script.get_hash())
            .arg(keys.len())
            .arg(keys);
        Self { script, command }
    }

    pub(super) fn arguments(&mut self) -> &mut Cmd {
        &mut self.command
    }
}

impl Request for Call<'_> {
    async fn send(&self, connection: &mut MultiplexedConnection) -> RedisResult<Value> {
        match self.command.query_async(connection).await {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                Load(self.script).send(connection).await?;
                self.command.query_async(connection).await
            }
            answer => answer,
        }
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
