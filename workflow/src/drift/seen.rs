//! What the copy of a domain says of accounts' objects.

use super::DriftWork;
use crate::{
    CommandError, Instance,
    synchronisation::{CopiedGroup, GROUP, USER, decoded},
};
use std::collections::{BTreeSet, HashMap};
use tenure_domain::{
    AccountId, DomainId,
    drift::{GroupIndex, Observed},
    synchronisation::DirectoryUser,
};
use tenure_eventstore::state::DirectoryRow;
use tenure_projections::{AccountFilter, AccountStage, DriftFilter, LONGEST_PAGE, Page, Start};
use uuid::Uuid;

/// Objects asked for at once.
const AT_ONCE: usize = 1_000;

/// The accounts that are to be compared, and how many are managed in the domain.
pub(super) async fn accounts(
    instance: &Instance,
    domain: DomainId,
    work: &DriftWork,
) -> Result<BTreeSet<AccountId>, CommandError> {
    if work.full {
        return every_account(instance, domain).await;
    }
    let mut accounts = work.accounts.clone();
    let objects: Vec<_> = work.objects.iter().copied().collect();
    for user in users(instance, domain, &objects).await?.values() {
        accounts.extend(user.mark.map(|mark| mark.account));
    }
    // What has lost its mark is known by what differs already.
    let filter = DriftFilter {
        domain: Some(domain),
        ..DriftFilter::default()
    };
    accounts.extend(drifted(instance, &filter).await?);
    Ok(accounts)
}

async fn every_account(
    instance: &Instance,
    domain: DomainId,
) -> Result<BTreeSet<AccountId>, CommandError> {
    let filter = AccountFilter {
        domain: Some(domain),
        ..AccountFilter::default()
    };
    let (mut accounts, mut start) = (BTreeSet::new(), Some(Start::default()));
    while let Some(from) = start {
        let page = page(from);
        let (sort, order) = Default::default();
        let found = instance.views.accounts(&filter, sort, order, &page).await?;
        let exist = found
            .rows
            .iter()
            .filter(|row| matches!(row.stage, AccountStage::Live | AccountStage::MarkedDeleted));
        accounts.extend(exist.map(|row| row.id));
        start = found.next.map(Start::After);
    }
    Ok(accounts)
}

/// How many accounts are managed in the domain: exact up to ten thousand.
pub(crate) async fn managed(instance: &Instance, domain: DomainId) -> Result<u32, CommandError> {
    use tenure_domain::lifecycle::Status;
    let filter = AccountFilter {
        domain: Some(domain),
        status: vec![
            Status::Active,
            Status::Disabled,
            Status::Expired,
            Status::Renewing,
        ],
        ..AccountFilter::default()
    };
    let (sort, order) = Default::default();
    let page = Page::first(1);
    let found = instance.views.accounts(&filter, sort, order, &page).await?;
    Ok(u32::try_from(found.total.value).unwrap_or(u32::MAX))
}

/// Accounts of which something differs, that the filter finds.
pub(super) async fn drifted(
    instance: &Instance,
    filter: &DriftFilter,
) -> Result<Vec<AccountId>, CommandError> {
    let (mut accounts, mut start) = (Vec::new(), Some(Start::default()));
    while let Some(from) = start {
        let page = page(from);
        let (sort, order) = Default::default();
        let found = instance.views.drifts(filter, sort, order, &page).await?;
        accounts.extend(found.rows.iter().map(|row| row.account));
        start = found.next.map(Start::After);
    }
    Ok(accounts)
}

fn page(start: Start) -> Page {
    Page {
        start,
        limit: LONGEST_PAGE,
        uncounted: true,
    }
}

/// Those of these objects that there are.
pub(super) async fn users(
    instance: &Instance,
    domain: DomainId,
    objects: &[Uuid],
) -> Result<HashMap<Uuid, DirectoryUser>, CommandError> {
    let tables = instance.store.state_tables();
    let mut users = HashMap::with_capacity(objects.len());
    for some in objects.chunks(AT_ONCE) {
        let rows = tables.directory_rows_of(domain, some).await?;
        for row in rows.iter().filter(|row| row.kind == USER) {
            users.insert(row.id, decoded(&row.content)?);
        }
    }
    Ok(users)
}

/// All groups of the domain, whose naming context is `base`.
pub(super) async fn groups(
    instance: &Instance,
    domain: DomainId,
    base: &str,
) -> Result<GroupIndex, CommandError> {
    let tables = instance.store.state_tables();
    let mut groups = GroupIndex::new(base);
    let rows: Vec<DirectoryRow> = tables.all_directory_rows(domain, Some(GROUP)).await?;
    for row in rows {
        let CopiedGroup { group, members } = decoded(&row.content)?;
        groups.add(&group.dn, &group.sid, members);
    }
    Ok(groups)
}

/// As a comparison takes it.
pub(super) fn observed(user: Option<&DirectoryUser>) -> Option<Observed> {
    user.map(Observed::from)
}
