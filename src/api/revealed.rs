//! A job that its page shows with its secrets.

use crate::admin::AdminResult;
use crate::model::JobDetail;

/// What the page that is being made is to show of its job: the answer to the form on it that asks for everything.
#[derive(Clone, Debug)]
pub struct Revealed(pub AdminResult<JobDetail>);
