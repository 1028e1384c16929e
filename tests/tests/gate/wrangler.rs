//! The bundle under wrangler, as people deploy it: without Rust, and offline.

use std::fs;
use std::io;
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use sealgate_core::Code;
use sealgate_tests::curl::Request;
use sealgate_tests::gate::{OWNER, codelab_policy, digest, free_port, from_xtask};
use sealgate_tests::issuer::DeskIssuer;
use serde_json::json;
use tempfile::TempDir;

use crate::desk::{SECRET, VALUE};

const PATIENCE: Duration = Duration::from_secs(60);

/// A copy of the bundle, so that wrangler's own files do not end up in it.
pub(crate) fn bundle() -> TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    let built = from_xtask("SEALGATE_TARGET")
        .expect("set by xtask")
        .join("worker");
    copy_folder(&built, copy.path()).expect("the bundle can be copied");
    copy
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_folder(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

fn wrangler(folder: &Path) -> Command {
    let program = from_xtask("SEALGATE_WRANGLER").expect("set by xtask");
    let node = from_xtask("SEALGATE_NODE").expect("set by xtask");
    let mut command = Command::new(node);
    command
        .arg(program)
        .current_dir(folder)
        .env("WRANGLER_SEND_METRICS", "false")
        .env("CI", "1")
        .env("NO_COLOR", "1")
        .env("XDG_CONFIG_HOME", folder.join("home"))
        .env("WRANGLER_LOG_PATH", folder.join("home/logs"))
        .stdin(Stdio::null());
    command
}

#[test]
fn deploys_without_rust() {
    let folder = bundle();
    let output = wrangler(folder.path())
        .args(["deploy", "--dry-run"])
        .output()
        .expect("wrangler runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(text.contains(".wasm"), "the module is attached: {text}");
}

/// `wrangler dev`, in a process group of its own with the workerd below it.
struct Dev {
    child: Child,
    origin: String,
}

impl Dev {
    fn start(folder: &Path, issuer: &DeskIssuer) -> Self {
        let port = free_port().expect("a free port");
        let origin = format!("http://127.0.0.1:{port}");
        let owners = json!([{ "name": "desk", "secrets": ["*"], "token_sha256": digest(OWNER) }]);
        let variables = [
            (
                "SEALGATE_ROOT_KEY",
                "c2VhbGdhdGUtdGVzdC1yb290LWtleS0zMi1ieXRlcyE=".to_owned(),
            ),
            (
                "SEALGATE_ISSUERS",
                json!([{ "issuer": issuer.url() }]).to_string(),
            ),
            ("SEALGATE_DEFAULT_SECRET", "super-secret".to_owned()),
            ("SEALGATE_ORIGIN", origin.clone()),
            ("SEALGATE_ADMINS", owners.to_string()),
        ];
        let lines: String = variables
            .map(|(name, value)| format!("{name}='{value}'\n"))
            .concat();
        fs::write(folder.join(".dev.vars"), lines).expect("the variables can be written");
        let log = fs::File::create(folder.join("dev.log")).expect("a log");
        let child = wrangler(folder)
            .args([
                "dev",
                "--local",
                "--ip",
                "127.0.0.1",
                "--port",
                &port.to_string(),
            ])
            .args(["--show-interactive-dev-session=false", "--inspector-port=0"])
            .stdout(log.try_clone().expect("the log twice"))
            .stderr(log)
            .process_group(0)
            .spawn()
            .expect("wrangler runs");
        let mut dev = Self { child, origin };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = dev.child.try_wait().expect("its state").is_some();
            assert!(
                !ended && started.elapsed() < PATIENCE,
                "{}",
                fs::read_to_string(folder.join("dev.log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        dev
    }

    fn request(&self, method: &str, path: &str) -> Request {
        Request::new(method, &format!("{}{path}", self.origin))
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        if let Some(group) = Pid::from_raw(self.child.id().cast_signed()) {
            // Gone already is as good.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

#[test]
fn runs_under_wrangler_dev() {
    let issuer = DeskIssuer::start().expect("a free port");
    let folder = bundle();
    let dev = Dev::start(folder.path(), &issuer);
    let path = format!("/v1/secrets/{SECRET}");
    dev.request("GET", "/healthz").send().expect(200);
    dev.request("PUT", &path)
        .bearer(OWNER)
        .json(&json!({ "value": VALUE, "policy": codelab_policy(&issuer.url()) }))
        .send()
        .expect(201);
    let door = format!("{path}/release");
    let audience = format!("{}{door}", dev.origin);
    let token = issuer.token(&audience).sign();
    let released = dev.request("POST", &door).bearer(&token).send().expect(200);
    assert_eq!(released.json()["value"], VALUE);
    dev.request("POST", &door)
        .bearer(&token)
        .send()
        .refused(Code::TokenAlreadyUsed);
    let forged = issuer.token(&audience).signed_by_stranger().sign();
    dev.request("POST", &door)
        .bearer(&forged)
        .send()
        .refused(Code::SignatureInvalid);
    let other = issuer
        .token(&audience)
        .claim("hwmodel", "GCP_INTEL_TDX")
        .sign();
    dev.request("POST", &door)
        .bearer(&other)
        .send()
        .refused(Code::ConditionNotMet);
    let page = dev
        .request("GET", "/")
        .header("Accept", "text/html")
        .send()
        .expect(200);
    assert!(
        page.header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"))
    );
}
