//! Thousands of people, hundreds of groups, a thousand templates.

use super::{Size, all, choice, execute, id};
use crate::demo::{DemoError, people, say};
use chrono::{DateTime, Utc};
use futures::stream;
use std::sync::Arc;
use tenure_domain::{
    Actor, GroupId, TemplateId, UserId,
    group::{Group, GroupCommand},
    lifecycle::EndOfLifecycleAction,
    role::BuiltInRole,
    template::{Template, TemplateCommand, TemplateContent},
    user::{PersonalData, User, UserCommand},
};
use tenure_eventstore::{EventStore, Execution};

const FIRST: &[&str] = &[
    "Ada", "Anton", "Beatriz", "Chen", "Dalia", "Emre", "Fatima", "Grace", "Hiro", "Ines", "Jonas",
    "Kofi", "Lena", "Mei", "Noor", "Olga", "Pavel", "Quentin", "Rosa", "Søren", "Tomás", "Uma",
    "Viktor", "Wanda", "Xenia", "Yuki", "Zoë", "Łukasz", "Björn", "Aoife",
];
const LAST: &[&str] = &[
    "Adeyemi",
    "Berg",
    "Castro",
    "Dubois",
    "Eriksson",
    "Fischer",
    "García",
    "Haddad",
    "Ivanova",
    "Jansen",
    "Kowalski",
    "Lefèvre",
    "Mensah",
    "Novák",
    "O'Brien",
    "Petrov",
    "Quispe",
    "Rossi",
    "Schmidt",
    "Tanaka",
    "Ueda",
    "Vargas",
    "Weber",
    "Xu",
    "Yılmaz",
    "Zhang",
    "Østergaard",
    "Müller",
    "Silva",
    "Khan",
];
const TEAMS: &[&str] = &[
    "Platform",
    "Databases",
    "Finance",
    "Logistics",
    "Sales",
    "Research",
    "Security",
    "Payroll",
];
const PLACES: &[&str] = &[
    "Berlin", "Lyon", "Kraków", "Porto", "Oslo", "Dublin", "Graz", "Delft", "Turku", "Brno",
];

pub(super) fn user(n: usize) -> UserId {
    UserId(id("user", n))
}

pub(super) fn group(n: usize) -> GroupId {
    GroupId(id("group", n))
}

pub(super) fn template(n: usize) -> TemplateId {
    TemplateId(id("template", n))
}

/// Is it a draft that was never published?
pub(super) fn is_draft(n: usize) -> bool {
    n % 20 == 19
}

pub(super) fn email(n: usize) -> String {
    format!("person-{n}@demo.example")
}

fn system() -> Actor {
    Actor::system("demo")
}

/// Makes them.
pub(super) async fn settle(
    store: &EventStore,
    size: Size,
    at: DateTime<Utc>,
) -> Result<(), DemoError> {
    say(format_args!("  {} people …", size.users));
    all(stream::iter(0..size.users).map_store(store, move |store, n| register(store, n, at)))
        .await?;
    say(format_args!("  {} groups …", size.groups));
    all(stream::iter(0..size.groups).map_store(store, move |store, n| found(store, n, size, at)))
        .await?;
    say(format_args!("  {} templates …", size.templates));
    all(stream::iter(0..size.templates).map_store(store, move |store, n| write(store, n, size, at)))
        .await
}

async fn register(store: EventStore, n: usize, at: DateTime<Utc>) -> Result<(), DemoError> {
    let (first, last) = (
        FIRST[choice(n, 1, FIRST.len())],
        LAST[choice(n, 2, LAST.len())],
    );
    let personal = PersonalData {
        display_name: format!("{first} {last}"),
        emails: vec![email(n)],
        ..PersonalData::default()
    };
    on::<User>(&store, user(n).0, UserCommand::Register(personal), at).await?;
    if n.is_multiple_of(20) {
        on::<User>(
            &store,
            user(n).0,
            UserCommand::GrantRole(BuiltInRole::Approver.id()),
            at,
        )
        .await?;
    }
    if n % 50 == 49 {
        on::<User>(&store, user(n).0, UserCommand::Disable, at).await?;
    }
    Ok(())
}

async fn found(
    store: EventStore,
    n: usize,
    size: Size,
    at: DateTime<Utc>,
) -> Result<(), DemoError> {
    let (team, place) = (
        TEAMS[n % TEAMS.len()],
        PLACES[(n / TEAMS.len()) % PLACES.len()],
    );
    let name = format!("{team} {place} {n}");
    on::<Group>(&store, group(n).0, GroupCommand::Create { name }, at).await?;
    for member in 0..5 + choice(n, 3, 30) {
        let member = user(choice(n * 64 + member, 4, size.users));
        on::<Group>(&store, group(n).0, GroupCommand::AddMember(member), at).await?;
    }
    if n % 40 == 39 {
        on::<Group>(&store, group(n).0, GroupCommand::Disable, at).await?;
    }
    Ok(())
}

/// What the `n`-th template says.
pub(super) fn content(n: usize, size: Size) -> Arc<TemplateContent> {
    let action = EndOfLifecycleAction::ALL[n % EndOfLifecycleAction::ALL.len()];
    let (domain, base_dn) = people::DOMAINS[choice(n, 5, people::DOMAINS.len())];
    let mut content = people::template_content(domain, base_dn, action);
    content.name = format!("{} {} {n}", TEAMS[choice(n, 6, TEAMS.len())], content.name);
    for (nth, step) in content.approval.steps.iter_mut().enumerate() {
        step.groups = vec![group(choice(n, 7 + nth, size.groups))];
    }
    // Nobody is there to read tens of thousands of reminders.
    content.lifecycle.remind_every_days = None;
    content.lifecycle.urgent = None;
    content.lifecycle.stop_reminding_after_days = None;
    Arc::new(content)
}

async fn write(
    store: EventStore,
    n: usize,
    size: Size,
    at: DateTime<Utc>,
) -> Result<(), DemoError> {
    let draft = TemplateCommand::Draft(Box::new((*content(n, size)).clone()));
    on::<Template>(&store, template(n).0, draft, at).await?;
    if is_draft(n) {
        return Ok(());
    }
    on::<Template>(&store, template(n).0, TemplateCommand::Publish, at).await
}

/// Some take no requests any more: known only once everybody has asked.
pub(super) async fn close(
    store: &EventStore,
    size: Size,
    at: DateTime<Utc>,
) -> Result<(), DemoError> {
    let closed = (0..size.templates).filter(|n| n % 20 == 7);
    all(
        stream::iter(closed).map_store(store, move |store, n| async move {
            on::<Template>(&store, template(n).0, TemplateCommand::Disable, at).await
        }),
    )
    .await
}

async fn on<A>(
    store: &EventStore,
    id: uuid::Uuid,
    command: A::Command,
    at: DateTime<Utc>,
) -> Result<(), DemoError>
where
    A: tenure_domain::Stream<Facts: Default>,
    A::Command: Clone,
{
    let execution = Execution::<A> {
        now: Some(at),
        ..Execution::new(id, command, A::Facts::default(), system())
    };
    execute(store, execution).await
}

/// A stream of what is to be done with the store.
trait MapStore: futures::Stream<Item = usize> + Sized {
    fn map_store<F, R>(self, store: &EventStore, make: F) -> impl futures::Stream<Item = R>
    where
        F: Fn(EventStore, usize) -> R,
    {
        let store = store.clone();
        futures::StreamExt::map(self, move |n| make(store.clone(), n))
    }
}

impl<S: futures::Stream<Item = usize>> MapStore for S {}
