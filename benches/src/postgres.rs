//! PostgreSQL: the private server that `make bench` started, and another one with a slow disk.

use crate::Failure;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// Added to every fsync of the slow one.
const DELAY_US: &str = "1000";

/// A server, stopped and erased in the end if it was started here.
pub(crate) struct Postgres {
    url: String,
    own: Option<PathBuf>,
}

impl Postgres {
    /// The one with fsync on and nothing added.
    pub(crate) fn private() -> Result<Self, Failure> {
        let url = env::var("TENURE_TEST_POSTGRES").map_err(|_| "TENURE_TEST_POSTGRES is not set: run `make bench`")?;
        Ok(Self { url, own: None })
    }

    /// One whose every fsync takes a millisecond more, as a disk slower than this machine's would.
    pub(crate) fn slow() -> Result<Self, Failure> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench/slow-postgres");
        std::fs::create_dir_all(&home)?;
        let home = home.canonicalize()?;
        let _ = script(&["destroy", &home.to_string_lossy()]);
        let url = script(&["start", &home.to_string_lossy(), "--fsync-delay-us", DELAY_US])?;
        Ok(Self { url, own: Some(home) })
    }

    /// An empty database of that name.
    pub(crate) async fn database(&self, name: &str) -> Result<String, Failure> {
        let mut connection = PgConnection::connect(&self.url).await?;
        for statement in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")] {
            sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await?;
        }
        // What was dropped is not flushed in the middle of a measurement.
        sqlx::query("CHECKPOINT").execute(&mut connection).await?;
        connection.close().await?;
        let (server, _) = self.url.rsplit_once('/').ok_or("the address of PostgreSQL names no database")?;
        Ok(format!("{server}/{name}"))
    }

    /// A program that comes with the server, such as pgbench.
    pub(crate) fn program(name: &str) -> Result<PathBuf, Failure> {
        Ok(Path::new(&script(&["bindir"])?).join(name))
    }

    pub(crate) async fn version(&self) -> Result<String, Failure> {
        let mut connection = PgConnection::connect(&self.url).await?;
        Ok(sqlx::query_scalar("SHOW server_version").fetch_one(&mut connection).await?)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(home) = &self.own {
            let _ = script(&["destroy", &home.to_string_lossy()]);
        }
    }
}

/// What `scripts/private-postgres.sh` prints.
fn script(arguments: &[&str]) -> Result<String, Failure> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/private-postgres.sh");
    let output = Command::new(script).args(arguments).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
