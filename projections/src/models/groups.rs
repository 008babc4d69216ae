//! Groups. Who is in which is a model of its own (`members.rs`), since a group may hold everybody.

use super::ABSENT;
use crate::{
    Page, Paged, SortOrder, ViewError, Views,
    cell::Kind,
    list::List,
    read_model::{Cells, ReadModel, content, of_content},
    search::{folded, matching, prefixes},
    table::Table,
};
use sea_query::{Cond, Expr, ExprTrait, Query, SelectStatement};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenure_domain::{Event, GroupId, RoleId, group::GroupEvent};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// A group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupRow {
    /// Which.
    pub id: GroupId,
    /// Unique among groups.
    pub name: String,
    /// Roles that members hold.
    pub roles: BTreeSet<RoleId>,
    /// Grants nothing.
    pub disabled: bool,
    /// The group that stands in for it while it is disabled.
    pub replaced_by: Option<GroupId>,
    /// Version of the stream.
    pub version: u64,
}

pub(crate) struct Groups;

pub(super) const GROUPS: &str = "view_groups";
const WORDS: &str = "view_group_words";
pub(super) const STAND_INS: &str = "view_group_stand_ins";
const ROLES: &str = "view_group_roles";

impl ReadModel for Groups {
    const NAME: &'static str = "groups";
    const VERSION: u32 = 2;
    const KINDS: &'static [&'static str] = &["group"];
    const TABLES: &'static [Table] = &[
        Table {
            name: GROUPS,
            columns: &[
                ("id", Kind::Bytes),
                ("name_key", Kind::Text),
                ("disabled", Kind::Int),
                ("content", Kind::Bytes),
            ],
            key: 1,
            indexes: &[&["name_key", "id"]],
        },
        Table {
            name: WORDS,
            columns: &[("id", Kind::Bytes), ("word", Kind::Text)],
            key: 2,
            indexes: &[&["word", "id"]],
        },
        Table {
            name: STAND_INS,
            columns: &[("id", Kind::Bytes), ("replaced_by", Kind::Bytes)],
            key: 2,
            indexes: &[&["replaced_by", "id"]],
        },
        Table {
            name: ROLES,
            columns: &[("id", Kind::Bytes), ("role", Kind::Bytes)],
            key: 2,
            indexes: &[&["role", "id"]],
        },
    ];

    type Key = Uuid;
    type Row = GroupRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if let Event::Group(group) = &event.event
            && !matches!(
                group,
                GroupEvent::MemberAdded(_) | GroupEvent::MemberRemoved(_)
            )
        {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        id: Uuid,
        row: Option<GroupRow>,
    ) -> Result<Option<GroupRow>, String> {
        let Event::Group(group) = &event.event else {
            return Ok(row);
        };
        if let GroupEvent::Created(e) = group {
            let (id, name) = (GroupId(id), e.name.clone());
            return Ok(Some(GroupRow {
                id,
                name,
                roles: BTreeSet::new(),
                disabled: false,
                replaced_by: None,
                version: event.version,
            }));
        }
        let mut row = row.ok_or(ABSENT)?;
        row.version = event.version;
        match group {
            GroupEvent::Created(_) | GroupEvent::MemberAdded(_) | GroupEvent::MemberRemoved(_) => {}
            GroupEvent::Renamed(e) => row.name.clone_from(&e.name),
            GroupEvent::RoleGranted(e) => drop(row.roles.insert(e.role)),
            GroupEvent::RoleRevoked(e) => drop(row.roles.remove(&e.role)),
            GroupEvent::Disabled(_) => row.disabled = true,
            GroupEvent::Enabled(_) => (row.disabled, row.replaced_by) = (false, None),
            GroupEvent::Replaced(e) => row.replaced_by = Some(e.by),
        }
        Ok(Some(row))
    }

    fn cells(row: &GroupRow) -> Result<Cells, String> {
        Ok(vec![
            folded(&row.name).as_str().into(),
            row.disabled.into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<GroupRow, String> {
        of_content(cells)
    }

    fn indexed(row: &GroupRow) -> Vec<BTreeSet<Cells>> {
        vec![
            prefixes([row.name.as_str()]),
            row.replaced_by.iter().map(|by| vec![by.0.into()]).collect(),
            row.roles.iter().map(|role| vec![role.0.into()]).collect(),
        ]
    }
}

impl Views {
    /// Groups by name, a page at a time; `search` looks for the beginning of a word.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn groups(
        &self,
        search: Option<&str>,
        page: &Page,
    ) -> Result<Paged<GroupRow>, ViewError> {
        let search = search.and_then(|search| matching(WORDS, search));
        let condition =
            Cond::all().add_option(search.map(|found| Expr::col("id").in_subquery(found)));
        self.list::<Groups>(
            List {
                condition,
                sort: "name_key",
                order: SortOrder::Ascending,
            },
            page,
        )
        .await
    }

    /// Those of `ids` that are groups.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn groups_among(&self, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, ViewError> {
        let rows = self.among::<Groups>(ids).await?;
        Ok(rows.into_iter().map(|row| row.id.0).collect())
    }

    /// The groups for which one of `groups` stands in.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn groups_replaced_by(&self, groups: &[GroupId]) -> Result<Vec<GroupId>, ViewError> {
        let ids = groups.iter().map(|group| group.0.as_bytes().to_vec());
        let mut found = Query::select();
        found.column("id").from(STAND_INS);
        found.and_where(Expr::col("replaced_by").is_in(ids));
        self.ids(&found).await
    }

    /// The groups that give this role, disabled ones too.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn groups_holding(&self, role: RoleId) -> Result<Vec<GroupId>, ViewError> {
        let mut found = Query::select();
        found.column("id").from(ROLES);
        found.and_where(Expr::col("role").eq(role.0.as_bytes().to_vec()));
        self.ids(&found).await
    }

    async fn ids(&self, query: &SelectStatement) -> Result<Vec<GroupId>, ViewError> {
        let rows = self.query(query, &[Kind::Bytes]).await?;
        let ids = rows.iter().filter_map(|row| row.first()?.id());
        Ok(ids.map(GroupId).collect())
    }

    /// One group.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn group(&self, id: GroupId) -> Result<Option<GroupRow>, ViewError> {
        self.get::<Groups>(id.0).await
    }
}
