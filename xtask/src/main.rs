//! `cargo xtask`: set-up and build order live here and nowhere else.
//!
//! Each command does first what it needs: `demo` on a fresh machine installs the tools, builds
//! everything and runs. Each step is named, timed and, where nothing changed, left out.

mod apt;
mod cargo;
mod child;
mod failure;
mod layout;
mod npm;
mod rust_tools;
mod setup;
mod stamp;
mod step;
mod versions;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::layout::Layout;
use crate::step::Steps;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about,
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing, below target/ (and Debian's packages when run as root)
    Setup,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> Result<(), Failure> {
    child::end_with_xtask()
        .map_err(|error| Failure::new(format!("signals could not be handled: {error}")))?;
    let layout = Layout::find();
    let steps = Steps::new(layout.logs())?;
    match task {
        Task::Setup => setup::run(&layout, &steps).map(|_| ()),
    }
}
