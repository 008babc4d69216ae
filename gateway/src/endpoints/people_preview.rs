//! What following groups of a domain would do, before they are followed.

use super::synchronisation::known;
use crate::{
    app::App,
    names::{Named, Names},
    problem::Problem,
    query::{Filter, Id, invalid_query},
};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use tenure_domain::DomainId;
use tenure_workflow::synchronisation::Coming;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// As many as may be followed.
const MOST: usize = 50;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(preview))
}

/// Which groups.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewPeople {
    /// objectGUIDs of groups of the directory, separated by commas: all that would be followed. None: what following none
    /// would do.
    #[param(max_length = 2000)]
    groups: Option<String>,
}

/// What following groups would do, as of the last reading.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PeoplePreviewed {
    /// When the domain was read last; missing: never, and nothing can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_at: Option<DateTime<Utc>>,
    /// What each brings, in the order asked for. Whoever is in several counts in each.
    groups: Vec<GroupBrings>,
    /// What all of them bring; whoever is in several counts once.
    people: ComingBody,
    /// Who would come, by objectGUID: the first thousand.
    who_comes: Vec<Named>,
    /// Users who are in none of the groups, would leave and be disabled.
    leaving: u32,
    /// Those: the first thousand.
    who_leaves: Vec<Named>,
    /// They are so many that somebody is asked before it happens.
    asked_first: bool,
}

/// What one group brings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupBrings {
    /// objectGUID.
    object: Uuid,
    /// Empty if it is not there, and never was followed.
    name: String,
    /// It is not in what was read.
    missing: bool,
    /// Who is in it, direct or through other groups.
    people: ComingBody,
}

/// People by what they are to Tenure now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComingBody {
    /// Would be registered, with a welcome by mail.
    new: u32,
    /// Users already, and not followed: would be from now on; whoever left before is enabled again.
    known: u32,
    /// Followed already.
    followed: u32,
    /// Cannot come: the directory has no e-mail address of them, or another user has it.
    cannot: u32,
}

impl From<Coming> for ComingBody {
    fn from(people: Coming) -> Self {
        Self {
            new: people.new,
            known: people.known,
            followed: people.followed,
            cannot: people.cannot,
        }
    }
}

/// Tells what following groups of a domain would do, from its last reading and without doing it: whom each brings, direct or
/// through other groups, and who would leave.
#[utoipa::path(get, path = "/api/v1/domains/{id}/people/preview", tag = "Domains",
    params(("id" = Uuid, Path), PreviewPeople), responses((status = 200, body = PeoplePreviewed)))]
async fn preview(
    State(app): State<App>,
    Id(id): Id,
    Filter(wanted): Filter<PreviewPeople>,
) -> Result<Json<PeoplePreviewed>, Problem> {
    let domain = known(&app, id).await?;
    let groups = groups(wanted.groups.as_deref().unwrap_or_default())?;
    let preview = app.instance.preview_people(DomainId(id), &groups).await?;
    let chosen = domain.people.plan.groups.into_iter();
    let mut called: HashMap<_, _> = chosen.map(|group| (group.object, group.name)).collect();
    for group in &groups {
        let copied = app.instance.copied_group(DomainId(id), *group).await?;
        called.extend(copied.map(|copied| (*group, copied.group.name)));
    }
    let leaving = preview.who_leaves.iter().map(|user| user.0);
    let names = Names::of(&app, leaving).await?;
    let groups = preview.groups.into_iter().map(|group| GroupBrings {
        object: group.object,
        name: called.remove(&group.object).unwrap_or_default(),
        missing: group.missing,
        people: group.people.into(),
    });
    let comes = preview.who_comes.into_iter();
    let leaves = preview.who_leaves.iter();
    Ok(Json(PeoplePreviewed {
        read_at: preview.read_at,
        groups: groups.collect(),
        people: preview.people.into(),
        who_comes: comes.map(|(id, name)| Named { id, name }).collect(),
        leaving: preview.leaving,
        who_leaves: leaves.map(|user| names.named(user.0)).collect(),
        asked_first: preview.asked_first,
    }))
}

fn groups(text: &str) -> Result<Vec<Uuid>, Problem> {
    let mut seen = BTreeSet::new();
    let named = text.split(',').filter(|part| !part.is_empty());
    let ids: Option<Vec<_>> = named.map(|part| Uuid::try_parse(part).ok()).collect();
    let ids = ids.ok_or_else(|| invalid_query("groups", "must be ids, separated by commas"))?;
    if ids.len() > MOST {
        return Err(invalid_query("groups", "names more than may be followed"));
    }
    Ok(ids.into_iter().filter(|id| seen.insert(*id)).collect())
}
