//! What follows from an event in another aggregate. Command ids are derived from the event, so that a repeat is
//! harmless; reactions are never replayed by a rebuild.

use crate::{
    account::{AccountCommand, AccountEvent, AccountRefusal},
    event::Event,
    ids::{AccountId, RequestId, ReviewId, derived},
    lifecycle::OptionOff,
    order::{Failure, FailureReason},
    request::{RequestCommand, RequestEvent, RequestKind},
    review::{Decision, ReviewCommand, ReviewEvent, Revocation},
};
use uuid::Uuid;

/// Name of the process manager, which acts for Tenure itself.
pub const PROVISIONING: &str = "provisioning";

/// A command that follows.
#[derive(Clone, Debug)]
pub enum Reaction {
    /// For an account; `request` is the request whose submission it needs as a fact.
    Account {
        /// Which account.
        account: AccountId,
        /// What.
        command: AccountCommand,
        /// The request behind it.
        request: Option<RequestId>,
    },
    /// For a request.
    Request {
        /// Which request.
        request: RequestId,
        /// What.
        command: RequestCommand,
    },
    /// For a review of a campaign: what came of its revocation.
    Review {
        /// Which review.
        review: ReviewId,
        /// What.
        command: ReviewCommand,
    },
}

/// Id of the command with this ordinal that follows from this event: two for each reaction, the second if it is refused.
#[must_use]
pub fn command_id(event: Uuid, ordinal: usize) -> Uuid {
    derived(&[PROVISIONING, &event.to_string(), &ordinal.to_string()])
}

/// What follows from `event` of the stream `stream`.
#[must_use]
pub fn to(stream: Uuid, event: &Event) -> Vec<Reaction> {
    match event {
        Event::Request(event) => to_request(RequestId(stream), event).into_iter().collect(),
        Event::Account(event) => to_request_of(event)
            .into_iter()
            .chain(to_account(AccountId(stream), event))
            .chain(to_review(event))
            .collect(),
        Event::Review(event) => to_revoked(ReviewId(stream), event).into_iter().collect(),
        Event::Template(_)
        | Event::User(_)
        | Event::Group(_)
        | Event::Role(_)
        | Event::Domain(_)
        | Event::Engine(_)
        | Event::ApiToken(_)
        | Event::EmailTemplate(_)
        | Event::Deputyship(_)
        | Event::Campaign(_)
        | Event::Population(_) => vec![],
    }
}

/// What follows when the account refuses `reaction`: an approved request that cannot be carried out has failed, so that
/// it never waits for ever.
#[must_use]
pub fn to_refusal(reaction: &Reaction, refusal: &AccountRefusal) -> Option<Reaction> {
    use AccountCommand as C;
    match (reaction, refusal) {
        // Somebody has retried the account itself: its order is under way.
        (_, AccountRefusal::NothingToRetry) => None,
        (
            Reaction::Account {
                command: C::Create | C::RenewByRequest(_) | C::ChangeByRequest(_) | C::RetryFailed,
                request: Some(request),
                ..
            },
            refusal,
        ) => Some(Reaction::Request {
            request: *request,
            command: RequestCommand::Fail(Failure {
                reason: FailureReason::AccountChanged,
                detail: refusal.to_string(),
            }),
        }),
        (
            Reaction::Account {
                command: C::Revoke { review, .. },
                ..
            },
            refusal,
        ) => Some(recorded(*review, not_revoked(refusal))),
        // Nothing came of it, or nothing is left: no report will free the name.
        (
            Reaction::Account {
                command: C::Abandon { request, released },
                ..
            },
            AccountRefusal::Unknown,
        ) => Some(Reaction::Request {
            request: *request,
            command: RequestCommand::ReleaseName(released.clone()),
        }),
        _ => None,
    }
}

fn to_request(request: RequestId, event: &RequestEvent) -> Option<Reaction> {
    let for_account = |account, command| {
        Some(Reaction::Account {
            account,
            command,
            request: Some(request),
        })
    };
    match event {
        RequestEvent::Submitted(e) => match e.submission.kind {
            RequestKind::NewAccount | RequestKind::Change(_) => None,
            RequestKind::Renewal(account) => {
                for_account(account, AccountCommand::BeginRenewal(request))
            }
        },
        RequestEvent::Approved(e) => match e.kind {
            RequestKind::NewAccount => for_account(e.account, AccountCommand::Create),
            RequestKind::Renewal(account) => {
                for_account(account, AccountCommand::RenewByRequest(request))
            }
            RequestKind::Change(account) => {
                for_account(account, AccountCommand::ChangeByRequest(request))
            }
        },
        RequestEvent::Rejected(crate::request::RequestRejected {
            kind: RequestKind::Renewal(account),
            ..
        })
        | RequestEvent::Withdrawn(crate::request::RequestWithdrawn {
            kind: RequestKind::Renewal(account),
            ..
        }) => for_account(*account, AccountCommand::CloseRenewal(request)),
        RequestEvent::Withdrawn(crate::request::RequestWithdrawn {
            kind: RequestKind::NewAccount,
            released,
            after_failure: true,
        }) => {
            let abandon = AccountCommand::Abandon {
                request,
                released: Box::new(released.clone()),
            };
            for_account(released.account, abandon)
        }
        RequestEvent::Retried(e) => match e.kind {
            RequestKind::NewAccount => for_account(e.account, AccountCommand::RetryFailed),
            RequestKind::Renewal(account) => {
                for_account(account, AccountCommand::RenewByRequest(request))
            }
            RequestKind::Change(account) => {
                for_account(account, AccountCommand::ChangeByRequest(request))
            }
        },
        RequestEvent::Drafted(_)
        | RequestEvent::Revised(_)
        | RequestEvent::ApprovalGiven(_)
        | RequestEvent::ApprovalOverridden(_)
        | RequestEvent::InformationRequested(_)
        | RequestEvent::InformationGiven(_)
        | RequestEvent::Escalated(_)
        | RequestEvent::NameReleased(_)
        | RequestEvent::Rejected(_)
        | RequestEvent::Withdrawn(_)
        | RequestEvent::Reopened(_)
        | RequestEvent::Deleted(_)
        | RequestEvent::ProvisioningBegun(_)
        | RequestEvent::Completed(_)
        | RequestEvent::Failed(_) => None,
    }
}

/// What a reviewer revoked, or nobody answered in time, is disabled.
fn to_revoked(review: ReviewId, event: &ReviewEvent) -> Option<Reaction> {
    let (account, reason) = match event {
        ReviewEvent::Decided(e) if e.decision == Decision::Revoke => (e.account, e.reason.clone()),
        ReviewEvent::Lapsed(e) => (e.account, "nobody said that it is needed".to_owned()),
        ReviewEvent::Decided(_)
        | ReviewEvent::Reassigned(_)
        | ReviewEvent::RevocationOrdered(_)
        | ReviewEvent::RevocationObserved(_)
        | ReviewEvent::RevocationFailed(_)
        | ReviewEvent::RevocationUnneeded(_)
        | ReviewEvent::RevocationUndone(_) => return None,
    };
    Some(Reaction::Account {
        account,
        command: AccountCommand::Revoke { review, reason },
        request: None,
    })
}

fn not_revoked(refusal: &AccountRefusal) -> Revocation {
    let detail = refusal.to_string();
    match refusal {
        AccountRefusal::OptionOff(OptionOff::StillProvisioning) => Revocation::Failed(Failure {
            reason: FailureReason::AccountChanged,
            detail,
        }),
        _ => Revocation::Unneeded { detail },
    }
}

fn recorded(review: ReviewId, revocation: Revocation) -> Reaction {
    let command = ReviewCommand::Record(revocation);
    Reaction::Review { review, command }
}

/// The review hears what came of its revocation.
fn to_review(event: &AccountEvent) -> Option<Reaction> {
    let (review, revocation) = match event {
        AccountEvent::Disabled(e) => (e.review, Revocation::Ordered),
        AccountEvent::Enabled(e) => (e.review, Revocation::Undone),
        AccountEvent::Renewed(e) => (e.review, Revocation::Undone),
        AccountEvent::OrderApplied(e) => {
            let (number, engine) = (e.number, e.engine);
            (e.review, Revocation::Observed { number, engine })
        }
        AccountEvent::Removed(e) => {
            let (number, engine) = (e.number, e.engine);
            (e.review, Revocation::Observed { number, engine })
        }
        AccountEvent::OrderFailed(e) => (e.review, Revocation::Failed(e.failure.clone())),
        _ => return None,
    };
    review.map(|review| recorded(review, revocation))
}

/// The deleted account hears that it was revived.
fn to_account(account: AccountId, event: &AccountEvent) -> Option<Reaction> {
    match event {
        AccountEvent::Created(e) => Some(Reaction::Account {
            account: e.revives?.account,
            command: AccountCommand::Succeed(account),
            request: None,
        }),
        _ => None,
    }
}

fn to_request_of(event: &AccountEvent) -> Option<Reaction> {
    let abandoned = || {
        RequestCommand::Fail(Failure {
            reason: FailureReason::AccountChanged,
            detail: "the account was deleted before the change was carried out".into(),
        })
    };
    let (request, command) = match event {
        AccountEvent::Created(e) => (e.request, RequestCommand::BeginProvisioning),
        AccountEvent::Provisioned(e) => (e.request, RequestCommand::Complete),
        AccountEvent::Renewed(e) => (e.request?, RequestCommand::Complete),
        AccountEvent::Changed(e) if e.in_force => (e.request, RequestCommand::Complete),
        AccountEvent::Changed(e) => (e.request, RequestCommand::BeginProvisioning),
        AccountEvent::OrderApplied(e) => (e.request?, RequestCommand::Complete),
        AccountEvent::Deleted(e) => (e.abandoned?, abandoned()),
        AccountEvent::PurgeOrdered(e) => (e.abandoned?, abandoned()),
        AccountEvent::Succeeded(e) => (e.abandoned?, abandoned()),
        AccountEvent::OrderFailed(e) => (e.request?, RequestCommand::Fail(e.failure.clone())),
        _ => return None,
    };
    Some(Reaction::Request { request, command })
}
