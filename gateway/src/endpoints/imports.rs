//! Import of unmanaged accounts: each becomes managed where it is and as it is, bound to a template, with owners. One that
//! the directory refused can be taken back, and imported anew.

use super::{request_commands::free_text, synchronisation::known};
use crate::{
    access::objects,
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, watch},
    problem::{Problem, ProblemBody},
    query::Id,
    schema,
};
use axum::{Json, extract::State};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use tenure_domain::{
    AccountId, DomainId, TemplateId,
    account::{Account, AccountCommand, Adopted, Import, Stage, imported_after, imported_as},
    dn,
    ids::derived,
    ownership::Owner,
    period::Period,
    permission::Verb,
};
use tenure_eventstore::CommandKey;
use tenure_workflow::{Caller, synchronisation::UnmanagedAccount};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Accounts of one call.
const MOST: usize = 500;
/// Accounts under way at once: their appends share transactions.
const AT_ONCE: usize = 32;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(import))
        .routes(routes!(take_back))
}

/// What is imported, and into what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"template": "0192f0c1-a2b3-7c4d-8e5f-001122334455", "period": "1 year", "reason": "Found in the audit",
    "owners": [{"kind": "user", "id": "0192f0c1-a2b3-7c4d-8e5f-001122334466"}],
    "accounts": [{"object": "6d3f1c1e-6a0f-4f3b-9f2a-0a1b2c3d4e5f"}]}))]
pub(crate) struct ImportAccounts {
    /// Published; of this domain.
    template: Uuid,
    /// One of the template's.
    #[schema(value_type = schema::Period)]
    period: Period,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
    /// Who is accountable for those that name nobody else.
    #[serde(default)]
    #[schema(value_type = Vec<schema::Owner>, max_items = 100)]
    owners: Vec<Owner>,
    /// At most 500 a call.
    #[schema(min_items = 1, max_items = 500)]
    accounts: Vec<ImportAccount>,
}

/// One account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportAccount {
    /// objectGUID, as the list of unmanaged accounts has it.
    object: Uuid,
    /// Who is accountable, instead of the owners of all.
    #[serde(default)]
    #[schema(value_type = Option<Vec<schema::Owner>>, min_items = 1, max_items = 100)]
    owners: Option<Vec<Owner>>,
}

/// What became of each account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Imported {
    /// In the order asked for.
    items: Vec<ImportedAccount>,
    /// How many become managed: watch each account's `directory`.
    accepted: usize,
    /// How many were refused.
    refused: usize,
    /// For `at_least`; missing if nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
}

/// One account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportedAccount {
    /// objectGUID.
    object: Uuid,
    /// Empty if it is unknown.
    name: String,
    /// The account that it becomes.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Uuid>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// Imports accounts that exist in the directory and are managed by nobody into a template, with owners and a period. Nothing of
/// them changes but the mark by which Tenure knows them; passwords stay unknown to it. Each is imported by itself: one that is
/// refused holds back no other, and says why.
#[utoipa::path(post, path = "/api/v1/domains/{id}/unmanaged-accounts/import", tag = "Domains", params(("id" = Uuid, Path)),
    request_body = ImportAccounts, responses((status = 200, body = Imported)))]
async fn import(
    State(app): State<App>,
    Id(id): Id,
    command: Command<ImportAccounts>,
) -> Result<Json<Imported>, Problem> {
    known(&app, id).await?;
    let body = &command.body;
    if body.accounts.is_empty() || body.accounts.len() > MOST {
        let message = format!("needs 1 to {MOST}: call again with the next");
        return Err(Problem::invalid("accounts", "too-many", message));
    }
    free_text("reason", &body.reason)?;
    let mut seen = HashSet::new();
    let wanted: Vec<&ImportAccount> = body
        .accounts
        .iter()
        .filter(|account| seen.insert(account.object))
        .collect();
    let domain = DomainId(id);
    let objects: Vec<_> = wanted.iter().map(|account| account.object).collect();
    let found = app.instance.copied_accounts(domain, &objects).await?;
    let found: HashMap<_, _> = found.into_iter().map(|row| (row.user.id, row)).collect();
    let under_way: Vec<_> = wanted
        .iter()
        .map(|wanted| one(&app, domain, wanted, found.get(&wanted.object), &command))
        .collect();
    let done: Vec<_> = stream::iter(under_way).buffered(AT_ONCE).collect().await;
    let position = done.iter().filter_map(|(_, position)| *position).max();
    let items: Vec<_> = done.into_iter().map(|(item, _)| item).collect();
    let accepted = items.iter().filter(|item| item.problem.is_none()).count();
    Ok(Json(Imported {
        refused: items.len() - accepted,
        accepted,
        items,
        position,
    }))
}

async fn one(
    app: &App,
    domain: DomainId,
    wanted: &ImportAccount,
    found: Option<&UnmanagedAccount>,
    command: &Command<ImportAccounts>,
) -> (ImportedAccount, Option<u64>) {
    let mut item = ImportedAccount {
        object: wanted.object,
        name: found
            .map(|found| found.user.name.clone())
            .unwrap_or_default(),
        account: None,
        problem: None,
    };
    match adopt(app, domain, wanted, found, command).await {
        Ok((account, position)) => {
            item.account = Some(account.0);
            (item, Some(position))
        }
        Err(problem) => {
            item.problem = Some(problem.into());
            (item, None)
        }
    }
}

async fn adopt(
    app: &App,
    domain: DomainId,
    wanted: &ImportAccount,
    found: Option<&UnmanagedAccount>,
    command: &Command<ImportAccounts>,
) -> Result<(AccountId, u64), Problem> {
    let Some(found) = found else {
        let message = "is not in the copy of the domain: read it first";
        return Err(Problem::invalid("object", "unknown", message));
    };
    let user = &found.user;
    if user.managed() {
        let message = "is managed already, as its mark says";
        return Err(Problem::invalid("object", "managed", message));
    }
    let body = &command.body;
    let import = Import {
        account: becomes(app, domain, user.id).await?,
        domain,
        adopted: Adopted {
            object: user.id,
            enabled: user.enabled(),
        },
        name: user.name.clone(),
        ou: dn::place(&user.dn).to_owned(),
        description: user.description.clone().unwrap_or_default(),
        expires: user.expires,
        special: found.special(),
        template: TemplateId(body.template),
        period: body.period,
        owners: wanted.owners.clone().unwrap_or_else(|| body.owners.clone()),
        reason: body.reason.clone(),
    };
    let id = import.account;
    // A repeat of the whole finds what was done with each.
    let key = command.caller.key.map(|key| CommandKey {
        id: derived(&["bulk item", &key.id.to_string(), &id.to_string()]),
        body: key.body,
    });
    let caller = Caller {
        key,
        ..command.caller.clone()
    };
    let import = AccountCommand::Import(Box::new(import));
    let accepted = app.instance.commands.account(id, import, &caller).await?;
    let tables = app.instance.store.state_tables();
    let marked = tables.mark_imported(domain, user.id, id).await;
    marked.map_err(|error| Problem::unavailable(&error))?;
    Ok((id, accepted.position))
}

/// The account that an object becomes: another one each time that its import was taken back.
async fn becomes(app: &App, domain: DomainId, object: Uuid) -> Result<AccountId, Problem> {
    let mut account = imported_as(domain, object);
    loop {
        let known = app.instance.store.state::<Account>(account.0).await;
        let known = known.map_err(|error| Problem::unavailable(&error))?.state;
        match known.managed().map(|managed| &managed.stage) {
            Some(Stage::Released) => account = imported_after(account),
            _ => return Ok(account),
        }
    }
}

/// Why an import is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The engine will get no rights there"}))]
pub(crate) struct TakeBackImport {
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    reason: String,
}

/// Takes back the import of an account that the directory refused: it is unmanaged again, as it was, and can be imported anew.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/take-back-import", tag = "Accounts", params(("id" = Uuid, Path)),
    request_body = TakeBackImport, responses((status = 202, body = AcceptedBody)))]
async fn take_back(
    State(app): State<App>,
    Id(id): Id,
    command: Command<TakeBackImport>,
) -> Result<AcceptedAnswer, Problem> {
    free_text("reason", &command.body.reason)?;
    objects::account(&app, &command.signed, AccountId(id), Verb::Update).await?;
    let take_back = AccountCommand::TakeBackImport {
        reason: command.body.reason.clone(),
    };
    let commands = &app.instance.commands;
    let accepted = commands
        .account(AccountId(id), take_back, &command.caller)
        .await?;
    Ok(watch(&format!("/api/v1/accounts/{id}"), id, accepted))
}
