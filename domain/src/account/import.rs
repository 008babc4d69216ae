//! Import: an account that exists in the directory and is managed by nobody becomes managed, bound to a template, with
//! owners, a period and an end. Nothing of it changes but its fence: it stays where it is and as it is, its password
//! unknown to Tenure. Where the directory refuses even that, the import can be taken back: the object is as it was, and
//! unmanaged.

use super::{
    AccountCreated, AccountEvent, AccountFacts, AccountRefusal, Halted, ImportTakenBack,
    LifecycleTerms, Managed, Special, Stage, owner_decisions::given, ownership,
};
use crate::{
    context::Context,
    dn::Dn,
    ids::{AccountId, DomainId, RequestId, TemplateId, derived},
    lifecycle::{EndOfLifecycleAction, OptionOff},
    order::FailureReason,
    ownership::Owner,
    period::Period,
    problem::{FieldProblem, Problem},
    template::AccountType,
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// An object of the directory that becomes managed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Adopted {
    /// objectGUID.
    pub object: Uuid,
    /// May it sign in? It stays so.
    pub enabled: bool,
}

/// What is imported, as the directory says, and into what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The account that it becomes.
    pub account: AccountId,
    /// Where it lives.
    pub domain: DomainId,
    /// Which object.
    pub adopted: Adopted,
    /// sAMAccountName.
    pub name: String,
    /// Distinguished name of what holds it.
    pub ou: String,
    /// What its description says.
    pub description: String,
    /// Its own end in the directory.
    pub expires: Option<DateTime<Utc>>,
    /// Who cannot do without it. Such accounts are no template's.
    pub special: Option<Special>,
    /// By which template.
    pub template: TemplateId,
    /// One of the template's periods.
    pub period: Period,
    /// Who is accountable.
    pub owners: Vec<Owner>,
    /// Why.
    pub reason: String,
}

/// The account that an object becomes: the same, however often it is imported.
#[must_use]
pub fn imported_as(domain: DomainId, object: Uuid) -> AccountId {
    AccountId(derived(&[
        "imported",
        &domain.to_string(),
        &object.to_string(),
    ]))
}

/// The account that its object becomes if it is imported anew, after the import as `former` was taken back.
#[must_use]
pub fn imported_after(former: AccountId) -> AccountId {
    AccountId(derived(&["imported after", &former.to_string()]))
}

impl Import {
    pub(super) fn decide(
        self,
        context: &Context<AccountFacts>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let reason = given(self.reason.clone())?;
        let target = context.facts.target.as_ref();
        let Some(target) = target.filter(|target| target.template == self.template) else {
            let unknown = FieldProblem::at("template", Problem::Unknown);
            return Err(AccountRefusal::Invalid(vec![unknown]));
        };
        let template = &*target.content;
        let mut problems = Vec::new();
        let mut say = |field: &str, problem| problems.push(FieldProblem::at(field, problem));
        if template.directory.domain != self.domain {
            let with = "domain".into();
            say("template", Problem::Conflict { with });
        }
        if !template.lifecycle.periods.contains(&self.period) {
            let offered = template.lifecycle.offered();
            say("period", Problem::NotAmong { offered });
        }
        if let Some(special) = self.special {
            let expected = format!("an ordinary account: {special}");
            say("object", Problem::Malformed { expected });
        }
        // What may retrieve its password, and how often that changes, is not read of what nobody manages.
        if template.account_type != AccountType::AdUser {
            let with = "account_type".into();
            say("template", Problem::Conflict { with });
        }
        // Its own end would be lifted, which nobody has asked for.
        if self.expires.is_some() && template.action != EndOfLifecycleAction::Expire {
            let with = "the account's own end in the directory".into();
            say("template", Problem::Conflict { with });
        }
        if Dn::parse(&self.ou).is_none() {
            let expected = "a place with a plain name".into();
            say("object", Problem::Malformed { expected });
        }
        problems.extend(ownership::problems(
            &self.owners,
            &[],
            Some(&template.ownership),
            &context.facts,
        ));
        if !problems.is_empty() {
            return Err(AccountRefusal::Invalid(problems));
        }
        let terms = LifecycleTerms::of(template, self.period);
        let created = AccountCreated {
            account: self.account,
            // There is none: an id that names no request.
            request: RequestId(self.account.0),
            template: target.template,
            template_version: target.version,
            domain: self.domain,
            name: self.name,
            owners: self.owners,
            planned_end: terms.period.end_from(context.now),
            terms,
            description: self.description,
            ou: self.ou,
            retirement_ou: template.directory.retirement_ou.clone(),
            groups: Vec::new(),
            attributes: BTreeMap::new(),
            revives: None,
            adopts: Some(self.adopted),
            import_reason: Some(reason),
            groups_left: Vec::new(),
            folder: None,
            cannot_change_password: None,
            gmsa: None,
        };
        Ok(vec![created.into()])
    }
}

impl Managed {
    /// Is it being imported, or let go of again, so that the directory never confirmed that it is ours?
    pub(super) fn is_unconfirmed_import(&self) -> bool {
        self.identity.adopts.is_some()
            && self.directory.object.is_none()
            && matches!(self.stage, Stage::Provisioning { .. } | Stage::Releasing)
    }

    /// Does this refusal to let go of it leave nothing that could be waited for? It was never ours, and whoever may not write
    /// its mark will not take it off either.
    pub(super) fn import_ends_with(&self, reason: FailureReason) -> bool {
        use FailureReason as F;
        let for_good = matches!(
            reason,
            F::ObjectGone | F::InsufficientRights | F::ForeignFence | F::InvalidOrder
        );
        self.is_unconfirmed_import() && for_good
    }

    /// Only once the directory has refused: an order that is under way may still be carried out.
    pub(super) fn take_back_import(
        &self,
        reason: String,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        if self.identity.adopts.is_none() {
            return Err(AccountRefusal::NotImported);
        }
        let directory = &self.directory;
        let refused =
            matches!(directory.halted, Some(Halted::Failed(..))) && directory.outstanding.is_none();
        match self.stage {
            Stage::Releasing | Stage::Released => Ok(vec![]),
            Stage::Provisioning { .. } if refused => Ok(vec![
                ImportTakenBack {
                    reason: given(reason)?,
                }
                .into(),
            ]),
            Stage::Provisioning { .. } => Err(AccountRefusal::ImportUnderWay),
            Stage::Live(_) => Err(AccountRefusal::ImportConfirmed),
            Stage::BeingDisabled
            | Stage::MarkedDeleted { .. }
            | Stage::Removing
            | Stage::Removed => Err(AccountRefusal::OptionOff(OptionOff::Deleted)),
        }
    }
}
