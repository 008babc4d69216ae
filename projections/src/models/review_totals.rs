//! How far a campaign is: how many of its accounts stand where, in all and by reviewer.

use super::reviews::{REVIEWERS, REVIEWS, ReviewStanding};
use crate::{
    ViewError, Views,
    cell::{Cell, Kind},
};
use sea_query::{Expr, ExprTrait, Func, Query};
use tenure_domain::PopulationId;
use uuid::Uuid;

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
        let mut query = Query::select();
        query
            .column("standing")
            .expr(Func::count(Expr::col("id")))
            .from(REVIEWS)
            .and_where(Expr::col("population").eq(population.0.as_bytes().to_vec()))
            .group_by_col("standing");
        let kinds = [Kind::Text, Kind::Int];
        let rows = self.query(&query, &kinds).await?;
        let of = |standing: &ReviewStanding| {
            let row = rows.iter().find(
                |row| matches!(row.first(), Some(Cell::Text(text)) if text == standing.text()),
            );
            (*standing, row.map_or(0, |row| counted(row.get(1))))
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
        let mut query = Query::select();
        query
            .column((REVIEWERS, "reviewer"))
            .column((REVIEWS, "standing"))
            .expr(Func::count(Expr::col((REVIEWS, "id"))))
            .from(REVIEWS)
            .inner_join(
                REVIEWERS,
                Expr::col((REVIEWERS, "id")).equals((REVIEWS, "id")),
            )
            .and_where(Expr::col((REVIEWS, "population")).eq(population.0.as_bytes().to_vec()))
            .group_by_col((REVIEWERS, "reviewer"))
            .group_by_col((REVIEWS, "standing"));
        let kinds = [Kind::Bytes, Kind::Text, Kind::Int];
        let rows = self.query(&query, &kinds).await?;
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
        Ok(rows.iter().filter_map(total).collect())
    }
}

fn counted(cell: Option<&Cell>) -> u64 {
    let count = cell.and_then(Cell::int).unwrap_or_default();
    u64::try_from(count).unwrap_or_default()
}
