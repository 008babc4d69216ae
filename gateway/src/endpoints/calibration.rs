//! Calibration: what engines can really reach, what their accounts may do there, and the commands that grant what is
//! missing. The commands are made here, of what was asked: an engine's own words never become one.

use crate::{
    app::App,
    command::{AcceptedAnswer, AcceptedBody, Command, watch},
    directory::FailureBody,
    names::{Named, Names},
    problem::Problem,
    query::Id,
};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    DomainId, EngineId,
    calibration::{
        DirectoryReach, FoundPlace, Grantee, ReachedServer, Right, Standing, WantedPlace,
    },
    directory::DomainCommand,
    engine::{Engine, EngineStanding},
};
use tenure_workflow::calibration::{self, Answered, EngineCalibration};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(of_domain))
        .routes(routes!(of_engine))
        .routes(routes!(calibrate))
}

/// What an engine can reach.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CalibrationBody {
    engine: Named,
    /// `never-asked`; `waiting` for its answer; `answered`; or `unanswered`: it did not answer in time, and what it said
    /// before stays.
    standing: &'static str,
    /// When it was asked last.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_at: Option<DateTime<Utc>>,
    /// Until when the answer is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_after: Option<DateTime<Utc>>,
    /// What it answered last.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<ReachBody>,
}

/// What an engine answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReachBody {
    /// When it was heard.
    at: DateTime<Utc>,
    /// The directory server that it really reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<ServerBody>,
    /// Why it reached none.
    #[serde(skip_serializing_if = "Option::is_none")]
    out_of_reach: Option<FailureBody>,
    vault: VaultBody,
    /// Where templates put accounts, as the engine was asked.
    places: Vec<PlaceBody>,
    /// Places that templates name beyond those: too many to be looked at together.
    places_left_out: usize,
    /// May deletions be seen between two full synchronisations?
    #[serde(skip_serializing_if = "Option::is_none")]
    deletions: Option<RightBody>,
    /// Rights that are missing.
    missing: usize,
    /// Rights of which the directory does not tell yet.
    unknown: usize,
}

/// A directory server, as an engine reaches it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServerBody {
    /// Where the engine was told to dial, and what answered there.
    address: String,
    /// What the server calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// The name that its certificate was checked for: the connection is in TLS. Absent for a sandbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_for: Option<String>,
    /// Was it trusted through certificates of the engine's own choice (`ca_file`)?
    own_authority: bool,
    /// The account that the engine signs in with.
    account: String,
    /// Who the server says that is, where it tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    known_as: Option<String>,
    /// Microseconds from asking to the answer.
    round_trip_us: u32,
}

/// A vault, as an engine reaches it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VaultBody {
    kind: String,
    /// Why no secret can be written to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureBody>,
}

/// A place in the directory, and what the engine may do there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceBody {
    dn: String,
    /// What templates want of it: `accounts`, `managed-service-accounts`, `retired-accounts`,
    /// `retired-managed-service-accounts`, `members`.
    uses: Vec<&'static str>,
    /// `granted`: everything is; `missing`: something is; `unknown`: nothing is missing as far as the directory tells;
    /// `failed`: it could not be looked at; `left-out`: the engine did not look at it.
    standing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureBody>,
    rights: Vec<RightBody>,
}

/// A right.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RightBody {
    /// `create-accounts`, `write-attributes`, `change-members` or `see-deletions`.
    right: &'static str,
    /// Of which kind of account: `user` or `managed-service-account`.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
    /// Which attributes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<String>,
    /// In words.
    sentence: String,
    /// `granted`, `missing`, or `no-account-yet`: the directory tells what may be written of existing accounts only.
    standing: &'static str,
    /// A missing right: the command that grants it, for `cmd` or PowerShell. Absent where names cannot be quoted safely.
    #[serde(skip_serializing_if = "Option::is_none")]
    dsacls: Option<String>,
    /// The same for PowerShell with the module ActiveDirectory.
    #[serde(skip_serializing_if = "Option::is_none")]
    powershell: Option<String>,
}

/// What the engines of a domain can reach.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Calibrations {
    /// Those that are assigned and enabled.
    items: Vec<CalibrationBody>,
}

/// Which engines to ask.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Calibrate {
    /// Only this one; otherwise all that are at work for the domain.
    #[serde(default)]
    engine: Option<Uuid>,
}

async fn known(app: &App, engine: EngineId) -> Result<EngineCalibration, Problem> {
    let known = calibration::of(&app.instance.store, engine).await;
    known.map_err(|error| Problem::unavailable(&error))
}

async fn engine(app: &App, id: Uuid) -> Result<Engine, Problem> {
    let loaded = app.instance.store.state::<Engine>(id).await;
    let loaded = loaded.map_err(|error| Problem::unavailable(&error))?;
    Ok(loaded.state.as_ref().clone())
}

/// Shows what the engines of a domain last said that they can reach, and how asking them stands.
#[utoipa::path(get, path = "/api/v1/domains/{id}/calibration", tag = "Engines", params(("id" = Uuid, Path)),
    responses((status = 200, body = Calibrations)))]
async fn of_domain(State(app): State<App>, Id(id): Id) -> Result<Json<Calibrations>, Problem> {
    let base = base_dn(&app, id).await?;
    let mut items = Vec::new();
    for engine in app.instance.views.engines().await? {
        let at_work = engine.standing == EngineStanding::Assigned && !engine.disabled;
        if engine.domain.0 != id || !at_work {
            continue;
        }
        let known = known(&app, engine.id).await?;
        items.push(body(&app, engine.id.0, known, &base).await?);
    }
    items.sort_by_key(|item| item.engine.name.to_lowercase());
    Ok(Json(Calibrations { items }))
}

/// Shows what an engine last said that it can reach, and how asking it stands.
#[utoipa::path(get, path = "/api/v1/engines/{id}/calibration", tag = "Engines", params(("id" = Uuid, Path)),
    responses((status = 200, body = CalibrationBody)))]
async fn of_engine(State(app): State<App>, Id(id): Id) -> Result<Json<CalibrationBody>, Problem> {
    let engine = engine(&app, id).await?;
    let (_, domain) = engine.identity().ok_or_else(Problem::not_found)?;
    let base = base_dn(&app, domain.0).await?;
    let known = known(&app, EngineId(id)).await?;
    Ok(Json(body(&app, id, known, &base).await?))
}

async fn base_dn(app: &App, domain: Uuid) -> Result<String, Problem> {
    let domain = super::synchronisation::known(app, domain).await?;
    Ok(domain
        .content
        .map(|content| content.base_dn)
        .unwrap_or_default())
}

/// Asks engines of a domain what they can really reach, and what their accounts may do where its templates put accounts.
/// Nothing is changed in the directory. Watch the domain's calibration: an engine that does not answer within half a minute
/// is shown as that.
#[utoipa::path(post, path = "/api/v1/domains/{id}/calibrate", tag = "Engines", params(("id" = Uuid, Path)),
    request_body = Calibrate, responses((status = 202, body = AcceptedBody)))]
async fn calibrate(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Calibrate>,
) -> Result<AcceptedAnswer, Problem> {
    if let Some(named) = command.body.engine {
        let engine = engine(&app, named).await?;
        if engine.identity().map(|(_, domain)| domain) != Some(DomainId(id)) {
            return Err(Problem::invalid(
                "engine",
                "unknown",
                "is no engine of this domain",
            ));
        }
    }
    let asked = DomainCommand::Calibrate {
        engine: command.body.engine.map(EngineId),
    };
    let accepted = app
        .instance
        .commands
        .domain(DomainId(id), asked, &command.caller)
        .await?;
    let at = format!("/api/v1/domains/{id}/calibration");
    Ok(watch(&at, id, accepted))
}

async fn body(
    app: &App,
    engine: Uuid,
    known: EngineCalibration,
    base_dn: &str,
) -> Result<CalibrationBody, Problem> {
    let standing = match known.standing(app.instance.system.now()) {
        calibration::Standing::NeverAsked => "never-asked",
        calibration::Standing::Waiting => "waiting",
        calibration::Standing::Answered => "answered",
        calibration::Standing::Unanswered => "unanswered",
    };
    let asked = known.asked.as_ref();
    Ok(CalibrationBody {
        engine: Names::of(app, [engine]).await?.named(engine),
        standing,
        asked_at: asked.map(|asked| asked.at),
        not_after: asked.map(|asked| asked.not_after),
        answer: known.answered.map(|answered| reach(answered, base_dn)),
    })
}

fn reach(answered: Answered, base_dn: &str) -> ReachBody {
    let Answered {
        heard_at,
        asked,
        found,
        reached_before: _,
    } = answered;
    let (server, failure) = match found.directory {
        DirectoryReach::Reached(server) => (Some(server), None),
        DirectoryReach::OutOfReach(failure) => (None, Some(failure)),
    };
    let account = server.as_ref().map(|server| server.account.clone());
    let to = Grantee {
        account: account.as_deref().unwrap_or_default(),
        base_dn,
    };
    let left_out = failure.is_none();
    let place = |wanted: &WantedPlace| {
        let found = found.places.iter().find(|found| found.dn == wanted.dn);
        PlaceBody::new(wanted, found, to)
    };
    let places: Vec<_> = match left_out {
        true => asked.places.iter().map(place).collect(),
        // Nothing was looked at.
        false => Vec::new(),
    };
    let deletions = server
        .as_ref()
        .map(|server| RightBody::new(&Right::SeeDeletions, server.deletions, "", to));
    let rights = || {
        places
            .iter()
            .flat_map(|place| &place.rights)
            .chain(&deletions)
    };
    let count = |standing| rights().filter(|right| right.standing == standing).count();
    let (missing, unknown) = (count(MISSING), count(UNKNOWN));
    ReachBody {
        at: heard_at,
        server: server.map(Into::into),
        out_of_reach: failure.as_ref().map(FailureBody::new),
        vault: VaultBody {
            kind: found.vault.kind,
            failure: found.vault.failure.as_ref().map(FailureBody::new),
        },
        places_left_out: asked.more,
        deletions,
        missing,
        unknown,
        places,
    }
}

const GRANTED: &str = "granted";
const MISSING: &str = "missing";
const UNKNOWN: &str = "no-account-yet";

impl From<ReachedServer> for ServerBody {
    fn from(server: ReachedServer) -> Self {
        let own = server.protection.as_ref().map(|one| one.own_authority);
        Self {
            address: server.address,
            host: server.host,
            certificate_for: server.protection.map(|one| one.certificate_for),
            own_authority: own.unwrap_or_default(),
            account: server.account,
            known_as: server.known_as,
            round_trip_us: server.round_trip_us,
        }
    }
}

impl PlaceBody {
    fn new(wanted: &WantedPlace, found: Option<&FoundPlace>, to: Grantee<'_>) -> Self {
        use tenure_domain::calibration::PlaceUse;
        let text = |what: &PlaceUse| match what {
            PlaceUse::Accounts => "accounts",
            PlaceUse::ImportedAccounts => "imported-accounts",
            PlaceUse::ManagedServiceAccounts => "managed-service-accounts",
            PlaceUse::RetiredAccounts => "retired-accounts",
            PlaceUse::RetiredManagedServiceAccounts => "retired-managed-service-accounts",
            PlaceUse::Members => "members",
        };
        let failure = found.and_then(|found| found.failure.as_ref());
        let found_rights = found
            .map(|found| found.rights.as_slice())
            .unwrap_or_default();
        let rights: Vec<_> = found_rights
            .iter()
            .map(|found| RightBody::new(&found.right, found.standing, &wanted.dn, to))
            .collect();
        let any = |standing| rights.iter().any(|right| right.standing == standing);
        let standing = match found {
            None => "left-out",
            Some(_) if failure.is_some() => "failed",
            Some(_) if any(MISSING) => MISSING,
            Some(_) if any(UNKNOWN) => "unknown",
            Some(_) => GRANTED,
        };
        Self {
            dn: wanted.dn.clone(),
            uses: wanted.uses.iter().map(text).collect(),
            standing,
            failure: failure.map(FailureBody::new),
            rights,
        }
    }
}

impl RightBody {
    fn new(right: &Right, standing: Standing, dn: &str, to: Grantee<'_>) -> Self {
        use tenure_domain::calibration::AccountClass;
        let (name, class, attributes) = match right {
            Right::CreateAccounts { class } => ("create-accounts", Some(class), Vec::new()),
            Right::WriteAttributes { class, names } => {
                ("write-attributes", Some(class), names.clone())
            }
            Right::ChangeMembers => ("change-members", None, Vec::new()),
            Right::SeeDeletions => ("see-deletions", None, Vec::new()),
        };
        let class = class.map(|class| match class {
            AccountClass::User => "user",
            AccountClass::ManagedServiceAccount => "managed-service-account",
        });
        let grant = (standing == Standing::Missing).then(|| right.grant(dn, to));
        let (dsacls, powershell) = grant.map_or((None, None), |one| (one.dsacls, one.powershell));
        Self {
            right: name,
            class,
            attributes,
            sentence: right.words(dn),
            standing: match standing {
                Standing::Granted => GRANTED,
                Standing::Missing => MISSING,
                Standing::NoAccountYet => UNKNOWN,
            },
            dsacls,
            powershell,
        }
    }
}
