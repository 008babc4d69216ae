//! Accounts of campaigns, one row each: who reviews it, what was said, and what came of a revocation. A row begins with the part
//! of the population that it lies in; the stream of its own begins when somebody says something.

use super::{ABSENT, review_totals::ANYBODY, review_words::words};
use crate::{
    cell::Kind,
    models::accounts::owner_id,
    read_model::{Cells, ReadModel, content, of_content},
    search::folded,
    table::Table,
};
use chrono::{DateTime, Utc, serde::ts_microseconds};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenure_domain::{
    AccountId, Actor, CampaignId, DomainId, Event, PopulationId, ReviewId, UserId,
    campaign::{PopulationEvent, PopulationFrozen, ReviewItem},
    order::{Failure, OrderNumber},
    ownership::Owner,
    review::{Decision, ReviewEvent},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// An account of a campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewRow {
    /// What is decided of it.
    pub id: ReviewId,
    /// In which campaign.
    pub campaign: CampaignId,
    /// In which population.
    pub population: PopulationId,
    /// In which part of it.
    pub part: u32,
    /// Which account.
    pub account: AccountId,
    /// sAMAccountName.
    pub name: String,
    /// Where it lives.
    pub domain: DomainId,
    /// Who was accountable when it was frozen.
    pub owners: Vec<Owner>,
    /// Who reviews it.
    pub reviewers: Vec<Owner>,
    /// Where it stands.
    pub standing: ReviewStanding,
    /// What was said last; none = nothing.
    pub decided: Option<DecidedReview>,
    /// Since when the account is to be disabled.
    pub ordered: Option<FollowedReview>,
    /// How that ended: seen in the directory, refused, or come to nothing.
    pub followed: Option<FollowedReview>,
    /// Why the directory refused.
    pub failure: Option<Failure>,
    /// Why there was nothing to revoke.
    pub detail: Option<String>,
    /// By which order the directory followed.
    pub order: Option<OrderNumber>,
}

/// What was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecidedReview {
    /// What; none = it was handed to somebody else.
    pub decision: Option<Decision>,
    /// Why.
    pub reason: String,
    /// Who; Tenure itself, if nobody answered in time.
    pub by: Actor,
    /// In whose name, if a deputy said so.
    #[serde(default)]
    pub on_behalf_of: Option<UserId>,
    /// When.
    #[serde(with = "ts_microseconds")]
    pub at: DateTime<Utc>,
    /// Of that event.
    pub position: u64,
}

/// A step of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedReview {
    /// When.
    #[serde(with = "ts_microseconds")]
    pub at: DateTime<Utc>,
    /// Of that event.
    pub position: u64,
}

macro_rules! standings {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        /// Where a review stands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum ReviewStanding { $($(#[$doc])* $variant),+ }

        impl ReviewStanding {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As written.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// By that text.
            #[must_use]
            pub fn named(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|standing| standing.text() == text)
            }
        }
    };
}

standings!(
    /// Nobody has said anything.
    Open = "open",
    /// Somebody did not know.
    Unknown = "unknown",
    /// It is needed.
    Kept = "kept",
    /// Revoked; nothing is ordered yet.
    Decided = "decided",
    /// Revoked; the account is to be disabled.
    Ordered = "ordered",
    /// Revoked; the directory has confirmed it.
    Observed = "observed",
    /// Revoked; the directory refused.
    Failed = "failed",
    /// Revoked; there was nothing to revoke.
    Unneeded = "unneeded",
    /// Revoked; somebody enabled the account before the directory had followed.
    Undone = "undone",
);

impl ReviewStanding {
    /// Those that wait for a reviewer.
    pub const WAITING: &'static [Self] = &[Self::Open, Self::Unknown];
}

impl ReviewRow {
    fn frozen(part: &PopulationFrozen, item: &ReviewItem) -> Self {
        Self {
            id: item.review,
            campaign: part.campaign,
            population: part.population,
            part: part.part,
            account: item.account,
            name: item.name.clone(),
            domain: item.domain,
            owners: item.owners.clone(),
            reviewers: item.reviewers.clone(),
            standing: ReviewStanding::Open,
            decided: None,
            ordered: None,
            followed: None,
            failure: None,
            detail: None,
            order: None,
        }
    }

    fn apply(&mut self, event: &StoredEvent, review: &ReviewEvent) {
        let said = |decision, reason: &str, on_behalf_of| {
            Some(DecidedReview {
                decision,
                reason: reason.to_owned(),
                by: event.actor.clone(),
                on_behalf_of,
                at: event.recorded_at,
                position: event.position,
            })
        };
        let step = Some(FollowedReview {
            at: event.recorded_at,
            position: event.position,
        });
        match review {
            ReviewEvent::Decided(e) => {
                self.standing = match e.decision {
                    Decision::Keep => ReviewStanding::Kept,
                    Decision::Revoke => ReviewStanding::Decided,
                    Decision::DoNotKnow => ReviewStanding::Unknown,
                };
                self.decided = said(Some(e.decision), &e.reason, e.on_behalf_of);
                let also = e.also_asked.filter(|also| !self.reviewers.contains(also));
                self.reviewers.extend(also);
            }
            ReviewEvent::Reassigned(e) => {
                self.standing = ReviewStanding::Open;
                self.reviewers.clone_from(&e.reviewers);
                self.decided = said(None, &e.reason, e.on_behalf_of);
            }
            ReviewEvent::Lapsed(_) => {
                self.standing = ReviewStanding::Decided;
                self.decided = said(Some(Decision::Revoke), "", None);
            }
            ReviewEvent::RevocationOrdered(_) => {
                self.standing = ReviewStanding::Ordered;
                self.ordered = step;
            }
            ReviewEvent::RevocationObserved(e) => {
                self.standing = ReviewStanding::Observed;
                (self.followed, self.failure) = (step, None);
                self.order = Some(e.number);
            }
            ReviewEvent::RevocationFailed(e) => {
                self.standing = ReviewStanding::Failed;
                self.followed = step;
                self.failure = Some(e.failure.clone());
            }
            ReviewEvent::RevocationUnneeded(e) => {
                self.standing = ReviewStanding::Unneeded;
                self.followed = step;
                self.detail = Some(e.detail.clone());
            }
            ReviewEvent::RevocationUndone(_) => {
                self.standing = ReviewStanding::Undone;
                self.followed = step;
            }
        }
    }
}

pub(crate) struct Reviews;

pub(super) const REVIEWS: &str = "view_reviews";
pub(super) const REVIEWERS: &str = "view_review_reviewers";
pub(super) const WORDS: &str = "view_review_words";
pub(super) const TOTALS: &str = "view_review_totals";

impl ReadModel for Reviews {
    const NAME: &'static str = "reviews";
    const VERSION: u32 = 3;
    const KINDS: &'static [&'static str] = &["population", "review"];
    const BEGINS: bool = false;
    const TABLES: &'static [Table] = &[
        Table {
            name: REVIEWS,
            columns: &[
                ("id", Kind::Bytes),
                ("name_key", Kind::Text),
                ("population", Kind::Bytes),
                ("standing", Kind::Text),
                ("content", Kind::Bytes),
            ],
            key: 1,
            indexes: &[
                &["population", "name_key", "id"],
                &["population", "standing", "name_key", "id"],
            ],
        },
        Table {
            name: REVIEWERS,
            // With what a reviewer's list is chosen and ordered by: it may be as long as the population.
            columns: &[
                ("id", Kind::Bytes),
                ("reviewer", Kind::Bytes),
                ("population", Kind::Bytes),
                ("stands", Kind::Text),
                ("name_key", Kind::Text),
            ],
            key: 2,
            indexes: &[&["reviewer", "population", "stands", "name_key", "id"]],
        },
        Table {
            name: WORDS,
            columns: &[
                ("id", Kind::Bytes),
                ("word", Kind::Text),
                ("alike", Kind::Int),
                ("population", Kind::Bytes),
                ("name_key", Kind::Text),
            ],
            key: 2,
            indexes: &[&["population", "word", "alike", "name_key", "id"]],
        },
        Table {
            name: TOTALS,
            columns: &[
                ("population", Kind::Bytes),
                ("reviewer", Kind::Bytes),
                ("standing", Kind::Text),
                ("number", Kind::Int),
            ],
            key: 3,
            indexes: &[],
        },
    ];
    const COUNTS: Option<usize> = Some(3);

    type Key = Uuid;
    type Row = ReviewRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if let Event::Population(PopulationEvent::Frozen(part)) = &event.event {
            keys.extend(part.items.iter().map(|item| item.review.0));
        } else if let Event::Review(_) = &event.event {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        id: Uuid,
        row: Option<ReviewRow>,
    ) -> Result<Option<ReviewRow>, String> {
        if let Event::Population(PopulationEvent::Frozen(part)) = &event.event {
            let item = part.items.iter().find(|item| item.review.0 == id);
            return Ok(item.map(|item| ReviewRow::frozen(part, item)));
        }
        let Event::Review(review) = &event.event else {
            return Ok(row);
        };
        let mut row = row.ok_or(ABSENT)?;
        row.apply(event, review);
        Ok(Some(row))
    }

    fn cells(row: &ReviewRow) -> Result<Cells, String> {
        Ok(vec![
            folded(&row.name).as_str().into(),
            row.population.0.into(),
            row.standing.text().into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<ReviewRow, String> {
        of_content(cells)
    }

    fn indexed(row: &ReviewRow) -> Vec<BTreeSet<Cells>> {
        let (population, standing) = (row.population.0, row.standing.text());
        let name = folded(&row.name);
        let reviewers = || row.reviewers.iter().map(owner_id);
        let found = |reviewer: Uuid| {
            let of = [reviewer.into(), population.into(), standing.into()];
            of.into_iter().chain([name.as_str().into()]).collect()
        };
        let counted = |reviewer: Uuid| vec![population.into(), reviewer.into(), standing.into()];
        vec![
            reviewers().map(found).collect(),
            words(population, &row.name),
            reviewers().chain([ANYBODY]).map(counted).collect(),
        ]
    }
}
