//! The metadata server of a machine on the desk: who the instance is, and nothing else.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;

use super::Instance;

/// Answers on a free port of the loopback address until the program ends.
pub(super) fn serve(instance: Instance) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            // A client that goes away in the middle has its reasons.
            let _ = answer(client, &instance);
        }
    });
    Ok(address)
}

fn answer(mut client: TcpStream, instance: &Instance) -> io::Result<()> {
    let mut lines = BufReader::new(client.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let path = request.split(' ').nth(1).unwrap_or_default();
    let Instance {
        zone,
        project_number,
        project_id,
        id,
        name,
        ..
    } = instance;
    let (status, body) = match path.trim_start_matches("/computeMetadata/v1/") {
        "instance/zone" => ("200 OK", format!("projects/{project_number}/zones/{zone}")),
        "instance/name" => ("200 OK", (*name).to_owned()),
        "instance/id" => ("200 OK", id.to_string()),
        "project/project-id" => ("200 OK", (*project_id).to_owned()),
        "project/numeric-project-id" => ("200 OK", project_number.to_string()),
        _ => ("404 Not Found", String::new()),
    };
    write!(
        client,
        "HTTP/1.1 {status}\r\nMetadata-Flavor: Google\r\nContent-Type: application/text\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
