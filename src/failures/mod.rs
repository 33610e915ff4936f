//! What failed jobs have in common: signatures, and groups of entries with the same one.
//!
//! A [`Signature`] is made from class, error class, message without what varies, and the top frame of the application's own code.
//! `docs/FAILURES.md` says it for users.

mod buckets;
mod frame;
mod message;
mod signature;
mod signer;
mod tally;

pub use signature::Signature;
pub use signer::Signer;
pub use tally::{Group, Tally};
