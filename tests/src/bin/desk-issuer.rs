//! The desk issuer for a person: serves keys, prints a token, waits.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use sealgate_tests::issuer::{DeskIssuer, Fault};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Runs an OpenID Connect issuer on the loopback address and prints a token shaped like that of a
/// Confidential VM. Its keys are public test keys: trust it on your desk only.
#[derive(Parser)]
struct Arguments {
    /// The audience of the token
    #[arg(long, value_name = "URL")]
    audience: String,
    /// Where to listen, on 127.0.0.1; 0 is any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How many seconds clients may keep the keys
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    max_age: u64,
    /// Answer this many seconds late
    #[arg(long, value_name = "SECONDS")]
    slow: Option<u64>,
    /// A nonce for the token
    #[arg(long)]
    nonce: Option<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    let issuer = match DeskIssuer::start_on(address) {
        Ok(issuer) => issuer,
        Err(error) => {
            eprintln!("desk-issuer: {address} cannot be used: {error}");
            return ExitCode::FAILURE;
        }
    };
    issuer.set_max_age(Duration::from_secs(arguments.max_age));
    issuer.set_fault(arguments.slow.map(Duration::from_secs).map(Fault::Slow));
    let mut token = issuer.token(&arguments.audience);
    if let Some(nonce) = arguments.nonce {
        token = token.claim("eat_nonce", nonce);
    }
    eprintln!(
        "Issuer {} (Ctrl-C ends it). A token for {}:",
        issuer.url(),
        arguments.audience
    );
    println!("{}", token.sign());
    match Signals::new([SIGINT, SIGTERM]) {
        Ok(mut signals) => {
            signals.forever().next();
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("desk-issuer: signals cannot be handled: {error}");
            ExitCode::FAILURE
        }
    }
}
