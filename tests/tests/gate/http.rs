//! HTTP: pages, problems, methods, health.

use sealgate_core::Code;

use crate::desk::{Desk, SECRET, VALUE};

#[test]
fn a_browser_gets_the_page() {
    let desk = Desk::empty();
    let page = desk
        .gate
        .request("GET", "/")
        .header("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
        .send()
        .expect(200);
    assert!(
        page.header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"))
    );
    assert!(
        page.text().to_lowercase().contains("<html"),
        "{}",
        page.text()
    );
    let framing = page.header("content-security-policy").unwrap_or_default();
    assert!(framing.contains("frame-ancestors 'none'"), "{framing}");
    let text = page.text();
    assert!(text.contains("Content-Security-Policy") && !text.contains("unsafe-inline"));
    // With a token even a browser gets the secret, and nothing else a page.
    desk.gate
        .request("GET", "/")
        .header("Accept", "*/*")
        .send()
        .refused(Code::TokenMissing);
}

#[test]
fn unknown_paths_and_methods_are_problems() {
    let desk = Desk::with_secret();
    for path in [
        "/v1",
        "/v1/",
        "/v1/secret",
        "/v1/secrets/db-password/other",
        "/v2/secrets",
        "/.env",
    ] {
        desk.gate
            .owner("GET", path)
            .send()
            .refused(Code::RouteNotFound);
    }
    for (method, path) in [
        ("POST", "/v1/secrets"),
        ("PATCH", "/v1/secrets/db-password"),
        ("GET", "/v1/secrets/db-password/release"),
        ("POST", "/v1/secrets/db-password/policy"),
        ("POST", "/healthz"),
    ] {
        let refused = desk
            .gate
            .owner(method, path)
            .send()
            .refused(Code::MethodNotAllowed);
        assert!(
            refused
                .header("allow")
                .is_some_and(|allow| !allow.is_empty()),
            "{method} {path}"
        );
    }
}

#[test]
fn health_and_description_need_no_token() {
    let desk = Desk::empty();
    let health = desk.gate.request("GET", "/healthz").send().expect(200);
    assert!(health.json().is_object(), "{}", health.text());
    let description = desk
        .gate
        .request("GET", "/openapi.json")
        .send()
        .expect(200)
        .json();
    assert!(
        description["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3."))
    );
    for path in [
        "/",
        "/v1/secrets",
        "/v1/secrets/{name}",
        "/v1/secrets/{name}/release",
        "/v1/secrets/{name}/policy",
        "/healthz",
    ] {
        assert!(
            description["paths"][path].is_object(),
            "{path} is not described"
        );
    }
}

#[test]
fn a_bad_request_never_ends_the_gate() {
    let desk = Desk::with_secret();
    for token in ["....", "\u{1}", "é", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        let response = desk.gate.release(SECRET, token).send();
        assert_eq!(response.status, 401, "{token:?}");
        assert!(!response.body.is_empty(), "{token:?}");
    }
    let response = desk
        .gate
        .release(SECRET, &desk.token(SECRET))
        .body(vec![b'x'; 1_000_000])
        .send();
    assert!(
        [200, 400, 413].contains(&response.status),
        "{}",
        response.status
    );
    let released = desk.release().expect(200);
    assert_eq!(released.json()["value"], VALUE);
}
