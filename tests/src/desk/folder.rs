//! A folder of the desk: under the system's temporary directory, since AppArmor lets `swtpm` write
//! there on Ubuntu, and gone when dropped.

use std::io;
use std::path::Path;
use std::sync::Once;
use std::{env, fs, process};

use tempfile::TempDir;

const PREFIX: &str = "sealgate-desk-";

pub(super) struct Folder(TempDir);

impl Folder {
    pub(super) fn new() -> io::Result<Self> {
        static SWEPT: Once = Once::new();
        SWEPT.call_once(sweep);
        let prefix = format!("{PREFIX}{}-", process::id());
        tempfile::Builder::new().prefix(&prefix).tempdir().map(Self)
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Removes what programs left that were killed. What cannot be removed disturbs nobody.
fn sweep() {
    let Ok(entries) = fs::read_dir(env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX)?.split('-').next()?.parse().ok());
        if owner.is_some_and(|id: u32| !Path::new("/proc").join(id.to_string()).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
