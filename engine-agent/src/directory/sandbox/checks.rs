//! What the sandbox refuses as a directory would: places, groups, principals that are not there, and names that others have.

use super::{SandboxObject, State, Stop};
use crate::dn::Dn;
use tenure_domain::order::{FailureReason, Order};
use uuid::Uuid;

const PRINCIPAL_NAME: &str = "servicePrincipalName";

impl State {
    pub(super) fn check_places(&self, order: &Order) -> Result<(), Stop> {
        let exists =
            |text: &str, known: &[Dn]| Dn::parse(text).is_some_and(|dn| known.contains(&dn));
        if !exists(&order.desired.ou, &self.units) {
            return Err(Stop::fail(
                FailureReason::NoSuchOu,
                format!("{} does not exist", order.desired.ou),
            ));
        }
        match order
            .desired
            .groups
            .iter()
            .find(|group| !exists(group, &self.groups))
        {
            Some(group) => Err(Stop::fail(
                FailureReason::NoSuchGroup,
                format!("{group} does not exist"),
            )),
            None => Ok(()),
        }
    }

    /// A service principal name names one service.
    pub(super) fn check_principal_names(
        &self,
        order: &Order,
        object: Option<Uuid>,
    ) -> Result<(), Stop> {
        let attributes = order.desired.attributes.iter();
        let wanted = attributes.filter(|(name, _)| name.eq_ignore_ascii_case(PRINCIPAL_NAME));
        for name in wanted.flat_map(|(_, names)| names) {
            let has = |holder: &SandboxObject| {
                let names = holder.values(PRINCIPAL_NAME).unwrap_or_default();
                names.iter().any(|known| known.eq_ignore_ascii_case(name))
            };
            let mut others = self
                .objects
                .iter()
                .filter(|(guid, _)| Some(**guid) != object);
            if let Some((_, holder)) = others.find(|(_, holder)| has(holder)) {
                let detail = format!("{name} belongs to {}", holder.dn());
                return Err(Stop::fail(FailureReason::SpnTaken, detail));
            }
        }
        Ok(())
    }

    /// Those who may retrieve the password of a group managed service account are groups or accounts of the sandbox.
    pub(super) fn check_principals(&self, order: &Order) -> Result<(), Stop> {
        let gmsa = order.desired.gmsa.iter();
        for principal in gmsa.flat_map(|gmsa| &gmsa.principals) {
            let wanted = Dn::parse(principal);
            let is = |dn: Option<Dn>| dn.is_some() && dn == wanted;
            let mut groups = self.groups.iter();
            let mut accounts = self.objects.values();
            if !groups.any(|group| is(Some(group.clone())))
                && !accounts.any(|account| is(Dn::parse(&account.dn())))
            {
                let detail = format!("{principal} does not exist");
                return Err(Stop::fail(FailureReason::UnknownPrincipal, detail));
            }
        }
        Ok(())
    }
}
