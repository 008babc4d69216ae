//! The fence: one attribute of the directory object that says whose object it is and which order touched it last.
//!
//! `tenure:<account>:<epoch>.<n>`. Changed only by compare-and-set, so that of two agents with different orders the one
//! with the higher number wins, whenever either of them wakes up.

use std::fmt;
use tenure_domain::{
    ids::AccountId,
    order::{Mark, Order, OrderNumber},
};
use uuid::Uuid;

/// What the attribute holds when it is Tenure's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fence {
    pub(crate) account: AccountId,
    pub(crate) number: OrderNumber,
}

impl Fence {
    pub(crate) fn of(order: &Order) -> Self {
        Self {
            account: order.account,
            number: order.number,
        }
    }

    /// The order's account has taken the object over, and none of its orders was carried out yet.
    pub(crate) fn taken_over(order: &Order) -> Self {
        Self {
            account: order.account,
            number: OrderNumber::default(),
        }
    }

    /// As the core knows it.
    pub(crate) fn mark(self) -> Mark {
        Mark {
            account: self.account,
            number: self.number,
        }
    }

    /// `None` when the text is not exactly what [`Fence`] prints: anything else is somebody else's value.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (account, number) = text.strip_prefix("tenure:")?.split_once(':')?;
        let fence = Self {
            account: AccountId(Uuid::try_parse(account).ok()?),
            number: number.parse().ok()?,
        };
        (fence.to_string() == text).then_some(fence)
    }
}

impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tenure:{}:{}", self.account.0.simple(), self.number)
    }
}

/// How an object's fence stands to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The attribute is empty.
    Unclaimed,
    /// The attribute is somebody else's, or another account's.
    Foreign(String),
    /// Ours, of an earlier order: apply.
    Earlier,
    /// Ours, of this very order: it has been here already.
    Same,
    /// Ours, of a later order: this one is stale.
    Later(OrderNumber),
}

impl Standing {
    pub(crate) fn of(value: Option<&str>, order: &Order) -> Self {
        let Some(value) = value else {
            return Self::Unclaimed;
        };
        match Fence::parse(value) {
            Some(fence) if fence.account == order.account => {
                match fence.number.cmp(&order.number) {
                    std::cmp::Ordering::Less => Self::Earlier,
                    std::cmp::Ordering::Equal => Self::Same,
                    std::cmp::Ordering::Greater => Self::Later(fence.number),
                }
            }
            // The deleted account whose object the order takes over: its orders are all over, whatever their number.
            Some(fence) if order.revives == Some(fence.account) => Self::Earlier,
            _ => Self::Foreign(value.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: AccountId = AccountId(Uuid::from_u128(7));

    #[test]
    fn a_fence_reads_back_as_written() {
        let fence = Fence {
            account: ACCOUNT,
            number: OrderNumber { epoch: 2, n: 31 },
        };
        assert_eq!(
            fence.to_string(),
            "tenure:00000000000000000000000000000007:2.31"
        );
        assert_eq!(Fence::parse(&fence.to_string()), Some(fence));
    }

    #[test]
    fn what_only_looks_like_a_fence_is_foreign() {
        for text in [
            "",
            "tenure:",
            "tenure:00000000000000000000000000000007",
            "tenure:00000000000000000000000000000007:1",
            "tenure:00000000000000000000000000000007:1.+2",
            "tenure:00000000000000000000000000000007:01.2",
            "tenure:00000000-0000-0000-0000-000000000007:1.2",
            "Tenure:00000000000000000000000000000007:1.2",
            " tenure:00000000000000000000000000000007:1.2",
        ] {
            assert_eq!(Fence::parse(text), None, "{text}");
        }
    }
}
