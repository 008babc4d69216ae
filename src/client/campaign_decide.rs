//! `tenure campaign decide` and `reassign`: what reviewers say.

use super::{
    campaign::all,
    connection::Connection,
    error::ClientError,
    lookup,
    table::{print, text},
    unmanaged::outcome,
};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

/// Accounts of one call.
const PAGE: usize = 500;

/// Say of accounts that you are asked to review whether they are needed
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure campaign decide keep svc-backup svc-erp\n  tenure campaign decide revoke svc-old --reason \"Switched off in May\""
)]
pub(crate) struct DecideArgs {
    /// What
    decision: Decision,
    /// Why; needed unless they are kept
    #[arg(long, default_value = "")]
    reason: String,
    /// Only of this campaign: id or name
    #[arg(long)]
    campaign: Option<String>,
    /// Names of accounts
    #[arg(required = true)]
    accounts: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Decision {
    /// It is needed as it is
    Keep,
    /// It is not: it is disabled
    Revoke,
    /// Somebody else has to say
    DoNotKnow,
}

/// Hand reviews of yours to somebody else; those who run a campaign name it, and hand over any of it
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  tenure campaign reassign svc-backup --to rosa@corp.example.com --reason \"She runs it now\""
)]
pub(crate) struct ReassignArgs {
    /// Who reviews them: a person, or group:NAME
    #[arg(long)]
    to: String,
    /// Why
    #[arg(long)]
    reason: String,
    /// Any account of this campaign: id or name
    #[arg(long)]
    campaign: Option<String>,
    /// Names of accounts
    #[arg(required = true)]
    accounts: Vec<String>,
}

/// Decides.
pub(crate) async fn decide(connection: &Connection, args: DecideArgs) -> Result<(), ClientError> {
    let (decision, done) = match args.decision {
        Decision::Keep => ("keep", "is kept"),
        Decision::Revoke => ("revoke", "is revoked"),
        Decision::DoNotKnow => ("do-not-know", "is asked of somebody else too"),
    };
    let mut query = vec![("standing", "open,unknown,kept".to_owned())];
    if let Some(campaign) = &args.campaign {
        query.push(("campaign", lookup::campaign(connection, campaign).await?));
    }
    let query: Vec<_> = query
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let found = all(connection, "reviews", &query).await?;
    let body = json!({"decision": decision, "reason": args.reason});
    let chosen = named(&found, &args.accounts)?;
    give(connection, "reviews/decide", &chosen, body, done).await
}

/// Hands over.
pub(crate) async fn reassign(
    connection: &Connection,
    args: ReassignArgs,
) -> Result<(), ClientError> {
    let path = match &args.campaign {
        Some(campaign) => {
            let id = lookup::campaign(connection, campaign).await?;
            format!("campaigns/{id}/reviews")
        }
        None => "reviews".to_owned(),
    };
    let found = all(connection, &path, &[]).await?;
    let to = lookup::owner(connection, &args.to).await?;
    let body = json!({"to": to, "reason": args.reason});
    let chosen = named(&found, &args.accounts)?;
    give(
        connection,
        "reviews/reassign",
        &chosen,
        body,
        "is handed over",
    )
    .await
}

/// All that are called so: in several campaigns, or in several domains.
fn named<'a>(found: &'a [Value], names: &[String]) -> Result<Vec<&'a Value>, ClientError> {
    let mut chosen = Vec::new();
    for name in names {
        let before = chosen.len();
        let is = |item: &&Value| text(item, "name").eq_ignore_ascii_case(name);
        chosen.extend(found.iter().filter(is));
        if chosen.len() == before {
            let problem = format!("{name}: there is no such account to review");
            return Err(ClientError::Usage(problem));
        }
    }
    Ok(chosen)
}

async fn give(
    connection: &Connection,
    path: &str,
    chosen: &[&Value],
    body: Value,
    done: &str,
) -> Result<(), ClientError> {
    let (mut items, mut refused) = (Vec::new(), 0);
    for part in chosen.chunks(PAGE) {
        let mut body = body.clone();
        body["reviews"] = part.iter().map(|review| review["id"].clone()).collect();
        let mut answer = connection.post(path, &body).await?;
        refused += answer["refused"].as_u64().unwrap_or_default();
        let part = answer["items"].as_array_mut().map(std::mem::take);
        items.extend(part.unwrap_or_default());
    }
    connection.show(&Value::Array(items), |items| {
        let name = |id: &str| {
            let known = chosen.iter().find(|review| text(review, "id") == id);
            known.map(|review| text(review, "name")).unwrap_or_default()
        };
        let rows = items.as_array().into_iter().flatten();
        let rows: Vec<_> = rows
            .map(|item| vec![name(&text(item, "review")), outcome(item, done)])
            .collect();
        print(&["ACCOUNT", "RESULT"], &rows);
    });
    match refused {
        0 => Ok(()),
        refused => Err(ClientError::Outcome(format!("refused: {refused}"))),
    }
}
