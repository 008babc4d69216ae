//! People who come from a domain: which groups are followed, who is held, and who cannot come.

use super::{groups::gives_no_more, synchronisation::known};
use crate::{
    access::authorise::Signed,
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, done},
    names::{Named, Names},
    problem::{Kind, Problem},
    query::Id,
};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    DomainId, GroupId,
    directory::{
        Domain, DomainCommand, FollowedGroup, PeopleAllowed, PeopleCommand, PeopleHeld, PeoplePlan,
    },
    group::Group,
    permission::{Feature, Verb},
};
use tenure_workflow::synchronisation::{self, PersonProblem, PersonRefused};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(detail))
        .routes(routes!(plan))
        .routes(routes!(allow))
}

/// The people who come from a domain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FollowedPeople {
    /// Groups whose members are users.
    groups: Vec<FollowedGroupBody>,
    /// If more people than this come or leave at once, somebody is asked first.
    most_at_once: u32,
    /// The same, in per cent of those who are followed; one person is always allowed.
    most_per_cent: u32,
    /// When they were looked at last.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<DateTime<Utc>>,
    /// Who is followed.
    followed: u32,
    /// They wait for a decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<HeldPeople>,
    /// Who cannot come, or could not leave: the first thousand.
    problems: Vec<PersonProblemBody>,
}

/// A group whose members are users.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FollowedGroupBody {
    /// objectGUID.
    object: Uuid,
    /// What it was called when it was chosen.
    name: String,
    /// The group of Tenure that its members are in.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<Named>,
    /// It is not in the directory: nobody leaves until it is, or is not followed any more.
    missing: bool,
}

/// More people would come or leave than may at once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldPeople {
    /// How many would come.
    coming: u32,
    /// How many would leave, and be disabled.
    leaving: u32,
    /// Who would come, by objectGUID: the first thousand.
    who_comes: Vec<Named>,
    /// Users who would leave: the first thousand.
    who_leaves: Vec<Named>,
}

/// Somebody who cannot be kept in step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonProblemBody {
    /// objectGUID.
    object: Uuid,
    /// sAMAccountName.
    name: String,
    /// `no-address`, `address-taken`, `address-differs` or `refused`.
    problem: &'static str,
    /// What it means, and what helps.
    detail: String,
    /// The user that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Uuid>,
}

impl From<PersonProblem> for PersonProblemBody {
    fn from(problem: PersonProblem) -> Self {
        let (kind, detail, user) = match problem.refused {
            PersonRefused::NoAddress => (
                "no-address",
                "The directory has no e-mail address (mail) of this person: enter one there.".into(),
                None,
            ),
            PersonRefused::AddressTaken(user) => (
                "address-taken",
                "Another user has this person's e-mail address and is linked to another account of a directory."
                    .into(),
                Some(user.0),
            ),
            PersonRefused::AddressDiffers(user) => (
                "address-differs",
                "The directory has another e-mail address than the user. Addresses are not taken over by themselves: \
                 change the user's, if it is right."
                    .into(),
                Some(user.0),
            ),
            PersonRefused::Refused(words) => ("refused", words, None),
        };
        Self {
            object: problem.object,
            name: problem.name,
            problem: kind,
            detail,
            user,
        }
    }
}

/// Shows which groups of a domain are followed: their members, direct or through other groups, are users; whoever leaves them
/// all is disabled.
#[utoipa::path(get, path = "/api/v1/domains/{id}/people", tag = "Domains", params(("id" = Uuid, Path)),
    responses((status = 200, body = FollowedPeople)))]
async fn detail(State(app): State<App>, Id(id): Id) -> Result<Json<FollowedPeople>, Problem> {
    let people = known(&app, id).await?.people;
    let look = synchronisation::state(&app.instance, DomainId(id))
        .await?
        .people;
    let groups = people.plan.groups.iter().filter_map(|group| group.group);
    let leaving = look.leaving.iter().map(|user| user.0);
    let names = Names::of(&app, groups.map(|group| group.0).chain(leaving)).await?;
    let body = |group: &FollowedGroup| FollowedGroupBody {
        object: group.object,
        name: group.name.clone(),
        group: group.group.map(|group| names.named(group.0)),
        missing: people
            .missing
            .iter()
            .any(|missing| missing.object == group.object),
    };
    let held = |held: PeopleHeld| HeldPeople {
        coming: held.coming,
        leaving: held.leaving,
        who_comes: look
            .coming
            .iter()
            .map(|(id, name)| Named {
                id: *id,
                name: name.clone(),
            })
            .collect(),
        who_leaves: look
            .leaving
            .iter()
            .map(|user| names.named(user.0))
            .collect(),
    };
    Ok(Json(FollowedPeople {
        groups: people.plan.groups.iter().map(body).collect(),
        most_at_once: people.plan.most_at_once,
        most_per_cent: people.plan.most_per_cent,
        at: look.at,
        followed: look.followed,
        held: people.held.map(held),
        problems: look.problems.iter().cloned().map(Into::into).collect(),
    }))
}

/// Which groups to follow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"groups": [{"object": "6d3f1c1e-6a0f-4f3b-9f2a-0a1b2c3d4e5f"}], "most_at_once": 50, "most_per_cent": 10}))]
pub(crate) struct FollowGroups {
    /// Groups whose members are users; none: nobody is followed any more, and everybody stays as they are.
    #[schema(max_items = 50)]
    groups: Vec<FollowGroup>,
    /// If more people than this come or leave at once, somebody is asked first.
    #[schema(minimum = 1, maximum = 100_000)]
    most_at_once: u32,
    /// The same, in per cent of those who are followed; one person is always allowed.
    #[schema(minimum = 1, maximum = 100)]
    most_per_cent: u32,
}

/// A group to follow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FollowGroup {
    /// objectGUID, as the list of the domain's groups has it.
    object: Uuid,
    /// A group of Tenure that its members are in.
    #[serde(default)]
    group: Option<Uuid>,
}

/// Chooses the groups of a domain whose members are users. They come at once, those who are in none of them any more leave:
/// if they are many, somebody is asked first.
#[utoipa::path(post, path = "/api/v1/domains/{id}/people/plan", tag = "Domains", params(("id" = Uuid, Path)),
    request_body = FollowGroups, responses((status = 200, body = AcceptedBody)))]
async fn plan(
    State(app): State<App>,
    Id(id): Id,
    command: Command<FollowGroups>,
) -> Result<AcceptedAnswer, Problem> {
    let domain = known(&app, id).await?;
    needs(&command.signed, Verb::Create, "register")?;
    let mut groups = Vec::new();
    for (index, wanted) in command.body.groups.iter().enumerate() {
        let field = format!("groups[{index}]");
        let name = name_of(&app, id, &domain, wanted.object).await?;
        let unknown = |field: &str| Problem::invalid(field, "unknown", "does not exist");
        if let Some(group) = wanted.group {
            if !command.signed.reaches_all(Feature::Group, Verb::Update) {
                return Err(Problem::new(
                    Kind::Forbidden,
                    "Whoever lets a directory decide who is in a group of Tenure must be allowed to manage its members.",
                ));
            }
            let known = app.instance.store.state::<Group>(group).await;
            let known = known.map_err(|error| Problem::unavailable(&error))?;
            if known.state.name.is_none() {
                return Err(unknown(&format!("{field}.group")));
            }
            gives_no_more(&app, &command.signed, group).await?;
            if GroupId(group) == tenure_domain::group::everyone() {
                return Err(Problem::invalid(
                    &format!("{field}.group"),
                    "read-only",
                    "has all users as members",
                ));
            }
        }
        groups.push(FollowedGroup {
            object: wanted.object,
            name: name.ok_or_else(|| unknown(&format!("{field}.object")))?,
            group: wanted.group.map(GroupId),
        });
    }
    let plan = PeoplePlan {
        groups,
        most_at_once: command.body.most_at_once,
        most_per_cent: command.body.most_per_cent,
    };
    people(&app, id, PeopleCommand::Plan(plan), &command).await
}

/// As the copy has it, or as it was when it was chosen.
async fn name_of(
    app: &App,
    id: Uuid,
    domain: &Domain,
    object: Uuid,
) -> Result<Option<String>, Problem> {
    let copied = app.instance.copied_group(DomainId(id), object).await?;
    let chosen = domain
        .people
        .plan
        .groups
        .iter()
        .find(|group| group.object == object);
    Ok(copied
        .map(|group| group.group.name)
        .or_else(|| chosen.map(|group| group.name.clone())))
}

/// Lets the held come and leave.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"coming": 0, "leaving": 120, "reason": "The branch in Bern was closed"}))]
pub(crate) struct AllowPeople {
    /// As many as are held: others, by now, are asked about again.
    coming: u32,
    /// As many as are held.
    leaving: u32,
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Lets those come and leave who are held since they are many. Whoever leaves is disabled.
#[utoipa::path(post, path = "/api/v1/domains/{id}/people/allow", tag = "Domains", params(("id" = Uuid, Path)),
    request_body = AllowPeople, responses((status = 200, body = AcceptedBody)))]
async fn allow(
    State(app): State<App>,
    Id(id): Id,
    command: Command<AllowPeople>,
) -> Result<AcceptedAnswer, Problem> {
    needs(&command.signed, Verb::Create, "register")?;
    needs(&command.signed, Verb::Delete, "disable")?;
    let allowed = PeopleAllowed {
        coming: command.body.coming,
        leaving: command.body.leaving,
        reason: command.body.reason.clone(),
    };
    people(&app, id, PeopleCommand::Allow(allowed), &command).await
}

fn needs(signed: &Signed, verb: Verb, what: &str) -> Result<(), Problem> {
    // As for registering and disabling somebody by hand.
    let may = match verb {
        Verb::Create => signed.reach(Feature::User, verb).is_some(),
        _ => signed.reaches_all(Feature::User, verb),
    };
    if may {
        return Ok(());
    }
    Err(Problem::new(
        Kind::Forbidden,
        format!("Whoever lets a directory decide who is a user must be allowed to {what} users."),
    ))
}

async fn people<T>(
    app: &App,
    id: Uuid,
    asked: PeopleCommand,
    command: &Command<T>,
) -> Result<AcceptedAnswer, Problem> {
    let asked = DomainCommand::People(asked);
    let commands = &app.instance.commands;
    let accepted = commands
        .domain(DomainId(id), asked, &command.caller)
        .await?;
    Ok(done(id, accepted))
}
