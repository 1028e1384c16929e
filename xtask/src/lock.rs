//! One xtask at a time installs and builds: two would write the same files.

use std::fs::{self, File, TryLockError};

use crate::failure::Failure;
use crate::layout::Layout;

/// Held until it is dropped, or the process ends however it ends.
pub(crate) struct Lock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl Lock {
    pub(crate) fn take(layout: &Layout) -> Result<Self, Failure> {
        let folder = layout.tools();
        let path = folder.join("lock");
        let said = |error| Failure::file(&path, &error);
        fs::create_dir_all(&folder).map_err(said)?;
        let file = File::create(&path).map_err(said)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                eprintln!("Waiting for another cargo xtask in this folder.");
                file.lock().map_err(said)?;
            }
            Err(TryLockError::Error(error)) => return Err(said(error)),
        }
        Ok(Self(file))
    }
}
