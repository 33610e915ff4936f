//! What the library's and the server's errors mean for us.

use crate::store::StoreError;
use ::redis::{ErrorKind, RedisError};
use std::{error::Error, io, sync::Arc};

/// The first error that the server itself has sent: its code and its text.
pub(super) fn server_error(error: &RedisError) -> Option<(String, String)> {
    let errors = error.clone().into_server_errors()?;
    let (_, first) = errors.first()?;
    let text = first.details().unwrap_or_default();
    Some((code(first.code(), text).to_owned(), text.to_owned()))
}

/// The code that matters. Of an error inside a script Redis 6.2 tells it in the text only: behind `ERR Error running script` when the
/// script ended by it, and behind the line of the script (`@user_script: 9: -OOM …`) when the script passed it on.
fn code<'error>(code: &'error str, text: &str) -> &'error str {
    const INNER: [&str; 8] = [
        "WRONGTYPE",
        "OOM",
        "READONLY",
        "MISCONF",
        "NOREPLICAS",
        "NOPERM",
        "MASTERDOWN",
        "LOADING",
    ];
    let passed_on = code.starts_with('@');
    if code != "ERR" && !passed_on {
        return code;
    }
    if text.contains("executing the script can't") || text.contains("ACL failure in script") {
        return "NOPERM";
    }
    if !passed_on && !text.contains("script") {
        return code;
    }
    // The first of them that stands as a word of its own: what follows may quote a key.
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .find_map(|word| INNER.into_iter().find(|inner| *inner == word))
        .unwrap_or("ERR")
}

/// The store's error for one of the library's.
pub(super) fn failure(error: &RedisError, address: &str) -> StoreError {
    let address = address.to_owned();
    if let Some((code, text)) = server_error(error) {
        return server_failure(address, &code, &text);
    }
    let unusable = |reason: String| StoreError::Unusable {
        address: address.clone(),
        reason,
    };
    let detail = error.detail().unwrap_or_default();
    match error.kind() {
        ErrorKind::AuthenticationFailed => unusable(format!(
            "it refuses user and password ({detail}): check those in the address"
        )),
        ErrorKind::Server(_) if detail.contains("Authentication required") => unusable(login()),
        ErrorKind::Server(_) => unusable(error.to_string()),
        ErrorKind::InvalidClientConfig => StoreError::Address {
            address,
            reason: error.to_string(),
        },
        ErrorKind::Parse => unusable(
            "what is there does not answer as a Redis server does: check host and port".to_owned(),
        ),
        ErrorKind::UnexpectedReturnType => {
            unusable(format!("it gave an unexpected answer: {error}"))
        }
        ErrorKind::Io => match io_error(error) {
            // The TLS library's own errors: a certificate that is not trusted, a server that speaks no TLS.
            Some(io) if io.kind() == io::ErrorKind::InvalidData => unusable(format!(
                "no secure connection: {io}; check that the server speaks TLS there, and that its certificate is trusted \
                 (SSL_CERT_FILE names a file of further authorities)"
            )),
            io => StoreError::Unavailable {
                address,
                reason: io.map_or_else(|| error.to_string(), io_reason),
            },
        },
        _ => StoreError::Unavailable {
            address,
            reason: error.to_string(),
        },
    }
}

/// The store's error for one that a script has passed on as a text: its code and what it says.
pub(super) fn refusal(text: &str, address: &str) -> StoreError {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let first = first.trim_start_matches('-');
    server_failure(address.to_owned(), code(first, rest), rest)
}

fn io_error(error: &RedisError) -> Option<&io::Error> {
    let source = error.source()?;
    // The library hands its causes out behind a shared pointer.
    source
        .downcast_ref::<Arc<dyn Error + Send + Sync>>()
        .and_then(|shared| shared.downcast_ref())
        .or_else(|| source.downcast_ref())
}

fn io_reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            "connection refused: no server listens there".to_owned()
        }
        io::ErrorKind::NotFound => "there is no such socket: no server listens there".to_owned(),
        io::ErrorKind::TimedOut => "no answer in time".to_owned(),
        io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::UnexpectedEof => "the connection was closed".to_owned(),
        _ => error.to_string(),
    }
}

fn login() -> String {
    "it asks for a password: write it into the address, `redis://USER:PASSWORD@HOST`".to_owned()
}

fn server_failure(address: String, code: &str, text: &str) -> StoreError {
    match code {
        "NOAUTH" => StoreError::Unusable {
            address,
            reason: login(),
        },
        "WRONGPASS" => StoreError::Unusable {
            address,
            reason: "it refuses user and password: check those in the address".to_owned(),
        },
        "NOPERM" => StoreError::Unusable {
            address,
            reason: format!("its user may not do this ({text}): extend the user's ACL"),
        },
        "MOVED" | "ASK" | "CROSSSLOT" | "CLUSTERDOWN" => StoreError::Unusable {
            address,
            reason: "it is a Redis Cluster, which Sidekiq's layout does not work on: use a single server or Sentinels".to_owned(),
        },
        "WRONGTYPE" => StoreError::Unusable {
            address,
            reason: format!("a key is of another type than Sidekiq's ({text}): is this database used by something else?"),
        },
        "LOADING" => StoreError::Unavailable {
            address,
            reason: "it is still loading its data".to_owned(),
        },
        "BUSY" => StoreError::Unavailable {
            address,
            reason: "it is busy with a script that takes too long".to_owned(),
        },
        "MASTERDOWN" => StoreError::Unavailable {
            address,
            reason: "it is a replica that has lost its master".to_owned(),
        },
        "READONLY" => StoreError::Refused {
            address,
            reason: "it is a read-only replica: give the master's address, or the Sentinels'".to_owned(),
        },
        "OOM" => StoreError::Refused {
            address,
            reason: "its memory is full (maxmemory)".to_owned(),
        },
        "MISCONF" => StoreError::Refused {
            address,
            reason: format!("it cannot save its data: {text}"),
        },
        "NOREPLICAS" => StoreError::Refused {
            address,
            reason: "too few replicas follow it (min-replicas-to-write)".to_owned(),
        },
        _ => StoreError::Unusable {
            address,
            reason: format!("it answered with an error: {code} {text}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn errors_inside_scripts_keep_their_meaning_on_every_server() {
        for (sent, text, expected) in [
            // Redis 6.2, from a script that ended by it.
            (
                "ERR",
                "Error running script (call to f_12): @user_script:5: WRONGTYPE Operation against a key holding the wrong kind of value",
                "WRONGTYPE",
            ),
            (
                "ERR",
                "Error running script (call to f_12): @user_script:9: @user_script: 9: -OOM command not allowed when used memory > 'maxmemory'.",
                "OOM",
            ),
            (
                "ERR",
                "Error running script (call to f_12): @user_script:3: @user_script: 3: -READONLY You can't write against a read only replica.",
                "READONLY",
            ),
            (
                "ERR",
                "Error running script (call to f_12): @user_script:3: @user_script: 3: The user executing the script can't run this command or subcommand",
                "NOPERM",
            ),
            // Redis 6.2, passed on by the script.
            (
                "@user_script:",
                "9: -OOM command not allowed when used memory > 'maxmemory'.",
                "OOM",
            ),
            (
                "@user_script:",
                "3: -MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.",
                "MISCONF",
            ),
            (
                "@user_script:",
                "7: The user executing the script can't run this command or subcommand",
                "NOPERM",
            ),
            ("@user_script:", "7: something else", "ERR"),
            (
                "WRONGTYPE",
                "Operation against a key holding the wrong kind of value",
                "WRONGTYPE",
            ),
            // Redis 7.
            (
                "WRONGTYPE",
                "Operation against a key holding the wrong kind of value script: aa50, on @user_script:5.",
                "WRONGTYPE",
            ),
            (
                "OOM",
                "command not allowed when used memory > 'maxmemory'. script: aa50, on @user_script:9.",
                "OOM",
            ),
            (
                "ERR",
                "The user executing the script can't run this command or subcommand script: aa50, on @user_script:5.",
                "NOPERM",
            ),
            // Redis 8 and Valkey.
            (
                "NOPERM",
                "ACL failure in script: User jobdeck has no permissions to run the 'hset' command script: aa50, on @user_script:5.",
                "NOPERM",
            ),
            (
                "ERR",
                "ACL failure in script: User jobdeck has no permissions to run the 'hset' command script: aa50, on @user_script:5.",
                "NOPERM",
            ),
            (
                "READONLY",
                "You can't write against a read only replica. script: aa50, on @user_script:5.",
                "READONLY",
            ),
            // Not from a script.
            ("ERR", "syntax error", "ERR"),
            ("NOAUTH", "Authentication required.", "NOAUTH"),
        ] {
            assert_eq!(code(sent, text), expected, "{sent} {text}");
        }
    }
}
