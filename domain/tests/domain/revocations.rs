//! Revocations: what a review took away is followed until the directory has confirmed it, or somebody undid it.

use crate::{
    reviews::{decided, review},
    scene::{END, Life, context, engine, failure, id, why},
};
use tenure_domain::{
    Actor, Event,
    account::{AccountCommand, AccountRefusal},
    lifecycle::{EndOfLifecycleAction, OptionOff},
    order::{FailureReason, OrderNumber, Outcome},
    reactions::{self, Reaction},
    review::*,
};

const N: OrderNumber = OrderNumber { epoch: 1, n: 2 };

#[test]
fn a_revocation_is_followed_until_the_directory_has_confirmed_it() {
    let record = |revocation| ReviewCommand::Record(revocation);
    let system = || context(Actor::system("provisioning"), ReviewFacts::default());
    let observed = Revocation::Observed {
        number: N,
        engine: engine(),
    };
    let refused = failure(FailureReason::InsufficientRights);
    let ordered = review(&[decided(Decision::Revoke, "over")])
        .when(record(Revocation::Ordered), &system())
        .then([RevocationOrdered {}.into()]);
    let failed = ordered
        .when(record(Revocation::Failed(refused.clone())), &system())
        .then([RevocationFailed { failure: refused }.into()]);
    let confirmed: ReviewEvent = RevocationObserved {
        number: N,
        engine: engine(),
    }
    .into();
    let over = failed
        .when(record(observed.clone()), &system())
        .then([confirmed]);
    over.when(record(Revocation::Ordered), &system()).nothing();
    let revoked = || review(&[decided(Decision::Revoke, "over")]);
    revoked()
        .when(record(Revocation::Undone), &system())
        .then([RevocationUndone {}.into()]);
    let detail = || "gone".to_owned();
    revoked()
        .when(record(Revocation::Unneeded { detail: detail() }), &system())
        .then([RevocationUnneeded { detail: detail() }.into()]);
    review(&[])
        .when(record(observed), &system())
        .refused(ReviewRefusal::NotDue);
}

fn follows(life: &Life, from: usize) -> Vec<Revocation> {
    let events = life.history.iter().skip(from);
    let of = |event| reactions::to(id::<uuid::Uuid>("account"), &Event::Account(event));
    let reactions = events.cloned().flat_map(of);
    let recorded = |reaction| match reaction {
        Reaction::Review {
            command: ReviewCommand::Record(revocation),
            ..
        } => Some(revocation),
        _ => None,
    };
    reactions.filter_map(recorded).collect()
}

fn revoke() -> AccountCommand {
    AccountCommand::Revoke {
        review: id("review"),
        reason: why(),
    }
}

#[test]
fn a_revoked_account_is_disabled_and_tells_its_review() {
    let event = Event::Review(decided(Decision::Revoke, "over"));
    let reaction = reactions::to(id("review"), &event).pop().unwrap();
    assert!(
        matches!(&reaction, Reaction::Account { account, command: AccountCommand::Revoke { review, reason }, .. }
            if *account == id("account") && *review == id("review") && reason == "over")
    );
    let mut life = Life::live(EndOfLifecycleAction::Review);
    let before = life.history.len();
    assert_eq!(life.does(revoke()), ["disabled", "order-issued"]);
    life.applied();
    let steps = follows(&life, before);
    let [Revocation::Ordered, Revocation::Observed { .. }] = steps.as_slice() else {
        panic!("{steps:?}");
    };
    // Whatever is ordered later is not the review's.
    let before = life.history.len();
    life.does(AccountCommand::Enable { reason: why() });
    life.applied();
    assert_eq!(follows(&life, before), []);
}

#[test]
fn a_revocation_that_the_directory_refused_is_still_followed() {
    let mut life = Life::live(EndOfLifecycleAction::Review);
    let before = life.history.len();
    life.does(revoke());
    life.report(Outcome::Failed(failure(FailureReason::InsufficientRights)));
    life.does(AccountCommand::RetryFailed);
    life.applied();
    let steps = follows(&life, before);
    let [
        Revocation::Ordered,
        Revocation::Failed(_),
        Revocation::Observed { .. },
    ] = steps.as_slice()
    else {
        panic!("{steps:?}");
    };
}

#[test]
fn an_account_that_is_enabled_before_the_directory_followed_undoes_its_revocation() {
    let mut life = Life::live(EndOfLifecycleAction::Review);
    let before = life.history.len();
    life.does(revoke());
    life.does(AccountCommand::Enable { reason: why() });
    life.applied();
    life.applied();
    assert_eq!(
        follows(&life, before),
        [Revocation::Ordered, Revocation::Undone]
    );
}

#[test]
fn one_that_is_deleted_meanwhile_is_observed_as_gone() {
    let mut life = Life::live(EndOfLifecycleAction::Review);
    let before = life.history.len();
    life.does(revoke());
    life.does(AccountCommand::Delete {
        reason: why(),
        confirmed_name: "svc-backup".into(),
    });
    // The order that disables was on its way.
    life.applied();
    let steps = follows(&life, before);
    assert!(
        matches!(
            steps.as_slice(),
            [Revocation::Ordered, Revocation::Observed { .. }]
        ),
        "{steps:?}"
    );
}

#[test]
fn one_that_is_disabled_is_revoked_only_if_the_directory_has_not_confirmed_it() {
    let mut life = Life::live(EndOfLifecycleAction::Review);
    life.does(AccountCommand::Disable { reason: why() });
    let before = life.history.len();
    assert_eq!(life.does(revoke()), ["disabled"]);
    life.applied();
    assert_eq!(follows(&life, before).len(), 2);
    let refusal = life.run(revoke()).unwrap_err();
    let off = AccountRefusal::OptionOff(OptionOff::AlreadyDisabled);
    assert_eq!(refusal, off);
    let reaction = Reaction::Account {
        account: id("account"),
        command: revoke(),
        request: None,
    };
    let instead = reactions::to_refusal(&reaction, &refusal).unwrap();
    let Reaction::Review { review, command } = instead else {
        panic!("the review hears of it");
    };
    assert_eq!(review, id("review"));
    assert!(
        matches!(command, ReviewCommand::Record(Revocation::Unneeded { detail }) if detail == off.to_string())
    );
}

#[test]
fn a_renewal_after_the_end_undoes_a_revocation_too() {
    let mut life = Life::ended(EndOfLifecycleAction::Review);
    let before = life.history.len();
    life.at(END).does(revoke());
    life.does(AccountCommand::Renew);
    assert_eq!(
        follows(&life, before),
        [Revocation::Ordered, Revocation::Undone]
    );
}
