//! The read models, one file each: rows, fold, queries.

pub(crate) mod account_totals;
pub(crate) mod accounts;
pub(crate) mod api_tokens;
pub(crate) mod approvals;
pub(crate) mod audit;
pub(crate) mod audit_words;
pub(crate) mod campaigns;
pub(crate) mod deputies;
pub(crate) mod domains;
pub(crate) mod drifts;
pub(crate) mod engines;
pub(crate) mod groups;
pub(crate) mod members;
mod orphans;
pub(crate) mod population;
pub(crate) mod requests;
pub(crate) mod review_list;
pub(crate) mod review_totals;
mod review_words;
pub(crate) mod reviews;
pub(crate) mod roles;
pub(crate) mod template_versions;
pub(crate) mod templates;
pub(crate) mod timers;
pub(crate) mod users;

use crate::read_model::{Erased, Model};
use std::marker::PhantomData;

/// All of them.
pub(crate) fn all() -> Vec<Box<dyn Model>> {
    fn of<M: crate::read_model::ReadModel>() -> Box<dyn Model> {
        Box::new(Erased::<M>(PhantomData))
    }
    vec![
        of::<accounts::Accounts>(),
        of::<requests::Requests>(),
        of::<approvals::Approvals>(),
        of::<timers::Timers>(),
        of::<audit::Audit>(),
        Box::new(audit_words::AuditWords),
        of::<users::Users>(),
        of::<groups::Groups>(),
        of::<members::Members>(),
        of::<roles::Roles>(),
        of::<templates::Templates>(),
        of::<template_versions::TemplateVersions>(),
        of::<deputies::Deputies>(),
        of::<domains::Domains>(),
        of::<drifts::Drifts>(),
        of::<engines::Engines>(),
        of::<api_tokens::ApiTokens>(),
        of::<campaigns::Campaigns>(),
        of::<reviews::Reviews>(),
    ]
}

/// What every fold says of an event on something that was never made.
pub(crate) const ABSENT: &str = "there is no row for it";
