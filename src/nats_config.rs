//! `tenure nats-config`: the configuration of a nats-server that lets in whom the core vouches for.

use crate::{
    config::{Config, ConfigError},
    out,
    wiring::{self, WiringError},
};
use clap::Args;
use std::{net::SocketAddr, path::PathBuf};
use tenure_broker::{
    Operator,
    nats_config::{ServerConfig, render},
};
use tenure_eventstore::clock::{Clock as _, SystemClock};

/// Print a configuration for nats-server, making the keys that let core and engines in
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  tenure nats-config --config tenure.toml --listen 0.0.0.0:4222 --store /var/lib/nats \\\n    \
    --tls-certificate nats.pem --tls-key nats.key > nats.conf\n\n\
    The keys lie in broker.operator_file of the instance; what is printed holds none."
)]
pub(crate) struct NatsConfigArgs {
    /// Configuration file of the instance
    #[arg(long)]
    config: Option<PathBuf>,
    /// Where the server listens
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

/// Prints it; makes the keys on the first call.
pub(crate) fn run(args: NatsConfigArgs) -> Result<(), WiringError> {
    let config = Config::load(args.config.as_deref())?;
    wiring::make_data_folder(&config.data)?;
    let missing = || {
        ConfigError::of(
            "broker.operator_file",
            "is missing: where the keys shall lie",
        )
    };
    let file = config.broker.operator_file.as_ref().ok_or_else(missing)?;
    let operator = Operator::load_or_create(file)?;
    let server = ServerConfig {
        listen: args.listen,
        store: args.store,
        tls: args.tls_certificate.zip(args.tls_key),
        plain: args.plain,
        sync_always: false,
    };
    let text = render(&server, &operator, SystemClock.now())?;
    out::line(format_args!("{}", text.trim_end()));
    Ok(())
}
