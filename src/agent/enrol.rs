//! `tenure agent enrol`: keys of its own, a token shown to the core, and the configuration that `tenure agent` reads.

use super::{
    AgentError,
    core_api::{Core, Enrolled, Keys},
};
use crate::out;
use clap::Args;
use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
};
use tenure_broker::keys::{load_or_create, load_or_create_nkey};
use tenure_domain::directory::DomainKind;
use toml::{Table, Value};

/// Enrol this engine at its core, with the token that an administrator was shown
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure agent enrol --core https://tenure.example.com --token tenure_e_... --folder /etc/tenure-agent \\\n    \
    --address dc1.corp.example.com:636 --bind-user tenure-agent@corp.example.com --bind-password-file bind.pass\n  \
    tenure agent --config /etc/tenure-agent/agent.toml\n\n\
    The token comes from `tenure engine token`. The private keys that this makes never leave the folder.\n\
    May be repeated with the same token and folder until it succeeds."
)]
pub(super) struct EnrolArgs {
    /// Address of the core
    #[arg(long)]
    core: String,
    /// The token
    #[arg(long, env = "TENURE_ENGINE_TOKEN", hide_env_values = true)]
    token: String,
    /// Folder for keys and configuration; made if it is not there
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// Certificate authority (PEM) of the core's address, if this machine does not know it
    #[arg(long)]
    core_ca: Option<PathBuf>,
    /// Servers of the broker as this machine reaches them, if that is not where the core says: a leaf node at its site, say
    #[arg(long, value_delimiter = ',')]
    broker: Vec<String>,
    /// Certificate authority (PEM) of the broker
    #[arg(long)]
    broker_ca: Option<PathBuf>,
    /// Domain controller, host:port; the port of LDAPS is 636
    #[arg(long)]
    address: Option<String>,
    /// Name in the domain controller's certificate; by default the host of --address
    #[arg(long)]
    host: Option<String>,
    /// Certificate authority (PEM) of the domain controller
    #[arg(long)]
    ca_file: Option<PathBuf>,
    /// Account that the engine binds as
    #[arg(long)]
    bind_user: Option<String>,
    /// File with its password
    #[arg(long)]
    bind_password_file: Option<PathBuf>,
}

/// Enrols, and writes what `tenure agent` needs.
pub(super) async fn run(args: EnrolArgs) -> Result<(), AgentError> {
    // Before the core is asked: a token is good for one engine.
    let files = Files::found(&args)?;
    let core = Core::at(&args.core, args.core_ca.as_deref())?;
    let unusable = |error: std::io::Error| AgentError::config(&args.folder, error);
    std::fs::create_dir_all(&args.folder).map_err(unusable)?;
    let folder = args.folder.canonicalize().map_err(unusable)?;
    let config = folder.join("agent.toml");
    if config.exists() {
        let taken = "is there already: an engine has enrolled in this folder";
        return Err(AgentError::config(&config, taken));
    }
    let keys = Keys {
        signing: load_or_create(&folder.join("engine.seed"))?,
        nkey: load_or_create_nkey(&folder.join("broker.nk"))?,
    };
    let enrolled = core.enrol(args.token.trim(), &keys).await?;
    let (text, missing) = configuration(&args, &files, &folder, &enrolled)?;
    write(&config, &text).map_err(|error| AgentError::config(&config, error))?;
    let Enrolled {
        name,
        domain,
        engine,
        ..
    } = &enrolled;
    out::line(format_args!(
        "Enrolled as {name:?} of {}, engine {engine}.",
        domain.name
    ));
    out::line(format_args!("Its configuration is {}.", config.display()));
    if !missing.is_empty() {
        let missing = missing.join(", ");
        out::line(format_args!(
            "Still to be written there, below [engine.directory]: {missing}."
        ));
    }
    out::line(format_args!(
        "It takes orders once an administrator has assigned it:\n\n  tenure engine assign {engine}\n"
    ));
    Ok(())
}

/// Files that were named from here, as they are found from anywhere.
struct Files {
    core_ca: Option<PathBuf>,
    broker_ca: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    bind_password_file: Option<PathBuf>,
}

impl Files {
    /// Looks for all of them, so that all that are missing are named at once.
    fn found(args: &EnrolArgs) -> Result<Self, AgentError> {
        let mut missing = Vec::new();
        let mut found = |file: &Option<PathBuf>| {
            let file = file.as_ref()?;
            // Found, and readable by whoever runs this.
            match File::open(file).and_then(|_| file.canonicalize()) {
                Ok(found) => Some(found),
                Err(error) => {
                    missing.push(format!("{}: {error}", file.display()));
                    None
                }
            }
        };
        let files = Self {
            core_ca: found(&args.core_ca),
            broker_ca: found(&args.broker_ca),
            ca_file: found(&args.ca_file),
            bind_password_file: found(&args.bind_password_file),
        };
        match missing.is_empty() {
            true => Ok(files),
            false => Err(AgentError::Files(missing.join("; "))),
        }
    }
}

fn text(path: &Path) -> Value {
    Value::String(path.display().to_string())
}

fn configuration(
    args: &EnrolArgs,
    files: &Files,
    folder: &Path,
    enrolled: &Enrolled,
) -> Result<(String, Vec<&'static str>), AgentError> {
    let mut file = Table::new();
    file.insert("key_file".into(), text(&folder.join("engine.seed")));
    let mut core = Table::new();
    core.insert("url".into(), args.core.clone().into());
    core.insert("key".into(), enrolled.core_key.clone().into());
    if let Some(ca) = &files.core_ca {
        core.insert("ca_file".into(), text(ca));
    }
    file.insert("core".into(), core.into());
    if let Some(reached) = &enrolled.broker {
        let mut broker = Table::new();
        let servers = match args.broker.as_slice() {
            [] => &reached.servers,
            nearer => nearer,
        };
        broker.insert("servers".into(), servers.to_vec().into());
        broker.insert("instance".into(), reached.instance.clone().into());
        broker.insert("nkey_file".into(), text(&folder.join("broker.nk")));
        broker.insert("login_file".into(), text(&folder.join("broker.jwt")));
        if let Some(ca) = &files.broker_ca {
            broker.insert("tls_ca".into(), text(ca));
        }
        file.insert("broker".into(), broker.into());
    }
    let mut engine = Table::new();
    engine.insert("engine".into(), enrolled.engine.to_string().into());
    engine.insert("domain".into(), enrolled.domain.id.to_string().into());
    let mut vault = Table::new();
    vault.insert("directory".into(), text(&folder.join("vault")));
    vault.insert("key_file".into(), text(&folder.join("vault.key")));
    let mut missing = Vec::new();
    let mut directory = Table::new();
    directory.insert("base_dn".into(), enrolled.domain.base_dn.clone().into());
    match enrolled.domain.kind {
        DomainKind::Sandbox => {
            directory.insert("kind".into(), "sandbox".into());
            directory.insert("file".into(), text(&folder.join("directory.json")));
        }
        DomainKind::ActiveDirectory => {
            directory.insert("kind".into(), "active-directory".into());
            directory.insert("domain_name".into(), enrolled.domain.name.clone().into());
            let of_address = || {
                args.address
                    .as_ref()?
                    .rsplit_once(':')
                    .map(|(host, _)| host.to_owned())
            };
            let given = [
                ("address", args.address.clone().map(Value::from)),
                (
                    "host",
                    args.host.clone().or_else(of_address).map(Value::from),
                ),
                ("bind_user", args.bind_user.clone().map(Value::from)),
                (
                    "bind_password_file",
                    files.bind_password_file.as_deref().map(text),
                ),
            ];
            for (key, value) in given {
                match value {
                    Some(value) => drop(directory.insert(key.into(), value)),
                    None => missing.push(key),
                }
            }
            if let Some(ca) = &files.ca_file {
                directory.insert("ca_file".into(), text(ca));
            }
        }
    }
    engine.insert("directory".into(), directory.into());
    engine.insert("vault".into(), vault.into());
    file.insert("engine".into(), engine.into());
    let name = enrolled.name.escape_debug();
    let body =
        toml::to_string(&file).map_err(|error| AgentError::config(folder, error.to_string()))?;
    Ok((
        format!("# Engine \"{name}\", written by `tenure agent enrol`.\n{body}"),
        missing,
    ))
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
