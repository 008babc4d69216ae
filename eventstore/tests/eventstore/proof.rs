//! An export proves itself, to this code and to a verifier that was written from its description alone.

use crate::{chain::history, support::*};
use std::{fs, future::ready, path::Path, process::Command};
use tenure_eventstore::{
    ChainCheckpoint, EventStore, VerifiedExport, VerifierKey, VerifyError, new_id,
    read_checkpoints, verify_export,
};

async fn exported(store: &EventStore, after: u64, last: Option<u64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let exported = store.export(after, last, store.now(), |lines| {
        bytes.extend_from_slice(&lines);
        Box::pin(ready(Ok(())))
    });
    exported.await.expect("export");
    bytes
}

fn verified(bytes: &[u8], trusted: &[VerifierKey]) -> Result<VerifiedExport, VerifyError> {
    verify_export(bytes, trusted, Vec::new())
}

async fn key(store: &EventStore) -> VerifierKey {
    let mut keys = store.checkpoint_keys().await.expect("keys");
    keys.pop().expect("a key")
}

async fn waiting(store: &EventStore, destination: &str, most: usize) -> Vec<ChainCheckpoint> {
    let waiting = store.checkpoints_not_taken(destination, most);
    waiting.await.expect("read")
}

/// True if the script in another language finds the export unaltered.
fn by_script(bytes: &[u8], key: &VerifierKey) -> (bool, String) {
    let file = tempfile::NamedTempFile::new().expect("file");
    fs::write(file.path(), bytes).expect("written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/verify_export.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(file.path())
        .args(["--key", &key.to_string()])
        .output()
        .expect("python3");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

on_every_store! {
    async fn an_export_is_verified_without_the_store(backend: Backend) {
        let store = history(&backend).await;
        store.checkpoint(store.now()).await.expect("checkpoint");
        let head = store.head().await.expect("head");
        let all = verified(&exported(&store, 0, None).await, &[key(&store).await]).expect("verified");
        assert_eq!((all.first, all.last, all.hash), (1, 6, head.hash));
        assert_eq!((all.checkpoints, all.signed_up_to), (1, Some(6)));
        let part = exported(&store, 2, Some(4)).await;
        let part = verified(&part, &[key(&store).await]).expect("a part");
        assert_eq!((part.first, part.last, part.checkpoints), (3, 4, 0));
        assert!(store.export(0, Some(7), store.now(), |_| Box::pin(ready(Ok(())))).await.is_err(), "beyond the end");
    }

    async fn a_verifier_in_another_language_agrees(backend: Backend) {
        let store = history(&backend).await;
        store.checkpoint(store.now()).await.expect("checkpoint");
        let (bytes, key) = (exported(&store, 0, None).await, key(&store).await);
        let (unaltered, said) = by_script(&bytes, &key);
        assert!(unaltered, "{said}");
        let text = String::from_utf8(bytes).expect("text");
        for (from, to, found) in [
            ("\"streamversion\":3", "\"streamversion\":4", "position 3"),
            ("\"position\":4", "\"position\":5", "position 4"),
            ("time 20", "time 19", "not signed"),
        ] {
            let (unaltered, said) = by_script(text.replacen(from, to, 1).as_bytes(), &key);
            assert!(!unaltered && said.contains(found), "{from}: {said}");
        }
        let stranger = crate::proof::key(&Backend::stranger().open().await).await;
        let (trusted, said) = by_script(text.as_bytes(), &stranger);
        assert!(!trusted, "{said}");
    }

    async fn neither_a_byte_nor_a_line_of_an_export_can_be_changed(backend: Backend) {
        let store = history(&backend).await;
        store.checkpoint(store.now()).await.expect("checkpoint");
        let (bytes, key) = (exported(&store, 0, None).await, key(&store).await);
        for at in (0..bytes.len()).step_by(5) {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            assert!(verified(&altered, std::slice::from_ref(&key)).is_err(), "byte {at}");
        }
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        for at in 0..lines.len() {
            let without = [&lines[..at], &lines[at + 1..]].concat().concat();
            assert!(verified(&without, &[]).is_err(), "without line {at}");
            assert!(verified(&lines[..at].concat(), &[]).is_err(), "cut off before line {at}");
            let twice = [&lines[..=at], &lines[at..]].concat().concat();
            assert!(verified(&twice, &[]).is_err(), "line {at} twice");
        }
    }

    async fn a_history_made_anew_does_not_agree_with_a_checkpoint_kept_elsewhere(backend: Backend) {
        let store = history(&backend).await;
        let kept = store.checkpoint(store.now()).await.expect("checkpoint");
        // Whoever has the database, but not the keys: another history of the same length, and its own checkpoints.
        let forged = history(&Backend::stranger()).await;
        let bytes = exported(&forged, 0, None).await;
        verified(&bytes, &[]).expect("consistent in itself");
        let keys = [key(&store).await, key(&forged).await];
        let found = verify_export(bytes.as_slice(), &keys, vec![kept]);
        assert!(matches!(found, Err(VerifyError::Altered { position: 6, .. })), "{found:?}");
    }

    async fn a_destination_has_taken_what_is_remembered_of_it_and_nothing_that_was_forged(backend: Backend) {
        let store = history(&backend).await;
        let first = store.checkpoint(store.now()).await.expect("checkpoint");
        let handed_over = store.change_checkpoint_key(store.now()).await.expect("changed");
        let stranger = history(&Backend::stranger()).await;
        let forged = stranger.checkpoint(store.now()).await.expect("another instance's");
        tamper(&store, &format!("INSERT INTO chain_checkpoints (position, signed_at, note) VALUES (6, 1, '{forged}')")).await;
        run(&store, create(new_id(), "a")).await;
        let last = store.checkpoint(store.now()).await.expect("checkpoint");
        let all = [first.clone(), handed_over, last.clone()];
        assert_eq!(store.checkpoint_count().await.expect("count"), 4);
        let missing = store.checkpoints_missing_from(std::slice::from_ref(&last));
        assert_eq!(missing.await.expect("read"), all[..2]);
        assert_eq!(waiting(&store, "here", 9).await, all);
        assert_eq!(waiting(&store, "here", 2).await, all[..2]);
        store.checkpoint_taken("here", &first).await.expect("kept");
        assert_eq!(waiting(&store, "here", 9).await, all[1..]);
        assert_eq!(waiting(&store, "there", 9).await, all);
        store.checkpoint_taken("here", &last).await.expect("kept");
        assert!(waiting(&store, "here", 9).await.is_empty());
        // Whoever has the database wants nothing more to be sent.
        tamper(&store, "UPDATE meta SET value = '900 900' WHERE name LIKE 'checkpoints taken by %'").await;
        assert_eq!(waiting(&store, "here", 9).await, all);
    }

    async fn whoever_trusts_a_key_trusts_the_one_that_it_hands_over_to(backend: Backend) {
        let store = history(&backend).await;
        let first = key(&store).await;
        let before = store.checkpoint(store.now()).await.expect("checkpoint");
        run(&store, create(new_id(), "a")).await;
        let handed_over = store.change_checkpoint_key(store.now()).await.expect("changed");
        assert_eq!(handed_over.next.as_ref(), Some(&key(&store).await));
        assert_ne!(key(&store).await, first);
        run(&store, create(new_id(), "b")).await;
        let after = store.checkpoint(store.now()).await.expect("checkpoint");
        assert!(!after.is_signed_by(&first));
        let trusting = std::slice::from_ref(&first);
        assert_eq!(store.verify(|_| ()).await.expect("verify").checkpoints, 3);
        let all = verified(&exported(&store, 0, None).await, trusting).expect("verified");
        assert_eq!(all.signed_up_to, Some(8));
        let (unaltered, said) = by_script(&exported(&store, 0, None).await, &first);
        assert!(unaltered, "{said}");
        let without: Vec<ChainCheckpoint> = vec![before, after];
        let found = store.verify_against(trusting, without, |_| ()).await;
        assert!(matches!(found, Err(VerifyError::Untrusted { position: 8, .. })), "{found:?}");
    }
}

#[tokio::test]
async fn checkpoints_are_read_back_from_the_file_that_they_were_written_to() {
    let store = history(&Backend::stranger()).await;
    let mut written = Vec::new();
    for name in ["a", "b", "c"] {
        run(&store, create(new_id(), name)).await;
        written.push(store.checkpoint(store.now()).await.expect("checkpoint"));
    }
    let file: String = written.iter().map(|note| format!("{note}\n")).collect();
    assert_eq!(read_checkpoints(&file).expect("read"), written);
    assert_eq!(read_checkpoints("").expect("read"), Vec::new());
    let cut_off = &file[..file.len() - 100];
    assert!(read_checkpoints(cut_off).is_err());
}
