//! product.md §7, as text, against the table and against every event there is.

use std::{collections::BTreeMap, fs, path::Path};
use tenure_domain::Event;
use tenure_notifications::table::{Notice, Recipients, TABLE, notices};
use uuid::Uuid;

const PRODUCT: &str = "
template | needs approval                  | administrators        | on
template | published                       | administrators        | off
template | unpublished                     | administrators        | off
template | disabled                        | administrators        | off
request  | step requires approval          | approvers of the step | on
request  | sent back with a question       | requester             | on
request  | step approved by override       | requester and administrators | on
request  | approved                        | requester             | on
request  | rejected                        | requester             | on
request  | provisioned                     | requester             | on
request  | provisioning failed             | requester             | on
account  | ownership changed               | owners                | on
account  | requires renewal                | owners                | on
account  | reminder                        | owners                | on
account  | urgent reminder                 | owners                | on
account  | end reached                     | owners                | on
campaign | opened                          | reviewers             | on
campaign | reminder                        | reviewers who have not answered | on
campaign | urgent reminder                 | reviewers who have not answered | on
campaign | reviews handed over             | who reviews them now  | on
domain   | new unmanaged accounts          | administrators        | on
domain   | accounts are not as ordered          | administrators, and owners of theirs        | on
domain   | cannot be synchronised          | administrators        | on
domain   | many people would come or leave | administrators        | on
domain   | followed groups are missing     | administrators        | on
engine   | cannot reach its domain or vault | administrators       | on
engine   | lost contact                    | administrators        | on
user     | welcome                         | the user              | on
user     | verification                    | the user              | on
";

#[test]
fn the_table_is_the_products() {
    let product: Vec<Vec<String>> = PRODUCT
        .trim()
        .lines()
        .map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect();
    let ours: Vec<Vec<String>> = TABLE
        .iter()
        .map(|row| {
            [
                row.object,
                row.event,
                row.recipients,
                if row.on { "on" } else { "off" },
            ]
            .map(str::to_owned)
            .to_vec()
        })
        .collect();
    assert_eq!(ours, product);
}

/// One example of each event (schemas/events/examples), and what it tells whom; all others tell nobody anything.
#[test]
fn each_event_tells_whom_the_table_says_and_all_others_nobody() {
    let expected: BTreeMap<&str, (Notice, Recipients)> = [
        (
            "template.submitted",
            (Notice::TemplateNeedsApproval, Recipients::Administrators),
        ),
        (
            "template.published",
            (Notice::TemplatePublished, Recipients::Administrators),
        ),
        (
            "template.unpublished",
            (Notice::TemplateUnpublished, Recipients::Administrators),
        ),
        (
            "template.disabled",
            (Notice::TemplateDisabled, Recipients::Administrators),
        ),
        (
            "request.submitted",
            (Notice::ApprovalRequired, Recipients::Approvers { step: 0 }),
        ),
        (
            "request.approval-given",
            (Notice::ApprovalRequired, Recipients::Approvers { step: 2 }),
        ),
        (
            "request.approval-overridden",
            (
                Notice::ApprovalOverridden,
                Recipients::RequesterAndAdministrators,
            ),
        ),
        (
            "request.information-requested",
            (Notice::InformationRequired, Recipients::Requester),
        ),
        (
            "request.information-given",
            (Notice::ApprovalRequired, Recipients::CurrentApprovers),
        ),
        (
            "request.escalated",
            (
                Notice::ApprovalRequired,
                Recipients::FallbackApprovers { step: 0 },
            ),
        ),
        (
            "request.approved",
            (Notice::RequestApproved, Recipients::Requester),
        ),
        (
            "request.rejected",
            (Notice::RequestRejected, Recipients::Requester),
        ),
        (
            "request.completed",
            (Notice::RequestProvisioned, Recipients::Requester),
        ),
        (
            "request.failed",
            (Notice::ProvisioningFailed, Recipients::Requester),
        ),
        (
            "account.owners-changed",
            (Notice::OwnershipChanged, Recipients::Owners),
        ),
        // To other owners.
        (
            "account.migrated",
            (Notice::OwnershipChanged, Recipients::Owners),
        ),
        (
            "account.renewal-opened",
            (Notice::RenewalRequired, Recipients::Owners),
        ),
        (
            "account.owners-reminded",
            (Notice::UrgentReminder, Recipients::Owners),
        ),
        (
            "account.lifecycle-ended",
            (Notice::EndReached, Recipients::Owners),
        ),
        (
            "campaign.opened",
            (Notice::CampaignOpened, Recipients::Reviewers),
        ),
        (
            "campaign.reviewers-reminded",
            (Notice::CampaignUrgentReminder, Recipients::Reviewers),
        ),
        // Somebody did not know, and the fallback is asked.
        (
            "review.decided",
            (Notice::ReviewsHandedOver, Recipients::NewReviewers),
        ),
        (
            "review.reassigned",
            (Notice::ReviewsHandedOver, Recipients::NewReviewers),
        ),
        (
            "domain.unmanaged-accounts-found",
            (Notice::UnmanagedAccounts, Recipients::Administrators),
        ),
        (
            "domain.accounts-drifted",
            (Notice::AccountsDrifted, Recipients::AdministratorsAndOwners),
        ),
        (
            "domain.synchronisation-failed",
            (Notice::DomainNotRead, Recipients::Administrators),
        ),
        (
            "domain.people-held",
            (Notice::PeopleHeld, Recipients::Administrators),
        ),
        (
            "domain.followed-groups-missing",
            (Notice::FollowedGroupsMissing, Recipients::Administrators),
        ),
        (
            "engine.impaired",
            (Notice::EngineImpaired, Recipients::Administrators),
        ),
        (
            "engine.contact-lost",
            (Notice::EngineLostContact, Recipients::Administrators),
        ),
        ("user.registered", (Notice::Welcome, Recipients::User)),
        (
            "user.verification-requested",
            (Notice::Verification, Recipients::User),
        ),
    ]
    .into();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/events/examples");
    let mut seen = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (type_name, _) = name.rsplit_once(".v").unwrap();
        let kind = type_name.split('.').next().unwrap();
        let event = Event::decode(kind, type_name, &fs::read(&path).unwrap()).unwrap();
        let told = notices(Uuid::nil(), &event).map(|(notice, recipients, _)| (notice, recipients));
        assert_eq!(told, expected.get(type_name).copied(), "{type_name}");
        seen += usize::from(told.is_some());
    }
    assert_eq!(seen, expected.len());
}

#[test]
fn a_silent_opening_an_unfinished_step_and_a_request_without_steps_tell_nobody() {
    let decode = |name: &str, change: &dyn Fn(&mut serde_json::Value)| {
        let file = format!(
            "{}/../schemas/events/examples/{name}.v1.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let mut json: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        change(&mut json);
        let kind = name.split('.').next().unwrap();
        Event::decode(kind, name, &serde_json::to_vec(&json).unwrap()).unwrap()
    };
    let silent = decode("account.renewal-opened", &|json| {
        json["notify"] = false.into()
    });
    let unfinished = decode("request.approval-given", &|json| {
        json["step_completed"] = false.into()
    });
    let stepless = decode("request.submitted", &|json| {
        json["submission"]["steps"] = serde_json::json!([])
    });
    for event in [silent, unfinished, stepless] {
        assert_eq!(notices(Uuid::nil(), &event), None, "{}", event.type_name());
    }
    let regular = decode("account.owners-reminded", &|json| {
        json["urgency"] = "regular".into()
    });
    assert_eq!(
        notices(Uuid::nil(), &regular).map(|told| told.0),
        Some(Notice::Reminder)
    );
}
