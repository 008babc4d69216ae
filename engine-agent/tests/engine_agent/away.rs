//! What keeps an engine from its directory altogether: each has its own reason, with what helps; orders wait; nothing hangs;
//! and the engine's account is not locked by its own tries.

use crate::{lab::Lab, proxy::Proxy, subject::Subject};
use std::{env, fs, time::Duration};
use tenure_domain::order::{Failure, FailureReason, Outcome};
use tenure_engine_agent::{
    config::LdapConfig,
    directory::{Directory as _, ldap::LdapDirectory},
};
use uuid::Uuid;

/// Why the directory is away for an engine that is configured so; its orders wait for the same reason.
async fn away(lab: Lab, change: impl FnOnce(&mut LdapConfig)) -> Failure {
    let directory = lab.directory_with(change);
    let subject = Subject::on(lab, directory);
    let looked = tokio::time::timeout(Duration::from_secs(30), subject.directory.reachable());
    let failure = looked.await.expect("no hang").unwrap_err();
    let outcome = subject.carry_out(&subject.order()).await;
    let Outcome::Deferred(deferred) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(deferred.reason.directory_is_away(), "{deferred:?}");
    failure
}

#[tokio::test]
async fn a_certificate_for_another_name_or_of_an_unknown_authority_is_refused() {
    let Some(lab) = Lab::corp() else { return };
    let name = away(lab, |config| config.host = "dc9.corp.example.com".into()).await;
    assert_eq!(name.reason, FailureReason::CertificateRefused, "{name:?}");
    let Some(lab) = Lab::corp() else { return };
    // The platform's authorities do not know the lab's.
    let authority = away(lab, |config| config.ca_file = None).await;
    assert_eq!(
        authority.reason,
        FailureReason::CertificateRefused,
        "{authority:?}"
    );
    assert!(authority.detail.contains("certificate"), "{authority:?}");
}

#[tokio::test]
async fn the_port_of_plain_ldap_is_told_apart_from_a_dead_one() {
    let Some(lab) = Lab::corp() else { return };
    let plain = away(lab, |config| {
        config.address = config.address.replace(":636", ":389")
    })
    .await;
    assert_eq!(plain.reason, FailureReason::NoTls, "{plain:?}");
    let Some(lab) = Lab::corp() else { return };
    let dead = away(lab, |config| config.address = "127.0.0.1:1".into()).await;
    assert_eq!(dead.reason, FailureReason::DirectoryUnreachable, "{dead:?}");
}

#[tokio::test]
async fn a_base_that_another_directory_holds_is_said() {
    let (Some(corp), Some(emea)) = (Lab::corp(), Lab::emea()) else {
        return;
    };
    let elsewhere = corp.directory_with(|config| config.base_dn.clone_from(&emea.base));
    let elsewhere = elsewhere.reachable().await.unwrap_err();
    assert_eq!(elsewhere.reason, FailureReason::WrongBase, "{elsewhere:?}");
}

/// An account that an engine could sign in with.
struct Bind {
    name: String,
    password: String,
    file: tempfile::NamedTempFile,
}

impl Bind {
    async fn new(lab: &Lab) -> Self {
        let name = format!("agent-{}", &Uuid::now_v7().simple().to_string()[20..]);
        let password = format!("Aa1-{}", Uuid::now_v7());
        let dn = format!("CN={name},CN=Users,{}", lab.base);
        lab.add_with_password(&dn, &name, &password).await;
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), &password).unwrap();
        Self {
            name,
            password,
            file,
        }
    }

    fn directory(&self, lab: &Lab, address: &str) -> LdapDirectory {
        lab.directory_with(|config| {
            address.clone_into(&mut config.address);
            config.bind_user = format!("{}@{}", self.name, config.domain_name);
            config.bind_password_file = self.file.path().to_owned();
        })
    }
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_so_that_the_account_is_not_locked_and_a_right_one_at_once()
{
    let Some(lab) = Lab::corp() else { return };
    let bind = Bind::new(&lab).await;
    fs::write(bind.file.path(), "Wrong-Password.1").unwrap();
    let proxy = Proxy::to(&lab.address).await;
    proxy.cut_after(i64::MAX);
    let directory = bind.directory(&lab, &proxy.address.to_string());
    let refused = async || {
        let failure = directory.reachable().await.unwrap_err();
        assert_eq!(failure.reason, FailureReason::SignInRefused, "{failure:?}");
        assert!(failure.detail.contains("may not sign in"), "{failure:?}");
        assert!(!failure.detail.contains("Wrong-Password.1"), "{failure:?}");
        failure.detail
    };
    assert!(refused().await.contains("data 52e"));
    // From here on nobody would answer, if anybody asked.
    proxy.cut_after(0);
    for _ in 0..8 {
        assert!(refused().await.contains("not tried again"));
    }
    proxy.cut_after(i64::MAX);
    // Whoever writes the file again has set this password in the directory, or believes so.
    fs::write(bind.file.path(), "Wrong-Password.1").unwrap();
    assert!(!refused().await.contains("not tried again"));
    assert!(refused().await.contains("not tried again"));
    fs::write(bind.file.path(), &bind.password).unwrap();
    directory.reachable().await.unwrap();
}

#[tokio::test]
async fn a_password_that_must_be_changed_and_a_disabled_account_are_said_in_the_directorys_words() {
    let Some(lab) = Lab::corp() else { return };
    let bind = Bind::new(&lab).await;
    for (attribute, value, data, restored) in [
        ("pwdLastSet", "0", "data 773", "-1"),
        ("userAccountControl", "514", "data 533", "512"),
        ("accountExpires", "1", "data 701", "0"),
    ] {
        lab.set(&bind.name, attribute, Some(value)).await;
        let failure = bind
            .directory(&lab, &lab.address)
            .reachable()
            .await
            .unwrap_err();
        assert_eq!(failure.reason, FailureReason::SignInRefused, "{failure:?}");
        assert!(failure.detail.contains(data), "{failure:?}");
        lab.set(&bind.name, attribute, Some(restored)).await;
        bind.directory(&lab, &lab.address)
            .reachable()
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_password_file_that_cannot_be_read_is_named() {
    let Some(lab) = Lab::corp() else { return };
    let missing = env::temp_dir().join(format!("tenure-no-such-{}", Uuid::now_v7()));
    let failure = away(lab, |config| config.bind_password_file = missing.clone()).await;
    assert_eq!(failure.reason, FailureReason::SignInRefused);
    assert!(
        failure.detail.contains(&missing.display().to_string()),
        "{failure:?}"
    );
}
