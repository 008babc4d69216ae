//! Templates: the draft, and which versions there are. Their content is a model of its own (`template_versions.rs`).

use super::ABSENT;
use crate::{
    Page, Paged, SortOrder, ViewError, Views,
    cell::Kind,
    list::List,
    read_model::{Cells, ReadModel, content, of_content},
    search::{folded, matching, prefixes},
    table::Table,
};
use chrono::{DateTime, Utc, serde::ts_microseconds};
use sea_query::{Cond, Expr, ExprTrait, Query};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenure_domain::{
    DomainId, Event, GroupId, TemplateId,
    lifecycle::EndOfLifecycleAction,
    template::{AccountType, TemplateContent, TemplateEvent},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// A template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateRow {
    /// Which.
    pub id: TemplateId,
    /// As people know it: the newest name.
    pub name: String,
    /// What such accounts are for, by the newest version.
    pub purpose: String,
    /// What is made, by the newest version.
    pub account_type: AccountType,
    /// What happens at the end, by the newest version.
    pub action: EndOfLifecycleAction,
    /// Where, by the newest version.
    pub domain: DomainId,
    /// Number of the version being written.
    pub draft: Option<u32>,
    /// Does the draft await approval?
    pub awaiting_approval: bool,
    /// Every version that was ever published, in order.
    pub versions: Vec<PublishedVersion>,
    /// The version that new requests use.
    pub published: Option<u32>,
    /// Who may use the published version; empty = everyone who may request.
    pub available_to: Vec<GroupId>,
    /// Users and groups that the published version's approval steps name, as fallback too.
    pub approvers: BTreeSet<Uuid>,
    /// No new requests.
    pub disabled: bool,
    /// When anything last happened to it.
    #[serde(with = "ts_microseconds")]
    pub changed_at: DateTime<Utc>,
    /// Version of the stream.
    pub version: u64,
}

/// A version that was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedVersion {
    /// Its number.
    pub version: u32,
    /// When.
    #[serde(with = "ts_microseconds")]
    pub at: DateTime<Utc>,
}

/// Where a template stands, as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TemplateStatus {
    /// Never published.
    Draft,
    /// Never published, and the draft awaits approval.
    AwaitingApproval,
    /// A version serves new requests.
    Published,
    /// Was published; no version serves.
    Unpublished,
    /// No new requests, whatever is published.
    Disabled,
}

impl TemplateRow {
    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> TemplateStatus {
        match (self.disabled, self.published, self.versions.is_empty()) {
            (true, _, _) => TemplateStatus::Disabled,
            (false, Some(_), _) => TemplateStatus::Published,
            (false, None, false) => TemplateStatus::Unpublished,
            (false, None, true) if self.awaiting_approval => TemplateStatus::AwaitingApproval,
            (false, None, true) => TemplateStatus::Draft,
        }
    }

    /// Does it take new requests?
    fn offered(&self) -> bool {
        self.published.is_some() && !self.disabled
    }

    fn show(&mut self, content: &TemplateContent) {
        self.name.clone_from(&content.name);
        self.purpose.clone_from(&content.purpose);
        self.account_type = content.account_type;
        self.action = content.action;
        self.domain = content.directory.domain;
    }
}

pub(crate) struct Templates;

const WORDS: &str = "view_template_words";
const APPROVERS: &str = "view_template_approvers";

impl ReadModel for Templates {
    const NAME: &'static str = "templates";
    const VERSION: u32 = 3;
    const KINDS: &'static [&'static str] = &["template"];
    const TABLES: &'static [Table] = &[
        Table {
            name: "view_templates",
            columns: &[
                ("id", Kind::Bytes),
                ("name_key", Kind::Text),
                ("offered", Kind::Int),
                ("domain", Kind::Bytes),
                ("content", Kind::Bytes),
            ],
            key: 1,
            indexes: &[&["name_key", "id"]],
        },
        Table {
            name: WORDS,
            columns: &[("id", Kind::Bytes), ("word", Kind::Text)],
            key: 2,
            indexes: &[&["word", "id"]],
        },
        Table {
            name: APPROVERS,
            columns: &[("id", Kind::Bytes), ("who", Kind::Bytes)],
            key: 2,
            indexes: &[&["who", "id"]],
        },
    ];

    type Key = Uuid;
    type Row = TemplateRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if matches!(event.event, Event::Template(_)) {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        id: Uuid,
        row: Option<TemplateRow>,
    ) -> Result<Option<TemplateRow>, String> {
        let Event::Template(template) = &event.event else {
            return Ok(row);
        };
        let mut row = match (row, template) {
            (Some(row), _) => row,
            (None, TemplateEvent::Drafted(e)) => TemplateRow {
                id: TemplateId(id),
                name: String::new(),
                purpose: String::new(),
                account_type: e.content.account_type,
                action: e.content.action,
                domain: e.content.directory.domain,
                draft: None,
                awaiting_approval: false,
                versions: Vec::new(),
                published: None,
                available_to: Vec::new(),
                approvers: BTreeSet::new(),
                disabled: false,
                changed_at: event.recorded_at,
                version: 0,
            },
            (None, _) => return Err(ABSENT.to_owned()),
        };
        row.version = event.version;
        row.changed_at = event.recorded_at;
        // Whatever becomes of a draft ends its waiting; what happens to the published version does not.
        row.awaiting_approval = match template {
            TemplateEvent::Submitted(_) => true,
            TemplateEvent::Unpublished(_)
            | TemplateEvent::Disabled(_)
            | TemplateEvent::Enabled(_) => row.awaiting_approval,
            TemplateEvent::Drafted(_)
            | TemplateEvent::Revised(_)
            | TemplateEvent::Returned(_)
            | TemplateEvent::Published(_) => false,
        };
        match template {
            TemplateEvent::Drafted(e) => {
                row.draft = Some(e.version);
                row.show(&e.content);
            }
            TemplateEvent::Revised(e) => row.show(&e.content),
            TemplateEvent::Submitted(_) | TemplateEvent::Returned(_) => {}
            TemplateEvent::Published(e) => {
                row.draft = None;
                row.published = Some(e.version);
                row.versions.retain(|known| known.version != e.version);
                row.versions.push(PublishedVersion {
                    version: e.version,
                    at: event.recorded_at,
                });
                row.available_to
                    .clone_from(&e.content.directory.available_to);
                row.approvers = approvers(&e.content).collect();
                row.show(&e.content);
            }
            TemplateEvent::Unpublished(_) => row.published = None,
            TemplateEvent::Disabled(_) => row.disabled = true,
            TemplateEvent::Enabled(_) => row.disabled = false,
        }
        Ok(Some(row))
    }

    fn cells(row: &TemplateRow) -> Result<Cells, String> {
        Ok(vec![
            folded(&row.name).as_str().into(),
            row.offered().into(),
            row.domain.0.into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<TemplateRow, String> {
        of_content(cells)
    }

    fn indexed(row: &TemplateRow) -> Vec<BTreeSet<Cells>> {
        let approvers = row.approvers.iter().filter(|_| row.offered());
        vec![
            prefixes([row.name.as_str()]),
            approvers.map(|who| vec![(*who).into()]).collect(),
        ]
    }
}

fn approvers(content: &TemplateContent) -> impl Iterator<Item = Uuid> {
    content.approval.steps.iter().flat_map(|step| {
        let users = step.users.iter().chain(&step.fallback.users);
        let groups = step.groups.iter().chain(&step.fallback.groups);
        users.map(|user| user.0).chain(groups.map(|group| group.0))
    })
}

fn naming(approver: Uuid) -> Expr {
    let mut named = Query::select();
    named
        .column("id")
        .from(APPROVERS)
        .and_where(Expr::col("who").eq(approver.as_bytes().to_vec()));
    Expr::col("id").in_subquery(named)
}

/// Which templates.
#[derive(Clone, Debug, Default)]
pub struct TemplateFilter {
    /// Words of the name begin like this.
    pub search: Option<String>,
    /// Only those that take new requests.
    pub offered: bool,
    /// Those that take new requests, and whose approval steps name this user or group.
    pub approver: Option<Uuid>,
    /// In this domain.
    pub domain: Option<DomainId>,
}

impl Views {
    /// Templates by name, a page at a time.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn templates(
        &self,
        filter: &TemplateFilter,
        page: &Page,
    ) -> Result<Paged<TemplateRow>, ViewError> {
        let search = filter
            .search
            .as_deref()
            .and_then(|search| matching(WORDS, search));
        let condition = Cond::all()
            .add_option(search.map(|found| Expr::col("id").in_subquery(found)))
            .add_option(filter.offered.then(|| Expr::col("offered").eq(1_i64)))
            .add_option(filter.approver.map(naming))
            .add_option(
                filter
                    .domain
                    .map(|id| Expr::col("domain").eq(id.0.as_bytes().to_vec())),
            );
        self.list::<Templates>(
            List {
                condition,
                sort: "name_key",
                order: SortOrder::Ascending,
            },
            page,
        )
        .await
    }

    /// One template.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn template(&self, id: TemplateId) -> Result<Option<TemplateRow>, ViewError> {
        self.get::<Templates>(id.0).await
    }
}
