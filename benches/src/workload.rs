//! What both sides of the append rows execute: requests that are drafted, revised three times and submitted (which
//! claims a name), by the same aggregate, with events of 600 bytes on average. Compiled into the peer too.

use chrono::{DateTime, Utc};
use std::sync::Arc;
use tenure_domain::{
    AccountId, Actor, Context, DomainId, GroupId, TemplateId, UserId,
    ids::derived,
    lifecycle::EndOfLifecycleAction,
    period::Period,
    request::{OfferedTemplate, RequestCommand, RequestContent, RequestFacts, RequestKind},
    template::{
        AccountType, ApprovalFlow, ApprovalStep, DirectorySection, LifecycleSection,
        OwnershipSection, TemplateContent, VaultKind, VaultSection,
    },
};
use uuid::Uuid;

/// Commands to one request.
pub(crate) const COMMANDS: usize = 5;
/// Bytes that an event's payload has, on average over the commands.
#[allow(dead_code)]
pub(crate) const EVENT_BYTES: usize = 600;
/// Length of the justification, by command: chosen so that the payloads have [`EVENT_BYTES`] on average.
const JUSTIFICATION: [usize; COMMANDS - 1] = [236, 316, 316, 16];

pub(crate) fn requester() -> UserId {
    UserId(derived(&["bench", "requester"]))
}

#[allow(dead_code)]
pub(crate) fn approver() -> UserId {
    UserId(derived(&["bench", "approver"]))
}

pub(crate) fn approvers() -> GroupId {
    GroupId(derived(&["bench", "approvers"]))
}

pub(crate) fn domain() -> DomainId {
    DomainId(derived(&["bench", "domain"]))
}

pub(crate) fn template() -> TemplateId {
    TemplateId(derived(&["bench", "template"]))
}

/// The template that everything here is asked for by.
pub(crate) fn template_content(base_dn: &str) -> TemplateContent {
    let step = ApprovalStep {
        name: "Team lead".into(),
        least: 1,
        users: vec![],
        groups: vec![approvers()],
        ..ApprovalStep::default()
    };
    TemplateContent {
        name: "Batch jobs".into(),
        purpose: "Scheduled jobs and integrations".into(),
        account_type: AccountType::AdUser,
        action: EndOfLifecycleAction::Disable,
        terms_of_service: None,
        vault: VaultSection {
            kind: VaultKind::BuiltIn,
            ..VaultSection::default()
        },
        directory: DirectorySection {
            domain: domain(),
            name_prefix: "b".into(),
            name_pattern: None,
            ou: format!("OU=Service Accounts,{base_dn}"),
            retirement_ou: None,
            attributes: vec![],
            groups: vec![],
            available_to: vec![],
            ..DirectorySection::default()
        },
        ownership: OwnershipSection::default(),
        lifecycle: LifecycleSection {
            periods: vec![Period::days(90)],
            renewal_opens_days: Some(30),
            notify_when_renewal_opens: true,
            remind_every_days: Some(7),
            urgent: None,
            stop_reminding_after_days: None,
            include_administrators: false,
            enabled_after_end_days: 7,
            ..LifecycleSection::default()
        },
        drift: Default::default(),
        approval: ApprovalFlow {
            steps: vec![step],
            hide_approver_names: false,
            justification_required: true,
        },
    }
}

/// What the requester writes: the account's name comes of its id, the justification has that many bytes.
pub(crate) fn content(account: Uuid, justification: usize) -> RequestContent {
    RequestContent {
        kind: RequestKind::NewAccount,
        template: template(),
        name: name(account),
        owners: vec![],
        period: Some(Period::days(90)),
        justification: "The nightly export needs an identity of its own. "
            .chars()
            .cycle()
            .take(justification)
            .collect(),
        description: "Runs the nightly export".into(),
        attributes: Default::default(),
        groups: None,
        clone_of: None,
        terms_accepted: false,
        ..RequestContent::default()
    }
}

/// At most 20 characters, different for ids that were drawn.
pub(crate) fn name(account: Uuid) -> String {
    format!("b{:016x}", account.as_u64_pair().1)
}

/// The `step`-th command to the request of `account`.
pub(crate) fn command(account: Uuid, step: usize) -> RequestCommand {
    let content = |step: usize| Box::new(content(account, JUSTIFICATION[step] + step));
    match step {
        0 => RequestCommand::Draft {
            account: AccountId(account),
            content: content(0),
        },
        1..=3 => RequestCommand::Revise(content(step)),
        _ => RequestCommand::Submit,
    }
}

/// What decisions on these requests look at.
pub(crate) fn facts() -> RequestFacts {
    RequestFacts {
        template: Some(OfferedTemplate {
            id: template(),
            version: 1,
            content: Arc::new(template_content("DC=bench,DC=example")),
        }),
        domain_enabled: true,
        ..RequestFacts::default()
    }
}

/// The requester, at `now`, with these facts: what the peer decides with.
#[allow(dead_code)]
pub(crate) fn context(now: DateTime<Utc>) -> Context<RequestFacts> {
    Context {
        now,
        actor: Actor::User(requester()),
        facts: facts(),
    }
}
