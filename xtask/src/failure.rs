//! Why a command ended: one sentence, and the end of a log where a tool was at fault.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

const LOG_LINES_SHOWN: usize = 60;

#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
    log: Option<PathBuf>,
}

impl Failure {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            log: None,
        }
    }

    pub(crate) fn with_log(sentence: impl Into<String>, log: &Path) -> Self {
        Self {
            sentence: sentence.into(),
            log: Some(log.to_path_buf()),
        }
    }

    /// A file that could not be read or written. A full disk is said in so many words.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::StorageFull {
            return Self::new(format!(
                "the disk is full: {} could not be written; free some space and run it again.",
                path.display()
            ));
        }
        Self::new(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(log) = &self.log else {
            return write!(formatter, "error: {}", self.sentence);
        };
        let bytes = std::fs::read(log).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().collect();
        let shown = lines
            .iter()
            .skip(lines.len().saturating_sub(LOG_LINES_SHOWN));
        writeln!(formatter, "\nThe end of {}:", log.display())?;
        for line in shown {
            writeln!(formatter, "  {line}")?;
        }
        write!(formatter, "\nerror: {}", self.sentence)
    }
}
