//! As whom the engines of a domain sign in. Tenure must not come to manage these accounts: at the end of one, every engine that
//! uses it would be locked out.

use crate::{
    CommandError, Instance,
    calibration::{self, Answered},
};
use std::collections::BTreeSet;
use tenure_domain::{
    DomainId,
    calibration::ReachedServer,
    engine::{Engine, EngineStanding},
    synchronisation::DirectoryUser,
};

/// Accounts that engines sign in as, as they last said themselves.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SignIns {
    /// sAMAccountNames or distinguished names, in lower case.
    names: BTreeSet<String>,
}

impl SignIns {
    /// Those of all engines of the domain that may come to work, enabled or not.
    pub(crate) async fn of(instance: &Instance, domain: DomainId) -> Result<Self, CommandError> {
        let mut all = Self::default();
        for id in instance.views.engine_ids().await? {
            let engine = instance.store.cached_state::<Engine>(id.0).await?.state;
            let of_another = engine.identity().is_none_or(|(_, its)| its != domain);
            // Revoked is for good: it locks nobody out any more.
            if of_another || engine.standing() == Some(EngineStanding::Revoked) {
                continue;
            }
            let answered = calibration::of(&instance.store, id).await?.answered;
            if let Some(server) = answered.as_ref().and_then(Answered::last_reached) {
                all.add(server);
            }
        }
        Ok(all)
    }

    /// As configured, and as the directory answers to "who am I".
    fn add(&mut self, server: &ReachedServer) {
        let said = [Some(&server.account), server.known_as.as_ref()];
        self.names
            .extend(said.into_iter().flatten().map(|said| plain(said)));
    }

    pub(crate) fn are(&self, user: &DirectoryUser) -> bool {
        self.names.contains(&user.name.to_lowercase())
            || self.names.contains(&user.dn.to_lowercase())
    }
}

/// `u:CORP\svc` (RFC 4532, as Active Directory answers), `CORP\svc` and `svc@corp.example.com` are `svc`; a distinguished name
/// stays one.
fn plain(said: &str) -> String {
    let said = said.strip_prefix("u:").unwrap_or(said);
    let said = said.strip_prefix("dn:").unwrap_or(said);
    let said = match said.contains('=') {
        true => said,
        false => {
            let said = said.rsplit_once('\\').map_or(said, |(_, name)| name);
            said.split_once('@').map_or(said, |(name, _)| name)
        }
    };
    said.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn an_account_is_the_same_however_its_engine_calls_it() {
        for said in [
            "u:CORP\\Tenure-Agent",
            "CORP\\tenure-agent",
            "tenure-agent@corp.example.com",
            "tenure-agent",
        ] {
            assert_eq!(plain(said), "tenure-agent", "{said}");
        }
        let dn = "CN=Tenure Agent,OU=Service,DC=corp";
        assert_eq!(plain(dn), dn.to_lowercase());
        assert_eq!(plain(&format!("dn:{dn}")), dn.to_lowercase());
    }
}
