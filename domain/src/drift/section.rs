//! What a template says about drift.

use super::{Difference, DriftField};
use crate::problem::{FieldProblem, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of differences between what was ordered and what the directory says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DriftSection {
    /// Differences in these are repaired; none = they are only reported. An order carries all that is wanted: what else
    /// differs of the same account is repaired with them.
    pub repair: Vec<DriftField>,
}

impl DriftSection {
    /// Is everything only reported?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.repair.is_empty()
    }

    /// Is an account with these differences to be repaired?
    #[must_use]
    pub fn repairs(&self, differences: &[Difference]) -> bool {
        let is = |field: DriftField| differences.iter().any(|found| found.field == field);
        !is(DriftField::Existence) && self.repair.iter().any(|field| is(*field))
    }

    /// What keeps a template with it from being published.
    pub(crate) fn problems(&self, found: &mut Vec<FieldProblem>) {
        for (i, field) in self.repair.iter().enumerate() {
            let at = format!("drift.repair[{i}]");
            if self.repair.iter().take(i).any(|known| known == field) {
                found.push(FieldProblem::at(&at, Problem::Duplicate));
            }
            if !field.is_repairable() {
                let repairable = DriftField::ALL.iter().filter(|field| field.is_repairable());
                let offered = repairable.map(|field| field.text().to_owned()).collect();
                found.push(FieldProblem::at(&at, Problem::NotAmong { offered }));
            }
        }
    }
}
