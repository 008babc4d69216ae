//! The append-only history and what is executed against it.
