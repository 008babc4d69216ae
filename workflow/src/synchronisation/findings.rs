//! What discovery found in the copy of a domain, as a whole.

use super::copy::{CopyFilter, Found, USER, UnmanagedAccount};
use crate::{CommandError, Instance, drift, synchronisation};
use tenure_domain::{
    DomainId,
    directory::DomainContent,
    discovery::{Candidate, Findings, SignalKind},
};

impl Instance {
    /// In how many unmanaged accounts each kind of signal was seen, the riskiest kinds first; kinds that were not seen are
    /// left out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn signals_seen(
        &self,
        domain: DomainId,
    ) -> Result<Vec<(SignalKind, u64)>, CommandError> {
        let tables = self.store.state_tables();
        let mixtures = tables.directory_signals(domain, USER).await?;
        let count = |kind: SignalKind| {
            let with = mixtures
                .iter()
                .filter(|(words, _)| words.split(' ').any(|word| word == kind.text()));
            with.map(|(_, count)| count).sum::<u64>()
        };
        let kinds = SignalKind::ALL.into_iter();
        let counted = kinds.map(|kind| (kind, count(kind)));
        Ok(counted.filter(|(_, count)| *count > 0).collect())
    }

    /// What discovery found in a domain, `most` accounts of it, and how many less risky ones there are beside.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn findings(
        &self,
        domain: DomainId,
        content: &DomainContent,
        most: u32,
    ) -> Result<(Findings, u64), CommandError> {
        let filter = CopyFilter {
            limit: most,
            ..CopyFilter::default()
        };
        let Found { items, total } = self.unmanaged_accounts(domain, &filter).await?;
        let last = synchronisation::state(self, domain).await?.last;
        let omitted = total.saturating_sub(items.len() as u64);
        let managed = drift::managed(self, domain).await?;
        let findings = Findings {
            domain: content.name.clone(),
            base: content.base_dn.clone(),
            at: last.map_or_else(|| self.system.now(), |last| last.at),
            managed: managed as usize,
            candidates: items.into_iter().map(candidate).collect(),
        };
        Ok((findings, omitted))
    }
}

fn candidate(account: UnmanagedAccount) -> Candidate {
    let user = account.user;
    Candidate {
        id: user.id,
        name: user.name,
        dn: user.dn,
        description: user.description,
        manager: user.manager,
        created: user.created,
        risk: account.risk,
        signals: account.signals,
    }
}
