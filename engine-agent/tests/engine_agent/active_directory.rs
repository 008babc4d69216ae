//! What only a real directory shows: its rights, its policies, its two domains, what else it keeps of an account.

use crate::{
    lab::{Bind, Lab},
    subject::Subject,
};
use tenure_domain::order::{FailureReason, OrderKind, Outcome};
use tenure_engine_agent::vault::Vault as _;

#[tokio::test]
async fn two_domains_serve_their_own_orders_and_refuse_each_others() {
    let (Some(corp), Some(emea)) = (Lab::corp(), Lab::emea()) else {
        return;
    };
    let (one, two) = (corp.directory(), emea.directory());
    let (corp, emea) = (Subject::on(corp, one), Subject::on(emea, two));
    for subject in [&corp, &emea] {
        let order = subject.order();
        subject.apply(&order).await;
        assert_eq!(subject.bind(&order).await, Bind::Accepted);
        let entry = subject.lab().entry(&order.desired.name).await.unwrap();
        let principal = &entry.attrs["userPrincipalName"][0];
        assert_eq!(
            *principal,
            format!(
                "{}@{}",
                order.desired.name,
                subject.lab().config().domain_name
            )
        );
        assert_eq!(entry.attrs["userAccountControl"][0], "66048");
    }
    let stray = corp.order();
    assert_eq!(emea.failure(&stray).await, FailureReason::InvalidOrder);
    // Even one that names the right domain: its unit lies elsewhere.
    let mut smuggled = corp.order();
    smuggled.domain = emea.domain;
    assert_eq!(emea.failure(&smuggled).await, FailureReason::InvalidOrder);
}

#[tokio::test]
async fn a_password_that_the_policy_refuses_leaves_nothing_behind() {
    let Some(lab) = Lab::corp() else { return };
    // The lab's policy asks for seven characters.
    let directory = lab.directory_with(|config| config.password_length = 5);
    let subject = Subject::on(lab, directory);
    let order = subject.order();
    assert_eq!(subject.failure(&order).await, FailureReason::PasswordPolicy);
    assert_eq!(subject.see(&order.desired.name).await, None);
    assert_eq!(subject.vault.find(order.account).await.unwrap(), None);
}

#[tokio::test]
async fn where_the_engine_has_no_rights_it_says_so() {
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let mut order = subject.order();
    order.desired.ou = subject.ou("Unmanaged");
    assert_eq!(
        subject.failure(&order).await,
        FailureReason::InsufficientRights
    );
    let mut change = subject.apply(&subject.order()).await;
    change.desired.ou = subject.ou("Unmanaged");
    assert_eq!(
        subject.failure(&change).await,
        FailureReason::InsufficientRights
    );
    let mut joining = subject.order();
    joining.desired.groups = vec![format!("CN=Domain Admins,CN=Users,{}", subject.base)];
    assert_eq!(
        subject.failure(&joining).await,
        FailureReason::InsufficientRights
    );
}

#[tokio::test]
async fn the_engines_rights_end_at_the_attributes_that_it_needs() {
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let mut change = subject.apply(&subject.order()).await;
    // Allowed by our own rules, but not delegated: the directory itself refuses.
    change.desired.attributes = [("employeeID".to_owned(), vec!["7".to_owned()])].into();
    assert_eq!(
        subject.failure(&change).await,
        FailureReason::InsufficientRights
    );
    assert!(
        subject
            .see(&change.desired.name)
            .await
            .unwrap()
            .fence
            .unwrap()
            .ends_with(":1.1")
    );
}

#[tokio::test]
async fn an_attribute_that_the_directory_does_not_know_is_refused_with_its_words() {
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let mut order = subject.order();
    order.desired.attributes = [("fooBar".to_owned(), vec!["x".to_owned()])].into();
    let Outcome::Failed(failure) = subject.carry_out(&order).await else {
        panic!("not refused")
    };
    assert_eq!(failure.reason, FailureReason::AttributeRefused);
    assert!(failure.detail.contains("fooBar"), "{}", failure.detail);
    assert_eq!(subject.see(&order.desired.name).await, None);
    let mut change = subject.apply(&subject.order()).await;
    change.desired.attributes = [("fooBar".to_owned(), vec!["x".to_owned()])].into();
    assert_eq!(
        subject.failure(&change).await,
        FailureReason::AttributeRefused
    );
    change.desired.attributes = [(
        "department".to_owned(),
        vec!["x".to_owned(), "y".to_owned()],
    )]
    .into();
    assert_eq!(
        subject.failure(&change).await,
        FailureReason::AttributeRefused
    );
}

#[tokio::test]
async fn bits_and_attributes_that_an_order_does_not_speak_of_stay() {
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let mut change = subject.apply(&subject.order()).await;
    let name = change.desired.name.clone();
    // "Account is sensitive and cannot be delegated", set by an administrator.
    subject
        .lab()
        .set(&name, "userAccountControl", Some("1114624"))
        .await;
    subject
        .lab()
        .set(&name, "title", Some("Do not touch"))
        .await;
    change.desired.enabled = false;
    change.desired.description = None;
    change
        .desired
        .attributes
        .insert("department".into(), vec![]);
    subject.apply(&change).await;
    let entry = subject.lab().entry(&name).await.unwrap();
    assert_eq!(entry.attrs["userAccountControl"][0], "1114626");
    assert_eq!(entry.attrs["title"][0], "Do not touch");
    assert_eq!(entry.attrs["description"][0], "Payroll, nightly");
    assert!(!entry.attrs.contains_key("department"));
}

#[tokio::test]
async fn what_never_had_a_password_is_not_enabled() {
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let mut order = subject.order();
    order.desired.attributes.clear();
    let name = order.desired.name.clone();
    subject.put_foreign(&name).await;
    subject
        .set_fence(
            &name,
            Some(&format!("tenure:{}:1.1", order.account.0.simple())),
        )
        .await;
    order.number.n = 2;
    order.kind = OrderKind::Change;
    order.object = Some(subject.see(&name).await.unwrap().guid);
    assert!(!subject.see(&name).await.unwrap().enabled);
    assert_eq!(subject.failure(&order).await, FailureReason::InvalidOrder);
    assert!(!subject.see(&name).await.unwrap().enabled);
}

#[tokio::test]
async fn an_object_is_followed_by_its_guid_when_somebody_renamed_or_moved_it() {
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let mut change = subject.apply(&subject.order()).await;
    let entry = subject.lab().entry(&change.desired.name).await.unwrap();
    let retired = subject.ou("Retired");
    let renamed = format!("CN=Re\\, named {}", &change.desired.name);
    let mut admin = subject.lab().admin().await;
    admin
        .modifydn(&entry.dn, &renamed, true, Some(&retired))
        .await
        .unwrap()
        .success()
        .unwrap();
    change.desired.enabled = false;
    subject.apply(&change).await;
    let entry = subject.lab().entry(&change.desired.name).await.unwrap();
    assert!(
        entry
            .dn
            .to_lowercase()
            .ends_with(&change.desired.ou.to_lowercase()),
        "{}",
        entry.dn
    );
    assert!(entry.dn.starts_with("CN=Re\\, named"), "{}", entry.dn);
}

#[tokio::test]
async fn a_common_name_in_somebody_elses_hands_is_taken_too() {
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let order = subject.order();
    let dn = format!("CN={},{}", order.desired.name, order.desired.ou);
    let other = order.desired.name.replace("svc", "oth");
    subject
        .lab()
        .add(&dn, &[("objectClass", "user"), ("sAMAccountName", &other)])
        .await;
    assert_eq!(subject.failure(&order).await, FailureReason::NameTaken);
    assert_eq!(subject.vault.find(order.account).await.unwrap(), None);
}

#[tokio::test]
async fn another_fence_attribute_can_be_chosen() {
    let Some(lab) = Lab::corp() else { return };
    let directory = lab.directory_with(|config| config.fence_attribute = "info".into());
    let subject = Subject::on(lab, directory);
    let change = subject.apply(&subject.order()).await;
    subject.apply(&change).await;
    let entry = subject.lab().entry(&change.desired.name).await.unwrap();
    assert_eq!(
        entry.attrs["info"][0],
        format!("tenure:{}:1.2", change.account.0.simple())
    );
    assert!(!entry.attrs.contains_key("adminDescription"));
}

#[tokio::test]
async fn what_else_an_access_list_says_stays_when_password_changes_are_denied() {
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let order = subject.order();
    let mut next = subject.apply(&order).await;
    let before = subject.lab().access_list(&order.desired.name).await;
    next.desired.cannot_change_password = Some(true);
    subject.apply(&next).await;
    let after = subject.lab().access_list(&order.desired.name).await;
    // Behind the header of descriptor and list: two entries of 40 bytes, then everything as it was.
    assert_eq!(after.len(), before.len() + 2 * 40);
    assert_eq!(after[28 + 2 * 40..], before[28..]);
}
