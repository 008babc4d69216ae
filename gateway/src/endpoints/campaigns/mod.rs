//! Certification campaigns: opened over a frozen population, followed, closed, exported; and what reviewers see and say.

mod commands;
mod decisions;
mod export;
mod items;
mod own;
mod progress;
mod queries;

use crate::{access::authorise::Signed, app::App, problem::Problem};
use tenure_domain::{
    CampaignId,
    permission::{Feature, Verb},
};
use tenure_projections::CampaignRow;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(queries::routes())
        .merge(commands::routes())
        .merge(export::routes())
        .merge(items::routes())
        .merge(own::routes())
        .merge(decisions::routes())
}

/// Does the person run campaigns?
fn runs(signed: &Signed) -> bool {
    signed.reaches_all(Feature::ManagedAccount, Verb::Update)
}

async fn campaign(app: &App, id: Uuid) -> Result<CampaignRow, Problem> {
    let found = app.instance.views.campaign(CampaignId(id)).await?;
    found.ok_or_else(Problem::not_found)
}
