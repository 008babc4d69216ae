//! Whoever goes away in the middle of something (a browser is closed, a time-out passes) leaves nothing behind that
//! others stumble over.

use crate::support::*;
use std::{future::Future, pin::pin};
use tenure_domain::UserId;
use tenure_eventstore::new_id;

/// Instants at which a caller goes away.
const INSTANTS: usize = 120;

/// Drops the work after it was looked at so many times.
async fn cut_off(work: impl Future, looks: usize) {
    let mut work = pin!(work);
    for _ in 0..looks {
        if futures::poll!(work.as_mut()).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

on_every_store! {
    async fn who_goes_away_in_the_middle_of_a_transaction_leaves_none_open(backend: Backend) {
        let (store, other) = (backend.open().await, backend.open().await);
        let (tables, seen) = (store.state_tables(), other.state_tables());
        let emails = ["ada@example.org".to_owned()];
        for looks in 0..INSTANTS {
            cut_off(tables.set_sign_in_emails(UserId(new_id()), &emails), looks).await;
            let user = UserId(new_id());
            tables.set_password(user, "$argon2id$...").await.expect("set");
            let found = seen.credentials(user).await.expect("read");
            assert!(found.is_some(), "cut off at {looks}: what was written next is nowhere to be seen");
        }
    }
}
