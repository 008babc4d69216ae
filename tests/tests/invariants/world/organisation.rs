//! Who and what there is at the beginning of a run.

use super::{BASES, World, domain, engine, group, publish, template, user};
use crate::{
    draw::{GROUPS, PEOPLE},
    model::{self, TEMPLATES},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use tenure_domain::{
    Actor,
    directory::{DomainCommand, DomainContent, DomainKind},
    engine::{EngineCommand, EngineContent},
    group::GroupCommand,
    role::BuiltInRole,
    user::{PersonalData, UserCommand},
};
use tenure_workflow::Caller;

impl World {
    pub(super) async fn people(&self) {
        let (instance, setup) = (self.instance(), Caller::new(Actor::system("setup")));
        let commands = &instance.commands;
        commands.install_built_ins().await.unwrap();
        for n in 0..PEOPLE {
            let personal = PersonalData {
                display_name: format!("Person {n}"),
                emails: vec![format!("person-{n}@example.com")],
                ..PersonalData::default()
            };
            commands
                .user(user(n), UserCommand::Register(personal), &setup)
                .await
                .unwrap();
            for role in [BuiltInRole::Requester, BuiltInRole::Approver] {
                commands
                    .user(user(n), UserCommand::GrantRole(role.id()), &setup)
                    .await
                    .unwrap();
            }
        }
        let administrator = UserCommand::GrantRole(BuiltInRole::SystemAdministrator.id());
        commands.user(user(0), administrator, &setup).await.unwrap();
        for (n, members) in GROUPS.iter().enumerate() {
            let name = format!("Group {n}");
            commands
                .group(group(n), GroupCommand::Create { name }, &setup)
                .await
                .unwrap();
            for member in *members {
                commands
                    .group(group(n), GroupCommand::AddMember(user(*member)), &setup)
                    .await
                    .unwrap();
            }
        }
        for (n, base_dn) in BASES.iter().enumerate() {
            let content = DomainContent {
                name: format!("domain-{n}.example.com"),
                kind: DomainKind::Sandbox,
                base_dn: (*base_dn).into(),
            };
            commands
                .domain(domain(n), DomainCommand::Register(content), &setup)
                .await
                .unwrap();
            let content = EngineContent {
                name: format!("engine {n}"),
                domain: domain(n),
                public_key: BASE64_STANDARD.encode(self.engines[n].public_key()),
            };
            commands
                .engine(engine(n), EngineCommand::Register(content), &setup)
                .await
                .unwrap();
        }
        for n in 0..TEMPLATES {
            for command in publish(n, &model::template(n)) {
                commands
                    .template(template(n), command, &setup)
                    .await
                    .unwrap();
            }
        }
    }
}
