//! The copy of a directory: what a row holds, and looking into it.

use crate::{CommandError, Instance, sign_ins::SignIns};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tenure_domain::{
    AccountId, DomainId,
    account::Special,
    discovery::{Risk, Signal, SignalKind},
    dn,
    synchronisation::{DirectoryGroup, DirectoryUnit, DirectoryUser},
};
use tenure_eventstore::{
    StoreError,
    state::{DirectoryFilter, DirectoryRow},
};
use uuid::Uuid;

/// Kinds of rows.
pub(super) const UNIT: i32 = 0;
pub(crate) const GROUP: i32 = 1;
pub(crate) const USER: i32 = 2;

/// An organisational unit, or a container that holds accounts.
pub type CopiedUnit = DirectoryUnit;

/// A group and its direct members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiedGroup {
    /// The group.
    pub group: DirectoryGroup,
    /// objectGUIDs of its direct members, in order.
    pub members: Vec<Uuid>,
}

/// An account.
pub type CopiedUser = DirectoryUser;

/// An account that looks like a service account and is not managed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmanagedAccount {
    /// What the directory says.
    pub user: DirectoryUser,
    /// The worst of its signals.
    pub risk: Risk,
    /// What was seen, the riskiest first.
    pub signals: Vec<Signal>,
    /// When it was seen first.
    pub found_at: Option<DateTime<Utc>>,
    /// The account that it was imported as.
    pub account: Option<AccountId>,
    /// An engine signs in as it, as far as engines have said.
    pub of_engine: bool,
}

impl UnmanagedAccount {
    /// Who cannot do without it.
    #[must_use]
    pub fn special(&self) -> Option<Special> {
        match () {
            () if self.of_engine => Some(Special::Engine),
            () if self.user.managed_service_account || self.user.critical => {
                Some(Special::Directory)
            }
            () => None,
        }
    }
}

/// Which objects.
#[derive(Clone, Debug, Default)]
pub struct CopyFilter {
    /// What they are called and described by holds this.
    pub search: Option<String>,
    /// In this unit or below.
    pub below: Option<String>,
    /// Of one of these risks; of any, if none is named. Only for unmanaged accounts.
    pub risks: Vec<Risk>,
    /// In which something of this kind was seen. Only for unmanaged accounts.
    pub signal: Option<SignalKind>,
    /// By name instead of by risk. Only for unmanaged accounts.
    pub by_name: bool,
    /// Greatest first.
    pub descending: bool,
    /// How many.
    pub limit: u32,
    /// How many to leave out.
    pub offset: u64,
}

/// A page, and how many there are in all.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<T> {
    /// The page.
    pub items: Vec<T>,
    /// How many there are.
    pub total: u64,
}

/// How much there is in a copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyTotals {
    /// Organisational units, and containers that hold accounts.
    pub units: u64,
    /// Groups.
    pub groups: u64,
    /// Accounts.
    pub users: u64,
    /// Unmanaged accounts of high, medium and low risk.
    pub unmanaged: [u64; 3],
}

pub(super) fn number(risk: Risk) -> i32 {
    match risk {
        Risk::Low => 1,
        Risk::Medium => 2,
        Risk::High => 3,
    }
}

fn risk(number: i32) -> Risk {
    match number {
        3 => Risk::High,
        2 => Risk::Medium,
        _ => Risk::Low,
    }
}

/// Names are compared without case, as the directory does.
pub(super) fn folded(text: &str) -> String {
    text.to_lowercase()
}

pub(crate) fn decoded<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(StoreError::Unwritable)
}

pub(super) fn encoded<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(StoreError::Unwritable)
}

/// Where accounts of the copy lie that were imported, or are being: the units with most of them.
pub(crate) async fn imported_units(
    instance: &Instance,
    domain: DomainId,
    most: usize,
) -> Result<Vec<String>, CommandError> {
    let tables = instance.store.state_tables();
    let rows = tables.imported_examples(domain, USER, most).await?;
    let unit = |content: Vec<u8>| {
        let user: DirectoryUser = decoded(&content)?;
        Ok(dn::place(&user.dn).to_owned())
    };
    rows.into_iter().map(unit).collect()
}

impl Instance {
    /// Organisational units of a domain, and containers that hold accounts: all of them, by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn copied_units(&self, domain: DomainId) -> Result<Vec<CopiedUnit>, CommandError> {
        let tables = self.store.state_tables();
        let rows = tables.all_directory_rows(domain, Some(UNIT)).await?;
        let units = rows.iter().map(|row| decoded(&row.content));
        Ok(units.collect::<Result<_, _>>()?)
    }

    /// Groups of a domain, by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn copied_groups(
        &self,
        domain: DomainId,
        filter: &CopyFilter,
    ) -> Result<Found<CopiedGroup>, CommandError> {
        self.copied(domain, GROUP, filter, vec![], |row| decoded(&row.content))
            .await
    }

    /// A group of a domain.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn copied_group(
        &self,
        domain: DomainId,
        object: Uuid,
    ) -> Result<Option<CopiedGroup>, CommandError> {
        let tables = self.store.state_tables();
        let rows = tables.directory_rows_of(domain, &[object]).await?;
        let group = rows.iter().find(|row| row.kind == GROUP);
        Ok(group.map(|row| decoded(&row.content)).transpose()?)
    }

    /// Accounts of a domain, managed or not, by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn copied_users(
        &self,
        domain: DomainId,
        filter: &CopyFilter,
    ) -> Result<Found<CopiedUser>, CommandError> {
        self.copied(domain, USER, filter, vec![], |row| decoded(&row.content))
            .await
    }

    /// Accounts of a domain that look like service accounts and are not managed, the riskiest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn unmanaged_accounts(
        &self,
        domain: DomainId,
        filter: &CopyFilter,
    ) -> Result<Found<UnmanagedAccount>, CommandError> {
        let risks = match filter.risks.as_slice() {
            [] => Risk::ALL.to_vec(),
            some => some.to_vec(),
        };
        let mut found = self.copied(domain, USER, filter, risks, unmanaged).await?;
        self.mark_those_of_engines(domain, &mut found.items).await?;
        Ok(found)
    }

    /// Those of these accounts that there are, whatever they look like.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn copied_accounts(
        &self,
        domain: DomainId,
        ids: &[Uuid],
    ) -> Result<Vec<UnmanagedAccount>, CommandError> {
        let tables = self.store.state_tables();
        let rows = tables.directory_rows_of(domain, ids).await?;
        let users = rows.into_iter().filter(|row| row.kind == USER);
        let mut found: Vec<_> = users.map(unmanaged).collect::<Result<_, _>>()?;
        self.mark_those_of_engines(domain, &mut found).await?;
        Ok(found)
    }

    async fn mark_those_of_engines(
        &self,
        domain: DomainId,
        found: &mut [UnmanagedAccount],
    ) -> Result<(), CommandError> {
        let signing_in = SignIns::of(self, domain).await?;
        for account in found {
            account.of_engine = signing_in.are(&account.user);
        }
        Ok(())
    }

    /// How much there is in the copy.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn copy_totals(&self, domain: DomainId) -> Result<CopyTotals, CommandError> {
        let mut totals = CopyTotals::default();
        for row in self.store.state_tables().directory_totals(domain).await? {
            match row.kind {
                UNIT => totals.units = row.count,
                GROUP => totals.groups = row.count,
                USER => {
                    let [low, medium, high] = row.risks;
                    totals.users = row.count;
                    totals.unmanaged = [high, medium, low];
                }
                _ => {}
            }
        }
        Ok(totals)
    }

    async fn copied<T>(
        &self,
        domain: DomainId,
        kind: i32,
        filter: &CopyFilter,
        risks: Vec<Risk>,
        item: impl Fn(DirectoryRow) -> Result<T, StoreError>,
    ) -> Result<Found<T>, CommandError> {
        let wanted = DirectoryFilter {
            kind,
            search: filter.search.as_deref().map(folded),
            below: filter.below.as_deref().map(folded),
            riskiest_first: !risks.is_empty() && !filter.by_name,
            risks: risks.into_iter().map(number).collect(),
            signal: filter.signal.map(|kind| kind.text().to_owned()),
            descending: filter.descending,
            limit: filter.limit,
            offset: filter.offset,
        };
        let tables = self.store.state_tables();
        let (rows, total) = tables.directory_rows(domain, &wanted).await?;
        let items = rows.into_iter().map(item).collect::<Result<_, _>>()?;
        Ok(Found { items, total })
    }
}

fn unmanaged(row: DirectoryRow) -> Result<UnmanagedAccount, StoreError> {
    let signals = match row.judgement.as_slice() {
        [] => Vec::new(),
        judged => decoded(judged)?,
    };
    Ok(UnmanagedAccount {
        user: decoded(&row.content)?,
        risk: risk(row.risk),
        signals,
        found_at: row.found_at.and_then(DateTime::from_timestamp_micros),
        account: row.account,
        of_engine: false,
    })
}
