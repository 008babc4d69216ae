//! Who is told what, what it says, and that it arrives.
//!
//! The mail server's half needs `TENURE_TEST_SMTP`, the program that starts a real one (lab/smtp-catcher.py, which stands
//! on aiosmtpd); without it every such test says that it was not run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

mod campaigns;
mod document;
mod rendering;
mod smtp;
mod table;
mod telling;
mod world;
