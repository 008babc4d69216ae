//! `tenure discover`: which accounts of a domain look like service accounts that nobody manages. Needs no instance of
//! Tenure, and changes nothing.

use crate::{client::table, out};
use clap::Args;
use std::path::PathBuf;
use tenure_domain::DomainId;
use tenure_engine_agent::{
    clock,
    config::{ConfigError, LdapConfig},
    directory::ldap::LdapDirectory,
    discovery::{self, Criteria, Findings, Risk},
    vault::SHORTEST_PASSWORD,
};
use uuid::Uuid;

/// Find service accounts of an Active Directory domain that nobody manages, riskiest first; changes nothing
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  tenure discover --ldaps dc1.corp.example.com --domain corp.example.com \\\n    \
    --user reader@corp.example.com --password-file reader.pass --html findings.html --csv findings.csv\n\n\
    Any account of the domain may read what this needs. Signals carry ids of the OWASP Non-Human Identities Top 10."
)]
pub(crate) struct DiscoverArgs {
    /// Domain controller: host or host:port; the port of LDAPS is 636
    #[arg(long, value_name = "HOST[:PORT]")]
    ldaps: String,
    /// DNS name of the domain
    #[arg(long)]
    domain: String,
    /// Look only below this distinguished name; the whole domain if not given
    #[arg(long, value_name = "DN")]
    base: Option<String>,
    /// Name that the certificate must carry, if it is not the host's
    #[arg(long, value_name = "HOST")]
    certificate_name: Option<String>,
    /// Certificates (PEM) to trust instead of the platform's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Who signs in: name@domain, DOMAIN\name or a distinguished name
    #[arg(long)]
    user: String,
    /// File with the password
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
    /// Names of service accounts, `*` first or last for anything; instead of the usual ones; may be given several times
    #[arg(long = "name", value_name = "PATTERN")]
    names: Vec<String>,
    /// From how many days on a password is old
    #[arg(long, default_value_t = 365, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(1..))]
    old_password: i64,
    /// From how many days on an account is unused
    #[arg(long, default_value_t = 90, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(15..))]
    unused: i64,
    /// Attribute that engines keep order numbers in: who has one is managed
    #[arg(long, value_name = "ATTRIBUTE", default_value = "adminDescription")]
    fence_attribute: String,
    /// Write a report for a browser
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write a report for a spreadsheet
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
}

/// Why nothing was found out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DiscoverError {
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("{0}")]
    Directory(String),
    #[error("{}: {error}", file.display())]
    File {
        file: PathBuf,
        error: std::io::Error,
    },
    #[error("the report: {0}")]
    Report(Box<dyn std::error::Error + Send + Sync>),
}

impl DiscoverError {
    /// Is it what was asked for?
    pub(crate) fn is_configuration(&self) -> bool {
        matches!(self, Self::Config(_))
    }
}

/// Looks, and tells.
pub(crate) async fn run(args: DiscoverArgs) -> Result<(), DiscoverError> {
    let mut criteria = Criteria {
        old_password_days: args.old_password,
        unused_days: args.unused,
        ..Criteria::default()
    };
    if !args.names.is_empty() {
        criteria.name_patterns.clone_from(&args.names);
    }
    let directory = LdapDirectory::new(DomainId(Uuid::nil()), connection(&args), clock::system())?;
    let findings = directory
        .discover(&criteria, |read| {
            out::progress(format_args!("accounts looked at: {read}"));
        })
        .await
        .map_err(|failure| DiscoverError::Directory(with_remedy(failure.detail)))?;
    if let Some(file) = args.html {
        let page = discovery::html(&findings).map_err(|e| DiscoverError::Report(e.into()))?;
        write(file, &page)?;
    }
    if let Some(file) = args.csv {
        write(file, &discovery::csv(&findings))?;
    }
    if args.json {
        let text = serde_json::to_string_pretty(&findings)
            .map_err(|error| DiscoverError::Report(error.into()))?;
        out::line(format_args!("{text}"));
    } else {
        print(&findings);
    }
    Ok(())
}

/// What to do about it, where the words do not say so.
fn with_remedy(detail: String) -> String {
    let remedies = [
        (
            "UnknownIssuer",
            "The domain controller's certificate is signed by nobody that is trusted here: give the signer's certificate \
             with --ca-file.",
        ),
        (
            "NotValidForName",
            "The domain controller's certificate is for another name: give that name with --certificate-name.",
        ),
        ("data 52e", "The name or the password is wrong."),
        (
            "does not hold",
            "Is --domain the domain's DNS name, and is --base below it?",
        ),
    ];
    match remedies.iter().find(|(words, _)| detail.contains(words)) {
        Some((_, remedy)) => format!("{detail}\n  {remedy}"),
        None => detail,
    }
}

fn connection(args: &DiscoverArgs) -> LdapConfig {
    let (host, address) = match args.ldaps.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => (host, args.ldaps.clone()),
        _ => (args.ldaps.as_str(), format!("{}:636", args.ldaps)),
    };
    let base = || {
        let parts = args.domain.split('.').map(|part| format!("DC={part}"));
        parts.collect::<Vec<_>>().join(",")
    };
    LdapConfig {
        domain_name: args.domain.clone(),
        base_dn: args.base.clone().unwrap_or_else(base),
        address,
        host: args
            .certificate_name
            .clone()
            .unwrap_or_else(|| host.to_owned()),
        ca_file: args.ca_file.clone(),
        bind_user: args.user.clone(),
        bind_password_file: args.password_file.clone(),
        fence_attribute: args.fence_attribute.clone(),
        // Nothing is made here, so no password either.
        password_length: SHORTEST_PASSWORD,
        timeout_seconds: 60,
    }
}

fn write(file: PathBuf, text: &str) -> Result<(), DiscoverError> {
    std::fs::write(&file, text).map_err(|error| DiscoverError::File { file, error })
}

fn print(findings: &Findings) {
    let rows: Vec<Vec<String>> = findings
        .candidates
        .iter()
        .map(|candidate| {
            let signals = candidate.signals.iter();
            let signals: Vec<_> = signals.map(discovery::Signal::text).collect();
            vec![
                candidate.risk.text().to_owned(),
                candidate.name.clone(),
                signals.join("; "),
            ]
        })
        .collect();
    table::print(&["RISK", "ACCOUNT", "WHAT SAYS SO"], &rows);
    out::progress(format_args!(
        "{} of high, {} of medium, {} of low risk; {} more are managed by Tenure",
        findings.with_risk(Risk::High),
        findings.with_risk(Risk::Medium),
        findings.with_risk(Risk::Low),
        findings.managed
    ));
}
