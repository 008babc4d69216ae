//! When owners are told, and when not any more.

use crate::scene::{END, Life, OPENS, at, template, why};
use tenure_domain::{
    account::{AccountCommand as C, AccountEvent, AccountRefusal as R, ReminderUrgency as U},
    lifecycle::EndOfLifecycleAction as Action,
    template::{TemplateContent, Urgent},
};

/// Lets every reminder come when it is due, until `until`.
fn reminders(life: &mut Life, until: &str) -> Vec<(String, U)> {
    let mut told = vec![];
    let mut due = life.history.iter().rev().find_map(|event| match event {
        AccountEvent::RenewalOpened(opened) => Some(opened.next_reminder),
        AccountEvent::LifecycleEnded(ended) => Some(ended.next_reminder),
        _ => None,
    });
    while let Some(Some(next)) = due.filter(|due| due.is_some_and(|due| due < at(until))) {
        life.now = next;
        let events = life.run(C::Remind(next)).expect("a reminder");
        let [AccountEvent::OwnersReminded(reminded)] = &events[..] else {
            panic!("one reminder")
        };
        told.push((next.format("%m-%d %H:%M").to_string(), reminded.urgency));
        due = Some(reminded.next_reminder);
    }
    told
}

fn opened(template: &TemplateContent) -> Life {
    let mut life = Life::live_by(template);
    life.at(OPENS).run(C::OpenRenewal(at(OPENS))).expect("open");
    life
}

#[test]
fn every_seven_days_and_every_twelve_hours_in_the_last_three() {
    let mut life = opened(&template(Action::Disable));
    let told = reminders(&mut life, END);
    let expected = [
        ("03-18 00:00", U::Regular),
        ("03-25 00:00", U::Regular),
        ("04-01 00:00", U::Regular),
        ("04-07 00:00", U::Urgent),
        ("04-07 12:00", U::Urgent),
        ("04-08 00:00", U::Urgent),
        ("04-08 12:00", U::Urgent),
        ("04-09 00:00", U::Urgent),
        ("04-09 12:00", U::Urgent),
    ];
    assert_eq!(told, expected.map(|(at, urgency)| (at.to_owned(), urgency)));
}

#[test]
fn after_the_end_only_regular_ones_and_no_longer_than_the_template_says() {
    let mut template = template(Action::Review);
    template.lifecycle.stop_reminding_after_days = Some(44);
    let mut life = opened(&template);
    reminders(&mut life, END);
    life.at(END).run(C::ReachEnd(at(END))).expect("ended");
    // 44 days after the first notification on 11 March is 24 April.
    let expected = ["04-17 00:00", "04-24 00:00"].map(|at| (at.to_owned(), U::Regular));
    assert_eq!(reminders(&mut life, "2027-01-01T00:00:00Z"), expected);
}

#[test]
fn renewal_that_opens_only_at_the_end_opens_with_it_and_tells_the_owners() {
    let mut template = template(Action::Disable);
    template.lifecycle.renewal_opens_days = None;
    let mut life = Life::live_by(&template);
    assert_eq!(life.run(C::OpenRenewal(at(OPENS))), Err(R::NotDue));
    assert_eq!(
        life.at(END).does(C::ReachEnd(at(END))),
        ["renewal-opened", "lifecycle-ended", "order-issued"]
    );
    assert!(
        life.history
            .iter()
            .any(|event| matches!(event, AccountEvent::RenewalOpened(opened) if opened.notify))
    );
    assert_eq!(
        reminders(&mut life, "2026-04-18T00:00:00Z"),
        [("04-17 00:00".to_owned(), U::Regular)]
    );
}

#[test]
fn the_owners_are_told_of_the_opening_unless_the_template_says_not_to() {
    let mut template = template(Action::Disable);
    template.lifecycle.notify_when_renewal_opens = false;
    let quiet = opened(&template);
    assert!(
        quiet
            .history
            .iter()
            .any(|event| matches!(event, AccountEvent::RenewalOpened(opened) if !opened.notify))
    );
}

#[test]
fn without_reminders_in_the_template_nobody_is_reminded() {
    let mut template = template(Action::Disable);
    (
        template.lifecycle.remind_every_days,
        template.lifecycle.urgent,
    ) = (None, None);
    assert_eq!(
        reminders(&mut opened(&template), "2027-01-01T00:00:00Z"),
        []
    );
    template.lifecycle.urgent = Some(Urgent {
        every_hours: 24,
        last_days: 2,
    });
    let expected = ["04-08 00:00", "04-09 00:00"].map(|at| (at.to_owned(), U::Urgent));
    assert_eq!(
        reminders(&mut opened(&template), "2027-01-01T00:00:00Z"),
        expected
    );
}

#[test]
fn declining_and_renewing_end_the_reminders() {
    let mut life = opened(&template(Action::Disable));
    let mut renewed = life.clone();
    life.run(C::DeclineRenewal { reason: why() })
        .expect("declined");
    life.at("2026-03-18T00:00:00Z");
    assert_eq!(
        life.run(C::Remind(at("2026-03-18T00:00:00Z"))),
        Err(R::NotDue)
    );
    assert_eq!(
        life.at(END).does(C::ReachEnd(at(END))),
        ["lifecycle-ended", "order-issued"]
    );
    assert_eq!(
        reminders(&mut life, "2027-01-01T00:00:00Z"),
        [],
        "nor after the end"
    );
    renewed.run(C::Renew).expect("renewed");
    renewed.at("2026-03-18T00:00:00Z");
    assert_eq!(
        renewed.run(C::Remind(at("2026-03-18T00:00:00Z"))),
        Err(R::NotDue)
    );
}

#[test]
fn after_a_pause_one_reminder_is_enough() {
    let mut life = opened(&template(Action::Disable));
    life.at("2026-04-02T06:00:00Z");
    let events = life
        .run(C::Remind(at("2026-03-18T00:00:00Z")))
        .expect("a reminder");
    let [AccountEvent::OwnersReminded(reminded)] = &events[..] else {
        panic!("one reminder")
    };
    assert_eq!(reminded.next_reminder, Some(at("2026-04-07T00:00:00Z")));
}

#[test]
fn a_timer_that_comes_early_or_for_another_end_is_refused() {
    let mut life = Life::live(Action::Disable);
    assert_eq!(
        life.at("2026-03-10T23:59:59Z")
            .run(C::OpenRenewal(at(OPENS))),
        Err(R::NotDue)
    );
    assert_eq!(
        life.at("2026-04-09T23:59:59Z").run(C::ReachEnd(at(END))),
        Err(R::NotDue)
    );
    assert_eq!(
        life.at("2026-05-01T00:00:00Z")
            .run(C::ReachEnd(at("2026-04-09T00:00:00Z"))),
        Err(R::NotDue)
    );
    assert_eq!(
        life.run(C::Remind(at(OPENS))),
        Err(R::NotDue),
        "renewal has not opened"
    );
    assert!(
        life.run(C::OpenRenewal(at(OPENS))).is_ok(),
        "late is not too late"
    );
    assert_eq!(life.run(C::OpenRenewal(at(OPENS))), Err(R::NotDue), "once");
    assert!(life.run(C::ReachEnd(at(END))).is_ok());
    assert_eq!(life.run(C::ReachEnd(at(END))), Err(R::NotDue), "once");
}

#[test]
fn who_declined_before_the_timer_came_is_not_told_that_renewal_is_open() {
    let mut life = Life::live(Action::Disable);
    life.at("2026-03-11T00:00:01Z")
        .run(C::DeclineRenewal { reason: why() })
        .expect("declined");
    let events = life.run(C::OpenRenewal(at(OPENS))).expect("open");
    let [AccountEvent::RenewalOpened(opened)] = &events[..] else {
        panic!("opened")
    };
    assert_eq!((opened.notify, opened.next_reminder), (false, None));
}

#[test]
fn who_is_told_late_is_not_reminded_of_it_at_once() {
    // Tenure was away for half a year.
    let later = "2026-10-01T00:00:00Z";
    let mut life = Life::live(Action::Disable);
    let opens = life.at(later).run(C::OpenRenewal(at(OPENS)));
    let ends = life.run(C::ReachEnd(at(END)));
    let next = [opens, ends].map(|events| match &events.expect("due")[0] {
        AccountEvent::RenewalOpened(opened) => opened.next_reminder,
        AccountEvent::LifecycleEnded(ended) => ended.next_reminder,
        other => panic!("{other:?}"),
    });
    assert_eq!(next, [Some(at("2026-10-08T00:00:00Z")); 2]);
}
