//! The append that tells of each refused command what it conflicts with.

use super::{batch::times, columns};
use crate::{
    StoreError,
    append::{Append, AppendError, Known},
    log::{Outcome, Places, Tails, net_names, repeated, skewed},
    record::Head,
};
use sqlx::{PgConnection, Row, postgres::PgRow};
use uuid::Uuid;

const CALL: &str = "SELECT * FROM append_events($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,\
                    $21,$22,$23,$24,$25,$26,$27,$28,$29,$30,$31,$32)";

/// What the function said.
pub(super) enum Called {
    Appended(Places),
    Moved,
    Rejected(Vec<(usize, AppendError)>),
}

impl Called {
    /// The outcome, and the head afterwards.
    pub(super) fn outcome(self, before: Head) -> Result<(Outcome, Head), StoreError> {
        match self {
            Self::Appended(places) => Ok((Outcome::Appended(places.rows), places.head)),
            Self::Rejected(rejections) => Ok((Outcome::Rejected(rejections), before)),
            Self::Moved => Err(StoreError::OutcomeUnknown(
                "the head moved although it was locked".to_owned(),
            )),
        }
    }
}

pub(super) async fn call(
    connection: &mut PgConnection,
    head: &Head,
    batch: &[&Append],
    virtual_clock: bool,
) -> Result<Called, StoreError> {
    let places = Places::after(head, batch);
    let tails = Tails::of(batch);
    let names = net_names(batch);
    let (least, most) = times(batch, virtual_clock);
    let commands: Vec<Uuid> = batch
        .iter()
        .filter_map(|append| append.command)
        .map(|command| command.id)
        .collect();
    let query = sqlx::query(CALL)
        .bind(head.position.cast_signed())
        .bind(head.hash.as_slice())
        .bind(head.epoch.cast_signed())
        .bind(least)
        .bind(most)
        .bind(&tails.streams)
        .bind(&tails.kinds)
        .bind(&tails.versions)
        .bind(&commands)
        .bind(names.iter().map(|name| name.scope).collect::<Vec<_>>())
        .bind(names.iter().map(|name| name.key).collect::<Vec<_>>())
        .bind(names.iter().map(|name| name.holder).collect::<Vec<_>>())
        .bind(names.iter().map(|name| name.claimed).collect::<Vec<_>>())
        .bind(names.iter().map(|name| name.kept).collect::<Vec<_>>());
    let row = columns::bind(query, batch, &places)
        .fetch_one(connection)
        .await?;
    match row.try_get::<i32, _>("outcome")? {
        0 => Ok(Called::Appended(places)),
        1 => Ok(Called::Moved),
        3 => Ok(Called::Rejected(skewed(batch, row.try_get("clock")?))),
        _ => Ok(Called::Rejected(rejections(&row, batch, &tails, &names)?)),
    }
}

/// A repeated command comes first: that its stream moved on is no conflict then.
fn rejections(
    row: &PgRow,
    batch: &[&Append],
    tails: &Tails,
    names: &[crate::log::NetName<'_>],
) -> Result<Vec<(usize, AppendError)>, StoreError> {
    let mut rejections = Vec::new();
    if let Some(ids) = row.try_get::<Option<Vec<Uuid>>, _>("known")? {
        let positions: Vec<i64> = row.try_get("known_position")?;
        let events: Vec<i16> = row.try_get("known_events")?;
        let bodies: Vec<Vec<u8>> = row.try_get("known_body")?;
        for (((id, position), events), body) in
            ids.into_iter().zip(positions).zip(events).zip(bodies)
        {
            let known = Known {
                position: position.cast_unsigned(),
                events: events.cast_unsigned(),
                body,
            };
            rejections.extend(repeated(batch, id, &known));
        }
    }
    if let Some(indexes) = row.try_get::<Option<Vec<i32>>, _>("stale")? {
        let actual: Vec<i32> = row.try_get("stale_version")?;
        rejections.extend(
            indexes
                .into_iter()
                .zip(actual)
                .filter_map(|(index, actual)| tails.rejection(from_one(index), actual)),
        );
    }
    for index in row
        .try_get::<Option<Vec<i32>>, _>("taken")?
        .unwrap_or_default()
    {
        let claims = names
            .get(from_one(index))
            .map(|name| name.claims.as_slice())
            .unwrap_or_default();
        rejections.extend(
            claims
                .iter()
                .map(|(append, name)| (*append, AppendError::NameTaken(*name))),
        );
    }
    Ok(rejections)
}

/// PostgreSQL counts from one.
fn from_one(index: i32) -> usize {
    usize::try_from(index - 1).unwrap_or(usize::MAX)
}
