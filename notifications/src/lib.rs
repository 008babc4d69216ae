//! E-mail about what happened.
