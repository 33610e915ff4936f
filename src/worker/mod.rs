//! Fetches and runs jobs.
