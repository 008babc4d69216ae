//! `tenure inbox`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    table::print_items,
};
use crate::out;
use clap::Args;
use serde_json::json;

/// List what you were told
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  tenure inbox --unread\n  tenure inbox --read-all")]
pub(crate) struct InboxArgs {
    /// Only what you have not read
    #[arg(long)]
    unread: bool,
    /// About this kind of object: template, request, account or engine
    #[arg(long)]
    category: Option<String>,
    /// Mark everything that is listed as read
    #[arg(long)]
    read_all: bool,
    #[command(flatten)]
    common: Common,
}

pub(crate) async fn run(args: InboxArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    let mut query = vec![("limit", "500")];
    if args.unread {
        query.push(("unread", "true"));
    }
    query.extend(args.category.as_deref().map(|name| ("category", name)));
    let answer = connection.get("inbox", &query).await?;
    connection.show(&answer, |answer| {
        let columns = [
            ("AT", "at"),
            ("READ", "read"),
            ("ABOUT", "category"),
            ("NOTICE", "title"),
            ("OBJECT", "object"),
        ];
        print_items(answer, &columns);
    });
    if args.read_all {
        // Up to what was shown: what came meanwhile stays unread.
        let newest = answer["items"][0]["position"].as_u64().unwrap_or(0);
        let read = json!({"position": newest});
        connection.post("inbox/read-all", &read).await?;
        out::progress(format_args!("Marked as read."));
    }
    Ok(())
}
