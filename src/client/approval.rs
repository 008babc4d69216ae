//! `tenure approvals`, `tenure approve`, `tenure reject`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    lookup, request,
    request::Waiting,
    table::{print_items, text},
};
use clap::Args;
use serde_json::{Value, json};

/// List the requests that wait for your approval
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tenure approvals")]
pub(crate) struct ApprovalsArgs {
    #[command(flatten)]
    common: Common,
}

/// Approve the current step of requests
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure approve svc-backup --comment \"As agreed\"\n  tenure approve svc-a svc-b svc-c"
)]
pub(crate) struct ApproveArgs {
    /// Ids, or the accounts' names
    #[arg(required = true)]
    requests: Vec<String>,
    /// For the record
    #[arg(long)]
    comment: Option<String>,
    #[command(flatten)]
    waiting: Waiting,
    #[command(flatten)]
    common: Common,
}

/// Reject requests
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  tenure reject svc-backup --reason \"Use the existing account\""
)]
pub(crate) struct RejectArgs {
    /// Ids, or the accounts' names
    #[arg(required = true)]
    requests: Vec<String>,
    /// Why; the requester reads it
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

pub(crate) async fn approvals(args: ApprovalsArgs) -> Result<(), ClientError> {
    waiting(&Connection::signed_in(&args.common)?).await
}

/// Lists what waits for one's approval.
pub(super) async fn waiting(connection: &Connection) -> Result<(), ClientError> {
    let answer = connection.get("approvals", &[("limit", "500")]).await?;
    connection.show(&answer, |answer| {
        let columns = [
            ("REQUEST", "id"),
            ("NAME", "name"),
            ("STEP", "step"),
            ("REQUESTER", "requester.name"),
            ("TEMPLATE", "template.name"),
            ("WAITS SINCE", "waits_since"),
            ("WHY", "justification"),
        ];
        print_items(answer, &columns);
    });
    Ok(())
}

pub(crate) async fn approve(args: ApproveArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    let mut decision = json!({"decision": "approve"});
    if let Some(comment) = &args.comment {
        decision["comment"] = json!(comment);
    }
    decide(&connection, &args.requests, decision, Some(&args.waiting)).await
}

pub(crate) async fn reject(args: RejectArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    let decision = json!({"decision": "reject", "reason": args.reason});
    decide(&connection, &args.requests, decision, None).await
}

/// Decides on all of them: what is refused holds back no other, and is told at the end.
async fn decide(
    connection: &Connection,
    requests: &[String],
    mut decision: Value,
    waiting: Option<&Waiting>,
) -> Result<(), ClientError> {
    let mut ids = Vec::with_capacity(requests.len());
    for request in requests {
        ids.push(lookup::request(connection, request).await?);
    }
    decision["requests"] = json!(ids);
    let decided = connection.post("approvals/decide", &decision).await?;
    let mut refused = Vec::new();
    for item in decided["items"].as_array().into_iter().flatten() {
        let id = text(item, "id");
        if item["problem"].is_object() {
            refused.push(format!("{id}: {}", text(&item["problem"], "detail")));
        } else {
            request::finish(connection, &id, waiting).await?;
        }
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(ClientError::Usage(refused.join("\n")))
    }
}
