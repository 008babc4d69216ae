//! A live account that would follow the draft: it is asked to migrate.

use super::{Effect, Outcome, Terms, lost};
use crate::{
    account::{
        Account, AccountCommand, AccountEvent, AccountFacts, AccountMigrated, AccountRefusal,
        Managed, Migration, MigrationTarget,
    },
    context::{Actor, Context},
    decide::Decide,
    ownership::Owner,
    period::Period,
    problem::{FieldProblem, Problem},
};
use chrono::{DateTime, Utc};

/// How the account would fare by `target`; `facts` know which of its owners are there. `None`: it would stay as it is,
/// since it is not active, or somebody asks for its renewal.
#[must_use]
pub fn of_account(
    account: &Account,
    target: &MigrationTarget,
    facts: &AccountFacts,
    now: DateTime<Utc>,
) -> Option<Outcome> {
    let managed = account.managed()?;
    let lifecycle = managed.lifecycle()?;
    if lifecycle.renewal_request.is_some() {
        return None;
    }
    let before = terms_of(managed)?;
    // Where the template offers one period, whoever had another one gets that.
    let offered = &target.content.lifecycle.periods;
    let other = match offered.as_slice() {
        [only] if *only != before.period => Some(*only),
        _ => None,
    };
    let migration = |owners: Option<Vec<Owner>>| {
        AccountCommand::Migrate(Box::new(Migration {
            template: target.template,
            template_version: target.version,
            period: other,
            end: other.map(|other| moved(before.end, before.period, other)),
            owners,
            move_to_ou: false,
            move_secret: false,
            past_end_confirmed: true,
            reason: "simulated".to_owned(),
        }))
    };
    let context = Context {
        now,
        actor: Actor::system("simulation"),
        facts: AccountFacts {
            target: Some(target.clone()),
            ..facts.clone()
        },
    };
    // Whom it would not let be chosen anew; those who are owners may stay.
    let chosen_anew = account.decide(migration(Some(managed.owners.clone())), &context);
    let owners_lost = match chosen_anew {
        Err(AccountRefusal::Invalid(problems)) => lost(&managed.owners, &managed.owners, &problems),
        _ => Vec::new(),
    };
    match account.decide(migration(None), &context) {
        Err(AccountRefusal::NotMigratable) => None,
        Err(AccountRefusal::Invalid(problems)) => {
            Some(Outcome::of(before, None, problems, owners_lost))
        }
        Err(_) => {
            let refused = vec![FieldProblem::at("template", Problem::NotOffered)];
            Some(Outcome::of(before, None, refused, owners_lost))
        }
        Ok(events) => {
            let after = events.iter().find_map(|event| match event {
                AccountEvent::Migrated(migrated) => Some(terms_after(migrated)),
                _ => None,
            })?;
            let over = after.end <= now;
            let mut outcome = Outcome::of(before, Some(after), Vec::new(), owners_lost);
            outcome.effects.extend(over.then_some(Effect::EndsAtOnce));
            Some(outcome)
        }
    }
}

fn terms_of(managed: &Managed) -> Option<Terms> {
    let lifecycle = managed.lifecycle()?;
    Some(Terms {
        action: managed.action(),
        period: managed.identity.terms.period,
        end: lifecycle.end,
        renewal_opens_at: lifecycle.renewal_opens_at,
        owners: managed.owners.clone(),
        steps: Vec::new(),
    })
}

fn terms_after(migrated: &AccountMigrated) -> Terms {
    Terms {
        action: migrated.terms.action,
        period: migrated.terms.period,
        end: migrated.lifecycle_end,
        renewal_opens_at: migrated.renewal_opens_at,
        owners: migrated.owners.clone(),
        steps: Vec::new(),
    }
}

/// The end of the same lifecycle with another period.
fn moved(end: DateTime<Utc>, period: Period, other: Period) -> DateTime<Utc> {
    other.end_from(period.begin_of(end))
}
