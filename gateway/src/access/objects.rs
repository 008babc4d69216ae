//! Whose objects are whose: what "own" means for accounts, requests and templates. Another's object is answered as if it
//! were not there.

use super::authorise::Signed;
use crate::{
    app::App,
    problem::{Kind, Problem},
};
use std::sync::Arc;
use tenure_domain::{
    AccountId, GroupId, RequestId, Stream, TemplateId, UserId,
    account::{Account, Managed},
    ownership::Owner,
    permission::{Feature, Reach, Verb},
    request::{Request, Submission},
    template::{ApprovalStep, Template, TemplateContent},
};
use uuid::Uuid;

impl Signed {
    /// Is the person one of `owners`, in person or by a group?
    pub(crate) fn is_owner(&self, owners: &[Owner]) -> bool {
        owners
            .iter()
            .any(|owner| owner.covers(self.user(), &self.rights.groups))
    }

    /// Is the person named in one of `steps`, in person, by a group, or as the deputy of somebody who is?
    pub(crate) fn is_approver(&self, steps: &[ApprovalStep]) -> bool {
        let names = |step: &ApprovalStep, user: &UserId, groups: &[GroupId]| {
            let fallback = &step.fallback;
            step.users.contains(user)
                || fallback.users.contains(user)
                || step
                    .groups
                    .iter()
                    .chain(&fallback.groups)
                    .any(|group| groups.contains(group))
        };
        let named = |step: &ApprovalStep| {
            names(step, &self.user(), &self.rights.groups)
                || self
                    .rights
                    .deputy_for
                    .iter()
                    .any(|principal| names(step, &principal.user, &principal.groups))
        };
        self.reach(Feature::ProvisionApproval, Verb::Read).is_some() && steps.iter().any(named)
    }

    /// May the person see this account?
    pub(crate) fn sees_account(&self, account: &Managed) -> bool {
        self.reaches_account(account, Verb::Read)
    }

    fn reaches_account(&self, account: &Managed, verb: Verb) -> bool {
        match self.reach(Feature::ManagedAccount, verb) {
            Some(Reach::All) => true,
            Some(Reach::Own) => self.is_owner(&account.owners),
            None => false,
        }
    }

    /// May the person see this request?
    pub(crate) fn sees_request(&self, request: &Request) -> bool {
        let own = request.requester() == Some(self.user());
        match self.reach(Feature::ProvisionRequest, Verb::Read) {
            Some(Reach::All) => return true,
            Some(Reach::Own) if own => return true,
            _ => {}
        }
        match self.reach(Feature::ProvisionApproval, Verb::Read) {
            Some(Reach::All) => true,
            Some(Reach::Own) => request
                .submission()
                .is_some_and(|submission| self.is_approver(&submission.steps)),
            None => false,
        }
    }

    /// May the person see this template? One's own are those that one can use.
    pub(crate) fn sees_template(&self, template: &Template) -> bool {
        match self.reach(Feature::ProvisionTemplate, Verb::Read) {
            Some(Reach::All) => true,
            Some(Reach::Own) => {
                self.writes_templates()
                    || template
                        .offered()
                        .is_some_and(|(_, content)| self.may_use(content))
            }
            None => false,
        }
    }

    pub(crate) fn may_use(&self, content: &TemplateContent) -> bool {
        let available = &content.directory.available_to;
        available.is_empty()
            || available
                .iter()
                .any(|group| self.rights.groups.contains(group))
    }

    pub(crate) fn writes_templates(&self) -> bool {
        [Verb::Create, Verb::Update]
            .iter()
            .any(|verb| self.reach(Feature::ProvisionTemplate, *verb).is_some())
    }

    /// May the person see who approves? Requesters may not where the template says so, whatever else they are.
    pub(crate) fn sees_approvers(&self, submission: &Submission) -> bool {
        let approver = || self.is_approver(&submission.steps);
        self.sees_names(
            submission.hide_approver_names,
            submission.requester,
            approver,
        )
    }

    /// The same, of a request by `requester` whose approver names are `hidden` or not.
    pub(crate) fn sees_names(
        &self,
        hidden: bool,
        requester: UserId,
        approver: impl FnOnce() -> bool,
    ) -> bool {
        !hidden
            || requester != self.user()
                && (self.reaches_all(Feature::ProvisionRequest, Verb::Read) || approver())
    }
}

/// The object as it is shown: as of the moment that is asked about, where the person may see it as it is today.
async fn shown<A: Stream>(app: &App, id: Uuid, today: Arc<A>) -> Result<Arc<A>, Problem> {
    if app.as_of.is_none() {
        return Ok(today);
    }
    let then = app.instance.store.state::<A>(id).await;
    Ok(then.map_err(|error| Problem::unavailable(&error))?.state)
}

async fn today<A: Stream>(app: &App, id: Uuid) -> Result<Arc<A>, Problem> {
    let state = app.today.store.state::<A>(id).await;
    Ok(state.map_err(|error| Problem::unavailable(&error))?.state)
}

/// The account, if the person may see it and do `verb` with it.
///
/// # Errors
/// As if it were not there, or forbidden where it can be seen.
pub(crate) async fn account(
    app: &App,
    signed: &Signed,
    id: AccountId,
    verb: Verb,
) -> Result<Managed, Problem> {
    let state = today::<Account>(app, id.0).await?;
    let managed = state
        .managed()
        .filter(|account| signed.sees_account(account))
        .ok_or_else(Problem::not_found)?;
    if signed.reaches_account(managed, verb) {
        let shown = shown(app, id.0, state.clone()).await?;
        shown.managed().cloned().ok_or_else(Problem::not_found)
    } else {
        Err(Problem::new(
            Kind::Forbidden,
            "You may see this account, but not do this with it.",
        ))
    }
}

/// The request, if it is there and the person may see it.
///
/// # Errors
/// As if it were not there.
pub(crate) async fn request(
    app: &App,
    signed: &Signed,
    id: RequestId,
) -> Result<Arc<Request>, Problem> {
    let request = request_ever(app, signed, id).await?;
    match request.status() {
        Some(_) => Ok(request),
        None => Err(Problem::not_found()),
    }
}

/// The same, also if it was deleted.
///
/// # Errors
/// As if it were not there.
pub(crate) async fn request_ever(
    app: &App,
    signed: &Signed,
    id: RequestId,
) -> Result<Arc<Request>, Problem> {
    let state = today::<Request>(app, id.0).await?;
    if signed.sees_request(&state) || signed.caught_up(app).await?.sees_request(&state) {
        shown(app, id.0, state).await
    } else {
        Err(Problem::not_found())
    }
}

/// The template, if the person may see it.
///
/// # Errors
/// As if it were not there.
pub(crate) async fn template(
    app: &App,
    signed: &Signed,
    id: TemplateId,
) -> Result<Arc<Template>, Problem> {
    let state = today::<Template>(app, id.0).await?;
    if !state.exists() || !signed.sees_template(&state) {
        return Err(Problem::not_found());
    }
    let shown = shown(app, id.0, state).await?;
    if shown.exists() {
        Ok(shown)
    } else {
        Err(Problem::not_found())
    }
}
