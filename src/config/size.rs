//! Sizes as people write them: `16 MiB`, `500 kB`, or a number of bytes.

use bytesize::ByteSize;
use serde::{Deserialize, Deserializer, de::Error};

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<ByteSize, D::Error> {
    ByteSize::deserialize(deserializer).map_err(|error| {
        D::Error::custom(format!(
            "it is no size ({error}): write it as `16 MiB`, `500 kB`, or as a number of bytes"
        ))
    })
}
