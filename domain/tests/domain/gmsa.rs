//! Group managed service accounts: the directory makes their passwords, so everything about secrets is off, and what they
//! have of their own follows the template.

use crate::scene::{
    END, Life, OU, RETIREMENT_OU, account_id, at, by, id, submission, template, why,
};
use crate::submission::{content, drafted, facts};
use std::sync::Arc;
use tenure_domain::{
    account::{
        AccountCommand as C, AccountRefusal as R, Comparable, Migration, MigrationTarget,
        RevivableAccount, Revived,
    },
    decide::Decide,
    drift::{Comparison, GroupIndex, Observed, compare},
    gmsa::{EncryptionType, Gmsa},
    lifecycle::{EndOfLifecycleAction as Action, Status},
    order::{Mark, OrderKind, OrderNumber, Outcome},
    problem::{FieldProblem, Problem},
    request::{
        Request, RequestCommand, RequestContent, RequestEvent, RequestKind, RequestRefusal,
        RevivableName,
    },
    synchronisation::DirectoryUser,
    template::{
        AccountType, AttributeRule, TemplateAttribute, TemplateContent, VaultKind, problems,
    },
};

const WEB: &str = "CN=Web servers,OU=Groups,DC=corp,DC=example,DC=com";
const DB: &str = "CN=DB1,CN=Computers,DC=corp,DC=example,DC=com";

fn gmsa(principals: &[&str]) -> Gmsa {
    Gmsa {
        principals: principals.iter().map(|&name| name.into()).collect(),
        encryption_types: vec![EncryptionType::Aes128, EncryptionType::Aes256],
        password_interval_days: 30,
    }
}

fn of_gmsas(action: Action) -> TemplateContent {
    let mut content = template(action);
    content.account_type = AccountType::AdGmsa;
    content.vault.kind = VaultKind::None;
    content.directory.gmsa = Some(gmsa(&[WEB]));
    content
}

fn said(content: &TemplateContent) -> Vec<String> {
    problems(content).iter().map(ToString::to_string).collect()
}

fn made() -> Outcome {
    Outcome::Applied {
        object: id("object"),
        secret: None,
    }
}

fn live(action: Action) -> Life {
    let mut life = Life::begun(&of_gmsas(action));
    life.report(made());
    life
}

fn migrates(life: &mut Life, content: TemplateContent, move_secret: bool) -> C {
    life.target = Some(MigrationTarget {
        template: id("other template"),
        version: 4,
        content: Arc::new(content),
    });
    C::Migrate(Box::new(Migration {
        template: id("other template"),
        template_version: 4,
        period: None,
        end: None,
        owners: None,
        move_to_ou: false,
        move_secret,
        past_end_confirmed: false,
        reason: why(),
    }))
}

#[test]
fn a_template_has_a_section_of_its_own_and_nothing_about_secrets() {
    assert_eq!(said(&of_gmsas(Action::Disable)), [""; 0]);
    let mut bad = of_gmsas(Action::Disable);
    bad.vault.kind = VaultKind::BuiltIn;
    bad.vault.folder = Some("backup".into());
    bad.vault.sub_folders = true;
    bad.directory.cannot_change_password = true;
    bad.directory.name_prefix = "svc-backup-jobs".into();
    bad.directory.attributes = ["dNSHostName", "msds-supportedencryptiontypes"]
        .map(|name| TemplateAttribute {
            name: name.into(),
            rule: AttributeRule::Optional,
        })
        .to_vec();
    bad.directory.gmsa = Some(Gmsa {
        principals: vec!["Web servers".into(), WEB.into(), WEB.to_uppercase()],
        encryption_types: vec![EncryptionType::Rc4, EncryptionType::Rc4],
        password_interval_days: 0,
    });
    let expected = "
        directory.name_prefix: is longer than 14 characters
        vault.kind: does not go together with account_type
        vault.folder: does not go together with account_type
        vault.sub_folders: does not go together with account_type
        directory.cannot_change_password: does not go together with account_type
        directory.gmsa.principals[0]: must be a distinguished name such as OU=Service Accounts,DC=corp,DC=example,DC=com
        directory.gmsa.principals[2]: is there twice
        directory.gmsa.encryption_types[1]: is there twice
        directory.gmsa.password_interval_days: must be a number from 1 to 365
        directory.attributes[0].name: is kept by Tenure or by the directory itself
        directory.attributes[1].name: is kept by Tenure or by the directory itself";
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    assert_eq!(said(&bad), expected);

    bad = of_gmsas(Action::Disable);
    bad.directory.gmsa = Some(Gmsa {
        encryption_types: vec![],
        ..gmsa(&[])
    });
    assert_eq!(
        said(&bad),
        [
            "directory.gmsa.principals: needs at least 1",
            "directory.gmsa.encryption_types: needs at least 1"
        ]
    );
    bad.directory.gmsa = None;
    assert_eq!(said(&bad), ["directory.gmsa: is missing"]);
}

#[test]
fn a_template_of_ordinary_accounts_has_none_of_it() {
    let mut bad = template(Action::Disable);
    bad.vault.kind = VaultKind::None;
    bad.directory.gmsa = Some(gmsa(&[WEB]));
    assert_eq!(
        said(&bad),
        [
            "vault.kind: does not go together with account_type",
            "directory.gmsa: does not go together with account_type"
        ]
    );
}

fn submit(
    content: RequestContent,
    template: &TemplateContent,
) -> Result<RequestEvent, Vec<String>> {
    let mut request = Request::default();
    cqrs_es::Aggregate::apply(&mut request, drafted(content));
    match request.decide(RequestCommand::Submit, &by("alice", facts(template))) {
        Ok(mut events) => Ok(events.remove(0)),
        Err(RequestRefusal::Invalid(problems)) => {
            Err(problems.iter().map(ToString::to_string).collect())
        }
        Err(refusal) => Err(vec![refusal.to_string()]),
    }
}

#[test]
fn a_name_leaves_room_for_the_dollar_sign() {
    let mut template = of_gmsas(Action::Disable);
    template.directory.name_pattern = None;
    let named = |name: &str| RequestContent {
        name: name.into(),
        ..content()
    };
    assert!(submit(named("svc-backup-jobs"), &template).is_ok());
    assert_eq!(
        submit(named("svc-backup-jobs2"), &template),
        Err(vec!["name: is longer than 15 characters".to_owned()])
    );
    assert_eq!(
        submit(named("svc-backup$"), &template),
        Err(vec![
            "name: contains '$', which the directory does not allow".to_owned()
        ])
    );
}

#[test]
fn a_submission_fixes_what_such_an_account_has() {
    let template = of_gmsas(Action::Disable);
    let Ok(RequestEvent::Submitted(submitted)) = submit(content(), &template) else {
        panic!("not submitted")
    };
    assert_eq!(submitted.submission.gmsa, Some(gmsa(&[WEB])));
    let folder = RequestContent {
        folder: Some("backup".into()),
        ..content()
    };
    assert_eq!(
        submit(folder, &template),
        Err(vec!["folder: is not offered by the template".to_owned()])
    );
}

#[test]
fn it_is_ordered_without_a_secret_and_lives_like_any_other() {
    let mut life = Life::begun(&of_gmsas(Action::Disable));
    let order = life.outstanding().expect("an order");
    assert_eq!(order.kind, OrderKind::Provision);
    assert_eq!(order.desired.gmsa.as_deref(), Some(&gmsa(&[WEB])));
    assert_eq!(order.desired.sam_account_name(), "svc-backup$");
    assert_eq!((&order.folder, order.moves_secret), (&None, false));
    life.report(made());
    assert_eq!(
        (life.status(), &life.managed().directory.secret),
        (Status::Active, &None)
    );

    let reason = why();
    assert_eq!(
        life.does(C::Disable {
            reason: reason.clone()
        }),
        ["disabled", "order-issued"]
    );
    assert_eq!(life.ordered(), (false, OU.to_owned()));
    life.report(made());
    assert_eq!(
        life.does(C::Enable {
            reason: reason.clone()
        }),
        ["enabled", "order-issued"]
    );
    life.report(made());
    life.at(END).run(C::ReachEnd(at(END))).expect("ended");
    assert_eq!(life.ordered(), (false, RETIREMENT_OU.to_owned()));
    life.report(made());
    life.run(C::Renew).expect("renewed");
    assert_eq!(life.ordered(), (true, OU.to_owned()));
    life.report(made());
    let confirmed_name = "svc-backup".into();
    let deletes = C::Delete {
        reason,
        confirmed_name,
    };
    assert_eq!(life.does(deletes), ["deleted", "order-issued"]);
    let order = life.outstanding().expect("an order");
    assert_eq!(
        (order.kind, order.desired.gmsa.is_some()),
        (OrderKind::Remove, true)
    );
    assert_eq!(life.report(Outcome::Removed), ["removed"]);
}

#[test]
fn there_is_nothing_to_reveal_whatever_an_engine_says() {
    let mut life = Life::begun(&of_gmsas(Action::Disable));
    life.applied();
    assert_eq!(life.managed().directory.secret, None);
    let reveal = C::RequestSecretReveal {
        reveal: id("reveal"),
        reader_key: "ab".repeat(32),
        not_after: at(END),
    };
    assert_eq!(life.run(reveal), Err(R::KeptByDirectory));
}

#[test]
fn who_may_retrieve_the_password_follows_a_migration_and_the_interval_stays() {
    let mut life = live(Action::Disable);
    let mut other = of_gmsas(Action::Disable);
    other.directory.gmsa = Some(Gmsa {
        encryption_types: vec![EncryptionType::Aes256],
        password_interval_days: 7,
        ..gmsa(&[WEB, DB])
    });
    let command = migrates(&mut life, other, false);
    assert_eq!(life.does(command), ["migrated", "order-issued"]);
    let order = life.outstanding().expect("an order");
    let expected = Gmsa {
        encryption_types: vec![EncryptionType::Aes256],
        ..gmsa(&[WEB, DB])
    };
    assert_eq!(
        (order.kind, order.desired.gmsa.as_deref()),
        (OrderKind::Change, Some(&expected))
    );
}

#[test]
fn an_account_does_not_become_another_kind_of_account() {
    let conflict = |field: &str| {
        let with = "account_type".into();
        let problem = Problem::Conflict { with };
        Err(R::Invalid(vec![FieldProblem::at(field, problem)]))
    };
    let mut managed = live(Action::Disable);
    let command = migrates(&mut managed, template(Action::Disable), false);
    assert_eq!(managed.run(command), conflict("template"));
    let mut ordinary = Life::live(Action::Disable);
    let command = migrates(&mut ordinary, of_gmsas(Action::Disable), false);
    assert_eq!(ordinary.run(command), conflict("template"));
    let command = migrates(&mut managed, of_gmsas(Action::Disable), true);
    assert_eq!(managed.run(command), conflict("move_secret"));
}

#[test]
fn a_clone_revives_an_object_of_the_same_kind_with_its_interval() {
    let revived = Revived {
        account: id("deleted account"),
        object: id("object of the deleted account"),
    };
    let cloned = |old: Option<Gmsa>| {
        let mut life = Life::absent();
        let mut asked = submission(RequestKind::NewAccount, &of_gmsas(Action::Delete));
        asked.revives = Some(revived.account);
        life.approved = Some((id("request"), Arc::new(asked)));
        life.revivable = Some(RevivableAccount {
            revived,
            groups: vec![],
            groups_left: vec![],
            attributes: [].into(),
            cannot_change_password: false,
            gmsa: old,
        });
        life.run(C::Create).expect("created");
        let order = life.outstanding().expect("an order");
        (order.object, order.desired.gmsa.as_deref().cloned())
    };
    let old = Gmsa {
        password_interval_days: 7,
        ..gmsa(&[DB])
    };
    let expected = Gmsa {
        password_interval_days: 7,
        ..gmsa(&[WEB])
    };
    assert_eq!(cloned(Some(old)), (Some(revived.object), Some(expected)));
    assert_eq!(cloned(None), (None, Some(gmsa(&[WEB]))));
}

#[test]
fn a_submission_revives_no_object_of_another_kind() {
    let template = of_gmsas(Action::Delete);
    let revives = |account_type| {
        let mut request = Request::default();
        let clone = RequestContent {
            clone_of: Some(id("old")),
            ..content()
        };
        cqrs_es::Aggregate::apply(&mut request, drafted(clone));
        let mut facts = facts(&template);
        facts.revivable = Some(RevivableName {
            account: id("old"),
            domain: id("corp"),
            name: "svc-backup".into(),
            account_type,
        });
        let mut events = request
            .decide(RequestCommand::Submit, &by("alice", facts))
            .unwrap();
        match events.remove(0) {
            RequestEvent::Submitted(submitted) => submitted.submission.revives,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(revives(AccountType::AdGmsa), Some(id("old")));
    assert_eq!(revives(AccountType::AdUser), None);
}

fn compared(change: impl FnOnce(&mut DirectoryUser)) -> Comparison {
    let life = live(Action::Review);
    let (_, desired) = life.managed().wanted().expect("wanted");
    let number = OrderNumber { epoch: 1, n: 1 };
    let mut user = DirectoryUser {
        id: id("object"),
        name: "SVC-backup$".into(),
        dn: format!("CN=svc-backup,{OU}"),
        description: desired.description.clone(),
        account_control: 0x1000,
        encryption_types: Some(24),
        principals: Some(vec![WEB.to_lowercase()]),
        mark: Some(Mark {
            account: account_id(),
            number,
        }),
        ..DirectoryUser::default()
    };
    change(&mut user);
    let expected = Comparable {
        object: id("object"),
        account: account_id(),
        applied: number,
        issued: number,
        desired,
    };
    let groups = GroupIndex::new("DC=corp,DC=example,DC=com");
    compare(&expected, Some(&Observed::from(&user)), &groups)
}

#[test]
fn drift_sees_who_may_retrieve_the_password_and_the_encryption_types() {
    assert_eq!(compared(|_| ()), Comparison::default());
    let found = compared(|user| {
        user.principals = Some(vec![WEB.into(), "S-1-5-21-1-2-3-1109".into()]);
        user.encryption_types = Some(4);
    });
    let said: Vec<_> = found
        .differences
        .iter()
        .map(|found| found.sentence())
        .collect();
    assert_eq!(
        said,
        [
            "encryption-types: wanted aes128, aes256, is rc4".to_owned(),
            format!("principals: wanted {WEB}, is {WEB}, S-1-5-21-1-2-3-1109"),
        ]
    );
    assert!(
        found
            .differences
            .iter()
            .all(|found| found.field.is_repairable())
    );
    let unknown = compared(|user| user.principals = None);
    assert_eq!(
        (unknown.differences.len(), unknown.not_compared),
        (0, vec!["principals".into()])
    );
}
