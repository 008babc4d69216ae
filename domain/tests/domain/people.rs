//! Users, groups and roles.

use crate::scene::{by, context, given, group, id, user};
use tenure_domain::{
    Actor, Context, Personal, RoleId,
    event::{Recorded, ReservationChange},
    group::{
        Group, GroupCommand as G, GroupCreated, GroupDisabled, GroupEnabled, GroupEvent,
        GroupMemberAdded, GroupMemberRemoved, GroupRefusal, GroupRenamed, GroupRoleGranted,
        GroupRoleRevoked,
    },
    permission::{Feature, Permission, Reach, Verb, reach},
    problem::{FieldProblem, Problem},
    role::{
        BuiltInRole, Role, RoleCommand as R, RoleContent, RoleDefined, RoleDisabled, RoleEnabled,
        RoleEvent, RoleRefusal, RoleRevised,
    },
    user::{
        PersonalData, User, UserCommand as U, UserDisabled, UserEnabled, UserEvent,
        UserPersonalDataChanged, UserRefusal, UserRegistered, UserRoleGranted, UserRoleRevoked,
    },
};

fn ctx() -> Context {
    by("admin", ())
}

fn alice(emails: &[&str]) -> PersonalData {
    PersonalData {
        display_name: "Alice Adams".into(),
        emails: emails.iter().map(|e| (*e).to_owned()).collect(),
        ..PersonalData::default()
    }
}

fn registered(data: PersonalData) -> UserEvent {
    UserRegistered {
        personal: Personal::Clear(data),
    }
    .into()
}

fn role() -> RoleId {
    id("role")
}

#[test]
fn a_person_comes_once() {
    let data = alice(&["alice@example.com"]);
    given::<User>([])
        .when(U::Register(data.clone()), &ctx())
        .then([registered(data.clone())]);
    given::<User>([registered(data.clone())])
        .when(U::Register(data), &ctx())
        .refused(UserRefusal::AlreadyExists);
    for command in [
        U::Disable,
        U::Enable,
        U::GrantRole(role()),
        U::RevokeRole(role()),
    ] {
        given::<User>([])
            .when(command, &ctx())
            .refused(UserRefusal::Unknown);
    }
}

#[test]
fn an_address_that_could_reach_into_a_mail_header_is_no_address() {
    for bad in [
        "",
        "alice",
        "a@b@c",
        "a b@c",
        "a@b\r\nBcc: x@y",
        "<a@b>",
        "a@",
        "@b",
        "a@.b",
        "a@b..c",
        "ä@b",
        "a,b@c",
    ] {
        let result = tenure_domain::decide::Decide::decide(
            &User::default(),
            U::Register(alice(&[bad])),
            &ctx(),
        );
        assert!(matches!(result, Err(UserRefusal::Invalid(_))), "{bad:?}");
    }
    let twice = FieldProblem::at("emails[1]", Problem::Duplicate);
    given::<User>([])
        .when(
            U::Register(alice(&["a@example.com", "A@Example.com"])),
            &ctx(),
        )
        .refused(UserRefusal::Invalid(vec![twice]));
    let none = FieldProblem::at("emails", Problem::TooFew { least: 1 });
    given::<User>([])
        .when(U::Register(alice(&[])), &ctx())
        .refused(UserRefusal::Invalid(vec![none]));
}

#[test]
fn addresses_are_claimed_and_those_given_up_are_freed() {
    let before = registered(alice(&["a@example.com", "old@example.com"]));
    let former_emails = vec!["old@example.com".to_owned()];
    let after = PersonalData {
        former_emails,
        ..alice(&["A@example.com", "new@example.com"])
    };
    let changed: UserEvent = UserPersonalDataChanged {
        personal: Personal::Clear(after),
    }
    .into();
    let command = U::ChangePersonalData(alice(&["A@example.com", "new@example.com"]));
    given::<User>([before])
        .when(command, &ctx())
        .then([changed.clone()]);
    let keys: Vec<_> = changed
        .reservations(user("alice").0)
        .into_iter()
        .map(|r| (r.key, r.change))
        .collect();
    let expected = [
        ("old@example.com", ReservationChange::Release),
        ("a@example.com", ReservationChange::Claim),
        ("new@example.com", ReservationChange::Claim),
    ];
    assert_eq!(keys, expected.map(|(key, change)| (key.to_owned(), change)));
    let same = alice(&["a@example.com"]);
    given::<User>([registered(same.clone())])
        .when(U::ChangePersonalData(same), &ctx())
        .nothing();
}

#[test]
fn people_are_disabled_and_given_roles() {
    let known = || given::<User>([registered(alice(&["a@example.com"]))]);
    let disabled = known()
        .when(U::Disable, &ctx())
        .then([UserDisabled {}.into()]);
    assert!(!disabled.0.is_active());
    let enabled = disabled
        .when(U::Enable, &ctx())
        .then([UserEnabled {}.into()]);
    enabled.when(U::Enable, &ctx()).nothing();
    let holder = known()
        .when(U::GrantRole(role()), &ctx())
        .then([UserRoleGranted { role: role() }.into()]);
    let none = holder
        .when(U::RevokeRole(role()), &ctx())
        .then([UserRoleRevoked { role: role() }.into()]);
    none.when(U::RevokeRole(role()), &ctx()).nothing();
}

#[test]
fn a_group_takes_people_in_and_lets_them_go() {
    let create = |name: &str| G::Create { name: name.into() };
    let created: GroupEvent = GroupCreated {
        name: "Operators".into(),
    }
    .into();
    let group = || given::<Group>([created.clone()]);
    given::<Group>([])
        .when(create("Operators"), &ctx())
        .then([created.clone()]);
    given::<Group>([])
        .when(G::Disable, &ctx())
        .refused(GroupRefusal::Unknown);
    let missing = FieldProblem::at("name", Problem::Missing);
    given::<Group>([])
        .when(create(" "), &ctx())
        .refused(GroupRefusal::Invalid(vec![missing]));
    group().when(create("Operators"), &ctx()).nothing();
    group()
        .when(create("Other"), &ctx())
        .refused(GroupRefusal::AlreadyExists);
    let renamed = GroupRenamed {
        name: "Ops".into(),
        former_name: "Operators".into(),
    };
    group()
        .when(G::Rename { name: "Ops".into() }, &ctx())
        .then([renamed.into()]);
    let alice = user("alice");
    let with = group()
        .when(G::AddMember(alice), &ctx())
        .then([GroupMemberAdded { user: alice }.into()]);
    let without = with
        .when(G::RemoveMember(alice), &ctx())
        .then([GroupMemberRemoved { user: alice }.into()]);
    assert!(without.0.members.is_empty());
    without.when(G::RemoveMember(alice), &ctx()).nothing();
    let grants = group()
        .when(G::GrantRole(role()), &ctx())
        .then([GroupRoleGranted { role: role() }.into()]);
    grants
        .when(G::RevokeRole(role()), &ctx())
        .then([GroupRoleRevoked { role: role() }.into()]);
    let off = group()
        .when(G::Disable, &ctx())
        .then([GroupDisabled {}.into()]);
    off.when(G::Enable, &ctx()).then([GroupEnabled {}.into()]);
}

#[test]
fn everyone_stays_everyone() {
    let everyone = || {
        given::<Group>([GroupCreated {
            name: "Everyone".into(),
        }
        .into()])
    };
    let rename = G::Rename {
        name: "Nobody".into(),
    };
    for command in [
        rename,
        G::AddMember(user("alice")),
        G::RemoveMember(user("alice")),
        G::Disable,
        G::Enable,
    ] {
        everyone()
            .when(command, &ctx())
            .refused(GroupRefusal::BuiltIn);
    }
    everyone()
        .when(G::GrantRole(role()), &ctx())
        .then([GroupRoleGranted { role: role() }.into()]);
    assert_ne!(tenure_domain::group::everyone(), group("Everyone"));
}

#[test]
fn a_role_is_defined_revised_and_disabled() {
    let content = |name: &str| RoleContent {
        name: name.into(),
        permissions: BuiltInRole::Approver.content().permissions,
    };
    let created: RoleEvent = RoleDefined {
        content: content("Deputy"),
        former_name: None,
    }
    .into();
    let role = || given::<Role>([created.clone()]);
    given::<Role>([])
        .when(R::Create(content("Deputy")), &ctx())
        .then([created.clone()]);
    given::<Role>([])
        .when(R::Disable, &ctx())
        .refused(RoleRefusal::Unknown);
    let missing = FieldProblem::at("name", Problem::Missing);
    given::<Role>([])
        .when(R::Create(content("")), &ctx())
        .refused(RoleRefusal::Invalid(vec![missing]));
    role().when(R::Create(content("Deputy")), &ctx()).nothing();
    role()
        .when(R::Create(content("Other")), &ctx())
        .refused(RoleRefusal::AlreadyExists);
    let revised = RoleRevised(RoleDefined {
        content: content("Aide"),
        former_name: Some("Deputy".into()),
    });
    role()
        .when(R::Revise(content("Aide")), &ctx())
        .then([revised.into()]);
    let off = role()
        .when(R::Disable, &ctx())
        .then([RoleDisabled {}.into()]);
    assert_eq!(off.0.permissions(), None);
    off.when(R::Enable, &ctx()).then([RoleEnabled {}.into()]);
}

#[test]
fn people_do_not_change_built_in_roles() {
    for built_in in BuiltInRole::ALL {
        let role = || {
            given::<Role>([RoleDefined {
                content: built_in.content(),
                former_name: None,
            }
            .into()])
        };
        role()
            .when(R::Disable, &ctx())
            .refused(RoleRefusal::BuiltIn);
        let wider = RoleContent {
            permissions: BuiltInRole::SystemAdministrator.content().permissions,
            ..built_in.content()
        };
        role()
            .when(R::Revise(wider), &ctx())
            .refused(RoleRefusal::BuiltIn);
        role()
            .when(R::Disable, &context(Actor::system("setup"), ()))
            .then([RoleDisabled {}.into()]);
    }
}

#[test]
fn built_in_roles_grant_what_the_product_says() {
    let can =
        |role: BuiltInRole, feature, verb| reach([&role.content().permissions], feature, verb);
    use {BuiltInRole as B, Feature as F, Verb as V};
    assert_eq!(
        can(B::AccountOwner, F::ManagedAccount, V::Read),
        Some(Reach::Own)
    );
    assert_eq!(
        can(B::Requester, F::ProvisionRequest, V::Create),
        Some(Reach::Own)
    );
    assert_eq!(can(B::Requester, F::ProvisionApproval, V::Update), None);
    assert_eq!(
        can(B::Approver, F::ProvisionApproval, V::Update),
        Some(Reach::Own)
    );
    for feature in Feature::ALL {
        let manages = Permission::new(*feature, V::Manage).exists();
        let reads = if manages { Reach::All } else { Reach::Own };
        assert_eq!(
            can(B::Auditor, *feature, V::Read),
            Some(reads),
            "{feature:?}"
        );
        for verb in [V::Create, V::Update, V::Delete] {
            assert_eq!(
                can(B::Auditor, *feature, verb),
                None,
                "an auditor changes nothing: {feature:?}"
            );
            let exists = Permission::new(*feature, verb).exists();
            assert_eq!(
                can(B::SystemAdministrator, *feature, verb).is_some(),
                exists,
                "{feature:?} {verb:?}"
            );
        }
    }
}
