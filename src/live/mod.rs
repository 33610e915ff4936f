//! One sampler a store, and the stream of what it saw.

mod sampler;

pub use sampler::{Live, SamplerOptions};
