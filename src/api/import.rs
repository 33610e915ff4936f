//! What came of an import, for the page of its form.

use super::ApiError;
use crate::model::ImportReport;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// What came of the form that this page answers; all empty when it answers none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportOutcome {
    /// The file's name.
    pub file: String,
    /// What came of it.
    pub report: Option<ImportReport>,
    /// Why nothing was imported.
    pub problem: Option<String>,
}

/// What came of the form that this page answers.
///
/// # Errors
/// [`ApiError::Unavailable`] when this page answers none and the store is lost.
#[server(prefix = "/api/ui", endpoint = "import_outcome", input = GetUrl)]
pub async fn get_import_outcome() -> Result<ImportOutcome, ApiError> {
    if let Some(outcome) = use_context::<ImportOutcome>() {
        return Ok(outcome);
    }
    super::respond::admin_for_page()?;
    Ok(ImportOutcome::default())
}
