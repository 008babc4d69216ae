//! Names of people, groups, templates and domains beside their ids: an answer that people read needs no second look.

use crate::{app::App, problem::Problem};
use serde::Serialize;
use std::collections::HashMap;
use tenure_domain::ownership::Owner;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Named {
    pub(crate) id: Uuid,
    /// Empty if it is unknown, or a person who was forgotten.
    pub(crate) name: String,
}

/// An owner with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct OwnerBody {
    /// `user` or `group`.
    pub(crate) kind: &'static str,
    pub(crate) id: Uuid,
    /// Empty if unknown, or a person who was forgotten.
    pub(crate) name: String,
}

/// Names by id.
pub(crate) struct Names(HashMap<Uuid, String>);

impl Names {
    /// The names of all of `ids`, whatever they are.
    pub(crate) async fn of(
        app: &App,
        ids: impl IntoIterator<Item = Uuid>,
    ) -> Result<Self, Problem> {
        Ok(Self(app.instance.views.names(ids).await?))
    }

    pub(crate) fn named(&self, id: Uuid) -> Named {
        Named {
            id,
            name: self.0.get(&id).cloned().unwrap_or_default(),
        }
    }

    pub(crate) fn owner(&self, owner: &Owner) -> OwnerBody {
        let (kind, id) = match owner {
            Owner::User(id) => ("user", id.0),
            Owner::Group(id) => ("group", id.0),
        };
        let Named { id, name } = self.named(id);
        OwnerBody { kind, id, name }
    }
}

/// The id of an owner, whichever kind.
pub(crate) fn owner_id(owner: &Owner) -> Uuid {
    match owner {
        Owner::User(id) => id.0,
        Owner::Group(id) => id.0,
    }
}
