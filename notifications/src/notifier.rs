//! Reads the history behind its own mark, queues what is to be told, and sends what is queued. Both sides are at least
//! once: a mail's id is derived from event and address, so that queueing it again changes nothing, and the server may
//! see the same Message-ID twice after a crash between sending and marking.

use crate::{
    codes::code_for,
    delivery::{Delivery, MailError},
    drift, handed,
    message::{Facts, Rendered, render, render_text},
    recipients::Directory,
    table::{Notice, Subject, notices},
};
use chrono::{DateTime, TimeDelta, Utc};
use std::{sync::Arc, time::Duration};
use tenure_domain::{
    CampaignId, Event, Personal, UserId,
    account::{Account, AccountEvent, Managed},
    campaign::Campaign,
    directory::{Domain, DomainEvent, PeopleHeld, UnmanagedAccountsFound},
    email_template::{self, EmailTemplate},
    engine::{Engine, EngineEvent},
    ids::derived,
    request::{Request, RequestEvent, RequestKind, Stage},
    sentence,
    template::Template,
    user::User,
};
use tenure_eventstore::{
    EventStore, StoreError, StoredEvent,
    clock::{Clock, SystemClock},
    follow::{Follower, Handle, Retry},
    state::{InboxMessage, OutboxMessage},
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

    async fn queue(&self, page: &[Arc<StoredEvent>]) -> Result<(), Retry> {
        let mut queued = Queued::default();
        for event in handed::gathered(page) {
            self.tell(event, &mut queued).await?;
        }
        let (tables, now) = (self.store.state_tables(), self.system.now());
        let said = |error: StoreError| error.to_string();
        tables.tell(&queued.told).await.map_err(said)?;
        let gathered = now + handed::GATHERED;
        let later = tables.queue_messages(&queued.later, gathered);
        later.await.map_err(said)?;
        tables
            .queue_messages(&queued.mails, now)
            .await
            .map_err(said)
    }

    /// What follows from one event: mails, and notices in inboxes.
    async fn tell(&self, event: &StoredEvent, queued: &mut Queued) -> Result<(), Retry> {
        let Some((notice, recipients, subject)) = notices(event.stream, &event.event) else {
            return Ok(());
        };
        let Some(row) = notice.row() else {
            return Ok(());
        };
        let failed = |error: StoreError| error.to_string();
        let id = email_template::id_of(row.template).0;
        let template = self.store.cached_state::<EmailTemplate>(id).await;
        let template = template.map_err(failed)?.state;
        let by_mail = template.on.unwrap_or(row.on);
        // What an organisation does not want mailed is still in the inbox; what it never asked for is not.
        let in_inbox = (row.on || by_mail) && row.object != "user";
        if !by_mail && !in_inbox {
            return Ok(());
        }
        let directory = Directory {
            store: &self.store,
            views: &self.views,
        };
        let mut people = directory
            .people(recipients, event.stream, &event.event)
            .await
            .map_err(|error| error.to_string())?;
        let call = handed::call(event);
        if call.is_some() {
            // Who handed it over knows.
            people.retain(|(user, _)| Some(*user) != event.actor.user());
        }
        // What is told once: the event, or all of a call.
        let about = call.unwrap_or(event.id).to_string();
        let object = match subject {
            Subject::Campaign(campaign) => campaign,
            _ => event.stream,
        };
        if people.is_empty() {
            return Ok(());
        }
        let facts = self.facts(event, notice, subject).await.map_err(failed)?;
        let drift = match &event.event {
            Event::Domain(DomainEvent::AccountsDrifted(drifted)) => {
                let told = directory.told_of(drifted).await;
                Some((drifted, told.map_err(|error| error.to_string())?))
            }
            _ => None,
        };
        for (user, person) in people {
            let mut facts = Facts {
                recipient: person.display_name.clone(),
                ..facts.clone()
            };
            if let Subject::Campaign(campaign) = subject {
                let waiting = directory.waiting_for(CampaignId(campaign), user).await;
                facts.detail = match waiting.map_err(|error| error.to_string())? {
                    // Somebody else of the group was faster.
                    0 => continue,
                    1 => "one account".to_owned(),
                    count => format!("{count} accounts"),
                };
            }
            if let Some((drifted, told)) = &drift {
                drift::tell(&mut facts, drifted, told, user, &self.public_url);
            }
            if in_inbox && let Some(rendered) = written(notice, &facts, &template, event) {
                let key = ["inbox", &about, row.template, &user.to_string()];
                queued.told.push(InboxMessage {
                    id: derived(&key),
                    user,
                    position: event.position,
                    notice: row.template.to_owned(),
                    category: row.object.to_owned(),
                    object,
                    title: rendered.subject,
                    told_at: event.recorded_at,
                    read_at: None,
                });
            }
            if !by_mail {
                continue;
            }
            for address in &person.emails {
                if notice == Notice::Verification && person.is_verified(address) {
                    continue;
                }
                let facts = self
                    .with_code(notice, user, address, &facts)
                    .await
                    .map_err(failed)?;
                let Some(rendered) = written(notice, &facts, &template, event) else {
                    continue;
                };
                let id = derived(&["mail", &about, &format!("{notice:?}"), address]);
                let mails = match call {
                    Some(_) => &mut queued.later,
                    None => &mut queued.mails,
                };
                mails.push(OutboxMessage {
                    id: id.to_string(),
                    position: event.position,
                    recipient: address.clone(),
                    subject: rendered.subject,
                    text: rendered.text,
                    html: Some(rendered.html),
                });
            }
        }
        Ok(())
    }

    /// A code is one address's own, and only a mail carries it.
    async fn with_code(
        &self,
        notice: Notice,
        user: UserId,
        address: &str,
        facts: &Facts,
    ) -> Result<Facts, StoreError> {
        let mut facts = facts.clone();
        let now = self.system.now();
        if let Some(code) = code_for(&self.store, notice, user, address, now).await? {
            let page = if notice == Notice::Welcome {
                "welcome"
            } else {
                "verify"
            };
            // Behind the #: it reaches no server's log.
            facts.link = format!("{}/{page}#{code}", self.public_url);
            facts.code = code;
        }
        Ok(facts)
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
                    .identity()
                    .map(|(name, _)| name.to_owned())
                    .unwrap_or_default();
            }
            Subject::Campaign(id) => {
                facts.link = format!("{}/reviews?campaign={id}", self.public_url);
                let campaign = self.store.cached_state::<Campaign>(id).await?.state;
                if let Some(opened) = &campaign.opened {
                    facts.name = opened.content.name.clone();
                    facts.last_day = sentence::last_day(opened.content.due);
                }
            }
            Subject::Domain(id) => {
                facts.link = link("domains", &id);
                facts.name = self.domain_name(id).await?;
            }
            Subject::User(_) => facts.link = self.public_url.clone(),
        }
        match &event.event {
            Event::Domain(DomainEvent::UnmanagedAccountsFound(e)) => found(&mut facts, e),
            Event::Domain(DomainEvent::PeopleHeld(e)) => held(&mut facts, *e),
            Event::Domain(DomainEvent::FollowedGroupsMissing(e)) => {
                let names: Vec<_> = e.groups.iter().map(|group| group.name.as_str()).collect();
                facts.detail = names.join(", ");
            }
            Event::Domain(DomainEvent::SynchronisationFailed(e)) => {
                failure(&mut facts, &e.failure);
            }
            Event::Engine(EngineEvent::Impaired(e)) => failure(&mut facts, &e.failure),
            Event::Engine(EngineEvent::ContactLost(e)) => {
                facts.detail = e.last_heard.format("%Y-%m-%d %H:%M UTC").to_string();
            }
            Event::Account(AccountEvent::LifecycleEnded(e)) => {
                facts.last_day = sentence::last_day(e.lifecycle_end)
            }
            _ => {}
        }
        if matches!(notice, Notice::Welcome | Notice::Verification) {
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
                Event::Request(RequestEvent::ApprovalOverridden(e)) => e.step,
                Event::Request(RequestEvent::Escalated(e)) => e.step,
                Event::Request(RequestEvent::InformationRequested(e)) => e.step,
                Event::Request(RequestEvent::InformationGiven(_)) => match &*request {
                    Request::Submitted(submitted) => match &submitted.stage {
                        Stage::AwaitingApproval(approvals) => approvals.step,
                        _ => 0,
                    },
                    Request::Absent | Request::Draft(_) | Request::Deleted { .. } => 0,
                },
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
            Event::Request(RequestEvent::ApprovalOverridden(e)) => facts.reason = e.reason.clone(),
            Event::Request(RequestEvent::InformationRequested(e)) => {
                facts.reason = e.question.clone();
            }
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

/// The mail, in the organisation's words or in Tenure's own. One that cannot be written must not hold back the others.
fn written(
    notice: Notice,
    facts: &Facts,
    template: &EmailTemplate,
    event: &StoredEvent,
) -> Option<Rendered> {
    let own = template.text.as_ref();
    let rendered = own.map_or_else(|| render(notice, facts), |text| render_text(text, facts));
    // Texts are checked when they are saved; an update of Tenure may still take a parameter away.
    let rendered = rendered.or_else(|error| {
        tracing::error!(?notice, position = event.position, %error, "a mail cannot be written");
        metrics::counter!("tenure_mails_unwritable_total").increment(1);
        render(notice, facts)
    });
    rendered.ok()
}

/// What a page of events tells.
#[derive(Default)]
struct Queued {
    told: Vec<InboxMessage>,
    mails: Vec<OutboxMessage>,
    /// Those that wait for the rest of their call.
    later: Vec<OutboxMessage>,
}

/// Queues what each page of events tells.
struct Queue<'a>(&'a Notifier);

impl Handle for Queue<'_> {
    async fn handle(&self, page: &[Arc<StoredEvent>]) -> Result<(), Retry> {
        self.0.queue(page).await
    }
}

fn failure(facts: &mut Facts, failure: &tenure_domain::order::Failure) {
    facts.reason = failure.reason.explanation().to_owned();
    facts.detail = failure.detail.clone();
}

fn found(facts: &mut Facts, found: &UnmanagedAccountsFound) {
    facts.detail = match found.count {
        1 => "one account".to_owned(),
        count => format!("{count} accounts"),
    };
    let riskiest = found.riskiest.iter();
    let riskiest: Vec<_> = riskiest
        .map(|account| format!("{} ({} risk)", account.name, account.risk.text()))
        .collect();
    facts.reason = format!("The riskiest: {}.", riskiest.join(", "));
}

fn held(facts: &mut Facts, held: PeopleHeld) {
    facts.detail = match (held.coming, held.leaving) {
        (coming, 0) => format!("{coming} would come"),
        (0, leaving) => format!("{leaving} of {} would leave", held.followed),
        (coming, leaving) => {
            format!(
                "{leaving} of {} would leave, {coming} would come",
                held.followed
            )
        }
    };
}

/// When to try again; `None` = never.
fn retry_at(error: &MailError, attempts: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let attempt = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    match error {
        MailError::Refused(_) | MailError::Config { .. } => None,
        MailError::Later(_) => PAUSES.get(attempt).map(|pause| now + *pause),
    }
}
