//! Fingerprints the domain's sources: a snapshot made by other rules is never trusted, but folded anew.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    io,
    path::Path,
};

fn main() -> io::Result<()> {
    let sources = Path::new("../domain/src");
    println!("cargo::rerun-if-changed={}", sources.display());
    println!("cargo::rerun-if-changed=migrations");
    let mut hasher = DefaultHasher::new();
    fingerprint(sources, &mut hasher)?;
    println!(
        "cargo::rustc-env=TENURE_DOMAIN_FINGERPRINT={:016x}",
        hasher.finish()
    );
    Ok(())
}

fn fingerprint(folder: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    let mut paths: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            fingerprint(&path, hasher)?;
        } else {
            path.file_name().hash(hasher);
            fs::read(&path)?.hash(hasher);
        }
    }
    Ok(())
}
