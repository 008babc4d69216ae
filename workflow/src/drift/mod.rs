//! Drift: after every look at a domain that was applied, what it says of managed accounts is compared with what was ordered
//! (`look.rs`). The comparison is the domain's (`tenure_domain::drift`), with what the copy holds (`seen.rs`); whether it
//! counts is the account's. What is to be compared is kept with the copy in one transaction (`work.rs`), so that nothing is
//! forgotten if this process ends in between. What was held back is repaired or left once somebody decided (`decided.rs`).

mod decided;
mod look;
mod seen;
mod work;

pub(crate) use decided::decided;
pub(crate) use seen::managed;
pub(crate) use work::{DriftWork, concerned};

use crate::{CommandError, Instance};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between looks for work that another gateway has left undone.
const LOOK: Duration = Duration::from_secs(20);

/// Compares whatever there is to compare, until cancelled.
pub(crate) async fn watch(instance: &Instance, cancel: CancellationToken) {
    loop {
        let domains = match instance.views.domains().await {
            Ok(domains) => domains,
            Err(error) => {
                tracing::warn!(%error, "it cannot be seen which domains are to be compared");
                Vec::new()
            }
        };
        for domain in domains {
            let looked = cancel.run_until_cancelled(look::look(instance, domain.id));
            match looked.await {
                None => return,
                Some(Ok(())) => {}
                Some(Err(error)) => complain(&domain.content.name, &error),
            }
        }
        let applied = instance.engines.applied.notified();
        let waited = cancel.run_until_cancelled(tokio::time::timeout(LOOK, applied));
        if waited.await.is_none() {
            return;
        }
    }
}

fn complain(domain: &str, error: &CommandError) {
    tracing::warn!(%error, domain, "a domain cannot be compared with what was ordered for now");
}
