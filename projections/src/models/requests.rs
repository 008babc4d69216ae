//! Requests: what was asked for, how far the approvals are, and who holds it since when.

mod fold;
mod list;
mod row;

pub use list::{RequestFilter, RequestOrder, RequestSort};
pub use row::{GivenApproval, Holder, Rejection, RequestRow, StepProgress, Submitted};

use super::ABSENT;
use crate::{
    cell::Kind,
    read_model::{Cells, ReadModel, content, of_content},
    search::{folded, prefixes},
    table::Table,
};
use std::collections::BTreeSet;
use tenure_domain::{
    Event, RequestId,
    request::{RequestEvent, RequestStatus},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

pub(crate) struct Requests;

const REQUESTS: &str = "view_requests";
const WORDS: &str = "view_request_words";

impl ReadModel for Requests {
    const NAME: &'static str = "requests";
    const VERSION: u32 = 1;
    const KINDS: &'static [&'static str] = &["request"];
    const TABLES: &'static [Table] = &[
        Table {
            name: REQUESTS,
            columns: &[
                ("id", Kind::Bytes),
                ("name_key", Kind::Text),
                ("status", Kind::Text),
                ("requester", Kind::Bytes),
                ("template", Kind::Bytes),
                ("account", Kind::Bytes),
                ("created_at", Kind::Int),
                ("changed_at", Kind::Int),
                ("content", Kind::Bytes),
            ],
            key: 1,
            indexes: &[
                &["name_key", "id"],
                &["created_at", "id"],
                &["changed_at", "id"],
                &["status", "changed_at", "id"],
                &["requester", "changed_at", "id"],
                &["template", "changed_at", "id"],
                &["account"],
            ],
        },
        Table {
            name: WORDS,
            columns: &[("id", Kind::Bytes), ("word", Kind::Text)],
            key: 2,
            indexes: &[&["word", "id"]],
        },
    ];

    type Key = Uuid;
    type Row = RequestRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if matches!(event.event, Event::Request(_)) {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        id: Uuid,
        row: Option<RequestRow>,
    ) -> Result<Option<RequestRow>, String> {
        let Event::Request(request) = &event.event else {
            return Ok(row);
        };
        let at = event.recorded_at;
        if let RequestEvent::Drafted(e) = request {
            return Ok(Some(RequestRow {
                id: RequestId(id),
                kind: e.content.kind,
                requester: e.requester,
                account: e.account,
                template: e.content.template,
                content: e.content.clone(),
                submission: None,
                status: RequestStatus::Draft,
                steps: Vec::new(),
                step: 0,
                rejection: None,
                failure: None,
                held_since: at,
                created_at: at,
                submitted_at: None,
                changed_at: at,
                version: event.version,
            }));
        }
        let Some(mut row) = row else {
            // The name of a failed attempt is let go of whenever the directory says so, also after the draft was deleted.
            let late = matches!(request, RequestEvent::NameReleased(_));
            return if late { Ok(None) } else { Err(ABSENT.into()) };
        };
        if let RequestEvent::Deleted(_) = request {
            return Ok(None);
        }
        row.apply(at, request);
        row.changed_at = at;
        row.version = event.version;
        Ok(Some(row))
    }

    fn cells(row: &RequestRow) -> Result<Cells, String> {
        Ok(vec![
            folded(row.name()).as_str().into(),
            row.status.text().into(),
            row.requester.0.into(),
            row.template.0.into(),
            row.account.0.into(),
            row.created_at.timestamp_micros().into(),
            row.changed_at.timestamp_micros().into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<RequestRow, String> {
        of_content(cells)
    }

    fn indexed(row: &RequestRow) -> Vec<BTreeSet<Cells>> {
        vec![prefixes([row.name()])]
    }
}
