//! Learns of other gateways' appends: by notifications where the database has them, and always by a slow poll.

use crate::{
    Database,
    appender::raise,
    postgres::wake::{self, Wake},
    store::{EventStore, Inner},
};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{sync::mpsc, task::JoinHandle};

const POLL: Duration = Duration::from_millis(250);

/// Starts the tasks; they end with the store.
pub(crate) fn start(inner: &Arc<Inner>) -> Vec<JoinHandle<()>> {
    let (heard, hears) = mpsc::channel(64);
    let mut tasks = vec![tokio::spawn(follow(
        Arc::downgrade(inner),
        hears,
        heard.clone(),
    ))];
    if let Database::Postgres(pool) = &inner.database {
        tasks.push(tokio::spawn(wake::listen(pool.clone(), heard)));
        tasks.push(tokio::spawn(wake::tell(
            pool.clone(),
            inner.head.subscribe(),
        )));
    }
    tasks
}

/// `_open` keeps the channel open where nobody notifies.
async fn follow(store: Weak<Inner>, mut hears: mpsc::Receiver<Wake>, _open: mpsc::Sender<Wake>) {
    loop {
        let wake = tokio::time::timeout(POLL, hears.recv()).await;
        let Some(inner) = store.upgrade() else { return };
        match wake {
            Ok(Some(Wake::Head(position))) => raise(&inner.head, position),
            Ok(Some(Wake::Forgotten(person))) => inner.forget_cached(person),
            Ok(None) => return,
            Err(_) => match EventStore(inner, None).head().await {
                Ok(head) => {
                    if let Some(inner) = store.upgrade() {
                        raise(&inner.head, head.position);
                    }
                }
                Err(error) => tracing::debug!(%error, "the head could not be read"),
            },
        }
    }
}
