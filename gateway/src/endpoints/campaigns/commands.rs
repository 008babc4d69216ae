//! What those do who run campaigns: look at the population, open, close.

use super::super::request_commands::free_text;
use crate::{
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, created, done},
    names::{Names, OwnerBody, owner_id},
    problem::Problem,
    query::Id,
    schema,
};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use tenure_domain::{
    CampaignId,
    campaign::{
        CampaignCommand, CampaignContent, CampaignRefusal, PopulationFilter, ReviewerRule,
        Reviewers, Unanswered,
    },
    ownership::Owner,
};
use tenure_eventstore::new_id;
use tenure_workflow::FrozenPopulation;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Reviewers that a preview names.
const NAMED: usize = 50;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(preview))
        .routes(routes!(close))
}

/// A campaign that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Service accounts of finance, spring", "filter": {"search": "fin", "status": ["active"]},
    "reviewers": {"kind": "owners"}, "due": "2027-04-30T00:00:00Z", "remind_days_before": [7, 3, 1], "unanswered": "report"
}))]
pub(crate) struct OpenCampaign {
    /// For people.
    #[schema(min_length = 1, max_length = 120, pattern = r"\S")]
    name: String,
    /// Which accounts: all that meet all of it. Accounts that are still being provisioned, deleted or released are in no
    /// campaign.
    #[serde(default)]
    #[schema(value_type = schema::PopulationFilter)]
    filter: PopulationFilter,
    /// Who reviews which; the owners unless it says otherwise.
    #[serde(default)]
    #[schema(value_type = schema::Reviewers)]
    reviewers: Reviewers,
    /// Whom it is asked of where there is nobody else, or where somebody does not know; by default the caller.
    #[serde(default)]
    #[schema(value_type = Option<schema::Owner>)]
    fallback: Option<Owner>,
    /// May somebody review an account that they own alone?
    #[serde(default)]
    self_review: bool,
    /// From this instant on nobody decides any more.
    due: DateTime<Utc>,
    /// So many days before, reviewers are reminded of what they have not decided; the last time is urgent.
    #[serde(default = "reminders")]
    #[schema(max_items = 10)]
    remind_days_before: Vec<u16>,
    /// What becomes of accounts of which nobody has said anything by then.
    #[serde(default = "report")]
    #[schema(value_type = schema::Unanswered)]
    unanswered: Unanswered,
}

fn reminders() -> Vec<u16> {
    vec![7, 3, 1]
}

fn report() -> Unanswered {
    Unanswered::Report
}

impl OpenCampaign {
    fn content(command: &Command<Self>) -> CampaignContent {
        let body = &command.body;
        let caller = Owner::User(command.signed.user());
        CampaignContent {
            name: body.name.trim().to_owned(),
            filter: body.filter.clone(),
            rule: ReviewerRule {
                reviewers: body.reviewers,
                fallback: body.fallback.unwrap_or(caller),
                self_review: body.self_review,
            },
            due: body.due,
            remind_days_before: body.remind_days_before.clone(),
            unanswered: body.unanswered,
        }
    }
}

/// What a campaign would be about, as of now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CampaignPreview {
    /// As of this position of the history.
    position: u64,
    /// How many accounts.
    count: u64,
    /// How many of them nobody may review: somebody would have to be named for each.
    without_reviewer: u64,
    /// How many would be asked of whom the campaign names for that, since there is nobody else.
    with_fallback: u64,
    /// Of whom most would be asked, at most 50.
    reviewers: Vec<PreviewedReviewer>,
    /// Of how many people and groups it would be asked.
    reviewer_count: u64,
}

/// Somebody who would be asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewedReviewer {
    reviewer: OwnerBody,
    /// Of how many accounts.
    count: u64,
}

/// Shows what a campaign would be about, and whom it would ask; nothing is written.
#[utoipa::path(post, path = "/api/v1/campaigns/preview", tag = "Campaigns", request_body = OpenCampaign,
    responses((status = 200, body = CampaignPreview)))]
async fn preview(
    State(app): State<App>,
    command: Command<OpenCampaign>,
) -> Result<Json<CampaignPreview>, Problem> {
    let content = OpenCampaign::content(&command);
    let commands = &app.instance.commands;
    let problems = commands.campaign_problems(&content).await?;
    if !problems.is_empty() {
        return Err(CampaignRefusal::Invalid(problems).into());
    }
    let FrozenPopulation { frozen, items } =
        commands.freeze(CampaignId(new_id()), &content).await?;
    let fallback = content.rule.fallback;
    let mut counts: HashMap<Owner, u64> = HashMap::new();
    let mut with_fallback = 0;
    for item in &items {
        let asks_fallback = item.reviewers == [fallback] && !item.owners.contains(&fallback);
        with_fallback +=
            u64::from(asks_fallback && content.rule.reviewers != Reviewers::Named(fallback));
        for reviewer in &item.reviewers {
            *counts.entry(*reviewer).or_default() += 1;
        }
    }
    let reviewer_count = counts.len() as u64;
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(who, count)| (std::cmp::Reverse(*count), *who));
    counts.truncate(NAMED);
    let names = Names::of(&app, counts.iter().map(|(who, _)| owner_id(who))).await?;
    let reviewers = counts.iter().map(|(who, count)| PreviewedReviewer {
        reviewer: names.owner(who),
        count: *count,
    });
    Ok(Json(CampaignPreview {
        position: frozen.position,
        count: frozen.count,
        without_reviewer: frozen.without_reviewer,
        with_fallback,
        reviewers: reviewers.collect(),
        reviewer_count,
    }))
}

/// Opens a campaign: the accounts that meet the filter now are frozen, and reviewers are told.
#[utoipa::path(post, path = "/api/v1/campaigns", tag = "Campaigns", request_body = OpenCampaign,
    responses((status = 201, body = AcceptedBody)))]
async fn open(
    State(app): State<App>,
    command: Command<OpenCampaign>,
) -> Result<AcceptedAnswer, Problem> {
    let id = command.new_id("campaign");
    let content = OpenCampaign::content(&command);
    let commands = &app.instance.commands;
    let opened = commands.open_campaign(CampaignId(id), content, &command.caller);
    Ok(created("/api/v1/campaigns", id, opened.await?))
}

/// Why a campaign is closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Started by mistake"}))]
pub(crate) struct CloseCampaign {
    /// Why.
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    reason: String,
}

/// Closes a campaign before its due date: nobody decides any more, and nothing becomes of what was not answered.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/close", tag = "Campaigns", params(("id" = Uuid, Path)),
    request_body = CloseCampaign, responses((status = 200, body = AcceptedBody)))]
async fn close(
    State(app): State<App>,
    Id(id): Id,
    command: Command<CloseCampaign>,
) -> Result<AcceptedAnswer, Problem> {
    free_text("reason", &command.body.reason)?;
    let close = CampaignCommand::Close {
        reason: command.body.reason.clone(),
    };
    let commands = &app.instance.commands;
    let closed = commands.campaign(CampaignId(id), close, &command.caller);
    Ok(done(id, closed.await?))
}
