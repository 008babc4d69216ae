//! What every directory keeps to. Each test runs on the sandbox, and on a real Active Directory where there is one.

use crate::{lab::Bind, subject::Subject};
use chrono::{Duration, TimeZone as _, Utc};
use tenure_domain::{
    ids::{AccountId, DomainId},
    order::{FailureReason, Order, OrderKind, OrderNumber, Outcome},
};
use tenure_engine_agent::vault::Vault as _;
use uuid::Uuid;

macro_rules! on_every_directory {
    ($($test:ident),* $(,)?) => {
        mod sandbox {
            $(#[tokio::test] async fn $test() { super::$test(crate::subject::Subject::sandbox()).await; })*
        }
        mod active_directory {
            $(#[tokio::test] async fn $test() {
                if let Some(subject) = crate::subject::Subject::active_directory() {
                    super::$test(subject).await;
                }
            })*
        }
    };
}

on_every_directory!(
    a_new_account_exists_and_its_password_binds,
    a_disabled_account_is_refused_and_an_enabled_one_binds_again,
    an_expired_account_is_refused_until_its_expiry_is_lifted,
    an_account_moves_to_the_retirement_unit_and_back,
    an_account_joins_its_groups,
    an_account_leaves_the_groups_that_it_shall_leave_and_no_others,
    attributes_are_changed_and_cleared,
    an_account_can_change_its_own_password_unless_it_shall_not,
    a_secret_moves_to_another_folder_and_the_account_does_not_notice,
    a_deleted_accounts_object_is_revived_with_a_new_password,
    a_revival_whose_object_is_gone_makes_a_new_one,
    a_revival_takes_nothing_but_the_deleted_accounts_object,
    a_revival_that_was_cut_off_is_taken_up_again,
    a_revival_that_is_given_up_leaves_neither_object_nor_secret,
    a_removed_account_is_gone_with_its_secret,
    what_a_frozen_engine_makes_anew_is_removed_by_name_and_fence,
    repeating_any_order_is_harmless,
    what_was_changed_behind_the_orders_back_is_not_fought_over_under_the_same_number,
    a_stale_order_changes_nothing,
    a_new_epoch_beats_every_number_of_the_old_one,
    of_concurrent_orders_the_highest_number_stays,
    a_foreign_object_is_never_adopted,
    a_foreign_fence_is_never_overwritten,
    a_cleared_fence_is_claimed_again_by_object_guid,
    a_provisioning_takes_up_what_an_earlier_one_left,
    a_provisioning_whose_password_was_lost_sets_a_new_one,
    an_account_made_disabled_does_not_bind,
    a_missing_unit_is_named,
    a_missing_group_is_named,
    a_missing_object_is_gone_for_a_change_and_done_for_a_removal,
    nothing_starts_after_its_time,
    an_order_for_another_domain_is_refused,
);

fn at_noon(days: i64) -> Option<chrono::DateTime<Utc>> {
    Some(Utc.with_ymd_and_hms(2026, 1, 1, 12, 0, 0).unwrap() + Duration::days(days))
}

fn changed(order: &Order, change: impl FnOnce(&mut Order)) -> Order {
    let mut order = order.clone();
    change(&mut order);
    order
}

async fn a_new_account_exists_and_its_password_binds(subject: Subject) {
    let order = changed(&subject.order(), |order| {
        order.folder = Some("payroll/night".into());
    });
    let Outcome::Applied { object, secret } = subject.carry_out(&order).await else {
        panic!("not applied")
    };
    let seen = subject.see(&order.desired.name).await.unwrap();
    assert_eq!(seen.guid, object);
    assert_eq!(seen.parent, order.desired.ou);
    assert_eq!((seen.enabled, seen.expires), (true, None));
    assert_eq!(seen.description.as_deref(), Some("Payroll, nightly"));
    assert_eq!(seen.department.as_deref(), Some("Finance"));
    assert_eq!(
        seen.fence.unwrap(),
        format!("tenure:{}:1.1", order.account.0.simple())
    );
    assert_eq!(secret, subject.vault.find(order.account).await.unwrap());
    let path = secret.expect("a secret").path;
    assert!(path.starts_with("payroll/night/"), "{path}");
    assert_eq!(subject.bind(&order).await, Bind::Accepted);
    assert_eq!(
        subject.bind_with(&order.desired.name, "another").await,
        Bind::WrongPassword
    );
}

async fn a_disabled_account_is_refused_and_an_enabled_one_binds_again(subject: Subject) {
    let order = subject.apply(&subject.order()).await;
    let order = subject
        .apply(&changed(&order, |order| order.desired.enabled = false))
        .await;
    assert_eq!(subject.bind(&order).await, Bind::Disabled);
    let order = subject
        .apply(&changed(&order, |order| order.desired.enabled = true))
        .await;
    assert_eq!(subject.bind(&order).await, Bind::Accepted);
}

async fn an_expired_account_is_refused_until_its_expiry_is_lifted(subject: Subject) {
    let first = changed(&subject.order(), |order| {
        order.desired.expires_at = Some(Utc::now() + Duration::days(9))
    });
    let order = subject.apply(&first).await;
    let seen = subject.see(&order.desired.name).await.unwrap();
    assert_eq!(
        seen.expires,
        first.desired.expires_at.map(|at| at.timestamp())
    );
    assert_eq!(subject.bind(&order).await, Bind::Accepted);
    let order = subject
        .apply(&changed(&order, |order| {
            order.desired.expires_at = at_noon(-400)
        }))
        .await;
    assert_eq!(subject.bind(&order).await, Bind::Expired);
    let order = subject
        .apply(&changed(&order, |order| order.desired.expires_at = None))
        .await;
    assert_eq!(
        subject.see(&order.desired.name).await.unwrap().expires,
        None
    );
    assert_eq!(subject.bind(&order).await, Bind::Accepted);
}

async fn an_account_moves_to_the_retirement_unit_and_back(subject: Subject) {
    let order = subject.apply(&subject.order()).await;
    let retired = changed(&order, |order| {
        order.desired.ou = subject.ou("Retired");
        order.desired.enabled = false;
    });
    let order = subject.apply(&retired).await;
    let seen = subject.see(&order.desired.name).await.unwrap();
    assert_eq!((seen.parent, seen.enabled), (subject.ou("Retired"), false));
    let order = subject
        .apply(&changed(&order, |order| {
            order.desired.ou = subject.ou("Service Accounts")
        }))
        .await;
    assert_eq!(
        subject.see(&order.desired.name).await.unwrap().parent,
        subject.ou("Service Accounts")
    );
}

async fn an_account_joins_its_groups(subject: Subject) {
    let group = subject.group().await;
    let order = subject
        .apply(&changed(&subject.order(), |order| {
            order.desired.groups = vec![group.clone()]
        }))
        .await;
    assert_eq!(
        subject.see(&order.desired.name).await.unwrap().groups,
        [group.clone()].into()
    );
    let order = subject
        .apply(&changed(&order, |order| {
            order.desired.ou = subject.ou("Retired")
        }))
        .await;
    assert_eq!(
        subject.see(&order.desired.name).await.unwrap().groups,
        [group].into()
    );
}

async fn an_account_leaves_the_groups_that_it_shall_leave_and_no_others(subject: Subject) {
    let (one, other) = (subject.group().await, subject.another_group().await);
    let order = subject
        .apply(&changed(&subject.order(), |order| {
            order.desired.groups = vec![one.clone(), other.clone()];
        }))
        .await;
    let leaves = changed(&order, |order| {
        order.desired.groups = vec![other.clone()];
        // However it is written; and one that is wanted is not left.
        order.desired.groups_left = vec![one.to_uppercase(), other.to_lowercase()];
    });
    let order = subject.apply(&leaves).await;
    let seen = subject.see(&order.desired.name).await.unwrap();
    assert_eq!(seen.groups, [other.clone()].into());
    let forgotten = changed(&order, |order| {
        order.desired.groups.clear();
        order.desired.groups_left = vec![one.clone(), format!("CN=Gone,{}", subject.ou("Retired"))];
    });
    subject.apply(&forgotten).await;
    let seen = subject.see(&order.desired.name).await.unwrap();
    assert_eq!(
        seen.groups,
        [other].into(),
        "an order that does not name a group leaves it alone"
    );
}

async fn attributes_are_changed_and_cleared(subject: Subject) {
    let order = subject.apply(&subject.order()).await;
    let department = |values: &[&str]| {
        changed(&order, |order| {
            order.number.n += values.len() as u64;
            let values = values.iter().map(ToString::to_string).collect();
            order.desired.attributes = [("department".to_owned(), values)].into();
        })
    };
    for (values, expected) in [(&[][..], None), (&["Sales"], Some("Sales"))] {
        subject.apply(&department(values)).await;
        let seen = subject.see(&order.desired.name).await.unwrap();
        assert_eq!(seen.department.as_deref(), expected);
    }
}

async fn an_account_can_change_its_own_password_unless_it_shall_not(subject: Subject) {
    let says =
        |order: &Order, word| changed(order, |order| order.desired.cannot_change_password = word);
    let free = subject.order();
    subject.apply(&free).await;
    assert!(subject.changes_its_own_password(&free).await);

    let bound = says(&subject.order(), Some(true));
    let next = subject.apply(&bound).await;
    assert!(!subject.changes_its_own_password(&bound).await);
    assert_eq!(subject.bind(&bound).await, Bind::Accepted);
    let seen = subject.see(&bound.desired.name).await;
    subject.apply(&bound).await;
    assert_eq!(subject.see(&bound.desired.name).await, seen, "a repeat");

    let silent = says(&next, None);
    let next = subject.apply(&silent).await;
    assert!(
        !subject.changes_its_own_password(&silent).await,
        "an order that says nothing of it leaves it alone"
    );
    let allowed = says(&next, Some(false));
    let next = subject.apply(&allowed).await;
    let denied_again = says(&next, Some(true));
    subject.apply(&denied_again).await;
    assert!(!subject.changes_its_own_password(&bound).await);
    let last = changed(&denied_again, |order| {
        order.number.n += 1;
        order.desired.cannot_change_password = Some(false);
    });
    subject.apply(&last).await;
    assert!(subject.changes_its_own_password(&bound).await);
}

async fn a_secret_moves_to_another_folder_and_the_account_does_not_notice(subject: Subject) {
    let order = subject.order();
    let next = subject.apply(&order).await;
    let moves = changed(&next, |order| {
        order.moves_secret = true;
        order.folder = Some("batch/night".into());
    });
    for _ in 0..2 {
        let Outcome::Applied { secret, .. } = subject.carry_out(&moves).await else {
            panic!("not applied")
        };
        assert!(secret.clone().unwrap().path.starts_with("batch/night/"));
        assert_eq!(secret, subject.vault.find(order.account).await.unwrap());
        assert_eq!(subject.bind(&order).await, Bind::Accepted);
    }
}

/// An account at the end of its lifecycle, and the order for the one that revives it.
async fn deleted(subject: &Subject) -> (Order, Order) {
    let group = subject.group().await;
    let provision = changed(&subject.order(), |order| order.desired.groups = vec![group]);
    let order = subject.apply(&provision).await;
    let retired = changed(&order, |order| {
        order.desired.enabled = false;
        order.desired.ou = subject.ou("Retired");
        order.desired.expires_at = at_noon(0);
    });
    let old = subject.apply(&retired).await;
    let other = subject.another_group().await;
    let revival = changed(&subject.order(), |order| {
        order.object = old.object;
        order.revives = Some(old.account);
        order.desired.name.clone_from(&old.desired.name);
        order.desired.attributes = [("department".to_owned(), vec!["Sales".to_owned()])].into();
        order.desired.groups = vec![other];
        order.desired.groups_left.clone_from(&old.desired.groups);
    });
    (old, revival)
}

async fn a_deleted_accounts_object_is_revived_with_a_new_password(subject: Subject) {
    let (old, revival) = deleted(&subject).await;
    let old_password = subject.password(&old).await;
    let next = subject.apply(&revival).await;
    assert_eq!(next.object, old.object, "the same object");
    let seen = subject.see(&revival.desired.name).await.unwrap();
    assert_eq!(Some(seen.guid), old.object);
    assert_eq!(
        (seen.parent.as_str(), seen.enabled, seen.expires),
        (revival.desired.ou.as_str(), true, None)
    );
    assert_eq!(seen.department.as_deref(), Some("Sales"));
    assert_eq!(
        seen.groups,
        revival.desired.groups.iter().cloned().collect()
    );
    assert_eq!(subject.bind(&revival).await, Bind::Accepted);
    assert_eq!(
        subject.bind_with(&old.desired.name, &old_password).await,
        Bind::WrongPassword,
        "not even for the hour in which a directory accepts the last one"
    );
    let old_secret = subject.vault.find(old.account).await.unwrap();
    assert_eq!(old_secret, None, "the deleted account's secret is gone");

    // Whatever of the deleted account is still on its way changes nothing any more.
    for kind in [OrderKind::Change, OrderKind::Remove] {
        let late = changed(&old, |order| {
            order.kind = kind;
            order.number.n = 99;
        });
        assert_eq!(subject.failure(&late).await, FailureReason::ForeignFence);
    }
    let again = subject.see(&revival.desired.name).await.unwrap();
    assert_eq!(again, seen);
    subject.carry_out(&revival).await;
    assert_eq!(
        subject.see(&revival.desired.name).await,
        Some(seen),
        "a repeat is harmless"
    );
    assert_eq!(subject.bind(&revival).await, Bind::Accepted);
}

async fn a_revival_whose_object_is_gone_makes_a_new_one(subject: Subject) {
    let (old, revival) = deleted(&subject).await;
    let purge = changed(&old, |order| order.kind = OrderKind::Remove);
    assert_eq!(subject.carry_out(&purge).await, Outcome::Removed);
    let next = subject.apply(&revival).await;
    assert_ne!(next.object, old.object);
    assert_eq!(subject.bind(&revival).await, Bind::Accepted);
}

async fn a_revival_takes_nothing_but_the_deleted_accounts_object(subject: Subject) {
    let (old, revival) = deleted(&subject).await;
    let stranger = changed(&revival, |order| {
        order.revives = Some(AccountId(Uuid::now_v7()));
    });
    assert_eq!(
        subject.failure(&stranger).await,
        FailureReason::ForeignFence
    );
    let nameless = changed(&stranger, |order| order.object = None);
    assert_eq!(subject.failure(&nameless).await, FailureReason::NameTaken);
    let unrelated = changed(&nameless, |order| order.revives = None);
    assert_eq!(subject.failure(&unrelated).await, FailureReason::NameTaken);
    assert_eq!(subject.vault.find(revival.account).await.unwrap(), None);
    assert!(!subject.see(&old.desired.name).await.unwrap().enabled);
    subject.apply(&old).await;
}

async fn a_revival_that_was_cut_off_is_taken_up_again(subject: Subject) {
    let (old, revival) = deleted(&subject).await;
    let failed = changed(&revival, |order| {
        order.desired.groups = vec![format!("CN=Nobody,{}", subject.ou("Service Accounts"))];
    });
    assert_eq!(subject.failure(&failed).await, FailureReason::NoSuchGroup);
    let retry = changed(&revival, |order| order.number.n = 2);
    let next = subject.apply(&retry).await;
    assert_eq!(next.object, old.object);
    assert_eq!(subject.bind(&retry).await, Bind::Accepted);
    assert_eq!(subject.vault.find(old.account).await.unwrap(), None);
}

async fn a_revival_that_is_given_up_leaves_neither_object_nor_secret(subject: Subject) {
    let (old, revival) = deleted(&subject).await;
    let given_up = changed(&revival, |order| {
        order.kind = OrderKind::Remove;
        order.object = None;
        order.number.n = 2;
    });
    assert_eq!(subject.carry_out(&given_up).await, Outcome::Removed);
    assert_eq!(subject.see(&old.desired.name).await, None);
    assert_eq!(subject.vault.find(old.account).await.unwrap(), None);

    // What only has the name is not touched.
    let (other, revival) = deleted(&subject).await;
    let given_up = changed(&revival, |order| {
        order.kind = OrderKind::Remove;
        order.object = None;
        order.revives = None;
    });
    assert_eq!(subject.carry_out(&given_up).await, Outcome::Removed);
    assert!(subject.see(&other.desired.name).await.is_some());
}

async fn a_removed_account_is_gone_with_its_secret(subject: Subject) {
    let order = subject.apply(&subject.order()).await;
    let remove = changed(&order, |order| order.kind = OrderKind::Remove);
    assert_eq!(subject.carry_out(&remove).await, Outcome::Removed);
    assert_eq!(subject.see(&order.desired.name).await, None);
    assert_eq!(subject.vault.find(order.account).await.unwrap(), None);
    assert_eq!(subject.carry_out(&remove).await, Outcome::Removed);
}

/// Another engine did the first order while one was frozen over it; then the account was removed. Nothing of it is left
/// that could stop the one that wakes up in time, so the core looks once more when the first order's time is over.
async fn what_a_frozen_engine_makes_anew_is_removed_by_name_and_fence(subject: Subject) {
    let first = subject.order();
    let next = subject.apply(&first).await;
    let removal = changed(&next, |order| order.kind = OrderKind::Remove);
    assert_eq!(subject.carry_out(&removal).await, Outcome::Removed);

    let woken = subject.carry_out(&first).await;
    assert!(matches!(woken, Outcome::Applied { .. }), "{woken:?}");
    let look = changed(&removal, |order| {
        order.number.n += 1;
        order.object = None;
    });
    assert_eq!(subject.carry_out(&look).await, Outcome::Removed);
    assert_eq!(subject.see(&first.desired.name).await, None);
    assert_eq!(subject.vault.find(first.account).await.unwrap(), None);
}

async fn repeating_any_order_is_harmless(subject: Subject) {
    let group = subject.group().await;
    let provision = changed(&subject.order(), |order| order.desired.groups = vec![group]);
    let change = subject.apply(&provision).await;
    let password = subject.password(&provision).await;
    let seen = subject.see(&provision.desired.name).await;
    let again = subject.carry_out(&provision).await;
    assert!(
        matches!(
            again,
            Outcome::Applied {
                secret: Some(_),
                ..
            }
        ),
        "{again:?}"
    );
    assert_eq!(subject.see(&provision.desired.name).await, seen);
    assert_eq!(subject.password(&provision).await, password);
    assert_eq!(subject.bind(&provision).await, Bind::Accepted);

    let change = changed(&change, |order| {
        order.desired.enabled = false;
        order.desired.ou = subject.ou("Retired");
        order.desired.expires_at = at_noon(0);
        order
            .desired
            .attributes
            .insert("department".into(), vec!["Closed".into()]);
    });
    let first = subject.carry_out(&change).await;
    let seen = subject.see(&change.desired.name).await;
    assert_eq!(subject.carry_out(&change).await, first);
    assert_eq!(subject.see(&change.desired.name).await, seen);
    assert_eq!(seen.unwrap().department.as_deref(), Some("Closed"));
}

async fn what_was_changed_behind_the_orders_back_is_not_fought_over_under_the_same_number(
    subject: Subject,
) {
    let order = subject.apply(&subject.order()).await;
    let disable = changed(&order, |order| order.desired.enabled = false);
    let next = subject.apply(&disable).await;
    subject.set_enabled(&order.desired.name, true).await;
    assert!(matches!(
        subject.carry_out(&disable).await,
        Outcome::Deferred(_)
    ));
    assert!(subject.see(&order.desired.name).await.unwrap().enabled);
    subject.apply(&next).await;
    assert!(!subject.see(&order.desired.name).await.unwrap().enabled);
}

async fn a_stale_order_changes_nothing(subject: Subject) {
    let first = subject.order();
    let second = subject.apply(&first).await;
    let third = subject
        .apply(&changed(&second, |order| order.desired.enabled = false))
        .await;
    let seen = subject.see(&first.desired.name).await;
    for stale in [
        first.clone(),
        changed(&first, |order| order.object = second.object),
        changed(&third, |order| order.number.n = 1),
        changed(&third, |order| {
            order.number.n = 1;
            order.kind = OrderKind::Remove;
        }),
        changed(&third, |order| {
            order.number = OrderNumber { epoch: 0, n: 99 }
        }),
    ] {
        assert_eq!(subject.failure(&stale).await, FailureReason::Superseded);
        assert_eq!(subject.see(&first.desired.name).await, seen);
    }
    assert_eq!(subject.bind(&first).await, Bind::Disabled);
}

async fn a_new_epoch_beats_every_number_of_the_old_one(subject: Subject) {
    let order = subject
        .apply(&changed(&subject.order(), |order| order.number.n = 500))
        .await;
    let new_epoch = changed(&order, |order| {
        order.number = OrderNumber { epoch: 2, n: 1 };
        order.desired.enabled = false;
    });
    subject.apply(&new_epoch).await;
    assert_eq!(subject.failure(&order).await, FailureReason::Superseded);
}

async fn of_concurrent_orders_the_highest_number_stays(subject: Subject) {
    let order = subject.apply(&subject.order()).await;
    let numbered = |n: u64| {
        changed(&order, |order| {
            order.number.n = n;
            order.desired.enabled = n.is_multiple_of(2);
            order.desired.description = Some(format!("number {n}"));
        })
    };
    let orders: Vec<_> = [5, 9, 2, 7, 3, 8, 4, 6].into_iter().map(numbered).collect();
    let outcomes =
        futures::future::join_all(orders.iter().map(|order| subject.carry_out(order))).await;
    for (order, outcome) in orders.iter().zip(&outcomes) {
        let superseded = matches!(outcome, Outcome::Failed(failure) if failure.reason == FailureReason::Superseded);
        assert!(
            superseded || matches!(outcome, Outcome::Applied { .. }),
            "{}: {outcome:?}",
            order.number
        );
    }
    assert!(
        matches!(outcomes[1], Outcome::Applied { .. }),
        "{:?}",
        outcomes[1]
    );
    let seen = subject.see(&order.desired.name).await.unwrap();
    assert_eq!(
        seen.fence.unwrap(),
        format!("tenure:{}:1.9", order.account.0.simple())
    );
    assert_eq!(
        (seen.enabled, seen.description.as_deref()),
        (false, Some("number 9"))
    );
}

async fn a_foreign_object_is_never_adopted(subject: Subject) {
    let order = subject.order();
    subject.put_foreign(&order.desired.name).await;
    let seen = subject.see(&order.desired.name).await;
    assert_eq!(subject.failure(&order).await, FailureReason::NameTaken);
    // Nor in another unit, nor when it is another account's, nor for removal or change.
    let elsewhere = changed(&order, |order| order.desired.ou = subject.ou("Retired"));
    assert_eq!(subject.failure(&elsewhere).await, FailureReason::NameTaken);
    let change = changed(&order, |order| order.kind = OrderKind::Change);
    assert_eq!(subject.failure(&change).await, FailureReason::ObjectGone);
    let remove = changed(&order, |order| order.kind = OrderKind::Remove);
    assert_eq!(subject.carry_out(&remove).await, Outcome::Removed);
    assert_eq!(subject.see(&order.desired.name).await, seen);
    assert_eq!(
        subject.vault.find(order.account).await.unwrap(),
        None,
        "no secret is left for it"
    );

    let ours = subject.order();
    subject.apply(&ours).await;
    let other = changed(&ours, |order| order.account = AccountId(Uuid::now_v7()));
    assert_eq!(subject.failure(&other).await, FailureReason::NameTaken);
    assert_eq!(subject.bind(&ours).await, Bind::Accepted);
}

async fn a_foreign_fence_is_never_overwritten(subject: Subject) {
    let change = subject.apply(&subject.order()).await;
    subject
        .set_fence(
            &change.desired.name,
            Some("User_something of the Exchange team"),
        )
        .await;
    let disable = changed(&change, |order| order.desired.enabled = false);
    assert_eq!(subject.failure(&disable).await, FailureReason::ForeignFence);
    let remove = changed(&change, |order| order.kind = OrderKind::Remove);
    assert_eq!(subject.failure(&remove).await, FailureReason::ForeignFence);
    let seen = subject.see(&change.desired.name).await.unwrap();
    assert_eq!(
        seen.fence.as_deref(),
        Some("User_something of the Exchange team")
    );
    assert!(seen.enabled);
}

async fn a_cleared_fence_is_claimed_again_by_object_guid(subject: Subject) {
    let change = subject.apply(&subject.order()).await;
    subject.set_fence(&change.desired.name, None).await;
    let unknown = changed(&change, |order| order.object = None);
    assert_eq!(subject.failure(&unknown).await, FailureReason::ObjectGone);
    subject.apply(&change).await;
    let seen = subject.see(&change.desired.name).await.unwrap();
    assert_eq!(
        seen.fence.unwrap(),
        format!("tenure:{}:1.2", change.account.0.simple())
    );
}

async fn a_provisioning_takes_up_what_an_earlier_one_left(subject: Subject) {
    let first = subject.order();
    subject.apply(&first).await;
    let password = subject.password(&first).await;
    let second = changed(&first, |order| {
        order.number.n = 2;
        order
            .desired
            .attributes
            .insert("department".into(), vec!["Audit".into()]);
    });
    subject.apply(&second).await;
    assert_eq!(
        subject
            .see(&first.desired.name)
            .await
            .unwrap()
            .department
            .as_deref(),
        Some("Audit")
    );
    assert_eq!(subject.password(&first).await, password);
    assert_eq!(subject.bind(&first).await, Bind::Accepted);
}

async fn a_provisioning_whose_password_was_lost_sets_a_new_one(subject: Subject) {
    let order = subject.order();
    subject.apply(&order).await;
    let old = subject.password(&order).await;
    subject.vault.delete(order.account).await.unwrap();
    subject.apply(&order).await;
    assert_ne!(subject.password(&order).await, old);
    assert_eq!(subject.bind(&order).await, Bind::Accepted);
    // Active Directory accepts the password before the last one for an hour where a site says so; Samba's default too.
    let next = changed(&order, |order| order.number.n = 2);
    subject
        .vault
        .write(
            order.account,
            None,
            &tenure_engine_agent::vault::Secret::new("Put-There.2-by-Hand".into()),
        )
        .await
        .unwrap();
    subject.apply(&next).await;
    assert_eq!(subject.bind(&order).await, Bind::Accepted);
    assert_eq!(subject.password(&order).await, "Put-There.2-by-Hand");
}

async fn an_account_made_disabled_does_not_bind(subject: Subject) {
    let order = subject
        .apply(&changed(&subject.order(), |order| {
            order.desired.enabled = false
        }))
        .await;
    assert_eq!(subject.bind(&order).await, Bind::Disabled);
    subject
        .apply(&changed(&order, |order| order.desired.enabled = true))
        .await;
    assert_eq!(subject.bind(&order).await, Bind::Accepted);
}

async fn a_missing_unit_is_named(subject: Subject) {
    let nowhere = changed(&subject.order(), |order| {
        order.desired.ou = subject.ou("Nowhere")
    });
    assert_eq!(subject.failure(&nowhere).await, FailureReason::NoSuchOu);
    assert_eq!(subject.see(&nowhere.desired.name).await, None);
    assert_eq!(subject.vault.find(nowhere.account).await.unwrap(), None);
    let order = subject.apply(&subject.order()).await;
    let moved = changed(&order, |order| order.desired.ou = subject.ou("Nowhere"));
    assert_eq!(subject.failure(&moved).await, FailureReason::NoSuchOu);
    assert_eq!(
        subject.see(&order.desired.name).await.unwrap().parent,
        subject.ou("Service Accounts")
    );
}

async fn a_missing_group_is_named(subject: Subject) {
    let nobody = format!("CN=Nobody,{}", subject.ou("Service Accounts"));
    let order = changed(&subject.order(), |order| {
        order.desired.groups = vec![nobody]
    });
    assert_eq!(subject.failure(&order).await, FailureReason::NoSuchGroup);
    // Once the template is corrected, the retry takes up what is there.
    let retry = changed(&order, |order| {
        order.number.n = 2;
        order.desired.groups.clear();
    });
    subject.apply(&retry).await;
    assert_eq!(subject.bind(&retry).await, Bind::Accepted);
}

async fn a_missing_object_is_gone_for_a_change_and_done_for_a_removal(subject: Subject) {
    for object in [None, Some(Uuid::now_v7())] {
        let change = changed(&subject.order(), |order| {
            order.kind = OrderKind::Change;
            order.object = object;
        });
        assert_eq!(subject.failure(&change).await, FailureReason::ObjectGone);
        let remove = changed(&change, |order| order.kind = OrderKind::Remove);
        assert_eq!(subject.carry_out(&remove).await, Outcome::Removed);
    }
}

async fn nothing_starts_after_its_time(subject: Subject) {
    let late = changed(&subject.order(), |order| {
        order.not_after = Utc::now() - Duration::seconds(1)
    });
    let too_late = |outcome: Outcome| matches!(outcome, Outcome::Deferred(f) if f.reason == FailureReason::TooLate);
    assert!(too_late(subject.carry_out(&late).await));
    assert_eq!(subject.see(&late.desired.name).await, None);
    assert_eq!(subject.vault.find(late.account).await.unwrap(), None);
    let order = subject.apply(&subject.order()).await;
    for kind in [OrderKind::Change, OrderKind::Remove] {
        let late = changed(&order, |order| {
            order.kind = kind;
            order.desired.enabled = false;
            order.not_after = late.not_after;
        });
        assert!(too_late(subject.carry_out(&late).await));
        assert!(subject.see(&order.desired.name).await.unwrap().enabled);
    }
    assert_eq!(subject.bind(&order).await, Bind::Accepted);
}

async fn an_order_for_another_domain_is_refused(subject: Subject) {
    let foreign = changed(&subject.order(), |order| {
        order.domain = DomainId(Uuid::now_v7())
    });
    assert_eq!(subject.failure(&foreign).await, FailureReason::InvalidOrder);
    assert_eq!(subject.see(&foreign.desired.name).await, None);
}
