//! What kind of server it is, and whether it will do.

/// The oldest version that has all commands that are used here.
const OLDEST: (u64, u64) = (6, 2);

/// A server's name and version for people: `Redis 7.0.15`, `Valkey 8.1.0`; or why it cannot be used. From the text of `INFO server`.
pub(super) fn describe(info: &str) -> Result<String, String> {
    let field = |name: &str| {
        info.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(str::trim)
    };
    match field("redis_mode").or_else(|| field("server_mode")) {
        Some("sentinel") => {
            return Err(
                "it is a Sentinel, which holds no jobs: write `redis-sentinel://HOST:PORT/MASTER`"
                    .to_owned(),
            );
        }
        Some("cluster") => {
            return Err(
                "it is a Redis Cluster, which Sidekiq's layout does not work on: use a single server or Sentinels"
                    .to_owned(),
            );
        }
        _ => {}
    }
    let Some(version) = field("redis_version") else {
        return Ok(String::new());
    };
    let mut numbers = version.split('.').map(|part| part.parse::<u64>().ok());
    let release = (
        numbers.next().flatten().unwrap_or(u64::MAX),
        numbers.next().flatten().unwrap_or(u64::MAX),
    );
    if release < OLDEST {
        return Err(format!(
            "it is Redis {version}, too old: Jobdeck needs {}.{} or later, or Valkey",
            OLDEST.0, OLDEST.1
        ));
    }
    // Its relatives also say which Redis they are compatible with; their own version is the one to show.
    Ok(
        match (field("valkey_version"), field("dragonfly_version")) {
            (Some(version), _) => format!("Valkey {version}"),
            (None, Some(version)) => format!("Dragonfly {}", version.trim_start_matches("df-v")),
            (None, None) => format!("Redis {version}"),
        },
    )
}

/// Whether it is a replica that takes no changes. From the text of `INFO replication`.
pub(super) fn is_read_only_replica(info: &str) -> bool {
    let says = |line: &str| info.lines().any(|other| other.trim() == line);
    says("role:slave") && !says("slave_read_only:0") && !says("replica_read_only:0")
}

#[cfg(test)]
mod tests {
    use super::{describe, is_read_only_replica};

    #[test]
    fn a_replica_is_one_unless_it_takes_changes() {
        for (info, expected) in [
            ("# Replication\r\nrole:master\r\n", false),
            ("role:slave\r\nslave_read_only:1\r\n", true),
            ("role:slave\r\nslave_read_only:0\r\n", false),
            ("", false),
        ] {
            assert_eq!(is_read_only_replica(info), expected, "{info}");
        }
    }

    #[test]
    fn versions_are_shown_as_people_know_them() {
        let redis = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n";
        assert_eq!(describe(redis), Ok("Redis 7.0.15".to_owned()));
        let valkey = "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.0\r\n";
        assert_eq!(describe(valkey), Ok("Valkey 8.1.0".to_owned()));
        let dragonfly = "redis_version:7.4.0\r\ndragonfly_version:df-v1.27.1\r\n";
        assert_eq!(describe(dragonfly), Ok("Dragonfly 1.27.1".to_owned()));
        assert_eq!(describe(""), Ok(String::new()));
        assert_eq!(
            describe("redis_version:255.255.255"),
            Ok("Redis 255.255.255".to_owned())
        );
    }

    #[test]
    fn servers_that_will_not_do_say_what_to_do() {
        for (info, word) in [
            ("redis_version:6.0.16\r\n", "6.2"),
            ("redis_version:5.0.7\r\n", "6.2"),
            (
                "redis_version:7.0.0\r\nredis_mode:sentinel\r\n",
                "redis-sentinel://",
            ),
            (
                "redis_version:7.2.4\r\nserver_mode:sentinel\r\n",
                "redis-sentinel://",
            ),
            ("redis_version:7.0.0\r\nredis_mode:cluster\r\n", "Sentinels"),
        ] {
            let reason = describe(info).unwrap_err();
            assert!(reason.contains(word), "{reason}");
        }
    }
}
