//! Accounts that nobody manages and that were found useless, on both directories: disabled and deleted as they were found,
//! let go of as they were found, and left alone if they are not.

use crate::subject::Subject;
use tenure_domain::{
    ids::AccountId,
    order::{Expected, FailureReason, Order, OrderKind, Outcome},
};
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
    a_useless_account_is_disabled_where_it_is_and_deleted_later,
    a_useless_account_is_let_go_of_as_it_was_found,
    of_an_import_that_is_taken_back_only_the_mark_goes,
    what_was_enabled_since_is_left_alone_and_not_deleted,
    what_was_moved_or_renamed_since_is_left_alone,
);

/// An account that Tenure made and lost: nobody's, with a password, and the order that disables it.
async fn found(subject: &Subject, enabled: bool) -> Order {
    let made = subject.order();
    let next = subject.apply(&made).await;
    let name = &made.desired.name;
    subject.set_fence(name, None).await;
    subject.set_enabled(name, enabled).await;
    let account = AccountId(Uuid::now_v7());
    let mut order = Order {
        account,
        kind: OrderKind::Change,
        number: made.number,
        object: next.object,
        expects: Some(Box::new(Expected {
            enabled,
            last_sign_in: subject.last_sign_in(name).await,
            password_set: subject.password_set(name).await,
        })),
        ..made
    };
    order.desired.enabled = false;
    order.desired.description = None;
    order.desired.attributes.clear();
    order
}

fn next(order: &Order, kind: OrderKind) -> Order {
    let mut next = order.clone();
    next.kind = kind;
    next.number.n += 1;
    next
}

async fn a_useless_account_is_disabled_where_it_is_and_deleted_later(subject: Subject) {
    let order = found(&subject, true).await;
    let name = order.desired.name.clone();
    let before = subject.see(&name).await.unwrap();
    subject.apply(&order).await;
    let seen = subject.see(&name).await.unwrap();
    assert!(!seen.enabled);
    assert!(seen.fence.unwrap().starts_with("tenure:"));
    assert_eq!(
        (seen.guid, seen.parent, seen.description, seen.department),
        (
            before.guid,
            before.parent,
            before.description,
            before.department
        )
    );
    // The same order again, and one after a lost report, are harmless.
    subject.apply(&order).await;
    let again = next(&order, OrderKind::Change);
    subject.apply(&again).await;
    let remove = next(&again, OrderKind::Remove);
    assert_eq!(subject.carry_out(&remove).await, Outcome::Removed);
    assert_eq!(subject.see(&name).await, None);
    assert_eq!(subject.carry_out(&remove).await, Outcome::Removed);
}

async fn a_useless_account_is_let_go_of_as_it_was_found(subject: Subject) {
    for enabled in [true, false] {
        let order = found(&subject, enabled).await;
        let name = order.desired.name.clone();
        let before = subject.see(&name).await.unwrap();
        subject.apply(&order).await;
        let mut release = next(&order, OrderKind::Release);
        release.desired.enabled = enabled;
        subject.apply(&release).await;
        assert_eq!(subject.see(&name).await, Some(before), "{enabled}");
        // Nobody's any more: whatever was done to it since stays.
        subject.set_enabled(&name, !enabled).await;
        subject.apply(&release).await;
        assert_eq!(subject.see(&name).await.unwrap().enabled, !enabled);
    }
}

async fn of_an_import_that_is_taken_back_only_the_mark_goes(subject: Subject) {
    let mut order = found(&subject, true).await;
    order.expects = None;
    order.desired.enabled = true;
    let name = order.desired.name.clone();
    let before = subject.see(&name).await.unwrap();
    let release = next(&order, OrderKind::Release);
    // The import never wrote it.
    subject.apply(&release).await;
    assert_eq!(subject.see(&name).await.as_ref(), Some(&before));
    // It did, and somebody disabled the account since.
    subject.apply(&order).await;
    assert!(subject.see(&name).await.unwrap().fence.is_some());
    subject.set_enabled(&name, false).await;
    subject.apply(&release).await;
    let after = subject.see(&name).await.unwrap();
    assert!(!after.enabled && after.fence.is_none(), "{after:?}");
    assert_eq!((after.guid, after.parent), (before.guid, before.parent));
}

async fn what_was_enabled_since_is_left_alone_and_not_deleted(subject: Subject) {
    let order = found(&subject, false).await;
    let name = order.desired.name.clone();
    subject.set_enabled(&name, true).await;
    assert_eq!(subject.failure(&order).await, FailureReason::ChangedSince);
    let seen = subject.see(&name).await.unwrap();
    assert!(seen.enabled && seen.fence.is_none(), "{seen:?}");

    subject.set_enabled(&name, false).await;
    subject.apply(&order).await;
    subject.set_enabled(&name, true).await;
    let remove = next(&order, OrderKind::Remove);
    assert_eq!(subject.failure(&remove).await, FailureReason::ChangedSince);
    subject.set_enabled(&name, false).await;
    subject.set_fence(&name, None).await;
    assert_eq!(subject.failure(&remove).await, FailureReason::ChangedSince);
    assert!(subject.see(&name).await.is_some());
}

async fn what_was_moved_or_renamed_since_is_left_alone(subject: Subject) {
    let order = found(&subject, true).await;
    let mut elsewhere = order.clone();
    elsewhere.desired.ou = subject.ou("Retired");
    let mut renamed = order.clone();
    renamed.desired.name.push('x');
    for order in [elsewhere, renamed] {
        assert_eq!(subject.failure(&order).await, FailureReason::ChangedSince);
    }
    let seen = subject.see(&order.desired.name).await.unwrap();
    assert!(seen.enabled && seen.fence.is_none(), "{seen:?}");
}

#[tokio::test]
async fn whoever_signed_in_or_got_a_password_since_is_left_alone() {
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let order = found(&subject, true).await;
    let name = order.desired.name.clone();
    let mut signed_in = order.clone();
    let expected = signed_in.expects.as_mut().unwrap();
    // Before somebody signed in: provisioning itself has, to see that the password is right.
    expected.last_sign_in = None;
    assert!(subject.last_sign_in(&name).await.is_some());
    assert_eq!(
        subject.failure(&signed_in).await,
        FailureReason::ChangedSince
    );
    let mut password = order.clone();
    password.expects.as_mut().unwrap().password_set = None;
    assert_eq!(
        subject.failure(&password).await,
        FailureReason::ChangedSince
    );
    assert!(subject.see(&name).await.unwrap().enabled);
}

#[tokio::test]
async fn what_the_directory_protects_is_left_alone() {
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let order = found(&subject, true).await;
    let name = order.desired.name.clone();
    let lab = subject.lab();
    // Through another group, as a member of nothing that says so by itself.
    let group = lab.group_within("Backup Operators").await;
    lab.join(&name, &group).await;
    assert_eq!(subject.failure(&order).await, FailureReason::ChangedSince);
    lab.leave(&name, &group).await;
    lab.set(&name, "adminCount", Some("1")).await;
    assert_eq!(subject.failure(&order).await, FailureReason::ChangedSince);
    lab.set(&name, "adminCount", None).await;
    subject.apply(&order).await;

    let mut administrator = order.clone();
    administrator.object = Some(lab.guid("Administrator").await);
    administrator.desired.name = "Administrator".into();
    assert_eq!(
        subject.failure(&administrator).await,
        FailureReason::ChangedSince
    );
}
