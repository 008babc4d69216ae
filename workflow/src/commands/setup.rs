//! The first steps of an instance: built-in roles, the group Everyone, the first administrator.

use super::{Accepted, Caller, CommandError, Commands};
use tenure_domain::{
    Actor, UserId,
    group::{GroupCommand, everyone},
    role::{BuiltInRole, RoleCommand},
    user::{PersonalData, UserCommand},
};
use tenure_eventstore::{Cause, new_id};

impl Commands {
    /// Makes the built-in roles and Everyone; harmless when they are there.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn install_built_ins(&self) -> Result<(), CommandError> {
        let caller = Caller {
            actor: Actor::system("setup"),
            key: None,
            cause: Cause::default(),
        };
        for role in BuiltInRole::ALL {
            self.role(role.id(), RoleCommand::Create(role.content()), &caller)
                .await?;
        }
        self.group(
            everyone(),
            GroupCommand::Create {
                name: "Everyone".into(),
            },
            &caller,
        )
        .await?;
        self.group(
            everyone(),
            GroupCommand::GrantRole(BuiltInRole::AccountOwner.id()),
            &caller,
        )
        .await?;
        Ok(())
    }

    /// Built-in roles, Everyone and the first administrator. The caller has checked the set-up code.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn setup(
        &self,
        administrator: PersonalData,
        caller: &Caller,
    ) -> Result<(UserId, Accepted), CommandError> {
        self.install_built_ins().await?;
        let id = UserId(new_id());
        self.user(id, UserCommand::Register(administrator), caller)
            .await?;
        let grant = UserCommand::GrantRole(BuiltInRole::SystemAdministrator.id());
        let accepted = self
            .user(
                id,
                grant,
                &Caller {
                    key: None,
                    ..caller.clone()
                },
            )
            .await?;
        Ok((id, accepted))
    }
}
