//! The columns of new events as arrays, in the order in which the functions that append take them.

use crate::{append::Append, log::Places};
use sqlx::{Postgres, postgres::PgArguments, query::Query};

type Call<'q> = Query<'q, Postgres, PgArguments>;

/// One column of the new rows.
macro_rules! column {
    ($batch:ident, $places:ident, |$append:ident, $event:ident, $place:ident| $value:expr) => {
        $places
            .rows
            .iter()
            .map(|$place| {
                let $append = $batch[$place.append];
                let $event = &$append.events[$place.event];
                let _ = $event;
                $value
            })
            .collect::<Vec<_>>()
    };
}

/// `call` with the events of `batch` at their places.
pub(super) fn bind<'q>(call: Call<'q>, batch: &[&'q Append], places: &'q Places) -> Call<'q> {
    macro_rules! of {
        (|$append:ident, $event:ident, $place:ident| $value:expr) => {
            column!(batch, places, |$append, $event, $place| $value)
        };
    }
    call.bind(of!(|_append, event, place| place.position))
        .bind(of!(|_append, event, place| place.recorded_at))
        .bind(of!(|_append, event, _place| event.id))
        .bind(of!(|append, event, _place| append.stream))
        .bind(of!(|append, event, _place| append.correlation))
        .bind(of!(|append, event, place| version(
            append.version_of(place.event)
        )))
        .bind(of!(|append, event, _place| append.kind_code))
        .bind(of!(|_append, event, _place| event.schema.cast_signed()))
        .bind(of!(|append, event, place| append
            .first_of_command(place.event)
            .map(|_| append.command_events().cast_signed())))
        .bind(of!(|append, event, _place| append
            .command
            .map(|command| command.id)))
        .bind(of!(|append, event, _place| append.causation))
        .bind(of!(|append, event, place| append
            .first_of_command(place.event)
            .map(|command| command.body.as_slice())))
        .bind(of!(|_append, event, _place| event.type_name))
        .bind(of!(|append, event, _place| &*append.actor))
        .bind(of!(|append, event, _place| append.trace.as_deref()))
        .bind(of!(|append, event, _place| append
            .client_address
            .as_deref()))
        .bind(of!(|_append, event, place| place.hash.as_slice()))
        .bind(of!(|_append, event, _place| event.payload.as_slice()))
}

fn version(version: u64) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}
