//! Reading a real domain: all of it, what changed, what was deleted, and who is in which group.

use crate::lab::Lab;
use std::collections::HashSet;
use tenure_domain::synchronisation::{DirectoryObject, DirectoryUser, SyncMark};
use tenure_engine_agent::directory::{Directory, WasRead};
use tokio::sync::mpsc;
use uuid::Uuid;

/// More than Active Directory gives in one page.
const MANY: usize = 1_050;

/// What was read.
struct Read {
    was: WasRead,
    objects: Vec<DirectoryObject>,
}

impl Read {
    fn users(&self) -> impl Iterator<Item = &DirectoryUser> {
        self.objects.iter().filter_map(|object| match object {
            DirectoryObject::User(user) => Some(&**user),
            _ => None,
        })
    }

    fn user(&self, name: &str) -> Option<&DirectoryUser> {
        self.users().find(|user| user.name == name)
    }

    fn gone(&self) -> Vec<Uuid> {
        let gone = self.objects.iter().filter_map(|object| match object {
            DirectoryObject::Gone(id) => Some(*id),
            _ => None,
        });
        gone.collect()
    }

    /// objectGUIDs of the direct members of the group of this name.
    fn members(&self, name: &str) -> HashSet<Uuid> {
        let group = self.objects.iter().find_map(|object| match object {
            DirectoryObject::Group(group) if group.name == name => Some(group.id),
            _ => None,
        });
        let of = |object: &DirectoryObject| match object {
            DirectoryObject::Members { group: id, members } if Some(*id) == group => {
                members.clone()
            }
            _ => vec![],
        };
        self.objects.iter().flat_map(of).collect()
    }
}

async fn read(directory: &dyn Directory, since: Option<SyncMark>) -> Read {
    let (sender, mut pages) = mpsc::channel(1);
    let asked = ["department", "otherTelephone", "unicodePwd"].map(str::to_owned);
    let taking = async {
        let mut objects = Vec::new();
        while let Some(page) = pages.recv().await {
            objects.extend(page);
        }
        objects
    };
    let (was, objects) = tokio::join!(directory.read(since, &asked, sender), taking);
    let was = was.unwrap();
    Read { was, objects }
}

async fn account(lab: &Lab, ou: &str, name: &str) -> String {
    let dn = format!("CN={name},{ou}");
    let attributes = [
        ("objectClass", "user"),
        ("sAMAccountName", name),
        ("userAccountControl", "514"),
    ];
    lab.add(&dn, &attributes).await;
    dn
}

async fn modify(lab: &Lab, dn: &str, change: ldap3::Mod<&str>) {
    let modified = lab.admin().await.modify(dn, vec![change]).await;
    modified.unwrap().success().unwrap();
}

fn tag() -> String {
    Uuid::new_v4().simple().to_string()[..8].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_domain_is_read_past_the_first_page_with_nested_groups_and_what_discovery_needs() {
    let Some(lab) = Lab::emea() else { return };
    let tag = tag();
    let ou = format!("OU=reading-{tag},{}", lab.base);
    lab.add(&ou, &[("objectClass", "organizationalUnit")]).await;
    let mut admin = lab.admin().await;
    for number in 0..MANY {
        let name = format!("p{number}-{tag}");
        let one = |value: &str| HashSet::from([value.to_owned()]);
        let attributes = vec![
            ("objectClass".to_owned(), one("user")),
            ("sAMAccountName".to_owned(), one(&name)),
        ];
        let added = admin.add(&format!("CN={name},{ou}"), attributes).await;
        added.unwrap().success().unwrap();
    }
    let (inner, outer) = (format!("inner-{tag}"), format!("outer-{tag}"));
    for group in [&inner, &outer] {
        let attributes = [("objectClass", "group"), ("sAMAccountName", group.as_str())];
        lab.add(&format!("CN={group},{ou}"), &attributes).await;
    }
    let member = |dn: String| (dn.clone(), HashSet::from([dn]));
    for (group, (dn, _)) in [
        (&inner, member(format!("CN=p7-{tag},{ou}"))),
        (&outer, member(format!("CN={inner},{ou}"))),
    ] {
        let dns = HashSet::from([dn.as_str()]);
        modify(
            &lab,
            &format!("CN={group},{ou}"),
            ldap3::Mod::Add("member", dns),
        )
        .await;
    }
    let spn = format!("http/p7-{tag}.emea.example.net");
    let spns = HashSet::from([spn.as_str()]);
    let p7 = format!("CN=p7-{tag},{ou}");
    modify(&lab, &p7, ldap3::Mod::Add("servicePrincipalName", spns)).await;

    let p8 = format!("CN=p8-{tag},{ou}");
    let department = || ldap3::Mod::Replace("department", HashSet::from(["Finance"]));
    modify(&lab, &p7, department()).await;
    modify(&lab, &p8, department()).await;
    let mark = format!("tenure:{}:1.3", Uuid::nil().simple());
    let marked = HashSet::from([mark.as_str()]);
    let marked = ldap3::Mod::Replace("adminDescription", marked);
    modify(&lab, &p7, marked).await;

    let read = read(&lab.directory(), None).await;

    assert!(read.was.full && read.was.deletions_seen);
    let ours = read.users().filter(|user| user.name.ends_with(&tag));
    assert_eq!(ours.count(), MANY);
    let p7 = read.user(&format!("p7-{tag}")).unwrap();
    assert_eq!((p7.service_principal_names, p7.enabled()), (1, false));
    assert_eq!(p7.primary_group, Some(513));
    // What was asked for, of what carries a mark and of nobody else; a secret never.
    assert_eq!(p7.mark.map(|mark| mark.number.to_string()).unwrap(), "1.3");
    let values = |name: &str| p7.attributes.get(name).cloned();
    assert_eq!(values("department"), Some(vec!["Finance".to_owned()]));
    assert_eq!(values("otherTelephone"), Some(vec![]));
    assert_eq!(values("unicodePwd"), None);
    let p8 = read.user(&format!("p8-{tag}")).unwrap();
    assert_eq!((p8.mark, p8.attributes.len()), (None, 0));
    assert!(p7.created.is_some());
    assert_eq!(read.members(&inner), HashSet::from([p7.id]));
    let inner_id = read.objects.iter().find_map(|object| match object {
        DirectoryObject::Group(group) if group.name == inner => Some(group.id),
        _ => None,
    });
    assert_eq!(read.members(&outer), HashSet::from([inner_id.unwrap()]));
    // The directory's own accounts are known as such, and its groups by their SIDs.
    assert!(read.user("krbtgt").unwrap().critical);
    let admins = read.objects.iter().any(|object| {
        matches!(object, DirectoryObject::Group(group)
            if group.sid == "S-1-5-32-544" && group.dn.starts_with("CN=Administrators,"))
    });
    assert!(admins);
    let units = read.objects.iter().filter_map(|object| match object {
        DirectoryObject::Unit(unit) => Some((unit.dn.as_str(), unit.organisational)),
        _ => None,
    });
    let units: HashSet<_> = units.collect();
    assert!(units.contains(&(ou.as_str(), true)));
    assert!(units.contains(&(format!("CN=Users,{}", lab.base).as_str(), false)));
    // The system's own containers are hidden, but for one that Samba forgot to hide.
    let of_the_system = units.iter().filter(|(dn, _)| dn.contains("CN=System,"));
    assert!(of_the_system.count() <= 1, "{units:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_changed_is_read_and_what_was_deleted_is_seen() {
    let Some(lab) = Lab::corp() else { return };
    let tag = tag();
    let ou = format!("OU=changes-{tag},{}", lab.base);
    lab.add(&ou, &[("objectClass", "organizationalUnit")]).await;
    let [kept, renamed, deleted] = ["kept", "old", "deleted"].map(|name| format!("{name}-{tag}"));
    for name in [&kept, &renamed, &deleted] {
        account(&lab, &ou, name).await;
    }
    let directory = lab.directory();
    let before = read(&directory, None).await;
    let id = |name: &str| before.user(name).unwrap().id;

    let mut admin = lab.admin().await;
    let moved = admin
        .modifydn(
            &format!("CN={renamed},{ou}"),
            &format!("CN=new-{tag}"),
            true,
            None,
        )
        .await;
    moved.unwrap().success().unwrap();
    let gone = admin.delete(&format!("CN={deleted},{ou}")).await;
    gone.unwrap().success().unwrap();
    account(&lab, &ou, &format!("added-{tag}")).await;

    let after = read(&directory, Some(before.was.mark)).await;

    assert!(!after.was.full);
    assert!(after.was.mark.usn > before.was.mark.usn);
    assert_eq!(after.was.mark.invocation, before.was.mark.invocation);
    assert!(after.user(&kept).is_none(), "it did not change");
    let now = after.user(&renamed).unwrap();
    assert_eq!(
        (now.id, now.dn.as_str()),
        (id(&renamed), format!("CN=new-{tag},{ou}").as_str())
    );
    assert!(after.user(&format!("added-{tag}")).is_some());
    assert!(
        after.was.deletions_seen,
        "may the lab's agent list deleted objects?"
    );
    assert!(after.gone().contains(&id(&deleted)));
    assert!(!after.gone().contains(&id(&kept)));
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_another_or_a_restored_controller_are_not_read_on_from() {
    let Some(lab) = Lab::corp() else { return };
    let directory = lab.directory();
    let mark = read(&directory, None).await.was.mark;
    let other = SyncMark {
        invocation: Uuid::new_v4(),
        ..mark
    };
    assert!(read(&directory, Some(other)).await.was.full);
    let ahead = SyncMark {
        usn: mark.usn + 1_000_000,
        ..mark
    };
    assert!(read(&directory, Some(ahead)).await.was.full);
    assert!(!read(&directory, Some(mark)).await.was.full);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_cannot_be_signed_in_to_is_not_read() {
    let Some(lab) = Lab::corp() else { return };
    let directory =
        lab.directory_with(|config| "nobody@corp.example.com".clone_into(&mut config.bind_user));
    let (sender, mut pages) = mpsc::channel(1);
    let (read, page) = tokio::join!(directory.read(None, &[], sender), pages.recv());
    assert!(read.unwrap_err().detail.contains("may not sign in"));
    assert_eq!(page, None);
}
