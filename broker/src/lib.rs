//! Work orders, reports and wake-ups, over NATS JetStream or in process.
