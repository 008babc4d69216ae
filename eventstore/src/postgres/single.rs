//! The append of one event without names or facts: a scalar call, which is what a quiet system does all day.

use super::batch::Quick;
use crate::{StoreError, append::Append, log::Places, record::Head};
use sqlx::PgConnection;

const CALL: &str = "SELECT append_event($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22)";

/// The one append of a batch, if it may go this way.
pub(super) fn only<'a>(batch: &[&'a Append]) -> Option<&'a Append> {
    match batch {
        [append]
            if append.events.len() == 1 && append.names.is_empty() && append.facts.is_empty() =>
        {
            Some(append)
        }
        _ => None,
    }
}

pub(super) async fn call(
    connection: &mut PgConnection,
    head: &Head,
    append: &Append,
    virtual_clock: bool,
) -> Result<Quick, StoreError> {
    let places = Places::after(head, &[append]);
    let (Some(place), Some(event)) = (places.rows.first(), append.events.first()) else {
        return Ok(Quick::Conflict);
    };
    let first = append.first_of_command(0);
    let outcome: i32 = sqlx::query_scalar(CALL)
        .bind(head.position.cast_signed())
        .bind(head.hash.as_slice())
        .bind(head.epoch.cast_signed())
        .bind(append.decided_at)
        .bind(!virtual_clock)
        .bind(place.recorded_at)
        .bind(event.id)
        .bind(append.stream)
        .bind(append.correlation)
        .bind(i32::try_from(append.version_of(0)).unwrap_or(i32::MAX))
        .bind(append.kind_code)
        .bind(event.schema.cast_signed())
        .bind(first.map(|_| append.command_events().cast_signed()))
        .bind(append.command.map(|command| command.id))
        .bind(append.causation)
        .bind(first.map(|command| command.body.as_slice()))
        .bind(event.type_name)
        .bind(&*append.actor)
        .bind(append.trace.as_deref())
        .bind(append.client_address.as_deref())
        .bind(place.hash.as_slice())
        .bind(event.payload.as_slice())
        .fetch_one(connection)
        .await?;
    Ok(Quick::of(outcome, places))
}
