//! Removal of useless accounts that nobody manages: disabled now, deleted when a grace is over, and until then kept as they
//! were found if somebody says so.

use super::{request_commands::free_text, synchronisation::known, unmanaged_accounts::SignalBody};
use crate::{
    access::objects,
    app::App,
    as_of::AsOf,
    command::{AcceptedAnswer, AcceptedBody, Command, watch},
    directory::FailureBody,
    history::{ActorBody, actor_id},
    names::Names,
    problem::{Problem, ProblemBody},
    query::{Filter, Id, Total, page},
};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use tenure_domain::{
    AccountId, DomainId,
    account::{AccountCommand, AsFound, Removal},
    dn,
    ids::derived,
    permission::Verb,
};
use tenure_eventstore::{CommandKey, new_id};
use tenure_projections::{
    AccountFilter, AccountRow, AccountSort, AccountStage, REMOVED_WITHOUT, SortOrder,
};
use tenure_workflow::{Accepted, Caller, synchronisation::UnmanagedAccount};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Accounts of one call.
const MOST: usize = 500;
/// Accounts under way at once: their appends share transactions.
const AT_ONCE: usize = 32;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(remove))
        .routes(routes!(list))
        .routes(routes!(cancel))
}

/// What is removed, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"accounts": ["6d3f1c1e-6a0f-4f3b-9f2a-0a1b2c3d4e5f"], "confirmed": 1, "grace_days": 30,
    "reason": "The intranet was switched off in 2023"}))]
pub(crate) struct RemoveAccounts {
    /// objectGUIDs, as the list of unmanaged accounts has them; at most 500 a call.
    #[schema(min_items = 1, max_items = 500)]
    accounts: Vec<Uuid>,
    /// How many they are, as the person who confirms it has counted or read.
    #[schema(minimum = 1, maximum = 500)]
    confirmed: usize,
    /// So many days after an account was disabled it is deleted.
    #[serde(default = "month")]
    #[schema(minimum = 1, maximum = 366)]
    grace_days: u16,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    reason: String,
}

fn month() -> u16 {
    30
}

/// What became of each account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RemovalsBegun {
    /// In the order asked for.
    items: Vec<RemovalBegunBody>,
    /// How many are being removed: watch the removals.
    accepted: usize,
    /// How many were refused.
    refused: usize,
    /// For `at_least`; missing if nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
}

/// One account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RemovalBegunBody {
    /// objectGUID.
    object: Uuid,
    /// Empty if it is unknown.
    name: String,
    /// What it is known by while it is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Uuid>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// Removes useless accounts that nobody manages: disabled now, deleted when the grace is over. An engine looks at each again
/// before it touches it, and leaves alone what is not as it was read, and what the directory protects. Each is removed by
/// itself: one that is refused holds back no other, and says why.
#[utoipa::path(post, path = "/api/v1/domains/{id}/unmanaged-accounts/remove", tag = "Domains", params(("id" = Uuid, Path)),
    request_body = RemoveAccounts, responses((status = 200, body = RemovalsBegun)))]
async fn remove(
    State(app): State<App>,
    Id(id): Id,
    command: Command<RemoveAccounts>,
) -> Result<Json<RemovalsBegun>, Problem> {
    known(&app, id).await?;
    let body = &command.body;
    if body.accounts.is_empty() || body.accounts.len() > MOST {
        let message = format!("needs 1 to {MOST}: call again with the next");
        return Err(Problem::invalid("accounts", "too-many", message));
    }
    free_text("reason", &body.reason)?;
    let mut seen = HashSet::new();
    let wanted = body.accounts.iter().copied();
    let wanted: Vec<Uuid> = wanted.filter(|object| seen.insert(*object)).collect();
    if wanted.len() != body.confirmed {
        let message = format!("is not how many they are: {}", wanted.len());
        return Err(Problem::invalid("confirmed", "not-confirmed", message));
    }
    let domain = DomainId(id);
    let found = app.instance.copied_accounts(domain, &wanted).await?;
    let found: HashMap<_, _> = found.into_iter().map(|row| (row.user.id, row)).collect();
    let under_way: Vec<_> = wanted
        .iter()
        .map(|object| one(&app, domain, *object, found.get(object), &command))
        .collect();
    let done: Vec<_> = stream::iter(under_way).buffered(AT_ONCE).collect().await;
    let position = done.iter().filter_map(|(_, position)| *position).max();
    let items: Vec<_> = done.into_iter().map(|(item, _)| item).collect();
    let accepted = items.iter().filter(|item| item.problem.is_none()).count();
    Ok(Json(RemovalsBegun {
        refused: items.len() - accepted,
        accepted,
        items,
        position,
    }))
}

async fn one(
    app: &App,
    domain: DomainId,
    object: Uuid,
    found: Option<&UnmanagedAccount>,
    command: &Command<RemoveAccounts>,
) -> (RemovalBegunBody, Option<u64>) {
    let mut item = RemovalBegunBody {
        object,
        name: found
            .map(|found| found.user.name.clone())
            .unwrap_or_default(),
        account: None,
        problem: None,
    };
    match begin(app, domain, found, command).await {
        Ok((account, accepted)) => {
            item.account = Some(account.0);
            (item, Some(accepted.position))
        }
        Err(problem) => {
            item.problem = Some(problem.into());
            (item, None)
        }
    }
}

async fn begin(
    app: &App,
    domain: DomainId,
    found: Option<&UnmanagedAccount>,
    command: &Command<RemoveAccounts>,
) -> Result<(AccountId, Accepted), Problem> {
    let Some(found) = found else {
        let message = "is not in the copy of the domain: read it first";
        return Err(Problem::invalid("object", "unknown", message));
    };
    let user = &found.user;
    // Kept once, it may be removed again: another removal is another account. The same request leads to the same one.
    let attempt = command.caller.key.map_or_else(new_id, |key| key.id);
    let ids = [domain.to_string(), user.id.to_string(), attempt.to_string()];
    let [domain_id, object, attempt] = ids.each_ref().map(String::as_str);
    let account = AccountId(derived(&["removed", domain_id, object, attempt]));
    // A repeat of the same request is told what came of it.
    let whose = user.mark.map(|mark| mark.account).or(found.account);
    if whose.is_some_and(|known| known != account) {
        let message = "is managed already, or being removed";
        return Err(Problem::invalid("object", "managed", message));
    }
    let removal = Removal {
        account,
        domain,
        found: AsFound {
            object: user.id,
            enabled: user.enabled(),
            expires: user.expires,
            last_sign_in: user.last_sign_in,
            password_set: user.password_set,
        },
        name: user.name.clone(),
        ou: dn::place(&user.dn).to_owned(),
        description: user.description.clone().unwrap_or_default(),
        signals: found.signals.clone(),
        special: found.special(),
        grace_days: command.body.grace_days,
        reason: command.body.reason.clone(),
    };
    let key = command.caller.key.map(|key| CommandKey {
        id: derived(&["bulk item", &key.id.to_string(), &account.to_string()]),
        body: key.body,
    });
    let caller = Caller {
        key,
        ..command.caller.clone()
    };
    let removal = AccountCommand::BeginRemoval(Box::new(removal));
    let commands = &app.instance.commands;
    Ok((account, commands.account(account, removal, &caller).await?))
}

/// Which removals.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListRemovals {
    /// Words of the name begin like this.
    #[param(max_length = 200)]
    search: Option<String>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// Rows to leave out.
    #[param(minimum = 0, maximum = 1_000_000)]
    offset: Option<u64>,
    /// `next` of the page before; instead of `offset`.
    #[param(max_length = 1000)]
    cursor: Option<String>,
}

/// Where a removal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RemovalState {
    /// The directory has not confirmed that it is disabled.
    Disabling,
    /// Disabled, until its grace is over.
    Disabled,
    /// The directory has not confirmed that it is deleted.
    Deleting,
    /// Gone.
    Deleted,
    /// Cancelled: the directory has not confirmed that it is as it was found.
    Cancelling,
    /// As it was found, and unmanaged.
    Kept,
}

/// The removal of an account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RemovalBody {
    /// What it is known by while it is removed.
    account: Uuid,
    /// objectGUID.
    object: Uuid,
    name: String,
    /// What its description says.
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    ou: String,
    state: RemovalState,
    /// Since when.
    begun_at: DateTime<Utc>,
    /// By whom.
    by: ActorBody,
    /// Why.
    reason: String,
    /// What made it useless.
    useless: Vec<SignalBody>,
    grace_days: u16,
    /// When it is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_at: Option<DateTime<Utc>>,
    /// Why an engine left it alone, or cannot go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureBody>,
    /// Can it still be kept?
    cancellable: bool,
}

impl RemovalBody {
    /// None for an account that is no removal.
    fn of(row: AccountRow, names: &Names) -> Option<Self> {
        let removal = row.removal.as_ref()?;
        let state = match (row.stage, row.purge_at) {
            (AccountStage::Removing, _) => RemovalState::Deleting,
            (AccountStage::Removed, _) => RemovalState::Deleted,
            (AccountStage::Releasing, _) => RemovalState::Cancelling,
            (AccountStage::Released, _) => RemovalState::Kept,
            (_, Some(_)) => RemovalState::Disabled,
            (_, None) => RemovalState::Disabling,
        };
        Some(Self {
            account: row.id.0,
            object: removal.object,
            name: row.name.clone(),
            description: row.description.clone(),
            ou: row.ou.clone(),
            state,
            begun_at: row.created_at,
            by: ActorBody::new(&removal.by, names),
            reason: removal.reason.clone(),
            useless: removal.useless.iter().map(Into::into).collect(),
            grace_days: removal.grace_days,
            delete_at: row.purge_at,
            failure: (row.trouble.as_ref()).map(|trouble| FailureBody::new(&trouble.failure)),
            cancellable: match state {
                RemovalState::Disabling | RemovalState::Disabled => true,
                RemovalState::Deleting => row.failed(),
                RemovalState::Deleted | RemovalState::Cancelling | RemovalState::Kept => false,
            },
        })
    }
}

/// A page of removals.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Removals {
    items: Vec<RemovalBody>,
    total: Total,
    /// For the next page; missing after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Lists the removals of useless accounts of a domain, the newest first: since when, by whom, why, and what becomes of them.
#[utoipa::path(get, path = "/api/v1/domains/{id}/unmanaged-accounts/removals", tag = "Domains",
    params(("id" = Uuid, Path), ListRemovals), responses((status = 200, body = Removals)))]
async fn list(
    AsOf(app): AsOf,
    Id(id): Id,
    Filter(wanted): Filter<ListRemovals>,
) -> Result<Json<Removals>, Problem> {
    known(&app, id).await?;
    let filter = AccountFilter {
        domain: Some(DomainId(id)),
        template: Some(REMOVED_WITHOUT),
        search: crate::query::search(wanted.search)?,
        ..AccountFilter::default()
    };
    let page = page(wanted.limit, wanted.offset, wanted.cursor)?;
    let (sort, order) = (AccountSort::Created, SortOrder::Descending);
    let found = app.instance.views.accounts(&filter, sort, order, &page);
    let found = found.await?;
    let removals = found.rows.iter().filter_map(|row| row.removal.as_ref());
    let names = Names::of(&app, removals.filter_map(|removal| actor_id(&removal.by))).await?;
    let rows = found.rows.into_iter();
    Ok(Json(Removals {
        items: rows
            .filter_map(|row| RemovalBody::of(row, &names))
            .collect(),
        total: found.total.into(),
        next: found.next.map(|cursor| cursor.0),
    }))
}

/// Why an account is kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The plant in Linz still uses it"}))]
pub(crate) struct KeepAccount {
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    reason: String,
}

/// Cancels the removal of an account, before it is deleted: it is as it was found again, and unmanaged.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/cancel-removal", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = KeepAccount, responses((status = 202, body = AcceptedBody)))]
async fn cancel(
    State(app): State<App>,
    Id(id): Id,
    command: Command<KeepAccount>,
) -> Result<AcceptedAnswer, Problem> {
    free_text("reason", &command.body.reason)?;
    objects::account(&app, &command.signed, AccountId(id), Verb::Delete).await?;
    let cancel = AccountCommand::CancelRemoval {
        reason: command.body.reason.clone(),
    };
    let commands = &app.instance.commands;
    let accepted = commands
        .account(AccountId(id), cancel, &command.caller)
        .await?;
    Ok(watch(&format!("/api/v1/accounts/{id}"), id, accepted))
}
