//! Reading a password: from standard input, or asked for on the terminal without showing it.

use super::error::ClientError;
use crate::out;
use std::io::{BufRead, IsTerminal};

/// One line of standard input.
pub(crate) fn read(from_stdin: bool, prompt: &str) -> Result<String, ClientError> {
    let terminal = std::io::stdin().is_terminal();
    if !from_stdin && !terminal {
        return Err(ClientError::Usage(
            "no terminal to ask for the password: use --password-stdin".to_owned(),
        ));
    }
    let _hidden = (terminal).then(|| {
        out::progress(format_args!("{prompt}: "));
        Hidden::begin()
    });
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|source| ClientError::File {
        path: "standard input".to_owned(),
        source,
    })?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        return Err(ClientError::Usage("the password is empty".to_owned()));
    }
    Ok(password)
}

/// While it lives, the terminal does not show what is typed. Where there is no `stty`, it does.
struct Hidden;

impl Hidden {
    fn begin() -> Self {
        stty("-echo");
        Self
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        stty("echo");
    }
}

fn stty(setting: &str) {
    let _ = std::process::Command::new("stty")
        .arg(setting)
        .stderr(std::process::Stdio::null())
        .status();
}
