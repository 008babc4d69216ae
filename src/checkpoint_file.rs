//! `checkpoints.file`: where signed checkpoints are written, apart from the database. How many it was seen to have is kept in
//! the data folder of this process: one that has fewer is not the file that was written to, and nothing is added to it.

use crate::config::Config;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashSet,
    fs,
    io::{self, Write},
    path::PathBuf,
};
use tenure_eventstore::{ChainCheckpoint, Position, read_checkpoints};

/// The file, and what is known of it.
#[derive(Clone)]
pub(crate) struct CheckpointFile {
    file: PathBuf,
    known: PathBuf,
}

/// How many checkpoints which file was seen to have.
#[derive(Serialize, Deserialize)]
struct Known {
    file: PathBuf,
    checkpoints: usize,
}

/// Why a history cannot be compared with the file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileProblem {
    /// It is gone, was cut, or another one is in its place.
    #[error(
        "checkpoints.file {} has {has} of the {of} signed checkpoints that should be in it, so that a history that was cut off \
         would not be noticed by it. See whether its file system is mounted, or bring the file back from a copy. If the \
         instance was not started since the file was named, start it: it writes them all. If the file is gone for good, \
         compare the history with checkpoints from another place (`tenure audit verify --checkpoints FILE`), and only then \
         name another file",
        file.display()
    )]
    Lacks {
        file: PathBuf,
        has: usize,
        of: usize,
    },
    /// The system does not let it be read, or what is in it is no checkpoint.
    #[error("checkpoints.file {}: {reason}", file.display())]
    Unreadable { file: PathBuf, reason: String },
}

impl CheckpointFile {
    /// The one that is configured.
    pub(crate) fn of(config: &Config) -> Option<Self> {
        Some(Self {
            file: config.checkpoints.file.clone()?,
            known: config.data.join("checkpoints.known.json"),
        })
    }

    /// How long it is; none if there is no such file now.
    pub(crate) fn length(&self) -> Option<u64> {
        Some(fs::metadata(&self.file).ok()?.len())
    }

    /// What it has, each once. No file is one that has nothing.
    pub(crate) fn read(&self) -> Result<Vec<ChainCheckpoint>, FileProblem> {
        let unreadable = |reason: String| FileProblem::Unreadable {
            file: self.file.clone(),
            reason,
        };
        let text = match fs::read_to_string(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read.map_err(|error| unreadable(error.to_string()))?,
        };
        let mut has = read_checkpoints(&text).map_err(|error| unreadable(error.to_string()))?;
        let mut before = HashSet::new();
        has.retain(|checkpoint| before.insert(checkpoint.to_string()));
        let known = self.known();
        match has.len() < known {
            true => Err(self.lacks(has.len(), known)),
            false => Ok(has),
        }
    }

    /// Is all in it that is `kept` and not newer than its newest?
    pub(crate) fn has_all(
        &self,
        has: &[ChainCheckpoint],
        kept: &[ChainCheckpoint],
    ) -> Result<(), FileProblem> {
        let newest = has.iter().map(place).max();
        let has: HashSet<_> = has.iter().map(ToString::to_string).collect();
        let due = kept
            .iter()
            .filter(|kept| newest.is_none_or(|newest| place(kept) <= newest));
        let (mut there, mut of) = (0, 0);
        for checkpoint in due {
            of += 1;
            there += usize::from(has.contains(&checkpoint.to_string()));
        }
        match there < of {
            true => Err(self.lacks(there, of)),
            false => Ok(()),
        }
    }

    /// Adds those that it `lacks` to what it `has`. The file is made once: when it is gone later, what is there is the empty
    /// place of a file system that is not mounted.
    pub(crate) fn add(&self, has: usize, lacks: &[ChainCheckpoint]) -> io::Result<()> {
        let known = self.known();
        if !lacks.is_empty() {
            let notes: String = lacks.iter().map(|note| format!("{note}\n")).collect();
            let mut file = fs::OpenOptions::new()
                .create(known == 0)
                .append(true)
                .open(&self.file)?;
            let end = file.metadata()?.len();
            let written = file.write_all(notes.as_bytes());
            if let Err(error) = written.and_then(|()| file.sync_all()) {
                // Half a checkpoint could not be read.
                let _ = file.set_len(end);
                return Err(error);
            }
        }
        let checkpoints = has + lacks.len();
        if checkpoints == known {
            return Ok(());
        }
        let file = self.file.clone();
        fs::write(
            &self.known,
            serde_json::to_vec(&Known { file, checkpoints })?,
        )
    }

    /// None of a file that is new to this process.
    fn known(&self) -> usize {
        let known = fs::read(&self.known).ok();
        let known = known.and_then(|known| serde_json::from_slice::<Known>(&known).ok());
        known
            .filter(|known| known.file == self.file)
            .map_or(0, |known| known.checkpoints)
    }

    fn lacks(&self, has: usize, of: usize) -> FileProblem {
        FileProblem::Lacks {
            file: self.file.clone(),
            has,
            of,
        }
    }
}

fn place(checkpoint: &ChainCheckpoint) -> (Position, DateTime<Utc>) {
    (checkpoint.position, checkpoint.signed_at)
}

/// Those kept here and those kept elsewhere, which are mostly the same ones.
pub(crate) fn together(
    mut kept: Vec<ChainCheckpoint>,
    elsewhere: Vec<ChainCheckpoint>,
) -> Vec<ChainCheckpoint> {
    let here: HashSet<_> = kept.iter().map(ToString::to_string).collect();
    let others = elsewhere
        .into_iter()
        .filter(|other| !here.contains(&other.to_string()));
    kept.extend(others);
    kept
}
