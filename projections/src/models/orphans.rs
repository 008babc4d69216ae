//! Accounts that nobody active owns: disabled people and groups, and groups without an active member, do not count, unless
//! another group stands in.

use super::{
    accounts::OWNERS,
    groups::{GROUPS, STAND_INS},
    members::MEMBERS,
    users::USERS,
};
use sea_query::{Cond, Expr, ExprTrait, Query, SelectStatement};
use tenure_domain::{group::everyone, lifecycle::Status};
use uuid::Uuid;

/// Accounts without an active owner.
pub(super) fn orphaned() -> Cond {
    Cond::all()
        .add(Expr::col("status").ne(Status::Deleted.text()))
        .add(Expr::col("id").not_in_subquery(owned_without(None)))
}

/// Accounts that have an active owner now, and would have none if `leaving`, a user or a group, left.
pub(super) fn orphaned_without(leaving: Uuid) -> Cond {
    Cond::all()
        .add(Expr::col("status").ne(Status::Deleted.text()))
        .add(Expr::col("id").in_subquery(owned_without(None)))
        .add(Expr::col("id").not_in_subquery(owned_without(Some(leaving))))
}

/// Ids of accounts that have an active owner, `leaving` not counted.
fn owned_without(leaving: Option<Uuid>) -> SelectStatement {
    let not_leaving = || leaving.map(|id| Expr::col("id").ne(id.as_bytes().to_vec()));
    let active = |table| {
        let mut active = Query::select();
        active
            .column("id")
            .from(table)
            .and_where(Expr::col("disabled").eq(0_i64));
        active.and_where_option(not_leaving());
        active
    };
    let mut peopled = Query::select();
    peopled
        .column("group_id")
        .from(MEMBERS)
        .and_where(Expr::col("user_id").in_subquery(active(USERS)));
    let mut groups = active(GROUPS);
    let everyone = Expr::col("id").eq(everyone().0.as_bytes().to_vec());
    groups.cond_where(
        Cond::any()
            .add(everyone)
            .add(Expr::col("id").in_subquery(peopled)),
    );
    let mut stood_in_for = Query::select();
    stood_in_for
        .column("id")
        .from(STAND_INS)
        .and_where(Expr::col("replaced_by").in_subquery(groups.clone()));
    let mut owned = Query::select();
    owned.column("id").from(OWNERS).cond_where(
        Cond::any()
            .add(Expr::col("owner").in_subquery(active(USERS)))
            .add(Expr::col("owner").in_subquery(groups))
            .add(Expr::col("owner").in_subquery(stood_in_for)),
    );
    owned
}
