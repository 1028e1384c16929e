//! Files and standard input, bounded while they are read.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use sealgate_core::limits::{POLICY_BYTES, TOKEN_BYTES};
use sealgate_core::{Error, Policy};

use crate::error::Failure;
use crate::warn;

/// Bytes of a token's text that are read: white space and a `Bearer ` may stand around it.
const TEXT_BYTES: usize = TOKEN_BYTES + 1024;

/// What was given as a token.
pub(crate) struct Text {
    /// Always more than a token can have when it is cut, so that it is refused for that.
    pub(crate) text: String,
    is_cut: bool,
}

impl Text {
    /// The failure of a token that the core refuses with `error`.
    pub(crate) fn refused(&self, error: Error, remedy: Option<&'static str>) -> Failure {
        match error {
            Error::TokenTooLarge { .. } if self.is_cut => {
                Failure::TextTooLarge { limit: TEXT_BYTES }
            }
            Error::TokenMalformed { .. } if is_quoted(&self.text) => Failure::Refused {
                error,
                remedy: Some("take off the quotes around the token; they are no part of it"),
            },
            error => Failure::Refused { error, remedy },
        }
    }
}

/// Reads a token from a file, from standard input (`-`), or from the argument itself.
///
/// White space around it and a leading `Bearer ` (RFC 6750 §2.1) are what copying a token brings
/// along; they are taken off here and nowhere else.
pub(crate) fn token(argument: &str) -> Result<Text, Failure> {
    if argument != "-" && is_token(argument) && !Path::new(argument).exists() {
        warn(
            "the token is in the command line, where `ps` shows it to everyone on this machine; \
             a file or `-` keeps it to yourself",
        );
        return Ok(Text {
            text: bare(argument).to_owned(),
            is_cut: false,
        });
    }
    let bytes = start("the token", argument, TEXT_BYTES)?;
    let text = String::from_utf8_lossy(&bytes);
    let is_cut = bytes.len() > TEXT_BYTES;
    let text = if is_cut {
        text.into_owned()
    } else {
        // What was no UTF-8 is refused with the part in which it stands, and grows nothing.
        bare(&text.replace(char::REPLACEMENT_CHARACTER, "?")).to_owned()
    };
    Ok(Text { text, is_cut })
}

/// Reads `path`, or standard input for `-`. More than `limit` bytes are not read.
pub(crate) fn read(what: &'static str, path: &str, limit: usize) -> Result<Vec<u8>, Failure> {
    let bytes = start(what, path, limit)?;
    if bytes.len() > limit {
        return Err(Failure::FileTooLarge {
            what,
            path: path.to_owned(),
            limit,
        });
    }
    Ok(bytes)
}

/// Reads a policy document.
pub(crate) fn policy(path: &Path) -> Result<Policy, Failure> {
    let path = path.display().to_string();
    let bytes = read("the policy", &path, POLICY_BYTES)?;
    Policy::parse(&bytes).map_err(|error| Failure::FileUnusable { path, error })
}

/// Reads `path`, or standard input for `-`, and stops one byte after `limit`.
pub(crate) fn start(what: &'static str, path: &str, limit: usize) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: io::Error| Failure::FileUnreadable {
        what,
        path: path.to_owned(),
        reason: reason(&error.to_string()),
    };
    if path == "-" {
        let stdin = io::stdin();
        if stdin.is_terminal() {
            warn("reading from the terminal; end with Ctrl-D");
        }
        bounded(stdin.lock(), limit)
    } else {
        File::open(path).and_then(|file| bounded(file, limit))
    }
    .map_err(unreadable)
}

/// The bytes of `source`, at most one more than `limit`.
pub(crate) fn bounded(source: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What the operating system says, without the number it adds.
pub(crate) fn reason(text: &str) -> String {
    match text.split_once(" (os error") {
        Some((text, _)) => text.to_lowercase(),
        None => text.to_owned(),
    }
}

/// Whether an argument is a token rather than a file's name: base64url of `{"` begins so, and no
/// file's name is as long as a token that was cut at its front.
fn is_token(argument: &str) -> bool {
    let text = bare(argument);
    text.starts_with("eyJ")
        || text.len() != argument.trim().len()
        || (text.len() > 255 && !text.contains('/'))
}

fn is_quoted(text: &str) -> bool {
    text.len() > 1 && text.starts_with('"') && text.ends_with('"')
}

fn bare(text: &str) -> &str {
    let text = text.trim();
    match text.split_at_checked(6) {
        Some((scheme, rest))
            if scheme.eq_ignore_ascii_case("Bearer") && rest.starts_with(char::is_whitespace) =>
        {
            rest.trim_start()
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{bare, bounded, is_token};

    #[test]
    fn takes_off_what_copying_brings_along() {
        for text in [
            "a.b.c",
            " a.b.c\r\n",
            "Bearer a.b.c",
            "bearer\ta.b.c\n",
            "\nBEARER   a.b.c ",
        ] {
            assert_eq!(bare(text), "a.b.c", "{text:?}");
        }
        for text in ["Bearera.b.c", "\"a.b.c\"", "a.b.c Bearer"] {
            assert_eq!(bare(text), text);
        }
    }

    #[test]
    fn tells_a_token_from_a_file_name() {
        assert!(is_token("eyJhbGciOiJub25lIn0.e30."));
        assert!(is_token("Bearer x.y.z"));
        assert!(is_token(&"x".repeat(256)));
        for name in ["token.jwt", "my.saved.token", "Bearer.jwt", "eyes.jwt", "-"] {
            assert!(!is_token(name), "{name}");
        }
    }

    #[test]
    fn reads_no_more_than_one_byte_too_many() {
        assert_eq!(bounded(std::io::repeat(0), 10).unwrap().len(), 11);
        assert_eq!(bounded(&b"abc"[..], 10).unwrap(), b"abc");
    }
}
