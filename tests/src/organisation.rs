//! The people and templates that the stories of the tests are about.

use crate::{
    api::Api,
    lab::{Lab, id_of},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Everyone's password.
pub const PASSWORD: &str = "correct horse battery staple";
/// The administrator.
pub const ADMIN: &str = "ada@example.com";

/// People of a test.
pub struct Organisation {
    pub requester: Person,
    pub approver: Person,
}

/// Somebody, signed in.
pub struct Person {
    pub id: String,
    pub email: String,
    pub api: Api,
}

impl Organisation {
    /// A requester and an approver.
    pub async fn settle(lab: &Lab) -> Self {
        Self {
            requester: person(lab, "Rosa Requester", "rosa@example.com", "Requester").await,
            approver: person(lab, "Anton Approver", "anton@example.com", "Approver").await,
        }
    }

    /// Publishes a template with this end-of-lifecycle action in this domain, changed by `change`.
    pub async fn template(
        &self,
        lab: &Lab,
        which: usize,
        action: &str,
        change: impl FnOnce(&mut Value),
    ) -> String {
        let template = self.content(lab, which, action, change);
        let template = id_of(&lab.admin.post("/templates", template).await.ok());
        lab.admin
            .post(&format!("/templates/{template}/publish"), json!({}))
            .await
            .ok();
        template
    }

    /// What such a template says.
    pub fn content(
        &self,
        lab: &Lab,
        which: usize,
        action: &str,
        change: impl FnOnce(&mut Value),
    ) -> Value {
        let beside = &lab.domains[which];
        let renews = action != "delete";
        let mut content = json!({
            "name": format!("{action} {}", Uuid::now_v7().simple()),
            "purpose": "tests",
            "account_type": "ad-user",
            "action": action,
            "vault": { "kind": "built-in" },
            "directory": {
                "domain": beside.id,
                "name_prefix": "svc-",
                "ou": beside.directory.ou("Service Accounts"),
                "retirement_ou": beside.directory.ou("Retired"),
            },
            "lifecycle": {
                "periods": ["90 days"],
                "renewal_opens_days": renews.then_some(30),
                "remind_every_days": renews.then_some(7),
            },
            "approval": {
                "steps": [{ "name": "Team lead", "least": 1, "users": [self.approver.id] }],
                "justification_required": true,
            },
        });
        change(&mut content);
        content
    }

    /// Writes and submits a request. Answers its id.
    pub async fn submit(&self, content: Value) -> String {
        let request = self.requester.api.post("/requests", content).await.ok();
        let request = id_of(&request);
        let path = format!("/requests/{request}/submit");
        self.requester.api.post(&path, json!({})).await.ok();
        request
    }

    /// Asks for an account, and submits. Answers the request's id.
    pub async fn ask(&self, template: &str, name: &str) -> String {
        self.submit(content(template, name)).await
    }

    /// Approves the request.
    pub async fn approve(&self, request: &str) {
        self.approver
            .api
            .post(&format!("/requests/{request}/approve"), json!({}))
            .await
            .ok();
    }

    /// Asks, approves, and waits for the directory. Answers the request as it stands then.
    pub async fn provision(&self, template: &str, name: &str) -> Value {
        let request = self.ask(template, name).await;
        self.approve(&request).await;
        self.provisioned(&request).await
    }

    /// Waits until the directory has confirmed.
    pub async fn provisioned(&self, request: &str) -> Value {
        let path = format!("/requests/{request}");
        self.requester
            .api
            .wait(&path, "the account to be provisioned", |r| {
                r["status"] == "provisioned"
            })
            .await
    }
}

/// What a requester writes.
pub fn content(template: &str, name: &str) -> Value {
    json!({
        "kind": { "type": "new-account" },
        "template": template,
        "name": name,
        "justification": "The nightly export needs it.",
        "description": "Runs the nightly export",
    })
}

async fn person(lab: &Lab, name: &str, email: &str, role: &str) -> Person {
    let register =
        json!({ "personal": { "display_name": name, "emails": [email] }, "password": PASSWORD });
    let id = id_of(&lab.admin.post("/users", register).await.ok());
    let roles = lab.admin.get("/roles").await.ok();
    let found = roles["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["name"] == role);
    let role = id_of(found.unwrap_or_else(|| panic!("no role {role}: {roles}")));
    lab.admin
        .post(&format!("/users/{id}/roles/grant"), json!({ "role": role }))
        .await
        .ok();
    let api = lab.sign_in(email).await;
    Person {
        id,
        email: email.to_owned(),
        api,
    }
}

/// A name that no other test uses: at most 20 characters.
pub fn fresh_name() -> String {
    let id = Uuid::now_v7().simple().to_string();
    format!("svc-{}", &id[id.len() - 14..])
}
