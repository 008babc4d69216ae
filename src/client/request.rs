//! `tenure request`: asking for accounts.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    list_export::ExportTo,
    lookup,
    request_create::{self, CreateArgs},
    request_edit::{self, EditArgs},
    request_shown,
    table::{print_items, text},
    watch,
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::time::Duration;

/// Ask for accounts, and see where requests stand
#[derive(Args, Debug)]
pub(crate) struct RequestArgs {
    #[command(subcommand)]
    command: RequestCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum RequestCommand {
    /// Check whether an account by this template can have a name: nothing is reserved
    #[command(
        after_help = "Example:\n  tenure request check-name svc-backup --template \"Service account\""
    )]
    CheckName {
        /// As you would ask for it
        name: String,
        /// Name of the template
        #[arg(long)]
        template: String,
    },
    Create(Box<CreateArgs>),
    Edit(Box<EditArgs>),
    /// List requests
    #[command(
        after_help = "Examples:\n  tenure request list --mine --status submitted,failed\n  tenure request list --export requests.csv"
    )]
    List {
        /// Only your own
        #[arg(long)]
        mine: bool,
        /// One of these statuses, separated by commas
        #[arg(long)]
        status: Option<String>,
        /// Names that begin like this
        #[arg(long)]
        search: Option<String>,
        #[command(flatten)]
        to: ExportTo,
    },
    /// Show a request: where it stands, who holds it, what was said
    #[command(after_help = "Example:\n  tenure request show svc-backup")]
    Show {
        /// Id, or the account's name
        request: String,
    },
    /// Submit a draft
    #[command(after_help = "Example:\n  tenure request submit svc-backup --wait")]
    Submit {
        /// Id, or the account's name
        request: String,
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Answer the question of an approver
    #[command(
        after_help = "Example:\n  tenure request answer svc-backup --answer \"The two file servers\""
    )]
    Answer {
        /// Id, or the account's name
        request: String,
        /// What you say
        #[arg(long)]
        answer: String,
    },
    /// Ask the requester for information before deciding
    #[command(
        after_help = "Example:\n  tenure request ask svc-backup --question \"Which servers?\""
    )]
    Ask {
        /// Id, or the account's name
        request: String,
        /// What you need to know
        #[arg(long)]
        question: String,
    },
    /// Approve the current step as an administrator, in place of its approvers
    #[command(
        after_help = "Example:\n  tenure request override svc-backup --reason \"All approvers are ill\""
    )]
    Override {
        /// Id, or the account's name
        request: String,
        /// Why; the requester and all administrators read it
        #[arg(long)]
        reason: String,
    },
    /// Draft a request with the same content
    #[command(after_help = "Example:\n  tenure request clone svc-backup --name svc-backup-2")]
    Clone {
        /// Id, or the account's name
        request: String,
        /// Name of the new account
        #[arg(long)]
        name: Option<String>,
    },
    /// Take a request back before it is approved, or after it failed
    #[command(after_help = "Example:\n  tenure request withdraw svc-backup")]
    Withdraw {
        /// Id, or the account's name
        request: String,
    },
    /// Make a rejected or withdrawn request a draft again
    #[command(after_help = "Example:\n  tenure request reopen svc-backup")]
    Reopen {
        /// Id, or the account's name
        request: String,
    },
    /// Try a failed request once more
    #[command(after_help = "Example:\n  tenure request retry svc-backup --wait")]
    Retry {
        /// Id, or the account's name
        request: String,
        #[command(flatten)]
        waiting: Waiting,
    },
}

/// Waiting for the directory.
#[derive(Args, Debug)]
pub(crate) struct Waiting {
    /// Wait until the directory is as wanted
    #[arg(long)]
    pub(crate) wait: bool,
    /// For at most so many seconds
    #[arg(long, default_value_t = 600)]
    pub(crate) timeout: u64,
}

impl Waiting {
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

pub(crate) async fn run(args: RequestArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        RequestCommand::CheckName { name, template } => {
            request_create::check_name(&connection, &name, &template).await
        }
        RequestCommand::Create(args) => request_create::create(&connection, *args).await,
        RequestCommand::Edit(args) => request_edit::edit(&connection, *args).await,
        RequestCommand::List {
            mine,
            status,
            search,
            to,
        } => list(&connection, mine, status, search, &to).await,
        RequestCommand::Show { request } => {
            let id = lookup::request(&connection, &request).await?;
            let answer = connection.get(&format!("requests/{id}"), &[]).await?;
            connection.show(&answer, request_shown::show);
            Ok(())
        }
        RequestCommand::Submit { request, waiting } => {
            act(&connection, &request, "submit", Some(&waiting)).await
        }
        RequestCommand::Answer { request, answer } => {
            tell(&connection, &request, "answer", &json!({"answer": answer})).await
        }
        RequestCommand::Ask { request, question } => {
            tell(&connection, &request, "ask", &json!({"question": question})).await
        }
        RequestCommand::Override { request, reason } => {
            tell(
                &connection,
                &request,
                "override",
                &json!({"reason": reason}),
            )
            .await
        }
        RequestCommand::Clone { request, name } => clone(&connection, &request, name).await,
        RequestCommand::Withdraw { request } => act(&connection, &request, "withdraw", None).await,
        RequestCommand::Reopen { request } => act(&connection, &request, "reopen", None).await,
        RequestCommand::Retry { request, waiting } => {
            act(&connection, &request, "retry", Some(&waiting)).await
        }
    }
}

async fn clone(
    connection: &Connection,
    request: &str,
    name: Option<String>,
) -> Result<(), ClientError> {
    let id = lookup::request(connection, request).await?;
    let drafted = connection
        .post(&format!("requests/{id}/clone"), &json!({}))
        .await?;
    let id = text(&drafted, "id");
    if let Some(name) = name {
        let path = format!("requests/{id}");
        let mut content = connection.get(&path, &[]).await?["content"].take();
        content["name"] = json!(name);
        connection.post(&format!("{path}/revise"), &content).await?;
    }
    finish(connection, &id, None).await
}

/// Submits a draft; where that is refused, the draft stays and the person is told.
pub(crate) async fn submit(connection: &Connection, id: &str) -> Result<(), ClientError> {
    let submitted = connection
        .post(&format!("requests/{id}/submit"), &json!({}))
        .await;
    if submitted.is_err() {
        out::progress(format_args!(
            "The draft {id} was kept: change it with tenure request edit {id}"
        ));
    }
    submitted.map(drop)
}

async fn tell(
    connection: &Connection,
    request: &str,
    what: &str,
    body: &Value,
) -> Result<(), ClientError> {
    let id = lookup::request(connection, request).await?;
    connection
        .post(&format!("requests/{id}/{what}"), body)
        .await?;
    finish(connection, &id, None).await
}

async fn act(
    connection: &Connection,
    request: &str,
    what: &str,
    waiting: Option<&Waiting>,
) -> Result<(), ClientError> {
    let id = lookup::request(connection, request).await?;
    connection
        .post(&format!("requests/{id}/{what}"), &json!({}))
        .await?;
    finish(connection, &id, waiting).await
}

/// Shows where the request stands, after waiting for it if asked.
pub(crate) async fn finish(
    connection: &Connection,
    id: &str,
    waiting: Option<&Waiting>,
) -> Result<(), ClientError> {
    let answer = match waiting.filter(|waiting| waiting.wait) {
        Some(waiting) => watch::request(connection, id, waiting.patience()).await?,
        None => connection.get(&format!("requests/{id}"), &[]).await?,
    };
    connection.show(&answer, |request| {
        let step = current_step(request)
            .map(|step| format!(", waits for \"{}\"", text(step, "name")))
            .unwrap_or_default();
        let name = text(&request["content"], "name");
        out::line(format_args!(
            "{} {name}: {}{step}",
            text(request, "id"),
            text(request, "status")
        ));
    });
    Ok(())
}

pub(super) async fn list(
    connection: &Connection,
    mine: bool,
    status: Option<String>,
    search: Option<String>,
    to: &ExportTo,
) -> Result<(), ClientError> {
    let mut query = vec![("limit", "500")];
    if mine {
        query.push(("mine", "true"));
    }
    query.extend(status.as_deref().map(|status| ("status", status)));
    query.extend(search.as_deref().map(|search| ("search", search)));
    if to.done(connection, "requests/export", &query).await? {
        return Ok(());
    }
    let answer = connection.get("requests", &query).await?;
    connection.show(&answer, |answer| {
        let columns = [
            ("ID", "id"),
            ("NAME", "name"),
            ("STATUS", "status"),
            ("HELD BY", "held_by.kind"),
            ("STEP", "held_by.step"),
            ("SINCE", "held_by.since"),
            ("REQUESTER", "requester.name"),
            ("TEMPLATE", "template.name"),
        ];
        print_items(answer, &columns);
    });
    Ok(())
}

fn current_step(request: &Value) -> Option<&Value> {
    request["steps"]
        .as_array()?
        .iter()
        .find(|step| step["current"] == true)
}
