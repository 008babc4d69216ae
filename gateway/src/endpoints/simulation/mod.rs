//! What a template's draft would do to live accounts and to past requests: nothing is written, nobody is told. A part at a
//! time, so that no request takes long however many there are; whoever asks adds the parts up.

mod place;
mod role;
mod shown;

use self::{
    place::Place,
    shown::{SimulatedPart, part},
};
use crate::{
    app::App,
    command::Command,
    problem::Problem,
    query::{Id, Total},
    schema,
};
use axum::{Json, extract::State};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use tenure_domain::{
    TemplateId,
    account::MigrationTarget,
    lifecycle::Status,
    permission::{Feature, Verb},
    request::{OfferedTemplate, RequestStatus},
    simulation::Outcome,
    template::{Template, TemplateContent, TemplateRefusal, problems},
};
use tenure_projections::{
    AccountFilter, AccountSort, Count, LONGEST_PAGE, Page, RequestFilter, RequestSort, SortOrder,
    Start,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// How long a part may take.
pub(super) const AT_ONCE: Duration = Duration::from_secs(5);
/// Decided at once.
const TOGETHER: usize = 32;

/// Accounts that a template still has a say about.
const LIVE: [Status; 5] = [
    Status::Provisioning,
    Status::Active,
    Status::Disabled,
    Status::Expired,
    Status::Renewing,
];
/// Requests that were not turned down.
const ASKED: [RequestStatus; 6] = [
    RequestStatus::Submitted,
    RequestStatus::SentBack,
    RequestStatus::Approved,
    RequestStatus::Provisioning,
    RequestStatus::Provisioned,
    RequestStatus::Failed,
];

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(simulate))
        .merge(role::routes())
}

/// What is tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SimulateTemplate, example = json!({}))]
pub(crate) struct SimulateTemplate {
    /// In the place of the template's newest version; by default, its draft.
    #[serde(default)]
    #[schema(value_type = Option<schema::TemplateContent>)]
    content: Option<Box<TemplateContent>>,
    /// The `next` of the part before.
    #[serde(default)]
    #[schema(max_length = 1000)]
    cursor: Option<String>,
}

/// A part of what would change.
#[derive(Serialize, ToSchema)]
pub(crate) struct TemplateSimulation {
    /// The number that the version would have.
    version: u32,
    /// As far as the history had come.
    position: u64,
    /// Live accounts of the template, as if they were migrated to it.
    accounts: SimulatedPart,
    /// Requests of the template that were submitted and not turned down, as if they were asked, and approved by the same
    /// people, once more.
    requests: SimulatedPart,
    /// For `cursor`: where the next part begins; missing after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One account or request that was looked at; without an outcome it would stay as it is.
pub(super) struct LookedAt {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) outcome: Option<Outcome>,
}

/// Simulates the publishing of a template's draft, or of any content in its place: which live accounts would be refused, end
/// earlier or later, lose owners, and which past requests would need another approver. Nothing is written, no mail is sent.
/// Each answer is a part; ask with `next` until there is none, and add up.
#[utoipa::path(post, path = "/api/v1/templates/{id}/simulate", tag = "Templates", params(("id" = Uuid, Path)),
    request_body = SimulateTemplate, responses((status = 200, body = TemplateSimulation)))]
async fn simulate(
    State(app): State<App>,
    Id(id): Id,
    command: Command<SimulateTemplate>,
) -> Result<Json<TemplateSimulation>, Problem> {
    let signed = &command.signed;
    let store = &app.instance.store;
    let unavailable = |error| Problem::unavailable(&error);
    let template = store.state::<Template>(id).await.map_err(unavailable)?;
    let (version, content) = tried(&template.state, command.body.content)?;
    let position = store.head().await.map_err(unavailable)?.position;
    let offered = OfferedTemplate {
        id: TemplateId(id),
        version,
        content: content.into(),
    };
    let mut place = Some(Place::read(command.body.cursor)?);
    let (mut accounts, mut requests) = (Vec::new(), Vec::new());
    // Counted once: every page of a list has the same count.
    let (mut all_accounts, mut all_requests) = (None, None);
    let began = Instant::now();
    while let Some(at) = place.take() {
        let (of_requests, start) = at.page();
        place = if of_requests {
            let page = page(&start, all_requests.is_none());
            let (found, total, next) = past_requests(&app, &offered, &page).await?;
            requests.extend(found);
            all_requests.get_or_insert(total);
            next.map(Place::second)
        } else {
            let page = page(&start, all_accounts.is_none());
            let (found, total, next) = live_accounts(&app, &offered, &page).await?;
            accounts.extend(found);
            all_accounts.get_or_insert(total);
            Some(next.map_or_else(Place::begin_second, Place::first))
        };
        if began.elapsed() > AT_ONCE {
            break;
        }
    }
    let sees_accounts = signed.reaches_all(Feature::ManagedAccount, Verb::Read);
    let sees_requests = signed.reaches_all(Feature::ProvisionRequest, Verb::Read);
    let total = |counted: Option<Count>| Total::from(counted.unwrap_or_default());
    Ok(Json(TemplateSimulation {
        version,
        position,
        accounts: part(&app, accounts, total(all_accounts), sees_accounts).await?,
        requests: part(&app, requests, total(all_requests), sees_requests).await?,
        next: place.map(|place| place.to_string()),
    }))
}

/// What is tried, and the number that it would have. What could not be published is not tried.
fn tried(
    template: &Template,
    content: Option<Box<TemplateContent>>,
) -> Result<(u32, TemplateContent), Problem> {
    if !template.exists() {
        return Err(Problem::not_found());
    }
    let newest = template.versions.keys().next_back();
    let next = newest.map_or(1, |newest| newest + 1);
    let content = match (content, &template.draft) {
        (Some(content), _) => *content,
        (None, Some(draft)) => draft.content.clone(),
        (None, None) => return Err(TemplateRefusal::NoDraft.into()),
    };
    match problems(&content) {
        problems if problems.is_empty() => Ok((next, content)),
        problems => Err(TemplateRefusal::Invalid(problems).into()),
    }
}

type Looked = (Vec<LookedAt>, Count, Option<Start>);

async fn live_accounts(
    app: &App,
    offered: &OfferedTemplate,
    page: &Page,
) -> Result<Looked, Problem> {
    let filter = AccountFilter {
        template: Some(offered.id),
        status: LIVE.to_vec(),
        ..AccountFilter::default()
    };
    let (sort, order) = (AccountSort::Name, SortOrder::Ascending);
    let views = &app.instance.views;
    let found = views.accounts(&filter, sort, order, page).await?;
    let target = &MigrationTarget {
        template: offered.id,
        version: offered.version,
        content: offered.content.clone(),
    };
    let commands = &app.instance.commands;
    let ids: Vec<_> = found.rows.iter().map(|row| row.id.0).collect();
    commands.accounts_at_hand(&ids).await?;
    let under_way = found.rows.into_iter().map(|row| async move {
        let outcome = commands.simulate_account(row.id, target).await;
        Ok::<_, Problem>(LookedAt {
            id: row.id.0,
            name: row.name,
            outcome: outcome?,
        })
    });
    let under_way = stream::iter(under_way.collect::<Vec<_>>());
    let looked: Vec<_> = under_way.buffered(TOGETHER).try_collect().await?;
    Ok((looked, found.total, found.next.map(Start::After)))
}

async fn past_requests(
    app: &App,
    offered: &OfferedTemplate,
    page: &Page,
) -> Result<Looked, Problem> {
    let filter = RequestFilter {
        template: Some(offered.id),
        status: ASKED.to_vec(),
        ..RequestFilter::default()
    };
    let (sort, order) = (RequestSort::Name, SortOrder::Ascending);
    let views = &app.instance.views;
    let found = views.requests(&filter, sort, order, page).await?;
    let commands = &app.instance.commands;
    let ids: Vec<_> = found.rows.iter().map(|row| row.id.0).collect();
    let events = &commands.requests_at_hand(&ids).await?;
    let under_way = found.rows.into_iter().map(|row| async move {
        let events = events.get(&row.id.0).map_or(&[][..], Vec::as_slice);
        let outcome = commands.simulate_request(row.id, events, offered).await;
        Ok::<_, Problem>(LookedAt {
            id: row.id.0,
            name: row.name().to_owned(),
            outcome: outcome?,
        })
    });
    let under_way = stream::iter(under_way.collect::<Vec<_>>());
    let looked: Vec<_> = under_way.buffered(TOGETHER).try_collect().await?;
    Ok((looked, found.total, found.next.map(Start::After)))
}

pub(super) fn page(start: &Start, counted: bool) -> Page {
    Page {
        start: start.clone(),
        limit: LONGEST_PAGE,
        uncounted: !counted,
    }
}
