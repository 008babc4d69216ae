//! A disk that is soon full: a file system in memory, seen by the programs on it only, and ballast that fills it.

use crate::{process::Process, until::until};
use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// A program on a small disk of its own; killed, with all that it started, when dropped.
pub struct OnSmallDisk {
    pub process: Process,
    child: String,
    ballast: PathBuf,
}

impl OnSmallDisk {
    /// Runs `command` where `folder` is such a disk.
    pub async fn start(name: &str, folder: &Path, megabytes: u32, command: &Command) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let mount =
            format!("mount -t tmpfs -o size={megabytes}m,mode=755 tmpfs \"$0\" && exec \"$@\"");
        let mut apart = Command::new("unshare");
        apart.args([
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "sh",
            "-c",
            &mount,
        ]);
        apart.arg(folder).arg(command.get_program());
        apart.args(command.get_args());
        for (key, value) in command.get_envs() {
            apart.env(key, value.unwrap_or_default());
        }
        let process = Process::start(name, folder.parent().unwrap(), &mut apart);
        let children = format!("/proc/{0}/task/{0}/children", process.id());
        let child = until("the small disk", Duration::from_secs(20), async || {
            let child = std::fs::read_to_string(&children).ok()?.trim().to_owned();
            let mounts = std::fs::read_to_string(format!("/proc/{child}/mounts")).ok()?;
            mounts.contains(folder.to_str()?).then_some(child)
        })
        .await;
        let within = folder.strip_prefix("/").unwrap();
        let ballast = Path::new("/proc")
            .join(&child)
            .join("root")
            .join(within)
            .join("ballast");
        Self {
            process,
            child,
            ballast,
        }
    }

    /// Another program that sees the disk.
    #[must_use]
    pub fn beside(&self, command: &Command) -> Command {
        let mut beside = Command::new("nsenter");
        beside.args(["--mount", "--target", &self.child]);
        beside.arg(command.get_program()).args(command.get_args());
        beside
    }

    /// Not a byte is left.
    pub fn fill(&self) {
        let mut ballast = File::create(&self.ballast).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            let block = vec![0; size];
            while ballast.write_all(&block).is_ok() {}
        }
    }

    /// There is room again.
    pub fn make_room(&self) {
        std::fs::remove_file(&self.ballast).unwrap();
    }
}
