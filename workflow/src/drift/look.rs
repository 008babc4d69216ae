//! One look: accounts against what the copy of their domain says, what of it is new, and what is repaired.

use super::{DriftWork, seen};
use crate::{
    Caller, CommandError, Instance,
    synchronisation::{drift_work, forget_drift_work},
};
use chrono::TimeDelta;
use futures::{StreamExt, TryStreamExt, stream};
use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    sync::Arc,
};
use tenure_domain::{
    AccountId, DomainId, Event, TemplateId,
    account::{Account, AccountCommand, AccountEvent, Comparable, DriftSeen},
    directory::{AccountsDrifted, Domain, DomainCommand, DriftedAccount},
    drift::{Comparison, DriftField, DriftRepair, DriftSection, compare, is_believed_gone},
    ids::derived,
    template::Template,
};
use tenure_eventstore::Cause;

/// Accounts under way at once.
const AT_ONCE: usize = 16;
/// How far back an account's last order is looked for.
const LAST_EVENTS: u64 = 30;
/// What one domain controller knows of an order, another one knows after this long.
const REPLICATED: TimeDelta = TimeDelta::hours(1);

/// An account that can be compared.
struct Candidate {
    state: Arc<Account>,
    version: u64,
    expected: Comparable,
}

/// An account of which there is news.
struct News {
    account: AccountId,
    name: String,
    seen: DriftSeen,
    /// Would its template have it repaired?
    repairs: bool,
    /// Was it not seen, without the directory having said that it was deleted?
    is_missed: bool,
}

/// Compares what there is to compare, if there is anything.
pub(super) async fn look(instance: &Instance, domain: DomainId) -> Result<(), CommandError> {
    let Some(work) = drift_work(instance, domain).await? else {
        return Ok(());
    };
    let managed = seen::managed(instance, domain).await?;
    let mut news = news(instance, domain, &work).await?;
    let missed = |one: &News| one.is_missed;
    let unseen = u32::try_from(news.iter().filter(|one| missed(one)).count()).unwrap_or(u32::MAX);
    let unseen = match is_believed_gone(unseen, managed) {
        true => 0,
        false => {
            news.retain(|one| !missed(one));
            unseen
        }
    };
    if work.full || !news.is_empty() {
        record(instance, domain, &work, news, (managed, unseen)).await?;
    }
    forget_drift_work(instance, domain, &work).await
}

async fn news(
    instance: &Instance,
    domain: DomainId,
    work: &DriftWork,
) -> Result<Vec<News>, CommandError> {
    let accounts = seen::accounts(instance, domain, work).await?;
    let comparable: Vec<_> = stream::iter(accounts)
        .map(|account| comparable(instance, domain, account))
        .buffer_unordered(AT_ONCE)
        .try_filter_map(|found| async { Ok(found) })
        .try_collect()
        .await?;
    if comparable.is_empty() {
        return Ok(Vec::new());
    }
    let loaded = instance.store.cached_state::<Domain>(domain.0).await?;
    let base = loaded.state.content.as_ref();
    let base = base
        .map(|content| content.base_dn.clone())
        .unwrap_or_default();
    let groups = seen::groups(instance, domain, &base).await?;
    let objects: Vec<_> = comparable
        .iter()
        .map(|found| found.expected.object)
        .collect();
    let users = seen::users(instance, domain, &objects).await?;
    let mut news = Vec::new();
    let mut sections = Sections::default();
    for one in comparable {
        let observed = seen::observed(users.get(&one.expected.object));
        let comparison = compare(&one.expected, observed.as_ref(), &groups);
        let Some(managed) = one.state.managed() else {
            continue;
        };
        if !managed.drift_is_news(&comparison.differences)
            || !is_certain(instance, &one, &comparison, work).await?
        {
            continue;
        }
        let section = sections.of(instance, managed.identity.template).await?;
        let section = section.get(&managed.identity.template_version);
        news.push(News {
            is_missed: is_missed(&comparison, &one, work),
            account: one.expected.account,
            name: managed.identity.name.clone(),
            repairs: section.is_some_and(|section| section.repairs(&comparison.differences)),
            seen: DriftSeen {
                run: work.run,
                number: one.expected.issued,
                comparison,
                repair: DriftRepair::Reported,
            },
        });
    }
    Ok(news)
}

async fn comparable(
    instance: &Instance,
    domain: DomainId,
    account: AccountId,
) -> Result<Option<Candidate>, CommandError> {
    let loaded = instance.store.state::<Account>(account.0).await?;
    let managed = loaded.state.managed();
    let managed = managed.filter(|managed| managed.identity.domain == domain);
    let found = managed.and_then(|managed| managed.comparable());
    Ok(found.map(|expected| Candidate {
        version: loaded.version,
        state: loaded.state,
        expected,
    }))
}

/// Was it read after the last order was carried out? What was read before says nothing, and neither does a domain
/// controller that has not heard of the order yet.
async fn is_certain(
    instance: &Instance,
    one: &Candidate,
    comparison: &Comparison,
    work: &DriftWork,
) -> Result<bool, CommandError> {
    let after = one.version.saturating_sub(LAST_EVENTS);
    let most = usize::try_from(2 * LAST_EVENTS).unwrap_or(usize::MAX);
    let store = &instance.store;
    let events = store
        .read_stream("account", one.expected.account.0, after, most)
        .await?;
    let mut replicated_at = None;
    for event in events {
        let Event::Account(happened) = &event.event else {
            continue;
        };
        let of_an_order = match happened {
            AccountEvent::OrderIssued(issued) => {
                replicated_at = Some(issued.order.not_after + REPLICATED);
                true
            }
            AccountEvent::Provisioned(_)
            | AccountEvent::OrderApplied(_)
            | AccountEvent::OrderFailed(_)
            | AccountEvent::OrderDeferred(_)
            | AccountEvent::OrderExpired(_)
            | AccountEvent::Removed(_) => true,
            _ => false,
        };
        if of_an_order && event.position > work.position {
            return Ok(false);
        }
    }
    let doubtful = comparison.earlier || is_missed(comparison, one, work);
    let recent = replicated_at.is_some_and(|at| instance.system.now() < at);
    Ok(!(doubtful && recent))
}

fn is_missed(comparison: &Comparison, one: &Candidate, work: &DriftWork) -> bool {
    let mut fields = comparison.differences.iter().map(|found| found.field);
    fields.any(|field| field == DriftField::Existence)
        && !work.deleted.contains(&one.expected.object)
}

/// What templates say of drift, by their versions.
#[derive(Default)]
struct Sections(HashMap<TemplateId, HashMap<u32, DriftSection>>);

impl Sections {
    async fn of(
        &mut self,
        instance: &Instance,
        template: TemplateId,
    ) -> Result<&HashMap<u32, DriftSection>, CommandError> {
        Ok(match self.0.entry(template) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let loaded = instance.store.state::<Template>(template.0).await?;
                let versions = loaded.state.versions.iter();
                let of = versions.map(|(version, content)| (*version, content.drift.clone()));
                unknown.insert(of.collect())
            }
        })
    }
}

/// Tells each account, and then the domain; repairs what is to be repaired, unless that is too much at once.
async fn record(
    instance: &Instance,
    domain: DomainId,
    work: &DriftWork,
    news: Vec<News>,
    (managed, unseen): (u32, u32),
) -> Result<(), CommandError> {
    let state = instance.store.state::<Domain>(domain.0).await?.state;
    let limits = state.plan.drift;
    let to_repair = news.iter().filter(|one| one.repairs).count();
    let to_repair = u32::try_from(to_repair).unwrap_or(u32::MAX);
    let held = match state.held {
        // Until somebody has decided, more of the same is no better.
        Some(_) if to_repair > 0 => limits.held(to_repair, managed),
        _ => limits.check(to_repair, managed).err(),
    };
    let repair = |one: &News| match (one.repairs, held) {
        (false, _) => DriftRepair::Reported,
        (true, None) => DriftRepair::Ordered,
        (true, Some(_)) => DriftRepair::Held,
    };
    let telling: Vec<_> = news
        .into_iter()
        .map(|one| {
            let repair = repair(&one);
            tell(instance, work, one, repair)
        })
        .collect();
    let told: Vec<_> = stream::iter(telling)
        .buffer_unordered(AT_ONCE)
        .try_filter_map(|told| async { Ok(told) })
        .try_collect()
        .await?;
    let count = |told: usize| u32::try_from(told).unwrap_or(u32::MAX);
    let repaired = told
        .iter()
        .filter(|(_, repair)| *repair == DriftRepair::Ordered);
    let mut drifted = AccountsDrifted {
        run: work.run,
        count: count(told.len()),
        repaired: count(repaired.count()),
        held: held.filter(|_| told.iter().any(|(_, repair)| *repair == DriftRepair::Held)),
        // What could not be seen the last time may still be so.
        unseen: if work.full { unseen } else { state.unseen },
        accounts: told.into_iter().map(|(account, _)| account).collect(),
    };
    drifted.accounts.sort_by(|one, two| one.name.cmp(&two.name));
    drifted.accounts.truncate(AccountsDrifted::NAMED);
    let id = derived(&["drift", &work.run.to_string()]);
    let caller = Caller::system("drift", id, Cause::default());
    let command = DomainCommand::RecordDrift(drifted);
    instance.commands.domain(domain, command, &caller).await?;
    Ok(())
}

/// The account, if it takes it as something that differs.
async fn tell(
    instance: &Instance,
    work: &DriftWork,
    news: News,
    repair: DriftRepair,
) -> Result<Option<(DriftedAccount, DriftRepair)>, CommandError> {
    let account = news.account;
    let fields = news.seen.comparison.differences.iter();
    let fields: BTreeSet<_> = fields.map(|found| found.field).collect();
    let seen = DriftSeen {
        repair,
        ..news.seen
    };
    let id = derived(&["drift", &work.run.to_string(), &account.to_string()]);
    let caller = Caller::system("drift", id, Cause::default());
    let command = AccountCommand::RecordDrift(Box::new(seen));
    match instance.commands.account(account, command, &caller).await {
        Ok(_) if fields.is_empty() => Ok(None),
        Ok(_) => {
            let drifted = DriftedAccount {
                account,
                name: news.name,
                fields: fields.into_iter().collect(),
            };
            Ok(Some((drifted, repair)))
        }
        Err(error) if error.is_transient() => Err(error),
        Err(refusal) => {
            tracing::debug!(%refusal, %account, "what was compared does not count any more");
            Ok(None)
        }
    }
}
