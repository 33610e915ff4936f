//! Changes single fields of a job and leaves the rest of its text alone.

use super::{Job, Malformed};

impl Job {
    /// The job with these fields set (name, JSON text of the value): an existing field's value is replaced where it stands (the
    /// effective one if repeated), a new field goes to the end. Every other byte stays.
    ///
    /// # Errors
    /// The entry is no JSON object.
    pub fn edited(&self, changes: &[(&str, &str)]) -> Result<Job, Malformed> {
        let _ = changes;
        unimplemented!()
    }
}
