//! Google Cloud's metadata server: what it says of the instance that asks.
//!
//! Nobody has signed it, so nothing is decided by it.

use std::env;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use sealgate_core::limits::INSTANCE_NAME_BYTES;
use sealgate_core::wire::attest::GceInstanceInfo;

use crate::fetch::root_cause;
use crate::input::bounded;
use crate::printable::escape;

/// Names another server: `HOST[:PORT]`.
const HOST_VARIABLE: &str = "GCE_METADATA_HOST";
/// The server's address on every instance. It needs no resolver, and no network either.
const HOST: &str = "169.254.169.254";
/// Sent both ways: a page that a browser or a proxy would give has it not.
const FLAVOR: (&str, &str) = ("metadata-flavor", "Google");
/// A whole request. The server is on the same host.
const TIME_OUT: Duration = Duration::from_secs(3);
const CONNECT_TIME_OUT: Duration = Duration::from_secs(1);
/// Bytes of an answer that are read: names, one with a path before it, and numbers.
const ANSWER_BYTES: usize = 1024;

/// The instance that this machine is.
///
/// # Errors
///
/// Why it cannot be told, in words.
pub(crate) fn instance() -> Result<GceInstanceInfo, String> {
    let host = match env::var(HOST_VARIABLE) {
        Ok(host) if !host.is_empty() => host,
        _ => HOST.to_owned(),
    };
    let client = client().map_err(|error| root_cause(&error, TIME_OUT))?;
    read(|path| get(&client, &host, path))
}

fn read(get: impl Fn(&str) -> Result<String, String>) -> Result<GceInstanceInfo, String> {
    let number = |path| {
        let text = get(path)?;
        text.parse()
            .map_err(|_| format!("{path} is `{}`, no number", escape(&text)))
    };
    // `projects/NUMBER/zones/ZONE`
    let zone = get("instance/zone")?;
    let zone = zone.rsplit('/').next().unwrap_or_default();
    Ok(GceInstanceInfo {
        zone: name("instance/zone", zone)?,
        project_id: name("project/project-id", &get("project/project-id")?)?,
        project_number: number("project/numeric-project-id")?,
        instance_name: name("instance/name", &get("instance/name")?)?,
        instance_id: number("instance/id")?,
    })
}

/// A name, if a verifier takes it: one that it does not take costs the whole attestation.
fn name(path: &str, name: &str) -> Result<String, String> {
    match name.len() {
        0 => Err(format!("{path} is empty")),
        1..=INSTANCE_NAME_BYTES => Ok(name.to_owned()),
        _ => Err(format!(
            "{path} has more than {INSTANCE_NAME_BYTES} bytes, more than any real one"
        )),
    }
}

fn client() -> reqwest::Result<Client> {
    // Fails only when a provider is there already, which is then the one to use.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("cvm-agent/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        // What is beside the machine is not behind a proxy.
        .no_proxy()
        // Plain HTTP: a machine without any roots can ask too.
        .tls_certs_only([])
        .connect_timeout(CONNECT_TIME_OUT)
        .build()
}

fn get(client: &Client, host: &str, path: &str) -> Result<String, String> {
    let location = format!("http://{host}/computeMetadata/v1/{path}");
    let told = escape(&location);
    let (name, value) = FLAVOR;
    let response = client
        .get(&location)
        .header(name, value)
        .timeout(TIME_OUT)
        .send()
        .map_err(|error| format!("{told}: {}", escape(&root_cause(&error, TIME_OUT))))?;
    if response.status() != StatusCode::OK {
        return Err(format!("{told} answers {}", response.status()));
    }
    if response
        .headers()
        .get(name)
        .is_none_or(|flavor| flavor != value)
    {
        return Err(format!("{told}: not a metadata server's answer"));
    }
    let bytes =
        bounded(response, ANSWER_BYTES).map_err(|_| format!("{told}: the answer broke off"))?;
    if bytes.len() > ANSWER_BYTES {
        return Err(format!(
            "{told} answers with more than {ANSWER_BYTES} bytes"
        ));
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("{told}: the answer is no text"))?;
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::read;

    fn answer(path: &str) -> Result<String, String> {
        Ok(match path {
            "instance/zone" => "projects/620438545889/zones/us-west1-b",
            "project/project-id" => "project",
            "project/numeric-project-id" => "620438545889",
            "instance/name" => "vm",
            // Above what is signed in 64 bits.
            "instance/id" => "17293822569102704640",
            path => return Err(path.to_owned()),
        }
        .to_owned())
    }

    #[test]
    fn the_instance_is_what_the_server_tells() {
        let instance = read(answer).unwrap();
        assert_eq!(instance.zone, "us-west1-b");
        assert_eq!(instance.project_id, "project");
        assert_eq!(instance.project_number, 620_438_545_889);
        assert_eq!(instance.instance_name, "vm");
        assert_eq!(instance.instance_id, 17_293_822_569_102_704_640);
    }

    #[test]
    fn half_an_instance_is_none() {
        for path in [
            "instance/zone",
            "project/project-id",
            "project/numeric-project-id",
            "instance/name",
            "instance/id",
        ] {
            let refused = read(|asked| {
                if asked == path {
                    Err("gone".to_owned())
                } else {
                    answer(asked)
                }
            });
            assert_eq!(refused.unwrap_err(), "gone", "{path}");
        }
        for path in ["project/numeric-project-id", "instance/id"] {
            for number in ["", "-1", "18446744073709551616", "1\u{1b}"] {
                let refused = read(|asked| {
                    if asked == path {
                        Ok(number.to_owned())
                    } else {
                        answer(asked)
                    }
                });
                let reason = refused.unwrap_err();
                assert!(
                    reason.starts_with(path) && !reason.contains('\u{1b}'),
                    "{reason}"
                );
            }
        }
    }

    #[test]
    fn a_name_that_no_verifier_takes_is_none() {
        for path in ["instance/zone", "project/project-id", "instance/name"] {
            let named = |name: &str| {
                read(|asked| {
                    if asked == path {
                        Ok(name.to_owned())
                    } else {
                        answer(asked)
                    }
                })
            };
            assert!(named(&"x".repeat(256)).is_ok(), "{path}");
            let refused = named(&"x".repeat(257)).unwrap_err();
            assert!(refused.starts_with(path), "{refused}");
            assert_eq!(named("").unwrap_err(), format!("{path} is empty"));
        }
    }
}
