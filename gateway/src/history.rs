//! Events as people read them: a sentence, who, when; never a payload, and nobody's name who is hidden from the reader.

use crate::{access::authorise::Signed, app::App, names::Names, problem::Problem};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::HashMap;
use tenure_domain::{
    Actor, Event,
    permission::{Feature, Verb},
    request::{Request, RequestEvent},
    sentence,
};
use tenure_eventstore::StoredEvent;
use utoipa::ToSchema;
use uuid::Uuid;

/// What happened to one object, in order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct History {
    pub(crate) items: Vec<HistoryEntry>,
}

/// One event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryEntry {
    /// Its place in the whole history.
    pub(crate) position: u64,
    pub(crate) id: Uuid,
    pub(crate) at: DateTime<Utc>,
    /// Who; missing where approver names are hidden from the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) actor: Option<ActorBody>,
    /// Kind of object: `account`, `request`, …
    pub(crate) kind: String,
    /// The object.
    pub(crate) object: Uuid,
    /// Its name, where it has one and the caller may read it; of a request or a review that of its account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// Stable type of the event.
    #[serde(rename = "type")]
    #[schema(example = "account.provisioned")]
    pub(crate) event_type: String,
    /// What happened, in a few words.
    pub(crate) sentence: String,
    /// Shared by everything that follows from one action of a person.
    pub(crate) correlation: Uuid,
    /// The event that led to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) causation: Option<Uuid>,
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActorBody {
    /// `user`, `engine` or `system`.
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Uuid>,
    /// Display name, or which part of Tenure.
    pub(crate) name: String,
    /// The API token by which a program did it for the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<Uuid>,
}

impl ActorBody {
    pub(crate) fn new(actor: &Actor, names: &Names) -> Self {
        let of = |kind, id: Uuid| Self {
            kind,
            id: Some(id),
            name: names.named(id).name,
            token: None,
        };
        match actor {
            Actor::User(user) => of("user", user.0),
            Actor::Token { user, token } => Self {
                token: Some(token.0),
                ..of("user", user.0)
            },
            Actor::Engine(engine) => of("engine", engine.0),
            Actor::System(name) => Self {
                kind: "system",
                id: None,
                name: name.clone(),
                token: None,
            },
        }
    }
}

pub(crate) fn actor_id(actor: &Actor) -> Option<Uuid> {
    match actor {
        Actor::User(user) | Actor::Token { user, .. } => Some(user.0),
        Actor::Engine(engine) => Some(engine.0),
        Actor::System(_) => None,
    }
}

/// These events, as the person may read them.
pub(crate) async fn shown(
    app: &App,
    signed: &Signed,
    events: Vec<StoredEvent>,
) -> Result<History, Problem> {
    let names = Names::of(
        app,
        events.iter().filter_map(|event| actor_id(&event.actor)),
    )
    .await?;
    let objects = events.iter().map(|event| (event.kind, event.stream));
    let objects = object_names(app, signed, objects).await?;
    let mut items = Vec::with_capacity(events.len());
    for event in events {
        let decides = matches!(&event.event, Event::Request(what) if is_decision(what));
        let hidden = decides && hides_approvers(app, signed, event.stream).await?;
        items.push(HistoryEntry {
            position: event.position,
            id: event.id,
            at: event.recorded_at,
            actor: (!hidden).then(|| ActorBody::new(&event.actor, &names)),
            kind: event.kind.to_owned(),
            object: event.stream,
            name: objects.get(&event.stream).cloned(),
            event_type: event.event.type_name().to_owned(),
            sentence: sentence::of(&event.event),
            correlation: event.correlation,
            causation: event.causation,
        });
    }
    Ok(History { items })
}

/// Names of objects, those aside that the person may not read.
pub(crate) async fn object_names<'a>(
    app: &App,
    signed: &Signed,
    objects: impl Iterator<Item = (&'a str, Uuid)>,
) -> Result<HashMap<Uuid, String>, Problem> {
    let accounts = signed.reaches_all(Feature::ManagedAccount, Verb::Read);
    let requests = signed.reaches_all(Feature::ProvisionRequest, Verb::Read);
    let users = signed.reaches_all(Feature::User, Verb::Read);
    let readable = objects.filter(|(kind, _)| match *kind {
        "account" | "review" => accounts,
        "request" => requests,
        "user" | "deputyship" => users,
        _ => true,
    });
    Ok(app.instance.views.object_names(readable).await?)
}

fn is_decision(event: &RequestEvent) -> bool {
    // `approved` is recorded with the last approval, by the same person.
    matches!(
        event,
        RequestEvent::ApprovalGiven(_)
            | RequestEvent::ApprovalOverridden(_)
            | RequestEvent::InformationRequested(_)
            | RequestEvent::Approved(_)
            | RequestEvent::Rejected(_)
    )
}

/// Event types whose actor is an approver.
pub(crate) fn is_decision_type(event_type: &str) -> bool {
    matches!(
        event_type,
        "request.approval-given"
            | "request.approval-overridden"
            | "request.information-requested"
            | "request.approved"
            | "request.rejected"
    )
}

/// Is who approves this request hidden from the person?
pub(crate) async fn hides_approvers(
    app: &App,
    signed: &Signed,
    request: Uuid,
) -> Result<bool, Problem> {
    let request = app.today.store.cached_state::<Request>(request).await;
    let request = request.map_err(|error| Problem::unavailable(&error))?.state;
    let submission = request.submission();
    Ok(match submission {
        Some(submission) => !signed.sees_approvers(submission),
        // Reopened: the former submission is gone, but its requester is the same.
        None => request.requester() == Some(signed.user()),
    })
}
