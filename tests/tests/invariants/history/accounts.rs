//! What must hold of the history of each account.

use chrono::{DateTime, Utc};
use tenure_domain::{account::AccountEvent as A, order::OrderNumber};

/// At most one order is unreported, numbers only rise, and in the end each is reported or expired.
pub(super) fn one_order_at_a_time(history: &[(&A, DateTime<Utc>)]) -> Result<(), String> {
    let mut unreported: Option<OrderNumber> = None;
    let mut last = OrderNumber::default();
    for (event, _) in history {
        let settled = match event {
            A::OrderIssued(e) => {
                let number = e.order.number;
                if unreported.is_some() || number <= last {
                    return Err(format!(
                        "order {number} after {last}, unreported {unreported:?}"
                    ));
                }
                (last, unreported) = (number, Some(number));
                continue;
            }
            A::Provisioned(e) => e.number,
            A::OrderApplied(e) => e.number,
            A::OrderFailed(e) => e.number,
            A::OrderDeferred(e) => e.number,
            A::OrderExpired(e) => e.number,
            A::Removed(e) => e.number,
            _ => continue,
        };
        if unreported.take() != Some(settled) {
            return Err(format!(
                "order {settled} was settled, but was not outstanding"
            ));
        }
    }
    match unreported {
        Some(number) => Err(format!("order {number} is neither reported nor expired")),
        None => Ok(()),
    }
}

/// What timers did to one account: each at its time, once, and not after it was cancelled.
pub(super) fn timers_were_on_time_and_once(history: &[(&A, DateTime<Utc>)]) -> Result<(), String> {
    let mut end: Option<DateTime<Utc>> = None;
    let mut opens: Option<DateTime<Utc>> = None;
    let mut reminder: Option<DateTime<Utc>> = None;
    let mut repeat: Option<DateTime<Utc>> = None;
    for (event, at) in history {
        let punctual = |due: &mut Option<DateTime<Utc>>, what: &str| match due.take() {
            Some(due) if due == *at => Ok(()),
            due => Err(format!("{what} at {at}, due {due:?}")),
        };
        match event {
            A::Provisioned(e) => (end, opens) = (Some(e.lifecycle_end), e.renewal_opens_at),
            A::Renewed(e) => {
                (end, opens) = (Some(e.lifecycle_end), e.renewal_opens_at);
                (reminder, repeat) = (None, None);
            }
            A::RenewalOpened(e) => {
                punctual(&mut opens, "renewal opened")?;
                reminder = e.next_reminder;
            }
            A::OwnersReminded(e) => {
                punctual(&mut reminder, "owners were reminded")?;
                reminder = e.next_reminder;
            }
            A::RenewalDeclined(_) => reminder = None,
            A::LifecycleEnded(e) => {
                punctual(&mut end, "the end came")?;
                (opens, reminder) = (None, e.next_reminder);
            }
            A::Enabled(e) => repeat = e.repeat_at,
            A::Disabled(_) => repeat = None,
            A::LifecycleEndRepeated(_) => punctual(&mut repeat, "the end was repeated")?,
            A::Deleted(_) | A::PurgeOrdered(_) => {
                (end, opens, reminder, repeat) = (None, None, None, None);
            }
            _ => {}
        }
    }
    Ok(())
}
