//! Every request and account as the model has it: in the history, in the read models, in both directories.

use crate::{
    about::{About, about},
    model::{AccountStatus, RequestStatus},
    play::Play,
    steps::Step,
    world::{BASES, account, info, owner, request},
};
use tenure_domain::{
    account::Account,
    lifecycle::Status,
    ownership::Owner,
    request::{Request, RequestStatus as S},
};

impl Play {
    pub(crate) async fn compare(&self, step: &Step) -> Result<(), String> {
        match about(step) {
            About::Request(n) => self.compare_request(n).await,
            About::Account(n) => self.compare_account(n).await,
            About::Else => Ok(()),
        }
    }

    /// Every request and account, in the history and in the read models, and both directories.
    pub(crate) async fn compare_all(&self) -> Result<(), String> {
        for n in self.model.requests.keys() {
            self.compare_request(*n).await?;
        }
        for n in self.model.accounts.keys() {
            self.compare_account(*n).await?;
        }
        Ok(())
    }

    async fn compare_request(&self, n: usize) -> Result<(), String> {
        let Some(wanted) = self.model.requests.get(&n).map(|request| request.status) else {
            return Ok(());
        };
        let instance = self.world.instance();
        let state = instance
            .store
            .state::<Request>(request(n).0)
            .await
            .map_err(|e| e.to_string())?;
        let row = instance
            .views
            .request(request(n))
            .await
            .map_err(|e| e.to_string())?;
        for (status, whose) in [
            (state.state.status(), "the request"),
            (row.map(|row| row.status), "the read model"),
        ] {
            let status = match status {
                Some(S::Draft) => RequestStatus::Draft,
                Some(S::Submitted) => RequestStatus::Submitted,
                Some(S::SentBack) => RequestStatus::SentBack,
                Some(S::Rejected) => RequestStatus::Rejected,
                Some(S::Withdrawn) => RequestStatus::Withdrawn,
                Some(S::Provisioned) => RequestStatus::Provisioned,
                Some(S::Failed) => RequestStatus::Failed,
                other => {
                    return Err(format!(
                        "request {n}: {whose} is {other:?} at rest, wanted {wanted:?}"
                    ));
                }
            };
            if status != wanted {
                return Err(format!(
                    "request {n}: {whose} is {status:?}, wanted {wanted:?}"
                ));
            }
        }
        Ok(())
    }

    async fn compare_account(&self, n: usize) -> Result<(), String> {
        let Some(wanted) = self.model.accounts.get(&n) else {
            return Ok(());
        };
        let instance = self.world.instance();
        let loaded = instance
            .store
            .state::<Account>(account(n).0)
            .await
            .map_err(|e| e.to_string())?;
        let managed = loaded
            .state
            .managed()
            .ok_or(format!("account {n} is missing"))?;
        let row = instance
            .views
            .account(account(n))
            .await
            .map_err(|e| e.to_string())?;
        let row = row.ok_or(format!("account {n} is missing in the read model"))?;
        for (status, whose) in [
            (managed.status(), "the account"),
            (row.status(), "the read model"),
        ] {
            let status = match status {
                Status::Provisioning => AccountStatus::Provisioning,
                Status::Active => AccountStatus::Active,
                Status::Disabled => AccountStatus::Disabled,
                Status::Expired => AccountStatus::Expired,
                Status::Renewing => AccountStatus::Renewing,
                Status::Deleted | Status::Released => AccountStatus::Deleted,
            };
            if status != wanted.status() {
                return Err(format!(
                    "account {n}: {whose} is {status:?}, wanted {:?}",
                    wanted.status()
                ));
            }
        }
        let end = managed.lifecycle().map(|lifecycle| lifecycle.end);
        if end != wanted.is_live().then_some(wanted.end) {
            return Err(format!("account {n} ends {end:?}, wanted {}", wanted.end));
        }
        let owners: Vec<Owner> = wanted.owners.iter().map(owner).collect();
        if managed.owners != owners {
            return Err(format!(
                "account {n} has the owners {:?}, wanted {owners:?}",
                managed.owners
            ));
        }
        self.compare_object(n)
    }

    /// The directory is asked itself.
    fn compare_object(&self, n: usize) -> Result<(), String> {
        let wanted = &self.model.accounts[&n];
        let fence = format!("tenure:{}:", account(n).0.simple());
        for (domain, engine) in self.world.engines.iter().enumerate() {
            let found = engine
                .directory
                .sandbox
                .objects()
                .into_iter()
                .map(|(_, object)| object);
            let found: Vec<_> = found
                .filter(|object| object.fence.as_ref().is_some_and(|f| f.starts_with(&fence)))
                .collect();
            let expected = usize::from(wanted.exists() && wanted.domain() == domain);
            if found.len() != expected {
                return Err(format!(
                    "account {n} is {} times in directory {domain}, wanted {wanted:?}: {found:?}",
                    found.len()
                ));
            }
            for object in found {
                let ou = if wanted.retired {
                    "Retired"
                } else {
                    "Service Accounts"
                };
                let says = object
                    .attributes
                    .get("info")
                    .and_then(|values| values.first());
                let same = object.name == wanted.name
                    && says.cloned() == wanted.info.map(info)
                    && object.enabled == wanted.enabled
                    && object.expires_at == wanted.expires()
                    && object.ou == format!("OU={ou},{}", BASES[domain]);
                if !same {
                    return Err(format!(
                        "account {n} is {object:?} in the directory, wanted {wanted:?}"
                    ));
                }
            }
        }
        Ok(())
    }
}
