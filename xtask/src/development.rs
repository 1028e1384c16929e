//! Values for the variables of the Worker that `serve` was not given.
//!
//! They are made anew and printed each time. With `--data DIR` they are kept in `DIR/dev.env`,
//! readable by its owner only: the data could not be read again without its root key.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::failure::Failure;

const FILE: &str = "dev.env";
const OWNER_ONLY: u32 = 0o600;

const ADMINS: &str = "SEALGATE_ADMINS";
const ALLOW_HTTP: &str = "SEALGATE_ALLOW_HTTP";
const ORIGIN: &str = "SEALGATE_ORIGIN";
const OWNER_TOKEN: &str = "SEALGATE_OWNER_TOKEN";
const ROOT_KEY: &str = "SEALGATE_ROOT_KEY";

/// What the environment does not set, printed.
pub(crate) fn values(port: u16, data: Option<&Path>) -> Result<BTreeMap<String, String>, Failure> {
    let file = data.map(|folder| folder.join(FILE));
    let mut kept = file.as_deref().map_or_else(|| Ok(BTreeMap::new()), read)?;
    let before = kept.clone();
    if !is_set(ROOT_KEY) && !kept.contains_key(ROOT_KEY) {
        kept.insert(ROOT_KEY.to_owned(), STANDARD.encode(random()?));
    }
    if !is_set(ADMINS) && !kept.contains_key(ADMINS) {
        kept.extend(owner()?);
    }
    if let Some(file) = file.filter(|_| kept != before) {
        write(&file, &kept)?;
    }

    let mut values = kept;
    if !is_set(ORIGIN) {
        values.insert(ORIGIN.to_owned(), format!("http://127.0.0.1:{port}"));
        values.insert(ALLOW_HTTP.to_owned(), "1".to_owned());
    }
    if is_set(ADMINS) {
        values.remove(OWNER_TOKEN);
    }
    values.retain(|name, _| !is_set(name));
    print(&values);
    values.remove(OWNER_TOKEN);
    Ok(values)
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some()
}

/// One owner of everything, and the token that the Worker only knows the digest of.
fn owner() -> Result<[(String, String); 2], Failure> {
    let token = format!("sgo_{}", URL_SAFE_NO_PAD.encode(random()?));
    let digest = hex::encode(Sha256::digest(&token));
    let admins = serde_json::json!([
        {"name": "development", "secrets": ["*"], "token_sha256": digest}
    ]);
    Ok([
        (ADMINS.to_owned(), admins.to_string()),
        (OWNER_TOKEN.to_owned(), token),
    ])
}

fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::new(format!("the system gave no random bytes: {error}")))?;
    Ok(bytes)
}

fn print(values: &BTreeMap<String, String>) {
    if values.is_empty() {
        return;
    }
    eprintln!("Development values, for what the environment does not set:");
    for (name, value) in values {
        eprintln!("  {name}={value}");
    }
}

fn read(file: &Path) -> Result<BTreeMap<String, String>, Failure> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(Failure::file(file, &error)),
    }
}

/// Written beside and moved into place: a disk that fills up meanwhile costs no key.
fn write(file: &Path, values: &BTreeMap<String, String>) -> Result<(), Failure> {
    let text: String = values
        .iter()
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    let new = file.with_extension("new");
    let _ = fs::remove_file(&new);
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(OWNER_ONLY)
        .open(&new)
        .and_then(|mut created| {
            created.write_all(text.as_bytes())?;
            created.sync_all()
        })
        .and_then(|()| fs::rename(&new, file))
        .map_err(|error| Failure::file(file, &error))
}
