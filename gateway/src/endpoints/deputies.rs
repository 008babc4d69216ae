//! Deputies: who decides on approvals in one's name, for a period.

use crate::{
    access::authorise::Signed,
    app::App,
    as_of::AsOf,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, done},
    names::{Named, Names},
    problem::{Kind, Problem},
    query::Id,
};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    UserId,
    deputy::{DeputyNamed, Deputyship, DeputyshipCommand},
    permission::{Feature, Verb},
};
use tenure_workflow::permissions::{APPROVE, rights_of, user_may};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(mine))
        .routes(routes!(show))
        .routes(routes!(name))
        .routes(routes!(withdraw))
}

/// Who decides in somebody's name, and when.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeputyBody {
    /// In whose name.
    user: Named,
    deputy: Named,
    from: DateTime<Utc>,
    /// Not part of the period.
    until: DateTime<Utc>,
    /// Is it now?
    active: bool,
}

/// The caller's deputy, and those whose deputy the caller is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deputies {
    /// Who decides in the caller's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    mine: Option<DeputyBody>,
    /// Those in whose name the caller decides, now or at another time.
    deputy_for: Vec<DeputyBody>,
}

/// Somebody's deputy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeputyOf {
    /// Missing if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    deputy: Option<DeputyBody>,
}

/// A deputy for a period.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"deputy": "0192f0c1-a2b3-7c4d-8e5f-001122334455", "until": "2026-08-15T00:00:00Z"}))]
pub(crate) struct NameDeputy {
    /// Who; must have the permission to approve.
    deputy: Uuid,
    /// From when; from now on if left out.
    #[serde(default)]
    from: Option<DateTime<Utc>>,
    /// Until when, at most 366 days later.
    until: DateTime<Utc>,
}

async fn deputyship(app: &App, user: UserId) -> Result<Option<DeputyNamed>, Problem> {
    let state = app.instance.store.state::<Deputyship>(user.0).await;
    let state = state.map_err(|error| Problem::unavailable(&error))?.state;
    Ok(state.0.clone())
}

async fn shown(app: &App, named: Vec<DeputyNamed>) -> Result<Vec<DeputyBody>, Problem> {
    let ids = named
        .iter()
        .flat_map(|named| [named.user.0, named.deputy.0]);
    let names = Names::of(app, ids.collect::<Vec<_>>()).await?;
    let now = app.instance.business.now();
    let body = |named: DeputyNamed| DeputyBody {
        user: names.named(named.user.0),
        deputy: names.named(named.deputy.0),
        from: named.from,
        until: named.until,
        active: named.from <= now && now < named.until,
    };
    Ok(named.into_iter().map(body).collect())
}

/// Shows the caller's deputy, and those whose deputy the caller is.
#[utoipa::path(get, path = "/api/v1/deputies", tag = "Users", responses((status = 200, body = Deputies)))]
async fn mine(AsOf(app): AsOf, signed: Signed) -> Result<Json<Deputies>, Problem> {
    let own = deputyship(&app, signed.user()).await?;
    let mut others = Vec::new();
    for principal in app.instance.views.deputy_for(signed.user()).await? {
        let named = deputyship(&app, principal).await?;
        others.extend(named.filter(|named| named.deputy == signed.user()));
    }
    Ok(Json(Deputies {
        mine: shown(&app, own.into_iter().collect()).await?.pop(),
        deputy_for: shown(&app, others).await?,
    }))
}

/// One's own deputy, or with manage on users anybody's.
fn may(signed: &Signed, id: Uuid, verb: Verb) -> Result<UserId, Problem> {
    if id == signed.user().0 || signed.reaches_all(Feature::User, verb) {
        Ok(UserId(id))
    } else {
        Err(Problem::not_found())
    }
}

/// Shows who decides in a person's name.
#[utoipa::path(get, path = "/api/v1/users/{id}/deputy", tag = "Users", params(("id" = Uuid, Path)),
    responses((status = 200, body = DeputyOf)))]
async fn show(AsOf(app): AsOf, signed: Signed, Id(id): Id) -> Result<Json<DeputyOf>, Problem> {
    let user = may(&signed, id, Verb::Read)?;
    let named = deputyship(&app, user).await?;
    Ok(Json(DeputyOf {
        deputy: shown(&app, named.into_iter().collect()).await?.pop(),
    }))
}

/// Names who decides on approvals, and answers in certification campaigns, in one's name for a period; a former deputy does no
/// more.
#[utoipa::path(post, path = "/api/v1/users/{id}/deputy", tag = "Users", params(("id" = Uuid, Path)),
    request_body = NameDeputy, responses((status = 200, body = AcceptedBody)))]
async fn name(
    State(app): State<App>,
    Id(id): Id,
    command: Command<NameDeputy>,
) -> Result<AcceptedAnswer, Problem> {
    let user = may(&command.signed, id, Verb::Update)?;
    let deputy = UserId(command.body.deputy);
    // Only people who may approve can stand in for an approver; for a reviewer of campaigns, who does not, anybody can.
    let there = rights_of(&app.instance, deputy).await?.is_some();
    let approves = there && user_may(&app.instance, user, APPROVE).await?;
    if approves && !user_may(&app.instance, deputy, APPROVE).await? {
        return Err(
            Problem::new(Kind::Invalid, "Some fields are not right.").with_field(
                "deputy",
                "no-approver",
                "may not approve: grant provision-approval:update first",
            ),
        );
    }
    let named = DeputyNamed {
        user,
        deputy,
        from: command
            .body
            .from
            .unwrap_or_else(|| app.instance.business.now()),
        until: command.body.until,
    };
    let what = DeputyshipCommand::Name(named);
    let commands = &app.instance.commands;
    Ok(done(
        id,
        commands.deputyship(user, what, &command.caller).await?,
    ))
}

/// Ends a deputyship: nobody decides in that person's name any more.
#[utoipa::path(post, path = "/api/v1/users/{id}/deputy/withdraw", tag = "Users", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AcceptedBody)))]
async fn withdraw(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    let user = may(&command.signed, id, Verb::Update)?;
    let commands = &app.instance.commands;
    let what = DeputyshipCommand::Withdraw;
    Ok(done(
        id,
        commands.deputyship(user, what, &command.caller).await?,
    ))
}
