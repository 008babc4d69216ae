//! Who could decide on a request that waits: everybody whom its current step brings into question, each tried by the rules
//! themselves, with groups, roles and deputies as the instance has them, now or as of another day.

use crate::{
    CommandError, Instance,
    commands::FactReader,
    permissions::{APPROVE, rights_of},
};
use std::collections::BTreeSet;
use tenure_domain::{
    Actor, Context, GroupId, RequestId, UserId,
    decide::Decide,
    deputy::Deputyship,
    group::{Group, everyone},
    request::{Request, RequestCommand, RequestEvent, RequestRefusal},
};
use tenure_projections::{Page, UserFilter};

/// At most so many people are tried.
const MOST: usize = 500;

/// Somebody who comes into question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub user: UserId,
    /// By what right, or why not.
    pub right: Result<Right, Barred>,
}

/// By what right somebody may approve.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Right {
    /// Through which groups; none if named in person.
    pub via: Vec<GroupId>,
    /// In whose name, as a deputy.
    pub on_behalf_of: Option<UserId>,
}

/// Why somebody whom the step brings into question may not approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Barred {
    /// Disabled, or never known.
    Inactive,
    /// No role gives them the permission.
    Unpermitted,
    /// The rules of requests say no.
    Refused(RequestRefusal),
}

/// The step that waits, and who comes into question.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// Index of the step; none if no step waits.
    pub step: Option<usize>,
    /// Everybody, those who may first.
    pub people: Vec<Candidate>,
    /// There are more than were tried.
    pub more: bool,
}

/// Who could decide on the request.
///
/// # Errors
/// If store or views cannot be read.
pub async fn candidates(instance: &Instance, id: RequestId) -> Result<Candidates, CommandError> {
    let request = instance.store.state::<Request>(id.0).await?.state;
    let Some((step, approvals)) = request.waiting() else {
        return Ok(Candidates::default());
    };
    let (mut users, mut groups): (BTreeSet<_>, BTreeSet<_>) = (
        step.users.iter().copied().collect(),
        step.groups.iter().copied().collect(),
    );
    if approvals.escalated {
        users.extend(step.fallback.users.iter().copied());
        groups.extend(step.fallback.groups.iter().copied());
    }
    let mut more = false;
    for group in groups {
        more |= members(instance, group, &mut users).await?;
    }
    // Those whose deputies decide for them.
    let now = instance.store.clock().now();
    for principal in users.clone() {
        let deputyship = instance.store.cached_state::<Deputyship>(principal.0);
        users.extend(deputyship.await?.state.deputy_at(now));
    }
    more |= users.len() > MOST;
    let mut people = Vec::new();
    for user in users.into_iter().take(MOST) {
        let right = right(instance, id, &request, user).await?;
        people.push(Candidate { user, right });
    }
    people.sort_by_key(|candidate| candidate.right.is_err());
    Ok(Candidates {
        step: Some(approvals.step),
        people,
        more,
    })
}

/// Adds the members of the group, or of the one that stands in for it. Answers whether there are more.
async fn members(
    instance: &Instance,
    group: GroupId,
    users: &mut BTreeSet<UserId>,
) -> Result<bool, CommandError> {
    if group == everyone() {
        let enabled = UserFilter {
            disabled: Some(false),
            ..UserFilter::default()
        };
        let page = Page::first(tenure_projections::LONGEST_PAGE);
        let (sort, order) = Default::default();
        let found = instance.views.users(&enabled, sort, order, &page).await?;
        users.extend(found.rows.iter().map(|row| row.id));
        return Ok(found.next.is_some());
    }
    let mut state = instance.store.cached_state::<Group>(group.0).await?.state;
    if let (true, Some(by)) = (state.disabled, state.replaced_by) {
        state = instance.store.cached_state::<Group>(by.0).await?.state;
    }
    users.extend(state.members.iter().copied());
    Ok(false)
}

/// What the rules say if `user` approves.
async fn right(
    instance: &Instance,
    id: RequestId,
    request: &Request,
    user: UserId,
) -> Result<Result<Right, Barred>, CommandError> {
    let Some(rights) = rights_of(instance, user).await? else {
        return Ok(Err(Barred::Inactive));
    };
    if rights.reach(APPROVE.feature, APPROVE.verb).is_none() {
        return Ok(Err(Barred::Unpermitted));
    }
    let mut reader = FactReader::new(&instance.store, false);
    let commands = &instance.commands;
    let context = Context {
        now: instance.store.clock().now(),
        actor: Actor::User(user),
        facts: commands.facts_of_decision(id, user, &mut reader).await?,
    };
    let decided = request.decide(RequestCommand::Approve { comment: None }, &context);
    Ok(match decided {
        Err(refusal) => Err(Barred::Refused(refusal)),
        Ok(events) => {
            let given = events.into_iter().find_map(|event| match event {
                RequestEvent::ApprovalGiven(given) => Some(Right {
                    via: given.via,
                    on_behalf_of: given.on_behalf_of,
                }),
                _ => None,
            });
            Ok(given.unwrap_or_default())
        }
    })
}
