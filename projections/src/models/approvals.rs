//! Requests that wait for an approval: whose current step names whom, and who may not decide all the same.

use super::{ABSENT, accounts::owner_id};
use crate::{
    Count, Page, Paged, SortOrder, ViewError, Views,
    cell::Kind,
    list::List,
    read_model::{Cells, ReadModel, content, of_content},
    search::{matching, prefixes},
    table::Table,
};
use chrono::{DateTime, Utc, serde::ts_microseconds};
use sea_query::{Cond, Expr, ExprTrait, Query};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenure_domain::{
    Event, GroupId, RequestId, TemplateId, UserId,
    request::{Principal, RequestEvent, RequestKind},
    template::ApprovalStep,
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// A request that waits for an approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaitingApproval {
    /// Which request.
    pub request: RequestId,
    /// What is asked for.
    pub kind: RequestKind,
    /// The account's name.
    pub name: String,
    /// By which template.
    pub template: TemplateId,
    /// Who asks.
    pub requester: UserId,
    /// Why.
    pub justification: String,
    /// When it was submitted.
    #[serde(with = "ts_microseconds")]
    pub submitted_at: DateTime<Utc>,
    /// Since when the current step waits.
    #[serde(with = "ts_microseconds")]
    pub waits_since: DateTime<Utc>,
    /// All steps.
    pub steps: Vec<ApprovalStep>,
    /// Index of the current one.
    pub step: usize,
    /// Who has a voice in the current one already, by themselves or by a deputy.
    pub given: Vec<UserId>,
    /// Do the current step's fallback approvers count too?
    pub escalated: bool,
    /// Does it wait for the requester's answer?
    pub sent_back: bool,
    /// Segregation of duties: users and groups that may not decide, as requester or as owners.
    pub barred: Vec<Uuid>,
}

impl WaitingApproval {
    fn next_step(&mut self, at: DateTime<Utc>) {
        self.step += 1;
        self.given.clear();
        self.escalated = false;
        self.waits_since = at;
    }
}

pub(crate) struct Approvals;

const APPROVALS: &str = "view_approvals";
const VOICES: &str = "view_approval_voices";
const PARTIES: &str = "view_approval_parties";
const SPOKEN: &str = "view_approval_spoken";
const WORDS: &str = "view_approval_words";

impl ReadModel for Approvals {
    const NAME: &'static str = "approvals";
    const VERSION: u32 = 2;
    const KINDS: &'static [&'static str] = &["request"];
    const TABLES: &'static [Table] = &[
        Table {
            name: APPROVALS,
            columns: &[
                ("id", Kind::Bytes),
                ("waits_since", Kind::Int),
                ("template", Kind::Bytes),
                ("requester", Kind::Bytes),
                ("content", Kind::Bytes),
            ],
            key: 1,
            indexes: &[&["waits_since", "id"]],
        },
        Table {
            name: VOICES,
            columns: &[("id", Kind::Bytes), ("voice", Kind::Bytes)],
            key: 2,
            indexes: &[&["voice", "id"]],
        },
        Table {
            name: PARTIES,
            columns: &[("id", Kind::Bytes), ("who", Kind::Bytes)],
            key: 2,
            indexes: &[],
        },
        Table {
            name: SPOKEN,
            columns: &[("id", Kind::Bytes), ("who", Kind::Bytes)],
            key: 2,
            indexes: &[],
        },
        Table {
            name: WORDS,
            columns: &[("id", Kind::Bytes), ("word", Kind::Text)],
            key: 2,
            indexes: &[&["word", "id"]],
        },
    ];

    type Key = Uuid;
    type Row = WaitingApproval;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if let Event::Request(request) = &event.event
            && matches!(
                request,
                RequestEvent::Submitted(_)
                    | RequestEvent::ApprovalGiven(_)
                    | RequestEvent::ApprovalOverridden(_)
                    | RequestEvent::InformationRequested(_)
                    | RequestEvent::InformationGiven(_)
                    | RequestEvent::Escalated(_)
                    | RequestEvent::Approved(_)
                    | RequestEvent::Rejected(_)
                    | RequestEvent::Withdrawn(_)
            )
        {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        id: Uuid,
        row: Option<WaitingApproval>,
    ) -> Result<Option<WaitingApproval>, String> {
        let Event::Request(request) = &event.event else {
            return Ok(row);
        };
        let at = event.recorded_at;
        Ok(match request {
            RequestEvent::Submitted(e) => {
                let s = &e.submission;
                let owners = s.owners.iter().map(owner_id);
                Some(WaitingApproval {
                    request: RequestId(id),
                    kind: s.kind,
                    name: s.name.clone(),
                    template: s.template,
                    requester: s.requester,
                    justification: s.justification.clone(),
                    submitted_at: at,
                    waits_since: at,
                    steps: s.steps.clone(),
                    step: 0,
                    given: Vec::new(),
                    escalated: false,
                    sent_back: false,
                    barred: owners
                        .chain([s.requester.0])
                        .collect::<BTreeSet<_>>()
                        .into_iter()
                        .collect(),
                })
            }
            RequestEvent::ApprovalGiven(e) => {
                let mut row = row.ok_or(ABSENT)?;
                if e.step_completed {
                    row.next_step(at);
                } else {
                    row.given.push(e.approver);
                    row.given.extend(e.on_behalf_of);
                }
                Some(row)
            }
            RequestEvent::ApprovalOverridden(_) => {
                let mut row = row.ok_or(ABSENT)?;
                row.next_step(at);
                Some(row)
            }
            RequestEvent::InformationRequested(_) => Some(WaitingApproval {
                sent_back: true,
                ..row.ok_or(ABSENT)?
            }),
            RequestEvent::InformationGiven(e) => {
                let mut row = row.ok_or(ABSENT)?;
                row.sent_back = false;
                row.waits_since = at;
                if let Some(revised) = &e.revised {
                    row.justification.clone_from(&revised.justification);
                }
                Some(row)
            }
            RequestEvent::Escalated(_) => Some(WaitingApproval {
                escalated: true,
                ..row.ok_or(ABSENT)?
            }),
            // A request that failed was approved long ago: there is no row any more.
            RequestEvent::Approved(_) | RequestEvent::Rejected(_) | RequestEvent::Withdrawn(_) => {
                None
            }
            // Only ever before or after the wait.
            RequestEvent::Drafted(_)
            | RequestEvent::Revised(_)
            | RequestEvent::Reopened(_)
            | RequestEvent::Deleted(_)
            | RequestEvent::NameReleased(_)
            | RequestEvent::ProvisioningBegun(_)
            | RequestEvent::Completed(_)
            | RequestEvent::Failed(_)
            | RequestEvent::Retried(_) => row,
        })
    }

    fn cells(row: &WaitingApproval) -> Result<Cells, String> {
        Ok(vec![
            row.waits_since.timestamp_micros().into(),
            row.template.0.into(),
            row.requester.0.into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<WaitingApproval, String> {
        of_content(cells)
    }

    fn indexed(row: &WaitingApproval) -> Vec<BTreeSet<Cells>> {
        // While it waits for the requester nobody is to decide.
        let current = row.steps.get(row.step).filter(|_| !row.sent_back);
        let voices = current.map(|step| {
            let fallback = Some(&step.fallback).filter(|_| row.escalated);
            let users = step
                .users
                .iter()
                .chain(fallback.iter().flat_map(|f| &f.users));
            let groups = step
                .groups
                .iter()
                .chain(fallback.iter().flat_map(|f| &f.groups));
            users
                .map(|user| user.0)
                .chain(groups.map(|group| group.0))
                .map(|id| vec![id.into()])
                .collect()
        });
        vec![
            voices.unwrap_or_default(),
            row.barred.iter().map(|id| vec![(*id).into()]).collect(),
            // Who has approved has no second voice in the step.
            row.given.iter().map(|user| vec![user.0.into()]).collect(),
            prefixes([row.name.as_str()]),
        ]
    }
}

/// Requests whose current step names the person or one of the groups, or somebody whose deputy the person is; less those
/// that segregation of duties keeps the person from, and those where the voice was given.
fn waiting_for(who: &Voices<'_>) -> Cond {
    let ids = |user: UserId, groups: &[GroupId]| -> Vec<Vec<u8>> {
        let groups = groups.iter().map(|group| group.0);
        groups
            .chain([user.0])
            .map(|id| id.as_bytes().to_vec())
            .collect()
    };
    let among = |table: &'static str, column: &'static str, ids: Vec<Vec<u8>>| {
        let mut found = Query::select();
        found
            .column("id")
            .from(table)
            .and_where(Expr::col(column).is_in(ids));
        found
    };
    let own = ids(who.user, who.groups);
    let spoken = |user: UserId| among(SPOKEN, "who", ids(user, &[]));
    let mut voices =
        Cond::any().add(Expr::col("id").in_subquery(among(VOICES, "voice", own.clone())));
    let mut parties = own;
    for principal in who.deputy_for {
        let theirs = ids(principal.user, &principal.groups);
        voices = voices.add(
            Cond::all()
                .add(Expr::col("id").in_subquery(among(VOICES, "voice", theirs.clone())))
                .add(Expr::col("id").not_in_subquery(spoken(principal.user))),
        );
        parties.extend(theirs);
    }
    Cond::all()
        .add(voices)
        .add(Expr::col("id").not_in_subquery(spoken(who.user)))
        .add(Expr::col("id").not_in_subquery(among(PARTIES, "who", parties)))
}

/// Who asks what waits: a person, and those whose deputy they are.
#[derive(Clone, Copy, Debug)]
pub struct Voices<'a> {
    /// Who.
    pub user: UserId,
    /// The person's groups, Everyone among them.
    pub groups: &'a [GroupId],
    /// Those whose deputy the person is, with their groups.
    pub deputy_for: &'a [Principal],
}

/// Which of them.
#[derive(Clone, Debug, Default)]
pub struct WaitingFilter {
    /// Words of the account's name begin like this.
    pub search: Option<String>,
    /// By this template.
    pub template: Option<TemplateId>,
    /// Asked by this person.
    pub requester: Option<UserId>,
    /// Among these; empty = any.
    pub ids: Vec<RequestId>,
}

impl WaitingFilter {
    fn condition(&self) -> Cond {
        let is = |column: &'static str, id: Uuid| Expr::col(column).eq(id.as_bytes().to_vec());
        let search = self.search.as_deref();
        let found = search.and_then(|search| matching(WORDS, search));
        let ids = || self.ids.iter().map(|id| id.0.as_bytes().to_vec());
        Cond::all()
            .add_option((!self.ids.is_empty()).then(|| Expr::col("id").is_in(ids())))
            .add_option(self.template.map(|id| is("template", id.0)))
            .add_option(self.requester.map(|id| is("requester", id.0)))
            .add_option(found.map(|found| Expr::col("id").in_subquery(found)))
    }
}

impl Views {
    /// Requests that wait for a decision of these voices, longest waiting first.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn waiting_for(
        &self,
        who: &Voices<'_>,
        filter: &WaitingFilter,
        page: &Page,
    ) -> Result<Paged<WaitingApproval>, ViewError> {
        let condition = waiting_for(who).add(filter.condition());
        self.list::<Approvals>(
            List {
                condition,
                sort: "waits_since",
                order: SortOrder::Ascending,
            },
            page,
        )
        .await
    }

    /// How many of them there are.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn waiting_count(&self, who: &Voices<'_>) -> Result<Count, ViewError> {
        self.count::<Approvals>(waiting_for(who)).await
    }

    /// All requests that wait for an approval, longest waiting first.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn waiting(&self, page: &Page) -> Result<Paged<WaitingApproval>, ViewError> {
        let condition = Cond::all();
        self.list::<Approvals>(
            List {
                condition,
                sort: "waits_since",
                order: SortOrder::Ascending,
            },
            page,
        )
        .await
    }
}
