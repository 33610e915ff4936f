//! Who this process is, for others.

/// `HOSTNAME:PID:NONCE`, the nonce 12 hexadecimal digits, as Sidekiq makes it.
pub(super) fn new_identity(hostname: &str) -> String {
    let nonce: u64 = rand::random::<u64>() >> 16;
    format!("{hostname}:{}:{nonce:012x}", std::process::id())
}

/// The host's name; `DYNO` goes first, as in Sidekiq, because a Heroku host name says nothing.
pub(super) fn hostname() -> String {
    std::env::var("DYNO")
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| gethostname::gethostname().to_string_lossy().into_owned())
}

/// The working directory's name: the usual tag of a process.
pub(super) fn folder_name() -> String {
    std::env::current_dir()
        .ok()
        .and_then(|folder| Some(folder.file_name()?.to_string_lossy().into_owned()))
        .unwrap_or_default()
}

/// Resident memory in KiB, where the system tells it (Linux).
pub(super) fn resident_kib() -> Option<u64> {
    status_kib("VmRSS")
}

/// A size in KiB that the system tells of this process by this name (Linux), such as `VmRSS`.
pub(crate) fn status_kib(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?
        .trim()
        .strip_suffix("kB")?
        .trim()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::{new_identity, resident_kib};

    #[test]
    fn identities_differ_within_one_process() {
        let identity = new_identity("web-1.example");
        assert_ne!(identity, new_identity("web-1.example"));
        let mut parts = identity.rsplitn(3, ':');
        let nonce = parts.next().unwrap();
        assert_eq!(nonce.len(), 12, "{identity}");
        assert!(nonce.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(
            parts.next().unwrap().parse::<u32>().unwrap(),
            std::process::id()
        );
        assert_eq!(parts.next().unwrap(), "web-1.example");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_is_told_on_linux() {
        assert!(resident_kib().unwrap() > 100);
    }
}
