//! Migration of many accounts to another template or version, period, end and owners: a page of accounts at a time, so
//! that no request takes long however many there are. Each account has its own event and its own result.

mod shown;

use self::shown::{Migrations, Outcome, shown};
use super::request_commands::free_text;
use crate::{app::App, command::Command, problem::Problem, schema};
use axum::{Json, extract::State};
use chrono::{NaiveDate, NaiveTime};
use futures::{StreamExt, stream};
use serde::Deserialize;
use tenure_domain::{
    AccountId, TemplateId,
    account::{Account, AccountCommand, AccountEvent, Managed, Migration},
    ids::derived,
    ownership::Owner,
    period::Period,
    template::Template,
};
use tenure_eventstore::CommandKey;
use tenure_workflow::Caller;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Accounts of one call: an answer within seconds on a small machine.
const MOST_ACCOUNTS: usize = 500;
/// Accounts under way at once: their appends share transactions.
const AT_ONCE: usize = 64;
/// More events than one migration has: itself, renewal that opens, the end that is reached, an order.
const MOST_EVENTS: u64 = 8;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(preview))
        .routes(routes!(migrate))
}

/// Which accounts, and where to. What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "accounts": ["0192f0c1-a2b3-7c4d-8e5f-001122334455"], "template": "0192f0c1-a2b3-7c4d-8e5f-aabbccddeeff",
    "period": "90 days", "end_date": "2027-01-31", "reason": "The team has moved"
}))]
pub(crate) struct MigrationBody {
    /// At most 500 a call: for more, call again with the next.
    #[schema(min_items = 1, max_items = 500)]
    accounts: Vec<AccountIdBody>,
    /// Template from now on; of the accounts' own domain.
    #[schema(value_type = Uuid)]
    template: TemplateId,
    /// A version of it that was published; by default the one that is offered.
    #[serde(default)]
    #[schema(minimum = 1)]
    template_version: Option<u32>,
    /// One of the template's periods.
    #[serde(default)]
    #[schema(value_type = Option<schema::Period>)]
    period: Option<Period>,
    /// The end is 00:00 UTC of this day.
    #[serde(default)]
    end_date: Option<NaiveDate>,
    /// Owners from now on.
    #[serde(default)]
    #[schema(value_type = Option<Vec<schema::Owner>>, min_items = 1, max_items = 100)]
    owners: Option<Vec<Owner>>,
    /// Do they move to the template's OU?
    #[serde(default)]
    move_to_ou: bool,
    /// Do their secrets move to the template's folder of the vault?
    #[serde(default)]
    move_secret: bool,
    /// An end in the past acts at once: is it meant?
    #[serde(default)]
    past_end_confirmed: bool,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    reason: String,
}

/// An account's id.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(transparent)]
pub(crate) struct AccountIdBody(Uuid);

/// Shows what a migration would do to each account; nothing is written.
#[utoipa::path(post, path = "/api/v1/migrations/preview", tag = "Accounts", request_body = MigrationBody,
    responses((status = 200, body = Migrations)))]
async fn preview(
    State(app): State<App>,
    command: Command<MigrationBody>,
) -> Result<Json<Migrations>, Problem> {
    let migration = wanted(&app, &command.body).await?;
    let outcomes = each(&command.body, |id| {
        let (app, migration) = (&app, &migration);
        let actor = command.caller.actor.clone();
        async move {
            let before = managed(app, id).await?;
            let what = AccountCommand::Migrate(Box::new(migration.clone()));
            let events = app
                .instance
                .commands
                .preview_account(AccountId(id), what, actor);
            Ok((before, events.await.map_err(Problem::from)))
        }
    })
    .await?;
    shown(&app, migration.template_version, outcomes, None).await
}

/// Migrates accounts: active ones before their end, of one domain. Each has its own result; repeated with the same
/// Idempotency-Key, those that migrated are not migrated again.
#[utoipa::path(post, path = "/api/v1/migrations", tag = "Accounts", request_body = MigrationBody,
    responses((status = 200, body = Migrations)))]
async fn migrate(
    State(app): State<App>,
    command: Command<MigrationBody>,
) -> Result<Json<Migrations>, Problem> {
    let migration = wanted(&app, &command.body).await?;
    let position = std::sync::atomic::AtomicU64::new(0);
    let outcomes = each(&command.body, |id| {
        let (app, migration, position) = (&app, &migration, &position);
        let caller = Caller {
            key: command.caller.key.map(|key| CommandKey {
                id: derived(&["migrated", &key.id.to_string(), &id.to_string()]),
                ..key
            }),
            ..command.caller.clone()
        };
        async move {
            let before = managed(app, id).await?;
            let what = AccountCommand::Migrate(Box::new(migration.clone()));
            let done = app.instance.commands.account(AccountId(id), what, &caller);
            let result = match done.await {
                Ok(accepted) => {
                    position.fetch_max(accepted.position, std::sync::atomic::Ordering::Relaxed);
                    migrated(app, id, accepted.position).await
                }
                Err(error) => Err(error.into()),
            };
            Ok((before, result))
        }
    })
    .await?;
    let position = position.into_inner();
    let position = (position > 0).then_some(position);
    shown(&app, migration.template_version, outcomes, position).await
}

async fn wanted(app: &App, body: &MigrationBody) -> Result<Migration, Problem> {
    free_text("reason", &body.reason)?;
    if body.accounts.is_empty() || body.accounts.len() > MOST_ACCOUNTS {
        return Err(Problem::invalid(
            "accounts",
            "too-many",
            format!("needs 1 to {MOST_ACCOUNTS}: call again with the next"),
        ));
    }
    let template = app.instance.store.state::<Template>(body.template.0).await;
    let template = template
        .map_err(|error| Problem::unavailable(&error))?
        .state;
    let version = match body.template_version {
        Some(version) => template.versions.contains_key(&version).then_some(version),
        None => template.offered().map(|(version, _)| version),
    };
    let Some(template_version) = version else {
        return Err(Problem::invalid(
            "template",
            "unknown",
            "does not exist, or has no such published version",
        ));
    };
    Ok(Migration {
        template: body.template,
        template_version,
        period: body.period,
        end: body
            .end_date
            .map(|day| day.and_time(NaiveTime::MIN).and_utc()),
        owners: body.owners.clone(),
        move_to_ou: body.move_to_ou,
        move_secret: body.move_secret,
        past_end_confirmed: body.past_end_confirmed,
        reason: body.reason.clone(),
    })
}

/// Does `work` for each account, several at a time, and keeps their order.
async fn each<F>(body: &MigrationBody, work: impl Fn(Uuid) -> F) -> Result<Vec<Outcome>, Problem>
where
    F: Future<Output = Result<(Option<Managed>, Result<Vec<AccountEvent>, Problem>), Problem>>,
{
    let under_way: Vec<F> = body.accounts.iter().map(|id| work(id.0)).collect();
    let done: Vec<_> = stream::iter(under_way).buffered(AT_ONCE).collect().await;
    let outcome = |(id, done): (&AccountIdBody, Result<_, Problem>)| {
        let (before, result) = done?;
        Ok(Outcome {
            account: id.0,
            before,
            result,
        })
    };
    body.accounts.iter().zip(done).map(outcome).collect()
}

async fn managed(app: &App, id: Uuid) -> Result<Option<Managed>, Problem> {
    let state = app.instance.store.cached_state::<Account>(id).await;
    let state = state.map_err(|error| Problem::unavailable(&error))?.state;
    Ok(state.managed().cloned())
}

/// The event of the command that ended at `position`, also when it is a repeat: a command's events stand together.
async fn migrated(app: &App, id: Uuid, position: u64) -> Result<Vec<AccountEvent>, Problem> {
    let after = position.saturating_sub(MOST_EVENTS);
    let most = usize::try_from(position - after).unwrap_or_default();
    let events = app.instance.store.read(after, most).await;
    let events = events.map_err(|error| Problem::unavailable(&error))?;
    let last = events
        .into_iter()
        .filter(|event| event.stream == id)
        .filter_map(|event| match event.event {
            tenure_domain::Event::Account(event @ AccountEvent::Migrated(_)) => Some(event),
            _ => None,
        })
        .next_back();
    Ok(last.into_iter().collect())
}
