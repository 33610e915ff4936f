//! The fuzz targets for some seconds, without an engine that watches what is covered; `make fuzz` runs them with one, and for long.
//!
//! The inputs are the same in every run, unless `JOBDECK_FUZZ_SEED` names another number to begin with.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]
#![allow(unreachable_pub, reason = "what is fuzzed is a crate of its own, too")]

#[path = "../fuzz/src/seeds.rs"]
mod seeds;
#[path = "../fuzz/src/targets.rs"]
mod targets;

use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};
use targets::TARGETS;

/// Longest input, bytes.
const LONGEST: usize = 4096;

/// Runs a target on each of its seeds, on what has failed once, and on so many inputs made of them.
fn fuzz(name: &str, inputs: usize) {
    let (_, target) = TARGETS
        .iter()
        .find(|(known, _)| *known == name)
        .expect("a target");
    let run = |input: &[u8]| {
        if catch_unwind(AssertUnwindSafe(|| target(input))).is_err() {
            let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
            panic!(
                "`{name}` failed on {:?}, in hex {hex}",
                String::from_utf8_lossy(input)
            );
        }
    };
    let mut known = seeds::of(name);
    known.extend(regressions(name));
    known.iter().for_each(|input| run(input));

    let seed = std::env::var("JOBDECK_FUZZ_SEED").ok();
    let seed = seed.and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..inputs {
        let mut input = known.choose(&mut random).cloned().unwrap_or_default();
        for _ in 0..random.random_range(1..=4) {
            change(&mut input, name, &known, &mut random);
        }
        input.truncate(LONGEST);
        run(&input);
    }
}

/// Inputs that failed once.
fn regressions(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    let Ok(files) = fs::read_dir(folder.join(name)) else {
        return Vec::new();
    };
    let files = files.map(|file| fs::read(file.expect("a file").path()).expect("its bytes"));
    let mut found: Vec<Vec<u8>> = files.collect();
    // A folder has no order of its own.
    found.sort();
    found
}

/// Changes an input somewhere, in one of the ways in which inputs are wrong.
fn change(input: &mut Vec<u8>, name: &str, known: &[Vec<u8>], random: &mut StdRng) {
    let at = random.random_range(0..=input.len());
    let end = (at + random.random_range(1..=16)).min(input.len());
    match random.random_range(0..7) {
        0 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << random.random_range(0..8);
            }
        }
        1 => input.insert(at, random.random_range(0..=255)),
        2 => drop(input.drain(at..end)),
        3 => {
            let word = seeds::words(name)
                .choose(random)
                .copied()
                .unwrap_or_default();
            input.splice(at..at, word.bytes());
        }
        4 => {
            let word = seeds::words(name)
                .choose(random)
                .copied()
                .unwrap_or_default();
            input.splice(at..end, word.bytes());
        }
        5 => {
            let piece = input[at..end].repeat(random.random_range(1..=20));
            input.splice(at..at, piece);
        }
        _ => {
            // The beginning of this one, the end of another.
            let other = known.choose(random).cloned().unwrap_or_default();
            let from = random.random_range(0..=other.len());
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
    }
}

#[test]
fn any_bytes_are_a_job_or_say_why_not() {
    fuzz("job", 4_000);
}

#[test]
fn any_text_is_a_search_or_says_why_not() {
    fuzz("search", 4_000);
}

#[test]
fn any_text_is_the_address_of_an_entry_or_not() {
    fuzz("entry_id", 20_000);
}

#[test]
fn any_text_is_a_configuration_or_says_what_is_wrong_where() {
    fuzz("configuration", 2_000);
}
