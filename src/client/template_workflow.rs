//! What becomes of a template: its versions, compared, approved by a second person, published, withdrawn from use.

use super::{connection::Connection, error::ClientError, lookup, table::print_items};
use crate::out;
use clap::Subcommand;
use serde_json::{Value, json};

#[derive(Subcommand, Debug)]
pub(super) enum Workflow {
    /// List a template's versions
    #[command(after_help = "Example:\n  tenure template versions \"Service account\"")]
    Versions {
        /// Id or name
        template: String,
    },
    /// Say what two versions say otherwise; by themselves, what publishing the draft would change
    #[command(
        after_help = "Example:\n  tenure template compare \"Service account\" --from 1 --to 3"
    )]
    Compare {
        /// Id or name
        template: String,
        /// The older one
        #[arg(long)]
        from: Option<u32>,
        /// The newer one
        #[arg(long)]
        to: Option<u32>,
    },
    /// Submit the draft for approval by somebody else
    #[command(after_help = "Example:\n  tenure template submit \"Service account\"")]
    Submit {
        /// Id or name
        template: String,
    },
    /// Publish the draft, which approves it where somebody else submitted it
    #[command(after_help = "Example:\n  tenure template publish \"Service account\"")]
    Publish {
        /// Id or name
        template: String,
    },
    /// Give a submitted draft back to its authors
    #[command(
        after_help = "Example:\n  tenure template return \"Service account\" --reason \"The retirement OU is not ours\""
    )]
    Return {
        /// Id or name
        template: String,
        /// Why; its authors read it
        #[arg(long)]
        reason: String,
    },
    /// Let no version serve until one is published again
    #[command(after_help = "Example:\n  tenure template unpublish \"Service account\"")]
    Unpublish {
        /// Id or name
        template: String,
    },
    /// Take no new requests
    #[command(after_help = "Example:\n  tenure template disable \"Service account\"")]
    Disable {
        /// Id or name
        template: String,
    },
    /// Take requests again
    #[command(after_help = "Example:\n  tenure template enable \"Service account\"")]
    Enable {
        /// Id or name
        template: String,
    },
}

pub(super) async fn run(connection: &Connection, what: Workflow) -> Result<(), ClientError> {
    let (template, step, body) = match what {
        Workflow::Versions { template } => {
            let id = lookup::template(connection, &template).await?;
            let path = format!("templates/{id}/versions");
            let answer = connection.get(&path, &[]).await?;
            connection.show(&answer, |answer| {
                let columns = [
                    ("VERSION", "version"),
                    ("STATUS", "status"),
                    ("PUBLISHED (UTC)", "published_at"),
                ];
                print_items(answer, &columns);
            });
            return Ok(());
        }
        Workflow::Compare { template, from, to } => {
            let id = lookup::template(connection, &template).await?;
            let (from, to) = (
                from.map(|version| version.to_string()),
                to.map(|version| version.to_string()),
            );
            let mut query: Vec<(&str, &str)> = Vec::new();
            query.extend(from.as_deref().map(|version| ("from", version)));
            query.extend(to.as_deref().map(|version| ("to", version)));
            let answer = connection
                .get(&format!("templates/{id}/compare"), &query)
                .await?;
            connection.show(&answer, show_differences);
            return Ok(());
        }
        Workflow::Submit { template } => (template, "submit", json!({})),
        Workflow::Publish { template } => (template, "publish", json!({})),
        Workflow::Return { template, reason } => (template, "return", json!({"reason": reason})),
        Workflow::Unpublish { template } => (template, "unpublish", json!({})),
        Workflow::Disable { template } => (template, "disable", json!({})),
        Workflow::Enable { template } => (template, "enable", json!({})),
    };
    let id = lookup::template(connection, &template).await?;
    let answer = connection
        .post(&format!("templates/{id}/{step}"), &body)
        .await?;
    connection.show(&answer, |_| out::line(format_args!("Done.")));
    Ok(())
}

fn show_differences(comparison: &Value) {
    out::line(format_args!(
        "Version {} compared with {}",
        comparison["to"], comparison["from"]
    ));
    let columns = [("FIELD", "field"), ("BEFORE", "before"), ("AFTER", "after")];
    print_items(comparison, &columns);
}
