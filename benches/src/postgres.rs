//! PostgreSQL, with fsync on: on a memory file system, where fsync costs nothing and the work counts, or there with a
//! millisecond added to every fsync. `BENCH_STORAGE=disk` takes the servers on this machine's disk that `make bench`
//! started instead.

use crate::Failure;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// Added to every fsync of the slow one.
const DELAY_US: &str = "1000";
const MEMORY: &str = "/dev/shm";

/// A server, stopped and erased in the end if it was started here.
pub(crate) struct Postgres {
    url: String,
    own: Option<PathBuf>,
}

/// Where servers keep their data: below here.
pub(crate) fn storage() -> Result<PathBuf, Failure> {
    let on_disk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
    let memory = Path::new(MEMORY);
    let place = if memory.is_dir() && !asked_for_disk() {
        memory.to_owned()
    } else {
        on_disk
    };
    std::fs::create_dir_all(&place)?;
    Ok(place.canonicalize()?)
}

fn asked_for_disk() -> bool {
    env::var("BENCH_STORAGE").is_ok_and(|storage| storage == "disk")
}

impl Postgres {
    /// With fsync on and nothing added.
    pub(crate) fn private() -> Result<Self, Failure> {
        Self::start("TENURE_TEST_POSTGRES", "postgres", &[])
    }

    /// Whose every fsync takes a millisecond more.
    pub(crate) fn slow() -> Result<Self, Failure> {
        Self::start(
            "TENURE_TEST_POSTGRES_SLOW",
            "slow-postgres",
            &["--fsync-delay-us", DELAY_US],
        )
    }

    fn start(variable: &str, name: &str, options: &[&str]) -> Result<Self, Failure> {
        if let Ok(url) = env::var(variable)
            && asked_for_disk()
        {
            return Ok(Self { url, own: None });
        }
        let home = storage()?.join(format!("tenure-bench-{}-{name}", std::process::id()));
        let place = home.to_string_lossy();
        let url = script(&[&["start", &place], options].concat())?;
        Ok(Self {
            url,
            own: Some(home),
        })
    }

    /// An empty database of that name.
    pub(crate) async fn database(&self, name: &str) -> Result<String, Failure> {
        let mut connection = PgConnection::connect(&self.url).await?;
        for statement in [
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            format!("CREATE DATABASE {name}"),
        ] {
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut connection)
                .await?;
        }
        // What was dropped is not flushed in the middle of a measurement.
        sqlx::query("CHECKPOINT").execute(&mut connection).await?;
        connection.close().await?;
        let (server, _) = self
            .url
            .rsplit_once('/')
            .ok_or("the address of PostgreSQL names no database")?;
        Ok(format!("{server}/{name}"))
    }

    /// A program that comes with the server, such as pgbench.
    pub(crate) fn program(name: &str) -> Result<PathBuf, Failure> {
        Ok(Path::new(&script(&["bindir"])?).join(name))
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
