//! Which refusal is which problem.

use super::{Kind, Problem};
use tenure_domain::{
    account::AccountRefusal,
    api_token::ApiTokenRefusal,
    campaign::{CampaignRefusal, PopulationRefusal},
    deputy::DeputyshipRefusal,
    directory::DomainRefusal,
    email_template::EmailTemplateRefusal,
    engine::EngineRefusal,
    group::GroupRefusal,
    problem::FieldProblem,
    request::RequestRefusal,
    review::ReviewRefusal,
    role::RoleRefusal,
    template::TemplateRefusal,
    user::UserRefusal,
};
use tenure_workflow::CommandError;

/// The refusal's own words, as a sentence.
fn say(kind: Kind, refusal: &dyn std::fmt::Display) -> Problem {
    let text = refusal.to_string();
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    Problem::new(kind, format!("{first}{}{end}", letters.as_str()))
}

fn fields(problems: Vec<FieldProblem>) -> Problem {
    let mut problem = Problem::new(Kind::Invalid, "Some fields are not right.");
    problem.errors = problems.into_iter().map(Into::into).collect();
    problem
}

fn missing(field: &str) -> Problem {
    Problem::invalid(field, "missing", "is missing")
}

impl From<TemplateRefusal> for Problem {
    fn from(refusal: TemplateRefusal) -> Self {
        match refusal {
            TemplateRefusal::Unknown => Self::not_found(),
            TemplateRefusal::DraftExists { .. } => say(Kind::DraftExists, &refusal),
            TemplateRefusal::NoDraft => say(Kind::NoDraft, &refusal),
            TemplateRefusal::ApprovalNeeded => say(Kind::ApprovalNeeded, &refusal),
            TemplateRefusal::NotSubmitted => say(Kind::NotSubmitted, &refusal),
            TemplateRefusal::OwnDraft => say(Kind::OwnDraft, &refusal),
            TemplateRefusal::NotPublished => say(Kind::NotPublished, &refusal),
            TemplateRefusal::Invalid(problems) => fields(problems),
        }
    }
}

impl From<RequestRefusal> for Problem {
    fn from(refusal: RequestRefusal) -> Self {
        match refusal {
            RequestRefusal::Unknown => Self::not_found(),
            RequestRefusal::AlreadyExists => say(Kind::AlreadyExists, &refusal),
            RequestRefusal::WrongStatus { .. } => say(Kind::WrongStatus, &refusal),
            RequestRefusal::NotRequester => say(Kind::NotRequester, &refusal),
            RequestRefusal::OwnRequest => say(Kind::OwnRequest, &refusal),
            RequestRefusal::ChosenOwner => say(Kind::ChosenOwner, &refusal),
            RequestRefusal::DeputyOfParty => say(Kind::DeputyOfParty, &refusal),
            RequestRefusal::NotDue => say(Kind::NotDue, &refusal),
            RequestRefusal::NotApprover { .. } => say(Kind::NotApprover, &refusal),
            RequestRefusal::AlreadyApproved => say(Kind::AlreadyApproved, &refusal),
            RequestRefusal::ReasonMissing => missing("reason"),
            RequestRefusal::TemplateNotOffered => say(Kind::TemplateNotOffered, &refusal),
            RequestRefusal::DomainNotOffered => say(Kind::DomainNotOffered, &refusal),
            RequestRefusal::NotRenewable(_) => say(Kind::NotRenewable, &refusal),
            RequestRefusal::NotChangeable(_) | RequestRefusal::ChangePending => {
                say(Kind::NotChangeable, &refusal)
            }
            RequestRefusal::Invalid(problems) => fields(problems),
        }
    }
}

impl From<AccountRefusal> for Problem {
    fn from(refusal: AccountRefusal) -> Self {
        match refusal {
            AccountRefusal::Unknown => Self::not_found(),
            AccountRefusal::AlreadyExists => say(Kind::AlreadyExists, &refusal),
            AccountRefusal::OptionOff(_) => say(Kind::OptionOff, &refusal),
            AccountRefusal::WrongDomain => say(Kind::WrongDomain, &refusal),
            AccountRefusal::NotApproved
            | AccountRefusal::NotOutstanding { .. }
            | AccountRefusal::NotDue => say(Kind::NotDue, &refusal),
            AccountRefusal::ReasonMissing => missing("reason"),
            AccountRefusal::NotConfirmed => Self::invalid(
                "confirmed_name",
                "not-confirmed",
                "must be the account's name, as a confirmation",
            ),
            AccountRefusal::NothingToRetry | AccountRefusal::GivenUp => {
                say(Kind::NothingToRetry, &refusal)
            }
            AccountRefusal::Migrated => say(Kind::NotChangeable, &refusal),
            AccountRefusal::ChangeUnderWay => say(Kind::ChangeUnderWay, &refusal),
            AccountRefusal::NotMigratable => say(Kind::NotMigratable, &refusal),
            AccountRefusal::NothingToRepair => say(Kind::NothingToRepair, &refusal),
            AccountRefusal::KeptByDirectory => say(Kind::KeptByDirectory, &refusal),
            AccountRefusal::NoSecret => say(Kind::NoSecret, &refusal),
            AccountRefusal::NotUseless => say(Kind::NotUseless, &refusal),
            AccountRefusal::NotImported => say(Kind::NotImported, &refusal),
            AccountRefusal::ImportUnderWay => say(Kind::ImportUnderWay, &refusal),
            AccountRefusal::ImportConfirmed => say(Kind::ImportConfirmed, &refusal),
            AccountRefusal::Protected(_) => say(Kind::Protected, &refusal),
            AccountRefusal::Invalid(problems) => fields(problems),
        }
    }
}

impl From<CampaignRefusal> for Problem {
    fn from(refusal: CampaignRefusal) -> Self {
        match refusal {
            CampaignRefusal::Unknown => Self::not_found(),
            CampaignRefusal::AlreadyExists => say(Kind::AlreadyExists, &refusal),
            CampaignRefusal::NothingToReview => say(Kind::NothingToReview, &refusal),
            CampaignRefusal::Closed => say(Kind::CampaignClosed, &refusal),
            CampaignRefusal::NotDue => say(Kind::NotDue, &refusal),
            CampaignRefusal::ReasonMissing => missing("reason"),
            CampaignRefusal::Invalid(problems) => fields(problems),
        }
    }
}

impl From<ReviewRefusal> for Problem {
    fn from(refusal: ReviewRefusal) -> Self {
        match refusal {
            // Of somebody else's review nobody learns that it is there.
            ReviewRefusal::Unknown | ReviewRefusal::NotReviewer => Self::not_found(),
            ReviewRefusal::Closed => say(Kind::CampaignClosed, &refusal),
            ReviewRefusal::SelfReview => say(Kind::SelfReview, &refusal),
            ReviewRefusal::Revoked => say(Kind::Revoked, &refusal),
            ReviewRefusal::NotDue => say(Kind::NotDue, &refusal),
            ReviewRefusal::ReasonMissing => missing("reason"),
            ReviewRefusal::Invalid(problems) => fields(problems),
        }
    }
}

impl From<DeputyshipRefusal> for Problem {
    fn from(refusal: DeputyshipRefusal) -> Self {
        match refusal {
            DeputyshipRefusal::Unknown => Self::not_found(),
            DeputyshipRefusal::Invalid(problems) => fields(problems),
        }
    }
}

impl From<UserRefusal> for Problem {
    fn from(refusal: UserRefusal) -> Self {
        match refusal {
            UserRefusal::Unknown => Self::not_found(),
            UserRefusal::AlreadyExists => say(Kind::AlreadyExists, &refusal),
            UserRefusal::Invalid(problems) => fields(problems),
            UserRefusal::LastAdministrator => say(Kind::LastAdministrator, &refusal),
            UserRefusal::NothingToVerify => say(Kind::NothingToVerify, &refusal),
            UserRefusal::NoSecondFactor => say(Kind::NoSecondFactor, &refusal),
            UserRefusal::FollowedElsewhere => say(Kind::WrongDomain, &refusal),
            UserRefusal::AddressGone => say(Kind::CodeWrong, &refusal),
        }
    }
}

impl From<GroupRefusal> for Problem {
    fn from(refusal: GroupRefusal) -> Self {
        match refusal {
            GroupRefusal::Unknown => Self::not_found(),
            GroupRefusal::AlreadyExists => say(Kind::AlreadyExists, &refusal),
            GroupRefusal::BuiltIn => say(Kind::BuiltIn, &refusal),
            GroupRefusal::LastAdministrator => say(Kind::LastAdministrator, &refusal),
            GroupRefusal::Invalid(problems) => fields(problems),
        }
    }
}

impl From<RoleRefusal> for Problem {
    fn from(refusal: RoleRefusal) -> Self {
        match refusal {
            RoleRefusal::Unknown => Self::not_found(),
            RoleRefusal::AlreadyExists => say(Kind::AlreadyExists, &refusal),
            RoleRefusal::BuiltIn => say(Kind::BuiltIn, &refusal),
            RoleRefusal::Invalid(problems) => fields(problems),
        }
    }
}

impl From<ApiTokenRefusal> for Problem {
    fn from(refusal: ApiTokenRefusal) -> Self {
        match refusal {
            ApiTokenRefusal::Unknown => Self::not_found(),
            ApiTokenRefusal::AlreadyExists => say(Kind::AlreadyExists, &refusal),
            ApiTokenRefusal::Invalid(problems) => fields(problems),
        }
    }
}

impl From<EmailTemplateRefusal> for Problem {
    fn from(refusal: EmailTemplateRefusal) -> Self {
        match refusal {
            EmailTemplateRefusal::Invalid(problems) => fields(problems),
        }
    }
}

impl From<DomainRefusal> for Problem {
    fn from(refusal: DomainRefusal) -> Self {
        match refusal {
            DomainRefusal::Unknown => Self::not_found(),
            DomainRefusal::AlreadyExists => say(Kind::AlreadyExists, &refusal),
            DomainRefusal::Disabled => say(Kind::DomainNotOffered, &refusal),
            DomainRefusal::NobodyHeld => say(Kind::NobodyHeld, &refusal),
            DomainRefusal::HeldChanged => say(Kind::HeldChanged, &refusal),
            DomainRefusal::NothingHeld => say(Kind::NothingHeld, &refusal),
            DomainRefusal::ReasonMissing => missing("reason"),
            DomainRefusal::Invalid(problems) => fields(problems),
        }
    }
}

impl From<EngineRefusal> for Problem {
    fn from(refusal: EngineRefusal) -> Self {
        match refusal {
            EngineRefusal::Unknown => Self::not_found(),
            EngineRefusal::AlreadyExists => say(Kind::AlreadyExists, &refusal),
            EngineRefusal::WrongDomain => say(Kind::WrongDomain, &refusal),
            EngineRefusal::TokenWrong | EngineRefusal::TokenExpired => {
                say(Kind::EngineTokenRefused, &refusal)
            }
            EngineRefusal::AlreadyEnrolled => say(Kind::EngineEnrolled, &refusal),
            EngineRefusal::NotEnrolled => say(Kind::EngineNotEnrolled, &refusal),
            EngineRefusal::Unassigned => say(Kind::EngineUnassigned, &refusal),
            EngineRefusal::Disabled => say(Kind::EngineDisabled, &refusal),
            EngineRefusal::Revoked => say(Kind::EngineRevoked, &refusal),
            EngineRefusal::Invalid(problems) => fields(problems),
        }
    }
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Template(refusal) => refusal.into(),
            CommandError::Request(refusal) => refusal.into(),
            CommandError::Account(refusal) => refusal.into(),
            CommandError::User(refusal) => refusal.into(),
            CommandError::Group(refusal) => refusal.into(),
            CommandError::Role(refusal) => refusal.into(),
            CommandError::Domain(refusal) => refusal.into(),
            CommandError::Engine(refusal) => refusal.into(),
            CommandError::ApiToken(refusal) => refusal.into(),
            CommandError::EmailTemplate(refusal) => refusal.into(),
            CommandError::Deputyship(refusal) => refusal.into(),
            CommandError::Campaign(refusal) => refusal.into(),
            // Another attempt freezes another population.
            CommandError::Population(
                PopulationRefusal::AlreadyFrozen | PopulationRefusal::TooMany,
            ) => say(Kind::Conflict, &error),
            CommandError::Review(refusal) => refusal.into(),
            CommandError::NameTaken { scope, .. } => name_taken(&scope),
            CommandError::KeyReused => say(Kind::IdempotencyKeyReused, &error),
            CommandError::Conflict => say(Kind::Conflict, &error),
            CommandError::Busy => say(Kind::Busy, &error),
            CommandError::ClockSkew => {
                tracing::error!(
                    "the clocks of this machine and its database differ by more than 5 s"
                );
                say(Kind::ClockSkew, &error).retry_after(5)
            }
            CommandError::BadReaderKey => Self::invalid(
                "reader_key",
                "malformed",
                "must be an uncompressed P-256 public key in base64",
            ),
            CommandError::RevealRefused(_) => say(Kind::RevealRefused, &error),
            CommandError::Unavailable(cause) => Self::unavailable(&cause),
            CommandError::Broken(cause) => Self::internal(&cause),
        }
    }
}

/// The key is not repeated: of an e-mail address it is a hash.
fn name_taken(scope: &str) -> Problem {
    let (field, what) = match scope {
        "email" => ("emails", "Another user has one of these e-mail addresses."),
        scope if scope.starts_with("account-name:") => (
            "name",
            "The name is taken in this domain, by an account or by another live request.",
        ),
        _ => ("name", "Another one has this name."),
    };
    Problem::new(Kind::NameTaken, what).with_field(field, "taken", "is taken")
}
