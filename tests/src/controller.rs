//! A domain controller of the lab: killed, and started again.

use std::{
    process::Command,
    time::{Duration, Instant},
};

/// By the lab's name of its domain: `corp` or `emea`.
pub struct Controller(pub &'static str);

impl Controller {
    /// kill -9 of all its processes, which are a process group of their own; until it is gone.
    pub fn kill(&self) {
        let lab = std::env::var("AD_LAB_DIR").unwrap();
        let pid = std::fs::read_to_string(format!("{lab}/{}/lab.pid", self.0)).unwrap();
        let pid = pid.trim();
        let killed = Command::new("kill")
            .args(["-KILL", "--", &format!("-{pid}")])
            .status();
        assert!(killed.is_ok_and(|status| status.success()), "{}", self.0);
        let deadline = Instant::now() + Duration::from_secs(10);
        while is_alive(pid) {
            assert!(Instant::now() < deadline, "{} does not die", self.0);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Starts it on what is there.
    pub fn start(&self) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../lab/ad-lab.sh");
        let started = Command::new(script).args(["start", self.0]).status();
        let started = started.is_ok_and(|status| status.success());
        assert!(started, "{} did not start", self.0);
    }
}

/// Still there, and no zombie?
fn is_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest.to_owned());
    state.is_some_and(|state| !state.starts_with(['Z', 'X']))
}
