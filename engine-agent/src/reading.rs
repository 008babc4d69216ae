//! Hands over what the directory holds, when the core asks for it: in chunks that fit into a message, as they are read, and
//! at the end how many of each there were. Whoever gets them believes nothing before that.

use crate::{
    agent::{BROKER_PAUSES, Inner, REPORT_ATTEMPTS, SIGN_OF_LIFE},
    directory::WasRead,
};
use tenure_broker::SyncDelivery;
use tenure_domain::{
    ids::derived,
    order::Failure,
    synchronisation::{
        DirectoryObject, SyncChunk, SyncContent, SyncCounts, SyncOrder, SyncSummary,
    },
};
use tokio::{sync::mpsc, time::sleep};
use uuid::Uuid;

/// Bytes of objects in one chunk: the rest of a message is room for what surrounds them.
const CHUNK: usize = 48 * 1024;
/// Members of a group in one part: less than a chunk.
const MEMBERS: usize = 1_000;
/// Pages that were read and not yet handed over.
const PAGES_AHEAD: usize = 2;

/// The core could not be told: the order is delivered again, here or to another engine.
struct Untold;

impl Inner {
    /// Reads the directory, hands over what it says, acknowledges.
    pub(crate) async fn read(&self, delivery: SyncDelivery) {
        let signs_of_life = async {
            loop {
                sleep(SIGN_OF_LIFE).await;
                if let Err(error) = delivery.working().await {
                    tracing::debug!(%error, "no sign of life could be given");
                }
            }
        };
        let told = tokio::select! {
            told = self.read_and_hand_over(&delivery.order) => told,
            () = signs_of_life => Err(Untold),
        };
        if told.is_ok()
            && let Err(error) = delivery.ack().await
        {
            tracing::debug!(%error, "not acknowledged: the domain is read again");
        }
    }

    async fn read_and_hand_over(&self, order: &SyncOrder) -> Result<(), Untold> {
        // Nobody waits for it any more.
        if (self.clock)() > order.not_after {
            return Ok(());
        }
        let (sender, mut pages) = mpsc::channel(PAGES_AHEAD);
        let mut chunks = Chunks {
            agent: self,
            run: order.run,
            attempt: derived(&[
                &self.engine.to_string(),
                &order.run.to_string(),
                &(self.clock)().timestamp_micros().to_string(),
            ]),
            next: 0,
            objects: Vec::new(),
            bytes: 0,
            counts: SyncCounts::default(),
        };
        let handing_over = async {
            while let Some(page) = pages.recv().await {
                for object in page {
                    chunks.take(object).await?;
                }
            }
            chunks.flush().await
        };
        let (read, handed_over) = tokio::join!(
            self.directory.read(order.since, &order.attributes, sender),
            handing_over
        );
        handed_over?;
        let content = match read {
            Ok(WasRead {
                full,
                mark,
                deletions_seen,
            }) => {
                let what = if full { "all of it" } else { "what changed" };
                self.log
                    .info(None, format!("The directory was read: {what}"));
                SyncContent::Complete(SyncSummary {
                    full,
                    mark,
                    deletions_seen,
                    counts: chunks.counts,
                })
            }
            Err(failure) => {
                self.note(&failure);
                SyncContent::Failed(failure)
            }
        };
        chunks.send(content).await
    }

    fn note(&self, failure: &Failure) {
        tracing::info!(
            reason = ?failure.reason,
            detail = failure.detail,
            "the directory was not read to its end"
        );
        let detail = &failure.detail;
        self.log.warn(
            None,
            format!("The directory was not read to its end: {detail}"),
        );
        if failure.reason.directory_is_away() {
            // The loop looks at the directory before it takes another order.
            self.mark_reachable(false);
        }
    }
}

/// What was read, on its way.
struct Chunks<'a> {
    agent: &'a Inner,
    run: Uuid,
    attempt: Uuid,
    next: u32,
    objects: Vec<DirectoryObject>,
    bytes: usize,
    counts: SyncCounts,
}

impl Chunks<'_> {
    async fn take(&mut self, object: DirectoryObject) -> Result<(), Untold> {
        match object {
            DirectoryObject::Members { group, members } if members.len() > MEMBERS => {
                for part in members.chunks(MEMBERS) {
                    let members = part.to_vec();
                    self.put(DirectoryObject::Members { group, members })
                        .await?;
                }
                Ok(())
            }
            object => self.put(object).await,
        }
    }

    async fn put(&mut self, object: DirectoryObject) -> Result<(), Untold> {
        let bytes = serde_json::to_vec(&object).map_or(CHUNK, |json| json.len() + 1);
        if self.bytes + bytes > CHUNK {
            self.flush().await?;
        }
        self.counts.count(&object);
        self.objects.push(object);
        self.bytes += bytes;
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Untold> {
        if self.objects.is_empty() {
            return Ok(());
        }
        self.bytes = 0;
        let objects = std::mem::take(&mut self.objects);
        self.send(SyncContent::Objects(objects)).await
    }

    async fn send(&mut self, content: SyncContent) -> Result<(), Untold> {
        let agent = self.agent;
        let chunk = SyncChunk {
            domain: agent.domain,
            engine: agent.engine,
            run: self.run,
            attempt: self.attempt,
            number: self.next,
            at: (agent.clock)(),
            content,
        };
        self.next += 1;
        for attempt in 0..REPORT_ATTEMPTS {
            match agent.link.hand_over(chunk.clone()).await {
                Ok(()) => return Ok(()),
                Err(error) if error.is_transient() => sleep(BROKER_PAUSES.after(attempt)).await,
                Err(error) => {
                    tracing::error!(%error, "the broker refuses what was read");
                    return Err(Untold);
                }
            }
        }
        tracing::warn!("what was read could not be handed over: the domain is read again");
        Err(Untold)
    }
}
