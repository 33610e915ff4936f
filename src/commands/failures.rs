//! `jobdeck failures`: what fails, by cause.

use super::{
    Failure,
    options::{Common, settings_and_store},
    output,
};
use crate::{
    admin::AdminError,
    groups::Groups,
    model::{
        Completeness, FailureGroup, FailureGroups, GroupFilter, GroupOrder, GroupQuery, Limit,
    },
    redaction::Redactor,
    web::script,
};
use clap::{Args, ValueEnum};
use tokio_util::sync::CancellationToken;

/// List what fails, by cause: the jobs of the retry and dead sets in groups
///
/// Reads both sets whole.
#[derive(Debug, Args)]
pub(super) struct Failures {
    /// In which order.
    #[arg(long, value_enum, default_value_t = Order::Count)]
    order: Order,
    /// Only groups in this state.
    #[arg(long, value_enum, default_value_t = State::Open)]
    state: State,
    /// Most groups.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// As JSON, the form that REST answers.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Order {
    /// Most jobs first.
    Count,
    /// First seen last first.
    Newest,
    /// Those first whose last hour stands out most.
    Rising,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    /// Those to be looked at.
    Open,
    /// Muted ones.
    Muted,
    /// Resolved ones.
    Resolved,
    /// All.
    All,
}

impl Failures {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (_, store) = settings_and_store(&self.common).await?;
        let query = GroupQuery {
            order: match self.order {
                Order::Count => GroupOrder::Count,
                Order::Newest => GroupOrder::Newest,
                Order::Rising => GroupOrder::Rising,
            },
            filter: match self.state {
                State::Open => GroupFilter::Open,
                State::Muted => GroupFilter::Muted,
                State::Resolved => GroupFilter::Resolved,
                State::All => GroupFilter::All,
            },
            limit: self.limit,
        };
        // Says at once what is wrong with the store; the index would try again and again.
        store.overview().await.map_err(AdminError::from)?;
        let end = CancellationToken::new();
        let groups = Groups::start(store, Redactor::none(), end.clone());
        groups.first_complete().await;
        let list = groups
            .list(&Limit::none(), &query)
            .await
            .map_err(AdminError::from)?;
        end.cancel();
        if self.json {
            output::line(script::failures_json(list));
        } else {
            print(&list);
        }
        Ok(())
    }
}

fn print(list: &FailureGroups) {
    for group in &list.groups {
        output::line(line(group));
    }
    let about = match list.index.completeness {
        Completeness::Exact => "",
        Completeness::Waiting | Completeness::Reading | Completeness::About => {
            ", about: jobs came and went meanwhile"
        }
    };
    output::line(format_args!(
        "{} of {} groups of {} failed jobs{about}",
        list.groups.len(),
        list.matching,
        list.entries
    ));
}

/// Address, count, course, and what it is.
fn line(group: &FailureGroup) -> String {
    let frame = group
        .frame
        .as_ref()
        .map(|frame| format!(" at {frame}"))
        .unwrap_or_default();
    format!(
        "{} {:>8} {:<6} {} {}: {}{frame}",
        group.digest,
        group.count(),
        group.course.name(),
        group.class,
        group.error_class,
        group.message
    )
}
