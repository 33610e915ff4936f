//! Which of the texts that are looked for stand in an error trace.

use super::text::fold;
use crate::job::decode_trace;
use memchr::memmem::Finder;
use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher,
};

/// Most traces that are remembered.
const MOST: usize = 16_384;

/// What is known of the traces that were seen, by their coded form. Unpacking one takes a hundred times as long as looking it up, and jobs
/// that failed at one place have one trace.
pub(super) struct Traces {
    known: HashMap<Key, Box<[bool]>>,
    /// Two, for a key that no two traces share.
    hashers: [RandomState; 2],
}

/// A trace's coded form.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key([u64; 2]);

impl Traces {
    pub(super) fn new() -> Self {
        Self {
            known: HashMap::new(),
            hashers: [RandomState::new(), RandomState::new()],
        }
    }

    /// The key of a trace, from the JSON text of its field.
    pub(super) fn key(&self, json: &[u8]) -> Key {
        Key(self.hashers.each_ref().map(|hasher| hasher.hash_one(json)))
    }

    /// Which texts stand in this trace, if that is known already.
    pub(super) fn get(&self, key: Key) -> Option<&[bool]> {
        self.known.get(&key).map(AsRef::as_ref)
    }

    /// Which texts stand in this trace.
    pub(super) fn read(&mut self, key: Key, json: &str, texts: &[Finder<'static>]) -> &[bool] {
        if self.known.len() >= MOST && !self.known.contains_key(&key) {
            self.known.clear();
        }
        self.known.entry(key).or_insert_with(|| {
            // What cannot be unpacked holds nothing that a person could have read.
            let lines: Vec<String> = decode_trace(json)
                .unwrap_or_default()
                .iter()
                .map(|line| fold(line))
                .collect();
            texts
                .iter()
                .map(|text| {
                    lines
                        .iter()
                        .any(|line| text.find(line.as_bytes()).is_some())
                })
                .collect()
        })
    }
}

/// Where an entry's trace is, as far as its bytes tell.
pub(super) enum TraceBytes<'raw> {
    /// It has none that is coded.
    None,
    /// This is the JSON text of the only field that may be one.
    Coded(&'raw [u8]),
    /// Only reading the entry can tell.
    Unclear,
}

/// Looks for an entry's trace in its bytes.
pub(super) struct TraceFinder {
    name: Finder<'static>,
    escape: Finder<'static>,
}

impl TraceFinder {
    pub(super) fn new() -> Self {
        Self {
            name: Finder::new("error_backtrace\""),
            escape: Finder::new("\\u00"),
        }
    }

    pub(super) fn look<'raw>(&self, raw: &'raw [u8]) -> TraceBytes<'raw> {
        let Some(at) = self.name.find(raw) else {
            // Its name may be spelled with escapes.
            return if self.escape.find(raw).is_some() {
                TraceBytes::Unclear
            } else {
                TraceBytes::None
            };
        };
        let behind = &raw[at + "error_backtrace\"".len()..];
        if self.name.find(behind).is_some() || self.escape.find(raw).is_some() {
            return TraceBytes::Unclear;
        }
        let Some(value) = behind.trim_ascii_start().strip_prefix(b":") else {
            return TraceBytes::Unclear;
        };
        let value = value.trim_ascii_start();
        match value.first() {
            Some(b'"') => {}
            Some(b'n') => return TraceBytes::None,
            // The lines of a plain trace stand in the bytes.
            Some(b'[') => return TraceBytes::None,
            _ => return TraceBytes::Unclear,
        }
        let end = memchr::memchr(b'"', &value[1..]);
        match end {
            Some(end) if value.get(end) != Some(&b'\\') => TraceBytes::Coded(&value[..end + 2]),
            _ => TraceBytes::Unclear,
        }
    }
}
