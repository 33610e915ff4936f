//! Server functions, one file a subject: each takes its service from context, calls it, and returns.
//!
//! Every function is a public HTTP endpoint under `/api/ui`. Reads are `GET`; changes are form posts, so that pages work without JavaScript.

mod error;

pub use error::ApiError;
