//! Lists of accounts of campaigns. A population may be everything that an organisation has, and one person may review all of it: so
//! a list is merged from parts that have an index in its order, and how many there are is not counted again each time.

use super::{
    campaigns::{CAMPAIGNS, CampaignStatus},
    review_totals::{ANYBODY, counted},
    review_words::{Search, by_name},
    reviews::{REVIEWERS, REVIEWS, ReviewRow, ReviewStanding, Reviews, TOTALS, WORDS},
};
use crate::{
    Count, Page, Paged, SortOrder, ViewError, Views,
    cell::{Cell, Kind},
    list::{Apart, EXACT, one_of},
    search::matching,
};
use sea_query::{Cond, Expr, ExprTrait, Func, Query, SelectStatement};
use std::collections::{BTreeMap, BTreeSet};
use tenure_domain::{PopulationId, ReviewId};
use uuid::Uuid;

/// Parts that a list is merged from; of more, sorting what is found costs less.
pub(super) const MERGED: usize = 100;

/// Which accounts of campaigns.
#[derive(Clone, Debug, Default)]
pub struct ReviewFilter {
    /// Of this population.
    pub population: Option<PopulationId>,
    /// Of campaigns that stand so.
    pub campaigns: Option<CampaignStatus>,
    /// Reviewed by one of these users and groups; empty = by anyone, and by nobody.
    pub reviewers: Vec<Uuid>,
    /// They stand like one of these; empty = any.
    pub standing: Vec<ReviewStanding>,
    /// Words of the name begin like this.
    pub search: Option<String>,
    /// Among these; empty = any.
    pub ids: Vec<ReviewId>,
}

fn bytes(id: &Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

impl ReviewFilter {
    /// Of which populations.
    fn populations(&self) -> Cond {
        let standing_so = self.campaigns.map(|status| {
            let mut populations = Query::select();
            let status = Expr::col("status").eq(status.text());
            populations
                .column("population")
                .from(CAMPAIGNS)
                .and_where(status);
            Expr::col("population").in_subquery(populations)
        });
        let of = self.population.map(|id| bytes(&id.0));
        Cond::all()
            .add_option(of.map(|id| Expr::col("population").eq(id)))
            .add_option(standing_so)
    }

    pub(super) fn condition(&self) -> Cond {
        let standing: Vec<_> = self.standing.iter().map(|s| s.text()).collect();
        let reviewed = (!self.reviewers.is_empty()).then(|| {
            let mut reviewed = Query::select();
            let by = Expr::col("reviewer").is_in(self.reviewers.iter().map(bytes));
            reviewed.column("id").from(REVIEWERS).and_where(by);
            Expr::col("id").in_subquery(reviewed)
        });
        let search = self.search.as_deref();
        let search = search.and_then(|search| matching(WORDS, search));
        let picked = !self.reviewers.is_empty() || search.is_some() || !self.ids.is_empty();
        let ids = || self.ids.iter().map(|id| bytes(&id.0));
        self.populations()
            .add_option((!self.ids.is_empty()).then(|| Expr::col("id").is_in(ids())))
            .add_option(one_of("standing", &standing, picked))
            .add_option(reviewed)
            .add_option(search.map(|found| Expr::col("id").in_subquery(found)))
    }

    /// What these parts of the shares are together.
    pub(super) fn merged<'a>(&self, shares: &Shares, parts: &'a [Expr]) -> Apart<'a> {
        let reviewers: BTreeSet<_> = shares.keys().map(|share| share.reviewer).collect();
        Apart {
            from: match self.reviewers.is_empty() {
                true => REVIEWS,
                false => REVIEWERS,
            },
            each: parts,
            several: reviewers.len() > 1,
        }
    }

    fn wants(&self, standing: ReviewStanding) -> bool {
        self.standing.is_empty() || self.standing.contains(&standing)
    }
}

/// What a reviewer, or anybody, has of a population.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Share {
    pub(super) population: Uuid,
    /// [`ANYBODY`] where the filter names none.
    reviewer: Uuid,
}

/// How many of what is wanted are whose.
pub(super) type Shares = BTreeMap<Share, u64>;

impl Share {
    /// As conditions, for each of which there is an index by name.
    pub(super) fn parts(self, filter: &ReviewFilter) -> Vec<Expr> {
        let of = Expr::col("population").eq(bytes(&self.population));
        let anybody = self.reviewer == ANYBODY;
        if anybody && filter.standing.is_empty() {
            // By name, whatever is said of them.
            return vec![of];
        }
        let (of, column) = match anybody {
            true => (of, "standing"),
            false => {
                let by = Expr::col("reviewer").eq(bytes(&self.reviewer));
                (by.and(of), "stands")
            }
        };
        let wanted = ReviewStanding::ALL.iter().filter(|s| filter.wants(**s));
        let so = |standing: &ReviewStanding| {
            let standing = Expr::col(column).eq(standing.text());
            of.clone().and(standing)
        };
        wanted.map(so).collect()
    }
}

impl Views {
    /// Accounts of campaigns by name, a page at a time.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn reviews(
        &self,
        filter: &ReviewFilter,
        order: SortOrder,
        page: &Page,
    ) -> Result<Paged<ReviewRow>, ViewError> {
        let all = || self.list::<Reviews>(by_name(filter.condition(), order), page);
        if !filter.ids.is_empty() {
            return all().await;
        }
        let shares = self.review_shares(filter).await?;
        if let Some(search) = filter.search.as_deref().and_then(Search::of) {
            let found = self.reviews_found(filter, &search, &shares, order, page);
            return found.await;
        }
        let parts: Vec<_> = shares
            .keys()
            .flat_map(|share| share.parts(filter))
            .collect();
        if parts.is_empty() {
            return Ok(Paged::nothing());
        }
        if parts.len() > MERGED {
            return all().await;
        }
        let apart = filter.merged(&shares, &parts);
        let uncounted = Page {
            uncounted: true,
            ..page.clone()
        };
        let found = self.list_from::<Reviews>(by_name(Cond::all(), order), &apart, &uncounted);
        let mut found = found.await?;
        if !page.uncounted {
            found.total = self.review_count(&shares, &apart).await?;
        }
        Ok(found)
    }

    /// Who has how many of what is wanted; nobody who has nothing of a population at all.
    async fn review_shares(&self, filter: &ReviewFilter) -> Result<Shares, ViewError> {
        let reviewers = match filter.reviewers.as_slice() {
            [] => &[ANYBODY],
            reviewers => reviewers,
        };
        let mut query = Query::select();
        query
            .columns(["population", "reviewer", "standing", "number"])
            .from(TOTALS)
            .cond_where(filter.populations())
            .and_where(Expr::col("reviewer").is_in(reviewers.iter().map(bytes)));
        let kinds = [Kind::Bytes, Kind::Bytes, Kind::Text, Kind::Int];
        let mut shares = Shares::new();
        for row in self.query(&query, &kinds).await? {
            let [population, reviewer, Cell::Text(standing), number] = row.as_slice() else {
                continue;
            };
            let (Some(population), Some(reviewer)) = (population.id(), reviewer.id()) else {
                continue;
            };
            let share = shares.entry(Share {
                population,
                reviewer,
            });
            let wanted = ReviewStanding::named(standing).is_some_and(|s| filter.wants(s));
            *share.or_default() += if wanted { counted(Some(number)) } else { 0 };
        }
        Ok(shares)
    }

    /// How many they are together. What two of them have counts once.
    async fn review_count(&self, shares: &Shares, apart: &Apart<'_>) -> Result<Count, ViewError> {
        if !apart.several {
            return Ok(exactly(shares.values().sum()));
        }
        let mut whose: BTreeMap<Uuid, u64> = BTreeMap::new();
        for (share, number) in shares {
            *whose.entry(share.reviewer).or_default() += number;
        }
        let most = whose.values().copied().max().unwrap_or_default();
        if most > EXACT || whose.values().filter(|number| **number > 0).count() < 2 {
            return Ok(exactly(most));
        }
        Ok(exactly(self.how_many(apart, Cond::all()).await?))
    }

    /// These accounts of campaigns, in any order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn reviews_among(&self, ids: &[ReviewId]) -> Result<Vec<ReviewRow>, ViewError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        self.among::<Reviews>(&ids).await
    }
}

pub(super) fn exactly(value: u64) -> Count {
    Count {
        value: Ord::min(value, EXACT),
        more: value > EXACT,
    }
}

/// Counts what meets the condition and is in one of the parts, up to where counts are exact.
pub(super) fn at_most(apart: &Apart<'_>, condition: Cond) -> SelectStatement {
    let any = apart.each.iter().cloned().fold(Cond::any(), Cond::add);
    let mut some = Query::select();
    some.column("id")
        .from(apart.from)
        .cond_where(condition.add(any))
        .limit(EXACT + 1);
    if apart.several {
        some.distinct();
    }
    let mut query = Query::select();
    query
        .expr(Func::count(Expr::col(sea_query::Asterisk)))
        .from_subquery(some, "some");
    query
}
