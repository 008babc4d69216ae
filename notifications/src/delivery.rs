//! The way out: a mail server, or memory where there is none to talk to.

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use serde::{Deserialize, Serialize};
use std::{
    collections::VecDeque,
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tenure_eventstore::state::OutboxMessage;

/// How the mail server is reached.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name, which its certificate must carry.
    pub host: String,
    /// 587 unless set.
    #[serde(default = "submission")]
    pub port: u16,
    /// How the connection is protected.
    #[serde(default)]
    pub tls: SmtpTls,
    /// Who writes: an address, with or without a name.
    pub from: String,
    /// Who signs in, if anybody.
    #[serde(default)]
    pub username: Option<String>,
    /// File with the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Certificate authority (PEM) beside the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Seconds that one mail may take.
    #[serde(default = "half_a_minute")]
    pub timeout_seconds: u64,
}

/// How the connection is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SmtpTls {
    /// Not at all: for a server on this machine.
    None,
    /// From the first command on that allows it; without it nothing is sent.
    #[default]
    Starttls,
    /// From the first byte on.
    Tls,
}

fn submission() -> u16 {
    587
}

fn half_a_minute() -> u64 {
    30
}

/// Why mail cannot be set up, or one was not taken. Never holds a password.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The configuration.
    #[error("mail.{key}: {problem}")]
    Config {
        /// Which key.
        key: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The server refuses this mail for good.
    #[error("the mail server refuses: {0}")]
    Refused(String),
    /// Not for now.
    #[error("the mail server cannot take it for now: {0}")]
    Later(String),
}

impl MailError {
    fn config(key: &'static str, problem: impl fmt::Display) -> Self {
        Self::Config {
            key,
            problem: problem.to_string(),
        }
    }
}

/// How many mails are kept in memory.
const KEPT: usize = 1_000;

/// A way out. Cheap to clone.
#[derive(Clone)]
pub struct Delivery(Way);

#[derive(Clone)]
enum Way {
    Smtp {
        transport: AsyncSmtpTransport<Tokio1Executor>,
        from: Mailbox,
    },
    Memory(Arc<Mutex<(usize, VecDeque<OutboxMessage>)>>),
}

impl Delivery {
    /// Through a mail server.
    ///
    /// # Errors
    /// If the configuration cannot be used.
    pub fn smtp(config: &SmtpConfig) -> Result<Self, MailError> {
        let from: Mailbox = config
            .from
            .parse()
            .map_err(|error| MailError::config("from", error))?;
        let parameters = || -> Result<TlsParameters, MailError> {
            let mut builder = TlsParameters::builder(config.host.clone());
            if let Some(file) = &config.ca_file {
                let pem =
                    std::fs::read(file).map_err(|error| MailError::config("ca_file", error))?;
                let authority = Certificate::from_pem(&pem)
                    .map_err(|error| MailError::config("ca_file", error))?;
                builder = builder.add_root_certificate(authority);
            }
            builder
                .build_rustls()
                .map_err(|error| MailError::config("tls", error))
        };
        let tls = match config.tls {
            SmtpTls::None => Tls::None,
            SmtpTls::Starttls => Tls::Required(parameters()?),
            SmtpTls::Tls => Tls::Wrapper(parameters()?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls)
            .timeout(Some(Duration::from_secs(config.timeout_seconds)));
        if let Some(username) = &config.username {
            let missing = || MailError::config("password_file", "is missing beside mail.username");
            let file = config.password_file.as_ref().ok_or_else(missing)?;
            let password = std::fs::read_to_string(file)
                .map_err(|error| MailError::config("password_file", error))?;
            builder = builder.credentials(Credentials::new(
                username.clone(),
                password.trim_end().to_owned(),
            ));
        }
        Ok(Self(Way::Smtp {
            transport: builder.build(),
            from,
        }))
    }

    /// Into memory: for the demo, and where no mail server is configured.
    #[must_use]
    pub fn capture() -> Self {
        Self(Way::Memory(Arc::default()))
    }

    /// The newest mails that went into memory.
    #[must_use]
    pub fn captured(&self) -> Vec<OutboxMessage> {
        match &self.0 {
            Way::Smtp { .. } => Vec::new(),
            Way::Memory(kept) => kept
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .1
                .iter()
                .cloned()
                .collect(),
        }
    }

    /// How many mails went into memory.
    #[must_use]
    pub fn captured_count(&self) -> usize {
        match &self.0 {
            Way::Smtp { .. } => 0,
            Way::Memory(kept) => kept.lock().unwrap_or_else(PoisonError::into_inner).0,
        }
    }

    /// Hands one mail over.
    pub(crate) async fn send(&self, mail: &OutboxMessage) -> Result<(), MailError> {
        match &self.0 {
            Way::Smtp { transport, from } => {
                let message = message(mail, from)?;
                transport.send(message).await.map(drop).map_err(|error| {
                    // A refused sign-in (530 to 538) is the operator's to mend: no mail is lost by it.
                    let sign_in = error
                        .status()
                        .is_some_and(|code| (530..=538).contains(&u16::from(code)));
                    if error.is_permanent() && !sign_in {
                        MailError::Refused(error.to_string())
                    } else {
                        MailError::Later(error.to_string())
                    }
                })
            }
            Way::Memory(kept) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.0 += 1;
                kept.1.push_back(mail.clone());
                if kept.1.len() > KEPT {
                    kept.1.pop_front();
                }
                Ok(())
            }
        }
    }
}

/// The mail as it travels: its Message-ID is the outbox's id, on the writer's host.
fn message(mail: &OutboxMessage, from: &Mailbox) -> Result<Message, MailError> {
    let refused = |error: &dyn fmt::Display| MailError::Refused(error.to_string());
    let to: Mailbox = mail
        .recipient
        .parse()
        .map_err(|error: lettre::address::AddressError| refused(&error))?;
    let host = from.email.domain();
    let body = match &mail.html {
        Some(html) => MultiPart::alternative_plain_html(mail.text.clone(), html.clone()),
        None => MultiPart::alternative_plain_html(mail.text.clone(), String::new()),
    };
    Message::builder()
        .message_id(Some(format!("<{}@{host}>", mail.id)))
        .from(from.clone())
        .to(to)
        .subject(mail.subject.clone())
        .multipart(body)
        .map_err(|error| refused(&error))
}
