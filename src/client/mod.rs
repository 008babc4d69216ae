//! The command line for people and scripts: an HTTP client of the API like any other.
//!
//! Results go to standard output (tables, or with `--json` what the API answered), progress and problems to standard
//! error. Every command sends an `Idempotency-Key`, so that what is sent again after a lost answer is done once.

mod account;
mod admin;
mod approval;
pub(crate) mod as_of;
mod as_of_work;
pub(crate) mod audit;
mod calibration;
mod campaign;
mod campaign_decide;
mod campaign_start;
mod change;
mod clock;
mod connection;
mod deputy;
mod documents;
mod domain;
mod drift;
mod engine;
mod error;
mod followed;
mod group;
mod impact;
mod inbox;
mod list_export;
mod login;
mod lookup;
mod mail;
mod manifest;
mod migrate;
mod own_password;
mod password;
mod removals;
mod request;
mod request_create;
mod request_edit;
mod request_shown;
mod role;
mod secret;
pub(crate) mod segregation;
mod session_file;
mod sync;
pub(crate) mod table;
mod template;
mod template_workflow;
mod token;
mod totals;
mod unmanaged;
mod user;
mod watch;

pub(crate) use error::ClientError;

use clap::Subcommand;

/// What people do from a terminal.
#[derive(Subcommand, Debug)]
pub(crate) enum ClientCommand {
    Login(login::LoginArgs),
    Logout(login::LogoutArgs),
    Admin(admin::AdminArgs),
    Template(template::TemplateArgs),
    Apply(documents::ApplyArgs),
    Diff(documents::DiffArgs),
    Export(documents::ExportArgs),
    Request(request::RequestArgs),
    Approvals(approval::ApprovalsArgs),
    Approve(approval::ApproveArgs),
    Reject(approval::RejectArgs),
    Deputy(deputy::DeputyArgs),
    Accounts(account::AccountsArgs),
    Secret(secret::SecretArgs),
    Password(own_password::PasswordArgs),
    User(user::UserArgs),
    Group(group::GroupArgs),
    Role(role::RoleArgs),
    Domain(domain::DomainArgs),
    Drift(drift::DriftArgs),
    Campaigns(campaign::CampaignsArgs),
    Campaign(campaign::CampaignArgs),
    Engine(engine::EngineArgs),
    Clock(clock::ClockArgs),
    Inbox(inbox::InboxArgs),
    Token(token::TokenArgs),
    Mail(mail::MailArgs),
}

impl ClientCommand {
    /// Does it.
    ///
    /// # Errors
    /// What went wrong, with the remedy.
    pub(crate) async fn run(self) -> Result<(), ClientError> {
        match self {
            Self::Login(args) => login::login(args).await,
            Self::Logout(args) => login::logout(args).await,
            Self::Admin(args) => admin::run(args).await,
            Self::Template(args) => template::run(args).await,
            Self::Apply(args) => documents::apply(args, documents::Kind::Template).await,
            Self::Diff(args) => documents::diff(args, documents::Kind::Template).await,
            Self::Export(args) => documents::export(args, None).await,
            Self::Request(args) => request::run(args).await,
            Self::Approvals(args) => approval::approvals(args).await,
            Self::Approve(args) => approval::approve(args).await,
            Self::Reject(args) => approval::reject(args).await,
            Self::Deputy(args) => deputy::run(args).await,
            Self::Accounts(args) => account::run(args).await,
            Self::Secret(args) => secret::run(args).await,
            Self::Password(args) => own_password::run(args).await,
            Self::User(args) => user::run(args).await,
            Self::Group(args) => group::run(args).await,
            Self::Role(args) => role::run(args).await,
            Self::Domain(args) => domain::run(args).await,
            Self::Drift(args) => drift::run(args).await,
            Self::Campaigns(args) => campaign::list(args).await,
            Self::Campaign(args) => campaign::run(args).await,
            Self::Engine(args) => engine::run(args).await,
            Self::Clock(args) => clock::run(args).await,
            Self::Inbox(args) => inbox::run(args).await,
            Self::Token(args) => token::run(args).await,
            Self::Mail(args) => mail::run(args).await,
        }
    }
}
