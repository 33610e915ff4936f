//! What people see of a job: class and arguments, Active Job unwrapped, encrypted arguments hidden.

use super::Job;

impl Job {
    /// The class as shown: `display_class`, the wrapped Active Job class, `UserMailer#welcome` for mailers, or `class`.
    #[must_use]
    pub fn shown_class(&self) -> String {
        unimplemented!()
    }

    /// The class that names the handler and the metrics: `wrapped` or `class`.
    #[must_use]
    pub fn handler_class(&self) -> Option<String> {
        self.string("wrapped").or_else(|| self.class())
    }

    /// The arguments as shown, as JSON text, cut to `limit` characters (0: whole).
    #[must_use]
    pub fn shown_args(&self, limit: usize) -> String {
        let _ = limit;
        unimplemented!()
    }
}
