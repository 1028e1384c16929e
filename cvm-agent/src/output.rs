//! Where a command's payload goes: a file that is whole or not there, or standard output.

#[cfg(unix)]
use std::fs::Permissions;
use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::Failure;
use crate::input;

/// How the name of a file begins that is not whole yet.
const PREFIX: &str = ".cvm-agent-";

/// Where a payload goes.
#[derive(Debug)]
pub(crate) enum Destination {
    File(PathBuf),
    Stdout,
}

impl Destination {
    /// The file, or standard output for `-`, for its name in `/dev` and for none.
    pub(crate) fn new(path: Option<&Path>) -> Self {
        match path {
            Some(path) if path != Path::new("-") && path != Path::new("/dev/stdout") => {
                Self::File(path.to_owned())
            }
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
            reason: input::reason(&error.to_string()),
        }),
        Ok(()) => Ok(()),
    }
}

/// Puts a file with `bytes` in the place of `path`, so that nobody ever sees half of it.
///
/// Root may write where others write too. So a link that stands there is not followed but replaced,
/// and another's file leaves nothing to ours: neither what it is open for, nor its permissions.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = match path.parent() {
        Some(directory) if directory != Path::new("") => directory,
        _ => Path::new("."),
    };
    if is_systems(directory) {
        let mut file = OpenOptions::new().write(true).truncate(true).open(path)?;
        return file.write_all(bytes);
    }
    let present = match fs::symlink_metadata(path) {
        Ok(present) if present.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(present) if !present.is_file() && !present.is_symlink() => {
            return write_into(path, &present, bytes);
        }
        Ok(present) => Some(present).filter(Metadata::is_file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut file = temporary(directory, present.as_ref())?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Whether a directory is `/dev` or below `/proc`, whose links lead to open files: `/dev/fd/3`.
/// Nobody can put any of their own there.
fn is_systems(directory: &Path) -> bool {
    fs::canonicalize(directory)
        .is_ok_and(|directory| directory == Path::new("/dev") || directory.starts_with("/proc"))
}

/// Writes to what is no regular file, a pipe say: a rename would take its place.
fn write_into(path: &Path, present: &Metadata, bytes: &[u8]) -> io::Result<()> {
    // Nothing is cut or created: it may be another file by now.
    let mut file = OpenOptions::new().write(true).open(path)?;
    if !is_same(&file.metadata()?, present) {
        return Err(io::Error::other("it was exchanged meanwhile"));
    }
    file.write_all(bytes)
}

/// A file beside the one to be replaced: with that one's permissions, if it is ours.
#[cfg(unix)]
fn temporary(directory: &Path, present: Option<&Metadata>) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    /// Of permissions, what says who may read, write and execute, and not as whom.
    const ACCESS: u32 = 0o777;
    let create = |mode| {
        tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(directory)
    };
    if let Some(present) = present {
        let permissions = Permissions::from_mode(present.mode() & ACCESS);
        // Never wider than in the end: who has opened a file may read it ever after.
        let file = create(permissions.mode())?;
        if file.as_file().metadata()?.uid() == present.uid() {
            file.as_file().set_permissions(permissions)?;
            return Ok(file);
        }
    }
    // As any new file: the umask takes from it.
    create(0o666)
}

#[cfg(not(unix))]
fn temporary(directory: &Path, _: Option<&Metadata>) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(PREFIX)
        .tempfile_in(directory)
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    one.file_type() == other.file_type()
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

    /// Root may be told to write where anybody can put a link.
    #[cfg(unix)]
    #[test]
    fn replaces_a_link_and_leaves_what_it_names() {
        use std::os::unix::fs::symlink;

        let directory = tempfile::tempdir().unwrap();
        let (named, link) = (directory.path().join("named"), directory.path().join("out"));
        fs::write(&named, "before").unwrap();
        for target in ["named", "absent", "out", "/dev/full"] {
            symlink(target, &link).unwrap();
            Destination::new(Some(&link)).write(b"after").unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_file(), "{target}");
            assert_eq!(fs::read(&link).unwrap(), b"after", "{target}");
            fs::remove_file(&link).unwrap();
        }
        assert_eq!(fs::read(&named).unwrap(), b"before");
        assert_eq!(names(directory.path()), ["named"]);
    }

    #[cfg(unix)]
    #[test]
    fn keeps_who_may_read_and_not_as_whom_it_runs() {
        use std::os::unix::fs::PermissionsExt as _;

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out");
        for (before, after) in [
            (0o640, 0o640),
            (0o600, 0o600),
            (0o666, 0o666),
            (0o6777, 0o777),
        ] {
            fs::write(&path, "before").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(before)).unwrap();
            Destination::new(Some(&path)).write(b"after").unwrap();
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o7777, after, "{before:o}");
        }
    }

    /// Only root can make another's file, so as anybody else this has nothing to see.
    #[cfg(unix)]
    #[test]
    fn the_permissions_of_anothers_file_are_not_kept() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};

        let directory = tempfile::tempdir().unwrap();
        let (fresh, path) = (directory.path().join("fresh"), directory.path().join("out"));
        fs::write(&fresh, "").unwrap();
        let fresh = fs::metadata(&fresh).unwrap();
        fs::write(&path, "before").unwrap();
        if chown(&path, Some(fresh.uid() + 1), None).is_err() {
            return;
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
        Destination::new(Some(&path)).write(b"after").unwrap();
        let after = fs::metadata(&path).unwrap();
        assert_eq!((after.uid(), after.mode()), (fresh.uid(), fresh.mode()));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_stays_a_pipe() {
        use std::os::unix::fs::FileTypeExt as _;

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        let reader = {
            let path = path.clone();
            std::thread::spawn(move || fs::read(path).unwrap())
        };
        Destination::new(Some(&path)).write(b"bytes").unwrap();
        assert_eq!(reader.join().unwrap(), b"bytes");
        assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn writes_to_an_open_file_by_its_number() {
        use std::os::fd::AsRawFd as _;

        let file = tempfile::NamedTempFile::new().unwrap();
        for directory in ["/dev/fd", "/proc/self/fd"] {
            let path = format!("{directory}/{}", file.as_raw_fd());
            Destination::new(Some(Path::new(&path)))
                .write(directory.as_bytes())
                .unwrap();
            assert_eq!(fs::read(file.path()).unwrap(), directory.as_bytes());
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_device_stays_a_device() {
        Destination::new(Some(Path::new("/dev/null")))
            .write(b"bytes")
            .unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_failure_to_write_is_told_in_words() {
        // ENOSPC.
        let full = std::io::Error::from_raw_os_error(28);
        let failure = super::written(Err(full)).unwrap_err();
        let said = "the output could not be written: no space left on device";
        assert_eq!(failure.to_string(), said);
    }

    #[test]
    fn a_place_that_is_not_there_is_a_failure_with_its_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("absent/out");
        let failure = Destination::new(Some(&path)).write(b"bytes").unwrap_err();
        assert!(failure.to_string().contains("absent/out"), "{failure}");
    }
}
