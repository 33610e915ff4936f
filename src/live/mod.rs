//! One sampler a store, and the stream of what it saw.
