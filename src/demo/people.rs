//! The people, domains and templates of the demo.

use super::surroundings;
use chrono::TimeDelta;
use tenure_domain::{
    DomainId, GroupId, TemplateId, UserId,
    directory::{DomainCommand, DomainContent, DomainKind},
    group::{GroupCommand, everyone},
    ids::derived,
    lifecycle::EndOfLifecycleAction,
    period::Period,
    role::BuiltInRole,
    template::{
        AccountType, ApprovalFlow, ApprovalStep, AttributeRule, DirectorySection, LifecycleSection,
        OwnershipSection, TemplateAttribute, TemplateCommand, TemplateContent, Urgent, VaultKind,
        VaultSection,
    },
    user::{PersonalData, UserCommand},
};
use tenure_workflow::{Caller, CommandError, Commands};

/// Password of everyone in the demo, which listens on loopback only.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Somebody in the demo.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) email: &'static str,
    pub(crate) roles: &'static [BuiltInRole],
    pub(crate) group: Option<&'static str>,
}

const fn person(
    name: &'static str,
    email: &'static str,
    roles: &'static [BuiltInRole],
    group: Option<&'static str>,
) -> Person {
    Person {
        name,
        email,
        roles,
        group,
    }
}

/// The first is the administrator.
pub(crate) const PEOPLE: &[Person] = &[
    person(
        "Ada Admin",
        "ada@demo.example",
        &[BuiltInRole::SystemAdministrator],
        None,
    ),
    person(
        "Rosa Requester",
        "rosa@demo.example",
        &[BuiltInRole::Requester],
        Some("Platform"),
    ),
    person(
        "Anton Approver",
        "anton@demo.example",
        &[BuiltInRole::Approver],
        Some("Approvers"),
    ),
    person(
        "Olga Owner",
        "olga@demo.example",
        &[BuiltInRole::Requester],
        Some("Databases"),
    ),
    person(
        "Iris Auditor",
        "iris@demo.example",
        &[BuiltInRole::Auditor],
        None,
    ),
    person(
        "Pavel Novák",
        "pavel@demo.example",
        &[BuiltInRole::Requester],
        Some("Platform"),
    ),
    person(
        "Mei-Ling Chen",
        "mei-ling@demo.example",
        &[BuiltInRole::Requester, BuiltInRole::Approver],
        Some("Approvers"),
    ),
    person(
        "Søren Østergaard",
        "soren@demo.example",
        &[BuiltInRole::Requester],
        Some("Databases"),
    ),
    person(
        "Fatima al-Zahra",
        "fatima@demo.example",
        &[BuiltInRole::Requester],
        Some("Finance"),
    ),
    person(
        "Jean-Baptiste Lefèvre-Dumont",
        "jb@demo.example",
        &[BuiltInRole::Requester],
        Some("Finance"),
    ),
    person(
        "Kofi Mensah",
        "kofi@demo.example",
        &[BuiltInRole::Approver],
        Some("Security"),
    ),
    person(
        "Yuki Tanaka",
        "yuki@demo.example",
        &[BuiltInRole::Requester, BuiltInRole::Approver],
        Some("Security"),
    ),
];

const GROUPS: &[&str] = &["Platform", "Databases", "Finance", "Approvers", "Security"];

/// Two directories in memory.
pub(crate) const DOMAINS: &[(&str, &str)] = &[
    ("corp.demo.example", "DC=corp,DC=demo,DC=example"),
    ("emea.demo.example", "DC=emea,DC=demo,DC=example"),
];

/// Id of the person with this address.
pub(crate) fn user(email: &str) -> UserId {
    UserId(derived(&["demo", "user", email]))
}

/// Id of the group with this name.
pub(crate) fn group(name: &str) -> GroupId {
    GroupId(derived(&["demo", "group", name]))
}

/// Ids of all domains.
pub(crate) fn domains() -> impl Iterator<Item = DomainId> {
    DOMAINS.iter().map(|(name, _)| domain(name))
}

/// Id of the domain with this name.
pub(crate) fn domain(name: &str) -> DomainId {
    DomainId(derived(&["demo", "domain", name]))
}

/// Id of the template for this action in this domain.
pub(crate) fn template(domain: &str, action: EndOfLifecycleAction) -> TemplateId {
    TemplateId(derived(&[
        "demo",
        "template",
        domain,
        &format!("{action:?}"),
    ]))
}

/// Makes people, groups, domains and templates.
pub(crate) async fn settle(commands: &Commands, setup: &Caller) -> Result<(), CommandError> {
    commands.install_built_ins().await?;
    let admin = Caller::new(tenure_domain::Actor::User(user(PEOPLE[0].email)));
    for name in GROUPS {
        commands
            .group(
                group(name),
                GroupCommand::Create {
                    name: (*name).into(),
                },
                setup,
            )
            .await?;
    }
    for person in PEOPLE {
        let id = user(person.email);
        let personal = PersonalData {
            display_name: person.name.into(),
            emails: vec![person.email.into()],
            ..PersonalData::default()
        };
        commands
            .user(id, UserCommand::Register(personal), setup)
            .await?;
        for role in person.roles {
            commands
                .user(id, UserCommand::GrantRole(role.id()), setup)
                .await?;
        }
        if let Some(name) = person.group {
            commands
                .group(group(name), GroupCommand::AddMember(id), setup)
                .await?;
        }
    }
    // Everyone may ask.
    commands
        .group(
            everyone(),
            GroupCommand::GrantRole(BuiltInRole::Requester.id()),
            setup,
        )
        .await?;
    for (name, base_dn) in DOMAINS {
        let content = DomainContent {
            name: (*name).into(),
            kind: DomainKind::Sandbox,
            base_dn: (*base_dn).into(),
        };
        commands
            .domain(domain(name), DomainCommand::Register(content), &admin)
            .await?;
        for action in EndOfLifecycleAction::ALL {
            let id = template(name, *action);
            let mut content = template_content(name, base_dn, *action);
            surroundings::join(&mut content, name, base_dn);
            commands
                .template(id, TemplateCommand::Draft(Box::new(content)), &admin)
                .await?;
            commands
                .template(id, TemplateCommand::Publish, &admin)
                .await?;
        }
    }
    Ok(())
}

/// A template with everything that the path can show.
pub(crate) fn template_content(
    domain_name: &str,
    base_dn: &str,
    action: EndOfLifecycleAction,
) -> TemplateContent {
    let short = domain_name
        .split('.')
        .next()
        .unwrap_or_default()
        .to_uppercase();
    let (name, purpose, prefix) = match action {
        EndOfLifecycleAction::Review => (
            "Application services",
            "Services that must not stop by themselves",
            "svc-",
        ),
        EndOfLifecycleAction::Disable => ("Batch jobs", "Scheduled jobs and integrations", "job-"),
        EndOfLifecycleAction::Expire => (
            "Vendor access",
            "Accounts that suppliers use for a project",
            "ven-",
        ),
        EndOfLifecycleAction::Delete => ("Test accounts", "Short-lived accounts for tests", "tst-"),
    };
    let renews = action.renews();
    let step = |name: &str, group_name: &str| ApprovalStep {
        name: name.into(),
        least: 1,
        users: vec![],
        groups: vec![group(group_name)],
        ..ApprovalStep::default()
    };
    let steps = match action {
        EndOfLifecycleAction::Delete => vec![step("Team lead", "Approvers")],
        EndOfLifecycleAction::Expire => {
            vec![step("Team lead", "Approvers"), step("Security", "Security")]
        }
        EndOfLifecycleAction::Review | EndOfLifecycleAction::Disable => {
            vec![step("Team lead", "Approvers")]
        }
    };
    TemplateContent {
        name: format!("{name} ({short})"),
        purpose: purpose.into(),
        account_type: AccountType::AdUser,
        action,
        terms_of_service: matches!(action, EndOfLifecycleAction::Expire)
            .then(|| "The supplier keeps the password secret and reports its loss at once.".into()),
        vault: VaultSection {
            kind: VaultKind::BuiltIn,
            ..VaultSection::default()
        },
        directory: DirectorySection {
            domain: domain(domain_name),
            name_prefix: prefix.into(),
            name_pattern: Some(format!("{prefix}[a-z0-9-]+")),
            ou: format!("OU=Service Accounts,{base_dn}"),
            retirement_ou: Some(format!("OU=Retired,{base_dn}")),
            attributes: vec![TemplateAttribute {
                name: "department".into(),
                rule: AttributeRule::Optional,
            }],
            groups: vec![],
            available_to: vec![],
            ..DirectorySection::default()
        },
        ownership: OwnershipSection::default(),
        lifecycle: LifecycleSection {
            periods: match action {
                EndOfLifecycleAction::Delete => vec![Period::days(30), Period::days(7)],
                _ => vec![Period::days(90), Period::months(6), Period::months(12)],
            },
            renewal_opens_days: renews.then_some(30),
            notify_when_renewal_opens: true,
            remind_every_days: renews.then_some(7),
            urgent: renews.then_some(Urgent {
                every_hours: 12,
                last_days: 2,
            }),
            stop_reminding_after_days: Some(60),
            include_administrators: matches!(action, EndOfLifecycleAction::Review),
            enabled_after_end_days: 7,
            ..LifecycleSection::default()
        },
        drift: Default::default(),
        approval: ApprovalFlow {
            steps,
            hide_approver_names: false,
            justification_required: true,
        },
    }
}

/// A pause between two things that people do.
pub(crate) fn pause(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}
