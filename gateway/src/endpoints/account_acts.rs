//! One act on many accounts: shown first, then done. Each account by itself, with its own result; the lifecycle table says
//! what is off for which.

use super::request_commands::free_text;
use crate::{
    access::objects,
    app::App,
    command::Command,
    problem::{Kind, Problem, ProblemBody},
    schema,
};
use axum::{Json, extract::State};
use chrono::{DateTime, NaiveTime, Utc};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenure_domain::{
    AccountId,
    account::{AccountCommand, Managed, Migration},
    ids::derived,
    ownership::Owner,
    permission::{Feature, Verb},
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

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(preview))
        .routes(routes!(act))
}

/// One act on many accounts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"accounts": ["0192f0c1-a2b3-7c4d-8e5f-001122334455"], "act": "disable", "reason": "The service was retired"}))]
pub(crate) struct AccountsAct {
    /// At most 500 a call; one that is named twice is acted on once.
    #[schema(min_items = 1, max_items = 500)]
    accounts: Vec<Uuid>,
    act: AccountAct,
    /// Why; all but `renew` and `change-owners` need it, except to be shown what they would do.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: Option<String>,
    /// With `change-owners`: who is accountable from now on; all others are given up.
    #[serde(default)]
    #[schema(value_type = Option<Vec<schema::Owner>>, min_items = 1, max_items = 100)]
    owners: Option<Vec<Owner>>,
}

/// What is done with each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AccountAct {
    /// Extend the end by the account's period.
    Renew,
    /// Reminders end.
    DeclineRenewal,
    /// It may not log on.
    Disable,
    /// It may log on again.
    Enable,
    /// Hand over.
    ChangeOwners,
    /// Bring the end forward to today: what its end leads to happens at once. Needs *manage*.
    EndNow,
}

/// What became, or would become, of each account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActedAccounts {
    /// In the order asked for.
    items: Vec<ActedAccount>,
    /// How many were, or would be, accepted.
    accepted: usize,
    /// How many were, or would be, refused.
    refused: usize,
    /// For `at_least`; missing if nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
}

/// One account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActedAccount {
    id: Uuid,
    /// Empty if there is no such account.
    name: String,
    /// Why it was, or would be, refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// Shows for which accounts an act is off, and why; nothing is written.
#[utoipa::path(post, path = "/api/v1/accounts/act/preview", tag = "Accounts", request_body = AccountsAct,
    responses((status = 200, body = ActedAccounts)))]
async fn preview(
    State(app): State<App>,
    command: Command<AccountsAct>,
) -> Result<Json<ActedAccounts>, Problem> {
    each(&command.body, true, |id| one(&app, id, &command, true))
        .await
        .map(Json)
}

/// Does the same with many accounts; the directory follows. Each is acted on by itself: one that is refused holds back no
/// other, and says why.
#[utoipa::path(post, path = "/api/v1/accounts/act", tag = "Accounts", request_body = AccountsAct,
    responses((status = 200, body = ActedAccounts)))]
async fn act(
    State(app): State<App>,
    command: Command<AccountsAct>,
) -> Result<Json<ActedAccounts>, Problem> {
    each(&command.body, false, |id| one(&app, id, &command, false))
        .await
        .map(Json)
}

/// The account's name, if it can be seen, and where in the history what was done with it is.
type Outcome = (String, Result<Option<u64>, Problem>);

async fn each<F>(
    body: &AccountsAct,
    shown: bool,
    work: impl Fn(AccountId) -> F,
) -> Result<ActedAccounts, Problem>
where
    F: Future<Output = Outcome>,
{
    valid(body, shown)?;
    let mut seen = BTreeSet::new();
    let ids: Vec<Uuid> = body
        .accounts
        .iter()
        .copied()
        .filter(|id| seen.insert(*id))
        .collect();
    let under_way: Vec<F> = ids.iter().map(|id| work(AccountId(*id))).collect();
    let done: Vec<Outcome> = stream::iter(under_way).buffered(AT_ONCE).collect().await;
    let position = done
        .iter()
        .filter_map(|(_, result)| result.as_ref().ok().copied().flatten())
        .max();
    let items: Vec<_> = ids
        .into_iter()
        .zip(done)
        .map(|(id, (name, result))| ActedAccount {
            id,
            name,
            problem: result.err().map(Into::into),
        })
        .collect();
    let accepted = items.iter().filter(|item| item.problem.is_none()).count();
    Ok(ActedAccounts {
        refused: items.len() - accepted,
        accepted,
        items,
        position,
    })
}

fn valid(body: &AccountsAct, shown: bool) -> Result<(), Problem> {
    if body.accounts.is_empty() || body.accounts.len() > MOST_ACCOUNTS {
        let message = format!("needs 1 to {MOST_ACCOUNTS}: call again with the next");
        return Err(Problem::invalid("accounts", "too-many", message));
    }
    free_text("reason", reason(body))?;
    let missing = |field: &str| Problem::invalid(field, "missing", "is missing");
    match (body.act, &body.owners) {
        (AccountAct::ChangeOwners, None) => Err(missing("owners")),
        (AccountAct::ChangeOwners, Some(owners)) if owners.len() > 100 => {
            Err(Problem::invalid("owners", "too-many", "allows at most 100"))
        }
        (AccountAct::ChangeOwners, Some(_)) | (AccountAct::Renew, _) => Ok(()),
        _ if !shown && reason(body).trim().is_empty() => Err(missing("reason")),
        _ => Ok(()),
    }
}

fn reason(body: &AccountsAct) -> &str {
    body.reason.as_deref().unwrap_or_default()
}

async fn one(app: &App, id: AccountId, command: &Command<AccountsAct>, shown: bool) -> Outcome {
    let found = objects::account(app, &command.signed, id, Verb::Update).await;
    let account = match found {
        Ok(account) => account,
        Err(problem) => return (String::new(), Err(problem)),
    };
    let name = account.identity.name.clone();
    (name, on(app, id, &account, command, shown).await)
}

async fn on(
    app: &App,
    id: AccountId,
    account: &Managed,
    command: &Command<AccountsAct>,
    shown: bool,
) -> Result<Option<u64>, Problem> {
    let signed = &command.signed;
    if command.body.act == AccountAct::EndNow
        && !signed.reaches_all(Feature::ManagedAccount, Verb::Update)
    {
        let detail = "Only who manages accounts may bring their ends forward.";
        return Err(Problem::new(Kind::Forbidden, detail));
    }
    let what = wanted(&command.body, account, app.instance.business.now());
    let commands = &app.instance.commands;
    if shown {
        let actor = command.caller.actor.clone();
        commands.preview_account(id, what, actor).await?;
        return Ok(None);
    }
    // A repeat of the whole finds what was done with each.
    let key = command.caller.key.map(|key| CommandKey {
        id: derived(&["bulk item", &key.id.to_string(), &id.to_string()]),
        body: key.body,
    });
    let caller = Caller {
        key,
        ..command.caller.clone()
    };
    let accepted = commands.account(id, what, &caller).await?;
    Ok(Some(accepted.position))
}

fn wanted(body: &AccountsAct, account: &Managed, now: DateTime<Utc>) -> AccountCommand {
    // Only where something is shown may it be missing.
    let reason = match reason(body).trim() {
        "" => "Not given".to_owned(),
        _ => reason(body).to_owned(),
    };
    match body.act {
        AccountAct::Renew => AccountCommand::Renew,
        AccountAct::DeclineRenewal => AccountCommand::DeclineRenewal { reason },
        AccountAct::Disable => AccountCommand::Disable { reason },
        AccountAct::Enable => AccountCommand::Enable { reason },
        AccountAct::ChangeOwners => {
            AccountCommand::ChangeOwners(body.owners.clone().unwrap_or_default())
        }
        // To its own terms, but with an end that is reached.
        AccountAct::EndNow => AccountCommand::Migrate(Box::new(Migration {
            template: account.identity.template,
            template_version: account.identity.template_version,
            period: None,
            end: Some(now.date_naive().and_time(NaiveTime::MIN).and_utc()),
            owners: None,
            move_to_ou: false,
            move_secret: false,
            past_end_confirmed: true,
            reason,
        })),
    }
}
