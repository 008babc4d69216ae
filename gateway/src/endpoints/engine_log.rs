//! The last lines of what an engine did, for administrators. They are an engine's words: text, and nothing else.

use crate::{app::App, names::Named, problem::Problem, query::Id, schema};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use tenure_domain::{
    EngineId,
    engine::{
        Engine,
        log::{KeptLine, LogLevel},
    },
};
use tenure_workflow::engine_log;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(log))
}

/// What an engine did last.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EngineLogBody {
    /// At most 200, the newest first.
    items: Vec<LogLineBody>,
}

/// One thing that an engine did or met.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogLineBody {
    /// By the engine's clock.
    at: DateTime<Utc>,
    #[schema(value_type = schema::LogLevel)]
    level: LogLevel,
    /// In the engine's words.
    sentence: String,
    /// Whose order it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Named>,
}

/// Shows the last lines of an engine's log, the newest first: what it did, and what it met. The log on its own machine says
/// more.
#[utoipa::path(get, path = "/api/v1/engines/{id}/log", tag = "Engines", params(("id" = Uuid, Path)),
    responses((status = 200, body = EngineLogBody)))]
async fn log(State(app): State<App>, Id(id): Id) -> Result<Json<EngineLogBody>, Problem> {
    let engine = app.instance.store.state::<Engine>(id).await;
    let engine = engine.map_err(|error| Problem::unavailable(&error))?;
    engine.state.identity().ok_or_else(Problem::not_found)?;
    let lines = engine_log::of(&app.instance.store, EngineId(id)).await;
    let lines = lines.map_err(|error| Problem::unavailable(&error))?;
    let accounts = lines.iter().filter_map(|kept| kept.line.account);
    let accounts = accounts.map(|account| ("account", account.0));
    let names = app.instance.views.object_names(accounts).await?;
    let line = |KeptLine { line, .. }: KeptLine| LogLineBody {
        at: line.at,
        level: line.level,
        sentence: line.sentence,
        account: line.account.map(|account| Named {
            id: account.0,
            name: names.get(&account.0).cloned().unwrap_or_default(),
        }),
    };
    let items = lines.into_iter().rev().map(line).collect();
    Ok(Json(EngineLogBody { items }))
}
