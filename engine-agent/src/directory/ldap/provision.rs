//! Creating an account: the password into the vault first, then one add with everything in it, then a sign-in with that
//! password. Whatever is cut off in between, the same order takes it up again.
//!
//! The object of a deleted account is taken over instead: its password is replaced, together with its fence, before
//! anything else, so that who knew the old password never gets in again: twice, since a directory goes on accepting the
//! password before the last for an hour.

use super::{
    LdapDirectory, Stop,
    carry::refuse_unless_ours,
    connection::{SignIn, Trouble},
    object::Object,
    refusal::{Step, at, reason},
    values,
};
use crate::{
    dn,
    fence::{Fence, Standing},
    vault::{Secret, Vault, generate_password},
};
use ldap3::Mod;
use tenure_domain::order::{Failure, FailureReason, Order, Outcome, SecretReference};

/// Attributes of a new object.
pub(super) type Content = Vec<(String, Vec<Vec<u8>>)>;

/// What this order has made so far: its attempts share one password.
#[derive(Default)]
pub(super) struct Made {
    password: Option<(Secret, SecretReference)>,
}

impl Made {
    /// A directory's words hold no password; that is not left to the directory.
    pub(super) fn without_secret(&self, mut failure: Failure) -> Failure {
        if let Some((secret, _)) = &self.password
            && failure.detail.contains(secret.expose())
        {
            failure.detail = failure.detail.replace(secret.expose(), "…");
        }
        failure
    }
}

impl LdapDirectory {
    pub(super) async fn provision(
        &self,
        order: &Order,
        found: Option<Object>,
        vault: &dyn Vault,
        made: &mut Made,
    ) -> Result<Outcome, Stop> {
        let created = match found {
            Some(object) if object.is_to_be_taken_over(order) => {
                self.take_over(order, object, vault, made).await?
            }
            Some(object) => object,
            None => self.create(order, vault, made).await?,
        };
        let object = self.settle(order, created).await?;
        let secret = self.ensure_password(order, &object, vault, made).await?;
        if let Some(revived) = order.revives {
            vault.delete(revived).await?;
        }
        fail::fail_point!("engine-agent::after-apply", |_| std::process::abort());
        Ok(Outcome::Applied {
            object: object.guid,
            secret: Some(secret),
        })
    }

    async fn take_over(
        &self,
        order: &Order,
        object: Object,
        vault: &dyn Vault,
        made: &mut Made,
    ) -> Result<Object, Stop> {
        refuse_unless_ours(order, &object)?;
        self.in_time(order)?;
        if made.password.is_none() {
            made.password = self.kept_password(order, vault).await?;
        }
        let password = self.new_password(order, vault, made).await?;
        fail::fail_point!("engine-agent::after-vault-write", |_| std::process::abort());
        match self.replace_password_twice(order, &object, &password).await {
            Ok(()) => self.read_again(order, &object).await,
            Err(Stop::Fail(Failure { reason, detail })) => {
                self.nothing_made(order, vault, made, reason, detail).await
            }
            Err(stop) => Err(stop),
        }
    }

    /// First by one that nobody knows.
    async fn replace_password_twice(
        &self,
        order: &Order,
        object: &Object,
        password: &Secret,
    ) -> Result<(), Stop> {
        let fence = || Fence::taken_over(order);
        let unknown = generate_password(self.config.password_length)?;
        self.change_password(order, object, fence(), &unknown)
            .await?;
        let object = self.read_again(order, object).await?;
        self.change_password(order, &object, fence(), password)
            .await
    }

    async fn create(
        &self,
        order: &Order,
        vault: &dyn Vault,
        made: &mut Made,
    ) -> Result<Object, Stop> {
        self.in_time(order)?;
        self.refuse_taken_principal_names(order, None).await?;
        let password = self.new_password(order, vault, made).await?;
        fail::fail_point!("engine-agent::after-vault-write", |_| std::process::abort());
        self.in_time(order)?;
        let dn = dn::child(&order.desired.name, &order.desired.ou);
        match self.add(order, &dn, self.content(order, &password)).await? {
            Ok(object) => Ok(object),
            Err(Failure { reason, detail }) => {
                self.nothing_made(order, vault, made, reason, detail).await
            }
        }
    }

    /// The new object, or why the directory made none.
    pub(super) async fn add(
        &self,
        order: &Order,
        dn: &str,
        content: Content,
    ) -> Result<Result<Object, Failure>, Stop> {
        match self.connection.add(dn, content).await {
            Ok(()) => {}
            // A lost add of ours may have been applied after all, or another agent was faster: reading tells.
            Err(Trouble::Refused(refusal)) if refusal.code == 68 => {
                let taken =
                    || crate::failure::failure(FailureReason::NameTaken, refusal.to_string());
                let ours = |object: &Object| {
                    let standing = object.standing(order);
                    !matches!(standing, Standing::Unclaimed | Standing::Foreign(_))
                };
                return Ok(self.named(order).await?.filter(ours).ok_or_else(taken));
            }
            Err(Trouble::Refused(refusal)) => {
                let reason = reason(Step::Add, &refusal);
                return Ok(Err(crate::failure::failure(reason, refusal.to_string())));
            }
            Err(trouble) => return Err(at(Step::Add)(trouble)),
        }
        fail::fail_point!("engine-agent::after-add", |_| std::process::abort());
        Ok(Ok(self.named(order).await?.ok_or(Stop::Raced)?))
    }

    async fn named(&self, order: &Order) -> Result<Option<Object>, Stop> {
        let attributes = Object::attributes(order, &self.config.fence_attribute);
        let found = self
            .connection
            .find(
                &self.config.base_dn,
                &order.desired.sam_account_name(),
                attributes,
            )
            .await;
        found
            .map_err(at(Step::Read))?
            .map(|entry| self.object(entry))
            .transpose()
    }

    /// The add was refused, so the password in the vault opens nothing.
    async fn nothing_made<T>(
        &self,
        order: &Order,
        vault: &dyn Vault,
        made: &mut Made,
        reason: FailureReason,
        detail: String,
    ) -> Result<T, Stop> {
        let failed = Stop::Fail(made.without_secret(crate::failure::failure(reason, detail)));
        if let Err(error) = vault.delete(order.account).await {
            tracing::warn!(account = %order.account, %error, "a password that opens nothing stays in the vault");
        }
        Err(failed)
    }

    async fn new_password(
        &self,
        order: &Order,
        vault: &dyn Vault,
        made: &mut Made,
    ) -> Result<Secret, Stop> {
        if let Some((secret, _)) = &made.password {
            return Ok(secret.clone());
        }
        let secret = generate_password(self.config.password_length)?;
        let reference = vault
            .write(order.account, order.folder.as_deref(), &secret)
            .await?;
        made.password = Some((secret.clone(), reference));
        Ok(secret)
    }

    /// One add holds everything: a refused one leaves nothing behind.
    fn content(&self, order: &Order, password: &Secret) -> Content {
        let control = values::NORMAL_ACCOUNT | values::PASSWORD_NEVER_EXPIRES;
        let mut content = self.common_content(order, "user", control);
        let principal = format!("{}@{}", order.desired.name, self.config.domain_name);
        content.push(("userPrincipalName".into(), vec![principal.into_bytes()]));
        let password = values::unicode_pwd(password.expose()).to_vec();
        content.push(("unicodePwd".into(), vec![password]));
        content
    }

    /// What every account has, whatever its class.
    pub(super) fn common_content(&self, order: &Order, class: &str, control: i64) -> Content {
        let desired = &order.desired;
        let disabled = if desired.enabled { 0 } else { values::DISABLED };
        let text = |name: &str, value: String| (name.to_owned(), vec![value.into_bytes()]);
        let mut content = vec![
            text("objectClass", class.to_owned()),
            text("sAMAccountName", desired.sam_account_name().into_owned()),
            text("userAccountControl", (control | disabled).to_string()),
            text(
                "accountExpires",
                values::account_expires(desired.expires_at).to_string(),
            ),
            text(&self.config.fence_attribute, Fence::of(order).to_string()),
        ];
        if let Some(description) = &desired.description {
            content.push(("description".into(), vec![description.clone().into_bytes()]));
        }
        for (name, values) in desired
            .attributes
            .iter()
            .filter(|(_, values)| !values.is_empty())
        {
            content.push((
                name.clone(),
                values
                    .iter()
                    .map(|value| value.clone().into_bytes())
                    .collect(),
            ));
        }
        content
    }

    /// The password in the vault is the account's, shown by signing in wherever the directory would let it.
    async fn ensure_password(
        &self,
        order: &Order,
        object: &Object,
        vault: &dyn Vault,
        made: &mut Made,
    ) -> Result<SecretReference, Stop> {
        let (secret, reference, fresh) = match made.password.clone() {
            Some((secret, reference)) => (secret, reference, false),
            None => match self.kept_password(order, vault).await? {
                Some((secret, reference)) => (secret, reference, false),
                None => {
                    let secret = self.new_password(order, vault, made).await?;
                    let (_, reference) = made.password.clone().ok_or(Stop::Raced)?;
                    (secret, reference, true)
                }
            },
        };
        if fresh {
            self.set_password(order, object, &secret).await?;
        }
        let usable = order.desired.enabled
            && order
                .desired
                .expires_at
                .is_none_or(|at| at > (self.clock)());
        if !usable {
            return Ok(reference);
        }
        let mut signed_in = self.sign_in(object, &secret).await?;
        if signed_in == SignIn::WrongPassword && !fresh {
            self.set_password(order, object, &secret).await?;
            signed_in = self.sign_in(object, &secret).await?;
        }
        match signed_in {
            SignIn::Accepted => Ok(reference),
            SignIn::WrongPassword => Err(Stop::fail(
                FailureReason::Other,
                "the directory does not accept the password that it was given",
            )),
            SignIn::Refused(words) => Err(Stop::fail(FailureReason::Other, words)),
        }
    }

    /// What an earlier order put into the vault. One that does not open any more counts as lost.
    async fn kept_password(
        &self,
        order: &Order,
        vault: &dyn Vault,
    ) -> Result<Option<(Secret, SecretReference)>, Stop> {
        use crate::vault::VaultError as V;
        let reference = match vault.find(order.account).await {
            Ok(Some(reference)) => reference,
            Ok(None) | Err(V::CannotOpen) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match vault.read(order.account, &reference).await {
            Ok(secret) => Ok(Some((secret, reference))),
            Err(V::NoSecret | V::CannotOpen) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn sign_in(&self, object: &Object, secret: &Secret) -> Result<SignIn, Stop> {
        self.connection
            .sign_in_as(&object.dn, secret)
            .await
            .map_err(at(Step::Read))
    }

    /// Guarded by the fence: set only while the object still carries this order's number.
    async fn set_password(
        &self,
        order: &Order,
        object: &Object,
        secret: &Secret,
    ) -> Result<(), Stop> {
        self.change_password(order, object, Fence::of(order), secret)
            .await
    }

    async fn change_password(
        &self,
        order: &Order,
        object: &Object,
        fence: Fence,
        secret: &Secret,
    ) -> Result<(), Stop> {
        self.in_time(order)?;
        let mut changes = object.claim(&self.config.fence_attribute, &fence.to_string());
        let value = values::unicode_pwd(secret.expose()).to_vec();
        changes.push(Mod::Replace(b"unicodePwd".to_vec(), [value].into()));
        match self.connection.modify(&object.by_guid(), changes).await {
            Ok(()) => Ok(()),
            Err(Trouble::Refused(refusal)) => Err(self
                .lost_race_or(order, object, Step::SetPassword, refusal)
                .await),
            Err(trouble) => Err(at(Step::SetPassword)(trouble)),
        }
    }
}
