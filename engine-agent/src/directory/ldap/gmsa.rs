//! Group managed service accounts: made without a password, since the domain controllers make it; and kept to who may
//! retrieve it. No vault has a part in this.

use super::{
    LdapDirectory, Stop,
    connection::Trouble,
    object::Object,
    readers::{self, Readers},
    refusal::{Step, at},
    values,
};
use crate::{dn, fence::Fence};
use ldap3::Mod;
use tenure_domain::{
    gmsa::Gmsa,
    order::{FailureReason, Order, Outcome},
};

/// The class of their objects.
pub(super) const CLASS: &str = "msDS-GroupManagedServiceAccount";
pub(super) const ENCRYPTION_TYPES: &str = "msDS-SupportedEncryptionTypes";
/// Written once: no directory changes it afterwards.
const INTERVAL: &str = "msDS-ManagedPasswordInterval";
const HOST_NAME: &str = "dNSHostName";

impl LdapDirectory {
    pub(super) async fn provision_gmsa(
        &self,
        order: &Order,
        gmsa: &Gmsa,
        found: Option<Object>,
    ) -> Result<Outcome, Stop> {
        let object = match found {
            Some(object) => object,
            None => self.create_gmsa(order, gmsa).await?,
        };
        let object = self.settle(order, object).await?;
        fail::fail_point!("engine-agent::after-apply", |_| std::process::abort());
        Ok(Outcome::Applied {
            object: object.guid,
            secret: None,
        })
    }

    async fn create_gmsa(&self, order: &Order, gmsa: &Gmsa) -> Result<Object, Stop> {
        self.refuse_taken_principal_names(order, None).await?;
        let readers = self.readers(gmsa, true).await?;
        let mut content = self.common_content(order, CLASS, values::WORKSTATION_TRUST_ACCOUNT);
        let host = format!("{}.{}", order.desired.name, self.config.domain_name);
        for (name, value) in [
            (HOST_NAME, host),
            (INTERVAL, gmsa.password_interval_days.to_string()),
            (ENCRYPTION_TYPES, gmsa.encryption_bits().to_string()),
        ] {
            content.push((name.into(), vec![value.into_bytes()]));
        }
        content.push((readers::ATTRIBUTE.into(), vec![descriptor(&readers)?]));
        self.in_time(order)?;
        let dn = dn::child(&order.desired.name, &order.desired.ou);
        self.add(order, &dn, content).await?.map_err(Stop::Fail)
    }

    /// Makes it as the order says who may retrieve the password; returns the object as read back.
    pub(super) async fn settle_readers(
        &self,
        order: &Order,
        gmsa: &Gmsa,
        object: Object,
    ) -> Result<Object, Stop> {
        // Somebody who is gone does not keep an account from being disabled.
        let readers = self.readers(gmsa, order.desired.enabled).await?;
        if object.readers().as_ref() == Some(&readers) {
            return Ok(object);
        }
        self.in_time(order)?;
        let mut changes = object.claim(&self.config.fence_attribute, &Fence::of(order).to_string());
        let value = descriptor(&readers)?;
        changes.push(Mod::Replace(readers::ATTRIBUTE.into(), [value].into()));
        let object = match self.connection.modify(&object.by_guid(), changes).await {
            Ok(()) => self.still_ours(order, &object).await?,
            Err(Trouble::Refused(refusal)) => {
                let stop = self.lost_race_or(order, &object, Step::Modify, refusal);
                return Err(stop.await);
            }
            Err(trouble) => return Err(at(Step::Modify)(trouble)),
        };
        if object.readers().as_ref() != Some(&readers) {
            return Err(Stop::fail(
                FailureReason::AttributeRefused,
                format!(
                    "accepted by the directory, but {} reads back otherwise",
                    readers::ATTRIBUTE
                ),
            ));
        }
        Ok(object)
    }

    /// Those who shall retrieve the password, as the directory knows them. Who is not there is refused, or left out.
    async fn readers(&self, gmsa: &Gmsa, all: bool) -> Result<Readers, Stop> {
        let mut found = Readers::default();
        for principal in &gmsa.principals {
            let entry = self.connection.read(principal, vec!["objectSid".into()]);
            let entry = entry.await.map_err(at(Step::Read))?;
            let sid = entry.as_ref().and_then(|entry| entry.bytes("objectSid"));
            if !sid.is_some_and(|sid| found.add(sid)) && all {
                let why = match entry {
                    Some(_) => "is no group, computer or user",
                    None => "does not exist",
                };
                return Err(Stop::fail(
                    FailureReason::UnknownPrincipal,
                    format!("{principal} {why}"),
                ));
            }
        }
        Ok(found)
    }
}

fn descriptor(readers: &Readers) -> Result<Vec<u8>, Stop> {
    readers.descriptor().ok_or_else(|| {
        Stop::fail(
            FailureReason::InvalidOrder,
            "too many may retrieve the password",
        )
    })
}
