//! The check that every request passes: its route's row in the permission table, the session, the rights of the person
//! as of now, and for queries the position that the read models must have reached.

use super::{
    client_address::client_address,
    cross_site,
    permission_table::{self, Access, Own},
    sessions::{self, Carrier, Session},
};
use crate::{
    app::App,
    as_of,
    problem::{Kind, Problem},
    server::Route,
};
use axum::{
    extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State},
    http::{HeaderMap, Method, Uri, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};
use tenure_domain::{
    Actor, UserId,
    api_token::ApiToken,
    permission::{Feature, Permissions, Reach, Verb},
};
use tenure_workflow::permissions::{Rights, rights_caught_up, rights_of};

/// Where the request comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// The person who asks, with rights as of now.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) session: Session,
    pub(crate) rights: Arc<Rights>,
}

impl Signed {
    pub(crate) fn user(&self) -> UserId {
        self.rights.user
    }

    /// As the history says it: the person, or the person's token.
    pub(crate) fn actor(&self) -> Actor {
        let user = self.user();
        match self.session.api_token {
            Some(token) => Actor::Token { user, token },
            None => Actor::User(user),
        }
    }

    /// How far the permission reaches; `None` = not at all.
    pub(crate) fn reach(&self, feature: Feature, verb: Verb) -> Option<Reach> {
        self.rights.reach(feature, verb)
    }

    /// Does it reach everyone's objects?
    pub(crate) fn reaches_all(&self, feature: Feature, verb: Verb) -> bool {
        self.reach(feature, verb) == Some(Reach::All)
    }

    /// The same person with the groups and principals of this moment: what somebody was made an instant ago may not have
    /// been known when the request came in.
    pub(crate) async fn caught_up(&self, app: &App) -> Result<Self, Problem> {
        let now = rights_caught_up(&app.today, self.user()).await?;
        let mut signed = self.clone();
        if let Some(now) = now {
            signed.rights = Arc::new(Rights {
                groups: now.groups,
                deputy_for: now.deputy_for,
                ..(*self.rights).clone()
            });
        }
        Ok(signed)
    }

    /// Nobody can give more than they have.
    pub(crate) fn may_give(&self, permissions: &Permissions) -> Result<(), Problem> {
        let has = |permission| {
            self.rights
                .roles
                .iter()
                .any(|role| role.contains(permission))
        };
        match permissions.iter().find(|permission| !has(permission)) {
            None => Ok(()),
            Some(missing) => Err(Problem::new(
                Kind::BeyondOwnRights,
                format!("This would give {missing}, which you do not have yourself."),
            )),
        }
    }
}

impl FromRequestParts<App> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let signed = parts.extensions.get::<Self>().cloned();
        signed.ok_or_else(|| {
            Problem::internal(&"a handler wants to know who asks, but its route is public")
        })
    }
}

impl FromRequestParts<App> for ClientAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .copied()
            .ok_or_else(|| Problem::internal(&"a request without an address"))
    }
}

/// Lets a request pass, or answers why not.
pub(crate) async fn authorise(
    State(app): State<App>,
    matched: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match check(&app, matched.as_str(), request).await {
        Ok(request) => {
            let moment = request.extensions().get::<App>().and_then(|app| app.as_of);
            let mut response = next.run(request).await;
            if let Some(moment) = moment.filter(|_| response.status().is_success()) {
                moment.mark(&mut response);
            }
            response
        }
        Err(problem) => problem.into_response(),
    };
    Route::remember(&matched, &mut response);
    response
}

async fn check(app: &App, path: &str, mut request: Request) -> Result<Request, Problem> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let address = client_address(peer, request.headers(), &app.config.trusted_proxies);
    request.extensions_mut().insert(ClientAddress(address));

    let Some(rule) = permission_table::rule(request.method(), path) else {
        let mut problem = Problem::new(
            Kind::MethodNotAllowed,
            "See the Allow header, or the API's description.",
        );
        problem.allow = Some(permission_table::methods(path));
        return Err(problem);
    };
    if rule.access == Access::Public {
        return Ok(request);
    }
    let session = session(app, request.headers(), request.method()).await?;
    // Before the rights are read: they are to be no older than what is asked for.
    if cross_site::is_safe(request.method()) {
        wait_for_position(app, request.uri()).await?;
    }
    let signed = with_rights(app, session).await?;
    if let Access::Needs(any_of, own) = rule.access {
        let reaches = any_of
            .iter()
            .filter_map(|(feature, verb)| signed.reach(*feature, *verb))
            .max();
        match (reaches, own) {
            (Some(Reach::All), _) | (Some(Reach::Own), Own::Everything | Own::Limited) => {}
            (Some(Reach::Own), Own::Nothing) | (None, _) => return Err(forbidden(any_of, own)),
        }
    }
    request.extensions_mut().insert(signed);
    if let Some(then) = as_of::wanted(app, request.method(), path, request.uri()).await? {
        request.extensions_mut().insert(then);
    }
    Ok(request)
}

/// The person behind a request.
pub(crate) async fn signed_in(
    app: &App,
    headers: &HeaderMap,
    method: &Method,
) -> Result<Signed, Problem> {
    with_rights(app, session(app, headers, method).await?).await
}

async fn session(app: &App, headers: &HeaderMap, method: &Method) -> Result<Session, Problem> {
    let session = sessions::of_request(app, headers).await?;
    if session.carrier == Carrier::Cookie && !cross_site::is_safe(method) {
        cross_site::require_same_origin(headers)?;
    }
    Ok(session)
}

async fn with_rights(app: &App, session: Session) -> Result<Signed, Problem> {
    let over = || {
        Problem::new(
            Kind::NotSignedIn,
            "There is no session, or it is over. Sign in.",
        )
    };
    let rights = rights_of(&app.instance, session.user).await?;
    let mut rights = rights.ok_or_else(over)?;
    // A program may what its token says, as far as the token's owner may it now.
    if let Some(token) = session.api_token {
        let token = app.instance.store.cached_state::<ApiToken>(token.0).await;
        let token = token.map_err(|error| Problem::unavailable(&error))?.state;
        // The clock by which it was made, not that of sessions.
        let now = app.instance.business.now();
        let content = token.usable(now).ok_or_else(over)?;
        rights = rights.limited_to(&content.permissions);
    }
    Ok(Signed {
        session,
        rights: Arc::new(rights),
    })
}

fn forbidden(any_of: &[(Feature, Verb)], own: Own) -> Problem {
    let needed: Vec<_> = any_of
        .iter()
        .map(|(feature, verb)| format!("{}:{}", feature.text(), verb.text()))
        .collect();
    let too = if own == Own::Nothing {
        ", with manage in the same role"
    } else {
        ""
    };
    Problem::new(
        Kind::Forbidden,
        format!("This needs the permission {}{too}.", needed.join(" or ")),
    )
}

/// `?at_least=P`: the answer must not be older than P.
async fn wait_for_position(app: &App, uri: &Uri) -> Result<(), Problem> {
    let pairs = uri.query().unwrap_or_default().split('&');
    let Some(wanted) = pairs
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == "at_least")
    else {
        return Ok(());
    };
    let malformed = || {
        Problem::new(
            Kind::InvalidQuery,
            "at_least must be a position: a whole number.",
        )
        .with_field("at_least", "malformed", "must be a whole number")
    };
    let wanted: u64 = wanted.1.parse().map_err(|_| malformed())?;
    if wanted > *app.instance.store.head_watch().borrow() {
        // Another gateway may have appended it.
        let head = app
            .instance
            .store
            .head()
            .await
            .map_err(|error| Problem::unavailable(&error))?;
        if wanted > head.position {
            return Err(Problem::new(
                Kind::UnknownPosition,
                "The history does not reach at_least.",
            ));
        }
    }
    Ok(app
        .instance
        .views
        .wait_for(wanted, app.config.wait_for_views)
        .await?)
}
