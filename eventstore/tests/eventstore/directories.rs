//! Copies of directories: kept in parts, replaced as a whole, looked into.

use crate::support::*;
use tenure_domain::{AccountId, DomainId};
use tenure_eventstore::{
    Clock, SystemClock, new_id,
    state::{DirectoryChange, DirectoryChunk, DirectoryFilter, DirectoryRow, StateTables},
};
use uuid::Uuid;

const USER: i32 = 2;

fn chunk(run: Uuid, attempt: Uuid, number: u32, last: bool) -> DirectoryChunk {
    DirectoryChunk {
        run,
        attempt,
        number,
        last,
        objects: if last { 0 } else { 100 },
        received_at: SystemClock.now(),
        content: vec![u8::try_from(number).expect("small")],
    }
}

fn row(name: &str, risk: i32) -> DirectoryRow {
    DirectoryRow {
        id: new_id(),
        kind: USER,
        name_key: name.to_owned(),
        place_key: "ou=a_b,dc=corp".to_owned(),
        search: format!("{name}\n100% {name}"),
        risk,
        found_at: (risk > 0).then_some(7),
        content: name.as_bytes().to_vec(),
        ..DirectoryRow::default()
    }
}

async fn applied(tables: &StateTables, domain: DomainId, rows: Vec<DirectoryRow>, gone: Vec<Uuid>) {
    let known = tables.directory_sync(domain).await.expect("read");
    let revision = match known {
        Some((revision, _)) => revision,
        None => {
            assert!(
                tables
                    .replace_directory_sync(domain, None, b"{}")
                    .await
                    .expect("made")
            );
            1
        }
    };
    let change = DirectoryChange {
        run: new_id(),
        rows,
        gone,
    };
    assert!(
        tables
            .apply_directory_change(domain, &change, revision, b"{}")
            .await
            .expect("applied")
    );
}

async fn names(
    tables: &StateTables,
    domain: DomainId,
    filter: DirectoryFilter,
) -> (Vec<String>, u64) {
    let filter = DirectoryFilter {
        kind: USER,
        limit: 50,
        ..filter
    };
    let (rows, total) = tables.directory_rows(domain, &filter).await.expect("rows");
    (rows.into_iter().map(|row| row.name_key).collect(), total)
}

on_every_store! {
    async fn parts_are_complete_when_all_of_one_attempt_have_come_in_whatever_order(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        let (run, attempt, other) = (new_id(), new_id(), new_id());
        let keep = async |part: DirectoryChunk| tables.keep_directory_chunk(&part).await.expect("kept");
        assert!(!keep(chunk(run, attempt, 2, true)).await.complete());
        assert!(!keep(chunk(run, attempt, 0, false)).await.complete());
        // Of an engine that begins anew: never mixed with the others.
        assert!(!keep(chunk(run, other, 1, false)).await.complete());
        // The same again is nothing more.
        let counts = keep(chunk(run, attempt, 0, false)).await;
        assert_eq!((counts.chunks, counts.objects, counts.complete()), (2, 100, false));
        assert!(keep(chunk(run, attempt, 1, false)).await.complete());
        assert_eq!(tables.directory_chunks(run, attempt).await.expect("parts"), [[0], [1], [2]]);
        assert_eq!(tables.directory_chunk_counts(run, None).await.expect("all").objects, 300);
        tables.drop_directory_chunks(run).await.expect("dropped");
        assert_eq!(tables.directory_chunk_counts(run, None).await.expect("none").chunks, 0);
    }

    async fn how_it_stands_is_replaced_by_whoever_saw_it_last(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        let domain = DomainId(new_id());
        let replace = async |revision, content: &[u8]| {
            tables.replace_directory_sync(domain, revision, content).await.expect("asked")
        };
        assert!(replace(None, b"one").await);
        assert!(!replace(None, b"two").await, "there is one already");
        assert!(replace(Some(1), b"three").await);
        assert!(!replace(Some(1), b"four").await, "somebody was faster");
        assert_eq!(tables.directory_sync(domain).await.expect("read"), Some((2, b"three".to_vec())));
        let late = DirectoryChange { rows: vec![row("svc-a", 1)], ..DirectoryChange::default() };
        assert!(!tables.apply_directory_change(domain, &late, 1, b"five").await.expect("asked"));
        assert_eq!(tables.directory_totals(domain).await.expect("totals"), [], "nothing of it came in");
    }

    async fn a_change_is_applied_as_a_whole_and_what_was_seen_first_stays_seen(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        let domain = DomainId(new_id());
        let (risky, plain) = (row("svc-a", 3), row("mkeller", 0));
        applied(&tables, domain, vec![risky.clone(), plain.clone()], vec![]).await;
        let later = DirectoryRow { risk: 1, found_at: Some(99), ..risky.clone() };
        applied(&tables, domain, vec![later.clone()], vec![plain.id]).await;
        let rows = tables.all_directory_rows(domain, None).await.expect("rows");
        assert_eq!(rows, [DirectoryRow { found_at: Some(7), ..later.clone() }]);
        // Nothing to see any more, and then again: it is new again.
        applied(&tables, domain, vec![DirectoryRow { risk: 0, found_at: None, ..later.clone() }], vec![]).await;
        applied(&tables, domain, vec![later.clone()], vec![]).await;
        let rows = tables.directory_rows_of(domain, &[later.id, plain.id]).await.expect("rows");
        assert_eq!(rows, [later]);
        let totals = tables.directory_totals(domain).await.expect("totals");
        assert_eq!((totals[0].kind, totals[0].count, totals[0].risks), (USER, 1, [1, 0, 0]));
    }

    async fn a_directory_is_looked_into_by_name_place_and_risk(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        let (domain, elsewhere) = (DomainId(new_id()), DomainId(new_id()));
        let deep = DirectoryRow { place_key: "ou=c,ou=a_b,dc=corp".to_owned(), ..row("svc-b", 3) };
        let aside = DirectoryRow { place_key: "ou=c,ou=axb,dc=corp".to_owned(), ..row("svc-c", 2) };
        let [deep, aside] = [(deep, "deep"), (aside, "aside")]
            .map(|(row, content)| DirectoryRow { content: content.into(), ..row });
        let deeper = DirectoryRow { id: new_id(), name_key: "deeper".into(), risk: 0, ..deep.clone() };
        let rows = vec![row("svc-a", 1), deep.clone(), aside.clone(), row("mkeller", 0)];
        applied(&tables, domain, rows, vec![]).await;
        applied(&tables, elsewhere, vec![row("svc-z", 3)], vec![]).await;
        let found = async |filter| names(&tables, domain, filter).await;
        let all = DirectoryFilter::default();
        assert_eq!(found(all.clone()).await.0, ["mkeller", "svc-a", "svc-b", "svc-c"]);
        let risky = DirectoryFilter { risks: vec![1, 2, 3], riskiest_first: true, ..all.clone() };
        assert_eq!(found(risky.clone()).await.0, ["svc-b", "svc-c", "svc-a"]);
        assert_eq!(found(DirectoryFilter { risks: vec![2], ..risky.clone() }).await, (vec!["svc-c".to_owned()], 1));
        let words = |words: &str| words.to_owned();
        let old = DirectoryRow { signals: words(" old-password unused "), ..row("svc-d", 2) };
        let older = DirectoryRow { signals: words(" old-password "), ..row("svc-e", 1) };
        applied(&tables, domain, vec![old.clone(), older.clone()], vec![]).await;
        let seen = |word: &str| DirectoryFilter { signal: Some(word.to_owned()), ..risky.clone() };
        assert_eq!(found(seen("old-password")).await.0, ["svc-d", "svc-e"]);
        assert_eq!(found(seen("unused")).await, (vec!["svc-d".to_owned()], 1));
        assert_eq!(found(seen("old")).await.1, 0);
        let mixtures = tables.directory_signals(domain, USER).await.expect("signals");
        assert_eq!(mixtures, [(String::new(), 3), (words(" old-password "), 1), (words(" old-password unused "), 1)]);
        applied(&tables, domain, vec![], vec![old.id, older.id]).await;
        // `_` and `%` are themselves.
        let below = DirectoryFilter { below: Some("ou=a_b,dc=corp".to_owned()), ..risky };
        assert_eq!(found(below).await.0, ["svc-b", "svc-a"]);
        let search = |text: &str| DirectoryFilter { search: Some(text.to_owned()), ..all.clone() };
        assert_eq!(found(search("100% svc-")).await.1, 3);
        assert_eq!(found(search("100_ svc-")).await.1, 0);
        let page = DirectoryFilter { kind: USER, limit: 1, offset: 1, descending: true, ..all.clone() };
        let (rows, total) = tables.directory_rows(domain, &page).await.expect("rows");
        assert_eq!((rows[0].name_key.as_str(), total), ("svc-b", 4));
        // Imported ones, the places with most of them first; of elsewhere, none.
        applied(&tables, domain, vec![deeper.clone()], vec![]).await;
        for imported in [&deep, &aside, &deeper] {
            tables.mark_imported(domain, imported.id, AccountId(new_id())).await.expect("marked");
        }
        let examples = async |most| tables.imported_examples(domain, USER, most).await.expect("examples");
        assert_eq!(examples(20).await, [b"deep".to_vec(), b"aside".to_vec()]);
        assert_eq!(examples(1).await.len(), 1);
    }
}
