//! How an aggregate decides: a pure function of its state, the command and the context. [`handle`] is the only
//! place where cqrs-es's asynchronous signature meets it.

use crate::context::Context;
use cqrs_es::{Aggregate, event_sink::EventSink};

/// Decisions of one aggregate.
pub trait Decide: Aggregate {
    /// What decisions need to know of other aggregates.
    type Facts: Send + Sync;

    /// The events that `command` leads to, or the one reason why it is refused. No event means: it holds already.
    ///
    /// # Errors
    /// The refusal.
    fn decide(
        &self,
        command: Self::Command,
        context: &Context<Self::Facts>,
    ) -> Result<Vec<Self::Event>, Self::Error>;
}

/// Writes what `decide` returned to the sink, which applies it.
pub(crate) async fn handle<A>(
    aggregate: &mut A,
    command: A::Command,
    context: &Context<A::Facts>,
    sink: &EventSink<A>,
) -> Result<(), A::Error>
where
    A: Decide<Services = Context<<A as Decide>::Facts>>,
{
    for event in aggregate.decide(command, context)? {
        sink.write(event, aggregate).await;
    }
    Ok(())
}

/// Wires an aggregate's `Decide` and `evolve` to cqrs-es.
macro_rules! aggregate {
    ($name:ident = $type_name:literal, $command:ty, $event:ty, $refusal:ty, $facts:ty) => {
        impl cqrs_es::Aggregate for $name {
            const TYPE: &'static str = $type_name;
            type Command = $command;
            type Event = $event;
            type Error = $refusal;
            type Services = crate::context::Context<$facts>;

            async fn handle(
                &mut self,
                command: Self::Command,
                service: &Self::Services,
                sink: &cqrs_es::event_sink::EventSink<Self>,
            ) -> Result<(), Self::Error> {
                crate::decide::handle(self, command, service, sink).await
            }

            fn apply(&mut self, event: Self::Event) {
                self.evolve(event);
            }
        }
    };
}
pub(crate) use aggregate;
