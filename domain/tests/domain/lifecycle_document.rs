//! docs/LIFECYCLE.md, printed by asking the rules themselves: every cell is what `check` answers, every line of a calendar
//! what the aggregate does when its timers fire.

use crate::scene::{END, Life, RETIREMENT_OU, at, template, why};
use chrono::{DateTime, Days, Utc};
use std::{collections::BTreeMap, fmt::Write as _};
use tenure_domain::{
    Event,
    account::{AccountCommand as C, Stage},
    lifecycle::{
        EndOfLifecycleAction as Action, LifecycleOption as O, OptionOff, Phase, Situation, Status,
        check,
    },
    template::TemplateContent,
    timers::{self, Timer, TimerChange, TimerClock, TimerCommand, TimerKind},
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/LIFECYCLE.md");

#[test]
fn the_lifecycle_document_is_printed_from_the_schema_of_options() {
    let now = document();
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(FILE, &now).unwrap();
    }
    let known = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        known == now,
        "docs/LIFECYCLE.md differs: run the tests with UPDATE_SCHEMAS=1"
    );
}

fn document() -> String {
    let mut text = String::from(
        "# The lifecycle of an account\n\nPrinted from the rules of `domain/src/lifecycle.rs` and `domain/src/account/`, by \
         asking them (`domain/tests/domain/lifecycle_document.rs`); a test keeps it so (`UPDATE_SCHEMAS=1` writes it \
         anew).\n\nAn account's lifecycle begins when the directory confirms it; its end is 00:00 UTC of that day plus its \
         period. Every example below is of an account confirmed on 10 January 2026 with a period of 90 days, whose template \
         opens renewal 30 days before the end, reminds every 7 days and every 12 hours in the last 3, and names a retirement \
         OU.\n",
    );
    at_the_end(&mut text);
    options(&mut text);
    reasons(&mut text);
    renewal(&mut text);
    calendars(&mut text);
    text
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .unwrap()
        .as_str()
        .unwrap()
        .into()
}

fn at_the_end(text: &mut String) {
    text.push_str(
        "\n## At the end\n\n| action | status then | in the directory | afterwards |\n| --- | --- | --- | --- |\n",
    );
    for &action in Action::ALL {
        let mut life = Life::live(action);
        let told_before = life.managed().wanted().unwrap().1.expires_at;
        life.at(END).run(C::ReachEnd(at(END))).unwrap();
        let mut done = Vec::new();
        if told_before == Some(at(END)) {
            done.push(
                "refuses sign-ins by itself: accountExpires was set at provisioning".to_owned(),
            );
        }
        if let Some(order) = life.outstanding() {
            if !order.desired.enabled {
                done.push("disabled".into());
            }
            if order.desired.ou == RETIREMENT_OU {
                done.push("moved to the retirement OU".into());
            }
        }
        if done.is_empty() {
            done.push("nothing".into());
        }
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            word(action),
            life.status().text(),
            done.join(", "),
            afterwards(action)
        );
    }
}

/// What Tenure does by itself after the end.
fn afterwards(action: Action) -> String {
    let mut said = Vec::new();
    let mut content = template(action);
    content.lifecycle.purge_after_days = Some(30);
    let mut life = Life::live_by(&content);
    life.at(END).run(C::ReachEnd(at(END))).unwrap();
    if let Stage::MarkedDeleted {
        purge_at: Some(purge),
    } = life.managed().stage
    {
        let days = (purge - at(END)).num_days();
        assert_eq!(days, 30, "as the template says");
        said.push("object and secret stay until an administrator purges them or the template's grace is over".to_owned());
    }
    if life.outstanding().is_some() {
        life.applied();
    }
    let ended = life.now;
    if life.run(C::Enable { reason: why() }).is_ok() {
        let repeats = due(&life, TimerKind::EndRepeat).map(|at| (at - ended).num_days());
        if let Some(days) = repeats {
            said.push(format!("enabled again, it lives for the template's grace ({days} days unless set), then the action repeats"));
        }
    }
    match said.is_empty() {
        true => "nothing".into(),
        false => said.join("; "),
    }
}

fn due(life: &Life, kind: TimerKind) -> Option<DateTime<Utc>> {
    timers_of(life).remove(&kind).map(|timer| timer.due)
}

fn timers_of(life: &Life) -> BTreeMap<TimerKind, Timer> {
    let mut set = BTreeMap::new();
    for event in &life.history {
        for change in timers::changes(crate::scene::account_id().0, &Event::Account(event.clone()))
        {
            match change {
                TimerChange::Set(timer) => {
                    set.insert(timer.kind, timer);
                }
                TimerChange::Cancel(kind) => {
                    set.remove(&kind);
                }
            }
        }
    }
    set
}

/// Every situation of an account with this action, in this phase and status.
fn situations(action: Action, phase: Phase, status: Status) -> impl Iterator<Item = Situation> {
    (0..16_u8).map(move |bits| Situation {
        action,
        phase,
        status,
        enabled: bits & 1 != 0,
        renewal_open: bits & 2 != 0,
        renewal_pending: bits & 4 != 0,
        object_exists: bits & 8 != 0,
    })
}

fn cell(action: Action, phase: Phase, status: Status, option: O) -> String {
    let mut off: Vec<OptionOff> = Vec::new();
    let mut on = false;
    for situation in situations(action, phase, status) {
        match check(&situation, option) {
            Ok(()) => on = true,
            Err(why) if !off.contains(&why) => off.push(why),
            Err(_) => {}
        }
    }
    if !on {
        return "–".into();
    }
    let mut conditions: Vec<_> = off.into_iter().map(condition).collect();
    conditions.sort_unstable();
    match conditions.is_empty() {
        true => "yes".into(),
        false => conditions.join(", "),
    }
}

/// What must hold for this reason not to.
fn condition(off: OptionOff) -> &'static str {
    match off {
        OptionOff::RenewalNotOpen => "once open",
        OptionOff::RenewalPending => "while none waits",
        OptionOff::AlreadyDisabled => "while enabled",
        OptionOff::AlreadyEnabled => "while disabled",
        OptionOff::Deleted => "until purged",
        OptionOff::NotOffered
        | OptionOff::StillProvisioning
        | OptionOff::NotMarkedDeleted
        | OptionOff::Released => {
            panic!("{off:?} holds in every situation of a row, or in none")
        }
    }
}

fn options(text: &mut String) {
    text.push_str("\n## What may be done with it\n\n| action | when |");
    for &option in O::ALL {
        let _ = write!(text, " {} |", word(option));
    }
    let _ = writeln!(text, "\n| --- | --- |{}", " --- |".repeat(O::ALL.len()));
    let mut row = |action: &str, when: &str, cells: &dyn Fn(O) -> String| {
        let _ = write!(text, "| {action} | {when} |");
        for &option in O::ALL {
            let _ = write!(text, " {} |", cells(option));
        }
        text.push('\n');
    };
    for &action in Action::ALL {
        for (phase, when) in [
            (Phase::Before, "before the end"),
            (Phase::After, "after the end"),
        ] {
            let status = match (action, phase) {
                (Action::Delete, Phase::After) => Status::Deleted,
                _ => Status::Active,
            };
            row(&word(action), when, &|option| {
                cell(action, phase, status, option)
            });
        }
    }
    for (status, when) in [
        (Status::Provisioning, "until the directory has confirmed it"),
        (Status::Deleted, "once deleted"),
    ] {
        let same = |option| {
            let cells: Vec<_> = Action::ALL
                .iter()
                .flat_map(|&action| {
                    [Phase::Before, Phase::After].map(|phase| cell(action, phase, status, option))
                })
                .collect();
            assert!(
                cells.iter().all(|cell| *cell == cells[0]),
                "the same for every action"
            );
            cells[0].clone()
        };
        row("every one", when, &same);
    }
    text.push_str(
        "\n*Renew* extends the end by the account's period; *submit-renewal* asks approvers for that. *Declining* renewal, \
         which ends the reminders, is possible wherever renewal is open. *Clone* makes a draft on the template's newest \
         version: of a deleted account under its own name, where approval revives the directory object if it still exists. \
         *Purge* is for administrators.\n",
    );
}

fn reasons(text: &mut String) {
    text.push_str("\n## Why an option is off\n\n| reason | for people |\n| --- | --- |\n");
    let mut seen: Vec<OptionOff> = Vec::new();
    for &action in Action::ALL {
        for phase in [Phase::Before, Phase::After] {
            for &status in Status::ALL {
                for situation in situations(action, phase, status) {
                    let off = O::ALL
                        .iter()
                        .filter_map(|option| check(&situation, *option).err());
                    seen.extend(off);
                }
            }
        }
    }
    let lines: std::collections::BTreeSet<_> = seen
        .into_iter()
        .map(|off| format!("| {} | {off} |\n", word(off)))
        .collect();
    text.extend(lines);
}

fn renewal(text: &mut String) {
    text.push_str(
        "\n## Renewal\n\nAn early one counts from the old end, a late one from today's 00:00 UTC.\n\n\
         | renewed | from | to | then |\n| --- | --- | --- | --- |\n",
    );
    for (when, how) in [
        ("2026-03-20T15:00:00Z", "early"),
        ("2026-04-20T15:00:00Z", "late"),
    ] {
        let mut life = Life::live(Action::Disable);
        if at(when) > at(END) {
            life = Life::ended(Action::Disable);
        }
        let former = life.end();
        let was = life.status();
        life.at(when).run(C::Renew).unwrap();
        let ordered = life.outstanding().map(|order| {
            let enabled = if order.desired.enabled {
                ", enabled"
            } else {
                ""
            };
            let place = if order.desired.ou == RETIREMENT_OU {
                ""
            } else {
                ", back in its own OU"
            };
            format!("{enabled}{place}")
        });
        let _ = writeln!(
            text,
            "| {how}, on {} | {} ({}) | {} ({}{}) | closed until {} |",
            day(at(when)),
            day(former),
            was.text(),
            day(life.end()),
            life.status().text(),
            ordered.unwrap_or_default(),
            day(life
                .managed()
                .lifecycle()
                .unwrap()
                .renewal_opens_at
                .unwrap()),
        );
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y").to_string()
}

fn calendars(text: &mut String) {
    text.push_str(
        "\n## A calendar of each\n\nWhat happens to an account for which nobody does anything; the template stops reminding 44 \
         days after the first notification, and purges after 30 days.\n",
    );
    for &action in Action::ALL {
        let mut content = template(action);
        content.lifecycle.stop_reminding_after_days = action.renews().then_some(44);
        content.lifecycle.purge_after_days = Some(30);
        let _ = writeln!(
            text,
            "\n### {}\n\n| when (UTC) | what | status |\n| --- | --- | --- |",
            word(action)
        );
        for (when, what, status) in calendar(&content) {
            let _ = writeln!(
                text,
                "| {} | {what} | {status} |",
                when.format("%Y-%m-%d %H:%M")
            );
        }
    }
}

/// Every event until nothing more is due.
fn calendar(content: &TemplateContent) -> Vec<(DateTime<Utc>, String, &'static str)> {
    let mut life = Life::live_by(content);
    let mut lines = vec![line(&life, 0)];
    let horizon = at(END) + Days::new(365);
    loop {
        let next = timers_of(&life)
            .into_values()
            .filter(|timer| timer.kind.clock() == TimerClock::Business)
            .min_by_key(|timer| timer.due);
        let Some(timer) = next else { return lines };
        assert!(timer.due < horizon, "reminders end");
        let told = life.history.len();
        life.now = timer.due;
        let TimerCommand::Account(_, command) = timer.command() else {
            panic!("a timer of an account")
        };
        life.run(command).unwrap();
        if let Some(order) = life.outstanding() {
            let removal = order.kind == tenure_domain::order::OrderKind::Remove;
            let outcome = if removal {
                tenure_domain::order::Outcome::Removed
            } else {
                crate::scene::done()
            };
            life.report(outcome);
        }
        lines.push(line(&life, told));
    }
}

fn line(life: &Life, told: usize) -> (DateTime<Utc>, String, &'static str) {
    let what: Vec<_> = life.history[told..]
        .iter()
        .map(|event| match event {
            tenure_domain::account::AccountEvent::OwnersReminded(e) => {
                format!("owners-reminded ({})", word(e.urgency))
            }
            other => cqrs_es::DomainEvent::event_type(other).replace("account.", ""),
        })
        .collect();
    (life.now, what.join(", "), life.status().text())
}
