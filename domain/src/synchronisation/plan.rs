//! When a domain is read, and what its accounts are judged by.

use crate::{
    discovery::Criteria,
    drift::DriftLimits,
    problem::{self, FieldProblem, Problem},
};
use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most patterns of names.
const MOST_PATTERNS: usize = 100;
/// The directory tells of a sign-in with up to this many days' delay.
const SIGN_IN_DELAY: u32 = 14;
/// After a failure it is tried again this much later, however seldom it is read.
const RETRY_AFTER: TimeDelta = TimeDelta::minutes(15);

/// When a domain is read, and what its accounts are judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncPlan {
    /// Minutes between two looks at what changed; none = on demand only.
    #[serde(default)]
    pub changes_every_minutes: Option<u32>,
    /// Hours between two looks at everything; none = on demand, and whenever changes cannot be told.
    #[serde(default)]
    pub full_every_hours: Option<u32>,
    /// Names of service accounts: `*` at the beginning or the end stands for anything.
    pub name_patterns: Vec<String>,
    /// From how many days on a password is old.
    pub old_password_days: u32,
    /// From how many days on an account is unused.
    pub unused_days: u32,
    /// How many accounts one look may repair by itself.
    #[serde(default)]
    pub drift: DriftLimits,
}

impl Default for SyncPlan {
    fn default() -> Self {
        let criteria = Criteria::default();
        Self {
            changes_every_minutes: Some(15),
            full_every_hours: Some(24),
            name_patterns: criteria.name_patterns,
            old_password_days: 365,
            unused_days: 90,
            drift: DriftLimits::default(),
        }
    }
}

/// What was read of a domain, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncTimes {
    /// When reading was begun last.
    pub begun: Option<DateTime<Utc>>,
    /// When all of it was read last.
    pub full: Option<DateTime<Utc>>,
    /// Did it fail the last time?
    pub failed: bool,
    /// Can changes be told?
    pub marked: bool,
}

/// All of it, or what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncKind {
    /// All of it.
    Full,
    /// What changed.
    Changes,
}

impl SyncPlan {
    /// What is due by the system's clock.
    #[must_use]
    pub fn due(&self, times: &SyncTimes, now: DateTime<Utc>) -> Option<SyncKind> {
        let every = |delta: Option<TimeDelta>| delta.filter(|delta| *delta > TimeDelta::zero());
        let changes = self.changes_every_minutes.map(i64::from);
        let changes = every(changes.map(TimeDelta::minutes));
        let full = self.full_every_hours.map(i64::from);
        let full = every(full.map(TimeDelta::hours));
        let passed = |since: Option<DateTime<Utc>>, delta: TimeDelta| {
            since.is_none_or(|since| now - since >= delta)
        };
        let pause = changes.unwrap_or(RETRY_AFTER).min(RETRY_AFTER);
        if times.failed && !passed(times.begun, pause) {
            return None;
        }
        if full.is_some_and(|full| passed(times.full, full)) {
            return Some(SyncKind::Full);
        }
        let kind = if times.marked {
            SyncKind::Changes
        } else {
            SyncKind::Full
        };
        changes
            .is_some_and(|changes| passed(times.begun, changes))
            .then_some(kind)
    }

    /// What discovery judges by.
    #[must_use]
    pub fn criteria(&self) -> Criteria {
        Criteria {
            name_patterns: self.name_patterns.clone(),
            old_password_days: i64::from(self.old_password_days),
            unused_days: i64::from(self.unused_days),
        }
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        let mut within = |field: &str, value: Option<u32>, least: u32, most: u32| {
            if value.is_some_and(|value| !(least..=most).contains(&value)) {
                let expected = format!("a number from {least} to {most}");
                problems.push(FieldProblem::at(field, Problem::Malformed { expected }));
            }
        };
        within("changes_every_minutes", self.changes_every_minutes, 1, 1440);
        within("full_every_hours", self.full_every_hours, 1, 720);
        let days = Some(self.old_password_days);
        within("old_password_days", days, 1, 36_500);
        let days = Some(self.unused_days);
        within("unused_days", days, SIGN_IN_DELAY + 1, 36_500);
        self.drift.problems(&mut problems);
        if self.name_patterns.len() > MOST_PATTERNS {
            let most = MOST_PATTERNS;
            problems.push(FieldProblem::at("name_patterns", Problem::TooMany { most }));
        }
        for (index, pattern) in self.name_patterns.iter().enumerate() {
            let field = format!("name_patterns[{index}]");
            problem::text(&mut problems, &field, pattern, 40);
            if pattern.trim_matches('*').is_empty() {
                let expected = "a name with * at its beginning or its end".into();
                problems.push(FieldProblem::at(&field, Problem::Malformed { expected }));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_that_nobody_made_is_right() {
        assert_eq!(SyncPlan::default().problems(), []);
    }

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn read_at(begun: i64, full: i64) -> SyncTimes {
        SyncTimes {
            begun: Some(at(begun)),
            full: Some(at(full)),
            failed: false,
            marked: true,
        }
    }

    #[test]
    fn all_of_it_comes_first_then_what_changed_then_all_of_it_again_a_day_later() {
        let plan = SyncPlan::default();
        let due = |times: SyncTimes, minutes| plan.due(&times, at(minutes));
        assert_eq!(due(SyncTimes::default(), 0), Some(SyncKind::Full));
        assert_eq!(due(read_at(0, 0), 14), None);
        assert_eq!(due(read_at(0, 0), 15), Some(SyncKind::Changes));
        assert_eq!(due(read_at(24 * 60 - 1, 0), 24 * 60), Some(SyncKind::Full));
        // Without a mark changes cannot be told.
        let unmarked = SyncTimes {
            marked: false,
            ..read_at(0, 0)
        };
        assert_eq!(due(unmarked, 15), Some(SyncKind::Full));
    }

    #[test]
    fn what_failed_is_tried_again_after_a_while_and_not_at_once() {
        let failed = SyncTimes {
            full: None,
            failed: true,
            ..read_at(0, 0)
        };
        let seldom = SyncPlan {
            changes_every_minutes: None,
            ..SyncPlan::default()
        };
        assert_eq!(seldom.due(&failed, at(14)), None);
        assert_eq!(seldom.due(&failed, at(15)), Some(SyncKind::Full));
    }

    #[test]
    fn a_domain_without_a_schedule_is_never_due() {
        let plan = SyncPlan {
            changes_every_minutes: None,
            full_every_hours: None,
            ..SyncPlan::default()
        };
        assert_eq!(plan.due(&SyncTimes::default(), at(0)), None);
        assert_eq!(plan.due(&read_at(0, 0), at(1_000_000)), None);
    }

    #[test]
    fn a_plan_says_everything_that_is_wrong_with_it() {
        let plan = SyncPlan {
            changes_every_minutes: Some(0),
            full_every_hours: Some(721),
            name_patterns: vec!["svc*".into(), "**".into()],
            old_password_days: 0,
            unused_days: 14,
            ..SyncPlan::default()
        };
        let fields: Vec<_> = plan.problems().into_iter().map(|p| p.field).collect();
        assert_eq!(
            fields,
            [
                "changes_every_minutes",
                "full_every_hours",
                "old_password_days",
                "unused_days",
                "name_patterns[1]"
            ]
        );
    }
}
