//! Server functions, one file a subject: each takes its service from context, calls it, and returns.
//!
//! Every function is a public HTTP endpoint under `/api/ui`. Reads are `GET`; changes are form posts, so that pages work without JavaScript.

pub mod act_notice;
pub mod act_request;
pub mod actions;
pub mod alerts;
pub mod audit;
pub mod audit_query;
pub mod cancel;
pub mod dead;
mod error;
pub mod export_address;
pub mod failures;
pub mod hold_form;
pub mod holds;
pub mod import;
pub mod jobs;
pub mod list_query;
pub mod live;
pub mod operation_form;
pub mod operations;
pub mod page_frame;
pub mod periodic;
pub mod processes;
pub mod query_string;
pub mod queues;
pub mod search;
pub mod stores;

#[cfg(feature = "ssr")]
mod complete;
#[cfg(feature = "ssr")]
mod found_once;
#[cfg(feature = "ssr")]
pub mod respond;
#[cfg(feature = "ssr")]
mod revealed;
#[cfg(feature = "ssr")]
mod stores_here;

pub use crate::model::{is_day, parse_end, parse_time, picker_text};
pub use act_notice::act_notice;
pub use act_request::{ActRequest, MOST_ENTRIES, Preset, SPREAD_MINUTES};
pub use actions::{Act, act};
pub use alerts::{
    AcknowledgeAlert, AlertsView, GetAlerts, SNOOZE_SPANS, SnoozeAlert, WakeAlert,
    acknowledge_alert, get_alerts, snooze_alert, wake_alert,
};
pub use audit::{GetAudit, get_audit};
pub use audit_query::{AuditField, AuditQuery};
pub use cancel::{CancelJob, GetJobReport, cancel_job, get_job_report};
#[cfg(feature = "ssr")]
pub use complete::complete;
pub use dead::{GetDeadCauses, get_dead_causes};
pub use error::ApiError;
pub use export_address::{EXPORT_FORMATS, export_address, export_format, operation_export_address};
pub use failures::{
    GetFailureGroup, GetFailures, SetGroupNote, SetGroupState, get_failure_group, get_failures,
    set_group_note, set_group_state,
};
#[cfg(feature = "ssr")]
pub use found_once::FoundOnce;
pub use hold_form::{HOLD_SPANS, HoldForm};
pub use holds::{
    HoldDraft, PreviewHold, ReleaseHold, StartHold, preview_hold, release_hold, start_hold,
};
pub use import::{GetImportOutcome, ImportOutcome, get_import_outcome};
pub use jobs::{GetJob, GetPage, get_job, get_page};
pub use list_query::{Field, ListQuery, PAGE_SIZE, PAGE_SIZES, usual_order};
pub use live::{GetSnapshot, get_snapshot};
pub use operation_form::OperationForm;
pub use operations::{
    GetOperation, GetOperations, OperationDraft, PreviewOperation, StartOperation, TurnOperation,
    get_operation, get_operations, preview_operation, start_operation, turn_operation,
};
pub use page_frame::{
    Environment, GetPageFrame, PageFrame, SetTheme, THEME_COOKIE, Theme, get_page_frame, set_theme,
};
pub use periodic::{
    DeletePeriodic, GetPeriodic, PeriodicView, RunPeriodic, SetPeriodicPaused, delete_periodic,
    get_periodic, run_periodic, set_periodic_paused,
};
pub use processes::{
    GetProcesses, GetRunning, RunningFilter, SignalProcess, get_processes, get_running,
    signal_process,
};
pub use queues::{ClearQueue, QueueCleared, SetQueuePaused, clear_queue, set_queue_paused};
#[cfg(feature = "ssr")]
pub use revealed::Revealed;
pub use search::{GetCompletions, GetFound, SearchAddress, get_completions, get_found};
pub use stores::{GetStores, StoreLink, get_stores};
#[cfg(feature = "ssr")]
pub use stores_here::StoresHere;
