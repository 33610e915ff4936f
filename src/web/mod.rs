//! HTTP around the pages.
