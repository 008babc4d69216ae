//! `tenure agent check`: can this engine reach its directory, and may its account do what orders will ask of it? Changes
//! nothing.

use super::{AgentError, config::read};
use crate::out;
use clap::Args;
use std::path::PathBuf;
use tenure_engine_agent::{
    clock,
    config::DirectoryConfig,
    directory::{
        Directory as _,
        ldap::{LdapDirectory, Rights, RightsWanted},
    },
};

/// Check what this engine can reach, and whether its account has the rights that orders need; changes nothing
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure agent check --config /etc/tenure-agent/agent.toml\n  tenure agent check --config agent.toml \\\n    \
    --ou \"OU=Service Accounts,DC=corp,DC=example,DC=com\" --attribute department --group \"CN=Batch,DC=corp,DC=example,DC=com\"\n\n\
    Ends with 1 if something is missing. Whether passwords may be reset is shown by the first order only."
)]
pub(super) struct CheckArgs {
    /// Configuration file (TOML), as `tenure agent enrol` writes it
    #[arg(long)]
    config: PathBuf,
    /// An organisational unit that templates name; all in which accounts may be made, if none is given
    #[arg(long = "ou", value_name = "DN")]
    units: Vec<String>,
    /// A group that templates name
    #[arg(long = "group", value_name = "DN")]
    groups: Vec<String>,
    /// An attribute that templates name
    #[arg(long = "attribute", value_name = "NAME")]
    attributes: Vec<String>,
    /// Templates make group managed service accounts: look at the rights for those too
    #[arg(long)]
    gmsa: bool,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: CheckArgs) -> Result<(), AgentError> {
    let wrong = |problem: String| AgentError::config(&args.config, problem);
    let engine = read(&args.config)?.engine;
    engine
        .vault
        .open()
        .map_err(|error| wrong(format!("engine.{error}")))?;
    let DirectoryConfig::ActiveDirectory(config) = engine.directory else {
        out::line(format_args!("A sandbox: everything is allowed in it."));
        return Ok(());
    };
    let (address, base) = (config.address.clone(), config.base_dn.clone());
    let directory = LdapDirectory::new(engine.domain, config, clock::system());
    let directory = directory.map_err(|error| wrong(format!("engine.{error}")))?;
    let failed = |failure: tenure_domain::order::Failure| {
        let remedy = failure.reason.explanation();
        AgentError::Check(format!("{}\n  {remedy}", failure.detail))
    };
    directory.reachable().await.map_err(failed)?;
    let wanted = RightsWanted {
        units: args.units,
        groups: args.groups,
        attributes: args.attributes,
        managed_service_accounts: args.gmsa,
    };
    let rights = directory.rights(&wanted).await.map_err(failed)?;
    if args.json {
        let text = serde_json::to_string_pretty(&rights);
        let text = text.map_err(|error| AgentError::Check(error.to_string()))?;
        out::line(format_args!("{text}"));
    } else {
        print(&rights, &address, &base);
    }
    match rights.missing.len() {
        0 if rights.units.is_empty() => Err(AgentError::Check(
            "there is no organisational unit in which accounts may be made: name those of your templates with --ou".into(),
        )),
        0 => Ok(()),
        1 => Err(AgentError::Check("one right is missing".into())),
        count => Err(AgentError::Check(format!("{count} rights are missing"))),
    }
}

fn print(rights: &Rights, address: &str, base: &str) {
    let line = |text: String| out::line(format_args!("{}", crate::client::table::plain(&text)));
    line(format!(
        "{} signs in to {address}, which holds {base}.",
        rights.account
    ));
    for unit in &rights.units {
        let may = match (unit.creates_users, unit.creates_managed_service_accounts) {
            (true, true) => "accounts and group managed service accounts may be made",
            (true, false) => "accounts may be made",
            (false, true) => "only group managed service accounts may be made",
            (false, false) => "nothing may be made",
        };
        let looked = match &unit.looked_at {
            Some(account) => format!("attributes looked at with {account}"),
            None => "no account there yet, so its attributes cannot be looked at".to_owned(),
        };
        line(format!("{}: {may}; {looked}.", unit.dn));
    }
    for group in &rights.groups {
        let may = if group.changes_members {
            "may"
        } else {
            "may not"
        };
        line(format!("{}: members {may} be changed.", group.dn));
    }
    for missing in &rights.missing {
        line(format!(
            "MISSING: {}. A domain administrator grants it with:",
            missing.right
        ));
        line(format!("    {}", missing.grant));
    }
}
