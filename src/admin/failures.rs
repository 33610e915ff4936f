//! What people say about failure groups, and when something was deployed.

use super::{Admin, AdminError, AdminResult};
use crate::model::{AuditAction, DeployMark, GroupDigest, GroupState, KeptGroup};
use crate::store::StoreError;

/// Most characters of a note.
pub const NOTE_CHARACTERS: usize = 2_000;

/// Most characters of a deploy mark's name.
pub const DEPLOY_CHARACTERS: usize = 200;

/// What somebody says about a group; what is nothing stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChange {
    /// A decision.
    pub state: Option<GroupState>,
    /// A note, in place of the one that there was; an empty one removes it.
    pub note: Option<String>,
}

impl GroupChange {
    fn in_words(&self) -> String {
        let state = self.state.map(|state| match state {
            GroupState::Muted { until } => format!("muted until {until}"),
            state => state.name().to_owned(),
        });
        let note = self.note.as_deref().map(|note| match note.trim() {
            "" => "note removed".to_owned(),
            note => format!("note: {note}"),
        });
        let words: Vec<String> = state.into_iter().chain(note).collect();
        words.join(", ")
    }
}

impl Admin {
    /// Takes down what somebody says about a group, and answers all that is kept of it now. The group need not have entries.
    ///
    /// # Errors
    /// A note that is too long, or a time in the past to mute until; the store's.
    pub async fn change_group(
        &self,
        digest: GroupDigest,
        change: GroupChange,
    ) -> AdminResult<KeptGroup> {
        let mut deed = self
            .begin_on(AuditAction::ChangeGroup, |event| {
                event.object = digest.to_string();
            })
            .await?;
        deed.tell(|event| event.details = change.in_words());
        let kept = self.keep_change(digest, change).await;
        deed.end(kept).await
    }

    async fn keep_change(
        &self,
        digest: GroupDigest,
        change: GroupChange,
    ) -> AdminResult<KeptGroup> {
        let now = self.store.now().await?;
        let mut kept = self.store.kept_group(digest).await?;
        if let Some(state) = change.state {
            if matches!(state, GroupState::Muted { until } if until <= now) {
                return Err(invalid("the time to mute until is over: name one to come"));
            }
            kept.state = state;
            kept.decided_at = Some(now);
        }
        if let Some(note) = change.note {
            let note = note.trim();
            if note.chars().count() > NOTE_CHARACTERS {
                return Err(invalid(format!(
                    "the note is too long: {NOTE_CHARACTERS} characters at most"
                )));
            }
            note.clone_into(&mut kept.note);
            kept.noted_at = Some(now);
        }
        self.store.keep_group(digest, &kept).await?;
        Ok(kept)
    }

    /// The newest deploy marks, newest first. They are of the whole deployment, and tell nothing of jobs: everybody is told.
    ///
    /// # Errors
    /// The store's.
    pub async fn deploys(&self) -> AdminResult<Vec<DeployMark>> {
        Ok(self.store.deploy_marks().await?)
    }

    /// Notes that something was deployed now.
    ///
    /// # Errors
    /// A name that is too long; the store's.
    pub async fn mark_deploy(&self, name: &str) -> AdminResult<DeployMark> {
        let name = name.trim();
        let deed = self
            .begin_on(AuditAction::MarkDeploy, |event| {
                name.clone_into(&mut event.object);
            })
            .await?;
        if name.chars().count() > DEPLOY_CHARACTERS {
            deed.forget();
            return Err(invalid(format!(
                "the name is too long: {DEPLOY_CHARACTERS} characters at most"
            )));
        }
        let mark = self.store.mark_deploy(name).await;
        deed.end(mark.map_err(AdminError::from)).await
    }
}

fn invalid(text: impl Into<String>) -> AdminError {
    AdminError::Store(StoreError::Invalid(text.into()))
}
