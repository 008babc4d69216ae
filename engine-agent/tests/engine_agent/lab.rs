//! The two lab domains, as `lab/ad-lab.sh` names them in the environment, looked at from outside by their administrator.

use ldap3::{
    Ldap, LdapConnAsync, LdapConnSettings, Mod, Scope, SearchEntry, StdStream,
    controls::RawControl, ldap_escape,
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use std::{collections::HashSet, env, fs, path::PathBuf, sync::Arc};
use tenure_domain::ids::DomainId;
use tenure_engine_agent::{clock, config::LdapConfig, directory::ldap::LdapDirectory};
use uuid::Uuid;

/// One lab domain. Holding it keeps tests that stop domain controllers out.
pub struct Lab {
    pub name: &'static str,
    pub address: String,
    pub host: String,
    pub base: String,
    pub domain: DomainId,
    _lock: fs::File,
}

/// How a sign-in went.
#[derive(Debug, PartialEq, Eq)]
pub enum Bind {
    Accepted,
    WrongPassword,
    Disabled,
    Expired,
    Other(String),
}

impl Lab {
    pub fn corp() -> Option<Self> {
        Self::named("CORP", false)
    }

    pub fn emea() -> Option<Self> {
        Self::named("EMEA", false)
    }

    /// For tests that stop or freeze a domain controller: alone with the lab.
    pub fn emea_alone() -> Option<Self> {
        Self::named("EMEA", true)
    }

    fn named(name: &'static str, alone: bool) -> Option<Self> {
        let Ok(directory) = env::var("AD_LAB_DIR") else {
            eprintln!(
                "NOT RUN on a real Active Directory: start it with lab/ad-lab.sh with cargo nextest run …"
            );
            return None;
        };
        let lock = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(PathBuf::from(directory).join("tests.lock"))
            .unwrap();
        if alone {
            lock.lock()
        } else {
            lock.lock_shared()
        }
        .unwrap();
        let get = |key: &str| env::var(format!("AD_{name}_{key}")).unwrap();
        Some(Self {
            name,
            address: get("ADDR"),
            host: get("HOST"),
            base: get("BASE"),
            domain: DomainId(Uuid::new_v5(&Uuid::NAMESPACE_DNS, name.as_bytes())),
            _lock: lock,
        })
    }

    /// The agent's own account, with its narrow rights.
    pub fn config(&self) -> LdapConfig {
        LdapConfig {
            domain_name: env::var(format!("AD_{}_REALM", self.name))
                .unwrap()
                .to_lowercase(),
            base_dn: self.base.clone(),
            address: self.address.clone(),
            host: self.host.clone(),
            ca_file: Some(env::var("AD_LAB_CA").unwrap().into()),
            bind_user: env::var(format!("AD_{}_AGENT", self.name)).unwrap(),
            bind_password_file: env::var("AD_LAB_AGENT_PASS_FILE").unwrap().into(),
            fence_attribute: "adminDescription".into(),
            password_length: 32,
            timeout_seconds: 10,
        }
    }

    pub fn directory(&self) -> LdapDirectory {
        self.directory_with(|_| ())
    }

    pub fn directory_with(&self, change: impl FnOnce(&mut LdapConfig)) -> LdapDirectory {
        let mut config = self.config();
        change(&mut config);
        LdapDirectory::new(self.domain, config, clock::system()).unwrap()
    }

    async fn connect(&self) -> Ldap {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(env::var("AD_LAB_CA").unwrap()).unwrap())
            .unwrap();
        let tls =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
        let stream = std::net::TcpStream::connect(&self.address).unwrap();
        let settings = LdapConnSettings::new()
            .set_config(Arc::new(tls))
            .set_std_stream(StdStream::Tcp(stream));
        let (connection, ldap) =
            LdapConnAsync::with_settings(settings, &format!("ldaps://{}", self.host))
                .await
                .unwrap();
        tokio::spawn(connection.drive());
        ldap
    }

    pub async fn admin(&self) -> Ldap {
        let mut ldap = self.connect().await;
        let user = env::var(format!("AD_{}_ADMIN", self.name)).unwrap();
        let password = fs::read_to_string(env::var("AD_LAB_PASS_FILE").unwrap()).unwrap();
        ldap.simple_bind(&user, &password)
            .await
            .unwrap()
            .success()
            .unwrap();
        ldap
    }

    /// The one entry of this name, all of it.
    pub async fn entry(&self, name: &str) -> Option<SearchEntry> {
        let filter = format!("(sAMAccountName={})", ldap_escape(name));
        let (entries, _) = self
            .admin()
            .await
            .search(&self.base, Scope::Subtree, &filter, vec!["*"])
            .await
            .unwrap()
            .success()
            .unwrap();
        assert!(
            entries.len() <= 1,
            "{name} is there {} times",
            entries.len()
        );
        entries.into_iter().next().map(SearchEntry::construct)
    }

    /// The first value of an attribute of the object that is called so, in octets.
    pub async fn octets(&self, dn: &str, attribute: &str) -> Vec<u8> {
        let mut admin = self.admin().await;
        let found = admin
            .search(dn, Scope::Base, "(objectClass=*)", vec![attribute])
            .await;
        let (entries, _) = found.unwrap().success().unwrap();
        let entry = SearchEntry::construct(entries.into_iter().next().unwrap());
        match entry.bin_attrs.get(attribute) {
            Some(values) => values[0].clone(),
            None => entry.attrs[attribute][0].clone().into_bytes(),
        }
    }

    pub async fn bind(&self, name: &str, password: &str) -> Bind {
        let dn = self
            .entry(name)
            .await
            .map_or_else(|| "CN=nobody".to_owned(), |entry| entry.dn);
        let result = self
            .connect()
            .await
            .simple_bind(&dn, password)
            .await
            .unwrap();
        match (result.rc, result.text) {
            (0, _) => Bind::Accepted,
            (49, text) if text.contains("data 52e") => Bind::WrongPassword,
            (49, text) if text.contains("data 533") => Bind::Disabled,
            (49, text) if text.contains("data 701") => Bind::Expired,
            (code, text) => Bind::Other(format!("{code} {text}")),
        }
    }

    /// Signed in as itself, the account gives itself another password: `false` if it lacks the right.
    pub async fn change_own_password(&self, name: &str, old: &str, new: &str) -> bool {
        let dn = self.entry(name).await.unwrap().dn;
        let mut ldap = self.connect().await;
        let bound = ldap.simple_bind(&dn, old).await.unwrap();
        bound.success().unwrap();
        let value = |password: &str| {
            let quoted = format!("\"{password}\"");
            let bytes = quoted.encode_utf16().flat_map(u16::to_le_bytes);
            HashSet::from([bytes.collect::<Vec<u8>>()])
        };
        let changes = vec![
            Mod::Delete(b"unicodePwd".to_vec(), value(old)),
            Mod::Add(b"unicodePwd".to_vec(), value(new)),
        ];
        let answer = ldap.modify(&dn, changes).await.unwrap();
        match answer.rc {
            0 => true,
            50 => false,
            // Samba's way of saying so.
            19 if answer.text.contains("module acl") => false,
            _ => panic!("{answer:?}"),
        }
    }

    /// The security descriptor's access control list, as the administrator reads it.
    pub async fn access_list(&self, name: &str) -> Vec<u8> {
        let dn = self.entry(name).await.unwrap().dn;
        let alone = RawControl {
            ctype: "1.2.840.113556.1.4.801".into(),
            crit: true,
            val: Some(vec![0x30, 3, 2, 1, 4]),
        };
        let mut ldap = self.admin().await;
        let (entries, _) = ldap
            .with_controls(alone)
            .search(
                &dn,
                Scope::Base,
                "(objectClass=*)",
                vec!["nTSecurityDescriptor"],
            )
            .await
            .unwrap()
            .success()
            .unwrap();
        let entry = SearchEntry::construct(entries.into_iter().next().unwrap());
        entry.bin_attrs["nTSecurityDescriptor"][0].clone()
    }

    pub async fn add(&self, dn: &str, attributes: &[(&str, &str)]) {
        let attributes = attributes
            .iter()
            .map(|(name, value)| (*name, HashSet::from([*value])))
            .collect();
        self.admin()
            .await
            .add(dn, attributes)
            .await
            .unwrap()
            .success()
            .unwrap();
    }

    /// An enabled account with this password.
    pub async fn add_with_password(&self, dn: &str, name: &str, password: &str) {
        let quoted = format!("\"{password}\"");
        let quoted: Vec<u8> = quoted.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let attributes = [
            ("objectClass", b"user".to_vec()),
            ("sAMAccountName", name.as_bytes().to_vec()),
            ("userAccountControl", b"512".to_vec()),
            ("unicodePwd", quoted),
        ];
        let attributes =
            attributes.map(|(name, value)| (name.as_bytes().to_vec(), HashSet::from([value])));
        let added = self.admin().await.add(dn, attributes.to_vec()).await;
        added.unwrap().success().unwrap();
    }

    /// Sets one attribute of an account behind the agent's back; nothing = removes it.
    pub async fn set(&self, name: &str, attribute: &str, value: Option<&str>) {
        let dn = self.entry(name).await.unwrap().dn;
        let change = Mod::Replace(attribute, value.into_iter().collect());
        self.admin()
            .await
            .modify(&dn, vec![change])
            .await
            .unwrap()
            .success()
            .unwrap();
    }

    /// A new group, which is a member of this one of the built-in domain.
    pub async fn group_within(&self, holder: &str) -> String {
        let name = format!("g-{}", Uuid::now_v7().simple());
        let dn = format!("CN={name},OU=Service Accounts,{}", self.base);
        let short = name.split_at(name.len() - 12).1;
        self.add(&dn, &[("objectClass", "group"), ("sAMAccountName", short)])
            .await;
        let holder = format!("CN={holder},CN=Builtin,{}", self.base);
        self.member(&holder, Mod::Add("member", HashSet::from([dn.as_str()])))
            .await;
        dn
    }

    /// Makes the account a member of the group.
    pub async fn join(&self, name: &str, group: &str) {
        let dn = self.entry(name).await.unwrap().dn;
        self.member(group, Mod::Add("member", HashSet::from([dn.as_str()])))
            .await;
    }

    /// And no member any more.
    pub async fn leave(&self, name: &str, group: &str) {
        let dn = self.entry(name).await.unwrap().dn;
        self.member(group, Mod::Delete("member", HashSet::from([dn.as_str()])))
            .await;
    }

    async fn member(&self, group: &str, change: Mod<&str>) {
        let changed = self.admin().await.modify(group, vec![change]).await;
        changed.unwrap().success().unwrap();
    }

    /// objectGUID.
    pub async fn guid(&self, name: &str) -> Uuid {
        let dn = self.entry(name).await.unwrap().dn;
        let bytes = self.octets(&dn, "objectGUID").await;
        Uuid::from_bytes_le(bytes.try_into().unwrap())
    }
}
