//! Turns events and due timers into commands and work orders.
