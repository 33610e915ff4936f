//! Settings: one struct a concern, from flags, environment and file.
