//! Live changes: server-sent events that say what changed, never how; the reader queries what concerns it.

use super::synchronisation::ProgressBody;
use crate::{
    access::authorise::{Signed, signed_in},
    app::App,
    problem::{Kind, Problem},
    query::Filter,
};
use axum::{
    extract::State,
    http::{HeaderMap, Method, header},
    response::{IntoResponse, Response, Sse, sse},
};
use serde::{Deserialize, Serialize};
use std::{
    convert::Infallible,
    sync::PoisonError,
    time::{Duration, Instant},
};
use tenure_domain::{
    Event, GroupId, UserId,
    account::Account,
    api_token::ApiToken,
    deputy::DeputyshipEvent,
    permission::{Feature, Verb},
    request::Request,
    template::Template,
};
use tenure_eventstore::{StoreError, StoredEvent};
use tenure_workflow::{contact::News, synchronisation::Progress};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// A sign of life, and a look whether the session still is.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Further behind, a reader is told to load everything anew.
const LONGEST_GAP: u64 = 10_000;
const PAGE: usize = 500;
/// Between two words of how far the reading of a domain is.
const READING: Duration = Duration::from_millis(500);
/// Open streams of one person.
const MOST: usize = 20;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(events))
}

/// Where to begin.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Since {
    /// After this position; without it and without `Last-Event-ID`, from now on.
    after: Option<u64>,
}

/// Something changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Change {
    /// Its place in the history; also the event's id, to resume from.
    position: u64,
    /// Kind of object.
    kind: String,
    /// The object.
    id: Uuid,
    /// What happened: the event's stable type.
    #[serde(rename = "type")]
    event_type: &'static str,
}

/// Something came into one's inbox, or waits there at the beginning of the stream.
#[derive(Debug, Serialize)]
struct InboxNews {
    unread: u64,
}

/// An engine said how it does: not a change of the history, and so without a position.
#[derive(Debug, Serialize)]
struct EngineNews {
    id: Uuid,
}

/// Sends what changes as it changes, filtered by what the caller may read. An event `inbox` says how many notices are
/// unread, whenever one came; an event `synchronisation` how far the reading of a domain is. An event `engine-health` names an
/// engine that said how it does. Resumes after `Last-Event-ID`. An event
/// `reset` says: too much has changed since, load anew.
#[utoipa::path(get, path = "/api/v1/events", tag = "System", params(Since),
    responses((status = 200, content_type = "text/event-stream", body = Change)))]
async fn events(
    State(app): State<App>,
    signed: Signed,
    headers: HeaderMap,
    Filter(since): Filter<Since>,
) -> Result<Response, Problem> {
    let last = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    let head = app
        .instance
        .store
        .head()
        .await
        .map_err(|error| Problem::unavailable(&error))?
        .position;
    let after = last.or(since.after).unwrap_or(head).min(head);
    let place = Place::take(&app, signed.user())?;
    let (sender, receiver) = mpsc::channel(64);
    let feed = Feed {
        app,
        signed,
        headers: credentials(&headers),
        sender,
        _place: place,
    };
    tokio::spawn(feed.run(after, head));
    let stream = tokio_stream::wrappers::ReceiverStream::new(receiver);
    let mut response = Sse::new(stream).into_response();
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    // Proxies that buffer would hold changes back.
    response
        .headers_mut()
        .insert("x-accel-buffering", header::HeaderValue::from_static("no"));
    Ok(response)
}

/// What the session is known by.
fn credentials(headers: &HeaderMap) -> HeaderMap {
    let kept = [header::AUTHORIZATION, header::COOKIE];
    headers
        .iter()
        .filter(|(name, _)| kept.contains(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// One of a person's open streams.
struct Place {
    app: App,
    user: UserId,
}

impl Place {
    fn take(app: &App, user: UserId) -> Result<Self, Problem> {
        let mut open = app.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user).or_default();
        if *count >= MOST {
            let detail = format!("You have {MOST} event streams open already. Close one.");
            return Err(Problem::new(Kind::TooManyStreams, detail).retry_after(5));
        }
        *count += 1;
        drop(open);
        Ok(Self {
            app: app.clone(),
            user,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self
            .app
            .streams
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

/// Why a stream ends: the reader connects again, and hears why if it may not.
struct Over;

struct Feed {
    app: App,
    signed: Signed,
    headers: HeaderMap,
    sender: mpsc::Sender<Result<sse::Event, Infallible>>,
    _place: Place,
}

impl Feed {
    async fn run(mut self, mut after: u64, head: u64) {
        let ended: Result<(), Over> = async {
            if head - after > LONGEST_GAP {
                after = head;
                self.send(sse::Event::default().event("reset").id(after.to_string()).data("{}")).await?;
            }
            let shutdown = self.app.config.shutdown.clone();
            let mut news = self.app.instance.store.head_watch();
            let mut arrivals = self.app.instance.store.state_tables().inbox_watch();
            let mut reading = self.app.instance.engines.reading();
            let mut told_reading = Instant::now();
            let mut engines = self.app.instance.engines.news();
            let mut heard = engines.borrow_and_update().clone();
            let mut newest = 0;
            let mut heartbeat = tokio::time::interval(HEARTBEAT);
            heartbeat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                after = self.catch_up(after).await?;
                newest = self.tell_inbox(newest).await?;
                let now = engines.borrow_and_update().clone();
                self.tell_engines(&heard, &now).await?;
                heard = now;
                tokio::select! {
                    changed = news.changed() => changed.map_err(|_| Over)?,
                    changed = arrivals.changed() => changed.map_err(|_| Over)?,
                    changed = reading.changed() => {
                        changed.map_err(|_| Over)?;
                        let progress = *reading.borrow_and_update();
                        if told_reading.elapsed() >= READING {
                            told_reading = Instant::now();
                            self.tell_reading(progress).await?;
                        }
                    }
                    changed = engines.changed() => changed.map_err(|_| Over)?,
                    _ = heartbeat.tick() => {
                        self.still_signed_in().await?;
                        // Its id moves on although nothing concerned this reader.
                        self.send(sse::Event::default().comment("alive").id(after.to_string())).await?;
                    }
                    () = self.sender.closed() => return Err(Over),
                    () = shutdown.cancelled() => return Err(Over),
                }
            }
        }
        .await;
        if ended.is_err() {
            tracing::debug!(user = %self.signed.user(), "an event stream ended");
        }
    }

    async fn send(&self, event: sse::Event) -> Result<(), Over> {
        self.sender.send(Ok(event)).await.map_err(|_| Over)
    }

    async fn catch_up(&self, mut after: u64) -> Result<u64, Over> {
        loop {
            let page = self
                .app
                .instance
                .store
                .read(after, PAGE)
                .await
                .map_err(|error| self.failed(&error))?;
            let full = page.len() == PAGE;
            for event in page {
                after = event.position;
                if self
                    .concerns(&event)
                    .await
                    .map_err(|error| self.failed(&error))?
                {
                    let change = Change {
                        position: event.position,
                        kind: event.kind.to_owned(),
                        id: event.stream,
                        event_type: event.event.type_name(),
                    };
                    let event = sse::Event::default()
                        .id(change.position.to_string())
                        .event("change");
                    self.send(event.json_data(&change).map_err(|_| Over)?)
                        .await?;
                }
            }
            if !full {
                return Ok(after);
            }
        }
    }

    fn failed(&self, error: &StoreError) -> Over {
        tracing::warn!(%error, "an event stream ended: the store could not be read");
        Over
    }

    /// Rights change, and sessions end, while a stream is open.
    async fn still_signed_in(&mut self) -> Result<(), Over> {
        let signed = signed_in(&self.app, &self.headers, &Method::GET).await;
        self.signed = signed.map_err(|_| Over)?;
        Ok(())
    }

    /// Says what is unread, if something came since `newest`.
    async fn tell_inbox(&self, newest: u64) -> Result<u64, Over> {
        let tables = self.app.instance.store.state_tables();
        let state = tables.inbox_state(self.signed.user()).await;
        let (unread, now) = state.map_err(|error| self.failed(&error))?;
        if now != newest {
            let news = InboxNews { unread };
            let event = sse::Event::default().event("inbox").json_data(&news);
            self.send(event.map_err(|_| Over)?).await?;
        }
        Ok(now)
    }

    /// Says how far the reading of a domain is; that it is done, its change says.
    async fn tell_reading(&self, progress: Option<Progress>) -> Result<(), Over> {
        let reads = self.signed.reach(Feature::DirectoryService, Verb::Read);
        let Some(progress) = progress.filter(|_| reads.is_some()) else {
            return Ok(());
        };
        let event = sse::Event::default().event("synchronisation");
        let event = event.json_data(ProgressBody::new(progress, None));
        self.send(event.map_err(|_| Over)?).await
    }

    /// Names the engines that said since `before` how they do.
    async fn tell_engines(&self, before: &News, now: &News) -> Result<(), Over> {
        if self.signed.reach(Feature::Engine, Verb::Read).is_none() {
            return Ok(());
        }
        for (engine, _) in now.iter().filter(|(id, at)| before.get(id) != Some(at)) {
            let event = sse::Event::default().event("engine-health");
            let event = event.json_data(&EngineNews { id: engine.0 });
            self.send(event.map_err(|_| Over)?).await?;
        }
        Ok(())
    }

    /// May the person read the object that changed?
    async fn concerns(&self, event: &StoredEvent) -> Result<bool, StoreError> {
        let (store, signed) = (&self.app.instance.store, &self.signed);
        let reads = |feature| signed.reach(feature, Verb::Read).is_some();
        let reads_all = |feature| signed.reaches_all(feature, Verb::Read);
        Ok(match &event.event {
            Event::Account(_) if reads(Feature::ManagedAccount) => {
                let account = store.cached_state::<Account>(event.stream).await?.state;
                account
                    .managed()
                    .is_some_and(|account| signed.sees_account(account))
            }
            Event::Request(_)
                if reads(Feature::ProvisionRequest) || reads(Feature::ProvisionApproval) =>
            {
                signed.sees_request(&store.cached_state::<Request>(event.stream).await?.state)
            }
            Event::Template(_) if reads(Feature::ProvisionTemplate) => {
                signed.sees_template(&store.cached_state::<Template>(event.stream).await?.state)
            }
            Event::Account(_) | Event::Request(_) | Event::Template(_) => false,
            Event::User(_) => reads_all(Feature::User) || event.stream == signed.user().0,
            Event::Group(_) => {
                reads_all(Feature::Group)
                    || (reads(Feature::Group)
                        && signed.rights.groups.contains(&GroupId(event.stream)))
            }
            Event::Role(_) => reads(Feature::Role),
            Event::Domain(_) => reads(Feature::DirectoryService),
            Event::Engine(_) => reads(Feature::Engine),
            Event::EmailTemplate(_) => reads(Feature::EmailNotification),
            Event::ApiToken(_) if reads(Feature::ApiToken) => {
                let token = store.cached_state::<ApiToken>(event.stream).await?.state;
                token.owner() == Some(signed.user())
            }
            Event::ApiToken(_) => false,
            // That there is something to review; what, each asks.
            Event::Campaign(_) => reads(Feature::ManagedAccount),
            Event::Population(_) => false,
            Event::Review(_) => {
                reads_all(Feature::ManagedAccount) || event.actor.user() == Some(signed.user())
            }
            Event::Deputyship(event_of) => {
                let deputy = match event_of {
                    DeputyshipEvent::Named(named) => Some(named.deputy),
                    DeputyshipEvent::Withdrawn(_) => None,
                };
                reads_all(Feature::User)
                    || event.stream == signed.user().0
                    || deputy == Some(signed.user())
            }
        })
    }
}
