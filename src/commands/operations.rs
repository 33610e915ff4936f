//! `jobdeck operations`: changes of many jobs, followed and turned.

use super::{
    Failure,
    export_run::Target,
    operation_run,
    options::{Common, Plain, admin, settings_and_store},
    output,
};
use crate::{
    admin::Admin,
    model::{Operation, OperationState},
    web::script,
};
use clap::{Args, Subcommand};

/// List, follow, pause, stop and undo changes of many jobs
#[derive(Debug, Args)]
pub(super) struct Operations {
    #[command(subcommand)]
    verb: OperationsVerb,
}

#[derive(Debug, Subcommand)]
enum OperationsVerb {
    /// The newest operations, newest first
    List(Plain),
    /// How one stands
    Show(One),
    /// Let it stand still behind the step that it is at
    Pause(One),
    /// Go on with it here, until it is over
    Resume(Working),
    /// End it before its end; what it has changed can be undone
    Stop(One),
    /// Put back what it has changed, as far as that is still where it was put
    Undo(Undo),
    /// Give up what is kept to undo it
    Free(One),
    /// Write what it has changed as a file: each job where it was and as it was
    Export(Export),
}

#[derive(Debug, Args)]
struct One {
    /// The operation.
    id: String,
    #[command(flatten)]
    plain: Plain,
}

#[derive(Debug, Args)]
struct Working {
    #[command(flatten)]
    one: One,
    /// Leave the work to `jobdeck serve`.
    #[arg(long)]
    detach: bool,
}

#[derive(Debug, Args)]
struct Undo {
    #[command(flatten)]
    working: Working,
    /// Why; shown with the operation.
    #[arg(long)]
    reason: Option<String>,
}

#[derive(Debug, Args)]
struct Export {
    /// The operation.
    id: String,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

impl Operations {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.verb {
            OperationsVerb::List(plain) => list(plain).await,
            OperationsVerb::Show(one) => {
                let admin = one.admin().await?;
                one.told(admin.operation(&one.id).await?);
                Ok(())
            }
            OperationsVerb::Pause(one) => {
                let admin = one.admin().await?;
                one.told(admin.pause_operation(&one.id).await?);
                Ok(())
            }
            OperationsVerb::Stop(one) => {
                let admin = one.admin().await?;
                one.told(admin.stop_operation(&one.id).await?);
                Ok(())
            }
            OperationsVerb::Resume(working) => {
                let admin = working.one.admin().await?;
                let operation = admin.operation(&working.one.id).await?;
                // One that goes on already can be worked on here, too.
                let operation = match operation.state {
                    OperationState::Running | OperationState::Waiting => operation,
                    _ => admin.resume_operation(&working.one.id).await?,
                };
                working.work(&admin, operation).await
            }
            OperationsVerb::Undo(Undo { working, reason }) => {
                let admin = working.one.admin().await?;
                let undo = admin
                    .undo_operation(&working.one.id, reason.as_deref())
                    .await?;
                working.work(&admin, undo).await
            }
            OperationsVerb::Free(one) => free(one).await,
            OperationsVerb::Export(Export { id, target, common }) => {
                let (config, store) = settings_and_store(&common).await?;
                let parts = admin(&config, store)
                    .export_operation(&id, target.form())
                    .await?;
                target.write(parts).await
            }
        }
    }
}

impl One {
    async fn admin(&self) -> Result<Admin, Failure> {
        self.plain.admin().await
    }

    fn told(&self, operation: Operation) {
        if self.plain.json {
            output::line(script::operation_json(operation));
            return;
        }
        let plan = &operation.plan;
        output::line(format_args!(
            "operation {}: {}",
            operation.id, operation.words
        ));
        output::line(format_args!("begun {}", operation.created_at));
        if let Some(reason) = &plan.reason {
            output::line(format_args!("why: {reason}"));
        }
        output::line(format_args!(
            "{} of {} looked at, {} match",
            operation.progress.scanned, plan.total, operation.progress.matched
        ));
        operation_run::summary(&operation);
        if let Some(undo) = &operation.undone_by {
            output::line(format_args!("undo: {undo}"));
        }
    }
}

impl Working {
    async fn work(self, admin: &Admin, operation: Operation) -> Result<(), Failure> {
        operation_run::follow(admin, operation, self.detach, self.one.plain.json).await
    }
}

async fn list(plain: Plain) -> Result<(), Failure> {
    let operations = plain.admin().await?.operations().await?;
    if plain.json {
        output::line(script::operations_json(operations));
        return Ok(());
    }
    for operation in operations {
        output::line(format_args!(
            "{}  {}  {}  {} done, {} of {} looked at  {}",
            operation.id,
            operation.created_at,
            operation.state.name(),
            operation.progress.done,
            operation.progress.scanned,
            operation.plan.total,
            operation.words
        ));
    }
    Ok(())
}

async fn free(one: One) -> Result<(), Failure> {
    let kept = one.admin().await?.free_operation(&one.id).await?;
    if one.plain.json {
        output::line(script::kept_json(kept));
    } else {
        output::line(format_args!(
            "freed {} bytes of {} jobs: operation {} cannot be undone any more",
            kept.bytes, kept.entries, one.id
        ));
    }
    Ok(())
}
