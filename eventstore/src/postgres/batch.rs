//! The append of a batch in which nothing conflicts, which is nearly every one.

use super::columns;
use crate::{
    StoreError,
    append::Append,
    log::{NetName, Places, Tails, net_names},
    record::Head,
};
use sqlx::{PgConnection, Row};

const CALL: &str = "SELECT append_batch($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,\
                    $23,$24,$25,$26,$27,$28,$29,$30,$31,$32)";

/// What became of an append without explanations.
pub(super) enum Quick {
    Appended(Places),
    /// Nothing was appended, since somebody else has appended.
    Moved,
    /// Nothing was appended: `append_events` tells why.
    Conflict,
}

impl Quick {
    /// By the function's answer.
    pub(super) fn of(outcome: i32, places: Places) -> Self {
        match outcome {
            0 => Self::Appended(places),
            1 => Self::Moved,
            _ => Self::Conflict,
        }
    }
}

/// Appends the batch, unless something is in the way.
pub(super) async fn call(
    connection: &mut PgConnection,
    head: &Head,
    batch: &[&Append],
    virtual_clock: bool,
) -> Result<Quick, StoreError> {
    let names = net_names(batch);
    // Claimed and given up by one batch: nothing is written of it, but somebody else may hold it.
    if names.iter().any(|name| name.claimed && !name.kept) {
        return Ok(Quick::Conflict);
    }
    let (claimed, freed): (Vec<&NetName<'_>>, _) = names.iter().partition(|name| name.kept);
    let places = Places::after(head, batch);
    let tails = Tails::of_others(batch);
    let (least, most) = times(batch, virtual_clock);
    let mut query = sqlx::query(CALL)
        .bind(head.position.cast_signed())
        .bind(head.hash.as_slice())
        .bind(head.epoch.cast_signed())
        .bind(least)
        .bind(most)
        .bind(&tails.streams)
        .bind(&tails.kinds)
        .bind(&tails.versions);
    for names in [&claimed, &freed] {
        query = query
            .bind(names.iter().map(|name| name.scope).collect::<Vec<_>>())
            .bind(names.iter().map(|name| name.key).collect::<Vec<_>>())
            .bind(names.iter().map(|name| name.holder).collect::<Vec<_>>());
    }
    let called = columns::bind(query, batch, &places)
        .fetch_one(connection)
        .await;
    match called {
        Ok(row) => Ok(Quick::of(row.try_get(0)?, places)),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(Quick::Conflict),
        Err(error) => Err(error.into()),
    }
}

/// The earliest and the latest time decided at; of a virtual clock, what no check finds fault with.
pub(super) fn times(batch: &[&Append], virtual_clock: bool) -> (i64, i64) {
    let times = || batch.iter().map(|append| append.decided_at);
    if virtual_clock {
        return (i64::MAX, i64::MIN);
    }
    (
        times().min().unwrap_or(i64::MAX),
        times().max().unwrap_or(i64::MIN),
    )
}
