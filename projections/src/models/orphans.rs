//! Accounts that nobody active owns: disabled people and groups, and groups without an active member, do not count, unless
//! another group stands in. Few accounts come into question, and only these are asked about.

use super::{
    accounts::{ACCOUNTS, OWNERS},
    groups::{GROUPS, STAND_INS},
    members::MEMBERS,
    users::USERS,
};
use sea_query::{Cond, Expr, ExprTrait, Query, SelectStatement, UnionType};
use tenure_domain::{group::everyone, lifecycle::Status};
use uuid::Uuid;

/// Accounts without an active owner.
pub(super) fn orphaned() -> Cond {
    Cond::all()
        .add(Expr::col("status").ne(Status::Deleted.text()))
        .add(Expr::col("id").in_subquery(owned_by(inactive())))
        .add(Expr::exists(active_owners(None)).not())
}

/// Accounts that have an active owner now, and would have none if `leaving`, a user or a group, left.
pub(super) fn orphaned_without(leaving: Uuid) -> Cond {
    Cond::all()
        .add(Expr::col("status").ne(Status::Deleted.text()))
        .add(Expr::col("id").in_subquery(owned_by(active_by(leaving))))
        .add(Expr::exists(active_owners(None)))
        .add(Expr::exists(active_owners(Some(leaving))).not())
}

fn owned_by(owners: Cond) -> SelectStatement {
    let mut owned = Query::select();
    owned.column("id").from(OWNERS).cond_where(owners).take()
}

/// Owners that are disabled, and groups without an active member.
fn inactive() -> Cond {
    let mut disabled = Query::select();
    disabled
        .column("id")
        .from(USERS)
        .and_where(Expr::col("disabled").eq(1_i64));
    let mut groups = Query::select();
    groups
        .column("id")
        .from(GROUPS)
        .cond_where(active_group(None).not());
    Cond::any()
        .add(Expr::col("owner").in_subquery(disabled))
        .add(Expr::col("owner").in_subquery(groups))
}

/// Owners that may be active by `leaving` alone: themselves, the groups that they are in, and those that one of these
/// stands in for.
fn active_by(leaving: Uuid) -> Cond {
    // A union, since PostgreSQL reads all owners for an OR of subqueries.
    let with_groups = || {
        let leaving = leaving.as_bytes().to_vec();
        let mut groups = Query::select();
        groups
            .column("group_id")
            .from(MEMBERS)
            .and_where(Expr::col("user_id").eq(leaving.clone()));
        let mut both = Query::select();
        both.expr(Expr::val(leaving)).union(UnionType::All, groups);
        both
    };
    let mut stood_in_for = Query::select();
    stood_in_for
        .column("id")
        .from(STAND_INS)
        .and_where(Expr::col("replaced_by").in_subquery(with_groups()));
    let mut answered = with_groups();
    answered.union(UnionType::All, stood_in_for);
    Cond::all().add(Expr::col("owner").in_subquery(answered))
}

/// The active owners of the account that is asked about, `leaving` not counted.
fn active_owners(leaving: Option<Uuid>) -> SelectStatement {
    let owner = (OWNERS, "owner");
    let mut user = one_of(USERS);
    user.and_where(Expr::col((USERS, "id")).equals(owner))
        .cond_where(enabled(USERS, leaving));
    let mut group = one_of(GROUPS);
    group
        .and_where(Expr::col((GROUPS, "id")).equals(owner))
        .cond_where(active_group(leaving));
    let mut stand_in = one_of(STAND_INS);
    stand_in
        .inner_join(
            GROUPS,
            Expr::col((GROUPS, "id")).equals((STAND_INS, "replaced_by")),
        )
        .and_where(Expr::col((STAND_INS, "id")).equals(owner))
        .cond_where(active_group(leaving));
    let mut owners = one_of(OWNERS);
    owners
        .and_where(Expr::col((OWNERS, "id")).equals((ACCOUNTS, "id")))
        .cond_where(
            Cond::any()
                .add(Expr::exists(user))
                .add(Expr::exists(group))
                .add(Expr::exists(stand_in)),
        )
        .take()
}

/// Is the group that is asked about enabled, and somebody active in it? Everyone has no rows of members.
fn active_group(leaving: Option<Uuid>) -> Cond {
    let mut member = one_of(MEMBERS);
    member
        .inner_join(USERS, Expr::col((USERS, "id")).equals((MEMBERS, "user_id")))
        .and_where(Expr::col((MEMBERS, "group_id")).equals((GROUPS, "id")))
        .cond_where(enabled(USERS, leaving));
    enabled(GROUPS, leaving).add(
        Cond::any()
            .add(Expr::col((GROUPS, "id")).eq(everyone().0.as_bytes().to_vec()))
            .add(Expr::exists(member)),
    )
}

fn enabled(table: &'static str, leaving: Option<Uuid>) -> Cond {
    let not_leaving = leaving.map(|id| Expr::col((table, "id")).ne(id.as_bytes().to_vec()));
    Cond::all()
        .add(Expr::col((table, "disabled")).eq(0_i64))
        .add_option(not_leaving)
}

fn one_of(table: &'static str) -> SelectStatement {
    Query::select().expr(Expr::val(1_i64)).from(table).take()
}
