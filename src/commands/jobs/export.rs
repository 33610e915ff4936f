//! `jobdeck jobs export`.

use crate::{
    admin::ExportRequest,
    commands::{
        Failure,
        export_run::Target,
        options::{Common, admin, settings_and_store},
        time,
    },
    model::{JobFilter, Place, Timestamp},
};
use clap::Args;

/// Write jobs as a file that can be imported again (docs/EXPORT.md)
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Where the jobs are: scheduled, retries, dead or queue:NAME; may be repeated [default: everywhere].
    #[arg(long, value_name = "PLACE")]
    from: Vec<Place>,
    /// Only what this search finds, such as `class:PublishPhoto error:Timeout` (docs/SEARCH.md).
    #[arg(long, value_name = "SEARCH")]
    search: Option<String>,
    /// Only this class, whole.
    #[arg(long)]
    class: Option<String>,
    /// Only this queue, whole.
    #[arg(long)]
    queue: Option<String>,
    /// Only this error class, or with this in the error message.
    #[arg(long)]
    error: Option<String>,
    /// Only with this in the stored text.
    #[arg(long)]
    text: Option<String>,
    /// Only with this tag.
    #[arg(long)]
    tag: Option<String>,
    /// Due, died or enqueued not before.
    #[arg(long, value_name = "TIME", value_parser = time::moment)]
    since: Option<Timestamp>,
    /// Not after.
    #[arg(long, value_name = "TIME", value_parser = time::moment)]
    until: Option<Timestamp>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

impl Export {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (config, store) = settings_and_store(&self.common).await?;
        let request = ExportRequest {
            places: self.from,
            filter: JobFilter {
                class: self.class,
                queue: self.queue,
                error: self.error,
                text: self.text,
                tag: self.tag,
                from: self.since,
                to: self.until,
                query: self.search,
            },
            form: self.target.form(),
        };
        let parts = admin(&config, store).export(request).await?;
        self.target.write(parts).await
    }
}
