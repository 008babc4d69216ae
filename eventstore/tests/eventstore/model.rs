//! Random commands from two handles, against a model in memory: both stores do what the model does.

use crate::support::*;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tenure_domain::group::{Group, GroupCommand};
use tenure_eventstore::{EventStore, ExecuteError, Execution};
use uuid::Uuid;

/// A command: which handle, which group, what, with which key, on which known version of which other group.
#[derive(Clone, Debug)]
struct Step {
    handle: usize,
    group: u8,
    what: What,
    key: Option<u8>,
    fact: Option<(u8, bool)>,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Create(u8),
    Rename(u8),
    Add(u8),
    Remove(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let what = prop_oneof![
        2 => (0..6u8).prop_map(What::Create),
        2 => (0..6u8).prop_map(What::Rename),
        4 => (0..4u8).prop_map(What::Add),
        3 => (0..4u8).prop_map(What::Remove),
    ];
    let step = (
        0..2usize,
        0..5u8,
        what,
        proptest::option::weighted(0.4, 0..12u8),
        proptest::option::weighted(0.2, (0..5u8, any::<bool>())),
    )
        .prop_map(|(handle, group, what, key, fact)| Step {
            handle,
            group,
            what,
            key,
            fact,
        });
    proptest::collection::vec(step, 1..60)
}

#[derive(Default)]
struct Model {
    groups: BTreeMap<u8, (u8, BTreeSet<u8>, u64)>,
    names: HashMap<u8, u8>,
    keys: HashMap<u8, (String, u64)>,
    head: u64,
}

#[derive(Debug, PartialEq)]
enum Expected {
    Appended(u64),
    Nothing,
    Repeated(u64),
    Refused,
    NameTaken,
    FactChanged,
    KeyReused,
}

impl Model {
    fn version(&self, group: u8) -> u64 {
        self.groups
            .get(&group)
            .map_or(0, |(_, _, version)| *version)
    }

    fn step(&mut self, step: &Step) -> Expected {
        let body = format!("{} {:?}", step.group, step.what);
        if let Some(key) = step.key
            && let Some((known, position)) = self.keys.get(&key)
        {
            return if *known == body {
                Expected::Repeated(*position)
            } else {
                Expected::KeyReused
            };
        }
        let stale_fact = step.fact.is_some_and(|(_, right)| !right);
        // One that relies on itself sees its own version.
        let known = self.groups.get(&step.group).cloned();
        let (next, claim) = match (&known, &step.what) {
            (None, What::Create(name)) => ((*name, BTreeSet::new(), 0), Some(*name)),
            (None, _) => {
                return if stale_fact {
                    Expected::FactChanged
                } else {
                    Expected::Refused
                };
            }
            (Some((name, ..)), What::Create(same)) if name == same => return nothing(stale_fact),
            (Some(_), What::Create(_)) => {
                return if stale_fact {
                    Expected::FactChanged
                } else {
                    Expected::Refused
                };
            }
            (Some((name, ..)), What::Rename(same)) if name == same => return nothing(stale_fact),
            (Some((_, members, version)), What::Rename(name)) => {
                ((*name, members.clone(), *version), Some(*name))
            }
            (Some((_, members, _)), What::Add(user)) if members.contains(user) => {
                return nothing(stale_fact);
            }
            (Some((_, members, _)), What::Remove(user)) if !members.contains(user) => {
                return nothing(stale_fact);
            }
            (Some((name, members, version)), What::Add(user)) => {
                let mut members = members.clone();
                members.insert(*user);
                ((*name, members, *version), None)
            }
            (Some((name, members, version)), What::Remove(user)) => {
                let mut members = members.clone();
                members.remove(user);
                ((*name, members, *version), None)
            }
        };
        if stale_fact {
            return Expected::FactChanged;
        }
        if let Some(name) = claim {
            if self
                .names
                .get(&name)
                .is_some_and(|holder| *holder != step.group)
            {
                return Expected::NameTaken;
            }
            self.names.retain(|_, holder| *holder != step.group);
            self.names.insert(name, step.group);
        }
        let (name, members, version) = next;
        self.groups.insert(step.group, (name, members, version + 1));
        self.head += 1;
        if let Some(key) = step.key {
            self.keys.insert(key, (body, self.head));
        }
        Expected::Appended(self.head)
    }
}

fn nothing(stale_fact: bool) -> Expected {
    if stale_fact {
        Expected::FactChanged
    } else {
        Expected::Nothing
    }
}

fn id(run: Uuid, what: &str, number: u8) -> Uuid {
    tenure_domain::ids::derived(&[&run.to_string(), what, &number.to_string()])
}

async fn real(stores: &[EventStore; 2], run: Uuid, model: &Model, step: &Step) -> Expected {
    let user = |user: &u8| tenure_domain::UserId(id(run, "user", *user));
    let name = |name: &u8| format!("{run} {name}");
    let what = match &step.what {
        What::Create(n) => GroupCommand::Create { name: name(n) },
        What::Rename(n) => GroupCommand::Rename { name: name(n) },
        What::Add(n) => GroupCommand::AddMember(user(n)),
        What::Remove(n) => GroupCommand::RemoveMember(user(n)),
    };
    let mut execution: Execution<Group> = command(id(run, "group", step.group), what);
    let mut body = [0; 32];
    let text = format!("{} {:?}", step.group, step.what);
    body[..text.len()].copy_from_slice(text.as_bytes());
    execution.key = step.key.map(|key| tenure_eventstore::CommandKey {
        id: id(run, "key", key),
        body,
    });
    execution.fact_versions = step
        .fact
        .map(|(group, right)| tenure_eventstore::FactVersion {
            kind: "group",
            id: id(run, "group", group),
            version: model.version(group) + u64::from(!right),
        })
        .into_iter()
        .collect();
    match stores[step.handle].execute(execution).await {
        Ok(done) if done.repeated => Expected::Repeated(done.position),
        Ok(done) if done.events.is_empty() => Expected::Nothing,
        Ok(done) => Expected::Appended(done.position),
        Err(ExecuteError::Refused(_)) => Expected::Refused,
        Err(ExecuteError::NameTaken { .. }) => Expected::NameTaken,
        Err(ExecuteError::FactChanged { .. }) => Expected::FactChanged,
        Err(ExecuteError::KeyReused) => Expected::KeyReused,
        Err(other) => panic!("{other:?}"),
    }
}

on_every_store! {
    async fn a_store_does_what_the_model_does(backend: Backend) {
        let stores = [backend.open().await, backend.open().await];
        let mut offset = 0;
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        for _ in 0..25 {
            let run = tenure_eventstore::new_id();
            let steps = steps().new_tree(&mut runner).expect("steps").current();
            let mut model = Model { head: offset, ..Model::default() };
            for (n, step) in steps.iter().enumerate() {
                let found = real(&stores, run, &model, step).await;
                assert_eq!(found, model.step(step), "step {n} of {steps:#?}");
            }
            for (group, (name, members, version)) in &model.groups {
                let loaded = stores[0].state::<Group>(id(run, "group", *group)).await.expect("state");
                assert_eq!(loaded.version, *version);
                assert_eq!(loaded.state.name, Some(format!("{run} {name}")));
                assert_eq!(loaded.state.members.len(), members.len());
            }
            offset = model.head;
        }
        assert_eq!(stores[1].verify(|_| ()).await.expect("verify").head.position, offset);
    }
}
