//! What mails say, and whether they are sent: one per notice of the notification table.

use crate::{
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, Nothing, done},
    problem::Problem,
    schema,
};
use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;
use tenure_domain::email_template::{
    EmailTemplate, EmailTemplateCommand, EmailTemplateFacts, EmailText, id_of,
};
use tenure_notifications::{
    Facts, default_text, problems, render_text,
    table::{Notice, Row, TABLE, parameters},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(detail, restore))
        .routes(routes!(revise))
        .routes(routes!(preview))
        .routes(routes!(enable))
        .routes(routes!(disable))
}

/// A mail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EmailNotification {
    /// Which notice: `approval-required`.
    notice: &'static str,
    /// Kind of object that it is about.
    object: &'static str,
    /// What happened.
    event: &'static str,
    /// Who is told.
    recipients: &'static str,
    /// Is it sent?
    enabled: bool,
    /// Was it sent before anybody chose?
    enabled_by_default: bool,
    /// Does it say something else than Tenure's own text?
    changed: bool,
    subject: String,
    body: String,
    /// What the text may name, as `{{ name }}`.
    parameters: Vec<Parameter>,
}

/// What a text may name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Parameter {
    name: &'static str,
    /// What stands there.
    description: &'static str,
}

/// All mails.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EmailNotifications {
    items: Vec<EmailNotification>,
}

/// How a mail would look.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Preview {
    subject: String,
    text: String,
    html: String,
}

fn row(notice: &str) -> Result<&'static Row, Problem> {
    Notice::named(notice).ok_or_else(Problem::not_found)
}

async fn shown(app: &App, row: &Row) -> Result<EmailNotification, Problem> {
    let id = id_of(row.template).0;
    let state = app.instance.store.state::<EmailTemplate>(id).await;
    let state = state.map_err(|error| Problem::unavailable(&error))?.state;
    let own = state.text.clone();
    let changed = own.is_some();
    let text = own.or_else(|| default_text(row.notice));
    let text = text.ok_or_else(|| Problem::internal(&"a notice has no text"))?;
    Ok(EmailNotification {
        notice: row.template,
        object: row.object,
        event: row.event,
        recipients: row.recipients,
        enabled: state.on.unwrap_or(row.on),
        enabled_by_default: row.on,
        changed,
        subject: text.subject,
        body: text.body,
        parameters: parameters(row.object)
            .iter()
            .map(|(name, description)| Parameter { name, description })
            .collect(),
    })
}

/// Lists what is mailed, to whom, and what it says.
#[utoipa::path(get, path = "/api/v1/email-notifications", tag = "Notifications",
    responses((status = 200, body = EmailNotifications)))]
async fn list(State(app): State<App>) -> Result<Json<EmailNotifications>, Problem> {
    let mut items = Vec::with_capacity(TABLE.len());
    for row in TABLE {
        items.push(shown(&app, row).await?);
    }
    Ok(Json(EmailNotifications { items }))
}

/// Shows the mail about a notice.
#[utoipa::path(get, path = "/api/v1/email-notifications/{notice}", tag = "Notifications",
    params(("notice" = String, Path, description = "Which notice.")), responses((status = 200, body = EmailNotification)))]
async fn detail(
    State(app): State<App>,
    Path(notice): Path<String>,
) -> Result<Json<EmailNotification>, Problem> {
    shown(&app, row(&notice)?).await.map(Json)
}

async fn run<T>(
    app: &App,
    notice: &str,
    what: EmailTemplateCommand,
    command: &Command<T>,
) -> Result<AcceptedAnswer, Problem> {
    let row = row(notice)?;
    let id = id_of(row.template);
    let facts = EmailTemplateFacts {
        notice: row.template.to_owned(),
        on_by_default: row.on,
        problems: match &what {
            EmailTemplateCommand::Change(text) => problems(row.notice, text),
            _ => vec![],
        },
    };
    let commands = &app.instance.commands;
    let accepted = commands
        .email_template(id, what, facts, &command.caller)
        .await?;
    Ok(done(id.0, accepted))
}

/// Changes what a mail says. A parameter that there is not is refused here, not when the mail is due.
#[utoipa::path(post, path = "/api/v1/email-notifications/{notice}/revise", tag = "Notifications",
    params(("notice" = String, Path, description = "Which notice.")), request_body = schema::EmailText,
    responses((status = 200, body = AcceptedBody)))]
async fn revise(
    State(app): State<App>,
    Path(notice): Path<String>,
    command: Command<EmailText>,
) -> Result<AcceptedAnswer, Problem> {
    let what = EmailTemplateCommand::Change(command.body.clone());
    run(&app, &notice, what, &command).await
}

/// Shows what a text would look like, filled with examples. Changes nothing.
#[utoipa::path(post, path = "/api/v1/email-notifications/{notice}/preview", tag = "Notifications",
    params(("notice" = String, Path, description = "Which notice.")), request_body = schema::EmailText,
    responses((status = 200, body = Preview)))]
async fn preview(
    Path(notice): Path<String>,
    command: Command<EmailText>,
) -> Result<Json<Preview>, Problem> {
    let row = row(&notice)?;
    let found = problems(row.notice, &command.body);
    if !found.is_empty() {
        let refusal = tenure_domain::email_template::EmailTemplateRefusal::Invalid(found);
        return Err(refusal.into());
    }
    let rendered = render_text(&command.body, &Facts::sample());
    let rendered = rendered.map_err(|error| {
        Problem::invalid("body", "malformed", format!("cannot be filled: {error}"))
    })?;
    Ok(Json(Preview {
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
    }))
}

/// Lets a mail say again what Tenure itself says.
#[utoipa::path(delete, path = "/api/v1/email-notifications/{notice}", tag = "Notifications",
    params(("notice" = String, Path, description = "Which notice.")), responses((status = 200, body = AcceptedBody)))]
async fn restore(
    State(app): State<App>,
    Path(notice): Path<String>,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    run(&app, &notice, EmailTemplateCommand::Restore, &command).await
}

/// Sends the mail from now on.
#[utoipa::path(post, path = "/api/v1/email-notifications/{notice}/enable", tag = "Notifications",
    params(("notice" = String, Path, description = "Which notice.")), request_body = Nothing,
    responses((status = 200, body = AcceptedBody)))]
async fn enable(
    State(app): State<App>,
    Path(notice): Path<String>,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    run(&app, &notice, EmailTemplateCommand::SwitchOn, &command).await
}

/// Sends the mail no more. What it would have said is in the inbox still.
#[utoipa::path(post, path = "/api/v1/email-notifications/{notice}/disable", tag = "Notifications",
    params(("notice" = String, Path, description = "Which notice.")), request_body = Nothing,
    responses((status = 200, body = AcceptedBody)))]
async fn disable(
    State(app): State<App>,
    Path(notice): Path<String>,
    command: Command<Nothing>,
) -> Result<AcceptedAnswer, Problem> {
    run(&app, &notice, EmailTemplateCommand::SwitchOff, &command).await
}
