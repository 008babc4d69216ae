//! How far a campaign is: how many of its accounts stand where, in all and by reviewer. Counted as things happen
//! ([`ReadModel::COUNTS`](crate::read_model::ReadModel)): a population may be everything that an organisation has.

use super::reviews::{ReviewStanding, TOTALS};
use crate::{
    ViewError, Views,
    cell::{Cell, Kind},
};
use sea_query::{Expr, ExprTrait, Query, SelectStatement};
use tenure_domain::PopulationId;
use uuid::Uuid;

/// Whose review every account of a population is, where all are counted.
pub(super) const ANYBODY: Uuid = Uuid::nil();

/// How many accounts of a reviewer stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewerTotal {
    /// User or group.
    pub reviewer: Uuid,
    /// Where.
    pub standing: ReviewStanding,
    /// How many.
    pub count: u64,
}

impl Views {
    /// How many accounts of this population stand where, exactly.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn review_totals(
        &self,
        population: PopulationId,
    ) -> Result<Vec<(ReviewStanding, u64)>, ViewError> {
        let mut query = totals(population);
        query.and_where(Expr::col("reviewer").eq(ANYBODY.as_bytes().to_vec()));
        let totals = self.totals(&query).await?;
        let of = |standing: &ReviewStanding| {
            let total = totals.iter().find(|total| total.standing == *standing);
            (*standing, total.map_or(0, |total| total.count))
        };
        Ok(ReviewStanding::ALL.iter().map(of).collect())
    }

    /// The same by reviewer. An account with two reviewers counts for both.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn reviewer_totals(
        &self,
        population: PopulationId,
    ) -> Result<Vec<ReviewerTotal>, ViewError> {
        let mut totals = self.totals(&totals(population)).await?;
        totals.retain(|total| total.reviewer != ANYBODY);
        Ok(totals)
    }

    async fn totals(&self, query: &SelectStatement) -> Result<Vec<ReviewerTotal>, ViewError> {
        let kinds = [Kind::Bytes, Kind::Text, Kind::Int];
        let total = |row: &Vec<Cell>| {
            let Some(Cell::Text(standing)) = row.get(1) else {
                return None;
            };
            Some(ReviewerTotal {
                reviewer: row.first().and_then(Cell::id)?,
                standing: ReviewStanding::named(standing)?,
                count: counted(row.get(2)),
            })
        };
        let rows = self.query(query, &kinds).await?;
        Ok(rows.iter().filter_map(total).collect())
    }
}

fn totals(population: PopulationId) -> SelectStatement {
    let mut query = Query::select();
    query
        .columns(["reviewer", "standing", "number"])
        .from(TOTALS)
        .and_where(Expr::col("population").eq(population.0.as_bytes().to_vec()));
    query
}

pub(super) fn counted(cell: Option<&Cell>) -> u64 {
    let count = cell.and_then(Cell::int).unwrap_or_default();
    u64::try_from(count).unwrap_or_default()
}
