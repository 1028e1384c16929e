//! Whose word is trusted, and by which keys: from the command line alone, never from the token.

use std::path::Path;

use sealgate_core::limits::JWKS_BYTES;
use sealgate_core::{GOOGLE_ISSUER, Issuer, Jwks, KeySource, Roots, UnverifiedToken};

use crate::cli::VerifyToken;
use crate::error::Failure;
use crate::{archive, fetch, input};

/// Certificates in PEM, in bytes: sixteen of the largest fit.
pub(crate) const ROOTS_BYTES: usize = 256 * 1024;

/// Where keys come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Archive,
    ArchivedRoot,
    Fetched,
    JwksFile,
    RootFile,
}

/// Chooses where keys come from, or says which options contradict each other.
pub(crate) fn source(arguments: &VerifyToken) -> Result<Source, Failure> {
    let issuer = arguments.issuer.as_deref().unwrap_or(GOOGLE_ISSUER);
    let google = issuer == GOOGLE_ISSUER;
    if !google && issuer.trim_end_matches('/') == GOOGLE_ISSUER {
        return Err(Failure::usage(
            "Google's issuer has no slash at its end, and issuers are compared to the letter",
            "--issuer https://confidentialcomputing.googleapis.com",
        ));
    }
    if arguments.jwks.is_some() {
        return Ok(Source::JwksFile);
    }
    if arguments.root.is_some() {
        return Ok(Source::RootFile);
    }
    if arguments.pki {
        return if google {
            Ok(Source::ArchivedRoot)
        } else {
            Err(Failure::usage(
                "--pki is Google's root, and --issuer names another issuer",
                "give the root of that issuer with --root PEM",
            ))
        };
    }
    match (&arguments.issuer, arguments.offline) {
        (None, _) => Ok(Source::Archive),
        (Some(_), false) => Ok(Source::Fetched),
        (Some(_), true) if google => Ok(Source::Archive),
        (Some(_), true) => Err(Failure::usage(
            "--offline forbids fetching the keys of this issuer, and none were given",
            "give them with --jwks FILE or --root PEM, or leave --offline out",
        )),
    }
}

/// The issuer to trust with its keys from `source`.
pub(crate) fn issuer(
    arguments: &VerifyToken,
    source: Source,
    token: &str,
) -> Result<Issuer, Failure> {
    let url = arguments.issuer.as_deref().unwrap_or(GOOGLE_ISSUER);
    let (keys, label) = match (source, &arguments.jwks, &arguments.root) {
        (Source::JwksFile, Some(path), _) => (
            KeySource::Jwks(jwks(path)?),
            format!("file {}", path.display()),
        ),
        (Source::RootFile, _, Some(path)) => (
            KeySource::Roots(roots(path)?),
            format!("roots in file {}", path.display()),
        ),
        (Source::Fetched, ..) => {
            let (uri, jwks) = fetch::keys(url)?;
            (KeySource::Jwks(jwks), uri)
        }
        (Source::ArchivedRoot, ..) => (
            KeySource::Roots(archive::roots()?),
            "built-in archive, Confidential Space Root CA".to_owned(),
        ),
        (Source::Archive | Source::JwksFile | Source::RootFile, ..) => {
            let token = UnverifiedToken::parse(token).ok();
            let (day, jwks) = archive::key_set(token.as_ref().and_then(UnverifiedToken::key_id))?;
            (
                KeySource::Jwks(jwks),
                format!("built-in archive, Google's keys of {day}"),
            )
        }
    };
    Ok(Issuer::new(url, keys).labelled(label))
}

fn jwks(path: &Path) -> Result<Jwks, Failure> {
    let (what, path) = ("the key set", path.display().to_string());
    let bytes = input::read(what, &path, JWKS_BYTES)?;
    Jwks::parse(&bytes).map_err(|error| Failure::FileUnusable { path, error })
}

fn roots(path: &Path) -> Result<Roots, Failure> {
    let (what, path) = ("the root", path.display().to_string());
    let bytes = input::read(what, &path, ROOTS_BYTES)?;
    Roots::parse_pem(&String::from_utf8_lossy(&bytes))
        .map_err(|error| Failure::FileUnusable { path, error })
}
