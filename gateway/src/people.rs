//! Names and addresses of people, and their passwords.

use crate::{access::passwords, app::App, problem::Problem};
use tenure_domain::{
    Personal, UserId,
    user::{PersonalData, User, UserCommand},
};
use tenure_eventstore::{StoreError, state::CodePurpose};
use tenure_workflow::Caller;
use zeroize::Zeroizing;

/// Name and addresses of a user who exists and was not forgotten.
///
/// # Errors
/// If there is no such user.
pub(crate) async fn personal_data(app: &App, user: UserId) -> Result<PersonalData, Problem> {
    let state = app
        .instance
        .store
        .state::<User>(user.0)
        .await
        .map_err(|error| Problem::unavailable(&error))?
        .state;
    match &state.personal {
        Some(Personal::Clear(data)) => Ok(data.clone()),
        Some(Personal::Sealed(_) | Personal::Forgotten) | None => Err(Problem::not_found()),
    }
}

/// Sets a password at `field`, so that the person can sign in with it; all sessions end.
///
/// # Errors
/// If it is too weak, or cannot be stored.
pub(crate) async fn set_password(
    app: &App,
    user: UserId,
    data: &PersonalData,
    field: &str,
    password: Zeroizing<String>,
    caller: &Caller,
) -> Result<(), Problem> {
    check_password(data, field, &password)?;
    let phc = app.passwords.hash(password).await?;
    // First the history: a password that nobody can account for is never set.
    let caller = Caller {
        key: None,
        ..caller.clone()
    };
    let commands = &app.instance.commands;
    commands
        .user(user, UserCommand::SetPassword, &caller)
        .await?;
    store_password(app, user, data, &phc)
        .await
        .map_err(|error| Problem::unavailable(&error))
}

/// Is the password strong enough for that person?
///
/// # Errors
/// If it is too weak.
pub(crate) fn check_password(
    data: &PersonalData,
    field: &str,
    password: &str,
) -> Result<(), Problem> {
    let mut personal: Vec<&str> = data.emails.iter().map(String::as_str).collect();
    personal.push(&data.display_name);
    passwords::weakness(field, password, &personal).map_or(Ok(()), Err)
}

async fn store_password(
    app: &App,
    user: UserId,
    data: &PersonalData,
    phc: &str,
) -> Result<(), StoreError> {
    let tables = app.instance.store.state_tables();
    tables.set_password(user, phc).await?;
    tables.set_sign_in_emails(user, &data.emails).await?;
    tables
        .remove_codes(user, CodePurpose::FirstPassword)
        .await?;
    tables.end_sessions_of(user).await?;
    Ok(())
}
