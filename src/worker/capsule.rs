//! A named group of queues with a concurrency of its own.

/// A named group of queues with a concurrency of its own, within one process: jobs of one capsule never wait for those of another.
///
/// # Examples
///
/// ```
/// use jobdeck::worker::Capsule;
///
/// let photos = Capsule::new("photos").queue("uploads", 3).queue("thumbnails", 1).concurrency(2);
/// # let _ = photos;
/// ```
#[must_use = "a capsule does nothing until it is given to a worker"]
#[derive(Clone, Debug)]
pub struct Capsule {
    pub(super) name: String,
    pub(super) queues: Vec<(String, u64)>,
    pub(super) concurrency: usize,
}

impl Capsule {
    /// A capsule of this name, with 10 jobs at a time.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            queues: Vec::new(),
            concurrency: 10,
        }
    }

    /// Fetches from this queue too; for weights see [`super::WorkerBuilder::queue`].
    pub fn queue(mut self, name: impl Into<String>, weight: u64) -> Self {
        self.queues.push((name.into(), weight));
        self
    }

    /// Fetches from these queues too.
    pub fn queues(mut self, queues: impl IntoIterator<Item = (String, u64)>) -> Self {
        self.queues.extend(queues);
        self
    }

    /// Jobs that run at a time; 10 by default.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency;
        self
    }
}
