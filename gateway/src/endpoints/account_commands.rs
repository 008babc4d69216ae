//! Commands on managed accounts. The directory follows each of those that change it: watch the account.

use super::request_commands::free_text;
use crate::{
    access::objects,
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, done, watch},
    problem::{Kind, Problem},
    query::Id,
    schema,
};
use axum::{Json, extract::State, http::header};
use serde::{Deserialize, Serialize};
use tenure_broker::RevealReply;
use tenure_domain::{
    AccountId, Event,
    account::{AccountCommand, AccountEvent},
    ownership::Owner,
    permission::Verb,
};
use tenure_workflow::Accepted;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(renew))
        .routes(routes!(decline_renewal))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(retry))
        .routes(routes!(change_owners))
        .routes(routes!(delete))
        .routes(routes!(purge))
        .routes(routes!(reveal_secret))
}

/// A reason, kept in the history.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The service was retired"}))]
pub(crate) struct Reason {
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    reason: String,
}

/// A deletion, confirmed by the account's name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The service was retired", "confirmed_name": "svc-backup"}))]
pub(crate) struct Deletion {
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    reason: String,
    /// The account's name.
    #[schema(min_length = 1, max_length = 64)]
    confirmed_name: String,
}

/// Who is accountable from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Owners {
    /// At least one; all others are given up.
    #[schema(value_type = Vec<schema::Owner>, min_items = 1, max_items = 100)]
    owners: Vec<Owner>,
}

/// The reader's public key, made for this one request.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reader {
    /// An uncompressed P-256 point (65 bytes) in standard base64.
    #[schema(min_length = 88, max_length = 88, pattern = "^B[A-Za-z0-9+/]{86}=$")]
    reader_key: String,
}

/// The secret, sealed to the reader's key: see schemas/reveal.md for how to open it.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct SealedSecret {
    /// The account.
    account: Uuid,
    /// This one reveal: part of what the seal is bound to.
    request: Uuid,
    /// The engine's one-time public key, base64.
    ephemeral: String,
    /// Base64.
    nonce: String,
    /// Base64.
    ciphertext: String,
    /// For `at_least`.
    position: u64,
}

async fn run<T>(
    app: &App,
    id: Uuid,
    verb: Verb,
    what: AccountCommand,
    command: &Command<T>,
) -> Result<Accepted, Problem> {
    objects::account(app, &command.signed, AccountId(id), verb).await?;
    Ok(app
        .instance
        .commands
        .account(AccountId(id), what, &command.caller)
        .await?)
}

fn directory_follows(id: Uuid, accepted: Accepted) -> AcceptedAnswer {
    watch(&format!("/api/v1/accounts/{id}"), id, accepted)
}

/// Renews an account: its end moves by its period.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/renew", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 202, body = AcceptedBody)))]
async fn renew(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    Ok(directory_follows(
        id,
        run(&app, id, Verb::Update, AccountCommand::Renew, &command).await?,
    ))
}

/// Declines renewal: reminders end.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/decline-renewal", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = Reason, responses((status = 200, body = AcceptedBody)))]
async fn decline_renewal(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Reason>,
) -> Result<AcceptedAnswer, Problem> {
    free_text("reason", &command.body.reason)?;
    let decline = AccountCommand::DeclineRenewal {
        reason: command.body.reason.clone(),
    };
    Ok(done(
        id,
        run(&app, id, Verb::Update, decline, &command).await?,
    ))
}

/// Disables an account: it may not log on.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/disable", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = Reason, responses((status = 202, body = AcceptedBody)))]
async fn disable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Reason>,
) -> Result<AcceptedAnswer, Problem> {
    free_text("reason", &command.body.reason)?;
    let disable = AccountCommand::Disable {
        reason: command.body.reason.clone(),
    };
    Ok(directory_follows(
        id,
        run(&app, id, Verb::Update, disable, &command).await?,
    ))
}

/// Enables an account again.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/enable", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = Reason, responses((status = 202, body = AcceptedBody)))]
async fn enable(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Reason>,
) -> Result<AcceptedAnswer, Problem> {
    free_text("reason", &command.body.reason)?;
    let enable = AccountCommand::Enable {
        reason: command.body.reason.clone(),
    };
    Ok(directory_follows(
        id,
        run(&app, id, Verb::Update, enable, &command).await?,
    ))
}

/// Has the directory try a failed order once more, after the cause was mended.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/retry", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 202, body = AcceptedBody)))]
async fn retry(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    Ok(directory_follows(
        id,
        run(
            &app,
            id,
            Verb::Update,
            AccountCommand::RetryFailed,
            &command,
        )
        .await?,
    ))
}

/// Changes the owners. An account never loses its last one.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/owners", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = Owners, responses((status = 200, body = AcceptedBody)))]
async fn change_owners(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Owners>,
) -> Result<AcceptedAnswer, Problem> {
    if command.body.owners.len() > 100 {
        return Err(Problem::invalid("owners", "too-many", "allows at most 100"));
    }
    let change = AccountCommand::ChangeOwners(command.body.owners.clone());
    Ok(done(
        id,
        run(&app, id, Verb::Update, change, &command).await?,
    ))
}

/// Deletes account and secret; the name confirms it.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/delete", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = Deletion, responses((status = 202, body = AcceptedBody)))]
async fn delete(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Deletion>,
) -> Result<AcceptedAnswer, Problem> {
    free_text("reason", &command.body.reason)?;
    let Deletion {
        reason,
        confirmed_name,
    } = &command.body;
    let delete = AccountCommand::Delete {
        reason: reason.clone(),
        confirmed_name: confirmed_name.clone(),
    };
    Ok(directory_follows(
        id,
        run(&app, id, Verb::Delete, delete, &command).await?,
    ))
}

/// Deletes object and secret of an account that its end marked deleted.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/purge", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = Reason, responses((status = 202, body = AcceptedBody)))]
async fn purge(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Reason>,
) -> Result<AcceptedAnswer, Problem> {
    free_text("reason", &command.body.reason)?;
    let purge = AccountCommand::Purge {
        reason: command.body.reason.clone(),
    };
    Ok(directory_follows(
        id,
        run(&app, id, Verb::Delete, purge, &command).await?,
    ))
}

/// Reads the account's secret, once, sealed to a key made for it. Only owners may; each reading is in the history.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/reveal-secret", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = Reader, responses((status = 200, body = SealedSecret)))]
async fn reveal_secret(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Reader>,
) -> Result<([(header::HeaderName, &'static str); 1], Json<SealedSecret>), Problem> {
    let account = objects::account(&app, &command.signed, AccountId(id), Verb::Update).await?;
    if !command.signed.is_owner(&account.owners) {
        return Err(Problem::new(
            Kind::NotOwner,
            "Only an owner reads an account's secret, whoever else may manage it.",
        ));
    }
    let key = command.body.reader_key.clone();
    // Each reading is a new one: a key that makes repeats harmless has no place here.
    let caller = tenure_workflow::Caller {
        key: None,
        ..command.caller
    };
    let (accepted, reply) = app
        .instance
        .commands
        .reveal_secret(AccountId(id), key, &caller)
        .await?;
    match reply {
        RevealReply::Sealed {
            ephemeral,
            nonce,
            ciphertext,
        } => {
            let request = reveal_id(&app, id, accepted).await?;
            let sealed = SealedSecret {
                account: id,
                request,
                ephemeral,
                nonce,
                ciphertext,
                position: accepted.position,
            };
            Ok(([(header::CACHE_CONTROL, "no-store")], Json(sealed)))
        }
        RevealReply::Refused { reason } => {
            Err(tenure_workflow::CommandError::RevealRefused(reason).into())
        }
    }
}

/// The reveal's id, which the seal is bound to, as the history has it.
async fn reveal_id(app: &App, account: Uuid, accepted: Accepted) -> Result<Uuid, Problem> {
    let events = app
        .instance
        .store
        .read_stream("account", account, accepted.version.saturating_sub(2), 2)
        .await;
    let events = events.map_err(|error| Problem::unavailable(&error))?;
    let reveal = events
        .iter()
        .rev()
        .filter(|event| event.version <= accepted.version)
        .find_map(|event| match &event.event {
            Event::Account(AccountEvent::SecretRevealRequested(requested)) => {
                Some(requested.reveal)
            }
            _ => None,
        });
    reveal.ok_or_else(|| Problem::internal(&"a reveal left no event"))
}
