//! A real mail server that keeps what it takes: aiosmtpd, from its package.

use crate::{process::Process, until::until};
use serde_json::Value;
use std::{path::Path, process::Command, time::Duration};

/// The running server.
pub struct Mail {
    _process: Process,
    pub port: u16,
    http_port: u16,
}

impl Mail {
    /// Starts one; `None`, said plainly, where there is none.
    pub async fn start(folder: &Path) -> Option<Self> {
        let Ok(program) = std::env::var("TENURE_TEST_SMTP") else {
            eprintln!("NOT RUN: TENURE_TEST_SMTP is not set; run under scripts/with-services.sh");
            return None;
        };
        let mut words = program.split_whitespace();
        let mut command = Command::new(words.next().unwrap());
        command
            .args(words)
            .args(["--port", "0", "--http-port", "0"]);
        let process = Process::start("smtp", folder, &mut command);
        let ports = until(
            "the mail server to listen",
            Duration::from_secs(20),
            async || {
                let output = process.output();
                serde_json::from_str::<Value>(output.lines().next()?).ok()
            },
        )
        .await;
        let port = |name: &str| u16::try_from(ports[name].as_u64().unwrap()).unwrap();
        Some(Self {
            port: port("smtp_port"),
            http_port: port("http_port"),
            _process: process,
        })
    }

    /// Everything that it took.
    pub async fn taken(&self) -> Vec<Value> {
        let url = format!("http://127.0.0.1:{}/mails", self.http_port);
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::get(url).await.unwrap().json().await.unwrap()
    }

    /// Waits for a mail to `to` whose subject contains `subject`.
    pub async fn wait_for(&self, to: &str, subject: &str) -> Value {
        until(
            &format!("a mail to {to} about \"{subject}\""),
            Duration::from_secs(60),
            async || {
                self.taken().await.into_iter().find(|mail| {
                    mail["to"].to_string().contains(to)
                        && mail["subject"]
                            .as_str()
                            .unwrap_or_default()
                            .contains(subject)
                })
            },
        )
        .await
    }
}
