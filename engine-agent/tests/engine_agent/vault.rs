//! Vaults: the contract of all, and the built-in one's files.

use std::{fs, path::Path};
use tenure_domain::{ids::AccountId, order::SecretReference};
use tenure_engine_agent::vault::{
    BuiltInVault, InMemoryVault, Secret, Vault, VaultError, VaultKey,
};
use uuid::Uuid;

const ONE: AccountId = AccountId(Uuid::from_u128(1));
const TWO: AccountId = AccountId(Uuid::from_u128(2));

fn open(directory: &Path) -> BuiltInVault {
    let key = VaultKey::load_or_create(&directory.join("vault.key")).unwrap();
    BuiltInVault::open(&directory.join("secrets"), key).unwrap()
}

fn file(directory: &Path, account: AccountId) -> std::path::PathBuf {
    directory
        .join("secrets")
        .join(format!("{}.json", account.0.simple()))
}

async fn read(vault: &dyn Vault, account: AccountId) -> Result<String, VaultError> {
    let reference = vault.find(account).await?.ok_or(VaultError::NoSecret)?;
    Ok(vault.read(account, &reference).await?.expose().to_owned())
}

async fn keeps_to_the_contract(vault: &dyn Vault) {
    assert_eq!(vault.find(ONE).await.unwrap(), None);
    assert_eq!(vault.relocate(ONE, Some("batch")).await.unwrap(), None);
    vault.delete(ONE).await.unwrap();
    let reference = vault
        .write(ONE, None, &Secret::new("first".into()))
        .await
        .unwrap();
    vault
        .write(TWO, None, &Secret::new("other".into()))
        .await
        .unwrap();
    assert_eq!(vault.find(ONE).await.unwrap().as_ref(), Some(&reference));
    assert_eq!(read(vault, ONE).await.unwrap(), "first");
    assert_eq!(
        vault
            .write(ONE, None, &Secret::new("second ü".into()))
            .await
            .unwrap(),
        reference
    );
    assert_eq!(read(vault, ONE).await.unwrap(), "second ü");
    assert!(matches!(
        vault.read(TWO, &reference).await,
        Err(VaultError::NotTheAccounts)
    ));
    for path in ["../../etc/passwd", "", "vault.key"] {
        let wrong = SecretReference {
            path: path.into(),
            ..reference.clone()
        };
        assert!(matches!(
            vault.read(ONE, &wrong).await,
            Err(VaultError::NotTheAccounts)
        ));
    }
    let filed = vault
        .write(ONE, Some("backup/night"), &Secret::new("filed".into()))
        .await
        .unwrap();
    assert_eq!(filed.path, format!("backup/night/{}", reference.path));
    assert_eq!(vault.find(ONE).await.unwrap().as_ref(), Some(&filed));
    assert_eq!(read(vault, ONE).await.unwrap(), "filed");
    for _ in 0..2 {
        let moved = vault.relocate(ONE, Some("batch")).await.unwrap().unwrap();
        assert_eq!(moved.path, format!("batch/{}", reference.path));
        assert_eq!(vault.find(ONE).await.unwrap(), Some(moved));
        assert_eq!(read(vault, ONE).await.unwrap(), "filed");
    }
    let former = vault.read(ONE, &filed).await;
    assert!(matches!(former, Err(VaultError::NotTheAccounts)));
    let back = vault.relocate(ONE, None).await.unwrap();
    assert_eq!(back.as_ref(), Some(&reference));
    vault.relocate(ONE, Some("backup/night")).await.unwrap();
    assert!(matches!(
        vault.read(ONE, &reference).await,
        Err(VaultError::NotTheAccounts)
    ));
    vault.delete(ONE).await.unwrap();
    assert_eq!(vault.find(ONE).await.unwrap(), None);
    assert!(matches!(
        vault.read(ONE, &filed).await,
        Err(VaultError::NoSecret)
    ));
    assert_eq!(read(vault, TWO).await.unwrap(), "other");
}

#[tokio::test]
async fn every_vault_keeps_one_secret_per_account() {
    keeps_to_the_contract(&InMemoryVault::default()).await;
    keeps_to_the_contract(&open(tempfile::tempdir().unwrap().path())).await;
}

#[tokio::test]
async fn the_built_in_vault_survives_a_restart_and_a_half_written_file() {
    let directory = tempfile::tempdir().unwrap();
    open(directory.path())
        .write(ONE, None, &Secret::new("kept".into()))
        .await
        .unwrap();
    let half = file(directory.path(), ONE).with_extension("tmp");
    fs::write(&half, "{").unwrap();
    assert_eq!(read(&open(directory.path()), ONE).await.unwrap(), "kept");
    assert!(!half.exists());
}

#[tokio::test]
async fn nothing_on_the_disk_shows_the_secret() {
    let directory = tempfile::tempdir().unwrap();
    open(directory.path())
        .write(ONE, None, &Secret::new("Quite-Secret".into()))
        .await
        .unwrap();
    let text = fs::read_to_string(file(directory.path(), ONE)).unwrap();
    assert!(!text.contains("Quite-Secret"));
}

#[tokio::test]
async fn altered_swapped_and_rolled_back_files_do_not_open() {
    let directory = tempfile::tempdir().unwrap();
    let vault = open(directory.path());
    vault
        .write(ONE, None, &Secret::new("one".into()))
        .await
        .unwrap();
    vault
        .write(TWO, None, &Secret::new("two".into()))
        .await
        .unwrap();
    let one = file(directory.path(), ONE);
    fs::copy(file(directory.path(), TWO), &one).unwrap();
    assert!(matches!(
        read(&vault, ONE).await,
        Err(VaultError::CannotOpen)
    ));
    vault
        .write(ONE, None, &Secret::new("one".into()))
        .await
        .unwrap();
    let renumbered = fs::read_to_string(&one)
        .unwrap()
        .replace("\"version\":2", "\"version\":3");
    fs::write(&one, renumbered).unwrap();
    assert!(matches!(
        read(&vault, ONE).await,
        Err(VaultError::CannotOpen)
    ));
    fs::write(&one, "not even JSON").unwrap();
    assert!(matches!(
        read(&vault, ONE).await,
        Err(VaultError::CannotOpen)
    ));
}

#[tokio::test]
async fn another_key_opens_nothing() {
    let directory = tempfile::tempdir().unwrap();
    open(directory.path())
        .write(ONE, None, &Secret::new("one".into()))
        .await
        .unwrap();
    fs::remove_file(directory.path().join("vault.key")).unwrap();
    assert!(matches!(
        read(&open(directory.path()), ONE).await,
        Err(VaultError::CannotOpen)
    ));
}

#[cfg(unix)]
#[test]
fn key_and_secrets_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path()));
    let key = directory.path().join("vault.key");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&key), 0o600);
    assert_eq!(mode(&directory.path().join("secrets")), 0o700);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = VaultKey::load_or_create(&key).err().unwrap().to_string();
    assert!(refused.contains("open to others"), "{refused}");
}
