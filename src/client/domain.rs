//! `tenure domain`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    followed,
    list_export::ExportTo,
    lookup, removals, sync,
    table::{print_items, text},
    unmanaged,
};
use crate::out;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

/// Keep domains: the external directories
#[derive(Args, Debug)]
pub(crate) struct DomainArgs {
    #[command(subcommand)]
    command: DomainCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum DomainCommand {
    /// Make a domain known
    #[command(
        after_help = "Example:\n  tenure domain create --name corp.example.com --base-dn DC=corp,DC=example,DC=com"
    )]
    Create {
        /// DNS name
        #[arg(long)]
        name: String,
        /// Naming context
        #[arg(long)]
        base_dn: String,
        /// What kind of directory
        #[arg(long, value_enum, default_value_t = Kind::ActiveDirectory)]
        kind: Kind,
    },
    /// Take no new requests for a domain
    #[command(after_help = "Example:\n  tenure domain disable corp.example.com")]
    Disable {
        /// Id or name
        domain: String,
    },
    /// Take requests for a domain again
    #[command(after_help = "Example:\n  tenure domain enable corp.example.com")]
    Enable {
        /// Id or name
        domain: String,
    },
    /// Read a domain now, and wait until it was read
    #[command(
        after_help = "Examples:\n  tenure domain sync corp.example.com\n  tenure domain sync corp.example.com --full --no-wait"
    )]
    Sync {
        /// Id or name
        domain: String,
        /// All of it, not only what changed
        #[arg(long)]
        full: bool,
        /// Only ask for it
        #[arg(long)]
        no_wait: bool,
    },
    /// Show how reading a domain stands
    #[command(after_help = "Example:\n  tenure domain sync-status corp.example.com")]
    SyncStatus {
        /// Id or name
        domain: String,
    },
    /// Plan when a domain is read; what is not given stays
    #[command(
        after_help = "Example:\n  tenure domain sync-plan corp.example.com --changes-every 15 --full-every 24"
    )]
    SyncPlan(sync::PlanArgs),
    /// Show which groups of a domain make users, who is held, and who cannot come
    #[command(after_help = "Example:\n  tenure domain people corp.example.com")]
    People {
        /// Id or name
        domain: String,
    },
    /// Show whom groups of a domain would bring, and who would leave, before they are followed
    #[command(
        after_help = "Example:\n  tenure domain people-preview corp.example.com --group Staff --group \"Backup team\""
    )]
    PeoplePreview {
        /// Id or name
        domain: String,
        /// A group of the directory, with groups in it; may be given several times
        #[arg(long = "group", value_name = "NAME", required = true)]
        groups: Vec<String>,
    },
    /// Choose groups of a domain whose members are users; what is not given stays
    #[command(
        after_help = "Examples:\n  tenure domain people-plan corp.example.com --group Staff --group \"Backup team=Owners\"\n  \
        tenure domain people-plan corp.example.com --most-at-once 100 --most-per-cent 5"
    )]
    PeoplePlan(followed::FollowArgs),
    /// Let those come and leave who are held since they are many
    #[command(
        after_help = "Example:\n  tenure domain people-allow corp.example.com --reason \"The branch in Bern was closed\""
    )]
    PeopleAllow {
        /// Id or name
        domain: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// List accounts that look like service accounts and are managed by nobody, the riskiest first
    #[command(
        after_help = "Examples:\n  tenure domain unmanaged corp.example.com --risk high,medium\n  \
        tenure domain unmanaged corp.example.com --export unmanaged.csv"
    )]
    Unmanaged {
        #[command(flatten)]
        which: unmanaged::UnmanagedArgs,
        #[command(flatten)]
        to: ExportTo,
    },
    /// Import unmanaged accounts into a template: they become managed where they are and as they are
    #[command(
        after_help = "Examples:\n  tenure domain import corp.example.com --template \"Service account\" --period \"1 year\" \\\n    \
        --owner rosa@corp.example.com --reason \"Found in the audit\" svc-backup svc-scan\n  tenure domain import … --risk high --all"
    )]
    Import(unmanaged::ImportArgs),
    /// Remove useless unmanaged accounts: disabled now, deleted when the grace is over
    #[command(
        after_help = "Example:\n  tenure domain remove corp.example.com --grace-days 60 --reason \"Unused since 2021\" --confirm 2 svc-old svc-older"
    )]
    Remove(removals::RemoveArgs),
    /// List removals of useless accounts: since when, by whom, why, and what becomes of them
    #[command(after_help = "Example:\n  tenure domain removals corp.example.com")]
    Removals {
        /// Id or name
        domain: String,
    },
    /// Cancel the removal of accounts: they are as they were found again, and unmanaged
    #[command(
        after_help = "Example:\n  tenure domain keep corp.example.com --reason \"The plant in Linz uses it\" svc-old"
    )]
    Keep(removals::KeepArgs),
    /// List domains
    #[command(after_help = "Example:\n  tenure domain list")]
    List,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Kind {
    ActiveDirectory,
    Sandbox,
}

pub(crate) async fn run(args: DomainArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        DomainCommand::Create {
            name,
            base_dn,
            kind,
        } => {
            let kind = match kind {
                Kind::ActiveDirectory => "active-directory",
                Kind::Sandbox => "sandbox",
            };
            let answer = connection
                .post(
                    "domains",
                    &json!({"name": name, "base_dn": base_dn, "kind": kind}),
                )
                .await?;
            connection.show(&answer, |answer| {
                out::line(format_args!("{name}: {}", text(answer, "id")))
            });
        }
        DomainCommand::Disable { domain } => {
            let id = lookup::domain(&connection, &domain).await?;
            connection.tell(&format!("domains/{id}/disable")).await?;
        }
        DomainCommand::Enable { domain } => {
            let id = lookup::domain(&connection, &domain).await?;
            connection.tell(&format!("domains/{id}/enable")).await?;
        }
        DomainCommand::Sync {
            domain,
            full,
            no_wait,
        } => sync::synchronise(&connection, &domain, full, no_wait).await?,
        DomainCommand::SyncStatus { domain } => sync::status(&connection, &domain).await?,
        DomainCommand::SyncPlan(args) => sync::plan(&connection, args).await?,
        DomainCommand::People { domain } => followed::show(&connection, &domain).await?,
        DomainCommand::PeoplePreview { domain, groups } => {
            followed::preview(&connection, &domain, &groups).await?;
        }
        DomainCommand::PeoplePlan(args) => followed::plan(&connection, args).await?,
        DomainCommand::PeopleAllow { domain, reason } => {
            followed::allow(&connection, &domain, &reason).await?;
        }
        DomainCommand::Unmanaged { which, to } => {
            unmanaged::list(&connection, which, &to).await?;
        }
        DomainCommand::Import(args) => unmanaged::import(&connection, args).await?,
        DomainCommand::Remove(args) => removals::remove(&connection, args).await?,
        DomainCommand::Removals { domain } => removals::list(&connection, &domain).await?,
        DomainCommand::Keep(args) => removals::keep(&connection, args).await?,
        DomainCommand::List => {
            let answer = connection.get("domains", &[]).await?;
            connection.show(&answer, |answer| {
                print_items(
                    answer,
                    &[
                        ("NAME", "name"),
                        ("KIND", "kind"),
                        ("BASE DN", "base_dn"),
                        ("ENABLED", "enabled"),
                        ("ID", "id"),
                    ],
                );
            });
        }
    }
    Ok(())
}
