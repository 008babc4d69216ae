//! Deleting an account and its secret: the object first, so that no live account is ever without its secret.

use super::{
    LdapDirectory, Stop,
    connection::Trouble,
    object::Object,
    refusal::{Step, at},
};
use crate::{fence::Standing, vault::Vault};
use tenure_domain::order::{Order, Outcome};

impl LdapDirectory {
    pub(super) async fn remove(
        &self,
        order: &Order,
        found: Option<Object>,
        vault: &dyn Vault,
    ) -> Result<Outcome, Stop> {
        if let Some(object) = found {
            let object = match object.standing(order) {
                Standing::Same => object,
                _ => self.claim(order, object).await?,
            };
            self.in_time(order)?;
            match self.connection.delete(&object.by_guid()).await {
                Ok(()) => {}
                // Gone by another hand in the meantime.
                Err(Trouble::Refused(refusal)) if refusal.code == 32 => {}
                Err(trouble) => return Err(at(Step::Delete)(trouble)),
            }
            let attributes = Object::attributes(order, &self.config.fence_attribute);
            let left = self
                .connection
                .read(&object.by_guid(), attributes)
                .await
                .map_err(at(Step::Read))?;
            if left.is_some() {
                return Err(Stop::Raced);
            }
        }
        // The password of a group managed service account lies in no vault.
        if order.desired.gmsa.is_none() {
            self.in_time(order)?;
            vault.delete(order.account).await?;
            if let Some(revived) = order.revives {
                vault.delete(revived).await?;
            }
        }
        fail::fail_point!("engine-agent::after-apply", |_| std::process::abort());
        Ok(Outcome::Removed)
    }
}
