//! Somebody who takes a file out: that they did is on record before the first byte of it.

use crate::{
    access::authorise::{ClientAddress, Signed},
    app::App,
    problem::Problem,
};
use axum::{
    body::Body,
    extract::FromRequestParts,
    http::{HeaderValue, Method, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::stream;
use std::io;
use tenure_domain::user::{Exported, UserCommand};
use tenure_eventstore::Cause;
use tenure_workflow::Caller;

pub(crate) struct Exporter {
    pub(crate) signed: Signed,
    /// As it is now, whatever the file tells of: the past takes no events.
    app: App,
    address: ClientAddress,
    /// Is it only asked what the answer would be? Then nothing is taken out.
    only_asks: bool,
}

/// What is handed out.
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) content_type: &'static str,
}

impl Exporter {
    /// Hands a file out. Everything that can be refused has been refused before; what `body` reads is read once it is on record
    /// who has it. HEAD gets the headers: nothing is read, and nothing recorded.
    pub(crate) async fn hand_out(
        &self,
        what: Exported,
        file: File,
        body: impl Future<Output = Result<Body, Problem>> + Send,
    ) -> Result<Response, Problem> {
        let body = match self.only_asks {
            // Of no known length, like the file.
            true => Body::from_stream(stream::empty::<io::Result<Bytes>>()),
            false => {
                self.record(what).await?;
                body.await?
            }
        };
        let disposition = format!("attachment; filename=\"{}\"", file.name);
        let disposition = HeaderValue::from_str(&disposition);
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(file.content_type),
            ),
            (
                header::CONTENT_DISPOSITION,
                disposition.unwrap_or(HeaderValue::from_static("attachment")),
            ),
        ];
        Ok((headers, body).into_response())
    }

    async fn record(&self, what: Exported) -> Result<(), Problem> {
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
            only_asks: parts.method == Method::HEAD,
        })
    }
}
