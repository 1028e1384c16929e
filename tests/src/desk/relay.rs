//! The TPM behind a unix socket, for clients that know no other way to a simulator.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread;

/// Tag, size and code: what every command and response begins with (TPM 2.0 Library, Part 3).
const HEADER: usize = 10;
const LONGEST: usize = 65536;

/// A socket that stands for a TPM's device as long as the desk lives.
pub(super) struct Relay(PathBuf);

impl Relay {
    pub(super) fn start(socket: PathBuf, port: u16) -> io::Result<Self> {
        let listener = UnixListener::bind(&socket)?;
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A client that goes away in the middle has its reasons.
                thread::spawn(move || serve(client, port));
            }
        });
        Ok(Self(socket))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

/// Whole messages only: a client may read a response in a single call.
fn serve(mut client: UnixStream, port: u16) -> io::Result<()> {
    while let Ok(command) = message(&mut client) {
        let mut tpm = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        tpm.write_all(&command)?;
        client.write_all(&message(&mut tpm)?)?;
    }
    Ok(())
}

fn message(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut message = vec![0; HEADER];
    source.read_exact(&mut message)?;
    let size = u32::from_be_bytes([message[2], message[3], message[4], message[5]]);
    let size = usize::try_from(size).unwrap_or(LONGEST);
    if !(HEADER..LONGEST).contains(&size) {
        return Err(io::Error::other("no TPM message"));
    }
    message.resize(size, 0);
    source.read_exact(&mut message[HEADER..])?;
    Ok(message)
}
