//! Managed accounts: what lists and detail pages show of them, and how far the directory has followed.

use super::{ABSENT, orphans};
use crate::{
    Cursor, Page, Paged, SortOrder, ViewError, Views,
    cell::{Cell, Kind},
    list::{List, each_of, one_of},
    read_model::{Cells, ReadModel, content, of_content},
    search::{folded, matching, prefixes},
    table::Table,
};
use chrono::{DateTime, Days, Utc, serde::ts_microseconds, serde::ts_microseconds_option};
use sea_query::{Cond, Expr, ExprTrait, Query};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenure_domain::{
    AccountId, Actor, DomainId, Event, GroupId, RequestId, TemplateId, UserId,
    account::{AccountCreated, AccountEvent, RemovalBegun},
    discovery::Signal,
    lifecycle::{EndOfLifecycleAction, Phase, Situation, Status},
    order::{Failure, OrderKind, OrderNumber, SecretReference},
    ownership::Owner,
    period::Period,
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// An account, as people see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountRow {
    /// Which account.
    pub id: AccountId,
    /// sAMAccountName.
    pub name: String,
    /// For the directory.
    pub description: String,
    /// Where it lives.
    pub domain: DomainId,
    /// Its template.
    pub template: TemplateId,
    /// The template's version that it is bound to.
    pub template_version: u32,
    /// The request that it came of.
    pub request: RequestId,
    /// End-of-lifecycle action.
    pub action: EndOfLifecycleAction,
    /// How long it lives, and again with each renewal.
    pub period: Period,
    /// Who is accountable.
    pub owners: Vec<Owner>,
    /// Its own OU.
    pub ou: String,
    /// Where it goes after its end.
    pub retirement_ou: Option<String>,
    /// AD groups.
    pub groups: Vec<String>,
    /// Where it stands.
    pub stage: AccountStage,
    /// May it log on, as far as Tenure wants?
    pub enabled: bool,
    /// Does it belong into the retirement OU?
    pub retired: bool,
    /// Did the end-of-lifecycle action happen?
    pub ended: bool,
    /// 00:00 UTC of the day after the last full one; while it is provisioned, what it would be today.
    #[serde(with = "ts_microseconds")]
    pub lifecycle_end: DateTime<Utc>,
    /// When renewal opens; none = never.
    #[serde(with = "ts_microseconds_option")]
    pub renewal_opens_at: Option<DateTime<Utc>>,
    /// Has renewal opened?
    pub renewal_opened: bool,
    /// The owner does not want renewal.
    pub renewal_declined: bool,
    /// A renewal that waits for approval.
    pub renewal_request: Option<RequestId>,
    /// The order without a report.
    pub order: Option<OutstandingOrder>,
    /// Why the last order failed or waits.
    pub trouble: Option<Trouble>,
    /// objectGUID.
    pub object: Option<Uuid>,
    /// Where the secret is; never the secret.
    pub secret: Option<SecretReference>,
    /// When it was created in Tenure.
    #[serde(with = "ts_microseconds")]
    pub created_at: DateTime<Utc>,
    /// When an account marked deleted is purged; none = an administrator does it.
    #[serde(default, with = "ts_microseconds_option")]
    pub purge_at: Option<DateTime<Utc>>,
    /// A change by request that the directory has not confirmed.
    #[serde(default)]
    pub change: Option<PendingGroups>,
    /// It was found useless, and is removed.
    #[serde(default)]
    pub removal: Option<RemovalRow>,
    /// The account that it was revived as.
    #[serde(default)]
    pub succeeded_by: Option<AccountId>,
    /// When the directory confirmed it.
    #[serde(with = "ts_microseconds_option")]
    pub provisioned_at: Option<DateTime<Utc>>,
    /// When anything last happened to it.
    #[serde(with = "ts_microseconds")]
    pub changed_at: DateTime<Utc>,
    /// Version of its stream.
    pub version: u64,
}

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountStage {
    /// The directory has not confirmed it.
    Provisioning,
    /// It exists.
    Live,
    /// Marked deleted; the object is still there.
    MarkedDeleted,
    /// The directory is deleting it.
    Removing,
    /// Object and secret are gone.
    Removed,
    /// Its removal was cancelled: the directory is letting go of it.
    Releasing,
    /// It is as it was found, and nobody manages it.
    Released,
}

/// The removal of an account that was found useless.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RemovalRow {
    /// objectGUID.
    pub object: Uuid,
    /// What made it useless.
    pub useless: Vec<Signal>,
    /// So many days after it was disabled it is deleted.
    pub grace_days: u16,
    /// Why.
    pub reason: String,
    /// Who began it.
    pub by: Actor,
}

/// A change that the directory has not confirmed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingGroups {
    /// The request behind it.
    pub request: RequestId,
    /// AD groups before.
    pub former_groups: Vec<String>,
}

/// An order without a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutstandingOrder {
    /// Its number.
    pub number: OrderNumber,
    /// What it is for.
    pub kind: OrderKind,
    /// Since when it waits.
    #[serde(with = "ts_microseconds")]
    pub issued_at: DateTime<Utc>,
    /// System time after which it is issued again.
    #[serde(with = "ts_microseconds")]
    pub not_after: DateTime<Utc>,
}

/// Why an order failed or waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    /// Which order.
    pub number: OrderNumber,
    /// A reason that a person understands, and the directory's own words.
    pub failure: Failure,
    /// Since when.
    #[serde(with = "ts_microseconds")]
    pub at: DateTime<Utc>,
    /// It waits, and is tried again at this system time; none = it failed, and waits for somebody.
    #[serde(with = "ts_microseconds_option")]
    pub retry_at: Option<DateTime<Utc>>,
}

impl AccountRow {
    /// Status, as people see it: the same as [`Managed::status`](tenure_domain::account::Managed::status).
    #[must_use]
    pub fn status(&self) -> Status {
        match self.stage {
            AccountStage::Provisioning => Status::Provisioning,
            AccountStage::MarkedDeleted
            | AccountStage::Removing
            | AccountStage::Removed
            | AccountStage::Releasing => Status::Deleted,
            AccountStage::Released => Status::Released,
            AccountStage::Live if self.ended && self.action == EndOfLifecycleAction::Expire => {
                if self.renewal_request.is_some() {
                    Status::Renewing
                } else {
                    Status::Expired
                }
            }
            AccountStage::Live if !self.enabled => Status::Disabled,
            AccountStage::Live => Status::Active,
        }
    }

    /// Did the directory refuse the last change, so that it waits for somebody?
    #[must_use]
    pub fn failed(&self) -> bool {
        self.order.is_none()
            && self.stage != AccountStage::Released
            && (self.trouble.as_ref()).is_some_and(|trouble| trouble.retry_at.is_none())
    }

    /// What [`lifecycle::check`](tenure_domain::lifecycle::check) looks at, to say which options are on.
    #[must_use]
    pub fn situation(&self, now: DateTime<Utc>) -> Situation {
        let live = self.stage == AccountStage::Live;
        Situation {
            action: self.action,
            phase: if !live || self.ended || now >= self.lifecycle_end {
                Phase::After
            } else {
                Phase::Before
            },
            status: self.status(),
            enabled: self.enabled,
            renewal_open: live
                && (self.renewal_opened || self.renewal_opens_at.is_some_and(|at| now >= at)),
            renewal_pending: live && self.renewal_request.is_some(),
            // One that is being removed first has to be disabled.
            object_exists: self.stage == AccountStage::MarkedDeleted
                && (self.removal.is_none() || self.purge_at.is_some()),
        }
    }

    fn created(event: &StoredEvent, e: &AccountCreated) -> Self {
        Self {
            id: AccountId(event.stream),
            name: e.name.clone(),
            description: e.description.clone(),
            domain: e.domain,
            template: e.template,
            template_version: e.template_version,
            request: e.request,
            action: e.terms.action,
            period: e.terms.period,
            owners: e.owners.clone(),
            ou: e.ou.clone(),
            retirement_ou: e.retirement_ou.clone(),
            groups: e.groups.clone(),
            stage: AccountStage::Provisioning,
            enabled: true,
            retired: false,
            ended: false,
            lifecycle_end: e.planned_end,
            renewal_opens_at: None,
            renewal_opened: false,
            renewal_declined: false,
            renewal_request: None,
            order: None,
            trouble: None,
            object: None,
            secret: None,
            created_at: event.recorded_at,
            purge_at: None,
            change: None,
            removal: None,
            succeeded_by: None,
            provisioned_at: None,
            changed_at: event.recorded_at,
            version: event.version,
        }
    }

    fn removed(event: &StoredEvent, e: &RemovalBegun) -> Self {
        let grace = Days::new(u64::from(e.grace_days));
        let ends = event.recorded_at.checked_add_days(grace);
        Self {
            id: AccountId(event.stream),
            name: e.name.clone(),
            description: e.description.clone(),
            domain: e.domain,
            template: REMOVED_WITHOUT,
            template_version: 0,
            request: RequestId(event.stream),
            action: EndOfLifecycleAction::Delete,
            period: Period::days(e.grace_days),
            owners: vec![],
            ou: e.ou.clone(),
            retirement_ou: None,
            groups: vec![],
            stage: AccountStage::MarkedDeleted,
            enabled: false,
            retired: false,
            ended: true,
            lifecycle_end: ends.unwrap_or(event.recorded_at),
            renewal_opens_at: None,
            renewal_opened: false,
            renewal_declined: false,
            renewal_request: None,
            order: None,
            trouble: None,
            object: Some(e.found.object),
            secret: None,
            created_at: event.recorded_at,
            purge_at: None,
            change: None,
            removal: Some(RemovalRow {
                object: e.found.object,
                useless: e.useless.clone(),
                grace_days: e.grace_days,
                reason: e.reason.clone(),
                by: event.actor.clone(),
            }),
            succeeded_by: None,
            provisioned_at: None,
            changed_at: event.recorded_at,
            version: event.version,
        }
    }

    fn apply(&mut self, at: DateTime<Utc>, event: &AccountEvent) {
        match event {
            AccountEvent::Created(_)
            | AccountEvent::RemovalBegun(_)
            | AccountEvent::OwnersReminded(_)
            | AccountEvent::DriftFound(_)
            | AccountEvent::DriftRepairOrdered(_)
            | AccountEvent::DriftLeft(_)
            | AccountEvent::DriftEnded(_)
            | AccountEvent::SecretRevealRequested(_) => {}
            AccountEvent::OrderIssued(e) => {
                let order = &e.order;
                self.order = Some(OutstandingOrder {
                    number: order.number,
                    kind: order.kind,
                    issued_at: at,
                    not_after: order.not_after,
                });
            }
            AccountEvent::Provisioned(e) => {
                self.settled();
                self.provisioned_at = Some(at);
                self.object = Some(e.object);
                self.secret.clone_from(&e.secret);
                self.begin(e.lifecycle_end, e.renewal_opens_at);
            }
            AccountEvent::OrderApplied(e) => {
                self.settled();
                if e.secret.is_some() {
                    self.secret.clone_from(&e.secret);
                }
                self.change
                    .take_if(|change| Some(change.request) == e.request);
            }
            AccountEvent::OrderFailed(e) => {
                self.order = None;
                self.trouble = Some(Trouble {
                    number: e.number,
                    failure: e.failure.clone(),
                    at,
                    retry_at: None,
                });
                if let Some(undone) = self.change.take_if(|c| Some(c.request) == e.request) {
                    self.groups = undone.former_groups;
                }
            }
            AccountEvent::OrderDeferred(e) => {
                self.order = None;
                let retry_at = Some(e.retry_at);
                self.trouble = Some(Trouble {
                    number: e.number,
                    failure: e.failure.clone(),
                    at,
                    retry_at,
                });
            }
            AccountEvent::OrderExpired(_) => self.order = None,
            AccountEvent::OrderRetried(_) => {
                if let Some(trouble) = &mut self.trouble {
                    trouble.retry_at = None;
                }
            }
            AccountEvent::RenewalOpened(_) => self.renewal_opened = true,
            AccountEvent::Renewed(e) => {
                self.enabled = true;
                self.retired = false;
                self.begin(e.lifecycle_end, e.renewal_opens_at);
            }
            AccountEvent::RenewalDeclined(_) => self.renewal_declined = true,
            AccountEvent::RenewalRequested(e) => self.renewal_request = Some(e.request),
            AccountEvent::RenewalRequestClosed(_) => self.renewal_request = None,
            AccountEvent::LifecycleEnded(e) => {
                self.ended = true;
                match e.action {
                    EndOfLifecycleAction::Review | EndOfLifecycleAction::Expire => {}
                    EndOfLifecycleAction::Disable => self.retire(),
                    EndOfLifecycleAction::Delete => {
                        self.retire();
                        self.stage = AccountStage::MarkedDeleted;
                        self.purge_at = e.purge_at;
                    }
                }
            }
            AccountEvent::LifecycleEndRepeated(_) => self.retire(),
            AccountEvent::Disabled(_) => self.enabled = false,
            AccountEvent::Enabled(_) => self.enabled = true,
            AccountEvent::Deleted(_) | AccountEvent::PurgeOrdered(_) => {
                self.change = None;
                self.purge_at = None;
                self.stage = AccountStage::Removing
            }
            AccountEvent::Succeeded(e) => {
                self.change = None;
                self.purge_at = None;
                self.secret = None;
                self.succeeded_by = Some(e.by);
                self.stage = AccountStage::Removed;
            }
            AccountEvent::Changed(e) => {
                let former_groups = std::mem::replace(&mut self.groups, e.groups.clone());
                self.change = (!e.in_force).then_some(PendingGroups {
                    request: e.request,
                    former_groups,
                });
            }
            AccountEvent::Migrated(e) => {
                self.template = e.template;
                self.template_version = e.template_version;
                self.action = e.terms.action;
                self.period = e.terms.period;
                self.owners.clone_from(&e.owners);
                self.ou.clone_from(&e.ou);
                self.retirement_ou.clone_from(&e.retirement_ou);
                self.begin(e.lifecycle_end, e.renewal_opens_at);
            }
            AccountEvent::Removed(_) => {
                self.settled();
                self.secret = None;
                self.stage = AccountStage::Removed;
            }
            AccountEvent::RemovalCheckBegun(_) if self.stage == AccountStage::Released => {
                self.stage = AccountStage::Releasing;
            }
            AccountEvent::RemovalCheckBegun(_) => self.stage = AccountStage::Removing,
            AccountEvent::RemovalGraceBegun(e) => {
                self.settled();
                self.purge_at = Some(e.purge_at);
                self.lifecycle_end = e.purge_at;
            }
            AccountEvent::RemovalCancelled(_) => {
                self.purge_at = None;
                self.stage = AccountStage::Releasing;
            }
            // Why it was not removed stays to be seen.
            AccountEvent::Released(_) => {
                self.order = None;
                self.stage = AccountStage::Released;
            }
            AccountEvent::OwnersChanged(e) => self.owners.clone_from(&e.owners),
        }
    }

    /// The outstanding order was carried out.
    fn settled(&mut self) {
        self.order = None;
        self.trouble = None;
    }

    fn retire(&mut self) {
        self.enabled = false;
        self.retired = self.retirement_ou.is_some();
    }

    /// Another lifecycle begins.
    fn begin(&mut self, end: DateTime<Utc>, renewal_opens_at: Option<DateTime<Utc>>) {
        self.stage = AccountStage::Live;
        self.lifecycle_end = end;
        self.renewal_opens_at = renewal_opens_at;
        self.renewal_opened = false;
        self.renewal_declined = false;
        self.renewal_request = None;
        self.ended = false;
    }
}

/// Template of those that are removed since they were found useless: none. Lists find them by it.
pub const REMOVED_WITHOUT: TemplateId = TemplateId(Uuid::nil());

pub(crate) struct Accounts;

pub(super) const ACCOUNTS: &str = "view_accounts";
const WORDS: &str = "view_account_words";
pub(super) const OWNERS: &str = "view_account_owners";

impl ReadModel for Accounts {
    const NAME: &'static str = "accounts";
    const VERSION: u32 = 3;
    const KINDS: &'static [&'static str] = &["account"];
    const TABLES: &'static [Table] = &[
        Table {
            name: ACCOUNTS,
            columns: &[
                ("id", Kind::Bytes),
                ("name_key", Kind::Text),
                ("status", Kind::Text),
                ("ends_at", Kind::Int),
                ("created_at", Kind::Int),
                ("domain", Kind::Bytes),
                ("template", Kind::Bytes),
                ("action", Kind::Text),
                ("waits", Kind::Int),
                ("failed", Kind::Int),
                ("content", Kind::Bytes),
            ],
            key: 1,
            indexes: &[
                &["name_key", "id"],
                &["ends_at", "id"],
                &["status", "created_at", "id"],
                &["status", "name_key", "id"],
                // With the action, so that ends are counted without looking at rows.
                &["status", "ends_at", "id", "action"],
                &["domain", "name_key", "id"],
                &["template", "name_key", "id"],
                &["waits"],
                &["failed", "name_key", "id"],
            ],
        },
        Table {
            name: WORDS,
            columns: &[("id", Kind::Bytes), ("word", Kind::Text)],
            key: 2,
            indexes: &[&["word", "id"]],
        },
        Table {
            name: OWNERS,
            columns: &[("id", Kind::Bytes), ("owner", Kind::Bytes)],
            key: 2,
            indexes: &[&["owner", "id"]],
        },
    ];

    type Key = Uuid;
    type Row = AccountRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if matches!(event.event, Event::Account(_)) {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        _: Uuid,
        row: Option<AccountRow>,
    ) -> Result<Option<AccountRow>, String> {
        let Event::Account(account) = &event.event else {
            return Ok(row);
        };
        if let AccountEvent::Created(created) = account {
            return Ok(Some(AccountRow::created(event, created)));
        }
        if let AccountEvent::RemovalBegun(begun) = account {
            return Ok(Some(AccountRow::removed(event, begun)));
        }
        let mut row = row.ok_or(ABSENT)?;
        row.apply(event.recorded_at, account);
        row.changed_at = event.recorded_at;
        row.version = event.version;
        Ok(Some(row))
    }

    fn cells(row: &AccountRow) -> Result<Cells, String> {
        Ok(vec![
            folded(&row.name).as_str().into(),
            row.status().text().into(),
            row.lifecycle_end.timestamp_micros().into(),
            row.created_at.timestamp_micros().into(),
            row.domain.0.into(),
            row.template.0.into(),
            action_text(row.action).into(),
            // Null costs the index nothing to speak of.
            row.order.is_some().then_some(1_i64).into(),
            row.failed().then_some(1_i64).into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<AccountRow, String> {
        of_content(cells)
    }

    fn indexed(row: &AccountRow) -> Vec<BTreeSet<Cells>> {
        vec![
            prefixes([row.name.as_str()]),
            row.owners
                .iter()
                .map(|owner| vec![owner_id(owner).into()])
                .collect(),
        ]
    }
}

pub(super) fn action_text(action: EndOfLifecycleAction) -> &'static str {
    match action {
        EndOfLifecycleAction::Review => "review",
        EndOfLifecycleAction::Disable => "disable",
        EndOfLifecycleAction::Expire => "expire",
        EndOfLifecycleAction::Delete => "delete",
    }
}

pub(crate) fn owner_id(owner: &Owner) -> Uuid {
    match owner {
        Owner::User(UserId(id)) | Owner::Group(GroupId(id)) => *id,
    }
}

/// Which accounts.
#[derive(Clone, Debug, Default)]
pub struct AccountFilter {
    /// Words of the name begin like this.
    pub search: Option<String>,
    /// One of these; empty = any.
    pub status: Vec<Status>,
    /// In this domain.
    pub domain: Option<DomainId>,
    /// Of this template.
    pub template: Option<TemplateId>,
    /// Owned by one of these users and groups: for a person, the id and those of the groups. Empty = by anyone.
    pub owned_by: Vec<Uuid>,
    /// Nobody active owns it.
    pub orphaned: bool,
    /// It would be orphaned if this user or group left.
    pub orphaned_without: Option<Uuid>,
    /// With this end-of-lifecycle action.
    pub action: Option<EndOfLifecycleAction>,
    /// The directory refused the last change.
    pub failed: bool,
    /// Ends before this instant.
    pub ends_before: Option<DateTime<Utc>>,
    /// Ends at or after this instant.
    pub ends_after: Option<DateTime<Utc>>,
    /// One of these; empty = any.
    pub ids: Vec<AccountId>,
}

impl AccountFilter {
    pub(super) fn condition(&self) -> Cond {
        self.of(&self.status)
    }

    /// The same with these statuses.
    fn of(&self, status: &[Status]) -> Cond {
        let ids = |ids: &mut dyn Iterator<Item = Uuid>| {
            ids.map(|id| id.as_bytes().to_vec()).collect::<Vec<_>>()
        };
        let status: Vec<_> = status.iter().map(|status| status.text()).collect();
        let status = one_of("status", &status, self.picks());
        let owned = (!self.owned_by.is_empty()).then(|| {
            let mut owned = Query::select();
            let owners = Expr::col("owner").is_in(ids(&mut self.owned_by.iter().copied()));
            owned.column("id").from(OWNERS).and_where(owners);
            Expr::col("id").in_subquery(owned)
        });
        let search = self
            .search
            .as_deref()
            .and_then(|search| matching(WORDS, search));
        let chosen = (!self.ids.is_empty())
            .then(|| Expr::col("id").is_in(ids(&mut self.ids.iter().map(|id| id.0))));
        Cond::all()
            .add_option(status)
            .add_option(
                self.domain
                    .map(|id| Expr::col("domain").eq(id.0.as_bytes().to_vec())),
            )
            .add_option(
                self.template
                    .map(|id| Expr::col("template").eq(id.0.as_bytes().to_vec())),
            )
            .add_option(
                self.action
                    .map(|action| Expr::col("action").eq(action_text(action))),
            )
            .add_option(self.failed.then(|| Expr::col("failed").eq(1_i64)))
            .add_option(
                self.ends_before
                    .map(|at| Expr::col("ends_at").lt(at.timestamp_micros())),
            )
            .add_option(
                self.ends_after
                    .map(|at| Expr::col("ends_at").gte(at.timestamp_micros())),
            )
            .add_option(owned)
            .add_option(self.orphaned.then(orphans::orphaned))
            .add_option(self.orphaned_without.map(orphans::orphaned_without))
            .add_option(search.map(|found| Expr::col("id").in_subquery(found)))
            .add_option(chosen)
    }

    /// Does anything beside status, domain, template and dates say which?
    fn picks(&self) -> bool {
        self.search.is_some()
            || !self.owned_by.is_empty()
            || !self.ids.is_empty()
            || self.orphaned
            || self.orphaned_without.is_some()
            || self.failed
    }

    /// The statuses, if they are to be listed one by one and merged: each has an index in the order, several together have
    /// none, and by creation there is none of all of them.
    fn apart(&self, sort: AccountSort) -> Vec<Expr> {
        let statuses = match (self.status.as_slice(), sort) {
            _ if self.picks() => &[],
            ([], AccountSort::Created) => Status::ALL,
            ([] | [_], _) => &[],
            (statuses, _) => statuses,
        };
        let texts: Vec<_> = statuses.iter().map(|status| status.text()).collect();
        each_of("status", &texts)
    }
}

/// By what accounts are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountSort {
    /// By name.
    #[default]
    Name,
    /// By lifecycle end.
    End,
    /// By when they were created.
    Created,
}

impl Views {
    /// Accounts, a page at a time.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn accounts(
        &self,
        filter: &AccountFilter,
        sort: AccountSort,
        order: SortOrder,
        page: &Page,
    ) -> Result<Paged<AccountRow>, ViewError> {
        let column = match sort {
            AccountSort::Name => "name_key",
            AccountSort::End => "ends_at",
            AccountSort::Created => "created_at",
        };
        let apart = filter.apart(sort);
        let condition = match apart.as_slice() {
            [] => filter.condition(),
            _ => filter.of(&[]),
        };
        let list = List {
            condition,
            sort: column,
            order,
        };
        self.list_apart::<Accounts>(list, &apart, page).await
    }

    /// One account.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account(&self, id: AccountId) -> Result<Option<AccountRow>, ViewError> {
        self.get::<Accounts>(id.0).await
    }

    /// These accounts, in any order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn accounts_among(&self, ids: &[AccountId]) -> Result<Vec<AccountRow>, ViewError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        self.among::<Accounts>(&ids).await
    }

    /// How many accounts wait for an engine's report.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn outstanding_orders(&self) -> Result<u64, ViewError> {
        Ok(self
            .count::<Accounts>(Cond::all().add(Expr::col("waits").eq(1_i64)))
            .await?
            .value)
    }
}

impl AccountSort {
    /// A cursor after `row`, as [`Paged::next`] gives it.
    #[must_use]
    pub fn after(self, row: &AccountRow) -> Cursor {
        let key = match self {
            Self::Name => Cell::from(folded(&row.name).as_str()),
            Self::End => row.lifecycle_end.timestamp_micros().into(),
            Self::Created => row.created_at.timestamp_micros().into(),
        };
        Cursor::of(&key, &row.id.0.into())
    }
}
