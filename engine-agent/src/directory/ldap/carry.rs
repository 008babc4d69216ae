//! One attempt at an order, from reading to reading back.

use super::{
    LdapDirectory, Stop,
    connection::Trouble,
    object::{Object, by_guid},
    provision::Made,
    refusal::{Refusal, Step, at, reason},
    useless,
};
use crate::{
    dn,
    fence::{Fence, Standing},
    vault::Vault,
};
use ldap3::Mod;
use tenure_domain::order::{FailureReason, Order, OrderKind, Outcome};

impl LdapDirectory {
    pub(super) async fn attempt(
        &self,
        order: &Order,
        vault: &dyn Vault,
        made: &mut Made,
    ) -> Result<Outcome, Stop> {
        let found = self.look_up(order).await?;
        if let Some(object) = &found {
            useless::check(order, object)?;
        }
        match (order.kind, found) {
            (OrderKind::Provision, found) => match &order.desired.gmsa {
                Some(gmsa) => self.provision_gmsa(order, gmsa, found).await,
                None => self.provision(order, found, vault, made).await,
            },
            (OrderKind::Change, Some(object)) => {
                let object = self.settle(order, object).await?;
                let mut secret = None;
                if order.moves_secret {
                    self.in_time(order)?;
                    secret = vault
                        .relocate(order.account, order.folder.as_deref())
                        .await?;
                }
                fail::fail_point!("engine-agent::after-apply", |_| std::process::abort());
                Ok(Outcome::Applied {
                    object: object.guid,
                    secret,
                })
            }
            (OrderKind::Change, None) => {
                Err(Stop::fail(FailureReason::ObjectGone, "no such object"))
            }
            (OrderKind::Remove, found) => self.remove(order, found, vault).await,
            (OrderKind::Release, found) => self.release(order, found).await,
        }
    }

    /// The order's object: by objectGUID once it is known, else by name.
    async fn look_up(&self, order: &Order) -> Result<Option<Object>, Stop> {
        let attributes = || Object::attributes(order, &self.config.fence_attribute);
        let known = match order.object {
            Some(guid) => self
                .connection
                .read(&by_guid(guid), attributes())
                .await
                .map_err(at(Step::Read))?,
            None => None,
        };
        if let Some(entry) = known {
            return self.object(entry).map(Some);
        }
        if order.object.is_some() && order.kind != OrderKind::Provision {
            return Ok(None);
        }
        let named = self
            .connection
            .find(
                &self.config.base_dn,
                &order.desired.sam_account_name(),
                attributes(),
            )
            .await;
        let Some(entry) = named.map_err(at(Step::Read))? else {
            return Ok(None);
        };
        let object = self.object(entry)?;
        let ours = !matches!(
            object.standing(order),
            Standing::Unclaimed | Standing::Foreign(_)
        );
        match order.kind {
            // Only the objectGUID or our fence makes an object ours; a name does not.
            OrderKind::Provision if !ours => Err(Stop::fail(
                FailureReason::NameTaken,
                format!("{} has this name and is not this account's", object.dn),
            )),
            _ => Ok(ours.then_some(object)),
        }
    }

    pub(super) async fn read_again(&self, order: &Order, object: &Object) -> Result<Object, Stop> {
        let attributes = Object::attributes(order, &self.config.fence_attribute);
        let entry = self
            .connection
            .read(&object.by_guid(), attributes)
            .await
            .map_err(at(Step::Read))?;
        let entry = entry
            .ok_or_else(|| Stop::fail(FailureReason::ObjectGone, "deleted in the meantime"))?;
        self.object(entry)
    }

    pub(super) fn object(&self, entry: super::entry::Entry) -> Result<Object, Stop> {
        let dn = entry.dn.clone();
        let inside = dn::Dn::parse(&dn).is_some_and(|dn| dn.is_below(&self.territory.base));
        if !inside {
            return Err(Stop::fail(
                FailureReason::InvalidOrder,
                format!("{dn} lies outside the engine's base"),
            ));
        }
        Object::of(entry, &self.config.fence_attribute).ok_or_else(|| {
            Stop::fail(
                FailureReason::InsufficientRights,
                format!("objectGUID of {dn} is not readable"),
            )
        })
    }

    /// Claims the object and makes it as desired, password apart; returns it as read back.
    pub(super) async fn settle(&self, order: &Order, object: Object) -> Result<Object, Stop> {
        if order.desired.gmsa.is_some() && !object.is_gmsa() {
            return Err(Stop::fail(
                FailureReason::InvalidOrder,
                format!("{} is no group managed service account", object.dn),
            ));
        }
        let (mut object, been_here) = match object.standing(order) {
            Standing::Same => (object, true),
            _ => (self.claim(order, object).await?, false),
        };
        if object.password_change_deviates(&order.desired) {
            object = self.set_password_change(order, object).await?;
        }
        if let Some(gmsa) = &order.desired.gmsa {
            object = self.settle_readers(order, gmsa, object).await?;
        }
        if let Some(rdn) = self.to_move(order, &object) {
            self.in_time(order)?;
            let moved = self
                .connection
                .relocate(&object.by_guid(), &rdn, &order.desired.ou)
                .await;
            moved.map_err(at(Step::Move))?;
            object = self.still_ours(order, &object).await?;
        }
        let missing = object.missing_groups(&order.desired);
        for group in &missing {
            self.join(order, &object, group).await?;
        }
        let left = object.groups_to_leave(&order.desired);
        for group in &left {
            self.leave(order, &object, group).await?;
        }
        if !(missing.is_empty() && left.is_empty()) {
            object = self.still_ours(order, &object).await?;
        }
        let deviations = object.deviations(&order.desired).join(", ");
        match (deviations.is_empty(), been_here) {
            (true, _) => Ok(object),
            // Applied earlier under this number, undone by somebody since: never fought over, a new order decides.
            (false, true) => Err(Stop::Defer(crate::failure::failure(
                FailureReason::Other,
                format!("applied earlier, and changed by somebody else since: {deviations}"),
            ))),
            (false, false) => Err(Stop::fail(
                FailureReason::AttributeRefused,
                format!("accepted by the directory, but it reads back otherwise: {deviations}"),
            )),
        }
    }

    /// The compare-and-set of the fence, with everything that fits into the same modify; returns the object re-read.
    pub(super) async fn claim(&self, order: &Order, object: Object) -> Result<Object, Stop> {
        refuse_unless_ours(order, &object)?;
        let mut changes = object.claim(&self.config.fence_attribute, &Fence::of(order).to_string());
        if order.kind != OrderKind::Remove {
            self.refuse_taken_principal_names(order, Some(&object))
                .await?;
            // Windows lets nobody enable what has no password; Samba would.
            let has_password = order.desired.gmsa.is_some() || object.has_password();
            if order.desired.enabled && !object.is_enabled() && !has_password {
                return Err(Stop::fail(
                    FailureReason::InvalidOrder,
                    "an account without a password is not enabled",
                ));
            }
            changes.extend(
                object
                    .differences(&order.desired)
                    .into_iter()
                    .map(|(_, change)| change),
            );
        }
        self.in_time(order)?;
        match self.connection.modify(&object.by_guid(), changes).await {
            Ok(()) => self.still_ours(order, &object).await,
            Err(Trouble::Refused(refusal)) => Err(self
                .lost_race_or(order, &object, Step::Modify, refusal)
                .await),
            Err(trouble) => Err(at(Step::Modify)(trouble)),
        }
    }

    /// "No such attribute (value)", or a value too many, may mean that the fence is no longer what we read.
    pub(super) async fn lost_race_or(
        &self,
        order: &Order,
        object: &Object,
        step: Step,
        refusal: Refusal,
    ) -> Stop {
        if matches!(refusal.code, 16 | 20 | 68) {
            match self.read_again(order, object).await {
                Ok(now) if !now.same_fence(object) => return Stop::Raced,
                Ok(_) => {}
                Err(stop) => return stop,
            }
        }
        Stop::fail(reason(step, &refusal), refusal.to_string())
    }

    /// Re-reads, and stops if a later order came by.
    pub(super) async fn still_ours(&self, order: &Order, object: &Object) -> Result<Object, Stop> {
        let now = self.read_again(order, object).await?;
        match now.standing(order) {
            Standing::Same => Ok(now),
            _ => {
                refuse_unless_ours(order, &now)?;
                Err(Stop::Raced)
            }
        }
    }

    /// The object's own first part, if it must move.
    fn to_move(&self, order: &Order, object: &Object) -> Option<String> {
        (!object.lies_in(&order.desired.ou)).then(|| first_part(&object.dn).to_owned())
    }

    async fn join(&self, order: &Order, object: &Object, group: &str) -> Result<(), Stop> {
        self.in_time(order)?;
        let member = Mod::Add(b"member".to_vec(), [object.dn.clone().into_bytes()].into());
        match self.connection.modify(group, vec![member]).await {
            // Already a member, by another agent.
            Err(Trouble::Refused(refusal)) if matches!(refusal.code, 20 | 68) => Ok(()),
            joined => joined.map_err(at(Step::JoinGroup)),
        }
    }

    async fn leave(&self, order: &Order, object: &Object, group: &str) -> Result<(), Stop> {
        self.in_time(order)?;
        let member = Mod::Delete(b"member".to_vec(), [object.dn.clone().into_bytes()].into());
        match self.connection.modify(group, vec![member]).await {
            // No member any more, or no group: by another hand.
            Err(Trouble::Refused(refusal)) if matches!(refusal.code, 16 | 32) => Ok(()),
            left => left.map_err(at(Step::LeaveGroup)),
        }
    }
}

/// A later order, somebody else's fence: nothing is touched.
pub(super) fn refuse_unless_ours(order: &Order, object: &Object) -> Result<(), Stop> {
    match object.standing(order) {
        Standing::Earlier | Standing::Same => Ok(()),
        // Its objectGUID was named by the order, so it is the object that Tenure made, with the fence cleared.
        Standing::Unclaimed if order.object == Some(object.guid) => Ok(()),
        Standing::Unclaimed => Err(Stop::fail(
            FailureReason::NameTaken,
            format!("{} is not claimed", object.dn),
        )),
        Standing::Foreign(value) => Err(Stop::fail(
            FailureReason::ForeignFence,
            format!("{} carries {value}", object.dn),
        )),
        Standing::Later(number) => Err(Stop::fail(
            FailureReason::Superseded,
            format!("{} carries order {number}", object.dn),
        )),
    }
}

/// Up to the first comma that is not escaped.
fn first_part(dn: &str) -> &str {
    let mut escaped = false;
    for (at, c) in dn.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => return &dn[..at],
            _ => {}
        }
    }
    dn
}
