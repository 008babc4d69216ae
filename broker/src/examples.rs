//! Messages that the snapshots, the AsyncAPI document and the tests show.

use crate::reveal::{RevealReply, RevealRequest};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use tenure_domain::{
    calibration::{
        AccountClass, Calibration, CalibrationOrder, DirectoryReach, FoundPlace, FoundRight,
        PlaceUse, Protection, ReachedServer, Right, Standing, VaultReach, WantedPlace,
    },
    engine::log::{EngineLog, LogLevel, LogLine},
    ids::{AccountId, DomainId, EngineId},
    order::{
        DesiredState, EngineLoad, EngineStatus, Failure, FailureReason, Order, OrderKind,
        OrderNumber, Outcome, Report, SecretReference,
    },
    synchronisation::{
        DirectoryGroup, DirectoryObject, DirectoryUnit, DirectoryUser, SyncChunk, SyncContent,
        SyncCounts, SyncMark, SyncOrder, SyncSummary,
    },
};
use uuid::Uuid;

pub(crate) const DOMAIN: DomainId =
    DomainId(Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_00d0));
pub(crate) const ACCOUNT: AccountId =
    AccountId(Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_00a0));
pub(crate) const ENGINE: EngineId =
    EngineId(Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_00e0));

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap_or_default()
}

pub(crate) fn order() -> Order {
    Order {
        domain: DOMAIN,
        account: ACCOUNT,
        number: OrderNumber { epoch: 1, n: 3 },
        kind: OrderKind::Change,
        object: Some(Uuid::from_u128(0x0b)),
        revives: None,
        folder: None,
        moves_secret: false,
        expects: None,
        desired: DesiredState {
            name: "svc-billing".to_owned(),
            ou: "OU=Service,DC=corp,DC=example".to_owned(),
            enabled: true,
            expires_at: Some(at(86_400)),
            description: Some("Nightly billing run".to_owned()),
            attributes: BTreeMap::from([("department".to_owned(), vec!["Finance".to_owned()])]),
            groups: vec!["CN=Batch,OU=Groups,DC=corp,DC=example".to_owned()],
            ..DesiredState::default()
        },
        not_after: at(600),
    }
}

fn reported(outcome: Outcome) -> Report {
    Report {
        domain: DOMAIN,
        account: ACCOUNT,
        number: OrderNumber { epoch: 1, n: 3 },
        engine: ENGINE,
        at: at(5),
        outcome,
    }
}

pub(crate) fn report() -> Report {
    let secret = Some(SecretReference {
        vault: "built-in".to_owned(),
        path: "svc-billing".to_owned(),
    });
    reported(Outcome::Applied {
        object: Uuid::from_u128(0x0b),
        secret,
    })
}

pub(crate) fn failed_report() -> Report {
    reported(Outcome::Failed(Failure {
        reason: FailureReason::NoSuchOu,
        detail: "0000208D: NameErr".to_owned(),
    }))
}

pub(crate) fn reveal() -> RevealRequest {
    RevealRequest {
        request: Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_00f0),
        account: ACCOUNT,
        secret: SecretReference { vault: "built-in".to_owned(), path: "svc-billing".to_owned() },
        reader_key: "BGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU=".to_owned(),
        not_after: at(300),
    }
}

pub(crate) fn sealed() -> RevealReply {
    RevealReply::Sealed {
        ephemeral: "BA==".to_owned(),
        nonce: "AAAA".to_owned(),
        ciphertext: "AAAAAA==".to_owned(),
    }
}

pub(crate) fn refused() -> RevealReply {
    RevealReply::Refused {
        reason: "No such secret.".to_owned(),
    }
}

const RUN: Uuid = Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0050);
const MARK: SyncMark = SyncMark {
    invocation: Uuid::from_u128(0x1d),
    usn: 4711,
};

pub(crate) fn sync_order() -> SyncOrder {
    SyncOrder {
        domain: DOMAIN,
        run: RUN,
        since: Some(MARK),
        attributes: vec!["department".to_owned()],
        not_after: at(600),
    }
}

fn chunk(number: u32, content: SyncContent) -> SyncChunk {
    SyncChunk {
        domain: DOMAIN,
        engine: ENGINE,
        run: RUN,
        attempt: Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0051),
        number,
        at: at(5),
        content,
    }
}

pub(crate) fn sync_objects() -> SyncChunk {
    let base = "DC=corp,DC=example";
    chunk(
        0,
        SyncContent::Objects(vec![
            DirectoryObject::Unit(DirectoryUnit {
                id: Uuid::from_u128(1),
                dn: format!("OU=Service,{base}"),
                organisational: true,
            }),
            DirectoryObject::Group(DirectoryGroup {
                id: Uuid::from_u128(2),
                name: "Batch".to_owned(),
                dn: format!("CN=Batch,OU=Groups,{base}"),
                sid: "S-1-5-21-1-2-3-1104".to_owned(),
                description: None,
            }),
            DirectoryObject::Members {
                group: Uuid::from_u128(2),
                members: vec![Uuid::from_u128(3)],
            },
            DirectoryObject::User(Box::new(DirectoryUser {
                id: Uuid::from_u128(3),
                name: "svc-old".to_owned(),
                dn: format!("CN=svc-old,OU=Service,{base}"),
                account_control: 0x1_0200,
                service_principal_names: 2,
                password_set: Some(at(-86_400)),
                ..DirectoryUser::default()
            })),
            DirectoryObject::Gone(Uuid::from_u128(4)),
        ]),
    )
}

pub(crate) fn sync_complete() -> SyncChunk {
    chunk(
        1,
        SyncContent::Complete(SyncSummary {
            full: false,
            mark: MARK,
            deletions_seen: true,
            counts: SyncCounts {
                units: 1,
                groups: 1,
                memberships: 1,
                users: 1,
                gone: 1,
            },
        }),
    )
}

pub(crate) fn status() -> EngineStatus {
    EngineStatus {
        domain: DOMAIN,
        engine: ENGINE,
        at: at(1),
        impaired: None,
        version: "0.1.0".to_owned(),
        load: EngineLoad {
            in_work: 3,
            apply_p95_ms: Some(120),
        },
    }
}

pub(crate) fn calibration_order() -> CalibrationOrder {
    CalibrationOrder {
        domain: DOMAIN,
        engines: BTreeSet::from([ENGINE]),
        run: Uuid::from_u128(0x0c),
        places: vec![WantedPlace {
            dn: "OU=Service,DC=corp,DC=example".to_owned(),
            uses: BTreeSet::from([PlaceUse::Accounts]),
            attributes: BTreeMap::from([(
                AccountClass::User,
                BTreeSet::from(["department".to_owned()]),
            )]),
        }],
        imported: vec![],
        not_after: at(30),
    }
}

pub(crate) fn calibration() -> Calibration {
    let class = AccountClass::User;
    let names = vec!["department".to_owned()];
    Calibration {
        domain: DOMAIN,
        engine: ENGINE,
        run: Uuid::from_u128(0x0c),
        at: at(1),
        directory: DirectoryReach::Reached(ReachedServer {
            address: "dc1.corp.example:636 (192.0.2.10:636)".to_owned(),
            host: Some("dc1.corp.example".to_owned()),
            protection: Some(Protection {
                certificate_for: "dc1.corp.example".to_owned(),
                own_authority: true,
            }),
            account: "tenure-agent@corp.example".to_owned(),
            known_as: Some("u:CORP\\tenure-agent".to_owned()),
            round_trip_us: 1_840,
            deletions: Standing::Granted,
        }),
        vault: VaultReach {
            kind: "built-in".to_owned(),
            failure: None,
        },
        places: vec![FoundPlace {
            dn: "OU=Service,DC=corp,DC=example".to_owned(),
            failure: None,
            rights: vec![
                FoundRight {
                    right: Right::CreateAccounts { class },
                    standing: Standing::Granted,
                },
                FoundRight {
                    right: Right::WriteAttributes { class, names },
                    standing: Standing::Missing,
                },
            ],
        }],
    }
}

pub(crate) fn log() -> EngineLog {
    EngineLog {
        domain: DOMAIN,
        engine: ENGINE,
        start: Uuid::from_u128(0x05),
        at: at(6),
        lines: vec![LogLine {
            number: 12,
            at: at(5),
            level: LogLevel::Info,
            account: Some(ACCOUNT),
            sentence: "Order 1.3 (change): carried out in 24 ms".to_owned(),
        }],
    }
}
