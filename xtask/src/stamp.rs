//! What a step was last made from, so that a step with nothing to do is not run again.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::layout::Layout;

/// The digest of a step's inputs: files by content (time stamps change with every checkout),
/// folders with everything below them, and words such as tool versions.
pub(crate) struct Stamp {
    file: PathBuf,
    digest: Sha256,
}

impl Stamp {
    pub(crate) fn new(layout: &Layout, step: &str) -> Self {
        Self {
            file: layout.tools().join("stamps").join(step),
            digest: Sha256::new(),
        }
    }

    pub(crate) fn word(mut self, word: &str) -> Self {
        self.add(word.as_bytes());
        self
    }

    /// A path that does not exist counts as such: a file that appears changes the stamp.
    pub(crate) fn path(mut self, path: &Path) -> Result<Self, Failure> {
        self.add_path(path)?;
        Ok(self)
    }

    /// Whether the step was finished with the same inputs and its output is still there.
    pub(crate) fn is_current(&self, outputs: &[&Path]) -> bool {
        outputs.iter().all(|output| output.exists())
            && fs::read_to_string(&self.file).is_ok_and(|text| text == self.value())
    }

    /// Removed before the step's output is touched: a step cut short is run again.
    pub(crate) fn forget(&self) {
        let _ = fs::remove_file(&self.file);
    }

    pub(crate) fn keep(&self) -> Result<(), Failure> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.file, self.value()))
            .map_err(|error| Failure::file(&self.file, &error))
    }

    fn value(&self) -> String {
        hex::encode(self.digest.clone().finalize())
    }

    fn add(&mut self, bytes: &[u8]) {
        self.digest.update(bytes.len().to_string());
        self.digest.update([0]);
        self.digest.update(bytes);
    }

    fn add_path(&mut self, path: &Path) -> Result<(), Failure> {
        self.add(path.as_os_str().as_encoded_bytes());
        if path.is_dir() {
            let mut entries: Vec<PathBuf> = fs::read_dir(path)
                .and_then(|entries| entries.map(|entry| entry.map(|e| e.path())).collect())
                .map_err(|error| Failure::file(path, &error))?;
            entries.sort();
            for entry in entries {
                self.add_path(&entry)?;
            }
        } else if path.exists() {
            let bytes = fs::read(path).map_err(|error| Failure::file(path, &error))?;
            self.add(&bytes);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_current_until_an_input_changes_or_the_output_goes() {
        let root = tempfile::tempdir().expect("a folder");
        let layout = Layout {
            root: root.path().to_path_buf(),
        };
        let input = root.path().join("input/file");
        fs::create_dir_all(root.path().join("input")).expect("a folder");
        fs::write(&input, "one").expect("a file");
        let output = root.path().join("output");
        let stamp = || {
            Stamp::new(&layout, "step")
                .word("tool 1")
                .path(&root.path().join("input"))
                .expect("a stamp")
        };

        stamp().keep().expect("a stamp");
        assert!(!stamp().is_current(&[&output]), "no output yet");
        fs::write(&output, "").expect("a file");
        assert!(stamp().is_current(&[&output]));
        assert!(!stamp().word("tool 2").is_current(&[&output]));

        fs::write(&input, "two").expect("a file");
        assert!(!stamp().is_current(&[&output]));
        stamp().keep().expect("a stamp");
        assert!(stamp().is_current(&[&output]));
        fs::write(root.path().join("input/another"), "").expect("a file");
        assert!(!stamp().is_current(&[&output]));
    }
}
