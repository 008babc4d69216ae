//! Users, groups and roles.

use crate::scene::{by, context, given, group, id, user};
use tenure_domain::{
    Actor, Context, Personal, RoleId,
    api_token::{
        ApiToken, ApiTokenCommand as T, ApiTokenContent, ApiTokenCreated, ApiTokenDeleted,
        ApiTokenDisabled, ApiTokenRefusal,
    },
    email_template::{
        EmailTemplate, EmailTemplateChanged, EmailTemplateCommand as E, EmailTemplateFacts,
        EmailTemplateRefusal, EmailTemplateRestored, EmailTemplateSwitchedOff, EmailText,
    },
    event::{Recorded, ReservationChange},
    group::{
        Group, GroupCommand as G, GroupCreated, GroupDisabled, GroupEnabled, GroupEvent,
        GroupFacts, GroupMemberAdded, GroupMemberRemoved, GroupRefusal, GroupRenamed,
        GroupReplaced, GroupRoleGranted, GroupRoleRevoked,
    },
    permission::{Feature, Permission, Reach, Verb, reach},
    problem::{FieldProblem, Problem},
    role::{
        BuiltInRole, Role, RoleAppliedToNewUsers, RoleCommand as R, RoleContent, RoleDefined,
        RoleDisabled, RoleEnabled, RoleEvent, RoleRefusal, RoleRevised,
    },
    user::{
        PersonalData, User, UserCommand as U, UserDisabled, UserEmailVerified, UserEnabled,
        UserEvent, UserFacts, UserPersonalDataChanged, UserRefusal, UserRegistered,
        UserRoleGranted, UserRoleRevoked, UserSecondFactorEnrolled, UserSecondFactorReset,
        UserVerificationRequested,
    },
};

fn ctx<F: Default>() -> Context<F> {
    by("admin", F::default())
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
        .then([changed.clone(), UserVerificationRequested {}.into()]);
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

#[test]
fn a_new_address_is_to_be_verified_and_a_verified_one_stays_so() {
    let verified = |emails: &[&str], verified: &[&str]| PersonalData {
        verified_emails: verified.iter().map(|e| (*e).to_owned()).collect(),
        ..alice(emails)
    };
    let known = given::<User>([registered(alice(&["a@example.com"]))]);
    let personal = Personal::Clear(verified(&["a@example.com"], &["a@example.com"]));
    let proven = known
        .when(U::VerifyEmail("A@example.com ".into()), &ctx())
        .then([UserEmailVerified { personal }.into()]);
    let again = proven.0.clone();
    given_state(again.clone())
        .when(U::VerifyEmail("a@example.com".into()), &ctx())
        .nothing();
    given_state(again.clone())
        .when(U::RequestVerification, &ctx())
        .refused(UserRefusal::NothingToVerify);
    given_state(again.clone())
        .when(U::VerifyEmail("b@example.com".into()), &ctx())
        .refused(UserRefusal::AddressGone);
    // Nobody says of themselves that they are verified.
    let claimed = verified(&["a@example.com", "b@example.com"], &["b@example.com"]);
    let personal = Personal::Clear(verified(
        &["a@example.com", "b@example.com"],
        &["a@example.com"],
    ));
    let changed = UserPersonalDataChanged { personal };
    given_state(again)
        .when(U::ChangePersonalData(claimed), &ctx())
        .then([changed.into(), UserVerificationRequested {}.into()]);
    given::<User>([])
        .when(
            U::Register(verified(&["a@example.com"], &["a@example.com"])),
            &ctx(),
        )
        .then([registered(alice(&["a@example.com"]))]);
}

fn given_state(user: User) -> crate::scene::Given<User> {
    crate::scene::Given(user)
}

#[test]
fn the_last_active_administrator_stays() {
    let last = UserFacts {
        last_administrator: true,
        ..UserFacts::default()
    };
    let role = BuiltInRole::SystemAdministrator.id();
    let administrator = || {
        given::<User>([
            registered(alice(&["a@example.com"])),
            UserRoleGranted { role }.into(),
        ])
    };
    for command in [U::Disable, U::RevokeRole(role)] {
        administrator()
            .when(command, &by("admin", last.clone()))
            .refused(UserRefusal::LastAdministrator);
    }
    let last = || GroupFacts {
        last_administrator: true,
        ..GroupFacts::default()
    };
    let created: GroupEvent = GroupCreated {
        name: "Administrators".into(),
    }
    .into();
    let alice = user("alice");
    let group = || {
        given::<Group>([
            created.clone(),
            GroupMemberAdded { user: alice }.into(),
            GroupRoleGranted { role }.into(),
        ])
    };
    for command in [G::Disable, G::RevokeRole(role), G::RemoveMember(alice)] {
        group()
            .when(command, &by("admin", last()))
            .refused(GroupRefusal::LastAdministrator);
    }
}

#[test]
fn a_new_user_gets_the_automatic_roles_once_each() {
    let automatic_roles = vec![role(), id("other"), role()];
    let facts = UserFacts {
        automatic_roles,
        ..UserFacts::default()
    };
    let data = alice(&["a@example.com"]);
    let events = tenure_domain::decide::Decide::decide(
        &User::default(),
        U::Register(data),
        &by("admin", facts),
    );
    assert_eq!(events.unwrap().len(), 3, "registered, and two roles");
    let created: RoleEvent = RoleDefined {
        content: BuiltInRole::Requester.content(),
        former_name: None,
    }
    .into();
    // Whom a built-in role is given to is not what it is.
    let automatic = given::<Role>([created])
        .when(R::ApplyToNewUsers, &ctx())
        .then([RoleAppliedToNewUsers {}.into()]);
    assert!(automatic.0.is_automatic());
    automatic.when(R::ApplyToNewUsers, &ctx()).nothing();
}

#[test]
fn a_disabled_group_can_be_replaced_until_it_is_enabled() {
    let created: GroupEvent = GroupCreated {
        name: "Operators".into(),
    }
    .into();
    let known = || given::<Group>([created.clone()]);
    let usable = GroupFacts {
        replacement_usable: true,
        ..GroupFacts::default()
    };
    let unusable = FieldProblem::at("replacement", Problem::Unknown);
    known()
        .when(G::Replace(group("nobody")), &ctx())
        .refused(GroupRefusal::Invalid(vec![unusable]));
    let replaced = known()
        .when(G::Replace(group("ops")), &by("admin", usable))
        .then([
            GroupDisabled {}.into(),
            GroupReplaced { by: group("ops") }.into(),
        ]);
    let enabled = replaced
        .when(G::Enable, &ctx())
        .then([GroupEnabled {}.into()]);
    assert_eq!(enabled.0.replaced_by, None);
}

#[test]
fn account_owner_is_fixed_to_everyone() {
    let everyone = given::<Group>([
        GroupCreated {
            name: "Everyone".into(),
        }
        .into(),
        GroupRoleGranted {
            role: BuiltInRole::AccountOwner.id(),
        }
        .into(),
    ]);
    everyone
        .when(G::RevokeRole(BuiltInRole::AccountOwner.id()), &ctx())
        .refused(GroupRefusal::BuiltIn);
}

#[test]
fn a_second_factor_is_enrolled_and_reset() {
    let known = given::<User>([registered(alice(&["a@example.com"]))]);
    let with = known
        .when(U::EnrolSecondFactor, &ctx())
        .then([UserSecondFactorEnrolled {}.into()]);
    assert!(with.0.second_factor);
    let without = with
        .when(U::ResetSecondFactor, &ctx())
        .then([UserSecondFactorReset {}.into()]);
    without
        .when(U::ResetSecondFactor, &ctx())
        .refused(UserRefusal::NoSecondFactor);
}

#[test]
fn an_api_token_expires_and_is_never_more_than_its_content() {
    let now = crate::scene::at("2026-01-10T09:00:00Z");
    let content = |days| ApiTokenContent {
        owner: user("alice"),
        description: "Nightly report".into(),
        permissions: BuiltInRole::Approver.content().permissions,
        expires_at: now + chrono::TimeDelta::days(days),
    };
    for days in [0, -1, 367] {
        let refused = tenure_domain::decide::Decide::decide(
            &ApiToken::default(),
            T::Create(content(days)),
            &ctx(),
        );
        assert!(
            matches!(refused, Err(ApiTokenRefusal::Invalid(_))),
            "{days}"
        );
    }
    let created = ApiTokenCreated {
        content: content(90),
    };
    let token = given::<ApiToken>([])
        .when(T::Create(content(90)), &ctx())
        .then([created.clone().into()]);
    assert!(token.0.usable(now).is_some());
    assert!(token.0.usable(content(90).expires_at).is_none());
    let disabled = token
        .when(T::Disable, &ctx())
        .then([ApiTokenDisabled {}.into()]);
    assert!(disabled.0.usable(now).is_none());
    let deleted = disabled
        .when(T::Delete, &ctx())
        .then([ApiTokenDeleted {}.into()]);
    deleted
        .when(T::Enable, &ctx())
        .refused(ApiTokenRefusal::Unknown);
}

#[test]
fn a_mail_says_what_the_organisation_wants_until_it_is_restored() {
    let facts = |problems| EmailTemplateFacts {
        notice: "welcome".into(),
        on_by_default: true,
        problems,
    };
    let text = EmailText {
        subject: "Hello".into(),
        body: "{{ link }}".into(),
    };
    let notice = || "welcome".to_owned();
    let unknown = FieldProblem::at(
        "body",
        Problem::UnknownParameter {
            parameter: "salary".into(),
            known: vec!["link".into()],
        },
    );
    given::<EmailTemplate>([])
        .when(
            E::Change(text.clone()),
            &by("admin", facts(vec![unknown.clone()])),
        )
        .refused(EmailTemplateRefusal::Invalid(vec![unknown]));
    let changed = EmailTemplateChanged {
        notice: notice(),
        text: text.clone(),
    };
    let said = given::<EmailTemplate>([])
        .when(E::Change(text), &by("admin", facts(vec![])))
        .then([changed.into()]);
    let restored = said
        .when(E::Restore, &by("admin", facts(vec![])))
        .then([EmailTemplateRestored { notice: notice() }.into()]);
    let off = restored
        .when(E::SwitchOff, &by("admin", facts(vec![])))
        .then([EmailTemplateSwitchedOff { notice: notice() }.into()]);
    off.when(E::SwitchOff, &by("admin", facts(vec![])))
        .nothing();
}
