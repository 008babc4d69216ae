//! The endpoints, one family a file: what goes in and out, the handlers, their descriptions.

pub(crate) mod account_acts;
pub(crate) mod account_commands;
pub(crate) mod account_export;
pub(crate) mod account_queries;
pub(crate) mod account_totals;
pub(crate) mod api_tokens;
pub(crate) mod approvals;
pub(crate) mod approvers;
pub(crate) mod audit;
pub(crate) mod audit_event;
pub(crate) mod audit_export;
pub(crate) mod audit_proof;
pub(crate) mod calibration;
pub(crate) mod campaigns;
pub(crate) mod clock;
pub(crate) mod clones;
pub(crate) mod decisions;
pub(crate) mod deputies;
pub(crate) mod directory_contents;
pub(crate) mod domains;
pub(crate) mod drift_commands;
pub(crate) mod drift_queries;
pub(crate) mod email_notifications;
pub(crate) mod engine_log;
pub(crate) mod engine_tokens;
pub(crate) mod engines;
pub(crate) mod enrolment;
pub(crate) mod events;
pub(crate) mod followed_groups;
pub(crate) mod groups;
pub(crate) mod health;
pub(crate) mod impact;
pub(crate) mod imports;
pub(crate) mod inbox;
pub(crate) mod mailed_codes;
pub(crate) mod migrations;
pub(crate) mod name_check;
pub(crate) mod oauth;
pub(crate) mod people;
pub(crate) mod people_preview;
pub(crate) mod removals;
pub(crate) mod request_commands;
pub(crate) mod request_export;
pub(crate) mod request_list;
pub(crate) mod request_queries;
pub(crate) mod roles;
pub(crate) mod saved_views;
pub(crate) mod second_factor;
pub(crate) mod segregation;
pub(crate) mod segregation_export;
pub(crate) mod sessions;
pub(crate) mod setup;
pub(crate) mod simulation;
pub(crate) mod synchronisation;
pub(crate) mod system;
pub(crate) mod template_commands;
pub(crate) mod template_compare;
pub(crate) mod template_queries;
pub(crate) mod unmanaged_accounts;
pub(crate) mod unmanaged_report;
pub(crate) mod user_commands;
pub(crate) mod user_queries;

use crate::app::App;
use utoipa_axum::router::OpenApiRouter;

/// All of them.
pub(crate) fn all() -> OpenApiRouter<App> {
    [
        health::routes(),
        setup::routes(),
        sessions::routes(),
        second_factor::routes(),
        mailed_codes::routes(),
        oauth::routes(),
        api_tokens::routes(),
        inbox::routes(),
        saved_views::routes(),
        email_notifications::routes(),
        system::routes(),
        clock::routes(),
        events::routes(),
        people::routes(),
        user_queries::routes(),
        user_commands::routes(),
        groups::routes(),
        roles::routes(),
        domains::routes(),
        synchronisation::routes(),
        followed_groups::routes(),
        people_preview::routes(),
        directory_contents::routes(),
        unmanaged_accounts::routes(),
        unmanaged_report::routes(),
        imports::routes(),
        removals::routes(),
        engines::routes(),
        engine_tokens::routes(),
        engine_log::routes(),
        calibration::routes(),
        enrolment::routes(),
        template_queries::routes(),
        template_commands::routes(),
        template_compare::routes(),
        simulation::routes(),
        request_list::routes(),
        request_export::routes(),
        request_queries::routes(),
        request_commands::routes(),
        clones::routes(),
        approvals::routes(),
        approvers::routes(),
        decisions::routes(),
        deputies::routes(),
        name_check::routes(),
        account_queries::routes(),
        drift_queries::routes(),
        drift_commands::routes(),
        account_totals::routes(),
        account_export::routes(),
        account_commands::routes(),
        account_acts::routes(),
        migrations::routes(),
        campaigns::routes(),
        impact::routes(),
        audit::routes(),
        audit_event::routes(),
        audit_export::routes(),
        audit_proof::routes(),
        segregation::routes(),
        segregation_export::routes(),
    ]
    .into_iter()
    .fold(OpenApiRouter::new(), OpenApiRouter::merge)
}
