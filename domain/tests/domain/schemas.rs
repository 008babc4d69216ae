//! The contracts in schemas/events: one JSON Schema per event, and examples of every version ever released, which must
//! be read for ever. `UPDATE_SCHEMAS=1` rewrites the schemas, and adds examples that are missing; an example that exists
//! is never rewritten.

use crate::examples::examples;
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use tenure_domain::{
    Event,
    account::AccountEvent,
    api_token::ApiTokenEvent,
    campaign::{CampaignEvent, PopulationEvent},
    deputy::DeputyshipEvent,
    directory::DomainEvent,
    email_template::EmailTemplateEvent,
    engine::EngineEvent,
    group::GroupEvent,
    request::RequestEvent,
    review::ReviewEvent,
    role::RoleEvent,
    template::TemplateEvent,
    user::UserEvent,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/events")
}

fn updating() -> bool {
    std::env::var_os("UPDATE_SCHEMAS").is_some()
}

fn pretty(value: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(value).expect("JSON"))
}

fn files(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// The definitions that `schema` names, and those that these name.
fn named_by(schema: &Value, all: &Map<String, Value>, found: &mut BTreeMap<String, Value>) {
    match schema {
        Value::Object(object) => {
            if let Some(name) = object
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|r| r.strip_prefix("#/$defs/"))
                && !found.contains_key(name)
            {
                found.insert(name.to_owned(), all[name].clone());
                named_by(&all[name], all, found);
            }
            object
                .values()
                .for_each(|value| named_by(value, all, found));
        }
        Value::Array(items) => items.iter().for_each(|value| named_by(value, all, found)),
        _ => {}
    }
}

/// The payload's schema of each event of this aggregate: the content of the enum's variant.
fn schemas_of<E: JsonSchema>(into: &mut BTreeMap<String, String>) {
    let root = SchemaGenerator::new(SchemaSettings::draft2020_12())
        .into_root_schema_for::<E>()
        .to_value();
    let all = root["$defs"].as_object().cloned().unwrap_or_default();
    for variant in root["oneOf"].as_array().expect("an enum") {
        let (type_name, content) = variant["properties"]
            .as_object()
            .and_then(|p| p.iter().next())
            .expect("a variant");
        let mut schema = Map::new();
        schema.insert("$schema".into(), root["$schema"].clone());
        schema.insert("title".into(), Value::from(type_name.as_str()));
        schema.insert("description".into(), variant["description"].clone());
        let mut defs = BTreeMap::new();
        named_by(content, &all, &mut defs);
        let name = content["$ref"]
            .as_str()
            .and_then(|r| r.strip_prefix("#/$defs/"))
            .expect("a reference");
        let body = defs.remove(name).expect("the content");
        for (key, value) in body.as_object().expect("an object") {
            schema.entry(key.clone()).or_insert(value.clone());
        }
        if !defs.is_empty() {
            schema.insert("$defs".into(), Value::Object(defs.into_iter().collect()));
        }
        into.insert(
            format!("{type_name}.v1.schema.json"),
            pretty(&Value::Object(schema)),
        );
    }
}

fn schemas() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    schemas_of::<TemplateEvent>(&mut all);
    schemas_of::<DeputyshipEvent>(&mut all);
    schemas_of::<RequestEvent>(&mut all);
    schemas_of::<AccountEvent>(&mut all);
    schemas_of::<UserEvent>(&mut all);
    schemas_of::<GroupEvent>(&mut all);
    schemas_of::<RoleEvent>(&mut all);
    schemas_of::<DomainEvent>(&mut all);
    schemas_of::<EngineEvent>(&mut all);
    schemas_of::<ApiTokenEvent>(&mut all);
    schemas_of::<EmailTemplateEvent>(&mut all);
    schemas_of::<CampaignEvent>(&mut all);
    schemas_of::<PopulationEvent>(&mut all);
    schemas_of::<ReviewEvent>(&mut all);
    all
}

fn type_names() -> BTreeSet<String> {
    let all = [
        TemplateEvent::TYPE_NAMES,
        DeputyshipEvent::TYPE_NAMES,
        RequestEvent::TYPE_NAMES,
        AccountEvent::TYPE_NAMES,
        UserEvent::TYPE_NAMES,
        GroupEvent::TYPE_NAMES,
        RoleEvent::TYPE_NAMES,
        DomainEvent::TYPE_NAMES,
        EngineEvent::TYPE_NAMES,
        ApiTokenEvent::TYPE_NAMES,
        EmailTemplateEvent::TYPE_NAMES,
        CampaignEvent::TYPE_NAMES,
        PopulationEvent::TYPE_NAMES,
        ReviewEvent::TYPE_NAMES,
    ];
    all.concat().into_iter().map(str::to_owned).collect()
}

#[test]
fn every_event_has_its_schema_checked_in_and_none_is_left_over() {
    let schemas = schemas();
    let expected: BTreeSet<String> = type_names()
        .iter()
        .map(|name| format!("{name}.v1.schema.json"))
        .collect();
    assert_eq!(schemas.keys().cloned().collect::<BTreeSet<_>>(), expected);
    if updating() {
        fs::create_dir_all(folder()).expect("a folder");
        for left in files(&folder()).difference(&expected) {
            fs::remove_file(folder().join(left)).expect("removed");
        }
        for (name, text) in &schemas {
            fs::write(folder().join(name), text).expect("written");
        }
    }
    assert_eq!(files(&folder()), expected, "UPDATE_SCHEMAS=1 rewrites them");
    for (name, text) in &schemas {
        let known = fs::read_to_string(folder().join(name)).expect("readable");
        assert_eq!(&known, text, "{name} differs; UPDATE_SCHEMAS=1 rewrites it");
    }
}

#[test]
fn every_version_ever_released_is_still_read_and_written_the_same() {
    let folder = folder().join("examples");
    if updating() {
        fs::create_dir_all(&folder).expect("a folder");
        for event in examples() {
            let path = folder.join(format!("{}.v1.json", event.type_name()));
            if !path.exists() {
                let payload: Value =
                    serde_json::from_slice(&event.payload().expect("a payload")).expect("JSON");
                fs::write(path, pretty(&payload)).expect("written");
            }
        }
    }
    let mut seen = BTreeSet::new();
    for file in files(&folder) {
        let (type_name, version) = file
            .trim_end_matches(".json")
            .rsplit_once(".v")
            .expect("<type>.v<version>.json");
        assert_eq!(
            version, "1",
            "{file}: an older version is read through its upcaster in the event store"
        );
        let kind = type_name.split('.').next().expect("<aggregate>.<event>");
        let text = fs::read_to_string(folder.join(&file)).expect("readable");
        let event = Event::decode(kind, type_name, text.as_bytes())
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        let written: Value =
            serde_json::from_slice(&event.payload().expect("a payload")).expect("JSON");
        assert_eq!(pretty(&written), text, "{file}");
        seen.insert(type_name.to_owned());
    }
    assert_eq!(seen, type_names(), "UPDATE_SCHEMAS=1 adds what is missing");
}

#[test]
fn no_two_examples_are_of_the_same_event() {
    let names: Vec<_> = examples()
        .iter()
        .map(|event| event.type_name().to_owned())
        .collect();
    assert_eq!(names.iter().cloned().collect::<BTreeSet<_>>(), type_names());
    assert_eq!(names.len(), type_names().len());
}
