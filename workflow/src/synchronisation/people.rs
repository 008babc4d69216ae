//! The members of a domain's followed groups are users: whoever comes is registered, whoever leaves is disabled. More than
//! may at once wait for a decision, and where a followed group is missing nobody leaves.

mod carry_out;
mod members;
mod preview;

pub use preview::{Coming, GroupPreview, PeoplePreview};

use self::members::{Difference, Members};
use super::{
    copy::{GROUP, USER, decoded},
    judge, state,
};
use crate::{Caller, CommandError, Instance};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};
use tenure_domain::{
    DomainId, UserId,
    directory::{Domain, DomainCommand, PeopleCommand, PeopleFollowed, PeopleHeld, PeoplePlan},
    ids::derived,
    synchronisation::DirectoryUser,
};
use tenure_eventstore::{Cause, StoreError};
use tenure_projections::UserRow;
use uuid::Uuid;

/// How many people are named who would come, who would leave, and who cannot come.
const NAMED: usize = 1_000;
/// How long the read model of people may be behind; then it is tried again.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of the people at the last look.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PeopleLook {
    /// When that was.
    pub at: Option<DateTime<Utc>>,
    /// Who is followed.
    pub followed: u32,
    /// Held: who would come, by objectGUID and name; the first thousand.
    pub coming: Vec<(Uuid, String)>,
    /// Held: who would leave; the first thousand.
    pub leaving: Vec<UserId>,
    /// Who cannot come, or could not leave; the first thousand.
    pub problems: Vec<PersonProblem>,
}

/// Somebody who cannot be kept in step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonProblem {
    /// objectGUID.
    pub object: Uuid,
    /// sAMAccountName.
    pub name: String,
    /// Why.
    pub refused: PersonRefused,
}

/// Why somebody cannot be kept in step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonRefused {
    /// The directory has no e-mail address of the person.
    NoAddress,
    /// This user has the address, and is another account of a directory.
    AddressTaken(UserId),
    /// The directory has another address than the user, who keeps theirs.
    AddressDiffers(UserId),
    /// The rules say no, in their own words.
    Refused(String),
}

/// Looks at the people of the domain as soon as may be: `due` tells one reason from another.
pub(crate) async fn look_again(
    instance: &Instance,
    domain: DomainId,
    due: Uuid,
) -> Result<(), CommandError> {
    state::update(instance, domain, |state| {
        state.people_due = Some(due);
        Some(())
    })
    .await?;
    Ok(())
}

/// Keeps them in step, if they are to be looked at.
pub(super) async fn keep_in_step(
    instance: &Instance,
    domain: DomainId,
) -> Result<(), CommandError> {
    let state = state::read(instance, domain).await?.0;
    let (Some(due), true) = (state.people_due, state.full_at.is_some()) else {
        return Ok(());
    };
    let loaded = instance.store.cached_state::<Domain>(domain.0).await?;
    let look = match loaded.state.people.plan.groups.is_empty() {
        true => PeopleLook::default(),
        false => look(instance, domain, due, &loaded.state, &state.people).await?,
    };
    state::update(instance, domain, |state| {
        // Another reason came meanwhile: it is looked at again.
        (state.people_due == Some(due)).then(|| {
            state.people_due = None;
            state.people.clone_from(&look);
        })
    })
    .await?;
    Ok(())
}

async fn look(
    instance: &Instance,
    domain: DomainId,
    due: Uuid,
    known: &Domain,
    before: &PeopleLook,
) -> Result<PeopleLook, CommandError> {
    let people = &known.people;
    let members = members(instance, domain, &people.plan).await?;
    let followed = followed(instance, domain).await?;
    tell(
        instance,
        domain,
        due,
        PeopleCommand::RecordMissing(members.missing.clone()),
    )
    .await?;
    let mut difference = Difference::new(&members, followed);
    let followed = number(difference.staying.len() + difference.leaving.len());
    if !members.missing.is_empty() {
        difference.leaving.clear();
    }
    // Who could not come last time does not count as coming now.
    let refused: BTreeSet<_> = before
        .problems
        .iter()
        .map(|problem| problem.object)
        .collect();
    let coming = difference.coming.iter().filter(|id| !refused.contains(*id));
    let change = PeopleHeld {
        coming: number(coming.count()),
        leaving: number(difference.leaving.len()),
        followed,
    };
    let mut look = PeopleLook {
        at: Some(instance.system.now()),
        followed: change.followed,
        ..PeopleLook::default()
    };
    if !people.may(&change) {
        tracing::warn!(%domain, coming = change.coming, leaving = change.leaving, "too many people would come or leave at once");
        let coming = difference.coming.iter().take(NAMED);
        look.coming = coming
            .filter_map(|id| {
                members
                    .people
                    .get(id)
                    .map(|member| (*id, member.user.name.clone()))
            })
            .collect();
        let leaving = difference.leaving.iter().take(NAMED);
        look.leaving = leaving.map(|user| user.id).collect();
        look.problems.clone_from(&before.problems);
        // Before anybody is asked: whoever looks then sees who they are.
        state::update(instance, domain, |state| {
            (state.people_due == Some(due)).then(|| state.people.clone_from(&look))
        })
        .await?;
        tell(instance, domain, due, PeopleCommand::Hold(change)).await?;
        return Ok(look);
    }
    let done = carry_out::all(instance, (domain, due), &members, &people.plan, difference).await?;
    look.followed = followed.saturating_add(done.came).saturating_sub(done.left);
    look.problems = done.problems;
    look.problems.truncate(NAMED);
    let followed = PeopleFollowed {
        came: done.came,
        left: done.left,
        followed: look.followed,
    };
    tell(
        instance,
        domain,
        due,
        PeopleCommand::RecordFollowed(followed),
    )
    .await?;
    Ok(look)
}

/// The members of these groups, as the copy has them.
async fn members(
    instance: &Instance,
    domain: DomainId,
    plan: &PeoplePlan,
) -> Result<Members, CommandError> {
    let tables = instance.store.state_tables();
    let groups = tables.all_directory_rows(domain, Some(GROUP)).await?;
    let nesting = judge::nesting(&groups)?;
    let rows = tables.all_directory_rows(domain, Some(USER)).await?;
    let users = rows
        .iter()
        .map(|row| decoded::<DirectoryUser>(&row.content));
    let users: Vec<_> = users.collect::<Result<_, StoreError>>()?;
    Ok(Members::new(plan, &nesting, users))
}

/// All who are followed or left, as the history has it by now.
async fn followed(instance: &Instance, domain: DomainId) -> Result<Vec<UserRow>, CommandError> {
    let head = instance.store.head().await?.position;
    let caught_up = instance.views.wait_for_models(&["users"], head, PATIENCE);
    caught_up.await.map_err(unavailable)?;
    let followed = instance.views.followed_users(domain).await;
    followed.map_err(unavailable)
}

/// Tells the history.
async fn tell(
    instance: &Instance,
    domain: DomainId,
    due: Uuid,
    command: PeopleCommand,
) -> Result<(), CommandError> {
    let step = match command {
        PeopleCommand::RecordMissing(_) => "missing",
        PeopleCommand::Hold(_) => "hold",
        _ => "followed",
    };
    let caller = caller(due, &[step]);
    let command = DomainCommand::People(command);
    instance.commands.domain(domain, command, &caller).await?;
    Ok(())
}

/// Following, for one step of this look.
fn caller(due: Uuid, step: &[&str]) -> Caller {
    let due = due.to_string();
    let id = derived(&[&["following", &due], step].concat());
    Caller::system("following", id, Cause::default())
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn unavailable(error: impl std::fmt::Display) -> CommandError {
    CommandError::Unavailable(error.to_string())
}
