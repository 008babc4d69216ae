//! Enrolment tokens: whoever shows one enrols as the engine that it was issued for, once, within eight hours.

use crate::{
    access::sessions,
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, done},
    problem::Problem,
    query::Id,
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    DomainId, EngineId,
    directory::Domain,
    engine::{Engine, EngineCommand, ExpectedEngine},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Marks tokens, so that leaked ones are found by scanners. The id of the engine follows, and then what nobody guesses.
const PREFIX: &str = "tenure_e_";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(issue))
        .routes(routes!(replace))
        .routes(routes!(revoke))
}

/// An engine to expect.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "dc1-agent", "domain": "0192f0c1-a2b3-7c4d-8e5f-001122334455"}))]
pub(crate) struct ExpectEngine {
    /// As administrators will see it.
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    name: String,
    /// The one domain that it will serve.
    domain: Uuid,
}

/// A token was issued.
#[derive(Serialize, ToSchema)]
pub(crate) struct EngineTokenIssued {
    /// The engine that is expected.
    id: Uuid,
    /// For `tenure agent enrol`. Shown once; absent in the answer to a repeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// It is good for nothing from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    /// For `at_least`.
    position: u64,
}

/// A new token for this engine.
fn fresh(engine: Uuid) -> Result<String, Problem> {
    sessions::random(&format!("{PREFIX}{}_", engine.simple()))
}

/// What is kept of a token.
pub(crate) fn hash_of(token: &str) -> String {
    sessions::hash_of(token)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The engine that a token says it is for.
pub(crate) fn engine_of(token: &str) -> Option<EngineId> {
    let (id, _) = token.strip_prefix(PREFIX)?.split_once('_')?;
    Uuid::try_parse(id).ok().map(EngineId)
}

async fn answer(
    app: &App,
    id: Uuid,
    what: impl FnOnce(String, DateTime<Utc>) -> EngineCommand,
    caller: &tenure_workflow::Caller,
) -> Result<EngineTokenIssued, Problem> {
    let token = fresh(id)?;
    let command = what(hash_of(&token), app.instance.system.now());
    let commands = &app.instance.commands;
    let accepted = commands.engine(EngineId(id), command, caller).await?;
    let state = app.instance.store.state::<Engine>(id).await;
    let state = state.map_err(|error| Problem::unavailable(&error))?.state;
    Ok(EngineTokenIssued {
        id,
        token: (!accepted.repeated).then_some(token),
        expires_at: state.token.as_ref().map(|token| token.expires_at),
        position: accepted.position,
    })
}

/// Issues an enrolment token for a new engine of a domain. It is shown once, is good for eight hours, and enrols one engine.
#[utoipa::path(post, path = "/api/v1/engines/tokens", tag = "Engines", request_body = ExpectEngine,
    responses((status = 201, body = EngineTokenIssued)))]
async fn issue(
    State(app): State<App>,
    command: Command<ExpectEngine>,
) -> Result<Response, Problem> {
    let domain = app
        .instance
        .store
        .state::<Domain>(command.body.domain)
        .await;
    let domain = domain.map_err(|error| Problem::unavailable(&error))?.state;
    if domain.content.is_none() {
        return Err(Problem::invalid("domain", "unknown", "does not exist"));
    }
    let id = command.new_id("engine");
    let expected = ExpectedEngine {
        name: command.body.name.clone(),
        domain: DomainId(command.body.domain),
    };
    let expect = |token_hash, at| EngineCommand::Expect {
        expected,
        token_hash,
        at,
    };
    let issued = answer(&app, id, expect, &command.caller).await?;
    let headers = [
        (header::LOCATION, format!("/api/v1/engines/{id}")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((StatusCode::CREATED, headers, Json(issued)).into_response())
}

/// Issues another token for an engine that has not enrolled yet; the one before is good for nothing from then on.
#[utoipa::path(post, path = "/api/v1/engines/{id}/token", tag = "Engines", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = EngineTokenIssued)))]
async fn replace(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<Response, Problem> {
    let replace = |token_hash, at| EngineCommand::ReplaceToken { token_hash, at };
    let issued = answer(&app, id, replace, &command.caller).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(issued)).into_response())
}

/// Revokes the token of an engine that has not enrolled yet: it is good for nothing.
#[utoipa::path(post, path = "/api/v1/engines/{id}/token/revoke", tag = "Engines", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn revoke(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let commands = &app.instance.commands;
    let accepted = commands
        .engine(EngineId(id), EngineCommand::RevokeToken, &command.caller)
        .await?;
    Ok(done(id, accepted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_engine() {
        let id = Uuid::from_u128(7);
        let token = fresh(id).unwrap();
        assert_eq!(engine_of(&token), Some(EngineId(id)));
        assert_ne!(token, fresh(id).unwrap());
        for wrong in ["", "tenure_e_", "tenure_s_x_y", "tenure_e_7_y"] {
            assert_eq!(engine_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn of_a_token_its_sha_256_is_kept() {
        assert_eq!(
            hash_of("password"),
            "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"
        );
    }
}
