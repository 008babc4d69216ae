//! Group managed service accounts: what every directory keeps to, and what a real one says of them.

use crate::{lab::Lab, subject::Subject};
use chrono::{Duration, Utc};
use tenure_domain::{
    gmsa::{EncryptionType, Gmsa},
    ids::AccountId,
    order::{Failure, FailureReason, Order, OrderKind, Outcome},
    synchronisation::{DirectoryObject, DirectoryUser},
};
use tenure_engine_agent::vault::Vault as _;
use tokio::sync::mpsc;
use uuid::Uuid;

on_every_directory!(
    it_is_made_without_a_secret,
    it_is_disabled_enabled_expired_moved_and_removed,
    it_joins_and_leaves_groups,
    who_may_retrieve_the_password_and_encryption_types_are_changed,
    repeating_an_order_is_harmless,
    an_unknown_principal_is_named_and_nothing_is_made,
    a_service_principal_name_of_another_object_is_refused_with_its_holder,
    a_name_that_is_too_long_is_refused,
    a_foreign_object_of_the_name_is_never_adopted,
    an_object_of_another_kind_is_left_alone,
    a_deleted_ones_object_is_revived,
);

fn changed(order: &Order, change: impl FnOnce(&mut Order)) -> Order {
    let mut order = order.clone();
    change(&mut order);
    order
}

fn gmsa(order: &mut Order) -> &mut Gmsa {
    order.desired.gmsa.as_mut().unwrap()
}

async fn it_is_made_without_a_secret(subject: Subject) {
    let web = subject.group().await;
    let order = subject.gmsa_order(&[&web]);
    let Outcome::Applied { object, secret } = subject.carry_out(&order).await else {
        panic!("{:?}", subject.carry_out(&order).await)
    };
    assert_eq!(secret, None);
    assert_eq!(subject.vault.find(order.account).await.unwrap(), None);
    assert_eq!(subject.see(&order.desired.name).await, None);
    let seen = subject
        .see(&order.desired.sam_account_name())
        .await
        .unwrap();
    assert_eq!(
        (seen.guid, seen.enabled, seen.expires),
        (object, true, None)
    );
    assert_eq!(seen.parent, order.desired.ou);
    assert_eq!(seen.description.as_deref(), Some("Payroll, nightly"));
    let fence = format!("tenure:{}:1.1", order.account.0.simple());
    assert_eq!(seen.fence, Some(fence));
    assert!(subject.may_retrieve(&order, &[&web]).await);
    assert_eq!(subject.encryption_types(&order).await, 24);
}

async fn it_is_disabled_enabled_expired_moved_and_removed(subject: Subject) {
    let web = subject.group().await;
    let name = |order: &Order| order.desired.sam_account_name().into_owned();
    let next = subject.apply(&subject.gmsa_order(&[&web])).await;
    let retired = changed(&next, |order| {
        order.desired.enabled = false;
        order.desired.ou = subject.ou("Retired");
        order.desired.expires_at = Some(Utc::now() + Duration::days(9));
    });
    let next = subject.apply(&retired).await;
    let seen = subject.see(&name(&next)).await.unwrap();
    assert_eq!((seen.enabled, seen.parent), (false, subject.ou("Retired")));
    let expires = retired.desired.expires_at.map(|at| at.timestamp());
    assert_eq!(seen.expires, expires);
    let back = changed(&next, |order| {
        order.desired.enabled = true;
        order.desired.ou = subject.ou("Service Accounts");
        order.desired.expires_at = None;
    });
    let next = subject.apply(&back).await;
    let seen = subject.see(&name(&next)).await.unwrap();
    assert_eq!((seen.enabled, seen.expires), (true, None));
    assert_eq!(seen.parent, subject.ou("Service Accounts"));
    assert!(subject.may_retrieve(&next, &[&web]).await);
    let remove = changed(&next, |order| order.kind = OrderKind::Remove);
    assert_eq!(subject.carry_out(&remove).await, Outcome::Removed);
    assert_eq!(subject.see(&name(&next)).await, None);
    assert_eq!(subject.carry_out(&remove).await, Outcome::Removed);
}

async fn it_joins_and_leaves_groups(subject: Subject) {
    let (web, batch) = (subject.group().await, subject.another_group().await);
    let order = changed(&subject.gmsa_order(&[&web]), |order| {
        order.desired.groups = vec![batch.clone()];
    });
    let next = subject.apply(&order).await;
    let name = order.desired.sam_account_name();
    let seen = subject.see(&name).await.unwrap();
    assert_eq!(seen.groups, [batch.clone()].into());
    let leaves = changed(&next, |order| {
        order.desired.groups.clear();
        order.desired.groups_left = vec![batch];
    });
    subject.apply(&leaves).await;
    assert_eq!(subject.see(&name).await.unwrap().groups, [].into());
}

async fn who_may_retrieve_the_password_and_encryption_types_are_changed(subject: Subject) {
    let (web, batch) = (subject.group().await, subject.another_group().await);
    let order = subject.gmsa_order(&[&web]);
    let next = subject.apply(&order).await;
    let both = changed(&next, |order| {
        gmsa(order).principals = vec![web.clone(), batch.clone()];
        gmsa(order).encryption_types = vec![EncryptionType::Aes256];
        // Fixed since the object was made: it is not an error, and nothing happens.
        gmsa(order).password_interval_days = 7;
    });
    let next = subject.apply(&both).await;
    assert!(subject.may_retrieve(&order, &[&web, &batch]).await);
    assert_eq!(subject.encryption_types(&order).await, 16);
    let other = changed(&next, |order| gmsa(order).principals = vec![batch.clone()]);
    subject.apply(&other).await;
    assert!(subject.may_retrieve(&order, &[&batch]).await);
}

async fn repeating_an_order_is_harmless(subject: Subject) {
    let (web, batch) = (subject.group().await, subject.another_group().await);
    let order = subject.gmsa_order(&[&web]);
    let next = subject.apply(&order).await;
    let seen = subject.see(&order.desired.sam_account_name()).await;
    subject.apply(&order).await;
    assert_eq!(subject.see(&order.desired.sam_account_name()).await, seen);
    let change = changed(&next, |order| gmsa(order).principals = vec![batch.clone()]);
    let first = subject.carry_out(&change).await;
    assert_eq!(subject.carry_out(&change).await, first);
    assert!(subject.may_retrieve(&order, &[&batch]).await);
    assert_eq!(subject.failure(&order).await, FailureReason::Superseded);
    assert!(subject.may_retrieve(&order, &[&batch]).await);
}

async fn refused(subject: &Subject, order: &Order) -> Failure {
    match subject.carry_out(order).await {
        Outcome::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

async fn an_unknown_principal_is_named_and_nothing_is_made(subject: Subject) {
    let web = subject.group().await;
    let nobody = format!("CN=Nobody,{}", subject.ou("Service Accounts"));
    let order = subject.gmsa_order(&[&web, &nobody]);
    let failure = refused(&subject, &order).await;
    assert_eq!(failure.reason, FailureReason::UnknownPrincipal);
    assert!(failure.detail.contains(&nobody), "{}", failure.detail);
    let name = order.desired.sam_account_name();
    assert_eq!(subject.see(&name).await, None);
    // What is no group, computer or user may retrieve nothing either.
    let place = subject.gmsa_order(&[&subject.ou("Retired")]);
    assert_eq!(
        subject.failure(&place).await,
        FailureReason::UnknownPrincipal
    );

    // Once the template is corrected, the retry makes it; and somebody who is gone later keeps it from being enabled, but
    // not from being disabled.
    let corrected = changed(&order, |order| gmsa(order).principals = vec![web.clone()]);
    let next = subject.apply(&corrected).await;
    let disable = changed(&next, |order| {
        order.desired.enabled = false;
        gmsa(order).principals = vec![web.clone(), nobody.clone()];
    });
    let Outcome::Applied { .. } = subject.carry_out(&disable).await else {
        panic!("{:?}", subject.carry_out(&disable).await)
    };
    assert!(!subject.see(&name).await.unwrap().enabled);
    let enable = changed(&disable, |order| {
        order.number.n += 1;
        order.desired.enabled = true;
    });
    assert_eq!(
        subject.failure(&enable).await,
        FailureReason::UnknownPrincipal
    );
}

async fn a_service_principal_name_of_another_object_is_refused_with_its_holder(subject: Subject) {
    let web = subject.group().await;
    let spn = |order: &Order| format!("HTTP/{}.corp.example", order.desired.name);
    let give = |order: &mut Order, spn: &str| {
        let attribute = "servicePrincipalName".to_owned();
        order
            .desired
            .attributes
            .insert(attribute, vec![spn.to_owned()]);
    };
    let first = subject.gmsa_order(&[&web]);
    let name = spn(&first);
    let first = changed(&first, |order| give(order, &name));
    let next = subject.apply(&first).await;
    // However it is written, and whichever kind of account asks for it.
    for asked in [subject.gmsa_order(&[&web]), subject.order()] {
        let second = changed(&asked, |order| give(order, &name.to_lowercase()));
        let failure = refused(&subject, &second).await;
        assert_eq!(failure.reason, FailureReason::SpnTaken);
        let holder = format!("CN={}", first.desired.name);
        assert!(failure.detail.contains(&holder), "{}", failure.detail);
        assert_eq!(subject.see(&second.desired.sam_account_name()).await, None);
        assert_eq!(subject.vault.find(second.account).await.unwrap(), None);
        let third = subject.apply(&asked).await;
        let third = changed(&third, |order| give(order, &name));
        assert_eq!(subject.failure(&third).await, FailureReason::SpnTaken);
    }
    // It keeps its own, and gives it up.
    let renamed = changed(&next, |order| {
        let both = vec![name.clone(), format!("{name}:8080")];
        order.desired.attributes = [("servicePrincipalName".to_owned(), both)].into();
    });
    let next = subject.apply(&renamed).await;
    let gives_up = changed(&next, |order| {
        order.desired.attributes = [("servicePrincipalName".to_owned(), vec![])].into();
    });
    subject.apply(&gives_up).await;
    let taken_over = changed(&subject.gmsa_order(&[&web]), |order| give(order, &name));
    subject.apply(&taken_over).await;
}

async fn a_name_that_is_too_long_is_refused(subject: Subject) {
    let web = subject.group().await;
    let order = changed(&subject.gmsa_order(&[&web]), |order| {
        order.desired.name = "g-0123456789abcd".into();
    });
    let failure = refused(&subject, &order).await;
    assert_eq!(failure.reason, FailureReason::InvalidOrder);
    assert!(failure.detail.contains("1 to 15"), "{}", failure.detail);
}

async fn a_foreign_object_of_the_name_is_never_adopted(subject: Subject) {
    let web = subject.group().await;
    let order = subject.gmsa_order(&[&web]);
    subject.put_foreign_computer(&order.desired.name).await;
    let name = order.desired.sam_account_name();
    let seen = subject.see(&name).await;
    assert_eq!(subject.failure(&order).await, FailureReason::NameTaken);
    assert_eq!(subject.see(&name).await, seen);
}

async fn an_object_of_another_kind_is_left_alone(subject: Subject) {
    let web = subject.group().await;
    let ordinary = subject.apply(&subject.order()).await;
    let seen = subject.see(&ordinary.desired.name).await;
    let made_another = changed(&ordinary, |order| {
        let other = subject.gmsa_order(&[&web]);
        order.desired = other.desired;
    });
    assert_eq!(
        subject.failure(&made_another).await,
        FailureReason::InvalidOrder
    );
    assert_eq!(subject.see(&ordinary.desired.name).await, seen);
}

async fn a_deleted_ones_object_is_revived(subject: Subject) {
    let (web, batch) = (subject.group().await, subject.another_group().await);
    let next = subject.apply(&subject.gmsa_order(&[&web])).await;
    let deleted = changed(&next, |order| {
        order.desired.enabled = false;
        order.desired.ou = subject.ou("Retired");
    });
    let old = subject.apply(&deleted).await;
    let revival = changed(&subject.gmsa_order(&[&batch]), |order| {
        order.account = AccountId(Uuid::now_v7());
        order.object = old.object;
        order.revives = Some(old.account);
        order.desired.name.clone_from(&old.desired.name);
    });
    let Outcome::Applied { object, secret } = subject.carry_out(&revival).await else {
        panic!("{:?}", subject.carry_out(&revival).await)
    };
    assert_eq!((Some(object), secret), (old.object, None));
    let seen = subject.see(&old.desired.sam_account_name()).await.unwrap();
    assert_eq!(
        (seen.enabled, seen.parent),
        (true, subject.ou("Service Accounts"))
    );
    assert!(subject.may_retrieve(&revival, &[&batch]).await);
    let late = changed(&old, |order| order.number.n = 99);
    assert_eq!(subject.failure(&late).await, FailureReason::ForeignFence);
}

async fn read(subject: &Subject) -> Vec<DirectoryUser> {
    let (sender, mut pages) = mpsc::channel::<Vec<DirectoryObject>>(1);
    let taking = async {
        let mut users = Vec::new();
        while let Some(page) = pages.recv().await {
            users.extend(page.into_iter().filter_map(|object| match object {
                DirectoryObject::User(user) => Some(*user),
                _ => None,
            }));
        }
        users
    };
    let (was, users) = tokio::join!(subject.directory.read(None, &[], sender), taking);
    was.unwrap();
    users
}

/// Create, its principals may read, disable, delete: as a domain controller tells it.
#[tokio::test]
async fn a_real_directory_holds_what_windows_would_have_made() {
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let tag = Uuid::now_v7().simple().to_string().split_off(20);
    let (host, person) = (format!("h-{tag}"), format!("p-{tag}"));
    let ou = subject.ou("Unmanaged");
    let computer = format!("CN={host},{ou}");
    let attributes = [
        ("objectClass", "computer"),
        ("sAMAccountName", &format!("{host}$")),
        ("userAccountControl", "4096"),
    ];
    subject.lab().add(&computer, &attributes).await;
    let user = format!("CN={person},{ou}");
    let attributes = [("objectClass", "user"), ("sAMAccountName", person.as_str())];
    subject.lab().add(&user, &attributes).await;
    let group = subject.group().await;
    let three = [group.as_str(), computer.as_str(), user.as_str()];
    let order = subject.gmsa_order(&three);
    let next = subject.apply(&order).await;
    let name = order.desired.sam_account_name();

    let entry = subject.lab().entry(&name).await.unwrap();
    let says = |attribute: &str| entry.attrs[attribute][0].as_str();
    assert!(entry.attrs["objectClass"].contains(&"msDS-GroupManagedServiceAccount".to_owned()));
    assert_eq!(says("cn"), order.desired.name);
    assert_eq!(says("userAccountControl"), "4096");
    assert_eq!(says("msDS-ManagedPasswordInterval"), "30");
    assert_eq!(says("msDS-SupportedEncryptionTypes"), "24");
    let realm = subject.lab().config().domain_name;
    assert_eq!(
        says("dNSHostName"),
        format!("{}.{realm}", order.desired.name)
    );
    assert!(!entry.attrs.contains_key("userPrincipalName"));
    assert!(subject.may_retrieve(&order, &three).await);

    let disable = changed(&next, |order| order.desired.enabled = false);
    let next = subject.apply(&disable).await;
    let entry = subject.lab().entry(&name).await.unwrap();
    assert_eq!(entry.attrs["userAccountControl"][0], "4098");

    // Synchronisation knows it as managed, and who may retrieve its password by their names.
    let users = read(&subject).await;
    let known = users.iter().find(|user| user.name == *name).unwrap();
    assert_eq!(known.mark.map(|mark| mark.account), Some(order.account));
    assert!(known.managed_service_account && !known.enabled());
    assert_eq!(known.encryption_types, Some(24));
    let mut principals = known.principals.clone().unwrap();
    let mut expected = three.map(str::to_owned);
    principals.sort();
    expected.sort();
    assert_eq!(principals, expected);

    let remove = changed(&next, |order| order.kind = OrderKind::Remove);
    assert_eq!(subject.carry_out(&remove).await, Outcome::Removed);
    assert_eq!(subject.see(&name).await, None);
}

#[tokio::test]
async fn a_principal_that_was_deleted_is_seen_by_its_sid() {
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let (web, gone) = (subject.group().await, subject.another_group().await);
    let sid = subject.lab().octets(&gone, "objectSid").await;
    let end = u32::from_le_bytes(sid[sid.len() - 4..].try_into().unwrap());
    let order = subject.gmsa_order(&[&web, &gone]);
    subject.apply(&order).await;
    subject.remove_group(&gone).await;
    let users = read(&subject).await;
    let name = order.desired.sam_account_name();
    let known = users.iter().find(|user| user.name == *name).unwrap();
    let principals = known.principals.clone().unwrap();
    assert_eq!(principals.len(), 2, "{principals:?}");
    assert!(principals.contains(&web));
    assert!(
        principals
            .iter()
            .any(|sid| sid.ends_with(&format!("-{end}")))
    );
}

#[tokio::test]
async fn the_labs_agent_has_all_rights_for_them() {
    use tenure_domain::calibration::{PlaceUse, Standing, WantedPlace};
    use tenure_engine_agent::directory::Directory as _;
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let web = subject.group().await;
    subject.apply(&subject.gmsa_order(&[&web])).await;
    let lab: &Lab = subject.lab();
    let wanted = WantedPlace {
        dn: subject.ou("Service Accounts"),
        uses: [PlaceUse::ManagedServiceAccounts].into(),
        attributes: Default::default(),
    };
    let (_, found) = lab.directory().calibrate(&[wanted]).await;
    let rights = &found[0].rights;
    assert_eq!(rights.len(), 2);
    assert!(
        rights
            .iter()
            .all(|found| found.standing == Standing::Granted),
        "{rights:?}"
    );
}
