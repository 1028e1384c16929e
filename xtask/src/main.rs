//! `cargo xtask`: set-up and build order live here and nowhere else.
//!
//! Each command does first what it needs: `demo` on a fresh machine installs the tools, builds
//! everything and runs. Each step is named, timed and, where nothing changed, left out.

mod apt;
mod bench;
mod build;
mod cargo;
mod child;
mod core_only;
mod demo;
mod development;
mod failure;
mod folder;
mod interop;
mod layout;
mod lock;
mod npm;
mod package;
mod programs;
mod rust_tools;
mod serve;
mod setup;
mod site;
mod stamp;
mod step;
mod test;
mod tpm;
mod versions;
mod wasm;
mod wasm_module;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::layout::Layout;
use crate::lock::Lock;
use crate::step::Steps;
use crate::tpm::Need;

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
    /// Build the agent, the npm package, the Worker and the page
    Build,
    /// Show the whole path on this machine: a real token in, a secret out
    Demo,
    /// Run the built Worker under workerd until interrupted
    Serve {
        /// Where to listen, on 127.0.0.1
        #[arg(long, default_value_t = 8787, value_parser = clap::value_parser!(u16).range(1..))]
        port: u16,
        /// Keep the data in this folder
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Check the format, the lints and every test
    Test,
    /// Measure verification and the wasm modules
    Bench,
    /// Exchange attestations with the real gotpm, both ways
    ///
    /// Takes the gotpm on the path, or has Go build one. Fails where neither is there.
    Interop {
        /// Take this gotpm
        #[arg(long, value_name = "PROGRAM")]
        gotpm: Option<PathBuf>,
        /// Leave what is exchanged in this folder
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = run(arguments.command);
    child::remove_leftovers();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<(), Failure> {
    child::end_with_xtask()
        .map_err(|error| Failure::new(format!("signals could not be handled: {error}")))?;
    let layout = Layout::find();
    let steps = Steps::new(layout.logs())?;
    let lock = Lock::take(&layout)?;
    match task {
        Task::Setup => setup::run(&layout, &steps, Need::Setup).map(|_| ()),
        Task::Build => {
            let tools = setup::run(&layout, &steps, Need::Build)?;
            build::run(&layout, &steps, &tools)?;
            build::report();
            Ok(())
        }
        Task::Demo => demo::run(&layout, &steps, lock),
        Task::Serve { port, data } => {
            let tools = setup::run(&layout, &steps, Need::Build)?;
            build::run(&layout, &steps, &tools)?;
            drop(lock);
            serve::run(&layout, &tools, &serve::Options { port, data })
        }
        Task::Test => test::run(&layout, &steps),
        Task::Bench => bench::run(&layout, &steps),
        Task::Interop { gotpm, keep } => {
            interop::run(&layout, &steps, &interop::Options { gotpm, keep })
        }
    }
}
