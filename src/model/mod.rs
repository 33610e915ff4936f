//! Plain types that cross the wire between server and browser.
//!
//! Compiled for both: only `serde` derives, small pure rules, no input or output.

mod action;
mod actor;
mod alert;
mod alert_words;
mod audit;
mod audit_words;
mod base_path;
mod completion;
mod dead_causes;
mod entry;
mod entry_id;
mod failure_group;
mod filter;
mod group_digest;
mod hold;
mod import;
mod json_node;
mod name_pattern;
mod operation;
mod operation_words;
mod overview;
mod page;
mod periodic;
mod place;
mod process;
mod query_error;
mod report;
mod role;
mod scope;
mod search;
mod snapshot;
mod store_glance;
mod store_sign;
mod time_text;
mod timestamp;
mod unseen;

pub use action::{Action, ActionOutcome, ActionReport, Verb};
pub use actor::{Actor, Via};
pub use alert::{
    Acknowledgement, Alert, AlertEpisode, AlertEvent, AlertNotice, AlertReceiver, AlertRule,
    AlertSeverity, AlertState, AlertSummary, AlertWatch, Snooze,
};
pub use audit::{
    AuditAction, AuditEntry, AuditEvent, AuditFilter, AuditId, AuditIdError, AuditOutcome,
    AuditPage,
};
pub use base_path::{BasePath, BasePathError};
pub use completion::{Completion, Completions};
pub use dead_causes::{DeadCause, DeadCauses};
pub use entry::{JobDetail, JobEntry, JobLocation, TraceLine, Whereabouts};
pub use entry_id::{EntryId, EntryIdError};
pub use failure_group::{
    Completeness, Course, DeployMark, Distribution, FailureGroup, FailureGroups, GroupDetail,
    GroupFilter, GroupOrder, GroupQuery, GroupSample, GroupState, IndexState, KeptGroup, Trends,
};
pub use filter::JobFilter;
pub use group_digest::{GroupDigest, GroupDigestError};
pub use hold::{Hold, HoldRequest, HoldStatus, held_group, held_score, held_scores};
pub use import::{ImportProblem, ImportReport, PROBLEMS_TOLD};
pub use json_node::JsonNode;
pub use name_pattern::{NamePattern, pattern_fits};
pub use operation::{
    Canary, Change, Kept, Operation, OperationPlan, OperationPreview, OperationProgress,
    OperationRequest, OperationState, OperationSummary, PreviewSample, Selection, percent,
};
pub use overview::{DayTotals, Overview, QueueSummary};
pub use page::{Cursor, Order, Page, PageRequest};
pub use periodic::{PeriodicInfo, PeriodicRun};
pub use place::{Place, PlaceError, Set};
pub use process::{ProcessInfo, RunningJob, Signal};
pub use query_error::QueryError;
pub use report::{CancelReport, JobReport, LogLine, Progress};
pub use role::{Right, Role};
pub use scope::{Limit, Scope};
pub use search::{
    SEARCH_PAGE, SearchEvent, SearchNews, SearchNext, SearchPhase, SearchProgress,
    SearchProgressError,
};
pub use snapshot::{HistoryPoint, QueueTrend, Snapshot, StoreInfo, StoreState};
pub use store_glance::{StoreGlance, StoreNumbers};
pub use store_sign::{StoreColor, StoreSign};
pub use time_text::{is_day, parse_end, parse_time, picker_text};
pub use timestamp::Timestamp;
pub use unseen::{is_unseen, push_code, visible, visible_start};
