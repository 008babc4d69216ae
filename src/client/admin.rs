//! `tenure admin init`: the first administrator.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    login, password,
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::json;

/// Set up an instance
#[derive(Args, Debug)]
pub(crate) struct AdminArgs {
    #[command(subcommand)]
    command: AdminCommand,
}

#[derive(Subcommand, Debug)]
enum AdminCommand {
    Init(InitArgs),
}

/// Create the first administrator with the code that the server printed at its first start, and sign in
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  tenure admin init --url http://127.0.0.1:8080 --code ABCDE-FGHJK-LMNPQ-RSTUV \\\n      \
    --email you@example.com --name \"Your Name\""
)]
struct InitArgs {
    #[command(flatten)]
    common: Common,
    /// The one-time set-up code
    #[arg(long)]
    code: String,
    /// Your e-mail address
    #[arg(long)]
    email: String,
    /// Your name, as others see it
    #[arg(long)]
    name: String,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

pub(crate) async fn run(args: AdminArgs) -> Result<(), ClientError> {
    let AdminCommand::Init(args) = args.command;
    let url = args
        .common
        .url
        .clone()
        .ok_or_else(|| ClientError::Usage("--url is needed".to_owned()))?;
    let connection = Connection::anonymous(&url, args.common.json)?;
    let password = password::read(args.password_stdin, "New password (at least 12 characters)")?;
    let body = json!({"code": args.code, "email": args.email, "display_name": args.name, "password": password});
    connection.post("setup", &body).await?;
    out::progress(format_args!("{} is the administrator.", args.email));
    login::sign_in(&url, &args.email, &password, None, args.common.json).await
}
