//! The one mail that nobody can turn off or reword: the history is not what was written. It goes to administrators and
//! auditors, once a day for what was found, as long as it is found.

use crate::{
    message::{Facts, render_text},
    recipients::{Directory, RecipientsError},
};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use tenure_domain::{
    Personal, email_template::EmailText, ids::derived, role::BuiltInRole, user::User,
};
use tenure_eventstore::{EventStore, StoreError, state::OutboxMessage};
use tenure_projections::{ViewError, Views};

const TEXT: (&str, &str) = (
    "Tenure: the history is not what was written",
    "Hello {{ recipient }},\n\nTenure has compared its history with the signed checkpoints, and it is not what was \
     written:\n\n{{ detail }}\n\nSomebody or something has altered the database beside Tenure, or an old copy of it was \
     restored. Keep the database and its back-ups as they are, run `tenure audit verify` with the checkpoints that are kept \
     elsewhere, and find out who had access. After a restore that was intended, declare it with `tenure epoch new`.",
);

/// Why nobody could be told for now.
#[derive(Debug, thiserror::Error)]
pub enum AlarmError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The people could not be found.
    #[error(transparent)]
    Views(#[from] ViewError),
    /// The mail could not be written.
    #[error("the mail cannot be written: {0}")]
    Text(String),
}

impl From<RecipientsError> for AlarmError {
    fn from(error: RecipientsError) -> Self {
        match error {
            RecipientsError::Store(error) => error.into(),
            RecipientsError::Views(error) => error.into(),
        }
    }
}

/// Queues the mails that say `found` at `now`. Answers how many addresses they go to.
///
/// # Errors
/// If the store or the read models fail.
pub async fn history_altered(
    store: &EventStore,
    views: &Views,
    public_url: &str,
    found: &str,
    now: DateTime<Utc>,
) -> Result<usize, AlarmError> {
    let directory = Directory { store, views };
    let mut people = BTreeSet::new();
    for role in [BuiltInRole::SystemAdministrator, BuiltInRole::Auditor] {
        people.extend(directory.holders(role.id()).await?);
    }
    let text = EmailText {
        subject: TEXT.0.to_owned(),
        body: TEXT.1.to_owned(),
    };
    let mut mails = Vec::new();
    for person in people {
        let user = store.cached_state::<User>(person.0).await?.state;
        let (false, Some(Personal::Clear(data))) = (user.disabled, &user.personal) else {
            continue;
        };
        let facts = Facts {
            recipient: data.display_name.clone(),
            detail: found.to_owned(),
            link: format!("{}/audit", public_url.trim_end_matches('/')),
            ..Facts::default()
        };
        let rendered = render_text(&text, &facts);
        let rendered = rendered.map_err(|error| AlarmError::Text(error.to_string()))?;
        for address in &data.emails {
            let day = now.date_naive().to_string();
            mails.push(OutboxMessage {
                id: derived(&["history altered", found, &day, address]).to_string(),
                position: 0,
                recipient: address.clone(),
                subject: rendered.subject.clone(),
                text: rendered.text.clone(),
                html: Some(rendered.html.clone()),
            });
        }
    }
    store.state_tables().queue_messages(&mails, now).await?;
    Ok(mails.len())
}
