//! What went wrong, as a person reads it: title, detail, fields, and what to do.

use super::table::plain;
use serde_json::Value;
use std::fmt;

/// Why a command did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    /// Nobody is signed in here.
    #[error("not signed in\n  Sign in with: tenure login --url https://… --email you@example.com")]
    NotSignedIn,
    /// The command makes no sense as given.
    #[error("{0}")]
    Usage(String),
    /// The server could not be reached, or did not answer.
    #[error(
        "{url} cannot be reached: {reason}\n  Is the address right, and is the server running?"
    )]
    Unreachable { url: String, reason: String },
    /// The server said no.
    #[error("{0}")]
    Refused(Refusal),
    /// The server answered something else than agreed.
    #[error("unexpected answer: {0}")]
    Unexpected(String),
    /// What was waited for ended badly, or took too long.
    #[error("{0}")]
    Outcome(String),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        path: String,
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{path}: {reason}")]
    Content { path: String, reason: String },
}

/// A problem (RFC 9457), as answered.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Refusal {
    /// The stable name of the problem: `name-taken`.
    pub(crate) fn kind(&self) -> &str {
        self.body["type"]
            .as_str()
            .and_then(|urn| urn.rsplit(':').next())
            .unwrap_or_default()
    }

    fn said(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }

    fn remedy(&self) -> Option<&'static str> {
        Some(match self.kind() {
            "not-signed-in" => "Sign in with: tenure login",
            "setup-done" => "Sign in with: tenure login",
            "setup-code-wrong" => {
                "The server prints the code at its first start; each start prints a new one."
            }
            "forbidden" if !self.said().contains("administrator") => {
                "Ask an administrator for a role that has it."
            }
            "projection-behind" | "busy" | "unavailable" => "Try again shortly.",
            "name-taken" => "Choose another name.",
            "template-not-offered" => "See what you can use with: tenure template list",
            "not-approver" => "See what waits for you with: tenure approvals",
            "option-off" => "See what is possible with: tenure accounts show",
            _ => return None,
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = self.body["title"].as_str().unwrap_or("the server refused");
        write!(f, "{} ({})", plain(title), self.status)?;
        let detail = self.said();
        if !detail.is_empty() && detail.trim_end_matches('.') != title {
            write!(f, "\n  {}", plain(detail))?;
        }
        for error in self.body["errors"].as_array().into_iter().flatten() {
            let text = |name: &str| plain(error[name].as_str().unwrap_or_default());
            write!(f, "\n  {}: {}", text("field"), text("message"))?;
        }
        match self
            .remedy()
            .filter(|remedy| !self.said().ends_with(remedy))
        {
            Some(remedy) => write!(f, "\n  {remedy}"),
            None => Ok(()),
        }
    }
}
