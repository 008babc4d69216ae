//! Watching until the directory is as wanted: queued → applied, or why not.

use super::{
    connection::Connection,
    error::ClientError,
    table::{plain, text},
};
use crate::out;
use serde_json::Value;
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(400);

/// Watches a request until it is provisioned, or ends otherwise.
pub(crate) async fn request(
    connection: &Connection,
    id: &str,
    patience: Duration,
) -> Result<Value, ClientError> {
    let path = format!("requests/{id}");
    until(connection, &path, patience, |request| {
        match text(request, "status").as_str() {
            "provisioned" => Some(Ok(())),
            "failed" => Some(Err(failure(request))),
            "rejected" => Some(Err(format!(
                "rejected: {}",
                text(request, "rejection.text")
            ))),
            "withdrawn" | "draft" => {
                Some(Err(format!("the request is {}", text(request, "status"))))
            }
            _ => None,
        }
    })
    .await
}

/// Watches an account until the directory is as wanted.
pub(crate) async fn account(
    connection: &Connection,
    id: &str,
    patience: Duration,
) -> Result<Value, ClientError> {
    let path = format!("accounts/{id}");
    until(connection, &path, patience, |account| {
        match text(account, "directory.state").as_str() {
            "applied" => Some(Ok(())),
            "failed" => Some(Err(failure(account))),
            _ => None,
        }
    })
    .await
}

fn failure(object: &Value) -> String {
    let failure = &object["directory"]["failure"];
    format!(
        "the directory refused: {}\n  {}",
        text(failure, "explanation"),
        plain(&text(failure, "detail"))
    )
}

/// Where it stands, in a line.
fn standing(object: &Value) -> String {
    let status = text(object, "status");
    match text(object, "directory.state").as_str() {
        "" => status,
        "waiting" => format!(
            "{status}: waiting: {}",
            text(object, "directory.failure.explanation")
        ),
        state => format!("{status}: {state}"),
    }
}

async fn until(
    connection: &Connection,
    path: &str,
    patience: Duration,
    done: impl Fn(&Value) -> Option<Result<(), String>>,
) -> Result<Value, ClientError> {
    let begun = Instant::now();
    let mut said = String::new();
    loop {
        let object = connection.get(path, &[]).await?;
        let now = standing(&object);
        if now != said {
            out::progress(format_args!("{}", plain(&now)));
            said = now;
        }
        match done(&object) {
            Some(Ok(())) => return Ok(object),
            Some(Err(why)) => return Err(ClientError::Outcome(why)),
            None if begun.elapsed() > patience => {
                return Err(ClientError::Outcome(format!(
                    "not done after {} s; it goes on without you",
                    patience.as_secs()
                )));
            }
            None => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
}
