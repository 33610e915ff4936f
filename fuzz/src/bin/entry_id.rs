//! Run by scripts/fuzz.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| jobdeck_fuzz::targets::entry_id(data));
