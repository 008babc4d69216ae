//! Somebody who takes a file out: that they did is on record before the first byte of it.

use crate::{
    access::authorise::{ClientAddress, Signed},
    app::App,
    problem::Problem,
};
use axum::{extract::FromRequestParts, http::request::Parts};
use tenure_domain::user::{Exported, UserCommand};
use tenure_eventstore::Cause;
use tenure_workflow::Caller;

pub(crate) struct Exporter {
    pub(crate) signed: Signed,
    /// As it is now, whatever the file tells of: the past takes no events.
    app: App,
    address: ClientAddress,
}

impl Exporter {
    /// Puts it on record.
    pub(crate) async fn record(&self, what: Exported) -> Result<(), Problem> {
        let ClientAddress(address) = self.address;
        let caller = Caller {
            actor: self.signed.actor(),
            key: None,
            cause: Cause {
                client_address: Some(address.to_string()),
                ..Cause::default()
            },
        };
        let export = UserCommand::RecordExport(what);
        let user = self.signed.user();
        let commands = &self.app.instance.commands;
        commands.user(user, export, &caller).await?;
        Ok(())
    }
}

impl FromRequestParts<App> for Exporter {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self {
            app: app.clone(),
            signed: Signed::from_request_parts(parts, app).await?,
            address: ClientAddress::from_request_parts(parts, app).await?,
        })
    }
}
