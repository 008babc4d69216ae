//! The one table: every problem with its stable slug, its status and its title.

macro_rules! kinds {
    ($($variant:ident = $slug:literal, $status:literal, $title:literal;)+) => {
        /// What can be the matter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind { $($variant),+ }

        impl Kind {
            /// All of them.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Slug, status, title.
            pub(crate) const fn row(self) -> (&'static str, u16, &'static str) {
                match self { $(Self::$variant => ($slug, $status, $title)),+ }
            }
        }
    };
}

kinds! {
    // The request cannot be read.
    InvalidJson = "invalid-json", 400, "The body is not JSON of the expected form";
    InvalidQuery = "invalid-query", 400, "The query cannot be read";
    InvalidHeader = "invalid-header", 400, "A header cannot be read";
    UnknownPosition = "unknown-position", 400, "The history does not reach that position";
    NotFound = "not-found", 404, "Not found";
    MethodNotAllowed = "method-not-allowed", 405, "This method is not possible here";
    RequestTimeout = "request-timeout", 408, "The body did not arrive in time";
    BodyTooLarge = "body-too-large", 413, "The body is too large";
    UnsupportedMediaType = "unsupported-media-type", 415, "The body must be application/json";

    // Who asks, and may they.
    NotSignedIn = "not-signed-in", 401, "Sign in first";
    SecondFactorNeeded = "second-factor-needed", 401, "A second factor is needed";
    SignInFailed = "sign-in-failed", 401, "Sign-in failed";
    CrossSite = "cross-site", 403, "The request comes from another site";
    SetupCodeWrong = "setup-code-wrong", 403, "The set-up code is not right";
    Forbidden = "forbidden", 403, "Not allowed";
    BeyondOwnRights = "beyond-own-rights", 403, "Nobody can give more than they have";
    NotOwner = "not-owner", 403, "Only an owner may do this";
    NotRequester = "not-requester", 403, "Only the requester may do this";
    OwnRequest = "own-request", 403, "Nobody may decide on their own request";
    OwnDraft = "own-draft", 403, "Nobody may approve a draft that they submitted";
    ChosenOwner = "chosen-owner", 403, "An owner named in the request may not decide on it";
    DeputyOfParty = "deputy-of-party", 403, "A deputy of the requester or of an owner may not decide";
    NotApprover = "not-approver", 403, "Not an approver of the current step";
    EngineTokenRefused = "engine-token-refused", 403, "The enrolment token is good for nothing";
    EngineNotProven = "engine-not-proven", 403, "The engine did not prove that it holds its keys";
    TooManyAttempts = "too-many-attempts", 429, "Too many attempts";
    TooManyStreams = "too-many-streams", 429, "Too many open event streams";

    // The rules say no.
    Invalid = "invalid", 422, "Some fields are not right";
    IdempotencyKeyReused = "idempotency-key-reused", 422, "This Idempotency-Key was used for another command";
    NameTaken = "name-taken", 409, "The name is taken";
    AlreadyExists = "already-exists", 409, "It exists already";
    Conflict = "conflict", 409, "Others are changing the same thing";
    SetupDone = "setup-done", 409, "This instance is set up already";
    LastAdministrator = "last-administrator", 409, "An active administrator must be left";
    NothingToVerify = "nothing-to-verify", 409, "Every address is verified";
    NoSecondFactor = "no-second-factor", 409, "There is no second factor";
    SecondFactorEnrolled = "second-factor-enrolled", 409, "There is a second factor already";
    CodeWrong = "code-wrong", 403, "The code is not right, was used, or has expired";
    BuiltIn = "built-in", 409, "It is built in and cannot be changed";
    WrongDomain = "wrong-domain", 409, "It belongs to another domain";
    EngineEnrolled = "engine-enrolled", 409, "The engine has enrolled already";
    EngineNotEnrolled = "engine-not-enrolled", 409, "The engine has not enrolled yet";
    EngineUnassigned = "engine-unassigned", 409, "The engine is not assigned to the pool of its domain";
    EngineDisabled = "engine-disabled", 409, "The engine is disabled";
    EngineRevoked = "engine-revoked", 409, "The engine has no access for good";
    DraftExists = "draft-exists", 409, "A version is being drafted already";
    NoDraft = "no-draft", 409, "There is no draft";
    ApprovalNeeded = "approval-needed", 409, "A second person has to approve it";
    NotSubmitted = "not-submitted", 409, "The draft does not await approval";
    NotPublished = "not-published", 409, "No version is published";
    WrongStatus = "wrong-status", 409, "Not possible in this status";
    AlreadyApproved = "already-approved", 409, "You have approved this step already";
    TemplateNotOffered = "template-not-offered", 409, "The template takes no requests from you";
    DomainNotOffered = "domain-not-offered", 409, "The domain takes no requests";
    NotRenewable = "not-renewable", 409, "The account cannot be renewed now";
    NotChangeable = "not-changeable", 409, "The account cannot be changed now";
    ChangeUnderWay = "change-under-way", 409, "Another change is being carried out";
    WouldOrphan = "would-orphan", 409, "Accounts would be left without an active owner";
    NotMigratable = "not-migratable", 409, "Only active accounts are migrated, before their end";
    OptionOff = "option-off", 409, "This option is off";
    NotDue = "not-due", 409, "Things have moved on";
    NothingToRetry = "nothing-to-retry", 409, "Nothing has failed that could be retried";
    NothingToRepair = "nothing-to-repair", 409, "Nothing differs that an order could repair";
    NothingHeld = "nothing-held", 409, "No repair is held back";
    NoSecret = "no-secret", 409, "The account has no secret in a vault";
    NotUseless = "not-useless", 409, "Nothing says that the account is useless";
    NotImported = "not-imported", 409, "The account was not imported";
    ImportUnderWay = "import-under-way", 409, "The directory has not refused the import";
    ImportConfirmed = "import-confirmed", 409, "The directory has confirmed the import";
    Protected = "protected", 409, "The account is protected";
    KeptByDirectory = "kept-by-directory", 409, "The directory makes and keeps the password";
    RevealRefused = "reveal-refused", 409, "The engine did not reveal the secret";
    NobodyHeld = "nobody-held", 409, "Nobody waits for a decision";
    HeldChanged = "held-changed", 409, "Other people would come or leave by now";
    NothingToReview = "nothing-to-review", 409, "No account meets the filter";
    CampaignClosed = "campaign-closed", 409, "The campaign is closed";
    SelfReview = "self-review", 403, "Nobody reviews an account that they own alone";
    Revoked = "revoked", 409, "The account is revoked already";
    ClockBackwards = "clock-backwards", 409, "Time does not run backwards";

    // Not now.
    ProjectionBehind = "projection-behind", 503, "The read model is not there yet";
    Busy = "busy", 503, "Too many commands wait";
    ClockSkew = "clock-skew", 503, "The clocks of gateway and database disagree";
    Unavailable = "unavailable", 503, "A part that is needed cannot be reached";
    Internal = "internal", 500, "Something broke";
}
