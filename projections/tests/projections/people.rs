//! People, groups, roles, templates; approvals that wait for them; and what is left of the forgotten.

use crate::{on_both, world::World};
use tenure_domain::{
    Actor, GroupId, UserId,
    group::{GroupCommand, everyone},
    lifecycle::EndOfLifecycleAction,
    request::{RequestCommand, RequestStatus},
    template::{Template, TemplateCommand, TemplateFacts},
    user::{PersonalData, User, UserCommand},
};
use tenure_eventstore::new_id;
use tenure_projections::{Page, TemplateStatus, Voices, WaitingFilter};

on_both!(
    approvals_wait_for_people_and_for_members_of_groups,
    nobody_is_asked_to_decide_on_what_is_theirs,
    groups_and_members_follow_their_events,
    nothing_is_left_of_a_forgotten_person,
    a_template_shows_its_draft_and_its_versions,
    a_reopened_request_is_a_draft_again,
);

async fn approvals_wait_for_people_and_for_members_of_groups(world: World) {
    world.keep();
    let request = world.submit("svc-a").await;
    world.level().await;
    let waits = async |user, groups: &[GroupId]| {
        let page = world
            .views
            .waiting_for(&voices(user, groups), &any(), &Page::default())
            .await
            .unwrap();
        assert_eq!(
            world
                .views
                .waiting_count(&voices(user, groups))
                .await
                .unwrap(),
            page.total
        );
        page.rows.iter().map(|row| row.request).collect::<Vec<_>>()
    };
    let groups = [world.approvers, everyone()];
    assert_eq!(waits(world.bob, &[everyone()]).await, [request]);
    assert_eq!(waits(world.carol, &groups).await, [], "not her step yet");
    world
        .request(
            request,
            RequestCommand::Approve { comment: None },
            world.by(world.bob),
        )
        .await
        .unwrap();
    world.level().await;
    assert_eq!(waits(world.bob, &[]).await, []);
    assert_eq!(
        waits(world.carol, &groups).await,
        [request],
        "through her group"
    );
    assert_eq!(waits(world.carol, &[]).await, [], "she left the group");
    world
        .request(
            request,
            RequestCommand::Approve {
                comment: Some("ok".into()),
            },
            world.by(world.carol),
        )
        .await
        .unwrap();
    world.level().await;
    assert_eq!(waits(world.carol, &groups).await, []);
    let row = world.views.request(request).await.unwrap().unwrap();
    assert_eq!(row.status, RequestStatus::Approved);
    let given: Vec<_> = row
        .steps
        .iter()
        .flat_map(|step| &step.given)
        .map(|given| given.approver)
        .collect();
    assert_eq!(given, [world.bob, world.carol]);
    assert_eq!(row.steps[1].given[0].via, [world.approvers]);
    assert_eq!(row.steps[1].given[0].comment.as_deref(), Some("ok"));
}

async fn nobody_is_asked_to_decide_on_what_is_theirs(world: World) {
    world.keep();
    let mut content = world.asked("svc-a");
    content.owners = vec![world.owner(world.bob)];
    let request = world.draft(content).await;
    world
        .request(request, RequestCommand::Submit, world.by(world.alice))
        .await
        .unwrap();
    world.level().await;
    let page = Page::default();
    assert_eq!(
        world
            .views
            .waiting_for(&voices(world.bob, &[]), &any(), &page)
            .await
            .unwrap()
            .rows,
        [],
        "an owner named in it"
    );
    assert_eq!(
        world
            .views
            .waiting_for(&voices(world.alice, &[world.approvers]), &any(), &page)
            .await
            .unwrap()
            .rows,
        []
    );
    assert_eq!(
        world.views.waiting(&page).await.unwrap().rows.len(),
        1,
        "it waits all the same"
    );
}

async fn groups_and_members_follow_their_events(world: World) {
    world.keep();
    world
        .group(world.approvers, GroupCommand::AddMember(world.bob))
        .await;
    world
        .group(world.approvers, GroupCommand::RemoveMember(world.carol))
        .await;
    let renamed = GroupCommand::Rename {
        name: "Security team".into(),
    };
    world.group(world.approvers, renamed).await;
    world.level().await;
    assert_eq!(
        world.views.groups_of(world.bob).await.unwrap(),
        [world.approvers, everyone()]
    );
    assert_eq!(
        world.views.groups_of(world.carol).await.unwrap(),
        [everyone()]
    );
    assert_eq!(
        world.views.member_ids(world.approvers).await.unwrap(),
        [world.bob]
    );
    let members = async |group| {
        let page = world
            .views
            .members_of(group, &Page::default())
            .await
            .unwrap();
        assert_eq!(world.views.member_count(group).await.unwrap(), page.total);
        page.rows
            .into_iter()
            .map(|row| row.display_name)
            .collect::<Vec<_>>()
    };
    assert_eq!(members(world.approvers).await, ["Bob Brown"]);
    assert_eq!(
        members(everyone()).await,
        ["Alice Adams", "Bob Brown", "Carol Cole"]
    );
    assert_eq!(
        world
            .views
            .groups(Some("team"), &Page::default())
            .await
            .unwrap()
            .rows[0]
            .name,
        "Security team"
    );
    assert_eq!(
        world
            .views
            .groups(Some("approvers"), &Page::default())
            .await
            .unwrap()
            .rows,
        []
    );
}

async fn nothing_is_left_of_a_forgotten_person(world: World) {
    world.keep();
    let data = PersonalData {
        display_name: "Zoë Quigley-Featherstone".into(),
        emails: vec!["zoe.featherstone@example.com".into()],
        ..PersonalData::default()
    };
    let zoe = tenure_domain::UserId(new_id());
    world
        .run::<User>(
            zoe.0,
            UserCommand::Register(data),
            Default::default(),
            Actor::system("test"),
        )
        .await;
    world.level().await;
    let found = async |search: &str| {
        let filter = tenure_projections::UserFilter {
            search: Some(search.into()),
            ..Default::default()
        };
        world
            .views
            .users(
                &filter,
                Default::default(),
                Default::default(),
                &Page::default(),
            )
            .await
            .unwrap()
            .rows
            .len()
    };
    assert_eq!(
        (
            found("zoë").await,
            found("FEATHER").await,
            found("example").await
        ),
        (1, 1, 4)
    );
    world.store.forget_user(zoe).await.unwrap();
    world.views.forget_user(zoe).await.unwrap();
    let is_gone = async || {
        let row = world.views.user(zoe).await.unwrap().unwrap();
        assert!(row.forgotten && row.display_name.is_empty() && row.emails.is_empty());
        assert_eq!((found("zoë").await, found("featherstone").await), (0, 0));
        let all = format!("{:?}", world.everything().await).to_lowercase();
        let hex = "featherstone"
            .bytes()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        assert!(!all.contains("featherstone") && !all.contains(&hex));
    };
    is_gone().await;
    world
        .run::<User>(
            zoe.0,
            UserCommand::Disable,
            Default::default(),
            Actor::system("test"),
        )
        .await;
    world.level().await;
    is_gone().await;
    world.views.rebuild(None, |_| {}).await.unwrap();
    is_gone().await;
    assert!(world.views.user(zoe).await.unwrap().unwrap().disabled);
}

async fn a_template_shows_its_draft_and_its_versions(world: World) {
    world.keep();
    let next = || {
        let mut content = world.content(world.template, EndOfLifecycleAction::Review);
        content.name = "Batch job".into();
        content
    };
    let command = TemplateCommand::Draft(Box::new(next()));
    world
        .run::<Template>(
            world.template.0,
            command,
            TemplateFacts::default(),
            Actor::system("test"),
        )
        .await;
    world.level().await;
    let row = world.views.template(world.template).await.unwrap().unwrap();
    assert_eq!(
        (row.status(), row.draft, row.published, row.name.as_str()),
        (TemplateStatus::Published, Some(2), Some(1), "Batch job")
    );
    assert_eq!(
        world.views.template_draft(world.template).await.unwrap(),
        Some(next())
    );
    assert_eq!(
        world
            .views
            .template_version(world.template, 2)
            .await
            .unwrap(),
        None
    );
    world
        .run::<Template>(
            world.template.0,
            TemplateCommand::Publish,
            TemplateFacts::default(),
            Actor::system("test"),
        )
        .await;
    world.level().await;
    let row = world.views.template(world.template).await.unwrap().unwrap();
    assert_eq!((row.draft, row.published), (None, Some(2)));
    assert_eq!(
        row.versions
            .iter()
            .map(|version| version.version)
            .collect::<Vec<_>>(),
        [1, 2]
    );
    assert_eq!(
        world.views.template_draft(world.template).await.unwrap(),
        None
    );
    let first = world
        .views
        .template_version(world.template, 1)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(first.action, EndOfLifecycleAction::Disable);
    let filter = tenure_projections::TemplateFilter {
        search: Some("batch".into()),
        offered: true,
        domain: Some(world.domain),
        approver: Some(world.approvers.0),
    };
    assert_eq!(
        world
            .views
            .templates(&filter, &Page::default())
            .await
            .unwrap()
            .rows,
        [row]
    );
}

async fn a_reopened_request_is_a_draft_again(world: World) {
    world.keep();
    let request = world.submit("svc-a").await;
    let reject = RequestCommand::Reject {
        reason: "no".into(),
    };
    world
        .request(request, reject, world.by(world.bob))
        .await
        .unwrap();
    world.level().await;
    let row = world.views.request(request).await.unwrap().unwrap();
    assert_eq!(
        row.rejection
            .map(|rejection| (rejection.approver, rejection.reason)),
        Some((world.bob, "no".into()))
    );
    let reopen = RequestCommand::Reopen {
        account: tenure_domain::AccountId(new_id()),
    };
    world
        .request(request, reopen, world.by(world.alice))
        .await
        .unwrap();
    world.level().await;
    let row = world.views.request(request).await.unwrap().unwrap();
    assert_eq!(
        (row.status, row.steps.len(), row.name()),
        (RequestStatus::Draft, 0, "svc-a")
    );
    assert_eq!(
        world.views.waiting(&Page::default()).await.unwrap().rows,
        []
    );
}

fn any() -> WaitingFilter {
    WaitingFilter::default()
}

fn voices(user: UserId, groups: &[GroupId]) -> Voices<'_> {
    Voices {
        user,
        groups,
        deputy_for: &[],
    }
}
