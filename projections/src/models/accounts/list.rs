//! Which accounts there are: filters, orders, pages.

use super::{Accounts, OWNERS, WORDS, action_text, row::AccountRow};
use crate::{
    Cursor, Page, Paged, SortOrder, ViewError, Views,
    cell::Cell,
    list::{List, each_of, one_of},
    models::orphans,
    search::{folded, matching},
};
use chrono::{DateTime, Utc};
use sea_query::{Cond, Expr, ExprTrait, Query};
use tenure_domain::{
    AccountId, DomainId, TemplateId,
    lifecycle::{EndOfLifecycleAction, Status},
};
use uuid::Uuid;

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
    pub(in crate::models) fn condition(&self) -> Cond {
        self.of(&self.status, self.picks())
    }

    /// The same with these statuses; `picked`: by which they are not to be found.
    fn of(&self, status: &[Status], picked: bool) -> Cond {
        let ids = |ids: &mut dyn Iterator<Item = Uuid>| {
            ids.map(|id| id.as_bytes().to_vec()).collect::<Vec<_>>()
        };
        let status: Vec<_> = status.iter().map(|status| status.text()).collect();
        let status = one_of("status", &status, picked);
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

    /// Is it the order of a template's own index? Then several statuses are looked at on the way: most accounts of a template may have one
    /// of them, and each page would look through all of them for those that have another.
    fn of_template(&self, sort: AccountSort) -> bool {
        self.template.is_some() && self.status.len() > 1 && sort == AccountSort::Name
    }

    /// The statuses, if they are to be listed one by one and merged: each has an index in the order, several together have
    /// none, and by creation there is none of all of them.
    fn apart(&self, sort: AccountSort) -> Vec<Expr> {
        let statuses = match (self.status.as_slice(), sort) {
            _ if self.picks() || self.of_template(sort) => &[],
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
            [] => filter.of(&filter.status, filter.picks() || filter.of_template(sort)),
            _ => filter.of(&[], filter.picks()),
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
