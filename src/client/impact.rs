//! What hangs on a person or a group, before they are disabled.

use super::{
    connection::Connection,
    error::ClientError,
    table::{names, print_fields, text},
};
use serde_json::Value;

/// Of `users/{id}` or `groups/{id}`.
pub(super) async fn show(connection: &Connection, whose: &str) -> Result<(), ClientError> {
    let answer = connection.get(&format!("{whose}/impact"), &[]).await?;
    connection.show(&answer, |impact: &Value| {
        print_fields(&[
            ("Accounts owned", text(impact, "accounts.value")),
            (
                "Without another owner",
                text(impact, "accounts_alone.value"),
            ),
            ("Of these", names(&impact["alone"])),
            ("Approves for", names(&impact["templates"])),
            ("Member of", names(&impact["groups"])),
            ("Deputy of", names(&impact["deputy_for"])),
            ("Requests that wait", text(impact, "waiting_requests.value")),
        ]);
    });
    Ok(())
}
