//! Messages that the snapshots, the AsyncAPI document and the tests show.

use crate::reveal::{RevealReply, RevealRequest};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use tenure_domain::{
    ids::{AccountId, DomainId, EngineId},
    order::{
        DesiredState, EngineStatus, Failure, FailureReason, Order, OrderKind, OrderNumber, Outcome,
        Report, SecretReference,
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

pub(crate) fn status() -> EngineStatus {
    EngineStatus {
        domain: DOMAIN,
        engine: ENGINE,
        at: at(1),
        impaired: None,
        version: "0.1.0".to_owned(),
    }
}
