//! What the rows of a list are of: whose history, as of which position, and its hash there.

use super::cell::to_the_microsecond;
use crate::{app::App, problem::Problem};
use chrono::{DateTime, Utc};

/// Where a list comes from.
pub(crate) struct Origin {
    /// Whose history, as its checkpoints say it.
    pub(super) source: String,
    pub(super) position: u64,
    /// To the microsecond.
    pub(super) time: String,
    /// Link of the event at the position, in hex.
    pub(super) hash: String,
    pub(super) of: Of,
}

/// What of the history it tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// All of it up to the position is folded in it.
    All,
    /// Rows have places of their own in it.
    Places,
    /// Nothing: it is a copy of something else.
    Nothing,
}

impl Origin {
    /// Read models: as of the position that is asked for, or of the one that all of them have reached now.
    pub(crate) async fn folded(app: &App) -> Result<Self, Problem> {
        let (position, at) = now_or_then(app).await?;
        Self::new(app, position, at, Of::All).await
    }

    /// Folded up to this position, which is not that of the question.
    pub(crate) async fn folded_to(app: &App, position: u64) -> Result<Self, Problem> {
        Self::new(app, position, app.instance.business.now(), Of::All).await
    }

    /// Events of the history up to this position.
    pub(crate) async fn events_to(app: &App, position: u64) -> Result<Self, Problem> {
        Self::new(app, position, app.instance.business.now(), Of::Places).await
    }

    /// A copy of a directory, which is no history.
    pub(crate) async fn copied(app: &App) -> Result<Self, Problem> {
        let (position, at) = now_or_then(app).await?;
        Self::new(app, position, at, Of::Nothing).await
    }

    async fn new(app: &App, position: u64, at: DateTime<Utc>, of: Of) -> Result<Self, Problem> {
        let store = &app.today.store;
        let hash = store.link_at(position).await;
        let hash = hash.map_err(|error| Problem::unavailable(&error))?;
        Ok(Self {
            source: store.source(),
            position,
            time: to_the_microsecond(at),
            hash: hex::encode(hash),
            of,
        })
    }
}

async fn now_or_then(app: &App) -> Result<(u64, DateTime<Utc>), Problem> {
    Ok(match app.as_of {
        Some(moment) => (moment.position, moment.instant),
        None => {
            let reached = app.instance.views.reached().await?;
            (reached, app.instance.business.now())
        }
    })
}
