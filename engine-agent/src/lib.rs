//! The agent beside a directory.
