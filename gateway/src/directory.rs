//! How the directory follows, as people see it: queued → applied, or failed with its own reason, or waiting.

use crate::{app::App, problem::Problem, schema};
use serde::Serialize;
use tenure_domain::{
    DomainId,
    account::{Halted, Managed},
    engine::EngineStanding,
    order::{Failure, FailureReason},
};
use utoipa::ToSchema;

/// Where the directory is with what Tenure wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DirectoryState {
    /// An order is on its way.
    Queued,
    /// The directory is as wanted.
    Applied,
    /// The directory refused; somebody must mend the cause and retry.
    Failed,
    /// Not possible for now; tried again by itself.
    Waiting,
}

/// How the directory follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DirectoryBody {
    /// queued → applied, or failed, or waiting.
    pub(crate) state: DirectoryState,
    /// Number of the last order, `<epoch>.<n>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<String>,
    /// Why it failed or waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<FailureBody>,
}

/// Why something failed or waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FailureBody {
    /// Matchable.
    #[schema(value_type = schema::FailureReason)]
    pub(crate) reason: FailureReason,
    /// One sentence, with the remedy.
    pub(crate) explanation: &'static str,
    /// The directory's or vault's own words.
    pub(crate) detail: String,
}

impl FailureBody {
    pub(crate) fn new(failure: &Failure) -> Self {
        Self {
            reason: failure.reason,
            explanation: failure.reason.explanation(),
            detail: failure.detail.clone(),
        }
    }
}

impl DirectoryBody {
    /// Also why an order is not even tried: engines that cannot reach their directory take none.
    pub(crate) async fn of(app: &App, account: &Managed) -> Result<Self, Problem> {
        let told = Self::told(account);
        if told.state != DirectoryState::Queued {
            return Ok(told);
        }
        let Some(failure) = out_of_reach(app, account.identity.domain).await? else {
            return Ok(told);
        };
        Ok(Self {
            state: DirectoryState::Waiting,
            failure: Some(FailureBody::new(&failure)),
            ..told
        })
    }

    /// As reports on its orders told it.
    fn told(account: &Managed) -> Self {
        let directory = &account.directory;
        let state = match &directory.halted {
            Some(Halted::Failed(..)) => DirectoryState::Failed,
            Some(Halted::Deferred) => DirectoryState::Waiting,
            None if directory.outstanding.is_some() && directory.failure.is_some() => {
                DirectoryState::Waiting
            }
            None if directory.outstanding.is_some() || directory.confirmed.is_none() => {
                DirectoryState::Queued
            }
            None => DirectoryState::Applied,
        };
        let failure = matches!(state, DirectoryState::Failed | DirectoryState::Waiting)
            .then(|| directory.failure.as_ref().map(FailureBody::new));
        Self {
            state,
            order: (directory.last_number.n > 0).then(|| directory.last_number.to_string()),
            failure: failure.flatten(),
        }
    }
}

/// Why no engine works for the domain, if each of those that should says that it cannot reach it, or is not heard.
async fn out_of_reach(app: &App, domain: DomainId) -> Result<Option<Failure>, Problem> {
    let mut why = None;
    for engine in app.instance.views.engines().await? {
        if engine.domain != domain || engine.disabled || engine.standing != EngineStanding::Assigned
        {
            continue;
        }
        match engine.impaired {
            Some(failure) if failure.reason.directory_is_away() => why = Some(failure),
            _ if engine.contact_lost.is_some() => {}
            _ => return Ok(None),
        }
    }
    Ok(why)
}
