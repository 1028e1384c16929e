//! Requests made by the `curl` command: what a person with a terminal would send.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};

use sealgate_core::Code;
use serde_json::Value;

/// A request before it is sent.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

/// A request on its way.
pub struct Pending(Child);

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status code.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// Body, byte for byte.
    pub body: Vec<u8>,
}

impl Request {
    /// A request of any method.
    pub fn new(method: &str, url: &str) -> Self {
        Self {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// `Authorization: Bearer TOKEN`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// A body in JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json")
            .body(body.to_string().into_bytes())
    }

    /// A body as it is.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    /// Sends it and waits for the answer.
    pub fn send(self) -> Response {
        let url = self.url.clone();
        self.start()
            .and_then(Pending::wait)
            .unwrap_or_else(|error| panic!("{url} did not answer: {error}"))
    }

    /// Sends it without waiting.
    pub fn start(self) -> io::Result<Pending> {
        let mut command = Command::new("curl");
        command
            .args(["--silent", "--show-error", "--include", "--max-time", "60"])
            // What the test says is what is sent: no file of the person, no proxy, no waiting for
            // `100 Continue`, no change of the path.
            .args([
                "--disable",
                "--noproxy",
                "*",
                "--header",
                "Expect:",
                "--path-as-is",
            ]);
        if self.method == "HEAD" {
            command.arg("--head");
        } else {
            command.args(["--request", &self.method]);
        }
        for (name, value) in &self.headers {
            // `Name;` is curl's way to send an empty header.
            let line = if value.is_empty() {
                format!("{name};")
            } else {
                format!("{name}: {value}")
            };
            command.args(["--header", &line]);
        }
        if self.body.is_some() {
            command.args(["--data-binary", "@-"]);
        }
        command.arg(&self.url);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let mut stdin = child.stdin.take().expect("it is piped");
        if let Some(body) = self.body
            && let Err(error) = stdin.write_all(&body)
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            return Err(error);
        }
        Ok(Pending(child))
    }
}

impl Pending {
    /// Waits for the answer.
    pub fn wait(self) -> io::Result<Response> {
        let output = self.0.wait_with_output()?;
        if !output.status.success() {
            return Err(io::Error::other(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            ));
        }
        Response::parse(&output.stdout)
            .ok_or_else(|| io::Error::other("the answer is not one of HTTP"))
    }

    /// Goes away without waiting for the answer.
    pub fn cancel(mut self) -> io::Result<()> {
        self.0.kill()?;
        let mut rest = Vec::new();
        if let Some(mut stdout) = self.0.stdout.take() {
            stdout.read_to_end(&mut rest)?;
        }
        self.0.wait().map(|_| ())
    }
}

impl Response {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Self {
            status,
            headers,
            body: bytes[end + 4..].to_vec(),
        })
    }

    /// The one header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(other, _)| other == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "two headers {name}");
        value
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} is not JSON: {error}: {}", self.status, self.text()))
    }

    /// Asserts the status, and shows the body when it is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Asserts a problem document with `code` and everything that goes with it (RFC 9457).
    #[track_caller]
    pub fn refused(self, code: Code) -> Self {
        let text = self.text();
        assert_eq!(self.status, code.http_status(), "expected {code}: {text}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{text}"
        );
        let problem = self.json();
        assert_eq!(problem["code"], code.as_str(), "{text}");
        assert_eq!(problem["status"], self.status, "{text}");
        assert!(
            problem["title"]
                .as_str()
                .is_some_and(|title| !title.is_empty()),
            "{text}"
        );
        assert!(
            problem["type"]
                .as_str()
                .is_some_and(|url| url.contains(code.as_str())),
            "{text}"
        );
        self.is_private();
        if self.status == 401 {
            let challenge = self.header("www-authenticate").unwrap_or_default();
            assert!(challenge.starts_with("Bearer"), "{challenge:?}");
        }
        self
    }

    /// Asserts that no cache keeps the answer and no other site reads it.
    #[track_caller]
    pub fn is_private(&self) {
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.header("vary"), Some("Authorization, Accept"));
        assert!(
            self.headers
                .iter()
                .all(|(name, _)| !name.starts_with("access-control-"))
        );
    }
}
