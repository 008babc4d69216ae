//! The whole system on real services.
