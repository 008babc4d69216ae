//! The contracts as documents: JSON Schemas of what travels, and an AsyncAPI description of where.
//!
//! They are generated, so that they cannot say anything else than the code does; a test compares the copies in
//! `schemas/` with these.

use crate::{
    reveal::{AddressedReveal, AnsweredReveal},
    wire::{CALIBRATION, KEY_HEADER, KIND_HEADER, LOG, REPORT, SIGNATURE_HEADER, STATUS, SYNC},
};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenure_domain::{
    calibration::{Calibration, CalibrationOrder},
    engine::log::EngineLog,
    order::{EngineStatus, Order, Report},
    synchronisation::{SyncChunk, SyncOrder},
};

/// Everything that is said about revealing a secret.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
enum Reveal {
    /// By the core.
    Request(AddressedReveal),
    /// By an engine.
    Answer(AnsweredReveal),
}

/// Everything that is said about reading a domain.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
enum Synchronisation {
    /// By the core.
    Order(SyncOrder),
    /// By an engine.
    Chunk(SyncChunk),
}

/// Everything that is said about what an engine can reach.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
enum Reach {
    /// By the core.
    Order(CalibrationOrder),
    /// By an engine.
    Answer(Calibration),
}

/// File names below `schemas/` and their content.
#[must_use]
pub fn documents() -> Vec<(&'static str, Value)> {
    vec![
        ("order.schema.json", schema::<Order>()),
        ("report.schema.json", schema::<Report>()),
        ("status.schema.json", schema::<EngineStatus>()),
        ("reveal.schema.json", schema::<Reveal>()),
        ("synchronisation.schema.json", schema::<Synchronisation>()),
        ("calibration.schema.json", schema::<Reach>()),
        ("log.schema.json", schema::<EngineLog>()),
        ("asyncapi.json", asyncapi()),
    ]
}

fn schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    SchemaGenerator::new(settings)
        .into_root_schema_for::<T>()
        .to_value()
}

fn asyncapi() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let ids = |names: &[(&str, &str)]| -> Value {
        names
            .iter()
            .map(|(name, what)| ((*name).to_owned(), json!({ "description": what })))
            .collect()
    };
    let (instance, domain) = (
        ("instance", "Name of the instance."),
        ("domain", "Id of the domain: 32 hexadecimal digits."),
    );
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tenure on NATS",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Work orders, reports, revealing a secret, and the event stream. Orders, reports and what is \
                said about secrets are between Tenure's own processes; events are for everybody who may read them.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "work": {
                "address": "tenure.{instance}.work.{domain}.{account}",
                "description": format!(
                    "JetStream TENURE_WORK: work queue, at most one order per account, and one to read the domain \
                    (header {KIND_HEADER}: {SYNC}). Consumer of a domain: agents_{{domain}}."
                ),
                "parameters": ids(&[
                    instance,
                    domain,
                    ("account", "Id of the account, or of the domain for the order to read it: 32 hexadecimal digits."),
                ]),
                "messages": {
                    "order": { "$ref": "#/components/messages/order" },
                    "syncOrder": { "$ref": "#/components/messages/syncOrder" },
                },
            },
            "report": {
                "address": "tenure.{instance}.report.{domain}.{engine}",
                "description": format!(
                    "JetStream TENURE_REPORT, consumer core. Header {KIND_HEADER}: {REPORT}, {STATUS}, {SYNC}, \
                    {CALIBRATION} or {LOG}. What was read of a directory, what an engine can reach and its log are kept \
                    for an hour."
                ),
                "parameters": ids(&[instance, domain, ("engine", "Id of the engine: 32 hexadecimal digits.")]),
                "messages": {
                    "report": { "$ref": "#/components/messages/report" },
                    "status": { "$ref": "#/components/messages/status" },
                    "syncChunk": { "$ref": "#/components/messages/syncChunk" },
                    "calibration": { "$ref": "#/components/messages/calibration" },
                    "log": { "$ref": "#/components/messages/log" },
                },
            },
            "calibrate": {
                "address": "tenure.{instance}.calibrate.{domain}",
                "description": "Never stored; every engine of the domain hears it, and those that it names report what \
                    they can reach. Asked again until they have, or nobody waits any more.",
                "parameters": ids(&[instance, domain]),
                "messages": { "calibrationOrder": { "$ref": "#/components/messages/calibrationOrder" } },
            },
            "reveal": {
                "address": "tenure.{instance}.reveal.{domain}",
                "description": "Request and reply, never stored; one engine of the queue group engines answers.",
                "parameters": ids(&[instance, domain]),
                "messages": {
                    "request": { "$ref": "#/components/messages/revealRequest" },
                    "reply": { "$ref": "#/components/messages/revealReply" },
                },
            },
            "event": {
                "address": "tenure.{instance}.event.{aggregate}.{id}.{type}",
                "description": "JetStream TENURE_EVENT_{epoch}: a contiguous window of the history, in which the \
                    sequence is the position. Consumers remember (epoch, position).",
                "parameters": ids(&[
                    instance,
                    ("aggregate", "Kind of aggregate, for instance account."),
                    ("id", "Id of the aggregate: 32 hexadecimal digits."),
                    ("type", "Type of the event without its aggregate, for instance end-reached."),
                ]),
                "messages": { "event": { "$ref": "#/components/messages/event" } },
            },
        },
        "operations": {
            "issueOrder": operation("send", "work", "order", "The core issues an order."),
            "reportOutcome": operation("receive", "report", "report", "The core learns what came of an order."),
            "reportStatus": operation("receive", "report", "status", "The core learns how an engine does."),
            "issueSyncOrder": operation("send", "work", "syncOrder", "The core asks for the domain to be read."),
            "handOverSyncChunk": operation("receive", "report", "syncChunk", "The core learns a part of what was read."),
            "askForCalibration": operation("send", "calibrate", "calibrationOrder", "The core asks what engines can reach."),
            "reportCalibration": operation("receive", "report", "calibration", "The core learns what an engine can reach."),
            "reportLog": operation("receive", "report", "log", "The core learns what an engine did."),
            "publishEvent": operation("send", "event", "event", "Every event goes out, in order."),
            "revealSecret": {
                "action": "send",
                "summary": "The core asks for a secret, sealed to the reader's key.",
                "channel": { "$ref": "#/channels/reveal" },
                "messages": [{ "$ref": "#/channels/reveal/messages/request" }],
                "reply": { "messages": [{ "$ref": "#/channels/reveal/messages/reply" }], "channel": { "$ref": "#/channels/reveal" } },
            },
        },
        "components": {
            "messages": {
                "order": signed("tenure-order-v1", "the core", "./order.schema.json"),
                "report": signed("tenure-report-v1", "the engine", "./report.schema.json"),
                "status": signed("tenure-status-v1", "the engine", "./status.schema.json"),
                "syncOrder": signed("tenure-sync-order-v1", "the core", "./synchronisation.schema.json#/$defs/SyncOrder"),
                "syncChunk": signed("tenure-sync-chunk-v1", "the engine", "./synchronisation.schema.json#/$defs/SyncChunk"),
                "calibrationOrder": signed("tenure-calibration-order-v1", "the core", "./calibration.schema.json#/$defs/CalibrationOrder"),
                "calibration": signed("tenure-calibration-v1", "the engine", "./calibration.schema.json#/$defs/Calibration"),
                "log": signed("tenure-log-v1", "the engine", "./log.schema.json"),
                "revealRequest": signed("tenure-reveal-request-v1", "the core", "./reveal.schema.json#/$defs/AddressedReveal"),
                "revealReply": signed("tenure-reveal-reply-v1", "the engine", "./reveal.schema.json#/$defs/AnsweredReveal"),
                "event": {
                    "summary": "CloudEvents 1.0 in binary mode. Personal data in the payload is sealed.",
                    "payload": { "type": "object", "description": "As described by the schema of the event's type and schema version." },
                    "headers": {
                        "type": "object",
                        "required": ["ce-specversion", "ce-id", "ce-source", "ce-type", "ce-subject", "ce-time", "ce-epoch", "ce-position", "ce-schemaversion", "ce-correlationid"],
                        "properties": {
                            "ce-specversion": { "const": "1.0" },
                            "ce-id": text("Id of the event (UUIDv7); also Nats-Msg-Id."),
                            "ce-source": text("/tenure/{instance}"),
                            "ce-type": text("Stable type name, for instance account.end-reached."),
                            "ce-subject": text("{aggregate}/{id}"),
                            "ce-time": text("When it was recorded, RFC 3339."),
                            "ce-datacontenttype": { "const": "application/json" },
                            "ce-schemaversion": text("Schema version of the payload."),
                            "ce-epoch": text("Epoch of the history; changes after a restore."),
                            "ce-position": text("Position in the whole history."),
                            "ce-correlationid": text("What it all began with."),
                            "ce-causationid": text("What it follows from directly."),
                        },
                    },
                },
            },
        },
    })
}

fn operation(action: &str, channel: &str, message: &str, summary: &str) -> Value {
    json!({
        "action": action,
        "summary": summary,
        "channel": { "$ref": format!("#/channels/{channel}") },
        "messages": [{ "$ref": format!("#/channels/{channel}/messages/{message}") }],
    })
}

fn signed(purpose: &str, signer: &str, schema: &str) -> Value {
    json!({
        "summary": format!("Signed by {signer}: Ed25519 over {purpose:?}, a zero byte, and the payload's exact bytes."),
        "payload": { "$ref": schema },
        "headers": {
            "type": "object",
            "required": [KEY_HEADER, SIGNATURE_HEADER],
            "properties": {
                KEY_HEADER: { "type": "string", "description": "First eight bytes of the signer's public key, hexadecimal." },
                SIGNATURE_HEADER: { "type": "string", "description": "The signature, base64." },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path};

    #[test]
    fn the_documents_in_schemas_are_those_of_the_code() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
        for (name, document) in documents() {
            let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
            let path = folder.join(name);
            if std::env::var_os("UPDATE_SCHEMAS").is_some() {
                fs::create_dir_all(&folder).unwrap();
                fs::write(&path, &text).unwrap();
            }
            let checked_in = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                checked_in == text,
                "schemas/{name} differs from the code: run the test with UPDATE_SCHEMAS=1"
            );
        }
    }

    #[test]
    fn every_reference_of_the_asyncapi_document_leads_somewhere() {
        let documents = documents();
        let asyncapi = &documents
            .iter()
            .find(|(name, _)| *name == "asyncapi.json")
            .unwrap()
            .1;
        let mut references = Vec::new();
        collect(asyncapi, &mut references);
        assert!(references.len() > 10);
        for reference in references {
            let (file, pointer) = reference.split_once('#').unwrap_or((&reference, ""));
            let document = match file.strip_prefix("./") {
                None => asyncapi,
                Some(file) => &documents.iter().find(|(name, _)| *name == file).unwrap().1,
            };
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    fn collect(value: &Value, references: &mut Vec<String>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| match value {
                Value::String(reference) if name == "$ref" => references.push(reference.clone()),
                other => collect(other, references),
            }),
            Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
