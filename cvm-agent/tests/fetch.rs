//! Fetching an issuer's keys: from an issuer on this machine that answers as each test says.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

const DISCOVERY: &str = "/.well-known/openid-configuration";
const KEYS: &str = include_str!("../archive/google-20251202.jwks.json");
const TOKEN: &str = "../tests/vectors/token/real/oidc_cs_sev_debug_synddb_a.jwt";

/// An issuer that answers each path with a status line and headers, and a body.
struct Issuer {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Issuer {
    fn start(answers: impl FnOnce(&str) -> HashMap<&'static str, (String, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers = answers(&url);
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        // Ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = Vec::new();
                let mut buffer = [0; 1024];
                while !request.ends_with(b"\r\n\r\n") {
                    match stream.read(&mut buffer) {
                        Ok(0) | Err(_) => break,
                        Ok(read) => request.extend_from_slice(&buffer[..read]),
                    }
                }
                let request = String::from_utf8(request).unwrap();
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                let (head, body) = answers
                    .get(path.as_str())
                    .cloned()
                    .unwrap_or_else(|| ("404 Not Found".to_owned(), "nothing here".to_owned()));
                seen.lock().unwrap().push(path);
                // A client that has had enough hangs up: no failure of the issuer's.
                let _ = write!(
                    stream,
                    "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Self { url, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn ok(body: impl Into<String>) -> (String, String) {
    ("200 OK".to_owned(), body.into())
}

fn discovery(issuer: &str, jwks_uri: &str) -> (String, String) {
    ok(json!({ "issuer": issuer, "jwks_uri": jwks_uri }).to_string())
}

fn command(issuer: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cvm-agent"));
    command
        .args([
            "verify",
            "token",
            TOKEN,
            "--audience",
            "a",
            "--at",
            "issued",
            "--json",
        ])
        .args(["--issuer", issuer])
        .env("NO_PROXY", "127.0.0.1")
        // Any CA will do, so that the machine's own need not be there.
        .env(
            "SSL_CERT_FILE",
            "archive/google-confidential-space-root.pem",
        );
    command
}

fn verify(issuer: &str, more: &[&str]) -> Output {
    command(issuer).args(more).output().unwrap()
}

#[track_caller]
fn assert_unreachable(issuer: &Issuer, reason: &str) {
    let output = verify(&issuer.url, &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(
        said.contains(reason) && said.contains("(issuer_unreachable)"),
        "{said}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn fetches_by_discovery_from_the_issuers_own_host() {
    let issuer = Issuer::start(|url| {
        HashMap::from([
            (DISCOVERY, discovery(url, &format!("{url}/keys"))),
            ("/keys", ok(KEYS)),
        ])
    });
    let output = verify(&issuer.url, &[]);
    let appraisal: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(appraisal["keys"]["source"], format!("{}/keys", issuer.url));
    assert_eq!(
        appraisal["keys"]["sha256"],
        "6f72f91fb6d32bb74c8aa0567fa0443f882c7dd44e24d01a878da4d61c6948d8"
    );
    // The token is Google's, and this issuer is not Google.
    assert_eq!(appraisal["code"], "issuer_not_trusted");
    assert_eq!(output.status.code(), Some(5));
    assert_eq!(issuer.requests(), [DISCOVERY, "/keys"]);
}

#[test]
fn given_keys_are_used_and_nothing_is_fetched() {
    let issuer = Issuer::start(|_| HashMap::new());
    for more in [
        &["--jwks", "archive/google-20251202.jwks.json"][..],
        &["--root", "archive/google-confidential-space-root.pem"],
    ] {
        assert_eq!(verify(&issuer.url, more).status.code(), Some(5));
    }
    assert_eq!(verify(&issuer.url, &["--offline"]).status.code(), Some(2));
    assert_eq!(issuer.requests(), [] as [&str; 0]);
}

#[test]
fn a_machine_without_certificates_is_told_apart() {
    let issuer = Issuer::start(|_| HashMap::new());
    let output = command(&issuer.url)
        .env("SSL_CERT_FILE", "/dev/null")
        .env("SSL_CERT_DIR", "/nonexistent")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("install ca-certificates"), "{said}");
    assert_eq!(issuer.requests(), [] as [&str; 0]);
}

#[test]
fn a_discovery_document_of_another_issuer_is_a_failure() {
    let issuer = Issuer::start(|url| {
        let document = discovery("http://127.0.0.1:1", &format!("{url}/keys"));
        HashMap::from([(DISCOVERY, document), ("/keys", ok(KEYS))])
    });
    assert_unreachable(&issuer, "it names another issuer");
    assert_eq!(issuer.requests(), [DISCOVERY]);
}

#[test]
fn keys_on_another_host_are_not_fetched() {
    let other = Issuer::start(|_| HashMap::from([("/keys", ok(KEYS))]));
    let elsewhere = format!("{}/keys", other.url);
    let issuer = Issuer::start(|url| HashMap::from([(DISCOVERY, discovery(url, &elsewhere))]));
    assert_unreachable(&issuer, "its jwks_uri is not on the issuer's own host");
    assert_eq!(other.requests(), [] as [&str; 0]);
}

#[test]
fn redirects_are_not_followed() {
    let issuer = Issuer::start(|url| {
        let moved = (format!("302 Found\r\nLocation: {url}/keys"), String::new());
        HashMap::from([
            (DISCOVERY, discovery(url, &format!("{url}/moved"))),
            ("/moved", moved),
            ("/keys", ok(KEYS)),
        ])
    });
    assert_unreachable(&issuer, "/moved answers 302 Found");
    assert_eq!(issuer.requests(), [DISCOVERY, "/moved"]);
}

#[test]
fn what_is_missing_oversized_or_no_key_set_is_a_failure() {
    let issuer = Issuer::start(|_| HashMap::new());
    assert_unreachable(&issuer, "answers 404 Not Found");

    let issuer = Issuer::start(|_| HashMap::from([(DISCOVERY, ok("x".repeat(65_537)))]));
    assert_unreachable(&issuer, "answers with more than 65536 bytes");

    for (body, reason) in [
        ("x".repeat(262_145), "answers with more than 262144 bytes"),
        (r#"{"keys": []}"#.to_owned(), "it has no key"),
        ("<html>".to_owned(), "it is not valid JSON"),
    ] {
        let issuer = Issuer::start(|url| {
            HashMap::from([
                (DISCOVERY, discovery(url, &format!("{url}/keys"))),
                ("/keys", ok(body)),
            ])
        });
        assert_unreachable(&issuer, reason);
    }
}
