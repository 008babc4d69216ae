//! A service principal name names one service: one that another object has is not given, whatever the directory would let
//! pass. It has the last word, since it sees more than the engine's base.

use super::{
    LdapDirectory, Stop,
    object::Object,
    refusal::{Step, at},
};
use ldap3::ldap_escape;
use tenure_domain::order::{FailureReason, Order};

const ATTRIBUTE: &str = "servicePrincipalName";

impl LdapDirectory {
    /// Refuses an order that would give a name that another object than `object` has.
    pub(super) async fn refuse_taken_principal_names(
        &self,
        order: &Order,
        object: Option<&Object>,
    ) -> Result<(), Stop> {
        let attributes = order.desired.attributes.iter();
        let wanted = attributes.filter(|(name, _)| name.eq_ignore_ascii_case(ATTRIBUTE));
        for name in wanted.flat_map(|(_, names)| names) {
            if object.is_some_and(|object| object.has(ATTRIBUTE, name)) {
                continue;
            }
            let filter = format!("({ATTRIBUTE}={})", ldap_escape(name.as_str()));
            let base = &self.config.base_dn;
            let holder = self
                .connection
                .first(base, &filter, vec!["objectGUID".into()]);
            let Some(holder) = holder.await.map_err(at(Step::Read))? else {
                continue;
            };
            if object.is_none_or(|object| holder.guid() != Some(object.guid)) {
                return Err(Stop::fail(
                    FailureReason::SpnTaken,
                    format!("{name} belongs to {}", holder.dn),
                ));
            }
        }
        Ok(())
    }
}
