//! The `jobdeck` command.
fn main() {}
