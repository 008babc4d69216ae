//! A history to read: people, one template, and accounts that were asked for, approved, provisioned, disabled, enabled
//! and handed over, sixteen events each; made by the rules of domain like any other history, many callers at once. What
//! people write is as long as it takes for payloads of 600 bytes on average, as in the append rows.

use crate::{Failure, workload};
use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use tenure_domain::{
    AccountId, Actor, EngineId, RequestId, Stream, UserId,
    account::{Account, AccountCommand, AccountFacts},
    directory::{Domain, DomainCommand, DomainContent, DomainKind},
    group::{Group, GroupCommand},
    ids::derived,
    order::{Outcome, Report, SecretReference},
    ownership::Owner,
    request::{Request, RequestCommand, RequestFacts},
    template::{Template, TemplateCommand, TemplateFacts},
    user::{PersonalData, User, UserCommand},
};
use tenure_eventstore::{EventStore, Execution, new_id};
use uuid::Uuid;

/// Accounts in the making at once.
const AT_ONCE: usize = 512;
/// Events of one account and its request, when it has lived through everything here.
pub(crate) const EVENTS_OF_A_LIFE: usize = 16;

/// Length of a justification, and of comments and reasons.
const JUSTIFICATION: usize = 1480;
const REASON: usize = 900;

fn words(text: &str) -> String {
    text.chars().cycle().take(REASON).collect()
}

/// How much an account lives through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// Asked for and provisioned.
    Short,
    /// Disabled, enabled and handed over too: [`EVENTS_OF_A_LIFE`].
    Long,
}

/// People, domain, template.
pub(crate) async fn settle(store: &EventStore, domain: DomainContent) -> Result<(), Failure> {
    let base_dn = domain.base_dn.clone();
    let admin = || Actor::system("bench");
    for (id, name, email) in [
        (
            workload::requester(),
            "Rosa Requester",
            "rosa@bench.example",
        ),
        (
            workload::approver(),
            "Anton Approver",
            "anton@bench.example",
        ),
        (heir(), "Olga Owner", "olga@bench.example"),
    ] {
        let person = PersonalData {
            display_name: name.into(),
            emails: vec![email.into()],
            ..PersonalData::default()
        };
        execute::<User>(
            store,
            id.0,
            UserCommand::Register(person),
            Default::default(),
            admin(),
        )
        .await?;
    }
    let group = workload::approvers().0;
    execute::<Group>(
        store,
        group,
        GroupCommand::Create {
            name: "Approvers".into(),
        },
        Default::default(),
        admin(),
    )
    .await?;
    execute::<Group>(
        store,
        group,
        GroupCommand::AddMember(workload::approver()),
        Default::default(),
        admin(),
    )
    .await?;
    execute::<Domain>(
        store,
        workload::domain().0,
        DomainCommand::Register(domain),
        (),
        admin(),
    )
    .await?;
    let template = workload::template().0;
    let content = Box::new(workload::template_content(&base_dn));
    execute::<Template>(
        store,
        template,
        TemplateCommand::Draft(content),
        TemplateFacts::default(),
        admin(),
    )
    .await?;
    let facts = TemplateFacts::default();
    execute::<Template>(store, template, TemplateCommand::Publish, facts, admin()).await
}

/// A domain that is nowhere but here.
pub(crate) fn sandbox() -> DomainContent {
    DomainContent {
        name: "bench.example".into(),
        kind: DomainKind::Sandbox,
        base_dn: "DC=bench,DC=example".into(),
    }
}

/// So many accounts, each with its request.
pub(crate) async fn accounts(store: &EventStore, count: usize, life: Life) -> Result<(), Failure> {
    let facts = workload::facts();
    stream::iter(0..count)
        .map(|_| tokio::spawn(account(store.clone(), facts.clone(), life)))
        .buffer_unordered(AT_ONCE)
        .map(|done| done.map_err(Failure::from).and_then(|done| done))
        .try_for_each(async |()| Ok(()))
        .await
}

async fn account(store: EventStore, facts: RequestFacts, life: Life) -> Result<(), Failure> {
    let store = &store;
    let (request, account) = (new_id(), new_id());
    let requester = || Actor::User(workload::requester());
    let system = || Actor::system("account-lifecycle");
    let draft = RequestCommand::Draft {
        account: AccountId(account),
        content: Box::new(workload::content(account, JUSTIFICATION)),
    };
    execute::<Request>(store, request, draft, RequestFacts::default(), requester()).await?;
    execute::<Request>(store, request, RequestCommand::Submit, facts, requester()).await?;
    let of_approver = RequestFacts {
        actor_groups: vec![workload::approvers()],
        ..RequestFacts::default()
    };
    let approve = RequestCommand::Approve {
        comment: Some(words("Makes sense. ")),
    };
    execute::<Request>(
        store,
        request,
        approve,
        of_approver,
        Actor::User(workload::approver()),
    )
    .await?;
    let now = store.clock().now();
    let mut approved = AccountFacts::new(1, now);
    let state = store.cached_state::<Request>(request).await?.state;
    approved.approved = state
        .submission()
        .map(|submission| (RequestId(request), submission.clone()));
    execute::<Account>(store, account, AccountCommand::Create, approved, system()).await?;
    execute::<Request>(
        store,
        request,
        RequestCommand::BeginProvisioning,
        RequestFacts::default(),
        system(),
    )
    .await?;
    report(store, account, now).await?;
    execute::<Request>(
        store,
        request,
        RequestCommand::Complete,
        RequestFacts::default(),
        system(),
    )
    .await?;
    if life == Life::Long {
        let disable = AccountCommand::Disable {
            reason: words("Not needed until next quarter. "),
        };
        execute::<Account>(
            store,
            account,
            disable,
            AccountFacts::new(1, now),
            requester(),
        )
        .await?;
        report(store, account, now).await?;
        let enable = AccountCommand::Enable {
            reason: words("The quarter has begun. "),
        };
        execute::<Account>(
            store,
            account,
            enable,
            AccountFacts::new(1, now),
            requester(),
        )
        .await?;
        report(store, account, now).await?;
        let owners = AccountCommand::ChangeOwners(vec![Owner::User(heir())]);
        execute::<Account>(
            store,
            account,
            owners,
            AccountFacts::new(1, now),
            requester(),
        )
        .await?;
    }
    Ok(())
}

/// The engine says that the outstanding order is carried out.
async fn report(store: &EventStore, account: Uuid, now: DateTime<Utc>) -> Result<(), Failure> {
    let state = store.cached_state::<Account>(account).await?.state;
    let directory = state
        .managed()
        .map(|managed| &managed.directory)
        .ok_or("the account was not created")?;
    let report = Report {
        domain: workload::domain(),
        account: AccountId(account),
        number: directory.last_number,
        engine: engine(),
        at: now,
        outcome: Outcome::Applied {
            object: directory.object.unwrap_or(account),
            secret: Some(SecretReference {
                vault: "built-in".into(),
                path: account.to_string(),
            }),
        },
    };
    let command = AccountCommand::RecordReport(Box::new(report));
    execute::<Account>(
        store,
        account,
        command,
        AccountFacts::new(1, now),
        Actor::Engine(engine()),
    )
    .await
}

async fn execute<A: Stream>(
    store: &EventStore,
    id: Uuid,
    command: A::Command,
    facts: A::Facts,
    actor: Actor,
) -> Result<(), Failure>
where
    A::Command: Clone,
    A::Error: Send + Sync + 'static,
{
    store
        .execute(Execution::<A>::new(id, command, facts, actor))
        .await?;
    Ok(())
}

pub(crate) fn engine() -> EngineId {
    EngineId(derived(&["bench", "engine"]))
}

/// Who takes accounts over.
fn heir() -> UserId {
    UserId(derived(&["bench", "heir"]))
}
