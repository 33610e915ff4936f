//! What can be changed, and who may.

use jobdeck::model::Role;

/// Every change over REST, and what not everybody may read: the least role, and a body that is understood.
pub(super) const CHANGES: &[(&str, Role, &str)] = &[
    ("get /audit", Role::Operator, ""),
    ("get /audit/export", Role::Operator, ""),
    ("put /failures/{digest}", Role::Operator, r#"{"note":"a"}"#),
    ("post /deploys", Role::Operator, r#"{"name":"a"}"#),
    ("post /import", Role::Operator, ""),
    ("post /queues/{name}/pause", Role::Operator, ""),
    ("post /queues/{name}/resume", Role::Operator, ""),
    ("delete /queues/{name}", Role::Admin, ""),
    ("post /processes/{identity}/dump", Role::Operator, ""),
    ("post /processes/{identity}/quiet", Role::Admin, ""),
    ("post /processes/{identity}/stop", Role::Admin, ""),
    ("post /jobs", Role::Operator, r#"{"class":"A","args":[]}"#),
    ("post /jobs/{jid}/cancel", Role::Operator, ""),
    (
        "post /jobs/{jid}/reveal",
        Role::Admin,
        r#"{"reason":"a customer asks"}"#,
    ),
    (
        "post /actions",
        Role::Operator,
        r#"{"action":"retry","entries":["dead~1~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}"#,
    ),
    ("delete /periodic/{name}", Role::Admin, ""),
    ("post /periodic/{name}/run", Role::Operator, ""),
    ("post /periodic/{name}/pause", Role::Operator, ""),
    ("post /periodic/{name}/resume", Role::Operator, ""),
    (
        "post /operations",
        Role::Operator,
        r#"{"action":"delete","from":"dead"}"#,
    ),
    (
        "post /operations/preview",
        Role::Operator,
        r#"{"action":"delete","from":"dead"}"#,
    ),
    ("post /operations/{id}/pause", Role::Operator, ""),
    ("post /operations/{id}/resume", Role::Operator, ""),
    ("post /operations/{id}/stop", Role::Operator, ""),
    ("post /operations/{id}/undo", Role::Operator, ""),
    ("post /operations/{id}/free", Role::Admin, ""),
    (
        "post /holds",
        Role::Operator,
        r#"{"query":"class:A","seconds":7200}"#,
    ),
    (
        "post /holds/preview",
        Role::Operator,
        r#"{"query":"class:A","seconds":7200}"#,
    ),
    ("delete /holds/{id}", Role::Operator, ""),
    ("post /holds/{id}/release", Role::Operator, ""),
];

/// Every server function with the least role, and what it is asked with.
pub(super) const FUNCTIONS: &[(&str, Role, &str)] = &[
    ("GET jobs/page", Role::Viewer, ""),
    ("GET jobs/show", Role::Viewer, ""),
    ("GET jobs/search", Role::Viewer, ""),
    ("GET jobs/complete", Role::Viewer, ""),
    ("GET jobs/report", Role::Viewer, ""),
    ("GET processes", Role::Viewer, ""),
    ("GET running", Role::Viewer, ""),
    ("GET audit", Role::Operator, ""),
    ("GET operations", Role::Viewer, ""),
    ("GET operation", Role::Viewer, ""),
    ("GET page_frame", Role::Viewer, ""),
    ("GET periodic", Role::Viewer, ""),
    ("GET failures", Role::Viewer, ""),
    ("GET failure_group", Role::Viewer, ""),
    ("GET snapshot", Role::Viewer, ""),
    ("GET import_outcome", Role::Viewer, ""),
    ("GET dead_causes", Role::Viewer, ""),
    // One's own choice, kept in one's own browser.
    ("POST theme", Role::Viewer, "theme=dark"),
    (
        "GET preview_operation",
        Role::Operator,
        "query=in%3Ddead%26action%3Ddelete",
    ),
    (
        "GET preview_hold",
        Role::Operator,
        "query=query%3Dclass%253AA%26for%3D4h",
    ),
    ("POST signal_process", Role::Admin, "identity=a&signal=stop"),
    (
        "POST jobs/act",
        Role::Operator,
        "verb=retry&entries[]=dead~1~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
    (
        "POST start_operation",
        Role::Operator,
        "query=in%3Ddead%26action%3Ddelete&before=1",
    ),
    ("POST turn_operation", Role::Operator, "id=a&verb=pause"),
    (
        "POST set_queue_paused",
        Role::Operator,
        "queue=a&paused=true",
    ),
    ("POST clear_queue", Role::Operator, "queue=a"),
    ("POST run_periodic", Role::Operator, "name=a"),
    (
        "POST set_periodic_paused",
        Role::Operator,
        "name=a&paused=true",
    ),
    ("POST delete_periodic", Role::Admin, "name=a"),
    (
        "POST set_group_state",
        Role::Operator,
        "digest=0123456789abcdef&state=open",
    ),
    (
        "POST set_group_note",
        Role::Operator,
        "digest=0123456789abcdef&note=a",
    ),
    ("POST jobs/cancel", Role::Operator, "jid=a"),
    (
        "POST start_hold",
        Role::Operator,
        "query=query%3Dclass%253AA%26for%3D4h",
    ),
    ("POST release_hold", Role::Operator, "id=a"),
];
