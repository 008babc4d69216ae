//! Whether an account may change its own password: an edit of its access control list, guarded by the fence like every
//! other step. A new object cannot bring its list along (it would lack what its class grants), so this comes after the add.

use super::{
    LdapDirectory, Stop,
    connection::Trouble,
    descriptor,
    object::Object,
    refusal::{Step, at},
};
use crate::fence::Fence;
use ldap3::Mod;
use tenure_domain::order::{FailureReason, Order};

impl LdapDirectory {
    /// Makes it as the order says; returns the object as read back.
    pub(super) async fn set_password_change(
        &self,
        order: &Order,
        object: Object,
    ) -> Result<Object, Stop> {
        let Some(denied) = order.desired.cannot_change_password else {
            return Ok(object);
        };
        let list = object.access_list().ok_or_else(|| {
            Stop::fail(
                FailureReason::InsufficientRights,
                format!("the access control list of {} is not readable", object.dn),
            )
        })?;
        let list = list.saying(denied).ok_or_else(|| {
            Stop::fail(
                FailureReason::Other,
                format!("the access control list of {} has no room", object.dn),
            )
        })?;
        self.in_time(order)?;
        let mut changes = object.claim(&self.config.fence_attribute, &Fence::of(order).to_string());
        changes.push(Mod::Replace(
            descriptor::ATTRIBUTE.into(),
            [list.descriptor()].into(),
        ));
        match self
            .connection
            .modify_access(&object.by_guid(), changes)
            .await
        {
            Ok(()) => self.still_ours(order, &object).await,
            Err(Trouble::Refused(refusal)) => Err(self
                .lost_race_or(order, &object, Step::Modify, refusal)
                .await),
            Err(trouble) => Err(at(Step::Modify)(trouble)),
        }
    }
}
