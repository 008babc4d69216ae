//! What a directory says otherwise, as an account takes it: whether a comparison counts, since when each difference is
//! there, and how it ends.

use super::{
    AccountEvent, AccountRefusal, DriftEnded, DriftFound, DriftLeft, DriftRepairOrdered, Halted,
    Managed, Stage, owner_decisions::given,
};
use crate::{
    drift::{Comparison, Difference, DriftEnd, DriftField, DriftRepair, StandingDifference},
    ids::AccountId,
    order::{DesiredState, OrderKind, OrderNumber},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the directory says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// What differs, each since when.
    pub differences: Vec<StandingDifference>,
    /// What could not be compared.
    pub not_compared: Vec<String>,
    /// What becomes of it.
    pub repair: DriftRepair,
}

/// What came of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftSeen {
    /// By the synchronisation.
    pub run: Uuid,
    /// The last order when it was compared: after another one it says nothing.
    pub number: OrderNumber,
    /// What differs.
    pub comparison: Comparison,
    /// What becomes of it, if it is new.
    pub repair: DriftRepair,
}

/// What the directory is to say of an account's object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparable {
    /// objectGUID.
    pub object: Uuid,
    /// Whose object it is.
    pub account: AccountId,
    /// The last order that was carried out.
    pub applied: OrderNumber,
    /// The last one that was given: it may have failed half way.
    pub issued: OrderNumber,
    /// What is wanted, was ordered, and was confirmed.
    pub desired: DesiredState,
}

impl Managed {
    /// What the directory is to say of the object: as wanted, ordered, and confirmed. `None` while that is on its way, or if
    /// there is to be no object.
    #[must_use]
    pub fn comparable(&self) -> Option<Comparable> {
        let directory = &self.directory;
        let exists = matches!(self.stage, Stage::Live(_) | Stage::MarkedDeleted { .. });
        let (kind, desired) = self.wanted()?;
        let settled = exists
            && kind == OrderKind::Change
            && directory.outstanding.is_none()
            && directory.confirmed.as_ref() == Some(&desired);
        Some(Comparable {
            object: directory.object.filter(|_| settled)?,
            account: self.identity.account,
            applied: directory.applied,
            issued: directory.last_number,
            desired,
        })
    }

    /// Would a comparison that comes to these differences be news?
    #[must_use]
    pub fn drift_is_news(&self, differences: &[Difference]) -> bool {
        match &self.drift {
            None => !differences.is_empty(),
            Some(known) => {
                let known = known.differences.iter().map(|known| &known.difference);
                !known.eq(differences)
            }
        }
    }

    pub(super) fn record_drift(
        &self,
        seen: DriftSeen,
        now: DateTime<Utc>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        if self.comparable().is_none() || self.directory.last_number != seen.number {
            return Err(AccountRefusal::NotDue);
        }
        let differences = seen.comparison.differences;
        if !self.drift_is_news(&differences) {
            return Ok(vec![]);
        }
        if differences.is_empty() {
            let how = DriftEnd::AsWantedAgain;
            return Ok(vec![DriftEnded { how }.into()]);
        }
        let standing = differences
            .into_iter()
            .map(|difference| StandingDifference {
                since: self.since(&difference).unwrap_or(now),
                difference,
            });
        Ok(vec![
            DriftFound {
                run: seen.run,
                domain: self.identity.domain,
                name: self.identity.name.clone(),
                differences: standing.collect(),
                not_compared: seen.comparison.not_compared,
                repair: seen.repair,
                changed: self.drift.is_some(),
            }
            .into(),
        ])
    }

    /// Since when this differs, whatever it said before.
    fn since(&self, difference: &Difference) -> Option<DateTime<Utc>> {
        let known = self.drift.as_ref()?.differences.iter();
        let mut known = known.filter(|known| known.difference.is_about(difference));
        known.next().map(|known| known.since)
    }

    pub(super) fn order_repair(
        &self,
        reason: String,
        held: bool,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let drift = self.drift.as_ref();
        let drift = drift.filter(|drift| drift.is_repairable());
        let drift = drift.ok_or(AccountRefusal::NothingToRepair)?;
        if held && drift.repair != DriftRepair::Held {
            return Err(AccountRefusal::NotDue);
        }
        // It is on its way already.
        if drift.repair == DriftRepair::Ordered && self.directory.halted.is_none() {
            return Ok(vec![]);
        }
        let reason = given(reason)?;
        Ok(vec![DriftRepairOrdered { reason }.into()])
    }

    pub(super) fn leave_drift(&self, reason: String) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let drift = self.drift.as_ref();
        match drift.filter(|drift| drift.repair == DriftRepair::Held) {
            Some(_) => Ok(vec![
                DriftLeft {
                    reason: given(reason)?,
                }
                .into(),
            ]),
            None => Err(AccountRefusal::NotDue),
        }
    }

    /// An order carries all that is wanted: once it is carried out nothing differs but what no order repairs.
    pub(super) fn drift_after_order(&self) -> Option<AccountEvent> {
        let drift = self.drift.as_ref()?;
        if drift
            .differences
            .iter()
            .any(|found| !found.difference.field.is_repairable())
        {
            return None;
        }
        let how = match drift.repair {
            DriftRepair::Ordered => DriftEnd::Repaired,
            DriftRepair::Reported | DriftRepair::Held => DriftEnd::Overtaken,
        };
        Some(DriftEnded { how }.into())
    }

    pub(super) fn drifts(&mut self, found: DriftFound) {
        let repair = found.repair;
        self.drift = Some(Drift {
            differences: found.differences,
            not_compared: found.not_compared,
            repair,
        });
        if repair == DriftRepair::Ordered {
            self.repair_drift();
        }
    }

    pub(super) fn repair_drift(&mut self) {
        if let Some(drift) = &mut self.drift {
            drift.repair = DriftRepair::Ordered;
        }
        self.directory.deviates = true;
        self.directory.try_again();
    }

    pub(super) fn end_drift(&mut self) {
        self.drift = None;
        let directory = &mut self.directory;
        if std::mem::take(&mut directory.deviates) {
            // What failed was to repair it: nobody needs to try again.
            directory.failure = None;
            directory
                .halted
                .take_if(|halted| *halted != Halted::Deferred);
        }
    }
}

impl Drift {
    /// Can an order repair something of it?
    #[must_use]
    pub fn is_repairable(&self) -> bool {
        let fields = || self.differences.iter().map(|found| found.difference.field);
        fields().any(|field| field.is_repairable())
            && !fields().any(|field| field == DriftField::Existence)
    }
}
