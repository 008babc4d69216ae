//! What every event is: a stable type name, a schema version, the reservations it claims or frees, and the
//! personal data it carries. And [`Event`], any event of the whole history.

use crate::ids::DomainId;
use crate::{
    account::{Account, AccountEvent},
    api_token::{ApiToken, ApiTokenEvent},
    campaign::{Campaign, CampaignEvent, Population, PopulationEvent},
    context::Context,
    deputy::{Deputyship, DeputyshipEvent},
    directory::{Domain, DomainEvent},
    email_template::{EmailTemplate, EmailTemplateEvent},
    engine::{Engine, EngineEvent},
    group::{Group, GroupEvent},
    request::{Request, RequestEvent},
    review::{Review, ReviewEvent},
    role::{Role, RoleEvent},
    template::{Template, TemplateEvent},
    user::{PersonalData, User, UserEvent},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An event as the store needs it. Variants are newtypes whose serde name is the event's type, so that a payload
/// is the variant's content alone.
pub trait Recorded: cqrs_es::DomainEvent {
    /// Stable type name, for instance `account.provisioned`.
    fn type_name(&self) -> &'static str;

    /// Schema version of the payload.
    fn schema_version(&self) -> u16 {
        1
    }

    /// Names claimed and freed by this event of stream `stream`, in the same transaction.
    fn reservations(&self, _stream: Uuid) -> Vec<Reservation> {
        Vec::new()
    }

    /// May events of this kind carry personal data?
    const PERSONAL: bool = false;

    /// Personal data of the user whose stream this is: the store seals it on the way in, opens it on the way out.
    fn personal(&mut self) -> Option<&mut Personal> {
        None
    }
}

/// An aggregate that has a stream of its own.
pub trait Stream:
    cqrs_es::Aggregate<Event: Recorded, Services = Context<Self::Facts>> + Clone + 'static
{
    /// What decisions need to know of other aggregates.
    type Facts: Send + Sync;

    /// The event as one of the whole history.
    fn wrap(event: Self::Event) -> Event;
}

/// A claim or release of a name that must be unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// What the name is unique in.
    pub scope: Scope,
    /// The name, folded to the form that is compared.
    pub key: String,
    /// Who holds it: a claim by the same holder is no conflict.
    pub holder: Uuid,
    /// Claimed or freed.
    pub change: ReservationChange,
}

/// Claimed or freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservationChange {
    /// Refused while another holder has it.
    Claim,
    /// No effect unless the holder has it.
    Release,
}

/// What a name is unique in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Account names of one domain.
    AccountName(DomainId),
    /// E-mail addresses of users: stored as a keyed hash only, since they are personal.
    Email,
    /// Names of templates, groups, roles and domains, per kind.
    Name(&'static str),
    /// Accounts whose renewal is asked for, each by one request at a time.
    Renewal,
    /// Accounts whose change is asked for, each by one request at a time.
    Change,
}

impl Scope {
    /// As stored.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::AccountName(domain) => format!("account-name:{}", domain.token()),
            Self::Email => "email".to_owned(),
            Self::Name(kind) => format!("name:{kind}"),
            Self::Renewal => "renewal".to_owned(),
            Self::Change => "change".to_owned(),
        }
    }

    /// Must the key be hashed with the instance's secret before it is stored?
    #[must_use]
    pub fn is_personal(&self) -> bool {
        matches!(self, Self::Email)
    }
}

/// Personal data in an event: clear in memory, sealed in the store, gone after its user was forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Personal {
    /// In memory only.
    Clear(PersonalData),
    /// AES-256-GCM under the key of that user: nonce and ciphertext, base64.
    Sealed(String),
    /// The key was destroyed.
    Forgotten,
}

macro_rules! any_event {
    ($($variant:ident($aggregate:ty, $event:ty)),+ $(,)?) => {
        /// Any event of the history.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub enum Event { $($variant($event)),+ }

        impl Event {
            /// Stable type name.
            #[must_use]
            pub fn type_name(&self) -> &'static str {
                match self { $(Self::$variant(event) => event.type_name()),+ }
            }

            /// The kind of stream it belongs to, which is the aggregate's name.
            #[must_use]
            pub fn stream_kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$aggregate as cqrs_es::Aggregate>::TYPE),+ }
            }

            /// May it carry personal data?
            #[must_use]
            pub fn has_personal(&self) -> bool {
                match self { $(Self::$variant(_) => <$event as Recorded>::PERSONAL),+ }
            }

            /// Personal data, to be sealed or opened.
            pub fn personal(&mut self) -> Option<&mut Personal> {
                match self { $(Self::$variant(event) => event.personal()),+ }
            }

            /// The event of a stored payload (the variant's content), by the kind of stream and the type name.
            ///
            /// # Errors
            /// If kind or type is unknown, or the payload does not fit.
            pub fn decode(stream_kind: &str, type_name: &str, payload: &[u8]) -> Result<Self, serde_json::Error> {
                match stream_kind {
                    $(<$aggregate as cqrs_es::Aggregate>::TYPE =>
                        crate::codec::decode::<$event>(type_name, payload).map(Self::$variant),)+
                    other => Err(serde::de::Error::custom(format_args!("unknown kind of stream {other}"))),
                }
            }

            /// The object before the last of its events, and after it: all of them, in order, from the first one on.
            ///
            /// # Errors
            /// If a state cannot be written as JSON.
            pub fn around_last(events: Vec<Self>) -> Result<(serde_json::Value, serde_json::Value), serde_json::Error> {
                match events.last() {
                    $(Some(Self::$variant(_)) => {
                        let mut state = <$aggregate>::default();
                        let last = events.len() - 1;
                        let mut before = serde_json::Value::Null;
                        for (at, event) in events.into_iter().enumerate() {
                            if at == last {
                                before = serde_json::to_value(&state)?;
                            }
                            if let Self::$variant(event) = event {
                                cqrs_es::Aggregate::apply(&mut state, event);
                            }
                        }
                        Ok((before, serde_json::to_value(&state)?))
                    })+
                    None => Ok((serde_json::Value::Null, serde_json::Value::Null)),
                }
            }

            /// The payload alone.
            ///
            /// # Errors
            /// If it cannot be written as JSON.
            pub fn payload(&self) -> Result<Vec<u8>, serde_json::Error> {
                match self { $(Self::$variant(event) => crate::codec::encode(event)),+ }
            }
        }

        $(impl Stream for $aggregate {
            type Facts = <Self as crate::decide::Decide>::Facts;
            fn wrap(event: Self::Event) -> Event { Event::$variant(event) }
        })+

        /// The kinds of stream there are.
        pub const STREAM_KINDS: &[&str] = &[$(<$aggregate as cqrs_es::Aggregate>::TYPE),+];
    };
}

any_event!(
    Template(Template, TemplateEvent),
    Request(Request, RequestEvent),
    Account(Account, AccountEvent),
    User(User, UserEvent),
    Group(Group, GroupEvent),
    Role(Role, RoleEvent),
    Domain(Domain, DomainEvent),
    Engine(Engine, EngineEvent),
    ApiToken(ApiToken, ApiTokenEvent),
    EmailTemplate(EmailTemplate, EmailTemplateEvent),
    Deputyship(Deputyship, DeputyshipEvent),
    Campaign(Campaign, CampaignEvent),
    Population(Population, PopulationEvent),
    Review(Review, ReviewEvent),
);

/// What a variant holds. Large contents lie elsewhere: every event takes as much room as the largest one, and histories are
/// read by the million.
macro_rules! content {
    ($content:ty) => { $content };
    ($content:ty, large) => { Box<$content> };
}
pub(crate) use content;

/// Declares an aggregate's events: the enum, each variant's stable type name and schema version.
macro_rules! events {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$vdoc:meta])* $variant:ident($content:ty $(, $large:ident)?) = $type_name:literal),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $type_name)] $variant($crate::event::content!($content $(, $large)?))),+
        }

        impl $name {
            /// The type names of these events, as stored.
            pub const TYPE_NAMES: &'static [&'static str] = &[$($type_name),+];

            fn stable_type_name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $type_name),+ }
            }
        }

        $(impl From<$content> for $name {
            fn from(content: $content) -> Self { Self::$variant(content.into()) }
        })+

        impl cqrs_es::DomainEvent for $name {
            fn event_type(&self) -> String { self.stable_type_name().to_owned() }
            fn event_version(&self) -> String { crate::event::Recorded::schema_version(self).to_string() }
        }
    };
}
pub(crate) use events;
