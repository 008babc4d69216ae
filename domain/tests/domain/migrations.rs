//! Migration of live accounts to other terms.

use crate::scene::{END, Life, OU, at, failure, id, secret, template, user, why};
use std::sync::Arc;
use tenure_domain::{
    account::{AccountCommand as C, AccountRefusal as R, Migration, MigrationTarget},
    lifecycle::{EndOfLifecycleAction as Action, Status},
    order::{FailureReason, OrderKind, Outcome, SecretReference},
    ownership::Owner,
    period::Period,
    problem::{FieldProblem, Problem},
    template::TemplateContent,
};

const NEW_OU: &str = "OU=Batch,DC=corp,DC=example,DC=com";

/// 30 or 90 days, in another OU.
fn other(action: Action) -> TemplateContent {
    let mut content = template(action);
    content.lifecycle.periods = vec![Period::days(30), Period::days(90)];
    content.directory.ou = NEW_OU.into();
    content.directory.retirement_ou = None;
    content
}

fn migration() -> Migration {
    Migration {
        template: id("other template"),
        template_version: 4,
        period: None,
        end: None,
        owners: None,
        move_to_ou: false,
        move_secret: false,
        past_end_confirmed: false,
        reason: why(),
    }
}

fn to(life: &mut Life, content: TemplateContent, migration: Migration) -> C {
    life.target = Some(MigrationTarget {
        template: migration.template,
        version: migration.template_version,
        content: Arc::new(content),
    });
    C::Migrate(Box::new(migration))
}

#[test]
fn what_is_left_out_stays_and_the_rest_is_the_new_templates() {
    let mut life = Life::live(Action::Disable);
    let end = life.end();
    let command = to(&mut life, other(Action::Disable), migration());
    assert_eq!(
        life.does(command),
        ["migrated"],
        "nothing for the directory"
    );
    let identity = &life.managed().identity;
    assert_eq!(
        (identity.template, identity.template_version),
        (id("other template"), 4)
    );
    assert_eq!((identity.terms.period, life.end()), (Period::days(90), end));
    assert_eq!((identity.ou.as_str(), &identity.retirement_ou), (OU, &None));
    assert_eq!(life.managed().owners, [Owner::User(user("alice"))]);
}

#[test]
fn the_directorys_expiry_and_the_ou_follow() {
    let mut life = Life::live(Action::Review);
    let end = at("2026-12-01T00:00:00Z");
    let everything = Migration {
        period: Some(Period::days(30)),
        end: Some(end),
        owners: Some(vec![Owner::User(user("bob"))]),
        move_to_ou: true,
        ..migration()
    };
    let command = to(&mut life, other(Action::Expire), everything);
    assert_eq!(life.does(command), ["migrated", "order-issued"]);
    let desired = life.outstanding().expect("an order").desired.clone();
    assert_eq!(
        (desired.expires_at, desired.ou.as_str()),
        (Some(end), NEW_OU)
    );
    assert_eq!(life.managed().owners, [Owner::User(user("bob"))]);
    life.applied();
    life.now = end;
    life.run(C::ReachEnd(end)).expect("the new end counts");
    assert_eq!(life.status(), Status::Expired);
}

#[test]
fn an_end_in_the_past_acts_at_once_after_a_confirmation() {
    let mut life = Life::live(Action::Review);
    let past = Migration {
        end: Some(at("2026-01-01T00:00:00Z")),
        ..migration()
    };
    let command = to(&mut life, other(Action::Disable), past.clone());
    let field = FieldProblem::at("past_end_confirmed", Problem::NotAccepted);
    assert_eq!(life.run(command), Err(R::Invalid(vec![field])));
    let confirmed = Migration {
        past_end_confirmed: true,
        ..past
    };
    let command = to(&mut life, other(Action::Disable), confirmed);
    assert_eq!(
        life.does(command),
        [
            "migrated",
            "renewal-opened",
            "lifecycle-ended",
            "order-issued"
        ]
    );
    assert_eq!(life.status(), Status::Disabled);
}

#[test]
fn renewal_that_is_open_by_the_new_terms_opens_with_them() {
    let mut life = Life::live(Action::Disable);
    let soon = Migration {
        end: Some(at("2026-01-20T00:00:00Z")),
        ..migration()
    };
    let command = to(&mut life, other(Action::Disable), soon);
    assert_eq!(life.does(command), ["migrated", "renewal-opened"]);
}

#[test]
fn only_active_accounts_before_their_end_are_migrated() {
    let mut disabled = Life::live(Action::Disable);
    disabled
        .run(C::Disable { reason: why() })
        .expect("disabled");
    let mut late = Life::live(Action::Review);
    late.now = at(END);
    let lives = [
        disabled,
        late,
        Life::ended(Action::Expire),
        Life::ended(Action::Delete),
    ];
    for mut life in lives {
        let command = to(&mut life, other(Action::Disable), migration());
        assert_eq!(
            life.run(command),
            Err(R::NotMigratable),
            "{:?}",
            life.status()
        );
    }
    let mut unreasoned = Life::live(Action::Disable);
    let silent = Migration {
        reason: " ".into(),
        ..migration()
    };
    let command = to(&mut unreasoned, other(Action::Disable), silent);
    assert_eq!(unreasoned.run(command), Err(R::ReasonMissing));
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let mut life = Life::live(Action::Disable);
    life.unknown_owners = vec![Owner::User(user("dave"))];
    let mut narrow = other(Action::Disable);
    narrow.directory.domain = id("another domain");
    narrow.lifecycle.periods = vec![Period::days(7)];
    narrow.ownership.group_ownership = false;
    narrow.ownership.least = 3;
    let wrong = Migration {
        end: Some(at("2026-12-01T08:00:00Z")),
        owners: Some(vec![Owner::User(user("dave")), Owner::Group(id("ops"))]),
        ..migration()
    };
    let command = to(&mut life, narrow, wrong);
    let Err(R::Invalid(problems)) = life.run(command) else {
        panic!("refused")
    };
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "template: does not go together with domain",
            "period: is not offered by the template; there is: 7 days",
            "end: must be 00:00 UTC of a day",
            "owners: needs at least 3",
            "owners[0]: does not exist or is disabled",
            "owners[1]: is not offered by the template",
        ]
    );
    life.target = None;
    let unknown = FieldProblem::at("template", Problem::Unknown);
    assert_eq!(
        life.run(C::Migrate(Box::new(migration()))),
        Err(R::Invalid(vec![unknown]))
    );
}

#[test]
fn the_secret_moves_to_the_templates_folder_by_choice_and_the_core_learns_where_it_lies() {
    let filed = || {
        let mut content = other(Action::Disable);
        content.vault.folder = Some("batch".into());
        content
    };
    let mut life = Life::live(Action::Disable);
    let command = to(&mut life, filed(), migration());
    assert_eq!(life.does(command), ["migrated"], "not chosen");
    let moves = Migration {
        move_secret: true,
        ..migration()
    };
    let command = to(&mut life, filed(), moves.clone());
    assert_eq!(life.does(command), ["migrated", "order-issued"]);
    let order = life.outstanding().expect("an order");
    assert_eq!(
        (order.kind, order.moves_secret, order.folder.as_deref()),
        (OrderKind::Change, true, Some("batch"))
    );
    let moved = SecretReference {
        path: "batch/svc-backup".into(),
        ..secret()
    };
    let applied = Outcome::Applied {
        object: id("object"),
        secret: Some(moved.clone()),
    };
    assert_eq!(life.report(applied), ["order-applied"], "and nothing else");
    assert_eq!(life.managed().directory.secret, Some(moved));
    // Back to the vault's root.
    let command = to(&mut life, other(Action::Disable), moves);
    assert_eq!(life.does(command), ["migrated", "order-issued"]);
    let order = life.outstanding().expect("an order");
    assert_eq!((order.moves_secret, order.folder.as_ref()), (true, None));
    life.applied();
    let disable = C::Disable { reason: why() };
    life.run(disable).expect("disabled");
    let order = life.outstanding().expect("an order");
    assert!(!order.moves_secret, "it is where it shall be");
}

#[test]
fn a_vault_that_refuses_to_move_the_secret_does_not_make_later_changes_of_the_directory_fail() {
    let mut life = Life::live(Action::Disable);
    let mut content = other(Action::Disable);
    content.vault.folder = Some("batch".into());
    let moves = Migration {
        move_secret: true,
        ..migration()
    };
    let command = to(&mut life, content, moves);
    life.does(command);
    let refused = || Outcome::Failed(failure(FailureReason::VaultUnavailable));
    life.report(refused());
    let disable = C::Disable { reason: why() };
    assert_eq!(life.does(disable), ["disabled", "order-issued"]);
    let order = life.outstanding().expect("an order");
    assert!(!order.moves_secret && !order.desired.enabled);
    let applied = Outcome::Applied {
        object: id("object"),
        secret: None,
    };
    assert_eq!(
        life.report(applied),
        ["order-applied", "order-issued"],
        "the directory is as wanted, and the vault is asked once more"
    );
    assert!(life.outstanding().expect("an order").moves_secret);
    life.report(refused());
    let failure = life.managed().directory.failure.clone();
    assert_eq!(
        failure.map(|failure| failure.reason),
        Some(FailureReason::VaultUnavailable),
        "and people see that the secret did not move"
    );
    assert_eq!(life.does(C::RetryFailed), ["order-retried", "order-issued"]);
}

#[test]
fn whether_it_may_change_its_own_password_follows_the_template() {
    let mut life = Life::live(Action::Disable);
    let mut strict = other(Action::Disable);
    strict.directory.cannot_change_password = true;
    let denied = |life: &Life| life.outstanding().map(|o| o.desired.cannot_change_password);
    let command = to(&mut life, strict, migration());
    life.run(command).expect("migrated");
    assert_eq!(denied(&life), Some(Some(true)));
    life.applied();
    let command = to(&mut life, other(Action::Disable), migration());
    life.run(command).expect("migrated");
    assert_eq!(denied(&life), Some(Some(false)), "lifted, not forgotten");
}
