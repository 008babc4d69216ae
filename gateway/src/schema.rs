//! Types of the domain that the API takes and gives as they are. Their JSON Schema comes from the domain (schemars);
//! here they only get a name within utoipa's description, and the bounds that the domain checks in its rules.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use tenure_domain as domain;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};

macro_rules! of_the_domain {
    ($($name:ident = $type:ty),+ $(,)?) => {
        $(
            /// Stands for the domain's type of this name.
            pub(crate) enum $name {}

            impl utoipa::PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    ObjectBuilder::new().into()
                }
            }

            impl utoipa::ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    Cow::Borrowed(stringify!($name))
                }
            }
        )+

        /// The schemas of these types and of all that they consist of, by name.
        fn generated() -> Map<String, Value> {
            let settings = SchemaSettings::draft2020_12().with(|s| s.definitions_path = "/components/schemas".into());
            let mut generator = SchemaGenerator::new(settings);
            let schemas = vec![$((stringify!($name), generator.subschema_for::<$type>().to_value())),+];
            let mut named = generator.take_definitions(true);
            for (name, schema) in schemas {
                // What schemars writes in place (a text, say), or calls otherwise, gets its name here.
                let other = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next());
                let schema = other.and_then(|other| named.get(other)).cloned().unwrap_or(schema);
                named.entry(name).or_insert(schema);
            }
            named
        }
    };
}

of_the_domain!(
    PersonalData = domain::user::PersonalData,
    RoleContent = domain::role::RoleContent,
    EmailText = domain::email_template::EmailText,
    DomainContent = domain::directory::DomainContent,
    DomainKind = domain::directory::DomainKind,
    SyncPlan = domain::synchronisation::SyncPlan,
    DriftField = domain::drift::DriftField,
    EngineContent = domain::engine::EngineContent,
    EngineStanding = domain::engine::EngineStanding,
    LogLevel = domain::engine::log::LogLevel,
    TemplateContent = domain::template::TemplateContent,
    AccountType = domain::template::AccountType,
    Gmsa = domain::gmsa::Gmsa,
    RequestContent = domain::request::RequestContent,
    RequestKind = domain::request::RequestKind,
    RequestStatus = domain::request::RequestStatus,
    Owner = domain::ownership::Owner,
    Period = domain::period::Period,
    AccountStatus = domain::lifecycle::Status,
    EndOfLifecycleAction = domain::lifecycle::EndOfLifecycleAction,
    LifecycleOption = domain::lifecycle::LifecycleOption,
    OptionOff = domain::lifecycle::OptionOff,
    FailureReason = domain::order::FailureReason,
    PopulationFilter = domain::campaign::PopulationFilter,
    Reviewers = domain::campaign::Reviewers,
    Unanswered = domain::campaign::Unanswered,
    ReviewDecision = domain::review::Decision,
);

/// The schemas, with bounds.
pub(crate) fn schemas() -> Map<String, Value> {
    let mut schemas = generated();
    for (schema, field, bounds) in bounds() {
        let target = schemas
            .get_mut(schema)
            .and_then(|schema| schema.get_mut("properties")?.get_mut(field));
        if let (Some(Value::Object(target)), Value::Object(bounds)) = (target, bounds) {
            target.extend(bounds);
        }
    }
    if let Some(Value::Object(period)) = schemas.get_mut("Period") {
        period.insert(
            "pattern".into(),
            json!("^[0-9]{1,4} (day|days|month|months|year|years)$"),
        );
        period.insert("examples".into(), json!(["90 days", "6 months", "1 year"]));
    }
    for (name, example) in examples() {
        if let Some(Value::Object(schema)) = schemas.get_mut(name) {
            schema.insert("examples".into(), json!([example]));
        }
    }
    schemas
}

/// What the domain's rules check, as JSON Schema says it.
fn bounds() -> Vec<(&'static str, &'static str, Value)> {
    let text = |most: u32| json!({"minLength": 1, "maxLength": most, "pattern": r"\S"});
    let dn = json!({"minLength": 1, "maxLength": 400});
    vec![
        ("PersonalData", "display_name", text(120)),
        (
            "PersonalData",
            "emails",
            json!({"minItems": 1, "maxItems": 10, "items": {"type": "string", "format": "email", "maxLength": 254}}),
        ),
        (
            "PersonalData",
            "former_emails",
            json!({"readOnly": true, "maxItems": 0}),
        ),
        (
            "PersonalData",
            "verified_emails",
            json!({"readOnly": true, "maxItems": 0}),
        ),
        ("EmailText", "subject", text(200)),
        ("EmailText", "body", text(20_000)),
        ("RoleContent", "name", text(80)),
        (
            "DomainContent",
            "name",
            json!({"minLength": 1, "maxLength": 253, "pattern": "^[A-Za-z0-9.-]+$"}),
        ),
        (
            "DomainContent",
            "base_dn",
            json!({"minLength": 1, "maxLength": 400, "pattern": "[Dd][Cc]="}),
        ),
        (
            "SyncPlan",
            "changes_every_minutes",
            json!({"minimum": 1, "maximum": 1440}),
        ),
        (
            "SyncPlan",
            "full_every_hours",
            json!({"minimum": 1, "maximum": 720}),
        ),
        (
            "SyncPlan",
            "name_patterns",
            json!({"maxItems": 100, "items": {"type": "string", "minLength": 1, "maxLength": 40}}),
        ),
        (
            "SyncPlan",
            "old_password_days",
            json!({"minimum": 1, "maximum": 36_500}),
        ),
        (
            "SyncPlan",
            "unused_days",
            json!({"minimum": 15, "maximum": 36_500}),
        ),
        ("EngineContent", "name", text(80)),
        (
            "EngineContent",
            "public_key",
            json!({"minLength": 44, "maxLength": 44, "pattern": "^[A-Za-z0-9+/]{43}=$"}),
        ),
        ("TemplateContent", "name", text(80)),
        ("TemplateContent", "purpose", json!({"maxLength": 2000})),
        (
            "TemplateContent",
            "terms_of_service",
            json!({"maxLength": 20000}),
        ),
        ("DirectorySection", "ou", dn.clone()),
        ("DirectorySection", "retirement_ou", dn),
        (
            "DirectorySection",
            "other_ous",
            json!({"maxItems": 100, "items": {"type": "string", "minLength": 1, "maxLength": 400}}),
        ),
        (
            "VaultSection",
            "folder",
            json!({"minLength": 1, "maxLength": 200}),
        ),
        (
            "Gmsa",
            "principals",
            json!({"minItems": 1, "maxItems": 100, "items": {"type": "string", "minLength": 1, "maxLength": 400}}),
        ),
        (
            "Gmsa",
            "encryption_types",
            json!({"minItems": 1, "maxItems": 3}),
        ),
        (
            "Gmsa",
            "password_interval_days",
            json!({"minimum": 1, "maximum": 365}),
        ),
        ("DirectorySection", "name_prefix", json!({"maxLength": 19})),
        ("ApprovalFlow", "steps", json!({"maxItems": 10})),
        ("ApprovalStep", "name", text(80)),
        ("RequestContent", "name", json!({"maxLength": 20})),
        (
            "RequestContent",
            "justification",
            json!({"maxLength": 2000}),
        ),
        ("RequestContent", "description", json!({"maxLength": 1000})),
    ]
}

fn examples() -> Vec<(&'static str, Value)> {
    vec![
        (
            "PersonalData",
            json!({"display_name": "Grace Hopper", "emails": ["grace@corp.example"]}),
        ),
        (
            "EmailText",
            json!({"subject": "Please decide: {{ name }}", "body": "{{ requester }} asks for {{ name }}.\n\n{{ link }}"}),
        ),
        (
            "RoleContent",
            json!({"name": "Help desk", "permissions": ["managed-account:read", "managed-account:manage"]}),
        ),
        (
            "DomainContent",
            json!({"name": "corp.example.com", "kind": "active-directory", "base_dn": "DC=corp,DC=example,DC=com"}),
        ),
        (
            "SyncPlan",
            json!({"changes_every_minutes": 15, "full_every_hours": 24, "name_patterns": ["svc*", "*-sa"], "old_password_days": 365, "unused_days": 90}),
        ),
        (
            "RequestContent",
            json!({
                "kind": {"type": "new-account"},
                "template": "0192f0c1-a2b3-7c4d-8e5f-001122334455",
                "name": "svc-backup",
                "period": "90 days",
                "justification": "Nightly backup of the file servers"
            }),
        ),
        (
            "Gmsa",
            json!({
                "principals": ["CN=Web servers,OU=Groups,DC=corp,DC=example,DC=com"],
                "encryption_types": ["aes128", "aes256"],
                "password_interval_days": 30
            }),
        ),
        (
            "Owner",
            json!({"kind": "user", "id": "0192f0c1-a2b3-7c4d-8e5f-001122334455"}),
        ),
    ]
}
