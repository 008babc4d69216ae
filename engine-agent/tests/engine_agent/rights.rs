//! What the agent's own account may do in a real domain, and what it lacks, with the line that grants it.

use crate::lab::Lab;
use std::collections::BTreeSet;
use tenure_engine_agent::directory::ldap::RightsWanted;

#[tokio::test]
async fn the_narrow_rights_of_the_labs_agent_are_enough_and_are_found_by_themselves() {
    let Some(lab) = Lab::corp() else { return };
    let rights = lab
        .directory()
        .rights(&RightsWanted::default())
        .await
        .unwrap();
    let units: BTreeSet<_> = rights.units.iter().map(|unit| unit.dn.as_str()).collect();
    let expected = ["Retired", "Service Accounts"].map(|ou| format!("OU={ou},{}", lab.base));
    assert_eq!(units, expected.iter().map(String::as_str).collect());
    assert!(
        rights
            .units
            .iter()
            .all(|unit| unit.creates_users && unit.creates_managed_service_accounts)
    );
    assert!(rights.sees_deletions);
    assert_eq!(rights.missing, []);
}

#[tokio::test]
async fn each_missing_right_is_named_with_the_command_that_grants_it() {
    let Some(lab) = Lab::corp() else { return };
    let unit = format!("OU=Unmanaged,{}", lab.base);
    let name = format!("p-{}", &uuid::Uuid::now_v7().simple().to_string()[20..]);
    lab.add(
        &format!("CN={name},{unit}"),
        &[("objectClass", "user"), ("sAMAccountName", &name)],
    )
    .await;
    let group = format!("CN=Domain Users,CN=Users,{}", lab.base);
    let wanted = RightsWanted {
        units: vec![unit.clone()],
        groups: vec![group.clone()],
        attributes: vec!["department".into()],
        managed_service_accounts: true,
    };
    let directory = lab.directory();
    let rights = directory.rights(&wanted).await.unwrap();
    let agent = lab.config().bind_user;
    let lacks = |right: &str, grant: String| {
        let found = rights.missing.iter().find(|missing| missing.right == right);
        assert_eq!(
            found.map(|missing| &missing.grant),
            Some(&grant),
            "{rights:?}"
        );
    };
    lacks(
        &format!("create and delete accounts in {unit}"),
        format!("dsacls \"{unit}\" /I:T /G \"{agent}:CCDC;user\""),
    );
    lacks(
        &format!("create and delete group managed service accounts in {unit}"),
        format!("dsacls \"{unit}\" /I:T /G \"{agent}:CCDC;msDS-GroupManagedServiceAccount\""),
    );
    lacks(
        &format!("write department of accounts in {unit}"),
        format!("dsacls \"{unit}\" /I:S /G \"{agent}:WP;department;user\""),
    );
    lacks(
        &format!("change the members of {group}"),
        format!("dsacls \"{group}\" /G \"{agent}:WP;member\""),
    );
}
