//! `serve`: the built Worker under workerd, in the foreground until interrupted.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo;
use crate::child;
use crate::development;
use crate::failure::Failure;
use crate::layout::Layout;
use crate::setup::Tools;
use crate::worker;

/// Room that a database needs to be opened at all.
const PROBE_BYTES: usize = 1 << 20;

pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) data: Option<PathBuf>,
}

pub(crate) fn run(layout: &Layout, tools: &Tools, options: &Options) -> Result<(), Failure> {
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, options.port);
    check_free(address)?;
    let data = match &options.data {
        Some(folder) => folder.clone(),
        None => temporary(layout),
    };
    let objects = data.join("objects");
    prepare(&objects)?;
    let values = development::values(options.port, options.data.as_deref())?;

    let folder = worker::folder(layout);
    let mut workerd = Command::new(tools.npm.workerd());
    cargo::clean(&mut workerd);
    workerd
        .current_dir(&folder)
        .envs(&values)
        .args(["serve", "config.dev.capnp"])
        .arg(format!("--socket-addr=http={address}"))
        .arg(format!(
            "--directory-path=disk={}",
            absolute(&objects)?.display()
        ));

    let mut announced = false;
    let status = child::run(&mut workerd, || {
        if !announced && TcpStream::connect(address).is_ok() {
            announced = true;
            announce(address, options.data.as_deref());
        }
    })
    .map_err(|error| Failure::new(format!("workerd could not be run: {error}")))?;
    Err(Failure::new(format!("workerd ended by itself ({status}).")))
}

fn announce(address: SocketAddrV4, data: Option<&Path>) {
    let kept = data.map_or_else(
        || "its data goes when it ends; --data DIR keeps it".to_owned(),
        |folder| format!("its data is in {}", folder.display()),
    );
    eprintln!("Listening on http://{address}; {kept}. Ctrl-C ends it.");
}

fn check_free(address: SocketAddrV4) -> Result<(), Failure> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(Failure::new(format!(
            "port {} is in use; choose another with --port.",
            address.port()
        ))),
        Err(error) => Err(Failure::new(format!("{address} cannot be used: {error}"))),
    }
}

fn temporary(layout: &Layout) -> PathBuf {
    let folder = layout
        .tools()
        .join("serve")
        .join(std::process::id().to_string());
    child::remove_at_the_end(&folder);
    folder
}

/// Makes the folder and tries whether anything fits into it: workerd itself says of a full disk
/// only that a database could not be opened.
fn prepare(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
    let probe = folder.join(".probe");
    let written = fs::File::create(&probe).and_then(|mut file| {
        file.write_all(&vec![0; PROBE_BYTES])?;
        file.sync_all()
    });
    let _ = fs::remove_file(&probe);
    written.map_err(|error| Failure::file(folder, &error))
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    env::current_dir()
        .map(|current| current.join(path))
        .map_err(|error| Failure::new(format!("the current folder cannot be read: {error}")))
}
