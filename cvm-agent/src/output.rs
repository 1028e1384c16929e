//! Where a command's payload goes: a file that is whole or not there, or standard output.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::Failure;
use crate::input;

/// Where a payload goes.
#[derive(Debug)]
pub(crate) enum Destination {
    File(PathBuf),
    Stdout,
}

impl Destination {
    /// The file, or standard output for `-` and for none.
    pub(crate) fn new(path: Option<&Path>) -> Self {
        match path {
            Some(path) if path != Path::new("-") => Self::File(path.to_owned()),
            _ => Self::Stdout,
        }
    }

    /// Refuses a terminal, which bytes would only garble. To be asked before the work.
    #[cfg(feature = "tpm")]
    pub(crate) fn check_takes_bytes(&self) -> Result<(), Failure> {
        use std::io::IsTerminal as _;

        if matches!(self, Self::Stdout) && io::stdout().is_terminal() {
            return Err(Failure::usage(
                "the output is binary, and standard output is a terminal",
                "--output FILE, or --format textproto",
            ));
        }
        Ok(())
    }

    /// Writes the payload.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::File(path) => replace(path, bytes).map_err(|error| Failure::FileUnwritable {
                path: path.display().to_string(),
                reason: input::reason(&error.to_string()),
            }),
            Self::Stdout => written(io::stdout().write_all(bytes)),
        }
    }
}

/// What became of writing to standard output, down to its last byte.
pub(crate) fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result.and_then(|()| io::stdout().flush()) {
        // `cvm-agent decode FILE | head`: the reader has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::OutputFailed {
            reason: error.to_string(),
        }),
        Ok(()) => Ok(()),
    }
}

/// Puts a file with `bytes` in the place of `path`, so that nobody ever sees half of it.
///
/// What is no regular file (a pipe, `/dev/null`) is written to: a rename would take its place.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let present = match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => return fs::write(path, bytes),
        Ok(metadata) => Some(metadata.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    // A link stays a link: the file that it names is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = match path.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cvm-agent-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(directory)?;
    if let Some(permissions) = present {
        file.as_file().set_permissions(permissions)?;
    }
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::Destination;

    fn names(directory: &Path) -> Vec<String> {
        fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_is_replaced_and_nothing_else_left() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out");
        for bytes in [&b"first, and longer"[..], b"second"] {
            Destination::new(Some(&path)).write(bytes).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
        assert_eq!(names(directory.path()), ["out"]);
    }

    #[cfg(unix)]
    #[test]
    fn keeps_a_link_and_the_rights_of_what_it_names() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("out"), directory.path().join("link"));
        fs::write(&path, "before").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("out", &link).unwrap();
        Destination::new(Some(&link)).write(b"after").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"after");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_stays_a_device() {
        Destination::new(Some(Path::new("/dev/null")))
            .write(b"bytes")
            .unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn a_place_that_is_not_there_is_a_failure_with_its_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("absent/out");
        let failure = Destination::new(Some(&path)).write(b"bytes").unwrap_err();
        assert!(failure.to_string().contains("absent/out"), "{failure}");
    }
}
