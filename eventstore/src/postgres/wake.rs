//! Wake-ups between gateways by LISTEN/NOTIFY. They only save waiting: everybody polls as well.
//!
//! A NOTIFY costs about as much as a commit, so none is sent by the append itself: a task of its own sends one for
//! many appends, and only while another gateway listens.

use crate::{Position, StoreError};
use sqlx::{PgPool, postgres::PgListener};
use std::time::Duration;
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;

const HEAD: &str = "tenure_head";
const FORGOTTEN: &str = "tenure_forgotten";
/// How listeners are told from other sessions.
const LISTENER: &str = "tenure-listener";

/// What another gateway says.
pub(crate) enum Wake {
    Head(Position),
    /// A person's key was destroyed.
    Forgotten(Uuid),
}

/// Listens until the receiver of `heard` is gone, connecting anew when the database was lost.
pub(crate) async fn listen(pool: PgPool, heard: tokio::sync::mpsc::Sender<Wake>) {
    while !heard.is_closed() {
        if let Err(error) = listen_once(&pool, &heard).await {
            tracing::warn!(%error, "listening for other gateways was interrupted");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = heard.closed() => {}
        }
    }
}

async fn listen_once(
    pool: &PgPool,
    heard: &tokio::sync::mpsc::Sender<Wake>,
) -> Result<(), StoreError> {
    // A pool of one, for the name: `pg_stat_activity` shows it to the others.
    let options = (*pool.connect_options()).clone().application_name(LISTENER);
    let own = sqlx::postgres::PgPoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    let mut listener = PgListener::connect_with(&own).await?;
    listener.listen_all([HEAD, FORGOTTEN]).await?;
    loop {
        let notification = tokio::select! {
            () = heard.closed() => return Ok(()),
            received = listener.recv() => received?,
        };
        let wake = match notification.channel() {
            HEAD => notification.payload().parse().ok().map(Wake::Head),
            _ => notification.payload().parse().ok().map(Wake::Forgotten),
        };
        if let Some(wake) = wake
            && heard.send(wake).await.is_err()
        {
            return Ok(());
        }
    }
}

/// Tells other gateways of new events, at most every two milliseconds.
pub(crate) async fn tell(pool: PgPool, mut appended: watch::Receiver<Position>) {
    let mut others = false;
    let mut looked: Option<Instant> = None;
    while appended.changed().await.is_ok() {
        if looked.is_none_or(|looked| looked.elapsed() > Duration::from_secs(1)) {
            others = listeners(&pool).await.unwrap_or(true);
            looked = Some(Instant::now());
        }
        if others {
            let position = *appended.borrow_and_update();
            let told = notify(&pool, HEAD, &position.to_string()).await;
            if let Err(error) = told {
                tracing::debug!(%error, "other gateways were not told");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// Is there more than one listener?
async fn listeners(pool: &PgPool) -> Result<bool, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()",
    )
    .bind(LISTENER)
    .fetch_one(pool)
    .await?;
    Ok(count > 1)
}

/// Tells other gateways that a person's key was destroyed.
pub(crate) async fn tell_forgotten(pool: &PgPool, person: Uuid) -> Result<(), StoreError> {
    notify(pool, FORGOTTEN, &person.to_string()).await
}

async fn notify(pool: &PgPool, channel: &str, payload: &str) -> Result<(), StoreError> {
    sqlx::query("SELECT pg_notify($1, $2)")
        .bind(channel)
        .bind(payload)
        .execute(pool)
        .await?;
    Ok(())
}
