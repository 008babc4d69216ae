//! Who is in which group. Everyone holds all users by itself and has no rows.

use crate::{
    Count, Page, Paged, SortOrder, ViewError, Views,
    cell::{Cell, Kind},
    list::List,
    models::users::{UserRow, Users},
    read_model::{Cells, ReadModel},
    table::Table,
};
use sea_query::{Cond, Expr, ExprTrait, Query};
use tenure_domain::{
    Event, GroupId, UserId,
    group::{GroupEvent, everyone},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

pub(crate) struct Members;

pub(super) const MEMBERS: &str = "view_members";

impl ReadModel for Members {
    const NAME: &'static str = "members";
    const VERSION: u32 = 1;
    const KINDS: &'static [&'static str] = &["group"];
    const TABLES: &'static [Table] = &[Table {
        name: MEMBERS,
        columns: &[("group_id", Kind::Bytes), ("user_id", Kind::Bytes)],
        key: 2,
        indexes: &[&["user_id", "group_id"]],
    }];
    const LOADS: bool = false;

    type Key = (Uuid, Uuid);
    type Row = (Uuid, Uuid);

    fn keys(event: &StoredEvent, keys: &mut Vec<Self::Key>) {
        let Event::Group(group) = &event.event else {
            return;
        };
        match group {
            GroupEvent::MemberAdded(e) => keys.push((event.stream, e.user.0)),
            GroupEvent::MemberRemoved(e) => keys.push((event.stream, e.user.0)),
            GroupEvent::Created(_)
            | GroupEvent::Renamed(_)
            | GroupEvent::RoleGranted(_)
            | GroupEvent::RoleRevoked(_)
            | GroupEvent::Disabled(_)
            | GroupEvent::Enabled(_)
            | GroupEvent::Replaced(_) => {}
        }
    }

    fn fold(
        event: &StoredEvent,
        key: Self::Key,
        _: Option<Self::Row>,
    ) -> Result<Option<Self::Row>, String> {
        Ok(matches!(event.event, Event::Group(GroupEvent::MemberAdded(_))).then_some(key))
    }

    fn cells(_: &Self::Row) -> Result<Cells, String> {
        Ok(Vec::new())
    }

    fn row(cells: Cells) -> Result<Self::Row, String> {
        let id = |index| cells.get(index).and_then(Cell::id);
        id(0).zip(id(1)).ok_or_else(|| "no ids".to_owned())
    }
}

fn of_group(group: GroupId) -> Expr {
    Expr::col("group_id").eq(group.0.as_bytes().to_vec())
}

impl Views {
    /// The groups that a user is in, disabled ones and Everyone included.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn groups_of(&self, user: UserId) -> Result<Vec<GroupId>, ViewError> {
        let user = Expr::col("user_id").eq(user.0.as_bytes().to_vec());
        let rows = self
            .select::<Members>(|query| query.and_where(user))
            .await?;
        Ok(rows
            .into_iter()
            .map(|(group, _)| GroupId(group))
            .chain([everyone()])
            .collect())
    }

    /// The members of a group by name, a page at a time. All users, for Everyone.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn members_of(
        &self,
        group: GroupId,
        page: &Page,
    ) -> Result<Paged<UserRow>, ViewError> {
        let condition = if group == everyone() {
            Cond::all()
        } else {
            let mut members = Query::select();
            members
                .column("user_id")
                .from(MEMBERS)
                .and_where(of_group(group));
            Cond::all().add(Expr::col("id").in_subquery(members))
        };
        self.list::<Users>(
            List {
                condition,
                sort: "name_key",
                order: SortOrder::Ascending,
            },
            page,
        )
        .await
    }

    /// Ids of all members of a group: those that were put there, so none for Everyone.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn member_ids(&self, group: GroupId) -> Result<Vec<UserId>, ViewError> {
        let rows = self
            .select::<Members>(|query| query.and_where(of_group(group)))
            .await?;
        Ok(rows.into_iter().map(|(_, user)| UserId(user)).collect())
    }

    /// How many members a group has.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn member_count(&self, group: GroupId) -> Result<Count, ViewError> {
        if group == everyone() {
            return self.count::<Users>(Cond::all()).await;
        }
        self.count::<Members>(Cond::all().add(of_group(group)))
            .await
    }
}
