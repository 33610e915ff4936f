//! What is fuzzed, and with what it begins. See docs/BUILDING.md.

pub mod seeds;
pub mod targets;
