//! Moving a virtual clock: from one due instant to the next, in order, with everything that follows done before the
//! next step. So a year passes in seconds, and every renewal, reminder and end happens as it would have.

use crate::{CommandError, Instance, run::Work, scheduler};
use chrono::{DateTime, Utc};
use std::time::{Duration, Instant};
use tenure_domain::timers::TimerClock;

/// How long one step may take to settle before the clock gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often to look whether orders have been reported.
const LOOK: Duration = Duration::from_millis(2);

/// How far the clock is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Business time reached.
    pub now: DateTime<Utc>,
    /// Timers fired so far.
    pub fired: usize,
}

/// Why the clock did not move.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// This instance follows the machine's clock.
    #[error("this instance follows the machine's clock, which cannot be moved")]
    NotVirtual,
    /// Time does not run backwards.
    #[error("the clock is at {now} already")]
    Backwards {
        /// Where it is.
        now: DateTime<Utc>,
    },
    /// Something did not get done in time.
    #[error("after a step to {at}, {what} did not finish within a minute")]
    Stuck {
        /// Where the clock is.
        at: DateTime<Utc>,
        /// What.
        what: &'static str,
    },
    /// Store or views cannot be read.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl Work {
    /// Moves the business clock to `to`, doing in order everything that falls due on the way.
    ///
    /// # Errors
    /// If the clock is not virtual, is past `to` already, or a step does not settle.
    pub async fn advance_clock(
        &self,
        instance: &Instance,
        to: DateTime<Utc>,
        mut progress: impl FnMut(Progress),
    ) -> Result<Progress, ClockError> {
        let clock = instance
            .virtual_clock
            .clone()
            .ok_or(ClockError::NotVirtual)?;
        let now = instance.business.now();
        if to < now {
            return Err(ClockError::Backwards { now });
        }
        let mut fired = 0;
        loop {
            self.settle(instance).await?;
            let newly = scheduler::fire_due(instance, TimerClock::Business).await?;
            fired += newly;
            if newly > 0 {
                continue;
            }
            let next = instance
                .views
                .next_timer(TimerClock::Business, instance.business.now())
                .await;
            let next = next.map_err(|error| CommandError::Unavailable(error.to_string()))?;
            let step = next.filter(|next| *next <= to).unwrap_or(to);
            clock.advance_to(step);
            progress(Progress { now: step, fired });
            if step == to && next.is_none_or(|next| next > to) {
                return Ok(Progress { now: step, fired });
            }
        }
    }

    /// Waits until everything that has happened is followed up: reactions done, orders reported, read models level.
    ///
    /// # Errors
    /// If that takes longer than a minute.
    pub async fn settle(&self, instance: &Instance) -> Result<(), ClockError> {
        let at = instance.business.now();
        let stuck = |what| ClockError::Stuck { at, what };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let head = instance
                .store
                .head()
                .await
                .map_err(CommandError::from)?
                .position;
            for (mut done, what) in [
                (self.reactions.clone(), "reactions"),
                (self.orders.clone(), "orders"),
            ] {
                let level =
                    tokio::time::timeout(PATIENCE, done.wait_for(|done| *done >= head)).await;
                level.map_err(|_| stuck(what))?.map_err(|_| stuck(what))?;
            }
            instance
                .views
                .wait_for(head, PATIENCE)
                .await
                .map_err(|_| stuck("the read models"))?;
            let outstanding = instance.views.outstanding_orders().await;
            let outstanding =
                outstanding.map_err(|error| CommandError::Unavailable(error.to_string()))?;
            let level = instance
                .store
                .head()
                .await
                .map_err(CommandError::from)?
                .position
                == head;
            if outstanding == 0 && level {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(stuck("the engines' work"));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}
