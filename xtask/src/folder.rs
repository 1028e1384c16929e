//! Folders that are replaced as a whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::layout::Layout;

/// A folder in the making. What is at the destination stays until [`Staged::finish`], so that an
/// interrupted step leaves the previous result and never half of a new one.
pub(crate) struct Staged {
    folder: PathBuf,
}

impl Staged {
    pub(crate) fn new(layout: &Layout, name: &str) -> Result<Self, Failure> {
        let folder = layout.tools().join("staged").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
        Ok(Self { folder })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Copies a file, or a folder with everything below it.
    pub(crate) fn copy(&self, from: &Path, name: &str) -> Result<(), Failure> {
        copy(from, &self.path(name)).map_err(|error| Failure::file(from, &error))
    }

    /// Copies what is in a folder, leaving out the names that `skip` holds.
    pub(crate) fn copy_contents(&self, from: &Path, skip: &[&str]) -> Result<(), Failure> {
        let said = |error| Failure::file(from, &error);
        for entry in fs::read_dir(from).map_err(said)? {
            let name = entry.map_err(said)?.file_name();
            let name = name.to_string_lossy();
            if !skip.contains(&name.as_ref()) {
                self.copy(&from.join(name.as_ref()), &name)?;
            }
        }
        Ok(())
    }

    pub(crate) fn finish(self, destination: &Path) -> Result<(), Failure> {
        let _ = fs::remove_dir_all(destination);
        destination
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::rename(&self.folder, destination))
            .map_err(|error| Failure::file(destination, &error))
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(from, to)?;
    }
    Ok(())
}
