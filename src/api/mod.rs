//! Server functions, one file a subject: each takes its service from context, calls it, and returns.
