//! Other programs under test: surroundings that hold no settings, and signals.

use tokio::process::{Child, Command};

/// The `jobdeck` binary, without any setting of whoever runs the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jobdeck"));
    for (name, _) in std::env::vars() {
        if name.starts_with("JOBDECK_") || name == "REDIS_URL" {
            command.env_remove(name);
        }
    }
    command
}

/// Tells a process to end, as a service manager does.
pub fn terminate(child: &Child) {
    signal(child.id().expect("it runs"), "TERM");
}

/// Sends a signal to the process with this number.
pub fn signal(id: u32, name: &str) {
    let status = std::process::Command::new("kill")
        .args([&format!("-{name}"), &id.to_string()])
        .status()
        .expect("kill can be run");
    assert!(status.success());
}
