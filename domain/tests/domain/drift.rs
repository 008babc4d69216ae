//! What an account makes of a comparison: since when something differs, when it does not count, how it is repaired and ends.

use crate::scene::{Life, failure, template};
use tenure_domain::{
    account::{AccountCommand as C, AccountEvent, AccountRefusal as R, DriftSeen},
    directory::{
        AccountsDrifted, DomainCommand, DomainContent, DomainKind, DomainRefusal, DomainRegistered,
    },
    drift::{
        Comparison, Difference, DriftField as F, DriftLimits, DriftRepair, DriftSection, Held,
    },
    lifecycle::EndOfLifecycleAction as Action,
    order::{FailureReason, OrderKind, Outcome},
    problem::Problem,
    synchronisation::SyncPlan,
};
use uuid::Uuid;

fn differs(field: F, observed: &str) -> Difference {
    Difference {
        field,
        of: None,
        wanted: vec!["as wanted".into()],
        observed: vec![observed.into()],
    }
}

/// What a look comes to that was compared with the account as it is now.
fn seen(life: &Life, differences: &[Difference], repair: DriftRepair) -> C {
    C::RecordDrift(Box::new(DriftSeen {
        run: Uuid::from_u128(7),
        number: life.managed().directory.last_number,
        comparison: Comparison {
            differences: differences.to_vec(),
            ..Comparison::default()
        },
        repair,
    }))
}

fn looks(life: &mut Life, differences: &[Difference], repair: DriftRepair) -> Vec<String> {
    let seen = seen(life, differences, repair);
    life.does(seen)
}

/// What differs now, and since when.
fn standing(life: &Life) -> Vec<(F, String)> {
    let drift = life.managed().drift.as_ref().expect("drift");
    let differences = drift.differences.iter();
    differences
        .map(|found| (found.difference.field, found.since.to_rfc3339()))
        .collect()
}

#[test]
fn what_differs_is_said_once_and_since_when_survives_later_looks() {
    let mut life = Life::live(Action::Disable);
    let enabled = [differs(F::Enabled, "no")];
    life.at("2026-02-01T08:00:00Z");
    let found = looks(&mut life, &enabled, DriftRepair::Reported);
    assert_eq!(found, ["drift-found"]);
    life.at("2026-02-01T08:15:00Z");
    let again = looks(&mut life, &enabled, DriftRepair::Reported);
    assert_eq!(again, [""; 0], "nothing has changed");
    // The other has another value now, and something new differs.
    life.at("2026-02-02T08:00:00Z");
    let more = [
        differs(F::Enabled, "still not"),
        differs(F::Ou, "elsewhere"),
    ];
    assert_eq!(
        looks(&mut life, &more, DriftRepair::Reported),
        ["drift-found"]
    );
    let AccountEvent::DriftFound(last) = life.history.last().unwrap() else {
        panic!("no drift");
    };
    assert!(last.changed);
    let (first, second) = ("2026-02-01T08:00:00+00:00", "2026-02-02T08:00:00+00:00");
    assert_eq!(
        standing(&life),
        [(F::Enabled, first.into()), (F::Ou, second.into())]
    );
    assert_eq!(
        looks(&mut life, &[], DriftRepair::Reported),
        ["drift-ended"]
    );
    assert_eq!(life.managed().drift, None);
    assert_eq!(looks(&mut life, &[], DriftRepair::Reported), [""; 0]);
}

#[test]
fn a_look_does_not_count_while_an_order_is_on_its_way_or_after_another_one() {
    let enabled = [differs(F::Enabled, "yes")];
    let mut life = Life::live(Action::Disable);
    let before = seen(&life, &enabled, DriftRepair::Ordered);
    life.does(C::Disable {
        reason: "unused".into(),
    });
    assert!(life.managed().comparable().is_none());
    assert_eq!(life.run(before.clone()), Err(R::NotDue));
    let now = seen(&life, &enabled, DriftRepair::Ordered);
    assert_eq!(life.run(now), Err(R::NotDue));
    life.applied();
    assert_eq!(
        life.run(before),
        Err(R::NotDue),
        "it was compared with what was wanted before"
    );
    let now = seen(&life, &enabled, DriftRepair::Reported);
    assert!(life.run(now).is_ok());
}

#[test]
fn what_the_directory_refused_is_not_drift() {
    let mut life = Life::live(Action::Disable);
    life.does(C::Disable {
        reason: "unused".into(),
    });
    life.report(Outcome::Failed(failure(FailureReason::InsufficientRights)));
    assert!(life.managed().comparable().is_none());
}

#[test]
fn what_does_not_exist_yet_or_any_more_is_not_compared_but_what_waits_to_be_purged_is() {
    let begun = Life::begun(&template(Action::Delete));
    assert!(begun.managed().comparable().is_none());
    let mut ended = Life::ended(Action::Delete);
    let expected = ended.managed().comparable().expect("it is still there");
    assert!(!expected.desired.enabled);
    // Somebody has enabled it behind Tenure's back.
    looks(
        &mut ended,
        &[differs(F::Enabled, "yes")],
        DriftRepair::Reported,
    );
    ended.does(C::Purge {
        reason: "not needed".into(),
    });
    assert_eq!(ended.managed().drift, None);
    ended.report(Outcome::Removed);
    assert!(ended.managed().comparable().is_none());
}

#[test]
fn it_is_compared_with_what_orders_carry() {
    let life = Life::live(Action::Expire);
    let expected = life.managed().comparable().unwrap();
    let directory = &life.managed().directory;
    assert_eq!(Some(expected.object), directory.object);
    assert_eq!(expected.applied, directory.last_number);
    let wanted = Some((OrderKind::Change, expected.desired));
    assert_eq!(life.managed().wanted(), wanted);
}

#[test]
fn a_repair_is_an_order_like_any_other_and_ends_what_differed() {
    let mut life = Life::live(Action::Disable);
    let differences = [differs(F::Enabled, "no"), differs(F::Group, "no member")];
    let did = looks(&mut life, &differences, DriftRepair::Ordered);
    assert_eq!(did, ["drift-found", "order-issued"]);
    let order = life.outstanding().expect("an order");
    assert_eq!(
        Some((order.kind, order.desired.clone())),
        life.managed().wanted()
    );
    assert_eq!(life.applied(), ["order-applied", "drift-ended"]);
    assert!(life.managed().drift.is_none());
    let AccountEvent::DriftEnded(ended) = life.history.last().unwrap() else {
        panic!("it goes on");
    };
    assert_eq!(ended.how.text(), "repaired");
    // Nothing more is ordered.
    assert!(life.outstanding().is_none());
}

#[test]
fn a_repair_that_the_directory_refuses_is_not_repeated_by_itself() {
    let mut life = Life::live(Action::Disable);
    let enabled = [differs(F::Enabled, "no")];
    looks(&mut life, &enabled, DriftRepair::Ordered);
    life.report(Outcome::Failed(failure(FailureReason::InsufficientRights)));
    assert_eq!(looks(&mut life, &enabled, DriftRepair::Ordered), [""; 0]);
    assert!(life.outstanding().is_none());
    // The object may carry the number of the one before, or of the one that failed.
    let expected = life.managed().comparable().unwrap();
    assert_eq!((expected.applied.n, expected.issued.n), (1, 2));
    // Somebody wants another attempt.
    let again = C::RepairDrift {
        reason: "rights are granted".into(),
        held: false,
    };
    assert_eq!(life.does(again), ["drift-repair-ordered", "order-issued"]);
    life.report(Outcome::Failed(failure(FailureReason::InsufficientRights)));
    // Or mends it by hand: there is nothing to try again any more.
    assert_eq!(looks(&mut life, &[], DriftRepair::Ordered), ["drift-ended"]);
    assert_eq!(life.run(C::RetryFailed), Err(R::NothingToRetry));
    assert_eq!(life.managed().directory.failure, None);
}

#[test]
fn an_order_for_something_else_takes_the_differences_along() {
    let mut life = Life::live(Action::Disable);
    looks(
        &mut life,
        &[differs(F::Ou, "elsewhere")],
        DriftRepair::Reported,
    );
    assert!(life.outstanding().is_none());
    life.does(C::Disable {
        reason: "unused".into(),
    });
    assert_eq!(life.applied(), ["order-applied", "drift-ended"]);
    // But not what no order repairs.
    looks(
        &mut life,
        &[differs(F::Name, "svc-renamed")],
        DriftRepair::Reported,
    );
    life.does(C::Enable {
        reason: "used".into(),
    });
    assert_eq!(life.applied(), ["order-applied"]);
    assert!(life.managed().drift.is_some());
}

#[test]
fn what_is_gone_is_never_made_anew() {
    let mut life = Life::live(Action::Disable);
    let gone = [differs(F::Existence, "gone")];
    looks(&mut life, &gone, DriftRepair::Reported);
    let repair = C::RepairDrift {
        reason: "we need it".into(),
        held: false,
    };
    assert_eq!(life.run(repair), Err(R::NothingToRepair));
    assert!(life.outstanding().is_none());
    let everything = DriftSection {
        repair: F::ALL.to_vec(),
    };
    assert!(!everything.repairs(&gone));
}

#[test]
fn what_was_held_back_is_repaired_or_left_by_decision() {
    let enabled = [differs(F::Enabled, "no")];
    let decided = |held: C| {
        let mut life = Life::live(Action::Disable);
        assert_eq!(
            looks(&mut life, &enabled, DriftRepair::Held),
            ["drift-found"]
        );
        let did = life.does(held.clone());
        // The same decision again does not concern it any more.
        assert_eq!(life.run(held), Err(R::NotDue));
        did
    };
    let reason = String::from("the project is over");
    let repair = C::RepairDrift {
        reason: reason.clone(),
        held: true,
    };
    assert_eq!(decided(repair), ["drift-repair-ordered", "order-issued"]);
    assert_eq!(decided(C::LeaveDrift { reason }), ["drift-left"]);
}

#[test]
fn a_repair_by_hand_needs_a_reason_and_something_to_repair() {
    let mut life = Life::live(Action::Disable);
    let repair = |reason: &str| C::RepairDrift {
        reason: reason.into(),
        held: false,
    };
    assert_eq!(life.run(repair("why not")), Err(R::NothingToRepair));
    looks(
        &mut life,
        &[differs(F::Enabled, "no")],
        DriftRepair::Reported,
    );
    assert_eq!(life.run(repair(" ")), Err(R::ReasonMissing));
    assert_eq!(
        life.does(repair("mine")),
        ["drift-repair-ordered", "order-issued"]
    );
    assert_eq!(life.does(repair("mine")), [""; 0], "it is on its way");
}

#[test]
fn a_template_repairs_what_it_names_and_whatever_differs_beside_it() {
    let section = DriftSection {
        repair: vec![F::Enabled],
    };
    let (enabled, ou) = (differs(F::Enabled, "yes"), differs(F::Ou, "elsewhere"));
    assert!(section.repairs(&[ou.clone(), enabled.clone()]));
    assert!(!section.repairs(&[ou]));
    assert!(!section.repairs(&[]));
    assert!(!DriftSection::default().repairs(&[enabled]));
}

#[test]
fn a_template_that_would_repair_what_no_order_can_is_not_published() {
    let mut content = template(Action::Disable);
    content.drift.repair = vec![F::Enabled, F::Existence, F::Enabled];
    let problems = tenure_domain::template::problems(&content);
    let found: Vec<_> = problems
        .iter()
        .map(|p| (p.field.as_str(), &p.problem))
        .collect();
    assert!(matches!(
        found.as_slice(),
        [
            ("drift.repair[1]", Problem::NotAmong { .. }),
            ("drift.repair[2]", Problem::Duplicate)
        ]
    ));
}

#[test]
fn versions_of_a_template_are_compared_by_what_they_repair() {
    let before = template(Action::Disable);
    let mut after = before.clone();
    after.drift.repair = vec![F::Ou];
    let found = tenure_domain::template::compare(&before, &after);
    let fields: Vec<_> = found.iter().map(|d| d.field.as_str()).collect();
    assert_eq!(fields, ["drift"]);
}

#[test]
fn a_plan_with_limits_that_cannot_be_is_refused() {
    let plan = SyncPlan {
        drift: DriftLimits {
            accounts: 0,
            per_cent: 5,
        },
        ..SyncPlan::default()
    };
    let fields: Vec<_> = plan.problems().into_iter().map(|p| p.field).collect();
    assert_eq!(fields, ["drift.accounts"]);
}

#[test]
fn a_repair_that_was_held_back_waits_for_one_decision_with_a_reason() {
    use crate::scene::{by, given};
    use tenure_domain::directory::{Domain, DriftDecided};
    let content = DomainContent {
        name: "corp.example.com".into(),
        kind: DomainKind::ActiveDirectory,
        base_dn: "DC=corp,DC=example,DC=com".into(),
    };
    let drifted = |held| AccountsDrifted {
        run: Uuid::from_u128(7),
        count: 30,
        repaired: 0,
        held,
        unseen: 0,
        accounts: vec![],
    };
    let decide = |reason: &str| DomainCommand::DecideDrift {
        repair: true,
        reason: reason.into(),
    };
    let held = Held {
        accounts: 30,
        managed: 100,
        allowed: 5,
    };
    let context = by("ada", ());
    let registered = || DomainRegistered {
        content: content.clone(),
    };
    given::<Domain>([registered().into(), drifted(None).into()])
        .when(decide("a project"), &context)
        .refused(DomainRefusal::NothingHeld);
    let waits = || {
        given::<Domain>([
            registered().into(),
            drifted(Some(held)).into(),
            drifted(None).into(),
        ])
    };
    waits()
        .when(decide(" "), &context)
        .refused(DomainRefusal::ReasonMissing);
    let decided = DriftDecided {
        repair: true,
        reason: "a project".into(),
    };
    waits()
        .when(decide("a project"), &context)
        .then([decided.into()])
        .when(decide("again"), &context)
        .refused(DomainRefusal::NothingHeld);
    let nothing = AccountsDrifted {
        count: 0,
        ..drifted(None)
    };
    waits()
        .when(DomainCommand::RecordDrift(nothing), &context)
        .nothing();
}
