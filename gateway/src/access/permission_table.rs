//! Who may do what: one row per route. What has no row does not exist.
//!
//! A row says which permission is needed (any one of those listed) and what "own" means there. A permission that
//! reaches only one's own objects lets the request through; the handler then limits lists, and answers 404 for another's
//! object (`objects.rs`).

use axum::http::Method;
use tenure_domain::permission::{Feature, Verb};

/// Who may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody.
    Public,
    /// Anybody who is signed in.
    SignedIn,
    /// Any of these permissions.
    Needs(&'static [(Feature, Verb)], Own),
}

/// What a permission without *manage* reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    /// These objects have no owner: the permission alone decides.
    Everything,
    /// One's own objects: the handler limits.
    Limited,
    /// Nothing: *manage* is needed too.
    Nothing,
}

/// One row.
pub(crate) struct Rule {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
}

const fn row(method: Method, path: &'static str, access: Access) -> Rule {
    Rule {
        method,
        path,
        access,
    }
}

const fn get(path: &'static str, access: Access) -> Rule {
    row(Method::GET, path, access)
}

const fn post(path: &'static str, access: Access) -> Rule {
    row(Method::POST, path, access)
}

use Access::{Needs, Public, SignedIn};
use Feature as F;
use Own::{Everything, Limited, Nothing};
use Verb as V;

const READ_ACCOUNT: Access = Needs(&[(F::ManagedAccount, V::Read)], Limited);
const UPDATE_ACCOUNT: Access = Needs(&[(F::ManagedAccount, V::Update)], Limited);
/// Whoever sees all accounts sees all campaigns; reviewers see what they are asked.
const READ_CAMPAIGN: Access = Needs(&[(F::ManagedAccount, V::Read)], Nothing);
const RUN_CAMPAIGN: Access = Needs(&[(F::ManagedAccount, V::Update)], Nothing);
const MIGRATE: Access = Needs(&[(F::ManagedAccount, V::Update)], Nothing);
const PURGE: Access = Needs(&[(F::ManagedAccount, V::Delete)], Nothing);
const READ_REQUEST: Access = Needs(
    &[
        (F::ProvisionRequest, V::Read),
        (F::ProvisionApproval, V::Read),
    ],
    Limited,
);
const UPDATE_REQUEST: Access = Needs(&[(F::ProvisionRequest, V::Update)], Limited);
const READ_DEPUTY: Access = Needs(
    &[
        (F::ProvisionApproval, V::Read),
        (F::ProvisionRequest, V::Read),
        (F::User, V::Read),
    ],
    Limited,
);
const NAME_DEPUTY: Access = Needs(
    &[
        (F::ProvisionApproval, V::Update),
        (F::ProvisionRequest, V::Update),
        (F::User, V::Update),
    ],
    Limited,
);
// A clone is a request of one's own; what it is of, one must be able to see: the handler sees to it.
const CLONE: Access = Needs(&[(F::ProvisionRequest, V::Create)], Everything);
const DECIDE: Access = Needs(&[(F::ProvisionApproval, V::Update)], Limited);
const READ_TEMPLATE: Access = Needs(&[(F::ProvisionTemplate, V::Read)], Limited);
const WRITE_TEMPLATE: Access = Needs(&[(F::ProvisionTemplate, V::Update)], Everything);
const PUBLISH: Access = Needs(&[(F::ProvisionTemplateWorkflow, V::Update)], Everything);
const READ_USER: Access = Needs(&[(F::User, V::Read)], Limited);
const UPDATE_USER: Access = Needs(&[(F::User, V::Update)], Limited);
const READ_GROUP: Access = Needs(&[(F::Group, V::Read)], Limited);
/// Memberships and what a group gives: *manage*, by product.md §1.
const MEMBERS: Access = Needs(&[(F::Group, V::Update)], Nothing);
const GRANTS: Access = Needs(&[(F::Role, V::Update)], Nothing);

const READ_DOMAIN: Access = Needs(&[(F::DirectoryService, V::Read)], Everything);
const UPDATE_DOMAIN: Access = Needs(&[(F::DirectoryService, V::Update)], Everything);
const UPDATE_TOKEN: Access = Needs(&[(F::ApiToken, V::Update)], Limited);
const READ_MAIL: Access = Needs(&[(F::EmailNotification, V::Read)], Everything);
const UPDATE_MAIL: Access = Needs(&[(F::EmailNotification, V::Update)], Everything);

/// The table.
pub(crate) const RULES: &[Rule] = &[
    get("/healthz", Public),
    get("/readyz", Public),
    // Loopback, or configuration:read: the handler sees to it.
    get("/metrics", Public),
    get("/api/v1/openapi.json", Public),
    get("/api/v1/setup", Public),
    post("/api/v1/setup", Public),
    post("/api/v1/sessions", Public),
    get("/api/v1/sessions/current", SignedIn),
    row(Method::DELETE, "/api/v1/sessions/current", SignedIn),
    post("/api/v1/sessions/current/password", SignedIn),
    get("/api/v1/sessions", SignedIn),
    row(Method::DELETE, "/api/v1/sessions/{id}", SignedIn),
    get("/api/v1/second-factor", SignedIn),
    post("/api/v1/second-factor", SignedIn),
    post("/api/v1/second-factor/confirm", SignedIn),
    post("/api/v1/second-factor/remove", SignedIn),
    post("/api/v1/first-password", Public),
    post("/api/v1/verification", Public),
    post("/api/v1/oauth/token", Public),
    get(
        "/api/v1/api-tokens",
        Needs(&[(F::ApiToken, V::Read)], Limited),
    ),
    post(
        "/api/v1/api-tokens",
        Needs(&[(F::ApiToken, V::Create)], Limited),
    ),
    get(
        "/api/v1/api-tokens/{id}",
        Needs(&[(F::ApiToken, V::Read)], Limited),
    ),
    row(
        Method::DELETE,
        "/api/v1/api-tokens/{id}",
        Needs(&[(F::ApiToken, V::Delete)], Limited),
    ),
    post("/api/v1/api-tokens/{id}/describe", UPDATE_TOKEN),
    post("/api/v1/api-tokens/{id}/enable", UPDATE_TOKEN),
    post("/api/v1/api-tokens/{id}/disable", UPDATE_TOKEN),
    // Everybody has an inbox, and sees no other.
    get("/api/v1/inbox", SignedIn),
    get("/api/v1/inbox/unread", SignedIn),
    post("/api/v1/inbox/{id}/read", SignedIn),
    post("/api/v1/inbox/{id}/unread", SignedIn),
    post("/api/v1/inbox/read-all", SignedIn),
    // So are views of lists one's own.
    get("/api/v1/saved-views", SignedIn),
    post("/api/v1/saved-views", SignedIn),
    row(Method::DELETE, "/api/v1/saved-views/{id}", SignedIn),
    get("/api/v1/email-notifications", READ_MAIL),
    get("/api/v1/email-notifications/{notice}", READ_MAIL),
    row(
        Method::DELETE,
        "/api/v1/email-notifications/{notice}",
        UPDATE_MAIL,
    ),
    post("/api/v1/email-notifications/{notice}/revise", UPDATE_MAIL),
    post("/api/v1/email-notifications/{notice}/preview", READ_MAIL),
    post("/api/v1/email-notifications/{notice}/enable", UPDATE_MAIL),
    post("/api/v1/email-notifications/{notice}/disable", UPDATE_MAIL),
    get("/api/v1/system", SignedIn),
    post(
        "/api/v1/clock/advance",
        Needs(&[(F::Configuration, V::Update)], Everything),
    ),
    // What each person sees of it, the handler limits event by event.
    get("/api/v1/events", SignedIn),
    // Whoever asks for accounts, or hands one over, names owners.
    get(
        "/api/v1/people",
        Needs(
            &[
                (F::ProvisionRequest, V::Create),
                (F::ManagedAccount, V::Update),
                (F::ProvisionTemplate, V::Update),
            ],
            Everything,
        ),
    ),
    get("/api/v1/users", READ_USER),
    post("/api/v1/users", Needs(&[(F::User, V::Create)], Everything)),
    get("/api/v1/users/{id}", READ_USER),
    get(
        "/api/v1/users/{id}/impact",
        Needs(&[(F::User, V::Delete)], Nothing),
    ),
    post("/api/v1/users/{id}/personal-data", UPDATE_USER),
    post(
        "/api/v1/users/{id}/password",
        Needs(&[(F::User, V::Update)], Nothing),
    ),
    post(
        "/api/v1/users/{id}/disable",
        Needs(&[(F::User, V::Delete)], Nothing),
    ),
    post(
        "/api/v1/users/{id}/enable",
        Needs(&[(F::User, V::Update)], Nothing),
    ),
    post("/api/v1/users/{id}/verification", UPDATE_USER),
    post(
        "/api/v1/users/{id}/second-factor/reset",
        Needs(&[(F::User, V::Update)], Nothing),
    ),
    post(
        "/api/v1/users/{id}/sessions/end",
        Needs(&[(F::User, V::Update)], Nothing),
    ),
    post("/api/v1/users/{id}/roles/grant", GRANTS),
    post("/api/v1/users/{id}/roles/revoke", GRANTS),
    // One's own, or with manage on users anybody's: the handler sees to it.
    get("/api/v1/deputies", READ_DEPUTY),
    get("/api/v1/users/{id}/deputy", READ_DEPUTY),
    post("/api/v1/users/{id}/deputy", NAME_DEPUTY),
    post("/api/v1/users/{id}/deputy/withdraw", NAME_DEPUTY),
    get("/api/v1/groups", READ_GROUP),
    post(
        "/api/v1/groups",
        Needs(&[(F::Group, V::Create)], Everything),
    ),
    get("/api/v1/groups/{id}", READ_GROUP),
    get(
        "/api/v1/groups/{id}/impact",
        Needs(&[(F::Group, V::Delete)], Nothing),
    ),
    post(
        "/api/v1/groups/{id}/rename",
        Needs(&[(F::Group, V::Update)], Nothing),
    ),
    post("/api/v1/groups/{id}/members/add", MEMBERS),
    post("/api/v1/groups/{id}/members/remove", MEMBERS),
    post("/api/v1/groups/{id}/roles/grant", GRANTS),
    post("/api/v1/groups/{id}/roles/revoke", GRANTS),
    post(
        "/api/v1/groups/{id}/disable",
        Needs(&[(F::Group, V::Delete)], Nothing),
    ),
    post(
        "/api/v1/groups/{id}/enable",
        Needs(&[(F::Group, V::Update)], Nothing),
    ),
    get("/api/v1/roles", Needs(&[(F::Role, V::Read)], Everything)),
    post("/api/v1/roles", Needs(&[(F::Role, V::Create)], Everything)),
    get(
        "/api/v1/roles/{id}",
        Needs(&[(F::Role, V::Read)], Everything),
    ),
    post(
        "/api/v1/roles/{id}/revise",
        Needs(&[(F::Role, V::Update)], Everything),
    ),
    post(
        "/api/v1/roles/{id}/simulate",
        Needs(&[(F::Role, V::Update)], Everything),
    ),
    post(
        "/api/v1/roles/{id}/disable",
        Needs(&[(F::Role, V::Delete)], Everything),
    ),
    post(
        "/api/v1/roles/{id}/enable",
        Needs(&[(F::Role, V::Update)], Everything),
    ),
    post("/api/v1/roles/{id}/apply-to-new-users", GRANTS),
    post("/api/v1/roles/{id}/keep-from-new-users", GRANTS),
    get(
        "/api/v1/domains",
        Needs(&[(F::DirectoryService, V::Read)], Everything),
    ),
    post(
        "/api/v1/domains",
        Needs(&[(F::DirectoryService, V::Create)], Everything),
    ),
    get(
        "/api/v1/domains/{id}",
        Needs(&[(F::DirectoryService, V::Read)], Everything),
    ),
    post(
        "/api/v1/domains/{id}/revise",
        Needs(&[(F::DirectoryService, V::Update)], Everything),
    ),
    post(
        "/api/v1/domains/{id}/disable",
        Needs(&[(F::DirectoryService, V::Delete)], Everything),
    ),
    post(
        "/api/v1/domains/{id}/enable",
        Needs(&[(F::DirectoryService, V::Update)], Everything),
    ),
    get("/api/v1/domains/{id}/synchronisation", READ_DOMAIN),
    post("/api/v1/domains/{id}/synchronisation/plan", UPDATE_DOMAIN),
    post("/api/v1/domains/{id}/synchronise", UPDATE_DOMAIN),
    get("/api/v1/domains/{id}/people", READ_DOMAIN),
    get("/api/v1/domains/{id}/people/preview", READ_DOMAIN),
    // And permissions on users, and on groups that are named: the handler sees to it.
    post("/api/v1/domains/{id}/people/plan", UPDATE_DOMAIN),
    post("/api/v1/domains/{id}/people/allow", UPDATE_DOMAIN),
    get("/api/v1/domains/{id}/units", READ_DOMAIN),
    get("/api/v1/domains/{id}/groups", READ_DOMAIN),
    get("/api/v1/domains/{id}/users", READ_DOMAIN),
    get("/api/v1/domains/{id}/unmanaged-accounts", READ_DOMAIN),
    get(
        "/api/v1/domains/{id}/unmanaged-accounts/export",
        READ_DOMAIN,
    ),
    get(
        "/api/v1/domains/{id}/unmanaged-accounts/report",
        READ_DOMAIN,
    ),
    get(
        "/api/v1/domains/{id}/unmanaged-accounts/summary",
        READ_DOMAIN,
    ),
    post("/api/v1/domains/{id}/unmanaged-accounts/import", MIGRATE),
    get(
        "/api/v1/domains/{id}/unmanaged-accounts/removals",
        READ_DOMAIN,
    ),
    post("/api/v1/domains/{id}/unmanaged-accounts/remove", PURGE),
    post("/api/v1/accounts/{id}/cancel-removal", PURGE),
    post("/api/v1/accounts/{id}/take-back-import", MIGRATE),
    post("/api/v1/domains/{id}/drift/decide", MIGRATE),
    get(
        "/api/v1/domains/{id}/pool",
        Needs(&[(F::Engine, V::Read)], Everything),
    ),
    get(
        "/api/v1/domains/{id}/calibration",
        Needs(&[(F::Engine, V::Read)], Everything),
    ),
    post(
        "/api/v1/domains/{id}/calibrate",
        Needs(&[(F::Engine, V::Update)], Everything),
    ),
    get(
        "/api/v1/engines/{id}/calibration",
        Needs(&[(F::Engine, V::Read)], Everything),
    ),
    get(
        "/api/v1/engines/{id}/log",
        Needs(&[(F::Engine, V::Read)], Everything),
    ),
    get(
        "/api/v1/engines",
        Needs(&[(F::Engine, V::Read)], Everything),
    ),
    post(
        "/api/v1/engines",
        Needs(&[(F::Engine, V::Create)], Everything),
    ),
    get(
        "/api/v1/engines/{id}",
        Needs(&[(F::Engine, V::Read)], Everything),
    ),
    post(
        "/api/v1/engines/tokens",
        Needs(&[(F::Engine, V::Create)], Everything),
    ),
    post(
        "/api/v1/engines/{id}/token",
        Needs(&[(F::Engine, V::Create)], Everything),
    ),
    post(
        "/api/v1/engines/{id}/token/revoke",
        Needs(&[(F::Engine, V::Delete)], Everything),
    ),
    post(
        "/api/v1/engines/{id}/assign",
        Needs(&[(F::Engine, V::Update)], Everything),
    ),
    post(
        "/api/v1/engines/{id}/revoke",
        Needs(&[(F::Engine, V::Delete)], Everything),
    ),
    // Engines prove with their keys who they are.
    post("/api/v1/enrolment/challenge", Public),
    post("/api/v1/enrolment", Public),
    post("/api/v1/enrolment/login", Public),
    post(
        "/api/v1/engines/{id}/disable",
        Needs(&[(F::Engine, V::Delete)], Everything),
    ),
    post(
        "/api/v1/engines/{id}/enable",
        Needs(&[(F::Engine, V::Update)], Everything),
    ),
    get("/api/v1/templates", READ_TEMPLATE),
    post(
        "/api/v1/templates",
        Needs(&[(F::ProvisionTemplate, V::Create)], Everything),
    ),
    get("/api/v1/templates/{id}", READ_TEMPLATE),
    post(
        "/api/v1/templates/validate",
        Needs(
            &[
                (F::ProvisionTemplate, V::Create),
                (F::ProvisionTemplate, V::Update),
            ],
            Everything,
        ),
    ),
    get("/api/v1/templates/{id}/versions", READ_TEMPLATE),
    get("/api/v1/templates/{id}/versions/{version}", READ_TEMPLATE),
    get("/api/v1/templates/{id}/compare", READ_TEMPLATE),
    // Counts for whoever writes or publishes; accounts and requests one by one for whoever sees them all: the handler sees to it.
    post(
        "/api/v1/templates/{id}/simulate",
        Needs(
            &[
                (F::ProvisionTemplate, V::Update),
                (F::ProvisionTemplateWorkflow, V::Update),
            ],
            Everything,
        ),
    ),
    post("/api/v1/templates/{id}/submit", WRITE_TEMPLATE),
    // While a draft awaits approval, manage is needed too: the handlers see to it.
    post("/api/v1/templates/{id}/return", PUBLISH),
    get("/api/v1/templates/{id}/name-check", READ_TEMPLATE),
    post("/api/v1/templates/{id}/draft", WRITE_TEMPLATE),
    post("/api/v1/templates/{id}/revise", WRITE_TEMPLATE),
    post("/api/v1/templates/{id}/publish", PUBLISH),
    post("/api/v1/templates/{id}/unpublish", PUBLISH),
    post(
        "/api/v1/templates/{id}/disable",
        Needs(&[(F::ProvisionTemplate, V::Delete)], Everything),
    ),
    post("/api/v1/templates/{id}/enable", WRITE_TEMPLATE),
    get("/api/v1/requests", READ_REQUEST),
    post(
        "/api/v1/requests",
        Needs(&[(F::ProvisionRequest, V::Create)], Everything),
    ),
    get("/api/v1/requests/export", READ_REQUEST),
    get("/api/v1/requests/{id}", READ_REQUEST),
    get("/api/v1/requests/{id}/history", READ_REQUEST),
    // It tells who is in which group.
    get(
        "/api/v1/requests/{id}/approvers",
        Needs(&[(F::ProvisionRequest, V::Read)], Nothing),
    ),
    post("/api/v1/requests/{id}/revise", UPDATE_REQUEST),
    post("/api/v1/requests/{id}/submit", UPDATE_REQUEST),
    post("/api/v1/requests/{id}/withdraw", UPDATE_REQUEST),
    post("/api/v1/requests/{id}/reopen", UPDATE_REQUEST),
    post(
        "/api/v1/requests/{id}/delete",
        Needs(&[(F::ProvisionRequest, V::Delete)], Limited),
    ),
    post("/api/v1/requests/{id}/retry", UPDATE_REQUEST),
    post("/api/v1/requests/{id}/approve", DECIDE),
    post("/api/v1/requests/{id}/reject", DECIDE),
    post("/api/v1/requests/{id}/ask", DECIDE),
    post("/api/v1/requests/{id}/answer", UPDATE_REQUEST),
    post(
        "/api/v1/requests/{id}/override",
        Needs(&[(F::ProvisionApproval, V::Update)], Nothing),
    ),
    post("/api/v1/requests/{id}/clone", CLONE),
    post("/api/v1/approvals/decide", DECIDE),
    get(
        "/api/v1/approvals",
        Needs(&[(F::ProvisionApproval, V::Read)], Limited),
    ),
    get("/api/v1/accounts", READ_ACCOUNT),
    get("/api/v1/accounts/totals", READ_ACCOUNT),
    get("/api/v1/accounts/export", READ_ACCOUNT),
    get("/api/v1/accounts/{id}", READ_ACCOUNT),
    get("/api/v1/accounts/{id}/history", READ_ACCOUNT),
    get("/api/v1/drift", READ_ACCOUNT),
    get("/api/v1/drift/export", READ_ACCOUNT),
    // One account at a time, only those that each may: the handler sees to it.
    post("/api/v1/drift/repair", UPDATE_ACCOUNT),
    post("/api/v1/accounts/{id}/clone", CLONE),
    post("/api/v1/accounts/{id}/renew", UPDATE_ACCOUNT),
    post("/api/v1/accounts/{id}/decline-renewal", UPDATE_ACCOUNT),
    post("/api/v1/accounts/{id}/disable", UPDATE_ACCOUNT),
    post("/api/v1/accounts/{id}/enable", UPDATE_ACCOUNT),
    post("/api/v1/accounts/{id}/retry", UPDATE_ACCOUNT),
    post("/api/v1/accounts/{id}/owners", UPDATE_ACCOUNT),
    post(
        "/api/v1/accounts/{id}/delete",
        Needs(&[(F::ManagedAccount, V::Delete)], Limited),
    ),
    post("/api/v1/accounts/{id}/purge", PURGE),
    // One account at a time what each may be done with; bringing ends forward needs manage: the handler sees to both.
    post("/api/v1/accounts/act", UPDATE_ACCOUNT),
    post("/api/v1/accounts/act/preview", UPDATE_ACCOUNT),
    post("/api/v1/migrations/preview", MIGRATE),
    post("/api/v1/migrations", MIGRATE),
    get("/api/v1/campaigns", READ_CAMPAIGN),
    post("/api/v1/campaigns", RUN_CAMPAIGN),
    post("/api/v1/campaigns/preview", RUN_CAMPAIGN),
    get("/api/v1/campaigns/{id}", READ_CAMPAIGN),
    post("/api/v1/campaigns/{id}/close", RUN_CAMPAIGN),
    get("/api/v1/campaigns/{id}/export", READ_CAMPAIGN),
    get("/api/v1/campaigns/{id}/reviews", READ_CAMPAIGN),
    // What one is asked to review, and nothing else: the handlers and the rules of reviews see to it.
    get("/api/v1/reviews", READ_ACCOUNT),
    post("/api/v1/reviews/decide", UPDATE_ACCOUNT),
    post("/api/v1/reviews/reassign", UPDATE_ACCOUNT),
    // Only owners, however far the permission reaches: the handler sees to it.
    post("/api/v1/accounts/{id}/reveal-secret", UPDATE_ACCOUNT),
    get("/api/v1/audit", Needs(&[(F::Audit, V::Read)], Everything)),
    get(
        "/api/v1/audit/export",
        Needs(&[(F::Audit, V::Read)], Everything),
    ),
    get(
        "/api/v1/audit/history",
        Needs(&[(F::Audit, V::Read)], Everything),
    ),
    get(
        "/api/v1/audit/proof",
        Needs(&[(F::Audit, V::Read)], Everything),
    ),
    get(
        "/api/v1/audit/segregation",
        Needs(&[(F::Audit, V::Read)], Everything),
    ),
    get(
        "/api/v1/audit/segregation/export",
        Needs(&[(F::Audit, V::Read)], Everything),
    ),
    get(
        "/api/v1/audit/{position}",
        Needs(&[(F::Audit, V::Read)], Everything),
    ),
];

/// The row of a route; `None` = there is no such thing.
pub(crate) fn rule(method: &Method, path: &str) -> Option<&'static Rule> {
    let method = if method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    RULES
        .iter()
        .find(|rule| rule.method == *method && rule.path == path)
}

/// The methods of a path, for `Allow`.
pub(crate) fn methods(path: &str) -> String {
    let mut methods = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.path == path) {
        methods.push(rule.method.as_str());
        if rule.method == Method::GET {
            methods.push("HEAD");
        }
    }
    methods.join(", ")
}
