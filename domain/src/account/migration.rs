//! Migration: an active account moves, before its end, to another template or version, period, end date and owners, and by
//! choice to the new template's OU and its secret to the new template's folder. Whether it may change its own password, who
//! may retrieve that of a group managed service account, and its encryption types follow the template. Its groups and attributes stay: those are privileges, and change by request.

use super::{
    AccountEvent, AccountFacts, AccountMigrated, AccountRefusal, LifecycleTerms, Managed,
    MigrationTarget, Stage, owner_decisions::given, ownership, succession::with_interval_of,
};
use crate::{
    context::Context,
    ids::TemplateId,
    lifecycle::Status,
    ownership::Owner,
    period::Period,
    problem::{FieldProblem, Problem},
};
use chrono::{DateTime, NaiveTime, Utc};
use std::sync::Arc;

/// Where to. What is left out stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// By which template.
    pub template: TemplateId,
    /// Which version of it.
    pub template_version: u32,
    /// One of the template's periods.
    pub period: Option<Period>,
    /// The new end: 00:00 UTC of a day.
    pub end: Option<DateTime<Utc>>,
    /// Who is accountable.
    pub owners: Option<Vec<Owner>>,
    /// Does it move to the template's OU?
    pub move_to_ou: bool,
    /// Does its secret move to the template's folder?
    pub move_secret: bool,
    /// Is it meant that an end in the past acts at once?
    pub past_end_confirmed: bool,
    /// Why.
    pub reason: String,
}

impl Managed {
    pub(super) fn migrate(
        &self,
        migration: &Migration,
        context: &Context<AccountFacts>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let reason = given(migration.reason.clone())?;
        let lifecycle = match &self.stage {
            Stage::Live(lifecycle)
                if self.status() == Status::Active && context.now < lifecycle.end =>
            {
                lifecycle
            }
            _ => return Err(AccountRefusal::NotMigratable),
        };
        let target = context.facts.target.as_ref();
        let Some(target) = target.filter(|target| {
            (target.template, target.version) == (migration.template, migration.template_version)
        }) else {
            let unknown = FieldProblem::at("template", Problem::Unknown);
            return Err(AccountRefusal::Invalid(vec![unknown]));
        };
        let problems = self.migration_problems(migration, target, context);
        if !problems.is_empty() {
            return Err(AccountRefusal::Invalid(problems));
        }
        let identity = &self.identity;
        let template = &*target.content;
        let terms = LifecycleTerms::of(template, migration.period.unwrap_or(identity.terms.period));
        let lifecycle_end = migration.end.unwrap_or(lifecycle.end);
        let migrated = AccountMigrated {
            reason,
            template: target.template,
            template_version: target.version,
            former_template: identity.template,
            former_template_version: identity.template_version,
            renewal_opens_at: terms.renewal_opens_at(lifecycle_end),
            lifecycle_end,
            former_end: lifecycle.end,
            owners: migration
                .owners
                .clone()
                .unwrap_or_else(|| self.owners.clone()),
            former_owners: self.owners.clone(),
            ou: match migration.move_to_ou {
                true => template.directory.ou.clone(),
                false => identity.ou.clone(),
            },
            retirement_ou: template.directory.retirement_ou.clone(),
            folder: match migration.move_secret {
                true => template.vault.folder.clone(),
                false => identity.folder.clone(),
            },
            // What the account was denied before is lifted, not forgotten.
            cannot_change_password: match template.directory.cannot_change_password {
                true => Some(true),
                false => identity.cannot_change_password.map(|_| false),
            },
            gmsa: with_interval_of(template.directory.gmsa.as_ref(), identity.gmsa.as_ref()),
            terms,
        };
        // What is due by the new terms already happens with them: a timer that has fired once does not fire again.
        let mut moved = self.clone();
        moved.move_to(migrated.clone());
        let due = match moved.lifecycle() {
            Some(lifecycle) if lifecycle.end <= context.now => {
                moved.reach_end(lifecycle.end, context.now)?
            }
            Some(lifecycle) => match lifecycle.renewal_opens_at {
                Some(opens) if opens <= context.now => moved.open_renewal(opens, context.now)?,
                _ => vec![],
            },
            None => vec![],
        };
        Ok([migrated.into()].into_iter().chain(due).collect())
    }

    fn migration_problems(
        &self,
        migration: &Migration,
        target: &MigrationTarget,
        context: &Context<AccountFacts>,
    ) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let mut say = |field: &str, problem| problems.push(FieldProblem::at(field, problem));
        let (identity, template) = (&self.identity, &*target.content);
        if template.directory.domain != identity.domain {
            let with = "domain".into();
            say("template", Problem::Conflict { with });
        }
        if template.account_type != identity.account_type() {
            let with = "account_type".into();
            say("template", Problem::Conflict { with });
        }
        let period = migration.period.unwrap_or(identity.terms.period);
        if !template.lifecycle.periods.contains(&period) {
            let offered = template.lifecycle.offered();
            say("period", Problem::NotAmong { offered });
        }
        if migration.move_secret && identity.gmsa.is_some() {
            let with = "account_type".into();
            say("move_secret", Problem::Conflict { with });
        }
        if let Some(end) = migration.end {
            if end.time() != NaiveTime::MIN {
                let expected = "00:00 UTC of a day".into();
                say("end", Problem::Malformed { expected });
            }
            if end <= context.now && !migration.past_end_confirmed {
                say("past_end_confirmed", Problem::NotAccepted);
            }
        }
        if self
            .lifecycle()
            .is_some_and(|lifecycle| lifecycle.renewal_request.is_some())
        {
            let with = "renewal".into();
            say("template", Problem::Conflict { with });
        }
        let owners = migration.owners.as_ref().unwrap_or(&self.owners);
        let former = match migration.owners {
            Some(_) => &[][..],
            None => &self.owners,
        };
        problems.extend(ownership::problems(
            owners,
            former,
            Some(&template.ownership),
            &context.facts,
        ));
        problems
    }

    pub(super) fn move_to(&mut self, migrated: AccountMigrated) {
        let identity = Arc::make_mut(&mut self.identity);
        identity.template = migrated.template;
        identity.template_version = migrated.template_version;
        identity.ou = migrated.ou;
        identity.retirement_ou = migrated.retirement_ou;
        identity.folder = migrated.folder;
        identity.cannot_change_password = migrated.cannot_change_password;
        identity.gmsa = migrated.gmsa;
        self.directory.try_again();
        self.owners = migrated.owners;
        self.stage = Stage::Live(
            migrated
                .terms
                .lifecycle(migrated.lifecycle_end, migrated.renewal_opens_at),
        );
        identity.terms = migrated.terms;
    }
}
