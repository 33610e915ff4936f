//! One file a page.

mod dead;
mod failure_group;
mod failures;
mod holds;
mod import;
mod job;
mod job_list;
mod not_found;
mod operations;
mod overview;
mod periodic;
mod processes;
mod queue;
mod queues;
mod retries;
mod running;
mod scheduled;
mod search;

pub use dead::DeadPage;
pub use failure_group::FailureGroupPage;
pub use failures::FailuresPage;
pub use holds::{HoldsPage, NewHoldPage};
pub use import::ImportPage;
pub use job::JobPage;
pub use not_found::NotFoundPage;
pub use operations::{NewOperationPage, OperationPage, OperationsPage};
pub use overview::OverviewPage;
pub use periodic::PeriodicPage;
pub use processes::ProcessesPage;
pub use queue::QueuePage;
pub use queues::QueuesPage;
pub use retries::RetriesPage;
pub use running::RunningPage;
pub use scheduled::ScheduledPage;
pub use search::SearchPage;
