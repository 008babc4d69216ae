//! A request as people read it: where it stands, who holds it, what was said.

use super::table::{names, plain, print_fields, text};
use crate::out;
use serde_json::Value;

pub(super) fn show(request: &Value) {
    let submission = &request["submission"];
    print_fields(&[
        ("Request", text(request, "id")),
        ("Account", text(&request["content"], "name")),
        ("Status", text(request, "status")),
        ("Held by", text(request, "held_by.kind")),
        ("Since", text(request, "held_by.since")),
        ("Requester", text(request, "requester.name")),
        ("Template", text(request, "template.name")),
        ("Domain", text(submission, "domain.name")),
        ("Owners", names(&submission["owners"])),
        ("Period", text(submission, "period")),
        (
            "May retrieve the password",
            names(&submission["gmsa"]["principals"]),
        ),
        ("Justification", text(&request["content"], "justification")),
        ("Rejected", text(request, "rejection.text")),
        ("Rejected by", text(request, "rejection.by.name")),
        ("Directory", text(request, "directory.state")),
        ("Why", text(request, "directory.failure.explanation")),
        ("Its own words", text(request, "directory.failure.detail")),
    ]);
    for asked in request["questions"].as_array().into_iter().flatten() {
        let by = text(asked, "question.by.name");
        out::line(format_args!(
            "Asked {} {}: {}",
            text(asked, "question.at"),
            plain(&by),
            plain(&text(asked, "question.text"))
        ));
        if asked["answer"].is_object() {
            out::line(format_args!(
                "  answered {}: {}",
                text(asked, "answer.at"),
                plain(&text(asked, "answer.text"))
            ));
        }
    }
    for step in request["steps"].as_array().into_iter().flatten() {
        let state = match (step["complete"] == true, step["current"] == true) {
            (true, _) => "complete",
            (false, true) => "waits",
            (false, false) => "",
        };
        let given = step["approvals"].as_array().map_or(0, Vec::len);
        let approvers = names(&step["approvers"]);
        out::line(format_args!(
            "Step \"{}\": {given} of {} {state} {approvers}",
            text(step, "name"),
            text(step, "least")
        ));
        for approval in step["approvals"].as_array().into_iter().flatten() {
            let mut by = plain(&text(approval, "by.name"));
            let principal = text(approval, "on_behalf_of.name");
            if !principal.is_empty() {
                by = format!("{by} for {}", plain(&principal));
            }
            let how = match approval["overridden"] == true {
                true => "overridden",
                false => "approved",
            };
            out::line(format_args!(
                "  {how} {} {by} {}",
                text(approval, "at"),
                plain(&text(approval, "text"))
            ));
        }
    }
}
