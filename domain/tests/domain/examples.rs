//! One example of every event.

use crate::scene::{
    END, OPENS, OU, at, failure, group, id, secret, step, submission, template, user, why,
};
use crate::submission::content;
use std::sync::Arc;
use tenure_domain::{
    Actor, Event, Personal,
    account::*,
    api_token::*,
    campaign::*,
    deputy::*,
    directory::*,
    discovery::{Risk, Signal},
    drift::{
        Difference, DriftEnd, DriftField, DriftRepair, DriftSection, Held, StandingDifference,
    },
    email_template::*,
    engine::*,
    event::Stream,
    group::*,
    lifecycle::{EndOfLifecycleAction as Action, Status},
    order::{DesiredState, FailureReason, Order, OrderKind, OrderNumber},
    ownership::Owner,
    request::{
        AcceptedTerms, ApprovalGiven, ApprovalOverridden, InformationGiven, InformationRequested,
        NameReleased, ReleasedName, Request, RequestApproved, RequestCompleted, RequestDeleted,
        RequestDrafted, RequestEscalated, RequestFailed, RequestKind, RequestProvisioningBegun,
        RequestRejected, RequestReopened, RequestRetried, RequestRevised, RequestSubmitted,
        RequestWithdrawn, RevisedFields,
    },
    review::{
        Decision, Review, ReviewDecided, ReviewLapsed, ReviewReassigned, RevocationFailed,
        RevocationObserved, RevocationOrdered, RevocationUndone, RevocationUnneeded,
    },
    role::*,
    synchronisation::SyncPlan,
    template::{
        ApprovalStep, AttributeRule, Template, TemplateAttribute, TemplateContent,
        TemplateDisabled, TemplateDrafted, TemplateEnabled, TemplatePublished, TemplateReturned,
        TemplateRevised, TemplateSubmitted, TemplateUnpublished, UsersAndGroups,
    },
    user::*,
};

fn of<A: Stream>(event: impl Into<A::Event>) -> Event {
    A::wrap(event.into())
}

const N: OrderNumber = OrderNumber { epoch: 1, n: 3 };

fn full_template() -> TemplateContent {
    let mut content = template(Action::Expire);
    content.terms_of_service = Some("Be good.".into());
    let rule = |name: &str, rule| TemplateAttribute {
        name: name.into(),
        rule,
    };
    content.directory.attributes = vec![
        rule("department", AttributeRule::Required),
        rule("info", AttributeRule::Optional),
        rule("company", AttributeRule::ReadOnly(vec!["Example".into()])),
    ];
    content.directory.groups =
        vec!["CN=Backup Operators,CN=Builtin,DC=corp,DC=example,DC=com".into()];
    content.directory.available_to = vec![group("ops")];
    content.directory.other_ous = vec!["OU=Batch,DC=corp,DC=example,DC=com".into()];
    content.directory.sub_ous = true;
    content.directory.cannot_change_password = true;
    content.vault.folder = Some("service-accounts/backup".into());
    content.vault.sub_folders = true;
    content.lifecycle.stop_reminding_after_days = Some(60);
    content.lifecycle.other_recipients = UsersAndGroups {
        users: vec![user("bob")],
        groups: vec![group("ops")],
    };
    content.lifecycle.purge_after_days = Some(30);
    content.drift = DriftSection {
        repair: vec![DriftField::Enabled, DriftField::Group],
    };
    content.approval.steps = vec![
        ApprovalStep {
            times_out_after_hours: Some(72),
            fallback: UsersAndGroups {
                users: vec![user("carol")],
                groups: vec![],
            },
            ..step("Manager", 1, &["bob"], &[])
        },
        step("Security", 2, &[], &["security"]),
    ];
    content
}

fn templates() -> Vec<Event> {
    let content = full_template();
    let former_name = Some("Backups".to_owned());
    vec![
        of::<Template>(TemplateDrafted {
            version: 2,
            content: content.clone(),
            former_name: None,
        }),
        of::<Template>(TemplateRevised {
            content: content.clone(),
            former_name,
        }),
        of::<Template>(TemplateSubmitted {
            version: 2,
            by: Actor::User(user("tina")),
        }),
        of::<Template>(TemplateReturned {
            version: 2,
            reason: why(),
        }),
        of::<Template>(TemplatePublished {
            version: 2,
            content,
        }),
        of::<Template>(TemplateUnpublished { version: 2 }),
        of::<Template>(TemplateDisabled {}),
        of::<Template>(TemplateEnabled {}),
    ]
}

fn requests() -> Vec<Event> {
    let kind = RequestKind::NewAccount;
    let (account, requester, approver) = (id("account"), user("alice"), user("carol"));
    let released = || ReleasedName {
        domain: id("corp"),
        name: "svc-backup".into(),
        back_to: None,
        account,
    };
    let mut submission = submission(kind, &full_template());
    submission.owners.push(Owner::Group(group("ops")));
    submission.folder = Some("service-accounts/backup/night".into());
    submission.accepted_terms = Some(AcceptedTerms::of("Be good.", 2, at(OPENS)));
    let (on_behalf_of, escalates_at) = (Some(user("dave")), Some(at(OPENS)));
    let via = vec![group("security")];
    let (step_name, comment) = ("Security".to_owned(), Some("fine".to_owned()));
    let refused = failure(FailureReason::NameTaken);
    vec![
        of::<Request>(RequestDrafted {
            requester,
            account,
            content: content(),
        }),
        of::<Request>(RequestRevised { content: content() }),
        of::<Request>(RequestSubmitted {
            submission,
            escalates_at,
        }),
        of::<Request>(ApprovalGiven {
            step: 1,
            step_name,
            approver,
            on_behalf_of,
            escalates_at,
            via,
            step_completed: true,
            comment,
        }),
        of::<Request>(ApprovalOverridden {
            step: 1,
            step_name: "Security".into(),
            administrator: user("ada"),
            reason: why(),
            in_spite_of_segregation: true,
            escalates_at,
        }),
        of::<Request>(InformationRequested {
            step: 0,
            step_name: "Manager".into(),
            approver,
            on_behalf_of,
            question: "Which servers?".into(),
        }),
        of::<Request>(InformationGiven {
            answer: "The file servers.".into(),
            revised: Some(RevisedFields {
                justification: "nightly backup of the file servers".into(),
                description: String::new(),
                attributes: Default::default(),
                all_attributes: Default::default(),
            }),
            escalates_at,
        }),
        of::<Request>(RequestEscalated {
            step: 0,
            step_name: "Manager".into(),
        }),
        of::<Request>(NameReleased {
            released: released(),
        }),
        of::<Request>(RequestApproved {
            kind: RequestKind::Renewal(account),
            account,
        }),
        of::<Request>(RequestRejected {
            approver,
            on_behalf_of: None,
            reason: why(),
            kind,
            released: released(),
        }),
        of::<Request>(RequestWithdrawn {
            kind,
            released: released(),
            after_failure: false,
        }),
        of::<Request>(RequestReopened { account }),
        of::<Request>(RequestDeleted {}),
        of::<Request>(RequestProvisioningBegun {}),
        of::<Request>(RequestCompleted {}),
        of::<Request>(RequestFailed {
            failure: refused,
            kind: RequestKind::NewAccount,
        }),
        of::<Request>(RequestRetried {
            kind: RequestKind::NewAccount,
            account,
        }),
    ]
}

fn accounts() -> Vec<Event> {
    let s = submission(RequestKind::NewAccount, &full_template());
    let (account, request, engine, end) = (id("account"), id("request"), id("engine"), at(END));
    let desired = DesiredState {
        name: s.name.clone(),
        ou: OU.into(),
        enabled: true,
        expires_at: Some(end),
        description: Some(s.description.clone()),
        attributes: s.attributes.clone(),
        groups: s.groups.clone(),
        cannot_change_password: Some(true),
        ..DesiredState::default()
    };
    let order = Order {
        domain: s.domain,
        account,
        number: N,
        kind: OrderKind::Change,
        object: Some(id("object")),
        revives: None,
        folder: None,
        moves_secret: false,
        expects: None,
        desired,
        not_after: at("2026-01-10T09:15:00Z"),
    };
    let created = AccountCreated {
        adopts: None,
        import_reason: None,
        account,
        request,
        template: s.template,
        template_version: 2,
        domain: s.domain,
        name: s.name,
        owners: s.owners,
        terms: s.terms,
        description: s.description,
        ou: s.ou,
        retirement_ou: s.retirement_ou,
        groups: s.groups,
        attributes: s.attributes,
        revives: Some(Revived {
            account: id("deleted account"),
            object: id("object"),
        }),
        groups_left: vec!["CN=Old,DC=corp,DC=example,DC=com".into()],
        folder: s.folder,
        cannot_change_password: Some(true),
        gmsa: None,
        planned_end: end,
    };
    let changed = AccountChanged {
        request,
        groups: vec!["CN=New,DC=corp,DC=example,DC=com".into()],
        groups_left: vec!["CN=Old,DC=corp,DC=example,DC=com".into()],
        attributes: [("info".to_owned(), vec!["nightly".to_owned()])].into(),
        in_force: false,
    };
    let migrated = AccountMigrated {
        reason: why(),
        template: s.template,
        template_version: 3,
        former_template: s.template,
        former_template_version: 2,
        terms: created.terms.clone(),
        lifecycle_end: end,
        former_end: end,
        renewal_opens_at: Some(at(OPENS)),
        owners: vec![Owner::Group(group("ops"))],
        former_owners: vec![Owner::User(user("alice"))],
        ou: OU.into(),
        retirement_ou: None,
        folder: Some("batch".into()),
        cannot_change_password: Some(true),
        gmsa: None,
    };
    let unreachable = failure(FailureReason::DirectoryUnreachable);
    let opens = Some(at(OPENS));
    let provisioned = AccountProvisioned {
        number: N,
        engine,
        request,
        object: id("object"),
        secret: Some(secret()),
        lifecycle_end: end,
        renewal_opens_at: opens,
    };
    let renewed = AccountRenewed {
        lifecycle_end: end,
        former_end: at("2026-01-10T00:00:00Z"),
        renewal_opens_at: opens,
        request: Some(request),
        review: None,
    };
    let removed = AccountRemoved {
        number: N,
        engine,
        account,
        domain: id("corp"),
        name: "svc-backup".into(),
        check_at: Some(end),
        review: None,
    };
    let owners_changed = OwnersChanged {
        owners: vec![Owner::Group(group("ops"))],
        former_owners: vec![Owner::User(user("alice"))],
    };
    let reveal = SecretRevealRequested {
        reveal: id("reveal"),
        reader_key: "ab".repeat(32),
        not_after: end,
    };
    let urgency = ReminderUrgency::Urgent;
    let failed = OrderFailed {
        number: N,
        engine,
        failure: failure(FailureReason::NameTaken),
        request: Some(request),
        review: None,
    };
    let enabled = Difference {
        field: DriftField::Enabled,
        of: None,
        wanted: vec!["no".into()],
        observed: vec!["yes".into()],
    };
    let drift_found = DriftFound {
        run: id("run"),
        domain: id("corp"),
        name: "svc-backup".into(),
        differences: vec![StandingDifference {
            difference: enabled,
            since: end,
        }],
        not_compared: vec!["attribute info".into()],
        repair: DriftRepair::Ordered,
        changed: true,
    };
    vec![
        of::<Account>(drift_found),
        of::<Account>(DriftRepairOrdered { reason: why() }),
        of::<Account>(DriftLeft { reason: why() }),
        of::<Account>(DriftEnded {
            how: DriftEnd::Repaired,
        }),
        of::<Account>(created),
        of::<Account>(OrderIssued {
            order: Arc::new(order),
        }),
        of::<Account>(provisioned),
        of::<Account>(OrderApplied {
            number: N,
            engine,
            request: Some(request),
            secret: Some(secret()),
            review: None,
        }),
        of::<Account>(failed),
        of::<Account>(OrderDeferred {
            number: N,
            engine,
            failure: unreachable,
            retry_at: end,
        }),
        of::<Account>(OrderExpired { number: N }),
        of::<Account>(OrderRetried { number: N }),
        of::<Account>(RemovalCheckBegun {}),
        of::<Account>(RemovalBegun {
            account,
            domain: s.domain,
            name: "svc-old".into(),
            ou: OU.into(),
            description: "The old intranet".into(),
            found: AsFound {
                object: id("object"),
                enabled: true,
                expires: Some(at(OPENS)),
                last_sign_in: Some(at("2024-03-01T07:00:00Z")),
                password_set: Some(at("2021-03-01T07:00:00Z")),
            },
            useless: vec![Signal::Unused { days: 680 }, Signal::Expired],
            grace_days: 30,
            reason: why(),
        }),
        of::<Account>(RemovalGraceBegun {
            number: N,
            engine,
            purge_at: end,
        }),
        of::<Account>(RemovalCancelled { reason: why() }),
        of::<Account>(ImportTakenBack { reason: why() }),
        of::<Account>(AccountReleased {
            number: N,
            engine,
            account,
            domain: s.domain,
            name: "svc-old".into(),
            check_at: Some(at("2026-01-10T09:16:00Z")),
        }),
        of::<Account>(RenewalOpened {
            lifecycle_end: end,
            notify: true,
            next_reminder: opens,
        }),
        of::<Account>(OwnersReminded {
            lifecycle_end: end,
            urgency,
            next_reminder: None,
        }),
        of::<Account>(renewed),
        of::<Account>(RenewalDeclined { reason: why() }),
        of::<Account>(RenewalRequested { request }),
        of::<Account>(RenewalRequestClosed { request }),
        of::<Account>(LifecycleEnded {
            action: Action::Disable,
            lifecycle_end: end,
            next_reminder: None,
            purge_at: Some(end),
        }),
        of::<Account>(LifecycleEndRepeated {}),
        of::<Account>(AccountDisabled {
            reason: why(),
            review: None,
        }),
        of::<Account>(AccountEnabled {
            reason: why(),
            repeat_at: Some(end),
            review: None,
        }),
        of::<Account>(AccountDeleted {
            reason: why(),
            abandoned: Some(request),
        }),
        of::<Account>(AccountPurgeOrdered {
            reason: why(),
            abandoned: None,
        }),
        of::<Account>(AccountSucceeded {
            by: id("another account"),
            abandoned: None,
        }),
        of::<Account>(changed),
        of::<Account>(migrated),
        of::<Account>(removed),
        of::<Account>(owners_changed),
        of::<Account>(reveal),
    ]
}

fn people() -> Vec<Event> {
    let role = id("role");
    let sealed = || Personal::Sealed("c2VhbGVk".into());
    let name = || "Operators".to_owned();
    let content = || RoleContent {
        name: "Deputy".into(),
        permissions: BuiltInRole::Approver.content().permissions,
    };
    let former_name = Some("Aide".to_owned());
    vec![
        of::<User>(UserRegistered { personal: sealed() }),
        of::<User>(UserPersonalDataChanged { personal: sealed() }),
        of::<User>(UserDisabled {}),
        of::<User>(UserEnabled {}),
        of::<User>(UserRoleGranted { role }),
        of::<User>(UserRoleRevoked { role }),
        of::<User>(UserVerificationRequested {}),
        of::<User>(UserEmailVerified { personal: sealed() }),
        of::<User>(UserPasswordSet {}),
        of::<User>(UserSecondFactorEnrolled {}),
        of::<User>(UserSecondFactorReset {}),
        of::<User>(UserRecoveryCodeUsed {}),
        of::<User>(UserFollowed { domain: id("corp") }),
        of::<User>(UserLeft { domain: id("corp") }),
        of::<User>(UserExported {
            what: Exported::AuditTrail,
        }),
        of::<Group>(GroupCreated { name: name() }),
        of::<Group>(GroupRenamed {
            name: "Ops".into(),
            former_name: name(),
        }),
        of::<Group>(GroupMemberAdded {
            user: user("alice"),
        }),
        of::<Group>(GroupMemberRemoved {
            user: user("alice"),
        }),
        of::<Group>(GroupRoleGranted { role }),
        of::<Group>(GroupRoleRevoked { role }),
        of::<Group>(GroupDisabled {}),
        of::<Group>(GroupEnabled {}),
        of::<Group>(GroupReplaced { by: group("ops") }),
        of::<Role>(RoleDefined {
            content: content(),
            former_name: None,
        }),
        of::<Role>(RoleRevised(RoleDefined {
            content: content(),
            former_name,
        })),
        of::<Deputyship>(DeputyNamed {
            user: user("alice"),
            deputy: user("bob"),
            from: at(OPENS),
            until: at(END),
        }),
        of::<Deputyship>(DeputyWithdrawn {}),
        of::<Role>(RoleDisabled {}),
        of::<Role>(RoleEnabled {}),
        of::<Role>(RoleAppliedToNewUsers {}),
        of::<Role>(RoleKeptFromNewUsers {}),
        of::<ApiToken>(ApiTokenCreated {
            content: ApiTokenContent {
                owner: user("alice"),
                description: "Nightly report".into(),
                permissions: BuiltInRole::Approver.content().permissions,
                expires_at: at(END),
            },
        }),
        of::<ApiToken>(ApiTokenDescribed {
            description: "Weekly report".into(),
        }),
        of::<ApiToken>(ApiTokenDisabled {}),
        of::<ApiToken>(ApiTokenEnabled {}),
        of::<ApiToken>(ApiTokenDeleted {}),
        of::<EmailTemplate>(EmailTemplateChanged {
            notice: "welcome".into(),
            text: EmailText {
                subject: "Hello {{ recipient }}".into(),
                body: "Welcome: {{ link }}".into(),
            },
        }),
        of::<EmailTemplate>(EmailTemplateRestored {
            notice: "welcome".into(),
        }),
        of::<EmailTemplate>(EmailTemplateSwitchedOn {
            notice: "welcome".into(),
        }),
        of::<EmailTemplate>(EmailTemplateSwitchedOff {
            notice: "welcome".into(),
        }),
    ]
}

fn campaigns() -> Vec<Event> {
    let (campaign, account) = (id("campaign"), id("account"));
    vec![
        of::<Campaign>(CampaignOpened {
            content: CampaignContent {
                filter: PopulationFilter {
                    search: Some("backup".into()),
                    status: vec![Status::Active],
                    domain: Some(id("corp")),
                    template: Some(id("template")),
                    owner: Some(Owner::Group(group("ops"))),
                    action: Some(Action::Expire),
                },
                ..crate::campaigns::content()
            },
            ..crate::campaigns::opened()
        }),
        of::<Campaign>(ReviewersReminded {
            urgency: ReminderUrgency::Urgent,
            next_reminder: Some(at(END)),
        }),
        of::<Campaign>(CampaignClosed {
            at_due: false,
            reason: Some(why()),
        }),
        of::<Population>(PopulationFrozen {
            campaign,
            population: id("population"),
            part: 3,
            items: vec![crate::campaigns::item()],
        }),
        of::<Review>(ReviewDecided {
            campaign,
            account,
            decision: Decision::DoNotKnow,
            reason: why(),
            also_asked: Some(Owner::User(user("ada"))),
            on_behalf_of: Some(user("alice")),
        }),
        of::<Review>(ReviewReassigned {
            campaign,
            account,
            reviewers: vec![Owner::User(user("bob"))],
            reason: why(),
            on_behalf_of: Some(user("alice")),
        }),
        of::<Review>(ReviewLapsed { campaign, account }),
        of::<Review>(RevocationOrdered {}),
        of::<Review>(RevocationObserved {
            number: N,
            engine: id("engine"),
        }),
        of::<Review>(RevocationFailed {
            failure: failure(FailureReason::InsufficientRights),
        }),
        of::<Review>(RevocationUnneeded {
            detail: "the account is disabled already".into(),
        }),
        of::<Review>(RevocationUndone {}),
    ]
}

fn places() -> Vec<Event> {
    let content = || DomainContent {
        name: "corp.example.com".into(),
        kind: DomainKind::ActiveDirectory,
        base_dn: "DC=corp,DC=example,DC=com".into(),
    };
    let engine = EngineContent {
        name: "engine-1".into(),
        domain: id("corp"),
        public_key: format!("{}=", "A".repeat(43)),
    };
    vec![
        of::<Domain>(DomainRegistered { content: content() }),
        of::<Domain>(DomainRevised { content: content() }),
        of::<Domain>(DomainDisabled {}),
        of::<Domain>(DomainEnabled {}),
        of::<Domain>(SynchronisationPlanned {
            plan: SyncPlan::default(),
        }),
        of::<Domain>(SynchronisationAsked { full: true }),
        of::<Domain>(CalibrationAsked {
            engine: Some(id("engine")),
        }),
        of::<Domain>(DomainSynchronised {
            run: id("run"),
            engine: id("engine"),
            full: true,
            units: 12,
            groups: 340,
            users: 10_000,
            changed: 100,
            gone: 3,
            unmanaged: 41,
        }),
        of::<Domain>(SynchronisationFailed {
            run: id("run"),
            failure: failure(FailureReason::DirectoryUnreachable),
        }),
        of::<Domain>(UnmanagedAccountsFound {
            run: id("run"),
            count: 2,
            riskiest: vec![FoundAccount {
                object: id("object"),
                name: "svc-old".into(),
                risk: Risk::High,
            }],
        }),
        of::<Domain>(PeoplePlanned {
            plan: PeoplePlan {
                groups: vec![FollowedGroup {
                    object: id("staff"),
                    name: "Staff".into(),
                    group: Some(id("service-owners")),
                }],
                ..PeoplePlan::default()
            },
        }),
        of::<Domain>(PeopleFollowed {
            came: 12,
            left: 1,
            followed: 140,
        }),
        of::<Domain>(PeopleHeld {
            coming: 0,
            leaving: 120,
            followed: 140,
        }),
        of::<Domain>(PeopleAllowed {
            coming: 0,
            leaving: 120,
            reason: "The branch in Bern was closed".into(),
        }),
        of::<Domain>(FollowedGroupsMissing {
            groups: vec![MissingGroup {
                object: id("staff"),
                name: "Staff".into(),
            }],
        }),
        of::<Domain>(AccountsDrifted {
            run: id("run"),
            count: 30,
            repaired: 0,
            held: Some(Held {
                accounts: 25,
                managed: 400,
                allowed: 20,
            }),
            unseen: 3,
            accounts: vec![DriftedAccount {
                account: id("account"),
                name: "svc-backup".into(),
                fields: vec![DriftField::Enabled, DriftField::Ou],
            }],
        }),
        of::<Domain>(DriftDecided {
            repair: true,
            reason: why(),
        }),
        of::<Engine>(EngineRegistered { content: engine }),
        of::<Engine>(EngineTokenIssued {
            expected: ExpectedEngine {
                name: "engine-2".into(),
                domain: id("corp"),
            },
            token_hash: "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8".into(),
            expires_at: at("2026-01-10T17:00:00Z"),
        }),
        of::<Engine>(EngineTokenRevoked {}),
        of::<Engine>(EngineEnrolled {
            keys: EngineKeys {
                public_key: format!("{}=", "A".repeat(43)),
                nkey: format!("U{}", "A".repeat(55)),
            },
        }),
        of::<Engine>(EngineAssigned {}),
        of::<Engine>(EngineRevoked {
            at: at("2026-01-10T09:00:00Z"),
        }),
        of::<Engine>(EngineImpaired {
            failure: failure(FailureReason::VaultUnavailable),
        }),
        of::<Engine>(EngineRecovered {}),
        of::<Engine>(EngineContactLost {
            last_heard: at("2026-01-10T09:00:00Z"),
        }),
        of::<Engine>(EngineContactRegained {}),
        of::<Engine>(EngineDisabled {
            at: at("2026-01-10T09:00:00Z"),
        }),
        of::<Engine>(EngineEnabled {}),
    ]
}

pub(crate) fn examples() -> Vec<Event> {
    [
        templates(),
        requests(),
        accounts(),
        people(),
        places(),
        campaigns(),
    ]
    .concat()
}
