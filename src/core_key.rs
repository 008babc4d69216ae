//! `tenure core-key`: the public key that agents check orders with.

use crate::{
    config::Config,
    out,
    wiring::{self, WiringError},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use clap::Args;
use std::path::PathBuf;
use tenure_broker::keys::load_or_create;

/// Print the core's public key, for the agents' configuration
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tenure core-key --config tenure.toml")]
pub(crate) struct CoreKeyArgs {
    /// Configuration file of the instance
    #[arg(long)]
    config: Option<PathBuf>,
}

/// Prints it; makes the key on the first call.
pub(crate) fn run(args: CoreKeyArgs) -> Result<(), WiringError> {
    let config = Config::load(args.config.as_deref())?;
    wiring::make_data_folder(&config.data)?;
    let signing = load_or_create(&config.data.join("core.seed"))?;
    out::line(format_args!(
        "{}",
        BASE64_STANDARD.encode(signing.verifying_key().as_bytes())
    ));
    Ok(())
}
