//! Managed accounts: what lists and detail pages show of them, and how far the directory has followed.

mod fold;
mod list;
mod row;

pub use list::{AccountFilter, AccountSort};
pub use row::{AccountRow, AccountStage, OutstandingOrder, RemovalRow, Trouble};

use super::ABSENT;
use crate::{
    cell::Kind,
    read_model::{Cells, ReadModel, content, of_content},
    search::{folded, prefixes},
    table::Table,
};
use std::collections::BTreeSet;
use tenure_domain::{
    Event, GroupId, TemplateId, UserId, account::AccountEvent, lifecycle::EndOfLifecycleAction,
    ownership::Owner,
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// Template of those that are removed since they were found useless: none. Lists find them by it.
pub const REMOVED_WITHOUT: TemplateId = TemplateId(Uuid::nil());

pub(crate) struct Accounts;

pub(super) const ACCOUNTS: &str = "view_accounts";
const WORDS: &str = "view_account_words";
pub(super) const OWNERS: &str = "view_account_owners";

impl ReadModel for Accounts {
    const NAME: &'static str = "accounts";
    const VERSION: u32 = 3;
    const KINDS: &'static [&'static str] = &["account"];
    const TABLES: &'static [Table] = &[
        Table {
            name: ACCOUNTS,
            columns: &[
                ("id", Kind::Bytes),
                ("name_key", Kind::Text),
                ("status", Kind::Text),
                ("ends_at", Kind::Int),
                ("created_at", Kind::Int),
                ("domain", Kind::Bytes),
                ("template", Kind::Bytes),
                ("action", Kind::Text),
                ("waits", Kind::Int),
                ("failed", Kind::Int),
                ("content", Kind::Bytes),
            ],
            key: 1,
            indexes: &[
                &["name_key", "id"],
                &["ends_at", "id"],
                &["status", "created_at", "id"],
                &["status", "name_key", "id"],
                // With the action, so that ends are counted without looking at rows.
                &["status", "ends_at", "id", "action"],
                &["domain", "name_key", "id"],
                &["template", "name_key", "id"],
                &["waits"],
                &["failed", "name_key", "id"],
            ],
        },
        Table {
            name: WORDS,
            columns: &[("id", Kind::Bytes), ("word", Kind::Text)],
            key: 2,
            indexes: &[&["word", "id"]],
        },
        Table {
            name: OWNERS,
            columns: &[("id", Kind::Bytes), ("owner", Kind::Bytes)],
            key: 2,
            indexes: &[&["owner", "id"]],
        },
    ];

    type Key = Uuid;
    type Row = AccountRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if matches!(event.event, Event::Account(_)) {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        _: Uuid,
        row: Option<AccountRow>,
    ) -> Result<Option<AccountRow>, String> {
        let Event::Account(account) = &event.event else {
            return Ok(row);
        };
        if let AccountEvent::Created(created) = account {
            return Ok(Some(AccountRow::created(event, created)));
        }
        if let AccountEvent::RemovalBegun(begun) = account {
            return Ok(Some(AccountRow::removed(event, begun)));
        }
        let mut row = row.ok_or(ABSENT)?;
        row.apply(event.recorded_at, account);
        row.changed_at = event.recorded_at;
        row.version = event.version;
        Ok(Some(row))
    }

    fn cells(row: &AccountRow) -> Result<Cells, String> {
        Ok(vec![
            folded(&row.name).as_str().into(),
            row.status().text().into(),
            row.lifecycle_end.timestamp_micros().into(),
            row.created_at.timestamp_micros().into(),
            row.domain.0.into(),
            row.template.0.into(),
            action_text(row.action).into(),
            // Null costs the index nothing to speak of.
            row.order.is_some().then_some(1_i64).into(),
            row.failed().then_some(1_i64).into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<AccountRow, String> {
        of_content(cells)
    }

    fn indexed(row: &AccountRow) -> Vec<BTreeSet<Cells>> {
        vec![
            prefixes([row.name.as_str()]),
            row.owners
                .iter()
                .map(|owner| vec![owner_id(owner).into()])
                .collect(),
        ]
    }
}

pub(super) fn action_text(action: EndOfLifecycleAction) -> &'static str {
    match action {
        EndOfLifecycleAction::Review => "review",
        EndOfLifecycleAction::Disable => "disable",
        EndOfLifecycleAction::Expire => "expire",
        EndOfLifecycleAction::Delete => "delete",
    }
}

pub(crate) fn owner_id(owner: &Owner) -> Uuid {
    match owner {
        Owner::User(UserId(id)) | Owner::Group(GroupId(id)) => *id,
    }
}
