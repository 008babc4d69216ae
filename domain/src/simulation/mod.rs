//! What a changed template or role would do, before anybody publishes it: the decisions of today, made once more with the
//! draft among their facts.
//!
//! **Architecture invariant:** no rule of its own. Accounts are asked to migrate, past requests to be submitted and
//! approved, by the same `decide` that will be asked when it is meant; what is compared is what came of it. Nothing that is
//! decided here is recorded.
//!
//! Start reading at `account.rs`.

mod account;
mod request;
mod role;

pub use account::of_account;
pub use request::{Decider, PastRequest, of_request};
pub use role::{Changed, changed_permissions};

use crate::{
    lifecycle::EndOfLifecycleAction,
    ownership::Owner,
    period::Period,
    problem::{FieldProblem, Problem},
};
use chrono::{DateTime, Utc};

/// One way in which an account or a request would fare otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It would be refused.
    Refused,
    /// It would end earlier.
    EndsEarlier,
    /// It would end later.
    EndsLater,
    /// Its end would be over at once.
    EndsAtOnce,
    /// Owners could not be owners.
    LosesOwners,
    /// Those who approved would not be enough.
    NeedsAnotherApprover,
    /// Something else would happen at its end.
    OtherAction,
    /// Renewal would open at another time, or never.
    OtherRenewal,
}

impl Effect {
    /// All of them, the worst first.
    pub const ALL: &'static [Self] = &[
        Self::Refused,
        Self::EndsAtOnce,
        Self::EndsEarlier,
        Self::EndsLater,
        Self::LosesOwners,
        Self::NeedsAnotherApprover,
        Self::OtherAction,
        Self::OtherRenewal,
    ];

    /// As in the API.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::EndsEarlier => "ends-earlier",
            Self::EndsLater => "ends-later",
            Self::EndsAtOnce => "ends-at-once",
            Self::LosesOwners => "loses-owners",
            Self::NeedsAnotherApprover => "needs-another-approver",
            Self::OtherAction => "other-action",
            Self::OtherRenewal => "other-renewal",
        }
    }
}

/// What a template decides of an account, or of a request for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What happens at the end.
    pub action: EndOfLifecycleAction,
    /// How long until then.
    pub period: Period,
    /// When it ends; of a request, if it were asked for today.
    pub end: DateTime<Utc>,
    /// When renewal opens; `None` = never.
    pub renewal_opens_at: Option<DateTime<Utc>>,
    /// Who is accountable.
    pub owners: Vec<Owner>,
    /// Names of the steps that approve a request; none for an account.
    pub steps: Vec<String>,
}

/// How an account or a request would fare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// In which ways otherwise; none = as before.
    pub effects: Vec<Effect>,
    /// Why it would be refused.
    pub refused: Vec<FieldProblem>,
    /// Owners who could not be owners.
    pub owners_lost: Vec<Owner>,
    /// The step that those who approved would leave open.
    pub waits_for: Option<String>,
    /// As it is.
    pub before: Terms,
    /// As it would be; `None` if it would be refused.
    pub after: Option<Terms>,
}

impl Outcome {
    fn of(
        before: Terms,
        after: Option<Terms>,
        refused: Vec<FieldProblem>,
        owners_lost: Vec<Owner>,
    ) -> Self {
        let mut effects = Vec::new();
        let mut say = |holds: bool, effect| effects.extend(holds.then_some(effect));
        say(!refused.is_empty(), Effect::Refused);
        if let Some(after) = &after {
            say(after.end < before.end, Effect::EndsEarlier);
            say(after.end > before.end, Effect::EndsLater);
            say(after.action != before.action, Effect::OtherAction);
            // With another end it opens at another time anyway.
            let renewal = |terms: &Terms| terms.renewal_opens_at.map(|opens| terms.end - opens);
            say(renewal(after) != renewal(&before), Effect::OtherRenewal);
        }
        say(!owners_lost.is_empty(), Effect::LosesOwners);
        Self {
            effects,
            refused,
            owners_lost,
            waits_for: None,
            before,
            after,
        }
    }
}

/// Those who could not be owners any more, by what is wrong with the owners: `all` of them, and those that were `chosen`.
fn lost(all: &[Owner], chosen: &[Owner], problems: &[FieldProblem]) -> Vec<Owner> {
    let mut lost = Vec::new();
    for FieldProblem { field, problem } in problems {
        let which = field.strip_prefix("owners[").and_then(|rest| {
            let index: usize = rest.strip_suffix(']')?.parse().ok()?;
            chosen.get(index)
        });
        match (which, problem) {
            (Some(owner), Problem::NotOffered) => lost.push(*owner),
            (None, Problem::TooMany { most }) if field == "owners" => {
                lost.extend(all.iter().skip(*most));
            }
            _ => {}
        }
    }
    lost.sort_unstable();
    lost.dedup();
    lost
}
