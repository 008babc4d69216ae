//! The lifecycle terms of an account: its template version's lifecycle section and the period chosen.

use super::Lifecycle;
use crate::{
    lifecycle::EndOfLifecycleAction,
    period::Period,
    template::{LifecycleSection, TemplateContent},
};
use chrono::{DateTime, Days, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an account's lifecycle follows, for as long as it is bound to its template's version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LifecycleTerms {
    /// What happens at the end.
    pub action: EndOfLifecycleAction,
    /// How long until then, and again with each renewal.
    pub period: Period,
    /// Renewal and reminders.
    pub rules: LifecycleSection,
}

impl LifecycleTerms {
    /// By that version, with that period.
    #[must_use]
    pub fn of(template: &TemplateContent, period: Period) -> Self {
        // The choice is made: the offer is not carried along.
        let rules = LifecycleSection {
            periods: vec![period],
            ..template.lifecycle.clone()
        };
        Self {
            action: template.action,
            period,
            rules,
        }
    }

    /// When renewal opens for an account that ends at `end`; `None` = never.
    #[must_use]
    pub fn renewal_opens_at(&self, end: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = self.rules.renewal_opens_days.unwrap_or(0);
        self.action.renews().then(|| {
            end.checked_sub_days(Days::new(u64::from(days)))
                .unwrap_or(end)
        })
    }

    /// When an account that is marked deleted at `end` is purged; `None` = an administrator does it.
    #[must_use]
    pub fn purge_at(&self, end: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = self.rules.purge_after_days?;
        match self.action {
            EndOfLifecycleAction::Delete => end.checked_add_days(Days::new(u64::from(days))),
            EndOfLifecycleAction::Review
            | EndOfLifecycleAction::Disable
            | EndOfLifecycleAction::Expire => None,
        }
    }

    /// The lifecycle of an account that ends at `end`.
    pub(super) fn lifecycle(
        &self,
        end: DateTime<Utc>,
        renewal_opens_at: Option<DateTime<Utc>>,
    ) -> Lifecycle {
        Lifecycle {
            end,
            renewal_opens_at,
            renewal_opened_at: None,
            renewal_declined: false,
            renewal_request: None,
            ended: false,
        }
    }
}
