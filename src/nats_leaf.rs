//! `tenure nats-leaf`: the configuration of a nats-server at a site, a leaf node of those at the centre.

use crate::{
    config::{Config, ConfigError},
    out,
    wiring::{INSTANCE, WiringError},
};
use clap::Args;
use std::{net::SocketAddr, path::PathBuf};
use tenure_broker::{
    Operator,
    nats_config::ServerConfig,
    nats_leaf::{LeafConfig, render},
};
use tenure_domain::DomainId;
use tenure_eventstore::clock::{Clock as _, SystemClock};
use uuid::Uuid;

/// Print a configuration for a nats-server at a site, which dials out to the servers at the centre
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  tenure nats-leaf --config tenure.toml --name east --domain 0198... --centre tls://nats.example.com:7422 \\\n    \
    --centre-ca ca.pem --credentials east/ --listen 0.0.0.0:4222 --store /var/lib/nats --tls-certificate nats.pem --tls-key nats.key > east/nats.conf\n\n\
    Run it where the keys are, in broker.operator_file, and take what it prints and the folder of credentials to the site.\n\
    They open the domains that are named and no other."
)]
pub(crate) struct NatsLeafArgs {
    /// Configuration file of the instance
    #[arg(long)]
    config: Option<PathBuf>,
    /// The server's name: another one for each
    #[arg(long)]
    name: String,
    /// Id of a domain of the site
    #[arg(long = "domain", required = true)]
    domains: Vec<Uuid>,
    /// Where servers at the centre take leaf nodes
    #[arg(long, required = true, value_delimiter = ',')]
    centre: Vec<String>,
    /// Certificate authority (PEM) of the centre
    #[arg(long)]
    centre_ca: Option<PathBuf>,
    /// Folder for what it signs in with at the centre
    #[arg(long)]
    credentials: PathBuf,
    /// Where the server listens for engines
    #[arg(long, default_value = "127.0.0.1:4222")]
    listen: SocketAddr,
    /// Folder of the server's own files
    #[arg(long)]
    store: PathBuf,
    /// The server's certificate (PEM)
    #[arg(long, requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// Its key (PEM)
    #[arg(long, requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Listen beyond loopback without TLS: only in a network that nobody else is in
    #[arg(long, conflicts_with = "tls_certificate")]
    plain: bool,
}

/// Prints it, and writes the credentials.
pub(crate) fn run(args: NatsLeafArgs) -> Result<(), WiringError> {
    let config = Config::load(args.config.as_deref())?;
    let file = config
        .broker
        .operator_file
        .as_ref()
        .filter(|file| file.exists());
    let missing = || {
        ConfigError::of(
            "broker.operator_file",
            "is missing: the centre's configuration comes first, from `tenure nats-config`",
        )
    };
    let operator = Operator::load_or_create(file.ok_or_else(missing)?)?;
    std::fs::create_dir_all(&args.credentials)
        .map_err(|error| WiringError::Data(args.credentials.display().to_string(), error))?;
    let leaf = LeafConfig {
        server: ServerConfig {
            listen: args.listen,
            store: args.store,
            tls: args.tls_certificate.zip(args.tls_key),
            plain: args.plain,
            sync_always: false,
        },
        name: args.name,
        centre: args.centre,
        centre_ca: args.centre_ca,
        domains: args.domains.into_iter().map(DomainId).collect(),
        credentials: args.credentials,
    };
    let instance = config.broker.instance.as_deref().unwrap_or(INSTANCE);
    let text = render(&leaf, &operator, instance, SystemClock.now())?;
    out::line(format_args!("{}", text.trim_end()));
    Ok(())
}
