//! Which requests there are: filters, orders, pages, and what the directory does about them.

use super::{
    Requests, WORDS,
    row::{Holder, RequestRow},
};
use crate::{
    Count, Cursor, Page, Paged, SortOrder, ViewError, Views,
    cell::Cell,
    list::{List, each_of, one_of},
    models::accounts::{Accounts, OutstandingOrder, Trouble},
    search::{folded, matching},
};
use sea_query::{Cond, Expr, ExprTrait};
use std::collections::HashMap;
use tenure_domain::{AccountId, RequestId, TemplateId, UserId, request::RequestStatus};
use uuid::Uuid;

/// Which requests.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    /// Words of the account's name begin like this.
    pub search: Option<String>,
    /// One of these; empty = any.
    pub status: Vec<RequestStatus>,
    /// Asked by this person.
    pub requester: Option<UserId>,
    /// By this template.
    pub template: Option<TemplateId>,
    /// For this account.
    pub account: Option<AccountId>,
    /// One of these; empty = any.
    pub ids: Vec<RequestId>,
}

impl RequestFilter {
    fn condition(&self) -> Cond {
        self.of(&self.status)
    }

    /// The same with these statuses.
    fn of(&self, status: &[RequestStatus]) -> Cond {
        let is = |column: &'static str, id: Uuid| Expr::col(column).eq(id.as_bytes().to_vec());
        let status: Vec<_> = status.iter().map(|status| status.text()).collect();
        let status = one_of("status", &status, self.picks());
        let search = self
            .search
            .as_deref()
            .and_then(|search| matching(WORDS, search));
        let ids = || self.ids.iter().map(|id| id.0.as_bytes().to_vec());
        Cond::all()
            .add_option(status)
            .add_option(self.requester.map(|id| is("requester", id.0)))
            .add_option(self.template.map(|id| is("template", id.0)))
            .add_option(self.account.map(|id| is("account", id.0)))
            .add_option(search.map(|found| Expr::col("id").in_subquery(found)))
            .add_option((!self.ids.is_empty()).then(|| Expr::col("id").is_in(ids())))
    }

    /// Does anything beside the status say which?
    fn picks(&self) -> bool {
        self.search.is_some()
            || self.requester.is_some()
            || self.template.is_some()
            || self.account.is_some()
            || !self.ids.is_empty()
    }

    /// The statuses, if they are to be listed one by one and merged: each has an index by the last change.
    fn apart(&self, sort: RequestSort) -> Vec<Expr> {
        let statuses = match (self.status.as_slice(), sort) {
            (statuses @ [_, _, ..], RequestSort::Changed) if !self.picks() => statuses,
            _ => &[],
        };
        let texts: Vec<_> = statuses.iter().map(|status| status.text()).collect();
        each_of("status", &texts)
    }
}

/// By what requests are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestSort {
    /// By when anything last happened.
    #[default]
    Changed,
    /// By when they were begun.
    Created,
    /// By the account's name.
    Name,
}

/// What the directory does, or does not do, about a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RequestOrder {
    /// The order without a report.
    pub order: Option<OutstandingOrder>,
    /// Why the last order failed or waits.
    pub trouble: Option<Trouble>,
}

impl Views {
    /// Requests, a page at a time.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn requests(
        &self,
        filter: &RequestFilter,
        sort: RequestSort,
        order: SortOrder,
        page: &Page,
    ) -> Result<Paged<RequestRow>, ViewError> {
        let column = match sort {
            RequestSort::Changed => "changed_at",
            RequestSort::Created => "created_at",
            RequestSort::Name => "name_key",
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
        self.list_apart::<Requests>(list, &apart, page).await
    }

    /// One request.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn request(&self, id: RequestId) -> Result<Option<RequestRow>, ViewError> {
        self.get::<Requests>(id.0).await
    }

    /// How many requests there are.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn request_count(&self, filter: &RequestFilter) -> Result<Count, ViewError> {
        self.count::<Requests>(filter.condition()).await
    }

    /// What the directory does about these requests: the orders of their accounts. Requests that the directory has
    /// nothing to do with are left out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn request_orders(
        &self,
        rows: &[RequestRow],
    ) -> Result<HashMap<RequestId, RequestOrder>, ViewError> {
        let held = rows
            .iter()
            .filter(|row| matches!(row.holder(), Holder::Directory | Holder::Operator));
        let of: Vec<(RequestId, AccountId)> = held.map(|row| (row.id, row.account)).collect();
        let ids: Vec<Uuid> = of.iter().map(|(_, account)| account.0).collect();
        let accounts = self.among::<Accounts>(&ids).await?;
        let orders: HashMap<AccountId, RequestOrder> = accounts
            .into_iter()
            .map(|account| {
                (
                    account.id,
                    RequestOrder {
                        order: account.order,
                        trouble: account.trouble,
                    },
                )
            })
            .collect();
        Ok(of
            .into_iter()
            .filter_map(|(id, account)| Some((id, orders.get(&account)?.clone())))
            .collect())
    }
}

impl RequestSort {
    /// A cursor after `row`, as [`Paged::next`] gives it.
    #[must_use]
    pub fn after(self, row: &RequestRow) -> Cursor {
        let key = match self {
            Self::Changed => Cell::from(row.changed_at.timestamp_micros()),
            Self::Created => row.created_at.timestamp_micros().into(),
            Self::Name => folded(row.name()).as_str().into(),
        };
        Cursor::of(&key, &row.id.0.into())
    }
}
