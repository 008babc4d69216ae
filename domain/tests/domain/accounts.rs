//! Accounts: what happens at the end, and what owners may do before and after it.

use crate::scene::{
    END, Life, OPENS, OU, RETIREMENT_OU, at, domain_id, done, id, submission, template, user, why,
};
use std::sync::Arc;
use tenure_domain::{
    account::{AccountCommand as C, AccountRefusal as R},
    event::{Recorded, ReservationChange},
    lifecycle::{EndOfLifecycleAction as Action, OptionOff as Off, Status},
    order::{OrderKind, Outcome},
    ownership::Owner,
    problem::{FieldProblem, Problem},
    request::RequestKind,
};

fn disable() -> C {
    C::Disable { reason: why() }
}

fn enable() -> C {
    C::Enable { reason: why() }
}

fn delete(name: &str) -> C {
    C::Delete {
        reason: why(),
        confirmed_name: name.into(),
    }
}

fn purge() -> C {
    C::Purge { reason: why() }
}

fn off<T>(off: Off) -> Result<T, R> {
    Err(R::OptionOff(off))
}

#[test]
fn only_an_approved_request_makes_an_account() {
    let mut life = Life::absent();
    assert_eq!(life.run(C::Create), Err(R::NotApproved));
    assert_eq!(life.run(disable()), Err(R::Unknown));
    let renewal = submission(
        RequestKind::Renewal(id("account")),
        &template(Action::Expire),
    );
    life.approved = Some((id("request"), Arc::new(renewal)));
    assert_eq!(
        life.run(C::Create),
        Err(R::NotApproved),
        "a renewal makes nothing"
    );
    let mut life = Life::begun(&template(Action::Disable));
    assert_eq!(
        life.run(C::Create),
        Ok(vec![]),
        "by the same request: it holds already"
    );
    let another = submission(RequestKind::NewAccount, &template(Action::Disable));
    life.approved = Some((id("another"), Arc::new(another)));
    assert_eq!(life.run(C::Create), Err(R::AlreadyExists));
}

#[test]
fn the_lifecycle_begins_when_the_directory_confirms() {
    let mut life = Life::begun(&template(Action::Disable));
    assert_eq!(life.status(), Status::Provisioning);
    life.at("2026-01-12T08:00:00Z");
    assert_eq!(life.applied(), ["provisioned"]);
    assert_eq!(
        (life.status(), life.end()),
        (Status::Active, at("2026-04-12T00:00:00Z"))
    );
}

#[test]
fn while_it_is_being_made_nothing_else_is_possible() {
    let mut life = Life::begun(&template(Action::Disable));
    for command in [
        C::Renew,
        disable(),
        enable(),
        delete("svc-backup"),
        purge(),
        C::DeclineRenewal { reason: why() },
    ] {
        assert_eq!(
            life.run(command.clone()),
            off(Off::StillProvisioning),
            "{command:?}"
        );
    }
}

#[test]
fn review_does_nothing_to_the_account() {
    let mut life = Life::live(Action::Review);
    assert_eq!(
        life.at(END).does(C::ReachEnd(at(END))),
        ["renewal-opened", "lifecycle-ended"]
    );
    assert_eq!(life.status(), Status::Active);
}

#[test]
fn disable_disables_and_moves_to_the_retirement_ou() {
    let mut life = Life::live(Action::Disable);
    life.at(END).run(C::ReachEnd(at(END))).expect("ended");
    assert_eq!(life.status(), Status::Disabled);
    assert_eq!(life.ordered(), (false, RETIREMENT_OU.into()));
    let mut template = template(Action::Disable);
    template.directory.retirement_ou = None;
    let mut stays = Life::live_by(&template);
    stays.at(END).run(C::ReachEnd(at(END))).expect("ended");
    assert_eq!(stays.ordered(), (false, OU.into()));
}

#[test]
fn expire_is_left_to_the_directory_which_was_told_at_provisioning() {
    let mut life = Life::begun(&template(Action::Expire));
    assert_eq!(
        life.outstanding().expect("an order").desired.expires_at,
        Some(at(END))
    );
    life.applied();
    assert_eq!(
        life.at(END).does(C::ReachEnd(at(END))),
        ["renewal-opened", "lifecycle-ended"]
    );
    assert_eq!(life.status(), Status::Expired);
    for action in [Action::Review, Action::Disable, Action::Delete] {
        let order = Life::begun(&template(action))
            .outstanding()
            .expect("an order");
        assert_eq!(order.desired.expires_at, None, "{action:?}");
    }
}

#[test]
fn provisioning_that_took_until_another_day_moves_the_directorys_expiry() {
    let mut life = Life::begun(&template(Action::Expire));
    life.at("2026-01-12T08:00:00Z");
    assert_eq!(life.applied(), ["provisioned", "order-issued"]);
    assert_eq!(
        life.outstanding().expect("an order").desired.expires_at,
        Some(at("2026-04-12T00:00:00Z"))
    );
}

#[test]
fn delete_disables_moves_and_marks_and_is_purged_later() {
    let mut life = Life::live(Action::Delete);
    assert_eq!(life.run(purge()), off(Off::NotMarkedDeleted));
    assert_eq!(
        life.at(END).does(C::ReachEnd(at(END))),
        ["lifecycle-ended", "order-issued"]
    );
    assert_eq!(
        (life.status(), life.ordered()),
        (Status::Deleted, (false, RETIREMENT_OU.into()))
    );
    life.applied();
    for command in [
        C::Renew,
        disable(),
        enable(),
        delete("svc-backup"),
        C::DeclineRenewal { reason: why() },
    ] {
        assert_eq!(life.run(command.clone()), off(Off::Deleted), "{command:?}");
    }
    assert_eq!(life.does(purge()), ["purge-ordered", "order-issued"]);
    assert_eq!(
        life.outstanding().expect("an order").kind,
        OrderKind::Remove
    );
    assert_eq!(life.run(purge()), off(Off::Deleted), "once");
    assert_eq!(life.report(Outcome::Removed), ["removed"]);
    assert_eq!(life.managed().wanted(), None);
}

#[test]
fn an_early_renewal_counts_from_the_old_end_and_closes_until_the_next_date() {
    for action in [Action::Review, Action::Disable] {
        let mut life = Life::live(action);
        assert_eq!(
            life.at("2026-03-10T23:59:59Z").run(C::Renew),
            off(Off::RenewalNotOpen)
        );
        life.at("2026-03-20T15:00:00Z")
            .run(C::Renew)
            .expect("renewed");
        assert_eq!(
            life.end(),
            at("2026-07-09T00:00:00Z"),
            "90 days after 10 April"
        );
        assert_eq!(life.run(C::Renew), off(Off::RenewalNotOpen));
        assert_eq!(
            life.at("2026-06-08T23:59:59Z").run(C::Renew),
            off(Off::RenewalNotOpen)
        );
        assert!(life.at("2026-06-09T00:00:00Z").run(C::Renew).is_ok());
    }
}

#[test]
fn a_late_renewal_counts_from_todays_midnight_and_brings_the_account_back() {
    let mut life = Life::ended(Action::Disable);
    life.at("2026-05-02T17:30:00Z")
        .run(C::Renew)
        .expect("renewed");
    assert_eq!(
        (life.end(), life.status()),
        (at("2026-07-31T00:00:00Z"), Status::Active)
    );
    assert_eq!(
        life.ordered(),
        (true, OU.into()),
        "enabled, and back from the retirement OU"
    );
}

#[test]
fn renewal_enables_what_an_owner_had_disabled() {
    let mut life = Life::live(Action::Review);
    life.run(disable()).expect("disabled");
    life.applied();
    life.at(OPENS).run(C::Renew).expect("renewed");
    assert_eq!((life.status(), life.ordered().0), (Status::Active, true));
}

#[test]
fn expiring_and_deleting_accounts_are_not_simply_renewed() {
    for (action, time) in [
        (Action::Expire, OPENS),
        (Action::Expire, END),
        (Action::Delete, "2026-04-09T00:00:00Z"),
    ] {
        let mut life = Life::live(action);
        assert_eq!(
            life.at(time).run(C::Renew),
            off(Off::NotOffered),
            "{action:?} {time}"
        );
    }
}

#[test]
fn disabling_and_enabling_happen_once_with_a_reason() {
    let mut life = Life::live(Action::Disable);
    assert_eq!(
        life.run(C::Disable { reason: " ".into() }),
        Err(R::ReasonMissing)
    );
    let long = FieldProblem::at("reason", Problem::TooLong { most: 2_000 });
    assert_eq!(
        life.run(C::Disable {
            reason: "x".repeat(2_001)
        }),
        Err(R::Invalid(vec![long]))
    );
    assert_eq!(life.run(enable()), off(Off::AlreadyEnabled));
    assert_eq!(life.does(disable()), ["disabled", "order-issued"]);
    assert_eq!(life.run(disable()), off(Off::AlreadyDisabled));
    life.applied();
    assert_eq!(life.ordered_after(enable()), (true, OU.into()));
    assert_eq!(
        life.run(C::RepeatEnd),
        Err(R::NotDue),
        "before its end there is no grace"
    );
}

impl Life {
    fn ordered_after(&mut self, command: C) -> (bool, String) {
        self.run(command).expect("accepted");
        self.ordered()
    }
}

#[test]
fn enabled_after_its_end_it_lives_for_the_grace_then_the_action_repeats() {
    let mut life = Life::ended(Action::Disable);
    life.at("2026-04-20T10:00:00Z");
    let events = life.run(enable()).expect("enabled");
    let tenure_domain::account::AccountEvent::Enabled(enabled) = &events[0] else {
        panic!("enabled")
    };
    assert_eq!(enabled.repeat_at, Some(at("2026-04-27T10:00:00Z")));
    assert_eq!(
        (life.status(), life.end()),
        (Status::Active, at(END)),
        "without a new end"
    );
    life.applied();
    assert_eq!(
        life.at("2026-04-27T10:00:00Z").does(C::RepeatEnd),
        ["lifecycle-end-repeated", "order-issued"]
    );
    assert_eq!(
        (life.status(), life.ordered()),
        (Status::Disabled, (false, RETIREMENT_OU.into()))
    );
    assert_eq!(life.run(C::RepeatEnd), Err(R::NotDue));
}

#[test]
fn renewed_in_its_grace_it_stays() {
    let mut life = Life::ended(Action::Disable);
    life.at("2026-04-20T10:00:00Z")
        .run(enable())
        .expect("enabled");
    life.run(C::Renew).expect("renewed");
    assert_eq!(
        life.at("2026-04-27T10:00:00Z").run(C::RepeatEnd),
        Err(R::NotDue)
    );
}

#[test]
fn expired_stays_expired_whether_disabled_or_enabled() {
    let mut life = Life::ended(Action::Expire);
    life.run(disable()).expect("disabled");
    assert_eq!(life.status(), Status::Expired);
    life.applied();
    life.run(enable()).expect("enabled");
    assert_eq!(life.status(), Status::Expired);
    let desired = &life.outstanding().expect("an order").desired;
    assert_eq!(
        (desired.enabled, desired.expires_at),
        (true, Some(at(END))),
        "enabling never lifts the expiry"
    );
}

fn renewal(life: &mut Life, name: &str) -> tenure_domain::RequestId {
    let submission = submission(
        RequestKind::Renewal(id("account")),
        &template(Action::Expire),
    );
    life.approved = Some((id(name), Arc::new(submission)));
    id(name)
}

#[test]
fn an_expired_account_renews_through_a_request() {
    let mut life = Life::ended(Action::Expire);
    let request = renewal(&mut life, "renewal");
    assert_eq!(life.does(C::BeginRenewal(request)), ["renewal-requested"]);
    assert_eq!(life.status(), Status::Renewing);
    assert_eq!(
        life.run(C::BeginRenewal(request)),
        Ok(vec![]),
        "again is harmless"
    );
    assert_eq!(
        life.run(C::BeginRenewal(id("another"))),
        off(Off::RenewalPending)
    );
    assert_eq!(
        life.at("2026-04-15T09:00:00Z")
            .does(C::RenewByRequest(request)),
        ["renewed", "order-issued"]
    );
    assert_eq!(
        (life.status(), life.end()),
        (Status::Active, at("2026-07-14T00:00:00Z"))
    );
    assert_eq!(
        life.outstanding().expect("an order").desired.expires_at,
        Some(at("2026-07-14T00:00:00Z"))
    );
    assert_eq!(
        life.run(C::RenewByRequest(request)),
        Ok(vec![]),
        "it counts once"
    );
}

#[test]
fn a_denied_renewal_can_be_submitted_again_also_after_the_end() {
    let mut life = Life::live(Action::Expire);
    assert_eq!(
        life.run(C::BeginRenewal(id("early"))),
        off(Off::RenewalNotOpen)
    );
    life.at(OPENS);
    let first = renewal(&mut life, "first");
    life.run(C::BeginRenewal(first)).expect("begun");
    assert_eq!(
        life.status(),
        Status::Active,
        "renewing is said of expired accounts"
    );
    life.at(END)
        .run(C::ReachEnd(at(END)))
        .expect("a waiting renewal does not postpone the end");
    assert_eq!(life.status(), Status::Renewing);
    assert_eq!(
        life.does(C::CloseRenewal(first)),
        ["renewal-request-closed"]
    );
    assert_eq!(life.status(), Status::Expired);
    assert_eq!(life.run(C::CloseRenewal(first)), Ok(vec![]));
    let second = renewal(&mut life, "second");
    assert_eq!(life.does(C::BeginRenewal(second)), ["renewal-requested"]);
}

#[test]
fn a_renewal_needs_its_own_approved_request() {
    let mut life = Life::ended(Action::Expire);
    life.run(C::BeginRenewal(id("renewal"))).expect("begun");
    assert_eq!(
        life.run(C::RenewByRequest(id("renewal"))),
        Err(R::NotApproved),
        "not approved"
    );
    renewal(&mut life, "another");
    assert_eq!(
        life.run(C::RenewByRequest(id("renewal"))),
        Err(R::NotApproved),
        "another one was"
    );
    let mut foreign = submission(
        RequestKind::Renewal(id("foreign")),
        &template(Action::Expire),
    );
    foreign.account = id("foreign");
    life.approved = Some((id("renewal"), Arc::new(foreign)));
    assert_eq!(
        life.run(C::RenewByRequest(id("renewal"))),
        Err(R::NotApproved),
        "of another account"
    );
}

#[test]
fn an_approval_that_overtakes_the_beginning_of_its_renewal_still_renews_once() {
    let mut life = Life::ended(Action::Expire);
    let request = renewal(&mut life, "renewal");
    assert_eq!(
        life.does(C::RenewByRequest(request)),
        ["renewed", "order-issued"]
    );
    assert_eq!(
        life.run(C::BeginRenewal(request)),
        Ok(vec![]),
        "nothing is left waiting"
    );
    assert_eq!(life.run(C::RenewByRequest(request)), Ok(vec![]));
    let second = renewal(&mut life, "second");
    assert_eq!(
        life.run(C::RenewByRequest(second)),
        off(Off::RenewalNotOpen),
        "closed until the next date"
    );
}

#[test]
fn a_renewal_approved_after_the_account_was_deleted_is_refused_not_forgotten() {
    let mut life = Life::ended(Action::Expire);
    let request = renewal(&mut life, "renewal");
    life.run(C::BeginRenewal(request)).expect("begun");
    life.run(delete("svc-backup")).expect("deleted");
    assert_eq!(life.run(C::RenewByRequest(request)), off(Off::Deleted));
}

#[test]
fn declining_needs_a_reason_an_open_renewal_and_an_action_that_renews() {
    let decline = || C::DeclineRenewal { reason: why() };
    let mut life = Life::live(Action::Disable);
    assert_eq!(life.run(decline()), off(Off::RenewalNotOpen));
    life.at(OPENS);
    assert_eq!(
        life.run(C::DeclineRenewal { reason: "".into() }),
        Err(R::ReasonMissing)
    );
    assert_eq!(life.does(decline()), ["renewal-declined"]);
    assert_eq!(life.run(decline()), Ok(vec![]));
    assert!(life.run(C::Renew).is_ok(), "a change of mind is possible");
    assert_eq!(
        Life::live(Action::Delete).run(decline()),
        off(Off::NotOffered)
    );
}

#[test]
fn deleting_needs_the_typed_name_and_frees_it_when_the_directory_confirms() {
    let mut life = Life::live(Action::Disable);
    for typed in ["", "svc-backu", "SVC-BACKUP"] {
        assert_eq!(life.run(delete(typed)), Err(R::NotConfirmed), "{typed}");
    }
    let nameless = C::Delete {
        reason: "".into(),
        confirmed_name: "svc-backup".into(),
    };
    assert_eq!(life.run(nameless), Err(R::ReasonMissing));
    assert_eq!(life.does(delete("svc-backup")), ["deleted", "order-issued"]);
    assert_eq!(
        (life.status(), life.outstanding().expect("an order").kind),
        (Status::Deleted, OrderKind::Remove)
    );
    assert_eq!(life.run(delete("svc-backup")), off(Off::Deleted));
    let order = life.outstanding().expect("an order");
    let events = life
        .run(life.clone().report_on(&order, Outcome::Removed))
        .expect("removed");
    let released = &events[0].reservations(id("account"))[0];
    assert_eq!(
        (released.key.as_str(), released.change),
        ("svc-backup", ReservationChange::Release)
    );
    assert_eq!(life.managed().directory.secret, None);
}

#[test]
fn owners_change_but_never_end() {
    let owner = |name: &str| Owner::User(user(name));
    let mut life = Life::live(Action::Disable);
    assert_eq!(
        life.does(C::ChangeOwners(vec![owner("bob")])),
        ["owners-changed"]
    );
    assert_eq!(life.run(C::ChangeOwners(vec![owner("bob")])), Ok(vec![]));
    let wrong = |field: &str, problem| Err(R::Invalid(vec![FieldProblem::at(field, problem)]));
    assert_eq!(
        life.run(C::ChangeOwners(vec![])),
        wrong("owners", Problem::TooFew { least: 1 })
    );
    assert_eq!(
        life.run(C::ChangeOwners(vec![owner("bob"); 2])),
        wrong("owners[1]", Problem::Duplicate)
    );
    life.unknown_owners = vec![owner("dave")];
    assert_eq!(
        life.run(C::ChangeOwners(vec![owner("bob"), owner("dave")])),
        wrong("owners[1]", Problem::Unknown)
    );
    let many = (0..51).map(|n| owner(&n.to_string())).collect();
    assert_eq!(
        life.run(C::ChangeOwners(many)),
        wrong("owners", Problem::TooMany { most: 50 })
    );
}

#[test]
fn a_reveal_is_recorded_where_there_is_a_secret() {
    let reveal = || C::RequestSecretReveal {
        reveal: id("reveal"),
        reader_key: "ab".repeat(32),
        not_after: at(END),
    };
    let mut life = Life::begun(&template(Action::Disable));
    assert_eq!(life.run(reveal()), Err(R::NoSecret));
    life.report(done());
    assert_eq!(life.does(reveal()), ["secret-reveal-requested"]);
    assert_eq!(life.managed().identity.domain, domain_id());
}

#[test]
fn what_a_withdrawn_request_left_behind_is_removed_before_its_name_is_free() {
    use crate::scene::{abandoned_by, failure, request_id};
    use tenure_domain::order::FailureReason;
    let mut life = Life::begun(&template(Action::Disable));
    life.report(Outcome::Failed(failure(FailureReason::NameTaken)));
    let abandon = || abandoned_by(request_id());
    assert_eq!(life.does(abandon()), ["deleted", "order-issued"]);
    let order = life.outstanding().unwrap();
    // Without an objectGUID engines find the object by its fence alone: a foreign one of that name is none of ours.
    assert_eq!((order.kind, order.object), (OrderKind::Remove, None));
    assert_eq!(life.does(abandon()), Vec::<String>::new());
    assert_eq!(life.report(Outcome::Removed), ["removed"]);
    let mut live = Life::live(Action::Disable);
    assert_eq!(live.run(abandon()), Err(R::NotDue));
}
