//! What would come of a simulation: counts of all, and those that would fare otherwise, before and after.

use super::LookedAt;
use crate::{
    app::App,
    names::{Names, OwnerBody, owner_id},
    problem::{FieldError, Problem},
    query::Total,
    schema,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use tenure_domain::{
    lifecycle::EndOfLifecycleAction,
    simulation::{Effect, Outcome, Terms},
};
use utoipa::ToSchema;
use uuid::Uuid;

/// Told one by one in a part; all are counted.
pub(super) const SHOWN: usize = 200;

/// A part of the accounts, or of the requests.
#[derive(Serialize, ToSchema)]
pub(crate) struct SimulatedPart {
    /// How many there are in all.
    total: Total,
    /// How many were looked at in this part.
    looked_at: u64,
    /// Of these, how many would fare otherwise.
    affected: u64,
    /// Of these, how many would stay as they are, since they could not follow now: not active, or asked to be renewed.
    staying: u64,
    /// How many in each way: refused, ends-at-once, ends-earlier, ends-later, loses-owners, needs-another-approver,
    /// other-action, other-renewal. One may be in several.
    effects: BTreeMap<&'static str, u64>,
    /// The first 200 that would fare otherwise.
    items: Vec<SimulatedItem>,
    /// May the caller not see them one by one?
    hidden: bool,
}

/// An account or a request that would fare otherwise.
#[derive(Serialize, ToSchema)]
pub(crate) struct SimulatedItem {
    id: Uuid,
    name: String,
    /// In which ways: see `effects`.
    effects: Vec<&'static str>,
    /// Why it would be refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<FieldError>,
    /// Who could not be an owner any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    owners_lost: Vec<OwnerBody>,
    /// The step that those who approved would leave open.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<String>,
    before: SimulatedTerms,
    /// Missing if it would be refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<SimulatedTerms>,
}

/// What a template decides of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SimulatedTerms {
    #[schema(value_type = schema::EndOfLifecycleAction)]
    action: EndOfLifecycleAction,
    #[schema(value_type = schema::Period)]
    period: String,
    /// When it ends; of a request, if it were asked for today.
    end: DateTime<Utc>,
    /// When renewal opens; missing = never.
    #[serde(skip_serializing_if = "Option::is_none")]
    renewal_opens_at: Option<DateTime<Utc>>,
    owners: Vec<OwnerBody>,
    /// Names of the steps that approve a request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<String>,
}

pub(super) async fn part(
    app: &App,
    looked: Vec<LookedAt>,
    total: Total,
    sees: bool,
) -> Result<SimulatedPart, Problem> {
    let looked_at = looked.len() as u64;
    let staying = looked.iter().filter(|one| one.outcome.is_none()).count() as u64;
    let mut effects: BTreeMap<_, u64> = (Effect::ALL.iter())
        .map(|effect| (effect.text(), 0))
        .collect();
    let mut affected = Vec::new();
    for LookedAt { id, name, outcome } in looked {
        let Some(outcome) = outcome.filter(|outcome| !outcome.effects.is_empty()) else {
            continue;
        };
        for effect in &outcome.effects {
            *effects.entry(effect.text()).or_default() += 1;
        }
        affected.push((id, name, outcome));
    }
    let count = affected.len() as u64;
    affected.truncate(if sees { SHOWN } else { 0 });
    let ids = affected.iter().flat_map(|(_, _, outcome)| {
        let after = outcome.after.iter().flat_map(|after| &after.owners);
        let owners = outcome.before.owners.iter().chain(after);
        let owners = owners.chain(&outcome.owners_lost);
        owners.map(owner_id).collect::<Vec<_>>()
    });
    let names = Names::of(app, ids).await?;
    Ok(SimulatedPart {
        total,
        looked_at,
        affected: count,
        staying,
        effects,
        items: affected
            .into_iter()
            .map(|(id, name, outcome)| item(id, name, outcome, &names))
            .collect(),
        hidden: !sees,
    })
}

fn item(id: Uuid, name: String, outcome: Outcome, names: &Names) -> SimulatedItem {
    let terms = |terms: Terms| SimulatedTerms {
        action: terms.action,
        period: terms.period.to_string(),
        end: terms.end,
        renewal_opens_at: terms.renewal_opens_at,
        owners: terms
            .owners
            .iter()
            .map(|owner| names.owner(owner))
            .collect(),
        steps: terms.steps,
    };
    SimulatedItem {
        id,
        name,
        effects: outcome.effects.iter().map(|effect| effect.text()).collect(),
        refused: outcome.refused.into_iter().map(Into::into).collect(),
        owners_lost: (outcome.owners_lost.iter())
            .map(|owner| names.owner(owner))
            .collect(),
        waits_for: outcome.waits_for,
        before: terms(outcome.before),
        after: outcome.after.map(terms),
    }
}
