//! Server functions, one file a subject: each takes its service from context, calls it, and returns.
//!
//! Every function is a public HTTP endpoint under `/api/ui`. Reads are `GET`; changes are form posts, so that pages work without JavaScript.

mod error;
pub mod live;
pub mod page_frame;
pub mod processes;
pub mod queues;

#[cfg(feature = "ssr")]
pub mod respond;

pub use error::ApiError;
pub use live::{GetSnapshot, GetStoreInfo, get_snapshot, get_store_info};
pub use page_frame::{
    Environment, GetPageFrame, PageFrame, SetTheme, Theme, get_page_frame, set_theme,
};
pub use processes::{
    GetProcesses, GetRunning, RunningFilter, SignalProcess, get_processes, get_running,
    signal_process,
};
pub use queues::{ClearQueue, QueueCleared, SetQueuePaused, clear_queue, set_queue_paused};
