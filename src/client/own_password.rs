//! `tenure password`: one's own, the first one and later ones.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    password, session_file,
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::json;

const NEW: &str = "New password (at least 12 characters)";

/// Set your own password
#[derive(Args, Debug)]
pub(crate) struct PasswordArgs {
    #[command(subcommand)]
    command: PasswordCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum PasswordCommand {
    /// Set your first password with the code from the welcome mail
    #[command(
        after_help = "Example:\n  tenure password first --url https://tenure.example.com --code ABCDE-FGHJK-LMNPQ-RSTUV"
    )]
    First {
        /// From the welcome mail; it serves once
        #[arg(long)]
        code: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Change your password: all your sessions end
    #[command(after_help = "Example:\n  tenure password change")]
    Change {
        /// Read the password until now and the new one from standard input, a line each
        #[arg(long)]
        password_stdin: bool,
    },
}

pub(crate) async fn run(args: PasswordArgs) -> Result<(), ClientError> {
    match args.command {
        PasswordCommand::First {
            code,
            password_stdin,
        } => {
            let known = session_file::load()?.map(|session| session.url);
            let url = args.common.url.or(known);
            let url = url.ok_or_else(|| ClientError::Usage("--url is needed".to_owned()))?;
            let connection = Connection::anonymous(&url, args.common.json)?;
            let password = password::read(password_stdin, NEW)?;
            let body = json!({"code": code, "password": password});
            connection.post("first-password", &body).await?;
            out::progress(format_args!(
                "Your password is set. Sign in with: tenure login --url {url} --email you@example.com"
            ));
        }
        PasswordCommand::Change { password_stdin } => {
            let connection = Connection::signed_in(&args.common)?;
            let current = password::read(password_stdin, "Password until now")?;
            let new = password::read(password_stdin, NEW)?;
            let body = json!({"current": current, "new": new});
            connection.post("sessions/current/password", &body).await?;
            out::progress(format_args!(
                "Your password is changed, and all your sessions are over. Sign in with: tenure login"
            ));
        }
    }
    Ok(())
}
