//! A queue whose items come back unless they are acknowledged in time: what a work-queue stream does, in memory.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    time::Duration,
};
use tokio::time::Instant;

/// Items are known by the sequence that [`LeaseQueue::push`] gave them.
#[derive(Debug)]
pub(crate) struct LeaseQueue<T> {
    last: u64,
    ready: VecDeque<u64>,
    leased: BTreeSet<(Instant, u64)>,
    items: HashMap<u64, Item<T>>,
}

#[derive(Debug)]
struct Item<T> {
    value: T,
    until: Option<Instant>,
}

impl<T> Default for LeaseQueue<T> {
    fn default() -> Self {
        Self {
            last: 0,
            ready: VecDeque::new(),
            leased: BTreeSet::new(),
            items: HashMap::new(),
        }
    }
}

impl<T: Clone> LeaseQueue<T> {
    pub(crate) fn push(&mut self, value: T) -> u64 {
        self.last += 1;
        self.items.insert(self.last, Item { value, until: None });
        self.ready.push_back(self.last);
        self.last
    }

    /// Up to `max` items, which come back after `lease` unless acknowledged. Overdue ones come first.
    pub(crate) fn take(&mut self, max: usize, now: Instant, lease: Duration) -> Vec<(u64, T)> {
        while let Some(&(until, sequence)) = self.leased.first() {
            if until > now {
                break;
            }
            self.leased.pop_first();
            if let Some(item) = self.items.get_mut(&sequence) {
                item.until = None;
                self.ready.push_front(sequence);
            }
        }
        let mut taken = Vec::new();
        while taken.len() < max {
            let Some(sequence) = self.ready.pop_front() else {
                break;
            };
            // Acknowledged while it waited: an acknowledgement that came after the lease ended still counts.
            let Some(item) = self.items.get_mut(&sequence) else {
                continue;
            };
            let until = now + lease;
            item.until = Some(until);
            self.leased.insert((until, sequence));
            taken.push((sequence, item.value.clone()));
        }
        taken
    }

    /// Removes the item, whether leased or waiting.
    pub(crate) fn remove(&mut self, sequence: u64) -> Option<T> {
        let item = self.items.remove(&sequence)?;
        if let Some(until) = item.until {
            self.leased.remove(&(until, sequence));
        }
        Some(item.value)
    }

    /// Starts the lease anew, if it has not ended.
    pub(crate) fn extend(&mut self, sequence: u64, now: Instant, lease: Duration) {
        let Some(item) = self.items.get_mut(&sequence) else {
            return;
        };
        let Some(until) = item.until else { return };
        self.leased.remove(&(until, sequence));
        item.until = Some(now + lease);
        self.leased.insert((now + lease, sequence));
    }

    /// When the next lease ends.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.leased.first().map(|(until, _)| *until)
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(60);

    fn values(taken: &[(u64, &'static str)]) -> Vec<&'static str> {
        taken.iter().map(|(_, value)| *value).collect()
    }

    #[test]
    fn an_item_comes_back_when_its_lease_ends_and_not_before() {
        let mut queue = LeaseQueue::default();
        let start = Instant::now();
        queue.push("a");
        queue.push("b");
        assert_eq!(values(&queue.take(1, start, LEASE)), ["a"]);
        assert_eq!(values(&queue.take(9, start + LEASE / 2, LEASE)), ["b"]);
        assert!(
            queue
                .take(9, start + LEASE - Duration::from_millis(1), LEASE)
                .is_empty()
        );
        assert_eq!(values(&queue.take(9, start + LEASE, LEASE)), ["a"]);
    }

    #[test]
    fn an_extended_lease_ends_later() {
        let mut queue = LeaseQueue::default();
        let start = Instant::now();
        let sequence = queue.push("a");
        queue.take(1, start, LEASE);
        queue.extend(sequence, start + LEASE / 2, LEASE);
        assert_eq!(queue.next_due(), Some(start + LEASE / 2 + LEASE));
        assert!(queue.take(1, start + LEASE, LEASE).is_empty());
    }

    #[test]
    fn a_late_acknowledgement_counts_although_the_item_waits_again() {
        let mut queue = LeaseQueue::default();
        let start = Instant::now();
        let first = queue.push("a");
        queue.push("b");
        queue.take(2, start, LEASE);
        // "a" and "b" are waiting again once "b" was taken anew.
        assert_eq!(queue.take(1, start + LEASE, LEASE).len(), 1);
        assert_eq!(queue.remove(first), Some("a"));
        assert_eq!(queue.remove(first), None);
        assert_eq!(queue.len(), 1);
        assert!(
            queue
                .take(9, start + LEASE * 2, LEASE)
                .iter()
                .all(|(_, value)| *value == "b")
        );
    }
}
