//! The HTTP side of the desk issuer, in a thread of its own.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot};

use super::{Fault, Requests, key_after};
use crate::keys::RsaKey;

/// How long [`State::wait_until`] waits at most.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(super) struct State {
    inner: Mutex<Inner>,
    arrived: Condvar,
    lifted: Notify,
}

struct Inner {
    url: String,
    rotations: u64,
    tokens: u64,
    max_age: Duration,
    fault: Option<Fault>,
    requests: Requests,
}

impl Default for Inner {
    fn default() -> Self {
        Self {
            url: String::new(),
            rotations: 0,
            tokens: 0,
            max_age: Duration::from_secs(600),
            fault: None,
            requests: Requests::default(),
        }
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn url(&self) -> String {
        self.lock().url.clone()
    }

    pub(super) fn set_url(&self, url: String) {
        self.lock().url = url;
    }

    pub(super) fn rotate(&self) {
        self.lock().rotations += 1;
    }

    pub(super) fn next_token(&self) -> u64 {
        let mut inner = self.lock();
        inner.tokens += 1;
        inner.tokens
    }

    pub(super) fn set_max_age(&self, max_age: Duration) {
        self.lock().max_age = max_age;
    }

    pub(super) fn set_fault(&self, fault: Option<Fault>) {
        self.lock().fault = fault;
        self.lifted.notify_waiters();
    }

    pub(super) fn requests(&self) -> Requests {
        self.lock().requests
    }

    pub(super) fn signing_key(&self) -> (&'static RsaKey, String) {
        key_after(self.lock().rotations)
    }

    pub(super) fn jwks(&self) -> Value {
        let (key, key_id) = self.signing_key();
        json!({ "keys": [key.jwk(&key_id)] })
    }

    pub(super) fn wait_until(&self, holds: impl Fn(Requests) -> bool) -> bool {
        let waited = self
            .arrived
            .wait_timeout_while(self.lock(), PATIENCE, |inner| !holds(inner.requests))
            .unwrap_or_else(PoisonError::into_inner);
        !waited.1.timed_out()
    }

    /// Counts a request and says which fault applies to it.
    fn arrive(&self, count: impl Fn(&mut Requests)) -> Option<Fault> {
        let mut inner = self.lock();
        count(&mut inner.requests);
        self.arrived.notify_all();
        inner.fault
    }

    /// Waits while the fault is [`Fault::Hold`].
    async fn held(&self) {
        loop {
            let lifted = self.lifted.notified();
            if self.lock().fault != Some(Fault::Hold) {
                return;
            }
            lifted.await;
        }
    }

    fn document(&self, document: &Value) -> Response {
        let cache_control = format!("public, max-age={}", self.lock().max_age.as_secs());
        (
            [
                (header::CONTENT_TYPE, "application/json".to_owned()),
                (header::CACHE_CONTROL, cache_control),
            ],
            document.to_string(),
        )
            .into_response()
    }
}

/// A listening thread; it ends, with its connections, when dropped.
pub(super) struct Server {
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start(address: SocketAddr, state: &Arc<State>) -> io::Result<(Self, SocketAddr)> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (end, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let app = Router::new().fallback(answer).with_state(Arc::clone(state));
        let thread = std::thread::spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
                    return;
                };
                tokio::select! {
                    _ = axum::serve(listener, app) => {}
                    _ = ended => {}
                }
            });
            runtime.shutdown_background();
        });
        Ok((
            Self {
                end: Some(end),
                thread: Some(thread),
            },
            address,
        ))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic in the thread has already been printed.
            let _ = thread.join();
        }
    }
}

async fn answer(Shared(state): Shared<Arc<State>>, uri: Uri) -> Response {
    match uri.path() {
        "/.well-known/openid-configuration" => discovery(&state).await,
        "/keys" => keys(&state).await,
        _ => {
            state.arrive(|requests| requests.other += 1);
            StatusCode::NOT_FOUND.into_response()
        }
    }
}

async fn discovery(state: &State) -> Response {
    let fault = state.arrive(|requests| requests.discovery += 1);
    let url = state.url();
    let issuer = match fault {
        Some(Fault::WrongIssuer) => "https://issuer.invalid",
        _ => &url,
    };
    let document = json!({
        "issuer": issuer,
        "jwks_uri": format!("{url}/keys"),
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
    });
    with_fault(state, fault, &document).await
}

async fn keys(state: &State) -> Response {
    let fault = state.arrive(|requests| requests.keys += 1);
    let document = match fault {
        Some(Fault::EmptyKeys) => json!({ "keys": [] }),
        Some(Fault::UselessKeys) => json!({ "keys": [{ "kty": "oct", "kid": "1", "k": "AA" }] }),
        _ => state.jwks(),
    };
    with_fault(state, fault, &document).await
}

async fn with_fault(state: &State, fault: Option<Fault>, document: &Value) -> Response {
    match fault {
        Some(Fault::Error) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Fault::Html) => (
            [(header::CONTENT_TYPE, "text/html")],
            "<!doctype html><title>Hello</title>",
        )
            .into_response(),
        Some(Fault::Oversized) => {
            let padding = " ".repeat(8 * 1024 * 1024);
            (
                [(header::CONTENT_TYPE, "application/json")],
                format!("{document}{padding}"),
            )
                .into_response()
        }
        Some(Fault::Redirect) => {
            let location = format!("{}/elsewhere", state.url());
            (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
        }
        Some(Fault::CutOff) => {
            let text = document.to_string();
            let half = text.as_bytes()[..text.len() / 2].to_vec();
            let broken = Err(io::Error::from(io::ErrorKind::ConnectionReset));
            let body = Body::from_stream(stream::iter([Ok(half), broken]));
            ([(header::CONTENT_LENGTH, text.len().to_string())], body).into_response()
        }
        Some(Fault::Hold) => {
            state.held().await;
            state.document(document)
        }
        Some(Fault::Slow(delay)) => {
            tokio::time::sleep(delay).await;
            state.document(document)
        }
        Some(Fault::EmptyKeys | Fault::UselessKeys | Fault::WrongIssuer) | None => {
            state.document(document)
        }
    }
}
