//! The web application is part of the binary, where it was built; without it the gateway says in the browser how to.
#![allow(clippy::print_stdout)] // How a build script speaks to cargo.

fn main() -> std::io::Result<()> {
    std::fs::create_dir_all("../ui/dist")?;
    // A debug build reads the files when they are asked for, so that the UI can be built beside it.
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let watched = if release { "../ui/dist" } else { "build.rs" };
    println!("cargo:rerun-if-changed={watched}");
    Ok(())
}
