//! Gives a step to Tenure, by the door that people come by.

use crate::{
    engines::Engine,
    model::{NO_PERIOD, actor},
    play::{Answer, Play},
    steps::{Confirmed, Kind, Reason, Step, Wish},
    world::{BASES, account, group, info, owner, publish, request, template, user, variant},
};
use chrono::TimeDelta;
use serde_json::json;
use std::sync::atomic::Ordering;
use tenure_domain::{
    Actor, UserId,
    account::AccountCommand as A,
    deputy::{DeputyNamed, DeputyshipCommand},
    group::GroupCommand,
    ids::derived,
    request::{RequestCommand as R, RequestContent},
    template::TemplateCommand,
    user::UserCommand,
};
use tenure_engine_agent::directory::sandbox::SandboxObject;
use tenure_eventstore::{Cause, CommandKey};
use tenure_workflow::{Accepted, Caller, CommandError, Instance, permissions};

impl Play {
    /// Through the door that people come by: who is disabled stays outside.
    pub(crate) async fn give(
        &self,
        core: usize,
        step: &Step,
        key: CommandKey,
    ) -> Result<Answer, String> {
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

fn content(wish: &Wish, play: &Play) -> Box<RequestContent> {
    let kind = match wish.kind {
        Kind::New => json!({ "type": "new-account" }),
        Kind::Renewal(n) => json!({ "type": "renewal", "account": account(n) }),
        Kind::Change(n, _) => json!({ "type": "change", "account": account(n) }),
    };
    let periods = play.model.periods_offered(wish.template);
    let period = wish
        .period
        .map(|n| format!("{} days", periods.get(n).copied().unwrap_or(NO_PERIOD)));
    let attributes = match wish.kind {
        Kind::Change(_, value) => json!({ "info": [info(value)] }),
        Kind::New | Kind::Renewal(_) => json!({}),
    };
    let content = json!({
        "attributes": attributes,
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
        Step::NameDeputy(n, named) => {
            let from = instance.business.now() + TimeDelta::days(named.begins_in);
            let named = DeputyNamed {
                user: person(*n),
                deputy: person(named.deputy),
                from,
                until: from + TimeDelta::days(named.lasts),
            };
            let name = DeputyshipCommand::Name(named);
            commands.deputyship(person(*n), name, caller).await
        }
        Step::WithdrawDeputy(n) => {
            let withdraw = DeputyshipCommand::Withdraw;
            commands.deputyship(person(*n), withdraw, caller).await
        }
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
