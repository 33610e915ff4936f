//! Failure groups as REST answers them.

use super::body::EntryBody;
use crate::model::{
    DeployMark, Distribution, FailureGroup, FailureGroups, GroupDetail, GroupState, IndexState,
    KeptGroup,
};
use serde::Serialize;
use utoipa::ToSchema;

/// How old and how complete the numbers are.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IndexBody {
    /// `waiting` (nothing is known yet), `reading` (each number is at least that), `exact` (right at `as_of`) or `about` (the sets changed
    /// while or since they were read).
    completeness: &'static str,
    /// As of when.
    #[schema(format = DateTime)]
    as_of: Option<String>,
    /// Entries that were counted.
    counted: u64,
    /// Entries that there are.
    total: u64,
    /// Why nothing newer could be read, if so.
    problem: Option<String>,
}

/// Failures over time, oldest first; the newest part is not over yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TrendsBody {
    /// The last hour, in parts of five minutes.
    hour: Vec<u64>,
    /// The last 24 hours, in parts of one.
    day: Vec<u64>,
    /// The last seven days, in parts of six hours.
    week: Vec<u64>,
}

/// A queue and how many entries of a group are of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupQueueBody {
    /// Name.
    name: String,
    /// Entries.
    count: u64,
}

/// Entries of the retry and dead sets that failed from one cause.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupBody {
    /// Address: 16 hexadecimal digits.
    digest: String,
    /// Class of the jobs as shown.
    class: String,
    /// Class of the errors.
    error_class: String,
    /// Message of the errors, `…` for what varies.
    message: String,
    /// Top frame of the application's own code.
    frame: Option<String>,
    /// Entries.
    count: u64,
    /// Those in the retry set.
    retries: u64,
    /// Those in the dead set.
    dead: u64,
    /// Earliest first failure of an entry.
    #[schema(format = DateTime)]
    first_seen: String,
    /// Latest failure of an entry.
    #[schema(format = DateTime)]
    last_seen: String,
    /// Failures over time; each entry counts once, when it failed last.
    trends: TrendsBody,
    /// `new`, `rising`, `steady` or `over`.
    course: &'static str,
    /// Whether it was first seen after the newest deploy mark.
    new_since_deploy: bool,
    /// Queues with most of its entries.
    queues: Vec<GroupQueueBody>,
    /// Most failures of an entry.
    most_attempts: u64,
    /// Id of the entry that failed last.
    sample: Option<String>,
    /// `open`, `muted` or `resolved`: what was decided, as far as it still holds.
    state: &'static str,
    /// Whether it was resolved and has happened again.
    reopened: bool,
    #[serde(flatten)]
    kept: SaidBody,
}

/// What people have said about a group.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SaidBody {
    /// What was decided: `open`, `muted` or `resolved`.
    decided: &'static str,
    /// When.
    #[schema(format = DateTime)]
    decided_at: Option<String>,
    /// Muted until then.
    #[schema(format = DateTime)]
    muted_until: Option<String>,
    /// Note.
    note: String,
    /// When it was written.
    #[schema(format = DateTime)]
    noted_at: Option<String>,
    /// Who said the last of it.
    by: Option<String>,
}

/// A moment at which something was deployed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeployBody {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// What; may be empty.
    name: String,
}

/// A list of groups.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupsBody {
    /// The groups, in the order asked.
    groups: Vec<GroupBody>,
    /// How many there are, listed or not.
    matching: u64,
    /// Failed entries of all groups.
    entries: u64,
    /// Failed entries that belong to no group, because there are too many groups.
    ungrouped: u64,
    /// Entries of the sets that have never failed.
    never_failed: u64,
    index: IndexBody,
    /// Newest deploy mark.
    deploy: Option<DeployBody>,
}

/// How often values occur in a sample.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DistributionBody {
    /// What has these values: `1`, or `1.account_id` for a name in the first argument.
    name: String,
    /// Most frequent values, as JSON texts.
    values: Vec<ValueBody>,
    /// Different values.
    different: u64,
    /// Entries that have one.
    known: u64,
}

/// A value and how often it occurs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ValueBody {
    /// JSON text of the value.
    value: String,
    /// How often.
    count: u64,
}

/// A group with what a bounded number of its entries have in common.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupDetailBody {
    /// Address.
    digest: String,
    /// The group; null when no entry has this signature.
    group: Option<GroupBody>,
    /// What people have said about it.
    kept: SaidBody,
    index: IndexBody,
    /// Some entries, those that failed last first. Long texts are cut.
    samples: Vec<EntryBody>,
    /// Entries of the group that were looked at for what follows.
    looked_at: u64,
    /// Values of arguments.
    arguments: Vec<DistributionBody>,
    /// How often entries have failed.
    attempts: DistributionBody,
    /// Machines, where entries name one.
    hosts: DistributionBody,
}

impl From<IndexState> for IndexBody {
    fn from(index: IndexState) -> Self {
        use crate::model::Completeness;
        Self {
            completeness: match index.completeness {
                Completeness::Waiting => "waiting",
                Completeness::Reading => "reading",
                Completeness::Exact => "exact",
                Completeness::About => "about",
            },
            as_of: index.as_of.map(|as_of| as_of.to_string()),
            counted: index.counted,
            total: index.total,
            problem: index.problem,
        }
    }
}

impl From<KeptGroup> for SaidBody {
    fn from(kept: KeptGroup) -> Self {
        Self {
            decided: kept.state.name(),
            decided_at: kept.decided_at.map(|at| at.to_string()),
            muted_until: match kept.state {
                GroupState::Muted { until } => Some(until.to_string()),
                GroupState::Open | GroupState::Resolved => None,
            },
            note: kept.note,
            noted_at: kept.noted_at.map(|at| at.to_string()),
            by: kept.by,
        }
    }
}

impl From<FailureGroup> for GroupBody {
    fn from(group: FailureGroup) -> Self {
        Self {
            digest: group.digest.to_string(),
            count: group.count(),
            class: group.class,
            error_class: group.error_class,
            message: group.message,
            frame: group.frame,
            retries: group.retries,
            dead: group.dead,
            first_seen: group.first_seen.to_string(),
            last_seen: group.last_seen.to_string(),
            trends: TrendsBody {
                hour: group.trends.hour,
                day: group.trends.day,
                week: group.trends.week,
            },
            course: group.course.name(),
            new_since_deploy: group.is_new,
            queues: group
                .queues
                .into_iter()
                .map(|(name, count)| GroupQueueBody { name, count })
                .collect(),
            most_attempts: group.most_attempts,
            sample: group.sample.map(|id| id.to_string()),
            state: group.state.name(),
            reopened: group.reopened,
            kept: group.kept.into(),
        }
    }
}

impl From<DeployMark> for DeployBody {
    fn from(mark: DeployMark) -> Self {
        Self {
            at: mark.at.to_string(),
            name: mark.name,
        }
    }
}

impl From<FailureGroups> for GroupsBody {
    fn from(list: FailureGroups) -> Self {
        Self {
            groups: list.groups.into_iter().map(GroupBody::from).collect(),
            matching: list.matching,
            entries: list.entries,
            ungrouped: list.ungrouped,
            never_failed: list.never_failed,
            index: list.index.into(),
            deploy: list.deploy.map(DeployBody::from),
        }
    }
}

impl From<Distribution> for DistributionBody {
    fn from(distribution: Distribution) -> Self {
        Self {
            name: distribution.name,
            values: distribution
                .values
                .into_iter()
                .map(|(value, count)| ValueBody { value, count })
                .collect(),
            different: distribution.different,
            known: distribution.known,
        }
    }
}

impl From<GroupDetail> for GroupDetailBody {
    fn from(detail: GroupDetail) -> Self {
        let sample = detail.sample;
        Self {
            digest: detail.digest.to_string(),
            group: detail.group.map(GroupBody::from),
            kept: detail.kept.into(),
            index: detail.index.into(),
            samples: sample.entries.into_iter().map(EntryBody::from).collect(),
            looked_at: sample.looked_at,
            arguments: sample.arguments.into_iter().map(Into::into).collect(),
            attempts: sample.attempts.into(),
            hosts: sample.hosts.into(),
        }
    }
}
