//! A hundred thousand lives: asked for, approved, provisioned, renewed or not, ended; in the order of time, so that the
//! history reads as one that was lived through.

use super::{AT_ONCE, Size, choice, execute, id, organisation};
use crate::demo::{DemoError, people, say};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{Arc, OnceLock},
};
use tenure_domain::{
    AccountId, Actor, EngineId, RequestId, UserId,
    account::{Account, AccountCommand, AccountFacts, Managed},
    lifecycle::{self, LifecycleOption},
    order::{Failure, FailureReason, OrderKind, Outcome, Report, SecretReference},
    ownership::Owner,
    request::{
        OfferedTemplate, Request, RequestCommand, RequestContent, RequestFacts, RequestKind,
        Submission,
    },
};
use tenure_eventstore::{EventStore, Execution};

/// What accounts are called.
const PURPOSES: &[&str] = &[
    "backup", "erp", "ci", "report", "scan", "sql", "web", "etl", "mon", "hr", "fax", "print",
];

/// One account, or one request that led to none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Life {
    n: usize,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// It is asked for.
    Asked,
    /// Somebody decides.
    Decided,
    /// Whatever falls due.
    Lived,
}

#[derive(Clone)]
struct Making {
    store: EventStore,
    size: Size,
    /// What a submission by each template is like.
    samples: Arc<Vec<OnceLock<Arc<Submission>>>>,
}

/// Lives through all of them.
pub(super) async fn live(
    store: &EventStore,
    size: Size,
    begin: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(), DemoError> {
    let stage = Making {
        store: store.clone(),
        size,
        samples: Arc::new((0..size.templates).map(|_| OnceLock::new()).collect()),
    };
    // One request by each template waits for its approvers; what it says is what the others by it say.
    let waiting = (0..size.templates).filter(|n| !organisation::is_draft(*n));
    stream::iter(waiting)
        .map(|template| stage.clone().sample(template, begin))
        .buffer_unordered(AT_ONCE)
        .try_for_each(async |()| Ok(()))
        .await?;
    let span = (until - begin).num_seconds();
    let lives = size.accounts + size.requests / 10;
    let mut due: BinaryHeap<Reverse<(DateTime<Utc>, Life)>> = (0..lives)
        .map(|n| {
            let seconds = choice(n, 20, usize::try_from(span).unwrap_or(1));
            let at = begin + TimeDelta::seconds(i64::try_from(seconds).unwrap_or(0));
            let stage = Stage::Asked;
            Reverse((at, Life { n, stage }))
        })
        .collect();
    let mut asked = 0;
    while !due.is_empty() {
        let page: Vec<_> = (0..AT_ONCE).filter_map(|_| due.pop()).collect();
        let before = asked * 10 / lives;
        asked += page
            .iter()
            .filter(|Reverse((_, life))| life.stage == Stage::Asked)
            .count();
        if asked * 10 / lives > before {
            say(format_args!("  {asked} of {lives} accounts and requests …"));
        }
        let next: Vec<Option<(DateTime<Utc>, Life)>> = stream::iter(page)
            .map(|Reverse((at, life))| tokio::spawn(stage.clone().step(life, at)))
            .buffer_unordered(AT_ONCE)
            .map(|done| {
                done.unwrap_or(Err(DemoError::Story(
                    "a task of the large demo ended badly",
                )))
            })
            .try_collect()
            .await?;
        due.extend(
            next.into_iter()
                .flatten()
                .filter(|(at, _)| *at <= until)
                .map(Reverse),
        );
    }
    organisation::close(store, size, until).await
}

fn request(n: usize) -> RequestId {
    RequestId(id("request", n))
}

fn account(n: usize) -> AccountId {
    AccountId(id("account", n))
}

fn engine() -> EngineId {
    EngineId(id("engine", 0))
}

fn because() -> String {
    "As agreed with the team.".into()
}

impl Making {
    fn template_of(&self, n: usize) -> usize {
        let template = choice(n, 21, self.size.templates);
        if organisation::is_draft(template) {
            0
        } else {
            template
        }
    }

    fn requester_of(&self, n: usize) -> UserId {
        // A few people own many accounts, and some of those who can sign in are among them.
        match choice(n, 22, 50) {
            0 => people::user(people::PEOPLE[choice(n, 23, people::PEOPLE.len())].email),
            1..=9 => organisation::user(choice(n, 24, 20)),
            _ => organisation::user(choice(n, 25, self.size.users)),
        }
    }

    fn owners_of(&self, n: usize) -> Vec<Owner> {
        match choice(n, 26, 3) {
            0 => vec![Owner::Group(organisation::group(choice(
                n,
                27,
                self.size.groups,
            )))],
            _ => vec![],
        }
    }

    /// Was it asked for in Tenure? Some requests lead to none, and older accounts came with another system.
    fn has_request(&self, n: usize) -> bool {
        n >= self.size.accounts || choice(n, 28, self.size.accounts) < self.size.requests * 9 / 10
    }

    fn content(&self, n: usize) -> RequestContent {
        let number = self.template_of(n);
        let template = organisation::content(number, self.size);
        let purpose = PURPOSES[choice(n, 29, PURPOSES.len())];
        let periods = &template.lifecycle.periods;
        RequestContent {
            kind: RequestKind::NewAccount,
            template: organisation::template(number),
            name: format!("{}{purpose}-{n}", template.directory.name_prefix),
            owners: self.owners_of(n),
            period: Some(periods[choice(n, 30, periods.len())]),
            justification: format!("The {purpose} of our site needs an identity of its own."),
            description: format!(
                "Runs {purpose} for cost centre {}",
                choice(n, 31, 900) + 100
            ),
            attributes: Default::default(),
            groups: None,
            clone_of: None,
            terms_accepted: true,
            ..RequestContent::default()
        }
    }

    async fn sample(self, template: usize, at: DateTime<Utc>) -> Result<(), DemoError> {
        let n = 10_000_000 + template;
        let mut content = self.content(n);
        let said = organisation::content(template, self.size);
        content.template = organisation::template(template);
        content.name = format!("{}waits-{template}", said.directory.name_prefix);
        content.period = said.lifecycle.periods.first().copied();
        let (by, drafted) = (self.requester_of(n), RequestId(id("waiting", template)));
        self.submit(
            drafted,
            AccountId(id("of-waiting", template)),
            content,
            template,
            by,
            at,
        )
        .await?;
        let state = self.store.cached_state::<Request>(drafted.0).await?.state;
        if let Some(submission) = state.submission() {
            let _ = self.samples[template].set(submission.clone());
        }
        Ok(())
    }

    async fn submit(
        &self,
        request: RequestId,
        account: AccountId,
        content: RequestContent,
        template: usize,
        by: UserId,
        at: DateTime<Utc>,
    ) -> Result<(), DemoError> {
        let draft = RequestCommand::Draft {
            account,
            content: Box::new(content),
        };
        self.on_request(request, draft, RequestFacts::default(), Actor::User(by), at)
            .await?;
        let facts = RequestFacts {
            template: Some(OfferedTemplate {
                id: organisation::template(template),
                version: 1,
                content: organisation::content(template, self.size),
            }),
            domain_enabled: true,
            ..RequestFacts::default()
        };
        self.on_request(request, RequestCommand::Submit, facts, Actor::User(by), at)
            .await
    }

    /// What happens at `at`, and when something happens next.
    async fn step(
        self,
        life: Life,
        at: DateTime<Utc>,
    ) -> Result<Option<(DateTime<Utc>, Life)>, DemoError> {
        let Life { n, stage } = life;
        let then = |at, stage| Ok(Some((at, Life { n, stage })));
        match stage {
            Stage::Asked if !self.has_request(n) => {
                self.provision(n, at).await?;
                then(at, Stage::Lived)
            }
            Stage::Asked => {
                let (by, template) = (self.requester_of(n), self.template_of(n));
                if n >= self.size.accounts && n.is_multiple_of(5) {
                    let draft = RequestCommand::Draft {
                        account: account(n),
                        content: Box::new(self.content(n)),
                    };
                    let facts = RequestFacts::default();
                    self.on_request(request(n), draft, facts, Actor::User(by), at)
                        .await?;
                    return Ok(None);
                }
                self.submit(request(n), account(n), self.content(n), template, by, at)
                    .await?;
                let hours = i64::try_from(choice(n, 32, 72)).unwrap_or(1);
                then(at + TimeDelta::hours(hours + 1), Stage::Decided)
            }
            Stage::Decided => {
                if !self.decide(n, at).await? {
                    return Ok(None);
                }
                self.provision(n, at).await?;
                then(at, Stage::Lived)
            }
            Stage::Lived => self
                .look_after(n, at)
                .await
                .map(|next| next.map(|at| (at, life))),
        }
    }

    /// Approved, unless it is one of those that lead to nothing.
    async fn decide(&self, n: usize, at: DateTime<Utc>) -> Result<bool, DemoError> {
        let facts = RequestFacts::default();
        if n >= self.size.accounts {
            match n % 5 {
                1 => {
                    let by = Actor::User(self.requester_of(n));
                    self.on_request(request(n), RequestCommand::Withdraw, facts, by, at)
                        .await?;
                    return Ok(false);
                }
                2 => return Ok(false), // Nobody has decided yet.
                _ => {}
            }
        }
        let state = self
            .store
            .cached_state::<Request>(request(n).0)
            .await?
            .state;
        let steps = state
            .submission()
            .map_or(0, |submission| submission.steps.len());
        for step in 0..steps {
            let said = organisation::content(self.template_of(n), self.size);
            let facts = RequestFacts {
                actor_groups: said.approval.steps[step].groups.clone(),
                ..RequestFacts::default()
            };
            // Named through the group that the facts say; never the requester.
            let approver = Actor::User(organisation::user(
                choice(n, 33 + step, self.size.users - 20) + 20,
            ));
            let approver = match approver.user() == Some(self.requester_of(n)) {
                true => Actor::User(people::user(people::PEOPLE[2].email)),
                false => approver,
            };
            let command = match n >= self.size.accounts && n % 5 == 3 {
                true => RequestCommand::Reject {
                    reason: "Please use the existing account of your team.".into(),
                },
                false => RequestCommand::Approve { comment: None },
            };
            let rejects = matches!(command, RequestCommand::Reject { .. });
            self.on_request(request(n), command, facts, approver, at)
                .await?;
            if rejects {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Created, and made by the directory; those beyond the accounts fail there.
    async fn provision(&self, n: usize, at: DateTime<Utc>) -> Result<(), DemoError> {
        let mut facts = AccountFacts::new(1, at);
        let asked = self.has_request(n);
        facts.approved = if asked {
            let state = self
                .store
                .cached_state::<Request>(request(n).0)
                .await?
                .state;
            state
                .submission()
                .map(|submission| (request(n), submission.clone()))
        } else {
            let RequestContent {
                name,
                owners,
                description,
                ..
            } = self.content(n);
            let requester = self.requester_of(n);
            self.samples[self.template_of(n)].get().map(|sample| {
                let mut submission = (**sample).clone();
                submission.account = account(n);
                submission.requester = requester;
                submission.owners = [Owner::User(requester)].into_iter().chain(owners).collect();
                (submission.name, submission.description) = (name, description);
                (request(n), Arc::new(submission))
            })
        };
        self.on_account_with(
            n,
            AccountCommand::Create,
            facts,
            Actor::system("provisioning"),
            at,
        )
        .await?;
        if asked {
            self.on_request(
                request(n),
                RequestCommand::BeginProvisioning,
                RequestFacts::default(),
                Actor::system("provisioning"),
                at,
            )
            .await?;
        }
        self.report(n, at).await?;
        if asked {
            let command = match n >= self.size.accounts {
                true => RequestCommand::Fail(no_such_ou()),
                false => RequestCommand::Complete,
            };
            self.on_request(
                request(n),
                command,
                RequestFacts::default(),
                Actor::system("provisioning"),
                at,
            )
            .await?;
        }
        Ok(())
    }

    /// What owners and timers do at `at`; answers when to look again.
    async fn look_after(
        &self,
        n: usize,
        at: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, DemoError> {
        let Some(managed) = self.managed(n).await? else {
            return Ok(None);
        };
        let Some(life) = managed.lifecycle().cloned() else {
            return Ok(None);
        };
        let owner = || Actor::User(self.requester_of(n));
        let timers = || Actor::system("timers");
        let mood = choice(n, usize::try_from(at.timestamp()).unwrap_or(0), 100);
        let situation = managed.situation(at);
        let offers = |option| lifecycle::check(&situation, option).is_ok();
        if !life.ended && at >= life.end {
            self.on_account(n, AccountCommand::ReachEnd(life.end), timers(), at)
                .await?;
        } else if life.renewal_opened_at.is_none()
            && life
                .renewal_opens_at
                .is_some_and(|opens| at >= opens && opens < life.end)
        {
            let due = life.renewal_opens_at.unwrap_or(at);
            self.on_account(n, AccountCommand::OpenRenewal(due), timers(), at)
                .await?;
            // They do not answer at once.
            let days = TimeDelta::days(i64::try_from(mood % 20).unwrap_or(1) + 1);
            return Ok(Some((at + days).min(life.end)));
        } else if offers(LifecycleOption::Renew) && mood < 60 {
            self.on_account(n, AccountCommand::Renew, owner(), at)
                .await?;
        } else if offers(LifecycleOption::Renew) && mood < 65 && !life.renewal_declined {
            let reason = "The project has ended.".into();
            self.on_account(n, AccountCommand::DeclineRenewal { reason }, owner(), at)
                .await?;
        } else if offers(LifecycleOption::Disable) && mood > 95 {
            self.on_account(
                n,
                AccountCommand::Disable { reason: because() },
                owner(),
                at,
            )
            .await?;
        } else if offers(LifecycleOption::Delete) && mood > 92 {
            let confirmed_name = managed.identity.name.clone();
            let reason = because();
            self.on_account(
                n,
                AccountCommand::Delete {
                    reason,
                    confirmed_name,
                },
                owner(),
                at,
            )
            .await?;
        }
        self.report(n, at).await?;
        let Some(managed) = self.managed(n).await? else {
            return Ok(None);
        };
        let next = managed.lifecycle().and_then(|life| {
            let opens = life
                .renewal_opens_at
                .filter(|_| life.renewal_opened_at.is_none());
            let end = (!life.ended).then_some(life.end);
            [opens, end]
                .into_iter()
                .flatten()
                .filter(|next| *next > at)
                .min()
        });
        Ok(next)
    }

    /// Whatever was ordered, the directory did; or refused, for those that are to fail.
    async fn report(&self, n: usize, at: DateTime<Utc>) -> Result<(), DemoError> {
        let Some(managed) = self.managed(n).await? else {
            return Ok(());
        };
        let Some(order) = managed.directory.outstanding.clone() else {
            return Ok(());
        };
        let outcome = match order.kind {
            OrderKind::Remove => Outcome::Removed,
            OrderKind::Provision if n >= self.size.accounts => Outcome::Failed(no_such_ou()),
            OrderKind::Provision => Outcome::Applied {
                object: id("object", n),
                secret: Some(SecretReference {
                    vault: "built-in".into(),
                    path: account(n).to_string(),
                }),
            },
            OrderKind::Change | OrderKind::Release => Outcome::Applied {
                object: id("object", n),
                secret: None,
            },
        };
        let report = Report {
            domain: order.domain,
            account: account(n),
            number: order.number,
            engine: engine(),
            at,
            outcome,
        };
        let command = AccountCommand::RecordReport(Box::new(report));
        self.on_account(n, command, Actor::Engine(engine()), at)
            .await
    }

    async fn managed(&self, n: usize) -> Result<Option<Managed>, DemoError> {
        let state = self
            .store
            .cached_state::<Account>(account(n).0)
            .await?
            .state;
        Ok(state.managed().cloned())
    }

    async fn on_account(
        &self,
        n: usize,
        command: AccountCommand,
        by: Actor,
        at: DateTime<Utc>,
    ) -> Result<(), DemoError> {
        self.on_account_with(n, command, AccountFacts::new(1, at), by, at)
            .await
    }

    async fn on_account_with(
        &self,
        n: usize,
        command: AccountCommand,
        facts: AccountFacts,
        by: Actor,
        at: DateTime<Utc>,
    ) -> Result<(), DemoError> {
        let execution = Execution::<Account> {
            now: Some(at),
            ..Execution::new(account(n).0, command, facts, by)
        };
        execute(&self.store, execution).await
    }

    async fn on_request(
        &self,
        request: RequestId,
        command: RequestCommand,
        facts: RequestFacts,
        by: Actor,
        at: DateTime<Utc>,
    ) -> Result<(), DemoError> {
        let execution = Execution::<Request> {
            now: Some(at),
            ..Execution::new(request.0, command, facts, by)
        };
        execute(&self.store, execution).await
    }
}

fn no_such_ou() -> Failure {
    Failure {
        reason: FailureReason::NoSuchOu,
        detail: "00000525: NameErr: problem 2001 (NO_OBJECT)".into(),
    }
}
