//! Writes a nats-server configuration and the logins that fit it into a folder: one for the core, one for each
//! engine, each allowed just what it must do. `lab/nats/start.sh` starts a server with it.
//!
//! ```text
//! cargo run -p tenure-broker --example nats_config -- FOLDER INSTANCE LISTEN [ENGINE-ID:DOMAIN-ID]...
//! ```

use nkeys::KeyPair;
use std::{error::Error, fs, io::Write as _, path::Path};
use tenure_broker::nats_config::{EngineUser, ServerConfig, render};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, instance, listen, engines @ ..] = arguments.as_slice() else {
        return Err("usage: nats_config FOLDER INSTANCE LISTEN [ENGINE-ID:DOMAIN-ID]...".into());
    };
    let folder = Path::new(folder);
    fs::create_dir_all(folder)?;
    let core = login(folder, "core")?;
    let engines = engines
        .iter()
        .map(|pair| engine(folder, pair))
        .collect::<Result<_, _>>()?;
    let config = ServerConfig {
        listen: listen.parse()?,
        store: folder.join("store"),
        instance: instance.clone(),
        core,
        engines,
        tls: None,
        sync_always: false,
    };
    Ok(fs::write(folder.join("nats.conf"), render(&config)?)?)
}

fn engine(folder: &Path, pair: &str) -> Result<EngineUser, Box<dyn Error>> {
    let (engine, domain) = pair.split_once(':').ok_or("expected ENGINE-ID:DOMAIN-ID")?;
    Ok(EngineUser {
        engine: engine.parse()?,
        domain: domain.parse()?,
        nkey: login(folder, engine)?,
    })
}

/// Public nkey of the seed in `<name>.nk`, which is made unless it is there.
fn login(folder: &Path, name: &str) -> Result<String, Box<dyn Error>> {
    let path = folder.join(format!("{name}.nk"));
    if let Ok(seed) = fs::read_to_string(&path) {
        return Ok(KeyPair::from_seed(seed.trim())?.public_key());
    }
    let pair = KeyPair::new_user();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path)?.write_all(pair.seed()?.as_bytes())?;
    Ok(pair.public_key())
}
