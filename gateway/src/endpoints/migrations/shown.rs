//! What came, or would come, of a migration: each account before and after, or why not.

use crate::{
    app::App,
    names::{Named, Names, OwnerBody, owner_id},
    problem::{Kind, Problem, ProblemBody},
    schema,
};
use axum::Json;
use chrono::{DateTime, Utc};
use serde::Serialize;
use tenure_domain::{
    account::{AccountEvent, Managed},
    gmsa::Gmsa,
    lifecycle::EndOfLifecycleAction,
    ownership::Owner,
};
use utoipa::ToSchema;
use uuid::Uuid;

/// What came, or would come, of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Migrations {
    /// In the order asked for.
    items: Vec<MigratedAccount>,
    /// How many are refused.
    refused: usize,
    /// The version that they migrate to.
    template_version: u32,
    /// For `at_least`; missing if nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
}

/// One account.
#[derive(Serialize, ToSchema)]
pub(crate) struct MigratedAccount {
    account: Uuid,
    /// Empty if there is no such account.
    name: String,
    /// Does it migrate, or has it?
    migrates: bool,
    /// As it was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<AccountTerms>,
    /// As it would be, or is.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<AccountTerms>,
    /// Does its end act at once?
    ends_at_once: bool,
    /// Why it does not migrate.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// What a migration may change.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountTerms {
    template: Named,
    template_version: u32,
    #[schema(value_type = schema::EndOfLifecycleAction)]
    action: EndOfLifecycleAction,
    #[schema(value_type = schema::Period)]
    period: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifecycle_end: Option<DateTime<Utc>>,
    owners: Vec<OwnerBody>,
    ou: String,
    /// Of the vault, for its secret; missing = the vault's own root.
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    /// Is it unable to change its own password?
    cannot_change_password: bool,
    /// What only a group managed service account has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Gmsa>)]
    gmsa: Option<Gmsa>,
}

/// One account, before names are looked up.
pub(super) struct Outcome {
    pub(super) account: Uuid,
    pub(super) before: Option<Managed>,
    pub(super) result: Result<Vec<AccountEvent>, Problem>,
}

pub(super) async fn shown(
    app: &App,
    template_version: u32,
    outcomes: Vec<Outcome>,
    position: Option<u64>,
) -> Result<Json<Migrations>, Problem> {
    // What nothing can be said about would be guesswork: the call as a whole is tried again.
    if let Some(Err(problem)) = outcomes
        .iter()
        .map(|outcome| outcome.result.as_ref())
        .find(|result| result.is_err_and(|problem| problem.kind == Kind::Internal))
    {
        return Err(problem.clone());
    }
    let mut ids = Vec::new();
    for outcome in &outcomes {
        if let Some(before) = &outcome.before {
            ids.push(before.identity.template.0);
            ids.extend(before.owners.iter().map(owner_id));
        }
        for event in outcome.result.iter().flatten() {
            if let AccountEvent::Migrated(e) = event {
                ids.push(e.template.0);
                ids.extend(e.owners.iter().map(owner_id));
            }
        }
    }
    let names = Names::of(app, ids).await?;
    let now = app.instance.business.now();
    let items: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| item(outcome, &names, now))
        .collect();
    Ok(Json(Migrations {
        refused: items.iter().filter(|item| !item.migrates).count(),
        items,
        template_version,
        position,
    }))
}

fn item(outcome: Outcome, names: &Names, now: DateTime<Utc>) -> MigratedAccount {
    let Outcome {
        account,
        before,
        result,
    } = outcome;
    let owners = |owners: &[Owner]| owners.iter().map(|owner| names.owner(owner)).collect();
    let migrated = result.as_ref().ok().and_then(|events| {
        events.iter().find_map(|event| match event {
            AccountEvent::Migrated(e) => Some(e),
            _ => None,
        })
    });
    MigratedAccount {
        account,
        name: before
            .as_ref()
            .map(|managed| managed.identity.name.clone())
            .unwrap_or_default(),
        migrates: result.is_ok(),
        ends_at_once: migrated.is_some_and(|e| e.lifecycle_end <= now),
        after: migrated.map(|e| AccountTerms {
            template: names.named(e.template.0),
            template_version: e.template_version,
            action: e.terms.action,
            period: e.terms.period.to_string(),
            lifecycle_end: Some(e.lifecycle_end),
            owners: owners(&e.owners),
            ou: e.ou.clone(),
            folder: e.folder.clone(),
            cannot_change_password: e.cannot_change_password == Some(true),
            gmsa: e.gmsa.clone(),
        }),
        before: before.map(|managed| AccountTerms {
            template: names.named(managed.identity.template.0),
            template_version: managed.identity.template_version,
            action: managed.action(),
            period: managed.identity.terms.period.to_string(),
            lifecycle_end: managed.lifecycle().map(|lifecycle| lifecycle.end),
            owners: owners(&managed.owners),
            ou: managed.identity.ou.clone(),
            folder: managed.identity.folder.clone(),
            cannot_change_password: managed.identity.cannot_change_password == Some(true),
            gmsa: managed.identity.gmsa.clone(),
        }),
        problem: result.err().map(Into::into),
    }
}
