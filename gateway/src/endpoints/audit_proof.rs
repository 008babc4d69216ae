//! What is known of the history's being unaltered: the last look through it, the newest signed checkpoint, the key.

use crate::{app::App, problem::Problem};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(proof))
}

/// What is known of the history's being unaltered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Proof {
    /// The newest event.
    position: u64,
    /// Its link of the hash chain, in hex.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    hash: String,
    /// The last look through the whole history; missing before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<VerifiedBody>,
    /// The newest signed checkpoint; missing before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<CheckpointBody>,
    /// What others verify checkpoints with: a key of C2SP's signed notes.
    key: String,
}

/// A look through the whole history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerifiedBody {
    at: DateTime<Utc>,
    /// Up to which event.
    position: u64,
    /// How many signed checkpoints agree with it.
    checkpoints: usize,
    /// What is not as it was written, and where; missing where all of it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    altered: Option<String>,
}

/// "The history was this long, and hashed to this, at that time", signed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckpointBody {
    position: u64,
    signed_at: DateTime<Utc>,
    /// The signed note itself: keep it where the database's administrator cannot write.
    note: String,
}

/// Says when the history was last compared with its signed checkpoints, what was found, and the newest checkpoint.
#[utoipa::path(get, path = "/api/v1/audit/proof", tag = "Audit", responses((status = 200, body = Proof)))]
async fn proof(State(app): State<App>) -> Result<Json<Proof>, Problem> {
    let store = &app.instance.store;
    let read = async {
        let keys = store.checkpoint_keys().await?;
        let head = store.head().await?;
        let found = (
            store.last_verification().await?,
            store.newest_checkpoint().await?.signed,
        );
        Ok::<_, tenure_eventstore::StoreError>((head, keys, found))
    };
    let (head, keys, (verified, checkpoint)) =
        read.await.map_err(|error| Problem::unavailable(&error))?;
    Ok(Json(Proof {
        position: head.position,
        hash: hex::encode(head.hash),
        verified: verified.map(|verified| VerifiedBody {
            at: verified.at,
            position: verified.position,
            checkpoints: verified.checkpoints,
            altered: verified.altered,
        }),
        checkpoint: checkpoint.map(|checkpoint| CheckpointBody {
            position: checkpoint.position,
            signed_at: checkpoint.signed_at,
            note: checkpoint.to_string(),
        }),
        key: keys.last().map(ToString::to_string).unwrap_or_default(),
    }))
}
