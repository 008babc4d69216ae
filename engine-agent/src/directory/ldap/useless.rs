//! Removal of an account that was found useless: before each order it is looked at again, by whoever acts, and left alone
//! if it is not as it was when somebody decided on it, or if the directory protects it. Until it is deleted it can be let go
//! of: as it was found, and without the fence.

use super::{
    LdapDirectory, Stop,
    carry::refuse_unless_ours,
    connection::Trouble,
    object::Object,
    refusal::{Step, at},
    survey::sid,
    values,
};
use crate::{
    expected::{Found, otherwise},
    fence::Standing,
};
use chrono::{DateTime, SubsecRound, Utc};
use tenure_domain::{
    discovery::{end_of_sid, is_privileged},
    order::{Expected, FailureReason, Order, OrderKind, Outcome},
};

/// SIDs of all groups that it is in, through others too and as its primary group: made up by the directory when asked.
const TOKEN_GROUPS: &str = "tokenGroups";
/// Below are the accounts that the domain came with (Microsoft, "Well-known SIDs").
const FIRST_OF_ONES_OWN: u32 = 1_000;

/// What to ask the directory for.
pub(super) fn attributes(order: &Order) -> Vec<&'static str> {
    let names = [
        "sAMAccountName",
        "objectClass",
        "objectSid",
        "isCriticalSystemObject",
        "adminCount",
        "lastLogonTimestamp",
        "pwdLastSet",
    ];
    // Only of one object that is named: no search makes it up for many.
    let token_groups = order.object.map(|_| TOKEN_GROUPS);
    names.into_iter().chain(token_groups).collect()
}

/// May an order go on that says how the account was found?
pub(super) fn check(order: &Order, object: &Object) -> Result<(), Stop> {
    let expected = order.expects.as_deref();
    let Some(expected) = expected.filter(|_| order.kind != OrderKind::Release) else {
        return Ok(());
    };
    refuse_unless_ours(order, object)?;
    match object
        .protected()
        .or_else(|| object.otherwise(order, expected))
    {
        None => Ok(()),
        Some(why) => Err(Stop::fail(
            FailureReason::ChangedSince,
            format!("{}: {why}", object.dn),
        )),
    }
}

impl Object {
    fn protected(&self) -> Option<String> {
        let entry = &self.entry;
        let is = |name| entry.text(name).is_some_and(|value| value == "TRUE");
        if is("isCriticalSystemObject") {
            return Some("the directory itself needs it (isCriticalSystemObject)".into());
        }
        if entry.number("adminCount").is_some_and(|count| count != 0) {
            return Some("it is or was a member of a privileged group (adminCount)".into());
        }
        let mut classes = entry.texts("objectClass");
        let no_person = ["computer", "msDS-ManagedServiceAccount"];
        if classes.any(|class| no_person.iter().any(|no| no.eq_ignore_ascii_case(class))) {
            return Some("it is an account of a computer, or its password is kept for it".into());
        }
        let number = entry.bytes("objectSid").and_then(sid);
        match number.as_deref().and_then(end_of_sid) {
            None => return Some("its objectSid cannot be read".into()),
            Some(end) if end < FIRST_OF_ONES_OWN => {
                return Some("the domain came with it".into());
            }
            Some(_) => {}
        }
        let mut groups = entry.all_bytes(TOKEN_GROUPS).filter_map(sid);
        let privileged = groups.find(|group| is_privileged(group));
        privileged.map(|group| format!("it is a member of the privileged group {group}"))
    }

    /// What is not as it was.
    fn otherwise(&self, order: &Order, expected: &Expected) -> Option<String> {
        let time = |name| values::instant(self.entry.number(name)?);
        let whole = |at: Option<DateTime<Utc>>| at.map(|at| at.trunc_subsecs(0));
        let found = Found {
            enabled: self.is_enabled(),
            last_sign_in: time("lastLogonTimestamp"),
            password_set: time("pwdLastSet"),
            ends_so: time("accountExpires") == whole(order.desired.expires_at),
            named_so: self.has("sAMAccountName", &order.desired.name),
            lies_there: self.lies_in(&order.desired.ou),
            standing: self.standing(order),
        };
        otherwise(order.kind, expected, &found).map(str::to_owned)
    }
}

impl LdapDirectory {
    /// Whoever has put another mark on it, or taken ours off, has decided otherwise.
    pub(super) async fn release(
        &self,
        order: &Order,
        found: Option<Object>,
    ) -> Result<Outcome, Stop> {
        let Some(object) = found else {
            return Err(Stop::fail(FailureReason::ObjectGone, "no such object"));
        };
        let released = Outcome::Applied {
            object: object.guid,
            secret: None,
        };
        match object.standing(order) {
            Standing::Unclaimed | Standing::Foreign(_) => return Ok(released),
            Standing::Earlier | Standing::Same => {}
            Standing::Later(_) => refuse_unless_ours(order, &object)?,
        }
        let mut changes = object.unclaim(&self.config.fence_attribute);
        // What was not disabled for its removal is not switched: whoever did so since, meant it.
        let removal = order.expects.is_some();
        changes.extend(
            removal
                .then(|| object.switch(order.desired.enabled))
                .flatten(),
        );
        self.in_time(order)?;
        match self.connection.modify(&object.by_guid(), changes).await {
            Ok(()) => {}
            Err(Trouble::Refused(refusal)) => {
                let stop = self.lost_race_or(order, &object, Step::Modify, refusal);
                return Err(stop.await);
            }
            Err(trouble) => return Err(at(Step::Modify)(trouble)),
        }
        let now = self.read_again(order, &object).await?;
        match now.standing(order) {
            Standing::Unclaimed | Standing::Foreign(_) => Ok(released),
            _ => Err(Stop::Raced),
        }
    }
}
