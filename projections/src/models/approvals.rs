//! Requests that wait for an approval: whose current step names whom, and who may not decide all the same.

use super::{ABSENT, accounts::owner_id};
use crate::{
    Count, Page, Paged, SortOrder, ViewError, Views,
    cell::Kind,
    list::List,
    read_model::{Cells, ReadModel, content, of_content},
    table::Table,
};
use chrono::{DateTime, Utc, serde::ts_microseconds};
use sea_query::{Cond, Expr, ExprTrait, Query};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenure_domain::{
    Event, GroupId, RequestId, TemplateId, UserId,
    request::{RequestEvent, RequestKind},
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
    /// Who has approved the current one.
    pub given: Vec<UserId>,
    /// Segregation of duties: users and groups that may not decide, as requester or as owners.
    pub barred: Vec<Uuid>,
}

pub(crate) struct Approvals;

const APPROVALS: &str = "view_approvals";
const VOICES: &str = "view_approval_voices";
const BARRED: &str = "view_approval_barred";

impl ReadModel for Approvals {
    const NAME: &'static str = "approvals";
    const VERSION: u32 = 1;
    const TABLES: &'static [Table] = &[
        Table {
            name: APPROVALS,
            columns: &[
                ("id", Kind::Bytes),
                ("waits_since", Kind::Int),
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
            name: BARRED,
            columns: &[("id", Kind::Bytes), ("who", Kind::Bytes)],
            key: 2,
            indexes: &[],
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
                    row.step += 1;
                    row.given.clear();
                    row.waits_since = at;
                } else {
                    row.given.push(e.approver);
                }
                Some(row)
            }
            RequestEvent::Approved(_) | RequestEvent::Rejected(_) | RequestEvent::Withdrawn(_) => {
                None
            }
            // Only ever before or after the wait.
            RequestEvent::Drafted(_)
            | RequestEvent::Revised(_)
            | RequestEvent::Reopened(_)
            | RequestEvent::ProvisioningBegun(_)
            | RequestEvent::Completed(_)
            | RequestEvent::Failed(_)
            | RequestEvent::Retried(_) => row,
        })
    }

    fn cells(row: &WaitingApproval) -> Result<Cells, String> {
        Ok(vec![
            row.waits_since.timestamp_micros().into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<WaitingApproval, String> {
        of_content(cells)
    }

    fn indexed(row: &WaitingApproval) -> Vec<BTreeSet<Cells>> {
        let voices = row.steps.get(row.step).map(|step| {
            let users = step.users.iter().map(|user| user.0);
            users
                .chain(step.groups.iter().map(|group| group.0))
                .map(|id| vec![id.into()])
                .collect()
        });
        // Who has approved has no second voice in the step.
        let barred = row
            .barred
            .iter()
            .copied()
            .chain(row.given.iter().map(|user| user.0));
        vec![
            voices.unwrap_or_default(),
            barred.map(|id| vec![id.into()]).collect(),
        ]
    }
}

/// Requests whose current step names the user or one of the groups, less those that the user may not decide on.
fn waiting_for(user: UserId, groups: &[GroupId]) -> Cond {
    let who = || {
        groups
            .iter()
            .map(|group| group.0)
            .chain([user.0])
            .map(|id| id.as_bytes().to_vec())
    };
    let (mut named, mut barred) = (Query::select(), Query::select());
    named
        .column("id")
        .from(VOICES)
        .and_where(Expr::col("voice").is_in(who()));
    barred
        .column("id")
        .from(BARRED)
        .and_where(Expr::col("who").is_in(who()));
    Cond::all()
        .add(Expr::col("id").in_subquery(named))
        .add(Expr::col("id").not_in_subquery(barred))
}

impl Views {
    /// Requests that wait for a decision of `user`, member of `groups` (Everyone among them), longest waiting first.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn waiting_for(
        &self,
        user: UserId,
        groups: &[GroupId],
        page: &Page,
    ) -> Result<Paged<WaitingApproval>, ViewError> {
        let condition = waiting_for(user, groups);
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
    pub async fn waiting_count(
        &self,
        user: UserId,
        groups: &[GroupId],
    ) -> Result<Count, ViewError> {
        self.count::<Approvals>(waiting_for(user, groups)).await
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
