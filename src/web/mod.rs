//! HTTP around the pages.

pub mod assets;
