//! Is there somebody who could do the jobs: asked at the start, so that people hear of it early; no job waits for the answer.

use super::{CommandHandler, HttpHandler};
use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{net::TcpStream, time::timeout};

/// How long an endpoint may take to show that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

impl HttpHandler {
    /// What keeps its endpoint from being reached now, if anything does. Connects, and sends nothing.
    pub async fn trouble(&self) -> Option<String> {
        let endpoint = self.endpoint();
        match timeout(PATIENCE, TcpStream::connect(self.address())).await {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(format!("{endpoint} cannot be reached: {error}")),
            Err(_) => Some(format!(
                "{endpoint} cannot be reached: no answer within {} s",
                PATIENCE.as_secs()
            )),
        }
    }
}

impl CommandHandler {
    /// What keeps its program from being started now, if anything does. Looks, and starts nothing.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        if let Some(directory) = self.directory.as_ref().filter(|path| !path.is_dir()) {
            return Some(format!("there is no directory {}", directory.display()));
        }
        let name = &self.program;
        match self.program() {
            Some(_) => None,
            None if name.contains('/') => Some(format!("there is no program {name}")),
            None => Some(format!("there is no program `{name}` in PATH")),
        }
    }

    /// Where its program is.
    fn program(&self) -> Option<PathBuf> {
        let is_program = |path: &PathBuf| {
            path.metadata()
                .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
        };
        if self.program.contains('/') {
            let from = self.directory.as_deref().unwrap_or(Path::new("."));
            return Some(from.join(&self.program)).filter(is_program);
        }
        let folders = match self.environment.get("PATH") {
            Some(own) => own.into(),
            None => std::env::var_os("PATH")?,
        };
        std::env::split_paths(&folders)
            .map(|folder| folder.join(&self.program))
            .find(is_program)
    }
}

#[cfg(test)]
mod tests {
    use super::{CommandHandler, HttpHandler};
    use tokio::net::TcpListener;

    #[test]
    fn a_program_is_looked_for_where_the_system_will() {
        let program = |name: &str| CommandHandler::new([name]).expect("a command");
        let trouble = |handler: &CommandHandler| handler.trouble().unwrap_or_default();
        assert_eq!(program("sh").trouble(), None);
        assert_eq!(
            trouble(&program("no-such-program-here")),
            "there is no program `no-such-program-here` in PATH"
        );
        assert_eq!(trouble(&program("./sh")), "there is no program ./sh");
        assert_eq!(program("./sh").directory("/bin").trouble(), None);
        assert_eq!(
            trouble(&program("sh").directory("/nowhere")),
            "there is no directory /nowhere"
        );
        // A folder, and a file that is no program.
        assert_ne!(program("/bin/").trouble(), None);
        assert_ne!(program("/etc/passwd").trouble(), None);
        let elsewhere = program("sh").environment("PATH", "/nowhere");
        assert_ne!(elsewhere.expect("a variable").trouble(), None);
    }

    #[tokio::test]
    async fn an_endpoint_is_there_when_somebody_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let handler = HttpHandler::new(&format!("http://{address}/jobs")).expect("an address");
        assert_eq!(handler.trouble().await, None);
        drop(listener);
        let trouble = handler.trouble().await.unwrap_or_default();
        assert!(trouble.contains("/jobs cannot be reached: "), "{trouble}");
    }
}
