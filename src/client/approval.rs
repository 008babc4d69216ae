//! `tenure approvals`, `tenure approve`, `tenure reject`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    lookup, request,
    request::Waiting,
    table::print_items,
};
use clap::Args;
use serde_json::json;

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
    let connection = Connection::signed_in(&args.common)?;
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
    for request in &args.requests {
        let id = lookup::request(&connection, request).await?;
        connection
            .post(
                &format!("requests/{id}/approve"),
                &json!({"comment": args.comment}),
            )
            .await?;
        request::finish(&connection, &id, Some(&args.waiting)).await?;
    }
    Ok(())
}

pub(crate) async fn reject(args: RejectArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    for request in &args.requests {
        let id = lookup::request(&connection, request).await?;
        connection
            .post(
                &format!("requests/{id}/reject"),
                &json!({"reason": args.reason}),
            )
            .await?;
        request::finish(&connection, &id, None).await?;
    }
    Ok(())
}
