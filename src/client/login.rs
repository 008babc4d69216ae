//! `tenure login` and `tenure logout`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    password,
    session_file::{self, SessionFile},
    table::text,
};
use crate::out;
use clap::Args;
use serde_json::json;

/// Sign in; the session is kept for later commands
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure login --url https://tenure.example.com --email you@example.com\n  \
    echo \"$PASSWORD\" | tenure login --email you@example.com --password-stdin"
)]
pub(crate) struct LoginArgs {
    #[command(flatten)]
    common: Common,
    /// One of your e-mail addresses
    #[arg(long)]
    email: String,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// What your authenticator shows, or a recovery code
    #[arg(long)]
    code: Option<String>,
}

/// Sign out
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tenure logout")]
pub(crate) struct LogoutArgs {
    #[command(flatten)]
    common: Common,
}

pub(crate) async fn login(args: LoginArgs) -> Result<(), ClientError> {
    let known = session_file::load()?.map(|session| session.url);
    let url = args.common.url.clone().or(known);
    let url = url.ok_or_else(|| ClientError::Usage("--url is needed the first time".to_owned()))?;
    let password = password::read(args.password_stdin, "Password")?;
    let code = args.code.as_deref();
    sign_in(&url, &args.email, &password, code, args.common.json).await
}

/// Signs in and keeps the session.
pub(crate) async fn sign_in(
    url: &str,
    email: &str,
    password: &str,
    code: Option<&str>,
    json: bool,
) -> Result<(), ClientError> {
    let connection = Connection::anonymous(url, json)?;
    if url.starts_with("http://") && !is_local(url) {
        out::progress(format_args!(
            "tenure: {url} is not encrypted: password and token can be read on the way"
        ));
    }
    let answer = connection
        .post(
            "sessions",
            &json!({"email": email, "password": password, "code": code}),
        )
        .await?;
    let session = SessionFile {
        url: connection.url().to_owned(),
        email: email.to_owned(),
        token: text(&answer, "token"),
        expires_at: text(&answer, "expires_at"),
    };
    session_file::save(&session)?;
    // The token is in the file; it is not shown.
    let shown =
        json!({"url": session.url, "user": answer["user"], "expires_at": session.expires_at});
    connection.show(&shown, |_| {
        out::line(format_args!(
            "Signed in to {} as {email} until {}.",
            session.url, session.expires_at
        ));
    });
    Ok(())
}

fn is_local(url: &str) -> bool {
    ["http://127.", "http://localhost", "http://[::1]"]
        .iter()
        .any(|prefix| url.starts_with(prefix))
}

pub(crate) async fn logout(args: LogoutArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    let ended = connection.delete("sessions/current").await;
    session_file::forget()?;
    match ended {
        Err(ClientError::Refused(refusal)) if refusal.kind() == "not-signed-in" => {}
        Err(error) => return Err(error),
        Ok(_) => {}
    }
    out::progress(format_args!("Signed out."));
    Ok(())
}
