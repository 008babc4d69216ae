//! Reads the history behind its own mark, queues what is to be told, and sends what is queued. Both sides are at least
//! once: a mail's id is derived from event and address, so that queueing it again changes nothing, and the server may
//! see the same Message-ID twice after a crash between sending and marking.

use crate::{
    delivery::{Delivery, MailError},
    message::{Facts, render},
    recipients::Directory,
    table::{Notice, Subject, notices},
};
use chrono::{DateTime, TimeDelta, Utc};
use std::{sync::Arc, time::Duration};
use tenure_domain::{
    Event, Personal,
    account::{Account, AccountEvent, Managed},
    directory::Domain,
    engine::{Engine, EngineEvent},
    ids::derived,
    request::{RequestEvent, RequestKind},
    sentence,
    template::Template,
    user::User,
};
use tenure_eventstore::{
    EventStore, StoreError, StoredEvent,
    clock::{Clock, SystemClock},
    follow::{Follower, Handle, Retry},
    state::OutboxMessage,
};
use tenure_projections::Views;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Name of the mark.
const MARK: &str = "notifications";
/// Mails claimed at once.
const BATCH: usize = 10;
/// How long this process may take for a batch: longer than all its mails may, so that no second process sends them too.
const LEASE: TimeDelta = TimeDelta::minutes(15);
/// Pauses between attempts; after the last one the mail is given up.
const PAUSES: [TimeDelta; 6] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(6),
    TimeDelta::hours(15),
];
/// How often the outbox is looked at when nobody says that something was queued.
const LOOK_ANYWAY: Duration = Duration::from_secs(5);

/// Tells people what happened.
pub struct Notifier {
    store: EventStore,
    views: Views,
    delivery: Delivery,
    public_url: String,
    system: Arc<dyn Clock>,
}

impl Notifier {
    /// Over this instance; links in mails begin with `public_url`.
    #[must_use]
    pub fn new(store: EventStore, views: Views, delivery: Delivery, public_url: String) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        Self {
            store,
            views,
            delivery,
            public_url,
            system: Arc::new(SystemClock),
        }
    }

    /// By another clock than the machine's, which paces attempts: for tests.
    #[must_use]
    pub fn by_clock(self, system: Arc<dyn Clock>) -> Self {
        Self { system, ..self }
    }

    /// Works until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        // Without a mark everybody would be told everything that ever happened.
        while let Err(error) = self.begin_at_the_head().await {
            tracing::warn!(%error, "notifications cannot begin for now");
            if cancel
                .run_until_cancelled(tokio::time::sleep(LOOK_ANYWAY))
                .await
                .is_none()
            {
                return;
            }
        }
        let (done, queued) = watch::channel(0);
        let follower = Follower {
            store: &self.store,
            name: MARK,
            done,
            cancel: cancel.clone(),
        };
        tokio::join!(
            follower.run(Queue(&self)),
            self.send_queued(queued, cancel.clone()),
        );
    }

    /// Nobody is told old news: where there is history and no mark, the mark is set at its head.
    async fn begin_at_the_head(&self) -> Result<(), StoreError> {
        let tables = self.store.state_tables();
        if tables.checkpoint(MARK).await?.is_none() {
            let head = self.store.head().await?.position;
            tables.advance_checkpoint(MARK, head).await?;
        }
        Ok(())
    }

    async fn queue(&self, page: &[StoredEvent]) -> Result<(), Retry> {
        let mut mails = Vec::new();
        for event in page {
            mails.extend(self.mails(event).await?);
        }
        let queued = self
            .store
            .state_tables()
            .queue_messages(&mails, self.system.now())
            .await;
        queued.map_err(|error| error.to_string())
    }

    /// The mails that follow from one event.
    async fn mails(&self, event: &StoredEvent) -> Result<Vec<OutboxMessage>, Retry> {
        let Some((notice, recipients, subject)) = notices(event.stream, &event.event) else {
            return Ok(vec![]);
        };
        if !notice.row().is_some_and(|row| row.on) {
            return Ok(vec![]);
        }
        let directory = Directory {
            store: &self.store,
            views: &self.views,
        };
        let people = directory
            .people(recipients, event.stream)
            .await
            .map_err(|error| error.to_string())?;
        if people.is_empty() {
            return Ok(vec![]);
        }
        let facts = self
            .facts(event, notice, subject)
            .await
            .map_err(|error| error.to_string())?;
        let mut mails = Vec::new();
        for (_, person) in people {
            let facts = Facts {
                recipient: person.display_name.clone(),
                ..facts.clone()
            };
            // A template that cannot be rendered is a defect of the program: it must not hold back the others.
            let rendered = match render(notice, &facts) {
                Ok(rendered) => rendered,
                Err(error) => {
                    tracing::error!(?notice, position = event.position, %error, "a mail cannot be written");
                    metrics::counter!("tenure_mails_unwritable_total").increment(1);
                    continue;
                }
            };
            for address in &person.emails {
                let id = derived(&[
                    "mail",
                    &event.id.to_string(),
                    &format!("{notice:?}"),
                    address,
                ]);
                mails.push(OutboxMessage {
                    id: id.to_string(),
                    position: event.position,
                    recipient: address.clone(),
                    subject: rendered.subject.clone(),
                    text: rendered.text.clone(),
                    html: Some(rendered.html.clone()),
                });
            }
        }
        Ok(mails)
    }

    async fn facts(
        &self,
        event: &StoredEvent,
        notice: Notice,
        subject: Subject,
    ) -> Result<Facts, StoreError> {
        let mut facts = Facts::default();
        let link =
            |kind: &str, id: &dyn std::fmt::Display| format!("{}/{kind}/{id}", self.public_url);
        match subject {
            Subject::Request(id) => {
                facts.link = link("requests", &id);
                self.about_request(&mut facts, event).await?;
            }
            Subject::Account(id) => {
                facts.link = link("accounts", &id);
                let account = self.store.cached_state::<Account>(id).await?.state;
                if let Some(managed) = account.managed() {
                    self.about_account(&mut facts, managed).await?;
                }
            }
            Subject::Template(id) => {
                facts.link = link("templates", &id);
                let template = self.store.cached_state::<Template>(id).await?.state;
                facts.name = template.name().unwrap_or_default().to_owned();
            }
            Subject::Engine(id) => {
                facts.link = link("engines", &id);
                let engine = self.store.cached_state::<Engine>(id).await?.state;
                facts.name = engine
                    .content
                    .as_ref()
                    .map(|content| content.name.clone())
                    .unwrap_or_default();
            }
            Subject::User(_) => facts.link = self.public_url.clone(),
        }
        match &event.event {
            Event::Engine(EngineEvent::Impaired(e)) => failure(&mut facts, &e.failure),
            Event::Account(AccountEvent::LifecycleEnded(e)) => {
                facts.last_day = sentence::last_day(e.lifecycle_end)
            }
            _ => {}
        }
        if notice == Notice::Welcome {
            facts.name = "Tenure".to_owned();
        }
        Ok(facts)
    }

    async fn about_request(
        &self,
        facts: &mut Facts,
        event: &StoredEvent,
    ) -> Result<(), StoreError> {
        let directory = Directory {
            store: &self.store,
            views: &self.views,
        };
        let request = directory.request(event.stream).await?;
        if let Some(submission) = request.submission() {
            facts.name = submission.name.clone();
            facts.justification = submission.justification.clone();
            facts.renewal = matches!(submission.kind, RequestKind::Renewal(_));
            facts.domain = self.domain_name(submission.domain.0).await?;
            let requester = self
                .store
                .cached_state::<User>(submission.requester.0)
                .await?
                .state;
            if let Some(Personal::Clear(data)) = &requester.personal {
                facts.requester = data.display_name.clone();
            }
            let step = match &event.event {
                Event::Request(RequestEvent::ApprovalGiven(e)) => e.step + 1,
                _ => 0,
            };
            facts.step = submission
                .steps
                .get(step)
                .map(|step| step.name.clone())
                .unwrap_or_default();
            let account = self
                .store
                .cached_state::<Account>(submission.account.0)
                .await?
                .state;
            if let Some(lifecycle) = account.managed().and_then(Managed::lifecycle) {
                facts.last_day = sentence::last_day(lifecycle.end);
            }
        }
        match &event.event {
            Event::Request(RequestEvent::Rejected(e)) => facts.reason = e.reason.clone(),
            Event::Request(RequestEvent::Failed(e)) => failure(facts, &e.failure),
            _ => {}
        }
        Ok(())
    }

    async fn about_account(&self, facts: &mut Facts, managed: &Managed) -> Result<(), StoreError> {
        facts.name = managed.identity.name.clone();
        facts.domain = self.domain_name(managed.identity.domain.0).await?;
        facts.action = match managed.action() {
            tenure_domain::lifecycle::EndOfLifecycleAction::Review => "review",
            tenure_domain::lifecycle::EndOfLifecycleAction::Disable => "disable",
            tenure_domain::lifecycle::EndOfLifecycleAction::Expire => "expire",
            tenure_domain::lifecycle::EndOfLifecycleAction::Delete => "delete",
        }
        .to_owned();
        if let Some(lifecycle) = managed.lifecycle() {
            facts.last_day = sentence::last_day(lifecycle.end);
        }
        Ok(())
    }

    async fn domain_name(&self, id: uuid::Uuid) -> Result<String, StoreError> {
        let domain = self.store.cached_state::<Domain>(id).await?.state;
        Ok(domain
            .content
            .as_ref()
            .map(|content| content.name.clone())
            .unwrap_or_default())
    }

    async fn send_queued(&self, mut queued: watch::Receiver<u64>, cancel: CancellationToken) {
        while !cancel.is_cancelled() {
            let sent = self.send_batch().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the outbox cannot be read for now");
                0
            });
            if sent == 0 {
                tokio::select! {
                    () = cancel.cancelled() => {}
                    _ = queued.changed() => {}
                    () = tokio::time::sleep(LOOK_ANYWAY) => {}
                }
            }
        }
    }

    /// Sends what is due, answers how many mails that were.
    async fn send_batch(&self) -> Result<usize, StoreError> {
        let tables = self.store.state_tables();
        let claimed = tables
            .claim_messages(self.system.now(), LEASE, BATCH)
            .await?;
        for mail in &claimed {
            let id = &mail.message.id;
            match self.delivery.send(&mail.message).await {
                Ok(()) => {
                    tables.message_sent(id).await?;
                    metrics::counter!("tenure_mails_sent_total").increment(1);
                }
                Err(error) => {
                    let retry_at = retry_at(&error, mail.attempts, self.system.now());
                    let given_up = retry_at.is_none();
                    tracing::warn!(mail = id, attempts = mail.attempts, given_up, %error, "a mail was not taken");
                    metrics::counter!("tenure_mails_failed_total").increment(1);
                    tables
                        .message_failed(id, &error.to_string(), retry_at)
                        .await?;
                }
            }
        }
        Ok(claimed.len())
    }
}

/// Queues what each page of events tells.
struct Queue<'a>(&'a Notifier);

impl Handle for Queue<'_> {
    async fn handle(&self, page: &[StoredEvent]) -> Result<(), Retry> {
        self.0.queue(page).await
    }
}

fn failure(facts: &mut Facts, failure: &tenure_domain::order::Failure) {
    facts.reason = failure.reason.explanation().to_owned();
    facts.detail = failure.detail.clone();
}

/// When to try again; `None` = never.
fn retry_at(error: &MailError, attempts: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let attempt = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    match error {
        MailError::Refused(_) | MailError::Config { .. } => None,
        MailError::Later(_) => PAUSES.get(attempt).map(|pause| now + *pause),
    }
}
