//! Which waiting appends go into one transaction: as many as do not depend on one another's outcome.

use crate::append::{Append, Pending};
use std::collections::{HashMap, HashSet, VecDeque};
use uuid::Uuid;

/// Most events of a batch: beyond it, transactions only get longer.
pub(crate) const MOST_EVENTS: usize = 256;

/// What the appends of one batch touch.
#[derive(Default)]
struct Touched<'a> {
    events: usize,
    streams: HashSet<(i16, Uuid)>,
    commands: HashSet<Uuid>,
    holders: HashMap<(&'a str, &'a [u8]), Uuid>,
}

impl<'a> Touched<'a> {
    /// Takes `append` in, unless its outcome depends on one that was taken in before it.
    fn admit(&mut self, append: &'a Append) -> bool {
        let room = self.events == 0 || self.events + append.events.len() <= MOST_EVENTS;
        let stream = (append.kind_code, append.stream);
        let independent = !self.streams.contains(&stream)
            && !append
                .facts
                .iter()
                .any(|(fact, kind)| self.streams.contains(&(*kind, fact.id)))
            && !append
                .command
                .is_some_and(|command| self.commands.contains(&command.id))
            && !append.names.iter().any(|name| {
                self.holders
                    .get(&(name.scope.as_str(), name.key.as_slice()))
                    .is_some_and(|holder| *holder != name.holder)
            });
        if !(room && independent) {
            return false;
        }
        self.events += append.events.len();
        self.streams.insert(stream);
        self.commands
            .extend(append.command.map(|command| command.id));
        for name in &append.names {
            self.holders.insert((&name.scope, &name.key), name.holder);
        }
        true
    }
}

/// Takes the next batch out of `waiting`; what depends on it, or has no room, stays, in its order.
pub(crate) fn take(waiting: &mut VecDeque<Pending>) -> Vec<Pending> {
    let admitted: Vec<bool> = {
        let mut touched = Touched::default();
        waiting
            .iter()
            .map(|pending| touched.events < MOST_EVENTS && touched.admit(&pending.append))
            .collect()
    };
    let (mut batch, mut rest) = (Vec::new(), VecDeque::new());
    for (pending, admitted) in waiting.drain(..).zip(admitted) {
        if admitted {
            batch.push(pending);
        } else {
            rest.push_back(pending);
        }
    }
    *waiting = rest;
    batch
}
