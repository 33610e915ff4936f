//! One sampler a store, and the stream of what it saw.
//!
//! However many browsers watch, the store is read once an interval; nobody watching, it is read just often enough to draw the charts.

mod alerts;
mod failures;
mod frame;
mod history;
mod holds;
mod narrow;
mod sampler;
mod stores;
#[cfg(test)]
mod tests;

pub use frame::Frame;
pub use sampler::{Live, SamplerOptions};
pub use stores::Stores;
