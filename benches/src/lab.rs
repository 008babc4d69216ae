//! A real domain of the lab.

use crate::{Failure, history, workload};
use std::{env, path::PathBuf, process::Stdio};
use tenure_engine_agent::{
    clock,
    config::{AgentConfig, DirectoryConfig},
    directory::ldap::LdapDirectory,
};
use tokio::process::Command;

/// The domain as `lab/ad-lab.sh env` tells it, `CORP` or `EMEA`.
pub(crate) struct Domain {
    pub(crate) address: String,
    pub(crate) host: String,
    pub(crate) base: String,
    pub(crate) agent: String,
    pub(crate) admin: String,
    pub(crate) ca: PathBuf,
    pub(crate) agent_password: PathBuf,
    pub(crate) admin_password: PathBuf,
}

impl Domain {
    pub(crate) fn from_environment(name: &str) -> Result<Self, env::VarError> {
        let of = |what: &str| env::var(format!("AD_{name}_{what}"));
        Ok(Self {
            address: of("ADDR")?,
            host: of("HOST")?,
            base: of("BASE")?,
            agent: of("AGENT")?,
            admin: of("ADMIN")?,
            ca: env::var("AD_LAB_CA")?.into(),
            agent_password: env::var("AD_LAB_AGENT_PASS_FILE")?.into(),
            admin_password: env::var("AD_LAB_PASS_FILE")?.into(),
        })
    }

    pub(crate) fn directory(&self) -> Result<LdapDirectory, Failure> {
        let (_, domain_name) = self.host.split_once('.').ok_or("the host has no domain")?;
        let config: AgentConfig = serde_json::from_value(serde_json::json!({
            "engine": history::engine(),
            "domain": workload::domain(),
            "directory": {
                "kind": "active-directory",
                "domain_name": domain_name,
                "base_dn": self.base,
                "address": self.address,
                "host": self.host,
                "ca_file": self.ca,
                "bind_user": self.agent,
                "bind_password_file": self.agent_password,
            },
            "vault": { "directory": "unused", "key_file": "unused" },
        }))?;
        match config.directory {
            DirectoryConfig::ActiveDirectory(config) => Ok(LdapDirectory::new(
                workload::domain(),
                config,
                clock::system(),
            )?),
            DirectoryConfig::Sandbox(_) => Err("not an Active Directory".into()),
        }
    }

    /// Runs one of the programs of ldap-utils over LDAPS on one connection, with `input` as its file.
    pub(crate) async fn ldap(
        &self,
        program: &str,
        by: (&str, &PathBuf),
        input: &str,
    ) -> Result<(), Failure> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), input)?;
        let output = Command::new(program)
            .args([
                "-x",
                "-c",
                "-H",
                &format!("ldaps://{}", self.address),
                "-D",
                by.0,
                "-y",
            ])
            .arg(by.1)
            .arg("-f")
            .arg(file.path())
            .env("LDAPTLS_CACERT", &self.ca)
            .stdin(Stdio::null())
            .output()
            .await?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!(
            "{program}: {}",
            String::from_utf8_lossy(&output.stderr)
                .lines()
                .next()
                .unwrap_or_default()
        )
        .into())
    }
}
