//! What people, directories and time do in a run. Everything is named by small numbers, so that a failure can be read.

use chrono::TimeDelta;

/// A person, by number; 0 is the administrator, who is never disabled.
pub(crate) type Person = usize;
/// A group, by number.
pub(crate) type Group = usize;
/// A template, by number.
pub(crate) type Template = usize;
/// A request, by the order of drafting.
pub(crate) type Request = usize;
/// The account that a draft, or a reopened one, would lead to, by the order of drafting and reopening.
pub(crate) type Account = usize;

/// Somebody accountable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Person(Person),
    Group(Group),
}

/// What a requester writes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wish {
    pub(crate) kind: Kind,
    pub(crate) template: Template,
    pub(crate) name: String,
    pub(crate) owners: Vec<Owner>,
    /// Which of the template's periods; one beyond them is none of them.
    pub(crate) period: Option<usize>,
    pub(crate) justified: bool,
    pub(crate) terms_accepted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    New,
    Renewal(Account),
    /// Of an attribute of the account, to this value.
    Change(Account, u8),
}

/// One thing that somebody does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Join(Person, Group),
    Leave(Person, Group),
    DisablePerson(Person),
    EnablePerson(Person),
    DisableGroup(Group),
    EnableGroup(Group),
    DisableTemplate(Template),
    EnableTemplate(Template),
    /// Another version, with periods and windows of its own.
    Publish(Template, Variant),
    Unpublish(Template),
    Draft(Person, Request, Account, Wish),
    Revise(Person, Request, Wish),
    Submit(Person, Request),
    Approve(Person, Request),
    Reject(Person, Request, Reason),
    /// An approver asks the requester before deciding.
    Ask(Person, Request),
    Answer(Person, Request),
    /// A step is approved in place of its approvers.
    Override(Person, Request, Reason),
    Withdraw(Person, Request),
    Reopen(Person, Request, Account),
    Retry(Person, Request),
    /// Somebody decides in the person's name, from so many days on and for so many.
    NameDeputy(Person, Deputyship),
    WithdrawDeputy(Person),
    Renew(Person, Account),
    Decline(Person, Account, Reason),
    Disable(Person, Account, Reason),
    Enable(Person, Account, Reason),
    Delete(Person, Account, Confirmed),
    Purge(Person, Account, Reason),
    RetryOrder(Person, Account),
    ChangeOwners(Person, Account, Vec<Owner>),
    /// Time passes, and everything that falls due on the way happens.
    Pass(TimeDelta),
    /// From now on the directories refuse to create or delete accounts whose name says `stuck`, or do so no more.
    Refusing(bool),
    /// Somebody makes an object of this name in a directory, past Tenure.
    Squat(usize, String),
}

/// Who decides in another's name, and when, counted from the moment of naming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deputyship {
    pub(crate) deputy: Person,
    /// Days until it begins; it may have begun before.
    pub(crate) begins_in: i64,
    /// Days that it lasts.
    pub(crate) lasts: i64,
}

/// Does the person say why?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Given,
    Blank,
}

/// Is the deletion confirmed by the right name?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirmed {
    Rightly,
    Wrongly,
}

/// What differs between versions of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    /// Added to the days of every period.
    pub(crate) longer: u16,
    /// Days before the end at which renewal opens.
    pub(crate) opens: Option<u16>,
    /// Days that an account enabled after its end lives.
    pub(crate) grace: u16,
}

/// What goes wrong beside a step, and must change nothing about its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The command is sent once more with the same key, at the same time.
    SentTwice,
    /// The command is sent once more with the same key, afterwards.
    SentAgain,
    /// An engine dies with its leases, and another takes its place.
    EngineKilled(usize),
    /// The directory does the next order, and the connection is lost before it says so.
    OutcomeUnknown,
    /// The directory cannot be reached for a moment.
    Unreachable(usize),
    /// Reports of the past come again.
    OldReports,
    /// The broker loses every order.
    OrdersLost,
    /// The broker loses every report.
    ReportsLost,
    /// All read models are built anew, meanwhile.
    Rebuild,
    /// The core ends in order and starts again.
    CoreStopped,
    /// The core is cut off in the middle, and starts again.
    CoreKilled,
}

/// One move of a run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Move {
    One(Step, Option<Fault>),
    /// Several people at the same moment.
    Together(Vec<Step>),
}
