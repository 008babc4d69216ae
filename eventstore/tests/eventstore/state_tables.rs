//! State that is not history.

use crate::support::*;
use chrono::{DateTime, TimeDelta, Utc};
use tenure_domain::UserId;
use tenure_eventstore::{
    Clock, SystemClock, new_id,
    state::{
        Checkpoint, CodePurpose, InboxFilter, InboxMessage, OneTimeCode, OutboxMessage, Session,
    },
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
    async fn credentials_are_found_by_any_address_and_removed_whole(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        let user = UserId(new_id());
        assert_eq!(tables.credentials(user).await.expect("none"), None);
        tables.set_password(user, "$argon2id$...").await.expect("set");
        assert_eq!(tables.credentials(user).await.expect("some").expect("some").password, "$argon2id$...");
        tables.set_sign_in_emails(user, &["Ada@Example.org".to_owned()]).await.expect("emails");
        assert_eq!(tables.user_by_email(" ada@example.ORG ").await.expect("found"), Some(user));
        tables.remove_credentials(user).await.expect("removed");
        assert_eq!(tables.user_by_email("ada@example.org").await.expect("none"), None);
    }

    async fn failures_pause_their_source_for_a_growing_while_and_are_forgotten(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        let at = now();
        let pause = |failures: u32| TimeDelta::minutes(if failures < 3 { 0 } else { failures.into() });
        let fail = async |at| tables.sign_in_failed("user:ada", at, pause).await.expect("failed");
        assert_eq!(fail(at).await, None);
        assert_eq!(fail(at).await, None);
        assert_eq!(tables.sign_in_paused("user:ada", at).await.expect("asked"), None);
        let until = at + TimeDelta::minutes(3);
        assert_eq!(fail(at).await, Some(until));
        assert_eq!(tables.sign_in_paused("user:ada", at).await.expect("asked"), Some(until));
        assert_eq!(tables.sign_in_paused("user:bob", at).await.expect("asked"), None);
        assert_eq!(tables.sign_in_paused("user:ada", until).await.expect("asked"), None);
        assert_eq!(fail(until).await, Some(until + TimeDelta::minutes(4)));
        tables.sign_in_succeeded("user:ada").await.expect("succeeded");
        assert_eq!(fail(until).await, None);
        assert_eq!(fail(until).await, None);
        assert_eq!(fail(until + TimeDelta::hours(25)).await, None, "a day later it begins anew");
    }

    async fn a_mailed_code_works_once_for_its_purpose_until_it_expires(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        let (user, at) = (UserId(new_id()), now());
        let code = OneTimeCode { user, email: "ada@example.org".to_owned() };
        for hash in [[1; 32], [2; 32]] {
            tables.keep_code(&hash, CodePurpose::Verification, &code, at + TimeDelta::hours(1)).await.expect("kept");
        }
        let use_it = async |hash: u8, purpose, at| tables.use_code(&[hash; 32], purpose, at).await.expect("used");
        assert_eq!(use_it(1, CodePurpose::FirstPassword, at).await, None);
        assert_eq!(use_it(1, CodePurpose::Verification, at).await, Some(code));
        assert_eq!(use_it(1, CodePurpose::Verification, at).await, None);
        assert_eq!(use_it(2, CodePurpose::Verification, at + TimeDelta::hours(1)).await, None);
    }

    async fn a_second_factor_counts_once_confirmed_and_no_step_twice(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        let user = UserId(new_id());
        assert!(tables.second_factor(user).await.expect("none").is_none());
        assert!(tables.begin_second_factor(user, b"first").await.expect("begun"));
        assert!(tables.begin_second_factor(user, b"second").await.expect("begun anew"));
        assert!(tables.use_time_step(user, 7).await.expect("used"));
        assert!(!tables.use_time_step(user, 7).await.expect("used before"));
        assert!(!tables.use_time_step(user, 6).await.expect("older"));
        tables.confirm_second_factor(user, &[[1; 32], [2; 32]]).await.expect("confirmed");
        let (secret, confirmed) = tables.second_factor(user).await.expect("some").expect("some");
        assert_eq!((secret.as_slice(), confirmed), (b"second".as_slice(), true));
        assert!(!tables.begin_second_factor(user, b"third").await.expect("kept"));
        assert!(tables.use_recovery_code(user, &[1; 32]).await.expect("used"));
        assert!(!tables.use_recovery_code(user, &[1; 32]).await.expect("used before"));
        tables.remove_second_factor(user).await.expect("removed");
        assert!(tables.second_factor(user).await.expect("none").is_none());
        assert!(!tables.use_recovery_code(user, &[2; 32]).await.expect("gone too"));
    }

    async fn an_inbox_holds_each_notice_once_and_remembers_what_was_read(backend: Backend) {
        let tables = backend.open().await.state_tables().clone();
        let (ada, bob, at) = (UserId(new_id()), UserId(new_id()), now());
        let notice = |user, position, category: &str| InboxMessage {
            id: new_id(),
            user,
            position,
            notice: "reminder".to_owned(),
            category: category.to_owned(),
            object: new_id(),
            title: format!("Notice {position}"),
            told_at: at,
            read_at: None,
        };
        let all = [notice(ada, 1, "account"), notice(ada, 2, "request"), notice(ada, 3, "account"), notice(bob, 3, "account")];
        let watch = tables.inbox_watch();
        tables.tell(&all).await.expect("told");
        tables.tell(&all).await.expect("told again");
        assert!(watch.has_changed().expect("watched"));
        let inbox = async |filter| tables.inbox(ada, &filter, 10).await.expect("inbox");
        let newest_first = [all[2].clone(), all[1].clone(), all[0].clone()];
        assert_eq!(inbox(InboxFilter::default()).await, newest_first);
        assert_eq!(inbox(InboxFilter { before: Some((3, all[2].id)), ..InboxFilter::default() }).await, newest_first[1..]);
        assert_eq!(tables.inbox_state(ada).await.expect("state"), (3, 3));
        assert!(tables.mark_read(ada, all[0].id, Some(at)).await.expect("read"));
        assert!(!tables.mark_read(bob, all[0].id, Some(at)).await.expect("not bob's"));
        let unread = InboxFilter { category: Some("account".to_owned()), unread: true, ..InboxFilter::default() };
        assert_eq!(inbox(unread).await, [all[2].clone()]);
        tables.mark_all_read(ada, Some("account"), 2, at).await.expect("read");
        assert_eq!(tables.inbox_state(ada).await.expect("state").0, 2, "the request's stays unread");
        tables.mark_all_read(ada, None, 2, at).await.expect("read");
        assert_eq!(tables.inbox_state(ada).await.expect("state").0, 1);
        assert!(tables.mark_read(ada, all[0].id, None).await.expect("unread"));
        assert_eq!(tables.inbox_state(ada).await.expect("state").0, 2);
        assert_eq!(tables.inbox_state(bob).await.expect("state"), (1, 3));
        // The same again about a later event says what is new; about an earlier one, nothing.
        let later = InboxMessage { position: 7, title: "Notice 7".to_owned(), ..all[3].clone() };
        tables.mark_read(bob, later.id, Some(at)).await.expect("read");
        tables.tell(std::slice::from_ref(&later)).await.expect("told anew");
        tables.tell(std::slice::from_ref(&all[3])).await.expect("old news");
        assert_eq!(tables.inbox(bob, &InboxFilter::default(), 10).await.expect("inbox"), [later]);
    }

    async fn a_saved_view_is_its_persons_alone_and_is_saved_once_under_a_name(backend: Backend) {
        let store = backend.open().await;
        let tables = store.state_tables();
        let (ada, bob) = (UserId(new_id()), UserId(new_id()));
        let save = async |user, list, name, query, most| tables.save_view(user, list, name, query, most).await.expect("saved");
        let soon = save(ada, "accounts", "Soon", "status=active", 2).await.expect("room");
        save(bob, "accounts", "Soon", "q=bob", 2).await.expect("room");
        let failed = save(ada, "requests", "Failed", "status=failed", 2).await.expect("room");
        assert_eq!(save(ada, "audit", "One too many", "", 2).await, None);
        let changed = save(ada, "accounts", "Soon", "status=disabled", 2).await.expect("its own place");
        assert_eq!(changed.id, soon.id);
        assert_eq!(tables.saved_views(ada).await.expect("views"), [changed, failed.clone()]);
        assert!(!tables.remove_view(bob, failed.id).await.expect("not bob's"));
        assert!(tables.remove_view(ada, failed.id).await.expect("removed"));
        tables.remove_credentials(ada).await.expect("removed");
        assert_eq!(tables.saved_views(ada).await.expect("none"), []);
        let left = tables.saved_views(bob).await.expect("views");
        assert_eq!(left.iter().map(|view| view.query.as_str()).collect::<Vec<_>>(), ["q=bob"]);
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
            api_token: None,
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
        let later = OutboxMessage { position: message("a").position + 1, subject: "Two accounts".to_owned(), ..message("a") };
        tables.queue_messages(&[message("a")], at).await.expect("known");
        tables.queue_messages(std::slice::from_ref(&later), at + TimeDelta::hours(1)).await.expect("says what is new, when it was due");
        tables.queue_messages(&[message("a")], at).await.expect("old news");
        assert_eq!(tables.outbox_counts().await.expect("counts").queued, 2);
        let lease = TimeDelta::minutes(1);
        let (mine, theirs) = tokio::join!(tables.claim_messages(at, lease, 1), others.claim_messages(at, lease, 5));
        let (mine, theirs) = (mine.expect("claimed"), theirs.expect("claimed"));
        assert_eq!(mine.len() + theirs.len(), 2);
        let mut claimed: Vec<_> = mine.into_iter().chain(theirs).collect();
        claimed.sort_by(|a, b| a.message.id.cmp(&b.message.id));
        assert_eq!((&claimed[0].message, claimed[0].attempts), (&later, 1));
        let too_late = OutboxMessage { position: later.position + 1, ..later.clone() };
        tables.queue_messages(&[too_late], at).await.expect("on its way");
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
