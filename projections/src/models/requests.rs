//! Requests: what was asked for, how far the approvals are, and who holds it since when.

use super::ABSENT;
use crate::{
    Count, Cursor, Page, Paged, SortOrder, ViewError, Views,
    cell::{Cell, Kind},
    list::{List, each_of, one_of},
    models::accounts::{Accounts, OutstandingOrder, Trouble},
    read_model::{Cells, ReadModel, content, of_content},
    search::{folded, matching, prefixes},
    table::Table,
};
use chrono::{DateTime, Utc, serde::ts_microseconds, serde::ts_microseconds_option};
use sea_query::{Cond, Expr, ExprTrait};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use tenure_domain::{
    AccountId, DomainId, Event, GroupId, RequestId, TemplateId, UserId,
    order::Failure,
    ownership::Owner,
    period::Period,
    request::{
        ApprovalGiven, ApprovalOverridden, InformationGiven, RequestContent, RequestEvent,
        RequestKind, RequestStatus, Submission,
    },
    template::UsersAndGroups,
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// A request, as people see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestRow {
    /// Which request.
    pub id: RequestId,
    /// What is asked for.
    pub kind: RequestKind,
    /// Who asks.
    pub requester: UserId,
    /// The account that comes of it, or that is renewed.
    pub account: AccountId,
    /// By which template.
    pub template: TemplateId,
    /// As the requester wrote it: what a draft is edited from.
    pub content: RequestContent,
    /// What the submission fixed; none while it was never submitted, or is a draft again.
    pub submission: Option<Submitted>,
    /// Where it stands.
    pub status: RequestStatus,
    /// The approval steps, with what was given.
    pub steps: Vec<StepProgress>,
    /// Index of the step that waits, while it is submitted.
    pub step: usize,
    /// Who said no, and why.
    pub rejection: Option<Rejection>,
    /// The directory's reason.
    pub failure: Option<Failure>,
    /// Since when who holds it holds it.
    #[serde(with = "ts_microseconds")]
    pub held_since: DateTime<Utc>,
    /// When it was begun.
    #[serde(with = "ts_microseconds")]
    pub created_at: DateTime<Utc>,
    /// When it was submitted last.
    #[serde(with = "ts_microseconds_option")]
    pub submitted_at: Option<DateTime<Utc>>,
    /// When anything last happened to it.
    #[serde(with = "ts_microseconds")]
    pub changed_at: DateTime<Utc>,
    /// Version of its stream.
    pub version: u64,
}

/// What a submission fixed, as far as people look at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submitted {
    /// Version of the template.
    pub template_version: u32,
    /// Where.
    pub domain: DomainId,
    /// The account's name.
    pub name: String,
    /// The requester first.
    pub owners: Vec<Owner>,
    /// How long the account lives.
    pub period: Period,
    /// The OU.
    pub ou: String,
    /// Are approver names hidden from the requester?
    pub hide_approver_names: bool,
}

/// One approval step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepProgress {
    /// As people see it.
    pub name: String,
    /// How many must approve.
    pub least: u16,
    /// People named.
    pub users: Vec<UserId>,
    /// Groups named.
    pub groups: Vec<GroupId>,
    /// Fallback approvers, once its time is over.
    #[serde(default)]
    pub fallback: UsersAndGroups,
    /// Is its time over, so that the fallback approvers count too?
    #[serde(default)]
    pub escalated: bool,
    /// Who has approved.
    pub given: Vec<GivenApproval>,
    /// Is it complete?
    pub completed: bool,
}

/// One approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GivenApproval {
    /// Who.
    pub approver: UserId,
    /// In whose name, if it is a deputy.
    #[serde(default)]
    pub on_behalf_of: Option<UserId>,
    /// Was it an administrator's override?
    #[serde(default)]
    pub overridden: bool,
    /// Through which groups; none if named in person.
    pub via: Vec<GroupId>,
    /// What they wrote.
    pub comment: Option<String>,
    /// When.
    #[serde(with = "ts_microseconds")]
    pub at: DateTime<Utc>,
}

/// Who said no, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rejection {
    /// Who.
    pub approver: UserId,
    /// Why.
    pub reason: String,
    /// When.
    #[serde(with = "ts_microseconds")]
    pub at: DateTime<Utc>,
}

/// Who has to do something next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Holder<'a> {
    /// The requester: a draft, or a question to answer.
    Requester,
    /// The approvers of this step.
    Approvers(&'a StepProgress),
    /// The step's time is over: its fallback approvers too.
    Fallback(&'a StepProgress),
    /// The directory, by way of its engines.
    Directory,
    /// Whoever can mend the cause of the failure and retry.
    Operator,
    /// Nobody: it is done, rejected or withdrawn.
    Nobody,
}

impl RequestRow {
    /// Who has to do something next, since [`RequestRow::held_since`].
    #[must_use]
    pub fn holder(&self) -> Holder<'_> {
        match self.status {
            RequestStatus::Draft | RequestStatus::SentBack => Holder::Requester,
            RequestStatus::Submitted => match self.steps.get(self.step) {
                Some(step) if step.escalated => Holder::Fallback(step),
                Some(step) => Holder::Approvers(step),
                None => Holder::Nobody,
            },
            RequestStatus::Approved | RequestStatus::Provisioning => Holder::Directory,
            RequestStatus::Failed => Holder::Operator,
            RequestStatus::Rejected | RequestStatus::Withdrawn | RequestStatus::Provisioned => {
                Holder::Nobody
            }
        }
    }

    /// Name of the account, as far as it is known.
    #[must_use]
    pub fn name(&self) -> &str {
        self.submission
            .as_ref()
            .map_or(&self.content.name, |submission| &submission.name)
    }

    fn submit(&mut self, at: DateTime<Utc>, s: &Submission) {
        self.kind = s.kind;
        self.account = s.account;
        self.template = s.template;
        self.submission = Some(Submitted {
            template_version: s.template_version,
            domain: s.domain,
            name: s.name.clone(),
            owners: s.owners.clone(),
            period: s.terms.period,
            ou: s.ou.clone(),
            hide_approver_names: s.hide_approver_names,
        });
        let step = |step: &tenure_domain::template::ApprovalStep| StepProgress {
            name: step.name.clone(),
            least: step.least,
            users: step.users.clone(),
            groups: step.groups.clone(),
            fallback: step.fallback.clone(),
            escalated: false,
            given: Vec::new(),
            completed: false,
        };
        self.steps = s.steps.iter().map(step).collect();
        self.step = 0;
        self.rejection = None;
        self.failure = None;
        self.submitted_at = Some(at);
        self.status = RequestStatus::Submitted;
    }

    fn approval(&mut self, at: DateTime<Utc>, e: &ApprovalGiven) {
        let Some(step) = self.steps.get_mut(e.step) else {
            return;
        };
        step.given.push(GivenApproval {
            approver: e.approver,
            on_behalf_of: e.on_behalf_of,
            overridden: false,
            via: e.via.clone(),
            comment: e.comment.clone(),
            at,
        });
        step.completed = e.step_completed;
        if e.step_completed {
            self.step = e.step + 1;
            self.held_since = at;
        }
    }

    fn overridden(&mut self, at: DateTime<Utc>, e: &ApprovalOverridden) {
        if let Some(step) = self.steps.get_mut(e.step) {
            step.given.push(GivenApproval {
                approver: e.administrator,
                on_behalf_of: None,
                overridden: true,
                via: Vec::new(),
                comment: Some(e.reason.clone()),
                at,
            });
            step.completed = true;
        }
        self.step = e.step + 1;
        self.held_since = at;
    }

    fn answered(&mut self, e: &InformationGiven) {
        if let Some(revised) = &e.revised {
            self.content
                .justification
                .clone_from(&revised.justification);
            self.content.description.clone_from(&revised.description);
            self.content.attributes.clone_from(&revised.attributes);
        }
        self.status = RequestStatus::Submitted;
    }

    fn apply(&mut self, at: DateTime<Utc>, event: &RequestEvent) {
        let before = self.status;
        match event {
            RequestEvent::Drafted(_) => {}
            RequestEvent::Revised(e) => self.edit(&e.content),
            RequestEvent::Submitted(e) => self.submit(at, &e.submission),
            RequestEvent::ApprovalGiven(e) => self.approval(at, e),
            RequestEvent::ApprovalOverridden(e) => self.overridden(at, e),
            RequestEvent::InformationRequested(_) => self.status = RequestStatus::SentBack,
            RequestEvent::InformationGiven(e) => self.answered(e),
            RequestEvent::Escalated(e) => {
                if let Some(step) = self.steps.get_mut(e.step) {
                    step.escalated = true;
                }
                self.held_since = at;
            }
            RequestEvent::NameReleased(_) | RequestEvent::Deleted(_) => {}
            RequestEvent::Approved(_) => self.status = RequestStatus::Approved,
            RequestEvent::Retried(_) => {
                self.failure = None;
                self.status = RequestStatus::Provisioning;
            }
            RequestEvent::Rejected(e) => {
                self.rejection = Some(Rejection {
                    approver: e.approver,
                    reason: e.reason.clone(),
                    at,
                });
                self.status = RequestStatus::Rejected;
            }
            RequestEvent::Withdrawn(_) => self.status = RequestStatus::Withdrawn,
            RequestEvent::Reopened(e) => {
                self.account = e.account;
                self.submission = None;
                self.steps.clear();
                self.step = 0;
                self.status = RequestStatus::Draft;
                let content = self.content.clone();
                self.edit(&content);
            }
            RequestEvent::ProvisioningBegun(_) => self.status = RequestStatus::Provisioning,
            RequestEvent::Completed(_) => self.status = RequestStatus::Provisioned,
            RequestEvent::Failed(e) => {
                self.failure = Some(e.failure.clone());
                self.status = RequestStatus::Failed;
            }
        }
        if self.status != before {
            self.held_since = at;
        }
    }

    fn edit(&mut self, content: &RequestContent) {
        self.kind = content.kind;
        self.template = content.template;
        self.content = content.clone();
    }
}

pub(crate) struct Requests;

const REQUESTS: &str = "view_requests";
const WORDS: &str = "view_request_words";

impl ReadModel for Requests {
    const NAME: &'static str = "requests";
    const VERSION: u32 = 1;
    const KINDS: &'static [&'static str] = &["request"];
    const TABLES: &'static [Table] = &[
        Table {
            name: REQUESTS,
            columns: &[
                ("id", Kind::Bytes),
                ("name_key", Kind::Text),
                ("status", Kind::Text),
                ("requester", Kind::Bytes),
                ("template", Kind::Bytes),
                ("account", Kind::Bytes),
                ("created_at", Kind::Int),
                ("changed_at", Kind::Int),
                ("content", Kind::Bytes),
            ],
            key: 1,
            indexes: &[
                &["name_key", "id"],
                &["created_at", "id"],
                &["changed_at", "id"],
                &["status", "changed_at", "id"],
                &["requester", "changed_at", "id"],
                &["template", "changed_at", "id"],
                &["account"],
            ],
        },
        Table {
            name: WORDS,
            columns: &[("id", Kind::Bytes), ("word", Kind::Text)],
            key: 2,
            indexes: &[&["word", "id"]],
        },
    ];

    type Key = Uuid;
    type Row = RequestRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if matches!(event.event, Event::Request(_)) {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        id: Uuid,
        row: Option<RequestRow>,
    ) -> Result<Option<RequestRow>, String> {
        let Event::Request(request) = &event.event else {
            return Ok(row);
        };
        let at = event.recorded_at;
        if let RequestEvent::Drafted(e) = request {
            return Ok(Some(RequestRow {
                id: RequestId(id),
                kind: e.content.kind,
                requester: e.requester,
                account: e.account,
                template: e.content.template,
                content: e.content.clone(),
                submission: None,
                status: RequestStatus::Draft,
                steps: Vec::new(),
                step: 0,
                rejection: None,
                failure: None,
                held_since: at,
                created_at: at,
                submitted_at: None,
                changed_at: at,
                version: event.version,
            }));
        }
        let Some(mut row) = row else {
            // The name of a failed attempt is let go of whenever the directory says so, also after the draft was deleted.
            let late = matches!(request, RequestEvent::NameReleased(_));
            return if late { Ok(None) } else { Err(ABSENT.into()) };
        };
        if let RequestEvent::Deleted(_) = request {
            return Ok(None);
        }
        row.apply(at, request);
        row.changed_at = at;
        row.version = event.version;
        Ok(Some(row))
    }

    fn cells(row: &RequestRow) -> Result<Cells, String> {
        Ok(vec![
            folded(row.name()).as_str().into(),
            row.status.text().into(),
            row.requester.0.into(),
            row.template.0.into(),
            row.account.0.into(),
            row.created_at.timestamp_micros().into(),
            row.changed_at.timestamp_micros().into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<RequestRow, String> {
        of_content(cells)
    }

    fn indexed(row: &RequestRow) -> Vec<BTreeSet<Cells>> {
        vec![prefixes([row.name()])]
    }
}

/// Which requests.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    /// Words of the account's name begin like this.
    pub search: Option<String>,
    /// One of these; empty = any.
    pub status: Vec<RequestStatus>,
    /// Asked by this person.
    pub requester: Option<UserId>,
    /// By this template.
    pub template: Option<TemplateId>,
    /// For this account.
    pub account: Option<AccountId>,
    /// One of these; empty = any.
    pub ids: Vec<RequestId>,
}

impl RequestFilter {
    fn condition(&self) -> Cond {
        self.of(&self.status)
    }

    /// The same with these statuses.
    fn of(&self, status: &[RequestStatus]) -> Cond {
        let is = |column: &'static str, id: Uuid| Expr::col(column).eq(id.as_bytes().to_vec());
        let status: Vec<_> = status.iter().map(|status| status.text()).collect();
        let status = one_of("status", &status, self.picks());
        let search = self
            .search
            .as_deref()
            .and_then(|search| matching(WORDS, search));
        let ids = || self.ids.iter().map(|id| id.0.as_bytes().to_vec());
        Cond::all()
            .add_option(status)
            .add_option(self.requester.map(|id| is("requester", id.0)))
            .add_option(self.template.map(|id| is("template", id.0)))
            .add_option(self.account.map(|id| is("account", id.0)))
            .add_option(search.map(|found| Expr::col("id").in_subquery(found)))
            .add_option((!self.ids.is_empty()).then(|| Expr::col("id").is_in(ids())))
    }

    /// Does anything beside the status say which?
    fn picks(&self) -> bool {
        self.search.is_some()
            || self.requester.is_some()
            || self.template.is_some()
            || self.account.is_some()
            || !self.ids.is_empty()
    }

    /// The statuses, if they are to be listed one by one and merged: each has an index by the last change.
    fn apart(&self, sort: RequestSort) -> Vec<Expr> {
        let statuses = match (self.status.as_slice(), sort) {
            (statuses @ [_, _, ..], RequestSort::Changed) if !self.picks() => statuses,
            _ => &[],
        };
        let texts: Vec<_> = statuses.iter().map(|status| status.text()).collect();
        each_of("status", &texts)
    }
}

/// By what requests are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestSort {
    /// By when anything last happened.
    #[default]
    Changed,
    /// By when they were begun.
    Created,
    /// By the account's name.
    Name,
}

/// What the directory does, or does not do, about a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RequestOrder {
    /// The order without a report.
    pub order: Option<OutstandingOrder>,
    /// Why the last order failed or waits.
    pub trouble: Option<Trouble>,
}

impl Views {
    /// Requests, a page at a time.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn requests(
        &self,
        filter: &RequestFilter,
        sort: RequestSort,
        order: SortOrder,
        page: &Page,
    ) -> Result<Paged<RequestRow>, ViewError> {
        let column = match sort {
            RequestSort::Changed => "changed_at",
            RequestSort::Created => "created_at",
            RequestSort::Name => "name_key",
        };
        let apart = filter.apart(sort);
        let condition = match apart.as_slice() {
            [] => filter.condition(),
            _ => filter.of(&[]),
        };
        let list = List {
            condition,
            sort: column,
            order,
        };
        self.list_apart::<Requests>(list, &apart, page).await
    }

    /// One request.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn request(&self, id: RequestId) -> Result<Option<RequestRow>, ViewError> {
        self.get::<Requests>(id.0).await
    }

    /// How many requests there are.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn request_count(&self, filter: &RequestFilter) -> Result<Count, ViewError> {
        self.count::<Requests>(filter.condition()).await
    }

    /// What the directory does about these requests: the orders of their accounts. Requests that the directory has
    /// nothing to do with are left out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn request_orders(
        &self,
        rows: &[RequestRow],
    ) -> Result<HashMap<RequestId, RequestOrder>, ViewError> {
        let held = rows
            .iter()
            .filter(|row| matches!(row.holder(), Holder::Directory | Holder::Operator));
        let of: Vec<(RequestId, AccountId)> = held.map(|row| (row.id, row.account)).collect();
        let ids: Vec<Uuid> = of.iter().map(|(_, account)| account.0).collect();
        let accounts = self.among::<Accounts>(&ids).await?;
        let orders: HashMap<AccountId, RequestOrder> = accounts
            .into_iter()
            .map(|account| {
                (
                    account.id,
                    RequestOrder {
                        order: account.order,
                        trouble: account.trouble,
                    },
                )
            })
            .collect();
        Ok(of
            .into_iter()
            .filter_map(|(id, account)| Some((id, orders.get(&account)?.clone())))
            .collect())
    }
}

impl RequestSort {
    /// A cursor after `row`, as [`Paged::next`] gives it.
    #[must_use]
    pub fn after(self, row: &RequestRow) -> Cursor {
        let key = match self {
            Self::Changed => Cell::from(row.changed_at.timestamp_micros()),
            Self::Created => row.created_at.timestamp_micros().into(),
            Self::Name => folded(row.name()).as_str().into(),
        };
        Cursor::of(&key, &row.id.0.into())
    }
}
