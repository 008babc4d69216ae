//! What of `tenure audit as-of` is about work: campaigns, approvals and deputies, differences, removals, engines.

use super::{
    approval, campaign,
    connection::Connection,
    deputy, drift, engine,
    error::ClientError,
    list_export::ExportTo,
    lookup, removals,
    table::{print_fields, text},
};
use clap::Subcommand;
use serde_json::Value;

#[derive(Subcommand, Debug)]
pub(super) enum Work {
    /// How far a certification campaign was, and who reviewed how much
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 campaign Spring")]
    Campaign {
        /// Id, or name
        campaign: String,
    },
    /// Certification campaigns
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 campaigns --status open")]
    Campaigns {
        /// Only those that were this
        #[arg(long)]
        status: Option<campaign::Status>,
    },
    /// The accounts of a campaign: who reviewed each, what was said, and what had come of it
    #[command(
        after_help = "Example:\n  tenure audit as-of 2026-03-01 campaign-accounts Spring --standing ordered,failed"
    )]
    CampaignAccounts {
        /// Id, or name
        campaign: String,
        /// They stood like one of these, separated by commas
        #[arg(long)]
        standing: Option<String>,
    },
    /// The accounts that you were asked to review, of those that you may see
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 reviews")]
    Reviews {
        /// Of campaigns that were closed
        #[arg(long)]
        closed: bool,
    },
    /// The requests that waited for your approval, of those that you may see
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 approvals")]
    Approvals,
    /// Who decided in your name, and in whose name you did
    #[command(
        after_help = "Examples:\n  tenure audit as-of 2026-03-01 deputies\n  tenure audit as-of 2026-03-01 deputies --of anton@corp.example"
    )]
    Deputies {
        /// Somebody else's deputy, for administrators: an e-mail address or a name
        #[arg(long, value_name = "PERSON")]
        of: Option<String>,
    },
    /// What directories said of managed accounts otherwise than it was ordered
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 drift --field enabled")]
    Drift {
        #[command(flatten)]
        which: drift::Which,
        #[command(flatten)]
        to: ExportTo,
    },
    /// Removals of useless accounts of a domain
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 removals corp.example.com")]
    Removals {
        /// Id, or name
        domain: String,
    },
    /// An engine; its signs of life are not recorded
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 engine dc1-agent")]
    Engine {
        /// Id, or name
        engine: String,
    },
    /// All engines
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 engines")]
    Engines,
}

impl Work {
    /// Shows it, over a connection that asks how things were.
    pub(super) async fn show(self, connection: &Connection) -> Result<(), ClientError> {
        match self {
            Self::Campaign { campaign } => campaign::show(connection, &campaign).await,
            Self::Campaigns { status } => campaign::listed(connection, status).await,
            Self::CampaignAccounts { campaign, standing } => {
                campaign::accounts(connection, &campaign, standing.as_deref()).await
            }
            Self::Reviews { closed } => campaign::reviews(connection, closed).await,
            Self::Approvals => approval::waiting(connection).await,
            Self::Deputies { of: None } => deputy::own(connection).await,
            Self::Deputies { of: Some(person) } => {
                let id = lookup::user(connection, &person).await?;
                deputy::show(connection, &id).await
            }
            Self::Drift { which, to } => drift::list(connection, which, &to).await,
            Self::Removals { domain } => removals::list(connection, &domain).await,
            Self::Engine { engine } => {
                let id = lookup::engine(connection, &engine).await?;
                let answer = connection.get(&format!("engines/{id}"), &[]).await?;
                connection.show(&answer, one_engine);
                Ok(())
            }
            Self::Engines => {
                let answer = connection.get("engines", &[]).await?;
                connection.show(&answer, engine::listed);
                Ok(())
            }
        }
    }
}

fn one_engine(engine: &Value) {
    print_fields(&[
        ("Engine", text(engine, "name")),
        ("Id", text(engine, "id")),
        ("Domain", text(engine, "domain.name")),
        ("Standing", text(engine, "standing")),
        ("Enabled", text(engine, "enabled")),
        ("Out of reach", text(engine, "impaired.explanation")),
        ("Contact lost, last heard of", text(engine, "contact_lost")),
        ("Public key", text(engine, "public_key")),
    ]);
}
