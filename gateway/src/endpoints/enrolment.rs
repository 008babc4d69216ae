//! What engines ask for themselves: to be enrolled, and logins to the broker. They prove with their keys who they are;
//! there is no session.

use super::engine_tokens::{engine_of, hash_of};
use crate::{
    access::authorise::ClientAddress,
    app::App,
    command::Body,
    problem::{Kind, Problem},
    schema,
};
use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tenure_broker::{
    enrolment::{enrolment_statement, is_nkey_proven, is_proven, login_statement},
    keys::public_text,
    signing::Purpose,
};
use tenure_domain::{
    Actor, EngineId,
    directory::{Domain, DomainKind},
    engine::{Engine, EngineCommand, EngineKeys, EngineRefusal},
};
use tenure_eventstore::Cause;
use tenure_workflow::{Caller, CommandError, LoginError};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(challenge))
        .routes(routes!(enrol))
        .routes(routes!(login))
}

/// What is to be signed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Challenge {
    /// Good for two minutes.
    challenge: String,
}

/// An engine that enrols.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Enrol {
    /// As an administrator was shown it.
    #[schema(format = Password)]
    token: String,
    /// Ed25519 public key that its reports will be signed with, base64.
    public_key: String,
    /// Public nkey (`U…`) that it will sign in to the broker with.
    nkey: String,
    /// As handed out by `/api/v1/enrolment/challenge`.
    challenge: String,
    /// Signature of challenge, token and both keys by the first key, base64.
    key_proof: String,
    /// The same by the second.
    nkey_proof: String,
}

/// The engine has enrolled. It waits to be assigned to the pool of its domain.
#[derive(Serialize, ToSchema)]
pub(crate) struct Enrolled {
    /// Who it is from now on.
    engine: Uuid,
    /// As administrators see it.
    name: String,
    /// The one domain that it serves.
    domain: EnrolledDomain,
    /// Ed25519 public key of the core, base64: orders signed by anybody else are refused.
    core_key: String,
    /// Where it finds the broker; absent where that is inside the core's process.
    #[serde(skip_serializing_if = "Option::is_none")]
    broker: Option<EnrolledBroker>,
}

/// A domain, as its engine needs to know it.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrolledDomain {
    id: Uuid,
    /// DNS name.
    name: String,
    #[schema(value_type = schema::DomainKind)]
    kind: DomainKind,
    /// Naming context.
    base_dn: String,
}

/// The broker, as an engine needs to know it.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrolledBroker {
    servers: Vec<String>,
    /// First token of every subject after `tenure`.
    instance: String,
}

/// An engine that wants to sign in to the broker.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskLogin {
    /// Who it is.
    engine: Uuid,
    /// As handed out by `/api/v1/enrolment/challenge`.
    challenge: String,
    /// Signature of challenge and id by the key that its reports are signed with, base64.
    proof: String,
}

/// A login to the broker.
#[derive(Serialize, ToSchema)]
pub(crate) struct BrokerLogin {
    /// User JWT for the engine's nkey; absent where the broker asks for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt: Option<String>,
    /// Seconds after which it is good for nothing.
    expires_in: i64,
}

fn not_proven() -> Problem {
    Problem::new(
        Kind::EngineNotProven,
        "The challenge has expired, or what was signed does not fit it and the keys.",
    )
}

/// Hands out what an engine signs to prove that it holds its keys.
#[utoipa::path(post, path = "/api/v1/enrolment/challenge", tag = "Engines",
    responses((status = 200, body = Challenge)))]
async fn challenge(State(app): State<App>) -> Result<Response, Problem> {
    let now = app.instance.system.now();
    let issued = app.instance.access.challenges.issue(now);
    let challenge = issued.map_err(|error| Problem::internal(&error))?;
    Ok(unstored(Challenge { challenge }))
}

/// Enrols an engine with the token that was issued for it.
#[utoipa::path(post, path = "/api/v1/enrolment", tag = "Engines", request_body = Enrol,
    responses((status = 200, body = Enrolled)))]
async fn enrol(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Body(body): Body<Enrol>,
) -> Result<Response, Problem> {
    let id = engine_of(&body.token).ok_or(EngineRefusal::TokenWrong)?;
    let attempts_for = format!("engine-token:{id}");
    if let Err(seconds) = app.limits.attempt(address, &attempts_for) {
        let too_many = Problem::new(Kind::TooManyAttempts, "Too many attempts. Wait a while.");
        return Err(too_many.retry_after(seconds));
    }
    let now = app.instance.system.now();
    let statement = enrolment_statement(&body.challenge, &body.token, &body.public_key, &body.nkey);
    let purpose = Purpose::Enrolment;
    if !app.instance.access.challenges.is_open(&body.challenge, now)
        || !is_nkey_proven(purpose, &statement, &body.nkey_proof, &body.nkey)
        || !is_proven(purpose, statement, &body.key_proof, &body.public_key)
    {
        return Err(not_proven());
    }
    let command = EngineCommand::Enrol {
        token_hash: hash_of(&body.token),
        keys: EngineKeys {
            public_key: body.public_key,
            nkey: body.nkey,
        },
        at: now,
    };
    let mut caller = Caller::new(Actor::Engine(id));
    caller.cause = Cause {
        client_address: Some(address.to_string()),
        ..Cause::default()
    };
    match app.instance.commands.engine(id, command, &caller).await {
        // Nobody hears which engines there are.
        Err(CommandError::Engine(EngineRefusal::Unknown)) => {
            return Err(EngineRefusal::TokenWrong.into());
        }
        enrolled => enrolled?,
    };
    app.limits.succeeded(&attempts_for);
    enrolled(&app, id).await
}

async fn enrolled(app: &App, id: EngineId) -> Result<Response, Problem> {
    let unavailable = |error| Problem::unavailable(&error);
    let store = &app.instance.store;
    let engine = store
        .state::<Engine>(id.0)
        .await
        .map_err(unavailable)?
        .state;
    let content = engine.content.clone().ok_or_else(Problem::not_found)?;
    let domain = store.state::<Domain>(content.domain.0).await;
    let domain = domain.map_err(unavailable)?.state.content.clone();
    let domain = domain.ok_or_else(Problem::not_found)?;
    let access = &app.instance.access;
    let broker = access.nats.as_ref().map(|nats| EnrolledBroker {
        servers: nats.servers.clone(),
        instance: nats.config.instance.clone(),
    });
    Ok(unstored(Enrolled {
        engine: id.0,
        name: content.name,
        domain: EnrolledDomain {
            id: content.domain.0,
            name: domain.name,
            kind: domain.kind,
            base_dn: domain.base_dn,
        },
        core_key: public_text(&access.challenges.core_key()),
        broker,
    }))
}

/// Gives an engine a login to the broker for a while, if it is assigned to the pool of its domain.
#[utoipa::path(post, path = "/api/v1/enrolment/login", tag = "Engines", request_body = AskLogin,
    responses((status = 200, body = BrokerLogin)))]
async fn login(State(app): State<App>, Body(body): Body<AskLogin>) -> Result<Response, Problem> {
    let id = EngineId(body.engine);
    let now = app.instance.system.now();
    let known = app.instance.store.state::<Engine>(id.0).await;
    let known = known.map_err(|error| Problem::unavailable(&error))?.state;
    let statement = login_statement(&body.challenge, id);
    let proven = known
        .content
        .as_ref()
        .is_some_and(|it| is_proven(Purpose::Login, statement, &body.proof, &it.public_key));
    if !proven || !app.instance.access.challenges.is_open(&body.challenge, now) {
        return Err(not_proven());
    }
    let login = app.instance.engine_login(id).await;
    let login = login.map_err(|error| match error {
        LoginError::Refused(refusal) => refusal.into(),
        LoginError::Store(error) => Problem::unavailable(&error),
        LoginError::Broker(error) => Problem::internal(&error),
    })?;
    Ok(unstored(BrokerLogin {
        jwt: login.jwt,
        expires_in: login.life.num_seconds(),
    }))
}

fn unstored<T: Serialize>(body: T) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
