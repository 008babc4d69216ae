//! Removal of an account that was found useless, as `ldap/useless.rs` does it: looked at before each order, and let go of.

use super::{State, Stop, object::SandboxObject, refuse_unless_ours};
use crate::{
    dn::Dn,
    expected::{Found, otherwise},
    fence::Standing,
};
use chrono::{DateTime, Utc};
use tenure_domain::order::{FailureReason, Order, OrderKind};
use uuid::Uuid;

impl State {
    /// May an order go on that says how the account was found?
    pub(super) fn check_useless(&self, order: &Order) -> Result<(), Stop> {
        let expected = order.expects.as_deref();
        let Some(expected) = expected.filter(|_| order.kind != OrderKind::Release) else {
            return Ok(());
        };
        let Some(guid) = self.look_up(order)? else {
            return Ok(());
        };
        let object = &self.objects[&guid];
        refuse_unless_ours(order, guid, object)?;
        let why = match object.gmsa {
            Some(_) => Some("its password is kept for it"),
            None => otherwise(order.kind, expected, &found(object, order)),
        };
        match why {
            None => Ok(()),
            Some(why) => {
                let detail = format!("{}: {why}", object.dn());
                Err(Stop::fail(FailureReason::ChangedSince, detail))
            }
        }
    }

    pub(super) fn release(&mut self, order: &Order) -> Result<Uuid, Stop> {
        let gone = || Stop::fail(FailureReason::ObjectGone, "no such object");
        let guid = self.look_up(order)?.ok_or_else(gone)?;
        let object = &self.objects[&guid];
        if let Standing::Unclaimed | Standing::Foreign(_) = object.standing(order) {
            return Ok(guid);
        }
        refuse_unless_ours(order, guid, object)?;
        let mut released = object.clone();
        if order.expects.is_some() {
            released.enabled = order.desired.enabled;
        }
        released.fence = None;
        self.put(guid, released);
        Ok(guid)
    }
}

fn found(object: &SandboxObject, order: &Order) -> Found {
    let instant = |name: &str| object.values(name)?.first()?.parse::<DateTime<Utc>>().ok();
    Found {
        enabled: object.enabled,
        last_sign_in: instant("lastLogonTimestamp"),
        password_set: instant("pwdLastSet"),
        ends_so: object.expires_at == order.desired.expires_at,
        named_so: object.name.eq_ignore_ascii_case(&order.desired.name),
        lies_there: Dn::parse(&object.ou) == Dn::parse(&order.desired.ou),
        standing: object.standing(order),
    }
}
