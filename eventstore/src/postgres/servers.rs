//! One history on several PostgreSQL servers: one takes writes, the others follow it, and an operator may make another
//! one the first. The address names them all, and what is opened goes to the one that takes writes.

use crate::StoreError;
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, PgPool, postgres::PgConnectOptions,
};
use std::{str::FromStr, time::Duration};
use tokio::time::{Instant, sleep, timeout};

/// How often the one in use is asked, and how long it may take to answer.
const LOOK: Duration = Duration::from_millis(500);
const ANSWER: Duration = Duration::from_secs(3);
/// Longest wait for one that takes writes when a store is opened.
const OPENING: Duration = Duration::from_secs(30);

/// The servers of an address, in its order.
#[derive(Clone, Debug)]
pub(crate) struct Servers(Vec<PgConnectOptions>);

impl FromStr for Servers {
    type Err = StoreError;

    fn from_str(url: &str) -> Result<Self, StoreError> {
        // The address may hold a password: it is not repeated.
        let wrong = |reason: &str| StoreError::Address(reason.to_owned());
        let one_each = each(url).ok_or_else(|| {
            wrong(
                "target_session_attrs can only be read-write: Tenure writes to the server it uses",
            )
        })?;
        let servers = one_each
            .iter()
            .map(|url| PgConnectOptions::from_str(url))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| wrong("not a PostgreSQL address"))?;
        Ok(Self(servers))
    }
}

/// An address for each host of `url`; none if it asks for something else than a server that takes writes.
fn each(url: &str) -> Option<Vec<String>> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (wish, others): (Vec<_>, Vec<_>) = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .partition(|pair| pair.starts_with("target_session_attrs="));
    if wish
        .iter()
        .any(|pair| *pair != "target_session_attrs=read-write")
    {
        return None;
    }
    let query = if others.is_empty() {
        String::new()
    } else {
        format!("?{}", others.join("&"))
    };
    let (user, hosts) = match authority.rsplit_once('@') {
        Some((user, hosts)) => (format!("{user}@"), hosts),
        None => (String::new(), authority),
    };
    let hosts = hosts.split(',');
    Some(
        hosts
            .map(|host| format!("{scheme}://{user}{host}{path}{query}"))
            .collect(),
    )
}

impl Servers {
    /// The one to begin with. A single server is not asked.
    pub(crate) async fn first(&self) -> Result<PgConnectOptions, StoreError> {
        if let [only] = self.0.as_slice() {
            return Ok(only.clone());
        }
        let until = Instant::now() + OPENING;
        loop {
            if let Some((options, _)) = self.taking_writes().await {
                return Ok(options);
            }
            if Instant::now() >= until {
                return Err(StoreError::Database(sqlx::Error::PoolTimedOut));
            }
            sleep(LOOK).await;
        }
    }

    /// Leads what `pool` connects from now on to whichever server takes writes. Ends with the pool.
    pub(crate) async fn follow(self, pool: PgPool) {
        if self.0.len() < 2 {
            return;
        }
        let mut used = address(&pool.connect_options());
        while !pool.is_closed() {
            if let Some((options, connection)) = self.taking_writes().await {
                let found = address(&options);
                if found != used {
                    tracing::warn!(
                        from = used,
                        to = found,
                        "another PostgreSQL server takes writes"
                    );
                    metrics::counter!("tenure_store_failovers_total").increment(1);
                    pool.set_connect_options(options);
                    used = found;
                }
                watch(connection).await;
            }
            sleep(LOOK).await;
        }
    }

    async fn taking_writes(&self) -> Option<(PgConnectOptions, PgConnection)> {
        for options in &self.0 {
            let asked = timeout(ANSWER, async {
                let mut connection = options.connect().await?;
                let takes = takes_writes(&mut connection).await?;
                Ok::<_, sqlx::Error>((takes, connection))
            });
            match asked.await {
                Ok(Ok((true, connection))) => return Some((options.clone(), connection)),
                Ok(Ok((false, connection))) => drop(connection.close().await),
                Ok(Err(error)) => {
                    tracing::debug!(server = address(options), %error, "does not answer");
                }
                Err(_) => tracing::debug!(server = address(options), "does not answer in time"),
            }
        }
        None
    }
}

/// Returns when the server is gone or takes no more writes.
async fn watch(mut connection: PgConnection) {
    while let Ok(Ok(true)) = timeout(ANSWER, takes_writes(&mut connection)).await {
        sleep(LOOK).await;
    }
}

async fn takes_writes(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT NOT pg_is_in_recovery()")
        .fetch_one(connection)
        .await
}

fn address(options: &PgConnectOptions) -> String {
    format!("{}:{}", options.get_host(), options.get_port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(url: &str) -> Vec<String> {
        Servers::from_str(url)
            .unwrap()
            .0
            .iter()
            .map(address)
            .collect()
    }

    #[test]
    fn an_address_may_name_several_servers() {
        assert_eq!(
            addresses(
                "postgres://tenure:a%2Cb@db1:5433,db2,10.0.0.3:5434/tenure?target_session_attrs=read-write"
            ),
            ["db1:5433", "db2:5432", "10.0.0.3:5434"]
        );
        assert_eq!(
            addresses("postgres://db1/tenure?sslmode=require"),
            ["db1:5432"]
        );
    }

    #[test]
    fn what_else_the_address_says_is_said_of_each() {
        let each =
            each("postgres://u:p@a,b/x?sslmode=disable&target_session_attrs=read-write").unwrap();
        assert_eq!(
            each,
            [
                "postgres://u:p@a/x?sslmode=disable",
                "postgres://u:p@b/x?sslmode=disable"
            ]
        );
    }

    #[test]
    fn a_server_that_takes_no_writes_is_of_no_use() {
        for wish in ["any", "read-only", "prefer-standby"] {
            let url = format!("postgres://secret:secret@a,b/x?target_session_attrs={wish}");
            let error = Servers::from_str(&url).unwrap_err().to_string();
            assert!(
                error.contains("target_session_attrs") && !error.contains("secret"),
                "{error}"
            );
        }
    }
}
