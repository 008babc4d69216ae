//! The vault on the agent's own disk: one file per account, each sealed with a key of its own, which is sealed with the
//! agent's.
//!
//! `<directory>/<account>.json`: `{format, version, folder, wrapped_key, sealed}`, both keys AES-256-GCM bound to account
//! and version, so that a file copied over another account's, or an old one put back under a new version, does not open.
//! A folder is part of the reference only: no text from outside ever becomes a path of this disk.
//! Lost with this disk: back up the directory and the key file, apart from each other.

use super::{Secret, Vault, VaultError, path};
use crate::sealing::{self, Key};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};
use tenure_domain::{ids::AccountId, order::SecretReference};
use zeroize::Zeroizing;

const NAME: &str = "built-in";
const FORMAT: u32 = 1;

/// The agent's key, under which every secret's own key is sealed.
#[derive(Clone)]
pub struct VaultKey(Key);

impl VaultKey {
    /// Reads the key file (base64 of 32 bytes), or makes one that only its owner can read.
    ///
    /// # Errors
    /// When the file is unreadable, readable by others, or not a key.
    pub fn load_or_create(path: &Path) -> Result<Self, VaultError> {
        let unusable = |why: String| VaultError::KeyFile(format!("{}: {why}", path.display()));
        match create_private(path) {
            Ok(mut file) => {
                let key = sealing::random().map_err(|_| VaultError::NoRandomness)?;
                let text = Zeroizing::new(format!("{}\n", BASE64.encode(key.as_slice())));
                file.write_all(text.as_bytes())
                    .and_then(|()| file.sync_all())
                    .map_err(|e| unusable(e.to_string()))?;
                sync_parent(path).map_err(|e| unusable(e.to_string()))?;
                Ok(Self(key))
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                refuse_readable_by_others(path).map_err(unusable)?;
                let text =
                    Zeroizing::new(fs::read_to_string(path).map_err(|e| unusable(e.to_string()))?);
                let bytes = Zeroizing::new(
                    BASE64
                        .decode(text.trim())
                        .map_err(|_| unusable("is not base64".into()))?,
                );
                let key = <[u8; 32]>::try_from(bytes.as_slice())
                    .map_err(|_| unusable("is not 32 bytes".into()))?;
                Ok(Self(Zeroizing::new(key)))
            }
            Err(error) => Err(unusable(error.to_string())),
        }
    }
}

/// Secrets sealed at rest in a directory of this machine.
#[derive(Clone)]
pub struct BuiltInVault {
    inner: Arc<Inner>,
}

struct Inner {
    directory: PathBuf,
    key: VaultKey,
    // Writes of one account must not overtake each other; one lock for all is enough beside an fsync.
    writing: std::sync::Mutex<()>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    format: u32,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    wrapped_key: String,
    sealed: String,
}

impl BuiltInVault {
    /// Opens the directory, making it (readable by its owner only) if need be.
    ///
    /// # Errors
    /// When the directory cannot be made or is not ours alone.
    pub fn open(directory: &Path, key: VaultKey) -> Result<Self, VaultError> {
        make_private_directory(directory).map_err(unreachable)?;
        // What a crash left half written was never in force.
        for entry in fs::read_dir(directory).map_err(unreachable)? {
            let path = entry.map_err(unreachable)?.path();
            if path.extension().is_some_and(|extension| extension == "tmp") {
                fs::remove_file(path).map_err(unreachable)?;
            }
        }
        let inner = Inner {
            directory: directory.to_owned(),
            key,
            writing: std::sync::Mutex::new(()),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Disk work off the async threads.
    fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, VaultError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, VaultError>> {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            tokio::task::spawn_blocking(move || work(&inner))
                .await
                .map_err(|_| {
                    VaultError::Unreachable("the work on the disk was broken off".into())
                })?
        })
    }
}

impl Inner {
    fn file(&self, account: AccountId) -> PathBuf {
        self.directory.join(format!("{}.json", account.0.simple()))
    }

    fn record(&self, account: AccountId) -> Result<Option<Record>, VaultError> {
        match fs::read(self.file(account)) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|_| VaultError::CannotOpen),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreachable(error)),
        }
    }

    fn write(
        &self,
        account: AccountId,
        folder: Option<String>,
        secret: &Secret,
    ) -> Result<SecretReference, VaultError> {
        let _one_at_a_time = self
            .writing
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        // An unreadable record is replaced: the directory gets the new secret anyway.
        let version = self
            .record(account)
            .ok()
            .flatten()
            .map_or(1, |record| record.version.saturating_add(1));
        let context = context(account, version);
        let sealing_failed = |_| VaultError::NoRandomness;
        let own_key = sealing::random().map_err(sealing_failed)?;
        let reference = reference(account, folder.as_deref());
        let record = Record {
            format: FORMAT,
            version,
            folder,
            wrapped_key: BASE64.encode(
                sealing::seal(&self.key.0, &context, own_key.as_slice()).map_err(sealing_failed)?,
            ),
            sealed: BASE64.encode(
                sealing::seal(&own_key, &context, secret.expose().as_bytes())
                    .map_err(sealing_failed)?,
            ),
        };
        self.put(account, &record)?;
        Ok(reference)
    }

    /// The record in place of the one before, whole or not at all.
    fn put(&self, account: AccountId, record: &Record) -> Result<(), VaultError> {
        let text = serde_json::to_vec(record)
            .map_err(|error| VaultError::Unreachable(error.to_string()))?;
        let path = self.file(account);
        let half = path.with_extension("tmp");
        let replace = || {
            let _ = fs::remove_file(&half);
            let mut file = create_private(&half)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&half, &path)?;
            sync_parent(&path)
        };
        replace().map_err(unreachable)
    }

    /// Writes a file as a secret would be, and takes it away again; what a crash leaves of it goes at the next start.
    fn try_out(&self) -> Result<(), VaultError> {
        let _one_at_a_time = self
            .writing
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let path = self.directory.join("calibration.tmp");
        let written = || {
            let _ = fs::remove_file(&path);
            let mut file = create_private(&path)?;
            file.write_all(b"calibration")?;
            file.sync_all()?;
            fs::remove_file(&path)
        };
        written().map_err(unreachable)
    }

    /// The folder is part of the reference only: what is sealed stays as it is.
    fn relocate(
        &self,
        account: AccountId,
        folder: Option<String>,
    ) -> Result<Option<SecretReference>, VaultError> {
        let _one_at_a_time = self
            .writing
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(mut record) = self.record(account)? else {
            return Ok(None);
        };
        let reference = reference(account, folder.as_deref());
        if record.folder != folder {
            record.folder = folder;
            self.put(account, &record)?;
        }
        Ok(Some(reference))
    }

    fn find(&self, account: AccountId) -> Result<Option<SecretReference>, VaultError> {
        let record = self.record(account)?;
        Ok(record.map(|record| reference(account, record.folder.as_deref())))
    }

    fn read(&self, account: AccountId, given: &SecretReference) -> Result<Secret, VaultError> {
        let record = self.record(account)?.ok_or(VaultError::NoSecret)?;
        // It must be the reference that this vault gives for this account.
        if *given != reference(account, record.folder.as_deref()) {
            return Err(VaultError::NotTheAccounts);
        }
        let decode = |text: &str| BASE64.decode(text).map_err(|_| VaultError::CannotOpen);
        if record.format != FORMAT {
            return Err(VaultError::CannotOpen);
        }
        let context = context(account, record.version);
        let open = |key: &Key, text: &str| {
            sealing::open(key, &context, &decode(text)?).map_err(|_| VaultError::CannotOpen)
        };
        let own_key = open(&self.key.0, &record.wrapped_key)?;
        let own_key =
            <[u8; 32]>::try_from(own_key.as_slice()).map_err(|_| VaultError::CannotOpen)?;
        let plain = open(&Zeroizing::new(own_key), &record.sealed)?;
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::CannotOpen)?;
        Ok(Secret::new(text.to_owned()))
    }
}

impl Vault for BuiltInVault {
    fn kind(&self) -> &'static str {
        NAME
    }

    fn usable(&self) -> BoxFuture<'_, Result<(), VaultError>> {
        self.on_disk(Inner::try_out)
    }

    fn write<'a>(
        &'a self,
        account: AccountId,
        folder: Option<&'a str>,
        secret: &'a Secret,
    ) -> BoxFuture<'a, Result<SecretReference, VaultError>> {
        let (folder, secret) = (folder.map(ToOwned::to_owned), secret.clone());
        self.on_disk(move |inner| inner.write(account, folder, &secret))
    }

    fn relocate<'a>(
        &'a self,
        account: AccountId,
        folder: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<SecretReference>, VaultError>> {
        let folder = folder.map(ToOwned::to_owned);
        self.on_disk(move |inner| inner.relocate(account, folder))
    }

    fn read<'a>(
        &'a self,
        account: AccountId,
        given: &'a SecretReference,
    ) -> BoxFuture<'a, Result<Secret, VaultError>> {
        let given = given.clone();
        self.on_disk(move |inner| inner.read(account, &given))
    }

    fn find(
        &self,
        account: AccountId,
    ) -> BoxFuture<'_, Result<Option<SecretReference>, VaultError>> {
        self.on_disk(move |inner| inner.find(account))
    }

    fn delete(&self, account: AccountId) -> BoxFuture<'_, Result<(), VaultError>> {
        self.on_disk(move |inner| {
            let path = inner.file(account);
            match fs::remove_file(&path) {
                Ok(()) => sync_parent(&path).map_err(unreachable),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                Err(error) => Err(unreachable(error)),
            }
        })
    }
}

fn reference(account: AccountId, folder: Option<&str>) -> SecretReference {
    SecretReference {
        vault: NAME.into(),
        path: path(account, folder),
    }
}

/// What a record is bound to.
fn context(account: AccountId, version: u64) -> Vec<u8> {
    [
        b"tenure/vault/v1".as_slice(),
        account.0.as_bytes(),
        &version.to_be_bytes(),
    ]
    .concat()
}

fn unreachable(error: io::Error) -> VaultError {
    // The message of an io::Error holds no content of the file.
    VaultError::Unreachable(error.to_string())
}

/// A new file that only its owner can read; an existing one is an error.
fn create_private(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn make_private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    refuse_readable_by_others(path).map_err(io::Error::other)
}

#[cfg(unix)]
fn refuse_readable_by_others(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path)
        .map_err(|error| error.to_string())?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        return Err(format!(
            "{} is open to others (mode {:o}): chmod go= it",
            path.display(),
            mode & 0o777
        ));
    }
    Ok(())
}

/// On Windows a file inherits the access list of its folder; the installer restricts that to the service's account.
#[cfg(not(unix))]
fn refuse_readable_by_others(_path: &Path) -> Result<(), String> {
    Ok(())
}

/// A rename is durable only when its directory is.
#[cfg(unix)]
fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => fs::File::open(parent)?.sync_all(),
        _ => fs::File::open(".")?.sync_all(),
    }
}

#[cfg(not(unix))]
fn sync_parent(_path: &Path) -> io::Result<()> {
    Ok(())
}
