//! Where the session is kept between commands: a file that only its owner reads.

use super::error::ClientError;
use serde::{Deserialize, Serialize};
use std::{
    io::{ErrorKind, Write},
    path::PathBuf,
};

/// A session on a server.
#[derive(Serialize, Deserialize)]
pub(crate) struct SessionFile {
    pub(crate) url: String,
    pub(crate) email: String,
    pub(crate) token: String,
    pub(crate) expires_at: String,
}

/// `$XDG_CONFIG_HOME/tenure/session.json`, or below `~/.config` (`%APPDATA%` on Windows).
fn path() -> Result<PathBuf, ClientError> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let folder = set("XDG_CONFIG_HOME")
        .or_else(|| set("APPDATA"))
        .or_else(|| set("HOME").map(|home| home.join(".config")));
    let folder = folder.ok_or_else(|| {
        ClientError::Usage("no place to keep the session: set HOME or XDG_CONFIG_HOME".to_owned())
    })?;
    Ok(folder.join("tenure").join("session.json"))
}

fn file_error(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> ClientError {
    let path = path.display().to_string();
    move |source| ClientError::File { path, source }
}

/// The session, if there is one.
pub(crate) fn load() -> Result<Option<SessionFile>, ClientError> {
    // Without a place for it, a token from the environment still serves.
    let Ok(path) = path() else { return Ok(None) };
    match std::fs::read(&path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file_error(&path)(error)),
    }
}

/// Keeps the session: written beside, then renamed, readable by its owner from the first byte on.
pub(crate) fn save(session: &SessionFile) -> Result<PathBuf, ClientError> {
    let path = path()?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(file_error(folder))?;
    }
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = std::fs::remove_file(&beside);
    let text = serde_json::to_vec_pretty(session)
        .map_err(|error| ClientError::Unexpected(error.to_string()))?;
    let mut file = options.open(&beside).map_err(file_error(&beside))?;
    file.write_all(&text).map_err(file_error(&beside))?;
    drop(file);
    std::fs::rename(&beside, &path).map_err(file_error(&path))?;
    Ok(path)
}

/// Forgets the session.
pub(crate) fn forget() -> Result<(), ClientError> {
    let path = path()?;
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(file_error(&path)(error)),
        _ => Ok(()),
    }
}
