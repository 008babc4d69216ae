//! Plays moves on Tenure and on the model at once, and compares: accepted or refused, and what came of it.

use crate::{
    draw::PEOPLE,
    engines::Engine,
    model::{AccountStatus, Model, NO_PERIOD, RequestStatus, Verdict, actor},
    steps::{Confirmed, Fault, Kind, Move, Owner as Named, Reason, Step, Wish},
    world::{
        BASES, PATIENCE, World, account, domain, group, publish, request, template, user, variant,
    },
};
use futures::future::join_all;
use serde_json::json;
use std::{sync::atomic::Ordering, time::Duration};
use tenure_domain::{
    Actor, UserId,
    account::{Account, AccountCommand as A},
    group::GroupCommand,
    ids::derived,
    lifecycle::Status,
    ownership::Owner,
    request::{Request, RequestCommand as R, RequestContent, RequestStatus as S},
    template::TemplateCommand,
    user::UserCommand,
};
use tenure_engine_agent::directory::sandbox::SandboxObject;
use tenure_eventstore::{Cause, CommandKey};
use tenure_workflow::{Accepted, Caller, CommandError, Instance, permissions};
use uuid::Uuid;

/// Everything is compared after so many moves.
const LOOK_AT_ALL: usize = 20;

/// What a run was like.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) steps: usize,
    pub(crate) accepted: usize,
    pub(crate) refused: usize,
    pub(crate) faults: usize,
}

/// Somebody's answer.
enum Answer {
    Yes(Accepted),
    No(String),
}

pub(crate) struct Play {
    pub(crate) world: World,
    pub(crate) model: Model,
    pub(crate) tally: Tally,
    seed: u64,
    at: usize,
    /// Keys of commands that were sent more than once.
    pub(crate) repeated: Vec<Uuid>,
}

impl Play {
    pub(crate) fn new(world: World, seed: u64) -> Self {
        Self {
            model: Model::new(crate::world::beginning(), PEOPLE, crate::draw::GROUPS),
            world,
            tally: Tally::default(),
            seed,
            at: 0,
            repeated: vec![],
        }
    }

    /// One move, and what follows from it.
    pub(crate) async fn make(&mut self, at: usize, next: &Move) -> Result<(), String> {
        self.at = at;
        match next {
            Move::One(step, fault) => self.one(step, *fault).await?,
            Move::Together(steps) => self.together(steps).await?,
        }
        if at.is_multiple_of(LOOK_AT_ALL) {
            self.compare_all().await?;
        }
        Ok(())
    }

    async fn one(&mut self, step: &Step, fault: Option<Fault>) -> Result<(), String> {
        let verdict = self.model.apply(step);
        self.before(fault);
        let key = self.key(0);
        let (first, second) = match fault {
            Some(Fault::SentTwice) => {
                let other = self.world.cores.len() - 1;
                let sent = (self.give(self.at, step, key), self.give(other, step, key));
                let (first, second) = tokio::join!(sent.0, sent.1);
                (first?, Some(second?))
            }
            Some(Fault::SentAgain) => {
                let first = self.give(self.at, step, key).await?;
                (first, Some(self.give(self.at + 1, step, key).await?))
            }
            _ => (self.give(self.at, step, key).await?, None),
        };
        if let Some(second) = second {
            self.repeated.push(key.id);
            agree(&first, &second)?;
        }
        self.count(&first);
        match (verdict, &first) {
            (Verdict::Accepted, Answer::Yes(_))
            | (Verdict::Refused(_) | Verdict::Open, Answer::No(_)) => {}
            (Verdict::Open, Answer::Yes(_)) => self.model.accepted_after_all(step),
            (Verdict::Accepted, Answer::No(why)) => {
                return Err(format!("refused, although product.md allows it: {why}"));
            }
            (Verdict::Refused(why), Answer::Yes(_)) => {
                return Err(format!("accepted, although product.md forbids it: {why}"));
            }
        }
        match first {
            Answer::Yes(accepted) => self.see_own_write(step, accepted).await?,
            // Nothing follows.
            Answer::No(_) if fault.is_none() => return Ok(()),
            Answer::No(_) => {}
        }
        if fault.is_none() && alone(step) {
            return self.compare(step).await;
        }
        self.after(fault).await?;
        self.come_to_rest(fault == Some(Fault::Rebuild)).await?;
        self.compare(step).await
    }

    /// Whatever order they came in, it is one that the model allows; and who was refused could have been.
    async fn together(&mut self, steps: &[Step]) -> Result<(), String> {
        let given = steps
            .iter()
            .enumerate()
            .map(|(n, step)| self.give(n, step, self.key(n)));
        let mut accepted = Vec::new();
        let mut refused = Vec::new();
        for (step, answer) in steps.iter().zip(join_all(given).await) {
            let answer = answer?;
            self.count(&answer);
            match answer {
                Answer::Yes(accepted_at) => accepted.push((accepted_at.position, step)),
                Answer::No(why) => refused.push((step, why, false)),
            }
        }
        accepted.sort_by_key(|(position, _)| *position);
        let mut check = |model: &Model| {
            for (step, _, possible) in &mut refused {
                *possible |= model.clone().apply(step) != Verdict::Accepted;
            }
        };
        check(&self.model);
        for (position, step) in accepted {
            if let Verdict::Refused(why) = self.model.apply(step) {
                return Err(format!(
                    "{step:?} was accepted at {position}, although {why}"
                ));
            }
            check(&self.model);
        }
        if let Some((step, why, _)) = refused.iter().find(|(_, _, possible)| !possible) {
            return Err(format!(
                "{step:?} was refused ({why}), although it was allowed all the time"
            ));
        }
        self.come_to_rest(false).await?;
        self.compare_all().await
    }

    fn count(&mut self, answer: &Answer) {
        self.tally.steps += 1;
        match answer {
            Answer::Yes(_) => self.tally.accepted += 1,
            Answer::No(_) => self.tally.refused += 1,
        }
    }

    fn key(&self, n: usize) -> CommandKey {
        let id = derived(&[&self.seed.to_string(), &self.at.to_string(), &n.to_string()]);
        CommandKey { id, body: [7; 32] }
    }

    /// Through the door that people come by: who is disabled stays outside.
    async fn give(&self, core: usize, step: &Step, key: CommandKey) -> Result<Answer, String> {
        let core = &self.world.cores[core % self.world.cores.len()];
        let instance = &core.instance;
        let person = actor(step).map(user);
        if let Some(person) = person {
            let rights = permissions::rights_of(instance, person)
                .await
                .map_err(|e| e.to_string())?;
            if rights.is_none() {
                return Ok(Answer::No("not signed in".into()));
            }
        }
        let caller = Caller {
            actor: Actor::User(person.unwrap_or(user(0))),
            key: Some(key),
            cause: Cause::default(),
        };
        if let Step::Pass(time) = step {
            let to = instance.business.now() + *time;
            let moved = core.work.advance_clock(instance, to, |_| {}).await;
            moved.map_err(|error| error.to_string())?;
            return Ok(Answer::Yes(head(instance).await?));
        }
        if let Step::Refusing(refusing) = step {
            for Engine { directory, .. } in &self.world.engines {
                directory.refusing.store(*refusing, Ordering::Relaxed);
            }
            return Ok(Answer::Yes(head(instance).await?));
        }
        if let Step::Squat(n, name) = step {
            let sandbox = &self.world.engines[*n].directory.sandbox;
            if sandbox.object(name).is_some() {
                return Ok(Answer::No("there is one".into()));
            }
            let ou = format!("OU=Service Accounts,{}", BASES[*n]);
            sandbox.put(derived(&["squat", name]), SandboxObject::foreign(name, &ou));
            return Ok(Answer::Yes(head(instance).await?));
        }
        match command(instance, step, &caller, self).await {
            Ok(accepted) => Ok(Answer::Yes(accepted)),
            Err(error) if error.is_transient() => {
                Err(format!("nobody was in the way, and yet: {error}"))
            }
            Err(refusal) => Ok(Answer::No(refusal.to_string())),
        }
    }

    fn before(&mut self, fault: Option<Fault>) {
        self.tally.faults += usize::from(fault.is_some());
        match fault {
            Some(Fault::OutcomeUnknown) => {
                for Engine { directory, .. } in &self.world.engines {
                    directory.loses_next.store(true, Ordering::Relaxed);
                }
            }
            Some(Fault::Unreachable(n)) => {
                let directory = self.world.engines[n].directory.clone();
                directory.sandbox.set_reachable(false);
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(40)).await;
                    directory.sandbox.set_reachable(true);
                });
            }
            _ => {}
        }
    }

    async fn after(&mut self, fault: Option<Fault>) -> Result<(), String> {
        let which = self.at % self.world.cores.len();
        match fault {
            Some(Fault::EngineKilled(n)) => self.world.engines[n].kill().await,
            Some(Fault::OldReports) => {
                for engine in &self.world.engines {
                    engine.repeat_reports(5).await;
                }
            }
            Some(Fault::OrdersLost) => {
                for number in self.model.accounts.keys() {
                    for n in 0..BASES.len() {
                        let broker = &self.world.instance().broker;
                        let lost = broker.supersede(domain(n), account(*number)).await;
                        lost.map_err(|error| error.to_string())?;
                    }
                }
            }
            Some(Fault::ReportsLost) => {
                let broker = &self.world.instance().broker;
                let taken =
                    tokio::time::timeout(Duration::from_millis(15), broker.next_reports(256)).await;
                for report in taken.map(Result::unwrap_or_default).unwrap_or_default() {
                    report.ack().await.map_err(|error| error.to_string())?;
                }
            }
            Some(Fault::CoreStopped) => self.world.stop_core(which).await,
            Some(Fault::CoreKilled) => self.world.kill_core(which).await,
            _ => {}
        }
        Ok(())
    }

    async fn come_to_rest(&mut self, rebuilding: bool) -> Result<(), String> {
        if rebuilding {
            let views = &self.world.instance().views;
            let (rebuilt, settled) = tokio::join!(views.rebuild(None, |_| {}), self.world.settle());
            rebuilt.map_err(|error| error.to_string())?;
            settled?;
        } else {
            self.world.settle().await?;
        }
        self.model.settle();
        Ok(())
    }

    /// Whoever waits for the position of an answer never sees what was before it.
    async fn see_own_write(&self, step: &Step, accepted: Accepted) -> Result<(), String> {
        let core = &self.world.cores[(self.at + 1) % self.world.cores.len()];
        let views = &core.instance.views;
        let waited = views.wait_for(accepted.position, PATIENCE).await;
        waited.map_err(|error| error.to_string())?;
        let seen = match about(step) {
            About::Request(n) => views
                .request(request(n))
                .await
                .map(|row| row.map(|row| row.version)),
            About::Account(n) => views
                .account(account(n))
                .await
                .map(|row| row.map(|row| row.version)),
            About::Else => return Ok(()),
        };
        match seen.map_err(|error| error.to_string())? {
            // A repeat says where it happened then, and the version of now.
            Some(_) if accepted.repeated => Ok(()),
            Some(version) if version >= accepted.version => Ok(()),
            seen => Err(format!(
                "at {} the read model shows {seen:?}, not {}",
                accepted.position, accepted.version
            )),
        }
    }

    async fn compare(&self, step: &Step) -> Result<(), String> {
        match about(step) {
            About::Request(n) => self.compare_request(n).await,
            About::Account(n) => self.compare_account(n).await,
            About::Else => Ok(()),
        }
    }

    /// Every request and account, in the history and in the read models, and both directories.
    pub(crate) async fn compare_all(&self) -> Result<(), String> {
        for n in self.model.requests.keys() {
            self.compare_request(*n).await?;
        }
        for n in self.model.accounts.keys() {
            self.compare_account(*n).await?;
        }
        Ok(())
    }

    async fn compare_request(&self, n: usize) -> Result<(), String> {
        let Some(wanted) = self.model.requests.get(&n).map(|request| request.status) else {
            return Ok(());
        };
        let instance = self.world.instance();
        let state = instance
            .store
            .state::<Request>(request(n).0)
            .await
            .map_err(|e| e.to_string())?;
        let row = instance
            .views
            .request(request(n))
            .await
            .map_err(|e| e.to_string())?;
        for (status, whose) in [
            (state.state.status(), "the request"),
            (row.map(|row| row.status), "the read model"),
        ] {
            let status = match status {
                Some(S::Draft) => RequestStatus::Draft,
                Some(S::Submitted) => RequestStatus::Submitted,
                Some(S::SentBack) => RequestStatus::SentBack,
                Some(S::Rejected) => RequestStatus::Rejected,
                Some(S::Withdrawn) => RequestStatus::Withdrawn,
                Some(S::Provisioned) => RequestStatus::Provisioned,
                Some(S::Failed) => RequestStatus::Failed,
                other => {
                    return Err(format!(
                        "request {n}: {whose} is {other:?} at rest, wanted {wanted:?}"
                    ));
                }
            };
            if status != wanted {
                return Err(format!(
                    "request {n}: {whose} is {status:?}, wanted {wanted:?}"
                ));
            }
        }
        Ok(())
    }

    async fn compare_account(&self, n: usize) -> Result<(), String> {
        let Some(wanted) = self.model.accounts.get(&n) else {
            return Ok(());
        };
        let instance = self.world.instance();
        let loaded = instance
            .store
            .state::<Account>(account(n).0)
            .await
            .map_err(|e| e.to_string())?;
        let managed = loaded
            .state
            .managed()
            .ok_or(format!("account {n} is missing"))?;
        let row = instance
            .views
            .account(account(n))
            .await
            .map_err(|e| e.to_string())?;
        let row = row.ok_or(format!("account {n} is missing in the read model"))?;
        for (status, whose) in [
            (managed.status(), "the account"),
            (row.status(), "the read model"),
        ] {
            let status = match status {
                Status::Provisioning => AccountStatus::Provisioning,
                Status::Active => AccountStatus::Active,
                Status::Disabled => AccountStatus::Disabled,
                Status::Expired => AccountStatus::Expired,
                Status::Renewing => AccountStatus::Renewing,
                Status::Deleted => AccountStatus::Deleted,
            };
            if status != wanted.status() {
                return Err(format!(
                    "account {n}: {whose} is {status:?}, wanted {:?}",
                    wanted.status()
                ));
            }
        }
        let end = managed.lifecycle().map(|lifecycle| lifecycle.end);
        if end != wanted.is_live().then_some(wanted.end) {
            return Err(format!("account {n} ends {end:?}, wanted {}", wanted.end));
        }
        let owners: Vec<Owner> = wanted.owners.iter().map(owner).collect();
        if managed.owners != owners {
            return Err(format!(
                "account {n} has the owners {:?}, wanted {owners:?}",
                managed.owners
            ));
        }
        self.compare_object(n)
    }

    /// The directory is asked itself.
    fn compare_object(&self, n: usize) -> Result<(), String> {
        let wanted = &self.model.accounts[&n];
        let fence = format!("tenure:{}:", account(n).0.simple());
        for (domain, engine) in self.world.engines.iter().enumerate() {
            let found = engine
                .directory
                .sandbox
                .objects()
                .into_iter()
                .map(|(_, object)| object);
            let found: Vec<_> = found
                .filter(|object| object.fence.as_ref().is_some_and(|f| f.starts_with(&fence)))
                .collect();
            let expected = usize::from(wanted.exists() && wanted.domain() == domain);
            if found.len() != expected {
                return Err(format!(
                    "account {n} is {} times in directory {domain}, wanted {wanted:?}: {found:?}",
                    found.len()
                ));
            }
            for object in found {
                let ou = if wanted.retired {
                    "Retired"
                } else {
                    "Service Accounts"
                };
                let same = object.name == wanted.name
                    && object.enabled == wanted.enabled
                    && object.expires_at == wanted.expires()
                    && object.ou == format!("OU={ou},{}", BASES[domain]);
                if !same {
                    return Err(format!(
                        "account {n} is {object:?} in the directory, wanted {wanted:?}"
                    ));
                }
            }
        }
        Ok(())
    }
}

/// A command sent twice: both times the same outcome.
fn agree(first: &Answer, second: &Answer) -> Result<(), String> {
    match (first, second) {
        (Answer::Yes(first), Answer::Yes(second)) => {
            let repeated = first.repeated || second.repeated;
            if repeated && first.position != second.position {
                return Err(format!("a repeat answered {second:?}, the first {first:?}"));
            }
            Ok(())
        }
        (Answer::No(_), Answer::No(_)) => Ok(()),
        (Answer::Yes(_), Answer::No(why)) | (Answer::No(why), Answer::Yes(_)) => Err(format!(
            "sent twice with the same key, once accepted and once refused: {why}"
        )),
    }
}

/// Does nothing follow from it by itself?
fn alone(step: &Step) -> bool {
    !matches!(
        step,
        Step::Submit(..)
            | Step::Approve(..)
            | Step::Reject(..)
            | Step::Override(..)
            | Step::Withdraw(..)
            | Step::Retry(..)
            | Step::Pass(_)
            | Step::Refusing(_)
            | Step::Squat(..)
    ) && !matches!(about(step), About::Account(_))
}

enum About {
    Request(usize),
    Account(usize),
    Else,
}

fn about(step: &Step) -> About {
    match step {
        Step::Draft(_, n, ..)
        | Step::Revise(_, n, _)
        | Step::Submit(_, n)
        | Step::Approve(_, n)
        | Step::Reject(_, n, _)
        | Step::Ask(_, n)
        | Step::Answer(_, n)
        | Step::Override(_, n, _)
        | Step::Withdraw(_, n)
        | Step::Reopen(_, n, _)
        | Step::Retry(_, n) => About::Request(*n),
        Step::Renew(_, n)
        | Step::Decline(_, n, _)
        | Step::Disable(_, n, _)
        | Step::Enable(_, n, _)
        | Step::Delete(_, n, _)
        | Step::Purge(_, n, _)
        | Step::RetryOrder(_, n)
        | Step::ChangeOwners(_, n, _) => About::Account(*n),
        _ => About::Else,
    }
}

async fn head(instance: &Instance) -> Result<Accepted, String> {
    let position = instance
        .store
        .head()
        .await
        .map_err(|error| error.to_string())?
        .position;
    Ok(Accepted {
        position,
        version: 0,
        repeated: false,
    })
}

fn owner(named: &Named) -> Owner {
    match named {
        Named::Person(n) => Owner::User(user(*n)),
        Named::Group(n) => Owner::Group(group(*n)),
    }
}

fn content(wish: &Wish, play: &Play) -> Box<RequestContent> {
    let kind = match wish.kind {
        Kind::New => json!({ "type": "new-account" }),
        Kind::Renewal(n) => json!({ "type": "renewal", "account": account(n) }),
    };
    let periods = play.model.periods_offered(wish.template);
    let period = wish
        .period
        .map(|n| format!("{} days", periods.get(n).copied().unwrap_or(NO_PERIOD)));
    let content = json!({
        "kind": kind,
        "template": template(wish.template),
        "name": wish.name,
        "owners": wish.owners.iter().map(owner).collect::<Vec<_>>(),
        "period": period,
        "justification": if wish.justified { "It is needed." } else { " " },
        "description": "As asked for.",
        "terms_accepted": wish.terms_accepted,
    });
    Box::new(serde_json::from_value(content).unwrap())
}

async fn command(
    instance: &Instance,
    step: &Step,
    caller: &Caller,
    play: &Play,
) -> Result<Accepted, CommandError> {
    let commands = &instance.commands;
    let on_user = |n: usize, command| commands.user(user(n), command, caller);
    let on_group = |n: usize, command| commands.group(group(n), command, caller);
    let on_template = |n: usize, command| commands.template(template(n), command, caller);
    let on_request = |n: usize, command| commands.request(request(n), command, caller);
    let on_account = |n: usize, command| commands.account(account(n), command, caller);
    let why = |reason: &Reason| match reason {
        Reason::Given => "because".to_owned(),
        Reason::Blank => " ".to_owned(),
    };
    let person = |n: usize| -> UserId { user(n) };
    match step {
        Step::Join(n, g) => on_group(*g, GroupCommand::AddMember(person(*n))).await,
        Step::Leave(n, g) => on_group(*g, GroupCommand::RemoveMember(person(*n))).await,
        Step::DisablePerson(n) => on_user(*n, UserCommand::Disable).await,
        Step::EnablePerson(n) => on_user(*n, UserCommand::Enable).await,
        Step::DisableGroup(n) => on_group(*n, GroupCommand::Disable).await,
        Step::EnableGroup(n) => on_group(*n, GroupCommand::Enable).await,
        Step::DisableTemplate(n) => on_template(*n, TemplateCommand::Disable).await,
        Step::EnableTemplate(n) => on_template(*n, TemplateCommand::Enable).await,
        Step::Unpublish(n) => on_template(*n, TemplateCommand::Unpublish).await,
        Step::Publish(n, differences) => {
            let [draft, revise, publish] = publish(*n, &variant(*n, *differences));
            // Two commands: only the second one carries the key.
            let unkeyed = Caller {
                key: None,
                ..caller.clone()
            };
            let mut drafted = commands.template(template(*n), draft, &unkeyed).await;
            if drafted.is_err() {
                // A draft is there already: its publishing was refused before.
                drafted = commands.template(template(*n), revise, &unkeyed).await;
            }
            match on_template(*n, publish).await {
                Ok(accepted) => Ok(accepted),
                Err(refusal) => drafted.and(Err(refusal)),
            }
        }
        Step::Draft(_, n, a, wish) => {
            let (account, content) = (account(*a), content(wish, play));
            on_request(*n, R::Draft { account, content }).await
        }
        Step::Revise(_, n, wish) => on_request(*n, R::Revise(content(wish, play))).await,
        Step::Submit(_, n) => on_request(*n, R::Submit).await,
        Step::Approve(_, n) => on_request(*n, R::Approve { comment: None }).await,
        Step::Reject(_, n, reason) => {
            on_request(
                *n,
                R::Reject {
                    reason: why(reason),
                },
            )
            .await
        }
        Step::Ask(_, n) => {
            let question = "Which servers?".into();
            on_request(*n, R::AskForInformation { question }).await
        }
        Step::Answer(_, n) => {
            let answer = "The two file servers".into();
            on_request(
                *n,
                R::GiveInformation {
                    answer,
                    content: None,
                },
            )
            .await
        }
        Step::Override(_, n, reason) => {
            on_request(
                *n,
                R::Override {
                    reason: why(reason),
                },
            )
            .await
        }
        Step::Withdraw(_, n) => on_request(*n, R::Withdraw).await,
        Step::Reopen(_, n, a) => {
            on_request(
                *n,
                R::Reopen {
                    account: account(*a),
                },
            )
            .await
        }
        Step::Retry(_, n) => on_request(*n, R::Retry).await,
        Step::Renew(_, n) => on_account(*n, A::Renew).await,
        Step::Decline(_, n, reason) => {
            on_account(
                *n,
                A::DeclineRenewal {
                    reason: why(reason),
                },
            )
            .await
        }
        Step::Disable(_, n, reason) => {
            on_account(
                *n,
                A::Disable {
                    reason: why(reason),
                },
            )
            .await
        }
        Step::Enable(_, n, reason) => {
            on_account(
                *n,
                A::Enable {
                    reason: why(reason),
                },
            )
            .await
        }
        Step::Delete(_, n, confirmed) => {
            let name = play
                .model
                .accounts
                .get(n)
                .map(|account| account.name.clone());
            let confirmed_name = match confirmed {
                Confirmed::Rightly => name.unwrap_or_default(),
                Confirmed::Wrongly => "something else".into(),
            };
            let reason = "because".into();
            on_account(
                *n,
                A::Delete {
                    reason,
                    confirmed_name,
                },
            )
            .await
        }
        Step::Purge(_, n, reason) => {
            on_account(
                *n,
                A::Purge {
                    reason: why(reason),
                },
            )
            .await
        }
        Step::RetryOrder(_, n) => on_account(*n, A::RetryFailed).await,
        Step::ChangeOwners(_, n, owners) => {
            on_account(*n, A::ChangeOwners(owners.iter().map(owner).collect())).await
        }
        Step::Pass(_) | Step::Refusing(_) | Step::Squat(..) => {
            Err(CommandError::Unavailable("not a command".into()))
        }
    }
}
