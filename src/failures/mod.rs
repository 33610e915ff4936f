//! What failed jobs have in common: signatures, and groups of entries with the same one.
//!
//! A [`Signature`] is made from class, error class, message without what varies, and the top frame of the application's own code.
//! `docs/FAILURES.md` says it for users.

mod frame;
mod message;
mod signature;
mod signer;

pub use signature::Signature;
pub use signer::Signer;
