//! Accounts as they are at one position: what a campaign is about.

use super::accounts::{ACCOUNTS, AccountFilter, Accounts, OWNERS};
use crate::{ViewError, Views, cell::Kind, read_model::ReadModel};
use sea_query::{Expr, ExprTrait, Order, Query};
use std::collections::BTreeMap;
use tenure_domain::{AccountId, DomainId};
use uuid::Uuid;

/// Accounts that met a filter at one position of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrozenAccounts {
    /// The position.
    pub position: u64,
    /// The accounts, each with the ids of its owners then, in the order of their ids.
    pub accounts: BTreeMap<AccountId, Vec<Uuid>>,
}

impl Views {
    /// Accounts that meet `filter`, with their owners, all as of one position: one statement sees rows and checkpoint as of the
    /// same instant, and both change in one transaction.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn frozen_accounts(
        &self,
        filter: &AccountFilter,
    ) -> Result<FrozenAccounts, ViewError> {
        let mut met = Query::select();
        met.column("id")
            .from(ACCOUNTS)
            .cond_where(filter.condition());
        let mut query = Query::select();
        query
            .column((OWNERS, "id"))
            .column((OWNERS, "owner"))
            .column((CHECKPOINTS, "position"))
            .from(OWNERS)
            .inner_join(
                CHECKPOINTS,
                Expr::col((CHECKPOINTS, "model"))
                    .eq(Accounts::NAME)
                    .and(Expr::col((CHECKPOINTS, "active")).eq(1_i64)),
            )
            .and_where(Expr::col((OWNERS, "id")).in_subquery(met))
            .order_by((OWNERS, "id"), Order::Asc)
            .order_by((OWNERS, "owner"), Order::Asc);
        let kinds = [Kind::Bytes, Kind::Bytes, Kind::Int];
        let mut frozen = FrozenAccounts::default();
        for row in self.database().select(&query, &kinds).await? {
            let [account, owner, position] = row.as_slice() else {
                continue;
            };
            let found = account.id().zip(owner.id()).zip(position.int());
            let Some(((account, owner), position)) = found else {
                continue;
            };
            frozen.position = position.cast_unsigned();
            let owners: &mut Vec<Uuid> = frozen.accounts.entry(AccountId(account)).or_default();
            owners.push(owner);
        }
        Ok(frozen)
    }

    /// Name and domain of these accounts, which no event changes.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account_places(
        &self,
        ids: &[AccountId],
    ) -> Result<BTreeMap<AccountId, (String, DomainId)>, ViewError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let rows = self.among::<Accounts>(&ids).await?;
        let place = |row: super::accounts::AccountRow| (row.id, (row.name, row.domain));
        Ok(rows.into_iter().map(place).collect())
    }
}

const CHECKPOINTS: &str = "view_checkpoints";
