//! Who may own an account: as many and of such kinds as its template says, and always somebody who is active.

use super::{AccountEvent, AccountFacts, AccountRefusal, Managed, OwnersChanged, Stage};
use crate::{
    lifecycle::OptionOff,
    ownership::Owner,
    problem::{FieldProblem, Problem},
    template::OwnershipSection,
};

/// More than anybody can hold accountable, whatever the template says.
const MOST: usize = 50;

impl Managed {
    pub(super) fn change_owners(
        &self,
        owners: Vec<Owner>,
        facts: &AccountFacts,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        self.not_removed()?;
        if owners == self.owners {
            return Ok(vec![]);
        }
        let problems = problems(&owners, &self.owners, facts.ownership.as_ref(), facts);
        if !problems.is_empty() {
            return Err(AccountRefusal::Invalid(problems));
        }
        Ok(vec![self.handed_to(owners)])
    }

    /// `successor` in the place of `owner`. The template's limits were kept when `owner` was chosen; that somebody leaves
    /// is no reason to leave an account without anybody.
    pub(super) fn replace_owner(
        &self,
        owner: Owner,
        successor: Owner,
        facts: &AccountFacts,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        self.not_removed()?;
        if !self.owners.contains(&owner) || owner == successor {
            return Ok(vec![]);
        }
        if facts.unknown_owners.contains(&successor) || facts.inactive_owners.contains(&successor) {
            let unknown = FieldProblem::at("successor", Problem::Unknown);
            return Err(AccountRefusal::Invalid(vec![unknown]));
        }
        let mut owners: Vec<Owner> = Vec::new();
        for known in &self.owners {
            let next = if *known == owner { successor } else { *known };
            if !owners.contains(&next) {
                owners.push(next);
            }
        }
        Ok(vec![self.handed_to(owners)])
    }

    fn handed_to(&self, owners: Vec<Owner>) -> AccountEvent {
        let former_owners = self.owners.clone();
        OwnersChanged {
            owners,
            former_owners,
        }
        .into()
    }

    fn not_removed(&self) -> Result<(), AccountRefusal> {
        match self.stage {
            // Nobody wants it.
            _ if self.removal().is_some() => Err(AccountRefusal::OptionOff(OptionOff::NotOffered)),
            Stage::Removing | Stage::Removed => Err(AccountRefusal::OptionOff(OptionOff::Deleted)),
            Stage::BeingDisabled | Stage::Releasing | Stage::Released => {
                Err(AccountRefusal::OptionOff(OptionOff::Released))
            }
            Stage::Provisioning { .. } | Stage::Live(_) | Stage::MarkedDeleted { .. } => Ok(()),
        }
    }
}

/// Everything that is wrong with `owners`. Who owned it before may stay, active or not; at least one must be active.
pub(super) fn problems(
    owners: &[Owner],
    former: &[Owner],
    ownership: Option<&OwnershipSection>,
    facts: &AccountFacts,
) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    let mut say = |field: &str, problem| problems.push(FieldProblem::at(field, problem));
    let (least, most) = ownership.map_or((1, MOST), |ownership| match ownership.requester_only {
        true => (1, 1),
        false => (
            usize::from(ownership.least).max(1),
            usize::from(ownership.most).min(MOST),
        ),
    });
    if owners.len() < least {
        say("owners", Problem::TooFew { least });
    }
    if owners.len() > most {
        say("owners", Problem::TooMany { most });
    }
    for (i, owner) in owners.iter().enumerate() {
        let field = format!("owners[{i}]");
        if owners[..i].contains(owner) {
            say(&field, Problem::Duplicate);
        }
        let is_new = !former.contains(owner);
        if is_new && facts.unknown_owners.contains(owner) {
            say(&field, Problem::Unknown);
        }
        let groups_may = ownership
            .is_none_or(|ownership| ownership.group_ownership && !ownership.requester_only);
        if is_new && matches!(owner, Owner::Group(_)) && !groups_may {
            say(&field, Problem::NotOffered);
        }
    }
    let counts = |owner: &&Owner| {
        !facts.unknown_owners.contains(owner) && !facts.inactive_owners.contains(owner)
    };
    if !owners.is_empty() && owners.iter().find(counts).is_none() {
        say("owners", Problem::NobodyActive);
    }
    problems
}
