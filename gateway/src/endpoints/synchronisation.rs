//! Reading domains: how it stands, now, and by which plan.

use crate::{
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, done, watch},
    directory::FailureBody,
    problem::Problem,
    query::Id,
    schema,
};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    DomainId,
    directory::{Domain, DomainCommand},
    drift::Held,
    synchronisation::SyncPlan,
};
use tenure_workflow::synchronisation::{self, LastSync, Progress, Unread};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(detail))
        .routes(routes!(synchronise))
        .routes(routes!(plan))
}

/// How reading a domain stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SynchronisationBody {
    /// When it is read, and what its accounts are judged by.
    #[schema(value_type = schema::SyncPlan)]
    plan: SyncPlan,
    /// It is being read.
    #[serde(skip_serializing_if = "Option::is_none")]
    running: Option<ProgressBody>,
    /// Asked for, and not begun.
    waiting: bool,
    /// What was read last.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<LastSyncBody>,
    /// When all of it was read last.
    #[serde(skip_serializing_if = "Option::is_none")]
    full_at: Option<DateTime<Utc>>,
    /// Why it was not read since: what is known of it stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<FailedSyncBody>,
    /// What is known of it.
    holds: HoldsBody,
    /// Nothing is repaired by itself until somebody decides: too many accounts were to be at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_repair: Option<HeldRepairBody>,
}

/// A repair that was held back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldRepairBody {
    /// Accounts that were to be repaired.
    accounts: u32,
    /// Managed accounts of the domain then.
    managed: u32,
    /// How many may be at once, by the plan.
    allowed: u32,
}

impl From<Held> for HeldRepairBody {
    fn from(held: Held) -> Self {
        Self {
            accounts: held.accounts,
            managed: held.managed,
            allowed: held.allowed,
        }
    }
}

/// How far a synchronisation is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(example = json!({"domain": "0192f0c1-a2b3-7c4d-8e5f-001122334455", "run": "0192f0c1-a2b3-7c4d-8e5f-001122334466", "full": true, "read": 4200, "expected": 10000}))]
pub(crate) struct ProgressBody {
    domain: Uuid,
    /// The synchronisation.
    run: Uuid,
    /// All of it, or what changed.
    full: bool,
    /// Objects that have been read.
    read: u64,
    /// How many there were the last time: for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<u64>,
}

impl ProgressBody {
    pub(crate) fn new(progress: Progress, expected: Option<u64>) -> Self {
        Self {
            domain: progress.domain.0,
            run: progress.run,
            full: progress.full,
            read: progress.read,
            expected: expected.filter(|expected| progress.full && *expected > 0),
        }
    }
}

/// A synchronisation that came to its end.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastSyncBody {
    at: DateTime<Utc>,
    /// Who read.
    engine: Uuid,
    /// All of it, or what changed.
    full: bool,
    /// From asking to having applied it.
    milliseconds: i64,
    /// Objects that were new, or described differently.
    changed: u32,
    /// Objects that were gone.
    gone: u32,
    /// Could deletions be seen? Otherwise only reading all of it shows them: the engine's account may not list deleted
    /// objects.
    deletions_seen: bool,
}

/// A synchronisation that came to nothing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FailedSyncBody {
    at: DateTime<Utc>,
    failure: FailureBody,
}

/// What is known of a domain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HoldsBody {
    /// Organisational units, and containers that hold accounts.
    units: u64,
    groups: u64,
    /// Accounts of people and services.
    users: u64,
    /// Accounts that look like service accounts and are not managed.
    unmanaged: UnmanagedTotals,
}

/// How many, by the worst of their signals.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnmanagedTotals {
    high: u64,
    medium: u64,
    low: u64,
}

impl From<[u64; 3]> for UnmanagedTotals {
    fn from([high, medium, low]: [u64; 3]) -> Self {
        Self { high, medium, low }
    }
}

impl From<LastSync> for LastSyncBody {
    fn from(last: LastSync) -> Self {
        Self {
            at: last.at,
            engine: last.engine.0,
            full: last.full,
            milliseconds: last.milliseconds,
            changed: last.changed,
            gone: last.gone,
            deletions_seen: last.deletions_seen,
        }
    }
}

impl From<Unread> for FailedSyncBody {
    fn from(unread: Unread) -> Self {
        Self {
            at: unread.at,
            failure: FailureBody::new(&unread.failure),
        }
    }
}

/// The domain, if there is one.
pub(super) async fn known(app: &App, id: Uuid) -> Result<Domain, Problem> {
    let loaded = app.instance.store.state::<Domain>(id).await;
    let domain = loaded
        .map_err(|error| Problem::unavailable(&error))?
        .state
        .as_ref()
        .clone();
    if domain.content.is_none() {
        return Err(Problem::not_found());
    }
    Ok(domain)
}

/// Shows how reading a domain stands: its plan, how far it is, what was read last, and how much is known of it.
#[utoipa::path(get, path = "/api/v1/domains/{id}/synchronisation", tag = "Domains", params(("id" = Uuid, Path)),
    responses((status = 200, body = SynchronisationBody)))]
async fn detail(State(app): State<App>, Id(id): Id) -> Result<Json<SynchronisationBody>, Problem> {
    let Domain { plan, held, .. } = known(&app, id).await?;
    let id = DomainId(id);
    let state = synchronisation::state(&app.instance, id).await?;
    let totals = app.instance.copy_totals(id).await?;
    let expected = totals.units + totals.groups + totals.users;
    let running = synchronisation::progress(&app.instance, id).await?;
    Ok(Json(SynchronisationBody {
        plan,
        running: running.map(|progress| ProgressBody::new(progress, Some(expected))),
        waiting: state.wanted.is_some(),
        last: state.last.map(Into::into),
        full_at: state.full_at,
        failed: state.unread.map(Into::into),
        holds: HoldsBody {
            units: totals.units,
            groups: totals.groups,
            users: totals.users,
            unmanaged: totals.unmanaged.into(),
        },
        held_repair: held.map(Into::into),
    }))
}

/// What to read.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Synchronise {
    /// All of it; otherwise what changed, as far as that can be told.
    #[serde(default)]
    full: bool,
}

/// Asks the engines of a domain to read it now. Watch its synchronisation, or the live events: `synchronisation` says how
/// far it is, and the domain's change `domain.synchronised` that something new was read.
#[utoipa::path(post, path = "/api/v1/domains/{id}/synchronise", tag = "Domains", params(("id" = Uuid, Path)),
    request_body = Synchronise, responses((status = 202, body = AcceptedBody)))]
async fn synchronise(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Synchronise>,
) -> Result<AcceptedAnswer, Problem> {
    let asked = DomainCommand::Synchronise {
        full: command.body.full,
    };
    let accepted = app
        .instance
        .commands
        .domain(DomainId(id), asked, &command.caller)
        .await?;
    let at = format!("/api/v1/domains/{id}/synchronisation");
    Ok(watch(&at, id, accepted))
}

/// Plans when a domain is read, and what its accounts are judged by.
#[utoipa::path(post, path = "/api/v1/domains/{id}/synchronisation/plan", tag = "Domains", params(("id" = Uuid, Path)),
    request_body = schema::SyncPlan, responses((status = 200, body = AcceptedBody)))]
async fn plan(
    State(app): State<App>,
    Id(id): Id,
    command: Command<SyncPlan>,
) -> Result<AcceptedAnswer, Problem> {
    let plan = DomainCommand::PlanSynchronisation(command.body);
    Ok(done(
        id,
        app.instance
            .commands
            .domain(DomainId(id), plan, &command.caller)
            .await?,
    ))
}
