//! A number that follows from an entry's bytes.

/// FNV-1a of some of the bytes: any even spread will do, the same on every machine.
#[must_use]
pub(crate) fn scattered(raw: &[u8]) -> u64 {
    raw.iter()
        .take(1024)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
        >> 16
}
