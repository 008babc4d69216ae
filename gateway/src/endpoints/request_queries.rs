//! What people see of requests: where each stands, who holds it, what was said.

use crate::{
    access::{authorise::Signed, objects},
    app::App,
    as_of::AsOf,
    directory::{DirectoryBody, DirectoryState, FailureBody},
    held_by::{HeldBy, HolderKind, people},
    history::{self, History},
    names::{Named, Names, OwnerBody, owner_id},
    problem::Problem,
    query::Id,
    request_story::{Exchange, RequestStory, Said, Step},
    schema,
};
use axum::Json;
use chrono::{DateTime, Utc};
use serde::Serialize;
use tenure_domain::{
    Event, RequestId,
    account::Account,
    gmsa::Gmsa,
    request::{Request, RequestContent, RequestStatus, Submission},
};
use tenure_eventstore::StoredEvent;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(detail))
        .routes(routes!(history))
}

/// A request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestBody {
    id: Uuid,
    #[schema(value_type = schema::RequestStatus)]
    status: RequestStatus,
    requester: Named,
    template: Named,
    /// As written: what a draft can be revised from.
    #[schema(value_type = schema::RequestContent)]
    content: RequestContent,
    /// The owners written there, with their names.
    owners: Vec<OwnerBody>,
    /// As submitted: immutable.
    #[serde(skip_serializing_if = "Option::is_none")]
    submission: Option<SubmissionBody>,
    /// Who approves, in this order.
    steps: Vec<StepBody>,
    /// What the rejection said.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejection: Option<Decision>,
    /// What approvers asked before they decided, and what the requester answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    questions: Vec<QuestionBody>,
    /// Who has to do something next, and since when.
    held_by: HeldBy,
    /// How the directory follows, once approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<DirectoryBody>,
    /// Since when it stands where it stands.
    since: DateTime<Utc>,
    /// Version of the object.
    version: u64,
    /// Are approver names hidden from the caller?
    approvers_hidden: bool,
}

/// What a submission fixed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubmissionBody {
    at: DateTime<Utc>,
    /// The account that comes of it, or that is renewed.
    account: Uuid,
    template_version: u32,
    domain: Named,
    name: String,
    /// The requester first.
    owners: Vec<OwnerBody>,
    #[schema(value_type = schema::Period)]
    period: String,
    /// Distinguished name of the OU.
    ou: String,
    /// Folder of the vault; missing for the vault's own root.
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    /// What only a group managed service account has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Gmsa>)]
    gmsa: Option<Gmsa>,
    /// Which terms of service the requester accepted, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_terms: Option<TermsBody>,
}

/// Terms of service, as accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TermsBody {
    /// Version of the template that carries the text.
    template_version: u32,
    /// SHA-256 of the text, in hexadecimal.
    text_hash: String,
    at: DateTime<Utc>,
}

/// A question of an approver, and the requester's answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuestionBody {
    /// Name of the step that waited for the answer.
    step: String,
    question: Decision,
    /// Missing while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<AnswerBody>,
}

/// What the requester answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswerBody {
    at: DateTime<Utc>,
    /// Empty where the requester only changed the request.
    text: String,
}

/// One step of the approval.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepBody {
    name: String,
    /// How many different people must approve.
    least: u16,
    /// Is this the step that waits?
    current: bool,
    complete: bool,
    /// People and groups named; missing where they are hidden from the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    approvers: Option<Vec<OwnerBody>>,
    /// Is its time over, so that its fallback approvers count too?
    escalated: bool,
    /// Who approved, when, with what comment.
    approvals: Vec<Decision>,
}

/// One approval, or the rejection.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decision {
    /// Missing where approver names are hidden from the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Named>,
    /// In whose name, if it was a deputy.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<Named>,
    /// Was it an administrator's override?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    overridden: bool,
    at: DateTime<Utc>,
    /// The comment, or the reason of a rejection.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// More events than any request has.
const WHOLE_STREAM: usize = 10_000;

/// Shows a request: where it stands, who holds it, what was said, and how the directory follows.
#[utoipa::path(get, path = "/api/v1/requests/{id}", tag = "Requests", params(("id" = Uuid, Path)),
    responses((status = 200, body = RequestBody)))]
async fn detail(AsOf(app): AsOf, signed: Signed, Id(id): Id) -> Result<Json<RequestBody>, Problem> {
    let request = objects::request(&app, &signed, RequestId(id)).await?;
    let events = stream(&app, id).await?;
    let story = RequestStory::of(events.iter().filter_map(|event| match &event.event {
        Event::Request(what) => Some((event.recorded_at, what)),
        _ => None,
    }));
    let (Some(status), Some(requester), Some(content)) =
        (request.status(), request.requester(), request.content())
    else {
        return Err(Problem::not_found());
    };
    let names = Names::of(&app, ids_in(&request, &story)).await?;
    let submission = request.submission();
    let sees_approvers = submission.is_none_or(|submission| signed.sees_approvers(submission))
        && (app.as_of.is_none() || !history::hides_approvers(&app, &signed, id).await?);
    let step = |(i, step): (usize, &Step)| StepBody {
        name: step.rule.name.clone(),
        least: step.rule.least,
        current: status == RequestStatus::Submitted && story.current_step() == Some(i),
        complete: step.complete,
        approvers: sees_approvers.then(|| people(&names, &step.rule.users, &step.rule.groups)),
        escalated: step.escalated,
        approvals: step
            .approvals
            .iter()
            .map(|said| decision(&names, sees_approvers, said))
            .collect(),
    };
    let rejection = story.rejection.as_ref();
    let rejection = rejection.map(|said| decision(&names, sees_approvers, said));
    let question = |exchange: &Exchange| QuestionBody {
        step: exchange.step.clone(),
        question: decision(&names, sees_approvers, &exchange.question),
        answer: exchange
            .answer
            .clone()
            .map(|(at, text)| AnswerBody { at, text }),
    };
    Ok(Json(RequestBody {
        id,
        status,
        requester: names.named(requester.0),
        template: names.named(content.template.0),
        content: content.clone(),
        owners: content
            .owners
            .iter()
            .map(|owner| names.owner(owner))
            .collect(),
        submission: submission
            .zip(story.submitted_at)
            .map(|(submission, at)| submitted(&names, submission, at)),
        steps: story.steps.iter().enumerate().map(step).collect(),
        rejection,
        questions: story.questions.iter().map(question).collect(),
        held_by: held_by(&names, sees_approvers, status, &story),
        directory: directory(&app, &request, status).await?,
        since: story.since,
        version: events.last().map_or(0, |event| event.version),
        approvers_hidden: !sees_approvers,
    }))
}

async fn stream(app: &App, id: Uuid) -> Result<Vec<StoredEvent>, Problem> {
    let events = app
        .instance
        .store
        .read_stream("request", id, 0, WHOLE_STREAM)
        .await;
    events.map_err(|error| Problem::unavailable(&error))
}

fn decision(names: &Names, sees: bool, said: &Said) -> Decision {
    let behalf = said.on_behalf_of.filter(|_| sees);
    Decision {
        by: sees.then(|| names.named(said.by.0)),
        on_behalf_of: behalf.map(|user| names.named(user.0)),
        overridden: said.overridden,
        at: said.at,
        text: said.text.clone(),
    }
}

fn held_by(names: &Names, sees: bool, status: RequestStatus, story: &RequestStory) -> HeldBy {
    let step = story
        .current_step()
        .and_then(|i| story.steps.get(i))
        .filter(|_| status == RequestStatus::Submitted);
    let kind = match status {
        RequestStatus::Draft | RequestStatus::SentBack => HolderKind::Requester,
        RequestStatus::Submitted if step.is_some_and(|step| step.escalated) => HolderKind::Fallback,
        RequestStatus::Submitted => HolderKind::Approvers,
        RequestStatus::Approved | RequestStatus::Provisioning => HolderKind::Engine,
        RequestStatus::Failed => HolderKind::Operator,
        RequestStatus::Rejected | RequestStatus::Withdrawn | RequestStatus::Provisioned => {
            HolderKind::Nobody
        }
    };
    let holders = step.filter(|_| sees).map(|step| {
        let rule = &step.rule;
        let mut holders = people(names, &rule.users, &rule.groups);
        if step.escalated {
            holders.extend(people(names, &rule.fallback.users, &rule.fallback.groups));
        }
        holders
    });
    HeldBy {
        kind,
        step: step.map(|step| step.rule.name.clone()),
        people: holders,
        since: story.since,
    }
}

fn submitted(names: &Names, submission: &Submission, at: DateTime<Utc>) -> SubmissionBody {
    SubmissionBody {
        at,
        account: submission.account.0,
        template_version: submission.template_version,
        domain: names.named(submission.domain.0),
        name: submission.name.clone(),
        owners: submission
            .owners
            .iter()
            .map(|owner| names.owner(owner))
            .collect(),
        period: submission.terms.period.to_string(),
        ou: submission.ou.clone(),
        folder: submission.folder.clone(),
        gmsa: submission.gmsa.clone(),
        accepted_terms: submission.accepted_terms.as_ref().map(|terms| TermsBody {
            template_version: terms.template_version,
            text_hash: terms.text_hash.clone(),
            at: terms.at,
        }),
    }
}

fn ids_in(request: &Request, story: &RequestStory) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = request.requester().map(|user| user.0).into_iter().collect();
    if let Some(content) = request.content() {
        ids.push(content.template.0);
        ids.extend(content.owners.iter().map(owner_id));
    }
    if let Some(submission) = request.submission() {
        ids.push(submission.domain.0);
        ids.extend(submission.owners.iter().map(owner_id));
    }
    for step in &story.steps {
        ids.extend(step.rule.users.iter().map(|user| user.0));
        ids.extend(step.rule.groups.iter().map(|group| group.0));
        ids.extend(step.rule.fallback.users.iter().map(|user| user.0));
        ids.extend(step.rule.fallback.groups.iter().map(|group| group.0));
    }
    let said = story.steps.iter().flat_map(|step| &step.approvals);
    let said = said
        .chain(&story.rejection)
        .chain(story.questions.iter().map(|open| &open.question));
    ids.extend(said.flat_map(Said::people).map(|user| user.0));
    ids
}

/// How the directory follows an approved request.
async fn directory(
    app: &App,
    request: &Request,
    status: RequestStatus,
) -> Result<Option<DirectoryBody>, Problem> {
    let of_state = |state| DirectoryBody {
        state,
        order: None,
        failure: None,
    };
    let Some(submission) = request.submission() else {
        return Ok(None);
    };
    match status {
        RequestStatus::Approved | RequestStatus::Provisioning => {
            let account = app
                .instance
                .store
                .state::<Account>(submission.account.0)
                .await;
            let account = account.map_err(|error| Problem::unavailable(&error))?.state;
            Ok(Some(match account.managed() {
                Some(account) => DirectoryBody::of(app, account).await?,
                None => of_state(DirectoryState::Queued),
            }))
        }
        RequestStatus::Provisioned => Ok(Some(of_state(DirectoryState::Applied))),
        RequestStatus::Failed => {
            let failure = match request {
                Request::Submitted(submitted) => match &submitted.stage {
                    tenure_domain::request::Stage::Failed(failure) => {
                        Some(FailureBody::new(failure))
                    }
                    _ => None,
                },
                _ => None,
            };
            Ok(Some(DirectoryBody {
                failure,
                ..of_state(DirectoryState::Failed)
            }))
        }
        _ => Ok(None),
    }
}

/// Shows what happened to a request, in order.
#[utoipa::path(get, path = "/api/v1/requests/{id}/history", tag = "Requests", params(("id" = Uuid, Path)),
    responses((status = 200, body = History)))]
async fn history(AsOf(app): AsOf, signed: Signed, Id(id): Id) -> Result<Json<History>, Problem> {
    objects::request(&app, &signed, RequestId(id)).await?;
    let events = stream(&app, id).await?;
    Ok(Json(history::shown(&app, &signed, events).await?))
}
