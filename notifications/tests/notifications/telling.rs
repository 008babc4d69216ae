//! Who gets a mail as a request becomes an account and reaches its end.

use crate::world::{World, id, until};
use tenure_domain::{
    UserId,
    account::AccountCommand,
    email_template::{EmailTemplate, EmailTemplateCommand, id_of},
    group::{Group, GroupCommand},
    ownership::Owner,
    request::RequestCommand,
    user::{User, UserCommand},
};
use tenure_eventstore::state::{CodePurpose, InboxFilter};
use tenure_notifications::Delivery;

/// Once `count` mails went out: to whom, about what.
async fn told(delivery: &Delivery, count: usize) -> Vec<String> {
    until(
        &format!(
            "{count} mails, of which there are {:?}",
            delivery.captured_count()
        ),
        async || (delivery.captured_count() >= count).then_some(()),
    )
    .await;
    let mut mails: Vec<_> = delivery
        .captured()
        .into_iter()
        .map(|mail| {
            (
                mail.position,
                format!("{}: {}", mail.recipient, mail.subject),
            )
        })
        .collect();
    mails.sort();
    mails.into_iter().map(|(_, mail)| mail).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_concerned_is_told_and_nobody_else() {
    let world = World::new().await;
    let delivery = Delivery::capture();
    world.notify(&delivery);
    world.begun().await;
    world.submit().await;
    world.approve("bob").await;
    world.approve("dave").await;
    world
        .account(AccountCommand::Create, "2026-01-15T09:00:00Z")
        .await;
    world
        .request("alice", RequestCommand::BeginProvisioning)
        .await;
    world.applied("2026-01-15T09:00:00Z").await;
    world.request("alice", RequestCommand::Complete).await;
    let owners = vec![
        Owner::User(UserId(id("alice"))),
        Owner::Group(id("security").into()),
    ];
    world
        .account(AccountCommand::ChangeOwners(owners), "2026-01-16T09:00:00Z")
        .await;
    let end = "2026-04-15T00:00:00Z";
    world
        .account(AccountCommand::ReachEnd(end.parse().unwrap()), end)
        .await;
    let mut expected = vec![
        "bob@example.com: Approval needed: svc-backup",
        "carol@example.com: Approval needed: svc-backup",
        "dave@example.com: Approval needed: svc-backup",
        "alice@example.com: Request approved: svc-backup",
        "alice@example.com: Account provisioned: svc-backup",
    ];
    // Olga owns nothing: the template names her.
    let owners = ["alice", "carol", "dave", "olga"];
    let to_owners: Vec<String> = [
        "Ownership changed: svc-backup",
        "Renewal is open: svc-backup",
        "Lifecycle end reached: svc-backup",
    ]
    .iter()
    .flat_map(|subject| owners.map(|name| format!("{name}@example.com: {subject}")))
    .collect();
    expected.extend(to_owners.iter().map(String::as_str));
    assert_eq!(told(&delivery, expected.len()).await, expected);
    let mail = delivery
        .captured()
        .into_iter()
        .find(|mail| mail.subject.starts_with("Lifecycle end"))
        .unwrap();
    assert!(
        mail.text
            .contains("14 April 2026 (until 2026-04-15 00:00 UTC)"),
        "{}",
        mail.text
    );
    assert!(
        mail.text.contains(&format!(
            "https://tenure.example.com/accounts/{}",
            id("account")
        )),
        "{}",
        mail.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_person_and_the_members_of_a_disabled_group_are_told_nothing() {
    let world = World::new().await;
    let delivery = Delivery::capture();
    world
        .run::<User>(id("bob"), UserCommand::Disable, Default::default())
        .await;
    world
        .run::<Group>(id("security"), GroupCommand::Disable, Default::default())
        .await;
    world.notify(&delivery);
    world.begun().await;
    world.submit().await;
    world.person("eve").await;
    assert_eq!(
        told(&delivery, 1).await,
        ["eve@example.com: Welcome to Tenure"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_news_is_not_told_and_a_restart_tells_nothing_twice() {
    let world = World::new().await;
    assert_eq!(
        world.events_named("user.registered").await,
        6,
        "there is history already"
    );
    let delivery = Delivery::capture();
    let (cancel, running) = world.notify(&delivery);
    world.begun().await;
    world.person("eve").await;
    told(&delivery, 1).await;
    cancel.cancel();
    running.await.unwrap();
    world.person("frank").await;
    world.notify(&delivery);
    let expected = [
        "eve@example.com: Welcome to Tenure",
        "frank@example.com: Welcome to Tenure",
    ];
    assert_eq!(told(&delivery, 2).await, expected);
    world.views.rebuild(None, |_| {}).await.unwrap();
    world.person("grace").await;
    assert_eq!(
        told(&delivery, 3).await.len(),
        3,
        "a rebuild tells nobody anything"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_mailed_is_in_the_inbox_too_and_stays_there_when_the_mail_is_switched_off() {
    let world = World::new().await;
    let delivery = Delivery::capture();
    world.notify(&delivery);
    world.begun().await;
    let facts = tenure_domain::email_template::EmailTemplateFacts {
        notice: "request-approved".into(),
        on_by_default: true,
        problems: vec![],
    };
    world
        .run::<EmailTemplate>(
            id_of("request-approved").0,
            EmailTemplateCommand::SwitchOff,
            facts,
        )
        .await;
    world.submit().await;
    world.approve("bob").await;
    world.approve("dave").await;
    let inbox = async |name: &str| {
        let tables = world.store.state_tables();
        let person = UserId(id(name));
        tables
            .inbox(person, &InboxFilter::default(), 100)
            .await
            .unwrap()
    };
    let told_alice = until("alice is told", async || {
        inbox("alice").await.into_iter().next()
    })
    .await;
    assert_eq!(told_alice.title, "Request approved: svc-backup");
    assert_eq!(
        (told_alice.notice.as_str(), told_alice.category.as_str()),
        ("request-approved", "request")
    );
    assert_eq!(inbox("bob").await[0].title, "Approval needed: svc-backup");
    let expected = [
        "bob@example.com: Approval needed: svc-backup",
        "carol@example.com: Approval needed: svc-backup",
        "dave@example.com: Approval needed: svc-backup",
    ];
    assert_eq!(told(&delivery, 3).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_person_gets_a_code_of_which_only_the_hash_is_kept() {
    let world = World::new().await;
    let delivery = Delivery::capture();
    world.notify(&delivery);
    world.begun().await;
    world.person("eve").await;
    told(&delivery, 1).await;
    let mail = delivery.captured().pop().unwrap();
    let (_, code) = mail.text.split_once("The code is ").unwrap();
    let code = code.split('.').next().unwrap();
    assert!(
        mail.text.contains(&format!("/welcome#{code}")),
        "{}",
        mail.text
    );
    let hash = <sha2::Sha256 as sha2::Digest>::digest(code);
    let tables = world.store.state_tables();
    let now = tenure_eventstore::Clock::now(&tenure_eventstore::SystemClock);
    let used = tables
        .use_code(&hash.into(), CodePurpose::FirstPassword, now)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (used.user, used.email.as_str()),
        (UserId(id("eve")), "eve@example.com")
    );
}
