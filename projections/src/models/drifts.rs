//! Accounts of which the directory says something else than what was ordered: what differs, since when, and what becomes of
//! it.

use super::accounts::OWNERS;
use crate::{
    Page, Paged, SortOrder, ViewError, Views,
    cell::Kind,
    list::{List, one_of},
    read_model::{Cells, ReadModel, content, of_content},
    search::{folded, matching, prefixes},
    table::Table,
};
use chrono::{DateTime, Utc, serde::ts_microseconds};
use sea_query::{Cond, Expr, ExprTrait, Query};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenure_domain::{
    AccountId, DomainId, Event,
    account::{AccountEvent, DriftFound},
    drift::{DriftField, DriftRepair, StandingDifference},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// An account of which the directory says something else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DriftRow {
    /// Which account.
    pub account: AccountId,
    /// sAMAccountName.
    pub name: String,
    /// Where it lives.
    pub domain: DomainId,
    /// What differs, each since when.
    pub differences: Vec<StandingDifference>,
    /// What could not be compared.
    pub not_compared: Vec<String>,
    /// What becomes of it.
    pub standing: DriftStanding,
    /// Since when something differs.
    #[serde(with = "ts_microseconds")]
    pub since: DateTime<Utc>,
}

/// What becomes of what differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriftStanding {
    /// It is reported.
    Reported,
    /// It is not repaired, since too much was to be at once: somebody decides.
    Held,
    /// An order is to repair it.
    Repairing,
    /// The directory refused the repair.
    Failed,
}

impl DriftStanding {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Reported, Self::Held, Self::Repairing, Self::Failed];

    /// As written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Held => "held",
            Self::Repairing => "repairing",
            Self::Failed => "failed",
        }
    }
}

impl From<DriftRepair> for DriftStanding {
    fn from(repair: DriftRepair) -> Self {
        match repair {
            DriftRepair::Reported => Self::Reported,
            DriftRepair::Held => Self::Held,
            DriftRepair::Ordered => Self::Repairing,
        }
    }
}

impl DriftRow {
    fn of(account: Uuid, event: &StoredEvent, found: &DriftFound) -> Self {
        let since = found.differences.iter().map(|found| found.since).min();
        Self {
            account: AccountId(account),
            name: found.name.clone(),
            domain: found.domain,
            differences: found.differences.clone(),
            not_compared: found.not_compared.clone(),
            standing: found.repair.into(),
            since: since.unwrap_or(event.recorded_at),
        }
    }
}

pub(crate) struct Drifts;

const DRIFTS: &str = "view_drifts";
const FIELDS: &str = "view_drift_fields";
const WORDS: &str = "view_drift_words";

impl ReadModel for Drifts {
    const NAME: &'static str = "drifts";
    const VERSION: u32 = 1;
    const TABLES: &'static [Table] = &[
        Table {
            name: DRIFTS,
            columns: &[
                ("id", Kind::Bytes),
                ("name_key", Kind::Text),
                ("since", Kind::Int),
                ("domain", Kind::Bytes),
                ("standing", Kind::Text),
                ("content", Kind::Bytes),
            ],
            key: 1,
            indexes: &[
                &["name_key", "id"],
                &["since", "id"],
                &["domain", "standing", "id"],
            ],
        },
        Table {
            name: FIELDS,
            columns: &[("id", Kind::Bytes), ("field", Kind::Text)],
            key: 2,
            indexes: &[&["field", "id"]],
        },
        Table {
            name: WORDS,
            columns: &[("id", Kind::Bytes), ("word", Kind::Text)],
            key: 2,
            indexes: &[&["word", "id"]],
        },
    ];

    type Key = Uuid;
    type Row = DriftRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        let Event::Account(account) = &event.event else {
            return;
        };
        let concerns = matches!(
            account,
            AccountEvent::DriftFound(_)
                | AccountEvent::DriftRepairOrdered(_)
                | AccountEvent::DriftLeft(_)
                | AccountEvent::DriftEnded(_)
                | AccountEvent::OrderFailed(_)
                | AccountEvent::OrderRetried(_)
                | AccountEvent::Deleted(_)
                | AccountEvent::PurgeOrdered(_)
                | AccountEvent::Succeeded(_)
        );
        if concerns {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        account: Uuid,
        row: Option<DriftRow>,
    ) -> Result<Option<DriftRow>, String> {
        let Event::Account(happened) = &event.event else {
            return Ok(row);
        };
        let with = |standing| row.clone().map(|row| DriftRow { standing, ..row });
        let repairs = row.as_ref().is_some_and(|row| {
            matches!(
                row.standing,
                DriftStanding::Repairing | DriftStanding::Failed
            )
        });
        Ok(match happened {
            AccountEvent::DriftFound(found) => Some(DriftRow::of(account, event, found)),
            AccountEvent::DriftRepairOrdered(_) => with(DriftStanding::Repairing),
            AccountEvent::DriftLeft(_) => with(DriftStanding::Reported),
            AccountEvent::OrderFailed(_) if repairs => with(DriftStanding::Failed),
            AccountEvent::OrderRetried(_) if repairs => with(DriftStanding::Repairing),
            AccountEvent::DriftEnded(_)
            | AccountEvent::Deleted(_)
            | AccountEvent::PurgeOrdered(_)
            | AccountEvent::RemovalCancelled(_)
            | AccountEvent::ImportTakenBack(_)
            | AccountEvent::Succeeded(_) => None,
            AccountEvent::OrderFailed(_)
            | AccountEvent::OrderRetried(_)
            | AccountEvent::Created(_)
            | AccountEvent::OrderIssued(_)
            | AccountEvent::Provisioned(_)
            | AccountEvent::OrderApplied(_)
            | AccountEvent::OrderDeferred(_)
            | AccountEvent::OrderExpired(_)
            | AccountEvent::RenewalOpened(_)
            | AccountEvent::OwnersReminded(_)
            | AccountEvent::Renewed(_)
            | AccountEvent::RenewalDeclined(_)
            | AccountEvent::RenewalRequested(_)
            | AccountEvent::RenewalRequestClosed(_)
            | AccountEvent::LifecycleEnded(_)
            | AccountEvent::LifecycleEndRepeated(_)
            | AccountEvent::Disabled(_)
            | AccountEvent::Enabled(_)
            | AccountEvent::Changed(_)
            | AccountEvent::Migrated(_)
            | AccountEvent::Removed(_)
            | AccountEvent::RemovalCheckBegun(_)
            | AccountEvent::RemovalBegun(_)
            | AccountEvent::RemovalGraceBegun(_)
            | AccountEvent::Released(_)
            | AccountEvent::OwnersChanged(_)
            | AccountEvent::SecretRevealRequested(_) => row,
        })
    }

    fn cells(row: &DriftRow) -> Result<Cells, String> {
        Ok(vec![
            folded(&row.name).as_str().into(),
            row.since.timestamp_micros().into(),
            row.domain.0.into(),
            row.standing.text().into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<DriftRow, String> {
        of_content(cells)
    }

    fn indexed(row: &DriftRow) -> Vec<BTreeSet<Cells>> {
        let fields = row.differences.iter();
        let fields = fields.map(|found| vec![found.difference.field.text().into()]);
        vec![fields.collect(), prefixes([row.name.as_str()])]
    }
}

/// Which accounts.
#[derive(Clone, Debug, Default)]
pub struct DriftFilter {
    /// Words of the name begin like this.
    pub search: Option<String>,
    /// In this domain.
    pub domain: Option<DomainId>,
    /// Something of this kind differs.
    pub field: Option<DriftField>,
    /// It stands like one of these; empty = any.
    pub standing: Vec<DriftStanding>,
    /// Owned by one of these users and groups; empty = by anyone.
    pub owned_by: Vec<Uuid>,
    /// Only of these accounts.
    pub among: Option<Vec<AccountId>>,
}

impl DriftFilter {
    fn condition(&self) -> Cond {
        let standing: Vec<_> = self
            .standing
            .iter()
            .map(|standing| standing.text())
            .collect();
        let bytes = |id: &Uuid| id.as_bytes().to_vec();
        let owned = (!self.owned_by.is_empty()).then(|| {
            let owners = Expr::col("owner").is_in(self.owned_by.iter().map(bytes));
            let mut owned = Query::select();
            owned.column("id").from(OWNERS).and_where(owners);
            Expr::col("id").in_subquery(owned)
        });
        let among = self.among.as_ref().map(|accounts| {
            let accounts = accounts.iter().map(|account| bytes(&account.0));
            Expr::col("id").is_in(accounts)
        });
        let field = self.field.map(|field| {
            let mut with = Query::select();
            let is = Expr::col("field").eq(field.text());
            with.column("id").from(FIELDS).and_where(is);
            Expr::col("id").in_subquery(with)
        });
        let search = self.search.as_deref();
        let search = search.and_then(|search| matching(WORDS, search));
        Cond::all()
            .add_option(one_of("standing", &standing, false))
            .add_option(self.domain.map(|id| Expr::col("domain").eq(bytes(&id.0))))
            .add_option(owned)
            .add_option(among)
            .add_option(field)
            .add_option(search.map(|found| Expr::col("id").in_subquery(found)))
    }
}

/// By what they are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DriftSort {
    /// By name.
    #[default]
    Name,
    /// By when something began to differ.
    Since,
}

impl Views {
    /// Accounts of which the directory says something else, a page at a time.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn drifts(
        &self,
        filter: &DriftFilter,
        sort: DriftSort,
        order: SortOrder,
        page: &Page,
    ) -> Result<Paged<DriftRow>, ViewError> {
        let list = List {
            condition: filter.condition(),
            sort: match sort {
                DriftSort::Name => "name_key",
                DriftSort::Since => "since",
            },
            order,
        };
        self.list::<Drifts>(list, page).await
    }
}
