//! How far a campaign is, in numbers.

use serde::Serialize;
use tenure_projections::ReviewStanding;
use utoipa::ToSchema;

/// How many accounts stand where.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(example = json!({"total": 200, "answered": 150, "per_cent": 75, "open": 48, "unknown": 2, "kept": 140, "revoked": 10,
    "observed": 8, "under_way": 1, "failed": 1, "unneeded": 0, "undone": 0}))]
pub(crate) struct CampaignProgress {
    /// All.
    total: u64,
    /// Kept or revoked.
    answered: u64,
    /// The same of a hundred, rounded down.
    per_cent: u64,
    /// Nobody has said anything.
    open: u64,
    /// Somebody did not know, and nobody else has said anything.
    unknown: u64,
    /// They are needed.
    kept: u64,
    /// They are not: the sum of the following.
    revoked: u64,
    /// The directory has confirmed that they are disabled.
    observed: u64,
    /// The directory has not confirmed it.
    under_way: u64,
    /// The directory refused.
    failed: u64,
    /// There was nothing to revoke.
    unneeded: u64,
    /// Somebody enabled them before the directory had followed.
    undone: u64,
}

impl CampaignProgress {
    /// How many wait for a reviewer.
    pub(super) fn waiting(&self) -> u64 {
        self.open + self.unknown
    }

    pub(super) fn of(totals: impl IntoIterator<Item = (ReviewStanding, u64)>) -> Self {
        let mut progress = Self::default();
        for (standing, count) in totals {
            let (part, revoked) = match standing {
                ReviewStanding::Open => (&mut progress.open, false),
                ReviewStanding::Unknown => (&mut progress.unknown, false),
                ReviewStanding::Kept => (&mut progress.kept, false),
                ReviewStanding::Decided | ReviewStanding::Ordered => {
                    (&mut progress.under_way, true)
                }
                ReviewStanding::Observed => (&mut progress.observed, true),
                ReviewStanding::Failed => (&mut progress.failed, true),
                ReviewStanding::Unneeded => (&mut progress.unneeded, true),
                ReviewStanding::Undone => (&mut progress.undone, true),
            };
            *part += count;
            progress.total += count;
            progress.revoked += if revoked { count } else { 0 };
        }
        progress.answered = progress.kept + progress.revoked;
        progress.per_cent = (progress.answered * 100)
            .checked_div(progress.total)
            .unwrap_or(100);
        progress
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answered_is_what_is_kept_or_revoked_whatever_came_of_it() {
        let all = ReviewStanding::ALL.iter().map(|standing| (*standing, 2));
        let progress = CampaignProgress::of(all);
        assert_eq!((progress.total, progress.answered), (18, 14));
        assert_eq!((progress.revoked, progress.under_way), (12, 4));
        assert_eq!(progress.per_cent, 77);
        assert_eq!(CampaignProgress::of([]).per_cent, 100);
    }
}
