//! The stage that the tests play on: a few people, one template, and given/when/then.

use chrono::{DateTime, Utc};
use std::{fmt::Debug, sync::Arc};
use tenure_domain::{
    AccountId, Actor, Context, DomainId, EngineId, GroupId, RequestId, TemplateId, UserId,
    account::{
        Account, AccountCommand, AccountEvent, AccountFacts, AccountRefusal, LifecycleTerms,
        Managed, MigrationTarget, RevivableAccount,
    },
    decide::Decide,
    ids::derived,
    lifecycle::{EndOfLifecycleAction, Status},
    order::{Failure, FailureReason, Order, Outcome, Report, SecretReference},
    ownership::Owner,
    period::Period,
    request::{ReleasedName, RequestKind, Submission},
    template::{
        AccountType, ApprovalFlow, ApprovalStep, DirectorySection, LifecycleSection,
        OwnershipSection, TemplateContent, Urgent, VaultKind, VaultSection,
    },
};
use uuid::Uuid;

pub(crate) fn id<T: From<Uuid>>(name: &str) -> T {
    derived(&["test", name]).into()
}

pub(crate) fn user(name: &str) -> UserId {
    id(name)
}

pub(crate) fn group(name: &str) -> GroupId {
    id(name)
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

pub(crate) fn context<F>(actor: Actor, facts: F) -> Context<F> {
    Context {
        now: at("2026-01-10T09:00:00Z"),
        actor,
        facts,
    }
}

pub(crate) fn by<F>(name: &str, facts: F) -> Context<F> {
    context(Actor::User(user(name)), facts)
}

pub(crate) struct Given<A>(pub(crate) A);

/// An aggregate to which this has happened.
pub(crate) fn given<A: Decide>(events: impl IntoIterator<Item = A::Event>) -> Given<A> {
    let mut aggregate = A::default();
    for event in events {
        aggregate.apply(event);
    }
    Given(aggregate)
}

pub(crate) struct When<A: Decide> {
    before: A,
    result: Result<Vec<A::Event>, A::Error>,
}

impl<A: Decide> Given<A> {
    pub(crate) fn when(self, command: A::Command, context: &Context<A::Facts>) -> When<A> {
        let result = self.0.decide(command, context);
        When {
            before: self.0,
            result,
        }
    }
}

impl<A: Decide<Error: PartialEq + Debug>> When<A> {
    /// Exactly these events; answers the aggregate after them.
    #[track_caller]
    pub(crate) fn then(mut self, expected: impl IntoIterator<Item = A::Event>) -> Given<A> {
        let events = self.result.expect("an accepted command");
        assert_eq!(events, expected.into_iter().collect::<Vec<_>>());
        for event in events {
            self.before.apply(event);
        }
        Given(self.before)
    }

    #[track_caller]
    pub(crate) fn nothing(self) {
        self.then([]);
    }

    #[track_caller]
    pub(crate) fn refused(self, expected: A::Error) {
        assert_eq!(self.result, Err(expected));
    }
}

pub(crate) const OU: &str = "OU=Service Accounts,DC=corp,DC=example,DC=com";
pub(crate) const RETIREMENT_OU: &str = "OU=Retired,DC=corp,DC=example,DC=com";

/// 90 days; renewal opens 30 days before the end, a reminder every 7 days, every 12 hours in the last 3 days.
pub(crate) fn template(action: EndOfLifecycleAction) -> TemplateContent {
    let renews = action.renews();
    TemplateContent {
        name: "Backup jobs".into(),
        purpose: "Nightly backups".into(),
        account_type: AccountType::AdUser,
        action,
        terms_of_service: None,
        vault: VaultSection {
            kind: VaultKind::BuiltIn,
            ..VaultSection::default()
        },
        directory: DirectorySection {
            domain: id("corp"),
            name_prefix: "svc-".into(),
            name_pattern: Some("svc-[a-z0-9-]+".into()),
            ou: OU.into(),
            retirement_ou: Some(RETIREMENT_OU.into()),
            attributes: vec![],
            groups: vec![],
            available_to: vec![],
            ..DirectorySection::default()
        },
        ownership: OwnershipSection::default(),
        lifecycle: LifecycleSection {
            periods: vec![Period::days(90)],
            renewal_opens_days: renews.then_some(30),
            notify_when_renewal_opens: true,
            remind_every_days: renews.then_some(7),
            urgent: renews.then_some(Urgent {
                every_hours: 12,
                last_days: 3,
            }),
            stop_reminding_after_days: None,
            include_administrators: false,
            enabled_after_end_days: 7,
            ..LifecycleSection::default()
        },
        drift: Default::default(),
        approval: ApprovalFlow {
            steps: vec![step("Manager", 1, &["carol"], &[])],
            hide_approver_names: false,
            justification_required: false,
        },
    }
}

pub(crate) fn step(name: &str, least: u16, users: &[&str], groups: &[&str]) -> ApprovalStep {
    ApprovalStep {
        name: name.into(),
        least,
        users: users.iter().map(|name| user(name)).collect(),
        groups: groups.iter().map(|name| group(name)).collect(),
        ..ApprovalStep::default()
    }
}

pub(crate) fn submission(kind: RequestKind, template: &TemplateContent) -> Submission {
    Submission {
        kind,
        requester: user("alice"),
        account: id("account"),
        revives: None,
        template: id("template"),
        template_version: 1,
        domain: template.directory.domain,
        name: "svc-backup".into(),
        owners: vec![Owner::User(user("alice"))],
        terms: LifecycleTerms::of(template, Period::days(90)),
        justification: "nightly backup".into(),
        description: "Backup of the file servers".into(),
        ou: template.directory.ou.clone(),
        retirement_ou: template.directory.retirement_ou.clone(),
        groups: template.directory.groups.clone(),
        attributes: std::collections::BTreeMap::new(),
        cannot_change_password: template.directory.cannot_change_password,
        gmsa: template.directory.gmsa.clone(),
        steps: template.approval.steps.clone(),
        hide_approver_names: false,
        accepted_terms: None,
        folder: None,
    }
}

pub(crate) fn failure(reason: FailureReason) -> Failure {
    Failure {
        reason,
        detail: "LDAP 68 entryAlreadyExists".into(),
    }
}

pub(crate) fn secret() -> SecretReference {
    SecretReference {
        vault: "built-in".into(),
        path: "corp/svc-backup".into(),
    }
}

/// What follows for the account when the failed request that it came of is withdrawn.
pub(crate) fn abandoned_by(request: RequestId) -> AccountCommand {
    let released = ReleasedName {
        domain: id("corp"),
        name: "svc-backup".into(),
        account: account_id(),
        back_to: None,
    };
    AccountCommand::Abandon {
        request,
        released: Box::new(released),
    }
}

/// One account on its way through the years, with both clocks in hand.
#[derive(Clone)]
pub(crate) struct Life {
    pub(crate) account: Account,
    pub(crate) history: Vec<AccountEvent>,
    pub(crate) now: DateTime<Utc>,
    pub(crate) system_now: DateTime<Utc>,
    pub(crate) epoch: u32,
    pub(crate) approved: Option<(RequestId, Arc<Submission>)>,
    pub(crate) unknown_owners: Vec<Owner>,
    pub(crate) inactive_owners: Vec<Owner>,
    pub(crate) ownership: Option<OwnershipSection>,
    pub(crate) revivable: Option<RevivableAccount>,
    pub(crate) target: Option<MigrationTarget>,
    pub(crate) given_up: bool,
}

impl Life {
    pub(crate) fn absent() -> Self {
        Self {
            account: Account::default(),
            history: vec![],
            now: at("2026-01-10T09:00:00Z"),
            system_now: at("2030-06-01T12:00:00Z"),
            epoch: 1,
            approved: None,
            unknown_owners: vec![],
            inactive_owners: vec![],
            ownership: None,
            revivable: None,
            target: None,
            given_up: false,
        }
    }

    /// Approved on 10 January 2026; the first order is on its way.
    pub(crate) fn begun(template: &TemplateContent) -> Self {
        let mut life = Self::absent();
        life.approved = Some((
            id("request"),
            Arc::new(submission(RequestKind::NewAccount, template)),
        ));
        life.run(AccountCommand::Create).expect("created");
        life
    }

    /// Provisioned on 10 January 2026: its end is 10 April, renewal opens on 11 March.
    pub(crate) fn live(action: EndOfLifecycleAction) -> Self {
        Self::live_by(&template(action))
    }

    pub(crate) fn live_by(template: &TemplateContent) -> Self {
        let mut life = Self::begun(template);
        life.applied();
        life
    }

    /// Its end has come and was carried out.
    pub(crate) fn ended(action: EndOfLifecycleAction) -> Self {
        let mut life = Self::live(action);
        life.at(END)
            .run(AccountCommand::ReachEnd(at(END)))
            .expect("ended");
        if life.outstanding().is_some() {
            life.applied();
        }
        life
    }

    pub(crate) fn at(&mut self, time: &str) -> &mut Self {
        self.now = at(time);
        self
    }

    pub(crate) fn run(
        &mut self,
        command: AccountCommand,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let facts = AccountFacts {
            approved: self.approved.clone(),
            unknown_owners: self.unknown_owners.clone(),
            inactive_owners: self.inactive_owners.clone(),
            ownership: self.ownership.clone(),
            revivable: self.revivable.clone(),
            target: self.target.clone(),
            given_up: self.given_up,
            ..AccountFacts::new(self.epoch, self.system_now)
        };
        let context = Context {
            now: self.now,
            actor: Actor::User(user("alice")),
            facts,
        };
        let events = self.account.decide(command, &context)?;
        for event in &events {
            cqrs_es::Aggregate::apply(&mut self.account, event.clone());
        }
        self.history.extend(events.iter().cloned());
        Ok(events)
    }

    /// Type names of the events that the command leads to.
    #[track_caller]
    pub(crate) fn does(&mut self, command: AccountCommand) -> Vec<String> {
        let events = self.run(command).expect("an accepted command");
        events
            .iter()
            .map(|event| cqrs_es::DomainEvent::event_type(event).replace("account.", ""))
            .collect()
    }

    pub(crate) fn managed(&self) -> &Managed {
        self.account.managed().expect("an account")
    }

    pub(crate) fn status(&self) -> Status {
        self.managed().status()
    }

    pub(crate) fn end(&self) -> DateTime<Utc> {
        self.managed().lifecycle().expect("a live account").end
    }

    pub(crate) fn outstanding(&self) -> Option<Arc<Order>> {
        self.managed().directory.outstanding.clone()
    }

    /// (enabled, OU) as the outstanding order asks.
    #[track_caller]
    pub(crate) fn ordered(&self) -> (bool, String) {
        let order = self.outstanding().expect("an outstanding order");
        (order.desired.enabled, order.desired.ou.clone())
    }

    pub(crate) fn report_on(&self, order: &Order, outcome: Outcome) -> AccountCommand {
        AccountCommand::RecordReport(Box::new(Report {
            domain: order.domain,
            account: order.account,
            number: order.number,
            engine: engine(),
            at: self.system_now,
            outcome,
        }))
    }

    #[track_caller]
    pub(crate) fn report(&mut self, outcome: Outcome) -> Vec<String> {
        let order = self.outstanding().expect("an outstanding order");
        let command = self.report_on(&order, outcome);
        self.does(command)
    }

    #[track_caller]
    pub(crate) fn applied(&mut self) -> Vec<String> {
        self.report(done())
    }
}

pub(crate) const OPENS: &str = "2026-03-11T00:00:00Z";
pub(crate) const END: &str = "2026-04-10T00:00:00Z";

pub(crate) fn done() -> Outcome {
    Outcome::Applied {
        object: id("object"),
        secret: Some(secret()),
    }
}

pub(crate) fn engine() -> EngineId {
    id("engine")
}

pub(crate) fn template_id() -> TemplateId {
    id("template")
}

pub(crate) fn account_id() -> AccountId {
    id("account")
}

pub(crate) fn request_id() -> RequestId {
    id("request")
}

pub(crate) fn domain_id() -> DomainId {
    id("corp")
}

pub(crate) fn why() -> String {
    "because".into()
}
