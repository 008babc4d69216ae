//! What people see of managed accounts.

use super::drift_queries::DriftBody;
use crate::{
    access::{authorise::Signed, objects},
    app::App,
    as_of::AsOf,
    directory::DirectoryBody,
    history::{self, History},
    names::{Named, Names, OwnerBody, owner_id},
    problem::Problem,
    query::{Direction, Filter, Id, Total, invalid_query, page, search},
    schema,
};
use axum::Json;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tenure_domain::{
    AccountId, DomainId, TemplateId,
    account::{Managed, Stage},
    discovery::Signal,
    gmsa::Gmsa,
    lifecycle::{self, EndOfLifecycleAction, LifecycleOption, OptionOff, Status},
    permission::{Feature, Verb},
    template::AccountType,
};
use tenure_projections::{AccountFilter, AccountRow, AccountSort, LONGEST_PAGE, Page, Start};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(detail))
        .routes(routes!(history))
}

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListAccounts {
    /// Words of the name begin like this.
    #[param(max_length = 200)]
    search: Option<String>,
    /// One of these statuses, separated by commas.
    #[param(
        pattern = "^(provisioning|active|disabled|expired|renewing|deleted|released)(,(provisioning|active|disabled|expired|renewing|deleted|released))*$"
    )]
    status: Option<String>,
    /// In this domain.
    domain: Option<Uuid>,
    /// Of this template.
    template: Option<Uuid>,
    /// Owned by this user or group.
    owner: Option<Uuid>,
    /// Only one's own, by oneself or a group.
    mine: Option<bool>,
    /// Only those that nobody active owns: disabled people and groups, and groups without an active member, do not count.
    orphaned: Option<bool>,
    /// With this end-of-lifecycle action.
    #[param(inline)]
    #[serde(default)]
    action: Option<ActionChoice>,
    /// Only those whose last change the directory refused.
    failed: Option<bool>,
    /// Ends before this instant.
    ends_before: Option<DateTime<Utc>>,
    /// Ends at or after this instant.
    ends_after: Option<DateTime<Utc>>,
    /// By which column.
    #[param(inline)]
    pub(super) sort: Option<AccountOrder>,
    /// Which way.
    #[param(inline)]
    pub(super) order: Option<Direction>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// Rows to leave out.
    #[param(minimum = 0, maximum = 1_000_000)]
    offset: Option<u64>,
    /// The `next` of the page before.
    #[param(max_length = 1000)]
    cursor: Option<String>,
}

/// Columns that accounts are sorted by.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AccountOrder {
    Name,
    LifecycleEnd,
    CreatedAt,
}

/// What happens at the end, to choose by.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ActionChoice {
    Review,
    Disable,
    Expire,
    Delete,
}

impl ActionChoice {
    fn action(self) -> EndOfLifecycleAction {
        match self {
            Self::Review => EndOfLifecycleAction::Review,
            Self::Disable => EndOfLifecycleAction::Disable,
            Self::Expire => EndOfLifecycleAction::Expire,
            Self::Delete => EndOfLifecycleAction::Delete,
        }
    }
}

/// A page of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Accounts {
    items: Vec<AccountSummary>,
    total: Total,
    /// For `cursor`: where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// An account, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountSummary {
    id: Uuid,
    name: String,
    #[schema(value_type = schema::AccountStatus)]
    status: Status,
    domain: Named,
    template: Named,
    owners: Vec<OwnerBody>,
    #[schema(value_type = schema::EndOfLifecycleAction)]
    action: EndOfLifecycleAction,
    /// 00:00 UTC of the day after the last full one.
    lifecycle_end: DateTime<Utc>,
    /// Can it be renewed now?
    renewal_open: bool,
    enabled: bool,
    /// Does the directory follow, or did it refuse?
    directory_failed: bool,
    /// Was it found useless, and is removed? Then it has no template, and nobody owns it.
    removal: bool,
}

/// The removal of an account that was found useless.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnmanagedRemoval {
    /// Why.
    reason: String,
    /// So many days after it was disabled it is deleted.
    grace_days: u16,
    /// What made it useless, in words.
    useless: Vec<String>,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountBody {
    id: Uuid,
    name: String,
    #[schema(value_type = schema::AccountType)]
    account_type: AccountType,
    #[schema(value_type = schema::AccountStatus)]
    status: Status,
    enabled: bool,
    domain: Named,
    template: Named,
    template_version: u32,
    /// The request that it came of; of an imported account there is none, and this names nothing.
    request: Uuid,
    /// Did it exist in the directory before, and was imported?
    imported: bool,
    /// It was found useless, and is removed: it has no template, and nobody owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    removal: Option<UnmanagedRemoval>,
    owners: Vec<OwnerBody>,
    #[schema(value_type = schema::EndOfLifecycleAction)]
    action: EndOfLifecycleAction,
    #[schema(value_type = schema::Period)]
    period: String,
    /// 00:00 UTC of the day after the last full one; missing once deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifecycle_end: Option<DateTime<Utc>>,
    /// When renewal opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    renewal_opens_at: Option<DateTime<Utc>>,
    renewal_declined: bool,
    /// A renewal that waits for approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    renewal_request: Option<Uuid>,
    description: String,
    /// Its own OU.
    ou: String,
    /// Folder of the vault for its secret; missing = the vault's own root.
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retirement_ou: Option<String>,
    /// Is it in the retirement OU, or on its way there?
    retired: bool,
    /// AD groups.
    groups: Vec<String>,
    attributes: BTreeMap<String, Vec<String>>,
    /// Is it denied to change its own password?
    cannot_change_password: bool,
    /// What only a group managed service account has: who may retrieve its password, and how that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Gmsa>)]
    gmsa: Option<Gmsa>,
    /// The request for a change that the directory has not confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    change_request: Option<Uuid>,
    /// Marked deleted: when object and secret are purged; missing = an administrator does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    purge_at: Option<DateTime<Utc>>,
    /// The deleted account whose object and name it took over.
    #[serde(skip_serializing_if = "Option::is_none")]
    revives: Option<Uuid>,
    /// Deleted: the account that took over its object and name.
    #[serde(skip_serializing_if = "Option::is_none")]
    succeeded_by: Option<Uuid>,
    /// objectGUID, once told.
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Uuid>,
    /// Is there a secret in a vault?
    has_secret: bool,
    /// How the directory follows.
    directory: DirectoryBody,
    /// What the directory says otherwise, as of the last synchronisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    drift: Option<DriftBody>,
    /// What the caller may do with it now, and why not.
    options: Vec<OptionBody>,
    /// Is the caller an owner?
    own: bool,
}

/// What may be done with an account now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OptionBody {
    #[schema(value_type = schema::LifecycleOption)]
    option: LifecycleOption,
    allowed: bool,
    /// Why it is off; missing where the caller lacks the permission.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::OptionOff>)]
    off: Option<OptionOff>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
}

fn statuses(text: Option<&str>) -> Result<Vec<Status>, Problem> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let named = |name| {
        Status::ALL
            .iter()
            .copied()
            .find(|status| status.text() == name)
    };
    let found = text.split(',').map(named).collect::<Option<Vec<_>>>();
    found.ok_or_else(|| {
        let all: Vec<_> = Status::ALL.iter().map(|known| known.text()).collect();
        let expected = format!(
            "must be statuses, separated by commas, of these: {}",
            all.join(", ")
        );
        invalid_query("status", &expected)
    })
}

/// By whom one's own accounts are owned: oneself, and one's groups.
pub(super) fn own(signed: &Signed) -> Vec<Uuid> {
    let groups = signed.rights.groups.iter().map(|group| group.0);
    std::iter::once(signed.user().0).chain(groups).collect()
}

/// Which accounts, of those that one may see: without *manage*, one's own.
pub(super) fn filter(signed: &Signed, wanted: &ListAccounts) -> Result<AccountFilter, Problem> {
    let mut filter = AccountFilter {
        search: search(wanted.search.clone())?,
        status: statuses(wanted.status.as_deref())?,
        domain: wanted.domain.map(DomainId),
        template: wanted.template.map(TemplateId),
        orphaned: wanted.orphaned == Some(true),
        action: wanted.action.map(ActionChoice::action),
        failed: wanted.failed == Some(true),
        ends_before: wanted.ends_before,
        ends_after: wanted.ends_after,
        ..AccountFilter::default()
    };
    let own = own(signed);
    let only_own =
        wanted.mine == Some(true) || !signed.reaches_all(Feature::ManagedAccount, Verb::Read);
    filter.owned_by = match (only_own, wanted.owner) {
        (true, Some(owner)) if own.contains(&owner) => vec![owner],
        // Of one's own accounts, those of somebody else: only the ones shared, which the view cannot tell apart.
        (true, Some(_)) => {
            return Err(invalid_query(
                "owner",
                "must be yourself or one of your groups",
            ));
        }
        (true, None) => own,
        (false, owner) => owner.into_iter().collect(),
    };
    Ok(filter)
}

/// Of the past, one sees the accounts that one sees today: those whose owner one is now, as they were.
///
/// # Errors
/// If the read models cannot be read.
pub(super) async fn seen_today(
    app: &App,
    signed: &Signed,
    mut filter: AccountFilter,
    of_owner: bool,
) -> Result<AccountFilter, Problem> {
    if app.as_of.is_none() || signed.reaches_all(Feature::ManagedAccount, Verb::Read) {
        return Ok(filter);
    }
    filter.ids = owned_today(app, signed).await?;
    // None at all is not the same as any.
    if filter.ids.is_empty() {
        filter.ids.push(AccountId(Uuid::nil()));
    }
    if !of_owner {
        filter.owned_by.clear();
    }
    Ok(filter)
}

/// The accounts that are one's own today.
pub(super) async fn owned_today(app: &App, signed: &Signed) -> Result<Vec<AccountId>, Problem> {
    let own = AccountFilter {
        owned_by: own(signed),
        ..AccountFilter::default()
    };
    let mut page = Page {
        uncounted: true,
        ..Page::first(LONGEST_PAGE)
    };
    let mut ids = Vec::new();
    loop {
        let (sort, order) = Default::default();
        let found = app.today.views.accounts(&own, sort, order, &page).await?;
        ids.extend(found.rows.iter().map(|row| row.id));
        match found.next {
            Some(next) => page.start = Start::After(next),
            None => return Ok(ids),
        }
    }
}

impl ListAccounts {
    /// Does it ask for certain owners?
    pub(super) fn of_owner(&self) -> bool {
        self.mine == Some(true) || self.owner.is_some()
    }
}

pub(super) fn sort(wanted: Option<AccountOrder>) -> AccountSort {
    match wanted.unwrap_or(AccountOrder::Name) {
        AccountOrder::Name => AccountSort::Name,
        AccountOrder::LifecycleEnd => AccountSort::End,
        AccountOrder::CreatedAt => AccountSort::Created,
    }
}

/// Lists accounts; without *manage*, one's own.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "Accounts", params(ListAccounts),
    responses((status = 200, body = Accounts)))]
async fn list(
    AsOf(app): AsOf,
    signed: Signed,
    Filter(wanted): Filter<ListAccounts>,
) -> Result<Json<Accounts>, Problem> {
    let filter = filter(&signed, &wanted)?;
    let filter = seen_today(&app, &signed, filter, wanted.of_owner()).await?;
    let sort = sort(wanted.sort);
    let page = page(wanted.limit, wanted.offset, wanted.cursor)?;
    let found = app
        .instance
        .views
        .accounts(
            &filter,
            sort,
            wanted.order.unwrap_or_default().into(),
            &page,
        )
        .await?;
    let ids = found.rows.iter().flat_map(|row| {
        [row.domain.0, row.template.0]
            .into_iter()
            .chain(row.owners.iter().map(owner_id))
            .collect::<Vec<_>>()
    });
    let names = Names::of(&app, ids).await?;
    let now = app.instance.business.now();
    Ok(Json(Accounts {
        items: found
            .rows
            .iter()
            .map(|row| summary(row, &names, now))
            .collect(),
        total: found.total.into(),
        next: found.next.map(|cursor| cursor.0),
    }))
}

fn summary(row: &AccountRow, names: &Names, now: DateTime<Utc>) -> AccountSummary {
    AccountSummary {
        id: row.id.0,
        name: row.name.clone(),
        status: row.status(),
        domain: names.named(row.domain.0),
        template: names.named(row.template.0),
        owners: row.owners.iter().map(|owner| names.owner(owner)).collect(),
        action: row.action,
        lifecycle_end: row.lifecycle_end,
        renewal_open: row.situation(now).renewal_open,
        enabled: row.enabled,
        directory_failed: row.failed(),
        removal: row.removal.is_some(),
    }
}

/// Shows an account, how the directory follows, and what the caller may do with it now.
#[utoipa::path(get, path = "/api/v1/accounts/{id}", tag = "Accounts", params(("id" = Uuid, Path)),
    responses((status = 200, body = AccountBody)))]
async fn detail(AsOf(app): AsOf, signed: Signed, Id(id): Id) -> Result<Json<AccountBody>, Problem> {
    let account = objects::account(&app, &signed, AccountId(id), Verb::Read).await?;
    let identity = &account.identity;
    let ids = [identity.domain.0, identity.template.0]
        .into_iter()
        .chain(account.owners.iter().map(owner_id));
    let names = Names::of(&app, ids).await?;
    let lifecycle = account.lifecycle();
    let planned_end = match &account.stage {
        Stage::Provisioning { planned_end } => Some(*planned_end),
        _ => None,
    };
    Ok(Json(AccountBody {
        id,
        name: identity.name.clone(),
        status: account.status(),
        enabled: account.enabled,
        domain: names.named(identity.domain.0),
        template: names.named(identity.template.0),
        template_version: identity.template_version,
        request: identity.request.0,
        imported: identity.adopts.is_some(),
        removal: account.removal().map(|removal| UnmanagedRemoval {
            reason: removal.reason.clone(),
            grace_days: removal.grace_days,
            useless: removal.useless.iter().map(Signal::text).collect(),
        }),
        owners: account
            .owners
            .iter()
            .map(|owner| names.owner(owner))
            .collect(),
        action: account.action(),
        period: identity.terms.period.to_string(),
        lifecycle_end: lifecycle.map(|lifecycle| lifecycle.end).or(planned_end),
        renewal_opens_at: lifecycle.and_then(|lifecycle| lifecycle.renewal_opens_at),
        renewal_declined: lifecycle.is_some_and(|lifecycle| lifecycle.renewal_declined),
        renewal_request: lifecycle
            .and_then(|lifecycle| lifecycle.renewal_request)
            .map(|request| request.0),
        description: identity.description.clone(),
        ou: identity.ou.clone(),
        folder: identity.folder.clone(),
        retirement_ou: identity.retirement_ou.clone(),
        retired: account.retired,
        groups: identity.groups.clone(),
        attributes: identity
            .attributes
            .iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(name, values)| (name.clone(), values.clone()))
            .collect(),
        cannot_change_password: identity.cannot_change_password == Some(true),
        account_type: identity.account_type(),
        gmsa: identity.gmsa.clone(),
        change_request: account.change.as_ref().map(|change| change.request.0),
        purge_at: match account.stage {
            Stage::MarkedDeleted { purge_at } => purge_at,
            _ => None,
        },
        revives: identity.revives.map(|revived| revived.account.0),
        succeeded_by: account.succeeded_by.map(|by| by.0),
        object: account.directory.object,
        has_secret: account.directory.secret.is_some(),
        directory: DirectoryBody::of(&app, &account).await?,
        drift: DriftBody::of(&account),
        // Nothing can be done with what was.
        options: match app.as_of {
            None => options(&signed, &account, app.instance.business.now()),
            Some(_) => Vec::new(),
        },
        own: signed.is_owner(&account.owners),
    }))
}

/// The table of product.md §4, narrowed to what the person's permissions allow.
fn options(signed: &Signed, account: &Managed, now: DateTime<Utc>) -> Vec<OptionBody> {
    let situation = account.situation(now);
    let own = signed.is_owner(&account.owners);
    let reaches = |verb| match signed.reach(Feature::ManagedAccount, verb) {
        Some(tenure_domain::permission::Reach::All) => true,
        Some(tenure_domain::permission::Reach::Own) => own,
        None => false,
    };
    let permitted = |option| match option {
        LifecycleOption::Renew | LifecycleOption::Disable | LifecycleOption::Enable => {
            reaches(Verb::Update)
        }
        LifecycleOption::SubmitRenewal => {
            reaches(Verb::Update)
                && signed
                    .reach(Feature::ProvisionRequest, Verb::Create)
                    .is_some()
        }
        LifecycleOption::Delete => reaches(Verb::Delete),
        LifecycleOption::Purge => signed.reaches_all(Feature::ManagedAccount, Verb::Delete),
        LifecycleOption::Clone => signed
            .reach(Feature::ProvisionRequest, Verb::Create)
            .is_some(),
    };
    let of = |option: &LifecycleOption| {
        // Without a template there is nothing to make another one like it by.
        let cloned = *option == LifecycleOption::Clone && account.removal().is_some();
        let off = match cloned {
            true => Some(OptionOff::NotOffered),
            false => lifecycle::check(&situation, *option).err(),
        };
        let lacking = (!permitted(*option)).then(|| "you lack the permission".to_owned());
        OptionBody {
            option: *option,
            allowed: off.is_none() && lacking.is_none(),
            explanation: off.map(|off| off.to_string()).or(lacking),
            off,
        }
    };
    LifecycleOption::ALL.iter().map(of).collect()
}

/// Shows what happened to an account, in order.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/history", tag = "Accounts", params(("id" = Uuid, Path)),
    responses((status = 200, body = History)))]
async fn history(AsOf(app): AsOf, signed: Signed, Id(id): Id) -> Result<Json<History>, Problem> {
    objects::account(&app, &signed, AccountId(id), Verb::Read).await?;
    let events = app
        .instance
        .store
        .read_stream("account", id, 0, 10_000)
        .await;
    let events = events.map_err(|error| Problem::unavailable(&error))?;
    Ok(Json(history::shown(&app, &signed, events).await?))
}
