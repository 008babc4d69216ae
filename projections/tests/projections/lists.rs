//! Lists: pages, sorting, filters, search, counts; and hostile input to all of them.

use crate::{on_both, world::World};
use chrono::{DateTime, TimeDelta, Utc};
use tenure_domain::{Actor, account::AccountCommand, lifecycle::Status, ownership::Owner};
use tenure_projections::{
    AccountFilter, AccountSort, AuditFilter, Cursor, Page, RequestFilter, RequestSort, SortOrder,
    UserFilter, UserSort, ViewError,
};

on_both!(
    pages_by_offset_and_by_cursor_give_the_whole_list,
    accounts_are_filtered_by_what_people_ask_for,
    a_search_takes_everything_literally,
    hostile_text_in_a_request_is_only_text,
    a_cursor_of_another_list_is_refused,
    the_audit_trail_is_filtered_and_paged,
    a_search_in_the_trail_finds_what_its_sentences_say,
    a_search_in_a_long_trail_goes_on_where_it_stopped,
);

async fn pages_by_offset_and_by_cursor_give_the_whole_list(world: World) {
    world.keep();
    for index in 0..11 {
        // Names repeat but for case, so that ties are broken.
        world
            .submit(&format!(
                "{}-{index}",
                if index % 2 == 0 { "Svc" } else { "svc" }
            ))
            .await;
    }
    world.level().await;
    let views = &world.views;
    let filter = RequestFilter::default();
    for sort in [
        RequestSort::Name,
        RequestSort::Created,
        RequestSort::Changed,
    ] {
        for order in [SortOrder::Ascending, SortOrder::Descending] {
            let whole = views
                .requests(&filter, sort, order, &Page::first(100))
                .await
                .unwrap();
            assert_eq!(
                (
                    whole.rows.len(),
                    whole.total.value,
                    whole.total.more,
                    &whole.next
                ),
                (11, 11, false, &None)
            );
            if sort == RequestSort::Name && order == SortOrder::Ascending {
                assert!(whole.rows.is_sorted_by_key(|row| row.name().to_lowercase()));
            }
            let (mut by_cursor, mut page) = (Vec::new(), Page::first(4));
            loop {
                let paged = views.requests(&filter, sort, order, &page).await.unwrap();
                assert!(
                    paged
                        .next
                        .as_ref()
                        .is_none_or(|next| *next == sort.after(paged.rows.last().unwrap()))
                );
                by_cursor.extend(paged.rows);
                let Some(next) = paged.next else { break };
                page = Page::after(next, 4);
            }
            assert_eq!(by_cursor, whole.rows);
            let mut by_offset = Vec::new();
            for offset in [0, 4, 8, 12, u64::MAX] {
                by_offset.extend(
                    views
                        .requests(&filter, sort, order, &Page::at(offset, 4))
                        .await
                        .unwrap()
                        .rows,
                );
            }
            assert_eq!(by_offset, whole.rows);
        }
    }
    assert_eq!(
        views
            .requests(
                &filter,
                RequestSort::Name,
                SortOrder::Ascending,
                &Page::first(u32::MAX)
            )
            .await
            .unwrap()
            .rows
            .len(),
        11
    );
}

async fn accounts_are_filtered_by_what_people_ask_for(world: World) {
    world.keep();
    let first = world.provision("svc-first").await;
    world.clock.advance(TimeDelta::days(10));
    let second = world.provision("svc-second").await;
    let third = world.provision("adm-third").await;
    world
        .account(
            second,
            AccountCommand::Disable { reason: "x".into() },
            world.by(world.alice),
        )
        .await
        .unwrap();
    let owners = vec![Owner::Group(world.approvers), Owner::User(world.bob)];
    world
        .account(
            third,
            AccountCommand::ChangeOwners(owners),
            world.by(world.alice),
        )
        .await
        .unwrap();
    world.level().await;
    let end = world
        .views
        .account(first)
        .await
        .unwrap()
        .unwrap()
        .lifecycle_end;
    let found = async |filter: AccountFilter| {
        let page = world
            .views
            .accounts(
                &filter,
                AccountSort::Name,
                SortOrder::Ascending,
                &Page::default(),
            )
            .await
            .unwrap();
        assert_eq!(page.total.value, page.rows.len() as u64);
        page.rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    let any = AccountFilter::default;
    assert_eq!(found(any()).await, [third, first, second]);
    assert_eq!(
        found(AccountFilter {
            status: vec![Status::Disabled],
            ..any()
        })
        .await,
        [second]
    );
    assert_eq!(
        found(AccountFilter {
            status: vec![Status::Active, Status::Disabled],
            ..any()
        })
        .await
        .len(),
        3
    );
    assert_eq!(
        found(AccountFilter {
            owned_by: vec![world.alice.0],
            ..any()
        })
        .await,
        [first, second]
    );
    assert_eq!(
        found(AccountFilter {
            owned_by: vec![world.carol.0, world.approvers.0],
            ..any()
        })
        .await,
        [third]
    );
    assert_eq!(
        found(AccountFilter {
            ends_before: Some(end + TimeDelta::days(1)),
            ..any()
        })
        .await,
        [first]
    );
    assert_eq!(
        found(AccountFilter {
            ends_after: Some(end + TimeDelta::days(1)),
            ..any()
        })
        .await,
        [third, second]
    );
    assert_eq!(
        found(AccountFilter {
            ends_before: Some(DateTime::<Utc>::MAX_UTC),
            ends_after: Some(DateTime::<Utc>::MIN_UTC),
            ..any()
        })
        .await
        .len(),
        3
    );
    assert_eq!(
        found(AccountFilter {
            domain: Some(world.domain),
            template: Some(world.template),
            ..any()
        })
        .await
        .len(),
        3
    );
    assert_eq!(
        found(AccountFilter {
            domain: Some(tenure_domain::DomainId(world.alice.0)),
            ..any()
        })
        .await,
        []
    );
    assert_eq!(
        found(AccountFilter {
            ids: vec![second, first],
            ..any()
        })
        .await,
        [first, second]
    );
    assert_eq!(
        found(AccountFilter {
            search: Some("SEC".into()),
            ..any()
        })
        .await,
        [second]
    );
    assert_eq!(
        found(AccountFilter {
            search: Some("svc".into()),
            status: vec![Status::Active],
            ..any()
        })
        .await,
        [first]
    );
    let counts = world.views.account_totals(&any()).await.unwrap();
    let of = |status| counts.iter().find(|(of, _)| *of == status).unwrap().1;
    assert_eq!(
        (
            of(Status::Active),
            of(Status::Disabled),
            of(Status::Deleted)
        ),
        (2, 1, 0)
    );
    let row = world.views.account(first).await.unwrap().unwrap();
    // In the second week, by its action, and in no other.
    let from = row.lifecycle_end - chrono::TimeDelta::days(10);
    let weeks = world
        .views
        .account_ends(
            &AccountFilter {
                ids: vec![first],
                ..any()
            },
            from,
        )
        .await
        .unwrap();
    let ends: Vec<(usize, u64)> = weeks
        .iter()
        .enumerate()
        .flat_map(|(week, of)| of.ends.iter().map(move |end| (week, end)))
        .filter(|(_, (action, count))| *count > 0 && *action == row.action)
        .map(|(week, (_, count))| (week, *count))
        .collect();
    assert_eq!(ends, [(1, 1)]);
    assert!(
        found(AccountFilter {
            failed: true,
            ..any()
        })
        .await
        .is_empty()
    );
    assert!(
        found(AccountFilter {
            action: Some(row.action),
            ..any()
        })
        .await
        .contains(&first)
    );
    let sorted = world
        .views
        .accounts(
            &any(),
            AccountSort::End,
            SortOrder::Descending,
            &Page::first(1),
        )
        .await
        .unwrap();
    assert_ne!(sorted.rows[0].id, first);
}

async fn a_search_takes_everything_literally(world: World) {
    world.keep();
    for name in ["svc-100%", "svc_under", "svc'quote", "ümlaut-svc"] {
        world.submit(name).await;
    }
    world.level().await;
    let found = async |search: &str| {
        let filter = RequestFilter {
            search: Some(search.into()),
            ..Default::default()
        };
        let page = world
            .views
            .requests(
                &filter,
                RequestSort::Name,
                SortOrder::Ascending,
                &Page::default(),
            )
            .await
            .unwrap();
        page.rows
            .into_iter()
            .map(|row| row.name().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("svc-100%").await, ["svc-100%"]);
    assert_eq!(found("100").await, ["svc-100%"]);
    assert_eq!(found("svc_").await, ["svc_under"]);
    assert_eq!(found("SVC'").await, ["svc'quote"]);
    assert_eq!(found("ÜM").await, ["ümlaut-svc"]);
    assert_eq!(found("   ").await.len(), 4, "blank is no search");
    let long = "x".repeat(1_000_000);
    for hostile in [
        "%",
        "_",
        "'; DROP TABLE view_requests; --",
        "\0",
        "svc\0",
        "\\",
        "\u{10ffff}",
        "*",
        "\u{202e}",
        &long,
    ] {
        assert_eq!(
            found(hostile).await,
            Vec::<String>::new(),
            "{}",
            &hostile[..1]
        );
        let users = UserFilter {
            search: Some(hostile.into()),
            ..Default::default()
        };
        assert_eq!(
            world
                .views
                .users(
                    &users,
                    UserSort::Name,
                    SortOrder::Ascending,
                    &Page::default()
                )
                .await
                .unwrap()
                .rows,
            []
        );
        let audit = AuditFilter {
            kind: Some(hostile.into()),
            type_name: Some(hostile.into()),
            ..Default::default()
        };
        assert_eq!(
            world
                .views
                .audit(&audit, SortOrder::Ascending, &Page::default())
                .await
                .unwrap()
                .rows,
            []
        );
    }
}

async fn hostile_text_in_a_request_is_only_text(world: World) {
    world.keep();
    // Nothing of a draft is checked before it is submitted: it must not stop a read model.
    let mut ids = Vec::new();
    for name in [
        "nul\0in the middle",
        "\0",
        "",
        "' OR 1=1 --",
        &"n".repeat(100_000),
        &"a ".repeat(50_000),
        "\u{fffe}\u{10ffff}",
    ] {
        let mut content = world.asked(name);
        content.justification = name.into();
        ids.push((world.draft(content).await, name.to_owned()));
    }
    world.level().await;
    for (id, name) in ids {
        assert_eq!(
            world.views.request(id).await.unwrap().unwrap().name(),
            name,
            "kept as it was written"
        );
    }
    assert!(
        world
            .views
            .status()
            .await
            .unwrap()
            .iter()
            .all(|model| model.stopped.is_none())
    );
}

async fn a_cursor_of_another_list_is_refused(world: World) {
    world.keep();
    world.submit("svc-a").await;
    world.level().await;
    for cursor in [
        "",
        "nonsense",
        "i1.i1",
        "t00.b00",
        "n.n",
        &"i1.b00".repeat(1000),
    ] {
        let page = Page::after(Cursor(cursor.into()), 10);
        let listed = world
            .views
            .requests(
                &Default::default(),
                RequestSort::Name,
                SortOrder::Ascending,
                &page,
            )
            .await;
        assert!(matches!(listed, Err(ViewError::Cursor)), "{cursor}");
    }
}

async fn the_audit_trail_is_filtered_and_paged(world: World) {
    world.keep();
    let account = world.provision("svc-a").await;
    let before = world.level().await;
    world.clock.advance(TimeDelta::days(1));
    let later = tenure_eventstore::clock::Clock::now(&*world.clock);
    world
        .account(
            account,
            AccountCommand::Disable { reason: "x".into() },
            world.by(world.alice),
        )
        .await
        .unwrap();
    let head = world.level().await;
    let found = async |filter: AuditFilter| {
        let page = world
            .views
            .audit(&filter, SortOrder::Descending, &Page::first(500))
            .await
            .unwrap();
        assert_eq!(page.total.value, page.rows.len() as u64);
        assert!(
            page.rows
                .is_sorted_by(|one, next| one.position > next.position)
        );
        page.rows
    };
    let any = AuditFilter::default;
    assert_eq!(found(any()).await.len() as u64, head);
    let since = found(AuditFilter {
        from: Some(later),
        ..any()
    })
    .await;
    assert_eq!(since.iter().map(|row| row.position).min(), Some(before + 1));
    assert_eq!(
        found(AuditFilter {
            to: Some(later),
            ..any()
        })
        .await
        .len() as u64,
        before
    );
    let disabled = found(AuditFilter {
        type_name: Some("account.disabled".into()),
        ..any()
    })
    .await;
    assert_eq!(
        (disabled.len(), disabled[0].stream, &disabled[0].actor),
        (1, account.0, &Actor::User(world.alice))
    );
    assert!(!disabled[0].summary.is_empty());
    assert!(
        found(AuditFilter {
            stream: Some(account.0),
            ..any()
        })
        .await
        .iter()
        .all(|row| row.kind == "account")
    );
    assert!(
        !found(AuditFilter {
            actor: Some(Actor::Engine(world.engine)),
            ..any()
        })
        .await
        .is_empty()
    );
    assert_eq!(
        found(AuditFilter {
            correlation: Some(disabled[0].correlation),
            ..any()
        })
        .await
        .len() as u64,
        head - before
    );
    assert_eq!(
        found(AuditFilter {
            after_position: Some(before),
            up_to_position: Some(u64::MAX),
            ..any()
        })
        .await
        .len() as u64,
        head - before
    );
}

/// Positions that a search finds, by as many answers as it takes.
async fn said(world: &World, filter: &AuditFilter, text: &str, order: SortOrder) -> Vec<u64> {
    let (mut found, mut page) = (Vec::new(), Page::first(3));
    loop {
        let answer = world.views.audit_search(filter, text, order, &page).await;
        let answer = answer.unwrap();
        assert!(answer.rows.len() <= 3);
        found.extend(answer.rows.iter().map(|row| row.position));
        match answer.next {
            Some(cursor) => page = Page::after(cursor, 3),
            None => return found,
        }
    }
}

async fn a_search_in_the_trail_finds_what_its_sentences_say(world: World) {
    world.keep();
    for name in ["svc-backup", "svc-report", "Svc-Backup-2", "backlog"] {
        world.submit(name).await;
    }
    world.provision("svc-payroll").await;
    world.level().await;
    let any = AuditFilter::default();
    let all = world
        .views
        .audit(&any, SortOrder::Ascending, &Page::first(500))
        .await
        .unwrap()
        .rows;
    let having = |keep: &dyn Fn(&str) -> bool| -> Vec<u64> {
        let rows = all.iter().filter(|row| keep(&row.summary.to_lowercase()));
        rows.map(|row| row.position).collect()
    };
    let cases: [(&str, Vec<u64>); 7] = [
        ("svc-backup", having(&|said| said.contains("svc-backup"))),
        (
            "BACKUP Submitted",
            having(&|said| said.contains("backup") && said.contains("submitted")),
        ),
        // The last word is still being typed; one of two letters is not a beginning yet.
        (
            "submitted back",
            having(&|said| said.contains("submitted") && said.contains("back")),
        ),
        ("ba", vec![]),
        ("payroll \"' %_", having(&|said| said.contains("payroll"))),
        ("nothing-like-that", vec![]),
        ("– %", vec![]),
    ];
    for (text, expected) in cases {
        assert_eq!(
            said(&world, &any, text, SortOrder::Ascending).await,
            expected,
            "{text}"
        );
        let newest: Vec<u64> = expected.into_iter().rev().collect();
        assert_eq!(
            said(&world, &any, text, SortOrder::Descending).await,
            newest,
            "{text}"
        );
    }
    // Beside other filters, and by offset.
    let requests = AuditFilter {
        kind: Some("request".into()),
        ..AuditFilter::default()
    };
    let expected: Vec<u64> = all
        .iter()
        .filter(|row| row.kind == "request" && row.summary.contains("payroll"))
        .map(|row| row.position)
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(
        said(&world, &requests, "payroll", SortOrder::Ascending).await,
        expected
    );
    let whole = said(&world, &any, "svc", SortOrder::Descending).await;
    let answer = world
        .views
        .audit_search(&any, "svc", SortOrder::Descending, &Page::at(2, 2))
        .await
        .unwrap();
    let found: Vec<u64> = answer.rows.iter().map(|row| row.position).collect();
    assert_eq!(found, whole[2..4]);
    assert!(
        answer.total.more && answer.total.value == 4,
        "{:?}",
        answer.total
    );
}

async fn a_search_in_a_long_trail_goes_on_where_it_stopped(world: World) {
    world.keep();
    // Two words that every stretch of the history has, and never in one sentence.
    for part in 0..14 {
        for index in 0..40 {
            world.submit(&format!("alpha-{part}-{index}")).await;
            world.submit(&format!("omega-{part}-{index}")).await;
        }
    }
    let head = world.level().await;
    assert!(head > 1_100, "more than a block: {head}");
    let any = AuditFilter::default();
    for order in [SortOrder::Ascending, SortOrder::Descending] {
        assert_eq!(
            said(&world, &any, "alpha omega", order).await,
            Vec::<u64>::new()
        );
        let found = said(&world, &any, "omega submitted", order).await;
        assert_eq!(found.len(), 14 * 40);
        let sorted = match order {
            SortOrder::Ascending => found.is_sorted(),
            SortOrder::Descending => found.is_sorted_by(|one, next| one > next),
        };
        assert!(sorted);
    }
}
