//! Durations as people write them: `30s`, `5m`.

use serde::{Deserialize, Deserializer, de::Error};
use std::time::Duration;

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text).map_err(|error| {
        D::Error::custom(format!(
            "`{text}` is no duration ({error}): write it as `30s`, `5m` or `1h 30m`"
        ))
    })
}
