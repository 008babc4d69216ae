//! People, with names and addresses in clear until they are forgotten.

use super::ABSENT;
use crate::{
    Page, Paged, SortOrder, ViewError, Views,
    cell::{Cell, Kind},
    list::List,
    read_model::{Cells, ReadModel, content, of_content},
    search::{folded, matching, prefixes},
    table::Table,
};
use chrono::{DateTime, Utc, serde::ts_microseconds};
use sea_query::{Cond, Expr, ExprTrait, Query};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenure_domain::{
    DomainId, Event, Personal, RoleId, UserId,
    user::{DirectoryLink, PersonalData, UserEvent},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// A person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserRow {
    /// Which.
    pub id: UserId,
    /// As others see it; empty once forgotten.
    pub display_name: String,
    /// Notifications go to all; empty once forgotten.
    pub emails: Vec<String>,
    /// The person's own account in a directory.
    pub directory_link: Option<DirectoryLink>,
    /// The person's data was destroyed.
    pub forgotten: bool,
    /// May not sign in.
    pub disabled: bool,
    /// Roles held directly.
    pub roles: BTreeSet<RoleId>,
    /// Those of the addresses that were proven to be the person's.
    pub verified_emails: Vec<String>,
    /// Does signing in need a second factor?
    pub second_factor: bool,
    /// Kept in step with this directory.
    #[serde(default)]
    pub followed: Option<DomainId>,
    /// Left it.
    #[serde(default)]
    pub left: bool,
    /// When the person was registered.
    #[serde(with = "ts_microseconds")]
    pub created_at: DateTime<Utc>,
    /// Version of the stream.
    pub version: u64,
}

impl UserRow {
    /// Nothing of the person is left.
    pub(crate) fn forget(&mut self) {
        self.display_name.clear();
        self.emails.clear();
        self.verified_emails.clear();
        self.directory_link = None;
        self.forgotten = true;
    }

    fn set(&mut self, personal: &Personal) {
        match personal {
            Personal::Clear(PersonalData {
                display_name,
                emails,
                directory_link,
                verified_emails,
                ..
            }) => {
                self.verified_emails.clone_from(verified_emails);
                self.display_name.clone_from(display_name);
                self.emails.clone_from(emails);
                self.directory_link.clone_from(directory_link);
                self.forgotten = false;
            }
            // What does not open is treated as gone.
            Personal::Sealed(_) | Personal::Forgotten => self.forget(),
        }
    }
}

pub(crate) struct Users;

pub(crate) const USERS: &str = "view_users";
const WORDS: &str = "view_user_words";
const ROLES: &str = "view_user_roles";

impl ReadModel for Users {
    const NAME: &'static str = "users";
    const VERSION: u32 = 3;
    const KINDS: &'static [&'static str] = &["user"];
    const TABLES: &'static [Table] = &[
        Table {
            name: USERS,
            columns: &[
                ("id", Kind::Bytes),
                ("name_key", Kind::Text),
                ("disabled", Kind::Int),
                ("created_at", Kind::Int),
                ("followed", Kind::Bytes),
                ("content", Kind::Bytes),
            ],
            key: 1,
            indexes: &[
                &["followed", "id"],
                &["name_key", "id"],
                &["created_at", "id"],
                &["disabled", "name_key", "id"],
            ],
        },
        Table {
            name: WORDS,
            columns: &[("id", Kind::Bytes), ("word", Kind::Text)],
            key: 2,
            indexes: &[&["word", "id"]],
        },
        Table {
            name: ROLES,
            columns: &[("id", Kind::Bytes), ("role", Kind::Bytes)],
            key: 2,
            indexes: &[&["role", "id"]],
        },
    ];

    type Key = Uuid;
    type Row = UserRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if matches!(event.event, Event::User(_)) {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        id: Uuid,
        row: Option<UserRow>,
    ) -> Result<Option<UserRow>, String> {
        let Event::User(user) = &event.event else {
            return Ok(row);
        };
        let mut row = match user {
            UserEvent::Registered(_) => UserRow {
                id: UserId(id),
                display_name: String::new(),
                emails: Vec::new(),
                directory_link: None,
                forgotten: false,
                disabled: false,
                roles: BTreeSet::new(),
                verified_emails: Vec::new(),
                second_factor: false,
                followed: None,
                left: false,
                created_at: event.recorded_at,
                version: 0,
            },
            UserEvent::PersonalDataChanged(_)
            | UserEvent::Disabled(_)
            | UserEvent::Enabled(_)
            | UserEvent::RoleGranted(_)
            | UserEvent::RoleRevoked(_)
            | UserEvent::VerificationRequested(_)
            | UserEvent::EmailVerified(_)
            | UserEvent::PasswordSet(_)
            | UserEvent::SecondFactorEnrolled(_)
            | UserEvent::SecondFactorReset(_)
            | UserEvent::RecoveryCodeUsed(_)
            | UserEvent::Followed(_)
            | UserEvent::Left(_)
            | UserEvent::Exported(_) => row.ok_or(ABSENT)?,
        };
        row.version = event.version;
        match user {
            UserEvent::Registered(e) => row.set(&e.personal),
            UserEvent::PersonalDataChanged(e) => row.set(&e.personal),
            UserEvent::Disabled(_) => row.disabled = true,
            UserEvent::Enabled(_) => {
                row.disabled = false;
                if std::mem::take(&mut row.left) {
                    row.followed = None;
                }
            }
            UserEvent::Followed(e) => (row.followed, row.left) = (Some(e.domain), false),
            UserEvent::Left(_) => row.left = true,
            UserEvent::RoleGranted(e) => drop(row.roles.insert(e.role)),
            UserEvent::RoleRevoked(e) => drop(row.roles.remove(&e.role)),
            UserEvent::EmailVerified(e) => row.set(&e.personal),
            UserEvent::SecondFactorEnrolled(_) => row.second_factor = true,
            UserEvent::SecondFactorReset(_) => row.second_factor = false,
            UserEvent::VerificationRequested(_)
            | UserEvent::PasswordSet(_)
            | UserEvent::RecoveryCodeUsed(_)
            | UserEvent::Exported(_) => {}
        }
        Ok(Some(row))
    }

    fn cells(row: &UserRow) -> Result<Cells, String> {
        Ok(vec![
            folded(&row.display_name).as_str().into(),
            row.disabled.into(),
            row.created_at.timestamp_micros().into(),
            row.followed.map_or(Cell::Null, |domain| domain.0.into()),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<UserRow, String> {
        of_content(cells)
    }

    fn indexed(row: &UserRow) -> Vec<BTreeSet<Cells>> {
        let words = row.emails.iter().chain([&row.display_name]);
        let roles = row.roles.iter().map(|role| vec![role.0.into()]);
        vec![prefixes(words.map(String::as_str)), roles.collect()]
    }
}

/// Which people.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Words of the name or an address begin like this.
    pub search: Option<String>,
    /// Disabled, or not.
    pub disabled: Option<bool>,
    /// One of these; empty = any.
    pub ids: Vec<UserId>,
    /// Holding this role directly.
    pub role: Option<RoleId>,
}

/// By what people are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserSort {
    /// By name.
    #[default]
    Name,
    /// By when they were registered.
    Created,
}

impl Views {
    /// People, a page at a time.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn users(
        &self,
        filter: &UserFilter,
        sort: UserSort,
        order: SortOrder,
        page: &Page,
    ) -> Result<Paged<UserRow>, ViewError> {
        let search = filter
            .search
            .as_deref()
            .and_then(|search| matching(WORDS, search));
        let holders = filter.role.map(|role| {
            let mut holders = Query::select();
            holders.column("id").from(ROLES);
            holders.and_where(Expr::col("role").eq(role.0.as_bytes().to_vec()));
            holders
        });
        let ids = || filter.ids.iter().map(|id| id.0.as_bytes().to_vec());
        let condition = Cond::all()
            .add_option(search.map(|found| Expr::col("id").in_subquery(found)))
            .add_option(
                filter
                    .disabled
                    .map(|disabled| Expr::col("disabled").eq(i64::from(disabled))),
            )
            .add_option(holders.map(|holders| Expr::col("id").in_subquery(holders)))
            .add_option((!filter.ids.is_empty()).then(|| Expr::col("id").is_in(ids())));
        let sort = match sort {
            UserSort::Name => "name_key",
            UserSort::Created => "created_at",
        };
        self.list::<Users>(
            List {
                condition,
                sort,
                order,
            },
            page,
        )
        .await
    }

    /// One person.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn user(&self, id: UserId) -> Result<Option<UserRow>, ViewError> {
        self.get::<Users>(id.0).await
    }

    /// People who are kept in step with the directory, and those who left it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn followed_users(&self, domain: DomainId) -> Result<Vec<UserRow>, ViewError> {
        let followed = Expr::col("followed").eq(domain.0.as_bytes().to_vec());
        self.select::<Users>(|query| query.and_where(followed))
            .await
    }

    /// These people, in any order: for mails and names. Who does not exist is left out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn users_among(&self, ids: &[UserId]) -> Result<Vec<UserRow>, ViewError> {
        self.among::<Users>(&ids.iter().map(|id| id.0).collect::<Vec<_>>())
            .await
    }
}
