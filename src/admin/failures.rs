//! What people say about failure groups, and when something was deployed.

use super::{AUDIT, Admin, AdminError, AdminResult};
use crate::model::{DeployMark, GroupDigest, GroupState, KeptGroup, Right};
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
        self.require(Right::JudgeFailures)?;
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
        tracing::info!(target: AUDIT, actor = self.who(), action = "change_group", %digest, state = kept.state.name());
        Ok(kept)
    }

    /// Notes that something was deployed now.
    ///
    /// # Errors
    /// A name that is too long; the store's.
    pub async fn mark_deploy(&self, name: &str) -> AdminResult<DeployMark> {
        self.require(Right::JudgeFailures)?;
        let name = name.trim();
        if name.chars().count() > DEPLOY_CHARACTERS {
            return Err(invalid(format!(
                "the name is too long: {DEPLOY_CHARACTERS} characters at most"
            )));
        }
        let mark = self.store.mark_deploy(name).await?;
        tracing::info!(target: AUDIT, actor = self.who(), action = "mark_deploy", name);
        Ok(mark)
    }
}

fn invalid(text: impl Into<String>) -> AdminError {
    AdminError::Store(StoreError::Invalid(text.into()))
}
