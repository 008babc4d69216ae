//! `tenure agent check`: can this engine reach its directory, and may its account do what orders will ask of it? Changes
//! nothing. The core asks a running engine the same (`tenure engine calibrate`), about the places of its templates.

use super::{AgentError, config::read};
use crate::out;
use clap::Args;
use serde_json::json;
use std::{collections::BTreeSet, path::PathBuf};
use tenure_domain::calibration::{
    AccountClass, DirectoryReach, FoundPlace, Grantee, PlaceUse, ReachedServer, Right, Standing,
    WantedPlace,
};
use tenure_engine_agent::{
    clock,
    config::DirectoryConfig,
    directory::{Directory as _, ldap::LdapDirectory},
};

/// Check what this engine can reach, and whether its account has the rights that orders need; changes nothing
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure agent check --config /etc/tenure-agent/agent.toml\n  tenure agent check --config agent.toml \\\n    \
    --ou \"OU=Service Accounts,DC=corp,DC=example,DC=com\" --attribute department --group \"CN=Batch,DC=corp,DC=example,DC=com\"\n\n\
    Ends with 1 if something is missing. Which attributes may be written is known where there is an account; whether\n\
    passwords may be reset is shown by the first order only."
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
    let base = config.base_dn.clone();
    let directory = LdapDirectory::new(engine.domain, config, clock::system());
    let directory = directory.map_err(|error| wrong(format!("engine.{error}")))?;
    let failed = |failure: tenure_domain::order::Failure| {
        let remedy = failure.reason.explanation();
        AgentError::Check(format!("{}\n  {remedy}", failure.detail))
    };
    directory.reachable().await.map_err(failed)?;
    let mut places = named_units(&args);
    if places.is_empty() {
        places = directory.usable_units(args.gmsa).await.map_err(failed)?;
        add_attributes(&mut places, &args.attributes);
    }
    let no_unit = places.is_empty();
    places.extend(args.groups.iter().map(|dn| WantedPlace {
        dn: dn.clone(),
        uses: BTreeSet::from([PlaceUse::Members]),
        attributes: Default::default(),
    }));
    let (reach, found) = directory.calibrate(&places).await;
    let server = match reach {
        DirectoryReach::Reached(server) => server,
        DirectoryReach::OutOfReach(failure) => return Err(failed(failure)),
    };
    let grantee = Grantee {
        account: &server.account,
        base_dn: &base,
    };
    let missing = missing(&server, &found, grantee);
    if args.json {
        let all = json!({ "directory": server, "places": found, "missing": missing });
        let text = serde_json::to_string_pretty(&all);
        let text = text.map_err(|error| AgentError::Check(error.to_string()))?;
        out::line(format_args!("{text}"));
    } else {
        print(&server, &base, &found, &missing);
    }
    let absent = found.iter().any(|place| place.failure.is_some());
    match missing.len() {
        0 if absent => Err(AgentError::Check("a place cannot be looked at".into())),
        0 if no_unit => Err(AgentError::Check(
            "there is no organisational unit in which accounts may be made: name those of your templates with --ou".into(),
        )),
        0 => Ok(()),
        1 => Err(AgentError::Check("one right is missing".into())),
        count => Err(AgentError::Check(format!("{count} rights are missing"))),
    }
}

fn named_units(args: &CheckArgs) -> Vec<WantedPlace> {
    let mut uses = BTreeSet::from([PlaceUse::Accounts]);
    if args.gmsa {
        uses.insert(PlaceUse::ManagedServiceAccounts);
    }
    let named = |dn: &String| WantedPlace {
        dn: dn.clone(),
        uses: uses.clone(),
        attributes: Default::default(),
    };
    let mut places = args.units.iter().map(named).collect::<Vec<_>>();
    add_attributes(&mut places, &args.attributes);
    places
}

fn add_attributes(places: &mut [WantedPlace], names: &[String]) {
    for place in places {
        if place.classes().contains(&AccountClass::User) {
            let known = place.attributes.entry(AccountClass::User).or_default();
            known.extend(names.iter().cloned());
        }
    }
}

/// A right that is missing, and what grants it.
#[derive(serde::Serialize)]
struct Missing {
    right: String,
    dsacls: Option<String>,
    powershell: Option<String>,
}

fn missing(server: &ReachedServer, found: &[FoundPlace], to: Grantee<'_>) -> Vec<Missing> {
    let lacks = |right: &Right, dn: &str| {
        let grant = right.grant(dn, to);
        Missing {
            right: right.words(dn),
            dsacls: grant.dsacls,
            powershell: grant.powershell,
        }
    };
    let mut missing = Vec::new();
    for place in found {
        let rights = place.rights.iter();
        let lacking = rights.filter(|found| found.standing == Standing::Missing);
        missing.extend(lacking.map(|found| lacks(&found.right, &place.dn)));
    }
    if server.deletions == Standing::Missing {
        missing.push(lacks(&Right::SeeDeletions, ""));
    }
    missing
}

fn print(server: &ReachedServer, base: &str, found: &[FoundPlace], missing: &[Missing]) {
    let line = |text: &str| {
        for part in text.lines() {
            out::line(format_args!("{}", crate::client::table::plain(part)));
        }
    };
    let host = server.host.as_deref().unwrap_or("an unnamed server");
    line(&format!(
        "{} signs in to {host} at {}, which holds {base}.",
        server.account, server.address
    ));
    for place in found {
        if let Some(failure) = &place.failure {
            line(&format!("NOT LOOKED AT: {}", failure.detail));
        }
        for found in &place.rights {
            let right = found.right.words(&place.dn);
            match found.standing {
                Standing::Granted => line(&format!("may {right}")),
                Standing::NoAccountYet => line(&format!(
                    "not known yet: {right}; there is none there, and the directory tells it of existing ones only"
                )),
                Standing::Missing => {}
            }
        }
    }
    for missing in missing {
        line(&format!(
            "MISSING: {}. A domain administrator grants it with:",
            missing.right
        ));
        let commands = [&missing.dsacls, &missing.powershell];
        for command in commands.into_iter().flatten() {
            for part in command.lines() {
                line(&format!("    {part}"));
            }
        }
    }
}
