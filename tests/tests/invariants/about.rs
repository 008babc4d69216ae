//! What a step is about, and whether anything follows from it by itself.

use crate::steps::Step;

/// Does nothing follow from it by itself?
pub(crate) fn alone(step: &Step) -> bool {
    !matches!(
        step,
        Step::Submit(..)
            | Step::Approve(..)
            | Step::Reject(..)
            | Step::Override(..)
            | Step::Withdraw(..)
            | Step::Retry(..)
            | Step::Pass(_)
            | Step::Refusing(_)
            | Step::Squat(..)
    ) && !matches!(about(step), About::Account(_))
}

pub(crate) enum About {
    Request(usize),
    Account(usize),
    Else,
}

pub(crate) fn about(step: &Step) -> About {
    match step {
        Step::Draft(_, n, ..)
        | Step::Revise(_, n, _)
        | Step::Submit(_, n)
        | Step::Approve(_, n)
        | Step::Reject(_, n, _)
        | Step::Ask(_, n)
        | Step::Answer(_, n)
        | Step::Override(_, n, _)
        | Step::Withdraw(_, n)
        | Step::Reopen(_, n, _)
        | Step::Retry(_, n) => About::Request(*n),
        Step::Renew(_, n)
        | Step::Decline(_, n, _)
        | Step::Disable(_, n, _)
        | Step::Enable(_, n, _)
        | Step::Delete(_, n, _)
        | Step::Purge(_, n, _)
        | Step::RetryOrder(_, n)
        | Step::ChangeOwners(_, n, _) => About::Account(*n),
        _ => About::Else,
    }
}
