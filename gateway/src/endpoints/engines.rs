//! Engines: the agents beside the domains.

use crate::{
    app::App,
    as_of::AsOf,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, created, done},
    directory::FailureBody,
    names::{Named, Names},
    problem::Problem,
    query::Id,
    schema,
};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use tenure_domain::{
    DomainId, EngineId,
    directory::Domain,
    engine::{Engine, EngineCommand, EngineContent, EngineStanding},
};
use tenure_workflow::{
    contact,
    engine_health::{self, EngineHealth},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, register))
        .routes(routes!(detail))
        .routes(routes!(pool))
        .routes(routes!(assign))
        .routes(routes!(revoke))
        .routes(routes!(disable))
        .routes(routes!(enable))
}

/// An engine.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EngineBody {
    id: Uuid,
    name: String,
    /// The one domain that it serves, or will serve.
    domain: Named,
    /// How far it is on its way to work.
    #[schema(value_type = schema::EngineStanding)]
    standing: EngineStanding,
    /// Until when the enrolment token is good that is out for it, while it has not enrolled; absent of the past.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_expires_at: Option<DateTime<Utc>>,
    /// Ed25519, base64; absent until it has enrolled.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
    /// Has it access, and do its reports count? Not what stands in the way otherwise: its standing says that.
    enabled: bool,
    /// What is out of its reach, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    impaired: Option<FailureBody>,
    /// Its last sign of life, give or take a few seconds; absent of the past.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_heard: Option<DateTime<Utc>>,
    /// What it last said of itself; absent of the past.
    #[serde(skip_serializing_if = "Option::is_none")]
    health: Option<HealthBody>,
    /// Contact is lost: when it gave its last sign of life.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_lost: Option<DateTime<Utc>>,
}

/// What an engine last said of itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthBody {
    /// When it was heard.
    heard_at: DateTime<Utc>,
    /// Version of its agent.
    version: String,
    /// Orders that it has in work.
    in_work: u32,
    /// Milliseconds in which it applied 95 of 100 of the last orders; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    apply_p95_ms: Option<u32>,
    /// Milliseconds by which its clock is ahead of the broker's; negative: behind.
    clock_ahead_ms: i64,
}

impl From<EngineHealth> for HealthBody {
    fn from(health: EngineHealth) -> Self {
        let EngineHealth {
            heard_at,
            version,
            in_work,
            apply_p95_ms,
            clock_ahead_ms,
        } = health;
        Self {
            heard_at,
            version,
            in_work,
            apply_p95_ms,
            clock_ahead_ms,
        }
    }
}

/// The engines that share a domain's work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Pool {
    domain: Named,
    /// Orders that wait or are being worked on; absent if the broker could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    orders_waiting: Option<u64>,
    /// Those assigned to it, and those that wait to be.
    engines: Vec<EngineBody>,
}

/// All engines.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Engines {
    items: Vec<EngineBody>,
}

/// Lists all engines. Their signs of life are not recorded: as of another time there are none.
#[utoipa::path(get, path = "/api/v1/engines", tag = "Engines", responses((status = 200, body = Engines)))]
async fn list(AsOf(app): AsOf) -> Result<Json<Engines>, Problem> {
    let mut items = Vec::new();
    for id in app.instance.views.engine_ids().await? {
        items.extend(engine(&app, id.0).await?);
    }
    items.sort_by_key(|engine| engine.name.to_lowercase());
    Ok(Json(Engines { items }))
}

async fn engine(app: &App, id: Uuid) -> Result<Option<EngineBody>, Problem> {
    let state = app
        .instance
        .store
        .state::<Engine>(id)
        .await
        .map_err(|error| Problem::unavailable(&error))?
        .state;
    let (Some((name, domain)), Some(standing)) = (state.identity(), state.standing()) else {
        return Ok(None);
    };
    let now = OfNow::of(app, EngineId(id)).await?;
    let domain = Names::of(app, [domain.0]).await?.named(domain.0);
    let impaired = state.impaired.as_ref().map(FailureBody::new);
    Ok(Some(EngineBody {
        id,
        name: name.to_owned(),
        domain,
        standing,
        token_expires_at: state
            .token
            .as_ref()
            .filter(|_| standing == EngineStanding::Expected && app.as_of.is_none())
            .map(|token| token.expires_at),
        public_key: state
            .content
            .as_ref()
            .map(|content| content.public_key.clone()),
        enabled: !state.disabled,
        impaired,
        last_heard: now.last_heard,
        health: now.health,
        contact_lost: state.contact_lost,
    }))
}

/// What is kept of an engine and is no history: of the past nothing.
#[derive(Default)]
struct OfNow {
    last_heard: Option<DateTime<Utc>>,
    health: Option<HealthBody>,
}

impl OfNow {
    async fn of(app: &App, id: EngineId) -> Result<Self, Problem> {
        if app.as_of.is_some() {
            return Ok(Self::default());
        }
        let store = &app.instance.store;
        let last_heard = contact::last_heard(store, id).await;
        let health = engine_health::of(store, id).await;
        Ok(Self {
            last_heard: last_heard.map_err(|error| Problem::unavailable(&error))?,
            health: health
                .map_err(|error| Problem::unavailable(&error))?
                .map(HealthBody::from),
        })
    }
}

/// Shows an engine.
#[utoipa::path(get, path = "/api/v1/engines/{id}", tag = "Engines", params(("id" = Uuid, Path)),
    responses((status = 200, body = EngineBody)))]
async fn detail(AsOf(app): AsOf, Id(id): Id) -> Result<Json<EngineBody>, Problem> {
    engine(&app, id)
        .await?
        .map(Json)
        .ok_or_else(Problem::not_found)
}

/// Shows the pool of a domain: the engines that share its work, and how much waits for them.
#[utoipa::path(get, path = "/api/v1/domains/{id}/pool", tag = "Engines", params(("id" = Uuid, Path)),
    responses((status = 200, body = Pool)))]
async fn pool(State(app): State<App>, Id(id): Id) -> Result<Json<Pool>, Problem> {
    let domain = app.instance.store.state::<Domain>(id).await;
    let domain = domain.map_err(|error| Problem::unavailable(&error))?.state;
    let name = domain
        .content
        .as_ref()
        .ok_or_else(Problem::not_found)?
        .name
        .clone();
    let mut engines = Vec::new();
    for row in app.instance.views.engines().await? {
        if row.domain.0 == id && row.standing != EngineStanding::Revoked {
            engines.extend(engine(&app, row.id.0).await?);
        }
    }
    Ok(Json(Pool {
        domain: Named { id, name },
        orders_waiting: app.instance.broker.orders_waiting(DomainId(id)).await,
        engines,
    }))
}

/// Makes an engine known by its public key: one inside the core's own process. All others enrol with a token.
#[utoipa::path(post, path = "/api/v1/engines", tag = "Engines", request_body = schema::EngineContent,
    responses((status = 201, body = AcceptedBody)))]
async fn register(
    State(app): State<App>,
    command: Command<EngineContent>,
) -> Result<AcceptedAnswer, Problem> {
    let domain = app
        .instance
        .store
        .state::<Domain>(command.body.domain.0)
        .await;
    if domain
        .map_err(|error| Problem::unavailable(&error))?
        .state
        .content
        .is_none()
    {
        return Err(Problem::invalid("domain", "unknown", "does not exist"));
    }
    let id = command.new_id("engine");
    let register = EngineCommand::Register(command.body);
    Ok(created(
        "/api/v1/engines",
        id,
        app.instance
            .commands
            .engine(EngineId(id), register, &command.caller)
            .await?,
    ))
}

async fn run(
    app: &App,
    id: Uuid,
    what: EngineCommand,
    command: &Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let commands = &app.instance.commands;
    let accepted = commands.engine(EngineId(id), what, &command.caller).await?;
    Ok(done(id, accepted))
}

/// Assigns an engine that has enrolled to the pool of its domain: it takes orders from then on.
#[utoipa::path(post, path = "/api/v1/engines/{id}/assign", tag = "Engines", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn assign(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    run(&app, id, EngineCommand::Assign, &command).await
}

/// Revokes an engine for good: it is cut off at once, its reports count no more, and its keys open nothing ever again.
#[utoipa::path(post, path = "/api/v1/engines/{id}/revoke", tag = "Engines", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn revoke(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let at = app.instance.system.now();
    run(&app, id, EngineCommand::Revoke { at }, &command).await
}

/// Disables an engine: it is cut off at once and its reports count no more, until it is enabled.
#[utoipa::path(post, path = "/api/v1/engines/{id}/disable", tag = "Engines", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn disable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let at = app.instance.system.now();
    run(&app, id, EngineCommand::Disable { at }, &command).await
}

/// Enables an engine again.
#[utoipa::path(post, path = "/api/v1/engines/{id}/enable", tag = "Engines", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn enable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    run(&app, id, EngineCommand::Enable, &command).await
}
