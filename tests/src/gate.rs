//! The built gate under workerd: its own port, data folder and log.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{env, fs};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::curl::Request;

/// The owner's token of every gate of the tests. It opens nothing else.
pub const OWNER: &str = "sgo_dGVzdC1vd25lci10b2tlbi1mb3ItdGhlLWRlc2stMDE";
/// How long a gate may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// A path that `cargo xtask` hands over in the environment.
pub fn from_xtask(variable: &str) -> io::Result<PathBuf> {
    env::var_os(variable).map(PathBuf::from).ok_or_else(|| {
        io::Error::other(format!("{variable} is not set: run this by `cargo xtask`"))
    })
}

/// The settings of a gate: variables of its environment.
#[derive(Clone, Debug)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// A gate with one owner of everything that trusts these issuers.
    pub fn new(issuers: &[&str]) -> Self {
        let issuers: Vec<_> = issuers
            .iter()
            .map(|issuer| json!({ "issuer": issuer }))
            .collect();
        Self(BTreeMap::new())
            .set(
                "SEALGATE_ROOT_KEY",
                "c2VhbGdhdGUtdGVzdC1yb290LWtleS0zMi1ieXRlcyE=",
            )
            .set("SEALGATE_ISSUERS", &json!(issuers).to_string())
            .set("SEALGATE_DEFAULT_SECRET", "super-secret")
            .owners(&json!([{ "name": "desk", "secrets": ["*"], "token_sha256": digest(OWNER) }]))
    }

    /// Sets a variable.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Leaves a variable unset.
    #[must_use]
    pub fn unset(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    /// Replaces the owners.
    #[must_use]
    pub fn owners(self, owners: &Value) -> Self {
        self.set("SEALGATE_ADMINS", &owners.to_string())
    }
}

/// Hexadecimal SHA-256 of an owner's token.
pub fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// A running gate. It is killed when dropped, and its data goes.
pub struct Gate {
    folder: PathBuf,
    settings: Settings,
    port: u16,
    data: TempDir,
    running: Option<Running>,
    log: Arc<Mutex<Vec<u8>>>,
}

struct Running {
    child: Child,
    readers: Vec<JoinHandle<()>>,
}

impl Gate {
    /// Starts a gate on a free port.
    ///
    /// `SEALGATE_ORIGIN` is its address unless the settings say otherwise.
    pub fn start(settings: Settings) -> io::Result<Self> {
        Self::start_in(from_xtask("SEALGATE_TARGET")?.join("worker"), settings)
    }

    /// Starts the gate that is built in `folder`.
    pub fn start_in(folder: PathBuf, settings: Settings) -> io::Result<Self> {
        let data = tempfile::tempdir()?;
        let port = free_port()?;
        let mut gate = Self {
            folder,
            settings,
            port,
            data,
            running: None,
            log: Arc::default(),
        };
        gate.run()?;
        Ok(gate)
    }

    /// The gate's origin.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The audience of a `bearer` secret's door.
    pub fn audience(&self, secret: &str) -> String {
        format!("{}/v1/secrets/{secret}/release", self.origin())
    }

    /// A request to a path.
    pub fn request(&self, method: &str, path: &str) -> Request {
        Request::new(method, &format!("{}{path}", self.origin()))
    }

    /// A request of the owner.
    pub fn owner(&self, method: &str, path: &str) -> Request {
        self.request(method, path).bearer(OWNER)
    }

    /// A request for a `bearer` secret.
    pub fn release(&self, secret: &str, token: &str) -> Request {
        self.request("POST", &format!("/v1/secrets/{secret}/release"))
            .bearer(token)
    }

    /// Stores a new secret.
    pub fn store(&self, secret: &str, value: &str, policy: &Value) {
        self.owner("PUT", &format!("/v1/secrets/{secret}"))
            .json(&json!({ "value": value, "policy": policy }))
            .send()
            .expect(201);
    }

    /// The folder of the gate's data.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Everything that the gate has written so far.
    pub fn log(&self) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&log).into_owned()
    }

    /// What the gate has written, once `wanted` is among it. It writes after it has answered.
    pub fn log_with(&self, wanted: &str) -> String {
        let started = Instant::now();
        loop {
            let log = self.log();
            if log.contains(wanted) || started.elapsed() > PATIENCE {
                return log;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends the process with SIGKILL.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Starts it again, on the same port and data, with other settings.
    pub fn restart_with(&mut self, settings: Settings) -> io::Result<()> {
        self.settings = settings;
        self.restart()
    }

    /// Starts it again, on the same port and data.
    pub fn restart(&mut self) -> io::Result<()> {
        self.kill();
        self.run()
    }

    fn run(&mut self) -> io::Result<()> {
        let workerd = from_xtask("SEALGATE_WORKERD")?;
        let disk = self.data.path().join("objects");
        fs::create_dir_all(&disk)?;
        let mut child = Command::new(workerd)
            .current_dir(&self.folder)
            .env_clear()
            .env("SEALGATE_ORIGIN", self.origin())
            .envs(&self.settings.0)
            .args(["serve", "config.dev.capnp"])
            .arg(format!("--socket-addr=http=127.0.0.1:{}", self.port))
            .arg(format!("--directory-path=disk={}", disk.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let readers = vec![
            collect(child.stdout.take(), &self.log),
            collect(child.stderr.take(), &self.log),
        ];
        self.running = Some(Running { child, readers });
        self.wait_until_listening()
    }

    fn wait_until_listening(&mut self) -> io::Result<()> {
        let started = Instant::now();
        let address = (Ipv4Addr::LOCALHOST, self.port);
        while TcpStream::connect(address).is_err() {
            let ended = match &mut self.running {
                Some(running) => running.child.try_wait()?.is_some(),
                None => true,
            };
            if ended || started.elapsed() > PATIENCE {
                self.kill();
                return Err(io::Error::other(format!(
                    "workerd does not listen: {}",
                    self.log()
                )));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is as good as killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }
}

fn collect(
    source: Option<impl Read + Send + 'static>,
    log: &Arc<Mutex<Vec<u8>>>,
) -> JoinHandle<()> {
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        let Some(mut source) = source else { return };
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = source.read(&mut buffer) {
            log.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend_from_slice(&buffer[..count]);
        }
    })
}

/// A port of the loopback address that nobody listens on.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// The codelab's policy: a Confidential VM on AMD SEV, of this issuer.
pub fn codelab_policy(issuer: &str) -> Value {
    json!({
        "issuers": [issuer],
        "binding": "bearer",
        "acknowledge": ["project_not_pinned"],
        "condition": "has(assertion.sub) && has(assertion.iat) && assertion.hwmodel == \"GCP_AMD_SEV\" && assertion.swname == \"GCE\"",
    })
}

/// The folder of the built npm package.
pub fn npm_package() -> io::Result<PathBuf> {
    existing(&from_xtask("SEALGATE_TARGET")?.join("npm"))
}

fn existing(path: &Path) -> io::Result<PathBuf> {
    if path.exists() {
        return Ok(path.to_owned());
    }
    Err(io::Error::other(format!(
        "{} is missing: run `cargo xtask build`",
        path.display()
    )))
}
