//! When owners are reminded next: every few days once renewal is open, every few hours shortly before the end, and
//! not any more once the template says stop.

use super::{Lifecycle, LifecycleTerms, ReminderUrgency};
use chrono::{DateTime, Days, TimeDelta, Utc};

/// The next reminder after `now`, for renewal opened at `opened_at`.
pub(super) fn next(
    terms: &LifecycleTerms,
    end: DateTime<Utc>,
    opened_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let rules = &terms.rules;
    let regular = rules
        .remind_every_days
        .and_then(|days| now.checked_add_days(Days::new(u64::from(days))));
    let urgent = rules.urgent.and_then(|urgent| {
        let begins = end.checked_sub_days(Days::new(u64::from(urgent.last_days)))?;
        let next = now
            .checked_add_signed(TimeDelta::hours(i64::from(urgent.every_hours)))?
            .max(begins);
        (next < end).then_some(next)
    });
    let stop = rules
        .stop_reminding_after_days
        .and_then(|days| opened_at.checked_add_days(Days::new(u64::from(days))));
    [regular, urgent]
        .into_iter()
        .flatten()
        .min()
        .filter(|next| stop.is_none_or(|stop| *next <= stop))
}

/// How pressing a reminder at `now` is.
pub(super) fn urgency(
    terms: &LifecycleTerms,
    lifecycle: &Lifecycle,
    now: DateTime<Utc>,
) -> ReminderUrgency {
    let begins = terms.rules.urgent.and_then(|urgent| {
        lifecycle
            .end
            .checked_sub_days(Days::new(u64::from(urgent.last_days)))
    });
    match begins {
        Some(begins) if (begins..lifecycle.end).contains(&now) => ReminderUrgency::Urgent,
        _ => ReminderUrgency::Regular,
    }
}
