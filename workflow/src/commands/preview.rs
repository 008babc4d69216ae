//! What a command on an account would lead to, without anything being written.

use super::{CommandError, Commands, FactReader};
use tenure_domain::{
    AccountId, Actor, Context,
    account::{Account, AccountCommand, AccountEvent, AccountFacts},
    decide::Decide,
};

impl Commands {
    /// The events that `command` would lead to now; the next order is none of its own.
    ///
    /// # Errors
    /// The refusal, or why the facts could not be read.
    pub async fn preview_account(
        &self,
        id: AccountId,
        command: AccountCommand,
        actor: Actor,
    ) -> Result<Vec<AccountEvent>, CommandError> {
        let mut reader = FactReader::new(&self.store, true);
        let mut facts = AccountFacts::new(self.epoch(), self.system.now());
        self.facts_of_account(id, &command, &mut facts, &mut reader)
            .await?;
        let account = self.store.state::<Account>(id.0).await?.state;
        let context = Context {
            now: self.store.clock().now(),
            actor,
            facts,
        };
        Ok(account.decide(command, &context)?)
    }
}
