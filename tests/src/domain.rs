//! A real Active Directory domain, looked at from outside by its administrator, with another client than the agent's.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ldap3::{
    Ldap, LdapConnAsync, LdapConnSettings, LdapError, Mod, Scope, SearchEntry, StdStream,
    ldap_escape,
};
use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

/// One of the lab's domains.
#[derive(Clone, Debug)]
pub struct AdDomain {
    pub name: String,
    pub address: String,
    pub host: String,
    pub base: String,
    pub agent: String,
    pub admin: String,
    pub ca: PathBuf,
    pub agent_password: PathBuf,
    admin_password: PathBuf,
}

/// Both domains of the lab; `None`, said plainly, where they are not running.
pub fn both() -> Option<[AdDomain; 2]> {
    Some([one("CORP")?, one("EMEA")?])
}

fn one(name: &str) -> Option<AdDomain> {
    let var = |what: &str| std::env::var(format!("AD_{name}_{what}")).ok();
    let file = |what: &str| std::env::var_os(format!("AD_LAB_{what}")).map(PathBuf::from);
    let Some(address) = var("ADDR") else {
        eprintln!("NOT RUN: no Active Directory here; run under scripts/with-services.sh");
        return None;
    };
    let realm = var("REALM")?.to_lowercase();
    Some(AdDomain {
        name: realm,
        address,
        host: var("HOST")?,
        base: var("BASE")?,
        agent: var("AGENT")?,
        admin: var("ADMIN")?,
        ca: file("CA")?,
        agent_password: file("AGENT_PASS_FILE")?,
        admin_password: file("PASS_FILE")?,
    })
}

/// An object as the directory shows it.
#[derive(Debug)]
pub struct Object {
    pub dn: String,
    pub attributes: HashMap<String, Vec<String>>,
}

impl Object {
    pub fn value(&self, name: &str) -> Option<&str> {
        self.attributes
            .get(name)
            .and_then(|values| values.first())
            .map(String::as_str)
    }

    /// Distinguished names of the groups that it is a member of, in order.
    pub fn groups(&self) -> Vec<&str> {
        let groups = self.attributes.get("memberOf").into_iter().flatten();
        let mut groups: Vec<_> = groups.map(String::as_str).collect();
        groups.sort_unstable();
        groups
    }

    /// Is the bit ACCOUNTDISABLE clear?
    pub fn is_enabled(&self) -> bool {
        self.value("userAccountControl")
            .unwrap()
            .parse::<u32>()
            .unwrap()
            & 2
            == 0
    }
}

impl AdDomain {
    pub fn ou(&self, name: &str) -> String {
        format!("OU={name},{}", self.base)
    }

    async fn connect(&self) -> Result<Ldap, LdapError> {
        let pem = std::fs::read_to_string(&self.ca).unwrap();
        let der: String = pem
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(BASE64_STANDARD.decode(der).unwrap().into())
            .unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = std::net::TcpStream::connect(&self.address)?;
        stream.set_nonblocking(true)?;
        let settings = LdapConnSettings::new()
            .set_config(Arc::new(tls))
            .set_std_stream(StdStream::Tcp(stream));
        let url = format!("ldaps://{}", self.host);
        let (connection, ldap) = LdapConnAsync::with_settings(settings, &url).await?;
        ldap3::drive!(connection);
        Ok(ldap)
    }

    /// Signed in as the domain's administrator.
    pub async fn administrator(&self) -> Ldap {
        let mut ldap = self.connect().await.unwrap();
        let password = std::fs::read_to_string(&self.admin_password).unwrap();
        ldap.simple_bind(&self.admin, password.trim_end())
            .await
            .unwrap()
            .success()
            .unwrap();
        ldap
    }

    /// The objects with this account name: at most one, or the test has found something.
    pub async fn objects(&self, name: &str) -> Vec<Object> {
        let mut ldap = self.administrator().await;
        ldap.with_timeout(Duration::from_secs(10));
        let filter = format!("(sAMAccountName={})", ldap_escape(name));
        let (found, _) = ldap
            .search(&self.base, Scope::Subtree, &filter, vec!["*"])
            .await
            .unwrap()
            .success()
            .unwrap();
        let _ = ldap.unbind().await;
        found
            .into_iter()
            .map(SearchEntry::construct)
            .map(|entry| Object {
                dn: entry.dn,
                attributes: entry.attrs,
            })
            .collect()
    }

    /// The one object with this account name.
    pub async fn object(&self, name: &str) -> Option<Object> {
        let mut found = self.objects(name).await;
        assert!(found.len() <= 1, "{name} is there {} times", found.len());
        found.pop()
    }

    /// A new group, whose members the agent may change. Answers its distinguished name.
    pub async fn new_group(&self) -> String {
        let name = format!("grp-{}", uuid::Uuid::now_v7().simple());
        let dn = format!("CN={name},{}", self.ou("Service Accounts"));
        let attributes = vec![
            ("objectClass", HashSet::from(["group"])),
            ("sAMAccountName", HashSet::from([name.as_str()])),
        ];
        let added = self.administrator().await.add(&dn, attributes).await;
        added.unwrap().success().unwrap();
        dn
    }

    /// Removes it by the administrator's hand.
    pub async fn delete(&self, dn: &str) {
        let deleted = self.administrator().await.delete(dn).await;
        deleted.unwrap().success().unwrap();
    }

    /// Signed in as itself, the account tries to give itself another password; the directory's result code.
    pub async fn change_own_password(&self, name: &str, old: &str, new: &str) -> u32 {
        let dn = self.object(name).await.unwrap().dn;
        let mut ldap = self.connect().await.unwrap();
        let bound = ldap.simple_bind(&dn, old).await.unwrap();
        bound.success().unwrap();
        let value = |password: &str| {
            let units = format!("\"{password}\"");
            let bytes = units.encode_utf16().flat_map(u16::to_le_bytes);
            HashSet::from([bytes.collect::<Vec<u8>>()])
        };
        let changes = vec![
            Mod::Delete(b"unicodePwd".to_vec(), value(old)),
            Mod::Add(b"unicodePwd".to_vec(), value(new)),
        ];
        ldap.modify(&dn, changes).await.unwrap().rc
    }

    /// Does this password sign in? Otherwise the directory's own words.
    pub async fn bind(&self, name: &str, password: &str) -> Result<(), String> {
        let mut ldap = self.connect().await.unwrap();
        let user = format!("{name}@{}", self.name);
        let bound = ldap.simple_bind(&user, password).await.unwrap();
        let _ = ldap.unbind().await;
        bound.success().map(drop).map_err(|error| error.to_string())
    }
}
