//! Names that must be unique: claimed and freed in the transaction of the event that does so.

use crate::support::*;
use futures::future::join_all;
use tenure_domain::{
    AccountId, Actor, UserId,
    group::Group,
    lifecycle::EndOfLifecycleAction,
    period::Period,
    request::{
        OfferedTemplate, Request, RequestCommand, RequestContent, RequestFacts, RequestKind,
        RequestRefusal, RevivableName,
    },
    template::{
        AccountType, ApprovalFlow, ApprovalStep, DirectorySection, LifecycleSection,
        OwnershipSection, TemplateContent, VaultSection,
    },
    user::{User, UserCommand},
};
use tenure_eventstore::{EventStore, ExecuteError, Execution, new_id};

fn register(id: uuid::Uuid, email: &str) -> Execution<User> {
    Execution::new(
        id,
        UserCommand::Register(person("Ada", email)),
        Default::default(),
        system(),
    )
}

fn change(id: uuid::Uuid, email: &str) -> Execution<User> {
    Execution::new(
        id,
        UserCommand::ChangePersonalData(person("Ada", email)),
        Default::default(),
        system(),
    )
}

fn taken(
    outcome: Result<
        tenure_eventstore::Executed<Group>,
        ExecuteError<tenure_domain::group::GroupRefusal>,
    >,
) -> bool {
    matches!(outcome, Err(ExecuteError::NameTaken { .. }))
}

/// A submitted request for the account `svc-backup`, by an id of its own; a clone of `clone_of`, which is marked deleted.
async fn submit(
    store: &EventStore,
    request: uuid::Uuid,
    account: AccountId,
    clone_of: Option<AccountId>,
) -> Result<(), ExecuteError<RequestRefusal>> {
    let template = TemplateContent {
        name: "Backup".into(),
        purpose: String::new(),
        account_type: AccountType::AdUser,
        action: EndOfLifecycleAction::Delete,
        terms_of_service: None,
        vault: VaultSection::default(),
        directory: DirectorySection::default(),
        ownership: OwnershipSection::default(),
        lifecycle: LifecycleSection {
            periods: vec![Period::days(90)],
            ..LifecycleSection::default()
        },
        drift: Default::default(),
        approval: ApprovalFlow {
            steps: vec![ApprovalStep::default()],
            ..ApprovalFlow::default()
        },
    };
    let content = RequestContent {
        kind: RequestKind::NewAccount,
        template: new_id().into(),
        name: "svc-backup".into(),
        owners: vec![],
        period: None,
        justification: String::new(),
        description: String::new(),
        attributes: Default::default(),
        groups: None,
        clone_of,
        terms_accepted: false,
        ..RequestContent::default()
    };
    let facts = RequestFacts {
        template: Some(OfferedTemplate {
            id: content.template,
            version: 1,
            content: template.into(),
        }),
        domain_enabled: true,
        ..facts_of(clone_of)
    };
    let draft = RequestCommand::Draft {
        account,
        content: Box::new(content),
    };
    ask(store, request, draft, facts.clone()).await?;
    ask(store, request, RequestCommand::Submit, facts).await
}

fn facts_of(deleted: Option<AccountId>) -> RequestFacts {
    RequestFacts {
        revivable: deleted.map(|account| RevivableName {
            account,
            domain: DirectorySection::default().domain,
            name: "svc-backup".into(),
            account_type: AccountType::AdUser,
        }),
        ..RequestFacts::default()
    }
}

async fn ask(
    store: &EventStore,
    request: uuid::Uuid,
    command: RequestCommand,
    facts: RequestFacts,
) -> Result<(), ExecuteError<RequestRefusal>> {
    let by = Actor::User(UserId::default());
    let execution = Execution::<Request>::new(request, command, facts, by);
    store.execute(execution).await.map(drop)
}

on_every_store! {
    async fn a_name_passes_on_in_one_append_and_back_again(backend: Backend) {
        let store = backend.open().await;
        let [old, new, other] = [(); 3].map(|()| AccountId(new_id()));
        let taken = |outcome| matches!(outcome, Err(ExecuteError::NameTaken { .. }));
        submit(&store, new_id(), old, None).await.expect("held by the old account");
        assert!(taken(submit(&store, new_id(), other, None).await));
        let revival = new_id();
        submit(&store, revival, new, Some(old)).await.expect("passed on");
        assert!(taken(submit(&store, new_id(), other, Some(old)).await), "the old account has it no more");
        assert_eq!(number(&store, "SELECT count(*) FROM reservations").await, 1);
        ask(&store, revival, RequestCommand::Withdraw, facts_of(Some(old))).await.expect("withdrawn");
        assert!(taken(submit(&store, new_id(), other, None).await), "the old account has it again");
        submit(&store, new_id(), other, Some(old)).await.expect("passed on once more");
    }

    async fn a_name_is_held_by_one_and_free_again_when_given_up(backend: Backend) {
        let store = backend.open().await;
        let (first, second) = (new_id(), new_id());
        run(&store, create(first, "auditors")).await;
        match store.execute(create(second, "auditors")).await {
            Err(ExecuteError::NameTaken { scope, key }) => {
                assert_eq!((scope.as_str(), key.as_str()), ("name:group", "auditors"));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(store.head().await.expect("head").position, 1);
        run(&store, rename(first, "controllers")).await;
        run(&store, create(second, "auditors")).await;
        assert!(taken(store.execute(rename(first, "auditors")).await));
        // What it holds already it may claim again.
        run(&store, rename(second, "Auditors")).await;
    }

    async fn of_many_who_claim_a_name_at_once_one_gets_it(backend: Backend) {
        let stores = [backend.open().await, backend.open().await];
        for round in 0..5 {
            let name = format!("wanted {round}");
            let claims = (0..12).map(|n| stores[n % 2].execute(create(new_id(), &name)));
            let outcomes = join_all(claims).await;
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
            assert!(outcomes.into_iter().all(|outcome| outcome.is_ok() || taken(outcome)));
        }
        assert_eq!(number(&stores[0], "SELECT count(*) FROM reservations").await, 5);
    }

    async fn a_name_passes_from_hand_to_hand_within_a_batch(backend: Backend) {
        let store = backend.open().await;
        let groups: Vec<_> = join_all((0..10).map(|_| group(&store))).await;
        // All at once: each claims what another may be giving up. Whatever the order, nobody shares a name.
        for round in 0..6 {
            let renames = groups.iter().enumerate().map(|(n, id)| store.execute(rename(*id, &format!("seat {}", (n + round) % 10))));
            for outcome in join_all(renames).await {
                assert!(outcome.is_ok() || taken(outcome));
            }
            let mut names = Vec::new();
            for id in &groups {
                names.push(store.state::<Group>(*id).await.expect("state").state.name.clone());
            }
            names.sort();
            names.dedup();
            assert_eq!(names.len(), 10);
        }
        assert_eq!(number(&store, "SELECT count(*) FROM reservations").await, 10);
    }

    async fn an_address_is_unique_without_being_stored_in_clear(backend: Backend) {
        let store = backend.open().await;
        let (ada, bob) = (new_id(), new_id());
        store.execute(register(ada, "ada@example.org")).await.expect("registered");
        assert!(matches!(
            store.execute(register(bob, "Ada@Example.org")).await,
            Err(ExecuteError::NameTaken { .. })
        ));
        let clear = "SELECT count(*) FROM reservations WHERE key = CAST('ada@example.org' AS blob)";
        let clear = if matches!(store.database(), tenure_eventstore::Database::Postgres(_)) {
            "SELECT count(*) FROM reservations WHERE key = 'ada@example.org'::bytea"
        } else {
            clear
        };
        assert_eq!(number(&store, clear).await, 0);
        store.execute(change(ada, "lovelace@example.org")).await.expect("changed");
        store.execute(register(bob, "ada@example.org")).await.expect("free again");
    }
}
