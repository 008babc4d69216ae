//! What the commands print: results on standard output, progress on standard error. A closed pipe is no failure.

use std::{fmt::Arguments, io::Write};

/// A line of the result.
pub(crate) fn line(text: Arguments<'_>) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A line about what is going on.
pub(crate) fn progress(text: Arguments<'_>) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
