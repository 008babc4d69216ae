//! State that is not history.

use crate::support::*;
use chrono::{DateTime, TimeDelta, Utc};
use tenure_domain::UserId;
use tenure_eventstore::{
    Clock, SystemClock, new_id,
    state::{Checkpoint, OutboxMessage, Session},
};

fn now() -> DateTime<Utc> {
    SystemClock.now()
}

fn message(id: &str) -> OutboxMessage {
    OutboxMessage {
        id: id.to_owned(),
        position: 7,
        recipient: "ada@example.org".to_owned(),
        subject: "Renew".to_owned(),
        text: "Please renew.".to_owned(),
        html: Some("<p>Please renew.</p>".to_owned()),
    }
}

on_every_store! {
    async fn credentials_count_failures_and_lock(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        let user = UserId(new_id());
        assert_eq!(tables.credentials(user).await.expect("none"), None);
        tables.set_password(user, "$argon2id$...").await.expect("set");
        let until = now() + TimeDelta::minutes(5);
        assert_eq!(tables.sign_in_failed(user, 2, until).await.expect("failed"), 1);
        assert_eq!(tables.credentials(user).await.expect("some").expect("some").locked_until, None);
        assert_eq!(tables.sign_in_failed(user, 2, until).await.expect("failed"), 2);
        assert_eq!(tables.credentials(user).await.expect("some").expect("some").locked_until, Some(until));
        tables.sign_in_succeeded(user).await.expect("succeeded");
        let credentials = tables.credentials(user).await.expect("some").expect("some");
        assert_eq!((credentials.failed_attempts, credentials.locked_until), (0, None));
        tables.set_sign_in_emails(user, &["Ada@Example.org".to_owned()]).await.expect("emails");
        assert_eq!(tables.user_by_email(" ada@example.ORG ").await.expect("found"), Some(user));
        tables.remove_credentials(user).await.expect("removed");
        assert_eq!(tables.user_by_email("ada@example.org").await.expect("none"), None);
    }

    async fn sessions_end_by_time_or_by_hand(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        let (user, at) = (UserId(new_id()), now());
        let session = |token: u8, hours| Session {
            token_hash: [token; 32],
            user,
            created_at: at,
            expires_at: at + TimeDelta::hours(hours),
            seen_at: at,
        };
        for (token, hours) in [(1, 1), (2, 5), (3, 5)] {
            tables.begin_session(&session(token, hours)).await.expect("begun");
        }
        assert_eq!(tables.session(&[1; 32], at).await.expect("session"), Some(session(1, 1)));
        assert_eq!(tables.session(&[1; 32], at + TimeDelta::hours(1)).await.expect("over"), None);
        assert_eq!(tables.remove_expired_sessions(at + TimeDelta::hours(2)).await.expect("removed"), 1);
        tables.touch_session(&[2; 32], at + TimeDelta::hours(1)).await.expect("touched");
        let seen = tables.session(&[2; 32], at).await.expect("session").expect("session").seen_at;
        assert_eq!(seen, at + TimeDelta::hours(1));
        tables.end_session(&[2; 32]).await.expect("ended");
        assert_eq!(tables.session(&[2; 32], at).await.expect("ended"), None);
        tables.end_sessions_of(user).await.expect("ended");
        assert_eq!(tables.session(&[3; 32], at).await.expect("ended"), None);
    }

    async fn a_setup_code_is_used_once(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        tables.set_setup_code(&[1; 32]).await.expect("set");
        tables.set_setup_code(&[2; 32]).await.expect("set");
        assert!(tables.has_setup_code().await.expect("has"));
        assert!(!tables.use_setup_code(&[1; 32]).await.expect("void"));
        assert!(tables.use_setup_code(&[2; 32]).await.expect("used"));
        assert!(!tables.use_setup_code(&[2; 32]).await.expect("used up"));
        assert!(!tables.has_setup_code().await.expect("has none"));
    }

    async fn timers_are_marked_in_bulk_and_keep_their_first_mark(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        let marks: Vec<_> = (0..1000).map(|n| (format!("account:end:{n}"), "fired".to_owned())).collect();
        tables.mark_handled(&marks).await.expect("marked");
        tables.mark_handled(&[("account:end:5".to_owned(), "again".to_owned())]).await.expect("marked");
        tables.mark_handled(&[]).await.expect("nothing");
        assert_eq!(tables.timer_outcome("account:end:5").await.expect("outcome").as_deref(), Some("fired"));
        let asked = ["account:end:5".to_owned(), "account:end:5000".to_owned()];
        assert_eq!(tables.handled_among(&asked).await.expect("among"), ["account:end:5"]);
    }

    async fn a_mail_is_queued_once_claimed_by_one_and_tried_again(backend: Backend) {
        let (store, other) = (backend.open().await, backend.open().await);
        let (tables, others, at) = (store.state_tables(), other.state_tables(), now());
        tables.queue_messages(&[message("a"), message("b")], at).await.expect("queued");
        tables.queue_messages(&[message("a")], at).await.expect("known");
        assert_eq!(tables.outbox_counts().await.expect("counts").queued, 2);
        let lease = TimeDelta::minutes(1);
        let (mine, theirs) = tokio::join!(tables.claim_messages(at, lease, 1), others.claim_messages(at, lease, 5));
        let (mine, theirs) = (mine.expect("claimed"), theirs.expect("claimed"));
        assert_eq!(mine.len() + theirs.len(), 2);
        let mut claimed: Vec<_> = mine.into_iter().chain(theirs).collect();
        claimed.sort_by(|a, b| a.message.id.cmp(&b.message.id));
        assert_eq!((&claimed[0].message, claimed[0].attempts), (&message("a"), 1));
        assert!(tables.claim_messages(at, lease, 5).await.expect("none").is_empty());
        tables.message_sent("a").await.expect("sent");
        tables.message_failed("b", "greylisted", Some(at + TimeDelta::seconds(5))).await.expect("failed");
        assert_eq!(tables.next_message_due().await.expect("due"), Some(at + TimeDelta::seconds(5)));
        let again = tables.claim_messages(at + TimeDelta::seconds(6), lease, 5).await.expect("again");
        assert_eq!((again.len(), again[0].attempts), (1, 2));
        tables.message_failed("b", "no such mailbox", None).await.expect("failed");
        let counts = tables.outbox_counts().await.expect("counts");
        assert_eq!((counts.queued, counts.sent, counts.failed), (0, 1, 1));
        assert_eq!(number(&store, "SELECT count(*) FROM outbox WHERE length(content) = 0").await, 1);
    }

    async fn checkpoints_only_advance_and_one_of_two_processes_sets_them(backend: Backend) {
        let store = backend.open().await;
        let tables = store.state_tables();
        group(&store).await;
        assert_eq!(tables.checkpoint("mail").await.expect("none"), None);
        tables.advance_checkpoint("mail", 1).await.expect("advanced");
        tables.advance_checkpoint("mail", 0).await.expect("not back");
        let known = tables.checkpoint("mail").await.expect("some").expect("some");
        assert_eq!(known, Checkpoint { epoch: 1, position: 1, hash: store.head().await.expect("head").hash });
        let next = Checkpoint { position: 2, ..known };
        assert!(tables.compare_and_set_checkpoint("mail", Some(&known), &next).await.expect("set"));
        assert!(!tables.compare_and_set_checkpoint("mail", Some(&known), &next).await.expect("too late"));
        assert!(tables.compare_and_set_checkpoint("other", None, &next).await.expect("first"));
        assert!(!tables.compare_and_set_checkpoint("other", None, &next).await.expect("second"));
    }

    async fn single_values_are_kept(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        assert_eq!(tables.meta("clock").await.expect("none"), None);
        for value in ["one", "two"] {
            tables.set_meta("clock", value).await.expect("set");
            assert_eq!(tables.meta("clock").await.expect("some").as_deref(), Some(value));
        }
    }
}
