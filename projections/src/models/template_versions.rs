//! What each version of a template says: the published ones, and the one being written.

use crate::{
    ViewError, Views,
    cell::Kind,
    read_model::{Cells, ReadModel, content, of_content},
    table::Table,
};
use sea_query::{Expr, ExprTrait};
use tenure_domain::{
    Event, TemplateId,
    template::{TemplateContent, TemplateEvent},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

pub(crate) struct TemplateVersions;

/// Number under which the draft is kept.
const DRAFT: i64 = 0;

impl ReadModel for TemplateVersions {
    const NAME: &'static str = "template-versions";
    const VERSION: u32 = 1;
    const KINDS: &'static [&'static str] = &["template"];
    const TABLES: &'static [Table] = &[Table {
        name: "view_template_versions",
        columns: &[
            ("template", Kind::Bytes),
            ("version", Kind::Int),
            ("content", Kind::Bytes),
        ],
        key: 2,
        indexes: &[],
    }];
    const LOADS: bool = false;

    type Key = (Uuid, i64);
    type Row = TemplateContent;

    fn keys(event: &StoredEvent, keys: &mut Vec<Self::Key>) {
        let Event::Template(template) = &event.event else {
            return;
        };
        match template {
            TemplateEvent::Drafted(_) | TemplateEvent::Revised(_) => {
                keys.push((event.stream, DRAFT))
            }
            TemplateEvent::Published(e) => {
                keys.push((event.stream, DRAFT));
                keys.push((event.stream, i64::from(e.version)));
            }
            TemplateEvent::Submitted(_)
            | TemplateEvent::Returned(_)
            | TemplateEvent::Unpublished(_)
            | TemplateEvent::Disabled(_)
            | TemplateEvent::Enabled(_) => {}
        }
    }

    fn fold(
        event: &StoredEvent,
        (_, version): Self::Key,
        row: Option<TemplateContent>,
    ) -> Result<Option<TemplateContent>, String> {
        let Event::Template(template) = &event.event else {
            return Ok(row);
        };
        Ok(match template {
            TemplateEvent::Drafted(e) => Some(e.content.clone()),
            TemplateEvent::Revised(e) => Some(e.content.clone()),
            TemplateEvent::Published(e) => (version != DRAFT).then(|| e.content.clone()),
            TemplateEvent::Submitted(_)
            | TemplateEvent::Returned(_)
            | TemplateEvent::Unpublished(_)
            | TemplateEvent::Disabled(_)
            | TemplateEvent::Enabled(_) => row,
        })
    }

    fn cells(row: &TemplateContent) -> Result<Cells, String> {
        Ok(vec![content(row)?])
    }

    fn row(cells: Cells) -> Result<TemplateContent, String> {
        of_content(cells)
    }
}

impl Views {
    /// What a published version says.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn template_version(
        &self,
        id: TemplateId,
        version: u32,
    ) -> Result<Option<TemplateContent>, ViewError> {
        if version == 0 {
            return Ok(None);
        }
        self.content_of(id, i64::from(version)).await
    }

    /// What the version being written says.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn template_draft(
        &self,
        id: TemplateId,
    ) -> Result<Option<TemplateContent>, ViewError> {
        self.content_of(id, DRAFT).await
    }

    async fn content_of(
        &self,
        id: TemplateId,
        version: i64,
    ) -> Result<Option<TemplateContent>, ViewError> {
        let template = Expr::col("template").eq(id.0.as_bytes().to_vec());
        let rows = self.select::<TemplateVersions>(|query| {
            query
                .and_where(template)
                .and_where(Expr::col("version").eq(version))
        });
        Ok(rows.await?.pop())
    }
}
