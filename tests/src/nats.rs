//! A private nats-server that lets in whom the core vouches for, and nobody else.

use crate::{
    process::{Process, free_port, tenure},
    until::until,
};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// A running server.
pub struct Nats {
    process: Option<Process>,
    folder: PathBuf,
    pub port: u16,
    /// The keys of whoever vouches.
    pub operator_file: PathBuf,
}

impl Nats {
    /// Starts one; `None`, said plainly, where there is no nats-server.
    pub async fn start(folder: &Path) -> Option<Self> {
        if server().is_none() {
            eprintln!(
                "NOT RUN: TENURE_TEST_NATS_SERVER is not set; run under scripts/with-services.sh"
            );
            return None;
        }
        let folder = folder.join("nats");
        std::fs::create_dir_all(&folder).unwrap();
        let mut nats = Self {
            process: None,
            operator_file: folder.join("operator.json"),
            folder,
            port: free_port(),
        };
        let config = nats.config();
        std::fs::write(nats.folder.join("nats.conf"), config).unwrap();
        nats.start_again().await;
        Some(nats)
    }

    /// As an operator gets it.
    fn config(&self) -> Vec<u8> {
        let printed = Command::new(tenure())
            .args(["nats-config", "--listen"])
            .arg(format!("127.0.0.1:{}", self.port))
            .arg("--store")
            .arg(self.folder.join("store"))
            .env("TENURE_DATA", &self.folder)
            .env("TENURE_BROKER__OPERATOR_FILE", &self.operator_file)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&printed.stderr);
        assert!(printed.status.success(), "{said}");
        printed.stdout
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// All that the server had is gone.
    pub fn erase_store(&mut self) {
        assert!(self.process.is_none(), "the server must be down");
        let _ = std::fs::remove_dir_all(self.folder.join("store"));
    }

    /// Starts it on what is left of its store.
    pub async fn start_again(&mut self) {
        let mut command = Command::new(server().unwrap());
        command.arg("-c").arg(self.folder.join("nats.conf"));
        self.process = Some(Process::start("nats-server", &self.folder, &mut command));
        let port = self.port;
        until(
            "nats-server to listen",
            Duration::from_secs(20),
            async || {
                tokio::net::TcpStream::connect(("127.0.0.1", port))
                    .await
                    .ok()
            },
        )
        .await;
    }
}

fn server() -> Option<PathBuf> {
    std::env::var_os("TENURE_TEST_NATS_SERVER").map(PathBuf::from)
}
